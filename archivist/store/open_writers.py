"""Whether somebody has a file open for writing, asked of the system by a lease.

Linux grants a read lease on a file only while nobody has it open for writing (or mapped so); while the lease is held,
whoever opens the file for writing waits until it is given back. That holds for the files of one's own account (any
file with ``CAP_LEASE``) on a disk of this machine. On a network share the answer would be about the server's favours,
not about writers, and other systems have no lease: there it cannot be told.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from archivist.store.mounts import filesystem, is_share

_OPEN_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Not blocking: a file server that holds a lease of its own on the file would otherwise keep us waiting for it."""


class WriterSeen(Enum):
    """Whether somebody has a file open for writing."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


if sys.platform == "linux":
    import fcntl

    def _take(fd: int) -> WriterSeen:
        try:
            # Who opens the file wakes the holder by a signal; SIGIO, the usual one, would end the program.
            fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError as error:
            return WriterSeen.YES if error.errno == errno.EAGAIN else WriterSeen.CANNOT_TELL
        return WriterSeen.NO

    def _give_back(fd: int) -> None:
        # By name, not by closing alone: a child that is just being started has the descriptor too.
        with suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)

    def _is_wanted(fd: int) -> bool:
        return fcntl.fcntl(fd, fcntl.F_GETLEASE) != fcntl.F_RDLCK

else:

    def _take(_fd: int) -> WriterSeen:
        return WriterSeen.CANNOT_TELL

    def _give_back(_fd: int) -> None: ...

    def _is_wanted(_fd: int) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Lease:
    """What was asked of the system about an open file; with ``NO`` the lease is held until the block ends."""

    fd: int
    writer: WriterSeen

    @property
    def is_wanted(self) -> bool:
        """Whether somebody who would write waits for the lease to be given back."""
        return self.writer is WriterSeen.NO and _is_wanted(self.fd)


@contextmanager
def lease(fd: int, path: Path) -> Iterator[Lease]:
    """Hold a read lease on a file for a block, where it can be had.

    Args:
        fd: the file, open for reading only.
        path: where it lies; on a share no lease is asked for.
    """
    taken = Lease(fd, WriterSeen.CANNOT_TELL if is_share(filesystem(path.parent)) else _take(fd))
    try:
        yield taken
    finally:
        if taken.writer is WriterSeen.NO:
            _give_back(fd)


def writer_of(path: Path) -> WriterSeen:
    """Tell whether somebody has a file open for writing at this moment."""
    try:
        fd = os.open(path, _OPEN_FLAGS)
    except BlockingIOError:
        return WriterSeen.YES
    except OSError:
        return WriterSeen.CANNOT_TELL
    try:
        with lease(fd, path) as taken:
            return taken.writer
    finally:
        os.close(fd)
