"""Copying many files onto another medium: linked where an earlier copy there is the same, read back from the medium in the end.

A single file is not made durable by itself, which on a slow disk would cost minutes for thousands of small ones; ``settle`` makes
all of them durable at once and reads every copied one back past the system's memory where the system lets it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

from archivist.errors import WriteFailed
from archivist.model.ids import Sha256
from archivist.os_reasons import reason_of
from archivist.store import durable_files

_CHUNK: Final = 1 << 20
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_NO_LINKS: Final = (
    errno.EPERM,
    errno.EXDEV,
    errno.EMLINK,
    errno.ENOTSUP,
    errno.ENOSYS,
    errno.EACCES,
    errno.EINVAL,
)
_NO_SUCH_NAME: Final = (errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG)


class SourceUnreadable(Exception):
    """A file that cannot be read, or whose name the medium does not take; ``why`` in Chinese."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Copied:
    """A file as it is on the medium; ``size`` in bytes."""

    sha256: Sha256
    size: int


class Copier:
    """Copies files beside an earlier copy.

    Args:
        before: the folder of the earlier copy; ``None`` for none.
        earlier: the digests of the files in it, by path.

    Attributes:
        copied: how many files were copied, ``copied_bytes`` their length; ``linked`` how many were linked.
        bytes: the length of all.
    """

    def __init__(self, before: Path | None, earlier: Mapping[str, Sha256]) -> None:
        self._before = before
        self._earlier = earlier
        self._by_digest = {digest: path for path, digest in earlier.items()}
        self._links = before is not None
        self._to_read: dict[Path, Sha256] = {}
        self.copied = self.copied_bytes = self.linked = self.bytes = 0

    def take(self, source: Path, target: Path, digest: Sha256 | None) -> Copied:
        """Bring a file that never changes to its place; by its digest it may be the earlier copy of any path.

        Args:
            source: where it is.
            target: where it goes; folders on the way are made.
            digest: what it ought to be; ``None`` where that is not known.

        Returns:
            What was copied, which need not be what it ought to be.

        Raises:
            FileNotFoundError: it is not there. SourceUnreadable: it cannot be read. OSError: the medium refused.
        """
        if digest is not None and (path := self._by_digest.get(digest)) and self.link(path, target):
            return Copied(digest, target.stat().st_size)
        return self._copy(source, target, payload=target.parts.count("data") > 0)

    def take_changing(self, source: Path, target: Path, path: str, info: os.stat_result) -> Copied:
        """Bring a file that may change: the earlier copy of its path stands for it while size and time are the same.

        Args:
            source: where it is; ``info`` how it looked.
            target: where it goes.
            path: of the earlier copy.
            info: see ``source``.
        """
        if self._before is not None and path in self._earlier:
            with suppress(OSError):
                old = (self._before / path).stat()
                if (old.st_size, old.st_mtime_ns) == (info.st_size, info.st_mtime_ns) and self.link(
                    path, target
                ):
                    return Copied(self._earlier[path], old.st_size)
        return self._copy(source, target, payload=False)

    def link(self, path: str, target: Path) -> bool:
        """Link the earlier copy of a path; tell whether that could be done."""
        if not self._links or self._before is None:
            return False
        target.parent.mkdir(parents=True, exist_ok=True, mode=durable_files.FOLDER_MODE)
        try:
            os.link(self._before / path, target)
            size = target.stat().st_size
        except FileNotFoundError:  # taken out of the earlier copy by hand
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._links = error.errno in (errno.EMLINK, errno.EACCES)
            return False
        self.linked += 1
        self.bytes += size
        return True

    def write(self, target: Path, data: bytes) -> Copied:
        """Write a file of some bytes."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=durable_files.FOLDER_MODE)
        return self._count(target, Copied(*durable_files.write_unsynced(target, [data])))

    def _copy(self, source: Path, target: Path, *, payload: bool) -> Copied:
        target.parent.mkdir(parents=True, exist_ok=True, mode=durable_files.FOLDER_MODE)
        digest, size = hashlib.sha256(), 0
        try:
            reading = os.open(source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            raise
        except OSError as error:
            raise SourceUnreadable(reason_of(error) or "读不出来") from error
        try:
            with FileIO(reading, "rb") as handle, _new_file(target) as made:
                while chunk := _read(handle):
                    rest = memoryview(chunk)
                    while rest:
                        rest = rest[os.write(made.fileno(), rest) :]
                    digest.update(chunk)
                    size += len(chunk)
                info = os.fstat(handle.fileno())
                if payload and sys.platform == "win32":  # pragma: no cover (it will be read-only)
                    os.fsync(made.fileno())
            os.utime(target, ns=(info.st_mtime_ns, info.st_mtime_ns))
            target.chmod(durable_files.PAYLOAD_MODE if payload else durable_files.FILE_MODE)
        except SourceUnreadable:
            durable_files.unlink(target)
            raise
        return self._count(target, Copied(Sha256(digest.hexdigest()), size))

    def _count(self, target: Path, copied: Copied) -> Copied:
        self._to_read[target] = copied.sha256
        self.copied += 1
        self.copied_bytes += copied.size
        self.bytes += copied.size
        return copied

    def settle(self) -> None:
        """Make everything durable and read back what was copied.

        Raises:
            WriteFailed: E204, the medium gives back something else than was written. OSError: it refused.
        """
        if hasattr(os, "sync"):
            os.sync()
        for target, digest in self._to_read.items():
            if not target.exists():  # dropped since
                continue
            if reread(target, flush=not hasattr(os, "sync")) != digest:
                raise WriteFailed("写入后读回的内容与原件不一致，备份盘可能有故障", file=target.name)


def reread(path: Path, *, flush: bool = False) -> Sha256:
    """Return the digest of a file, read past the system's memory where the system lets it.

    Args:
        path: the file.
        flush: make it durable first.
    """
    if flush:
        durable_files.sync_file(path)
    with path.open("rb") as handle:
        if sys.platform == "linux":
            os.posix_fadvise(handle.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return durable_files.digest_of(handle)[0]


def _new_file(target: Path) -> FileIO:
    """Open a new file on the medium; ``SourceUnreadable`` where it takes no such name."""
    try:
        return FileIO(os.open(target, _NEW, durable_files.FILE_MODE), "w")
    except OSError as error:
        if error.errno in _NO_SUCH_NAME:
            raise SourceUnreadable(f"备份盘上不能用这个名字（{reason_of(error)}）") from error
        raise


def _read(source: FileIO) -> bytes:
    try:
        return source.read(_CHUNK) or b""
    except OSError as error:
        raise SourceUnreadable(f"读不出来：{reason_of(error)}") from error
