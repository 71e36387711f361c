"""The lines of paragraphs as they were set on a page, and what is wrong with one: a number in two pieces, a stub."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.reading.printed_layout import PageBox, PrintedPage, PrintedPiece

STUB: Final = 2
"""A line of so many characters is a stub where another of its paragraph is twice as long; one of a single character always."""


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line of a paragraph."""

    paragraph: int
    pieces: tuple[PrintedPiece, ...]

    @property
    def text(self) -> str:
        """What it says, without blanks."""
        return squeezed("".join(piece.text for piece in self.pieces))

    @property
    def box(self) -> PageBox:
        """Where it begins."""
        return self.pieces[0].box


def squeezed(text: str) -> str:
    """Return a text without blanks."""
    return _BLANK.sub("", text)


def without_boxes(text: str) -> str:
    """Return a text without blanks and without boxes: those may be of another font, and painted after their line."""
    return squeezed(text).translate(_NO_BOXES)


_NO_BOXES: Final = dict.fromkeys(map(ord, "□☑"))
_BLANK: Final = re.compile(r"[\s\u200b\u2060\ufeff]+")


def set_lines(page: PrintedPage) -> list[SetLine]:
    """Return the lines of the body, paragraph after paragraph; those that say nothing are left out."""
    by_paragraph: dict[int, list[PrintedPiece]] = {}
    for piece in page.pieces:
        if piece.paragraph is not None and piece.text:
            by_paragraph.setdefault(piece.paragraph, []).append(piece)
    found = []
    for paragraph, pieces in sorted(by_paragraph.items()):
        line: list[PrintedPiece] = []
        for piece in pieces:
            if line and abs(piece.baseline - line[-1].baseline) > piece.size / 2:
                found.append(SetLine(paragraph, tuple(line)))
                line = []
            line.append(piece)
        found.append(SetLine(paragraph, tuple(line)))
    return [line for line in found if line.text]


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────
def is_stub(line: str, longest: int) -> bool:
    """Tell whether a line is a stub in a paragraph of several, the longest of which has so many characters."""
    return len(line) == 1 or len(line) <= STUB <= longest / 2


_WORD: Final = r"[0-9A-Za-z.,:/@_‐‑–—-]*"
_TOKEN: Final = re.compile(
    r"\d{4}年\d{1,2}月(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日|〔\d{4}〕第?\d+号|\d{4}-\d\d-\d\d(?=\d\d:\d\d)|\d+号|(?:＿+[年月日])+"
    rf"|(?=[A-Za-z.,:/@_‐‑–—-]*\d)[0-9A-Za-z](?:{_WORD}[0-9A-Za-z%])?"
    r"|(?<![A-Za-z./_-])[A-Za-z][A-Za-z./_-]{1,24}(?<![./_-])(?![A-Za-z./_-])"
)
_CHECKSUM: Final = re.compile(r"[0-9a-f]{32}|(?=[0-9]*[a-f])[0-9a-f]{16}")


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the numbers, dates, case numbers and words of Latin letters of a text without blanks begin and end.

    A checksum is none, for it is longer than a line; nor are many words of Latin letters one after the other, since nobody sees
    their blanks here. An hour may stand under its day.
    """
    for match in _TOKEN.finditer(text):
        if not _CHECKSUM.search(match[0]):
            yield match.span()


def broken_token(before: str, after: str) -> str:
    """Return the number, date or case number that begins on one line and ends on the next; empty when there is none."""
    text, at = before + after, len(before)
    for start, end in tokens(text):
        if start < at < end:
            return f"{text[start:at]}／{text[at:end]}"
    return ""


def badly_broken(lines: Sequence[str]) -> bool:
    """Tell whether a paragraph of these lines has a stub, or a number in two pieces."""
    longest = max(map(len, lines), default=0)
    return len(lines) > 1 and (
        any(is_stub(line, longest) for line in lines)
        or any(broken_token(before, after) for before, after in itertools.pairwise(lines))
    )


# ── the last page ────────────────────────────────────────────────────────────────────────────────────────
LEAST_LINES: Final = 4
"""A last page with fewer is a sheet of paper for nothing."""
_SAME_LINE_PT: Final = 4.0
_SIGNS: Final = re.compile(r"[（(]?(?:盖章|公章|印章|签名|签字|签章|按指印|指印)|\d*年\d*月\d*日$")
_DAY: Final = re.compile(r"\d*年\d*月\d*日")


def few(lines: Sequence[SetLine], least: int = LEAST_LINES) -> bool:
    """Tell whether a page has fewer lines than a last one should have; those of one height are one."""
    heights: list[float] = []
    for height in sorted(line.pieces[0].baseline for line in lines):
        if not heights or height - heights[-1] > _SAME_LINE_PT:
            heights.append(height)
    return len(heights) < least


def signs_alone(lines: Sequence[SetLine]) -> bool:
    """Tell whether on a page somebody signs and nothing else stands: no text, no row of a list."""
    # The words above a date are the name of who signs.
    signer = {id(before) for before, after in itertools.pairwise(lines) if _DAY.fullmatch(after.text)}
    return bool(lines) and all(_SIGNS.search(line.text) or id(line) in signer for line in lines)
