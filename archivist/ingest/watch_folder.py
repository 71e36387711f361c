"""The watched inbox: the loop that files what has settled in it (``settling``).

Watcher events are only hints. The truth is a look at the folder: at the start, on every event, and on a timer,
because files that were there before give no event, a moved file gives no "closed", and queues overflow.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypeVar

from archivist.config import WatchMode
from archivist.errors import ArchivistError, DroppedFileError, StillWritten, UnreadableFile, WriteFailed
from archivist.ingest.batches import Outcome, take_in, try_parts
from archivist.ingest.filing import AlreadyFiled, LeftInInbox, ReadDrop, prepare
from archivist.ingest.photo_papers import ReadPhotos, read_dropped, take_in_photos
from archivist.ingest.settling import NOTHING, Dropped, FileState, PassedOver, Settler, WaitsFor
from archivist.model.by import By
from archivist.os_reasons import reason_of
from archivist.reading.reader_process import Reader
from archivist.store import inbox_claim, inbox_place, originals
from archivist.store.lock import WatcherLock
from archivist.store.mounts import filesystem, is_share
from archivist.workspace import Workspace

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver


T = TypeVar("T")


class Readers:
    """A few reading processes, each used by one thread at a time."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._free: SimpleQueue[Reader] = SimpleQueue()
        self._all = [Reader() for _ in range(count)]
        for reader in self._all:
            self._free.put(reader)

    def submit(self, dropped: Dropped) -> Future[ReadDrop | ReadPhotos]:
        """Read a file beside others."""
        return self._pool.submit(self._prepare, dropped)

    def _prepare(self, dropped: Dropped) -> ReadDrop | ReadPhotos:
        reader = self._free.get()
        try:
            if dropped.photos:
                prepared: ReadDrop | ReadPhotos = read_dropped(dropped, reader)
            else:
                prepared = prepare(dropped.path, dropped.name, reader)
        finally:
            self._free.put(reader)
        # A folder on the way may be a link by now, and lead to a file that nobody dropped.
        files = prepared.photos if isinstance(prepared, ReadPhotos) else (prepared,)
        read = {FileState(f.original.size, f.original.mtime_ns, f.original.inode) for f in files}
        if read != {one.seen for one in dropped.photos or (dropped,)}:
            raise UnreadableFile("看过之后文件又有变动，将在写完后收取", file=dropped.path.name)
        return prepared

    def close(self) -> None:
        """End the reading processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for reader in self._all:
            reader.close()

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Report = Callable[[Outcome, int, int], None]
"""Called for each outcome with the number done and the number known of."""
Notice = Callable[[PassedOver], None]
"""Called once for each thing that is never taken."""
Now = Callable[[], By]
"""Called for every act of a long run: by whom, at that moment."""


_WORDS: Final = {
    WaitsFor.WRITER: "有程序正打开它写入，写完关闭后再收取",
    WaitsFor.END: "还没有结尾，可能正在扫描或传送，留在收件箱等它写完",
    WaitsFor.FOLDER: "同一文件夹里还有文件没有写完，都写完后一并收取",
}


class _Told:
    """What was said of each file, so that a rescan does not say it again."""

    def __init__(self) -> None:
        self._done: set[tuple[Path, FileState]] = set()
        self._said: dict[tuple[Path, FileState], str] = {}
        self._waits: dict[Path, WaitsFor] = {}

    def is_news(self, dropped: Dropped, outcome: Outcome) -> bool:
        """Note an outcome; tell whether anything new is in it.

        Where a file is that was done, and whose original could not be removed, the outcome is the same the next time.
        """
        key = dropped.path, dropped.seen
        if isinstance(outcome, LeftInInbox):
            said, self._said[key] = self._said.get(key), outcome.error.what
            return said != outcome.error.what
        is_new = key not in self._done
        if not isinstance(outcome, AlreadyFiled):
            self._done.add(key)
            self._said[key] = outcome.remark
        return is_new

    def waits(self, waiting: Sequence[tuple[Dropped, WaitsFor]]) -> list[tuple[Dropped, WaitsFor]]:
        """Note what waits; return what waited for nothing or something else before."""
        now = {dropped.path: what for dropped, what in waiting}
        new = [(d, what) for d, what in waiting if self._waits.get(d.path) is not what]
        self._waits = now
        return new

    def forget_gone(self) -> None:
        """Forget files that are not there any more."""
        self._said = {k: v for k, v in self._said.items() if k[0].exists()}
        self._done = {k for k in self._done if k[0].exists()}


def _still_written(dropped: Dropped, what: WaitsFor) -> LeftInInbox:
    return LeftInInbox(dropped.name, StillWritten(_WORDS[what], file=dropped.path.name))


def file_settled(
    workspace: Workspace,
    by: Now,
    ready: Sequence[Dropped],
    readers: Readers,
    report: Report,
    stop: threading.Event,
    told: _Told,
) -> None:
    """Read the settled files in parallel and file them one by one; what was told before is not told again."""
    for done, (dropped, read) in enumerate(read_beside(iter(ready), readers, stop), 1):
        outcome = outcome_of(dropped, partial(_taken, workspace, by, read))
        if isinstance(outcome, LeftInInbox) and not os.path.lexists(dropped.path):
            continue  # taken back, or by another run beside this one
        if told.is_news(dropped, outcome):
            report(outcome, done, len(ready))


def _taken(workspace: Workspace, by: Now, read: Future[ReadDrop | ReadPhotos]) -> Outcome:
    found = read.result()
    if isinstance(found, ReadPhotos):
        return take_in_photos(workspace, by(), found)
    return take_in(workspace, by(), found)


def read_beside(
    files: Iterator[Dropped], readers: Readers, stop: threading.Event
) -> Iterator[tuple[Dropped, Future[ReadDrop | ReadPhotos]]]:
    """Read files beside one another and yield each as it is done; after ``stop`` no other is begun."""
    running: dict[Future[ReadDrop | ReadPhotos], Dropped] = {}
    more = True
    while (more and not stop.is_set()) or running:
        while more and len(running) < readers.count * 2 and not stop.is_set():
            if dropped := next(files, None):
                running[readers.submit(dropped)] = dropped
            else:
                more = False
        finished, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in finished:
            yield running.pop(future), future


def outcome_of(dropped: Dropped, take: Callable[[], T]) -> T | LeftInInbox:
    """Take a file that was read; what goes wrong is an outcome, and the next one is taken."""
    try:
        return take()
    except ArchivistError as error:  # it changed while it was read, or reading could not start: next time
        return LeftInInbox(dropped.name, error)
    except OSError as error:  # the disk or a share fails just now: the watch lives on
        return LeftInInbox(
            dropped.name, UnreadableFile(f"磁盘出错：{reason_of(error)}", file=dropped.path.name)
        )


def file_once(
    workspace: Workspace,
    by: Now,
    report: Report,
    stop: threading.Event | None = None,
    notice: Notice = lambda _: None,
) -> None:
    """File everything that is in the inbox now, waiting until what still moves has settled; then return.

    What somebody has open for writing or has no end yet is not waited for once it stands still: it is left.

    Raises:
        DroppedFileError: E100, the inbox is not to be had just now.
    """
    stop = stop or threading.Event()
    options = workspace.config.options
    _require_inbox(workspace)
    _begin(workspace, by, report)
    settler, told = Settler(options), _Told()
    tried: set[tuple[Path, FileState]] = set()
    with ExitStack() as stack:
        readers: Readers | None = None
        while not stop.is_set():
            seen = settler.look(workspace.archive.inbox)
            fresh = [d for d in seen.ready if (d.path, d.seen) not in tried]
            if not fresh and not seen.moving:
                for n, (dropped, what) in enumerate(seen.waiting, 1):
                    report(_still_written(dropped, what), n, len(seen.waiting))
                for passed in seen.passed_over:
                    notice(passed)
                return
            if fresh:
                readers = readers or stack.enter_context(Readers(reader_count(workspace)))
                file_settled(workspace, by, fresh, readers, report, stop, told)
                tried |= {(d.path, d.seen) for d in fresh}
            if seen.moving:
                stop.wait(min(0.2, max(options.settle_s / 4, 0.01)))


def _require_inbox(workspace: Workspace) -> None:
    """Refuse an inbox from which nothing can be taken just now, or that is another workspace's; see ``inbox_claim``."""
    archive = workspace.archive
    inbox_place.require(archive.inbox)
    inbox_claim.claim(archive.inbox, workspace.root, archive.trail.origin())


