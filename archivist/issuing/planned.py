"""What stands between wanting a document of a case and having it: planned, done before, refused, issued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archivist.doctypes.catalogue import DocumentType, Mode
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.render.overflow import continued_boxes
from archivist.errors import ArchivistError
from archivist.model.case import Case
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record

Given = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Manner:
    """How documents are issued.

    Attributes:
        draft: only looked at: nothing is issued, so that nothing of the procedure stands in the way.
        again: beside one of the kind that holds; ``replaces``: in place of that record, which is void from then on.
        reason: why it is issued again, in place of another, or dated back.
        posted: with others on one sheet for the board, see ``Issuance``.
        job: the digest of the bulk job it is part of, see ``issuing.jobs``; empty where a household was named by itself.
    """

    draft: bool = False
    again: bool = False
    replaces: RecordNo | None = None
    reason: str = ""
    posted: bool = False
    job: str = ""


ORDINARY: Final = Manner()


@dataclass(frozen=True, slots=True)
class PlannedForCase:
    """One document that can be issued: the case as read, its values, what a pen must still fill in.

    ``doubts``: what a person must look at before it is signed.
    """

    case: Case
    document: DocumentType
    values: Mapping[str, object]
    given: Given
    on: dt.date
    numbered: bool
    manner: Manner = ORDINARY
    doubts: tuple[str, ...] = ()

    @property
    def number_by_hand(self) -> str:
        """The reference number a person gave it; empty where it has none, or takes one from the ledger."""
        return "" if self.numbered else str(self.values.get(FieldPath.DOC_NO) or "")

    def continued(self, cache: Path | None = None) -> tuple[str, ...]:
        """Return the boxes whose text will go on on an addendum page (续页); found by filling the template.

        Args:
            cache: see ``continued_boxes``.
        """
        assert self.document.template is not None
        return continued_boxes(self.document.template, self.values, cache)

    @property
    def hand(self) -> tuple[str, ...]:
        """The Chinese names of what is filled in by hand."""
        return tuple(
            f.label for f in self.document.fields if f.mode is Mode.HAND and f.applies(self.case.category)
        )


@dataclass(frozen=True, slots=True)
class DoneBefore:
    """One case for which the same bulk job issued the document before; it is not issued again."""

    case: CaseNo
    record: Record


@dataclass(frozen=True, slots=True)
class Refused:
    """One case for which the document cannot be issued, with the reason."""

    case: CaseNo
    error: ArchivistError


@dataclass(frozen=True, slots=True)
class IssuedForCase:
    """One document issued and filed: as 待签, or for good where nobody signs it."""

    case: CaseNo
    record: RecordNo
    title: str
    doc_no: str
    files: tuple[Path, ...]
    hand: tuple[str, ...]
    continued: tuple[str, ...] = ()
    pending: bool = True


Outcome = IssuedForCase | DoneBefore | Refused


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be issued and what not; ``--dry-run`` shows this and stops. ``job`` is the digest of the bulk job, if it is one."""

    documents: tuple[PlannedForCase, ...] = ()
    refused: tuple[Refused, ...] = ()
    done_before: tuple[DoneBefore, ...] = ()
    job: str = ""


@dataclass(slots=True)
class BatchOutcome:
    """What a run did."""

    issued: list[IssuedForCase] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    done_before: list[DoneBefore] = field(default_factory=list)

    def add(self, one: Outcome) -> None:
        """Count one more household in."""
        match one:
            case IssuedForCase():
                self.issued.append(one)
            case DoneBefore():
                self.done_before.append(one)
            case Refused():
                self.refused.append(one)
