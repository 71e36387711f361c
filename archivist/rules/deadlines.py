"""What is due in a case: the time limits of its pack, set going and fulfilled by the steps taken.

A pure function of the case and the pack: the same whatever day it is asked; a limit changes only when the case does.
How time is counted follows 《中华人民共和国民法典》第二百零一条至第二百零三条; see ``Rule.deadline``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from archivist.model import conditions
from archivist.model.case import Case, CaseStatus
from archivist.model.states import State, StepTaken
from archivist.model.step_ids import GRANTING, StepId
from archivist.rules.pack import Pack
from archivist.rules.rule import DutyBearer, Rule, RuleKind
from archivist.rules.unit import Unit
from archivist.rules.work_calendar import Deadline

_NEVER: Final = -1
_TAKEN_OVER: Final = "taken_over"
Excluded = tuple[State, dt.date, dt.date]
"""A stay whose days do not count: the days after the first date up to and with the second."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One time limit of a case.

    Attributes:
        rule: the row it stands on.
        started: the step that set it going; ``None`` while it only waits for one (未起算).
        due: the last day (or moment) that is still in time; ``None`` while not set going.
        warn: an earlier line at which to warn, where the rule has one.
        ended: the step that fulfilled it.
        excluded: the stays whose days were not counted.
        cut_off: the procedure ended before it was fulfilled, so that nothing is owed any more.
    """

    rule: Rule
    started: StepTaken | None
    due: Deadline | None = None
    warn: Deadline | None = None
    ended: StepTaken | None = None
    excluded: tuple[Excluded, ...] = ()
    cut_off: bool = False

    @property
    def running(self) -> bool:
        """Whether it is still to be fulfilled, or still to be set going."""
        return self.ended is None and not self.cut_off

    def over(self, on: dt.date) -> bool:
        """Tell whether its last day has passed on a day; while not set going it has not."""
        return self.due is not None and on > self.due.day


def obligations(case: Case, pack: Pack) -> tuple[Obligation, ...]:
    """Return every time limit set going, or about to be, in a case: running, fulfilled and cut off.

    For each row that holds, the latest of its ``starts`` counts; an ``ends`` step after it fulfils it.

    Args:
        case: as it stands.
        pack: the rules; those of the case's day of acceptance hold.
    """
    case = _with_beginning(case)
    rows = _holding(case, pack)
    end = _procedure_end(case)
    found = (_obligation(rule, rows, case, pack, end) for rule in rows)
    return tuple(o for o in found if o is not None)


def running(case: Case, pack: Pack) -> tuple[Obligation, ...]:
    """Return the limits that are neither fulfilled nor cut off by the end of the procedure.

    Of two that run beside each other (``Rule.beside``) the one that ends first is the limit.
    """
    found = [o for o in obligations(case, pack) if o.running]
    return tuple(o for o in found if not any(_ends_before(other, o) for other in found))


def _ends_before(other: Obligation, one: Obligation) -> bool:
    """Tell whether another limit of the same thing binds before one does; of two that end together the one it is beside."""
    if other.due is None or one.due is None:
        return False
    if one.rule.beside == other.rule.id:
        return other.due.day <= one.due.day
    return other.rule.beside == one.rule.id and other.due.day < one.due.day


def find(case: Case, pack: Pack, rule_id: str) -> Obligation | None:
    """Return the obligation of one rule; ``None`` when the rule does not hold or nothing has set it going."""
    return next((o for o in obligations(case, pack) if o.rule.id == rule_id), None)


def wait_over(case: Case, pack: Pack, on: dt.date) -> tuple[bool, Obligation | None]:
    """Tell whether the waiting period (公示期) set going last has run out before a day, and which it is.

    Its last day belongs to it: it is over only on the day after. A case that never waited has nothing to wait for.
    """
    waits = [
        (o.started.seq, o) for o in obligations(case, pack) if o.rule.kind is RuleKind.WAIT and o.started
    ]
    if not waits:
        return True, None
    last = max(waits, key=lambda pair: pair[0])[1]
    return last.over(on), last


def _holding(case: Case, pack: Pack) -> list[Rule]:
    """Return the timed rows that hold; of those with one id the most special: with a condition, for few categories."""
    best: dict[str, Rule] = {}
    for rule in pack.timers(case):
        if conditions.holds(rule.when, case):
            other = best.get(rule.id)
            if other is None or _generality(rule) < _generality(other):
                best[rule.id] = rule
    return list(best.values())


def _generality(rule: Rule) -> tuple[bool, int]:
    return not rule.when, len(rule.categories) or 99


def _obligation(rule: Rule, rows: Sequence[Rule], case: Case, pack: Pack, end: int) -> Obligation | None:
    started = _last(case.steps, _starts(rule))
    awaited = _last(case.steps, rule.awaits)
    since = max(started, awaited)
    if since == _NEVER:
        return None
    ended = next((s for s in case.steps[since + 1 :] if s.id in rule.ends), None)
    cut_off = ended is None and since < end and _ends_with_procedure(rule)
    if awaited > started:
        return Obligation(rule, None, ended=ended, cut_off=cut_off)
    due, warn, excluded = _count(rule, started, rows, case, pack)
    return Obligation(rule, case.steps[started], due, warn, ended, excluded, cut_off)


def _with_beginning(case: Case) -> Case:
    """Return a case with the day on which it was taken over in benefit before its steps: from it a review is due.

    When it was reviewed last nobody told; no step is made up for it, in the file there is none.
    """
    told = case.taken_over
    if told is None:
        return case
    title = "接管在享（上次复核日不详）"
    return replace(
        case, steps=(StepTaken(1, _TAKEN_OVER, title, told.state, told.state, case.opened_on), *case.steps)
    )


def _starts(rule: Rule) -> Sequence[str]:
    """Return what sets a rule going; a review that is due after the last one, or after the grant, taking over does too."""
    reviews = StepId.REVIEWED in rule.starts and not {*GRANTING}.isdisjoint(rule.starts)
    return (*rule.starts, _TAKEN_OVER) if reviews else rule.starts


def _last(steps: Sequence[StepTaken], ids: Sequence[str]) -> int:
    return next((n for n in range(len(steps) - 1, -1, -1) if steps[n].id in ids), _NEVER)


def _procedure_end(case: Case) -> int:
    """Return the place of the step that ended the procedure; after the last one when it was deregistered, 0 if it runs."""
    if case.status is CaseStatus.DEREGISTERED:
        return len(case.steps)
    if not case.state.ended:
        return 0
    return next(n for n in range(len(case.steps) - 1, -1, -1) if not case.steps[n].before.ended)


def _ends_with_procedure(rule: Rule) -> bool:
    """Tell whether the end of the procedure takes a limit away: all but time of others that just runs out (救济)."""
    if rule.outlives:
        return False
    return rule.duty is DutyBearer.OFFICE or rule.kind is RuleKind.WAIT or bool(rule.ends)


def _count(
    rule: Rule, place: int, rows: Sequence[Rule], case: Case, pack: Pack
) -> tuple[Deadline, Deadline | None, tuple[Excluded, ...]]:
    """Return the end of a rule's time, its warning line, and the stays that were left out of the count."""
    step = case.steps[place]
    start, at = step.on, step.at
    if told := step.values.get(rule.from_value):
        start, at = dt.date.fromisoformat(str(told)), ""
    elif rule.from_end and (wait := _wait_of(step, rows, pack)):
        start, at = wait.day, ""
    stays = _stays(rule, case, start, rows, pack) if rule.excludes else []
    due, used = _with_stays(rule, start, at, int(rule.value), stays, pack)
    if rule.warn is None:
        return due, None, used
    warn, _ = _with_stays(rule, start, at, rule.warn, stays, pack)
    return due, min(warn, due, key=lambda d: (d.day, d.at)), used


