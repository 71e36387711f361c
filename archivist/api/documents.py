"""Documents of households: planned with every reason against, drafted, issued; one for each household.

What is planned and what is issued has the same form for documents of the office; see ``office_documents``.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api import given_values, parcels, selection
from archivist.api.parcels import NO_COPIES, Copies, Parcel, ParcelItem
from archivist.api.result import Refusal, Result
from archivist.errors import PdfUnavailable, UsageError
from archivist.model.invisible import invisible_notices
from archivist.store import durable_files

if TYPE_CHECKING:
    from archivist.doctypes import catalogue
    from archivist.issuing.planned import DoneBefore, Plan, PlannedForCase, Refused
    from archivist.model.by import By
    from archivist.workspace import Workspace

DRAFTS: Final = "草稿"
"""Where drafts go within the outbox when no folder is named."""


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────
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


# ── use cases ────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class PreparedDocuments:
    """What was asked for, checked for every household: it is shown, drafted or issued.

    Attributes:
        document: the type.
        checked: what can be issued and what not.
        pdf: make a PDF of each as well.
        copies: what is taken away of what is issued.
        notices: what was taken out of the values that were told, in Chinese.
    """

    document: catalogue.DocumentType
    checked: Plan
    pdf: bool
    copies: Copies
    notices: tuple[str, ...] = ()

    @property
    def ready(self) -> int:
        """How many can be issued."""
        return len(self.checked.documents)

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Those for which the document cannot be issued."""
        return refusals(self.checked.refused)

    @property
    def skipped(self) -> int:
        """For how many the same bulk job issued it before."""
        return len(self.checked.done_before)


def prepare(
    workspace: Workspace,
    by: By,
    document: str,
    named: Iterable[str] = (),
    *,
    listed: Path | None = None,
    search: str = "",
    values: Path | None = None,
    settings: Mapping[str, object] = {},
    on: dt.date | None = None,
    pdf: bool | None = None,
    copies: Copies = NO_COPIES,
    draft: bool = False,
    again: bool = False,
    reason: str = "",
    serves: Sequence[str] = (),
) -> PreparedDocuments:
    """Check for every household whether a document can be issued; write nothing.

    Several households, or those of a list or search, are a bulk job (``issuing.jobs``): what it has done is skipped.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        document: the type, by id, title, alias or code.
        named: the households; see ``selection.households``, also for ``listed`` and ``search``.
        listed: a list of households.
        search: a query.
        values: a file that gives values; a sheet of it names the households where nothing else does.
        settings: values for all, by path or Chinese name; a household's own row goes before them.
        on: date of the documents; today when not given.
        pdf: make PDFs as well; as the settings say when not given, and where they are to be merged.
        copies: what to take away of what is issued.
        draft: only a draft is wanted: nothing of the procedure stands in the way.
        again: repeat on purpose what was issued before; ``reason`` says why, or why it is dated back.
        reason: see ``again``.
        serves: numbers of the records a receipt (送达回证) is to list; else it lists whatever waits to be served.

    Raises:
        UsageError: E001, no household is meant, a list or sheet cannot be used, a parcel would be written over.
        ArchivistError: the one household's refusal, where only one is meant.
    """
    from archivist.doctypes.field_paths import FieldPath
    from archivist.issuing import jobs
    from archivist.issuing.case_documents import plan
    from archivist.issuing.planned import Manner

    wanted = workspace.catalogue.get(document)
    with_pdf = bool(copies.merged) or (workspace.config.options.pdf if pdf is None else pdf)
    shared, rows = given_values.for_households(values)
    by_name = selection.households(workspace, named)
    on_list = selection.households(workspace, listed=listed)
    chosen = tuple(dict.fromkeys((*by_name, *on_list, *selection.households(workspace, search=search))))
    if not chosen:
        chosen = on_list = tuple(rows)
    if not chosen:
        raise UsageError(
            "没有写为哪一户制发", remedy="写户号或姓名，或用 --search、--list、--from 指明各户。"
        )
    copies.refuse_existing()
    by_path = wanted.by_path  # each source by itself: what comes later may name a field otherwise
    chosen_records: Mapping[str, object] = {FieldPath.DELIVERY_RECORDS: "、".join(serves)} if serves else {}
    base = {**by_path(shared), **by_path(settings), **chosen_records}
    own = {n: by_path(row) for n, row in rows.items()}
    day, manner = on or by.today, Manner(draft, again, reason=reason)
    job = jobs.digest_of(
        wanted,
        jobs.Said(by_name, on_list, search),
        {"": base, **{str(n): row for n, row in own.items()}},
        on=day,
        manner=manner,
    )
    checked = plan(
        workspace,
        by,
        wanted,
        chosen,
        {n: {**base, **own.get(n, {})} for n in chosen},
        on=day,
        manner=replace(manner, job="" if draft else job),
    )
    if len(chosen) == 1 and checked.refused:
        raise checked.refused[0].error
    told = {**shared, **settings} | {str(n): row for n, row in rows.items()}
    return PreparedDocuments(wanted, checked, with_pdf, copies, tuple(invisible_notices(told)))


