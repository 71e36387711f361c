"""Word and Excel files (OOXML): their text, after the package that carries them is checked.

The Word text is walked here and not taken from python-docx's paragraphs, which skip text boxes and content controls;
Chinese forms are full of both.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivist.errors import FileTooLarge
from archivist.reading.formats.registry import (
    FileTraits,
    Format,
    PageSource,
    SourcePage,
    Sureness,
    register,
)
from archivist.reading.formats.sample import Sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

MAX_ENTRIES = 5_000
"""Most parts in one package."""
MAX_EXPANDED_BYTES = 512 * 1024 * 1024
"""Largest sum of all parts, unpacked; a package may be full of photographs."""
MAX_XML_BYTES = 64 * 1024 * 1024
"""Largest XML part, unpacked: parsed, it takes about ten times as much memory."""
MAX_RATIO = 200
"""Largest unpacked : packed ratio of a part over one megabyte; a long table of real life reaches about 50."""
RATIO_FROM_BYTES = 1024 * 1024
MAX_CELLS = 1_000_000
"""Most cells of a workbook that are visited, empty ones included."""
MAX_CODE_PICTURES = 20
"""Small pictures of a Word file that are searched for QR codes."""
PASTED_SIDE_PX = 700
"""A picture whose shorter side has as many pixels may be a paper that was photographed and pasted in."""
MAX_PASTED = 100
"""Most such pictures in one file."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def check_package(path: Path, name: str) -> None:
    """Refuse a package that would unpack into too much, by its directory alone.

    Raises:
        FileTooLarge: E102.
        zipfile.BadZipFile: the directory is missing or damaged.
    """
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
    if len(parts) > MAX_ENTRIES:
        raise FileTooLarge(f"文档内含 {len(parts)} 个部件，超过 {MAX_ENTRIES} 个的限制", file=name)
    expanded = sum(part.file_size for part in parts)
    if expanded > MAX_EXPANDED_BYTES:
        raise FileTooLarge(
            f"文档展开后为 {expanded // 1024**2} MB，超过 {MAX_EXPANDED_BYTES // 1024**2} MB 的限制",
            file=name,
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and part.file_size > MAX_XML_BYTES:
            raise FileTooLarge(
                f"文档正文展开后为 {part.file_size // 1024**2} MB，超过 {MAX_XML_BYTES // 1024**2} MB 的限制",
                file=name,
            )
        if part.file_size > RATIO_FROM_BYTES and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise FileTooLarge(f"文档的压缩比超过 {MAX_RATIO} 倍，疑为恶意文件", file=name)


def read_docx(path: Path) -> tuple[str, list[bytes]]:
    """Return the text of a Word file and its embedded pictures.

    Headers come first, then the body (paragraphs, tables row by row, cells separated by a space, text boxes after the
    paragraph that holds them), then footers. Deleted text of tracked changes is left out.
    """
    import docx

    document = docx.Document(str(path))
    heads: list[str] = []
    feet: list[str] = []
    for section in document.sections:
        for parts, part in ((heads, section.header), (feet, section.footer)):
            if not part.is_linked_to_previous:
                parts += list(_blocks(part._element))
    body = list(_blocks(document.element.body))
    pictures = [
        part.blob for part in document.part.package.iter_parts() if part.content_type.startswith("image/")
    ]
    return "\n".join(line for line in [*heads, *body, *feet] if line.strip()), pictures[:MAX_CODE_PICTURES]


def _blocks(parent: Any) -> Iterator[str]:
    """Yield a line for each paragraph and each table row under an element."""
    for child in parent:
        if child.tag == _W + "p":
            text, boxes = _paragraph(child)
            yield text
            for box in boxes:
                yield from _blocks(box)
        elif child.tag == _W + "tbl":
            yield from _rows(child)
        elif child.tag != _FALLBACK:
            yield from _blocks(child)


def _rows(table: Any) -> Iterator[str]:
    for row in table.iter(_W + "tr"):
        # A table inside a cell is read with that cell, not once more as rows of the outer table.
        if next(row.iterancestors(_W + "tbl")) is table:
            cells = (" ".join(line for line in _blocks(cell) if line.strip()) for cell in _cells(row))
            yield " ".join(cell for cell in cells if cell)


def _cells(parent: Any) -> Iterator[Any]:
    """Yield the cells of a row, those wrapped in a content control too."""
    for child in parent:
        if child.tag == _W + "tc":
            yield child
        elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins"):
            yield from _cells(child)


def _paragraph(paragraph: Any) -> tuple[str, list[Any]]:
    """Return the text of a paragraph and the text boxes anchored in it."""
    pieces: list[str] = []
    boxes: list[Any] = []
    todo = list(reversed(paragraph))
    while todo:
        node = todo.pop()
        if node.tag == _W + "t":
            pieces.append(node.text or "")
        elif node.tag == _W + "tab":
            pieces.append(" ")
        elif node.tag in (_W + "br", _W + "cr"):
            pieces.append("\n")
        elif node.tag == _W + "txbxContent":
            boxes.append(node)
        elif node.tag not in (_FALLBACK, _W + "pPr", _W + "rPr", _W + "delText"):
            todo.extend(reversed(node))
    return "".join(pieces), boxes


def small_pictures(blobs: list[bytes]) -> Iterator[Picture]:
    """Decode those embedded pictures that may be a printed QR code; what cannot be decoded is passed over."""
    from PIL import Image

    from archivist.reading.formats.images import to_bgr

    for blob in blobs[:MAX_CODE_PICTURES]:
        try:
            with Image.open(io.BytesIO(blob)) as opened:
                if max(opened.size) <= 4000:
                    yield to_bgr(opened)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue


def pasted_papers(blobs: list[bytes], name: str) -> tuple[list[bytes], list[PageSource]]:
    """Tell the small ones of embedded pictures from those that may be papers, which are pages of their own.

    Raises:
        FileTooLarge: E102, more of them than the limit.
    """
    small: list[bytes] = []
    pages: list[PageSource] = []
    for blob in dict.fromkeys(blobs):
        if _shorter_side(blob) < PASTED_SIDE_PX:
            small.append(blob)
        else:
            pages.append(partial(_pasted, blob, name))
    if len(pages) > MAX_PASTED:
        raise FileTooLarge(f"里面有 {len(pages)} 张图片，超过 {MAX_PASTED} 张的限制", file=name)
    return small, pages


def _shorter_side(blob: bytes) -> int:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(blob)) as opened:
            # Drawings (WMF, EMF) are no photographs, and decoded on Windows only.
            return 0 if opened.format in ("WMF", "EMF") else min(opened.size)
    except Image.DecompressionBombError:
        return PASTED_SIDE_PX
    except (OSError, ValueError, SyntaxError):
        return 0