def _with_stays(
    rule: Rule, start: dt.date, at: str, count: int, stays: Sequence[Excluded], pack: Pack
) -> tuple[Deadline, tuple[Excluded, ...]]:
    """Count, leaving out the stays that began before the time had run out; a later one saves nothing."""
    used: list[Excluded] = []
    due = rule.deadline(start, pack.calendar, at=at, value=count)
    for state, first, last in stays:
        if first >= due.day:
            break
        workdays = rule.unit is Unit.WORKDAYS
        count += pack.calendar.workdays_between(first, last) if workdays else (last - first).days
        used.append((state, first, last))
        due = rule.deadline(start, pack.calendar, at=at, value=count)
    return due, tuple(used)


def _stays(rule: Rule, case: Case, start: dt.date, rows: Sequence[Rule], pack: Pack) -> list[Excluded]:
    """Return the stays in the rule's excluded states since a day.

    One with a waiting period (公示) lasts until the period runs out or is broken off, however long the case then lies;
    one without lasts until the next step, and does not count before that is taken.
    """
    stays: list[Excluded] = []
    for n, step in enumerate(case.steps):
        if step.after not in rule.excludes or step.before is step.after:
            continue
        left = next((s.on for s in case.steps[n + 1 :] if s.after is not step.after), None)
        wait = _wait_of(step, rows, pack)
        ends = [day for day in (left, wait.day if wait else None) if day]
        first = max(step.on, start)
        if ends and (last := min(ends)) > first:
            stays.append((step.after, first, last))
    return stays


def _wait_of(step: StepTaken, rows: Sequence[Rule], pack: Pack) -> Deadline | None:
    """Return the end of the waiting period a step set going."""
    row = next((r for r in rows if r.kind is RuleKind.WAIT and step.id in r.starts), None)
    return row.deadline(step.on, pack.calendar, at=step.at) if row else None
