"""Writes Word packages: fixed times and order, and members that were compressed before are copied as they are.

``zipfile`` can do neither the copying nor the writing without a stream; a package of twenty small members is a few
records of fixed form (PKWARE APPNOTE 4.3), and a thousand letters differ in two of them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

_DAY: Final = (1 << 5) | 1
"""1 January 1980, the first day of the format."""
_STORED, _DEFLATED = 0, 8
_UTF8: Final = 0x800
_VERSION: Final = 20
_ATTRIBUTES: Final = 0o600 << 16
_FIRST: Final = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Member:
    """One member, ready to be written; ``fields`` are those of its head that follow from its content."""

    name: str
    fields: bytes
    data: bytes


def member(name: str, content: bytes, *, compress: bool = True) -> Member:
    """Compress a member; the same content gives the same bytes."""
    method, data = _STORED, content
    if compress:
        packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)
        method, data = _DEFLATED, packer.compress(content) + packer.flush()
    sizes = (zlib.crc32(content), len(data), len(content))
    return Member(name, struct.pack("<3H3L", method, 0, _DAY, *sizes), data)


def join(members: Iterable[Member]) -> bytes:
    """Write members as a package, ``[Content_Types].xml`` first."""
    parts: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for one in sorted(members, key=lambda m: m.name != _FIRST):
        name = one.name.encode()
        flags = 0 if one.name.isascii() else _UTF8
        head = struct.pack("<2H", _VERSION, flags) + one.fields + struct.pack("<2H", len(name), 0)
        parts += [b"PK\3\4", head, name, one.data]
        more = struct.pack("<3H2L", 0, 0, 0, _ATTRIBUTES, offset)
        directory.append(b"PK\1\2" + struct.pack("<H", _VERSION) + head + more + name)
        offset += 4 + len(head) + len(name) + len(one.data)
    listed = b"".join(directory)
    count = len(directory)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(listed), offset, 0)
    return b"".join((*parts, listed, end))


def pack(members: Mapping[str, bytes], *, compress: bool = True) -> bytes:
    """Write a package with fixed times and order, so that the same content gives the same bytes.

    Args:
        members: name → content; ``[Content_Types].xml`` is put first, the rest keep their order.
        compress: deflate; without, the bytes do not depend on the version of zlib either.
    """
    return join(member(name, content, compress=compress) for name, content in members.items())
