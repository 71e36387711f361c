"""Turns a dropped file into pages of text: born-digital text where there is some, recognition where not.

Everything here runs inside the reading process (``worker``), under its limits; the heavy packages are imported inside
the functions that need them, so that ``PageText`` and ``ReadResult`` cost nothing to import.
"""

from __future__ import annotations

import functools
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from archivist.errors import ArchivistError, FileTooLarge, UnreadableFile
from archivist.reading.formats.identify import Kind, decode_text, sniff

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archivist.reading.formats.pdf import PdfPage
    from archivist.reading.ocr import Engine

    Picture = NDArray[np.uint8]

_T = TypeVar("_T")

MAX_PAGES = 500
"""Most pages (frames, sheets) in one file."""
MAX_FILE_BYTES = 500 * 1024 * 1024
MAX_TEXT_BYTES = 16 * 1024 * 1024
"""Largest plain text file."""
LOW_SCORE = 0.8
"""A recognised page whose mean score is lower is to be looked at by a person."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on one page.

    Attributes:
        number: 1-based.
        text: the lines joined by a newline, NFC, no form feed.
        codes: the QR payloads on this page, as read, top to bottom; never trusted.
        source: ``text`` (born digital), ``ocr`` (recognised) or ``none`` (nothing on the page).
        score: mean recognition score 0.0–1.0, for recognised pages.
        rotation: degrees clockwise (0, 90, 180, 270) that the page, as a viewer shows it, must be turned to stand upright.
        width_px: width of the picture that was read, as a viewer shows it; None when none was needed.
        height_px: its height.
    """

    number: int
    text: str
    codes: tuple[str, ...]
    source: str
    score: float | None
    rotation: int
    width_px: int | None
    height_px: int | None

    @property
    def is_doubtful(self) -> bool:
        """Whether recognition was so unsure that a person should compare text and picture."""
        return self.score is not None and self.score < LOW_SCORE


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What was read in one file.

    Attributes:
        kind: what the file really is.
        pages: in order, at least one.
    """

    kind: Kind
    pages: tuple[PageText, ...]

    @property
    def text(self) -> str:
        """All pages, separated by a form feed."""
        return "\f".join(page.text for page in self.pages)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file about to be read.

    Attributes:
        kind: what the file really is.
        count: number of its pages.
        pages: reads one page each time it is asked.
    """

    kind: Kind
    count: int
    pages: Iterator[PageText]


def shown_name(path: Path) -> str:
    """Return the file's name as people may see it; a name in raw GBK bytes is made readable."""
    raw = path.name.encode("utf-8", "surrogateescape")
    return decode_text(raw) or raw.decode("utf-8", "replace")


@contextmanager
def open_file(path: Path, engine: Callable[[], Engine]) -> Iterator[OpenedFile]:
    """Open a file of any kind for reading, page by page.

    Args:
        path: the file; read only, never changed.
        engine: gives the recogniser, called only when a page must be recognised.

    Raises:
        UnreadableFile: E101, damaged, encrypted, empty, or of a kind that cannot be read; also from the iterator.
        FileTooLarge: E102; also from the iterator.
    """
    name = shown_name(path)
    kind = _admit(path, name)
    with ExitStack() as stack:
        with _damage(kind, name):
            count, pages = _open(path, kind, name, engine, stack)
        if count > MAX_PAGES:
            raise FileTooLarge(f"共 {count} 页，超过 {MAX_PAGES} 页的限制", file=name)
        if count == 0:
            raise UnreadableFile(f"{kind.label}里一页也没有", file=name)
        yield OpenedFile(kind, count, pages)


def read_file(path: Path, engine: Callable[[], Engine] | None = None) -> ReadResult:
    """Read a whole file in this very process, without limits on time and memory; for trusted files and for tests."""
    if engine is None:
        from archivist.reading.ocr import Engine

        engine = functools.cache(Engine)
    with open_file(path, engine) as opened:
        return ReadResult(opened.kind, tuple(opened.pages))


_SAVE_AS = "请用 Word 或 WPS 打开，另存为 .docx 或 PDF 后再投入收件箱。"
_REFUSED: dict[Kind, tuple[str, str]] = {
    Kind.EMPTY: ("文件是空的（0 字节）", "请检查扫描仪或传输是否中断，重新扫描后再投入收件箱。"),
    Kind.DOC: ("是旧版 Word 文档（.doc 或 .wps），本程序不读", _SAVE_AS),
    Kind.XLS: (
        "是旧版 Excel 表格（.xls 或 .et），本程序不读",
        "请用 Excel 或 WPS 另存为 .xlsx 后再投入收件箱。",
    ),
    Kind.LOCKED_OFFICE: ("是加了密码的 Office 文档", "请去除密码，另存后再投入收件箱。"),
    Kind.RTF: ("是 RTF 文档，本程序不读", _SAVE_AS),
    Kind.HTML: ("是网页文件，本程序不读", "请在浏览器中打开，打印为 PDF 后再投入收件箱。"),
    Kind.OFD: ("是 OFD 版式文件，本程序不读", "请用 OFD 阅读器打开，打印或另存为 PDF 后再投入收件箱。"),
    Kind.HEIC: (
        "是苹果手机的 HEIC 照片，本程序不读",
        "请在手机“设置—相机—格式”中选“兼容性最佳”，或转成 JPG 后再投入收件箱。",
    ),
    Kind.ZIP: ("是 ZIP 压缩包", "请解压后把里面的文件逐个投入收件箱。"),
    Kind.RAR: ("是 RAR 压缩包", "请解压后把里面的文件逐个投入收件箱。"),
    Kind.SEVEN_ZIP: ("是 7z 压缩包", "请解压后把里面的文件逐个投入收件箱。"),
    Kind.UNKNOWN: (
        "内容无法识别，不是文档也不是图片",
        "请打开原件检查；重新扫描或另存为 PDF 后再投入收件箱。",
    ),
}


