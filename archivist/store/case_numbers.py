"""Case numbers that were taken for a household whose file was never made: they are vacant (空号), and the ledger says so.

Numbers are taken and their files made under one lock. Where a year's last event takes a case number, whoever held the lock died,
and there is no such case, it died in between. A case that somebody removed is not taken for one: its bag was marked as
changing, and nothing of it was being made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, InvalidValue, NewerFormat
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo
from archivist.model.reference_numbers import Allocation
from archivist.store import durable_files
from archivist.store.commit import Draft
from archivist.store.ledger import LedgerBags, stamp_of

OPENING: Final = "opening"
"""Where, in the folder for work, cases stand that are opened together; see ``bulk_openings``."""
_WHY: Final = "立户中断，没有立成"


class CaseNumbers:
    """The case numbers of the ledger. Callers hold the workspace's lock.

    Args:
        ledgers: the ledger's bags.
        is_unmade: tells of a number whether its file was never made, as far as what a death left says.
    """

    def __init__(self, ledgers: LedgerBags, is_unmade: Callable[[CaseNo], bool]) -> None:
        self._ledgers = ledgers
        self._is_unmade = is_unmade

    def recover(self) -> tuple[list[str], list[str]]:
        """Enter as vacant what was taken and not used; idempotent, after every bag has recovered.

        Returns:
            What was done, and what could not be; both in Chinese.
        """
        done: list[str] = []
        alarms: list[str] = []
        for year, event in self._ledgers.last_events():
            numbers = [number for number in _taken(event) if self._is_unmade(number)]
            if not numbers:
                continue
            data = {
                "sequence": event.data["sequence"],
                "year": event.data["year"],
                "numbers": [number.sequence for number in numbers],
            }
            try:
                self._ledgers.enter(year, Draft(Op.NUMBERS_VACANT, data, _WHY), stamp_of(event))
            except (IntegrityAlarm, NewerFormat) as alarm:
                alarms.append(str(alarm))
            else:
                done.extend(f"{number}：{_WHY}，登记为空号" for number in numbers)
        return done, alarms


def announce(work: Path, number: CaseNo) -> None:
    """Say that a case is being made now, to whoever recovers from the death of the one who makes it.

    Raises:
        WriteFailed: E204, nothing was made.
    """
    with durable_files.writing("没有建立户档"):
        durable_files.make_folder(work / f"new-{number}")


def unmade(work: Path, cases: Path, marked: Collection[str]) -> Callable[[CaseNo], bool]:
    """Return what tells of a case number whether its file was never made; asked before ``work`` is emptied.

    Args:
        work: where cases are made.
        cases: where they go.
        marked: the bags that are marked as changing.
    """
    making = {path.name for path in work.iterdir()}
    if OPENING in making:
        making |= {f"new-{path.name}" for path in (work / OPENING).iterdir()}

    def is_unmade(number: CaseNo) -> bool:
        unmarked = f"new-{number}" in making or str(number) not in marked
        return unmarked and not (cases / str(number)).exists()

    return is_unmade


def _taken(event: Event) -> tuple[CaseNo, ...]:
    """Return the case numbers that an event takes: one, or for a roster many at once."""
    if event.op is not Op.NUMBERS_ALLOCATED:
        return ()
    taken = Allocation.of(event)
    try:
        first = CaseNo.parse(f"{taken.sequence}-{taken.year}-{taken.first:06d}")
    except InvalidValue:  # a reference number
        return ()
    return tuple(replace(first, sequence=n) for n in range(taken.first, taken.last + 1))
