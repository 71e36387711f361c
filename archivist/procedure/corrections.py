"""Putting a recorded step right: its day, time, people or values, or taking back the last one. Nothing is ever erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from archivist.doctypes.catalogue import Catalogue
from archivist.errors import CaseClosed, InvalidValue, StepRefused
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.case_fold import apply, fold
from archivist.model.event import Op
from archivist.model.facts import Facts, Path, rows, set_fact, single
from archivist.model.ids import CaseNo
from archivist.model.states import StepTaken
from archivist.model.step_ids import OWN_COMMANDS
from archivist.model.values import Value, value_text
from archivist.procedure import assignment
from archivist.procedure.cases import Change, differences
from archivist.procedure.steps import NO_VALUES, changed_groups, distinct, read_told, time_of_day
from archivist.rules import prerequisites, step_rows
from archivist.rules.attempt import Attempt
from archivist.rules.guards import TIMED
from archivist.rules.pack import Pack
from archivist.rules.rule import OF_PERSON
from archivist.store import Draft
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction did: the case after it, the step as it was, and as it is now (``None``: taken back).

    ``labels``: name of each value the step was told → what people call it.
    """

    case: Case
    old: StepTaken
    new: StepTaken | None
    labels: Mapping[str, str]


def correct_step(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    seq: int,
    *,
    void: bool = False,
    on: dt.date | None = None,
    at: str | None = None,
    people: Sequence[str] = (),
    values: Mapping[str, object] = NO_VALUES,
    reason: str,
) -> Correction:
    """Correct a recorded step, or take back the last one; the first event stays in the chain for ever.

    Args:
        workspace: the open workspace.
        by: who corrects it, and when.
        number: the case.
        seq: number of the event that recorded the step.
        void: take it back; only the last step can be.
        on: the right day, where another was recorded.
        at: the right time of day; empty when none should be recorded.
        people: the right ones.
        values: what the step should have been told, by name or Chinese label; what is not named stays, an empty one is
            taken away.
        reason: why; always told.

    Raises:
        CaseClosed: E207, when the case is deregistered. StepRefused: E209, with every reason at once: another step
            would come out of order, out of its time, or in the wrong hands; a value is not one the step asks for; what the
            step brought forth holds, and it is to be taken back.
        InvalidValue: E002, no reason, no such step, or nothing to correct.
    """
    change: dict[str, Any] = {}
    if on is not None:
        change["on"] = on
    if at is not None:
        change["at"] = time_of_day(at) if at else ""
    if people:
        change["by"] = distinct(people)
    if not reason.strip():
        raise InvalidValue("更正须写明理由（--reason）")
    if void == bool(change or values):
        raise InvalidValue("要么撤回（--void），要么写明改成什么（--on、--at、--by、--set）")
    made: list[tuple[StepTaken, StepTaken | None, Mapping[str, str]]] = []

    def draft(case: Case) -> Draft:
        place = _place(case, seq)
        old = case.steps[place]
        if void:
            if bound := binding(workspace.pack, case, old):
                _refuse(case, old, bound)
            new, data = None, {"seq": seq, "void": True}
        else:
            new, problems = _retold(
                workspace.pack, case, replace(old, **change), values, timed="at" in change
            )
            if new == old and not problems:
                raise InvalidValue(f"“{old.title}”本来就是这样记的，没有变化")
            problems += _dated_before(workspace.pack, case, old, new)
            if problems := problems + _problems(workspace, by, case, place, new):
                _refuse(case, old, problems)
            data = {"seq": seq} | _difference(old, new, set(change))
        made.append((old, new, _labels(workspace.pack, case, old, new)))
        facts = _facts(workspace, case, old, new)
        groups = changed_groups(case.facts, facts)
        return Draft(Op.STEP_CORRECTED, data | ({"facts": groups} if groups else {}), reason)

    case, _ = workspace.commit(number, draft, by)
    return Correction(case, *made[-1])


def _place(case: Case, seq: int) -> int:
    if case.status is CaseStatus.DEREGISTERED:
        raise CaseClosed("已注销的户档不再更正环节", file=str(case.number))
    for place, step in enumerate(case.steps):
        if step.seq == seq:
            return place
    listed = "、".join(f"{s.seq} {s.title}" for s in case.steps) or "还没有"
    raise InvalidValue(f"第 {seq} 号不是现有的环节；已办的环节：{listed}", file=str(case.number))


def binding(pack: Pack, case: Case, step: StepTaken) -> list[str]:
    """Return why a step cannot be taken back."""
    if step.id in OWN_COMMANDS:
        return ["这一环节改动了家庭成员，不能撤回；改错了的再办一次"]
    if step != case.steps[-1]:
        return [f"只能撤回最后一个环节，即“{case.steps[-1].title}”（序号 {case.steps[-1].seq}）"]
    return [*_papers_of(pack, case, step)]


def _refuse(case: Case, step: StepTaken, problems: Sequence[str]) -> None:
    raise StepRefused(f"“{step.title}”不能这样更正", file=str(case.number), problems=problems)


def _papers_of(pack: Pack, case: Case, step: StepTaken) -> list[str]:
    """Return the documents that a step brought forth and that hold: taken back, nothing would bear them any more."""
    row = step_rows.row_taken(pack, case, step)
    return [
        f"由它形成的第 {record.no} 件《{record.title}》还有效，先作废：archivist case record void {case.number} {record.no} --reason 理由"
        for record in case.holding
        if row and record.issued and record.seq > step.seq and record.type in row.makes
    ]


