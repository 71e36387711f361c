"""A household's life: somebody else becomes the applicant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.cases import ChangeView, Settings
from archivist.api.result import Result

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.procedure.applicant_change import ApplicantChange
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
