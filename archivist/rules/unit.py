"""Units of a rule's value."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    """Units of a rule's value, as packs write them."""

    WORKDAYS = "工作日"
    DAYS = "自然日"
    HOURS = "小时"
    MONTHS = "月"
    YEARS = "年"
    DAY_OF_MONTH = "当月日"
    """A cut-off day of the month of the trigger, or of the next month once it has passed."""
    MONTH_END = "月末"
    """The last day of the month so many months after the trigger's; 0: the same month."""
    AFTER_QUARTER = "季末"
    """So many days after the end of the trigger's quarter."""
    QUARTER = "季度"
    """The first such quarter of a year (1–4) that begins after the trigger."""
    CYCLE = "周期"
    CALENDAR = "历日"
    RATIO = "比例"
    PERSONS = "人数"
    YES_NO = "是否"
    YUAN = "元"
    TIMES = "倍"
    """So many times the monthly standard of 低保."""
    WORDS = "文字"

    @property
    def holds(self) -> tuple[type, ...]:
        """The types a value in this unit may have."""
        match self:
            case Unit.CYCLE | Unit.CALENDAR | Unit.WORDS:
                return (str,)
            case Unit.YES_NO:
                return (bool,)
            case Unit.RATIO | Unit.YUAN | Unit.TIMES:
                return (float, int)
            case _:
                return (int,)

    @property
    def counted(self) -> bool:
        """Whether time is counted in it."""
        return self.holds == (int,) and self is not Unit.PERSONS
