"""Some members form a household of their own (分户): a new case opened with their facts, and the old one without them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archivist.errors import StepRefused
from archivist.model import facts as known
from archivist.model import persons
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.facts import Facts, Part
from archivist.model.field_schema import APPLICANT, MEMBERS
from archivist.model.former_people import Departure, PaperReference
from archivist.model.holds import inherited
from archivist.model.household_changes import (
    NONE_TOLD,
    left_behind,
    member_named,
    new_household,
    unfit_applicant,
    without_members,
)
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.model.step_ids import StepId
from archivist.procedure.applicant_change import told_relations
from archivist.procedure.cases import drop_folder, new_number, opening, refuse_second
from archivist.procedure.steps import examine_step
from archivist.store import HouseholdSplit, durable_files, held_files
from archivist.store.household_splits import split_off
from archivist.store.inbox_access import make_drop_folder
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """A split that nothing stands in the way of.

    Attributes:
        case: the household as it stands.
        step: what the event of the step says: ``step``, ``title``, ``on``, ``by``.
        left: who leaves it, as the events have them; the first is the applicant of the new one.
        category: of the new case; ``facts`` what is known of it.
        papers: what the new case rests on and the old one holds.
        unknown: whose relation to the new applicant nobody told.
        warnings: what should be looked at.
    """

    case: Case
    step: Mapping[str, Any]
    left: tuple[Mapping[str, Any], ...]
    category: Category
    facts: Facts
    papers: tuple[PaperReference, ...]
    unknown: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Who leaves, by name."""
        return tuple(str(gone["person"].get("name", "")) for gone in self.left)


@dataclass(frozen=True, slots=True)
class SplitDone:
    """A split that was made: the old case and the new one, and what had been planned."""

    old: Case
    new: Case
    plan: SplitPlan


def plan_split(
    workspace: Workspace,
    by: By,
    case: Case,
    members: Sequence[str],
    *,
    category: Category | None = None,
    papers: Sequence[RecordNo] | None = None,
    relations: Mapping[str, str] = NONE_TOLD,
    on: dt.date,
    people: Sequence[str] = (),
    reason: str,
) -> SplitPlan:
    """Examine a split without writing anything.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        case: the household as it stands.
        members: who leaves, as people name them; the first is the applicant of the new household.
        category: of the new case; the old one's when not told.
        papers: the records the new case refers to; every one that holds when not told.
        relations: person → what they are to the new applicant.
        on: civil day of the split, on which the new case is opened.
        people: who did it; the actor when nobody is named.
        reason: free words.

    Raises:
        StepRefused: E209, with every reason at once. InvalidValue: E002. NotDelegated: E503. CaseExists: E208.
    """
    planned = examine_step(workspace, by, case, StepId.SPLIT_HOUSEHOLD, on=on, people=people, reason=reason)
    wanted = category or case.category
    workspace.pack.require_delegated(wanted, on)
    places = list(dict.fromkeys(member_named(case.facts, text) for text in members))
    table = known.to_plain(case.facts).get(MEMBERS.key, [])
    assert isinstance(table, list)
    chosen = [table[n] for n in places]
    problems = [p for row in chosen for p in _not_a_member(case.facts, row)]
    problems += (
        [] if not chosen else unfit_applicant(case.facts, known.rows(case.facts, MEMBERS.key)[places[0]])
    )
    problems += [] if chosen else ["没有写明哪些成员分出去（--members）"]
    problems += [
        f"卷内没有第 {no} 件，或者已经作废" for no in papers or () if no not in {r.no for r in case.holding}
    ]
    if problems:
        raise StepRefused("不能这样分户", file=str(case.number), problems=tuple(dict.fromkeys(problems)))
    refuse_second(workspace, wanted, str(chosen[0].get("id_number", "")))
    facts, unknown = new_household(case.facts, places, told_relations(case, relations))
    settled = persons.settled(facts, before=facts, today=by.today)
    rest = without_members(case.facts, chosen)
    warnings = [*planned.warnings, *settled.notices]
    warnings += [w for row in chosen for w in left_behind(rest, row)]
    warnings.append("原户的保障人数、金额由本次复核的变更决定定；新户须另行申请、受理")
    left = tuple(
        {"person": row, "part": Part.MEMBER.value, "why": Departure.SPLIT.value, "on": on.isoformat()}
        for row in chosen
    )
    return SplitPlan(
        case=case,
        step={key: planned.data[key] for key in ("step", "title", "on", "by")},
        left=left,
        category=wanted,
        facts=settled.facts,
        papers=references(case, papers),
        unknown=unknown,
        warnings=tuple(warnings),
    )


