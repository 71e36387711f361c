"""One writer per workspace, and one who watches: a lock file with its owner, released by the system when the owner dies."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from archivist.errors import AlreadyWatched, ArchiveLocked
from archivist.model.plain_json import MalformedData, parse_json
from archivist.store.durable_files import writing

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def try_lock(fd: int) -> bool:
        """Lock an open file for this process, unless another holds it; tell whether it is locked now."""
        os.lseek(fd, 4096, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def try_lock(fd: int) -> bool:
        """Lock an open file for this process, unless another holds it; tell whether it is locked now."""
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


_OWNER_BYTES: Final = 1 << 16


class WriterLock:
    """The workspace's lock. Re-entrant within a thread; other threads and processes wait in line (``WaitingLine``).

    The file names the owner (host, process, actor) while it is held and is emptied on release: an owner still
    named when the lock is free died in the middle of something, so the next holder must recover first.
    On a network share the system's lock may not reach other hosts; ``doctor`` says so.

    Args:
        path: the lock's file.
        wait_s: seconds to wait in which it does not change hands; as long as it does, those in line have their turn.
        admit: may refuse by raising; asked before the file is touched, and again once others have let go of it.
    """

    def __init__(self, path: Path, *, wait_s: float = 30.0, admit: Callable[[], None] = lambda: None) -> None:
        self.path = path
        self.wait_s = wait_s
        self._admit = admit
        self._thread = threading.RLock()
        self._depth = 0

    @contextmanager
    def held(self, actor: str) -> Iterator[bool]:
        """Hold the lock for a block.

        Yields:
            Whether the previous owner died holding it.

        Raises:
            ArchiveLocked: E203, with the owner and the place in line, after ``wait_s`` seconds.
        """
        with self._thread:
            if self._depth:
                self._depth += 1
                try:
                    yield False
                finally:
                    self._depth -= 1
                return
            self._admit()
            with writing("没有写入任何内容"):
                fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                self._wait(fd)
                self._admit()
                dirty = os.fstat(fd).st_size > 0
                with writing("没有写入任何内容"):
                    _name_owner(fd, actor)
                self._depth = 1
                try:
                    yield dirty
                except Exception:
                    # Something may be half-applied: leave the owner's name, the next holder recovers.
                    self._depth = 0
                    raise
                self._depth = 0
                with suppress(OSError):  # what is done is done; the next holder looks for what is not
                    os.ftruncate(fd, 0)
            finally:
                self._depth = 0
                os.close(fd)

    def _wait(self, fd: int) -> None:
        line = WaitingLine(self.path.with_name(f"{self.path.name}-line"))
        if self.wait_s > 0 and line.is_formed():
            line.join()
        try:
            moved, since = 0, time.monotonic()
            while not (first := line.is_first()) or not try_lock(fd):
                # It has changed hands when its file was written to: its owner is named there, and taken out.
                if (now := os.fstat(fd).st_mtime_ns) != moved:
                    moved, since = now, time.monotonic()
                if time.monotonic() - since >= self.wait_s:
                    who, ahead = in_words(owner_of(self.path)), line.ahead()
                    place = f"，前面还有 {ahead} 个在等" if ahead else ""
                    raise ArchiveLocked(f"等了 {self.wait_s:.0f} 秒，{who}仍在写入{place}")
                line.join()
                time.sleep(_FIRST_POLL_S if first else _POLL_S)
        finally:
            line.leave()


_POLL_S: Final = 0.02
_FIRST_POLL_S: Final = 0.005


class WaitingLine:
    """Who waits for a lock, in the order they came: a folder with a file each, which its waiter holds locked.

    Each looks at those before it alone. A file that nobody holds is of a waiter that died, and is taken away by whoever
    comes upon it. Where no file can be made (a full disk, no permission) one waits without a place. The folder is there only
    while somebody waits; a lock that is free and has no line costs one look for it.

    Args:
        folder: beside the lock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ticket: Path | None = None
        self._handle: int | None = None

    def is_formed(self) -> bool:
        """Tell whether somebody waits, or did when it died."""
        return bool(self._names())

    def join(self) -> None:
        """Take the last place; the own one again where somebody took it for a dead one's before it was locked."""
        for _ in range(_TRIES):
            if self._has_place():
                return
            try:
                self._take()
            except FileNotFoundError:  # the last to leave took the folder away meanwhile
                continue
            except OSError:
                return

    def _take(self) -> None:
        if self._ticket is None:
            last = max((int(name.partition("-")[0]) for name in self._names()), default=0)
            place = f"{max(time.time_ns(), last + 1):020d}-{os.getpid()}-{threading.get_ident()}"
            self._ticket = self.folder / place
        self._let_go()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._handle = os.open(self._ticket, os.O_RDWR | os.O_CREAT, 0o600)
        try_lock(self._handle)

    def _has_place(self) -> bool:
        if self._ticket is None or self._handle is None:
            return False
        try:
            return self._ticket.stat().st_ino == os.fstat(self._handle).st_ino
        except OSError:
            return False

    def is_first(self) -> bool:
        """Tell whether nobody alive came before; whoever has no place tries as it can."""
        if self._ticket is None or self._handle is None:
            return True
        before = [name for name in self._names() if name < self._ticket.name]
        return not any(_is_waiting(self.folder / name) for name in reversed(before))

    def ahead(self) -> int:
        """Return how many stand before this one."""
        return sum(self._ticket is not None and name < self._ticket.name for name in self._names())

    def leave(self) -> None:
        """Give up the place, if there is one; the last takes the folder away."""
        if self._ticket is None:
            return
        self._let_go()
        with suppress(OSError):
            self._ticket.unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()
        self._ticket = None

    def _let_go(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _names(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self.folder) if _TICKET.fullmatch(name))  # noqa: PTH208
        except OSError:
            return []


