"""The rows of a rule pack: a rule, a material, a step, a check; each with the sentence it stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from archivist.errors import RuleFault
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules.work_calendar import NATIONAL, Calendar, Deadline, add_months, quarter_end

UNITS: Final = (
    "工作日",
    "自然日",
    "小时",
    "月",
    "年",
    "当月日",
    "月末",
    "季末",
    "季度",
    "周期",
    "历日",
    "比例",
    "人数",
    "是否",
    "文字",
)
"""Units of a rule's value. 当月日: a cut-off day of the month of the trigger, or of the next month once it has passed;
月末: the last day of the month so many months after the trigger's (0: the same month);
季末: so many days after the end of the trigger's quarter; 季度: the first such quarter of a year (1–4) that begins
after the trigger; 周期, 历日, 文字: words that cannot be counted from."""
KINDS: Final = ("limit", "wait")
DUTIES: Final[Mapping[str, str]] = {
    "office": "本机关",
    "bureau": "区（县）民政局",
    "applicant": "申请人",
    "village": "村（居）委会",
    "other": "其他机构",
}
"""Whose time runs: key → how people call it."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: the measure, its article, the exact sentence (without the 「」).

    ``key`` is the pack's short name of the measure, e.g. ``S3``.
    """

    measure: str
    article: str
    sentence: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.measure}{self.article}「{self.sentence}」"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``inferred`` when the sentence does not say all of it; ``trigger`` names the day counted from.

    A row with ``starts`` is a time limit of a case:

    Attributes:
        starts: steps of which the latest sets the time going.
        ends: steps that fulfil it, once taken after it was set going.
        awaits: steps after which it is about to start, though it has not: 未起算.
        excludes: states whose days do not count (公示、评议不计入).
        when: condition on the case; see ``rules.conditions``.
        kind: ``limit`` must be done by its end; ``wait`` must have run out before the procedure goes on (公示期).
        duty: whose time it is, a key of ``DUTIES``.
        warn: an earlier line in the same unit at which to warn.
        from_end: counted from the end of the waiting period (公示期) its starting step set going, if it set one going.
        from_value: name of the starting step's value that is the day counted from (死亡之日), instead of the step's own.
    """

    id: str
    title: str
    value: int | float | str | bool
    unit: str
    source: Source
    trigger: str = ""
    categories: tuple[Category, ...] = ()
    documents: tuple[str, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    inferred: bool = False
    note: str = ""
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()
    excludes: tuple[State, ...] = ()
    when: str = ""
    kind: str = "limit"
    duty: str = "office"
    warn: int | None = None
    from_end: bool = False
    from_value: str = ""

    def deadline(
        self, start: dt.date, calendar: Calendar = NATIONAL, *, at: str = "", value: int | None = None
    ) -> Deadline:
        """Count the rule's time from the day of its trigger.

        A time in days, months or years that would end on a holiday ends on the next working day (民法典第二百零三条); a
        cut-off day (当月日, 月末, 季末, 季度) stays where it is.

        Args:
            start: civil date of the trigger.
            calendar: the working days.
            at: ``HH:MM`` of the trigger, where hours are counted; midnight when not known.
            value: another number instead of the row's own (its warning line).

        Raises:
            RuleFault: E502, when the row is no time limit.
        """
        given = self.value if value is None else value
        fault = RuleFault(f"{self.id} 的单位是“{self.unit}”，不是期限")
        if isinstance(given, str):
            raise fault
        count = int(given)
        match self.unit:
            case "工作日":
                return calendar.add_workdays(start, count)
            case "自然日":
                return calendar.add_days(start, count)
            case "小时":
                hour, minute = (int(n) for n in (at or "00:00").split(":"))
                end = dt.datetime.combine(start, dt.time(hour, minute)) + dt.timedelta(hours=count)
                return Deadline(end.date(), at=f"{end:%H:%M}")
            case "月":
                return calendar.add_days(add_months(start, count), 0)
            case "年":
                return calendar.add_days(add_months(start, 12 * count), 0)
            case "当月日":
                cut = start.replace(day=count)
                return Deadline(cut if start <= cut else add_months(cut, 1))
            case "月末":
                return Deadline(add_months(start.replace(day=1), count + 1) - dt.timedelta(days=1))
            case "季末":
                return Deadline(quarter_end(start) + dt.timedelta(days=count))
            case "季度":
                first = dt.date(start.year, 3 * count - 2, 1)
                return Deadline(quarter_end(first if first > start else add_months(first, 12)))
            case _:
                raise fault

    @property
    def timed(self) -> bool:
        """Whether the row is a time limit that runs in a case."""
        return bool(self.starts)

    def applies(self, category: Category | None, on: dt.date) -> bool:
        """Tell whether the row holds for a category on a day."""
        if category is not None and self.categories and category not in self.categories:
            return False
        return not (self.valid_from and on < self.valid_from) and not (self.valid_to and on > self.valid_to)


@dataclass(frozen=True, slots=True)
class Material:
    """One paper an applicant must hand in, or one statutory form that must be there, for some categories."""

    document: str
    requirement: str
    categories: tuple[Category, ...]
    source: Source
    when: str = ""
    each: str = ""
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class StepRule:
    """One transition of the procedure.

    Attributes:
        moves: state → state it leads to; the states a step may be taken in. A step may lead back to the same state.
        role: who does it, a role of the office; ``outside`` when another body does and the office records it.
        apart: earlier steps whose people may not do this one (初审 ≠ 复审 ≠ 决定).
        people: id of the rule that says how many must do it together, or empty.
        needs: documents that must be in the case: ``a|b`` either; a trailing ``?`` is only recommended.
        anew: of these, documents that must have come in since the last step that asked for them anew: a receipt proves one delivery.
        makes: documents the step brings forth.
        guards: named conditions that must hold, e.g. ``complete``; see ``rules.guards``.
        when: condition on the case for the step to exist at all; see ``rules.conditions``.
        sets: facts the step makes known: ``application.accepted_on`` → ``date`` or a value's name.
        asks: names of values the step must be told; a trailing ``?`` may be told. Name → Chinese label.
    """

    id: str
    title: str
    moves: Mapping[State, State]
    role: str
    source: Source
    categories: tuple[Category, ...] = ()
    apart: tuple[str, ...] = ()
    people: str = ""
    needs: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    when: str = ""
    sets: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    inferred: bool = False
    note: str = ""

    def applies(self, category: Category, on: dt.date) -> bool:
        """Tell whether the step exists for a category under the rules of a day."""
        if self.categories and category not in self.categories:
            return False
        return not (self.valid_from and on < self.valid_from) and not (self.valid_to and on > self.valid_to)


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One rule of completeness (齐全性): which test, with which arguments, at which stage.

    Attributes:
        stage: ``acceptance`` before 受理, ``benefit`` while in benefit, ``archive`` before the file is closed.
        test: a name of ``rules.completeness``; ``args`` are its arguments.
        when: condition on the case; see ``rules.conditions``.
    """

    id: str
    title: str
    stage: str
    test: str
    source: Source
    categories: tuple[Category, ...] = ()
    when: str = ""
    args: Mapping[str, object] = field(default_factory=dict)
    inferred: bool = False
    note: str = ""

    def applies(self, category: Category) -> bool:
        """Tell whether the check is for a category."""
        return not self.categories or category in self.categories