def _begin(workspace: Workspace, by: Now, report: Report) -> None:
    """Let the index follow what it missed, put back what a killed run was taking away, then try the parts of batches it left untried."""
    workspace.catch_up(by())
    originals.give_back(workspace.archive.inbox)
    parts = list(try_parts(workspace, by()))
    for done, part in enumerate(parts, 1):
        report(part, done, len(parts))


def reader_count(workspace: Workspace) -> int:
    """Return how many reading processes to run."""
    return workspace.config.options.readers or os.cpu_count() or 1


CHORE_S: Final = 3600.0
"""Seconds between two rounds of whatever else a long watch sees to."""
POLL_S: Final = 2.0
"""Seconds between two looks while something waits for its writer, and where the system tells of no changes."""


def watch(
    workspace: Workspace,
    by: Now,
    report: Report,
    stop: threading.Event,
    chore: Callable[[], None] = lambda: None,
    notice: Notice = lambda _: None,
    midnight: Callable[[], None] = lambda: None,
    beside: AbstractContextManager[object] | None = None,
) -> None:
    """File what is dropped until ``stop`` is set. A file that fails is left in place and tried again later.

    Args:
        workspace: the open workspace.
        by: called for every act.
        report: called for each outcome; for a file that stays as it is, once.
        stop: ends the watch between two files.
        chore: called once an hour while nothing is dropped; the rolling check of the archive.
        notice: called once for each thing that is never taken.
        midnight: called when a new civil day has begun.
        beside: entered once it is sure that nobody else watches, left before another one may.

    Raises:
        AlreadyWatched: E211, one watches at a time.
    """
    with watcher_lock(workspace).held(by().actor), beside or nullcontext():
        _watch(workspace, by, report, stop, chore, notice, midnight)


