"""Two households become one (并户): all people of one join the other, whose file lives on; the file of the one is closed (注销，并入).

The living household must be in a review in which the change was reported, the other at the end of its procedure: what it was granted is ended by a
decision of its own, never by this. Each file keeps what is in it, for its own time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archivist.errors import CaseClosed, InvalidValue, StepRefused
from archivist.model import persons
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Op
from archivist.model.former_people import PaperReference
from archivist.model.holds import Hold, inherited
from archivist.model.household_changes import NONE_TOLD, JoinedHousehold, joined_household
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.stated_days import stated
from archivist.model.step_ids import StepId
from archivist.procedure.applicant_change import told_relations
from archivist.procedure.cases import Change, differences
from archivist.procedure.closing import Closing, closing_data, plan_closing, refuse_open, remove_drop_folders
from archivist.procedure.household_split import complete_begun, references
from archivist.procedure.steps import changed_groups, examine_step
from archivist.store import Draft, HouseholdMerger, held_files
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class MergerOrder:
    """Which two households become one, and what is told of it.

    Attributes:
        number: the household that lives on.
        ending: the one whose people join it, and whose file is closed.
        on: civil day on which they became one, and on which the file is closed.
        reason: free words.
        relations: person of the one that ends → what they are to the living one's applicant.
        papers: its records that the living file is to name; none when not told, and none is copied.
        people: who did it; the actor when nobody is named.
    """

    number: CaseNo
    ending: CaseNo
    on: dt.date
    reason: str
    relations: Mapping[str, str] = field(default_factory=lambda: NONE_TOLD)
    papers: Sequence[RecordNo] = ()
    people: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class MergerPlan:
    """A merger that nothing stands in the way of.

    Attributes:
        living: the household that goes on, as it stands; ``closing`` the file that is closed, and what it leaves open.
        joined: who comes, and the facts after; ``changes`` fact by fact.
        papers: what the living file rests on and the other keeps.
        holds: what binds the other file, as the living one takes it over.
        data: of the living file's event.
        warnings: what should be looked at.
    """

    living: Case
    closing: Closing
    joined: JoinedHousehold
    changes: tuple[Change, ...]
    papers: tuple[PaperReference, ...]
    holds: tuple[Hold, ...]
    data: Mapping[str, Any]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergerDone:
    """A merger that was made: the living file and the one that was closed, and what had been planned."""

    living: Case
    closed: Case
    plan: MergerPlan


def plan_merger(workspace: Workspace, by: By, order: MergerOrder) -> MergerPlan:
    """Examine a merger without writing anything.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        order: what is told of it.

    Raises:
        StepRefused: E209, with every reason at once. CaseClosed: E207, one of the files is closed, or the procedure of the one that is to end has
            not come to its end. InvalidValue: E002.
    """
    number, ending = order.number, order.ending
    if number == ending:
        raise InvalidValue("并户须写两个不同的户号", file=str(number))
    living, other = workspace.archive.read(number), workspace.archive.read(ending)
    if living.status is CaseStatus.DEREGISTERED:
        raise CaseClosed(
            f"已于 {living.deregistration_stated} 注销，不能作存续户",
            file=str(number),
            remedy="先写存续的一户，后写并入的一户。",
        )
    told: dict[str, Any] = {"on": order.on, "people": order.people, "reason": order.reason}
    planned = examine_step(workspace, by, living, StepId.MERGE_HOUSEHOLDS, **told)
    closing = plan_closing(workspace, by, ending, **told)
    problems = [
        f"{ending} 卷内没有第 {no} 件，或者已经作废"
        for no in order.papers
        if no not in {r.no for r in other.holding}
    ]
    if not any(step.id == StepId.MERGE_HOUSEHOLDS for step in workspace.pack.steps_of(other, order.on)):
        problems.append(f"{other.category.label}不以家庭为单位，{ending} 不能并入别户；终止后注销即可")
    if problems:
        raise StepRefused("不能这样并户", file=str(number), problems=problems)
    joined = joined_household(living.facts, other.facts, told_relations(other, order.relations))
    settled = persons.settled(joined.facts, before=living.facts, today=by.today)
    held = _inherited(workspace, by, living, other)
    named = references(other, order.papers)
    data = {key: planned.data[key] for key in ("step", "title", "from", "to", "on", "by")}
    data |= {
        "case": str(ending),
        "seq": other.seq,
        "head": other.head,
        "papers": [paper.to_plain() for paper in named],
        "facts": changed_groups(living.facts, settled.facts),
    }
    if held:
        data["holds"] = [hold.to_plain() for hold in held]
    return MergerPlan(
        living=living,
        closing=closing,
        joined=joined,
        changes=differences(living.facts, settled.facts),
        papers=named,
        holds=held,
        data=data,
        warnings=(
            *planned.warnings,
            *joined.notices,
            *settled.notices,
            *closing.warnings,
            "存续户的保障人数、金额由本次复核的变更决定定；并入户的义务人、代办人、账户没有带来",
        ),
    )


def _inherited(workspace: Workspace, by: By, living: Case, other: Case) -> tuple[Hold, ...]:
    """Return what binds the file that ends and not yet the living one, as that takes it over."""
    binding = held_files.holds(workspace.archive, living, by.today)
    both = {hold.id for hold in binding} - {hold.id for hold in living.holds}
    found = [h for h in held_files.holds(workspace.archive, other, by.today) if h.id not in both]
    return inherited(found, str(other.number), living.holds)


def merge_households(
    workspace: Workspace, by: By, order: MergerOrder, *, confirmed: bool = False
) -> MergerDone:
    """Let the people of one household join another; for the arguments and what is refused see ``plan_merger``.

    What the file leaves open that is closed, a person must know of (``confirmed``).

    Raises:
        StepRefused: E209, something is open and nobody confirmed it.
        WriteFailed: E204; its message says whether the living file has the people by now.

    Survives: a kill at any point; the next start closes the other file, or it never began.
    """
    with workspace.writing(by):
        complete_begun(workspace, by)
        plan = plan_merger(workspace, by, order)
        if not confirmed:
            again = f"archivist case merge {order.number} {order.ending} --reason 理由"
            refuse_open(plan.closing, again)
        return _carry_out(workspace, by, plan, order)


def _carry_out(workspace: Workspace, by: By, plan: MergerPlan, order: MergerOrder) -> MergerDone:
    """Take the people into the living file and close the other. The caller holds the lock since the plan was made."""
    number, ending = order.number, order.ending
    said = closing_data(stated(order.on), plan.closing.matters)
    merger = HouseholdMerger(ending, number, said, f"并入 {number}：{order.reason}", workspace.stamp(by))
    draft = Draft(Op.HOUSEHOLD_MERGED, plan.data, order.reason)
    try:
        living, closed = workspace.archive.change_two_cases(merger, lambda *_: draft)
    finally:
        for changed in (number, ending):
            workspace.follow(changed)
    remove_drop_folders(workspace, ending)
    return MergerDone(living, closed, plan)
