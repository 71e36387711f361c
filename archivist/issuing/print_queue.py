"""What waits for signature, in the order in which it is carried round: the office's own, then by village, by household.

Nothing says of a paper of the office that it came back signed, for it is filed in no household: those of the last days are printed.

Only looks and converts; nothing in the archive changes by printing, for a sheet that jams is printed again.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.documents.render import pdf as pdf_maker
from archivist.errors import ArchivistError, PdfUnavailable
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.fact_paths import FactPath
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.store.bag import sha256
from archivist.workspace import Workspace

__all__ = [
    "OFFICE_DAYS",
    "ReadyPaper",
    "WaitingPaper",
    "cases_with",
    "of_office",
    "of_record",
    "ready",
    "route",
    "waiting",
]

_ALL: Final = 1_000_000
_GROUP: Final = 50
"""Documents converted by one start of LibreOffice."""
_GIVE_UP: Final = 3
"""Documents that may fail one by one, in a row, before the rest of a group is not tried."""


OFFICE_DAYS: Final = 7
"""A document of the office waits from the day it was issued on for so many days."""
_OFFICE: Final = "（本机关）"


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A document that waits for its signature (待签), and where it is carried to.

    Attributes:
        case: of its household; ``None`` for a document of the office.
        no: of the record; empty for a document of the office.
        place: the village or community; may be unknown, then empty.
        made_on: the civil day it was issued.
        files: where its files lie, and their digests.
    """

    case: CaseNo | None
    no: str
    title: str
    doc_no: str
    applicant: str
    place: str
    made_on: dt.date
    files: tuple[tuple[Path, str], ...]

    @property
    def named(self) -> str:
        """What it is called in messages."""
        return f"{self.case} 第 {self.no} 件" if self.case else self.title


@dataclass(frozen=True, slots=True)
class ReadyPaper:
    """A document as it goes to the printer: the PDF, or why there is none.

    Attributes:
        pages: sides that are printed on.
        problem: in Chinese; empty where there is a PDF.
    """

    paper: WaitingPaper
    pdf: Path | None = None
    pages: int = 0
    problem: str = ""


def waiting(workspace: Workspace, day: str = "") -> tuple[list[WaitingPaper], list[str]]:
    """Return what of households waits for signature in the order of the route, and why files that may have some could not be read.

    Args:
        workspace: the open workspace; the index says which households to look into, their files what waits.
        day: ``YYYY-MM-DD``: only what was filed on it.

    Raises:
        IndexFault: E400.
    """
    cases, unread = cases_with(workspace, RecordStatus.PENDING)
    return sorted((paper for case in cases for paper in _of(workspace, case, day)), key=route), unread


def cases_with(workspace: Workspace, status: RecordStatus, day: str = "") -> tuple[list[Case], list[str]]:
    """Return the households that have a record of a status by the index, filed on a day where one is named, and why some could not be read.

    Raises:
        IndexFault: E400.
    """
    filters = {"状态": status.value} | ({"日期": day} if day else {})
    hits = workspace.index.search("", filters=filters, limit=_ALL).hits
    found: list[Case] = []
    unread: list[str] = []
    for number in sorted({hit.case for hit in hits}, key=str):
        try:
            found.append(workspace.archive.read(number))
        except ArchivistError as error:
            unread.append(f"{number}：{error.what}")
    return found, unread


def _of(workspace: Workspace, case: Case, day: str) -> Iterator[WaitingPaper]:
    for record in case.records.values():
        if record.status is RecordStatus.PENDING and not record.voided and record.filed_at.startswith(day):
            yield _paper(workspace, case, record)


def of_record(workspace: Workspace, number: CaseNo, no: RecordNo) -> WaitingPaper | None:
    """Return a record as it is printed, whether it waits for its signature or wants none; ``None`` where it is not there or void.

    Raises:
        IntegrityAlarm: E202.
    """
    case = workspace.archive.read(number)
    record = case.records.get(no)
    return _paper(workspace, case, record) if record and not record.voided else None


