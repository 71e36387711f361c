"""Whether a page of paper is blank: the back of a sheet in a feeder, with its shadows, holes, dust and show-through.

Two thresholds. What is under the low one everywhere needs no recognition at all. Under the high one, what cannot be read
is no writing; above it a page is blank only where what is dark is the print of the other side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archivist.reading.ink import InkPage
    from archivist.reading.signatures import Box

FAINT: Final = 12
"""So much darker than the paper may be print that has faded."""
CLEAR: Final = 32
"""So much darker is writing; a faint pencil is."""
SHOW_THROUGH: Final = 110
"""The print of the other side is not darker than that."""
BEYOND_SHOW_THROUGH: Final = 1.9
"""What is that many times darker than the other side's print stands on this side; a solid patch shows through darker than
thin strokes do, but not so much."""
PAPER_BRIGHTNESS: Final = 150
"""A darker picture is not the back of a sheet but a photograph."""
FEW_MM2: Final = 3.0
"""A short pencil stroke has more; a signature has ten times that."""
FULL_SHARE: Final = 0.01
"""A page with more ink than that need not be looked at closely: a page of print has five times as much."""
_SPECK_MM: Final = 1.3
_STREAK_MM: Final = 1.2
_HOLE_MM: Final = (4.0, 9.5)
_EDGE_MM: Final = 22.0
"""Punch holes and staples are that near to an edge."""
_STAPLE_MM: Final = 15.0


def is_bare(page: InkPage) -> bool:
    """Tell whether a page has nothing on it that recognition could find, however faint."""
    import numpy as np

    if np.count_nonzero(page.contrast > CLEAR) > FULL_SHARE * page.contrast.size:
        return False
    return page.brightness >= PAPER_BRIGHTNESS and not has_writing(page, FAINT)


def has_writing(page: InkPage, threshold: int) -> bool:
    """Tell whether more than dirt of scanner and sheet is darker than the paper by a threshold (0–255)."""
    if page.brightness < PAPER_BRIGHTNESS:
        return True
    return _inked_mm2(page, threshold) >= FEW_MM2


def darkness(page: InkPage, boxes: Sequence[Box]) -> int:
    """Return how much darker than the paper the print in some boxes is, 0–255."""
    import numpy as np

    parts = [page.contrast[max(0, b.top) : max(0, b.bottom), max(0, b.left) : max(0, b.right)] for b in boxes]
    inked = np.concatenate([part[part > FAINT] for part in parts])
    return int(np.percentile(inked, 95)) if inked.size else 0


def _inked_mm2(page: InkPage, threshold: int) -> float:
    """Return the area, mm² on A4, of what is darker by a threshold and is no dirt."""
    import cv2
    import numpy as np

    soft = cv2.blur(page.contrast, (3, 3)) if threshold < CLEAR else page.contrast
    mask = (soft > threshold).astype(np.uint8)
    # Dashes of one stroke belong together; else a thin pencil line would be taken for specks.
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    written = ~_dirt(page, np.asarray(stats))
    written[0] = False
    areas = np.bincount(labels[mask > 0], minlength=len(stats))
    return float(areas[written].sum()) / page.px_per_mm**2


def _dirt(page: InkPage, stats: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Tell for each spot whether scanner or sheet made it: specks, shadows at the edge, streaks, holes, staples."""
    import numpy as np

    height, width = page.contrast.shape
    left, top, across, down, area = (stats[:, k] for k in range(5))
    right, bottom = left + across, top + down
    longest, shortest = np.maximum(across, down), np.minimum(across, down)
    gap = np.minimum.reduce([left, top, width - right, height - bottom])
    border = gap <= page.px(1.0)
    near = gap < page.px(_EDGE_MM)
    speck = longest < page.px(_SPECK_MM)
    streak = (longest > 0.5 * max(height, width)) & (shortest <= page.px(_STREAK_MM))
    low, high = (page.px(mm) for mm in _HOLE_MM)
    round_ = (
        (longest >= low) & (longest <= high) & (shortest > 0.75 * longest) & (area > 0.55 * across * down)
    )
    corner = (np.minimum(left, width - right) < page.px(_EDGE_MM)) & (
        np.minimum(top, height - bottom) < page.px(_EDGE_MM)
    )
    staple = corner & (longest <= page.px(_STAPLE_MM)) & (area < page.px(1.2) * longest)
    return np.asarray(border | speck | streak | (near & round_) | staple, bool)
