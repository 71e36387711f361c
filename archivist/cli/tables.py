"""Tables for people: one way to lay them out, in which no number, no name and no amount is ever cut, however narrow the window is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

_NAMES: Final = frozenset(
    {"申请人", "姓名", "户主", "经手", "办理人", "由谁办", "何人", "谁存的", "人员", "户号", "退回的户", "户档", "户", "他户", "所在户", "现户号", "件号", "文号", "证件号"}
)  # fmt: skip
"""Columns of names and numbers: one is not broken there, nor in the sentences of the other columns."""
_LONGEST_NAME: Final = 100
"""Characters of the longest name that a file takes (``chinese.parse_name``); longer is a sentence."""
_SHORT: Final = 20
"""Columns up to so many cells wide stay whole as long as there is room."""
_FIRST: Final = 2
"""So many columns say which line it is: as long as they are short they stay whole as well."""
_LEAST: Final = 8
"""Cells that a column of sentences needs at the least to be readable."""
_BETWEEN: Final = 3
"""Cells between two columns."""
_CLOSING: Final = "、，。；：！？）〕】》”’…"
"""Signs that begin no line."""
_WORD: Final = r"[!-.0-\[\]-~]+[/\\]*|[/\\]+"
"""A number, an amount, a day, a word of Latin letters; a path may be broken behind its slashes."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A table that fits: its cells already broken into lines, with the cells each column is wide."""

    widths: tuple[int, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def lay_out(
    columns: Sequence[str], rows: Sequence[Sequence[str]], width: int, cells: Callable[[str], int]
) -> Layout | None:
    """Return a table for a window, ``None`` where it is too narrow for whole numbers and names side by side.

    Args:
        columns: the headings.
        rows: the cells; a line feed in one begins a line.
        width: of the window, in cells.
        cells: how many cells a text is wide.
    """
    split = _splitter(columns, rows)
    all_of = [[head, *(row[n] for row in rows)] for n, head in enumerate(columns)]
    wants = [max(cells(line) for text in texts for line in text.split("\n")) for texts in all_of]
    coded = [all(row[n].isascii() for row in rows) for n in range(len(columns))]
    floors = [
        max(max(cells(atom) for text in texts for atom in split(text)), min(want, _LEAST))
        for texts, want in zip(all_of, wants, strict=True)
    ]
    short = [want <= _SHORT for want in wants]
    tries = (
        short,
        [one and (n < _FIRST or coded[n]) for n, one in enumerate(short)],
        [one and coded[n] for n, one in enumerate(short)],
    )
    for kept in tries:
        least = [want if whole else floor for whole, want, floor in zip(kept, wants, floors, strict=True)]
        if sum(least) + _BETWEEN * len(columns) <= width:
            widths = _shared_out(least, wants, width - _BETWEEN * len(columns))
            return Layout(
                widths,
                tuple(_broken(head, size, split, cells) for head, size in zip(columns, widths, strict=True)),
                tuple(
                    tuple(_broken(text, size, split, cells) for text, size in zip(row, widths, strict=True))
                    for row in rows
                ),
            )
    return None


def wrapped(text: str, size: int, cells: Callable[[str], int]) -> str:
    """Return a text in lines of so many cells; a number, a day, a word of Latin letters is not broken."""
    return _broken(text, size, _splitter((), ()), cells)


def _splitter(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Callable[[str], list[str]]:
    """Return how a text is taken apart into what is not broken; the names of a table are whole wherever they stand in it."""
    cells = (row[n] for n, head in enumerate(columns) if head in _NAMES for row in rows)
    names = {name for cell in cells for name in re.split(r"[、\n]", cell) if 1 < len(name) <= _LONGEST_NAME}
    known = "".join(f"{re.escape(name)}|" for name in sorted(names, key=len, reverse=True))
    atom = re.compile(rf"\s+|(?:{known}{_WORD}|.)[{_CLOSING}]*", re.DOTALL)
    return lambda text: atom.findall(text)


def _shared_out(least: Sequence[int], wants: Sequence[int], room: int) -> tuple[int, ...]:
    """Return widths that fill the room: every column as wide as the others, but no wider than it wants."""
    level = max(
        (n for n in range(room + 1) if sum(map(max, least, (min(w, n) for w in wants))) <= room), default=0
    )
    widths = [max(floor, min(want, level)) for floor, want in zip(least, wants, strict=True)]
    for n, want in enumerate(wants):
        if widths[n] < want and sum(widths) < room:
            widths[n] += 1
    return tuple(widths)


def _broken(text: str, size: int, split: Callable[[str], list[str]], cells: Callable[[str], int]) -> str:
    """Return a text with lines no wider than ``size``, broken between its atoms."""
    lines = []
    for given in text.split("\n"):
        line = ""
        for atom in split(given):
            if line and cells(line + atom.rstrip()) > size:
                lines.append(line.rstrip())
                line = ""
            if line or not atom.isspace():
                line += atom
        lines.append(line.rstrip())
    return "\n".join(lines)
