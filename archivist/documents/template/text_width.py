"""How wide things are on paper: text, fields, columns; and how a row of boxes or a caption is broken into lines.

All widths in mm. A Chinese character is as wide as its type size, a digit or letter half of that.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from archivist.documents.render.continuation import width_of

MM_PER_PT: Final = 25.4 / 72
CELL_PADDING_MM: Final = 2.4
"""Left and right padding of a cell and a hair more, since fonts differ."""
SIZES: Final = {"small": 9.0, "normal": 10.5, "large": 14.0}
"""Type sizes of tables, pt."""
NOTE_PT: Final = 7.5
"""Type size of what stands small below another value of a cell, such as a case number below a name."""

_NEED: Final = {
    "int": 14.0, "bool": 14.0, "datetime": 33.0, "decimal": 18.0, "name": 22.0, "docno": 40.0, "str": 28.0,
    "text": 44.0, "list": 44.0, "sign": 26.0, "seal": 40.0, "image": 40.0, "enum": 30.0, "multi": 44.0, "table": 44.0,
}  # fmt: skip
"""Kind of field → width it needs in 10.5 pt, so that what it usually holds is not broken."""
_WIDEST: Final = {
    "id": "0" * 18, "acct": "0" * 19, "phone": "0" * 11, "money": "1,234,567.89", "ym": "2028年10月",
    "date": "2028年10月30日", "brief date": "2028.10.30", "brief ym": "2028.10", "case": "HQDB-DB-2028-000000",
}  # fmt: skip
"""Kind of field → the widest it may well say. Broken over two lines it is misread, so it never is. Case numbers of an office with a
longer code than four letters are set closer where there is no room (``render/line_ends.py``)."""
_DIGIT, _ONE, _POINT, _SEAM = 0.558, 0.471, 0.327, 0.2
"""Widths in em as LibreOffice sets them with the fonts it puts for the standard's: those are wider, and it leaves a
seam between digits and characters. Word with the standard's own fonts needs less."""
_EM: Final = {
    "1": _ONE,
    ",": _POINT,
    ".": _POINT,
    "-": 0.347,
    **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0.73),
}
_MARGINS_MM: Final = 2.1
"""Left and right margin of a cell as ``tables`` writes them, with what is lost to whole twips."""
_GROWS: Final = {"text": 3.0, "list": 3.0, "str": 1.5, "name": 0.45, "docno": 0.5}
"""Kind of field → its share of what is left; other kinds only take a little."""
_WORD: Final = "国国国"
"""No column of a list is narrower than so many characters, if it can be had."""
_SOFT: Final = 0.5
"""Columns with at least this share may be narrower than they need: their text takes another line."""


_WORDS: Final = re.compile(r"(?=[（或和])|(?<=[、/）])(?=.)")
"""Where a caption may be parted: before a bracket or a conjunction, after a mark."""


def text_mm(text: str, pt: float) -> float:
    """Return how long a text is on one line."""
    return width_of(text) * pt * MM_PER_PT


def boxes_mm(choices: Sequence[str], pt: float) -> float:
    """Return the width in which all boxes stand on one line."""
    return text_mm("  ".join(f"□{c}" for c in choices), pt) + CELL_PADDING_MM


