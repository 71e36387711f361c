"""A household file written out as ordinary files, scans on request as PDFs in which their text can be found."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.case_past import ReferredPaper
from archivist.api.parcels import private
from archivist.api.result import Problem, Result
from archivist.errors import DroppedFileError, IntegrityAlarm, UsageError, WriteFailed
from archivist.os_reasons import reason_of
from archivist.store.durable_files import digest_of

if TYPE_CHECKING:
    from archivist.model.event import FileEntry
    from archivist.model.record import Record
    from archivist.reading.reader_process import Reader
    from archivist.workspace import Workspace

REFERRED: Final = "引用的材料.txt"
"""Names the papers of another household on which this one rests."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was written.

    Attributes:
        record: the number of its record; ``title`` what that is.
        path: where it is, within the folder.
        searchable: whether it is a scan with its text.
        voided: whether it is void (作废); its name says so.
        problem: why a scan was written as it is although its text was asked for, or what is wrong with a damaged one.
        damaged: it is not what was filed, and was not written.
    """

    record: str
    title: str
    path: str
    searchable: bool
    voided: bool = False
    problem: Problem | None = None
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class CaseExported(Result):
    """A household file that was written out.

    Attributes:
        case: its number.
        folder: where it is; only its owner may look into it.
        files: what is in it, in the order of the records.
        referred: papers of another household on which this one rests: not here, listed in ``REFERRED`` with where they are.
    """

    SCHEMA: ClassVar[str] = "archivist/case-export/1"

    case: str
    folder: Path
    files: tuple[ExportedFile, ...]
    referred: tuple[ReferredPaper, ...]


def export_case(workspace: Workspace, case: str, out: Path, *, searchable: bool = False) -> CaseExported:
    """Write the records of a household into a new folder, named by its number, within ``out``.

    Args:
        workspace: the open workspace; nothing in it changes.
        case: whose.
        out: an existing folder, or one to be made.
        searchable: write scans whose lines were kept as searchable PDF (PDF/A-2b) instead of as they are.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. UsageError: E001, the folder is there already. WriteFailed: E204.
    """
    from archivist.reading.reader_process import Reader

    found = workspace.archive.read(workspace.find_case(case))
    workspace.archive.access.disclose([found.number])
    source, target = workspace.archive.folder(found.number), out / str(found.number)
    referred = tuple(map(ReferredPaper.of, found.references))
    files: list[ExportedFile] = []
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.mkdir(mode=0o700)
        with ExitStack() as stack:
            reader = stack.enter_context(Reader()) if searchable else None
            for record in found.records.values():
                files += write_records(record, source, target, reader)
        if referred:
            with private(target / REFERRED) as listed:
                listed.write("".join(map(_line, referred)).encode())
    except FileExistsError:
        raise UsageError(
            f"{target.name} 已经存在，不覆盖", remedy="换一个文件夹，或先移走它。", file=str(out)
        ) from None
    except OSError as error:
        raise WriteFailed(f"没有写成（{reason_of(error)}）", file=target.name) from error
    return CaseExported(str(found.number), target, tuple(files), referred)


def _line(paper: ReferredPaper) -> str:
    return f"{paper.case} 第 {paper.record} 件 {paper.title} {paper.dated} sha256 {' '.join(paper.sha256)}\n"


def write_records(record: Record, source: Path, target: Path, reader: Reader | None) -> list[ExportedFile]:
    """Write the files of one record of a household's folder that are what was filed; with a reader a scan with its text."""
    written = []
    for number, entry in enumerate(record.files):
        place = PurePosixPath(entry.path).relative_to("data")
        if record.voided:
            place = place.with_stem(f"{place.stem}（已作废）")
        problem = None
        if alarm := _changed(source / entry.path, entry):
            written.append(
                _exported(record, place, searchable=False, problem=Problem.of(alarm), damaged=True)
            )
            continue
        (target / place).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if number == 0 and reader is not None and record.line_boxes is not None:
            lines = (source / record.line_boxes.path).read_bytes()
            with_text = place.with_suffix(".pdf")
            try:
                with tempfile.TemporaryDirectory() as work:
                    made = reader.searchable(source / entry.path, lines, record.title, Path(work))
                    _copy(made, target / with_text)
                written.append(_exported(record, with_text, searchable=True))
                continue
            except DroppedFileError as error:
                problem = Problem.of(error)
        _copy(source / entry.path, target / place)
        written.append(_exported(record, place, searchable=False, problem=problem))
    return written


def _exported(
    record: Record,
    place: PurePosixPath,
    *,
    searchable: bool,
    problem: Problem | None = None,
    damaged: bool = False,
) -> ExportedFile:
    voided = record.voided is not None
    return ExportedFile(record.no, record.title, str(place), searchable, voided, problem, damaged)


def _changed(path: Path, entry: FileEntry) -> IntegrityAlarm | None:
    """Return what is wrong with a file that is not what was filed."""
    try:
        if digest_of(path) == (entry.sha256, entry.size):
            return None
        what = "内容与归档时不同"
    except OSError as error:
        what = reason_of(error)
    return IntegrityAlarm(f"{what}，没有另存", file=entry.path)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as data, private(target) as out:
        shutil.copyfileobj(data, out)