def _pasted(blob: bytes, name: str) -> SourcePage:
    from archivist.reading.formats.images import open_frames

    with open_frames(io.BytesIO(blob), name) as (_, frames):
        frame = next(frames)
        return frame() if callable(frame) else frame


def read_xlsx(path: Path, name: str) -> list[str]:
    """Return the text of each sheet: its name, then a line for each row, cells separated by a space.

    Raises:
        FileTooLarge: E102, more cells than the limit.
    """
    from archivist.tables.reader import TooManyCells, read_sheets

    texts = []
    try:
        for sheet in read_sheets(path, most_cells=MAX_CELLS):
            rows = (
                " ".join(shown for value in row.values if (shown := cell_text(value))) for row in sheet.rows
            )
            texts.append("\n".join([sheet.title, *filter(None, rows)]))
    except TooManyCells:
        raise FileTooLarge(f"表格超过 {MAX_CELLS} 个单元格", file=name) from None
    return texts


def cell_text(value: object) -> str:
    """Write a cell's value as it is meant: whole numbers without a fraction, dates as ISO dates."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return str(value).strip()


# ── as formats ───────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def open_docx(path: Path, name: str) -> Iterator[tuple[int, Iterator[PageSource]]]:
    """Open a Word file as one page (how many it has only a printer knows), and one for each paper that is pasted in.

    Raises:
        FileTooLarge: E102.
    """
    check_package(path, name)
    text, blobs = read_docx(path)
    small, papers = pasted_papers(blobs, name)
    yield 1 + len(papers), iter([SourcePage(text, embedded=tuple(small_pictures(small))), *papers])


@contextmanager
def open_xlsx(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """Open an Excel file; each sheet is a page.

    Raises:
        FileTooLarge: E102.
    """
    check_package(path, name)
    sheets = read_xlsx(path, name)
    yield len(sheets), map(SourcePage, sheets)


def _package(folder: bytes, *, without: bytes = b"") -> Callable[[Sample], Sureness]:
    """Recognise a package by the folder of its main part; ``without`` is the folder of another's."""

    def recognise(sample: Sample) -> Sureness:
        names = sample.zip_names or b""
        found = b"[Content_Types].xml" in names and folder in names and not (without and without in names)
        return Sureness.SURE if found else Sureness.NO

    return recognise


def traits_of_package(path: Path) -> FileTraits:
    """Return whether a member of a package needs a key, and how many signatures it bears (ISO/IEC 29500-2, 12)."""
    with zipfile.ZipFile(path) as package:
        members = package.infolist()
    signed = [m for m in members if m.filename.startswith("_xmlsignatures/") and m.filename.endswith(".xml")]
    return FileTraits(encrypted=any(member.flag_bits & 1 for member in members), signatures=len(signed))


_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument"
DOCX = register(
    Format(
        kind="docx",
        label="Word 文档",
        media_type=f"{_MEDIA_TYPE}.wordprocessingml.document",
        extensions=(".docx", ".docm", ".dotx"),
        recognise=_package(b"word/"),
        handling=open_docx,
        traits=traits_of_package,
    )
)
XLSX = register(
    Format(
        kind="xlsx",
        label="Excel 表格",
        media_type=f"{_MEDIA_TYPE}.spreadsheetml.sheet",
        extensions=(".xlsx", ".xlsm"),
        recognise=_package(b"xl/", without=b"word/"),
        handling=open_xlsx,
        traits=traits_of_package,
    )
)
