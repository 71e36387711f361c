"""Putting a recorded step right: another day, time or people, or taking back the last one. Nothing is ever erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from archivist.errors import CaseClosed, InvalidValue, StepRefused
from archivist.lifecycle import reasons
from archivist.lifecycle.cases import Change, differences
from archivist.lifecycle.progress import changed_groups, distinct, time_of_day
from archivist.model.case import Case, CaseStatus, Op, apply, fold
from archivist.model.facts import Facts, Path, set_fact, single
from archivist.model.ids import CaseNo
from archivist.model.states import StepTaken
from archivist.rules.guards import TIMED, Attempt
from archivist.rules.pack import Pack
from archivist.store import Draft
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class StepCorrected:
    """What a correction did: the case after it, the step as it was, and as it is now (``None``: taken back)."""

    case: Case
    old: StepTaken
    new: StepTaken | None


def correct_step(
    workspace: Workspace,
    number: CaseNo,
    seq: int,
    *,
    void: bool = False,
    on: dt.date | None = None,
    at: str | None = None,
    by: Sequence[str] = (),
    reason: str,
) -> StepCorrected:
    """Correct a recorded step, or take back the last one; the first event stays in the chain for ever.

    Args:
        workspace: the open workspace.
        number: the case.
        seq: number of the event that recorded the step.
        void: take it back; only the last step can be.
        on: the right day, where another was recorded.
        at: the right time of day; empty when none should be recorded.
        by: the right people.
        reason: why; always told.

    Raises:
        CaseClosed: E207, when the case is deregistered. StepRefused: E209, with every reason at once: another step
            would come out of order, out of its time, or in the wrong hands.
        InvalidValue: E002, no reason, no such step, or nothing to correct.
    """
    change: dict[str, Any] = {}
    if on is not None:
        change["on"] = on
    if at is not None:
        change["at"] = time_of_day(at) if at else ""
    if by:
        change["by"] = distinct(by)
    if not reason.strip():
        raise InvalidValue("更正须写明理由（--reason）")
    if void == bool(change):
        raise InvalidValue("要么撤回（--void），要么写明改成什么（--on、--at、--by）")
    made: list[tuple[StepTaken, StepTaken | None]] = []

    def draft(case: Case) -> Draft:
        place = _place(case, seq)
        old = case.steps[place]
        if void:
            if place != len(case.steps) - 1:
                _refuse(
                    case,
                    old,
                    [f"只能撤回最后一个环节，即“{case.steps[-1].title}”（序号 {case.steps[-1].seq}）"],
                )
            new, data = None, {"seq": seq, "void": True}
        else:
            new = replace(old, **change)
            if new == old:
                raise InvalidValue(f"“{old.title}”本来就是这样记的，没有变化")
            if problems := _problems(workspace, case, place, new):
                _refuse(case, old, problems)
            data = {"seq": seq} | {k: v.isoformat() if k == "on" else v for k, v in change.items()}
        made.append((old, new))
        facts = _facts(workspace, case, old, new)
        groups = changed_groups(case.facts, facts)
        return Draft(Op.STEP_CORRECTED, data | ({"facts": groups} if groups else {}), reason)

    case, _ = workspace.commit(number, draft)
    return StepCorrected(case, *made[-1])


def _place(case: Case, seq: int) -> int:
    if case.status is CaseStatus.DEREGISTERED:
        raise CaseClosed("已注销的户档不再更正环节", file=str(case.number))
    for place, step in enumerate(case.steps):
        if step.seq == seq:
            return place
    listed = "、".join(f"{s.seq} {s.title}" for s in case.steps) or "还没有"
    raise InvalidValue(f"第 {seq} 号不是现有的环节；已办的环节：{listed}", file=str(case.number))


def _refuse(case: Case, step: StepTaken, problems: Sequence[str]) -> None:
    raise StepRefused(f"“{step.title}”不能这样更正", file=str(case.number), problems=problems)


def _problems(workspace: Workspace, case: Case, place: int, new: StepTaken) -> list[str]:
    """Return why a step cannot read so: its own people and day, and what it would do to the steps after it."""
    steps = (*case.steps[:place], new, *case.steps[place + 1 :])
    today = workspace.today()
    problems: list[str] = []
    for n in range(place, len(steps)):
        so_far = replace(case, steps=steps[:n])
        attempt = _again(workspace.pack, so_far, steps[n])
        if attempt is None:
            continue
        found = reasons.unmet(attempt, TIMED) + reasons.days(attempt, today)
        found += reasons.people(attempt, workspace.config) if n == place else reasons.apart(attempt)
        problems += found if n == place else [f"后面的“{steps[n].title}”：{p}" for p in found]
    return problems


def _again(pack: Pack, case: Case, taken: StepTaken) -> Attempt | None:
    """Return a recorded step as it would be attempted now; ``None`` when the rules have no such step any more."""
    for step in pack.steps:
        fits = step.applies(case.category, case.rules_on) and step.moves.get(taken.before) is taken.after
        if step.id == taken.id and fits:
            return Attempt(case, pack, step, taken.on, taken.at, taken.by, taken.values, taken.reason)
    return None


def _facts(workspace: Workspace, case: Case, old: StepTaken, new: StepTaken | None) -> Facts:
    """Return the facts after the correction: what the step had made known follows its day, or goes with it.

    A fact that was changed since by somebody else stays.
    """
    facts = case.facts
    for change in _made_known(workspace, case, old):
        path = Path.parse(change.path)
        assert path.field is not None
        if single(facts, path.group.key).get(path.field.key) != change.new:
            continue
        if new is None:
            facts = set_fact(facts, path, change.old)
        elif change.new == old.on.isoformat():
            facts = set_fact(facts, path, new.on.isoformat())
    return facts


def _made_known(workspace: Workspace, case: Case, step: StepTaken) -> tuple[Change, ...]:
    """Return the facts that the event of a step changed."""
    events = workspace.archive.chain(case.number).events
    before = fold(case.number, events[: step.seq - 1])
    return differences(before.facts, apply(before, *events[step.seq - 1]).facts)
