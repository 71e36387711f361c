"""A clock of the machine that is behind what was written before: numbers are not given by it until somebody decides.

Only what a machine's clock said is compared (``By.real_time``), never a moment that was told; events before format 4 did not
keep the two apart and say nothing. That a clock is ahead cannot be told from an office that was closed; it shows when it is
set right, for then it is behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchiveError, ClockBehind, NewerFormat
from archivist.model.by import By
from archivist.model.event import BOUND_FROM, Event, Op
from archivist.store import chain, durable_files
from archivist.store.commit import Draft, Stamp
from archivist.store.ledger import LedgerBags

TOLERANCE: Final = dt.timedelta(minutes=5)
"""Clocks of two machines differ, and one that is set right by the network goes back by seconds."""


def is_behind(by: By, before: Event) -> bool:
    """Tell whether the clock of who acts now is behind that of an event written before.

    Nothing is said of who acts from no machine, nor of an event that did not keep the clock apart.
    """
    if not by.host or before.format < BOUND_FROM:
        return False
    return by.real_time < _moment(before.real_time) - TOLERANCE


def set_back(events: list[Event]) -> list[int]:
    """Return the numbers of the events whose clock was behind that of the event before."""
    clocks = [(e.seq, _moment(e.real_time)) for e in events if e.format >= BOUND_FROM]
    return [seq for (_, before), (seq, now) in pairwise(clocks) if now < before - TOLERANCE]


def require(ledgers: LedgerBags, stamp: Stamp) -> None:
    """Refuse to give numbers by a clock that is behind the ledger's last event; a decision about it is entered once.

    The caller holds the workspace's lock. Looked at are the last events of the act's own year and of the latest one: a clock
    that fell back by years would begin a ledger of a year long past.

    Raises:
        ClockBehind: E214, unless the act says why it is done all the same (``By.despite_clock``). WriteFailed: E204.
    """
    by, year = stamp.by, stamp.by.today.year
    years = ledgers.years()
    for each in sorted({y for y in (year, *years[-1:]) if y in years}):
        last = _last(ledgers, each)
        if last is None or not is_behind(by, last):
            continue
        seen = {"year": each, "seq": last.seq, "time": last.real_time}
        if seen in _decided(ledgers, year):
            continue
        if not by.despite_clock:
            raise ClockBehind(
                f"机器时间 {by.real_time:%Y-%m-%d %H:%M} 早于总账 {each} 年第 {last.seq} 号事件的 {_moment(last.real_time):%Y-%m-%d %H:%M}，不能给号"
            )
        ledgers.enter(year, Draft(Op.CLOCK_ACCEPTED, seen, by.despite_clock), stamp)


def _decided(ledgers: LedgerBags, year: int) -> Iterator[dict[str, Any]]:
    folder = ledgers.folder / str(year)
    if folder.is_dir():
        for event, _ in chain.read(folder).events:
            if event.op is Op.CLOCK_ACCEPTED:
                yield dict(event.data)


def _last(ledgers: LedgerBags, year: int) -> Event | None:
    try:
        return read_event(ledgers.folder / str(year), ledgers.seq(year))
    except ArchiveError:  # whoever gives numbers will be told
        return None


def read_event(folder: Path, seq: int) -> Event | None:
    """Return one event of a bag, by itself; None where it cannot be read, which is for the check to say."""
    try:
        return chain.decode(durable_files.read(f"{folder}/{chain.EVENTS}/{chain.event_name(seq)}"))
    except (OSError, NewerFormat, *chain.UNFIT):
        return None


def _moment(text: str) -> dt.datetime:
    """Return a moment as an event says it; one that says none lies before all others."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return dt.datetime.min.replace(tzinfo=dt.UTC) + dt.timedelta(days=1)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
