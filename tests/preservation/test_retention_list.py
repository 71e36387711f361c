"""The retention list reads what may be on it and what was written to; “the cases that could not be read (未检), which are never silently left out”."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.group_holds import HeldCases
from archivist.model.ids import CaseNo
from archivist.preservation.disposal import retention_list
from archivist.preservation.holds import declare
from archivist.procedure.cases import change_facts
from archivist.procedure.closing import deregister
from archivist.store.archive import Archive
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import make_id
from tests.preservation.test_holds import LAWSUIT

ON = dt.date(2025, 1, 2)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def cases(workspace: Workspace) -> list[Case]:
    """Four open households and a closed one, of all of which the index knows how they stand."""
    made = [
        open_household(
            workspace, parse_facts({"applicant": {"name": name, "id_number": make_id("19620305", f"{n}1")}})
        )
        for n, name in enumerate(("王秀兰", "李凤英", "陈桂芬", "孙立民", "赵小云"), 10)
    ]
    change_facts(workspace, BY, made[1].number, [("applicant.phone", "13820001234")])
    deregister(workspace, BY, made[-1].number, on=dt.date(2024, 3, 8), reason="自愿退出")
    retention_list(workspace, on=ON)
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[CaseNo]:
    """Return what is read of the archive from now on."""
    seen: list[CaseNo] = []
    really = Archive.read

    def counted(archive: Archive, number: CaseNo) -> Case:
        seen.append(number)
        return really(archive, number)

    monkeypatch.setattr(Archive, "read", counted)
    return seen


def test_open_files_that_go_on_are_not_read(
    workspace: Workspace, cases: list[Case], read: list[CaseNo]
) -> None:
    found = retention_list(workspace, on=ON)
    assert [row.case.number for row in found.rows] == read == [cases[-1].number]
    assert not found.unread


@pytest.mark.parametrize("how", ["rewritten", "dated back", "cut", "gone", "one more"])
def test_a_file_that_was_written_to_is_read_again(workspace: Workspace, cases: list[Case], how: str) -> None:
    """However somebody writes to its events; of the same size and dated back the time of the last change tells (Linux)."""
    events = workspace.archive.folder(cases[1].number) / "events"
    first = events / "000001.json"
    before, kept = first.stat(), first.read_bytes()
    if how != "one more":
        first.chmod(0o644)
    match how:
        case "rewritten":
            first.write_text("{}", encoding="utf-8")
        case "dated back":
            if os.name == "nt":
                pytest.skip("Windows has no time of the last change that nobody sets back")
            first.write_bytes(kept.replace("李凤英".encode(), "李凤美".encode()))
            os.utime(first, ns=(before.st_atime_ns, before.st_mtime_ns))
            assert first.stat().st_size == before.st_size
        case "cut":
            first.write_bytes(kept[:-9])
        case "gone":
            first.unlink()
        case "one more":
            (events / "000003.json").write_bytes(kept)
    found = retention_list(workspace, on=ON)
    assert [row.case.number for row in found.rows] == [cases[-1].number]
    (line,) = found.unread
    assert str(cases[1].number) in line


def test_a_file_that_is_gone_is_named(workspace: Workspace, cases: list[Case]) -> None:
    workspace.archive.folder(cases[2].number).rename(workspace.root / "away")
    (line,) = retention_list(workspace, on=ON).unread
    assert str(cases[2].number) in line


def test_what_a_group_hold_may_bind_is_read(
    workspace: Workspace, cases: list[Case], read: list[CaseNo]
) -> None:

    declare(workspace, BY, LAWSUIT, HeldCases(numbers=(str(cases[0].number),)))
    read.clear()
    found = retention_list(workspace, on=ON)
    assert {row.case.number for row in found.rows} == {*read} == {cases[0].number, cases[-1].number}


def test_where_the_index_cannot_tell_every_file_is_read(
    workspace: Workspace, cases: list[Case], read: list[CaseNo]
) -> None:
    """“Where the program cannot know, it says so”, and here it can: the files themselves say it."""
    (workspace.root / "index" / "CURRENT").write_text("000099\n", encoding="ascii")
    with Workspace.open(workspace.root) as anew:
        found = retention_list(anew, on=ON)
    assert [row.case.number for row in found.rows] == [cases[-1].number]
    assert {case.number for case in cases} <= {*read}
