"""Files that hold other files are taken apart in the reading process, within limits; nothing gets out of the scratch folder."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import ArchivistError, FileTooLarge, PasswordNeeded, UnreadableFile, WriteFailed
from archivist.reading.formats import unpacking
from archivist.reading.formats.unpacking import PackedFile, Unpacking, safe_name
from archivist.reading.pages import read_file
from archivist.reading.reader_process import Reader
from archivist.reading.unpack import unpack

from . import files
from .files import PATIENT

LOCKED = (
    "504b0304140001000000000021009c0f4626180000000c00000005000000612e747874b81c5b9a8ecaa72eed7f00e614441f"
    "f9e876d2d473d35483504b01021400140001000000000021009c0f4626180000000c00000005000000000000000000000000"
    "0000000000612e747874504b05060000000001000100330000003b0000000000"
)
"""A ZIP of one text, locked with 1234; the standard library reads such and writes none."""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(PATIENT) as shared:
        yield shared


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def packed(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries:
            package.writestr(name, data)
    return out.getvalue()


def zipped(path: Path, *entries: tuple[str, bytes]) -> Path:
    path.write_bytes(packed(*entries))
    return path


def in_gbk(data: bytes, name: str) -> bytes:
    """Put a name in GBK, without the flag for UTF-8, in the place of ``x`` repeated."""
    raw = name.encode("gbk")
    return data.replace(b"x" * len(raw), raw)


def mail(*attached: tuple[str, bytes], words: str = "见附件，谢谢。") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "王秀兰 <a@b.cn>", "c@d.cn", "收入证明"
    message.set_content(words, cte="base64")
    for name, data in attached:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def shown(members: Sequence[PackedFile]) -> list[tuple[str, bytes]]:
    return [(m.name, m.path.read_bytes()) for m in members]


# ── what comes out ───────────────────────────────────────────────────────────────────────────────────────
def test_a_zip_gives_its_members_in_order(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    """「attachments as parts」: the members of a package, each with the name people know it by and its own extension."""
    path = zipped(tmp_path / "材料.zip", ("王家/", b""), ("王家/收入.PDF", b"1"), ("b/诊断", b"2"))
    before = path.read_bytes()
    members = reader.unpack(path, scratch)
    assert shown(members) == [("王家/收入.PDF", b"1"), ("b/诊断", b"2")]
    assert [m.path.suffix for m in members] == [".pdf", ""]
    assert all(scratch in m.path.parents for m in members)
    assert path.read_bytes() == before
    assert not any(m.is_message for m in members)


def test_names_in_gbk(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    """「GBK names」: as every Chinese ZIP program writes them."""
    data = in_gbk(packed(("x" * 8 + ".txt", b"1")), "收入证明")
    assert len("收入证明".encode("gbk")) == 8
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert [m.name for m in reader.unpack(path, scratch)] == ["收入证明.txt"]


def test_what_systems_add_is_left_out(tmp_path: Path, scratch: Path) -> None:
    path = zipped(
        tmp_path / "a.zip",
        *(
            (n, b"x")
            for n in ("__MACOSX/._a.jpg", "王家/.DS_Store", "Thumbs.db", "._b.jpg", "d/desktop.ini", "b.jpg")
        ),
    )
    assert [m.name for m in unpack(path, scratch)] == ["b.jpg"]


def test_a_mail_gives_its_words_and_what_is_attached(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "来信.eml"
    path.write_bytes(mail(("收入证明.pdf", b"%PDF"), ("照片.jpg", b"\xff\xd8\xff")))
    words, *attached = reader.unpack(path, scratch)
    assert shown(attached) == [("收入证明.pdf", b"%PDF"), ("照片.jpg", b"\xff\xd8\xff")]
    assert (words.is_message, words.name) == (True, "邮件正文.txt")
    text = words.path.read_text("utf-8")
    assert text.splitlines()[0] == "收入证明"
    assert "见附件，谢谢。" in text and "发件人：王秀兰 <a@b.cn>" in text
    with pytest.raises(UnreadableFile, match="带附件的邮件"):
        reader.read(path)


def test_what_holds_no_others_is_read_itself(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    plain = tmp_path / "来信.eml"
    plain.write_bytes(mail(words="兹证明王秀兰月收入 2400 元。"))
    assert reader.unpack(plain, scratch) == ()
    result = reader.read(plain)
    assert "收入证明\n发件人" in result.text and "月收入 2400 元" in result.text
    assert reader.unpack(files.text_pdf(tmp_path / "a.pdf", "申请书"), scratch) == ()
    assert reader.unpack(files.word(tmp_path / "a.docx"), scratch) == ()


def test_containers_within_are_taken_apart_too(tmp_path: Path, scratch: Path) -> None:
    letter = mail(("内.zip", packed(("收入.txt", b"1"), ("诊断.txt", b"2"))))
    path = zipped(tmp_path / "a.zip", ("信.eml", letter), ("没有附件.eml", mail()), ("c.txt", b"3"))
    members = list(unpack(path, scratch))
    assert [m.name for m in members] == [
        "信.eml/邮件正文.txt", "信.eml/内.zip/收入.txt", "信.eml/内.zip/诊断.txt", "没有附件.eml", "c.txt",
    ]  # fmt: skip
    assert [m.path.read_bytes() for m in members if m.name.endswith(("收入.txt", "诊断.txt"))] == [b"1", b"2"]
    assert read_file(members[3].path).format.kind == "eml"


def test_one_within_that_cannot_be_opened_is_a_member_itself(tmp_path: Path, scratch: Path) -> None:
    """Its reading says why; the others are not held up by it."""
    locked = bytearray(packed(("a.txt", b"1")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + at] |= 1
    path = zipped(
        tmp_path / "a.zip", ("锁.zip", bytes(locked)), ("坏.zip", packed(("a", b"1"))[:40]), ("c.txt", b"3")
    )
    assert [m.name for m in unpack(path, scratch)] == ["锁.zip", "坏.zip", "c.txt"]


# ── passwords ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_locked_package_asks_for_its_password(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    """「encrypted → a clear reason that asks for the password」; written with the one algorithm all programs know."""
    path = tmp_path / "a.zip"
    path.write_bytes(bytes.fromhex(LOCKED))
    with pytest.raises(PasswordNeeded, match="压缩包加了密码") as caught:
        reader.unpack(path, scratch)
    assert "密码" in caught.value.remedy
    with pytest.raises(PasswordNeeded, match="密码不对"):
        reader.unpack(path, scratch, "other")
    assert shown(reader.unpack(path, scratch, "1234")) == [("a.txt", b"locked words")]


# ── hostile ──────────────────────────────────────────────────────────────────────────────────────────────
OUTSIDE = (
    "../../x.txt",
    "/etc/x.txt",
    "C:\\windows\\x.txt",
    "a/../../../x.txt",
    "..\\..\\x.txt",
    "\\\\server\\share\\x.txt",
)


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_name_leads_out(tmp_path: Path, scratch: Path, name: str) -> None:
    """「no path out」: a name is a label; where bytes are written it does not say."""
    path = zipped(tmp_path / "a.zip", (name, b"1"))
    before = set(tmp_path.rglob("*"))
    (member,) = unpack(path, scratch)
    assert member.path.parent == scratch
    assert set(tmp_path.rglob("*")) - before == {member.path}
    assert ".." not in member.name and not member.name.startswith(("/", "\\")) and ":" not in member.name
    assert member.name.endswith("x.txt")


@given(st.text())
def test_any_name_becomes_a_label(name: str) -> None:
    label = safe_name(name)
    assert len(label) <= unpacking.MAX_NAME
    assert not {"..", ".", ""} & set(label.split("/")) or label == ""
    assert "\\" not in label and label.isprintable()


def test_a_link_is_refused(tmp_path: Path, scratch: Path) -> None:
    """「no links」."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as package:
        link = zipfile.ZipInfo("passwd")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        package.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableFile, match="链接"):
        list(unpack(path, scratch))
    assert list(scratch.iterdir()) == []


