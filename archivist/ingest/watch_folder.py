"""The watched inbox: what lies there, what has settled, and the loop that files it.

Watcher events are only hints. The truth is a look at the folder: at the start, on every event, and on a timer,
because files that were there before give no event, a moved file gives no "closed", and queues overflow.
"""

from __future__ import annotations

import re
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from archivist.errors import ArchivistError, UnreadableFile
from archivist.ingest.filing import DropOutcome, LeftInInbox, ReadDrop, file_dropped, prepare
from archivist.model.by import By
from archivist.reading.reader_process import Reader
from archivist.store.durable_files import shown
from archivist.workspace import Workspace

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

_IGNORED = re.compile(
    r"~\$.*|\._.*|\..*|Thumbs\.db|desktop\.ini|@eaDir|#recycle|.*\.(tmp|part|crdownload|partial|swp)|.*~",
    re.I,
)
"""Locks, shadows and half-made files that office programs and shares leave behind."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it looked: any change restarts its clock."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file in the inbox; ``name`` is relative to it, with ``/``."""

    path: Path
    name: str
    seen: FileState


def look(inbox: Path) -> Iterator[Dropped]:
    """Yield the regular files in the inbox and its folders, oldest first. Links and ignored names are passed over."""
    found: list[tuple[int, Dropped]] = []
    todo = [inbox]
    while todo:
        folder = todo.pop()
        try:
            entries = list(folder.iterdir())
        except OSError:  # gone, or not readable just now: the next look may see it
            continue
        for path in entries:
            if _IGNORED.fullmatch(path.name):
                continue
            try:
                info = path.lstat()
            except OSError:
                continue
            if stat.S_ISDIR(info.st_mode):
                todo.append(path)
            elif stat.S_ISREG(info.st_mode):
                seen = FileState(info.st_size, info.st_mtime_ns, info.st_ino)
                name = shown(path.relative_to(inbox).as_posix())
                found.append((info.st_mtime_ns, Dropped(path, name, seen)))
    yield from (d for _, d in sorted(found, key=lambda f: (f[0], f[1].name)))


