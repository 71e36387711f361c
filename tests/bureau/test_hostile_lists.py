"""Packages whose list of entries lies: two programs would see two packages in them, or somebody would read more than there is."""

from __future__ import annotations

import os
import shutil
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.bureau import package_entries
from archivist.bureau.reception import receive
from archivist.errors import ArchivistError, FileTooLarge, PasswordNeeded, UnreadableFile
from archivist.workspace import Workspace
from tests.bureau.kit import RECEIVER, files_of, make_bureau, nothing_changes, refused, sealed, write
from tests.sampling import examples

LIST, END = b"PK\x01\x02", b"PK\x05\x06"


def in_list(at: int, form: str, value: int) -> Callable[[bytearray], bytearray]:
    """Change a field of the first entry in the list."""

    def change(data: bytearray) -> bytearray:
        struct.pack_into(form, data, data.index(LIST) + at, value)
        return data

    return change


def in_header(at: int, form: str, value: int) -> Callable[[bytearray], bytearray]:
    """Change a field of the second file's own header."""

    def change(data: bytearray) -> bytearray:
        struct.pack_into(form, data, data.index(b"PK\x03\x04", 4) + at, value)
        return data

    return change


def in_end(at: int, form: str, value: int) -> Callable[[bytearray], bytearray]:
    """Change a field of the end of the list."""

    def change(data: bytearray) -> bytearray:
        struct.pack_into(form, data, data.rindex(END) + at, value)
        return data

    return change


def between(data: bytearray) -> bytearray:
    """Put bytes between the first two files, and say where everything is now."""
    second = data.index(b"PK\x03\x04", 4)
    at, end = data.index(LIST), data.rindex(END)
    while at < end:
        name, extra, note, begin = (
            *struct.unpack_from("<3H", data, at + 28),
            *struct.unpack_from("<L", data, at + 42),
        )
        struct.pack_into("<L", data, at + 42, begin + 6 if begin else 0)
        at += 46 + name + extra + note
    struct.pack_into("<L", data, end + 16, data.index(LIST) + 6)
    data[second:second] = b"hidden"
    return data


def before_the_list(data: bytearray) -> bytearray:
    at = data.index(LIST)
    data[at:at] = b"hidden"
    struct.pack_into("<L", data, data.rindex(END) + 16, at + 6)
    return data


def two_ends(data: bytearray) -> bytearray:
    """A comment that is itself the end of an empty list: some programs look from the back, some from the front."""
    struct.pack_into("<H", data, data.rindex(END) + 20, 22)
    return data + END + bytes(18)


def with_zip64(data: bytearray) -> bytearray:
    """Put the records of ZIP64 before the end, which say something else."""
    at = data.rindex(END)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 50, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    data[at:at] = record + locator
    return data


def renamed(data: bytearray) -> bytearray:
    """Let the file's own header have another name than the list."""
    at = data.index(b"PK\x03\x04", 4)
    data[at + 30 : at + 33] = b"../"
    return data


def of_neither(data: bytearray) -> bytearray:
    """Let list and header of the first file agree on a checksum that its content has not."""
    struct.pack_into("<L", data, 14, 7)
    return in_list(16, "<L", 7)(data)


