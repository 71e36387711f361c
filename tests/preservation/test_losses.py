"""A restoration by which something goes for good is decided by two, said beforehand, kept in the ledger; no hold goes with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archivist.api import fixity as api
from archivist.disposal_errors import OnHold, TwoPersonsNeeded
from archivist.errors import ArchiveError, DamagedFile, InvalidValue, UsageError
from archivist.model.by import By
from archivist.model.event import Event, Op
from archivist.model.group_holds import HeldCases
from archivist.model.ids import Category
from archivist.preservation import losses
from archivist.preservation.holds import HoldOrder, declare, place
from archivist.preservation.losses import Decision
from archivist.preservation.repairs import Mender
from archivist.preservation.restore import restore
from archivist.preservation.verification import verify
from archivist.store import chain, held_files
from archivist.workspace import Workspace
from tests.kit import BY, TODAY
from tests.preservation.test_restore import ONE, cut, file, plain
from tests.preservation.test_restore import workspace as workspace

SECOND = By("赵分管", BY.time)
GIVEN_UP = Decision(SECOND, "没有更新的备份")
HELD_AGAIN = Decision(SECOND, "没有更新的备份", hold_again=True)
LAWSUIT = HoldOrder("行政诉讼", until="判决生效")


def decisions(workspace: Workspace) -> list[Event]:
    """Return the decisions of two that the ledger tells of."""
    return [e for e in workspace.archive.ledger_events(Op.ALARM_CLEARED) if e.data["how"] == losses.HOW]


def picture(workspace: Workspace) -> dict[Path, bytes]:
    """Return every file of the archive but the lock and what stages."""
    root = workspace.archive.root
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != ".lock"}


# ── three ways to lose events ────────────────────────────────────────────────────────────────────────────
def rewritten(workspace: Workspace, tmp_path: Path) -> Path:
    """A history rewritten by a hand, on which people went on: the hold stands in what is not the true one."""
    verify(workspace, BY)
    copy = plain(workspace, tmp_path)
    cut(workspace.archive.folder(ONE), 1)
    with Workspace.open(workspace.root) as forger:
        file(forger, tmp_path, 30)
        place(forger, BY, ONE, LAWSUIT)
    return copy


def torn(workspace: Workspace, tmp_path: Path) -> Path:
    """A copy that was torn: before the hold it has an event without its file; of the case nothing is left."""
    file(workspace, tmp_path, 7)
    place(workspace, BY, ONE, LAWSUIT)
    copy = plain(workspace, tmp_path)
    (lost,) = (copy / "archive/cases" / str(ONE)).glob("data/*/0004*")
    lost.unlink()
    shutil.rmtree(workspace.archive.folder(ONE))
    (workspace.root / "index/CURRENT").unlink()  # nor does the index remember it
    return copy


WAYS: dict[str, Callable[[Workspace, Path], Path]] = {f.__name__: f for f in (rewritten, torn)}


@pytest.mark.parametrize("way", WAYS)
def test_a_hold_in_force_is_not_lost_unless_it_is_placed_again(
    workspace: Workspace, tmp_path: Path, way: str
) -> None:
    """「refused when a hold in force would be lost unless it is placed again」; what it forbids stays forbidden."""
    copy = WAYS[way](workspace, tmp_path)
    with Workspace.open(workspace.root) as fresh:
        before = picture(fresh)
        planned = restore(fresh, BY, ONE, copy, dry_run=True, accept_loss=True)
        assert [hold.cause for hold in planned.loss.held] == ["行政诉讼"]
        assert "hold_placed" in {event.op for event in planned.loss.events}
        with pytest.raises(OnHold, match="行政诉讼"):
            restore(fresh, BY, ONE, copy, decision=GIVEN_UP)
        assert picture(fresh) == before
        done = restore(fresh, BY, ONE, copy, decision=HELD_AGAIN)
        assert done.left == ()
        (again,) = [g.hold for g in held_files.group_holds(fresh.archive)]
        assert (again.cause, again.until, again.origin) == ("行政诉讼", "判决生效", f"{ONE} H1")
        case = fresh.archive.read(ONE)
        assert not case.holds
        with pytest.raises(OnHold):
            held_files.require_free(fresh.archive, case, "销毁", TODAY)
        assert verify(fresh, BY).findings == ()


def test_what_is_given_up_stands_in_the_ledger_with_both_names(workspace: Workspace, tmp_path: Path) -> None:
    """「recorded in the ledger (by, second, what was lost: seqs, digests, holds named)」; verify does not ask for it again."""
    copy = plain(workspace, tmp_path)
    file(workspace, tmp_path, 7)
    verify(workspace, BY)
    head = workspace.archive.head(ONE)
    shutil.rmtree(workspace.archive.folder(ONE))
    planned = restore(workspace, BY, ONE, copy, dry_run=True, accept_loss=True)
    assert [(e.seq, e.digest, e.op) for e in planned.loss.events] == [(*head, "")]
    restore(workspace, BY, ONE, copy, decision=GIVEN_UP)
    (event,) = decisions(workspace)
    assert (event.actor, event.data["confirmed"]["actor"], event.reason) == (
        "林经办",
        "赵分管",
        "没有更新的备份",
    )
    assert event.data["case"] == str(ONE) and event.data["holds"] == []
    assert event.data["events"] == [{"seq": head[0], "sha256": head[1]}]
    assert verify(workspace, BY).findings == ()
    file(workspace, tmp_path, 8)
    assert verify(workspace, BY).findings == ()


def test_what_only_the_index_remembers_is_not_lost_unsaid(workspace: Workspace, tmp_path: Path) -> None:
    """A sibling: no head was entered into the ledger yet; that the index followed the event is enough."""
    copy = plain(workspace, tmp_path)
    file(workspace, tmp_path, 7)
    shutil.rmtree(workspace.archive.folder(ONE))
    with Workspace.open(workspace.root) as fresh, pytest.raises(ArchiveError, match="丢掉"):
        restore(fresh, BY, ONE, copy)


def test_killed_after_the_decision_it_is_asked_again_and_holds_stand_once(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """「Survives: a kill at any point」: decided and not restored yet, the loss is still known."""
    copy = rewritten(workspace, tmp_path)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying, Workspace.open(workspace.root) as first:
        dying.setattr(Mender, "carry_out", die)
        with pytest.raises(KeyboardInterrupt):
            restore(first, BY, ONE, copy, decision=HELD_AGAIN)
    with Workspace.open(workspace.root) as fresh:
        with pytest.raises(ArchiveError, match="丢掉"):
            restore(fresh, BY, ONE, copy)
        assert restore(fresh, BY, ONE, copy, decision=HELD_AGAIN).left == ()
        assert len(held_files.group_holds(fresh.archive)) == 1
        assert verify(fresh, BY).findings == ()


# ── two people ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("second", "reason", "error"),
    [(None, "没有", TwoPersonsNeeded), (BY, "没有", InvalidValue), (SECOND, " ", UsageError)],
)
def test_nobody_gives_anything_up_alone_or_without_a_reason(
    workspace: Workspace, tmp_path: Path, second: By | None, reason: str, error: type[Exception]
) -> None:
    """「must be decided by two people (as accepting an alarm is)」."""
    copy = rewritten(workspace, tmp_path)
    with Workspace.open(workspace.root) as fresh:
        before = picture(fresh)
        with pytest.raises(error):
            api.restore(
                fresh, BY, str(ONE), copy,
                accept_loss=True, second=second, reason=reason, hold_again=True,
            )  # fmt: skip
        assert picture(fresh) == before
        done = api.restore(
            fresh, BY, str(ONE), copy, accept_loss=True, second=SECOND, reason="没有", hold_again=True
        )
        assert (done.decided_by, done.confirmed_by) == ("林经办", "赵分管") and done.warnings
        assert [e.label for e in done.lost_events if e.op == "hold_placed"] == ["冻结"]


# ── the ledger ───────────────────────────────────────────────────────────────────────────────────────────
def ledger_rewritten(workspace: Workspace, tmp_path: Path, go_on: Callable[[Workspace], object]) -> Path:
    """A year of the ledger rewritten by a hand, on which people went on; the index remembers what was true."""
    workspace.archive.allocate("文号 红样救字", 2024, workspace.stamp(BY), 2)
    verify(workspace, BY)
    with Workspace.open(workspace.root) as fresh:
        fresh.index.rebuild()
        fresh.hold_heads()
    copy = plain(workspace, tmp_path)
    cut(workspace.archive.ledger / "2024", 2)
    shutil.copytree(workspace.root / "index", tmp_path / "index")
    with Workspace.open(workspace.root) as forger:
        forger.archive.allocate("文号 红样救字", 2024, forger.stamp(BY), 5)
        go_on(forger)
    shutil.rmtree(workspace.root / "index")
    shutil.copytree(tmp_path / "index", workspace.root / "index")
    return copy


def test_no_number_that_was_given_is_given_again(workspace: Workspace, tmp_path: Path) -> None:
    """A sibling: numbers in what is given up of the ledger are entered again, and holds on many cases are placed again."""
    copy = ledger_rewritten(
        workspace, tmp_path, lambda w: declare(w, BY, LAWSUIT, HeldCases(category=Category.DB))
    )
    with Workspace.open(workspace.root) as fresh:
        with pytest.raises(OnHold):
            restore(fresh, BY, 2024, copy, decision=GIVEN_UP)
        done = restore(fresh, BY, 2024, copy, decision=HELD_AGAIN)
        assert done.left == () and done.lost
        assert fresh.archive.allocate("文号 红样救字", 2024, fresh.stamp(BY)) == (8,)
        (group,) = held_files.group_holds(fresh.archive)
        assert (group.cases.category, group.hold.origin) == (Category.DB, "2024 G1")
        (event,) = decisions(fresh)
        assert {e["op"] for e in event.data["events"]} >= {"numbers_allocated", "hold_declared"}
        assert verify(fresh, BY).findings == ()


def test_no_number_is_given_while_the_ledger_is_owed_some(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“No rule whose absence lets pass”: a note of what is owed that nobody can read, or a year that is not whole, stops numbers."""
    copy = ledger_rewritten(
        workspace, tmp_path, lambda w: declare(w, BY, LAWSUIT, HeldCases(category=Category.DB))
    )
    note = workspace.archive.root / "moves/2024.ledger"

    mend = Mender.carry_out

    def die(mender: Mender, *told: Any) -> None:
        mend(mender, *told)
        raise KeyboardInterrupt

    with monkeypatch.context() as dying, Workspace.open(workspace.root) as first:
        dying.setattr(Mender, "carry_out", die)
        with pytest.raises(KeyboardInterrupt):
            restore(first, BY, 2024, copy, decision=HELD_AGAIN)
    whole = note.read_bytes()
    note.write_bytes(whole[:-30])
    with Workspace.open(workspace.root) as fresh:
        with pytest.raises(DamagedFile, match=r"moves/2024\.ledger"):
            fresh.archive.allocate("文号 红样救字", 2024, fresh.stamp(BY))
        note.write_bytes(whole)
        assert fresh.archive.allocate("文号 红样救字", 2024, fresh.stamp(BY)) == (8,)
        assert not note.exists() and len(decisions(fresh)) == 1


def test_a_tombstone_is_never_given_up(workspace: Workspace, tmp_path: Path) -> None:
    """A sibling: that a case was destroyed must be known for ever, or a backup would bring it back."""

    def destroy(forger: Workspace) -> None:
        words = ("list_sha256", "tagmanifest", "deregistered", "rule", "sentence", "end")
        stone: dict[str, object] = {
            "head": "0" * 64,
            "events": [],
            "years": [2024, 2024],
            "persons": {},
            "copies": [],
        }
        stone |= dict.fromkeys(words, "") | dict.fromkeys(("records", "files", "bytes", "pages"), 0)
        data = {"case": "TJHQ-DB-2023-000009", "disposal": "XH-2024-001", "tombstone": stone}
        forger.archive.note(Op.CASE_DESTROYING, data, forger.stamp(BY))

    copy = ledger_rewritten(workspace, tmp_path, destroy)
    with Workspace.open(workspace.root) as fresh, pytest.raises(ArchiveError, match="墓碑"):
        restore(fresh, BY, 2024, copy, decision=HELD_AGAIN)
    events = chain.read(workspace.archive.ledger / "2024").events
    assert Op.CASE_DESTROYING in {event.op for event, _ in events}
