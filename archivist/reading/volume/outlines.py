"""Text as lines and curves: what is written on a volume needs no font in the file, and looks the same on every machine.

The outlines are those of Noto Sans CJK SC (SIL Open Font License, see ``OFL.txt``), rounded to a 250th of the height: all of ASCII,
the signs and the 3755 characters of GB 2312 level one. ``tools/make_outlines.py`` writes them. For any other character stands 〓.
"""

from __future__ import annotations

import json
import lzma
import re
from functools import cache
from pathlib import Path
from typing import Final

UNITS: Final = 250
"""Units of the outlines in the height of a line."""
UNKNOWN: Final = "〓"
CAP_HEIGHT: Final = 0.733
"""Height of a capital letter or digit above the baseline, as a share of the size."""
_STEP: Final = re.compile(r"([mlch])([-\d ]*)")


@cache
def _glyphs() -> dict[str, tuple[int, str]]:
    packed = Path(__file__).with_name("outlines.json.xz").read_bytes()
    return {char: (width, path) for char, (width, path) in json.loads(lzma.decompress(packed)).items()}


def width(text: str, size: float) -> float:
    """Return how wide a text is, in the unit of ``size``."""
    return sum(_glyph(char)[0] for char in text) * size / UNITS


def drawn(text: str, x: float, y: float, size: float) -> str:
    """Return the operators that fill a text; its baseline begins at (x, y), in points."""
    operators = []
    for char in text:
        advance, path = _glyph(char)
        if path:
            operators.append(_path(path, x, y, size / UNITS) + " f")
        x += advance * size / UNITS
    return "\n".join(operators)


def fitting(text: str, size: float, room: float) -> float:
    """Return the size at which a text fits into some room: ``size``, or a smaller one."""
    wide = width(text, size)
    return size if wide <= room else size * room / wide


def _glyph(char: str) -> tuple[int, str]:
    glyphs = _glyphs()
    return glyphs.get(char) or glyphs[UNKNOWN]


def _path(path: str, x: float, y: float, scale: float) -> str:
    """Return a path in points; in the data each point is told by how far it lies from the one before."""
    px = py = 0
    steps = []
    for operator, numbers in _STEP.findall(path):
        points = []
        values = [int(n) for n in numbers.split()]
        for dx, dy in zip(values[::2], values[1::2], strict=True):
            px, py = px + dx, py + dy
            points.append(f"{x + px * scale:.2f} {y + py * scale:.2f}")
        steps.append(" ".join([*points, operator]))
    return " ".join(steps)
