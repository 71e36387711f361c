"""A scan as a PDF in which its text can be found: the picture as it is, and invisible text over it where each line stands.

The file is marked as PDF/A-2b: no font is used but for text that is not painted, which needs none in the file (ISO 19005-2,
6.2.11.4.1), colours are told by an sRGB profile, metadata stand in XMP. It runs in the reading process, under its limits.
"""

from __future__ import annotations

import math
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from archivist.errors import UnreadableFile
from archivist.reading.line_boxes import PlacedPage, unpack_lines
from archivist.reading.page_extraction import write_pdf
from archivist.reading.pages import TextLine
from archivist.reading.pdf_a import mark_pdf_a

_FONT: Final = "/ArchivistText"
_DESCENT: Final = 0.15
"""Share of a line's height that lies under its baseline."""


def searchable_pdf(path: Path, lines: bytes, title: str, target: Path) -> None:
    """Write a scan as a PDF with its text.

    Args:
        path: the scan, a picture or a PDF; never changed.
        lines: where its lines stand, see ``line_boxes``.
        title: stands in the metadata.
        target: the new file; what is there is written over.

    Raises:
        UnreadableFile: E101, its pages cannot be taken apart, or nothing is known of its lines.
    """
    from pypdf import PdfWriter

    pages = unpack_lines(lines)
    if not pages:
        raise UnreadableFile("没有可用的文字位置", file=path.name)
    plain = target.with_suffix(".plain")
    write_pdf([(path, [(number, 0) for number in range(1, len(pages) + 1)])], plain)
    writer = PdfWriter(clone_from=plain)
    plain.unlink()
    font = writer._add_object(_font(writer))
    for page, placed in zip(writer.pages, pages, strict=True):
        if placed.lines:
            _lay_over(writer, page, placed, font)
    mark_pdf_a(writer, title, sha256(lines + title.encode()).digest()[:16])
    with target.open("wb") as out:
        writer.write(out)


def _lay_over(writer: Any, page: Any, placed: PlacedPage, font: Any) -> None:
    """Write the lines over a page, invisibly, and have viewers show it upright."""
    from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

    turn = (int(page.get("/Rotate", 0)) + placed.rotation) % 360
    box = page.cropbox
    frame = (float(box.left), float(box.bottom), float(box.width), float(box.height))
    before = page.get_contents()
    words = b"\n".join(_shown(line, turn, frame) for line in placed.lines if line.text)
    stream = StreamObject()
    data = b"" if before is None else before.get_data()
    stream.set_data(b"q\n" + data + b"\nQ\nBT 3 Tr\n" + words + b"\nET\n")
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    page[NameObject("/Rotate")] = NumberObject(turn)
    resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
    fonts = resources.setdefault(NameObject("/Font"), DictionaryObject()).get_object()
    fonts[NameObject(_FONT)] = font


def _shown(line: TextLine, turn: int, frame: tuple[float, float, float, float]) -> bytes:
    """Return the operators that set one line: as high as its box, stretched to its width."""
    low = line.bottom - _DESCENT * (line.bottom - line.top)
    (x0, y0), (x1, y1) = (_point(across, low, turn, frame) for across in (line.left, line.right))
    top, bottom = (_point(line.left, down, turn, frame) for down in (line.top, line.bottom))
    size = max(math.dist(top, bottom), 1.0)
    length = max(math.dist((x0, y0), (x1, y1)), 0.1)
    natural = size * sum(0.5 if char.isascii() else 1.0 for char in line.text)
    along, up = (x1 - x0) / length, (y1 - y0) / length
    text = line.text.encode("utf-16-be").hex()
    return (
        f"{_FONT} {size:.2f} Tf {100 * length / natural:.2f} Tz "
        f"{along:.4f} {up:.4f} {-up:.4f} {along:.4f} {x0:.2f} {y0:.2f} Tm <{text}> Tj"
    ).encode()


def _point(
    across: float, down: float, turn: int, frame: tuple[float, float, float, float]
) -> tuple[float, float]:
    """Return where a place of the upright page (shares from the upper left) lies on the sheet as it was made, in points."""
    x, y = {
        0: (across, down),
        90: (down, 1 - across),
        180: (1 - across, 1 - down),
        270: (1 - down, across),
    }[turn]
    left, bottom, width, height = frame
    return left + x * width, bottom + (1 - y) * height


def _font(writer: Any) -> Any:
    """Return a font every reader knows by name, whose codes are UCS-2 and say so.

    ``UniGB-UTF16-H`` would reach characters beyond the first plane too, but veraPDF does not take it for one of ISO 32000-1, table 118;
    such a character is found by the kept text, not in this file.
    """
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

    def made(**entries: object) -> DictionaryObject:
        return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})

    numbers = {"Flags": 4, "ItalicAngle": 0, "Ascent": 880, "Descent": -120, "CapHeight": 880, "StemV": 80}
    descriptor = made(
        Type=NameObject("/FontDescriptor"),
        FontName=NameObject("/STSong-Light"),
        FontBBox=ArrayObject(map(NumberObject, (0, -120, 1000, 880))),
        **{key: NumberObject(value) for key, value in numbers.items()},
    )
    info = made(
        Registry=TextStringObject("Adobe"), Ordering=TextStringObject("GB1"), Supplement=NumberObject(4)
    )
    descendant = made(
        Type=NameObject("/Font"),
        Subtype=NameObject("/CIDFontType0"),
        BaseFont=NameObject("/STSong-Light"),
        CIDSystemInfo=info,
        FontDescriptor=writer._add_object(descriptor),
        DW=NumberObject(1000),
        # The characters of ASCII are half as wide.
        W=ArrayObject(map(NumberObject, (1, 95, 500))),
    )
    return made(
        Type=NameObject("/Font"),
        Subtype=NameObject("/Type0"),
        BaseFont=NameObject("/STSong-Light-UniGB-UCS2-H"),
        Encoding=NameObject("/UniGB-UCS2-H"),
        DescendantFonts=ArrayObject([writer._add_object(descendant)]),
    )
