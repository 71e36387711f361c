"""What is wrong with a document as it is printed: looked for on the pages of its PDF, not in the file it was made from.

``check_pages`` answers with findings: which fault, on which page, where, and the words it is about. It is asked of every
shipped template with the longest names in the tests, and of an office's own template before it is put into use.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from archivist.documents.render.pdf import FONT_FALLBACKS
from archivist.documents.render.set_lines import (
    SetLine,
    broken_token,
    few,
    is_stub,
    set_lines,
    signs_alone,
    squeezed,
    without_boxes,
)
from archivist.reading.printed_layout import PageBox, PrintedPage, PrintedPiece, printed_pages


class PageFault(StrEnum):
    """What may be wrong with a page."""

    SHORT_LAST_PAGE = "short-last-page"
    BLANK_PAGE = "blank-page"
    STUB_LINE = "stub-line"
    BROKEN_NUMBER = "broken-number"
    LONE_SIGNATURE = "lone-signature"
    CODE_TOUCHED = "code-touched"
    CODE_UNREADABLE = "code-unreadable"
    OVERLAPPING = "overlapping"
    NOT_VISIBLE = "not-visible"
    FONT = "font"

    @property
    def label(self) -> str:
        """What it is called."""
        return _LABELS[self]


_LABELS: Final = {
    PageFault.SHORT_LAST_PAGE: "末页不足四行",
    PageFault.BLANK_PAGE: "空白页",
    PageFault.STUB_LINE: "一行只有一两个字",
    PageFault.BROKEN_NUMBER: "号码、日期断成两行",
    PageFault.LONE_SIGNATURE: "落款单独成页",
    PageFault.CODE_TOUCHED: "文字碰到二维码",
    PageFault.CODE_UNREADABLE: "二维码扫描后读不出",
    PageFault.OVERLAPPING: "文字重叠、压线或出了纸",
    PageFault.NOT_VISIBLE: "应有的内容在纸上看不见",
    PageFault.FONT: "字体既非所要的，也非其替代",
}


@dataclass(frozen=True, slots=True)
class PageFinding:
    """One fault of a printed document.

    Attributes:
        fault: which.
        page: 1-based; 0 where it is nowhere, such as what cannot be seen.
        text: the words it is about.
        x_mm: from the left edge of the paper.
        y_mm: from the upper edge.
    """

    fault: PageFault
    page: int
    text: str
    x_mm: float = 0.0
    y_mm: float = 0.0

    def __str__(self) -> str:
        where = f"第{self.page}页" if self.page else ""
        where += f"（距上边 {self.y_mm:.0f} 毫米、左边 {self.x_mm:.0f} 毫米）" if self.y_mm else ""
        return f"{where}{self.fault.label}" + (f"：“{self.text}”" if self.text else "")


CODES: Final = 2
"""How often a code is printed."""
DARKEST_HIDDEN: Final = 0.7
"""Print as light as this is not read (0.0 black – 1.0 white)."""
LEAST_PT: Final = 4.5
"""Smaller type is not read either."""


def check_pages(
    pdf: Path,
    *,
    visible: Collection[str] = (),
    code: str | None = None,
    fonts: Collection[str] = tuple(FONT_FALLBACKS),
) -> tuple[PageFinding, ...]:
    """List what is wrong with a printed document, page by page; what cannot be seen anywhere comes last.

    Args:
        pdf: made by ``pdf.to_pdf``.
        visible: texts that must be read on its pages, blanks not counted; one that is named twice, twice.
        code: what both QR codes of its first page say; ``None`` for a draft, which has none.
        fonts: those the document asks for; their substitutes are as good.
    """
    pages = list(printed_pages(pdf))
    found: list[PageFinding] = []
    for page in pages:
        lines = set_lines(page)
        found += itertools.chain(
            _empty(page, lines, last=page.number == len(pages)),
            _broken(page, lines),
            _alone(page, lines),
            _touched(page),
            _overlapping(page),
            _fonts(page, fonts),
        )
    if code is not None and pages:
        found += _unreadable(pages[0], code)
    return (*found, *_unseen(pages, visible))


def unseen(pages: Sequence[PrintedPage], visible: Collection[str]) -> tuple[PageFinding, ...]:
    """List the texts that cannot be read on pages; of pages that were not drawn it is not seen whether something lies over them."""
    return tuple(_unseen(pages, visible))


def _finding(fault: PageFault, page: PrintedPage, text: str, box: PageBox | None = None) -> PageFinding:
    if box is None:
        return PageFinding(fault, page.number, text)
    return PageFinding(fault, page.number, text, box.left * _MM, (page.height - box.top) * _MM)


_MM: Final = 25.4 / 72


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────
def _empty(page: PrintedPage, lines: Sequence[SetLine], *, last: bool) -> Iterator[PageFinding]:
    if not lines:
        yield _finding(PageFault.BLANK_PAGE, page, "")
    elif last and page.number > 1 and few(lines):
        yield _finding(PageFault.SHORT_LAST_PAGE, page, " / ".join(line.text[:20] for line in lines[:4]))


_SAME_LINE_PT: Final = 4.0


def _broken(page: PrintedPage, lines: Sequence[SetLine]) -> Iterator[PageFinding]:
    for _, group in itertools.groupby(lines, lambda line: line.paragraph):
        paragraph = list(group)
        if len(paragraph) < 2:
            continue
        longest = max(len(line.text) for line in paragraph)
        for line in paragraph:
            if is_stub(line.text, longest):
                yield _finding(PageFault.STUB_LINE, page, line.text, line.box)
        for before, after in itertools.pairwise(paragraph):
            if token := broken_token(before.text, after.text):
                yield _finding(PageFault.BROKEN_NUMBER, page, token, before.pieces[-1].box)


def _alone(page: PrintedPage, lines: Sequence[SetLine]) -> Iterator[PageFinding]:
    """Find a page after the first on which only somebody signs: no text, no row of a list."""
    if page.number > 1 and signs_alone(lines):
        words = " / ".join(line.text[:20] for line in lines[:3])
        yield _finding(PageFault.LONE_SIGNATURE, page, words, lines[0].box)


# ── codes and places ─────────────────────────────────────────────────────────────────────────────────────
_TOUCH_PT: Final = 0.5
"""A code's picture has its own quiet zone, so what does not lie over the picture leaves it free."""


