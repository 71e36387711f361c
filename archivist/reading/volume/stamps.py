"""What is written on the sheets of a volume: the number of the page, the six boxes of the 归档章, the number of the file on its cover.

All of it goes where nothing stands: in the middle of the head, else on the left, else on the right; where there is no room, the sheet
grows by 20 mm at its head. The number of a page stands in its upper right corner.

Source: DA/T 22-2015 (归档章), GB/T 9704-2012 (页码).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from archivist.reading.volume.outlines import CAP_HEIGHT, drawn, fitting, width
from archivist.reading.volume.parts import MM, PlainSheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STAMP_W, STAMP_H = 45 * MM, 16 * MM
STAMP_FROM_TOP: Final = 9 * MM
NUMBER_FROM_EDGE: Final = 12 * MM
"""Of the number: its right end from the right edge, its baseline from the upper one."""
NUMBER_SIZE: Final = 12.0
NUMBER_ROOM: Final = 14 * MM
"""Width kept for a number; six digits need 13."""
GROWTH: Final = 20 * MM
MARGIN: Final = 1 * MM
"""So much around a stamp must be free too."""
LEAST_WIDTH: Final = 120 * MM
"""Narrower sheets are widened, so that stamp and number have room beside one another."""
INK: Final = 36
"""A pixel that differs from its surroundings by so many levels of 255 is ink; the grain of paper stays below."""
PAPER: Final = 150
"""What is darker than that is no paper to stamp on."""
_RED: Final = "0.85 0.07 0.07"


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle in points from the upper left corner of a sheet."""

    left: float
    top: float
    width: float
    height: float


def places(sheet_width: float) -> tuple[Place, Place, Place]:
    """Return where a stamp may stand: centre, left, right."""
    right = sheet_width - NUMBER_FROM_EDGE - NUMBER_ROOM - STAMP_W - MARGIN
    lefts = ((sheet_width - STAMP_W) / 2, NUMBER_FROM_EDGE, right)
    centre, left, right_place = (Place(x, STAMP_FROM_TOP, STAMP_W, STAMP_H) for x in lefts)
    return centre, left, right_place


def corner(sheet_width: float) -> Place:
    """Return where the number of a page stands."""
    high = NUMBER_SIZE * CAP_HEIGHT
    return Place(sheet_width - NUMBER_FROM_EDGE - NUMBER_ROOM, NUMBER_FROM_EDGE - high, NUMBER_ROOM, high)


def is_free(picture: NDArray[np.uint8], box: Place, px_per_pt: float) -> bool:
    """Tell whether nothing stands in a box.

    Args:
        picture: the head of the sheet, height × width × 3.
        box: where; ``MARGIN`` around it is looked at too.
        px_per_pt: its resolution.
    """
    import numpy as np

    left, top = (int((v - MARGIN) * px_per_pt) for v in (box.left, box.top))
    right, bottom = (int((v + MARGIN) * px_per_pt) + 1 for v in (box.left + box.width, box.top + box.height))
    area = picture[max(top, 0) : bottom, max(left, 0) : right]
    if left < 0 or right > picture.shape[1] or bottom > picture.shape[0] or not area.size:
        return False
    # The darkest channel: yellow and red ink are as good as black.
    levels = area.min(axis=2).astype(np.int16)
    paper = int(np.median(levels))
    return paper >= PAPER and bool((abs(levels - paper) <= INK).all())


def overlay(sheet: PlainSheet, number: int | None, stamp: Sequence[str]) -> tuple[str, float]:
    """Return what is drawn over a sheet, and by how much it grows at its head, in points.

    Args:
        sheet: a plain sheet.
        number: of its page; ``None`` for none.
        stamp: one text for the number of the file, six for the boxes of a 归档章, none for no stamp.
    """
    place = next((box for box, free in zip(places(sheet.width), sheet.places, strict=True) if free), None)
    grows = (bool(stamp) and place is None) or (number is not None and not sheet.corner)
    growth = GROWTH if grows else 0.0
    head = sheet.height + growth
    if grows:
        centre = places(sheet.width)[0]
        place = Place(centre.left, (GROWTH - STAMP_H) / 2, STAMP_W, STAMP_H)
    drawing = []
    if number is not None:
        text = str(number)
        size = fitting(text, NUMBER_SIZE, NUMBER_ROOM)
        x = sheet.width - NUMBER_FROM_EDGE - width(text, size)
        drawing.append(f"q 0 g\n{drawn(text, x, head - NUMBER_FROM_EDGE, size)}\nQ")
    if stamp and place is not None:
        drawing.append(_stamp(stamp, place.left, head - place.top))
    return "\n".join(drawing), growth


def _stamp(texts: Sequence[str], left: float, top: float) -> str:
    """Return a red stamp; its upper left corner is at (left, top), in points from the lower left of the sheet."""
    bottom, lines = top - STAMP_H, [f"q {_RED} RG {_RED} rg 0.8 w"]
    lines.append(f"{left:.2f} {bottom:.2f} {STAMP_W:.2f} {STAMP_H:.2f} re S")
    if len(texts) == 1:
        texts, across = ("档　号", texts[0]), 1
    else:
        across = 3
    for n in range(1, across):
        x = left + STAMP_W * n / across
        lines.append(f"{x:.2f} {bottom:.2f} m {x:.2f} {top:.2f} l S")
    middle = bottom + STAMP_H / 2
    lines.append(f"{left:.2f} {middle:.2f} m {left + STAMP_W:.2f} {middle:.2f} l S")
    cell = STAMP_W / across
    for n, text in enumerate(texts):
        row, column = divmod(n, across)
        size = fitting(text, 11.0, cell - 4)
        x = left + cell * (column + 0.5) - width(text, size) / 2
        y = top - STAMP_H * (row + 0.5) / 2 - size * CAP_HEIGHT / 2
        lines.append(drawn(text, x, y, size))
    return "\n".join([*lines, "Q"])
