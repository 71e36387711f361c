"""Whoosh's table of contents, read without Whoosh: a question needs to know which segments there are, and nothing else of it.

Importing Whoosh takes longer than most answers. Only the newest layout is read, as ``whoosh.index.TOC`` writes it, and of its pickle
no class but that of our segments: whatever else it names is refused before it is made.
"""

from __future__ import annotations

import io
import os
import pickle
import re
import struct
from pathlib import Path
from typing import Any, Final

from archivist.errors import IndexFault

NAME: Final = "MAIN"
EXTENSION: Final = ".arc"
STRANGE: Final = "全文索引里有不是它自己写的内容"
_TABLE: Final = re.compile(f"_{NAME}_([0-9]+)\\.toc")
_HEAD: Final = struct.pack("!BBBii", 4, 8, 4, -12345, -111)
"""Sizes of numbers, a number by which their order is known, and the layout's own number."""
_NUMBERS: Final = struct.Struct("!ii")
"""The commit's number, and one that is not used."""


class ListedSegment:
    """What the table of contents holds of a segment; ``whoosh_codec.ArchiveSegment`` is what Whoosh knows it as."""

    indexname: str
    segid: str
    _deleted: set[int]

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.indexname}_{self.segid}{EXTENSION}"

    @property
    def dead(self) -> set[int]:
        """The places of the documents that are dead."""
        return self._deleted


def newest(folder: Path) -> int:
    """Return the number of the newest commit on disk.

    Raises:
        IndexFault: E400, there is none.
    """
    try:
        with os.scandir(folder) as there:
            found = [int(m[1]) for entry in there if (m := _TABLE.fullmatch(entry.name))]
    except OSError:
        found = []
    if not found:
        raise IndexFault("全文索引不存在或不完整")
    return max(found)


def file_of(commit: int) -> str:
    """Return the name of a commit's table of contents."""
    return f"_{NAME}_{commit}.toc"


def segments(folder: Path, commit: int) -> list[ListedSegment]:
    """Return the segments of a commit.

    Raises:
        OSError: its table of contents is not there. IndexFault: E400, something else than a segment of ours is in it.
            ValueError, pickle.UnpicklingError …: it is damaged.
    """
    table = io.BytesIO((folder / file_of(commit)).read_bytes())
    if table.read(len(_HEAD)) != _HEAD:
        raise ValueError("table of contents expected")
    for _release in range(3):
        _number(table)
    table.seek(_number(table), os.SEEK_CUR)  # what Whoosh is told of the fields
    if _NUMBERS.unpack(table.read(_NUMBERS.size))[0] != commit:
        raise ValueError("table of contents of another commit")
    found = _Segments(table).load()
    if not isinstance(found, list) or not all(isinstance(one, ListedSegment) for one in found):
        raise IndexFault(STRANGE)
    return found


def _number(table: io.BytesIO) -> int:
    """Return a number of seven bits a byte, the least first."""
    found, shift = 0, 0
    while True:
        (byte,) = table.read(1)
        found |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return found


class _Segments(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("archivist.search.whoosh_codec", "ArchiveSegment"):
            return ListedSegment
        raise IndexFault(STRANGE)
