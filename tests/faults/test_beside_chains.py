"""What is kept beside the chains – the access log and its destruction, the PINs – struck at every call."""

from __future__ import annotations

import datetime as dt
import errno
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from archivist.errors import IntegrityAlarm
from archivist.model.by import CHINA
from archivist.model.event import Op
from archivist.model.group_holds import HeldCases
from archivist.model.ids import CaseNo, Category
from archivist.preservation import access_disposal, access_fixity, losses
from archivist.preservation.holds import HoldOrder, declare
from archivist.preservation.losses import Decision
from archivist.preservation.restore import restore
from archivist.preservation.verification import accept, verify
from archivist.procedure.cases import change_facts
from archivist.store import Archive, held_files, pins, saved_searches
from archivist.store.access_log import Access
from archivist.store.office_keys import FOLDER as KEYS
from tests.conftest import Counted
from tests.faults.office import WANG, ZHANG, lay, opened
from tests.faults.power import Crash, Disk, crashes, fsyncs, operations, state, told, without
from tests.faults.power import Op as Step
from tests.faults.shim import (
    DONE,
    INTERRUPTED,
    KILLED,
    REFUSED,
    TOLERATED,
    Ack,
    Done,
    Fail,
    FailDone,
    Interrupt,
    Kill,
    NoFault,
    strike,
)
from tests.faults.truth import start, whole
from tests.kit import BY
from tests.preservation.test_restore import cut
from tests.sampling import examples, sample

LONG_AGO: Final = replace(BY, time=dt.datetime(2019, 5, 6, 9, tzinfo=CHINA))
OLD_PIN, NEW_PIN = "旧口令714", "新口令925"
CASES_SEEN: Final = ({WANG}, {ZHANG}, {WANG, ZHANG})


def access(by: object = BY, cases: set[CaseNo] | None = None) -> Access:
    return Access(by, "cli", "search", frozenset(cases or {WANG}))  # type: ignore[arg-type]


