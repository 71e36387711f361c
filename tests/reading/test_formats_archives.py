"""7z, RAR and Outlook's mail: taken apart within the limits of all containers."""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import olefile
import py7zr
import pytest

from archivist.errors import ArchivistError, FileTooLarge, PasswordNeeded, UnreadableFile
from archivist.reading.formats import rar, unpacking
from archivist.reading.formats.identify import identify
from archivist.reading.reader_process import Reader
from archivist.reading.unpack import unpack

from .files import PATIENT
from .ole import Tree, compound

with_bsdtar = pytest.mark.skipif(
    rar.program() is None, reason="bsdtar is not installed: RAR is not taken apart here"
)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(PATIENT) as shared:
        yield shared


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def seven_zip(
    path: Path, *entries: tuple[str, bytes], password: str | None = None, hide: bool = False
) -> Path:
    with py7zr.SevenZipFile(path, "w", password=password, header_encryption=hide) as package:
        for name, data in entries:
            package.writestr(data, name)
    return path


# ── 7z ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_7z_gives_its_members(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    path = seven_zip(
        tmp_path / "材料.7z",
        ("王家/收入.txt", b"1" * 9000),
        ("诊断.PDF", b"2"),
        ("Thumbs.db", b"x"),
        ("空.txt", b""),
    )
    members = reader.unpack(path, scratch)
    assert sorted((m.name, m.path.read_bytes()) for m in members) == sorted(
        [("王家/收入.txt", b"1" * 9000), ("诊断.PDF", b"2"), ("空.txt", b"")]
    )
    assert {m.path.suffix for m in members} == {".txt", ".pdf"}


@pytest.mark.parametrize("hide", [False, True], ids=["names seen", "names hidden"])
def test_a_locked_7z_asks_for_its_password(tmp_path: Path, scratch: Path, hide: bool) -> None:
    path = seven_zip(tmp_path / "a.7z", ("收入.txt", b"1"), password="1234", hide=hide)
    with pytest.raises(PasswordNeeded, match="加了密码"):
        list(unpack(path, scratch))
    with pytest.raises(PasswordNeeded, match="密码不对"):
        list(unpack(path, scratch, "other"))
    (scratch / "again").mkdir()
    assert [m.path.read_bytes() for m in unpack(path, scratch / "again", "1234")] == [b"1"]


def test_a_7z_bomb(tmp_path: Path, scratch: Path) -> None:
    path = seven_zip(tmp_path / "a.7z", ("a.txt", bytes(unpacking.RATIO_FROM_BYTES + 1)))
    with pytest.raises(FileTooLarge, match="200 倍"):
        list(unpack(path, scratch))
    assert list(scratch.iterdir()) == []


