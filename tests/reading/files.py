"""Makes files of every kind a clerk may drop, good and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from archivist.reading.child_process import Limits

A4 = (595, 842)
"""Points."""
PATIENT = Limits(page_cpu_s=3600, stall_s=3600.0)
"""Limits on time that trip on no machine, however slow."""


def _font() -> DictionaryObject:
    """A Chinese font every PDF reader knows by name, with a map from its codes to Unicode."""
    info = DictionaryObject(
        {
            NameObject("/Registry"): TextStringObject("Adobe"),
            NameObject("/Ordering"): TextStringObject("GB1"),
            NameObject("/Supplement"): NumberObject(2),
        }
    )
    descendant = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType0"),
            NameObject("/BaseFont"): NameObject("/STSong-Light"),
            NameObject("/CIDSystemInfo"): info,
        }
    )
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/STSong-Light-UniGB-UCS2-H"),
            NameObject("/Encoding"): NameObject("/UniGB-UCS2-H"),
            NameObject("/DescendantFonts"): ArrayObject([descendant]),
        }
    )


def _stream(data: bytes, **entries: object) -> StreamObject:
    stream = StreamObject()
    stream.set_data(data)
    for key, value in entries.items():
        made = value if isinstance(value, (ArrayObject, DictionaryObject)) else None
        if isinstance(value, int):
            stream[NameObject(f"/{key}")] = NumberObject(value)
        else:
            stream[NameObject(f"/{key}")] = made if made is not None else NameObject(f"/{value}")
    return stream


def text_pdf(path: Path, *texts: str, ruled: bool = False) -> Path:
    """A born-digital PDF, one page for each text; ``ruled`` pages are drawn on, and so searched for QR codes."""
    writer = PdfWriter()
    for text in texts:
        page = writer.add_blank_page(*A4)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(_font())})}
        )
        shown = " ".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in text.split("\n"))
        content = _stream(f"BT /F1 14 Tf 18 TL 60 815 Td {shown} ET".encode() + b" 60 40 475 2 re f" * ruled)
        page[NameObject("/Contents")] = writer._add_object(content)
    writer.write(path)
    return path


def scanned_pdf(path: Path, *images: Image.Image, dpi: int = 200) -> Path:
    """A PDF as a scanner makes it: one picture for each page."""
    images[0].save(path, "PDF", save_all=True, append_images=images[1:], resolution=dpi)
    return path


def stamped_pdf(
    path: Path, image: Image.Image, text: str, *, dpi: int = 200, unseen: bool = False, under: bool = False
) -> Path:
    """A scanned page over which a program has put text; ``unseen`` ink, or ``under`` the picture, as scanners do."""
    folder = path.parent
    scanned = PdfReader(scanned_pdf(folder / "under.pdf", image, dpi=dpi)).pages[0]
    printed = PdfReader(text_pdf(folder / "over.pdf", text)).pages[0]
    if unseen:
        contents = printed.get_contents()
        assert contents is not None
        data = contents.get_data()
        printed[NameObject("/Contents")] = _stream(data.replace(b"BT", b"BT 3 Tr", 1))
    writer = PdfWriter()
    page = writer.add_page(scanned)
    page.merge_page(printed, over=not under)
    writer.write(path)
    return path


def encrypted_pdf(path: Path) -> Path:
    """A PDF that asks for a password."""
    writer = PdfWriter(clone_from=text_pdf(path.with_suffix(".plain.pdf"), "保密"))
    writer.encrypt("not told", algorithm="RC4-128")
    writer.write(path)
    return path


def form_pdf(path: Path, text: str) -> Path:
    """A born-digital form into whose one field ``text`` (ASCII) was typed."""
    writer = PdfWriter(
        clone_from=text_pdf(path.with_suffix(".blank.pdf"), "APPLICATION FORM OF THE STREET OFFICE")
    )
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    helvetica = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/Helv"): helvetica})})
    box = ArrayObject([NumberObject(n) for n in (0, 0, 400, 40)])
    typed = _stream(
        f"BT /Helv 20 Tf 5 12 Td ({text}) Tj ET".encode(),
        Type="XObject",
        Subtype="Form",
        BBox=box,
        Resources=fonts,
    )
    field = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject("name"),
            NameObject("/V"): TextStringObject(text),
            NameObject("/F"): NumberObject(4),
            NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (60, 600, 460, 640)]),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(typed)}),
        }
    )
    fields = ArrayObject([writer._add_object(field)])
    writer.pages[0][NameObject("/Annots")] = fields
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})
    writer.write(path)
    return path


def huge_picture_pdf(path: Path) -> Path:
    """A PDF under 2 KB whose picture claims 1.6 thousand million pixels."""
    writer = PdfWriter()
    page = writer.add_blank_page(*A4)
    entries = {
        "Type": "XObject",
        "Subtype": "Image",
        "Width": 40000,
        "Height": 40000,
        "ColorSpace": "DeviceGray",
    }
    picture = _stream(b"\x00" * 64, **entries, BitsPerComponent=8)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Im"): writer._add_object(picture)})}
    )
    page[NameObject("/Contents")] = writer._add_object(_stream(b"q 595 0 0 842 0 0 cm /Im Do Q"))
    writer.write(path)
    return path


def pdf_with_damaged_page(path: Path, *texts: str, damaged: int) -> Path:
    """A born-digital PDF of which one page, by number (1-based), is no page."""
    writer = PdfWriter(clone_from=text_pdf(path, *texts))
    kids = writer.root_object["/Pages"]["/Kids"]  # type: ignore[index]
    kids[damaged - 1] = writer._add_object(NumberObject(7))
    writer.write(path)
    return path


def tiff_with_damaged_frame(path: Path, image: Image.Image, count: int, damaged: int) -> Path:
    """A TIFF of equal frames, the data of one of which, by number (1-based), is noise."""
    image.save(path, save_all=True, append_images=[image] * (count - 1), compression="tiff_lzw")
    with Image.open(path) as opened:
        opened.seek(damaged - 1)
        tags: Any = opened.tag_v2  # type: ignore[attr-defined]
        offsets, sizes = tags[273], tags[279]
    data = bytearray(path.read_bytes())
    for offset, size in zip(offsets, sizes, strict=True):
        data[offset : offset + size] = b"\xff" * size
    path.write_bytes(data)
    return path


def endless_pdf(path: Path, *before: str, after: Sequence[str] = (), depth: int = 9) -> Path:
    """A PDF of a few KB that draws ten forms that draw ten forms …: pdfium would need hours.

    Pages with the texts ``before`` come first, those with the texts ``after`` last.
    """
    writer = PdfWriter(clone_from=text_pdf(path, *before)) if before else PdfWriter()
    page = writer.add_blank_page(*A4)
    box = ArrayObject([NumberObject(n) for n in (0, 0, *A4)])
    form = writer._add_object(_stream(b"0 0 500 500 re f", Type="XObject", Subtype="Form", BBox=box))
    for _ in range(depth):
        resources = DictionaryObject({NameObject("/XObject"): DictionaryObject({NameObject("/X"): form})})
        more = _stream(b"/X Do " * 10, Type="XObject", Subtype="Form", BBox=box, Resources=resources)
        form = writer._add_object(more)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/X"): form})}
    )
    page[NameObject("/Contents")] = writer._add_object(_stream(b"/X Do"))
    if after:
        writer.append(text_pdf(path.with_suffix(".after.pdf"), *after))
    writer.write(path)
    return path


def word(path: Path, *, code: bytes | None = None) -> Path:
    """A Word file with a header, a table with a merged cell, and perhaps a QR code."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "邵公庄街道社会救助"
    document.add_paragraph("最低生活保障申请书")
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "申请人"
    table.cell(0, 2).text = "翟堃"
    for column, text in enumerate(("住址", "咸阳北路", "5 号")):
        table.cell(1, column).text = text
    document.add_paragraph("特此申请。")
    if code:
        document.add_picture(io.BytesIO(code))
    document.save(str(path))
    return path


