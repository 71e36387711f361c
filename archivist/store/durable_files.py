"""The few things the archive does to a disk, each with its durability stated. One place for every os call.

Nothing here overwrites: new files are made with ``O_EXCL``; a rename onto something that exists is refused unless
the function's name says ``replace``. An fsync error is never retried on the same descriptor: after one, the kernel
may have dropped the dirty pages and a second fsync would report success for data that is gone.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from archivist.errors import ArchiveError, IntegrityAlarm, UnreadableFile, WriteFailed
from archivist.model.ids import Sha256
from archivist.os_reasons import reason_of
from archivist.store import open_writers
from archivist.store.open_writers import WriterSeen

FILE_MODE: Final = 0o600
PAYLOAD_MODE: Final = 0o400
FOLDER_MODE: Final = 0o700
_CHUNK: Final = 1 << 20
_BINARY: Final = getattr(os, "O_BINARY", 0)
_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)
_LINK_TAGS: Final = (0xA000000C, 0xA0000003)
"""``IO_REPARSE_TAG_SYMLINK`` and ``IO_REPARSE_TAG_MOUNT_POINT`` of Windows."""
HAS_FOLDER_FSYNC: Final = sys.platform != "win32"


@contextmanager
def writing(state: str, file: object = None) -> Iterator[None]:
    """Turn an ``OSError`` of the block into ``WriteFailed``, which says in what state things are left."""
    try:
        yield
    except OSError as error:
        raise WriteFailed(f"{reason_of(error)}（errno {error.errno}）；{state}", file=file) from error


def shown(name: str) -> str:
    """Return a path from the disk as text that can be stored and shown; names in raw GBK bytes become readable."""
    return "/".join(map(_shown_part, name.split("/")))


def _shown_part(name: str) -> str:
    try:
        raw = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a UTF-16 pair, as Windows allows
        return name.encode("utf-8", "replace").decode()
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def is_link(state: os.stat_result) -> bool:
    """Tell from an ``lstat`` whether it is of a symbolic link or a junction, which may lead anywhere."""
    return stat.S_ISLNK(state.st_mode) or getattr(state, "st_reparse_tag", 0) in _LINK_TAGS


def make_folder(path: Path) -> None:
    """Make one folder; it must not exist. Durable after ``sync_folder`` of its parent."""
    path.mkdir(mode=FOLDER_MODE)


def make_folders(path: Path, *, below: Path) -> None:
    """Make the missing folders between ``below`` and ``path``, each durable before anything moves into it.

    Raises:
        IntegrityAlarm: E202, one of them is a link: what is written there would be somewhere else.
    """
    missing = []
    while path != below:
        if not path.is_dir():
            missing.append(path)
        elif is_link(path.lstat()):
            raise IntegrityAlarm(f"{path.name} 是链接，不是文件夹，不写入任何内容", file=below.name)
        path = path.parent
    for folder in reversed(missing):
        make_folder(folder)
        sync_folder(folder.parent)


def sync_names(path: Path) -> None:
    """Make the names of all folders below a folder durable, the outer ones first."""
    for folder, folders, _ in os.walk(path):
        if folders:
            sync_folder(Path(folder))


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable. Windows has no such call; ``doctor`` says so."""
    if not HAS_FOLDER_FSYNC:
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_tree(path: Path) -> None:
    """Make everything in a folder durable at once: thousands of small files one by one would take minutes."""
    if hasattr(os, "sync"):
        os.sync()
        return
    for folder, _, names in os.walk(path):
        for name in names:
            fd = os.open(Path(folder, name), os.O_RDWR | _BINARY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
        sync_folder(Path(folder))


def write_unsynced(path: Path, chunks: Iterable[bytes], *, mode: int = FILE_MODE) -> tuple[Sha256, int]:
    """Write a file that must not exist; durable after ``sync_tree`` of a folder above.

    Returns:
        The SHA-256 of what was given, and its size in bytes.
    """
    digest, size = hashlib.sha256(), 0
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY, FILE_MODE)
    try:
        for chunk in chunks:
            view = memoryview(chunk)
            while view:
                view = view[os.write(fd, view) :]
            digest.update(chunk)
            size += len(chunk)
        if mode != FILE_MODE and hasattr(os, "fchmod"):
            os.fchmod(fd, mode)
    finally:
        os.close(fd)
    return Sha256(digest.hexdigest()), size


