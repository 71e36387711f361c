"""What is dark on a page of paper, beyond the paper's own colour: the ground for telling blanks, signatures, likenesses.

Everything is measured on a reduced picture of about 100 dots an inch, taken as if the page were A4; that costs a
hundredth of what reading the page costs. Only pictures that were read or are about to be read come here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    """Height × width × 3 (BGR), 8 bits a channel."""
    Gray = NDArray[np.uint8]
    """Height × width, 8 bits; as a mask 0 or 1."""

LONG_SIDE_PX: Final = 1170
"""Of an A4 page at 100 dpi; a reduced page is at least 3/4 of it and less than 3/2, where the picture is large enough."""
LONG_SIDE_MM: Final = 297.0
_PAPER_PX: Final = 8
"""The paper's colour is looked for on a picture reduced that often again."""
_PAPER_REACH: Final = 9
"""… as the brightest within so many of its px: wider than any stroke of print or pen."""


@dataclass(frozen=True, slots=True)
class InkPage:
    """A reduced page.

    Attributes:
        contrast: how much darker than the paper around it each px is, 0–255, on the green channel, on which black,
            blue and red ink are all dark.
        red: how much redder than gray each px is, 0–255; never levelled.
        px_per_mm: of a page of A4; a photograph shows the page smaller.
        brightness: of the paper, the median over the page, 0–255.
    """

    contrast: Gray
    red: Gray
    px_per_mm: float
    brightness: int

    def mirrored(self) -> InkPage:
        """Return the page as its other side would see it."""
        import numpy as np

        contrast, red = (np.ascontiguousarray(layer[:, ::-1]) for layer in (self.contrast, self.red))
        return InkPage(contrast, red, self.px_per_mm, self.brightness)

    def px(self, mm: float) -> int:
        """Turn millimetres into px, at least 1."""
        return max(1, round(mm * self.px_per_mm))


def ink_page(picture: Picture) -> InkPage:
    """Reduce a page and take the paper's colour away."""
    import cv2
    import numpy as np

    factor = max(1, round(max(picture.shape[:2]) / LONG_SIDE_PX))
    green = _reduced(np.asarray(cv2.extractChannel(picture, 1), np.uint8), factor)
    height, width = green.shape
    small = cv2.resize(
        green, (max(1, width // _PAPER_PX), max(1, height // _PAPER_PX)), interpolation=cv2.INTER_AREA
    )
    bright = cv2.blur(cv2.dilate(small, np.ones((_PAPER_REACH, _PAPER_REACH), np.uint8)), (5, 5))
    paper = cv2.resize(bright, (width, height), interpolation=cv2.INTER_LINEAR)
    return InkPage(
        np.asarray(cv2.subtract(paper, green), np.uint8),
        _redness(picture, factor),
        max(height, width) / LONG_SIDE_MM,
        int(np.median(small)),
    )


def levelled(page: InkPage, rotation: int, slope: float) -> InkPage:
    """Turn a page by degrees clockwise (0, 90, 180, 270), then level lines of print that rise by ``slope`` px a px."""
    import cv2
    import numpy as np

    contrast, red = page.contrast, page.red
    if rotation:
        contrast, red = (np.ascontiguousarray(np.rot90(layer, -rotation // 90)) for layer in (contrast, red))
    if slope:
        turned = cv2.warpAffine(contrast, levelling(contrast.shape, slope), contrast.shape[::-1])
        contrast = np.asarray(turned, np.uint8)
    return InkPage(contrast, red, page.px_per_mm, page.brightness)


def levelling(shape: tuple[int, ...], slope: float) -> NDArray[np.float64]:
    """Return the matrix that levels lines which rise by ``slope`` px a px, about the middle of the page."""
    import math

    import cv2
    import numpy as np

    middle = (shape[1] / 2, shape[0] / 2)
    return np.asarray(cv2.getRotationMatrix2D(middle, math.degrees(math.atan(slope)), 1.0), np.float64)


def _reduced(plane: Gray, factor: int) -> Gray:
    import cv2
    import numpy as np

    if factor == 1:
        return plane
    # A whole factor, so that the mean over each block costs next to nothing.
    width, height = (max(1, side // factor) for side in plane.shape[::-1])
    whole = plane[: height * factor, : width * factor]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _redness(picture: Picture, factor: int) -> Gray:
    import cv2
    import numpy as np

    height, width = (max(1, side // factor) for side in picture.shape[:2])
    few = picture[::factor, ::factor][:height, :width]
    return np.asarray(cv2.subtract(few[:, :, 2].copy(), few[:, :, 1].copy()), np.uint8)
