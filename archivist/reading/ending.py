"""Whether a file has its end: what tells a file that is whole from one that is still being written.

Standard library only; looks at the first and last bytes, of a JPEG at its markers, of pictures and containers that say how long they
are at that (``container_ends``). Nothing is decoded.
"""

from __future__ import annotations

import mmap
from enum import Enum
from pathlib import Path
from typing import BinaryIO, Final

from archivist.reading.container_ends import end_of
from archivist.reading.formats.sample import TAIL_BYTES

_HEAD_BYTES: Final = 1024
_PADDING: Final = b"\0 \t\r\n\x1a"
"""What storage and transfer programs fill a file up with behind its end."""
_CHUNK: Final = 1 << 16
_MARKERS: Final = 4096
"""Most segments before the picture of a JPEG that are walked over."""


class Ending(Enum):
    """Whether a file has its end; most formats do not say."""

    THERE = "there"
    MISSING = "missing"
    CANNOT_TELL = "cannot tell"


def ending_of(path: Path) -> Ending:
    """Tell whether a file has the end its format asks for.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if b"%PDF-" in head:
            there = b"%%EOF" in _tail(file)
        elif head.startswith(b"PK\x03\x04"):
            there = b"PK\x05\x06" in _tail(file)
        elif head.startswith(b"\x89PNG\r\n\x1a\n"):
            there = b"IEND" in _tail(file)
        elif head.startswith(b"\xff\xd8\xff"):
            there = _jpeg_ends(file)
        elif judge := end_of(head):
            found = judge(file, file.seek(0, 2))
            if found is None:
                return Ending.CANNOT_TELL
            there = found
        else:
            return Ending.CANNOT_TELL
    return Ending.THERE if there else Ending.MISSING


def _tail(file: BinaryIO) -> bytes:
    """Return the last bytes of a file, not counting what it was filled up with."""
    end = file.seek(0, 2)
    while end:
        start = max(0, end - _CHUNK)
        file.seek(start)
        if content := file.read(end - start).rstrip(_PADDING):
            end = start + len(content)
            break
        end = start
    file.seek(max(0, end - TAIL_BYTES))
    return file.read(end - max(0, end - TAIL_BYTES))


def _jpeg_ends(file: BinaryIO) -> bool:
    """Tell whether the picture's end marker comes after its start: the one of a thumbnail before it does not count."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = 2
        for _ in range(_MARKERS):
            while data[at : at + 2] == b"\xff\xff":
                at += 1
            if data[at : at + 1] != b"\xff":
                return False
            marker = data[at + 1 : at + 2]
            if marker in (b"\xda", b"\xd9"):
                return data.find(b"\xff\xd9", at) >= 0
            length = int.from_bytes(data[at + 2 : at + 4], "big")
            if length < 2:
                return False
            at += 2 + length
    return False
