"""Posting lists as Whoosh 2.7 lays them out on disk, read and written a block at a time.

``W3Bl``, then blocks: length (negative on the last) · pickled (count, last number, weight, compression, 0, 0) ·
pickled and perhaps compressed (differences of the numbers, no weights, no values).
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import accumulate
from operator import sub
from pickle import dumps, load, loads
from typing import Any

_BLOCK = 128
_COMPRESS_FROM = 200
"""Pickled blocks of fewer bytes are not worth compressing."""
_MAGIC = b"W3Bl"
_LENGTH = struct.Struct("!i")


def _blocks(post: Any, info: Any) -> Iterator[tuple[int, bytes, int]]:
    """Yield ``(last number, packed numbers, compression)`` of each block of a posting list."""
    if info.is_inlined():
        ids = info.inlined_postings()[0]
        yield ids[-1], dumps((_differences(ids), None, None), 2), 0
        return
    offset, length = info.extent()
    raw = post.get(offset, length[0] if isinstance(length, tuple) else length)
    if raw[:4] != _MAGIC:
        raise ValueError("posting list expected")
    at, last = 4, False
    while not last:
        (size,) = _LENGTH.unpack_from(raw, at)
        at, last, size = at + 4, size < 0, abs(size)
        head = BytesIO(raw[at : at + size])
        about = load(head)
        yield about[1], head.read(), about[3]
        at += size


def _unpack(data: bytes, compressed: int) -> Iterator[int]:
    return accumulate(loads(zlib.decompress(data) if compressed else data)[0])


def numbers_of(post: Any, info: Any) -> list[int]:
    """Return every document number of a posting list, ascending."""
    found: list[int] = []
    for _, data, compressed in _blocks(post, info):
        found.extend(_unpack(data, compressed))
    return found


def among(post: Any, info: Any, wanted: Sequence[int]) -> list[int]:
    """Return those of the ascending numbers that the list holds, decoding only blocks that could hold them."""
    found: list[int] = []
    at = 0
    for last, data, compressed in _blocks(post, info):
        if at == len(wanted):
            break
        if wanted[at] <= last:
            until = bisect_left(wanted, last + 1, at)
            held = set(_unpack(data, compressed))
            found.extend(n for n in wanted[at:until] if n in held)
            at = until
    return found


def _differences(numbers: Sequence[int]) -> tuple[int, ...]:
    return tuple(map(sub, numbers, (0, *numbers[:-1])))


def pack_list(numbers: Sequence[int]) -> bytes:
    """Return the posting list of ascending document numbers as it lies on disk."""
    parts = [_MAGIC]
    for start in range(0, len(numbers), _BLOCK):
        block = numbers[start : start + _BLOCK]
        data, compressed = dumps((_differences(block), None, None), 2), 0
        if len(data) > _COMPRESS_FROM:
            data, compressed = zlib.compress(data, 3), 3
        head = dumps((len(block), block[-1], 1.0, compressed, 0, 0), 2)
        size = len(head) + len(data)
        parts += (_LENGTH.pack(size if start + _BLOCK < len(numbers) else -size), head, data)
    return b"".join(parts)
