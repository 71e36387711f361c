"""Large files written piece by piece onto a medium that may be pulled out, and read back from it, not from memory."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from archivist.errors import WriteFailed
from archivist.model.ids import Sha256
from archivist.store import durable_files

PART: Final = ".part"
"""What a file is called besides its own name while it is being written."""
_BUFFER: Final = 4 << 20


def write_streamed(path: Path, chunks: Iterable[bytes]) -> tuple[Sha256, int]:
    """Write a file under another name, make it durable, read it back past the system's memory, then give it its name.

    Args:
        path: where it will be; nothing may be there.
        chunks: its bytes.

    Returns:
        Its SHA-256 and its size in bytes.

    Raises:
        WriteFailed: E204, the medium gives back something else than was written. OSError: it refused.

    Survives: a kill at any point, a medium that is pulled out; what has its name is whole and was read back. What is
        left under the other name is overwritten the next time.
    """
    part = path.with_name(path.name + PART)
    durable_files.unlink(part)
    try:
        written = _write(part, _buffered(chunks))
        if read_back(part) != written:
            raise WriteFailed("写入后读回的内容与写入的不一致，介质可能有故障", file=path.name)
    except BaseException:
        with suppress(OSError):  # the medium is gone; what is left there counts as nothing
            durable_files.unlink(part)
        raise
    durable_files.rename_new(part, path)
    durable_files.sync_folder(path.parent)
    return written


class PassedOn:
    """Yields some pieces as they come, and knows afterwards what they were: ``sha256`` and ``size`` in bytes."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._digest.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def sha256(self) -> Sha256:
        """Digest of what was passed on so far."""
        return Sha256(self._digest.hexdigest())


def digest_of_chunks(chunks: Iterable[bytes]) -> tuple[Sha256, int]:
    """Return the SHA-256 and the size in bytes of what would be written."""
    digest, size = hashlib.sha256(), 0
    for chunk in _buffered(chunks):
        digest.update(chunk)
        size += len(chunk)
    return Sha256(digest.hexdigest()), size


def read_back(path: Path) -> tuple[Sha256, int]:
    """Return the SHA-256 and the size in bytes of a file as its medium has it, where the system lets one ask that."""
    with path.open("rb", buffering=0) as handle:
        if sys.platform == "linux":
            os.posix_fadvise(handle.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return durable_files.digest_of(handle)


def _write(path: Path, chunks: Iterable[bytes]) -> tuple[Sha256, int]:
    digest, size = hashlib.sha256(), 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    fd = os.open(path, flags, durable_files.FILE_MODE)
    try:
        for chunk in chunks:
            view = memoryview(chunk)
            while view:
                view = view[os.write(fd, view) :]
            digest.update(chunk)
            size += len(chunk)
        os.fsync(fd)
    finally:
        os.close(fd)
    return Sha256(digest.hexdigest()), size


def _buffered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of some MB: fewer calls, which a stick answers slowly."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= _BUFFER:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