def workbook(path: Path) -> Path:
    """A workbook of two sheets."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "花名册"
    for row in (["姓名", "金额"], ["王秀兰", 1010.0], ["翟堃", 620.5]):
        sheet.append(row)
    book.create_sheet("备注").append(["无"])
    book.save(path)
    return path


def word_bomb(path: Path) -> Path:
    """A Word file of 300 KB whose text unpacks to 300 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        with package.open("word/document.xml", "w") as part:
            for _ in range(300):
                part.write(b" " * 1024 * 1024)
    return path


def locked_office() -> bytes:
    """The start of an office file with a password, by which it is known: an OLE file that holds an encrypted package."""
    header = bytearray(512)
    header[:8], header[30:32], header[48:52] = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\x09\x00",
        b"\x01\x00\x00\x00",
    )
    names = (n.encode("utf-16-le").ljust(128, b"\x00") for n in ("Root Entry", "EncryptedPackage"))
    return bytes(header) + b"\xff" * 512 + b"".join(names).ljust(512, b"\x00")


def nothing(path: Path) -> Path:
    """A file of no bytes."""
    path.touch()
    return path


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(path: Path, side: int = 30_000) -> Path:
    """A PNG under 1 KB that claims ``side`` × ``side`` pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = (
        _png_chunk(b"IHDR", header)
        + _png_chunk(b"IDAT", zlib.compress(b"\x00" * 4096))
        + _png_chunk(b"IEND", b"")
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path
