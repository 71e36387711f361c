"""One writer per workspace, and one who watches: a lock file with its owner, released by the system when the owner dies."""

from __future__ import annotations

import json
import os
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
    """The workspace's lock. Re-entrant within a thread; other threads and processes wait.

    The file names the owner (host, process, actor) while it is held and is emptied on release: an owner still
    named when the lock is free died in the middle of something, so the next holder must recover first.
    On a network share the system's lock may not reach other hosts; ``doctor`` says so.

    Args:
        path: the lock's file.
        wait_s: seconds to wait for others.
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
            ArchiveLocked: E203, with the owner, after ``wait_s`` seconds.
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
        end = time.monotonic() + self.wait_s
        while not try_lock(fd):
            if time.monotonic() >= end:
                who = in_words(owner_of(self.path))
                raise ArchiveLocked(f"等了 {self.wait_s:.0f} 秒，{who}仍在写入")
            time.sleep(0.05)


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