LIES: Final[dict[str, tuple[Callable[[bytearray], bytearray], type[ArchivistError], str]]] = {
    "another name": (renamed, UnreadableFile, "不一样"),
    "another checksum": (in_header(14, "<L", 1), UnreadableFile, "不一样"),
    "another length": (in_header(22, "<L", 1), UnreadableFile, "不一样"),
    "another way of packing": (in_header(8, "<H", 8), UnreadableFile, "不一样"),
    "locked in its own header": (in_header(6, "<H", 1), UnreadableFile, "不一样"),
    "no header": (in_header(0, "<L", 0), UnreadableFile, "已损坏"),
    "checksum of neither": (of_neither, UnreadableFile, "已损坏"),
    "strongly locked": (in_list(8, "<H", 0x40), PasswordNeeded, "加了密码"),
    "list locked": (in_list(8, "<H", 0x2000), PasswordNeeded, "加了密码"),
    "length behind": (in_list(8, "<H", 0x8), UnreadableFile, "长度没有写在前面"),
    "longer than the package": (in_list(24, "<L", 0xFFFF_FFFE), FileTooLarge, "展开有"),
    "as long as ZIP64 says": (in_list(24, "<L", 0xFFFF_FFFF), FileTooLarge, "展开有"),
    "begins elsewhere": (in_list(42, "<L", 1), FileTooLarge, "共用同一段"),
    "begins beyond": (in_list(42, "<L", 0xFFFF_FFFF), UnreadableFile, "目录没有列出的内容"),
    "on another disk": (in_list(34, "<H", 1), UnreadableFile, "在另一卷"),
    "between two files": (between, UnreadableFile, "目录没有列出的内容"),
    "before the list": (before_the_list, UnreadableFile, "目录没有列出的内容"),
    "before everything": (lambda data: bytearray(b"#!/bin/sh\n") + data, UnreadableFile, "位置、长度与文件不符"),
    "behind everything": (lambda data: data + b"more", UnreadableFile, "末尾有注释或多余的内容"),
    "a comment": (lambda data: in_end(20, "<H", 4)(data) + b"more", UnreadableFile, "末尾有注释或多余的内容"),
    "two ends": (two_ends, UnreadableFile, "位置、长度与文件不符"),
    "cut": (lambda data: data[:-30], UnreadableFile, "不是 ZIP 包"),
    "ZIP64": (with_zip64, UnreadableFile, "位置、长度与文件不符"),
    "more than there are": (lambda data: in_end(8, "<L", 50_000 << 16 | 50_000)(data), UnreadableFile, "目录已损坏"),
    "fewer than there are": (lambda data: in_end(8, "<L", 1 << 16 | 1)(data), UnreadableFile, "项数与所写的不符"),
    "none": (lambda data: in_end(8, "<L", 0)(data), UnreadableFile, "项数与所写的不符"),
    "very many": (in_end(8, "<L", 0xFFFF_FFFF), FileTooLarge, "超过上限 60000 项"),
    "parts of a ZIP": (in_end(4, "<H", 1), UnreadableFile, "分卷"),
    "a list as long as the disk": (in_end(12, "<L", 0xFFFF_FF00), UnreadableFile, "位置、长度与文件不符"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_list_that_lies_is_refused(bureau: Workspace, good: Path, tmp_path: Path, lie: str) -> None:
    """F26: “each refused with its own words; nothing written outside .work”, of what no honest program packs."""
    change, error, words = LIES[lie]
    (tmp_path / "包.zip").write_bytes(change(bytearray(good.read_bytes())))
    why = refused(bureau, tmp_path / "包.zip")
    assert type(why) is error and words in str(why), str(why)


@settings(max_examples=examples(8, 300))
@given(st.data())
def test_a_spoiled_list_is_never_received(
    good: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever the list says, it is refused or what is received is whole: never an error of the program's own."""
    folder = tmp_path_factory.mktemp("spoiled")
    content = bytearray(good.read_bytes())
    begin = content.index(LIST)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(begin, len(content) - 4))
        struct.pack_into(
            "<L", content, at, data.draw(st.sampled_from((0, 1, 0xFFFF, 0xFFFF_FFFF, 0x7FFF_FFFF)))
        )
    (folder / "包.zip").write_bytes(content)
    with make_bureau(folder / "bureau") as bureau:
        try:
            done = receive(bureau, RECEIVER, [folder / "包.zip"])
        except ArchivistError as why:
            assert why.code != "E700"
            assert bureau.archive.case_numbers() == [] and not any(bureau.archive.work.iterdir())
        else:  # what no reader looks at: dates, hints of the system
            assert len(done.receipt.accepted) == 3 and not done.receipt.returned
    shutil.rmtree(folder)


def test_little_is_read_of_a_list_without_end(bureau: Workspace, tmp_path: Path) -> None:
    """Bounded memory: a list of half a million entries is refused by its length, or by how many it says there are."""
    one = struct.pack("<4s6H3L5H2L", LIST, 20, 20, 0x800, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 500_000
    for said in (count & 0xFFFF, 3):
        end = struct.pack("<4s4H2LH", END, 0, 0, said, said, len(one) * count, 0, 0)
        (tmp_path / "包.zip").write_bytes(one * count + end)
        tracemalloc.start()
        try:
            why = refused(bureau, tmp_path / "包.zip")
            assert tracemalloc.get_traced_memory()[1] < 100 << 20
        finally:
            tracemalloc.stop()
        assert isinstance(why, UnreadableFile | FileTooLarge)


def test_a_list_that_is_too_long_is_not_read(
    bureau: Workspace, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cap on the list's own length."""
    monkeypatch.setattr(package_entries, "MOST_LIST", 100)
    assert "目录有" in str(refused(bureau, good))


def test_a_large_file_is_not_held_in_memory(bureau: Workspace, good: Path, tmp_path: Path) -> None:
    """Bounded memory: what a file holds passes through piece by piece."""
    folder, files = files_of(good)
    path = write(tmp_path / "包.zip", folder, sealed({**files, "data/large": bytes(96 << 20)}))
    del files
    tracemalloc.start()
    try:
        with nothing_changes(bureau.root), pytest.raises(ArchivistError, match="data/large 不该在报送包里"):
            receive(bureau, RECEIVER, [path])
        assert tracemalloc.get_traced_memory()[1] < 48 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_no_package(bureau: Workspace, tmp_path: Path) -> None:
    """Nobody waits for what somebody may write into it."""
    os.mkfifo(tmp_path / "包.zip")
    with nothing_changes(bureau.root), pytest.raises(UnreadableFile, match="不是普通文件"):
        receive(bureau, RECEIVER, [tmp_path / "包.zip"])
