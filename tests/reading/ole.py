"""Writes OLE compound files (MS-CFB), as Outlook's and the office programs' of former times are."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Union

Tree = Mapping[str, Union[bytes, "Tree"]]
_FREE: Final = 0xFFFFFFFF
_END: Final = 0xFFFFFFFE
_FAT: Final = 0xFFFFFFFD
_SECTOR: Final = 512
_SMALL_SECTOR: Final = 64
_SMALL: Final = 4096
"""Streams of fewer bytes stand in sectors of 64 bytes within one stream of their own."""


class _Chains:
    """Sectors of one size, and which follows which."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray()
        self.table: list[int] = []

    def add(self, stream: bytes) -> int:
        """Add a stream; returns its first sector."""
        if not stream:
            return _END
        start, count = len(self.table), -(-len(stream) // self.size)
        self.table += [*range(start + 1, start + count), _END]
        self.data += stream.ljust(count * self.size, b"\0")
        return start


def compound(path: Path, tree: Tree) -> Path:
    """Write a compound file: streams by their names, storages as trees within."""
    large, small = _Chains(_SECTOR), _Chains(_SMALL_SECTOR)
    entries: list[list[object]] = []

    def put(name: str, value: bytes | Tree) -> int:
        at = len(entries)
        entries.append([name, 1, _FREE, _FREE, 0, 0])
        if isinstance(value, bytes):
            chains = small if len(value) < _SMALL else large
            entries[at][1:] = [2, _FREE, _FREE, chains.add(value), len(value)]
            return at
        before = None
        for inner, content in value.items():
            place = put(inner, content)
            if before is None:
                entries[at][3] = place
            else:
                entries[before][2] = place
            before = place
        return at

    put("Root Entry", tree)
    entries[0][1] = 5
    entries[0][4:] = [large.add(bytes(small.data)), len(small.data)]
    short = struct.pack(f"<{len(small.table)}I", *small.table)
    short_start = large.add(short.ljust(-(-len(short) // _SECTOR) * _SECTOR, b"\xff"))
    directory = b"".join(_entry(*entry) for entry in entries)  # type: ignore[arg-type]
    first = large.add(directory)
    fats = 1
    while fats * 128 < fats + len(large.table):
        fats += 1
    # The table's own sectors stand behind all others.
    count = len(large.table)
    table = [*large.table, *[_FAT] * fats]
    table += [_FREE] * (fats * 128 - len(table))
    header = struct.pack(
        "<8s16sHHHHH6s9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, fats, first, 0, _SMALL, short_start, len(short) // _SECTOR + bool(len(short) % _SECTOR), _END, 0,
    )  # fmt: skip
    listed = struct.pack("<109I", *range(count, count + fats), *[_FREE] * (109 - fats))
    path.write_bytes(header + listed + bytes(large.data) + struct.pack(f"<{len(table)}I", *table))
    return path


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ", raw, len(raw), kind, 1, _FREE, right, child, b"", 0, 0, 0, start, size
    )