def test_a_link_in_a_7z(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    path = tmp_path / "a.7z"
    with py7zr.SevenZipFile(path, "w") as package:
        package.write(tmp_path / "link", "link")
    with pytest.raises(UnreadableFile, match="链接"):
        list(unpack(path, scratch))


@pytest.mark.parametrize("name", ["../../x.txt", "/etc/x.txt", "C:\\x.txt", "a/../../x.txt"])
def test_no_name_in_a_7z_leads_out(tmp_path: Path, scratch: Path, name: str) -> None:
    """The library would not write such a name; changed in the bytes of the header, which is not packed."""
    plain = "x" * len(name)
    path = tmp_path / "a.7z"
    with py7zr.SevenZipFile(path, "w") as package:
        package.set_encoded_header_mode(False)
        package.writestr(b"1", plain)
    whole = path.read_bytes().replace(plain.encode("utf-16-le"), name.encode("utf-16-le"))
    offset, size = struct.unpack_from("<QQ", whole, 12)
    header = whole[32 + offset : 32 + offset + size]
    start = struct.pack("<QQI", offset, size, zlib.crc32(header))
    path.write_bytes(whole[:8] + struct.pack("<I", zlib.crc32(start)) + start + whole[32:])
    before = set(tmp_path.rglob("*"))
    with pytest.raises(UnreadableFile, match="指向外面"):
        list(unpack(path, scratch))
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("cut", [10, 40, -1])
def test_a_7z_cut_short(tmp_path: Path, scratch: Path, cut: int) -> None:
    path = seven_zip(tmp_path / "a.7z", ("a.txt", b"words" * 99))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(UnreadableFile, match="损坏"):
        list(unpack(path, scratch))


# ── RAR ──────────────────────────────────────────────────────────────────────────────────────────────────
def rar_of(path: Path, *entries: tuple[str, bytes], mode: int = 0o100644, locked: bool = False) -> Path:
    """A RAR 4 whose members are stored as they are; no free program writes RAR."""

    def block(kind: int, flags: int, body: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0x0080 if locked else 0, bytes(6))
    for name, data in entries:
        raw = name.encode()
        fields = (len(data), len(data), 3, zlib.crc32(data), 0x21 << 16, 20, 0x30, len(raw), mode)
        out += block(0x74, 0x8200, struct.pack("<IIBIIBBHI", *fields) + raw) + data
    path.write_bytes(out + block(0x7B, 0x4000, b""))
    return path


@with_bsdtar
def test_a_rar_gives_its_members(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    path = rar_of(tmp_path / "材料.rar", ("王家/收入.txt", b"1" * 3000), ("诊断.pdf", b"2"))
    members = reader.unpack(path, scratch)
    assert [(m.name, m.path.read_bytes()) for m in members] == [
        ("王家/收入.txt", b"1" * 3000),
        ("诊断.pdf", b"2"),
    ]


def test_without_an_unpacker_it_says_so(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """「RAR only where an unpacker is installed, else it says so」."""
    monkeypatch.setattr(rar, "program", lambda: None)
    with pytest.raises(UnreadableFile, match="没有能打开它的程序") as caught:
        list(unpack(rar_of(tmp_path / "a.rar", ("a.txt", b"1")), scratch))
    assert "解压" in caught.value.remedy


@with_bsdtar
def test_a_damaged_rar(tmp_path: Path, scratch: Path) -> None:
    path = rar_of(tmp_path / "a.rar", ("a.txt", b"1" * 500))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UnreadableFile, match="损坏"):
        list(unpack(path, scratch))


@with_bsdtar
def test_a_rar_with_a_password(tmp_path: Path, scratch: Path) -> None:
    with pytest.raises(PasswordNeeded, match="密码"):
        list(unpack(rar_of(tmp_path / "a.rar", ("a.txt", b"1"), locked=True), scratch))


@with_bsdtar
def test_a_link_in_a_rar(tmp_path: Path, scratch: Path) -> None:
    path = rar_of(tmp_path / "a.rar", ("link", b"/etc/passwd"), mode=0o120777)
    with pytest.raises(UnreadableFile, match="链接"):
        list(unpack(path, scratch))


@with_bsdtar
@pytest.mark.parametrize("name", ["../../x.txt", "/etc/x.txt"])
def test_no_name_in_a_rar_leads_out(tmp_path: Path, scratch: Path, name: str) -> None:
    path = rar_of(tmp_path / "a.rar", (name, b"1"))
    before = set(tmp_path.rglob("*"))
    try:
        for member in unpack(path, scratch):
            assert member.path.parent == scratch and ".." not in member.name
    except ArchivistError as error:
        assert error.code == "E101"
    assert {p.parent for p in set(tmp_path.rglob("*")) - before} <= {scratch}


# ── Outlook ──────────────────────────────────────────────────────────────────────────────────────────────
def stream(what: int, value: str | bytes) -> tuple[str, bytes]:
    if isinstance(value, bytes):
        return f"__substg1.0_{what:04X}0102", value
    return f"__substg1.0_{what:04X}001F", value.encode("utf-16-le")


def message(
    letter: str = "见附件，谢谢。", *, top: bool = True, subject: str = "收入证明", **attached: bytes | Tree
) -> Tree:
    sent = dt.datetime(2024, 3, 7, 1, 30, tzinfo=dt.UTC) - dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
    properties = bytes(32 if top else 24) + struct.pack(
        "<HHIQ", 0x0040, 0x0039, 6, int(sent.total_seconds()) * 10**7
    )
    tree: dict[str, bytes | Tree] = {"__properties_version1.0": properties}
    tree |= dict(
        [
            stream(0x0037, subject),
            stream(0x1000, letter),
            stream(0x0C1A, "王秀兰"),
            stream(0x5D01, "a@b.cn"),
            stream(0x0E04, "街道"),
        ]
    )
    for number, (name, content) in enumerate(attached.items()):
        held = (
            {"__substg1.0_3701000D": content}
            if not isinstance(content, bytes)
            else dict([stream(0x3701, content)])
        )
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__properties_version1.0": bytes(8), **dict([stream(0x3707, name.replace("_", "."))]), **held,
        }  # fmt: skip
    return tree


def names_and_bytes(members: Sequence[unpacking.PackedFile]) -> list[tuple[str, bytes]]:
    return [(m.name, m.path.read_bytes()) for m in members if not m.is_message]


def test_outlook_mail_is_read(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    path = compound(tmp_path / "来信.msg", message("兹证明王秀兰月收入 2400 元。"))
    assert olefile.isOleFile(str(path))
    assert identify(path).extension_of(path.name) == ".msg"
    assert reader.unpack(path, scratch) == ()
    assert reader.read(path).text.splitlines() == [
        "收入证明", "发件人：王秀兰 a@b.cn", "收件人：街道", "日期：2024-03-07 09:30", "兹证明王秀兰月收入 2400 元。",
    ]  # fmt: skip


def test_outlook_mail_is_taken_apart(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    """A message that is attached is taken apart too: its words are a member of their own."""
    inner = message("里面的信", top=False, subject="诊断", 二_txt=b"2")
    path = compound(tmp_path / "来信.msg", message(收入证明_pdf=b"%PDF" * 2000, 转发的信=inner))
    members = reader.unpack(path, scratch)
    assert names_and_bytes(members) == [("收入证明.pdf", b"%PDF" * 2000), ("转发的信/二.txt", b"2")]
    words = [m.path.read_text("utf-8") for m in members if m.is_message]
    assert ["见附件" in words[0], "里面的信" in words[1], words[1].splitlines()[0]] == [True, True, "诊断"]
    with pytest.raises(UnreadableFile, match="带附件"):
        reader.read(path)


def test_any_damage_to_outlook_mail_is_said_in_words(tmp_path: Path) -> None:
    path = compound(tmp_path / "a.msg", message(a_txt=b"1"))
    whole = path.read_bytes()
    for number, at in enumerate(range(24, len(whole), 97)):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            list(unpack(path, folder))
        except ArchivistError as error:
            assert error.code in ("E101", "E102")
