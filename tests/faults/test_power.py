"""The power fails after any call: whatever of the unsynced calls reached the disk, the next start heals it.

Promise: "Killed, out of disk or out of power at any instruction: nothing acknowledged is lost, nothing is filed
twice, the next start heals by itself."
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.conftest import Counted
from tests.faults.power import Crash, Disk, Op, crashes, operations, paths, state, told
from tests.faults.shim import DONE, Done, NoFault
from tests.faults.strike import Site
from tests.faults.truth import Broken

FURTHER_STRIDE = 40
"""After every so many states work goes on with a new index as well."""


class Blackout:
    """A site whose power fails; remembers which states were found right."""

    def __init__(self, site: Site) -> None:
        self.site, self.base = site, Disk.of(site.base)
        self.right: set[tuple[bytes, int]] = set()
        self.states = 0

    def try_all(self, log: Sequence[Done], points: Sequence[int] | None = None, after: object = "") -> None:
        """Try every state a log allows, or those of some points in it."""
        disk, ops = operations(self.base, log)
        for crash in crashes(ops, points):
            self._try(disk, ops, crash, after)

    def _try(self, disk: Disk, ops: list[Op], crash: Crash, after: object) -> None:
        self.states += 1
        left = state(disk, ops, crash)
        known = (left.fingerprint(), told(ops, crash))
        if known in self.right:
            return
        left.write_out(self.site.work)
        further = len(self.right) % FURTHER_STRIDE == 0
        self.site.verify((after, str(crash)), known[1], further=further)
        self.right.add(known)


def record(site: Site) -> tuple[Done, ...]:
    """Return the log of the command when all goes well."""
    ended = site.strike(NoFault(), record=True)
    assert ended.how == DONE, ended.error
    return ended.log


def first_failure(blackout: Blackout, log: Sequence[Done], points: Iterable[int] | None = None) -> str:
    """Return what goes wrong first when this log is what happened; empty when nothing does."""
    try:
        blackout.try_all(log, None if points is None else list(points))
    except Broken as broken:
        return str(broken)
    return ""


def test_power_loss_after_any_call(site: Site, counted: Counted) -> None:
    blackout = Blackout(site)
    log = record(site)
    try:
        blackout.try_all(log)
    except Broken as broken:
        raise Broken(f"{broken}\n" + "\n".join(paths(log))) from broken
    assert blackout.states > 300
    counted(site.command.name, "power-loss states", blackout.states)
    counted(site.command.name, "of them unlike", len(blackout.right))
