"""A ZIP file of stored entries whose bytes follow from its entries alone: no dates, no modes, no compression, no ZIP64.

Python's own writer goes back in the file to mend headers, and what it writes may differ from one version to the next.
Here each entry's CRC-32 stands in its header from the start, so that a package is written from beginning to end, and
made again to the same bytes on any machine. PKWARE APPNOTE 6.3.x, §4.3; names are UTF-8 (bit 11).
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from archivist.model.ids import Sha256

MOST_ENTRIES: Final = 65_534
MOST_BYTES: Final = 0xFFFF_FFFE
"""Beyond either a file needs ZIP64, which not every program reads."""
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20
_UTF_8: Final = 1 << 11
_DATE: Final = (1 << 5) | 1
"""The first of January 1980, the oldest day a ZIP can say."""
_MADE_BY: Final = (3 << 8) | _VERSION
_MODE: Final = 0o100644 << 16
_CHUNK: Final = 1 << 20
_AT_ONCE: Final = 16 << 20
"""A file up to this long is read once; a longer one twice, for its CRC-32 stands before it."""


class EntryDiffers(Exception):
    """What an entry was made of is not of the length and digest it ought to be; ``name`` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file to be packed: its path with ``/``, what it ought to be, and how to read it from its beginning."""

    name: str
    sha256: Sha256
    size: int
    open: Callable[[], BinaryIO]

    @property
    def overhead(self) -> int:
        """Bytes it takes besides its own."""
        return _LOCAL.size + _CENTRAL.size + 2 * len(self.name.encode())


def length(entries: Iterable[ZipEntry]) -> int:
    """Return how many bytes the file of these entries has."""
    return _END.size + sum(entry.size + entry.overhead for entry in entries)


def chunks(entries: Iterable[ZipEntry]) -> Iterator[bytes]:
    """Yield the file piece by piece.

    Raises:
        EntryDiffers: what was read is not what the entry says. ValueError: it would need ZIP64.
    """
    central: list[bytes] = []
    at = 0
    for entry in entries:
        name, small = entry.name.encode(), entry.size <= _AT_ONCE
        if small:
            with entry.open() as handle:
                data = handle.read(entry.size + 1)
            crc = _require(entry, data)
        else:
            data, crc = b"", _crc_of(entry)
        if at > MOST_BYTES or len(central) >= MOST_ENTRIES or entry.size > MOST_BYTES:
            raise ValueError("it would need ZIP64")
        shared = (_UTF_8, 0, 0, _DATE, crc, entry.size, entry.size, len(name), 0)
        yield _LOCAL.pack(b"PK\3\4", _VERSION, *shared) + name + data
        if not small:
            yield from _pieces(entry, crc)
        central.append(_CENTRAL.pack(b"PK\1\2", _MADE_BY, _VERSION, *shared, 0, 0, 0, _MODE, at) + name)
        at += _LOCAL.size + len(name) + entry.size
    table = b"".join(central)
    if at + len(table) > MOST_BYTES:
        raise ValueError("it would need ZIP64")
    yield table
    yield _END.pack(b"PK\5\6", 0, 0, len(central), len(central), len(table), at, 0)


def _require(entry: ZipEntry, data: bytes) -> int:
    if len(data) != entry.size or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise EntryDiffers(entry.name)
    return zlib.crc32(data)


def _crc_of(entry: ZipEntry) -> int:
    digest, crc, size = hashlib.sha256(), 0, 0
    with entry.open() as handle:
        while data := handle.read(_CHUNK):
            digest.update(data)
            crc = zlib.crc32(data, crc)
            size += len(data)
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise EntryDiffers(entry.name)
    return crc


def _pieces(entry: ZipEntry, crc: int) -> Iterator[bytes]:
    """Yield a long file, which must still be what it was a moment ago."""
    again, left = 0, entry.size
    with entry.open() as handle:
        while data := handle.read(min(_CHUNK, left)):
            again = zlib.crc32(data, again)
            left -= len(data)
            yield data
        if left or handle.read(1) or again != crc:
            raise EntryDiffers(entry.name)
