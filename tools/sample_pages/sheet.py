"""A sheet of A4 paper to draw on, measured in millimetres; what the sample papers are drawn with."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from archivist.model.facts import Facts, single

DPI = 200
WIDTH_MM, HEIGHT_MM = 210.0, 297.0
BLACK, GREY, PALE = (20, 20, 20), (110, 110, 110), (200, 200, 200)
PEN = (28, 40, 112)

OFFICE = "天津市红桥区邵公庄街道办事处"

Colour = tuple[int, int, int]

FACES: dict[str, tuple[tuple[str, int], ...]] = {
    "song": (("NotoSerifCJK-Regular.ttc", 2), ("gbsn00lp.ttf", 0), ("uming.ttc", 0)),
    "hei": (("NotoSansCJK-Regular.ttc", 2), ("wqy-zenhei.ttc", 0), ("wqy-microhei.ttc", 0)),
    "bold": (("NotoSansCJK-Bold.ttc", 2), ("wqy-zenhei.ttc", 0)),
    "mono": (("NotoSansCJK-Regular.ttc", 7), ("wqy-zenhei.ttc", 1)),
    "kai": (("gkai00mp.ttf", 0), ("ukai.ttc", 0), ("NotoSerifCJK-Regular.ttc", 2)),
}
"""Face → font files with the number of the face in a collection; the first one found is used."""

FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
)


class NoFont(SystemExit):
    """No usable Chinese font on this machine."""


def px(mm: float) -> int:
    """Turn millimetres into px."""
    return round(mm * DPI / 25.4)


@cache
def font_file(face: str) -> tuple[Path, int]:
    """Find a face's font file.

    Raises:
        NoFont: none of its files is installed.
    """
    for name, index in FACES[face]:
        for folder in FONT_FOLDERS:
            if found := sorted(Path(folder).expanduser().rglob(name)):
                return found[0], index
    names = "、".join(name for name, _ in FACES[face])
    raise NoFont(
        f"没有找到中文字体（{names}）：请先安装 Noto CJK，例如 apt install fonts-noto-cjk fonts-arphic-gkai00mp"
    )


@cache
def font(face: str, points: float) -> ImageFont.FreeTypeFont:
    """Return a face at a size in points."""
    file, index = font_file(face)
    return ImageFont.truetype(str(file), round(points * DPI / 72), index=index)


def face_for(char: str, face: str) -> str:
    """Return the face that has this character: the old Kai font knows only GB 2312."""
    if face != "kai" or char in "·":
        return face
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return "song"
    return face


@dataclass
class Place:
    """Where something is put on the sheet at run time; mm from the upper left corner."""

    x: float
    y: float
    size: float

    def plain(self) -> dict[str, float]:
        """Return the place as JSON writes it."""
        return {"x_mm": self.x, "y_mm": self.y, "size_mm": self.size}


@dataclass
class Cell:
    """One cell of a table's row: its width in mm, its text, and how it is written."""

    width: float
    text: str = ""
    face: str = "song"
    align: str = "m"
    size: float = 0.0
    colour: Colour = BLACK