def _admit(path: Path, name: str) -> Kind:
    """Return the kind of a file that may be opened."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile("不是普通文件", file=name)
        if status.st_size > MAX_FILE_BYTES:
            raise FileTooLarge(
                f"文件为 {status.st_size // 1024**2} MB，超过 {MAX_FILE_BYTES // 1024**2} MB 的限制",
                file=name,
            )
        kind = sniff(path)
    except OSError as error:
        raise UnreadableFile(
            f"文件打不开（{error.strerror or type(error).__name__}）",
            file=name,
            remedy="请检查文件是否还在、有无读取权限。",
        ) from error
    if kind in _REFUSED:
        what, remedy = _REFUSED[kind]
        raise UnreadableFile(what, file=name, remedy=remedy)
    return kind


@contextmanager
def _damage(kind: Kind, name: str) -> Iterator[None]:
    """Turn whatever a decoder raises on a damaged file into an error a clerk understands."""
    try:
        yield
    except (ArchivistError, MemoryError):
        raise
    except Exception as error:
        # The decoders raise dozens of types; the type is kept for the maintainer.
        raise UnreadableFile(f"{kind.label}已损坏，读不出来（{type(error).__name__}）", file=name) from error


def _open(
    path: Path, kind: Kind, name: str, engine: Callable[[], Engine], stack: ExitStack
) -> tuple[int, Iterator[PageText]]:
    if kind is Kind.PDF:
        from archivist.reading.formats.pdf import open_pdf

        count, pages = stack.enter_context(open_pdf(path, name))
        return count, _pdf_pages(_guarded(pages, kind, name), engine)
    if kind.is_image:
        from archivist.reading.formats.images import open_frames

        count, frames = stack.enter_context(open_frames(path, name))
        found = enumerate(_guarded(frames, kind, name), start=1)
        return count, (_recognise(number, frame, engine) for number, frame in found)
    if kind is Kind.DOCX:
        return 1, _guarded(_docx_page(path, name), kind, name)
    if kind is Kind.XLSX:
        from archivist.reading.formats.ooxml import check_package, read_xlsx

        check_package(path, name)
        sheets = read_xlsx(path, name)
        return len(sheets), (_text_page(number, text) for number, text in enumerate(sheets, start=1))
    return 1, iter([_text_page(1, _plain_text(path, name))])


def _guarded(items: Iterator[_T], kind: Kind, name: str) -> Iterator[_T]:
    """Pass items on; what goes wrong while one is being decoded is damage, what its user does is not."""
    while True:
        with _damage(kind, name):
            try:
                item = next(items)
            except StopIteration:
                return
        yield item


def _pdf_pages(pages: Iterator[PdfPage], engine: Callable[[], Engine]) -> Iterator[PageText]:
    for number, page in enumerate(pages, start=1):
        if page.scanned and page.picture is not None:
            yield _recognise(number, page.picture, engine)
        else:
            yield _text_page(number, page.text, page.picture)


def _docx_page(path: Path, name: str) -> Iterator[PageText]:
    from archivist.reading.barcodes import read_codes
    from archivist.reading.formats.ooxml import check_package, read_docx, small_pictures

    check_package(path, name)
    text, blobs = read_docx(path)
    codes = [code.payload for picture in small_pictures(blobs) for code in read_codes(picture)]
    source = "text" if text else "none"
    yield PageText(1, clean(text), tuple(dict.fromkeys(codes)), source, None, 0, None, None)


def _plain_text(path: Path, name: str) -> str:
    if path.stat().st_size > MAX_TEXT_BYTES:
        raise FileTooLarge(f"纯文本超过 {MAX_TEXT_BYTES // 1024**2} MB 的限制", file=name)
    text = decode_text(path.read_bytes())
    if text is None:
        raise UnreadableFile("纯文本的编码无法识别（应为 UTF-8 或 GB 18030）", file=name)
    return text


def _text_page(number: int, text: str, picture: Picture | None = None) -> PageText:
    """Return a page of born-digital text, with the QR codes of its picture when it has one."""
    codes: tuple[str, ...] = ()
    height = width = None
    if picture is not None:
        from archivist.reading.barcodes import read_codes

        codes = tuple(code.payload for code in read_codes(picture))
        height, width = picture.shape[:2]
    text = clean(text)
    return PageText(number, text, codes, "text" if text else "none", None, 0, width, height)


def _recognise(number: int, picture: Picture, engine: Callable[[], Engine]) -> PageText:
    """Return a page read from its picture: QR codes first, then the print."""
    from archivist.reading.barcodes import read_codes

    codes = tuple(code.payload for code in read_codes(picture))
    found = engine().read(picture)
    text = clean("\n".join(found.rows))
    height, width = picture.shape[:2]
    source = "none" if found.score is None else "ocr"
    return PageText(number, text, codes, source, found.score, found.rotation, width, height)


def clean(text: str) -> str:
    """Return text in NFC, one newline after each line, without form feeds, NULs and blanks at the ends of lines."""
    for odd, plain in (("\r\n", "\n"), ("\r", "\n"), ("\f", "\n"), ("\v", "\n"), ("\x00", "")):
        text = text.replace(odd, plain)
    lines = (line.strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(lines).strip("\n")
