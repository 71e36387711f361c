"""「unreadable things are filed too when folder and file name or a person say whose and what」."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archivist.ingest.batches import take_in
from archivist.ingest.by_hand import assign, file_by_hand
from archivist.ingest.filing import Filed, NeedsReview, prepare
from archivist.ingest.matching.evidence import Reason
from archivist.model.record import Record
from archivist.reading.reader_process import Reader
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.reading import files
from tests.reading.files import PATIENT
from tests.reading.test_formats_table import RECORDINGS, wav
from tests.reading.test_formats_unpacking import packed

DRAWING = b"AC1032" + bytes(range(256)) * 4
"""As a drawing program writes it: nothing this program knows."""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(PATIENT) as one:
        yield one


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        yield made


def the_folder(workspace: Workspace) -> str:
    (number,) = workspace.archive.case_numbers()
    return next(p.name for p in workspace.archive.inbox.iterdir() if p.name.startswith(str(number)))


def drop(
    workspace: Workspace, reader: Reader, name: str, make: Callable[[Path], object]
) -> Filed | NeedsReview:
    path = workspace.archive.inbox / name
    make(path)
    done = take_in(workspace, BY, prepare(path, name, reader))
    assert isinstance(done, Filed | NeedsReview)
    assert not path.exists()
    return done


def the_record(workspace: Workspace) -> Record:
    (number,) = workspace.archive.case_numbers()
    (record,) = workspace.archive.read(number).records.values()
    return record


def payload(workspace: Workspace) -> Path:
    (number,) = workspace.archive.case_numbers()
    record = the_record(workspace)
    (file,) = (f.path for f in record.files if f.path.startswith("data/"))
    return workspace.archive.folder(number) / file


def written(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


UNREAD = {
    "a drawing": (".dwg", written(DRAWING), "内容无法识别"),
    "slides": (
        ".odp",
        written(packed(("[Content_Types].xml", b"<Types/>"), ("ppt/presentation.xml", b"<x/>"))),
        "演示文稿",
    ),
    "a film": (".mp4", RECORDINGS["mp4"][1], "没有文字"),
    "a call": (".amr", RECORDINGS["amr"][1], "没有文字"),
    "a sound": (".wav", wav, "没有文字"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_folder_and_name_say_whose_and_what(workspace: Workspace, reader: Reader, name: str) -> None:
    """The bytes and their extension are kept; the record says that nobody has read it, and why."""
    suffix, make, why = UNREAD[name]
    done = drop(workspace, reader, f"{the_folder(workspace)}/收入证明{suffix}", make)
    assert isinstance(done, Filed)
    record = the_record(workspace)
    assert record.data["read"] is False
    assert why in record.data["unread"]
    assert payload(workspace).suffix == suffix
    make(workspace.root / f"again{suffix}")
    assert payload(workspace).read_bytes() == (workspace.root / f"again{suffix}").read_bytes()


@pytest.mark.parametrize("name", ["收入证明.dwg", "{folder}/扫描0001.dwg", "{folder}/收入证明与诊断证明.dwg"])
def test_one_of_them_alone_is_not_enough(workspace: Workspace, reader: Reader, name: str) -> None:
    """No folder, no type in the name, two types in the name."""
    done = drop(workspace, reader, name.format(folder=the_folder(workspace)), written(DRAWING))
    assert isinstance(done, NeedsReview)
    assert (done.reason, done.message) == (Reason.UNREADABLE.value, "内容无法识别，不是文档也不是图片")


BROKEN: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "cut short": (
        ".pdf",
        lambda path: path.write_bytes(files.text_pdf(path, "申请书").read_bytes()[:400]),
        "",
    ),
    "a film cut short": (
        ".mp4",
        lambda path: (RECORDINGS["mp4"][1](path), path.write_bytes(path.read_bytes()[:-9])),
        "不完整",
    ),
    "zeros": (".dat", written(bytes(5000)), "全是零"),
    "empty": (".pdf", written(b""), "空的"),
    "locked": (".pdf", files.encrypted_pdf, "密码"),
    "packed": (".zip", written(packed(("a.txt", b"1"), ("b.txt", b"2"))), "ZIP"),
    "locked Office": (".docx", written(files.locked_office()), "密码"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_or_locked_waits_all_the_same(workspace: Workspace, reader: Reader, name: str) -> None:
    """「Truncated/incomplete files must not be filed that way by themselves」, nor what asks for a password or holds others."""
    suffix, make, why = BROKEN[name]
    folder = the_folder(workspace)
    path = workspace.archive.inbox / folder / f"收入证明{suffix}"
    make(path)
    for left in path.parent.glob("*.plain.pdf"):
        left.unlink()
    done = take_in(workspace, BY, prepare(path, f"{folder}/{path.name}", reader))
    assert not isinstance(done, Filed)
    if isinstance(done, NeedsReview):
        assert done.reason == Reason.UNREADABLE.value and why in done.message
    (number,) = workspace.archive.case_numbers()
    assert not workspace.archive.read(number).records


def test_a_person_says_whose_and_what(workspace: Workspace, reader: Reader) -> None:
    (number,) = workspace.archive.case_numbers()
    document = workspace.catalogue.get("收入证明")
    done = drop(workspace, reader, "扫描.dwg", written(DRAWING))
    assert isinstance(done, NeedsReview)
    item = workspace.archive.tray.get(done.item)
    assign(workspace, BY, item, number, document)
    assert (the_record(workspace).data["read"], payload(workspace).suffix) == (False, ".dwg")


def test_a_person_files_it_by_hand(workspace: Workspace, reader: Reader, tmp_path: Path) -> None:
    (number,) = workspace.archive.case_numbers()
    path = tmp_path / "图.dwg"
    path.write_bytes(DRAWING)
    file_by_hand(workspace, BY, number, path, reader, workspace.catalogue.get("收入证明"))
    assert (the_record(workspace).data["read"], payload(workspace).read_bytes()) == (False, DRAWING)


def test_what_was_read_says_nothing_of_it(workspace: Workspace, reader: Reader) -> None:
    drop(workspace, reader, f"{the_folder(workspace)}/收入证明.txt", written("收入证明\n月收入".encode()))
    assert "read" not in the_record(workspace).data