def watcher_lock(workspace: Workspace) -> WatcherLock:
    """Return what whoever watches the inbox holds."""
    return WatcherLock(workspace.archive.root / ".watching")


def _watch(
    workspace: Workspace,
    by: Now,
    report: Report,
    stop: threading.Event,
    chore: Callable[[], None],
    notice: Notice,
    midnight: Callable[[], None],
) -> None:
    options, inbox = workspace.config.options, workspace.archive.inbox
    _begin(workspace, by, report)
    hint = threading.Event()
    settler, told, notices = Settler(options), _Told(), _Notices(options.settle_long_s, notice)
    said = ""
    retry_at: dict[tuple[Path, FileState], float] = {}
    today = by().today
    chore_at = time.monotonic() + min(CHORE_S, options.rescan_s)
    with Readers(reader_count(workspace)) as readers, _Hints(inbox, options.watch, hint) as hints:
        while not stop.is_set():
            hint.clear()
            try:
                _require_inbox(workspace)
                said = ""
            except (DroppedFileError, WriteFailed) as error:  # a share comes back, and the watch goes on
                if error.what != said:
                    report(LeftInInbox("收件箱", error), 1, 1)
                said = error.what
            seen = NOTHING if said else settler.look(inbox)
            now = time.monotonic()
            fresh = [d for d in seen.ready if retry_at.get((d.path, d.seen), 0.0) <= now]
            for d in fresh:
                retry_at[d.path, d.seen] = now + options.rescan_s
            for n, (dropped, what) in enumerate(new := told.waits(seen.waiting), 1):
                report(_still_written(dropped, what), n, len(new))
            notices.give(seen.passed_over, now)
            if fresh:
                file_settled(workspace, by, fresh, readers, report, stop, told)
            retry_at = {k: t for k, t in retry_at.items() if k[0].exists()}
            told.forget_gone()
            if by().today != today:
                today = by().today
                midnight()
            if not fresh and not seen.moving and time.monotonic() >= chore_at:
                workspace.tidy_index()
                chore()
                chore_at = time.monotonic() + CHORE_S
            quick = seen.waiting or not hints.come()
            pause = min(0.5, options.settle_s) if seen.moving else options.rescan_s
            _sleep(hint, stop, min(pause, POLL_S) if quick else pause)


class _Notices:
    """Gives notice of what is never taken: once, and only when it lies there for a while, not of what is being made."""

    def __init__(self, after_s: float, notice: Notice) -> None:
        self._after_s = after_s
        self._notice = notice
        self._since: dict[PassedOver, float] = {}
        self._given: set[PassedOver] = set()

    def give(self, passed_over: Sequence[PassedOver], now: float) -> None:
        self._since = {p: self._since.get(p, now) for p in passed_over}
        self._given &= self._since.keys()
        for passed, since in self._since.items():
            if passed not in self._given and now - since >= self._after_s:
                self._given.add(passed)
                self._notice(passed)


def _sleep(hint: threading.Event, stop: threading.Event, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not stop.is_set() and not hint.is_set() and (left := end - time.monotonic()) > 0:
        hint.wait(min(left, 0.5))


class _Hints:
    """Sets an event when the system tells of a change in the inbox, where it does."""

    def __init__(self, inbox: Path, mode: WatchMode, hint: threading.Event) -> None:
        self._inbox = inbox
        self._hint = hint
        self._wanted = mode is WatchMode.AUTO and not is_share(filesystem(inbox))
        self._observer: BaseObserver | None = None

    def __enter__(self) -> _Hints:
        self.come()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def come(self) -> bool:
        """Tell whether changes are told; an observer that died is replaced."""
        if self._wanted and (self._observer is None or not self._observer.is_alive()):
            self._end()
            try:
                self._observer = _observe(self._inbox, self._hint)
            except OSError:  # no more watches to be had from the system: it is looked for all the same
                self._observer = None
        return self._observer is not None

    def _end(self) -> None:
        if self._observer is not None and self._observer.is_alive():
            self._observer.stop()
            self._observer.join()


def _observe(inbox: Path, hint: threading.Event) -> BaseObserver:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers import Observer

    class OnlyAHint(FileSystemEventHandler):
        """An exception here would end the observer for good, so nothing is done here."""

        def on_any_event(self, event: FileSystemEvent) -> None:
            if event.event_type not in ("opened", "closed_no_write"):
                hint.set()

    observer: Any = Observer()
    observer.schedule(OnlyAHint(), str(inbox), recursive=True)
    observer.start()
    return observer  # type: ignore[no-any-return]
