"""Hostile packages: each is refused with its own words, and nothing is written outside ``.work``."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.bureau import package_entries
from archivist.bureau.hostile_zip import opened
from archivist.bureau.reception import receive
from archivist.disposal_errors import ForkedChain
from archivist.errors import (
    ArchiveError,
    ArchivistError,
    FileTooLarge,
    IntegrityAlarm,
    PasswordNeeded,
    UnreadableFile,
    UsageError,
)
from archivist.model.ids import CaseNo
from archivist.store import bag
from archivist.workspace import Workspace
from tests.bureau.kit import RECEIVER, Files, files_of, make_bureau, refused, remade, write
from tests.preservation.packages import make_package
from tests.preservation.test_anchors import phone
from tests.sampling import examples
from tests.tamper.scene import FIRST, SECOND, make_scene

FOLDER: Final = "S-TJHQ-2024Q1-01-01"


# ── what a package of files can be ───────────────────────────────────────────────────────────────────────
def entry(name: str, data: bytes = b"x", **more: object) -> Callable[[zipfile.ZipFile], None]:
    def add(packed: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo(name)
        info.filename = name  # as it is said, whatever Python thinks of it
        for key, value in more.items():
            setattr(info, key, value)
        packed.writestr(info, data)

    return add


def twice(name: str, other: str) -> Callable[[zipfile.ZipFile], None]:
    def add(packed: zipfile.ZipFile) -> None:
        for path in (name, other):
            entry(path, b"" if path.endswith("/") else b"x")(packed)

    return add


LINK: Final = (stat.S_IFLNK | 0o777) << 16
WAYS: Final[dict[str, tuple[Callable[[zipfile.ZipFile], None], type[ArchivistError], str]]] = {
    "above": (entry("../出去.txt"), UnreadableFile, "会写到外面去"),
    "above within": (entry(f"{FOLDER}/data/../../../出去.txt"), UnreadableFile, "会写到外面去"),
    "absolute": (entry("/tmp/出去.txt"), UnreadableFile, "绝对路径"),
    "drive": (entry("C:/出去.txt"), UnreadableFile, "绝对路径"),
    "backslash": (entry(f"{FOLDER}/data\\..\\出去.txt"), UnreadableFile, "反斜杠"),
    "invisible": (entry(f"{FOLDER}/data/a\u202eb"), UnreadableFile, "看不见"),
    "line break": (entry(f"{FOLDER}/data/a\nb"), UnreadableFile, "看不见"),
    "empty part": (entry(f"{FOLDER}//data"), UnreadableFile, "空的一节"),
    "dot": (entry(f"{FOLDER}/./data"), UnreadableFile, "空的一节"),
    "trailing dot": (entry(f"{FOLDER}/data/a."), UnreadableFile, "以空格或点结尾"),
    "device of Windows": (entry(f"{FOLDER}/data/NUL"), UnreadableFile, "设备名"),
    "device with an ending": (entry(f"{FOLDER}/data/cases/com1 .tar.gz"), UnreadableFile, "设备名"),
    "device as a folder": (entry(f"{FOLDER}/data/aux/a"), UnreadableFile, "设备名"),
    "wildcard": (entry(f"{FOLDER}/data/a*"), UnreadableFile, "别的系统不能用的字符"),
    "trailing blank": (entry(f"{FOLDER}/data/a /b"), UnreadableFile, "以空格或点结尾"),
    "share of another machine": (entry("//server/share/a"), UnreadableFile, "绝对路径"),
    "folder above": (entry(f"{FOLDER}/../", b""), UnreadableFile, "会写到外面去"),
    "folder with content": (entry(f"{FOLDER}/data/a/"), UnreadableFile, "有内容的文件夹"),
    "pipe": (entry(f"{FOLDER}/d", external_attr=(stat.S_IFIFO | 0o600) << 16), UnreadableFile, "链接或设备"),
    "socket": (
        entry(f"{FOLDER}/d", external_attr=(stat.S_IFSOCK | 0o600) << 16),
        UnreadableFile,
        "链接或设备",
    ),
    "note of an entry": (entry(f"{FOLDER}/d", comment=b"x"), UnreadableFile, "有注释"),
    "stream": (entry(f"{FOLDER}/data/a:b"), UnreadableFile, "冒号"),
    "long name": (entry(f"{FOLDER}/{'长' * 100}"), UnreadableFile, "太长"),
    "deep": (entry(f"{FOLDER}/{'a/' * 30}b"), UnreadableFile, "太长或层次太多"),
    "link": (entry(f"{FOLDER}/data/link", b"/etc/passwd", external_attr=LINK), UnreadableFile, "链接"),
    "device": (
        entry(f"{FOLDER}/d", external_attr=(stat.S_IFCHR | 0o600) << 16),
        UnreadableFile,
        "链接或设备",
    ),
    "twice": (twice(f"{FOLDER}/data/a", f"{FOLDER}/data/a"), UnreadableFile, "出现两次"),
    "twice by case": (twice(f"{FOLDER}/data/a", f"{FOLDER}/data/A"), UnreadableFile, "出现两次"),
    "twice by form": (twice(f"{FOLDER}/data/\u00e9", f"{FOLDER}/data/e\u0301"), UnreadableFile, "出现两次"),
    "twice by fold": (
        twice(f"{FOLDER}/data/stra\u00dfe", f"{FOLDER}/data/STRASSE"),
        UnreadableFile,
        "出现两次",
    ),
    "twice below folders": (twice(f"{FOLDER}/DATA/a", f"{FOLDER}/data/A"), UnreadableFile, "出现两次"),
    "file and folder by case": (
        twice(f"{FOLDER}/data/a", f"{FOLDER}/data/A/b"),
        UnreadableFile,
        "既是文件又是文件夹",
    ),
    "file and empty folder": (
        twice(f"{FOLDER}/data/a", f"{FOLDER}/data/a/"),
        UnreadableFile,
        "既是文件又是文件夹",
    ),
    "file and folder": (
        twice(f"{FOLDER}/data/a", f"{FOLDER}/data/a/b"),
        UnreadableFile,
        "既是文件又是文件夹",
    ),
    "bomb": (
        entry(f"{FOLDER}/data/bomb", bytes(1 << 22), compress_type=zipfile.ZIP_DEFLATED),
        FileTooLarge,
        "压缩炸弹",
    ),
    "two folders": (twice("a/b", "b/c"), UnreadableFile, "只有一个文件夹"),
    "no folder": (entry("a"), UnreadableFile, "只有一个文件夹"),
    "another folder": (entry("别的/a"), UnreadableFile, "不是报送包"),
    "no submission.json": (entry(f"{FOLDER}/a"), UnreadableFile, "submission.json"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("way", WAYS)
def test_a_hostile_file_is_refused_in_its_own_words(bureau: Workspace, tmp_path: Path, way: str) -> None:
    """F26: “zip bomb, path with .., link, absolute path, name twice … each refused with its own words; nothing written outside .work”."""
    add, error, words = WAYS[way]
    with zipfile.ZipFile(tmp_path / "包.zip", "w") as packed:
        add(packed)
    why = refused(bureau, tmp_path / "包.zip")
    assert type(why) is error and words in str(why), str(why)


def test_an_entry_that_is_packed_is_refused(bureau: Workspace, good: Path, tmp_path: Path) -> None:
    """Packages are stored; nothing is decompressed where no limits hold."""
    folder, files = files_of(good)
    with zipfile.ZipFile(tmp_path / "包.zip", "w") as packed:
        for name, data in files.items():
            info = zipfile.ZipInfo(f"{folder}/{name}")
            info.compress_type = zipfile.ZIP_DEFLATED if name == "bagit.txt" else zipfile.ZIP_STORED
            packed.writestr(info, data)
    assert "只存放、不压缩" in str(refused(bureau, tmp_path / "包.zip"))


def test_a_locked_package_is_refused(bureau: Workspace, good: Path, tmp_path: Path) -> None:
    """Bit 0 of the flags says that an entry is locked."""
    data = bytearray(good.read_bytes())
    at = data.index(b"PK\x01\x02") + 8
    data[at] |= 1
    (tmp_path / "包.zip").write_bytes(data)
    assert type(refused(bureau, tmp_path / "包.zip")) is PasswordNeeded


def test_entries_that_share_bytes_are_a_bomb(tmp_path: Path) -> None:
    """The bomb without compression: many entries, one and the same content."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("a/1", b"x" * 100)
        packed.writestr("a/2", b"y" * 100)
    data = bytearray(made.getvalue())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<L", data, second + 42, 0)  # the second entry begins where the first does
    path = tmp_path / "包.zip"
    path.write_bytes(data)
    with pytest.raises(FileTooLarge, match="共用同一段"), opened(path):
        pass


