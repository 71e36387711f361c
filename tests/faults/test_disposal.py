"""A batch of disposals struck at any call: each row is done or whole, none twice, and a lock over the batch would show.

Promise: "power cut with 500 rows, 200 done; EIO at any call in row 200 (lock per row): resume does 300, none twice."
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from archivist.errors import WriteFailed
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.preservation import disposal_execution
from archivist.preservation.disposal_batches import batches
from archivist.preservation.disposal_execution import execute
from archivist.store import Archive, Draft, durable_files
from tests.conftest import Counted
from tests.faults.office import SENTENCE, lay, opened
from tests.faults.shim import DONE, Ack, Fail, FailDone, Interrupt, Kill, NoFault, strike
from tests.faults.truth import Broken, destroyed, must, start, whole
from tests.preservation.disposals import KEEPER, READY, WITNESSES, close_one_of_many, destroy, office, ready
from tests.sampling import examples, sample

ROWS: Final = 3
NUMBERS: Final = [CaseNo.parse(f"TJHQ-DB-2024-{n:06d}") for n in range(1, ROWS + 1)]


@pytest.fixture(scope="module")
def approved(scratch: Path) -> Iterator[Path]:
    """An office with a batch of three files whose waiting period is over."""
    root = scratch / "disposal"
    with office(root, ROWS) as workspace:
        ready(workspace)
    yield root


def carry_out(root: Path) -> Callable[[Ack], None]:
    def action(ack: Ack) -> None:
        with opened(root) as workspace:
            (batch,) = batches(workspace.archive).values()
            destroy(workspace, batch)
            ack("executed")

    return action


def judged(root: Path, told: int) -> None:
    """Check what a fault and the next start left; then go on, and check that all is done once."""
    archive = start(root)
    said = destroyed(archive)
    must(len(said) == len({*said}), f"destroyed twice: {said}")
    for number in NUMBERS:
        there = (archive.cases / str(number)).exists()
        must(there == (number not in archive.tombstones()), f"{number} is neither whole nor destroyed")
        if there:
            whole(archive.cases / str(number))
    for folder in archive.ledger_folders():
        whole(folder)
    must(not list(archive.work.iterdir()), ".work/ is not empty")
    with opened(root) as workspace:
        (batch,) = batches(workspace.archive).values()
        must(not told or batch.state == "executed", "it was acknowledged and is not done")
        if batch.state != "executed":
            done = execute(workspace, READY, batch.id, witnesses=WITNESSES)
            must(not done.left, f"{done.left} left the batch")
        said = destroyed(workspace.archive)
        must([case for op, case in said if op == "case_destroyed"] == [*map(str, NUMBERS)], f"{said}")
        must(not workspace.index.cases() and not workspace.index.drift(), "the index knows them")


def test_a_batch_struck_at_any_call(approved: Path, scratch: Path, counted: Counted) -> None:
    """Killed, EIO, done but reported failed, Ctrl-C: every row is as it was or destroyed with both events."""
    work = scratch / "disposing"
    lay(approved, work)
    calls = strike(work, carry_out(work), NoFault()).calls
    struck = 0
    for n in sample(range(1, calls + 1), 1 / 12, "calls of a batch of disposals", ends=True):
        for fault in (Kill(n), Fail(n, errno.EIO), FailDone(n, errno.EIO), Interrupt(n))[n % 2 :: 2]:
            lay(approved, work)
            ended = strike(work, carry_out(work), fault)
            try:
                judged(work, len(ended.acks))
            except Exception as broken:
                raise Broken(f"{fault}: {type(broken).__name__}: {broken}") from broken
            struck += 1
    counted("a batch of disposals", "faults", struck)


MANY: Final = (10, 500)
"""Rows of a long list, in a short run and in a long one; two fifths of them are done when it is broken off."""


def few(calls: range) -> list[int]:
    """Return some of the calls of a row; all of them are struck where there are three rows."""
    return [calls[n] for n in (0, len(calls) // 3, len(calls) // 2, -2)]


def test_a_long_batch_broken_off_in_a_row(scratch: Path, counted: Counted) -> None:
    """F08: “500 rows, 200 done; EIO at any call in row 200 (lock per row): resume does 300, none twice; 销毁清册 counts 500”."""
    rows = examples(*MANY)
    done = rows * 2 // 5
    ready_office, work = scratch / "long batch", scratch / "long batch struck"
    with office(ready_office, 0) as workspace:
        for n in range(rows):
            close_one_of_many(workspace, n)
        ready(workspace)

    def until(row: int) -> Callable[[Ack], None]:
        def step(at: int, _: int) -> None:
            if at == row:
                raise KeyboardInterrupt

        def action(_: Ack) -> None:
            with opened(work) as workspace:
                (batch,) = batches(workspace.archive).values()
                execute(workspace, READY, batch.id, witnesses=WITNESSES, step=step)

        return action

    ends = []
    for row in (done, done + 1):
        lay(ready_office, work)
        ends.append(strike(work, until(row), NoFault()).calls)
    struck = 0
    for n in few(range(ends[0] + 1, ends[1] + 1)):
        for fault in (Kill(n), Fail(n, errno.EIO)):
            lay(ready_office, work)
            strike(work, until(-1), fault)
            before = len(start(work).tombstones())
            must(before in (done, done + 1), f"{fault}: {before} are destroyed")
            with opened(work) as workspace:
                (batch,) = batches(workspace.archive).values()
                resumed = execute(workspace, READY, batch.id, witnesses=WITNESSES)
                must(
                    not resumed.left and len(resumed.now) == rows - before,
                    f"{fault}: {len(resumed.now)} done",
                )
                said = [case for op, case in destroyed(workspace.archive) if op == "case_destroyed"]
                must(len(said) == len({*said}) == rows, f"{fault}: {len(said)} said")
                (end,) = workspace.archive.ledger_events(Op.DISPOSAL_EXECUTED)
                must(len(end.data["destroyed"]) == rows, f"{fault}: the list counts {end.data['destroyed']}")
            struck += 1
    counted("a long batch of disposals", f"faults in a row of {rows}", struck)


# ── broken on purpose ────────────────────────────────────────────────────────────────────────────────────
def _first_that_hurts(approved: Path, work: Path, action: Callable[[Path], Callable[[Ack], None]]) -> str:
    lay(approved, work)
    calls = strike(work, action(work), NoFault()).calls
    for n in range(1, calls + 1):
        lay(approved, work)
        ended = strike(work, action(work), Fail(n, errno.EIO))
        try:
            judged(work, len(ended.acks))
        except Exception as broken:
            return str(broken) or type(broken).__name__
    return ""


def test_one_lock_over_the_batch_fails_loudly(approved: Path, scratch: Path) -> None:
    """One lock over the batch: a row's error, caught inside, leaves its destruction to nobody.

    The ledger takes nothing then, so that the batch stops there; without that it would go on over a case half gone.
    """

    def batch(root: Path) -> Callable[[Ack], None]:
        def action(ack: Ack) -> None:
            with opened(root) as workspace, workspace.archive.writing("批"):
                for number in NUMBERS:
                    with suppress(WriteFailed):
                        archive, stamp = workspace.archive, workspace.stamp(READY)
                        archive.destroy(number, archive.chain(number).head, lambda _: SENTENCE, stamp)
            ack("executed")

        return action

    assert _first_that_hurts(approved, scratch / "one-lock", batch)


def test_a_head_that_is_not_compared_fails_loudly(
    approved: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Head not compared: a fact that came after the approval is destroyed unseen."""
    assert _destroyed_though_changed(approved, scratch) == []
    real = Archive.destroy
    monkeypatch.setattr(
        Archive,
        "destroy",
        lambda self, number, _, confirm, stamp: real(self, number, self.chain(number).head, confirm, stamp),
    )
    assert _destroyed_though_changed(approved, scratch) == [NUMBERS[0]]