def _touched(page: PrintedPage) -> Iterator[PageFinding]:
    for piece, image in itertools.product(page.pieces, page.images):
        across, up = piece.box.overlap(image)
        if across > _TOUCH_PT and up > _TOUCH_PT and squeezed(piece.text):
            yield _finding(PageFault.CODE_TOUCHED, page, piece.text.strip(), piece.box)


def _unreadable(page: PrintedPage, code: str) -> Iterator[PageFinding]:
    import numpy as np

    from archivist.reading.barcodes import read_codes

    assert page.picture is not None
    scan = np.where(page.picture < 128, 0, 255).astype(np.uint8)
    read = sum(found.payload == code for found in read_codes(scan))
    if read < CODES:
        yield _finding(PageFault.CODE_UNREADABLE, page, f"{CODES} 处只读出 {read} 处")


def _overlapping(page: PrintedPage) -> Iterator[PageFinding]:
    """Find text over other text, across the line of a table, or beyond the paper."""
    shown = [piece for piece in page.pieces if squeezed(piece.text)]
    paper = PageBox(0, 0, page.width, page.height)
    for piece in shown:
        box = piece.box
        if (
            min(paper.overlap(box)) <= 0
            or min(box.left, box.bottom, page.width - box.right, page.height - box.top) < 0
        ):
            yield _finding(PageFault.OVERLAPPING, page, piece.text.strip(), box)
    upright = [rule for rule in page.rules if rule.top - rule.bottom > rule.right - rule.left]
    for piece in shown:
        middle = PageBox(
            piece.box.left + _INSIDE_PT,
            piece.box.bottom + _INSIDE_PT,
            piece.box.right - _INSIDE_PT,
            piece.box.top - _INSIDE_PT,
        )
        if any(min(middle.overlap(rule)) > 0 for rule in upright):
            yield _finding(PageFault.OVERLAPPING, page, piece.text.strip(), piece.box)
    shown.sort(key=lambda piece: -piece.box.top)
    for at, piece in enumerate(shown):
        for other in shown[at + 1 :]:
            if other.box.top < piece.box.bottom:
                break
            if abs(piece.baseline - other.baseline) < _SAME_LINE_PT and piece.paragraph == other.paragraph:
                continue  # a sign of another font stands in a gap of its line
            across, up = piece.box.overlap(other.box)
            if across > piece.size / 4 and up > min(piece.size, other.size) / 3:
                yield _finding(
                    PageFault.OVERLAPPING, page, f"{piece.text.strip()} {other.text.strip()}", other.box
                )