def test_a_bomb_is_refused_by_what_it_says(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package, package.open("a.txt", "w") as part:
        for _ in range(80):
            part.write(bytes(1024**2))
    with pytest.raises(FileTooLarge, match="200 倍"):
        reader.unpack(path, scratch)
    assert not [p for p in scratch.rglob("*") if p.is_file()]


def test_what_a_package_says_of_itself_is_not_believed(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_TOTAL_BYTES", 5000)
    limits = Unpacking(scratch, "a.zip", 100)
    limits.add("a", [bytes(4000)])
    with pytest.raises(FileTooLarge, match="拆开后超过"):
        limits.add("b", [bytes(500)] * 3)


def test_too_many_members(reader: Reader, tmp_path: Path, scratch: Path) -> None:
    """100,000 of them: refused by the directory, nothing is written."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as package:
        for number in range(100_000):
            package.writestr(f"{number}", b"")
    with pytest.raises(FileTooLarge, match="100000 个文件"):
        reader.unpack(path, scratch)
    assert not [p for p in scratch.rglob("*") if p.is_file()]


def test_members_are_counted_over_all_levels(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_MEMBERS", 5)
    inner = packed(*((f"{n}.txt", b"1") for n in range(3)))
    path = zipped(tmp_path / "a.zip", ("1.zip", inner), ("2.zip", inner))
    with pytest.raises(FileTooLarge, match="超过 5 个"):
        list(unpack(path, scratch))


def test_packages_in_packages(tmp_path: Path, scratch: Path) -> None:
    """「depth」."""
    data = packed(("a.txt", b"1"))
    for _ in range(unpacking.MAX_DEPTH - 1):
        data = packed(("内.zip", data))
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert [m.name for m in unpack(path, scratch)] == ["内.zip/内.zip/a.txt"]
    path.write_bytes(packed(("内.zip", data)))
    (scratch / "again").mkdir()
    with pytest.raises(FileTooLarge, match="超过 3 层"):
        list(unpack(path, scratch / "again"))


def test_a_disk_that_refuses_is_no_damage(tmp_path: Path, scratch: Path) -> None:
    (scratch / "0001.txt").touch()
    with pytest.raises(WriteFailed, match="写不进去"):
        list(unpack(zipped(tmp_path / "a.zip", ("a.txt", b"1")), scratch))


@pytest.mark.parametrize("cut", [30, 60, 100, -1])
def test_a_package_cut_short_is_damaged(reader: Reader, tmp_path: Path, scratch: Path, cut: int) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(("a.txt", b"words" * 9))[:cut])
    with pytest.raises(UnreadableFile, match="损坏"):
        reader.unpack(path, scratch)


@given(st.data())
def test_any_damage_is_said_in_words(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A byte changed anywhere in a package or a mail: members, or a refusal that a clerk understands."""
    whole = bytearray(data.draw(st.sampled_from([packed(("收入.txt", b"a" * 40)), mail(("a.txt", b"1"))])))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("damage")
    path = folder / "a"
    path.write_bytes(whole)
    try:
        for member in unpack(path, folder):
            assert member.path.parent == folder
    except ArchivistError as error:
        assert error.code in ("E101", "E102", "E106")