_TRIES: Final = 5
_TICKET: Final = re.compile(r"\d{20}-\d+-\d+")


def _is_waiting(ticket: Path) -> bool:
    """Tell whether whoever has this place lives; the file of one who does not is taken away."""
    try:
        handle = os.open(ticket, os.O_RDWR)
    except OSError:  # gone, or not ours to look into: it holds nobody up
        return False
    try:
        if not try_lock(handle):
            return True
        with suppress(OSError):
            ticket.unlink(missing_ok=True)
        return False
    finally:
        os.close(handle)


class WatcherLock:
    """Held by whoever watches the inbox, for as long as that lasts; the file names who it is, and since when.

    Args:
        path: the lock's file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self, actor: str) -> Iterator[None]:
        """Be the one who watches, for a block.

        Raises:
            AlreadyWatched: E211, somebody else is; it says who.
        """
        with writing("没有开始守候"):
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not try_lock(fd):
                raise AlreadyWatched(f"{in_words(owner_of(self.path))}正在守候收件箱")
            with writing("没有开始守候"):
                _name_owner(fd, actor)
            try:
                yield
            finally:
                with suppress(OSError):
                    os.ftruncate(fd, 0)
        finally:
            os.close(fd)

    def watcher(self) -> str:
        """Return in words who watches at this moment; empty when nobody does."""
        try:
            fd = os.open(self.path, os.O_RDWR)
        except OSError:  # never watched, or not ours to look into
            return ""
        try:
            return "" if try_lock(fd) else in_words(owner_of(self.path))
        finally:
            os.close(fd)


def owner_of(path: Path) -> dict[str, Any]:
    """Return who holds a lock, empty when nobody says."""
    try:
        owner = parse_json(path.read_bytes(), most=_OWNER_BYTES)
    except (OSError, MalformedData):
        return {}
    return owner if isinstance(owner, dict) else {}


def in_words(owner: Mapping[str, Any]) -> str:
    """Name the owner of a lock for people."""
    if not owner:
        return "另一个进程"
    told = {key: owner.get(key, "?") for key in ("host", "pid", "actor", "since")}
    return f"{told['host']} 上的进程 {told['pid']}（{told['actor']}，自 {told['since']}）"


def _name_owner(fd: int, actor: str) -> None:
    owner = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "actor": actor,
        "since": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
    # Never empty in between: an empty file says that the last owner left in peace.
    text = json.dumps(owner, ensure_ascii=False).encode()
    os.lseek(fd, 0, os.SEEK_SET)
    os.ftruncate(fd, max(os.write(fd, text), 1))
