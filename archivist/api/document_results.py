"""What planning, drafting and issuing documents answers; the same for those of households and of the office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.parcels import Parcel, ParcelItem
from archivist.api.result import Refusal, Result

if TYPE_CHECKING:
    from archivist.issuing.planned import DoneBefore, PlannedForCase, Refused
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """One document that can be issued.

    Attributes:
        case: the household's number; ``None`` for a document of the office, and then there is no applicant.
        document: the catalogue's id of the type, ``title`` its name.
        date: its date (成文日期).
        numbered: it takes a reference number from the ledger when it is issued.
        doc_no: the number it was given; empty where it has none, or has none yet.
        hand: the Chinese names of what a pen must still fill in.
        continued: the boxes whose text will go on on an addendum page (续页).
        doubts: what a person must look at before it is signed.
    """

    case: str | None
    applicant: str
    document: str
    title: str
    date: dt.date
    numbered: bool
    doc_no: str
    hand: tuple[str, ...]
    continued: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @classmethod
    def of(cls, workspace: Workspace, planned: PlannedForCase) -> PlannedDocument:
        """Return a planned document of a household."""
        return cls(
            case=str(planned.case.number),
            applicant=planned.case.applicant_name,
            document=planned.document.id,
            title=planned.document.title,
            date=planned.on,
            numbered=planned.numbered,
            doc_no="" if planned.numbered else str(planned.values.get("doc_no", "")),
            hand=planned.hand,
            continued=planned.continued(workspace.root / "index" / "boxes" / f"{planned.document.id}.json"),
            doubts=planned.doubts,
        )


@dataclass(frozen=True, slots=True)
class EarlierDocument:
    """One document that the same bulk job, or the same order of the office, issued before; it is not issued again.

    ``record`` and ``case`` are ``None`` for a document of the office; ``date`` is its date (成文日期), as it stands on it;
    ``files`` its renditions on file, which are taken away with what is issued now.
    """

    case: str | None
    record: str | None
    document: str
    title: str
    date: str
    doc_no: str
    files: tuple[Path, ...]

    @classmethod
    def of(cls, workspace: Workspace, one: DoneBefore) -> EarlierDocument:
        """Return a document of a household."""
        record, folder = one.record, workspace.archive.folder(one.case)
        files = tuple(folder / f.path for f in record.files)
        return cls(str(one.case), record.no, record.type, record.title, record.dated, record.doc_no, files)

    @property
    def item(self) -> ParcelItem:
        """The document as it is taken away."""
        return ParcelItem(self.case, self.title, self.files)


@dataclass(frozen=True, slots=True)
class DocumentPlan(Result):
    """What would be issued, what not, and what was done before; nothing was written. ``notices``: see ``PreparedDocuments``."""

    SCHEMA: ClassVar[str] = "archivist/document-plan/1"

    documents: tuple[PlannedDocument, ...]
    refused: tuple[Refusal, ...] = ()
    done_before: tuple[EarlierDocument, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drafts(Result):
    """Drafts made: no number, no QR code, nothing entered. ``notices``: see ``PreparedDocuments``."""

    SCHEMA: ClassVar[str] = "archivist/drafts/1"

    drafts: tuple[Path, ...]
    refused: tuple[Refusal, ...] = ()
    doubts: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """One document issued; see ``PlannedDocument`` for what is not said here.

    Attributes:
        record: its number in the case; ``None`` for a document of the office, which is entered in the ledger.
        files: its renditions on file.
        pending: it waits for its signed copy (待签); else it is filed for good.
    """

    case: str | None
    record: str | None
    document: str
    title: str
    date: dt.date
    doc_no: str
    files: tuple[Path, ...]
    hand: tuple[str, ...]
    continued: tuple[str, ...] = ()
    pending: bool = False
    doubts: tuple[str, ...] = ()

    @property
    def item(self) -> ParcelItem:
        """The document as it is taken away."""
        return ParcelItem(self.case, self.title, self.files)


@dataclass(frozen=True, slots=True)
class IssuedDocuments(Result):
    """What was issued, what not, what was done before, and what was taken away of what was issued now.

    ``notices``: see ``PreparedDocuments``.
    """

    SCHEMA: ClassVar[str] = "archivist/issued-documents/1"

    issued: tuple[IssuedDocument, ...]
    refused: tuple[Refusal, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    done_before: tuple[EarlierDocument, ...] = ()
    notices: tuple[str, ...] = ()


def refusals(refused: Iterable[Refused]) -> tuple[Refusal, ...]:
    """Return what was refused, household by household."""
    return tuple(Refusal.for_case(one.case, one.error) for one in refused)
