"""A file is what its content says, whatever its name."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archivist.reading.formats.identify import Kind, decode_text, sniff

from . import files


def _ole(*names: str) -> bytes:
    """The start of an OLE file: header, one FAT sector, one directory sector with these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = (1).to_bytes(4, "little")
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\x00") for name in names)
    return bytes(header) + b"\xff" * 512 + directory.ljust(512, b"\x00")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", Kind.EMPTY),
        (b"%PDF-1.7\n...", Kind.PDF),
        (b"\x00\x00scanner junk%PDF-1.4", Kind.PDF),
        (_ole("Root Entry", "WordDocument"), Kind.DOC),
        (_ole("Root Entry", "Workbook"), Kind.XLS),
        (_ole("Root Entry", "EncryptedPackage"), Kind.LOCKED_OFFICE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.DOC),
        (b"{\\rtf1\\ansi", Kind.RTF),
        (b"<!DOCTYPE html><p>", Kind.HTML),
        (b"\xef\xbb\xbf  <HTML>", Kind.HTML),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", Kind.HTML),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", Kind.HEIC),
        (b"Rar!\x1a\x07\x01\x00", Kind.RAR),
        (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
        ("申请书\n王秀兰".encode(), Kind.TXT),
        ("申请书\r\n王秀兰".encode("gb18030"), Kind.TXT),
        ("申请书".encode("utf-16"), Kind.TXT),
        (b"\x00" * 4096, Kind.UNKNOWN),
        (bytes(range(256)), Kind.UNKNOWN),
    ],
)
def test_tells_by_content(tmp_path: Path, content: bytes, kind: Kind) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(content)
    assert sniff(path) is kind


@pytest.mark.parametrize("name", ["jpeg", "png", "tiff", "bmp", "gif", "webp"])
def test_tells_pictures(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.pdf"
    Image.new("RGB", (30, 20), "white").save(path, name.upper())
    assert sniff(path) is Kind(name)
    assert sniff(path).is_image


def test_tells_packages(tmp_path: Path) -> None:
    assert sniff(files.word(tmp_path / "a.zip")) is Kind.DOCX
    assert sniff(files.workbook(tmp_path / "b.xlsx")) is Kind.XLSX
    for entry, kind in (("OFD.xml", Kind.OFD), ("照片/1.jpg", Kind.ZIP)):
        with zipfile.ZipFile(tmp_path / "c", "w") as package:
            package.writestr(entry, "x")
        assert sniff(tmp_path / "c") is kind


def test_a_truncated_package_keeps_its_kind(tmp_path: Path) -> None:
    whole = files.word(tmp_path / "a.docx").read_bytes()
    cut = tmp_path / "cut.docx"
    cut.write_bytes(whole[: len(whole) // 2])
    assert sniff(cut) is Kind.DOCX


def test_a_character_cut_at_the_edge_of_what_is_read_is_forgiven(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    for lead in range(3):
        path.write_bytes(b"a" * lead + "救".encode() * 30_000)
        assert sniff(path) is Kind.TXT


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
        assert sniff(path) in Kind


@given(st.text())
def test_text_survives_its_encoding(text: str) -> None:
    assert decode_text(text.encode()) == text.removeprefix("\ufeff")


def test_every_kind_has_its_facts() -> None:
    for kind in Kind:
        assert "/" in kind.media_type
        assert kind.label
        assert kind.extension.startswith(".") or kind in (Kind.EMPTY, Kind.UNKNOWN)


def test_reading_is_light_to_import() -> None:
    heavy = "{'numpy','cv2','PIL','onnxruntime','rapidocr','pypdfium2','docx','openpyxl','zxingcpp','lxml'}"
    code = f"import sys, archivist.reading.reader_process, archivist.reading.formats.registry; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
