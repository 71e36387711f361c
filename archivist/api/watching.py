"""Watching the inbox for as long as the office is open: who does, since when nobody did, which files it could not take."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist.api.authorisation import authorised
from archivist.api.fixity import Verified, enter_heads, verify_next_round
from archivist.api.inbox import DropOutcomeView, NotTakenView, Tell, TellPassed, telling
from archivist.api.result import Problem
from archivist.errors import ArchivistError, IntegrityAlarm, StillWritten
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.ingest.settling import PassedOver
    from archivist.model.by import By
    from archivist.workspace import Workspace


BEAT_S: Final = 30.0
"""Seconds between two signs of life of a watch; after three that are missing it counts as dead."""


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
        stop: ends the watch between two files; so does the file ``index/watch.stop``.
        checked: called with what an hourly check found, or why it could not be done; that never ends the watch.
        tell_passed: called once for each thing in the inbox that is never taken.

    Raises:
        AlreadyWatched: E211, one watches at a time.
    """
    from archivist.ingest.watch_folder import watch
    from archivist.reader_errors import ReaderBroken
    from archivist.reading.reader_trial import fault_of_reader

    log = _Noted(workspace, by, checked)

    def try_reader() -> None:
        log.reader = fault_of_reader()
        if log.reader:
            log.check(Problem.of(ReaderBroken(log.reader)))

    def told(outcome: DropOutcomeView, done: int, known: int) -> None:
        log.take(outcome)
        tell(outcome, done, known)

    def check() -> None:
        try_reader()
        log.write()
        try:
            done = verify_next_round(workspace, by())
        except ArchivistError as error:
            log.check(Problem.of(error))
        else:
            if done is not None:
                log.check(done)

    def enter() -> None:
        try:
            enter_heads(workspace, by())
        except ArchivistError as error:
            log.check(Problem.of(error))

    @contextmanager
    def noted() -> Iterator[None]:
        try:
            with _stopped_by_file(workspace.root, stop):
                log.write()  # whoever reads it may ask this watch to end
                try_reader()
                with log.beating():
                    yield
        finally:
            log.runs = False
            with suppress(ArchivistError):
                log.write()

    def passed_over(passed: PassedOver) -> None:
        tell_passed(NotTakenView.of(passed))

    watch(workspace, by, telling(told), stop, check, passed_over, enter, noted())


@contextmanager
def _stopped_by_file(root: Path, stop: threading.Event) -> Iterator[None]:
    """Look twice a second whether somebody made the file that ends the watch; one of before is taken away first."""
    from archivist.store import watch_note

    watch_note.forget_stop(root)
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_S):
            if watch_note.is_asked_to_stop(root):
                stop.set()
                return

    looker = threading.Thread(target=look, name="stop file", daemon=True)
    looker.start()
    try:
        yield
    finally:
        over.set()
        looker.join()
        watch_note.forget_stop(root)


_LOOK_S: Final = 0.5


_MOST_ERRORS: Final = 500
_DAY: Final = dt.timedelta(days=1)
_DAYS_OF_ROOM: Final = 60


class _Noted:
    """Keeps the note of a watch: when it was last heard of, which files stay in the inbox and why; what went wrong, how the disk fills."""

    def __init__(
        self, workspace: Workspace, by: Callable[[], By], checked: Callable[[Verified | Problem], None]
    ) -> None:
        from archivist.store import watch_note
        from archivist.store.watch_note import LeftBehind

        self._workspace, self._by, self._checked = workspace, by, checked
        self._left: dict[str, LeftBehind] = {}
        self._writing = threading.Lock()
        self.runs, self.reader = True, ""
        before = watch_note.read(workspace.root)
        self._filed, self._errors, self._free = before.filed, [*before.errors], dict(before.free)

    def take(self, outcome: DropOutcomeView) -> None:
        """Note what became of a file."""
        from archivist.store.watch_note import LeftBehind

        if outcome.left:
            error = outcome.left.error
            self._left[outcome.name] = LeftBehind(error.code, error.message, error.remedy)
            if error.code != StillWritten.code:
                self._went_wrong(error.code)
        else:
            self._left.pop(outcome.name, None)
        if outcome.filed:
            self._filed = self._now()
        self.write()

    def check(self, found: Verified | Problem) -> None:
        """Note what a check could not do, or found, and tell of it."""
        if isinstance(found, Problem):
            self._went_wrong(found.code)
        elif found.findings:
            self._went_wrong(IntegrityAlarm.code)
        self._checked(found)

    def _went_wrong(self, code: str) -> None:
        from archivist.store.watch_note import NotedError

        self._errors = [*self._errors, NotedError(self._now(), code)][-_MOST_ERRORS:]

    def _now(self) -> str:
        return self._by().real_time.isoformat(timespec="seconds")

    def write(self) -> None:
        """Write it down; a note that cannot be written stops no watch."""
        from archivist.store import watch_note

        now = self._by().real_time
        with self._writing:
            self._errors = [one for one in self._errors if dt.datetime.fromisoformat(one.at) > now - _DAY]
            with suppress(OSError):
                self._free[now.date().isoformat()] = shutil.disk_usage(self._workspace.archive.root).free
            self._free = dict(sorted(self._free.items())[-_DAYS_OF_ROOM:])
            heard = now.isoformat(timespec="seconds")
            note = watch_note.WatchNote(
                heard,
                dict(self._left),
                self.runs,
                self.reader,
                self._filed,
                tuple(self._errors),
                self._free,
            )
            watch_note.write(self._workspace.root, note)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Write the note again and again meanwhile, so that ``status`` sees a watch that was killed."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(BEAT_S):
                with suppress(ArchivistError):
                    self.write()

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
