"""Files that do not go into a PDF/A as they are, and some that do: one maker each, invented for the purpose."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    RectangleObject,
    StreamObject,
    TextStringObject,
)

from tests.reading import files
from tests.reading.locked import locked_pdf

MM: Final = 72 / 25.4
A4: Final = (210 * MM, 297 * MM)


def scan(
    *marks: tuple[float, float, float, float],
    size_mm: tuple[float, float] = (210, 297),
    dpi: int = 100,
    paper: int = 247,
) -> Image.Image:
    """Return a page with dark bars, told in millimetres from the upper left corner."""
    image = Image.new("L", (round(size_mm[0] / 25.4 * dpi), round(size_mm[1] / 25.4 * dpi)), paper)
    draw = ImageDraw.Draw(image)
    for mark in marks:
        draw.rectangle([v / 25.4 * dpi for v in mark], fill=20)
    return image


BODY: Final = tuple((30.0, 60.0 + 12 * n, 180.0, 63.0 + 12 * n) for n in range(12))
TITLE_AT_TOP: Final = (60.0, 6.0, 150.0, 22.0)


def drawn_pdf(
    path: Path,
    operators: bytes,
    *,
    box: tuple[float, float, float, float] = (0, 0, *A4),
    resources: Mapping[str, Any] | None = None,
    **entries: Any,
) -> Path:
    """Write a PDF of one page."""
    writer = PdfWriter()
    page = writer.add_blank_page(*A4)
    page[NameObject("/MediaBox")] = RectangleObject(box)
    stream = StreamObject()
    stream.set_data(operators)
    page[NameObject("/Contents")] = writer._add_object(stream)
    if resources:
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject(f"/{kind}"): value for kind, value in resources.items()}
        )
    for key, value in entries.items():
        page[NameObject(f"/{key}")] = value
    writer.write(path)
    return path


def picture(path: Path, image: Image.Image, **options: Any) -> Path:
    """Write a picture in the format its name says."""
    image.save(path, **options)
    return path


def _image_pdf(path: Path, data: bytes, **entries: Any) -> Path:
    image = StreamObject()
    image._data = data
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(40), NameObject("/Height"): NumberObject(40),
            NameObject("/BitsPerComponent"): NumberObject(8), NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
        }
    )  # fmt: skip
    image.update({NameObject(f"/{key}"): value for key, value in entries.items()})
    return drawn_pdf(
        path,
        b"q 300 0 0 300 100 300 cm /I Do Q",
        resources={"XObject": DictionaryObject({NameObject("/I"): image})},
    )


def _packed(kind: str, mode: str) -> bytes:
    held = io.BytesIO()
    Image.effect_mandelbrot((40, 40), (-3, -2.5, 2, 2.5), 50).convert(mode).save(held, kind)
    return held.getvalue()


def _owner_locked(path: Path) -> Path:
    """A PDF that everybody may read and nobody may change: encrypted all the same."""
    writer = PdfWriter(clone_from=drawn_pdf(path.with_suffix(".plain.pdf"), b"100 600 300 40 re f"))
    writer.encrypt("", "geheim", algorithm="RC4-128")
    writer.write(path)
    return path


def _tiff(path: Path, count: int) -> Path:
    pages = [scan(*BODY[: n % 12 + 1]).convert("1" if n % 2 else "L") for n in range(count)]
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(100, 100))
    return path


def _damaged(path: Path) -> Path:
    """A PDF whose table of objects is gone: some readers build it anew, others give up."""
    whole = drawn_pdf(path, b"100 500 300 40 re f").read_bytes()
    path.write_bytes(whole.replace(b"startxref", b"startxxxx").replace(b"xref\n0", b"xxxx\n0"))
    return path


def _annotated(path: Path) -> Path:
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Square"),
            NameObject("/Rect"): RectangleObject((100, 100, 300, 200)), NameObject("/Contents"): TextStringObject("批注"),
        }
    )  # fmt: skip
    return drawn_pdf(path, b"100 600 300 40 re f", Annots=ArrayObject([note]))


def _lying(path: Path) -> Path:
    """It says it is PDF/A, and its fonts are not in it."""
    writer = PdfWriter(clone_from=files.text_pdf(path.with_suffix(".plain.pdf"), "没有嵌入字体的正文"))
    said = StreamObject()
    said.set_data(b'<x xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"/>')
    writer.root_object[NameObject("/Metadata")] = writer._add_object(said)
    writer.write(path)
    return path


def _layered(path: Path) -> Path:
    layer = DictionaryObject(
        {NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("层")}
    )
    return drawn_pdf(
        path, b"/OC /L BDC 100 600 300 40 re f EMC",
        resources={"Properties": DictionaryObject({NameObject("/L"): layer})},
    )  # fmt: skip


def _rotated(path: Path, turn: int) -> Path:
    return drawn_pdf(path, b"60 60 200 40 re f", box=(20, 30, 420, 630), Rotate=NumberObject(turn))


Maker = Callable[[Path], Path]
HOSTILE: Final[Mapping[str, tuple[Maker, int, bool]]] = {
    "unembedded.pdf": (lambda p: files.text_pdf(p, "第一页没有嵌入字体的正文", "第二页"), 2, True),
    "lying.pdf": (_lying, 1, True),
    "owner-locked.pdf": (_owner_locked, 1, True),
    "form.pdf": (lambda p: files.form_pdf(p, "表格里填的字"), 1, True),
    "annotated.pdf": (_annotated, 1, True),
    "layers.pdf": (_layered, 1, True),
    "cmyk-operators.pdf": (lambda p: drawn_pdf(p, b"0.1 0.9 0 0 k 100 500 300 40 re f"), 1, True),
    "cmyk-jpeg.pdf": (
        lambda p: _image_pdf(p, _packed("JPEG", "CMYK"), Filter=NameObject("/DCTDecode"), ColorSpace=NameObject("/DeviceCMYK")),
        1, True,
    ),
    "jpx.pdf": (lambda p: _image_pdf(p, _packed("JPEG2000", "RGB"), Filter=NameObject("/JPXDecode")), 1, True),
    "deep.pdf": (lambda p: drawn_pdf(p, b"q " * 40 + b"100 500 300 40 re f " + b"Q " * 40), 1, True),
    "unbalanced.pdf": (lambda p: drawn_pdf(p, b"q q 100 500 300 40 re f Q Q Q 0.5 g 1 1 1 1 re f"), 1, True),
    "unknown-operator.pdf": (lambda p: drawn_pdf(p, b"BX 1 2 nonsense EX 100 500 300 40 re f"), 1, True),
    "user-unit.pdf": (lambda p: drawn_pdf(p, b"10 10 100 40 re f", box=(0, 0, 300, 400), UserUnit=FloatObject(2.0)), 1, True),
    "poster.pdf": (lambda p: drawn_pdf(p, b"10 10 9000 400 re f", box=(0, 0, 14_500, 9_000)), 1, True),
    "damaged.pdf": (_damaged, 1, True),
    "plain.pdf": (lambda p: drawn_pdf(p, b"100 600 300 40 re f"), 1, False),
    "a3.pdf": (lambda p: drawn_pdf(p, b"100 600 300 40 re f", box=(0, 0, 297 * MM, 420 * MM)), 1, False),
    "rotated-90.pdf": (lambda p: _rotated(p, 90), 1, False),
    "rotated-180.pdf": (lambda p: _rotated(p, 180), 1, False),
    "rotated-270.pdf": (lambda p: _rotated(p, 270), 1, False),
    "cropped.pdf": (
        lambda p: drawn_pdf(p, b"0 0 1000 1000 re f 1 g 100 100 300 400 re f", CropBox=RectangleObject((110, 110, 390, 490))),
        1, False,
    ),
    "scan.pdf": (lambda p: files.scanned_pdf(p, scan(*BODY), dpi=100), 1, False),
    "narrow.pdf": (lambda p: drawn_pdf(p, b"10 10 100 40 re f", box=(0, 0, 85 * MM, 54 * MM)), 1, False),
    "cmyk.jpg": (lambda p: picture(p, scan(*BODY).convert("CMYK")), 1, False),
    "photo.jpg": (lambda p: picture(p, scan(*BODY).convert("RGB"), quality=80), 1, False),
    "turned.jpg": (lambda p: picture(p, scan(*BODY), exif=_turned(6)), 1, False),
    "alpha.png": (lambda p: picture(p, Image.new("RGBA", (400, 600), (200, 30, 30, 90))), 1, False),
    "sixteen.png": (lambda p: picture(p, Image.new("I;16", (300, 400), 60_000)), 1, False),
    "palette.gif": (lambda p: picture(p, scan(*BODY)), 1, False),
    "twenty.tif": (lambda p: _tiff(p, 20), 20, False),
    "title-at-top.png": (lambda p: picture(p, scan(TITLE_AT_TOP, *BODY), dpi=(100, 100)), 1, False),
    "dark.png": (lambda p: picture(p, scan(paper=40), dpi=(100, 100)), 1, False),
}  # fmt: skip
"""Name → how it is made, how many pages it has, whether they can only be there as pictures."""


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def user_locked(path: Path) -> Path:
    """A PDF that nobody opens without its password."""
    return locked_pdf(path, drawn_pdf(path.with_suffix(".plain.pdf"), b"100 600 300 40 re f"), "geheim")


def no_pages(path: Path) -> Path:
    """A PDF without a page."""
    PdfWriter().write(path)
    return path


def page_count(path: Path) -> int:
    """Return how many pages a PDF has."""
    return len(PdfReader(path).pages)
