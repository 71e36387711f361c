"""Backup and restoration killed, or refused by the disk, at any call: a generation is whole or none, a restoration goes on.

Promise: "atomic (``.part`` until whole), every restore kill-proof through the store".
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from archivist.errors import ArchivistError
from archivist.model.event import Op
from archivist.preservation import backup_check, generations
from archivist.preservation.backup import back_up
from archivist.preservation.restore import restore
from archivist.preservation.restore_all import restore_all
from archivist.preservation.verification import verify
from archivist.store import Archive, chain
from tests.conftest import Counted
from tests.faults.office import WANG, clear, lay, opened
from tests.faults.power import Crash, Disk, crashes, fsyncs, operations, state, told, without
from tests.faults.power import Op as Step
from tests.faults.shim import (
    DONE,
    INTERRUPTED,
    REFUSED,
    TOLERATED,
    Ack,
    Done,
    Fail,
    Interrupt,
    Kill,
    NoFault,
    strike,
)
from tests.faults.truth import Broken, entered, look, must
from tests.kit import BY
from tests.sampling import sample

DEST: Final = "盘"


def _back_up(root: Path) -> Callable[[Ack], None]:
    def action(ack: Ack) -> None:
        with opened(root / "工作区") as workspace:
            made = back_up(workspace, BY, root / DEST)
            ack(made.generation.folder.name)

    return action


@pytest.fixture
def site(base: Path, scratch: Path) -> Path:
    """A workspace beside a folder for its backups, in which one generation is already."""
    root = scratch / "copies"
    clear(str(root))
    (root / DEST).mkdir(parents=True)
    lay(base, root / "工作区")
    _back_up(root)(lambda _: None)
    return root


def again(site: Path, work: Path) -> None:
    clear(str(work))
    shutil.copytree(site, work)


def _but_backups(archive: Archive) -> tuple[object, ...]:
    """Return all there is but what the ledger says of backups."""
    said = [what for what in entered(archive) if what[0] != Op.BACKUP_MADE.value]
    return (*look(archive).picture[:-1], said)


def whole_or_none(work: Path, told: int) -> None:
    """What counts as a generation is whole; what was told is there; the next backup works and leaves nothing half."""
    found = generations.listed(work / DEST)
    must(len(found) >= 1 + told, "a generation that was told of is not there")
    for folder in found:
        findings = backup_check.check(folder, processes=1).findings
        must(not findings, f"{folder.name}: {findings}")
    with opened(work / "工作区") as workspace:
        before = _but_backups(workspace.archive)
        back_up(workspace, BY, work / DEST)
        must(_but_backups(workspace.archive) == before, "a backup changed the archive")
        known = [e.data["generation"] for e in workspace.archive.ledger_events() if e.op is Op.BACKUP_MADE]
    names = {p.name for p in (work / DEST).iterdir() if not p.name.startswith(".")}
    must(names == {p.name for p in generations.listed(work / DEST)}, f"left behind: {names}")
    must(set(known) <= names, "the ledger knows of a generation that is not there")


@pytest.mark.parametrize("under", [DEST, "工作区/archive"])
def test_a_backup_killed_at_any_call(site: Path, scratch: Path, under: str, counted: Counted) -> None:
    work = scratch / "copies struck"
    again(site, work)
    calls = strike(work, _back_up(work), NoFault(), under=under).calls
    points = sample(range(1, calls + 1), 1 / 12, f"kills of a backup below {under}", ends=True)
    for n in points:
        again(site, work)
        ended = strike(work, _back_up(work), Kill(n), under=under)
        whole_or_none(work, len(ended.acks))
    counted("backup", "kill points", len(points))


def test_a_backup_on_a_full_or_failing_medium(site: Path, scratch: Path, counted: Counted) -> None:
    work = scratch / "copies struck"
    again(site, work)
    calls = strike(work, _back_up(work), NoFault(), under=DEST).calls
    points = sample(range(1, calls + 1), 1 / 12, "failures of the medium of a backup", ends=True)
    for n in points:
        for fault in (Fail(n, errno.ENOSPC, sticky=True), Fail(n, errno.EIO), Interrupt(n)):
            again(site, work)
            ended = strike(work, _back_up(work), fault, under=DEST)
            assert ended.how in (REFUSED, TOLERATED, INTERRUPTED), (fault, ended.error)
            whole_or_none(work, len(ended.acks))
    counted("backup", "ENOSPC, EIO and Ctrl-C", 3 * len(points))


def _recorded(site: Path, work: Path) -> tuple[Done, ...]:
    again(site, work)
    ended = strike(work, _back_up(work), NoFault(), under=DEST, record=True)
    assert ended.how == DONE, ended.error
    return ended.log


def _out_of_power(site: Path, work: Path, disk: Disk, ops: list[Step], crash: Crash) -> None:
    again(site, work)
    state(disk, ops, crash).write_out(work, DEST)
    whole_or_none(work, told(ops, crash))


def test_a_backup_out_of_power(site: Path, scratch: Path, counted: Counted) -> None:
    """A generation that was told of is whole, whenever the power goes; any other is whole or none."""
    work = scratch / "copies struck"
    disk, ops = operations(Disk.of(site, DEST), _recorded(site, work))
    points = sample(crashes(ops), 1 / 400, "power loss in a backup")
    for crash in points:
        _out_of_power(site, work, disk, ops, crash)
    counted("backup", "power-loss states", len(points))


def test_every_fsync_of_a_backup_is_needed(site: Path, scratch: Path, counted: Counted) -> None:
    """“every fsync mutant caught”: without one of them a generation that counts is not whole in some state."""
    work = scratch / "copies struck"
    log = _recorded(site, work)
    taken = sample(fsyncs(log), 1 / 4, "fsyncs of a backup")
    for n in taken:
        disk, ops = operations(Disk.of(site, DEST), without(log, n))
        late_first = sorted(crashes(ops), key=lambda crash: crash.after, reverse=True)
        assert any(_harms(site, work, disk, ops, crash) for crash in late_first), f"{log[n].path} {log[n].by}"
    counted("backup", "fsyncs taken away", len(taken))


def _harms(site: Path, work: Path, disk: Disk, ops: list[Step], crash: Crash) -> bool:
    try:
        _out_of_power(site, work, disk, ops, crash)
    except (Broken, ArchivistError, OSError):
        return True
    return False


def _damage(folder: Path) -> None:
    """An edited event, a cut tail, a changed paper and a text that is gone."""
    events = sorted((folder / "events").iterdir())
    edited = events[0].read_bytes().replace("林经办".encode(), "某某某".encode())
    events[0].unlink()  # it is a link to the file that other tests use
    events[0].write_bytes(edited)
    events[-1].unlink()
    paper = next(p for p in (folder / "data").rglob("*") if p.is_file())
    content = paper.read_bytes()
    paper.unlink()
    paper.write_bytes(content[:-1] + b"x")
    for path in (folder / "text").glob("*.txt"):
        path.unlink()


@pytest.mark.parametrize("what", ["damaged", "gone", "all"])
def test_a_restoration_killed_at_any_call(site: Path, scratch: Path, what: str, counted: Counted) -> None:
    """Killed, the same command goes on: the case is as it was, and nothing that was replaced is lost."""
    work = scratch / "copies struck"
    with opened(site / "工作区") as workspace:
        head = workspace.archive.head(WANG)
    folder = site / "工作区/archive/cases" / str(WANG)
    if what == "damaged":
        _damage(folder)
    else:
        shutil.rmtree(folder)
    if what == "all":  # and what stands in no bag
        (site / "工作区/archive/FORMAT").unlink()
        (site / "工作区/archive/FORMAT").write_bytes(b"archivist")

    def action(ack: Ack) -> None:
        with opened(work / "工作区") as workspace:
            if what == "all":
                done = restore_all(workspace, BY, generations.newest(work / DEST))
                ack(repr((done.refused, done.left)))
                return
            ack(repr(restore(workspace, BY, WANG, work / DEST).left))

    again(site, work)
    calls = strike(work, action, NoFault(), under="工作区/archive").calls
    points = sample(range(1, calls + 1), 1 / 6, f"kills of a restoration, {what}", ends=True)
    for n in points:
        again(site, work)
        strike(work, action, Kill(n), under="工作区/archive")
        ended = strike(work, action, NoFault(), under="工作区/archive")
        assert ended.how == DONE, (n, ended.error)
        with opened(work / "工作区") as workspace:
            must(workspace.archive.head(WANG) == head, f"killed at {n}: another head")
            must(not workspace.archive.alarms.numbers(), f"killed at {n}: still read-only")
            must(not verify(workspace, BY).findings, f"killed at {n}: not whole")
            must(not any(workspace.archive.work.iterdir()), f"killed at {n}: .work is not empty")
        assert chain.read(work / "工作区/archive/cases" / str(WANG)).head == head[1]
    counted("restore", "kill points", len(points))
