"""Documents that LibreOffice turns into a PDF to be read: Word of former times (.doc, and .wps of WPS), RTF, OpenDocument."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from archivist.errors import PasswordNeeded, UnreadableFile
from archivist.reading.formats.office_password import unlock_office
from archivist.reading.formats.ooxml import check_package
from archivist.reading.formats.registry import Conversion, Format, Sureness, register
from archivist.reading.formats.unpacking import REMOVE_PASSWORD

_ENCRYPTED: Final = 0x0100
"""Flag in the file information block at the start of the stream ``WordDocument`` (MS-DOC 2.5.2)."""


def check_doc(path: Path, name: str) -> None:
    """Refuse a Word document that asks for a password, or an OLE file that is none.

    Raises:
        PasswordNeeded: E106. UnreadableFile: E101.
    """
    import olefile

    with olefile.OleFileIO(str(path)) as package:
        if not package.exists("WordDocument"):
            raise UnreadableFile(
                "不是 Word 文档，也不是 Excel 表格，认不出是什么",
                file=name,
                remedy="请用原来的程序打开，另存为 PDF 后再投入收件箱。",
            )
        with package.openstream("WordDocument") as stream:
            start = stream.read(12)
    if int.from_bytes(start[10:12], "little") & _ENCRYPTED:
        raise PasswordNeeded("文档加了密码，打不开", file=name)


def check_open_document(path: Path, name: str) -> None:
    """Refuse an OpenDocument that would unpack into too much, or that asks for a password.

    Raises:
        PasswordNeeded: E106. FileTooLarge: E102. zipfile.BadZipFile: damaged.
    """
    check_package(path, name)
    with zipfile.ZipFile(path) as package, package.open("META-INF/manifest.xml") as manifest:
        if b"encryption-data" in manifest.read(1024**2):
            raise PasswordNeeded("文档加了密码，打不开", file=name, remedy=REMOVE_PASSWORD)


def check_nothing(path: Path, name: str) -> None:
    """Leave everything to LibreOffice."""
    del path, name


DOC = register(
    Format(
        kind="doc",
        label="旧版 Word 文档（.doc 或 .wps）",
        media_type="application/msword",
        extensions=(".doc", ".wps", ".dot", ".wpt"),
        recognise=lambda sample: Sureness.NO if sample.ole_names is None else Sureness.CONTAINER,
        handling=Conversion(".doc", check_doc),
        unlock=unlock_office,
    )
)
RTF = register(
    Format(
        kind="rtf",
        label="RTF 文档",
        media_type="application/rtf",
        extensions=(".rtf", ".doc", ".wps"),
        recognise=lambda sample: Sureness.SURE if sample.head.startswith(b"{\\rtf") else Sureness.NO,
        handling=Conversion(".rtf", check_nothing),
    )
)
ODT = register(
    Format(
        kind="odt",
        label="OpenDocument 文档",
        media_type="application/vnd.oasis.opendocument.text",
        extensions=(".odt", ".ott"),
        recognise=lambda sample: Sureness.SURE if sample.is_open_document("text") else Sureness.NO,
        handling=Conversion(".odt", check_open_document),
    )
)
