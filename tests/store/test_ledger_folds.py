"""What the ledger adds up to is folded once, and comes to the same as all of it folded anew, whoever else writes meanwhile."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from archivist.errors import IntegrityAlarm
from archivist.model.event import Event, Op
from archivist.store import Archive, Draft, Stamp, chain, durable_files
from archivist.store.durable_files import FileStamp
from archivist.store.ledger import LedgerFold
from tests.sampling import drawn
from tests.store.kit import STAMP

OPS: Final = (Op.BACKUP_MADE, Op.VERIFIED)
_seen: list[int] = []


def _fold(before: tuple[str, ...], events: Iterable[Event]) -> tuple[str, ...]:
    told = [f"{event.time[:4]} {event.seq} {event.op}" for event in events]
    _seen.append(len(told))
    return (*before, *told)


FOLD: Final[LedgerFold[tuple[str, ...]]] = LedgerFold(OPS, (), _fold)


def office(folder: Path, *, checkpoints: bool = True) -> Archive:
    archive = Archive(folder / "archive", checkpoints=folder / "index/checkpoints" if checkpoints else None)
    archive.create()
    return archive


def note(archive: Archive, op: Op = Op.BACKUP_MADE, year: int = 2024) -> None:
    moment = dt.datetime(year, 3, 4, 9, tzinfo=STAMP.by.time.tzinfo)
    with archive.writing("经办"):
        archive.ledgers.enter(
            year,
            Draft(op, {"medium": "盘", "quick": True, "checked": [], "findings": []}),
            Stamp(replace(STAMP.by, time=moment), "x"),
        )


def anew(archive: Archive) -> tuple[str, ...]:
    return _fold((), (e for e in archive.ledger_events() if e.op in OPS))


@pytest.mark.parametrize("checkpoints", [True, False])
def test_it_comes_to_what_all_of_it_comes_to(tmp_path: Path, *, checkpoints: bool) -> None:
    """“Each event is read once, also while others write the ledger”, in any year, by this process or another one."""
    rng = random.Random(drawn("ledger folds"))
    one, two = (office(tmp_path, checkpoints=checkpoints) for _ in range(2))
    assert one.ledgers.folded(FOLD) == ()
    for _ in range(60):
        archive = rng.choice((one, two))
        if rng.random() < 0.1:
            one = office(tmp_path, checkpoints=checkpoints)  # as another process opens it
        note(archive, rng.choice((*OPS, Op.SEALED)), rng.choice((2023, 2024, 2024, 2025)))
        for asked in rng.sample((one, two), rng.randint(0, 2)):
            assert asked.ledgers.folded(FOLD) == anew(asked)


def test_only_what_came_since_is_folded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = office(tmp_path)
    for _ in range(30):
        note(archive)
    again = office(tmp_path)
    with again.writing("经办"):  # the first time what was read before is forgotten
        pass
    assert len(again.ledgers.folded(FOLD)) == 30
    read: list[str] = []
    real = durable_files.read

    def told(path: str) -> bytes:
        read.append(path)
        return real(path)

    monkeypatch.setattr(durable_files, "read", told)
    _seen.clear()
    for n in range(5):
        note(again)
        read.clear()
        assert len(again.ledgers.folded(FOLD)) == 31 + n
        assert len({path for path in read if "/events/" in path}) == 1, "the newest alone"
    assert _seen == [1] * 5


def test_what_another_wrote_within_one_tick_of_the_clock_is_seen(tmp_path: Path) -> None:
    """The folder's times may be the same before and after; the event that comes next is there or not."""
    one, two = office(tmp_path), office(tmp_path)
    note(one)
    assert len(one.ledgers.folded(FOLD)) == 1
    events = one.ledger / "2024" / chain.EVENTS
    before = events.stat()
    note(two)
    os.utime(events, ns=(before.st_atime_ns, before.st_mtime_ns))
    (state,) = one.ledgers._years.values()
    state.folder = FileStamp.of(events.stat())  # nothing else tells them apart
    assert len(one.ledgers.folded(FOLD)) == 2


def test_a_year_that_was_put_in_the_place_of_another_is_folded_anew(tmp_path: Path) -> None:
    archive = office(tmp_path)
    note(archive)
    kept = tmp_path / "kept"
    shutil.copytree(archive.ledger / "2024", kept)
    note(archive)
    note(archive, Op.VERIFIED)
    assert len(archive.ledgers.folded(FOLD)) == 3
    shutil.rmtree(archive.ledger / "2024")
    shutil.copytree(kept, archive.ledger / "2024")
    assert archive.ledgers.folded(FOLD) == anew(archive) and len(anew(archive)) == 1


def test_a_broken_ledger_is_not_folded(tmp_path: Path) -> None:
    archive = office(tmp_path)
    for _ in range(3):
        note(archive)
    assert len(archive.ledgers.folded(FOLD)) == 3
    (archive.ledger / "2024" / chain.EVENTS / chain.event_name(2)).unlink()
    with pytest.raises(IntegrityAlarm):
        archive.ledgers.folded(FOLD)
    with pytest.raises(IntegrityAlarm):
        office(tmp_path).ledgers.folded(FOLD)
