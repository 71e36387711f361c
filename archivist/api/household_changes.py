"""A household's life: somebody else becomes the applicant, some form a household of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archivist.api.authorisation import authorised
from archivist.api.case_past import ReferredPaper
from archivist.api.cases import ChangeView, Settings
from archivist.api.inbox import parse_record
from archivist.api.result import Result
from archivist.model.ids import Category
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.procedure.applicant_change import ApplicantChange
    from archivist.procedure.household_split import SplitPlan
    from archivist.workspace import Workspace

NONE_TOLD: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ApplicantChanged(Result):
    """A change of applicant that was made, or with ``dry_run`` could be.

    Attributes:
        event: number of the event that says so; ``None`` with ``dry_run``.
        old: the old applicant; ``new`` the new one.
        why: 死亡, 离开本户 or 户内变更; ``left_on`` the day the old one died or left, ``None`` where they stay.
        changes: fact by fact.
        unknown_relations: whose relation to the new applicant nobody told (不详).
        warnings: what should be looked at.
    """

    SCHEMA: ClassVar[str] = "archivist/case-applicant/1"

    case: str
    dry_run: bool
    event: int | None
    old: str
    new: str
    why: str
    left_on: dt.date | None
    changes: tuple[ChangeView, ...]
    unknown_relations: tuple[str, ...]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, done: ApplicantChange, *, dry_run: bool) -> ApplicantChanged:
        """Return a change of the procedure."""
        return cls(
            case=str(done.case.number),
            dry_run=dry_run,
            event=None if dry_run else done.case.seq,
            old=done.old,
            new=done.new,
            why=done.why,
            left_on=done.left_on,
            changes=tuple(map(ChangeView.of, done.changes)),
            unknown_relations=done.unknown,
            warnings=done.warnings,
        )


@authorised(Act.CHANGE_APPLICANT)
def change_applicant(
    workspace: Workspace,
    by: By,
    case: str,
    to: str,
    *,
    why: str = "",
    on: dt.date,
    relations: Mapping[str, str] = NONE_TOLD,
    settings: Settings = (),
    people: Sequence[str] = (),
    reason: str,
    dry_run: bool = False,
) -> ApplicantChanged:
    """Make a member of a household its applicant.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        to: the member: ``成员2``, a name, an ID number.
        why: 死亡, 离开本户 or 户内变更; when not told, 死亡 where one was reported in this review.
        on: civil day of the change.
        relations: person → what they are to the new applicant.
        settings: what else is known of the household now.
        people: who did it.
        reason: free words.
        dry_run: write nothing.

    Raises:
        StepRefused: E209, with every reason at once. InvalidValue: E002. CaseNotFound: E201.
    """
    from archivist.procedure import applicant_change as procedure

    done = procedure.change_applicant(
        workspace,
        by,
        workspace.find_case(case),
        to,
        why=why,
        on=on,
        relations=relations,
        facts=settings,
        people=people,
        reason=reason,
        dry_run=dry_run,
    )
    return ApplicantChanged.of(done, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class HouseholdSplitUp(Result):
    """A split that was made, or with ``dry_run`` could be.

    Attributes:
        new_case: the number of the new household; ``None`` with ``dry_run``.
        left: who left, by name; the first is the applicant of the new one.
        drop_folder: where the new one's scans are to be put; ``None`` with ``dry_run``.
        referred: the papers of the old household on which the new one rests; none was copied.
        unknown_relations: whose relation to the new applicant nobody told (不详).
        warnings: what should be looked at.
    """

    SCHEMA: ClassVar[str] = "archivist/case-split/1"

    case: str
    new_case: str | None
    category: Category
    dry_run: bool
    left: tuple[str, ...]
    drop_folder: Path | None
    referred: tuple[ReferredPaper, ...]
    unknown_relations: tuple[str, ...]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, plan: SplitPlan, new_case: str | None, drop_folder: Path | None) -> HouseholdSplitUp:
        """Return a split of the procedure; ``new_case`` where it was made."""
        return cls(
            case=str(plan.case.number),
            new_case=new_case,
            category=plan.category,
            dry_run=new_case is None,
            left=plan.names,
            drop_folder=drop_folder,
            referred=tuple(map(ReferredPaper.of, plan.papers)),
            unknown_relations=plan.unknown,
            warnings=plan.warnings,
        )


@authorised(Act.SPLIT_HOUSEHOLD)
def split_household(
    workspace: Workspace,
    by: By,
    case: str,
    members: Sequence[str],
    *,
    category: Category | None = None,
    papers: Sequence[str] | None = None,
    relations: Mapping[str, str] = NONE_TOLD,
    on: dt.date,
    people: Sequence[str] = (),
    reason: str,
    dry_run: bool = False,
) -> HouseholdSplitUp:
    """Let some members form a household of their own; the new case rests on papers of the old one without a copy.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        members: who leaves: ``成员2``, names, ID numbers; the first is the applicant of the new household.
        category: of the new case; the old one's when not told.
        papers: the records it refers to; every one that holds when not told.
        relations: person → what they are to the new applicant.
        on: civil day of the split.
        people: who did it.
        reason: free words.
        dry_run: write nothing.

    Raises:
        StepRefused: E209, with every reason at once. InvalidValue: E002. NotDelegated: E503. CaseExists: E208.
        CaseNotFound: E201.
    """
    from archivist.procedure import household_split as procedure
    from archivist.procedure.cases import drop_folder

    number = workspace.find_case(case)
    records = [no for text in papers if (no := parse_record(text))] if papers is not None else None
    told: dict[str, Any] = {"category": category, "papers": records, "relations": relations, "on": on}
    told |= {"people": people, "reason": reason}
    if dry_run:
        found = workspace.archive.read(number)
        return HouseholdSplitUp.of(procedure.plan_split(workspace, by, found, members, **told), None, None)
    done = procedure.split_household(workspace, by, number, members, **told)
    return HouseholdSplitUp.of(done.plan, str(done.new.number), drop_folder(workspace, done.new))
