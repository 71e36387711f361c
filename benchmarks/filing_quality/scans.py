"""What scanners, telephones and programs make of sheets: pictures, picture PDFs, PDFs with text, hidden text layers."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from archivist.cli.demo import paper
from archivist.cli.demo import sheets as demo_sheets
from tests.reading.files import text_pdf

if TYPE_CHECKING:
    from archivist.cli.demo.paper import Generator, Picture
    from tests.reading.pages import Sheet

DPI: Final = demo_sheets.DPI
Look = Literal["color", "gray", "fax", "photo", "plain"]
LOOKS: Final[tuple[Look, ...]] = ("color", "gray", "fax", "photo")
"""As a scanner sees it in colour, in gray, in one bit; and by telephone. ``plain`` is the picture itself."""
_STILL: Final = time.gmtime(1709780400)
"""A PDF is dated to one fixed moment, so that the same seed gives the same bytes."""
_LINE_CHARACTERS: Final = 36
"""Of 14 points, from 60 points to the right edge."""
PICTURES: Final = (".jpg", ".png", ".tif", ".pdf")


def flat(sheet: Sheet) -> Picture:
    """Return a drawn sheet as RGB at the scanner's resolution."""
    size = (paper.px(210, DPI), paper.px(297, DPI))
    return np.array(sheet.image.resize(size, Image.Resampling.BOX, reducing_gap=1.0), np.uint8)


def taken(picture: Picture, look: Look, rng: Generator, *, degrees: float | None = None) -> Picture:
    """Return what a scanner or a telephone makes of a sheet.

    Args:
        picture: the sheet, RGB at 200 dpi.
        look: the machine and its setting.
        rng: where the chance comes from.
        degrees: skew; by default up to 1.5 either way.
    """
    skew = float(rng.uniform(-1.5, 1.5)) if degrees is None else degrees
    match look:
        case "color":
            return paper.scan(picture, skew, 4.0, rng)
        case "gray":
            return np.array(Image.fromarray(paper.scan(picture, skew, 4.0, rng)).convert("L"), np.uint8)
        case "fax":
            return paper.fax(picture, skew, rng)
        case "photo":
            return paper.photograph(picture, rng)
        case "plain":
            return picture


def save(pictures: Sequence[Picture], path: Path) -> Path:
    """Write pictures in the format of the file's suffix; several go into a PDF or a TIFF."""
    if path.suffix == ".tif" and len(pictures) > 1:
        images = [Image.fromarray(p).convert("1") for p in pictures]
        images[0].save(path, save_all=True, append_images=images[1:], compression="group4", dpi=(DPI, DPI))
    elif path.suffix in (".bmp", ".gif", ".webp", ".heic"):
        Image.fromarray(pictures[0]).save(path)
    elif path.suffix == ".pdf":
        _picture_pdf(pictures, path)
    else:
        demo_sheets.save(list(pictures), path)
    return path


def _picture_pdf(pictures: Sequence[Picture], path: Path) -> None:
    """Write a PDF of pictures; what is only black and white goes in with one bit a dot."""
    images = [_smallest(p) for p in pictures]
    images[0].save(
        path,
        save_all=True,
        append_images=images[1:],
        resolution=float(DPI),
        creationDate=_STILL,
        modDate=_STILL,
    )


def _smallest(picture: Picture) -> Image.Image:
    image = Image.fromarray(picture)
    two = picture.ndim == 2 and bool(np.isin(picture[::16], (0, 255)).all())
    return image.convert("1") if two else image


def born_digital(sheets: Sequence[Sheet], path: Path) -> Path:
    """Write a PDF as an office program makes it: the words of the sheets as text."""
    return text_pdf(path, *(_wrapped(s.text) for s in sheets))


def _wrapped(text: str) -> str:
    """Break lines that would run off a page; no number or word is broken."""
    rows = []
    for line in text.splitlines():
        row = ""
        for piece in re.findall(r"[!-~]+|.", line):
            if len(row) + len(piece) > _LINE_CHARACTERS:
                rows.append(row)
                row = ""
            row += piece
        rows.append(row)
    return "\n".join(rows)


def with_hidden_text(picture: Picture, text: str, path: Path) -> Path:
    """Write a scanned page with an invisible text layer, as scanners with recognition do."""
    with tempfile.TemporaryDirectory() as work:
        under = PdfReader(save([picture], Path(work, "under.pdf")))
        over = PdfReader(text_pdf(Path(work, "over.pdf"), _wrapped(text)))
        writer = PdfWriter()
        page = writer.add_page(under.pages[0])
        hidden: Any = over.pages[0]
        stream = StreamObject()
        stream.set_data(hidden.get_contents().get_data().replace(b"BT", b"BT 3 Tr", 1))
        hidden[NameObject("/Contents")] = stream
        page.merge_page(hidden)
        writer.write(path)
    return path
