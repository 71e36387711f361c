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
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from archivist.errors import ArchiveError, IntegrityAlarm, WriteFailed
from archivist.model.ids import Sha256
from archivist.os_reasons import reason_of
from archivist.printable import portable_name
from archivist.store import nt

FILE_MODE: Final = 0o600
PAYLOAD_MODE: Final = 0o400
FOLDER_MODE: Final = 0o700
_CHUNK: Final = 1 << 20
_BINARY: Final = getattr(os, "O_BINARY", 0)
_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_LINK_TAGS: Final = (0xA000000C, 0xA0000003)
"""``IO_REPARSE_TAG_SYMLINK`` and ``IO_REPARSE_TAG_MOUNT_POINT`` of Windows."""


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


def make_private_folder(path: Path) -> None:
    """Make a folder that nobody but its owner may open, unless it is there, and those above it. Windows does not go by the mode."""
    if sys.platform == "win32" and path.is_dir():  # pragma: no cover
        return
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    if sys.platform == "win32":  # pragma: no cover
        nt.make_private(path)


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


class _Deferral(threading.local):
    """Whether this thread leaves it to one sync to make durable what it writes."""

    on = False


_deferral: Final = _Deferral()


@contextmanager
def unsynced() -> Iterator[None]:
    """Make nothing durable that a block writes: ``sync_tree`` of a folder above does afterwards, at once. Nobody may rely on any of it before."""
    _deferral.on = True
    try:
        yield
    finally:
        _deferral.on = False


def sync_names(path: Path) -> None:
    """Make the names of all folders below a folder durable, the outer ones first."""
    for folder, folders, _ in os.walk(path):
        if folders:
            sync_folder(Path(folder))


def sync_folder(path: Path, *, strict: bool = False) -> None:
    """Make the names in a folder durable. Some disks under Windows cannot; ``doctor`` says so.

    Args:
        path: the folder.
        strict: whether it is an error that the disk cannot.
    """
    if _deferral.on:
        return
    if sys.platform == "win32":  # pragma: no cover
        try:
            nt.flush_folder(path)
        except OSError as error:
            if strict or not nt.cannot_flush_folders(error):
                raise
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
            sync_file(Path(folder, name))
        sync_folder(Path(folder))


def sync_file(path: Path) -> None:
    """Make a file durable where that is not done for all at once. One that is read-only was written out before it was made so."""
    if not os.access(path, os.W_OK):
        return
    fd = os.open(path, os.O_RDWR | _BINARY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


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
        _take_mode(fd, mode)
    finally:
        os.close(fd)
    _take_mode_closed(path, mode)
    return Sha256(digest.hexdigest()), size


def _take_mode(fd: int, mode: int) -> None:
    if mode != FILE_MODE:
        if sys.platform != "win32":
            os.fchmod(fd, mode)
        else:  # pragma: no cover
            os.fsync(fd)  # once it is read-only nobody can open it to write it out


def _take_mode_closed(path: Path, mode: int) -> None:
    if sys.platform == "win32" and mode == PAYLOAD_MODE:  # pragma: no cover
        nt.make_read_only(path)


def write_new(path: Path, source: bytes | BinaryIO, *, mode: int = FILE_MODE) -> tuple[Sha256, int]:
    """Write a file that must not exist, fsync it (unless ``unsynced``), read it back and compare.

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
        _take_mode(fd, mode)
        if not _deferral.on:
            os.fsync(fd)
    finally:
        os.close(fd)
    _take_mode_closed(path, mode)
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

    def with_change(self, place: str | int) -> FileStamp:
        """Return it with when the file was last changed, which Windows says only when it is asked by path or descriptor."""
        if sys.platform == "win32":  # pragma: no cover
            return self._replace(ctime_ns=nt.changed_ns(place))
        return self

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
        state = FileStamp.of(os.fstat(handle.fileno())).with_change(handle.fileno())
        return handle.read(), state if state.is_settled(now_ns) else None


def states(folder: str, names: Iterable[str]) -> Iterator[FileStamp]:
    """Yield the states of some files of a folder; a link's own state where one stands there."""
    for name in names:
        path = f"{folder}/{name}"
        yield FileStamp.of(os.stat(path, follow_symlinks=False)).with_change(path)  # noqa: PTH116 (hundreds: quick)


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


def rename_new(source: Path, target: Path) -> None:
    """Rename without overwriting. Durable after ``sync_folder`` of both parents. One writer is assumed (lock)."""
    if os.path.lexists(target):
        raise ArchiveError("目标位置已有文件，拒绝覆盖", file=target.name)
    if sys.platform == "win32":  # pragma: no cover
        nt.move(source, target)
    else:
        source.rename(target)


def free_place(folder: Path, path: str) -> Path:
    """Return a place in a folder where nothing is yet, under a name made of a path with ``/``."""
    name = portable_name(path)
    return next(t for n in range(100_000) if not os.path.lexists(t := folder / f"{n:03d} {name}"))


def replace(source: Path, target: Path) -> None:
    """Rename over a file of the program's own (manifests). Durable after ``sync_folder``."""
    if sys.platform == "win32":  # pragma: no cover
        nt.move(source, target, over=True)
    else:
        source.replace(target)


def unlink(path: Path) -> None:
    """Remove a file of the program's own, if it is still there."""
    if sys.platform == "win32":  # pragma: no cover
        with suppress(FileNotFoundError):
            nt.unlink(path)
    else:
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
            for entry in path.rglob("*"):  # what is read-only, or looked at by a scanner, rmtree leaves
                if not entry.is_dir():
                    nt.unlink(entry)
        shutil.rmtree(path)


def remove_if_empty(path: Path) -> None:
    """Remove a folder of the program's own unless something is in it, or it is not there."""
    try:
        path.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
            raise
