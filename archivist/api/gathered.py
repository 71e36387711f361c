"""What was worked out of all households, kept by a process that answers many questions, until something it rests on changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from archivist.api import agenda, case_list, retention
from archivist.api.agenda import AgendaView
from archivist.api.case_list import CaseList, ListOrder
from archivist.api.retention import RetentionList

if TYPE_CHECKING:
    from archivist.procedure.sights_basis import SightsBasis
    from archivist.workspace import Workspace

T = TypeVar("T", AgendaView, CaseList, RetentionList)
MOST: Final = 8
"""So many answers are kept; the oldest goes first."""
LONGEST: Final = dt.timedelta(minutes=10)
"""So old may be what nothing but the files of all households could show to be wrong: damage that came without an event."""


class Gathered:
    """The answers of one office that many sessions share.

    Each question looks first whether index, ledger, rules, settings and the folders of the households are as they were (``basis``); what is
    kept is given only then, and none that names something unread (未检) is kept: that is looked at each time.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._basis: SightsBasis | None = None
        self._kept: dict[tuple[object, ...], Any] = {}

    def due(self, workspace: Workspace, *, on: dt.datetime, days: int | None) -> AgendaView:
        """Return what ``agenda.due`` does, of this minute.

        Raises:
            IndexFault: E400.
        """
        minute = on.replace(second=0, microsecond=0)
        return self._answer(workspace, ("due", minute, days), lambda: agenda.due(workspace, on=on, days=days))

    def cases(self, workspace: Workspace, *, on: dt.date, order: ListOrder) -> CaseList:
        """Return what ``case_list.list_cases`` does.

        Raises:
            IndexFault: E400.
        """
        return self._answer(
            workspace, ("cases", on, order), lambda: case_list.list_cases(workspace, on=on, order=order)
        )

    def retained(self, workspace: Workspace, *, on: dt.date, at: dt.datetime) -> RetentionList:
        """Return what ``retention.retention_list`` does; all files are looked at again after ``LONGEST``.

        Args:
            workspace: the open workspace.
            on: the civil day of the list.
            at: the moment of the question.
        """
        stretch = int(at.timestamp() // LONGEST.total_seconds())
        return self._answer(
            workspace, ("retained", on, stretch), lambda: retention.retention_list(workspace, on=on)
        )

    def _answer(self, workspace: Workspace, key: tuple[object, ...], make: Callable[[], T]) -> T:
        from archivist.procedure.sights_basis import basis

        with self._lock:
            now = basis(workspace, self._basis)
            if now is None or now != self._basis:
                self._basis, self._kept = now, {}
            if key in self._kept:
                kept: T = self._kept[key]
                return kept
            made = make()
            if now is not None and not made.unread:
                while len(self._kept) >= MOST:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = made
            return made
