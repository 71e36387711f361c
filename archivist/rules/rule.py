"""The rows of a rule pack: a rule, a material, a step, a check; each with the sentence it stands on."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated, Final

from archivist.declarations.forms import NOT_DECLARED, Condition, Form, Words
from archivist.errors import RuleFault
from archivist.model.facts import Path
from archivist.model.field_schema import MEMBERS
from archivist.model.ids import Category
from archivist.model.roles import Role
from archivist.model.states import State
from archivist.rules.notation import Ask, Need
from archivist.rules.rule_days import HoldsBy, RuleDays, in_force
from archivist.rules.unit import Unit
from archivist.rules.work_calendar import NATIONAL, Calendar, Deadline, add_months, quarter_end


class RuleKind(StrEnum):
    """What a time limit asks for."""

    LIMIT = "limit"
    """To be done by its end."""
    WAIT = "wait"
    """To have run out before the procedure goes on (公示期)."""


class DutyBearer(StrEnum):
    """Whose time runs."""

    OFFICE = "office"
    BUREAU = "bureau"
    APPLICANT = "applicant"
    VILLAGE = "village"
    OTHER = "other"

    @property
    def label(self) -> str:
        """How people call it."""
        return _BEARER_LABELS[self]


_BEARER_LABELS: Final[Mapping[DutyBearer, str]] = MappingProxyType(
    {
        DutyBearer.OFFICE: "本机关",
        DutyBearer.BUREAU: "区（县）民政局",
        DutyBearer.APPLICANT: "申请人",
        DutyBearer.VILLAGE: "村（居）委会",
        DutyBearer.OTHER: "其他机构",
    }
)


class Stage(StrEnum):
    """When completeness is looked at: before 受理, while in benefit, before the file is closed."""

    ACCEPTANCE = "acceptance"
    BENEFIT = "benefit"
    ARCHIVE = "archive"

    @property
    def label(self) -> str:
        """How people call it."""
        return {"acceptance": "受理", "benefit": "在享", "archive": "归档"}[self]


class DelegatedPower(StrEnum):
    """What of a category was delegated to the office: examination and confirmation, or examination only."""

    CONFIRM = "审核确认"
    EXAMINE = "审核"


class Each(StrEnum):
    """Of whom a paper is asked: once for the household, or of the applicant, every member and every obligor."""

    HOUSEHOLD = "household"
    PERSON = "person"


_DATED: Final = re.compile(r"（\d{4}年\d{1,2}月\d{1,2}日）$")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: the measure, its article, the exact sentence (without the 「」).

    ``key`` is the pack's short name of the measure, e.g. ``S3``.
    """

    measure: Words
    sentence: Words
    article: str = ""
    key: str = field(default="", metadata=NOT_DECLARED)

    @property
    def citation(self) -> str:
        """The measure and its article, as a paper that goes out names them: without the day the measure is of."""
        return f"{_DATED.sub('', self.measure)}{self.article}"

    def __str__(self) -> str:
        return f"{self.measure}{self.article}「{self.sentence}」"

    @property
    def printed(self) -> str:
        """The same as a paper has it: horizontal text quotes with “ ”, and with ‘ ’ inside them."""
        inner = self.sentence.translate(str.maketrans("“”「」", "‘’‘’"))
        return f"{self.measure}{self.article}“{inner}”"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``inferred`` when the sentence does not say all of it; ``trigger`` names the day counted from.

    A row with ``starts`` is a time limit of a case:

    Attributes:
        starts: steps of which the latest sets the time going.
        ends: steps that fulfil it, once taken after it was set going.
        awaits: steps after which it is about to start, though it has not: 未起算.
        excludes: states whose days do not count (公示、评议不计入).
        when: condition on the case; see ``model.conditions``.
        warn: an earlier line in the same unit at which to warn.
        from_end: counted from the end of the waiting period (公示期) its starting step set going, if it set one going.
        beside: id of another time limit of the same thing; of the two only the one that ends first is told as running.
        outlives: it goes on when the procedure has ended (追缴).
        from_value: name of the starting step's value that is the day counted from (死亡之日), instead of the step's own.
        holds_by: the day that lies between ``valid_from`` and ``valid_to``; of a time limit the act is its starting step.
        display: nothing is reckoned with it; it is only shown to people.
        place: where the row stands, for messages: file, table, number, id; every kind of row has it.
    """

    id: Words
    title: Words
    value: int | float | str | bool
    unit: Unit
    source: Source
    trigger: str = ""
    categories: tuple[Category, ...] = ()
    documents: tuple[str, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    holds_by: HoldsBy = HoldsBy.ACCEPTANCE
    inferred: bool = False
    note: str = ""
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()
    excludes: tuple[State, ...] = ()
    when: Condition = ""
    kind: RuleKind = RuleKind.LIMIT
    duty: DutyBearer = DutyBearer.OFFICE
    warn: int | None = None
    from_end: bool = False
    from_value: str = ""
    outlives: bool = False
    beside: str = ""
    display: bool = False
    place: str = field(default="", compare=False, metadata=NOT_DECLARED)

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
            case Unit.WORKDAYS:
                return calendar.add_workdays(start, count)
            case Unit.DAYS:
                return calendar.add_days(start, count)
            case Unit.HOURS:
                hour, minute = (int(n) for n in (at or "00:00").split(":"))
                end = dt.datetime.combine(start, dt.time(hour, minute)) + dt.timedelta(hours=count)
                return Deadline(end.date(), at=f"{end:%H:%M}")
            case Unit.MONTHS:
                return calendar.add_days(add_months(start, count), 0)
            case Unit.YEARS:
                return calendar.add_days(add_months(start, 12 * count), 0)
            case Unit.DAY_OF_MONTH:
                cut = _day_of_month(start, count)
                return Deadline(
                    cut if start <= cut else _day_of_month(add_months(start.replace(day=1), 1), count)
                )
            case Unit.MONTH_END:
                return Deadline(add_months(start.replace(day=1), count + 1) - dt.timedelta(days=1))
            case Unit.AFTER_QUARTER:
                return Deadline(quarter_end(start) + dt.timedelta(days=count))
            case Unit.QUARTER:
                first = dt.date(start.year, 3 * count - 2, 1)
                return Deadline(quarter_end(first if first > start else add_months(first, 12)))
            case Unit.WITHIN_QUARTER:
                last = quarter_end(dt.date(start.year, 3 * count - 2, 1))
                return Deadline(last if last >= start else quarter_end(add_months(last.replace(day=1), 12)))
            case _:
                raise fault

    @property
    def timed(self) -> bool:
        """Whether the row is a time limit that runs in a case."""
        return bool(self.starts)

    def share_of(self, count: int) -> int:
        """Return the least whole number that is at least the row's share (比例) of a count; by fractions, not floats."""
        return math.ceil(Fraction(str(self.value)) * count)

    def applies(self, category: Category | None, days: RuleDays) -> bool:
        """Tell whether the row holds for a category on some days; without a category: for any."""
        return in_force(self, category, days)


