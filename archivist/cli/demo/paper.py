"""What happens to a sheet of paper: seals, codes, pens, scanners, telephones. Works without any font; all is seeded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    """Height × width × 3 (RGB), 8 bits a channel."""
    Mask = NDArray[np.float32]
    """Height × width, 0.0–1.0."""
    Generator = np.random.Generator

RED: Final = (201, 28, 38)
PEN: Final = (32, 44, 120)
PAPER: Final = (247, 247, 243)
"""Office paper as a scanner sees it."""
DESK: Final = (112, 88, 66)
LID: Final = 236
"""Gray value of what a scanner sees beside the sheet."""

Place = Mapping[str, float]
"""``x_mm``, ``y_mm`` from the upper left corner of the sheet, ``size_mm``."""


def px(mm: float, dpi: int) -> int:
    """Turn millimetres into px."""
    return round(mm * dpi / 25.4)


# ── what is put on the sheet ─────────────────────────────────────────────────────────────────────────────
def set_number(picture: Picture, number: str, strip: Picture, letters: str, place: Place, dpi: int) -> None:
    """Set a case number from the strip of letters; ``size_mm`` is the height.

    Raises:
        ValueError: the number has a character that the strip has not.
    """
    import cv2
    import numpy as np

    cell = strip.shape[1] / len(letters)
    cells = [letters.index(char) for char in number]
    line: Any = np.hstack([strip[:, round(n * cell) : round((n + 1) * cell)] for n in cells])
    height = px(place["size_mm"], dpi)
    line = cv2.resize(
        line, (round(line.shape[1] * height / line.shape[0]), height), interpolation=cv2.INTER_AREA
    )
    x, y = px(place["x_mm"], dpi), px(place["y_mm"], dpi)
    target = picture[y : y + height, x : x + line.shape[1]]
    np.minimum(target, line[:, : target.shape[1]], out=target)


def press_seal(picture: Picture, seal: Mask, place: Place, dpi: int, rng: Generator) -> None:
    """Press a red seal over whatever is there, a little turned and unevenly inked; x and y are its centre."""
    import cv2
    import numpy as np

    side = px(place["size_mm"], dpi)
    ink: Any = cv2.resize(seal, (side, side), interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.uniform(-14, 14)), 1.0)
    ink = cv2.warpAffine(ink, turn, (side, side))
    worn = cv2.GaussianBlur(rng.uniform(0, 1, (side, side)).astype(np.float32), (0, 0), 1.6)
    ink = ink * np.clip((worn - 0.36) * 8, 0.25, 0.92)
    x, y = px(place["x_mm"], dpi) - side // 2, px(place["y_mm"], dpi) - side // 2
    target = picture[y : y + side, x : x + side]
    ink = ink[: target.shape[0], : target.shape[1], None]
    target[:] = (target * (1 - ink) + target * (np.array(RED, np.float32) / 255) * ink).astype(np.uint8)


def scribble(picture: Picture, place: Place, dpi: int, rng: Generator) -> None:
    """Draw a pen line of loops that is nobody's name; x and y are its left end, ``size_mm`` its length."""
    import cv2
    import numpy as np

    length, height = px(place["size_mm"], dpi), px(place["size_mm"] * 0.16, dpi)
    t = np.linspace(0, 1, 400)
    loops, phase = rng.integers(5, 8), rng.uniform(0, 6)
    swing = (0.45 + 0.55 * np.abs(np.sin(t * np.pi * rng.uniform(1.5, 2.5)))) * height
    x = px(place["x_mm"], dpi) + t * length + 0.5 * height * np.cos(t * loops * 2 * np.pi + phase)
    y = (
        px(place["y_mm"], dpi)
        - 0.3 * height
        + swing * np.sin(t * loops * 2 * np.pi + phase)
        - t * 0.4 * height
    )
    points = np.stack([x, y], axis=1)
    for start in range(0, 396, 4):
        part = (points[start : start + 6] * 8).round().astype(np.int32)[:, None]
        cv2.polylines(picture, [part], False, PEN, int(rng.integers(2, 4)), cv2.LINE_AA, 3)


