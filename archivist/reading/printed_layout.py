"""A PDF that this program had made, as it lies on paper: each piece of text with its place, font and paragraph, and a picture.

For our own PDFs only, which are tagged (ISO 32000-1, 14.7): from the tags it is known which pieces are one paragraph and which
paragraphs one cell of a table. What is not tagged, heads and feet, has no paragraph. All places are in points from the lower
left corner of the page.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODE_DPI: Final = 200
"""The first page is drawn as fine as an office's scanner looks at it."""
INK_DPI: Final = 100
"""The others are only looked at for ink."""
_UNSEEN_MODES: Final = frozenset({3, 7})
"""Text render modes that paint nothing (ISO 32000-1, table 106)."""
_INLINE: Final = frozenset({"Span", "Link", "Quote", "Note", "Reference", "Code", "Annot"})
"""Structure types that are a part of a paragraph."""
_CELLS: Final = frozenset({"TD", "TH"})


@dataclass(frozen=True, slots=True)
class PageBox:
    """A place on a page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: PageBox) -> tuple[float, float]:
        """Return how far two boxes lie over each other, across and up; negative is the distance between them."""
        return (
            min(self.right, other.right) - max(self.left, other.left),
            min(self.top, other.top) - max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class PrintedPiece:
    """Some characters of one line, set in one font.

    Attributes:
        box: of what is painted.
        baseline: the height it stands on.
        size: of the type, pt.
        font: as the PDF names it.
        lightness: of its colour, 0.0 black – 1.0 white.
        painted: that the PDF says it paints it at all.
        paragraph: which one of its page, counted in the order they are read; ``None`` in heads and feet.
    """

    text: str
    box: PageBox
    baseline: float
    size: float
    font: str
    lightness: float
    painted: bool
    paragraph: int | None


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One page.

    Attributes:
        number: 1-based.
        pieces: in the order they were painted.
        cells: for each paragraph the cell of a table it stands in, counted over the page; ``None`` outside of tables.
        images: where pictures are.
        rules: the lines of tables, thin boxes.
        picture: gray, 8 bits, of the whole page; ``None`` when it was not drawn.
        px_per_pt: of the picture.
    """

    number: int
    width: float
    height: float
    pieces: tuple[PrintedPiece, ...]
    cells: tuple[int | None, ...]
    images: tuple[PageBox, ...]
    rules: tuple[PageBox, ...]
    picture: NDArray[np.uint8] | None
    px_per_pt: float


def printed_pages(path: Path, *, drawn: bool = True) -> Iterator[PrintedPage]:
    """Yield the pages of a PDF that this program had made; where only the text counts, they need not be drawn."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        for number in range(1, len(document) + 1):
            page = document[number - 1]
            try:
                yield _printed(page, number, drawn=drawn)
            finally:
                page.close()


def _printed(page: Any, number: int, *, drawn: bool) -> PrintedPage:
    from pypdfium2 import raw

    places, cells = _paragraphs(page)
    pieces, images, rules = [], [], []
    textpage = page.get_textpage()
    try:
        for found in page.get_objects():
            if found.type == raw.FPDF_PAGEOBJ_TEXT:
                pieces.append(_piece(found, textpage, places))
            elif found.type == raw.FPDF_PAGEOBJ_IMAGE:
                images.append(PageBox(*found.get_bounds()))
            elif found.type == raw.FPDF_PAGEOBJ_PATH:
                box = PageBox(*found.get_bounds())
                if min(box.right - box.left, box.top - box.bottom) <= _RULE_PT:
                    rules.append(box)
    finally:
        textpage.close()
    wide, high = page.get_size()
    scale = (CODE_DPI if number == 1 else INK_DPI) / 72
    picture = _drawn(page, scale) if drawn else None
    return PrintedPage(
        number, wide, high, tuple(pieces), tuple(cells), tuple(images), tuple(rules), picture, scale
    )


def _drawn(page: Any, scale: float) -> NDArray[np.uint8]:
    import numpy as np

    bitmap = page.render(scale=scale, grayscale=True)
    try:
        return np.array(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, -1)[:, : bitmap.width]
    finally:
        bitmap.close()


_RULE_PT: Final = 3.0
"""What is no thicker is a line."""


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────────────
def _piece(found: Any, textpage: Any, places: dict[int, int]) -> PrintedPiece:
    from pypdfium2 import raw

    size = ctypes.c_float()
    raw.FPDFTextObj_GetFontSize(found, size)
    colour = [ctypes.c_uint() for _ in range(4)]
    known = raw.FPDFPageObj_GetFillColor(found, *colour)
    red, green, blue, opacity = (part.value for part in colour) if known else (0, 0, 0, 255)
    matrix = found.get_matrix()
    return PrintedPiece(
        text=_told(lambda buffer, room: raw.FPDFTextObj_GetText(found, textpage, buffer, room)),
        box=PageBox(*found.get_bounds()),
        baseline=matrix.f,
        size=size.value * abs(matrix.d or matrix.b),
        font=_font(raw.FPDFTextObj_GetFont(found)),
        lightness=1 - (1 - (0.299 * red + 0.587 * green + 0.114 * blue) / 255) * opacity / 255,
        painted=raw.FPDFTextObj_GetTextRenderMode(found) not in _UNSEEN_MODES,
        paragraph=places.get(raw.FPDFPageObj_GetMarkedContentID(found)),
    )


def _told(ask: Callable[[Any, int], int]) -> str:
    """Return a text of pdfium, which is asked twice: how long it is, and for it; in UTF-16."""
    room = ask(None, 0)
    buffer = ctypes.create_string_buffer(room)
    ask(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), room)
    told = buffer.raw[: max(room - 2, 0)].decode("utf-16-le", "replace")
    return told.replace(_HYPHEN_AT_END, "-")


_HYPHEN_AT_END: Final = "\x02"
"""What pdfium calls a hyphen that ends a line."""


def _font(font: Any) -> str:
    from pypdfium2 import raw

    room = raw.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = ctypes.create_string_buffer(room)
    raw.FPDFFont_GetBaseFontName(font, buffer, room)
    return re.sub(r"^[A-Z]{6}\+", "", buffer.value.decode("utf-8", "replace"))


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────────────
def _paragraphs(page: Any) -> tuple[dict[int, int], list[int | None]]:
    """Return the paragraph of each marked piece of a page, and the cell of each paragraph."""
    from pypdfium2 import raw

    places: dict[int, int] = {}
    cells: list[int | None] = []
    seen = 0

    def look(element: Any, paragraph: int | None, cell: int | None) -> None:
        nonlocal seen
        kind = _told(lambda buffer, room: raw.FPDF_StructElement_GetType(element, buffer, room))
        if kind in _CELLS:
            seen += 1
            cell = seen
        if kind not in _INLINE or paragraph is None:
            paragraph = len(cells)
            cells.append(cell)
        for at in range(raw.FPDF_StructElement_CountChildren(element)):
            mark = raw.FPDF_StructElement_GetChildMarkedContentID(element, at)
            if mark >= 0:
                places[mark] = paragraph
            elif child := raw.FPDF_StructElement_GetChildAtIndex(element, at):
                look(child, paragraph, cell)

    tree = raw.FPDF_StructTree_GetForPage(page)
    try:
        for at in range(raw.FPDF_StructTree_CountChildren(tree)):
            if child := raw.FPDF_StructTree_GetChildAtIndex(tree, at):
                look(child, None, None)
    finally:
        raw.FPDF_StructTree_Close(tree)
    return places, cells