def _dated_before(pack: Pack, case: Case, old: StepTaken, new: StepTaken) -> list[str]:
    """Return the documents that a step brought forth, hold, and would bear a day before it."""
    row = step_rows.row_taken(pack, case, old)
    return [
        f"由它形成的第 {record.no} 件《{record.title}》成文于 {record.dated}，早于 {new.on}，"
        f"先作废：archivist case record void {case.number} {record.no} --reason 理由"
        for record in case.holding
        if row and record.issued and record.seq > old.seq and record.type in row.makes
        if record.dated and record.dated < new.on.isoformat()
    ]


def _retold(
    pack: Pack, case: Case, step: StepTaken, values: Mapping[str, object], *, timed: bool
) -> tuple[StepTaken, list[str]]:
    """Return a step with its values put right, examined as when it was taken, and what is wrong with them."""
    if not values and not timed:
        return step, []
    if (row := step_rows.row_taken(pack, case, step)) is None:
        return step, ["现行规则没有这一环节，所填的项不能更正"] if values else []
    problems: list[str] = []
    asked = row.labels
    before = {k: v for k, v in step.values.items() if k in asked}
    at, told = read_told(row, step.at, {**before, **values}, problems)
    if told.get("person") != before.get("person") and before.get("person"):
        problems.append("当事人记错的，撤回这一环节重新办，不能更正为别人")
    left = {k: v for k, v in step.values.items() if k not in asked}
    return replace(step, at=at, values=MappingProxyType(left | told)), problems


def _labels(pack: Pack, case: Case, old: StepTaken, new: StepTaken | None) -> Mapping[str, str]:
    row = step_rows.row_taken(pack, case, old)
    asked = row.labels if row else {}
    return {k: asked.get(k, k) for k in {**old.values, **(new.values if new else {})}}


def _difference(old: StepTaken, new: StepTaken, named: set[str]) -> dict[str, Any]:
    """Return what the event of a correction says: what was named or is other than before; a value taken away is ``None``."""
    data: dict[str, Any] = {"on": new.on.isoformat(), "at": new.at, "by": new.by}
    before = {"on": old.on.isoformat(), "at": old.at, "by": old.by}
    values = {
        k: new.values.get(k) for k in {**old.values, **new.values} if old.values.get(k) != new.values.get(k)
    }
    return {k: v for k, v in data.items() if k in named or v != before[k]} | (
        {"values": values} if values else {}
    )


def _problems(workspace: Workspace, by: By, case: Case, place: int, new: StepTaken) -> list[str]:
    """Return why a step cannot read so: its own people and day, and what it would do to the steps after it."""
    steps = (*case.steps[:place], new, *case.steps[place + 1 :])
    problems: list[str] = []
    for n in range(place, len(steps)):
        so_far = replace(case, steps=steps[:n])
        attempt = _again(workspace.pack, workspace.catalogue, so_far, steps[n])
        if attempt is None:
            continue
        found = prerequisites.unmet(attempt, TIMED) + prerequisites.days(attempt, by.today)
        found += assignment.people(attempt, workspace.config) if n == place else prerequisites.apart(attempt)
        problems += found if n == place else [f"后面的“{steps[n].title}”：{p}" for p in found]
    return problems


def _again(pack: Pack, catalogue: Catalogue, case: Case, taken: StepTaken) -> Attempt | None:
    """Return a recorded step as it would be attempted now; ``None`` when the rules have no such step any more."""
    if (row := step_rows.row_taken(pack, case, taken)) is None:
        return None
    return Attempt(case, pack, row, taken.on, taken.at, taken.by, taken.values, taken.reason, catalogue)


def _facts(workspace: Workspace, case: Case, old: StepTaken, new: StepTaken | None) -> Facts:
    """Return the facts after the correction: what the step had made known follows its day and values, or goes with it.

    A fact that was changed since by somebody else stays.
    """
    facts = case.facts
    row = step_rows.row_taken(workspace.pack, case, old)
    sets = row.sets if row else {}
    for change in _made_known(workspace, case, old):
        path = Path.parse(change.path)
        assert path.field is not None
        if value_text(_value(facts, path)) != change.new:
            continue
        told = sets.get(change.path, sets.get(f"{OF_PERSON}{path.field.key}", "date"))
        if new is None:
            facts = set_fact(facts, path, change.old)
        elif told != "date":
            facts = set_fact(facts, path, new.values.get(told))
        elif change.new == old.on.isoformat():
            facts = set_fact(facts, path, new.on.isoformat())
    return facts


def _value(facts: Facts, path: Path) -> Value | None:
    assert path.field is not None
    table = rows(facts, path.group.key) if path.row else (single(facts, path.group.key),)
    place = (path.row or 1) - 1
    return table[place].get(path.field.key) if place < len(table) else None


def _made_known(workspace: Workspace, case: Case, step: StepTaken) -> tuple[Change, ...]:
    """Return the facts that the event of a step changed."""
    events = workspace.archive.chain(case.number).events
    before = fold(case.number, events[: step.seq - 1])
    return differences(before.facts, apply(before, *events[step.seq - 1]).facts)
