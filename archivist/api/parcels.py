"""Issued documents taken away: copied into a folder, all in one archive, all in one PDF for the printer."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

from archivist.api.result import Problem
from archivist.errors import UsageError, WriteFailed
from archivist.os_reasons import reason_of


@dataclass(frozen=True, slots=True)
class ParcelItem:
    """An issued document to be taken away.

    Attributes:
        case: the household's number; ``None`` for a document of the office.
        title: what it is.
        files: its renditions.
    """

    case: str | None
    title: str
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What was taken away together; what could not be written takes nothing back of what was issued.

    Attributes:
        path: the folder, the archive or the PDF.
        pages: of a PDF, blank ones counted; else 0.
        problem: why it could not be written.
    """

    path: Path
    pages: int = 0
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Copies:
    """Where issued documents go besides the archive.

    Attributes:
        folder: each file on its own, written over what has its name.
        archive: all files in one ``.zip``.
        merged: all PDFs in one.
    """

    folder: Path | None = None
    archive: Path | None = None
    merged: Path | None = None

    def refuse_existing(self) -> None:
        """Refuse to write over a parcel, before anything is issued.

        Raises:
            UsageError: E001.
        """
        for target in (self.archive, self.merged):
            if target is not None and target.exists():
                raise UsageError(f"{target.name} 已经存在，不覆盖", remedy="换一个文件名，或先移走它。")

    def make(self, issued: Sequence[ParcelItem]) -> tuple[Parcel, ...]:
        """Make what was asked for of the documents issued; nothing of none."""
        wanted = ((self.folder, into_folder), (self.archive, into_zip), (self.merged, into_pdf))
        return tuple(_parcel(issued, target, write) for target, write in wanted if target and issued)


NO_COPIES: Final = Copies()


def _parcel(
    issued: Sequence[ParcelItem], target: Path, write: Callable[[Iterable[ParcelItem], Path], int]
) -> Parcel:
    try:
        return Parcel(target, write(issued, target))
    except WriteFailed as error:
        return Parcel(target, problem=Problem.of(error))


def into_folder(issued: Iterable[ParcelItem], folder: Path) -> int:
    """Copy the files of issued documents into a folder; the names of a household's begin with its number.

    Returns:
        0; a folder has no pages.

    Raises:
        WriteFailed: E204; the documents are issued and on file nevertheless.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for item in issued:
            for path in item.files:
                shutil.copyfile(path, folder / _name(item, path))
    except OSError as error:
        _not_written(folder, error)
    return 0


def into_zip(issued: Iterable[ParcelItem], target: Path) -> int:
    """Put all files of issued documents into one archive.

    Returns:
        0; an archive has no pages.

    Raises:
        WriteFailed: E204; the documents are issued and on file nevertheless.
    """
    try:
        with _whole(target) as out, zipfile.ZipFile(out, "w") as package:
            for item in issued:
                for path in item.files:
                    package.write(path, _name(item, path))
    except OSError as error:
        _not_written(target, error)
    return 0


def into_pdf(issued: Iterable[ParcelItem], target: Path, title: str = "社会救助文书") -> int:
    """Put the PDFs of issued documents into one PDF/A, each on a sheet of its own when printed on both sides.

    Returns:
        The number of pages.

    Raises:
        WriteFailed: E204; the documents are issued and on file nevertheless.
    """
    from pypdf.errors import PyPdfError

    from archivist.reading.pdf_bundle import write_bundle

    parts = (
        (f"{item.case} {item.title}" if item.case else item.title, path)
        for item in issued
        for path in item.files
        if path.suffix == ".pdf"
    )
    try:
        with _whole(target) as out:
            return write_bundle(parts, title, out)
    except (OSError, PyPdfError) as error:
        _not_written(target, error)


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """Write a file that only its owner may read, and that is there whole or not at all."""
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with private(part) as out:
            yield out
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink()


def private(path: Path) -> BinaryIO:
    """Open a file to be written anew that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _name(item: ParcelItem, path: Path) -> str:
    return f"{item.case} {path.name}" if item.case else path.name


def _not_written(target: Path, error: Exception) -> NoReturn:
    why = reason_of(error) if isinstance(error, OSError) else str(error)
    raise WriteFailed(f"文书已制发归档，但没有写成（{why}）", file=target.name) from None
