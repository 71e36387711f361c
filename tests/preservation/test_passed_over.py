"""The retention list asks no open file again that nobody touched; whatever was touched it reads, and says what is wrong."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from archivist.model.case import Case
from archivist.model.group_holds import HeldCases
from archivist.model.ids import CaseNo, Category
from archivist.preservation import disposal
from archivist.preservation.holds import HoldOrder, declare
from archivist.procedure.closing import deregister
from archivist.store import Archive, chain, durable_files
from archivist.workspace import Workspace
from tests.kit import BY, TODAY, make_workspace, open_household

LATE: Final = dt.date(2030, 1, 1)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Return an office."""
    with make_workspace(tmp_path) as made:
        yield made


@pytest.fixture
def case(workspace: Workspace) -> Case:
    """Return an open household."""
    return open_household(workspace)


@pytest.fixture(autouse=True)
def _long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what was just written count as written long ago; the clock is real, the waiting is not."""
    monkeypatch.setattr(durable_files.FileStamp, "is_settled", lambda *_: True)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[CaseNo]:
    """Return the files that are read from now on."""
    read, asked = Archive.read, list[CaseNo]()

    def noted(self: Archive, number: CaseNo) -> Case:
        asked.append(number)
        return read(self, number)

    monkeypatch.setattr(Archive, "read", noted)
    return asked


def unread(workspace: Workspace) -> tuple[str, ...]:
    """Return what a process that knows nothing says it could not look at."""
    chain.forget()
    return disposal.retention_list(workspace, on=LATE).unread


def flip(path: Path) -> None:
    """Turn one byte of a file over, in place, and put back the times that can be."""
    data, before = bytearray(path.read_bytes()), path.stat()
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns and path.stat().st_size == before.st_size


def cut(path: Path) -> None:
    """Leave half of a file."""
    path.chmod(0o644)
    os.truncate(path, path.stat().st_size // 2)


def test_what_nobody_touched_is_read_once(workspace: Workspace, case: Case, reads: list[CaseNo]) -> None:
    """`What was read of them is known again by their files`."""
    assert disposal.retention_list(workspace, on=LATE).rows == ()
    assert reads == [case.number]
    reads.clear()
    assert disposal.retention_list(workspace, on=LATE).unread == ()
    assert reads == []


@pytest.mark.parametrize("harm", [flip, cut, Path.unlink])
def test_damage_without_an_event_is_told(
    workspace: Workspace, case: Case, harm: Callable[[Path], object]
) -> None:
    """`Such a file is read again, and what is wrong with it told (未检)`: also where size and time of writing are as before."""
    assert unread(workspace) == ()
    harm(workspace.archive.folder(case.number) / "events" / "000001.json")
    (line,) = unread(workspace)
    assert str(case.number) in line
    assert unread(workspace) == (line,), "and it is told each time"


def test_a_folder_without_events_is_told(workspace: Workspace, case: Case) -> None:
    """`The cases that could not be read (未检), which are never silently left out`."""
    assert unread(workspace) == ()
    events = workspace.archive.folder(case.number) / "events"
    events.rename(events.with_name("elsewhere"))
    (line,) = unread(workspace)
    assert str(case.number) in line


def test_what_happens_to_a_file_is_seen(workspace: Workspace, case: Case) -> None:
    """A file that is closed has its place on the list from then on."""
    assert disposal.retention_list(workspace, on=LATE).rows == ()
    deregister(workspace, BY, case.number, on=TODAY, reason="旧档")
    (row,) = disposal.retention_list(workspace, on=LATE).rows
    assert row.case.number == case.number


@pytest.mark.usefixtures("case")
def test_a_hold_of_the_ledger_is_seen(workspace: Workspace) -> None:
    """`What one of them may be about is read`: a hold on many households is an event of none of them."""
    assert disposal.retention_list(workspace, on=LATE).rows == ()
    declare(
        workspace, BY, HoldOrder("行政诉讼", dt.date(2024, 3, 1), until="判决生效"), HeldCases(Category.DB)
    )
    (row,) = disposal.retention_list(workspace, on=LATE).rows
    assert row.holds


def test_what_is_kept_may_be_spoiled(workspace: Workspace, case: Case, reads: list[CaseNo]) -> None:
    """`Disposable and never trusted blindly`."""
    disposal.retention_list(workspace, on=LATE)
    kept = workspace.root / "index" / "passed_over.json"
    kept.write_bytes(kept.read_bytes()[:-3] + b"0}}")
    reads.clear()
    assert disposal.retention_list(workspace, on=LATE).unread == ()
    assert reads == [case.number]


@pytest.mark.skipif(sys.platform == "win32", reason="a time of change there is asked for in another way")
def test_what_was_written_this_moment_is_not_kept(
    workspace: Workspace, case: Case, reads: list[CaseNo], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`Empty where one is too new to be told by these`."""
    monkeypatch.setattr(durable_files.FileStamp, "is_settled", lambda *_: False)
    disposal.retention_list(workspace, on=LATE)
    disposal.retention_list(workspace, on=LATE)
    assert reads == [case.number] * 2
