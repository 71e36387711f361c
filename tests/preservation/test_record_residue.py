"""After a record was taken out: what still holds it is listed until two people say, on record, that it is cleared; never against what is seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api import expunging as api
from archivist.api import ledger
from archivist.disposal_errors import ResidueLeft, TwoPersonsNeeded
from archivist.errors import InvalidValue, RecordNotFound, UsageError
from archivist.model.event import Op
from archivist.model.expunged_records import ExpungeReason
from archivist.model.ids import CaseNo
from archivist.preservation import backup
from archivist.preservation.expunging import expunge
from archivist.preservation.record_residue import ExpungedResidue, clear, residue
from archivist.workspace import Workspace
from tests.ingest.test_refiling import file, wrong
from tests.kit import BY
from tests.preservation.test_expunging import FIRST, SECOND, out, sound, workspace

__all__ = ["workspace"]
TWO = ("赵主任", "钱管理")
LATER = dataclasses.replace(BY, time=BY.time + dt.timedelta(days=1))
MEDIUM = "备份：备份盘-2"
COPY = "outbox/退回/副本.txt"


@pytest.fixture
def taken_out(workspace: Workspace) -> Iterator[tuple[Workspace, CaseNo, Path]]:
    """A record that was taken out after two backups and a copy of it in the outbox; one more backup was made since."""
    number, disk = wrong(workspace), workspace.root.parent / "备份盘"
    disk.mkdir()
    (entry,) = workspace.archive.read(number).records[FIRST].files
    for path in workspace.archive.inbox.glob("*.txt"):
        path.unlink()
    copy = workspace.archive.root / COPY
    copy.parent.mkdir(parents=True)
    shutil.copy(workspace.archive.folder(number) / entry.path, copy)
    backup.back_up(workspace, BY, disk, label="备份盘-2")
    out(workspace)
    for path in workspace.archive.inbox.glob("*.txt"):
        path.unlink()
    other = workspace.root.parent / "新盘"
    other.mkdir()
    backup.back_up(workspace, LATER, other, label="备份盘-3")
    yield workspace, number, copy


def places(found: ExpungedResidue) -> set[str]:
    return {one.place for one in found.left}


def said(workspace: Workspace) -> list[tuple[str, str]]:
    events = workspace.archive.ledger_events(Op.RECORD_RESIDUE_CLEARED)
    return [(event.data["place"], event.reason) for event in events]


def test_copies_made_before_are_listed_until_two_say_they_are_cleared(
    taken_out: tuple[Workspace, CaseNo, Path],
) -> None:
    """A recorded act: place, two people, how; what was copied after the record was out is no residue of it."""
    workspace, number, copy = taken_out
    assert places(residue(workspace, number, FIRST)) == {MEDIUM, f"本机：{COPY}"}
    found = clear(workspace, LATER, number, FIRST, "备份盘-2", TWO, "介质已销毁")
    assert places(found) == {f"本机：{COPY}"} and [one.place for one in found.cleared] == [MEDIUM]
    assert said(workspace) == [(MEDIUM, "介质已销毁")]
    copy.unlink()
    again = residue(workspace, number, FIRST)
    assert again.left == () and again.cleared[0].by == TWO
    (entry,) = (
        e.event for e in ledger.ledger_entries(workspace).entries if e.event.op == "record_residue_cleared"
    )
    assert entry.text == f"{number} 第 0001 件：{MEDIUM}，赵主任、钱管理"
    sound(workspace)


def test_it_is_not_said_to_be_clear_while_it_is_seen(taken_out: tuple[Workspace, CaseNo, Path]) -> None:
    """E609: the very bytes lie in the outbox; nothing is written. One said to be clear that comes back is residue again."""
    workspace, number, copy = taken_out
    with pytest.raises(ResidueLeft, match="还在"):
        clear(workspace, LATER, number, FIRST, COPY, TWO, "已删去")
    assert said(workspace) == [] and copy.exists()
    volume = workspace.archive.outbox / f"全卷 {number}.pdf"
    volume.write_bytes(b"%PDF-1.7")
    found = clear(workspace, LATER, number, FIRST, f"outbox/{volume.name}", TWO, "重做过，不含这一件")
    assert f"本机：outbox/{volume.name}" not in places(found)
    shutil.copy(copy, volume)
    assert f"本机：outbox/{volume.name}" in places(residue(workspace, number, FIRST))


def test_who_may_not_say_so_and_what_is_not_there(taken_out: tuple[Workspace, CaseNo, Path]) -> None:
    """Two of the office, a reason, a place that is left, a record that was taken out: anything else writes nothing."""
    workspace, number, _ = taken_out
    for names in ((), ("赵主任",), ("赵主任", "赵主任"), ("赵主任", "外人")):
        with pytest.raises(TwoPersonsNeeded):
            clear(workspace, LATER, number, FIRST, MEDIUM, names, "介质已销毁")
    with pytest.raises(InvalidValue, match="--reason"):
        clear(workspace, LATER, number, FIRST, MEDIUM, TWO, "  ")
    for place in ("备份盘-3", "备份盘", ""):
        with pytest.raises(UsageError, match="残留中没有"):
            clear(workspace, LATER, number, FIRST, place, TWO, "介质已销毁")
    with pytest.raises(RecordNotFound, match="不是已剔除的件"):
        residue(workspace, number, SECOND)
    assert said(workspace) == []


def test_what_is_cleared_of_one_record_is_not_of_another(taken_out: tuple[Workspace, CaseNo, Path]) -> None:
    workspace, number, _ = taken_out
    clear(workspace, LATER, number, FIRST, MEDIUM, TWO, "介质已销毁")
    paper = file(workspace, number, "另一份审批.txt", "同意剔除第 2 件", "other").no
    expunge(workspace, LATER, number, SECOND, ExpungeReason.BY_LAW, people=TWO, paper=lambda _: paper)
    assert MEDIUM in places(residue(workspace, number, SECOND))


def test_the_use_case_tells_places_and_words(taken_out: tuple[Workspace, CaseNo, Path]) -> None:
    workspace, number, _ = taken_out
    found = api.residue(workspace, str(number), "1")
    assert {(one.place, one.seen) for one in found.left} == {(MEDIUM, False), (f"本机：{COPY}", True)}
    assert found.words.startswith("已剔除（")
    done = api.clear_residue(workspace, LATER, str(number), "1", MEDIUM, names=TWO, reason="介质已销毁")
    assert [one.place for one in done.cleared] == [MEDIUM]
