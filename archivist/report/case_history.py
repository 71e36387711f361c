"""One case in the course of time: on the roll or not, paid or not, with what amount, in any month.

Everything follows from the steps taken and from what the events said of the benefit, in their order; nothing is
guessed. An amount whose first month nobody told is not known (``Term.since``), and is left blank.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Event
from archivist.model.facts import single
from archivist.model.field_schema import BENEFIT
from archivist.model.household import RECOGNISED, TEMPORARY, birth_date, covered_persons
from archivist.model.ids import age_on
from archivist.model.record import Record
from archivist.model.states import State, StepTaken
from archivist.model.step_ids import GRANTING, REVIEWS, StepId
from archivist.report.query import Period, months
from archivist.rules.ages import NeedLines
from archivist.rules.work_calendar import add_months

CLASSES: Final = ("老年人", "未成年人", "重度残疾", "重病")


@dataclass(frozen=True, slots=True)
class Term:
    """What the benefit was from a month on.

    Attributes:
        start: first month, ``YYYY-MM``; empty when nobody told.
        since: where ``start`` is empty after a change: the month of the decision, from which the amount is unknown.
        end: last month, empty when open.
    """

    start: str = ""
    end: str = ""
    amount: Decimal | None = None
    persons: int | None = None
    standard: Decimal | None = None
    income: Decimal | None = None
    since: str = ""

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> Term:
        """Return the terms a state of the facts (group 救助金额) tells."""
        money = {k: Decimal(str(v)) if (v := facts.get(k)) else None for k in ("amount", "standard")}
        head = facts.get("income_per_head")
        persons = facts.get("persons")
        return cls(
            str(facts.get("start") or ""),
            str(facts.get("end") or ""),
            money["amount"],
            int(str(persons)) if persons is not None else None,
            money["standard"],
            Decimal(str(head)) if head is not None else None,
        )

    @property
    def _what(self) -> tuple[object, ...]:
        return self.amount, self.persons, self.standard

    def same(self, other: Term) -> bool:
        """Tell whether nothing is paid differently."""
        return self._what == other._what


@dataclass(frozen=True)
class HouseholdHistory:
    """A case with what its events said of the benefit: (number of the event, the group as it then stood).

    ``lawful_from``: the first month the rules pay for, ``YYYY-MM``; nothing is paid before, whatever was told.
    ``stops_after``: so many months after that of a decision that stops it nothing is paid any more (0: from its own on).
    """

    case: Case
    told: Sequence[tuple[int, Mapping[str, object]]] = ()
    lawful_from: str = ""
    stops_after: int = 1

    @classmethod
    def read(
        cls, case: Case, events: Iterable[Event] = (), *, lawful_from: str = "", stops_after: int = 1
    ) -> HouseholdHistory:
        """Return a household; without events, as if what is known now had been known from the beginning."""
        told = [
            (event.seq, event.data["facts"][BENEFIT.key] or {})
            for event in events
            if BENEFIT.key in (event.data.get("facts") or {})
        ]
        return cls(case, told or [(0, single(case.facts, BENEFIT.key))], lawful_from, stops_after)

    # ── who ──────────────────────────────────────────────────────────────────────────────────────────────
    def fact(self, path: str) -> str:
        """Return a fact as text, empty when unknown."""
        value = self.case.fact(path)
        return "" if value is None else str(value)

    def classes(self, on: dt.date, lines: NeedLines) -> list[set[str]]:
        """Return for each covered person what makes the need greater: 老年人, 未成年人, 重度残疾, 重病."""
        return [_classes(person, on, lines) for person in covered_persons(self.case, on)]

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────
    def steps(self, *ids: str, within: Period | None = None) -> list[StepTaken]:
        """Return the steps of some kinds, those of a period."""
        return [s for s in self.case.steps if s.id in ids and (within is None or s.on in within)]

    def step(self, *ids: str, within: Period | None = None) -> StepTaken | None:
        """Return the latest step of some kinds."""
        return next(reversed(self.steps(*ids, within=within)), None)

    def state(self, on: dt.date) -> State:
        """Return where the case stood at the end of a day, by the days on which the steps were done."""
        if self._deregistered(on):
            return State.DEREGISTERED
        found = next((s.after for s in reversed(self.case.steps) if s.on <= on), None)
        return found or (State.IN_BENEFIT if self._taken_over(on) else State.DRAFT)

    def _deregistered(self, on: dt.date) -> bool:
        case = self.case
        return case.status is CaseStatus.DEREGISTERED and (case.deregistered_on or dt.date.min) <= on

    def _after(self, on: dt.date, tell: Callable[[StepTaken], bool | None]) -> bool:
        known = self._taken_over(on)
        for step in self.case.steps:
            if step.on <= on and (told := tell(step)) is not None:
                known = told
        return known and not self._deregistered(on)

    def _taken_over(self, on: dt.date) -> bool:
        """Tell whether it stood in benefit when its file was opened, and did so on a day already."""
        told = self.case.taken_over
        if told is None or told.state is not State.IN_BENEFIT:
            return False
        return f"{on:%Y-%m}" >= told.since if told.since else on >= self.case.opened_on

    def on_roll(self, on: dt.date) -> bool:
        """Tell whether it stood on the roll (在册) at the end of a day: confirmed, and not ended since."""
        return self.case.category not in TEMPORARY and self._after(on, _enters)

    def paid_from_roll(self, on: dt.date) -> bool:
        """Tell whether it stood on the list of payments at the end of a day: 列入发放, not stopped since; where nothing is paid, never."""
        return self.case.category not in (*TEMPORARY, *RECOGNISED) and self._after(on, _pays)

    def exit_in(self, period: Period) -> StepTaken | dt.date | None:
        """Return what took it off the roll within a period: the step, or the day of deregistration."""
        if self.case.category in TEMPORARY or self.on_roll(period.last):
            return None
        was = self.on_roll(period.eve) or any(_enters(s) for s in self.case.steps if s.on in period)
        if not was:
            return None
        if step := next(
            (s for s in reversed(self.case.steps) if s.on in period and _enters(s) is False), None
        ):
            return step
        return self.case.deregistered_on

    def entered(self, period: Period) -> bool:
        """Tell whether a decision of the period put it on the roll (temporary assistance: granted it)."""
        if self.case.category in TEMPORARY:
            return bool(self.steps(*GRANTING, within=period))
        return not self.on_roll(period.eve) and any(_enters(s) for s in self.case.steps if s.on in period)

    # ── money ────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """What the benefit was, term after term.

        What is recorded before a review began, or when it ended without a change, corrects what was known. What is
        recorded from the beginning of a review that ends in a change is a new term.
        """
        reviews = [s.seq for s in self.case.steps if s.id in REVIEWS and s.before is State.IN_BENEFIT]
        found: list[Term] = []
        last_change: StepTaken | None = None
        for seq, facts in self.told:
            begun = max((n for n in reviews if n < seq), default=None)
            following = min((n for n in reviews if n > seq), default=None)
            change = self._change(begun, following) if begun is not None else None
            term = Term.of(facts)
            if begun is not None and change is None and self._open(begun, following):
                continue  # proposed in a review that has not been decided
            if change is None or change is last_change or not found:
                found[-1:] = [self._started(found[:-1], term, change)]
            elif term.same(found[-1]):
                found[-1] = replace(found[-1], end=term.end, income=term.income)
                continue
            else:
                found.append(self._started(found, term, change))
            last_change = change
        return tuple(found)

    def _change(self, begun: int, following: int | None) -> StepTaken | None:
        return next(
            (
                s
                for s in self.case.steps
                if s.id in (StepId.CHANGE, StepId.GRADUAL_EXIT, StepId.RESUME)
                and s.seq > begun
                and (following is None or s.seq < following)
            ),
            None,
        )

    def _open(self, begun: int, following: int | None) -> bool:
        return following is None and self.case.state in (State.REVIEWING, State.SUSPENDED)

    def _started(self, before: Sequence[Term], term: Term, change: StepTaken | None) -> Term:
        """Return a new term with its first month: as told, or as the decision of the change tells it."""
        if change is None or not before or term.start > before[-1].start:
            return term
        told = self._decided_start(change)
        return replace(term, start=told, since="" if told else f"{change.on:%Y-%m}")

    def _decided_start(self, change: StepTaken) -> str:
        for record in reversed(self.case.records_of(DocumentId.BENEFIT_CHANGE_DECISION)):
            given = record.data.get("given", {})
            if record.filed_at[:10] >= change.on.isoformat() and given.get(FieldPath.CHANGE_START):
                match = re.match(r"(\d{4})\D*(\d{1,2})", str(given[FieldPath.CHANGE_START]))
                return f"{match[1]}-{int(match[2]):02d}" if match else ""
        return ""

    def term(self, month: str) -> Term | None:
        """Return the terms that hold in a month; before the first month those to come; ``None`` when none are known.

        Terms without ``start`` tell that the amount of the month is not known.
        """
        for term in reversed(self.terms):
            if term.since and term.since <= month:
                return Term(persons=term.persons, since=term.since)
            if term.start and term.start <= month:
                return term
        return next((t for t in self.terms if not t.since), None)

    def persons(self, month: str) -> int:
        """Return how many persons are covered in a month: as decided, else counted."""
        term = self.term(month)
        if term and term.persons is not None:
            return term.persons
        return len(covered_persons(self.case, Period.of_month(month).last))

    def in_force(self, month: str) -> bool:
        """Tell whether the benefit is paid for a month: begun, not ended, by the months that were told."""
        term = self.term(month)
        if term is None or (not term.start and not term.since):
            return False
        return max(term.start, self.lawful_from) <= month and not (term.end and term.end < month)

    def paid_in(self, period: Period) -> bool:
        """Tell whether it is on the list of payments of a month.

        It is when it stood there at the end of the month, or before a decision that stops it only later.
        """
        stood = self.paid_from_roll(period.last) or (
            self.stops_after > 0
            and self.paid_from_roll(add_months(period.first, 1 - self.stops_after) - dt.timedelta(days=1))
        )
        return stood and self.in_force(period.month)

    def arrears(self, period: Period) -> tuple[list[str], Decimal | None]:
        """Return the months before a month that are paid together with it, and their sum (补发).

        They are the months from the benefit's first one up to the month in which the household first came on the
        list of payments.
        """
        first = next((s for s in self.case.steps if s.id == StepId.PAY), None)
        begin = next((max(t.start, self.lawful_from) for t in self.terms if t.start), "")
        if first is None or not begin or not self.in_force(period.month):
            return [], Decimal(0)
        listed = max(f"{first.on:%Y-%m}", begin)
        if listed != period.month:
            return [], Decimal(0)
        late = [m for m in months(begin, listed)[:-1] if self.in_force(m)]
        amounts = [t.amount if (t := self.term(m)) else None for m in late]
        return late, None if None in amounts else sum((a for a in amounts if a is not None), Decimal(0))

    # ── records ──────────────────────────────────────────────────────────────────────────────────────────
    def record(self, *types: str) -> Record | None:
        """Return the latest record of some types."""
        return next(reversed(self.case.records_of(*types)), None)


def _enters(step: StepTaken) -> bool | None:
    if step.id in GRANTING:
        return True
    return (
        False
        if step.after in (State.TERMINATED, State.MOVED_OUT, State.REFUSED, State.CLOSED_REFUSED)
        else None
    )


def _pays(step: StepTaken) -> bool | None:
    if step.after is State.IN_BENEFIT:
        return True
    return (
        False if step.after in (State.SUSPENDED, State.TERMINATED, State.MOVED_OUT, State.REFUSED) else None
    )


def _classes(person: Mapping[str, object], on: dt.date, lines: NeedLines) -> set[str]:
    found = set()
    if birth := birth_date(person):
        age = age_on(birth, on)
        found |= {"老年人"} if age >= lines.elderly else {"未成年人"} if age < lines.adult else set()
    if lines.severely_disabled(str(person.get("disability") or "")):
        found.add("重度残疾")
    if person.get("health") == "重病":
        found.add("重病")
    return found
