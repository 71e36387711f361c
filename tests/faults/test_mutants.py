"""The harness bites: each fsync taken away, and protocols broken on purpose, are caught.

A mutant is the log of a real run without one fsync: the same calls, one promise of the disk less.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from archivist.ingest import filing
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo, Sha256
from archivist.model.tombstone import Tombstone
from archivist.store import commit, durable_files
from archivist.store.bag import sha256
from archivist.store.commit import Stamp
from archivist.store.destruction import Destructions
from archivist.store.ledger_checkpoints import LedgerState
from archivist.store.number_runs import NumberRuns
from archivist.store.two_case_changes import TwoCaseChanges
from tests.conftest import Counted
from tests.faults.blackout import Blackout, ends, first_failure, interrupted, record
from tests.faults.commands import COMMANDS
from tests.faults.conftest import together
from tests.faults.power import fsyncs, without
from tests.faults.shim import DONE, Done, Fail, Kill
from tests.faults.strike import Site
from tests.faults.truth import Broken
from tests.sampling import sample, sweep

NEEDLESS: Final = {
    r"archive/\.work/new-[^/]+/pending(/1)? by .*_stage .*": "a bag not yet in its place is forgotten as a whole",
    r"archive/\.work by (?!.*remove ).*(create|put|put_back) .*": "where a rename of a folder is whole, the new place is enough",
    r"archive/review by (.* > )?review_tray\.remove .*": "the same: the place it left",
    r"archive/\.work/new-\d{8}-\w{8} by .*commit\.(_stage|finish) .*": "what is put into the bag next makes it safe, before it has its place",
    r"archive/batches/[^/]+ by .*_clear .*": "the next start clears it",
    r"archive/moves by .*two_case_changes\.end .*": "the same: the change is done, and done again it changes nothing",
    r"archive/cases by .*destruction\._erase .*": "where a rename of a folder is whole, the new place is enough",
    r"archive/\.work by .*destruction\._erase .*": "what is left there of a destroyed case, the next start clears",
    r"archive by archive\.writing > archive_format\.write .*": "the next start says it",
}
"""Fsyncs that can be missed under the rules of ``power``; they serve disks on which a rename is two halves."""


NEEDLESS_IN: Final = {
    "import a roster": {
        r"archive/changed/[^/]+ by .*changing_all .*": "the one sync before anything has its place takes the mark along"
    },
    "carry out a disposal": {r"archive/alarms by .*quarantine\.clear .*": "no alarm was there to be cleared"},
    "transfer in": {
        r"archive/\.work/new-[^/]+/data by .*make_folders .*": "the same folder is synced again before the bag has its place"
    },
}
"""The same, in one command alone."""


def words(done: Done) -> str:
    """Name an fsync: what is synced, and which part of the protocol does it."""
    return f"{done.path} by {re.sub(r':[0-9]+', '', done.by)}"


def needless(done: Done, command: str) -> bool:
    patterns = (*NEEDLESS, *NEEDLESS_IN.get(command, ()))
    return any(re.fullmatch(pattern, words(done)) for pattern in patterns)


MANY_STATES: Final = (
    "receive a submission", "receive a later one", "hand over an office", "take over an office",
)  # fmt: skip
"""A package is many files: their states are too many to try them all for each fsync."""


@sweep(1 / 2)
@pytest.mark.parametrize(
    "site", [together(name) for name in COMMANDS if name not in MANY_STATES], indirect=True
)
def test_every_fsync_of_a_command_is_needed(site: Site, counted: Counted) -> None:
    blackout, log = Blackout(site), record(site)
    blackout.try_all(log)
    caught = 0
    taken = sample(fsyncs(log), 1 / 4, f"fsyncs of {site.command.name}")
    for n in taken:
        failure = first_failure(blackout, without(log, n))
        assert bool(failure) != needless(log[n], site.command.name), (
            f"without the fsync of {words(log[n])}: {failure or 'no harm seen'}"
        )
        caught += bool(failure)
    assert caught > 3 or len(taken) < len(fsyncs(log))
    counted(site.command.name, "fsyncs taken away", len(taken))
    counted(site.command.name, "of them caught", caught)
    counted(site.command.name, "of them needless", len(taken) - caught)


RESTART_NEEDS: Final = (
    ("open a case", "archive/cases"),
    ("ledger number", "archive/ledger"),
    ("put into the tray", "archive/review"),
    ("assign from the tray", "archive/.work"),
    ("assign from the tray", "names"),
    ("file one", "events"),
)
"""What a restart makes safe before it shows or removes anything, and a command that needs it."""


@sweep(1 / 3)
@pytest.mark.parametrize(
    ("command", "part"),
    [pytest.param(*need, id=f"{need[0].replace(' ', '-')}:{need[1]}") for need in RESTART_NEEDS],
)
def test_every_fsync_of_a_restart_is_needed(
    sites: Callable[[str], Site], command: str, part: str, counted: Counted
) -> None:
    """A program killed between a rename and its fsync leaves the fsync to the next start."""
    site = sites(command)
    blackout, failure = Blackout(site), ""
    for run in interrupted(site):
        if part not in map(_part, run.healing):
            continue
        healing = [d for d in run.healing if _part(d) != part]
        log = [*run.before, *healing, *run.after]
        failure = failure or first_failure(blackout, log, ends(log))
    assert failure, f"a restart without the fsync of {part} does no harm"
    counted("a restart", "fsyncs taken away", 1)
    counted("a restart", "of them caught", 1)


def _part(done: Done) -> str:
    """Say which of a restart's own fsyncs this is; empty for any other call."""
    by = re.sub(r":[0-9]+", "", done.by)
    if done.kind != "fsync":
        return ""
    if "sync_names" in by:
        return "names"
    if "commit.recover > durable_files" in by:
        return "events"
    return done.path if by == "archive.writing > durable_files.sync_folder" else ""


