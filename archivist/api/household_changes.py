"""A household's life: somebody else becomes the applicant, some form a household of their own, two become one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archivist.api.authorisation import authorised, require
from archivist.api.case_past import ReferredPaper
from archivist.api.cases import ChangeView, OpenMatterView, Settings
from archivist.api.inbox import parse_record
from archivist.api.result import Result
from archivist.model.ids import Category
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.procedure.applicant_change import ApplicantChange
    from archivist.procedure.household_merger import MergerOrder, MergerPlan
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


@dataclass(frozen=True, slots=True)
class HouseholdsMerged(Result):
    """A merger that was made, or with ``dry_run`` could be.

    Attributes:
        case: the household that lives on; ``merged`` the one whose file is closed, and which keeps everything in it.
        on: the day on which that is closed, from which its own period runs: until ``keep_until``, ``None`` with ``dry_run``.
        joined: who came, by name; ``present`` who belonged to the living household already.
        changes: of the living household, fact by fact.
        referred: the papers of the closed file that the living one names; none was copied.
        holds: what binds the closed file and from now on the living one too.
        matters: what the closed file leaves open; where there is anything a person must confirm it.
        unknown_relations: whose relation to the applicant nobody told (不详).
        warnings: what should be looked at.
    """

    SCHEMA: ClassVar[str] = "archivist/case-merge/1"

    case: str
    merged: str
    applicant: str
    on: dt.date
    dry_run: bool
    keep_until: dt.date | None
    joined: tuple[str, ...]
    present: tuple[str, ...]
    changes: tuple[ChangeView, ...]
    referred: tuple[ReferredPaper, ...]
    holds: tuple[str, ...]
    matters: tuple[OpenMatterView, ...]
    unknown_relations: tuple[str, ...]
    warnings: tuple[str, ...]

    @classmethod
    def of(
        cls, plan: MergerPlan, on: dt.date, *, dry_run: bool, keep_until: dt.date | None = None
    ) -> HouseholdsMerged:
        """Return a merger of the procedure."""
        return cls(
            case=str(plan.living.number),
            merged=str(plan.closing.case.number),
            applicant=plan.living.applicant_name,
            on=on,
            dry_run=dry_run,
            keep_until=keep_until,
            joined=plan.joined.came,
            present=plan.joined.here,
            changes=tuple(map(ChangeView.of, plan.changes)),
            referred=tuple(map(ReferredPaper.of, plan.papers)),
            holds=tuple(f"{hold.id} {hold.words}（沿自 {hold.origin}）" for hold in plan.holds),
            matters=tuple(map(OpenMatterView.of, plan.closing.matters)),
            unknown_relations=plan.joined.unknown,
            warnings=plan.warnings,
        )


@dataclass(frozen=True, slots=True)
class MergerRequest:
    """Which two households become one, as people say it.

    Attributes:
        case: the household that lives on; see ``Workspace.find_case``.
        other: the one whose people join it.
        on: civil day.
        reason: free words.
        relations: person of the other → what they are to the applicant.
        papers: records of the other that the living file is to name; none is copied.
        people: who did it.
    """

    case: str
    other: str
    on: dt.date
    reason: str
    relations: Mapping[str, str] = field(default_factory=lambda: NONE_TOLD)
    papers: Sequence[str] = ()
    people: Sequence[str] = ()

    def order(self, workspace: Workspace) -> MergerOrder:
        """Return it with the numbers of the cases and records that are meant.

        Raises:
            CaseNotFound: E201. InvalidValue: E002.
        """
        from archivist.procedure.household_merger import MergerOrder

        return MergerOrder(
            workspace.find_case(self.case), workspace.find_case(self.other), self.on, self.reason, self.relations,
            [no for text in self.papers if (no := parse_record(text))], self.people,
        )  # fmt: skip


def plan_merger(
    workspace: Workspace, by: By, request: MergerRequest, *, dry_run: bool = True
) -> HouseholdsMerged:
    """Say what a merger would do; nothing is written. Refuses what ``merge_households`` refuses, but what is open.

    Whoever only looks (``dry_run``) need not be one who may do it.

    Raises:
        See ``merge_households``.
    """
    from archivist.procedure import household_merger as procedure

    if not dry_run:
        require(workspace, by, Act.MERGE_HOUSEHOLDS)
    plan = procedure.plan_merger(workspace, by, request.order(workspace))
    return HouseholdsMerged.of(plan, request.on, dry_run=True)


@authorised(Act.MERGE_HOUSEHOLDS)
def merge_households(
    workspace: Workspace, by: By, request: MergerRequest, *, confirmed: bool = False
) -> HouseholdsMerged:
    """Let the people of one household join another, and close the file of the one (注销，并入).

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        request: what is told of it.
        confirmed: a person knows what the closed file leaves open.

    Raises:
        StepRefused: E209, with every reason at once, or something is open and nobody confirmed it. CaseClosed: E207. InvalidValue: E002.
        CaseNotFound: E201.
    """
    from archivist.procedure import household_merger as procedure
    from archivist.rules.disposition.retention import retention

    done = procedure.merge_households(workspace, by, request.order(workspace), confirmed=confirmed)
    kept = retention(done.closed, workspace.pack, by.today).expires
    return HouseholdsMerged.of(done.plan, request.on, dry_run=False, keep_until=kept)