def need_mm(kind: str, caption: str, pt: float = SIZES["normal"], choices: Sequence[str] = ()) -> float:
    """Return the width a column of this kind needs, its caption on at most two lines."""
    usual = widest_mm(kind, pt) or _NEED[kind] * pt / SIZES["normal"]
    value = max((text_mm(c, pt) for c in choices), default=usual)
    head = max(text_mm(c, pt) for c in (caption[: (len(caption) + 1) // 2], "国国"))
    return max(value, head + CELL_PADDING_MM)


def widest_mm(kind: str, pt: float) -> float:
    """Return the width of a cell that no number, date or amount of this kind is broken in; 0 for other kinds."""
    if (value := _WIDEST.get(kind)) is None:
        return 0.0
    ems = sum(_EM.get(c, _DIGIT if c.isdigit() else 1.0) for c in value)
    seams = sum((a.isdigit() and b in "年月日") or a in "年月日" for a, b in itertools.pairwise(value))
    return (ems + seams * _SEAM) * pt * MM_PER_PT + _MARGINS_MM


def caption_mm(caption: str, pt: float) -> float:
    """Return the width below which lines of a caption that its layout gives would be broken; of others two characters."""
    lines = caption.split("//") if "//" in caption else [_WORD[:2]]
    return max(text_mm(line, pt) for line in lines) + _MARGINS_MM


def least_mm(caption: str, given: float, pt: float) -> float:
    """Return the width down to which a column of a list may be made that holds no number, for one that does."""
    return max(caption_mm(caption, pt), min(given, max(text_mm(_WORD, pt) + _MARGINS_MM, given * _YIELDS)))


_YIELDS: Final = 0.75
"""So much of the width that its layout gives it keeps a column at the least."""


def grows(kind: str) -> float:
    """Return the share a column of this kind has in the width that is left."""
    return _GROWS.get(kind, 0.25)


def fitted(
    needs: Sequence[float], shares: Sequence[float], total: float, firm: Sequence[float] = ()
) -> list[float]:
    """Distribute the whole width: to each column what it needs, the rest by shares.

    Too much is first taken from the columns that can do with less, down to ``firm``, then from all alike. Without
    ``firm``, columns that grow can do with half of what they need.
    """
    left = total - sum(needs)
    if left < 0:
        firm = firm or [n / 2 if s >= _SOFT else n for n, s in zip(needs, shares, strict=True)]
        soft = [max(0.0, n - f) for n, f in zip(needs, firm, strict=True)]
        part = min(1.0, -left / sum(soft)) if sum(soft) else 0.0
        needs = [n - part * s for n, s in zip(needs, soft, strict=True)]
        left = total - sum(needs)
    if left < 0 or not sum(shares):
        return [n * total / sum(needs) for n in needs]
    return [n + left * s / sum(shares) for n, s in zip(needs, shares, strict=True)]


def caption_lines(caption: str, width: float, pt: float) -> str:
    """Break a caption that does not fit on one line into lines of about the same length, where its words part."""
    if "\n" in caption:
        return "\n".join(caption_lines(line, width, pt) for line in caption.split("\n"))
    room = width - CELL_PADDING_MM
    name, bracket, rest = caption.partition("（")
    if text_mm(caption, pt) > room and max(text_mm(name, pt), text_mm(bracket + rest, pt)) <= room:
        return f"{name}\n{bracket}{rest}"
    if text_mm(caption, pt) <= room:
        return caption
    if re.search(r"[（）/、]", caption):
        at = [m.start() for m in _WORDS.finditer(caption)]
        at = [i for i in at if max(text_mm(caption[:i], pt), text_mm(caption[i:], pt)) <= room]
        middle = min(at, key=lambda i: abs(2 * i - len(caption)), default=0)
        return f"{caption[:middle]}\n{caption[middle:]}" if middle else caption
    count = -(-len(caption) * pt * MM_PER_PT // room)
    size = int(-(-len(caption) // count))
    return "\n".join(caption[i : i + size] for i in range(0, len(caption), size))


def box_lines(choices: Sequence[str], width: float, pt: float) -> str:
    """Return choices for the ``boxes`` filter: as few lines as the width allows, evenly filled where that costs none."""
    room = width - CELL_PADDING_MM
    filled: list[list[str]] = [[]]
    for choice in choices:
        if filled[-1] and not _boxes_fit([*filled[-1], choice], room, pt):
            filled.append([])
        filled[-1].append(choice)
    size = -(-len(choices) // len(filled))
    even = [choices[i : i + size] for i in range(0, len(choices), size)]
    lines = even if all(_boxes_fit(line, room, pt) for line in even) else filled
    return " / ".join(" ".join(line) for line in lines)


def _boxes_fit(choices: Sequence[str], room: float, pt: float) -> bool:
    return boxes_mm(choices, pt) <= room + CELL_PADDING_MM


def pen_date(kind: str, width: float, pt: float) -> str:
    """Return the printed frame of a date that a pen fills in, as wide as the place allows."""
    marks = {"ym": "年月", "date": "年月日", "datetime": "年月日时分"}[kind]
    room = int((width - CELL_PADDING_MM) / (pt * MM_PER_PT)) - len(marks)
    each = max(1, min(3, room // len(marks)))
    first = max(each, min(4, room - each * (len(marks) - 1)))
    return "".join("　" * (each if i else first) + mark for i, mark in enumerate(marks))
