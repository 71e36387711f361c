"""A file is what its content says, whatever its name."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archivist.model.plain_text import decode_text
from archivist.reading.formats.documents import DOC, RTF
from archivist.reading.formats.identify import EMPTY, UNKNOWN, ZEROS, identify
from archivist.reading.formats.images import HEIC
from archivist.reading.formats.mail import EML, MHT
from archivist.reading.formats.ofd import OFD
from archivist.reading.formats.ooxml import DOCX, XLSX
from archivist.reading.formats.pdf import PDF
from archivist.reading.formats.rar import RAR
from archivist.reading.formats.registry import Format, Sureness, by_kind, formats
from archivist.reading.formats.sample import Sample
from archivist.reading.formats.seven_zip import SEVEN_ZIP
from archivist.reading.formats.spreadsheets import XLS
from archivist.reading.formats.text import TXT
from archivist.reading.formats.unread_office import LOCKED_OFFICE, PACKAGE
from archivist.reading.formats.web import HTML
from archivist.reading.formats.zip import ZIP

from . import files


def _ole(*names: str) -> bytes:
    """The start of an OLE file: header, one FAT sector, one directory sector with these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = (1).to_bytes(4, "little")
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\x00") for name in names)
    return bytes(header) + b"\xff" * 512 + directory.ljust(512, b"\x00")


CONTENTS = (
    (b"", EMPTY),
    (b"%PDF-1.7\n...", PDF),
    (b"\x00\x00scanner junk%PDF-1.4", PDF),
    (_ole("Root Entry", "WordDocument"), DOC),
    (_ole("Root Entry", "Workbook"), XLS),
    (_ole("Root Entry", "EncryptedPackage"), LOCKED_OFFICE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DOC),
    (b"{\\rtf1\\ansi", RTF),
    (b"<!DOCTYPE html><p>", HTML),
    (b"\xef\xbb\xbf  <HTML>", HTML),
    (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", MHT),
    (b"From: <Saved by Blink>\r\nSubject: x\r\nContent-Type: multipart/related", MHT),
    (b"From: a@b.cn\r\nTo: c@d.cn\r\nContent-Type: multipart/related", EML),
    (b"Received: from b\r\n by c\r\nSubject: =?gb2312?B?08o=?=\r\n\r\nx", EML),
    (b"From: a@b.cn\nSubject: " + "\u6750\u6599".encode("gbk") + b"\n\nx", EML),
    ("From: 王秀兰\n收件：街道".encode(), TXT),
    (b"\x00\x00\x00\x18ftypheic\x00\x00", HEIC),
    (b"Rar!\x1a\x07\x01\x00", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    ("申请书\n王秀兰".encode(), TXT),
    ("申请书\r\n王秀兰".encode("gb18030"), TXT),
    ("申请书".encode("utf-16"), TXT),
    (b"\x00" * 4096, ZEROS),
    (bytes(range(256)), UNKNOWN),
)


@pytest.mark.parametrize(("content", "found"), CONTENTS)
def test_tells_by_content(tmp_path: Path, content: bytes, found: Format) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(content)
    assert identify(path) is found


@pytest.mark.parametrize("name", ["jpeg", "png", "tiff", "bmp", "gif", "webp"])
def test_tells_pictures(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.pdf"
    Image.new("RGB", (30, 20), "white").save(path, name.upper())
    assert identify(path) is by_kind(name)
    assert identify(path).is_picture


def test_tells_packages(tmp_path: Path) -> None:
    assert identify(files.word(tmp_path / "a.zip")) is DOCX
    assert identify(files.workbook(tmp_path / "b.xlsx")) is XLSX
    for entry, found in (("OFD.xml", OFD), ("照片/1.jpg", ZIP)):
        with zipfile.ZipFile(tmp_path / "c", "w") as package:
            package.writestr(entry, "x")
        assert identify(tmp_path / "c") is found


def test_a_truncated_package_keeps_its_kind(tmp_path: Path) -> None:
    whole = files.word(tmp_path / "a.docx").read_bytes()
    cut = tmp_path / "cut.docx"
    cut.write_bytes(whole[: len(whole) // 2])
    assert identify(cut) is DOCX


def test_a_character_cut_at_the_edge_of_what_is_read_is_forgiven(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    for lead in range(3):
        path.write_bytes(b"a" * lead + "救".encode() * 30_000)
        assert identify(path) is TXT


@given(st.binary(max_size=2000))
def test_any_bytes_are_something(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz"
    for data in (
        content,
        b"PK\x03\x04" + content,
        content + b"PK\x05\x06" + content,
        b"\xd0\xcf\x11\xe0" + content,
    ):
        path.write_bytes(data)
        assert identify(path) in formats()


@given(st.text())
def test_text_survives_its_encoding(text: str) -> None:
    assert decode_text(text.encode()) == text.removeprefix("\ufeff")


def test_every_format_says_all_there_is_to_know() -> None:
    for known in formats():
        assert by_kind(known.kind) is known
        assert "/" in known.media_type
        assert known.label
        assert all(e.startswith(".") and e == e.lower() for e in known.extensions)
        assert known.extensions or known in (EMPTY, PACKAGE, UNKNOWN, ZEROS)


def test_of_two_recognisers_one_is_surer(tmp_path: Path) -> None:
    """No file of this module is left to the order in which formats were registered."""
    made = [files.word(tmp_path / "a"), files.workbook(tmp_path / "b"), files.text_pdf(tmp_path / "c", "x")]
    contents = [*(path.read_bytes() for path in made), *(c for c, _ in CONTENTS)]
    for content in contents:
        sure = sorted(known.recognise(Sample(io.BytesIO(content))) for known in formats())
        assert sure[-1] > sure[-2] or sure[-1] is Sureness.NO, content[:40]


def test_a_filed_copy_opens_by_a_double_click() -> None:
    """It keeps its own extension where that is one of its format's, and is given the proper one where it is not."""
    assert [PDF.extension_of(name) for name in ("a.PDF", "户口簿.jpg", "户口簿")] == [".pdf"] * 3
    assert TXT.extension_of("名册.csv") == ".csv"
    assert by_kind("jpeg").extension_of("IMG_1.JPEG") == ".jpeg"
    assert UNKNOWN.extension_of("a.DWG") == ".dwg"
    for odd in ("名单", "a.文件", "a.", "a.p df"):
        assert UNKNOWN.extension_of(odd) == ""


def test_reading_is_light_to_import() -> None:
    """Telling all formats apart needs the standard library alone."""
    heavy = "{'numpy','cv2','PIL','onnxruntime','rapidocr','pypdfium2','docx','openpyxl','zxingcpp','lxml'}"
    code = (
        "import sys, archivist.reading.reader_process; from archivist.reading.formats.registry import formats; "
        f"formats(); print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
