"""A page of paper looked at as a whole: its print, whether it is blank, where it is signed, what it looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivist.reading.blank import (
    BEYOND_SHOW_THROUGH,
    CLEAR,
    SHOW_THROUGH,
    darkness,
    has_writing,
    is_bare,
)
from archivist.reading.fingerprint import fingerprint
from archivist.reading.ink import ink_page, levelled
from archivist.reading.signatures import Signing, on_reduced, signings

if TYPE_CHECKING:
    from archivist.reading.ink import InkPage
    from archivist.reading.ocr import OcrEngine, Picture, Recognised

SURE_SCORE = 0.9
"""A line with that score is print of this side."""
SURE_PAGE_SCORE = 0.85
"""So are all lines of a page with that mean score and more than a word."""
FEW_CHARACTERS = 10
CLEARER = 3
"""The print is the other side's where that many times more characters are sure when it is read from behind."""


@dataclass(frozen=True, slots=True)
class PaperPage:
    """What a page of paper shows.

    Attributes:
        print: what was recognised; None on a blank page.
        signings: the places to sign.
        fingerprint: 16 hexadecimal digits.
    """

    print: Recognised | None
    signings: tuple[Signing, ...]
    fingerprint: str


def look_at(picture: Picture, engine: Callable[[], OcrEngine], *, has_code: bool) -> PaperPage:
    """Read a picture of paper. A page that is bare is not recognised at all, which saves nearly all it costs.

    Args:
        picture: as it lies.
        engine: gives the recogniser, called only when there may be something to read.
        has_code: whether a QR code was read on it: then it is not blank.
    """
    page = ink_page(picture)
    if not has_code and is_bare(page):
        return PaperPage(None, (), fingerprint(page, ()))
    found = engine().read(picture)
    if not has_code and _is_blank(page, found, picture, engine):
        return PaperPage(None, (), fingerprint(page, ()))
    upright = levelled(page, found.rotation, found.slope)
    lines = on_reduced(upright, found.lines, _upright_size(picture, found), found.slope)
    return PaperPage(found, signings(upright, lines), fingerprint(upright, [line.box for line in lines]))


def _is_blank(page: InkPage, found: Recognised, picture: Picture, engine: Callable[[], OcrEngine]) -> bool:
    """Tell whether a page is blank: nothing clear on it, or nothing that is darker than the print of the other side."""
    import numpy as np

    sure = _sure_characters(found)
    if sure > FEW_CHARACTERS and (found.score or 0.0) >= SURE_PAGE_SCORE:
        return False
    if not has_writing(page, CLEAR):
        return sure <= 1
    if has_writing(page, SHOW_THROUGH):
        return False
    mirrored = engine().read(np.ascontiguousarray(picture[:, ::-1]))
    if _sure_characters(mirrored) < max(FEW_CHARACTERS, CLEARER * sure):
        return False
    other_side = levelled(page.mirrored(), mirrored.rotation, mirrored.slope)
    lines = on_reduced(other_side, mirrored.lines, _upright_size(picture, mirrored), mirrored.slope)
    print_darkness = darkness(other_side, [line.box for line in lines])
    return not has_writing(page, round(print_darkness * BEYOND_SHOW_THROUGH))


def _sure_characters(found: Recognised) -> int:
    return sum(len(line.text) for line in found.lines if line.score >= SURE_SCORE)


def _upright_size(picture: Picture, found: Recognised) -> tuple[int, int]:
    height, width = picture.shape[:2]
    return (height, width) if found.rotation % 180 else (width, height)
