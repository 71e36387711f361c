"""Files of which the retention list has nothing to say: open, and held by nothing. What was read of them is known again by their files.

Disposable (``index/passed_over.json``) and never trusted blindly: a file is passed over only while every event of its chain has the inode,
size, times of writing and of change it had *before* it was read and checked. Whoever alters a byte and puts the time of writing back changes
the time of change, which no program sets; such a file is read again, and what is wrong with it told (未检). A bit that the disk lost by
itself shows in none of them: ``verify`` reads all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from array import array
from collections.abc import Sequence
from itertools import chain as joined
from pathlib import Path
from typing import Final

from archivist.declarations.cache import CheckedTables
from archivist.model.case import Case
from archivist.model.group_holds import GroupHold
from archivist.model.ids import CaseNo
from archivist.rules.disposition.retention import Retention, RetentionStatus
from archivist.rules.pack import Pack
from archivist.rules.rule_days import RuleDays
from archivist.store import chain, durable_files
from archivist.workspace import Workspace

FILE: Final = "passed_over.json"
_WIDEST: Final = (1 << 64) - 1


class PassedOverLately:
    """Files a process passed over a moment ago, which it need not look at again for a while unless their chains have other heads.

    Only for whoever has just found that the index knows every event that is there (``procedure.sights_basis``). Used by one question at a time.
    """

    def __init__(self) -> None:
        self._under: object = None
        self._heads: dict[CaseNo, object] = {}

    def under(self, *rests_on: object) -> dict[CaseNo, object]:
        """Return the files with the heads at which they were passed over; of what rested on anything else nothing."""
        if rests_on != self._under:
            self._under, self._heads = rests_on, {}
        return self._heads


class UnlistedFiles:
    """The files that need not be read for the list of a day.

    Args:
        workspace: the open workspace.
        on: the day of the list.
        groups: the holds of the ledger: what one of them may be about is read.
    """

    def __init__(self, workspace: Workspace, on: dt.date, groups: Sequence[GroupHold]) -> None:
        self._cases = workspace.archive.cases
        self._pack: Final[Pack] = workspace.pack
        self._on, self._groups = on, groups
        self._kept = CheckedTables(workspace.root / "index" / FILE)
        self._rows: dict[tuple[str, str], bool] = {}

    def state(self, number: CaseNo) -> str:
        """Return by what the files of a chain show that nobody wrote to them since; empty where they show nothing yet."""
        try:
            return state_of(self._cases / str(number))
        except OSError:
            return ""

    def knows(self, number: CaseNo, state: str) -> bool:
        """Tell whether a file was found to have no place on any list, and is as it was then."""
        if not state or any(group.cases.may_fit(number) for group in self._groups):
            return False
        row = self._kept.get(str(number), state)
        return row is not None and self._holds(str(row), number)

    def note(self, case: Case, period: Retention, state: str) -> bool:
        """Remember a file that has no place on the list, whatever the day; tell whether it is such a one."""
        found = bool(state) and not case.holds and period.status is RetentionStatus.OPEN
        if found:
            self._kept.put(str(case.number), state, period.rule.id)
        return found

    def save(self) -> None:
        """Keep what is known for the next list."""
        self._kept.save()

    def _holds(self, row: str, number: CaseNo) -> bool:
        """Tell whether the pack has the row a file will be kept by on that day: where it has none, the list says so of each file."""
        key = (row, number.category.value)
        if key not in self._rows:
            self._rows[key] = self._pack.find(row, number.category, RuleDays.alike(self._on)) is not None
        return self._rows[key]


def state_of(folder: Path) -> str:
    """Return a digest of names, inodes, sizes and times of the events of a bag; empty where one is too new to be told by these.

    Raises:
        OSError: one cannot be looked at.
    """
    names = chain.event_names(folder)
    found = list(durable_files.states(f"{folder}/{chain.EVENTS}", names))
    now = time.time_ns()
    if not found or not max(found, key=lambda one: max(one.mtime_ns, one.ctime_ns)).is_settled(now):
        return ""
    # without the number of the device, which another boot may give to another disk
    numbers = joined.from_iterable(
        (one.inode & _WIDEST, one.size, one.mtime_ns, one.ctime_ns) for one in found
    )
    return hashlib.sha256("/".join(names).encode() + array("Q", numbers).tobytes()).hexdigest()
