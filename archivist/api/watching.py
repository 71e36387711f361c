"""Watching the inbox for as long as the office is open: who does, since when nobody did, which files it could not take."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from archivist.api.authorisation import authorised
from archivist.api.fixity import Verified, enter_heads, verify_next_round
from archivist.api.inbox import DropOutcomeView, NotTakenView, Tell, TellPassed, telling
from archivist.api.result import Problem
from archivist.errors import ArchivistError
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace


def who_watches(workspace: Workspace) -> str:
    """Return in words who watches the inbox at this moment; empty when nobody does."""
    from archivist.ingest.watch_folder import watcher_lock

    return watcher_lock(workspace).watcher()


@authorised(Act.TAKE_INBOX)
def watch_inbox(
    workspace: Workspace,
    by: Callable[[], By],
    tell: Tell,
    stop: threading.Event,
    checked: Callable[[Verified | Problem], None],
    tell_passed: TellPassed = lambda _: None,
) -> None:
    """File what is dropped until ``stop`` is set; once an hour, while nothing is dropped, check some of the archive.

    At midnight the heads of what changed come into the ledger. What could not be taken is noted beside the index until it is.

    Args:
        workspace: the open workspace.
        by: called for every act.
        tell: called for each outcome.
        stop: ends the watch between two files.
        checked: called with what an hourly check found, or why it could not be done; that never ends the watch.
        tell_passed: called once for each thing in the inbox that is never taken.

    Raises:
        AlreadyWatched: E211, one watches at a time.
    """
    from archivist.ingest.watch_folder import watch, watcher_lock

    log = _Noted(workspace, by)

    def told(outcome: DropOutcomeView, done: int, known: int) -> None:
        log.take(outcome)
        tell(outcome, done, known)

    def check() -> None:
        log.write()
        try:
            done = verify_next_round(workspace, by())
        except ArchivistError as error:
            checked(Problem.of(error))
        else:
            if done is not None:
                checked(done)

    def enter() -> None:
        try:
            enter_heads(workspace, by())
        except ArchivistError as error:
            checked(Problem.of(error))

    if not watcher_lock(workspace).watcher():  # else the watch itself refuses, and the other one's note stays
        log.write()
    watch(
        workspace, by, telling(told), stop, check, lambda passed: tell_passed(NotTakenView.of(passed)), enter
    )
    with suppress(ArchivistError):
        log.write()


class _Noted:
    """Keeps the note of a watch: when it was last heard of, which files stay in the inbox and why."""

    def __init__(self, workspace: Workspace, by: Callable[[], By]) -> None:
        from archivist.store.watch_note import LeftBehind

        self._workspace, self._by = workspace, by
        self._left: dict[str, LeftBehind] = {}

    def take(self, outcome: DropOutcomeView) -> None:
        """Note what became of a file."""
        from archivist.store.watch_note import LeftBehind

        if outcome.left:
            error = outcome.left.error
            self._left[outcome.name] = LeftBehind(error.code, error.message, error.remedy)
        else:
            self._left.pop(outcome.name, None)
        self.write()

    def write(self) -> None:
        """Write it down; a note that cannot be written stops no watch."""
        from archivist.store import watch_note

        heard = self._by().real_time.isoformat(timespec="seconds")
        watch_note.write(self._workspace.root, watch_note.WatchNote(heard, self._left))
