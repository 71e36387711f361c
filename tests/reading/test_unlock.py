"""Locked files are opened with their password in the reading process; what comes out needs none."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archivist.errors import PasswordNeeded, UnreadableFile
from archivist.reading.formats.identify import identify
from archivist.reading.formats.registry import formats
from archivist.reading.reader_process import Reader
from tests.reading import files
from tests.reading.locked import aes_zip, locked_7z, locked_ooxml, locked_pdf, locked_xls, locked_zip

PASSWORDS = ("Aa1 3#", "口令2024", "ключ-é")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(files.PATIENT) as shared:
        yield shared


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def pdf(folder: Path, password: str, algorithm: str) -> Path:
    plain = files.text_pdf(folder / "plain.pdf", "诊断证明书 一张纸上的二十来个字 用来看认得出认不出")
    return locked_pdf(folder / "锁.pdf", plain, password, algorithm)


@pytest.mark.parametrize(
    ("algorithm", "password"),
    [("RC4-128", "Aa1 3#"), ("AES-128", "pässwört"), *(("AES-256", password) for password in PASSWORDS)],
)
def test_a_pdf(reader: Reader, tmp_path: Path, scratch: Path, algorithm: str, password: str) -> None:
    """「opens the file in the reading child under its limits, writes the unlocked copy」."""
    path = pdf(tmp_path, password, algorithm)
    before = path.read_bytes()
    for wrong, why in ((None, "加了密码"), ("", "加了密码"), (password + "x", "密码不对")):
        with pytest.raises(PasswordNeeded, match=why) as caught:
            reader.unpack(path, scratch, wrong)
        assert "archivist review unlock" in caught.value.remedy
    (copy,) = reader.unpack(path, scratch, password)
    assert (copy.name, path.read_bytes()) == ("锁.pdf", before)
    assert b"/Encrypt" not in copy.path.read_bytes()
    assert "诊断证明书" in reader.read(copy.path).text


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize(("make", "suffix"), [(files.word, ".docx"), (files.workbook, ".xlsx")])
def test_an_office_file(
    reader: Reader, tmp_path: Path, scratch: Path, make: Callable[[Path], Path], suffix: str, password: str
) -> None:
    """「Office OOXML … (msoffcrypto)」: the copy is byte for byte what was locked, and has its own extension again."""
    plain = make(tmp_path / f"a{suffix}")
    path = locked_ooxml(tmp_path / "申请.doc", plain, password)
    for wrong, why in ((None, "加了密码"), ("", "加了密码"), (password + "x", "密码不对")):
        with pytest.raises(PasswordNeeded, match=why):
            reader.unpack(path, scratch, wrong)
    (copy,) = reader.unpack(path, scratch, password)
    assert copy.path.read_bytes() == plain.read_bytes()
    assert (copy.name, copy.path.suffix) == (f"申请{suffix}", suffix)


@pytest.mark.parametrize("written", ["utf-8", "gb18030"])
@pytest.mark.parametrize("password", PASSWORDS[:2])
@pytest.mark.parametrize("pack", [locked_zip, aes_zip])
def test_a_zip_in_either_writing(
    reader: Reader, tmp_path: Path, scratch: Path, pack: Callable[..., Path], password: str, written: str
) -> None:
    """「password with Chinese characters」: programs write them in UTF-8 or GB 18030, and a clerk cannot tell."""
    path = pack(tmp_path / "锁.zip", password.encode(written), ("一.txt", b"1" * 99), ("二.txt", b"2"))
    if pack is locked_zip:
        with zipfile.ZipFile(path) as package:
            assert package.read("一.txt", pwd=password.encode(written)) == b"1" * 99
    for wrong in (None, "", "x" + password):
        with pytest.raises(PasswordNeeded):
            reader.unpack(path, scratch, wrong)
    members = reader.unpack(path, scratch, password)
    assert [(m.name, m.path.read_bytes()) for m in members] == [("一.txt", b"1" * 99), ("二.txt", b"2")]


def test_what_is_locked_within_a_locked_package(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    """「tried on whatever is locked within」; what has another password stays a member as it is."""
    same = pdf(tmp_path, "口令2024", "AES-256").read_bytes()
    (tmp_path / "other").mkdir()
    other = pdf(tmp_path / "other", "另一个", "AES-256").read_bytes()
    path = locked_7z(tmp_path / "包.7z", "口令2024", ("同.pdf", same), ("异.pdf", other), ("明.txt", b"1"))
    members = {m.name: m.path.read_bytes() for m in reader.unpack(path, scratch, "口令2024")}
    assert set(members) == {"同.pdf", "异.pdf", "明.txt"}
    assert b"/Encrypt" not in members["同.pdf"]
    assert members["异.pdf"] == other


def test_what_has_no_password_is_no_package(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    """「none when it holds no others」, with a password or without; a PDF that only forbids printing has none."""
    plain = files.text_pdf(tmp_path / "a.pdf", "字")
    closed = locked_pdf(tmp_path / "b.pdf", plain, "", "AES-256")
    for path in (plain, closed, files.word(tmp_path / "a.docx"), files.workbook(tmp_path / "a.xlsx")):
        assert reader.unpack(path, scratch) == ()
        assert reader.unpack(path, scratch, "x") == ()


def test_damage_is_not_taken_for_a_wrong_password(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    plain = files.word(tmp_path / "a.docx")
    path = locked_ooxml(tmp_path / "b.docx", plain, "x1")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(UnreadableFile) as caught:
        reader.unpack(path, scratch, "x1")
    assert not isinstance(caught.value, PasswordNeeded), caught.value


def test_which_formats_are_opened_with_a_password() -> None:
    assert {f.kind for f in formats() if f.takes_password} == {
        *("pdf", "locked-office", "doc", "xls", "zip", "7z"),
    }


def test_a_locked_office_file_is_known_by_what_it_holds(tmp_path: Path) -> None:
    path = locked_ooxml(tmp_path / "b.docx", files.word(tmp_path / "a.docx"), "x1")
    assert identify(path).kind == "locked-office"


@pytest.mark.parametrize("at", [0.3, 0.6])
def test_a_locked_zip_with_a_flipped_bit(reader: Reader, tmp_path: Path, scratch: Path, at: float) -> None:
    """What cannot be told from a wrong password is said to be one; nothing damaged comes out."""
    path = aes_zip(tmp_path / "锁.zip", b"x1", ("一.txt", bytes(range(256)) * 9))
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 1
    path.write_bytes(data)
    with pytest.raises(UnreadableFile):
        reader.unpack(path, scratch, "x1")


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_workbook_of_former_times(reader: Reader, tmp_path: Path, scratch: Path, password: str) -> None:
    """「Office OOXML and old」."""
    path = locked_xls(tmp_path / "收入.xls", password, ("姓名", "收入"), ("王秀兰", "一千零一十元" * 200))
    with pytest.raises(PasswordNeeded, match="加了密码"):
        reader.read(path)
    for wrong, why in ((None, "加了密码"), (password + "x", "密码不对")):
        with pytest.raises(PasswordNeeded, match=why):
            reader.unpack(path, scratch, wrong)
    (copy,) = reader.unpack(path, scratch, password)
    assert copy.path.suffix == ".xls"
    assert f"王秀兰 {'一千零一十元' * 200}" in reader.read(copy.path).text
