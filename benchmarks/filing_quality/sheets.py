"""Sheets of paper with a title, rows, paragraphs; a card on a page; a picture of a house."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from tests.reading.pages import INK, RED, WIDTH_PX, Sheet

LEFT: Final = 260
GAP: Final = 120
"""Px between baselines."""
CARD: Final = (1011, 638)
"""An identity card at its real size, px at 300 dpi."""


def letter(title: str, paragraphs: Sequence[str], foot: Sequence[str] = (), *, seal: str = "") -> Sheet:
    """Return a page with a title, paragraphs, lines at the lower right, and perhaps a seal over them."""
    sheet = Sheet()
    sheet.centre(420, title, size=20)
    y: float = 620
    for text in paragraphs:
        y = sheet.paragraph(y, text) + 30
    y += 160
    for line in foot:
        sheet.write(1450, y, line, size=14)
        y += GAP
    if seal:
        sheet.seal(1750, y - GAP, seal)
    return sheet


def form(title: str, rows: Sequence[tuple[str, str]], foot: Sequence[str] = (), *, seal: str = "") -> Sheet:
    """Return a page with a title and a table of labels and values."""
    sheet = Sheet()
    sheet.centre(420, title, size=20)
    y: float = sheet.table(560, [560, 1600], [[label, value] for label, value in rows], height=130)
    y += 200
    for line in foot:
        sheet.write(1450, y, line, size=13)
        y += GAP
    if seal:
        sheet.seal(1750, y - GAP, seal)
    return sheet


def listing(title: str, columns: Sequence[int], rows: Sequence[Sequence[str]], above: str = "") -> Sheet:
    """Return a page with a title and a table of many columns; widths in px, 2180 together at most."""
    sheet = Sheet()
    sheet.centre(300, title, size=16)
    if above:
        sheet.write(200, 400, above, size=11)
    sheet.table(460, list(columns), [list(r) for r in rows], height=95, size=10)
    return sheet


def lines(rows: Sequence[str], *, size: float = 14, top: int = 420, gap: int = GAP) -> Sheet:
    """Return a page of single lines."""
    sheet = Sheet()
    for number, row in enumerate(rows):
        if row:
            sheet.write(LEFT, top + number * gap, row, size=size)
    return sheet


def card(
    rows: Sequence[tuple[int, int, str]], *, at: int = 700, portrait: bool = False, on: Sheet | None = None
) -> Sheet:
    """Copy a card onto a page.

    Args:
        rows: x and y of the baseline within the card (px), text.
        at: upper edge on the page, px.
        portrait: whether a face is printed on it.
        on: the page, a new one if none is given.
    """
    sheet = on or Sheet()
    left = (WIDTH_PX - CARD[0]) // 2
    draw = ImageDraw.Draw(sheet.image)
    draw.rounded_rectangle([left, at, left + CARD[0], at + CARD[1]], 36, outline=(120, 130, 140), width=4)
    if portrait:
        draw.ellipse([left + 720, at + 120, left + 880, at + 320], fill=(170, 160, 150))
        draw.ellipse([left + 660, at + 330, left + 940, at + 560], fill=(90, 90, 110))
        draw.rectangle([left + 640, at + 470, left + 960, at + 580], fill="white")
    for x, y, text in rows:
        sheet.write(left + x, at + y, text, size=9)
    return sheet


def stamped(sheet: Sheet, text: str, x: float = 600, y: float = 2900) -> Sheet:
    """Print a line in red somewhere on a page."""
    sheet.write(x, y, text, face="bold", size=16, fill=RED)
    return sheet


def house(rng: random.Random) -> Sheet:
    """Return a telephone's picture of a house: no letter on it."""
    noise = np.random.default_rng(rng.randrange(2**32))
    sky = np.linspace(190, 230, 3508).astype(np.uint8)[:, None].repeat(WIDTH_PX, axis=1)
    picture = np.stack([sky - 30, sky - 10, sky], axis=2)
    picture = np.clip(picture + noise.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)
    sheet = Sheet(Image.fromarray(picture))
    draw = ImageDraw.Draw(sheet.image)
    wall = (rng.randint(140, 190), rng.randint(120, 160), rng.randint(95, 130))
    draw.rectangle([300, 1300, 2200, 3100], fill=wall)
    draw.polygon([(180, 1300), (2320, 1300), (1250, 620)], fill=(120, 60, 50))
    for x in (480, 1560):
        draw.rectangle([x, 1650, x + 420, 2150], fill=(70, 80, 95), outline=INK, width=12)
    draw.rectangle([1080, 2250, 1420, 3100], fill=(95, 62, 40), outline=INK, width=12)
    for _ in range(40):
        x, y = rng.randint(320, 2150), rng.randint(1320, 3050)
        draw.line([x, y, x + rng.randint(-60, 60), y + rng.randint(30, 120)], fill=(60, 50, 45), width=4)
    return sheet
