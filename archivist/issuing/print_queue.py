"""What waits for signature, in the order in which it is carried round: by village, then by household.

Only looks and converts; nothing in the archive changes by printing, for a sheet that jams is printed again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.documents.render import pdf as pdf_maker
from archivist.errors import ArchivistError, PdfUnavailable
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.ids import CaseNo
from archivist.model.record import Record, RecordStatus
from archivist.store.bag import sha256
from archivist.workspace import Workspace

__all__ = ["ReadyPaper", "WaitingPaper", "cases_with", "ready", "waiting"]

_ALL: Final = 1_000_000
_GROUP: Final = 50
"""Documents converted by one start of LibreOffice."""
_GIVE_UP: Final = 3
"""Documents that may fail one by one, in a row, before the rest of a group is not tried."""


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A document that waits for its signature (待签), and where it is carried to; ``place`` may be unknown, then empty."""

    case: CaseNo
    applicant: str
    place: str
    record: Record


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
    """Return what waits for signature in the order of the route, and why files that may have some could not be read.

    Args:
        workspace: the open workspace; the index says which households to look into, their files what waits.
        day: ``YYYY-MM-DD``: only what was filed on it.

    Raises:
        IndexFault: E400.
    """
    cases, unread = cases_with(workspace, RecordStatus.PENDING)
    return sorted((paper for case in cases for paper in _of(case, day)), key=_route), unread


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


def _of(case: Case, day: str) -> Iterator[WaitingPaper]:
    place = str(case.fact(FactPath.APPLICANT_VILLAGE) or "")
    for record in case.records.values():
        if record.status is RecordStatus.PENDING and not record.voided and record.filed_at.startswith(day):
            yield WaitingPaper(case.number, case.applicant_name, place, record)


def _route(paper: WaitingPaper) -> tuple[bool, str, str, str]:
    return not paper.place, paper.place, str(paper.case), str(paper.record.no)


# ── as PDF ───────────────────────────────────────────────────────────────────────────────────────────────
def ready(workspace: Workspace, papers: Sequence[WaitingPaper], work: Path) -> Iterator[ReadyPaper]:
    """Yield each document with its PDF, made of the ``.docx`` where none is on file; one that fails stops no other.

    Args:
        workspace: the open workspace.
        papers: in the order in which they are yielded.
        work: an existing folder; the caller removes it.
    """
    for start in range(0, len(papers), _GROUP):
        group = papers[start : start + _GROUP]
        folder = work / f"{start:06d}"
        folder.mkdir()
        taken = [_taken(workspace, paper, folder / f"{n:03d}") for n, paper in enumerate(group)]
        made = _converted([path for path in taken if isinstance(path, Path) and path.suffix == ".docx"])
        for paper, path in zip(group, taken, strict=True):
            yield _counted(paper, made.get(path, path) if isinstance(path, Path) else path)


def _taken(workspace: Workspace, paper: WaitingPaper, stem: Path) -> Path | str:
    """Copy the file that is printed; its bytes are those that were filed, or the reason why it is not printed."""
    files = {Path(entry.path).suffix.lower(): entry for entry in reversed(paper.record.files)}
    entry = files.get(".pdf") or files.get(".docx")
    if entry is None:
        return "没有可以打印的文件（PDF、Word）"
    copy = stem.with_suffix(Path(entry.path).suffix.lower())
    try:
        shutil.copyfile(workspace.archive.folder(paper.case) / entry.path, copy)
    except OSError:
        return "文件不在卷内，请运行 archivist verify"
    if sha256(copy.read_bytes()) != entry.sha256:
        return "文件与归档时不一致，请运行 archivist verify"
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
