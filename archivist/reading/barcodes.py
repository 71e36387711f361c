"""QR codes: read on the picture of a page, written for a document. Only this module imports zxing-cpp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CODES = 64
"""More codes on one page than this are ignored; a generated form carries two."""


@dataclass(frozen=True, slots=True)
class CodeOnPage:
    """One QR code and where it was found.

    Attributes:
        payload: the text in the code, as read; never trusted, anybody can print one.
        page: 1-based.
        x: centre, 0.0 (left) – 1.0 (right) of the picture as it lies.
        y: centre, 0.0 (top) – 1.0 (bottom).
    """

    payload: str
    page: int
    x: float
    y: float


def read_codes(picture: NDArray[np.uint8], page: int = 1) -> tuple[CodeOnPage, ...]:
    """Find the QR codes of a page, in any direction, top to bottom; those that shine through from its other side are none.

    The gray picture is tried first; when nothing is found there, the red channel, on which a red seal over the code
    vanishes (gray alone reads 0–25 % of sealed codes).

    Args:
        picture: BGR (height × width × 3) or gray (height × width), 8 bits.
        page: number of the page, 1-based; only copied into the result.
    """
    import numpy as np

    if picture.ndim == 2:
        return _scan(np.ascontiguousarray(picture), page)
    import cv2

    gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    return _scan(gray, page) or _scan(np.ascontiguousarray(picture[:, :, 2]), page)


def qr_modules(payload: str) -> tuple[bytes, ...]:
    """Return the QR code of a text: level Q, the smallest version that holds it; the same for the same text.

    Returns:
        Its rows from top to bottom, a byte for each module, 1 dark and 0 light; without a quiet zone.
    """
    import zxingcpp

    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    picture: Any = code.to_image(scale=1, add_quiet_zones=False)
    levels: Any = memoryview(picture).tolist()
    return tuple(bytes(level == 0 for level in row) for row in levels)


def _scan(gray: NDArray[np.uint8], page: int) -> tuple[CodeOnPage, ...]:
    import zxingcpp

    height, width = gray.shape
    found = []
    only_qr: Any = zxingcpp.BarcodeFormat.QRCode
    for code in zxingcpp.read_barcodes(gray, formats=only_qr)[:MOST_CODES]:
        place = code.position
        corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        x = sum(corner.x for corner in corners) / 4 / width
        y = sum(corner.y for corner in corners) / 4 / height
        if code.text and not _mirrored(gray, [(corner.x, corner.y) for corner in corners], code.text):
            found.append(CodeOnPage(code.text, page, x, y))
    return tuple(sorted(found, key=lambda code: (code.y, code.x)))


_SIDE: Final = 4
"""Pixels a module to compare a code with how it would be written."""
_CLEARLY: Final = 0.2
"""By such a share of its modules a code must be more like its mirror image; another writer's code is as little like either."""


def _mirrored(gray: NDArray[np.uint8], corners: Sequence[tuple[int, int]], payload: str) -> bool:
    """Tell whether a code was read in the mirror, as readers do: the print of the other side of thin paper.

    Args:
        gray: the picture.
        corners: of the code as it was read: from its upper left one, clockwise.
        payload: what was read.
    """
    import cv2
    import numpy as np

    written = np.array([list(row) for row in qr_modules(payload)], bool)
    side = len(written) * _SIDE
    square = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    upright = cv2.getPerspectiveTransform(np.array(corners, np.float32), square)
    flat = np.asarray(cv2.warpPerspective(gray, upright, (side, side)), np.float32)
    modules = flat.reshape(len(written), _SIDE, len(written), _SIDE)[:, 1:3, :, 1:3].mean(axis=(1, 3))
    dark = modules < (modules.min() + modules.max()) / 2
    return bool((dark == written.T).mean() > (dark == written).mean() + _CLEARLY)
