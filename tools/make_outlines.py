"""Writes ``archivist/reading/volume/outlines.json.xz`` from Noto Sans CJK; needs fontTools, which nothing else does.

pip install fonttools
python tools/make_outlines.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
"""

from __future__ import annotations

import json
import lzma
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from archivist.reading.volume.outlines import UNITS

TARGET: Final = Path(__file__).parents[1] / "archivist" / "reading" / "volume" / "outlines.json.xz"
OPERATORS: Final = {"moveTo": "m", "lineTo": "l", "curveTo": "c", "closePath": "h", "endPath": "h"}


def characters() -> Iterator[str]:
    """Yield ASCII, the signs of GB 2312 (row 1), the wide forms (row 3), its characters of level one (rows 16–55)."""
    yield from map(chr, range(32, 127))
    yield "·"
    yield "—"
    for row in (1, 3, *range(16, 56)):
        for cell in range(1, 95):
            try:
                yield bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue


def outline(glyph: Any, pen: Any, em: int) -> list[object]:
    """Return a glyph's width and its path, each point told by how far it lies from the one before."""
    glyph.draw(pen)
    steps, x, y = [], 0, 0
    for operator, points in pen.value:
        numbers = []
        for px, py in points:
            new_x, new_y = round(px * UNITS / em), round(py * UNITS / em)
            numbers += [new_x - x, new_y - y]
            x, y = new_x, new_y
        steps.append(OPERATORS[operator] + " ".join(map(str, numbers)))
    return [round(glyph.width * UNITS / em), "".join(steps)]


def main() -> None:
    """Write the outlines of the font named on the command line."""
    fonts = import_module("fontTools.ttLib").TTCollection(sys.argv[1]).fonts
    pens = import_module("fontTools.pens.recordingPen")
    font = next(f for f in fonts if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    glyphs, cmap, em = font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm
    found = {
        char: outline(glyphs[cmap[ord(char)]], pens.RecordingPen(), em)
        for char in dict.fromkeys(characters())
        if ord(char) in cmap
    }
    data = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    TARGET.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
