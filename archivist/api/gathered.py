"""What was worked out of all households, kept by a process that answers many questions, until something it rests on changes."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from archivist.api import agenda, case_list, retention
from archivist.api.agenda import AgendaView, DueMemory
from archivist.api.case_list import CaseList, ListMemory, ListOrder
from archivist.api.retention import RetentionList

if TYPE_CHECKING:
    from archivist.preservation.passed_over import PassedOverLately
    from archivist.procedure.sights_basis import SightsBasis
    from archivist.workspace import Workspace

T = TypeVar("T", AgendaView, CaseList, RetentionList)
MOST: Final = 8
"""So many answers are kept; the oldest goes first."""
LARGE: Final = 1_000
"""Of so many lines on, an answer is felt by the garbage collector."""
LONGEST: Final = dt.timedelta(minutes=10)
"""So old may be what nothing but the files of all households could show to be wrong: damage that came without an event."""


class Gathered:
    """The answers of one office that many sessions share.

    Each question looks first whether index, ledger, rules, settings and the folders of the households are as they were (``basis``); what is
    kept is given only then, and none that names something unread (未检) is kept: that is looked at each time. Where something changed, what was
    worked out of each household is taken from ``agenda.DueMemory``, and only those that changed are worked out anew.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._due = DueMemory.empty()
        self._listed = ListMemory(self._due.households)
        self._stretch = 0
        self._lately: PassedOverLately | None = None
        self._basis: SightsBasis | None = None
        self._kept: dict[tuple[object, ...], Any] = {}
        self._resting: dict[str, dt.date | None] = {}

    def due(self, workspace: Workspace, *, on: dt.datetime, days: int | None) -> AgendaView:
        """Return what ``agenda.due`` does, of this minute.

        Raises:
            IndexFault: E400.
        """
        minute = on.replace(second=0, microsecond=0)
        found = self._answer(
            workspace,
            ("due", minute),
            lambda: agenda.due(workspace, on=on, days=None, memory=self._due),
        )
        self._let_rest("due", on.date(), len(found.entries))
        return found.within(days)

    def cases(self, workspace: Workspace, *, on: dt.date, order: ListOrder) -> CaseList:
        """Return what ``case_list.list_cases`` does.

        Raises:
            IndexFault: E400.
        """
        found = self._answer(
            workspace,
            ("cases", on, order),
            lambda: case_list.list_cases(workspace, on=on, order=order, memory=self._listed),
        )
        self._let_rest("cases", on, len(found.cases))
        return found

    def retained(self, workspace: Workspace, *, on: dt.date, at: dt.datetime) -> RetentionList:
        """Return what ``retention.retention_list`` does; all files are looked at again after ``LONGEST``.

        Args:
            workspace: the open workspace.
            on: the civil day of the list.
            at: the moment of the question.
        """
        from archivist.preservation.passed_over import PassedOverLately

        stretch = int(at.timestamp() // LONGEST.total_seconds())

        def listed() -> RetentionList:
            if stretch != self._stretch:
                self._stretch, self._lately = stretch, PassedOverLately()
            lately = self._lately if self._due.households.sights.looked else None
            return retention.retention_list(workspace, on=on, lately=lately)

        return self._answer(workspace, ("retained", on, stretch), listed)

    def _let_rest(self, what: str, on: dt.date | None, size: int) -> None:
        """Take what was made for a whole day out of the rounds of Python's garbage collector.

        Each full round went through all of it, in the midst of somebody's request. What is dropped of it later is freed as ever: nothing of it
        refers back to itself.
        """
        with self._lock:
            if size >= LARGE and self._resting.get(what, dt.date.min) != on:
                self._resting[what] = on
                gc.collect()
                gc.freeze()

    def _answer(self, workspace: Workspace, key: tuple[object, ...], make: Callable[[], T]) -> T:
        from archivist.procedure.sights_basis import basis

        with self._lock:
            now = basis(workspace, self._basis)
            if now is None or now != self._basis:
                self._basis, self._kept = now, {}
            if key in self._kept:
                kept: T = self._kept[key]
                return kept
            self._due.households.sights.looked = now is not None
            made = make()
            if now is not None and not made.unread:
                while len(self._kept) >= MOST:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = made
            return made