def _paper(workspace: Workspace, case: Case, record: Record) -> WaitingPaper:
    folder = workspace.archive.folder(case.number)
    return WaitingPaper(
        case.number,
        str(record.no),
        record.title,
        record.doc_no,
        case.applicant_name,
        str(case.fact(FactPath.APPLICANT_VILLAGE) or ""),
        dt.date.fromisoformat(record.filed_at[:10]),
        tuple((folder / entry.path, entry.sha256) for entry in record.files),
    )


def of_office(workspace: Workspace, on: dt.date, *, days: int = OFFICE_DAYS) -> Iterator[WaitingPaper]:
    """Yield the documents of the office issued on a day, or on one of so many up to it, that somebody signs or seals."""
    since = on - dt.timedelta(days=days - 1)
    signed = {document.id for document in workspace.catalogue.generated() if document.needs_signature}
    for event in workspace.archive.ledger_events(Op.OFFICE_DOCUMENT_ISSUED):
        data = event.data
        if data["document"] in signed and event.time[:10] >= since.isoformat():
            files = tuple((workspace.archive.outbox / one["path"], one["sha256"]) for one in data["files"])
            made = dt.date.fromisoformat(event.time[:10])
            yield WaitingPaper(None, "", data["title"], data["doc_no"], "", _OFFICE, made, files)


def route(paper: WaitingPaper) -> tuple[bool, str, str, str]:
    """Return what papers are sorted by, to be carried round."""
    return not paper.place, paper.place, str(paper.case), paper.no


# ── as PDF ───────────────────────────────────────────────────────────────────────────────────────────────
def ready(papers: Sequence[WaitingPaper], work: Path) -> Iterator[ReadyPaper]:
    """Yield each document with its PDF, made of the ``.docx`` where none is on file; one that fails stops no other.

    Args:
        papers: in the order in which they are yielded.
        work: an existing folder; the caller removes it.
    """
    for start in range(0, len(papers), _GROUP):
        group = papers[start : start + _GROUP]
        folder = work / f"{start:06d}"
        folder.mkdir()
        taken = [_taken(paper, folder / f"{n:03d}") for n, paper in enumerate(group)]
        made = _converted([path for path in taken if isinstance(path, Path) and path.suffix == ".docx"])
        for paper, path in zip(group, taken, strict=True):
            yield _counted(paper, made.get(path, path) if isinstance(path, Path) else path)


def _taken(paper: WaitingPaper, stem: Path) -> Path | str:
    """Copy the file that is printed; its bytes are those that were filed, or the reason why it is not printed."""
    files = {path.suffix.lower(): (path, digest) for path, digest in reversed(paper.files)}
    found = files.get(".pdf") or files.get(".docx")
    if found is None:
        return "没有可以打印的文件（PDF、Word）"
    path, digest = found
    copy = stem.with_suffix(path.suffix.lower())
    try:
        shutil.copyfile(path, copy)
    except OSError:
        return "文件不在卷内，请运行 archivist verify" if paper.case else f"文件已不在 outbox 里：{path.name}"
    if sha256(copy.read_bytes()) != digest:
        return (
            "文件与归档时不一致，请运行 archivist verify"
            if paper.case
            else f"outbox 里的文件与制发时不一致：{path.name}"
        )
    return copy


def _converted(sources: Sequence[Path]) -> dict[Path, Path | str]:
    """Convert a group at one start of LibreOffice; should that fail, one by one."""
    if not sources:
        return {}
    out = sources[0].parent / "pdf"
    try:
        return dict(zip(sources, pdf_maker.to_pdf(sources, out), strict=True))
    except PdfUnavailable as error:
        if len(sources) == 1 or not pdf_maker.available():
            return dict.fromkeys(sources, error.what)
    found: dict[Path, Path | str] = {}
    failed, said = 0, ""
    for source in sources:
        if failed >= _GIVE_UP:
            found[source] = said
            continue
        try:
            (found[source],) = pdf_maker.to_pdf([source], out)
            failed = 0
        except PdfUnavailable as error:
            found[source] = said = error.what
            failed += 1
    return found


def _counted(paper: WaitingPaper, path: Path | str) -> ReadyPaper:
    if isinstance(path, str):
        return ReadyPaper(paper, problem=path)
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return ReadyPaper(paper, path, len(PdfReader(path).pages))
    except (PyPdfError, ValueError, LookupError):
        return ReadyPaper(paper, problem="PDF 打不开，请重新制发")
