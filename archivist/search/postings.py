"""Grams as numbers, and posting lists as they lie on disk: which documents of a segment hold a gram.

A gram of at most three characters is one number of 63 bits, 21 a character, so that grams sort as their characters do and those
that begin alike are neighbours. A list is one byte that says how, then the document numbers, ascending, from 0:

* ``GAPS``: a byte for each, what must be added to the one before (the first: to -1); 0 adds 255 and is no document.
* ``WIDE``: the same in two bytes each, little end first; 0 adds 65535.
* ``BITS``: bit ``n`` is set for document ``n``, lowest bits first.

Each list takes the shortest of the three. ``postings_bulk`` does the same to many lists at once.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from itertools import accumulate, compress
from typing import Final

from archivist.search.id_set import bits_of

GAPS, WIDE, BITS = 0, 1, 2
BYTE, WORD = 255, 65535
"""What the value 0 adds."""
_CHARACTER: Final = 21
_MASK: Final = (1 << _CHARACTER) - 1
_GRAM: Final = 3
_STEPS: Final = bytes([BYTE, *range(1, 256)])
_RUNS: Final = [b"0" * BYTE, *(b"0" * (gap - 1) + b"1" for gap in range(1, 256))]
"""A gap as digits of the list's bits, lowest first."""


def key_of(gram: str) -> int:
    """Return a gram as a number."""
    key = 0
    for at in range(_GRAM):
        key = key << _CHARACTER | (ord(gram[at]) if at < len(gram) else 0)
    return key


def gram_of(key: int) -> str:
    """Return the gram a number stands for."""
    codes = (key >> _CHARACTER * at & _MASK for at in reversed(range(_GRAM)))
    return "".join(chr(code) for code in codes if code)


def keys_beginning(prefix: str) -> tuple[int, int]:
    """Return the numbers between which lie, the second excluded, all grams that begin so."""
    key = key_of(prefix)
    return key, key + (1 << _CHARACTER * (_GRAM - len(prefix)))


def pack(numbers: Sequence[int]) -> bytes:
    """Return a list of ascending document numbers as it lies on disk."""
    gaps = [after - before for before, after in zip((-1, *numbers[:-1]), numbers, strict=True)]
    narrow = len(gaps) + sum((gap - 1) // BYTE for gap in gaps)
    wide = 2 * (len(gaps) + sum((gap - 1) // WORD for gap in gaps))
    bits = (numbers[-1] >> 3) + 1
    if bits < min(narrow, wide):
        return bytes([BITS]) + bits_of(numbers).to_bytes(bits, "little")
    if narrow <= wide:
        return bytes([GAPS]) + b"".join(
            bytes((gap - 1) // BYTE) + bytes([(gap - 1) % BYTE + 1]) for gap in gaps
        )
    return bytes([WIDE]) + b"".join(
        bytes(2 * ((gap - 1) // WORD)) + ((gap - 1) % WORD + 1).to_bytes(2, "little") for gap in gaps
    )


def numbers_in(data: bytes) -> list[int]:
    """Return the document numbers of a list.

    Raises:
        ValueError: it is none.
    """
    kind, body = _parted(data)
    if kind == GAPS:
        return list(compress(accumulate(body.translate(_STEPS), initial=-1), b"\0" + body))
    if kind == WIDE:
        words = _words(body)
        steps = (word or WORD for word in words)
        return list(compress(accumulate(steps, initial=-1), (0, *words)))
    digits = bin(int.from_bytes(body, "little"))[:1:-1]
    return [number for number, digit in enumerate(digits) if digit == "1"]


def bits_in(data: bytes) -> int:
    """Return the document numbers of a list as the bits of one number.

    Raises:
        ValueError: it is none.
    """
    kind, body = _parted(data)
    if kind == BITS:
        return int.from_bytes(body, "little")
    if kind == GAPS:
        return int(b"".join(map(_RUNS.__getitem__, body))[::-1], 2)
    return bits_of(numbers_in(data))


def _parted(data: bytes) -> tuple[int, bytes]:
    kind, body = data[0], data[1:]
    if kind > BITS or not body:
        raise ValueError("posting list expected")
    return kind, body


def _words(body: bytes) -> array[int]:
    words = array("H", body)
    if sys.byteorder == "big":
        words.byteswap()
    return words
