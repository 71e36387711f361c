"""Files beside the archive's bags in which something of some households stands, and those of which nobody here can tell.

Text is looked through, in three encodings, and what is packed in ZIP files as deep as it goes. A picture, a PDF, a locked or a damaged
file may show a household to whoever opens it: it is named, not passed over. What waits to be filed has its text beside it.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.model.ids import CaseNo
from archivist.store.tray_items import TEXT

__all__ = ["LocalFile", "look_through"]

_LONGEST: Final = 64 << 20
"""Text is not longer; and so much of one package is unpacked at a time."""
_MOST_UNPACKED: Final = 1 << 30
_DEPTH: Final = 4
_ENCODINGS: Final = ("utf-8", "gb18030", "utf-16-le")
_TAG: Final = re.compile(rb"<[^>]*>")
_OFFICE: Final = "[Content_Types].xml"
_PICTURES: Final = (".png", ".jpeg", ".jpg", ".emf", ".wmf")
"""In a document of an office program: its codes and its letterhead; what a scan shows is no document."""
_BROKEN: Final = (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file: the cases one of whose words stands in it or in its path, and whether some of it could not be looked into."""

    path: str
    cases: frozenset[CaseNo]
    opaque: bool


def look_through(
    root: Path, places: Sequence[str], words: Mapping[CaseNo, Sequence[str]], *, but: Path
) -> Iterator[LocalFile]:
    """Yield the files that have a word of some case, and those that cannot be looked into.

    Args:
        root: the workspace.
        places: folders below it, or absolute ones.
        words: by case, what tells that a file is of it.
        but: a folder that is left out.
    """
    wanted = {
        number: tuple({word.encode(code, "replace") for word in told for code in _ENCODINGS})
        for number, told in words.items()
    }
    for place in places:
        for folder, _, names in os.walk(root / place):
            if but in (Path(folder), *Path(folder).parents):
                continue
            is_read = _is_filled(Path(folder, TEXT))
            for name in sorted(names):
                path = Path(folder, name)
                told = (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
                there: set[CaseNo] = set()
                opaque = False
                for piece in (told.encode("utf-8", "replace"), *_contents(path)):
                    if piece is None:
                        opaque = True
                        continue
                    there |= {n for n, some in wanted.items() if any(word in piece for word in some)}
                if there or (opaque and not is_read):
                    yield LocalFile(told, frozenset(there), opaque and not is_read)


def _is_filled(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _contents(path: Path) -> Iterator[bytes | None]:
    """Yield the pieces of a file; ``None`` for whatever cannot be looked into."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                yield from _entries(package, _DEPTH)
        elif path.stat().st_size > _LONGEST:
            yield None
        else:
            yield from _plain(path.read_bytes())
    except _BROKEN:
        yield None


def _entries(package: zipfile.ZipFile, depth: int) -> Iterator[bytes | None]:
    names = package.namelist()
    unpacked = 0
    for entry in package.infolist():
        yield entry.filename.encode("utf-8", "replace")
        unpacked += entry.file_size
        if entry.flag_bits & 1 or entry.file_size > _LONGEST or unpacked > _MOST_UNPACKED:
            yield None
            continue
        if _OFFICE in names and entry.filename.lower().endswith(_PICTURES):
            continue
        data = package.read(entry)
        if data[:2] != b"PK":
            yield from _plain(data)
        elif depth:
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                yield from _entries(inner, depth - 1)
        else:
            yield None


def _plain(data: bytes) -> Iterator[bytes | None]:
    yield data
    if data.startswith(b"%PDF-") or not _is_text(data):
        yield None
    elif b"<" in data:
        yield _TAG.sub(b"", data)  # a name may stand in two runs of a paragraph


def _is_text(data: bytes) -> bool:
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    for encoding in ("utf-8", "gb18030", "utf-16"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
