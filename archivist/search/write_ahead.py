"""SQLite's log of what was committed and is not yet in the file, as far as its pages are concerned.

See https://www.sqlite.org/fileformat2.html#the_write_ahead_log: a header of 32 bytes, then frames of 24 bytes and a page.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import Final

_HEADER: Final = struct.Struct(">IIIIII")
"""Magic, version, page size, number of the checkpoint, two salts; two checksums follow."""
_FRAME: Final = struct.Struct(">IIII")
"""Page, pages in the file after a commit (0 within one), two salts; two checksums follow."""
_HEADER_BYTES: Final = 32
_FRAME_BYTES: Final = 24
_SUM_BYTES: Final = 8


def log_of(database: Path) -> Path:
    """Return where a database's log stands."""
    return database.with_name(f"{database.name}-wal")


def page_sum(page: bytes) -> str:
    """Return the checksum of one page, 16 hexadecimal digits."""
    return hashlib.blake2b(page, digest_size=_SUM_BYTES).hexdigest()


def committed_pages(database: Path) -> dict[int, str]:
    """Return the checksum of each page in a database's log, by number from 0, as the last commit left it.

    Raises:
        OSError: the log cannot be read; that there is none is no error.
    """
    try:
        data = log_of(database).read_bytes()
    except FileNotFoundError:
        return {}
    if len(data) < _HEADER_BYTES:
        return {}
    _, _, size, _, *salts = _HEADER.unpack_from(data)
    found: dict[int, int] = {}
    uncommitted: dict[int, int] = {}
    at = _HEADER_BYTES
    while at + _FRAME_BYTES + size <= len(data):
        page, total, *own = _FRAME.unpack_from(data, at)
        if own != salts:  # left over from before the log began anew
            break
        uncommitted[page - 1] = at + _FRAME_BYTES
        if total:
            found |= uncommitted
            uncommitted = {}
        at += _FRAME_BYTES + size
    return {page: page_sum(data[start : start + size]) for page, start in found.items()}
