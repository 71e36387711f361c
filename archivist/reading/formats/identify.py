"""What a file really is, by its content; its name is not asked.

Standard library only, and safe on hostile files: at most a few megabytes are read and nothing is unpacked.
"""

from __future__ import annotations

import codecs
import struct
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 65_536
"""Bytes from the start of the file that are looked at."""
TAIL_BYTES = 65_557
"""Bytes from the end: a ZIP's end record (22 bytes) with its longest comment."""
DIRECTORY_BYTES = 4_194_304
"""Longest ZIP directory that is searched for known names; a longer one is simply a ZIP."""


class Kind(StrEnum):
    """The kinds of file told apart; the value is the name used in events and ``--json``."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    BMP = "bmp"
    GIF = "gif"
    WEBP = "webp"
    HEIC = "heic"
    DOCX = "docx"
    XLSX = "xlsx"
    DOC = "doc"
    XLS = "xls"
    LOCKED_OFFICE = "locked-office"
    RTF = "rtf"
    HTML = "html"
    TXT = "txt"
    OFD = "ofd"
    ZIP = "zip"
    RAR = "rar"
    SEVEN_ZIP = "7z"
    EMPTY = "empty"
    UNKNOWN = "unknown"

    @property
    def media_type(self) -> str:
        """The kind's media type (IANA name where there is one)."""
        return _FACTS[self.value][0]

    @property
    def extension(self) -> str:
        """The proper extension with its dot; empty for ``EMPTY`` and ``UNKNOWN``."""
        return _FACTS[self.value][1]

    @property
    def label(self) -> str:
        """What a clerk calls it."""
        return _FACTS[self.value][2]

    @property
    def is_image(self) -> bool:
        """Whether the file is a picture that can be read."""
        return self in _IMAGES


_IMAGES = frozenset({Kind.JPEG, Kind.PNG, Kind.TIFF, Kind.BMP, Kind.GIF, Kind.WEBP})
_OOXML = "application/vnd.openxmlformats-officedocument"
_FACTS: dict[str, tuple[str, str, str]] = {
    "pdf": ("application/pdf", ".pdf", "PDF"),
    "jpeg": ("image/jpeg", ".jpg", "JPEG 图片"),
    "png": ("image/png", ".png", "PNG 图片"),
    "tiff": ("image/tiff", ".tif", "TIFF 图片"),
    "bmp": ("image/bmp", ".bmp", "BMP 图片"),
    "gif": ("image/gif", ".gif", "GIF 图片"),
    "webp": ("image/webp", ".webp", "WebP 图片"),
    "heic": ("image/heic", ".heic", "HEIC 图片（苹果手机照片）"),
    "docx": (f"{_OOXML}.wordprocessingml.document", ".docx", "Word 文档"),
    "xlsx": (f"{_OOXML}.spreadsheetml.sheet", ".xlsx", "Excel 表格"),
    "doc": ("application/msword", ".doc", "旧版 Word 文档（.doc 或 .wps）"),
    "xls": ("application/vnd.ms-excel", ".xls", "旧版 Excel 表格（.xls 或 .et）"),
    "locked-office": ("application/x-ole-storage", ".doc", "加了密码的 Office 文档"),
    "rtf": ("application/rtf", ".rtf", "RTF 文档"),
    "html": ("text/html", ".html", "网页文件"),
    "txt": ("text/plain", ".txt", "纯文本"),
    "ofd": ("application/ofd", ".ofd", "OFD 版式文件"),
    "zip": ("application/zip", ".zip", "ZIP 压缩包"),
    "rar": ("application/vnd.rar", ".rar", "RAR 压缩包"),
    "7z": ("application/x-7z-compressed", ".7z", "7z 压缩包"),
    "empty": ("application/x-empty", "", "空文件"),
    "unknown": ("application/octet-stream", "", "无法识别的文件"),
}


def sniff(path: Path) -> Kind:
    """Tell what a file is.

    A truncated or damaged file is still of its kind: whether it can be read is for the reader to find out.

    Args:
        path: a regular file.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if not head:
            return Kind.EMPTY
        kind = _by_signature(head)
        if kind is Kind.ZIP:
            return _zip_kind(file, head)
        if kind is Kind.DOC:
            return _ole_kind(file, head)
    return kind or _text_kind(head) or Kind.UNKNOWN


_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
    (b"Rar!\x1a\x07", Kind.RAR),
    (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.DOC),
    (b"{\\rtf", Kind.RTF),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})


def _by_signature(head: bytes) -> Kind | None:
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    # Readers accept a PDF whose header is somewhere in the first kilobyte; some scanners put a few bytes before it.
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return Kind.HEIC
    if head[:2] == b"BM" and len(head) >= 26 and head[6:10] == b"\x00" * 4:
        return Kind.BMP
    return None


def _zip_kind(file: BinaryIO, head: bytes) -> Kind:
    """Tell an office document from other archives by the names in the directory, which is not parsed."""
    names = _zip_directory(file)
    if names is None:
        # The end is missing (truncated upload): the first local headers carry names too.
        names = head
    if b"[Content_Types].xml" in names:
        if b"word/" in names:
            return Kind.DOCX
        if b"xl/" in names:
            return Kind.XLSX
    if b"OFD.xml" in names:
        return Kind.OFD
    return Kind.ZIP


def _zip_directory(file: BinaryIO) -> bytes | None:
    """Return the bytes of the central directory, or None when it is missing or too long."""
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL_BYTES))
    tail = file.read(TAIL_BYTES)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return None
    length, offset = struct.unpack_from("<II", tail, at + 12)
    if length > DIRECTORY_BYTES or offset + length > size:
        return None
    file.seek(offset)
    return file.read(length)


def _ole_kind(file: BinaryIO, head: bytes) -> Kind:
    """Tell Word, Excel and encrypted files apart by the names of their streams."""
    if len(head) < 512:
        return Kind.DOC
    shift, first = struct.unpack_from("<H", head, 30)[0], struct.unpack_from("<I", head, 48)[0]
    if shift not in (9, 12):
        return Kind.DOC
    file.seek((first + 1) << shift)
    # Directory sectors usually follow one another; 8 KB hold 64 names.
    names = file.read(8192)
    if "EncryptedPackage".encode("utf-16-le") in names:
        return Kind.LOCKED_OFFICE
    if "WordDocument".encode("utf-16-le") not in names and "Workbook".encode("utf-16-le") in names:
        return Kind.XLS
    return Kind.DOC


_CONTROLS = frozenset(chr(c) for c in range(32)) - set("\t\n\r\f\x1a\x1b")
_MARKUP = ("<!doctype html", "<html", "<?xml", "mime-version:", "<head", "<body", "<table", "<meta")


def _text_kind(head: bytes) -> Kind | None:
    text = decode_text(head, final=len(head) < HEAD_BYTES)
    if text is None or any(char in _CONTROLS for char in text):
        return None
    start = text.lstrip("\ufeff \t\r\n")[:1024].lower()
    return Kind.HTML if start.startswith(_MARKUP) or "<html" in start else Kind.TXT


def decode_text(data: bytes, *, final: bool = True) -> str | None:
    """Decode plain text as offices write it: UTF-8, UTF-16 with its mark, or GB 18030.

    Args:
        data: the bytes, or the first part of them.
        final: whether ``data`` is the whole text; otherwise a cut character at the end is forgiven.

    Returns:
        The text without its byte order mark, or None when it is in none of these encodings.
    """
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return codecs.getincrementaldecoder(encoding)().decode(data, final)
        except UnicodeDecodeError:
            continue
    return None