# ── protocols broken on purpose ──────────────────────────────────────────────────────────────────────────
@pytest.fixture
def filing_one(base: Path, scratch: Path) -> Site:
    return Site.of(base, scratch, COMMANDS["file one"])


def test_rename_before_fsync_fails_loudly(filing_one: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event is renamed into ``events/`` first and synced afterwards: a torn event after a power cut."""
    real_write, real_rename = durable_files.write_new, durable_files.rename_new

    def write_now_sync_later(
        path: Path, source: bytes, *, mode: int = durable_files.FILE_MODE
    ) -> tuple[Sha256, int]:
        if path.name != "e":
            return real_write(path, source, mode=mode)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        os.write(fd, source)
        os.close(fd)
        return sha256(source), len(source)

    def rename_then_sync(source: Path, target: Path) -> None:
        real_rename(source, target)
        if source.name == "e":
            durable_files.sync_folder(target.parent)
            durable_files.sync_folder(target)

    monkeypatch.setattr(durable_files, "write_new", write_now_sync_later)
    monkeypatch.setattr(durable_files, "rename_new", rename_then_sync)
    failure = first_failure(Blackout(filing_one), record(filing_one))
    assert "power loss after call" in failure and "事件 000003.json" in failure


def _first_kill_that_hurts(site: Site) -> str:
    for n in range(1, site.calls() + 1):
        ended = site.strike(Kill(n))
        try:
            site.verify(Kill(n), len(ended.acks))
        except Broken as broken:
            return str(broken)
    return ""


def _remove_first(real: Callable[..., object]) -> Callable[..., object]:
    def commit_after_removing(*args: object, **kwargs: object) -> object:
        (original,) = (arg for arg in args if isinstance(arg, commit.Original))
        kept = original.path.with_name(".kept")
        kept.write_bytes(original.path.read_bytes())
        original.path.unlink()
        kept.rename(original.path)
        return real(*args, **kwargs)

    return commit_after_removing


def test_removing_the_original_too_early_fails_loudly(
    filing_one: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "commit_file", _remove_first(filing.commit_file))
    assert "is lost" in _first_kill_that_hurts(filing_one)


def test_no_recovery_fails_loudly(filing_one: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "recover", lambda _: None)
    assert "pending/ is not empty" in _first_kill_that_hurts(filing_one)


def test_a_move_without_its_note_fails_loudly(
    base: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two commits and nothing that holds them together: killed in between, a paper is in two households."""
    monkeypatch.setattr(TwoCaseChanges, "begin", lambda *_: None)
    site = Site.of(base, scratch, COMMANDS["move a record"])
    assert "neither that nor one more" in _first_kill_that_hurts(site)


def test_lost_numbers_that_nobody_enters_fail_loudly(
    base: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is known to have died, and whoever takes numbers next does not care."""
    monkeypatch.setattr(NumberRuns, "settle", lambda *_: None)
    site = Site.of(base, scratch, COMMANDS["generate many"])
    assert "nobody says what became of" in _first_kill_that_hurts(site)


@pytest.fixture
def destroying(base: Path, scratch: Path) -> Site:
    return Site.of(base, scratch, COMMANDS["destroy a case"])


def test_erasing_before_the_ledger_says_so_fails_loudly(
    destroying: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Erase before ledger: killed in between, a case is gone and nobody says why."""
    real = Destructions.carry_out

    def erase_first(self: Destructions, tombstone: Tombstone, stamp: Stamp) -> Tombstone:
        self._erase(tombstone.case)
        return real(self, tombstone, stamp)

    monkeypatch.setattr(Destructions, "carry_out", erase_first)
    assert _first_kill_that_hurts(destroying)


def test_no_resuming_of_a_destruction_fails_loudly(destroying: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Destructions, "recover", lambda _: ([], []))
    assert "the ledger says ['case_destroying']" in _first_kill_that_hurts(destroying)


def test_destroyed_said_first_fails_loudly(destroying: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """已销毁 said first: killed in between, it is said and the case is there."""
    real = Destructions._erase

    def say_first(self: Destructions, year: int, destroying: Event, stamp: Stamp, **_: object) -> Event:
        data = {"case": destroying.data["case"], "disposal": destroying.data["disposal"]}
        said = self._ledgers.enter(year, commit.Draft(Op.CASE_DESTROYED, data), stamp)
        real(self, CaseNo.parse(str(data["case"])))
        return said

    monkeypatch.setattr(Destructions, "_complete", say_first)
    assert "is destroyed and there" in _first_kill_that_hurts(destroying)


def test_another_event_while_a_case_is_destroyed_fails_loudly(
    destroying: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other ledger event after ``case_destroying``: nobody sees any more that something was begun."""
    real = Destructions._complete
    monkeypatch.setattr(LedgerState, "ends_with", lambda *_: False)

    def chatty(self: Destructions, year: int, destroying: Event, stamp: Stamp, **more: Any) -> Event:
        if not more:
            self._ledgers.enter(year, commit.Draft(Op.HEADS_RECORDED, {"heads": []}), stamp)
        return real(self, year, destroying, stamp, **more)

    monkeypatch.setattr(Destructions, "_complete", chatty)
    assert "the ledger says ['case_destroying']" in _first_kill_that_hurts(destroying)


def test_an_error_swallowed_fails_loudly(filing_one: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failing with exit 0: the disk refused the manifests, and the program says "filed"."""
    real = durable_files.replace

    def careless(source: Path, target: Path) -> None:
        try:
            real(source, target)
        except OSError:
            return

    monkeypatch.setattr(durable_files, "replace", careless)
    failures = []
    for n in range(1, filing_one.calls() + 1):
        ended = filing_one.strike(Fail(n, 5))
        try:
            filing_one.verify(Fail(n, 5), len(ended.acks))
        except Broken as broken:
            failures.append(str(broken))
    assert any("manifest" in f for f in failures)
    assert filing_one.strike(Kill(10_000)).how == DONE
