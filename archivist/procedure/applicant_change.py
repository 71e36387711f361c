"""Somebody else of the household becomes the applicant: after a death the members go on, or they change among themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from archivist.errors import InvalidValue, StepRefused
from archivist.model import facts as known
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.facts import Part
from archivist.model.field_schema import APPLICANT, MEMBERS
from archivist.model.former_people import WITHIN, Departure
from archivist.model.household_changes import (
    NONE_TOLD,
    Relations,
    key_of,
    left_behind,
    member_named,
    unfit_applicant,
    with_applicant,
)
from archivist.model.ids import CaseNo
from archivist.model.step_ids import StepId
from archivist.procedure.cases import Change, changed_facts, differences, drop_folder, refuse_second
from archivist.procedure.steps import PlannedStep, changed_groups, examine_step
from archivist.store import Draft, durable_files
from archivist.store.inbox_access import make_drop_folder
from archivist.workspace import Workspace

REASONS: Final = (Departure.DEATH.value, Departure.LEFT.value, WITHIN)
"""Why the applicant changes: the old one died, left the household, or stays in it as a member."""


@dataclass(frozen=True, slots=True)
class ApplicantChange:
    """A change of applicant that was made, or with ``dry_run`` could be.

    Attributes:
        case: as it stands after (as it stands before, with ``dry_run``).
        old: name of the old applicant; ``new`` of the new one.
        why: one of ``REASONS``; ``left_on`` the day the old one died or left, ``None`` where they stay.
        changes: fact by fact.
        unknown: whose relation to the new applicant nobody told.
        warnings: what the facts still say of the old one, and what else should be known.
    """

    case: Case
    planned: PlannedStep
    old: str
    new: str
    why: str
    left_on: dt.date | None
    changes: tuple[Change, ...]
    unknown: tuple[str, ...]
    warnings: tuple[str, ...]


def change_applicant(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    to: str,
    *,
    why: str = "",
    on: dt.date,
    relations: Mapping[str, str] = NONE_TOLD,
    facts: Sequence[tuple[str, object]] = (),
    people: Sequence[str] = (),
    reason: str,
    dry_run: bool = False,
) -> ApplicantChange:
    """Make a member the applicant; documents issued before stay as they were, the old applicant stays findable.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        number: the case.
        to: the member, as people name one: ``成员2``, a name, an ID number.
        why: one of ``REASONS``; when not told, 死亡 where a death was reported in this review.
        on: civil day of the change.
        relations: person, as ``to`` names one → what they are to the new applicant.
        facts: what else is known of the household now, path and value.
        people: who did it; the actor when nobody is named.
        reason: free words.
        dry_run: write nothing.

    Raises:
        StepRefused: E209, with every reason at once. InvalidValue: E002. CaseExists: E208, the member has an open file of the
            category of their own.

    Survives: one commit; a drop folder of the new name that could not be made is made by the next change of the case.
    """
    made: list[ApplicantChange] = []

    def draft(case: Case) -> Draft:
        change, data = _planned(workspace, by, case, to, why, on, relations, facts, people, reason)
        made.append(change)
        return Draft(Op.APPLICANT_CHANGED, data, reason)

    if dry_run:
        draft(workspace.archive.read(number))
        return made[-1]
    case, _ = workspace.commit(number, draft, by)
    with durable_files.writing(f"户档 {number} 的申请人已经变更，只是新的投放文件夹没有建成"):
        make_drop_folder(drop_folder(workspace, case))
    return replace(made[-1], case=case)


def _planned(
    workspace: Workspace,
    by: By,
    case: Case,
    to: str,
    why: str,
    on: dt.date,
    relations: Mapping[str, str],
    facts: Sequence[tuple[str, object]],
    people: Sequence[str],
    reason: str,
) -> tuple[ApplicantChange, dict[str, Any]]:
    planned = examine_step(workspace, by, case, StepId.CHANGE_APPLICANT, on=on, people=people, reason=reason)
    old = known.single(case.facts, APPLICANT.key)
    place = member_named(case.facts, to)
    member = known.rows(case.facts, MEMBERS.key)[place]
    cause, left_on, problems = _cause(case, why, on)
    if problems := [*problems, *unfit_applicant(case.facts, member)]:
        raise StepRefused("不能这样变更申请人", file=str(case.number), problems=problems)
    after, unknown = with_applicant(
        case.facts, place, stays=cause == WITHIN, relations=told_relations(case, relations)
    )
    settled = changed_facts(after, facts, known.NO_FACTS, by.today)
    after = settled.facts
    refuse_second(
        workspace, case.category, str(known.single(after, APPLICANT.key).get("id_number", "")), case.number
    )
    left = [{"person": dict(old), "part": Part.APPLICANT.value, "why": cause, "on": left_on.isoformat()}]
    data = dict(planned.data) | {
        "values": {"new": str(member.get("name", "")), "old": str(old.get("name", "")), "why": cause},
        "left": [] if cause == WITHIN else left,
        "facts": changed_groups(case.facts, after),
    }
    warnings = [*planned.warnings, *settled.notices]
    if cause != WITHIN:
        warnings += left_behind(after, old)
        warnings.append(
            "保障人数、金额由本次复核的变更决定定，确认前请改好（benefit.persons、benefit.amount）"
        )
    change = ApplicantChange(
        case,
        planned,
        str(old.get("name", "")),
        str(member.get("name", "")),
        cause,
        None if cause == WITHIN else left_on,
        differences(case.facts, after),
        unknown,
        tuple(warnings),
    )
    return change, data


def _cause(case: Case, why: str, on: dt.date) -> tuple[str, dt.date, list[str]]:
    """Return why the applicant changes, the day they died or left, and what is wrong with it."""
    death = next((s for s in reversed(case.round) if s.id == StepId.REPORT_DEATH), None)
    cause = why.strip() or (Departure.DEATH.value if death else "")
    if cause not in REASONS:
        raise InvalidValue(f"变更申请人的原因应为 {'、'.join(REASONS)} 之一（--why）")
    if cause != Departure.DEATH.value:
        return cause, on, []
    if death is None:
        return cause, on, ["本次复核没有办“得知死亡”（report_death），申请人死亡须先登记"]
    dead = str(death.values.get("person") or "")
    if dead and dead != case.applicant_name:
        return cause, on, [f"登记的死亡人员是{dead}，不是申请人{case.applicant_name}"]
    return cause, dt.date.fromisoformat(str(death.values["died_on"])), []


def told_relations(case: Case, relations: Mapping[str, str]) -> Relations:
    """Return what was told of the relations to a new applicant, by person.

    Raises:
        InvalidValue: E002, somebody is named who does not belong to the household.
    """
    others = [row for part, row in known.people(case.facts) if part is not Part.MEMBER]
    found: dict[str, str] = {}
    for who, relation in relations.items():
        named = [row for row in others if who.strip() in (row.get("name"), row.get("id_number"))]
        row = named[0] if named else known.rows(case.facts, MEMBERS.key)[member_named(case.facts, who)]
        found[key_of(row)] = relation.strip()
    return found
