"""The QR code of a document as a crisp picture, quickly.

Most of a code's cost is the choice among the eight mask patterns and the drawing. The masks differ by a pattern that
does not depend on the text, so one code is made and the other seven follow by exclusive or; each is weighed as one
long integer, by the rules of ISO/IEC 18004:2015, 7.8.3. With eight pixels a module, a module is one byte of a 1-bit PNG.
"""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import Final

import segno

SCALE: Final = 8
"""Pixels a module; one byte of a 1-bit picture."""
_MASKS: Final = range(8)
_BLANK: Final = "AV1"


def qr_png(payload: str | None) -> bytes:
    """Return the QR code as a 1-bit PNG, white when there is no payload.

    Level Q, the smallest version that holds it; the white border is 4 modules, 3 in version 3, so that a module
    is at least 0.68 mm on a side of ``render.QR_SIDE_MM``.
    """
    if payload is None:
        return _png([bytes(21)] * 21, 4)
    version, code = _code(payload, 0)
    size = 17 + 4 * version
    rows, columns = _spaced(code, size), _spaced(_turned(code, size), size)
    changes = _changes(version)
    best = min(_MASKS, key=lambda m: _penalty(rows ^ changes[m][1], columns ^ changes[m][2], size))
    bits = bytes(f"{code ^ changes[best][0]:0{size * size}b}", "ascii").translate(_DIGITS)
    lines = [bits[i : i + size] for i in range(0, size * size, size)]
    return _png(lines, 4 if version < 3 else 3)


_DIGITS: Final = bytes.maketrans(b"01", b"\0\1")
_PIXELS: Final = bytes.maketrans(b"\0\1", b"\xff\x00")


def _code(payload: str, mask: int, version: int | None = None) -> tuple[int, int]:
    """Return a code's version and its modules as one number, the first row the highest bits."""
    code = segno.make_qr(payload, error="q", boost_error=False, mask=mask, version=version)
    bits = b"".join(bytes(row) for row in code.matrix)
    return int(code.version), int(bits.translate(bytes.maketrans(b"\0\1", b"01")), 2)


@cache
def _changes(version: int) -> tuple[tuple[int, int, int], ...]:
    """Return what turns a code of the first mask into one of each mask: mask patterns and format information.

    Each three times: plain, its rows spaced, its columns spaced.
    """
    size = 17 + 4 * version
    codes = [_code(_BLANK, mask, version)[1] for mask in _MASKS]
    changes = [codes[0] ^ code for code in codes]
    return tuple((c, _spaced(c, size), _spaced(_turned(c, size), size)) for c in changes)


def _penalty(rows: int, columns: int, size: int) -> int:
    """Weigh a masked code; less is better to read."""
    balance = int(abs(rows.bit_count() * 100 / (size * size) - 50) / 5)
    return _lines(rows, size) + _lines(columns, size) + _blocks(rows, size) + 10 * balance


def _turned(code: int, size: int) -> int:
    text = f"{code:0{size * size}b}"
    return int("".join(text[i::size] for i in range(size)), 2)


_GAP: Final = 4


def _spaced(code: int, size: int) -> int:
    """Put light modules between the rows, as the quiet zone does."""
    text = f"{code:0{size * size}b}"
    gap = "0" * _GAP
    return int(gap.join(text[i : i + size] for i in range(0, size * size, size)), 2)


@cache
def _inside(size: int) -> int:
    """Ones where a spaced code has modules."""
    return _spaced((1 << size * size) - 1, size)


def _lines(dark: int, size: int) -> int:
    """Runs of five or more of one colour (3 points and one for each more), and patterns like a finder's (40)."""
    points = 0
    light = ~dark & _inside(size)
    for colour in (dark, light):
        two = colour & colour >> 1
        five = two & two >> 2 & colour >> 4
        points += five.bit_count() + 2 * (five & ~(five << 1)).bit_count()
    outside = ~dark & ((1 << (size * (size + _GAP) + _GAP)) - 1)
    finder = dark & ~(dark >> 1) & dark >> 2 & dark >> 3 & dark >> 4 & ~(dark >> 5) & dark >> 6
    after = outside >> 7 & outside >> 8 & outside >> 9 & outside >> 10
    wide = (outside << _GAP) | ((1 << _GAP) - 1)
    before = wide & wide >> 1 & wide >> 2 & wide >> 3
    return points + 40 * (finder & (after | before)).bit_count()


def _blocks(dark: int, size: int) -> int:
    """Blocks of two by two of one colour, 3 points each."""
    points = 0
    for colour in (dark, ~dark & _inside(size)):
        beside = colour & colour >> 1
        points += (beside & beside >> (size + _GAP)).bit_count()
    return 3 * points


def _png(rows: list[bytes], border: int) -> bytes:
    """Draw rows of modules (0 light, 1 dark) with a light border."""
    size = len(rows) + 2 * border
    edge = b"\xff" * border
    light = (b"\0" + b"\xff" * size) * SCALE * border
    lines = b"".join((b"\0" + edge + row.translate(_PIXELS) + edge) * SCALE for row in rows)
    head = struct.pack(">2L5B", size * SCALE, size * SCALE, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(light + lines + light)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
        for kind, data in chunks
    )
