"""Units of a rule's value."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


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
    WITHIN_QUARTER = "季度内"
    """The first such quarter of a year (1–4) that has not ended on the day of the trigger."""
    CYCLE = "周期"
    DAY_OF_YEAR = "每年某日"
    """The last day of every year on which it is in time: ``06-30``."""
    CALENDAR = "历日"
    RATIO = "比例"
    PERSONS = "人数"
    YES_NO = "是否"
    YUAN = "元"
    TIMES = "倍"
    """So many times the monthly standard of 低保."""
    AGE = "周岁"
    ITEMS = "项"
    """So many of what a form lists: indicators, papers."""
    FRACTION = "分数"
    """A share that no decimal says exactly: ``2/3``."""
    WORDS = "文字"

    @property
    def holds(self) -> tuple[type, ...]:
        """The types a value in this unit may have."""
        if self in _TEXTS or self is Unit.FRACTION:
            return (str,)
        if self is Unit.YES_NO:
            return (bool,)
        return (float, int) if self in (Unit.RATIO, Unit.YUAN, Unit.TIMES) else (int,)

    @property
    def counted(self) -> bool:
        """Whether time is counted in it."""
        return self in TIME

    @property
    def expected(self) -> str:
        """What a value in this unit must be, in Chinese."""
        if self is Unit.DAY_OF_YEAR:
            return "月日，如 06-30"
        if self in _TEXTS:
            return "文字，不能为空"
        if self is Unit.YES_NO:
            return "true 或 false"
        if self is Unit.FRACTION:
            return "不超过 1 的分数，如 2/3"
        least, most = _RANGES[self]
        return f"{'整数' if self.holds == (int,) else '数字'}，{least} 至 {most}"

    def fits(self, value: object) -> bool:
        """Tell whether a value can stand in this unit: its type, and within what makes sense."""
        if type(value) not in self.holds:
            return False
        if isinstance(value, str):
            if self is Unit.DAY_OF_YEAR:
                return _is_day_of_year(value)
            return bool(_FRACTION.fullmatch(value) if self is Unit.FRACTION else value.strip())
        if isinstance(value, bool) or not isinstance(value, int | float):
            return True
        least, most = _RANGES[self]
        return math.isfinite(value) and least <= value <= most


_FRACTION: Final = re.compile(r"(?!([1-9])/\1)[1-9]/[1-9]")


def _is_day_of_year(text: str) -> bool:
    """Tell whether a text is a day that every year has; 29 February is none."""
    try:
        return len(text) == len("06-30") and bool(dt.date.fromisoformat(f"2023-{text}"))
    except ValueError:
        return False


_TEXTS: Final = (Unit.CYCLE, Unit.CALENDAR, Unit.WORDS, Unit.DAY_OF_YEAR)
TIME: Final = (
    Unit.WORKDAYS, Unit.DAYS, Unit.HOURS, Unit.MONTHS, Unit.YEARS, Unit.DAY_OF_MONTH, Unit.MONTH_END,
    Unit.AFTER_QUARTER, Unit.QUARTER, Unit.WITHIN_QUARTER,
)  # fmt: skip
"""The units in which time is counted."""
LENGTH: Final = (Unit.WORKDAYS, Unit.DAYS, Unit.HOURS, Unit.MONTHS, Unit.YEARS)
"""Of these, the lengths of time that running text of a paper can say: 60日, 6个月."""
_RANGES: Final[Mapping[Unit, tuple[float, float]]] = MappingProxyType(
    {
        Unit.WORKDAYS: (1, 2500),
        Unit.DAYS: (1, 3660),
        Unit.HOURS: (1, 8784),
        Unit.MONTHS: (1, 600),
        Unit.YEARS: (1, 100),
        Unit.DAY_OF_MONTH: (1, 31),
        Unit.MONTH_END: (0, 60),
        Unit.AFTER_QUARTER: (0, 92),
        Unit.QUARTER: (1, 4),
        Unit.WITHIN_QUARTER: (1, 4),
        Unit.RATIO: (0.0001, 1),
        Unit.PERSONS: (1, 100_000_000),
        Unit.AGE: (1, 120),
        Unit.ITEMS: (1, 1000),
        Unit.YUAN: (0.01, 100_000_000),
        Unit.TIMES: (0.01, 1000),
    }
)
"""Least and most of what makes sense; beyond it somebody mistyped."""