def lines(archive: Archive) -> list[frozenset[str]]:
    """Return whom each whole line names, in order; an unfinished one names nobody."""
    return [
        frozenset(str(c) for c in line.entry.get("households", ()))
        for month in archive.access.months()
        for line in archive.access.lines(month)
        if line.entry
    ]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is written beside the chains: how it is done, and what must be true after so many acknowledgements."""

    name: str
    before: Callable[[Path], None]
    do: Callable[[Path, Ack], None]
    check: Callable[[Path, int], None]
    under: str = "archive"
    slow: bool = False
    """A state of it takes so long to look at that only a long run takes fsyncs away."""


# ── the access log ───────────────────────────────────────────────────────────────────────────────────────
def _two_lines(root: Path) -> None:
    log = Archive(root / "archive").access
    log.enter(access(LONG_AGO))
    log.enter(access())


def _look(root: Path, ack: Ack) -> None:
    for cases in CASES_SEEN:
        Archive(root / "archive").access.enter(access(cases=cases))
        ack("shown")


def _every_answer_is_there(root: Path, shown: int) -> None:
    archive = Archive(root / "archive")
    there = lines(archive)
    assert len(there) >= 2 + shown, "what was shown is on record"
    archive.access.enter(access())
    assert lines(archive) == [*there, lines(archive)[-1]], (
        "the next line follows, whatever was left of the one before"
    )
    assert access_fixity.findings(archive) == []


# ── its destruction ──────────────────────────────────────────────────────────────────────────────────────
def _destroy(root: Path, ack: Ack) -> None:
    with opened(root) as workspace:
        expired = tuple(m for m in access_disposal.months(workspace) if m.is_expired(BY.today))
        if expired or access_disposal.remaining(workspace.archive):
            access_disposal.destroy(workspace, BY, "钱审核", "期满", expired)
    ack("destroyed")


def _gone_and_said(root: Path, told_of: int) -> None:
    with opened(root) as workspace:
        archive = workspace.archive
        with workspace.writing(BY):
            pass
        said = [e for e in archive.ledger_events() if e.op is Op.ACCESS_LOG_DESTROYED]
        assert said or "2019-05" in archive.access.months(), "gone, and nobody said so"
        assert not told_of or "2019-05" not in archive.access.months()
        _destroy(root, lambda _: None)
        assert "2019-05" not in archive.access.months()
        said = [e for e in archive.ledger_events() if e.op is Op.ACCESS_LOG_DESTROYED]
        assert [[m["month"] for m in e.data["months"]] for e in said] == [["2019-05"]], "said once"
        assert access_fixity.findings(archive) == []


# ── the PINs ─────────────────────────────────────────────────────────────────────────────────────────────
def _one_pin(root: Path) -> None:
    pins.put(root, "钱审核", OLD_PIN)
    pins.put(root, "经办", OLD_PIN)


def _new_pin(root: Path, ack: Ack) -> None:
    pins.put(root, "经办", NEW_PIN)
    ack("new")
    pins.remove(root, "钱审核")
    ack("cleared")


def _old_or_new(root: Path, told_of: int) -> None:
    there = pins.read(root)
    assert there["经办"].fits(NEW_PIN) or (there["经办"].fits(OLD_PIN) and not told_of)
    assert "钱审核" not in there or (there["钱审核"].fits(OLD_PIN) and told_of < 2)
    _new_pin(root, lambda _: None)
    assert set(pins.read(root)) == {"经办"} and pins.read(root)["经办"].fits(NEW_PIN)


# ── a finding accepted ───────────────────────────────────────────────────────────────────────────────────
SECOND: Final = replace(BY, actor="赵主任")


def _damaged(root: Path) -> None:
    path = next((root / "archive/cases" / str(WANG) / "data").rglob("*.jpg"))
    content = path.read_bytes()
    path.unlink()  # it is a link to the file that other tests use
    path.write_bytes(content[:-1] + b"x")
    with opened(root) as workspace:
        assert verify(workspace, BY, processes=1).findings
        assert workspace.archive.alarms.numbers() == [WANG]


def _accept(root: Path, ack: Ack) -> None:
    with opened(root) as workspace:
        accept(workspace, BY, str(WANG), "原件已核对", SECOND)
    ack("accepted")


def _said_before_it_is_written_to(root: Path, told_of: int) -> None:
    with opened(root) as workspace:
        with workspace.writing(BY):
            pass
        archive = workspace.archive
        said = [e for e in archive.ledger_events(Op.ALARM_CLEARED) if e.data["how"] == "accepted"]
        assert len(said) in (told_of, 1)
        assert said or archive.alarms.numbers(), "written to again, and nobody said why"
        if not told_of:
            _accept(root, lambda _: None)
        change_facts(workspace, BY, WANG, [("applicant.phone", "022-00009999")], reason="来电")
        assert verify(workspace, BY, processes=1).findings == ()


# ── a search kept by name ────────────────────────────────────────────────────────────────────────────────
FIRST_KEPT, SECOND_KEPT = (
    saved_searches.SavedSearch(query, {"category": "低保"}, "date", "经办", "2024-03-08T10:30:00+08:00")
    for query in ("诊断 日期:本月", "待签")
)


def _one_kept(root: Path) -> None:
    saved_searches.put(root, "甲", FIRST_KEPT)


def _keep_and_forget(root: Path, ack: Ack) -> None:
    if "乙" not in saved_searches.read(root):
        saved_searches.put(root, "乙", SECOND_KEPT)
    ack("kept")
    saved_searches.remove(root, ["甲"])
    ack("forgotten")


def _kept_or_not(root: Path, told_of: int) -> None:
    there = saved_searches.read(root)
    assert there.get("乙", SECOND_KEPT) == SECOND_KEPT and ("乙" in there or not told_of)
    assert there.get("甲", FIRST_KEPT) == FIRST_KEPT and ("甲" not in there or told_of < 2)
    assert "甲" in there or "乙" in there
    _keep_and_forget(root, lambda _: None)
    assert saved_searches.read(root) == {"乙": SECOND_KEPT}


# ── a year of the ledger put back although more had stood in it ──────────────────────────────────────────
SEQUENCE: Final = "文号 红样救字"
GIVEN_UP: Final = Decision(SECOND, "没有更新的备份", hold_again=True)


def _copy(root: Path) -> None:
    """Lay a copy beside the office, and let no file of the office be a link to what other tests use."""
    for part in ("archive", "index"):
        (root / part).rename(root / "laid")
        shutil.copytree(root / "laid", root / part)
        shutil.copytree(root / "laid", root / "copy" / part)
        shutil.rmtree(root / "laid")


def _rewritten_year(root: Path) -> None:
    """A copy of what is true; here the year was cut, and people went on: numbers 3 to 7, a hold on many."""
    with opened(root) as workspace:
        workspace.archive.allocate(SEQUENCE, BY.today.year, workspace.stamp(BY), 2)
        verify(workspace, BY, processes=1)
    _copy(root)
    cut(root / "archive/ledger" / f"{BY.today.year}", 2)
    with opened(root) as forger:
        forger.archive.allocate(SEQUENCE, BY.today.year, forger.stamp(BY), 5)
        declare(forger, BY, HoldOrder("行政诉讼", until="判决生效"), HeldCases(category=Category.DB))
    shutil.rmtree(root / "index")
    shutil.copytree(root / "copy/index", root / "index")


def _put_back(root: Path, ack: Ack) -> None:
    with opened(root) as workspace:
        restore(workspace, BY, BY.today.year, root / "copy/archive", decision=GIVEN_UP)
    ack("put back")


def _owed_and_paid(root: Path, told_of: int) -> None:
    with opened(root) as workspace, suppress(IntegrityAlarm), workspace.writing(BY):
        pass
    if not told_of:
        _put_back(root, lambda _: None)
    with opened(root) as workspace:
        archive = workspace.archive
        said = [e for e in archive.ledger_events(Op.ALARM_CLEARED) if e.data["how"] == losses.HOW]
        assert [e.data["case"] for e in said] == [f"ledger-{BY.today.year}"], "two decided it, once"
        assert archive.allocate(SEQUENCE, BY.today.year, workspace.stamp(BY)) == (8,), "no number twice"
        assert [g.cases.category for g in held_files.group_holds(archive)] == [Category.DB]
        assert verify(workspace, BY, processes=1).findings == ()


# ── a case whose history was rewritten, put back from a copy ─────────────────────────────────────────────
def _rewritten_case(root: Path) -> None:
    """A copy of what is true; here the last event of a case was cut off, and people went on."""
    with opened(root) as workspace:
        verify(workspace, BY, processes=1)
    _copy(root)
    cut(root / "archive/cases" / str(WANG), 1)
    with opened(root) as forger:
        for phone in ("022-00001111", "022-00002222"):
            change_facts(forger, BY, WANG, [("applicant.phone", phone)], reason="来电")
    shutil.rmtree(root / "index")
    shutil.copytree(root / "copy/index", root / "index")


def _put_case_back(root: Path, ack: Ack) -> None:
    with opened(root) as workspace:
        restore(workspace, BY, WANG, root / "copy/archive", decision=GIVEN_UP)
    ack("put back")


def _one_history(root: Path, told_of: int) -> None:
    forged = b"022-00002222"
    if not told_of:
        _put_case_back(root, lambda _: None)
    with opened(root) as workspace:
        archive = workspace.archive
        said = [e for e in archive.ledger_events(Op.ALARM_CLEARED) if e.data["how"] == losses.HOW]
        assert {e.data["case"] for e in said} == {str(WANG)}, "two decided it"
        assert forged not in b"".join(p.read_bytes() for p in (archive.folder(WANG) / "events").iterdir())
        kept = (p for p in (archive.outbox / "损坏").rglob("*.json") if p.is_file())
        assert any(forged in p.read_bytes() for p in kept), "what was replaced is set aside"
        assert not archive.alarms.numbers() and verify(workspace, BY, processes=1).findings == ()


ACTS: Final = (
    Act("a case history given up", _rewritten_case, _put_case_back, _one_history, slow=True),
    Act("a year of the ledger given up", _rewritten_year, _put_back, _owed_and_paid, slow=True),
    Act("an answer put on record", _two_lines, _look, _every_answer_is_there),
    Act("access log destroyed", _two_lines, _destroy, _gone_and_said),
    Act("people pin", _one_pin, _new_pin, _old_or_new, under=KEYS),
    Act("a search kept", _one_kept, _keep_and_forget, _kept_or_not, under=saved_searches.FOLDER),
    Act("a finding accepted", _damaged, _accept, _said_before_it_is_written_to),
)


@pytest.fixture(params=ACTS, ids=lambda act: act.name.replace(" ", "-"))
def act(request: pytest.FixtureRequest) -> Act:
    found: Act = request.param
    return found


@pytest.fixture
def laid(base: Path, tmp_path: Path, act: Act) -> Path:
    """The office as it is before the act."""
    ready = tmp_path / "ready"
    lay(base, ready)
    act.before(ready)
    return ready


def _calls(act: Act, ready: Path, work: Path) -> range:
    lay(ready, work)
    ended = strike(work, lambda ack: act.do(work, ack), NoFault(), under=act.under)
    assert ended.how == DONE, ended.error
    return range(1, ended.calls + 1)


def test_killed_at_every_call(act: Act, laid: Path, tmp_path: Path, counted: Counted) -> None:
    """“Killed … at any instruction: nothing acknowledged is lost … the next start heals by itself” – of these too."""
    work = tmp_path / "work"
    points = sample(_calls(act, laid, work), 1 / 4, f"kill points of {act.name}", ends=True)
    for n in points:
        lay(laid, work)
        ended = strike(work, lambda ack: act.do(work, ack), Kill(n), under=act.under)
        assert ended.how == KILLED, ended.error
        act.check(work, len(ended.acks))
    counted(act.name, "kill points", len(points))


def test_a_disk_that_fails_and_ctrl_c_at_every_call(
    act: Act, laid: Path, tmp_path: Path, counted: Counted
) -> None:
    """“out of disk”: said in words, nothing half-done, nothing lost."""
    work, struck = tmp_path / "work", 0
    for n in sample(_calls(act, laid, work), 1 / 4, f"failures in {act.name}", ends=True):
        for fault in (
            Fail(n, errno.ENOSPC),
            Fail(n, errno.EIO, sticky=True),
            FailDone(n, errno.EIO),
            Interrupt(n),
        ):
            lay(laid, work)
            ended = strike(work, lambda ack: act.do(work, ack), fault, under=act.under)
            assert ended.how in (REFUSED, TOLERATED, INTERRUPTED), (fault, ended.error)
            act.check(work, len(ended.acks))
            struck += 1
    counted(act.name, "ENOSPC, EIO and Ctrl-C", struck)


def test_out_of_power_at_every_call(act: Act, laid: Path, tmp_path: Path, counted: Counted) -> None:
    """“out of power at any instruction”: what was shown is on record, what the ledger has not said is there."""
    work, states = tmp_path / "work", 0
    lay(laid, work)
    log = _log(act, laid, work)
    disk, ops = operations(Disk.of(laid, act.under), log)
    for crash in sample(crashes(ops), 1 / 12, f"power loss in {act.name}"):
        _out_of_power(act, laid, work, disk, ops, crash)
        states += 1
    counted(act.name, "power-loss states", states)


def _log(act: Act, laid: Path, work: Path) -> tuple[Done, ...]:
    lay(laid, work)
    ended = strike(work, lambda ack: act.do(work, ack), NoFault(), under=act.under, record=True)
    assert ended.how == DONE, ended.error
    return ended.log


def _out_of_power(act: Act, laid: Path, work: Path, disk: Disk, ops: list[Step], crash: Crash) -> None:
    lay(laid, work)
    state(disk, ops, crash).write_out(work, act.under)
    for folder in start(work).ledger_folders():
        whole(folder)
    act.check(work, told(ops, crash))


NEEDLESS: Final = (
    r"archive/\.work by (?!.*remove ).*(create|put) .*",
    # An alarm is set again until the restoration is done; a folder that is staged is synced again with all it holds.
    r"archive/(\.work/alarm-.*|alarms) by quarantine\.set .*",
    r"archive/\.work/restore.* by durable_files\.make_folders .*",
)
"""Fsyncs that can be missed."""


def _needless(words: str) -> bool:
    return any(re.fullmatch(pattern, words) for pattern in NEEDLESS)


def test_every_fsync_is_needed(act: Act, laid: Path, tmp_path: Path, counted: Counted) -> None:
    """“every fsync mutant caught”: the log of a real run without one fsync breaks a promise in some state."""
    if act.slow and not examples(0, 1):
        pytest.skip("only with --long: each state is restored from a copy")
    work, log = tmp_path / "work", _log(act, laid, tmp_path / "work")
    words = {n: f"{log[n].path} by {re.sub(r':[0-9]+', '', log[n].by)}" for n in fsyncs(log)}
    every = [n for n in words if not (act.slow and _needless(words[n]))]
    taken = sample(every, 1 / 4, f"fsyncs of {act.name}")
    for n in taken:
        disk, ops = operations(Disk.of(laid, act.under), without(log, n))
        harm = ""
        for crash in crashes(ops):
            try:
                _out_of_power(act, laid, work, disk, ops, crash)
            except Exception as broken:
                harm = f"{crash}: {broken}"
                break
        assert bool(harm) != _needless(words[n]), f"{words[n]}: {harm}"
    counted(act.name, "fsyncs taken away", len(taken))