@pytest.mark.parametrize(
    ("limit", "words"), [("MOST_ENTRIES", "超过上限 3 项"), ("MOST_BYTES", "超过上限 3 字节")]
)
def test_caps(bureau: Workspace, good: Path, monkeypatch: pytest.MonkeyPatch, limit: str, words: str) -> None:
    """Caps: entries, bytes."""
    monkeypatch.setattr(package_entries, limit, 3)
    why = refused(bureau, good)
    assert type(why) is FileTooLarge and words in str(why)


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="needs links")
def test_the_package_itself_is_no_link(bureau: Workspace, good: Path, tmp_path: Path) -> None:
    (tmp_path / "包.zip").symlink_to(good)
    assert type(refused(bureau, tmp_path / "包.zip")) is UnreadableFile
    assert "打不开" in str(refused(bureau, tmp_path / "没有.zip"))
    (tmp_path / "字.zip").write_text("不是包", encoding="utf-8")
    assert "不是 ZIP" in str(refused(bureau, tmp_path / "字.zip"))


@settings(max_examples=examples(8, 300))
@given(st.data())
def test_a_spoiled_byte_is_never_received(
    good: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever byte is another one, the package is refused, and nothing is changed: never an error of the program's own."""
    folder = tmp_path_factory.mktemp("spoiled")
    content = bytearray(good.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    (folder / "包.zip").write_bytes(content)
    with make_bureau(folder / "bureau") as bureau:
        try:
            done = receive(bureau, RECEIVER, [folder / "包.zip"])
        except ArchivistError as why:
            assert why.code != "E700"
            assert bureau.archive.case_numbers() == []
        else:  # what no reader looks at: dates, hints of the system
            assert len(done.receipt.accepted) == 3 and not done.receipt.returned
    shutil.rmtree(folder)


# ── what a submission can be that fits its own manifests ─────────────────────────────────────────────────
def changed(name: str, data: bytes) -> Callable[[Files], None]:
    return lambda files: files.update({name: data})


def exchanged(files: Files) -> None:
    """Put each of two households into the other one's folder."""
    one, two = f"data/cases/{FIRST}/", f"data/cases/{SECOND}/"
    moved = {
        (two + n[len(one) :] if n.startswith(one) else one + n[len(two) :]): files.pop(n)
        for n in list(files)
        if n.startswith((one, two))
    }
    files.update(moved)


def foreign(files: Files) -> None:
    """Let a household have the number of another office."""
    about = json.loads(files["anchor/submission.json"])
    about["cases"][0]["case"] = "NKDX-DB-2024-000001"
    files["anchor/submission.json"] = json.dumps(about).encode()


def unlisted(files: Files) -> None:
    about = json.loads(files["anchor/submission.json"])
    del about["cases"][0]
    files["anchor/submission.json"] = json.dumps(about).encode()


def other_head(files: Files) -> None:
    about = json.loads(files["anchor/submission.json"])
    about["cases"][0]["head"] = "ab" * 32
    files["anchor/submission.json"] = json.dumps(about).encode()


def other_profile(files: Files) -> None:
    files[bag.INFO] = files[bag.INFO].replace(b"/baosong/", b"/zongzhang/")


def without_ledger(files: Files) -> None:
    for name in [name for name in files if name.startswith("data/ledger/")]:
        del files[name]


def twice_said(files: Files) -> None:
    files[bag.INFO] += b"External-Identifier: S-TJHQ-2024Q1-02\n"


FITTING: Final[dict[str, tuple[Callable[[Files], None], type[ArchivistError], str]]] = {
    "wrong case folder": (exchanged, ArchiveError, "放错了位置"),
    "other office": (foreign, ArchiveError, "别的单位的户号"),
    "not listed": (unlisted, IntegrityAlarm, "没有列入报送"),
    "other head": (other_head, IntegrityAlarm, "与 anchor/heads.tsv 不符"),
    "another profile": (other_profile, ArchiveError, "不是报送包的"),
    "said twice": (twice_said, ArchiveError, "写了 2 次"),
    "fetch": (changed("fetch.txt", b"http://a 1 data/x\n"), ArchiveError, "fetch.txt"),
    "a tag file too many": (changed("x.sh", b"x"), ArchiveError, "x.sh"),
    "beside the bags": (changed("data/x.sh", b"x"), ArchiveError, "data/x.sh 不该在报送包里"),
    "among the bags": (changed("data/cases/x.sh", b"x"), IntegrityAlarm, "x.sh 没有列入报送"),
    "an old declaration": (changed("bagit.txt", b"BagIt-Version: 0.97\n"), ArchiveError, "不是 BagIt 1.0"),
    "no heads": (changed("anchor/heads.tsv", b"bag\tseq\thead\nx\n"), IntegrityAlarm, "不是链头清单"),
    "no ledger": (without_ledger, IntegrityAlarm, "总账的年度"),
}  # fmt: skip


@pytest.mark.parametrize("way", FITTING)
def test_a_submission_that_fits_itself_is_refused_for_what_it_is(
    bureau: Workspace, good: Path, tmp_path: Path, way: str
) -> None:
    """F26: “wrong case folder, other office's code”, wrong profile …: somebody who knows how to make manifests."""
    change, error, words = FITTING[way]
    why = refused(bureau, remade(good, tmp_path / "包.zip", change))
    assert type(why) is error and words in str(why), str(why)


@pytest.mark.parametrize("name", ["data/移交清单.tsv", f"data/cases/{FIRST}/bagit.txt", "anchor/heads.tsv"])
@pytest.mark.parametrize("how", ["changed", "gone", "more"])
def test_a_part_is_as_its_manifests_say(
    bureau: Workspace, good: Path, tmp_path: Path, name: str, how: str
) -> None:
    """Each file of a part is listed and is what the list says; there is no other."""
    folder, files = files_of(good)
    if how == "changed":
        files[name] += b" "
    elif how == "gone":
        del files[name]
    else:
        files[f"{name}.bak"] = b""
    why = refused(bureau, write(tmp_path / "包.zip", folder, files))
    assert isinstance(why, IntegrityAlarm | ArchiveError | UnreadableFile), str(why)


def test_only_registered_offices_report(bureau: Workspace, good: Path) -> None:
    """Other office's code: of an office that does not report here."""
    settings = bureau.root / "archivist.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + '\n[[offices]]\nname = "别处街道办事处"\ncode = "NKDX"\n', encoding="utf-8")
    with Workspace.open(bureau.root) as fresh:
        assert "不是本局登记的报送单位" in str(refused(fresh, good))
    settings.write_text(text + '\n[[offices]]\nname = "样例街道办事处"\ncode = "TJHQ"\n', encoding="utf-8")
    with Workspace.open(bureau.root) as fresh:
        assert len(receive(fresh, RECEIVER, [good]).receipt.accepted) == 3


# ── what does not continue ───────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return Workspace.open(make_scene(tmp_path / "scene").root / "ws")


def submitted(office: Workspace, folder: Path, number: int, *cases: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    wanted = [CaseNo.parse(case) for case in cases] or None
    return make_package(office, folder, wanted, number=number)


def test_a_fork_and_what_is_older_are_refused(bureau: Workspace, office: Workspace, tmp_path: Path) -> None:
    """F26: “older than what is held, fork of the chain”: the held head must lie inside the new chain (E610)."""
    shutil.copytree(office.root, tmp_path / "twin")
    older = submitted(office, tmp_path / "p", 1)
    phone(office, CaseNo.parse(FIRST), 7)
    receive(bureau, RECEIVER, submitted(office, tmp_path / "p", 2))
    why = refused(bureau, *older)
    assert isinstance(why, ForkedChain) and "比已收的旧" in str(why) and FIRST in str(why)
    with Workspace.open(tmp_path / "twin") as twin:
        phone(twin, CaseNo.parse(FIRST), 8)
        # the household that forked is not handed over: the list of heads gives it away
        why = refused(bureau, *submitted(twin, tmp_path / "p", 3, SECOND))
        assert isinstance(why, ForkedChain) and FIRST in str(why)
        phone(twin, CaseNo.parse(FIRST), 9)
        why = refused(bureau, *submitted(twin, tmp_path / "p", 4))
        assert isinstance(why, ForkedChain) and why.code == "E610"
        assert "不相接" in str(why) and FIRST in str(why)


def test_a_household_that_vanished_is_a_fork(bureau: Workspace, office: Workspace, tmp_path: Path) -> None:
    """A household that was received and that the office names no more, not even as destroyed."""
    receive(bureau, RECEIVER, submitted(office, tmp_path / "p", 1))
    shutil.rmtree(office.archive.cases / SECOND)
    why = refused(bureau, *submitted(office, tmp_path / "p", 2, FIRST))
    assert isinstance(why, ForkedChain) and f"{SECOND}：" in str(why) and "没有这一户" in str(why)


def test_a_number_is_used_once(bureau: Workspace, office: Workspace, tmp_path: Path) -> None:
    """The same number with other contents."""
    receive(bureau, RECEIVER, submitted(office, tmp_path / "p", 1))
    phone(office, CaseNo.parse(FIRST), 7)
    (tmp_path / "q").mkdir()
    why = refused(bureau, *submitted(office, tmp_path / "q", 1))
    assert isinstance(why, ForkedChain) and "已经接收过，内容与这次的不同" in str(why)


def test_two_submissions_are_received_one_by_one(
    bureau: Workspace, office: Workspace, tmp_path: Path
) -> None:
    one, two = (submitted(office, tmp_path / "p", n) for n in (1, 2))
    assert isinstance(refused(bureau, *one, *two), UsageError)
