"""A real process under a fault: it ends as SIGKILL would end it, or the disk refuses it, at some call."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from archivist.errors import ArchivistError

CALLS: Final = (
    "open",
    "write",
    "fsync",
    "rename",
    "replace",
    "mkdir",
    "unlink",
    "rmdir",
    "fchmod",
    "ftruncate",
)
KILLED, FAILED, DONE = 137, 75, 0
_BUG: Final = 70


@dataclass(frozen=True)
class Fault:
    """At call ``at`` the process dies (``os._exit``: no ``finally``, no flush), or the call fails with ``code``."""

    name: str
    at: int
    code: int = 0

    def strike(self, call: int) -> None:
        """End the process or let the call fail, if it is this one."""
        if call != self.at:
            return
        if not self.code:
            os._exit(KILLED)
        raise OSError(self.code, os.strerror(self.code))


def in_child(action: Callable[[], object], fault: Fault) -> int:
    """Run an action in a forked process under a fault; return how it ended: ``KILLED``, ``FAILED`` or ``DONE``."""
    if (pid := os.fork()) == 0:
        _act(action, fault)
    _, status = os.waitpid(pid, 0)
    ended = os.waitstatus_to_exitcode(status)
    assert ended in (KILLED, FAILED, DONE), f"a bug, not a fault: {ended}"
    return ended


def _act(action: Callable[[], object], fault: Fault) -> None:
    count = 0

    def wrap(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            nonlocal count
            count += 1
            fault.strike(count)
            return real(*args, **kwargs)

        return call

    try:
        for name in CALLS:
            setattr(os, name, wrap(getattr(os, name)))
        action()
    except (ArchivistError, OSError):
        os._exit(FAILED)
    except BaseException:
        os._exit(_BUG)
    os._exit(DONE)