def _destroyed_though_changed(approved: Path, scratch: Path) -> list[CaseNo]:
    work = scratch / "changed"
    lay(approved, work)
    with opened(work) as workspace:
        said = {"until": "2028-03-01", "appraisers": ["甲鉴定", "乙鉴定"]}
        workspace.commit(NUMBERS[0], lambda _: Draft(Op.RETENTION_EXTENDED, said, "鉴定"), KEEPER)
        (batch,) = batches(workspace.archive).values()
        done = destroy(workspace, batch)
        return [number for number in done.now if number == NUMBERS[0]]


HOLD: Final = {
    "hold": "G1", "cause": "审计", "category": "DB", "start": "2028-03-10", "authority": "", "doc_no": "",
    "until": "", "review_on": "2029-03-10",
}  # fmt: skip


def test_a_hold_that_is_not_asked_again_fails_loudly(
    approved: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hold not asked again: one declared for many after the approval is passed over, for it changes no head."""
    assert _destroyed_though_held(approved, scratch) == []
    monkeypatch.setattr(disposal_execution, "require_free", lambda *_: None)
    monkeypatch.setattr(disposal_execution, "held_since", lambda *_: ())
    monkeypatch.setattr("archivist.preservation.disposal_batches.holds", lambda *_: ())
    assert _destroyed_though_held(approved, scratch) == NUMBERS


def _destroyed_though_held(approved: Path, scratch: Path) -> list[CaseNo]:
    work = scratch / "held"
    lay(approved, work)
    with opened(work) as workspace:
        workspace.archive.note(Op.HOLD_DECLARED, HOLD, workspace.stamp(KEEPER))
        (batch,) = batches(workspace.archive).values()
        return list(destroy(workspace, batch).now)


def test_a_file_that_cannot_be_removed_is_not_said_to_be_destroyed(
    approved: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E204, case stays in .work, next start finishes; not said 已销毁."""
    work = scratch / "stubborn"
    lay(approved, work)
    real = durable_files.remove_tree

    def refused(path: Path) -> None:
        if path.name.startswith("destroy-") and path.exists():
            raise PermissionError(errno.EACCES, "used by another program", str(path))
        real(path)

    with opened(work) as workspace:
        (batch,) = batches(workspace.archive).values()
        with monkeypatch.context() as patch:
            patch.setattr(durable_files, "remove_tree", refused)
            with pytest.raises(WriteFailed, match="补完"):
                destroy(workspace, batch)
        assert (workspace.archive.work / f"destroy-{NUMBERS[0]}").is_dir()
        assert not list(workspace.archive.ledger_events(Op.CASE_DESTROYED))
    judged(work, 0)


def test_nothing_is_broken_without_a_fault(approved: Path, scratch: Path) -> None:
    work = scratch / "well"
    lay(approved, work)
    assert strike(work, carry_out(work), NoFault()).how == DONE
    judged(work, 1)