def write_new(path: Path, source: bytes | BinaryIO, *, mode: int = FILE_MODE) -> tuple[Sha256, int]:
    """Write a file that must not exist, fsync it, read it back and compare.

    Returns:
        Its SHA-256 and its size in bytes.

    Raises:
        FileExistsError: it is already there; nothing was touched.
        WriteFailed: E204, when what came back from the disk is not what was written.
        OSError: the disk refused; the caller removes the staging folder.
    """
    digest = hashlib.sha256()
    size = 0
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, FILE_MODE)
    try:
        for chunk in _chunks(source):
            view = memoryview(chunk)
            while view:
                view = view[os.write(fd, view) :]
            digest.update(chunk)
            size += len(chunk)
        if mode != FILE_MODE and hasattr(os, "fchmod"):
            os.fchmod(fd, mode)
        os.fsync(fd)
    finally:
        os.close(fd)
    written = Sha256(digest.hexdigest())
    if digest_of(path) != (written, size):
        raise WriteFailed("写入后读回的内容与原件不一致，磁盘可能有故障", file=path.name)
    return written, size


def _chunks(source: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    while chunk := source.read(_CHUNK):
        yield chunk


def open_to_append(path: Path) -> int:
    """Open a file of the program's own that only grows, making it where it is not; no link is followed. The caller closes it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _NOFOLLOW | _BINARY
    return os.open(path, flags, FILE_MODE)


def append(fd: int, data: bytes) -> None:
    """Add to the end of an open file; durable when this returns."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.fsync(fd)


def read(path: str) -> bytes:
    """Return what a file holds."""
    with open(path, "rb", buffering=0) as handle:  # noqa: PTH123 (hundreds for each commit: quick)
        return handle.read()


class FileStamp(NamedTuple):
    """By what a file shows that nobody wrote to it, or put another in its place. Times in nanoseconds."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    device: int

    @classmethod
    def of(cls, found: os.stat_result) -> FileStamp:
        """Return the state that ``stat`` found."""
        return cls(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev)

    def is_settled(self, now_ns: int) -> bool:
        """Tell whether a later change will show: clocks of files tick slowly, and two writes within a tick look like one."""
        newest = max(self.mtime_ns, self.ctime_ns)
        return newest + (_TICK_NS if newest % 1_000_000 else _COARSE_TICK_NS) < now_ns


_TICK_NS: Final = 100_000_000
_COARSE_TICK_NS: Final = 2_500_000_000
"""Some file systems know times to two seconds only."""


def read_stated(path: str) -> tuple[bytes, FileStamp | None]:
    """Return what a file holds, and its state before it was read; ``None`` when it was written to a moment ago."""
    with open(path, "rb", buffering=0) as handle:  # noqa: PTH123 (hundreds for each commit: quick)
        now_ns = time.time_ns()
        state = FileStamp.of(os.fstat(handle.fileno()))
        return handle.read(), state if state.is_settled(now_ns) else None


def states(folder: str, names: Iterable[str]) -> Iterator[FileStamp]:
    """Yield the states of some files of a folder; a link's own state where one stands there."""
    for name in names:
        yield FileStamp.of(os.stat(f"{folder}/{name}", follow_symlinks=False))  # noqa: PTH116 (hundreds: quick)


def digest_of(source: Path | BinaryIO) -> tuple[Sha256, int]:
    """Return the SHA-256 and size in bytes of a file, or of what an open one still holds."""
    if isinstance(source, Path):
        with open(source, "rb", buffering=0) as handle:  # noqa: PTH123
            return digest_of(handle)
    digest = hashlib.sha256()
    size = 0
    for chunk in _chunks(source):
        digest.update(chunk)
        size += len(chunk)
    return Sha256(digest.hexdigest()), size


@contextmanager
def open_original(path: Path) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    """Open a clerk's file for reading: a regular file, no link followed; it must be the same file at the end.

    Raises:
        UnreadableFile: E101, when it is no regular file, or it changed while it was being copied.
    """
    try:
        fd = os.open(path, os.O_RDONLY | _NOFOLLOW | _BINARY)
    except OSError as error:
        raise UnreadableFile(f"打不开：{reason_of(error)}", file=path.name) from error
    with os.fdopen(fd, "rb") as handle:
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            raise UnreadableFile("不是普通文件（链接、管道或设备），不予收件", file=path.name)
        yield handle, before
        after = os.fstat(fd)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise UnreadableFile("收件过程中文件又有变动，将在写完后重新收取", file=path.name)


def rename_new(source: Path, target: Path) -> None:
    """Rename without overwriting. Durable after ``sync_folder`` of both parents. One writer is assumed (lock)."""
    if os.path.lexists(target):
        raise ArchiveError("目标位置已有文件，拒绝覆盖", file=target.name)
    source.rename(target)


def free_place(folder: Path, path: str) -> Path:
    """Return a place in a folder where nothing is yet, under a name made of a path with ``/``."""
    name = path.replace("/", "_")
    return next(t for n in range(100_000) if not os.path.lexists(t := folder / f"{n:03d} {name}"))


def replace(source: Path, target: Path) -> None:
    """Rename over a file of the program's own (manifests). Durable after ``sync_folder``."""
    source.replace(target)


def unlink(path: Path) -> None:
    """Remove a file of the program's own, if it is still there."""
    path.unlink(missing_ok=True)


def remove_tree(path: Path) -> None:
    """Remove a staging folder with all it holds; a partly removed one is removed the rest of the way."""
    try:
        path.rmdir()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if sys.platform == "win32":  # pragma: no cover
            for entry in path.rglob("*"):  # what is read-only cannot be removed there
                if entry.is_file():
                    entry.chmod(FILE_MODE)
        shutil.rmtree(path)


def remove_if_empty(path: Path) -> None:
    """Remove a folder of the program's own unless something is in it, or it is not there."""
    try:
        path.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
            raise


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
    seen, and finds it in its place. On the way the file gets a name in ``aside`` where that is on the same disk,
    because a file without any name could not be given back.

    Args:
        path: the original.
        was: what was filed.
        aside: a folder of the program's own, emptied at the next start.

    Returns:
        Whether it is gone. A file that changed, or that somebody has open for writing, stays: it may become a new one.
    """
    try:
        fd = os.open(path, os.O_RDONLY | _NOFOLLOW | _NONBLOCK | _BINARY)
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno in (
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
            leaving.unlink(missing_ok=True)
    finally:
        os.close(fd)
    return True


def _is_still(path: Path, fd: int, was: Identity) -> bool:
    opened, named = os.fstat(fd), path.lstat()
    if (opened.st_dev, opened.st_ino) != (named.st_dev, named.st_ino) or not stat.S_ISREG(opened.st_mode):
        return False
    if (opened.st_size, opened.st_mtime_ns, opened.st_ino) != (was.size, was.mtime_ns, was.inode):
        return False
    if opened.st_ctime_ns == was.ctime_ns:
        return True
    with os.fdopen(os.dup(fd), "rb") as handle:
        return digest_of(handle) == (was.sha256, was.size)


def _step_aside(path: Path, leaving: Path) -> Path:
    """Move a file where nobody looks for it, if that is on the same disk; return where it is."""
    if not HAS_FOLDER_FSYNC:  # Windows moves no file that is open
        return path
    try:
        path.rename(leaving)
    except OSError as error:
        if error.errno in (errno.EXDEV, errno.ENOENT):
            return path
        raise
    return leaving


def _step_back(leaving: Path, path: Path) -> None:
    if leaving == path:
        return
    names = [path, *(path.with_name(f"{path.stem} ({n}){path.suffix}") for n in range(2, 1000))]
    leaving.rename(next(n for n in names if not os.path.lexists(n)))