@dataclass
class Sheet:
    """A white A4 sheet; remembers what was written on it and the places left free for later stamps."""

    image: Image.Image = field(
        default_factory=lambda: Image.new("RGB", (px(WIDTH_MM), px(HEIGHT_MM)), "white")
    )
    text: list[str] = field(default_factory=list)
    places: dict[str, list[Place]] = field(default_factory=dict)
    shake: random.Random = field(default_factory=lambda: random.Random(11))

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """The pen."""
        return ImageDraw.Draw(self.image)

    def keep(self, what: str, x: float, y: float, size: float) -> None:
        """Keep a place free: ``code`` (side), ``case_number`` (height), ``sign`` (width), ``seal`` (centre, diameter)."""
        self.places.setdefault(what, []).append(Place(x, y, size))

    def width(self, text: str, face: str, size: float) -> float:
        """Return the width of a line in mm."""
        return sum(font(face_for(c, face), size).getlength(c) for c in text) * 25.4 / DPI

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        face: str = "song",
        size: float = 12,
        align: str = "l",
        colour: Colour = BLACK,
        by_hand: bool = False,
        note: bool = True,
    ) -> None:
        """Write one line with its baseline at ``y``; ``align`` is l, m or r."""
        left = x - self.width(text, face, size) * {"l": 0.0, "m": 0.5, "r": 1.0}[align]
        at, base = left * DPI / 25.4, y * DPI / 25.4
        for char in text:
            used = font(face_for(char, face), size)
            dx, dy = (self.shake.uniform(-1, 1), self.shake.uniform(-1.6, 1.6)) if by_hand else (0.0, 0.0)
            self.draw.text((at + dx, base + dy), char, font=used, fill=colour, anchor="ls")
            at += used.getlength(char)
        if note and text.strip():
            self.text.append(text.strip())

    def hand(self, x: float, y: float, text: str, *, size: float = 14, align: str = "l") -> None:
        """Write as with a ball pen: a Kai face in blue, not quite on the line."""
        self.write(x, y, text, face="kai", size=size, align=align, colour=PEN, by_hand=True)

    def paragraph(
        self,
        y: float,
        text: str,
        *,
        left: float = 28,
        right: float = 182,
        size: float = 12,
        pitch: float = 8.6,
        face: str = "song",
        indent: int = 2,
        by_hand: bool = False,
    ) -> float:
        """Write a paragraph; return the next baseline."""
        x, line = left + indent * size * 25.4 / 72, ""
        colour = PEN if by_hand else BLACK
        for char in text:
            if x + self.width(line + char, face, size) > right and char not in "，。、；：）”":
                self.write(x, y, line, face=face, size=size, colour=colour, by_hand=by_hand)
                x, y, line = left, y + pitch, ""
            line += char
        self.write(x, y, line, face=face, size=size, colour=colour, by_hand=by_hand)
        return y + pitch

    def row(self, x: float, y: float, height: float, cells: list[Cell], *, size: float = 10.5) -> float:
        """Draw one row of a table; return its lower edge."""
        for cell in cells:
            self.box(x, y, cell.width, height)
            points = cell.size or size
            lines = self._wrapped(cell, points)
            pitch = points * 25.4 / 72 * 1.3
            first = y + height / 2 - pitch * (len(lines) - 1) / 2 + points * 25.4 / 72 * 0.37
            by_hand = cell.face == "kai"
            for number, line in enumerate(lines):
                at = x + (1.5 if cell.align == "l" else cell.width / 2)
                self.write(
                    at,
                    first + number * pitch,
                    line,
                    face=cell.face,
                    size=points,
                    align=cell.align,
                    colour=PEN if by_hand else cell.colour,
                    by_hand=by_hand,
                )
            x += cell.width
        return y + height

    def _wrapped(self, cell: Cell, points: float) -> list[str]:
        lines = [""]
        for char in cell.text:
            if char == "\n" or self.width(lines[-1] + char, cell.face, points) > cell.width - 2:
                lines.append("")
            lines[-1] += char if char != "\n" else ""
        return lines

    def box(
        self, x: float, y: float, width: float, height: float, *, line: int = 2, colour: Colour = BLACK
    ) -> None:
        """Draw a rectangle."""
        self.draw.rectangle([px(x), px(y), px(x + width), px(y + height)], outline=colour, width=line)

    def line(
        self, x: float, y: float, to_x: float, to_y: float, *, line: int = 2, colour: Colour = BLACK
    ) -> None:
        """Draw a straight line."""
        self.draw.line([px(x), px(y), px(to_x), px(to_y)], fill=colour, width=line)

    def sample_mark(self, x: float, y: float, size: float = 40) -> None:
        """Lay a pale slanting 样本 over the paper, under the print."""
        side = px(size * 2.2)
        mark = Image.new("L", (side, side), 0)
        ImageDraw.Draw(mark).text(
            (side / 2, side / 2), "样本", font=font("bold", size * 2), fill=255, anchor="mm"
        )
        mark = mark.rotate(24, Image.Resampling.BICUBIC)
        self.image.paste((222, 222, 222), (px(x) - side // 2, px(y) - side // 2), mark)


def applicant(households: Mapping[str, Facts], key: str) -> dict[str, Any]:
    """Return what is known of a household's applicant."""
    return dict(single(households[key], "applicant"))


def seal(diameter_mm: float = 40) -> Image.Image:
    """Draw the round sample seal as a mask: 255 where the red ink is."""
    side = px(diameter_mm) * 2
    mask, middle = Image.new("L", (side, side), 0), side / 2
    draw, radius = ImageDraw.Draw(mask), side / 2 - 8
    draw.ellipse([8, 8, side - 8, side - 8], outline=255, width=round(radius * 0.055))
    draw.text((middle, middle), "样本", font=font("bold", side * 36 / DPI * 0.48), fill=255, anchor="mm")
    words = "仅供演示的样本印章非真实印章"
    for number, char in enumerate(words):
        angle = math.radians(-140 + 280 * number / (len(words) - 1))
        box = int(radius * 0.34)
        letter = Image.new("L", (box, box), 0)
        ImageDraw.Draw(letter).text(
            (box / 2, box / 2), char, font=font("song", radius * 0.25 * 72 / DPI), fill=255, anchor="mm"
        )
        letter = letter.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        x, y = middle + radius * 0.8 * math.sin(angle), middle - radius * 0.8 * math.cos(angle)
        mask.paste(255, (int(x - box / 2), int(y - box / 2)), letter)
    return mask.resize((side // 2, side // 2), Image.Resampling.BOX)


GLYPHS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
"""The characters of a case number, in the order of the strip."""


def glyphs(height_px: int = 48) -> Image.Image:
    """Draw the strip from which a case number is set at run time: equal cells, black on white."""
    used = font("mono", height_px * 0.78 * 72 / DPI)
    cell = math.ceil(used.getlength("M")) + 2
    strip = Image.new("L", (cell * len(GLYPHS), height_px), 255)
    for number, char in enumerate(GLYPHS):
        ImageDraw.Draw(strip).text(
            (cell * (number + 0.5), height_px * 0.8), char, font=used, fill=10, anchor="ms"
        )
    return strip


def fonts_used() -> list[str]:
    """Name the font files the pages are drawn with, for the record."""
    return sorted({font_file(face)[0].name for face in FACES})