@dataclass(frozen=True, slots=True)
class Material:
    """One paper an applicant must hand in, or one statutory form that must be there, for some categories.

    ``accepts`` names other types that will do as well: where 支出材料 are asked for, a bill of the hospital is one.
    """

    document: Words
    requirement: Words
    categories: tuple[Category, ...]
    source: Source
    when: Condition = ""
    each: Each = Each.HOUSEHOLD
    accepts: tuple[Words, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    holds_by: HoldsBy = HoldsBy.ACCEPTANCE
    inferred: bool = False
    place: str = field(default="", compare=False, metadata=NOT_DECLARED)

    def applies(self, category: Category | None, days: RuleDays) -> bool:
        """Tell whether the paper is asked for in a category on some days."""
        return in_force(self, category, days)


def _can_be_set(path: str) -> bool:
    if path.startswith(OF_PERSON):
        path = f"{MEMBERS.key}[1].{path.removeprefix(OF_PERSON)}"
        return Path.parse(path).field is not None
    found = Path.parse(path)
    return found.field is not None and not found.group.many


BY_DATE: Final = "date"
"""What ``sets`` takes from the step itself: the day it was done."""
OF_PERSON: Final = "person."
"""Begins what a step sets of the one it is about, whoever it is of the family: ``person.name``."""
SetPath = Annotated[
    str, Form(_can_be_set, "户档信息的项，如 application.accepted_on，或当事人的，如 person.name")
]


@dataclass(frozen=True, slots=True)
class StepRule:
    """One transition of the procedure.

    Attributes:
        moves: state → state it leads to; the states a step may be taken in. A step may lead back to the same state.
        role: who does it; ``outside`` when another body does and the office records it.
        apart: earlier steps whose people may not do this one (初审 ≠ 复审 ≠ 决定).
        people: id of the rule that says how many must do it together, or empty.
        needs: documents that must be in the case, or should.
        anew: of these, documents that must have come in since the last step that asked for them anew: a register of one objection does not stand for the next.
        makes: documents the step brings forth.
        guards: named conditions that must hold, e.g. ``complete``; see ``rules.guards``.
        when: condition on the case for the step to exist at all; see ``model.conditions``.
        sets: facts the step makes known: ``application.accepted_on`` → ``date`` or a value's name.
        asks: names of values the step must or may be told → Chinese label.
    """

    id: Words
    title: Words
    moves: Mapping[State, State]
    role: Role
    source: Source
    categories: tuple[Category, ...] = ()
    apart: tuple[str, ...] = ()
    people: str = ""
    needs: tuple[Need, ...] = ()
    anew: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    when: Condition = ""
    sets: Mapping[SetPath, Words] = field(default_factory=dict)
    asks: Mapping[Ask, Words] = field(default_factory=dict)
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    holds_by: HoldsBy = HoldsBy.ACCEPTANCE
    inferred: bool = False
    note: str = ""
    place: str = field(default="", compare=False, metadata=NOT_DECLARED)

    @property
    def labels(self) -> Mapping[str, str]:
        """What the step may be told: name → Chinese label."""
        return {ask.name: label for ask, label in self.asks.items()}

    @property
    def must_tell(self) -> Mapping[str, str]:
        """What the step must be told: name → Chinese label."""
        return {ask.name: label for ask, label in self.asks.items() if ask.required}

    @property
    def needed(self) -> frozenset[str]:
        """The documents that ``needs`` names."""
        return frozenset(name for need in self.needs for name in need.documents)

    def applies(self, category: Category | None, days: RuleDays) -> bool:
        """Tell whether the step exists for a category under the rules of some days."""
        return in_force(self, category, days)


def _day_of_month(month: dt.date, day: int) -> dt.date:
    """Return a day of the month of a date; where the month is shorter, its last."""
    last = add_months(month.replace(day=1), 1) - dt.timedelta(days=1)
    return month.replace(day=min(day, last.day))


MonthDay = Annotated[
    str,
    Form(
        lambda text: re.fullmatch(r"\d\d-\d\d", text) and dt.date.fromisoformat(f"2023-{text}"),
        "月日，如 07-01",
    ),
]


@dataclass(frozen=True, slots=True)
class CheckArgs:
    """What a test of completeness may be told; each takes some of it; what is empty was not told.

    Attributes:
        documents: those that must be there.
        besides: document types that are left out of the examination; ``only``: the only ones that are examined.
        validity: document types of which a person has to see whether they still hold.
        document: the document type the test is about; ``step``: the step.
        start: first day of a window in every year; ``until`` its last day.
    """

    documents: tuple[Need, ...] = ()
    besides: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    validity: tuple[str, ...] = ()
    document: str = ""
    step: str = ""
    start: MonthDay = ""
    until: MonthDay = ""

    @property
    def told(self) -> Mapping[str, object]:
        """What was told, by name."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One rule of completeness (齐全性): which test, with which arguments, at which stage.

    Attributes:
        test: a name of ``rules.completeness.checks``; ``args`` are its arguments.
        when: condition on the case; see ``model.conditions``.
    """

    id: Words
    title: Words
    stage: Stage
    test: Words
    source: Source
    categories: tuple[Category, ...] = ()
    when: Condition = ""
    args: CheckArgs = CheckArgs()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    holds_by: HoldsBy = HoldsBy.ACCEPTANCE
    inferred: bool = False
    note: str = ""
    place: str = field(default="", compare=False, metadata=NOT_DECLARED)

    def applies(self, category: Category | None, days: RuleDays) -> bool:
        """Tell whether the check is made in a category on some days."""
        return in_force(self, category, days)
