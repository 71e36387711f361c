"""Sheets of paper as pictures: sample pages with this run's stamps, pages of a PDF; and how they are written to files."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archivist.cli.demo import paper
from archivist.cli.demo.households import SAMPLES

if TYPE_CHECKING:
    from archivist.cli.demo.paper import Generator, Mask, Picture, Place

A4_MM: Final = (210.0, 297.0)
DPI: Final = 200
SIGN_WORDS: Final = ("申请人（签", "申请人签", "签名或盖章", "签收", "签字", "签名")
"""Words beside which an issued document is signed; the first that is found counts."""
SIGN_LABEL_LENGTH: Final = 16
"""A label with one of these words ends with a colon within so many characters."""
_STILL: Final = time.gmtime(1732150800)
"""A PDF is dated to one fixed moment, so that the same seed gives the same bytes."""


@dataclass(frozen=True, slots=True)
class DemoPaper:
    """One shipped page.

    Attributes:
        file: name of its picture.
        household: key of the household it belongs to, empty when it belongs to nobody known.
        document: id of its document type.
        title: what it is called, in Chinese.
        text: the lines that stand on it, as drawn.
        places: ``case_number``, ``sign``, ``seal`` → the places left free for them.
    """

    file: str
    household: str
    document: str
    title: str
    text: tuple[str, ...]
    places: Mapping[str, Sequence[Place]]


@cache
def samples() -> Mapping[str, DemoPaper]:
    """Return the shipped pages by name, e.g. ``id_card``."""
    return {
        Path(page["file"]).stem: DemoPaper(**{**page, "text": tuple(page["text"])})
        for page in _facts()["pages"]
    }


def sample_sheet(sample: DemoPaper, *, case_number: str, rng: Generator) -> Picture:
    """Return a sample page with its stamps.

    Args:
        sample: the page.
        case_number: set where the page has a blank for it, unless empty.
        rng: where the chance comes from.
    """
    picture = read_picture(SAMPLES / sample.file)
    if case_number:
        strip = read_picture(SAMPLES / "glyphs.png")
        for place in sample.places.get("case_number", ()):
            paper.set_number(picture, case_number, strip, _facts()["glyphs"], place, DPI)
    for place in sample.places.get("seal", ()):
        paper.press_seal(picture, _seal(), place, DPI, rng)
    return picture


def read_picture(path: Path) -> Picture:
    """Read a picture file as RGB; a copy that may be drawn upon."""
    import numpy as np
    from PIL import Image

    with Image.open(path) as image:
        return np.array(image.convert("RGB"), np.uint8)


def printed(page: Path) -> tuple[list[Picture], int, Place]:
    """Return the sheets of an issued document, which of them is signed, and where.

    Args:
        page: its PDF, or a picture of one page.
    """
    if page.suffix.lower() != ".pdf":
        sheet = _on_a4(read_picture(page))
        return [sheet], 0, _usual_place(sheet)
    import pypdfium2

    with pypdfium2.PdfDocument(page) as document:
        sheets = [_on_a4(p.render(scale=DPI / 72).to_numpy()[:, :, ::-1]) for p in document]
        found = _signed_in(list(document))
    if found:
        return sheets, *found
    return sheets, len(sheets) - 1, _usual_place(sheets[-1])


def page_count(pdf: Path) -> int:
    """Return the number of pages of a PDF."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def save(sheets: Sequence[Picture], path: Path, *, quality: int = 78) -> None:
    """Write sheets in the format of the file's suffix: pdf, jpg, png, tif. Only a PDF takes more than one.

    Args:
        sheets: RGB, or one channel of 0 and 255 for a sheet in black and white.
        path: the file to write.
        quality: of JPEG, also inside a PDF.
    """
    from PIL import Image

    images = [Image.fromarray(sheet) for sheet in sheets]
    options: dict[str, Any] = {"dpi": (DPI, DPI)}
    match path.suffix.lower():
        case ".pdf":
            options = {
                "save_all": True,
                "append_images": images[1:],
                "resolution": float(DPI),
                "quality": quality,
            }
            options |= {"title": "扫描件", "creationDate": _STILL, "modDate": _STILL}
        case ".jpg":
            options["quality"] = quality
        case ".png":
            images[0] = images[0].convert("L").point([level // 17 * 17 for level in range(256)])
        case ".tif":
            images[0] = images[0].convert("1")
            options["compression"] = "group4"
    images[0].save(path, **options)


def cut_short(path: Path) -> None:
    """Cut a file off as a broken transfer does: its beginning is right, the rest is missing."""
    path.write_bytes(path.read_bytes()[:6000])


@cache
def _facts() -> Mapping[str, Any]:
    facts: Mapping[str, Any] = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
    return facts


@cache
def _seal() -> Mask:
    import numpy as np

    return read_picture(SAMPLES / "seal.png")[:, :, 0].astype(np.float32) / np.float32(255)


def _on_a4(picture: Picture) -> Picture:
    """Bring a rendered page to the width of a sheet at 200 dpi."""
    import cv2
    import numpy as np

    width = paper.px(A4_MM[0], DPI)
    height = round(picture.shape[0] * width / picture.shape[1])
    return np.array(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _signed_in(pages: Sequence[Any]) -> tuple[int, Place] | None:
    """Find the page of a PDF that is signed, and where: right of the label with one of the words."""
    for word in SIGN_WORDS:
        for number, page in reversed(list(enumerate(pages))):
            text = page.get_textpage()
            search = text.search(word)
            while hit := search.get_next():
                label = text.get_text_range(hit[0], SIGN_LABEL_LENGTH)
                if label[len(word) : len(word) + 1] not in ("日", "之"):
                    return number, _beside(page, text, hit[0], label, len(word))
    return None


def _beside(page: Any, text: Any, start: int, label: str, length: int) -> Place:
    line = label.splitlines()[0].replace(":", "：")
    last = line.find("：") if "：" in line else length - 1
    _, bottom, right, top = text.get_charbox(start + last)
    wide, high = page.get_size()
    scale = A4_MM[0] / wide
    # A label without a colon stands in a cell of its own; people sign in the next one.
    gap = 5 if line[last : last + 1] == "：" else 13
    x, y = min(right * scale + gap, A4_MM[0] - 40), (high - (bottom + top) / 2) * scale
    return {"x_mm": x, "y_mm": y + 1, "size_mm": 26.0}


def _usual_place(sheet: Picture) -> Place:
    """Return the place near the lower right corner where people sign when nothing says where."""
    place = samples()["blank_form"].places["sign"][0]
    return {**place, "y_mm": place["y_mm"] + sheet.shape[0] * 25.4 / DPI - A4_MM[1]}