def _not_a_member(facts: Facts, row: Mapping[str, object]) -> list[str]:
    applicant = known.single(facts, APPLICANT.key)
    if row.get("id_number") and row.get("id_number") == applicant.get("id_number"):
        return [f"{row.get('name')}是申请人；申请人离开的，先用 archivist case applicant 变更申请人"]
    return []


def references(case: Case, papers: Sequence[RecordNo] | None) -> tuple[PaperReference, ...]:
    """Return how another file names papers that a case holds: every one that holds, or those that are told."""
    return tuple(
        PaperReference(case.number, r.no, r.type, r.title, tuple(f.sha256 for f in r.files), r.dated)
        for r in case.holding
        if papers is None or r.no in papers
    )


def split_household(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    members: Sequence[str],
    *,
    category: Category | None = None,
    papers: Sequence[RecordNo] | None = None,
    relations: Mapping[str, str] = NONE_TOLD,
    on: dt.date,
    people: Sequence[str] = (),
    reason: str,
) -> SplitDone:
    """Let some members form a household of their own; for the arguments and what is refused see ``plan_split``.

    Raises:
        WriteFailed: E204; its message says whether the new case is there by now.

    Survives: a kill at any point; the next start completes the split, or it never began and only a number is gone.
    """
    with workspace.writing(by):
        complete_begun(workspace, by)
        plan = plan_split(
            workspace,
            by,
            workspace.archive.read(number),
            members,
            category=category,
            papers=papers,
            relations=relations,
            on=on,
            people=people,
            reason=reason,
        )
        return carry_out(workspace, by, plan, on=on, reason=reason)


def complete_begun(workspace: Workspace, by: By) -> None:
    """Complete what this very process began and the disk refused in the midst of it. The caller holds the lock."""
    if workspace.archive.two_case_changes.begun():
        workspace.archive.two_case_changes.recover()
        workspace.catch_up(by)


def carry_out(workspace: Workspace, by: By, plan: SplitPlan, *, on: dt.date, reason: str) -> SplitDone:
    """Make the new case and let the old one go of those who left. The caller holds the lock since the plan was made."""
    case = plan.case
    target = new_number(workspace, by, plan.category, on.year)
    step = dict(plan.step) | {"values": {"to": str(target)}}
    split = HouseholdSplit(case.number, target, step, plan.left, reason, workspace.stamp(by))
    said: dict[str, Any] = {
        "split_from": {"case": str(case.number), "seq": case.seq, "head": case.head},
        "papers": [paper.to_plain() for paper in plan.papers],
    }
    if standing := held_files.holds(workspace.archive, case, by.today):
        said["holds"] = [hold.to_plain() for hold in inherited(standing, str(case.number))]
    draft = opening(workspace, target, plan.facts, on, reason, said)
    try:
        new, old = split_off(workspace.archive.two_case_changes, split, workspace.config.office.name, draft)
    finally:
        for changed in (target, case.number):
            if (workspace.archive.cases / str(changed)).is_dir():
                workspace.follow(changed)
    with durable_files.writing(f"户档 {target} 已经建立，只是投放文件夹没有建成"):
        make_drop_folder(drop_folder(workspace, new))
    return SplitDone(old, new, plan)
