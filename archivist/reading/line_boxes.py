"""Where each recognised line of print stands, as bytes that are kept beside the text: ``text/NNNN.lines``.

Plain text in UTF-8. The first line names the format, ``lines 1``. Then come the pages, one form feed between two. Of each
page the first line is the rotation: the degrees clockwise (0, 90, 180, 270) by which it is turned to stand upright. Then
one line for each line of print, in reading order: left, top, right and bottom of its box on the upright page in thousandths
of the page's width and height, and the text, separated by blanks. A page that was not recognised has its first line only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archivist.reading.pages import PageText, TextLine

_FORMAT: Final = "lines 1"
_SCALE: Final = 1000


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """The lines of one page and the degrees clockwise by which it is turned to stand upright."""

    rotation: int
    lines: tuple[TextLine, ...]


def pack_lines(pages: Sequence[PageText]) -> bytes:
    """Return where the lines of all pages stand; empty when none was recognised."""
    if not any(page.lines for page in pages):
        return b""
    blocks = ("\n".join((str(page.rotation), *map(_line, page.lines))) for page in pages)
    return f"{_FORMAT}\n{chr(12).join(blocks)}".encode()


def unpack_lines(data: bytes) -> tuple[PlacedPage, ...]:
    """Return the pages again; none where there are none, or where another version of the program wrote them."""
    head, _, rest = data.decode("utf-8", "replace").partition("\n")
    if head != _FORMAT:
        return ()
    try:
        return tuple(_page(block.split("\n")) for block in rest.split("\f"))
    except ValueError:
        return ()


def _line(line: TextLine) -> str:
    box = (round(share * _SCALE) for share in (line.left, line.top, line.right, line.bottom))
    return " ".join((*map(str, box), " ".join(line.text.split())))


def _page(rows: Sequence[str]) -> PlacedPage:
    return PlacedPage(int(rows[0]), tuple(map(_placed, rows[1:])))


def _placed(row: str) -> TextLine:
    left, top, right, bottom, text = row.split(" ", 4)
    return TextLine(text, 1.0, *(int(share) / _SCALE for share in (left, top, right, bottom)))