class Settler:
    """Tells which files have settled: unchanged in size, time and identity for ``settle_s`` seconds."""

    def __init__(self, settle_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._settle_s = settle_s
        self._clock = clock
        self._since: dict[Path, tuple[FileState, float]] = {}

    def settled(self, inbox: Path) -> tuple[list[Dropped], int]:
        """Look once; return the settled files and how many still move."""
        now = self._clock()
        here = list(look(inbox))
        since: dict[Path, tuple[FileState, float]] = {}
        ready = []
        for dropped in here:
            before = self._since.get(dropped.path)
            start = before[1] if before and before[0] == dropped.seen else now
            since[dropped.path] = (dropped.seen, start)
            if now - start >= self._settle_s:
                ready.append(dropped)
        self._since = since
        return ready, len(here) - len(ready)


class Readers:
    """A few reading processes, each used by one thread at a time."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._free: SimpleQueue[Reader] = SimpleQueue()
        self._all = [Reader() for _ in range(count)]
        for reader in self._all:
            self._free.put(reader)

    def submit(self, dropped: Dropped) -> Future[ReadDrop]:
        """Read a file beside others."""
        return self._pool.submit(self._prepare, dropped)

    def _prepare(self, dropped: Dropped) -> ReadDrop:
        reader = self._free.get()
        try:
            return prepare(dropped.path, dropped.name, reader)
        finally:
            self._free.put(reader)

    def close(self) -> None:
        """End the reading processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for reader in self._all:
            reader.close()

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Report = Callable[[DropOutcome, int, int], None]
"""Called for each outcome with the number done and the number known of."""
Now = Callable[[], By]
"""Called for every act of a long run: by whom, at that moment."""


def file_settled(
    workspace: Workspace,
    by: Now,
    ready: list[Dropped],
    readers: Readers,
    report: Report,
    stop: threading.Event,
) -> int:
    """Read the settled files in parallel and file them one by one; return how many left the inbox."""
    todo = list(reversed(ready))
    running: dict[Future[ReadDrop], Dropped] = {}
    done = gone = 0
    while (todo and not stop.is_set()) or running:
        while todo and len(running) < readers.count * 2 and not stop.is_set():
            dropped = todo.pop()
            running[readers.submit(dropped)] = dropped
        finished, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in finished:
            dropped = running.pop(future)
            done += 1
            try:
                outcome = file_dropped(workspace, by(), future.result())
            except (
                ArchivistError
            ) as error:  # it changed while it was read, or reading could not start: next time
                outcome = LeftInInbox(dropped.name, error)
            except OSError as error:  # the disk or a share fails just now: the watch lives on
                outcome = LeftInInbox(
                    dropped.name, UnreadableFile(f"磁盘出错：{error.strerror}", file=dropped.path.name)
                )
            gone += not isinstance(outcome, LeftInInbox)
            report(outcome, done, len(ready))
    return gone


def file_once(workspace: Workspace, by: Now, report: Report, stop: threading.Event | None = None) -> None:
    """File everything that is in the inbox now, waiting until what still moves has settled; then return."""
    stop = stop or threading.Event()
    options = workspace.config.options
    workspace.catch_up(by())
    settler = Settler(options.settle_s)
    tried: set[tuple[Path, FileState]] = set()
    with ExitStack() as stack:
        readers: Readers | None = None
        while not stop.is_set():
            ready, moving = settler.settled(workspace.archive.inbox)
            fresh = [d for d in ready if (d.path, d.seen) not in tried]
            if not fresh and not moving:
                return
            if fresh:
                readers = readers or stack.enter_context(Readers(reader_count(workspace)))
                file_settled(workspace, by, fresh, readers, report, stop)
                tried |= {(d.path, d.seen) for d in fresh}
            if moving:
                stop.wait(min(0.2, max(options.settle_s / 4, 0.01)))


def reader_count(workspace: Workspace) -> int:
    """Return how many reading processes to run."""
    import os

    return workspace.config.options.readers or os.cpu_count() or 1


CHORE_S = 3600.0
"""Seconds between two rounds of whatever else a long watch sees to."""


def watch(
    workspace: Workspace,
    by: Now,
    report: Report,
    stop: threading.Event,
    chore: Callable[[], None] = lambda: None,
) -> None:
    """File what is dropped until ``stop`` is set. A file that fails is left in place and tried again later.

    Args:
        workspace: the open workspace.
        by: called for every act.
        report: called for each outcome.
        stop: ends the watch between two files.
        chore: called once an hour while nothing is dropped; the rolling check of the archive.
    """
    options = workspace.config.options
    workspace.catch_up(by())
    hint = threading.Event()
    settler = Settler(options.settle_s)
    retry_at: dict[tuple[Path, FileState], float] = {}
    chore_at = time.monotonic() + min(CHORE_S, options.rescan_s)
    with Readers(reader_count(workspace)) as readers:
        observer = _observe(workspace.archive.inbox, hint)
        try:
            while not stop.is_set():
                hint.clear()
                ready, moving = settler.settled(workspace.archive.inbox)
                now = time.monotonic()
                fresh = [d for d in ready if retry_at.get((d.path, d.seen), 0.0) <= now]
                for d in fresh:
                    retry_at[d.path, d.seen] = now + options.rescan_s
                if fresh:
                    file_settled(workspace, by, fresh, readers, report, stop)
                retry_at = {k: t for k, t in retry_at.items() if k[0].exists()}
                if not fresh and not moving and time.monotonic() >= chore_at:
                    chore()
                    chore_at = time.monotonic() + CHORE_S
                if not observer.is_alive():
                    observer = _observe(workspace.archive.inbox, hint)
                pause = min(0.5, options.settle_s) if moving else options.rescan_s
                _sleep(hint, stop, pause)
        finally:
            observer.stop()
            observer.join()


def _sleep(hint: threading.Event, stop: threading.Event, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not stop.is_set() and not hint.is_set() and (left := end - time.monotonic()) > 0:
        hint.wait(min(left, 0.5))


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
