"""What the cells of a template hold: read from its XML, so that it is true of a clerk's edited copy as well.

Every value that stands in a cell is then printed through ``addendum.fit``, which is told the room and the name of the
box: the words in the cell before it or, in a list, in the head of its column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Final

ROOM_MM: Final = 40.0
"""To this height any box may grow."""
GROWTH: Final = 1.5
"""By this factor a box that is higher may grow."""
MOST_MM: Final = 110.0
"""No box grows beyond this: a row is never split, and on a landscape sheet it shares 156 mm with title and heads."""
_MM_PER_TWIP: Final = 25.4 / 1440
_PADDING_TWIP: Final = 160
"""Left and right padding of a cell and half a character, since no line begins with a full stop."""
_TOKEN: Final = re.compile(
    r"<w:(?P<open>tbl|tr|tc)[ >]|</w:(?P<close>tbl|tr|tc)>|\{%-?\s*(?P<loop>for|endfor)\b"
)
_PRINTED: Final = re.compile(r"\{\{-?\s*(?P<what>[^{}]+?)\s*-?\}\}")
_TEXT: Final = re.compile(r"<w:t[ >][^<]*</w:t>|<w:t>[^<]*</w:t>|</w:p>")
_TAG: Final = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
_SHORT: Final = ("|boxes", "| boxes", "|short", "loop.")
"""Whose length is known."""


@dataclass(frozen=True, slots=True)
class Type:
    """How a paragraph style sets its text: size and line pitch in pt; by default as the cells of a form."""

    size_pt: float = 10.5
    line_pt: float = 15.0


@dataclass(slots=True)
class _Cell:
    start: int
    column: int
    end: int = 0
    nested: bool = False


@dataclass(slots=True)
class _BoxRow:
    start: int
    looped: int
    cells: list[_Cell] = field(default_factory=list)


@dataclass(slots=True)
class _Table:
    """A table while it is read.

    Attributes:
        ruled: only ruled cells are boxes; others only put things side by side.
        heads: the last head rows, column → text.
        under: rows have followed them.
        turn: how many rows the loop has had.
        within: the place is in a row.
    """

    ruled: bool
    rows: list[_BoxRow] = field(default_factory=list)
    heads: list[Mapping[int, str]] = field(default_factory=list)
    under: bool = False
    turn: int = 0
    within: bool = False


def boxed(source: str, types: Mapping[str, Type]) -> str:
    """Return the patched XML of a template with every value that stands in a box printed through ``fit``.

    Args:
        source: the XML, its tags in one piece each.
        types: paragraph style → how it sets its text.
    """
    reader = _BoxReader(source, types)
    for token in _TOKEN.finditer(source):
        reader.read(token)
    for start, end, text in sorted(reader.changes, reverse=True):
        source = source[:start] + text + source[end:]
    return source


@dataclass
class _BoxReader:
    """Goes through the XML of a template: the tables around the place, the loops around it, what is to be changed."""

    source: str
    types: Mapping[str, Type]
    tables: list[_Table] = field(default_factory=list)
    loops: int = 0
    changes: list[tuple[int, int, str]] = field(default_factory=list)

    def read(self, token: re.Match[str]) -> None:
        if token["loop"]:
            self.loops += 1 if token["loop"] == "for" else -1
            if self.tables and not self.tables[-1].within:
                self.tables[-1].turn = 0
        elif token["open"] == "tbl":
            for outer in self.tables:
                outer.rows[-1].cells[-1].nested = True
            self.tables.append(_Table(_ruled(self.source, token.start())))
        elif self.tables:
            self._within(self.tables[-1], token)

    def _within(self, table: _Table, token: re.Match[str]) -> None:
        match token["open"], token["close"]:
            case "tr", _:
                table.rows.append(_BoxRow(token.start(), self.loops))
                table.within = True
            case "tc", _:
                row = table.rows[-1]
                row.cells.append(_Cell(token.start(), _next_column(self.source, row)))
            case _, "tc":
                table.rows[-1].cells[-1].end = token.end()
            case _, "tr":
                self.changes += _row_changes(self.source, table, self.types)
                table.within = False
            case _, "tbl":
                self.tables.pop()


def _ruled(source: str, start: int) -> bool:
    properties = source[start : source.find("<w:tr", start)]
    return "<w:tblBorders" in properties or "<w:tblStyle" in properties


def _next_column(source: str, row: _BoxRow) -> int:
    if not row.cells:
        return 0
    last = row.cells[-1]
    return last.column + _number(source[last.start : last.end], "gridSpan", "val", 1)


def _number(xml: str, element: str, attribute: str, otherwise: int) -> int:
    match = re.search(rf'<w:{element} [^>]*w:{attribute}="(\d+)"', xml)
    return int(match[1]) if match else otherwise


def _row_changes(source: str, table: _Table, types: Mapping[str, Type]) -> list[tuple[int, int, str]]:
    row = table.rows[-1]
    properties = source[row.start : row.cells[0].start if row.cells else row.start]
    if not table.ruled:
        return []
    words = {c.column: _words(source[c.start : c.end]) for c in row.cells}
    if "<w:tblHeader" in properties or (
        all(words.values()) and not _TAG.search(source, row.start, row.cells[-1].end)
    ):
        table.heads = [words] if table.under else [*table.heads, words]
        table.under = False
        return []
    table.under = True
    height = _number(properties, "trHeight", "val", 0) * _MM_PER_TWIP
    exact = 'w:hRule="exact"' in properties
    room = height if exact else min(max(height * GROWTH, ROOM_MM), MOST_MM)
    changes: list[tuple[int, int, str]] = []
    for n, cell in enumerate(row.cells):
        xml = source[cell.start : cell.end]
        tags = [t for t in _PRINTED.finditer(xml) if not any(s in t["what"] for s in _SHORT)]
        width = _number(xml, "tcW", "w", 0)
        if cell.nested or not tags or not width:
            continue
        style = re.search(r'<w:pStyle w:val="([^"]+)"', xml)
        kind = types.get(style[1] if style else "", Type())
        fixed = sum(bool(line.strip()) for line in _lines_of(xml))
        lines = max(1, int(room * 72 / 25.4 / kind.line_pt) - fixed)
        counted = ", loop.index" if row.looped and table.heads else ""
        name = _caption(source, table, row, n).replace('"', "”").replace("\\", "＼")
        call = f'|fit({(width - _PADDING_TWIP) / 20 / kind.size_pt:.1f}, {max(1, lines // len(tags))}, "{name}"{counted})'
        changes += [
            (cell.start + t.start(), cell.start + t.end(), f"{{{{ ({t['what']}){call} }}}}") for t in tags
        ]
    table.turn += 1
    return changes


def _caption(source: str, table: _Table, row: _BoxRow, number: int) -> str:
    """Return the name of a box: in a list the head of its column, else the nearest words before it in its row."""
    cell = row.cells[number]
    head = table.heads[min(table.turn, len(table.heads) - 1)] if table.heads else {}
    above = next((head[c] for c in sorted(head, reverse=True) if c <= cell.column), "")
    if row.looped and above:
        return above
    before = (_words(source[c.start : c.end]) for c in reversed(row.cells[:number]))
    return (
        next((words for words in before if words), "") or above or _words(source[cell.start : cell.end])[:20]
    )


def _words(xml: str) -> str:
    """Return the fixed text of a cell in one line."""
    return "".join("".join(_lines_of(xml)).split()).replace("{", "").replace("}", "")


def _lines_of(xml: str) -> list[str]:
    """Return the fixed text of a cell, a paragraph an item; tags print nothing here."""
    text = "".join("\n" if t[0] == "</w:p>" else re.sub(r"<[^>]+>", "", t[0]) for t in _TEXT.finditer(xml))
    return unescape(_TAG.sub("", text)).split("\n")


def types_of(styles: str) -> dict[str, Type]:
    """Return how each paragraph style of a package sets its text; a style that does not say takes the default."""
    found = {}
    for style in re.findall(r"<w:style [^>]*w:type=\"paragraph\".*?</w:style>", styles, re.DOTALL):
        identity = re.search(r'w:styleId="([^"]+)"', style)
        size, line = _number(style, "sz", "val", 0), _number(style, "spacing", "line", 0)
        exact = 'w:lineRule="exact"' in style
        if identity and size:
            pt = size / 2
            found[identity[1]] = Type(pt, line / 20 if line and exact else pt * 1.4)
    return found