_INSIDE_PT: Final = 1.0


# ── fonts ────────────────────────────────────────────────────────────────────────────────────────────────
def _fonts(page: PrintedPage, fonts: Collection[str]) -> Iterator[PageFinding]:
    known = {family(name) for font in fonts for name in (font, *FONT_FALLBACKS.get(font, ()))}
    told = set()
    for piece in page.pieces:
        if piece.font not in told and _says(piece.text) and family(piece.font) not in known:
            told.add(piece.font)
            yield _finding(PageFault.FONT, page, f"{piece.font}：{piece.text.strip()[:10]}", piece.box)


def _says(text: str) -> bool:
    """Tell whether there is more to a text than signs, such as ☑, for which there is no font of characters."""
    return any(unicodedata.category(char)[0] in "LN" for char in text)


_STYLE: Final = re.compile(r"(?:-(?:regular|bold|medium|light|vkana))+$")
_REGION: Final = re.compile(r"(?<=cjk)(?:sc|tc|hk|jp|kr)$")


def family(name: str) -> str:
    """Return what is compared of a font's name: LibreOffice names the one of five regions that comes first in a collection."""
    return _REGION.sub("", _STYLE.sub("", name.lower().replace(" ", "")))


# ── what is seen ─────────────────────────────────────────────────────────────────────────────────────────
def _unseen(pages: Sequence[PrintedPage], wanted: Collection[str]) -> Iterator[PageFinding]:
    body = _compared("".join(_seen(page, body=True) for page in pages))
    edges = _compared("".join(_seen(page, body=False) for page in pages))
    for text, times in Counter(map(without_boxes, wanted)).items():
        said = _compared(text)
        if said and body.count(said) < times and edges.count(said) < times:
            yield PageFinding(PageFault.NOT_VISIBLE, 0, text)


def _compared(text: str) -> str:
    """Return a text as it is compared: a PDF may name a sign by its other form, and leave out what has no shape."""
    return "".join(
        char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) not in _SHAPELESS
    )


_SHAPELESS: Final = frozenset({"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"})


def _seen(page: PrintedPage, *, body: bool) -> str:
    """Return what is read on a page, paragraph by paragraph: of the body, or of heads and feet."""
    pieces = [
        piece for piece in page.pieces if (piece.paragraph is not None) is body and _is_seen(page, piece)
    ]
    if body:
        pieces.sort(key=lambda piece: piece.paragraph or 0)
    return without_boxes("".join(piece.text for piece in pieces))


def _is_seen(page: PrintedPage, piece: PrintedPiece) -> bool:
    if not piece.painted or piece.lightness > DARKEST_HIDDEN or piece.size < LEAST_PT:
        return False
    said = len(squeezed(piece.text))
    return not said or page.picture is None or _inked(page, piece.box, said / len(piece.text))


def _inked(page: PrintedPage, box: PageBox, share: float) -> bool:
    """Tell whether there is ink where a piece of text is, of which a share are no blanks: nothing lies over it."""
    assert page.picture is not None
    scale, (high, wide) = page.px_per_pt, page.picture.shape
    rows = slice(
        max(0, int((page.height - box.top) * scale) - 1),  # a rule is thinner than a pixel
        min(high, int((page.height - box.bottom) * scale) + 2),
    )
    columns = slice(max(0, int(box.left * scale)), min(wide, int(box.right * scale) + 1))
    part = page.picture[rows, columns]
    return part.size > 0 and bool((part.min(axis=0) < _INK).mean() > _INKED * share)


_INK: Final = 200
_INKED: Final = 0.25
"""Of the columns of a piece of text at least so many have ink, if it has no blanks."""
