"""A clerk's own file: read as long as it stays what it is, and removed once it is filed, only if it is still that file."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from archivist.errors import UnreadableFile
from archivist.model.ids import Sha256
from archivist.os_reasons import reason_of
from archivist.store import nt, open_writers
from archivist.store.durable_files import digest_of, is_link
from archivist.store.open_writers import WriterSeen

_BINARY: Final = getattr(os, "O_BINARY", 0)
_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)
_NO_FILE: Final = "不是普通文件（链接、管道或设备），不予收件"
_SHARING_VIOLATION: Final = 32
LEAVING: Final = ".leaving-"
"""How the name of an original begins while it leaves an inbox that is on another disk than the archive."""


@contextmanager
def open_original(path: Path) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    """Open a clerk's file for reading: a regular file, no link followed; it must be the same file at the end.

    Raises:
        UnreadableFile: E101, when it is no regular file, or it changed while it was being copied.
    """
    try:
        if sys.platform == "win32" and is_link(path.lstat()):  # pragma: no cover (no O_NOFOLLOW there)
            raise UnreadableFile(_NO_FILE, file=path.name)
        fd = os.open(path, os.O_RDONLY | _NOFOLLOW | _BINARY)
    except OSError as error:
        raise UnreadableFile(f"打不开：{reason_of(error)}", file=path.name) from error
    with os.fdopen(fd, "rb") as handle:
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            raise UnreadableFile(_NO_FILE, file=path.name)
        yield handle, before
        after = os.fstat(fd)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise UnreadableFile("收件过程中文件又有变动，将在写完后重新收取", file=path.name)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a clerk's file was when it was read; times in nanoseconds.

    ``ctime_ns`` moves with every change, whatever a writer does to the other time, and with a new name or mode too.
    """

    sha256: Sha256
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def remove_original(path: Path, was: Identity, aside: Path) -> bool:
    """Remove a clerk's original once it is filed, only if it is still the very file that was filed and nobody writes.

    Where the system grants it, this is done under a lease: whoever opens the file for writing meanwhile waits, is
    seen, and finds it in its place; on Windows whoever tries is refused. On the way the file gets another name, because a file without any name
    could not be given back: in ``aside`` where that is on the same disk, else where it lies (``LEAVING``; see ``give_back``).

    Args:
        path: the original.
        was: what was filed.
        aside: a folder of the program's own, emptied at the next start.

    Returns:
        Whether it is gone. A file that changed, or that somebody has open for writing, stays: it may become a new one.
    """
    try:
        fd = _open_unwritten(path)
    except FileNotFoundError:
        return True
    except OSError as error:
        if getattr(error, "winerror", None) == _SHARING_VIOLATION or error.errno in (
            errno.EAGAIN,
            errno.ELOOP,
            errno.ENXIO,
        ):  # lent to a writer; a link or a pipe by now
            return False
        raise
    try:
        with open_writers.lease(fd, path) as lease:
            if lease.writer is WriterSeen.YES or not _is_still(path, fd, was):
                return False
            leaving = _step_aside(path, aside / f"leaving-{was.inode}")
            if lease.is_wanted or os.fstat(fd).st_size != was.size:
                _step_back(leaving, path)
                return False
            if sys.platform == "win32":  # pragma: no cover
                nt.unlink(leaving)
            else:
                leaving.unlink(missing_ok=True)
    finally:
        os.close(fd)
    return True


def _open_unwritten(path: Path) -> int:
    if sys.platform == "win32":  # pragma: no cover
        return nt.open_unwritten(path)
    return os.open(path, os.O_RDONLY | _NOFOLLOW | _NONBLOCK | _BINARY)


def _is_still(path: Path, fd: int, was: Identity) -> bool:
    opened, named = os.fstat(fd), path.lstat()
    if is_link(named):
        return False
    if (opened.st_dev, opened.st_ino) != (named.st_dev, named.st_ino) or not stat.S_ISREG(opened.st_mode):
        return False
    if (opened.st_size, opened.st_mtime_ns, opened.st_ino) != (was.size, was.mtime_ns, was.inode):
        return False
    # Windows says under this name when the file was made; and FAT and some shares number no files, so all of them have 0.
    if sys.platform != "win32" and opened.st_ino and opened.st_ctime_ns == was.ctime_ns:
        return True
    with os.fdopen(os.dup(fd), "rb") as handle:
        return digest_of(handle) == (was.sha256, was.size)


def _step_aside(path: Path, leaving: Path) -> Path:
    """Move a file where nobody looks for it; return where it is. A name that is as long as names may be it keeps."""
    for aside in (leaving, path.with_name(LEAVING + path.name)):
        try:
            path.rename(aside)
        except OSError as error:
            if error.errno in (errno.EXDEV, errno.ENAMETOOLONG):
                continue
            if error.errno == errno.ENOENT:
                break
            raise
        return aside
    return path


def give_back(inbox: Path) -> None:
    """Give originals their names back that a kill left on their way out of an inbox: they are known by them, and go again."""
    for folder, _, names in os.walk(inbox):
        for name in names:
            if name.startswith(LEAVING) and name != LEAVING:
                with suppress(OSError):  # gone meanwhile: another watch is at it
                    _step_back(Path(folder, name), Path(folder, name.removeprefix(LEAVING)))


def _step_back(leaving: Path, path: Path) -> None:
    if leaving == path:
        return
    names = [path, *(path.with_name(f"{path.stem} ({n}){path.suffix}") for n in range(2, 1000))]
    leaving.rename(next(n for n in names if not os.path.lexists(n)))
