"""A number for the look of a page, nearly the same for another scan of the same sheet.

Measured on nine forms as printed and as signed, in gray, in one bit and photographed: two scans of a sheet differ in at
most 14 bits, a scan and a photograph in at most 22 (nine in ten: 14), two different forms in at least 16. The same form
of two households looks nearly the same: only text tells those apart. A large seal that is black in one scan and red in
another counts for some ten bits more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from archivist.reading.ink import Gray, InkPage
    from archivist.reading.signatures import Box

_SIDE_PX: Final = 32
_WAVES: Final = 8
_DARK: Final = 120
"""Ink darker than that counts no more: a bad scan makes black what another makes gray."""
_MARGIN_SHARE: Final = 0.03
"""Share of the print that may lie beyond each edge of the part that is looked at: a page number, a note, is not missed."""


def fingerprint(page: InkPage, boxes: Sequence[Box]) -> str:
    """Return 64 bits as 16 hexadecimal digits: which of the page's coarsest waves of ink are stronger than their median.

    Args:
        page: upright and levelled.
        boxes: of its lines; only they count, so that desk, shadows and pen do not. Without any the whole picture counts.
    """
    import cv2
    import numpy as np

    dark = np.minimum(page.contrast, _DARK)
    if boxes:
        printed = np.zeros_like(dark)
        for box in boxes:
            part = slice(max(0, box.top), max(0, box.bottom)), slice(max(0, box.left), max(0, box.right))
            printed[part] = dark[part]
        dark = printed
        dark = dark[_middle(dark, 1), _middle(dark, 0)]
    coarse = cv2.resize(dark.astype(np.float32), (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    waves: Any = cv2.dct(coarse)[:_WAVES, :_WAVES].ravel()
    bits = waves > np.median(waves[1:])
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def differing_bits(one: str, other: str) -> int:
    """Return in how many of 64 bits two fingerprints differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _middle(dark: Gray, axis: int) -> slice:
    """Return the span that holds all but the outermost print, across the page (0: columns, 1: rows)."""
    import numpy as np

    sums = np.cumsum(dark.sum(axis=axis, dtype=np.float64))
    ends = (sums[-1] * _MARGIN_SHARE, sums[-1] * (1 - _MARGIN_SHARE))
    first, last = (int(np.searchsorted(sums, end)) for end in ends)
    return slice(first, last + 1)