# ── what a scanner or a telephone makes of it ────────────────────────────────────────────────────────────
def scan(picture: Picture, degrees: float, noise: float, rng: Generator) -> Picture:
    """Scan a sheet that lies askew: paper tone, soft edges, noise, dust.

    Args:
        picture: the sheet.
        degrees: skew, counter-clockwise.
        noise: standard deviation, gray values.
        rng: where the chance comes from.
    """
    import cv2
    import numpy as np

    tone = np.outer(np.arange(256), np.array(PAPER) / 255).astype(np.uint8)[None]
    sheet = cv2.LUT(cv2.GaussianBlur(_turned(picture, degrees), (3, 3), 0.6), tone)
    height, width = sheet.shape[:2]
    grain = (128 + noise * rng.standard_normal((height, width), np.float32)).astype(np.uint8)
    sheet = cv2.addWeighted(sheet, 1, cv2.merge([grain] * 3), 1, -128)
    for _ in range(25):
        spot = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        cv2.circle(sheet, spot, int(rng.integers(1, 3)), (96, 96, 96), -1, cv2.LINE_AA)
    return np.array(sheet, np.uint8)


def fax(picture: Picture, degrees: float, rng: Generator) -> Picture:
    """Scan in black and white: one bit a dot, specks and all. Returns one channel of 0 and 255."""
    import cv2
    import numpy as np

    gray = cv2.cvtColor(scan(picture, degrees, 9.0, rng), cv2.COLOR_RGB2GRAY)
    black: Picture = cv2.threshold(gray, 172, 255, cv2.THRESH_BINARY)[1].astype(np.uint8)
    return black


def photograph(picture: Picture, rng: Generator) -> Picture:
    """Photograph a sheet on a desk with a telephone: perspective, uneven warm light, a shadow, soft focus."""
    import cv2
    import numpy as np

    width, height = 1980, 2640
    sheet_h, sheet_w = picture.shape[:2]
    corners = np.array([[0, 0], [sheet_w, 0], [sheet_w, sheet_h], [0, sheet_h]], np.float32)
    seen = np.array([[205, 150], [1760, 110], [1875, 2525], [95, 2470]], np.float32)
    seen += rng.uniform(-35, 35, (4, 2)).astype(np.float32)
    view = cv2.getPerspectiveTransform(corners, seen)
    flat: Any = cv2.warpPerspective(picture, view, (width, height), flags=cv2.INTER_AREA).astype(np.float32)
    inside = cv2.warpPerspective(np.ones((sheet_h, sheet_w), np.float32), view, (width, height))[..., None]
    shadow = cv2.GaussianBlur(inside, (0, 0), 22)[..., None]
    flat = flat * inside + _desk(width, height, rng) * (1 - 0.45 * shadow) * (1 - inside)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 0.6 + 0.42 * np.exp(
        -(((x - width * 0.38) / (width * 0.8)) ** 2 + ((y - height * 0.3) / (height * 0.7)) ** 2)
    )
    light *= 1 - 0.22 / (1 + np.exp(-(x * 0.9 + y * 0.25 - width * 0.98) / 60))
    flat *= light[..., None] * np.array([1.0, 0.965, 0.88], np.float32)
    flat = cv2.GaussianBlur(flat, (0, 0), 0.9) + 4 * rng.standard_normal(flat.shape, np.float32)
    return np.array(np.clip(flat, 0, 255), np.uint8)


def _desk(width: int, height: int, rng: Generator) -> Any:
    """Return a wooden desk: streaks along one direction."""
    import cv2
    import numpy as np

    coarse = rng.standard_normal((height // 6, 8), np.float32)
    grain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.array(DESK, np.float32) + 9 * grain[..., None]


def _turned(picture: Picture, degrees: float) -> Picture:
    import cv2
    import numpy as np

    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    size, lid = (width, height), (LID, LID, LID)
    return np.array(cv2.warpAffine(picture, turn, size, flags=cv2.INTER_LINEAR, borderValue=lid), np.uint8)