def plan(workspace: Workspace, prepared: PreparedDocuments) -> DocumentPlan:
    """Show what would be issued; each page is filled once, to see where it overflows."""
    checked = prepared.checked
    return DocumentPlan(
        tuple(PlannedDocument.of(workspace, one) for one in checked.documents),
        prepared.refused,
        _earlier(workspace, checked.done_before),
        prepared.notices,
    )


def draft(workspace: Workspace, prepared: PreparedDocuments, folder: Path | None = None) -> Drafts:
    """Write a draft of each document into a folder, over what has its name; the outbox's own when none is named.

    Raises:
        PdfUnavailable: E306, before anything is written, when PDFs are wanted and cannot be made. WriteFailed: E204.
    """
    from archivist.issuing.drafts import draft_document

    made = {
        f"{one.case.number} {one.document.title}": draft_document(one) for one in prepared.checked.documents
    }
    written = write_drafts(folder or workspace.archive.outbox / DRAFTS, made, pdf=prepared.pdf)
    return Drafts(written, prepared.refused, notices=prepared.notices)


def issue(
    workspace: Workspace,
    by: By,
    prepared: PreparedDocuments,
    progress: Callable[[int, int], None] | None = None,
) -> IssuedDocuments:
    """Issue and file every document that can be; each stands or falls alone.

    Args:
        workspace: the open workspace.
        by: who issues them, and when.
        prepared: what to issue.
        progress: called with the documents done and all of them.

    Raises:
        PdfUnavailable: E306, before anything is issued.
    """
    from archivist.issuing import case_documents

    outcome = case_documents.issue(
        workspace,
        by,
        prepared.checked,
        pdf=prepared.pdf,
        report=(lambda _one, done, total: progress(done, total)) if progress else None,
    )
    day = {one.case.number: one.on for one in prepared.checked.documents}
    doubts = {one.case.number: one.doubts for one in prepared.checked.documents}
    issued = tuple(
        IssuedDocument(
            case=str(one.case),
            record=one.record,
            document=prepared.document.id,
            title=one.title,
            date=day[one.case],
            doc_no=one.doc_no,
            files=one.files,
            hand=one.hand,
            continued=one.continued,
            pending=one.pending,
            doubts=doubts[one.case],
        )
        for one in outcome.issued
    )
    done = _earlier(workspace, outcome.done_before)
    parcels = prepared.copies.make([*(one.item for one in done), *(one.item for one in issued)])
    return IssuedDocuments(issued, refusals(outcome.refused), parcels, done, prepared.notices)


def _earlier(workspace: Workspace, done: Iterable[DoneBefore]) -> tuple[EarlierDocument, ...]:
    return tuple(EarlierDocument.of(workspace, one) for one in done)


# ── shared with documents of the office ──────────────────────────────────────────────────────────────────
def refusals(refused: Iterable[Refused]) -> tuple[Refusal, ...]:
    """Return what was refused, household by household."""
    return tuple(Refusal.for_case(one.case, one.error) for one in refused)


def write_drafts(folder: Path, pages: Mapping[str, bytes], *, pdf: bool) -> tuple[Path, ...]:
    """Write drafts (草稿) that only their owner may read.

    Args:
        folder: where; made when it is not there.
        pages: name without what follows the dot → the ``.docx``.
        pdf: a PDF of each as well.

    Raises:
        PdfUnavailable: E306, before anything is written. WriteFailed: E204.
    """
    files = {f"{stem}（草稿）.docx": page for stem, page in pages.items()}
    if pdf:
        files |= _as_pdf(files)
    paths = []
    with durable_files.writing("草稿没有写成"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in sorted(files):
            path = folder / name
            path.unlink(missing_ok=True)
            with parcels.private(path) as out:
                out.write(files[name])
            paths.append(path)
    return tuple(paths)


def _as_pdf(files: Mapping[str, bytes]) -> dict[str, bytes]:
    from archivist.documents.render import pdf as pdf_maker

    if not pdf_maker.available():
        raise PdfUnavailable("没有找到 LibreOffice")
    with tempfile.TemporaryDirectory(prefix="archivist-drafts-") as work:
        pages = []
        for name, page in files.items():
            pages.append(Path(work, name))
            pages[-1].write_bytes(page)
        made = pdf_maker.to_pdf(pages, Path(work, "pdf"))
        return {path.name: path.read_bytes() for path in made}
