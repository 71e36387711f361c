"""The power fails after any call: whatever of the unsynced calls reached the disk, the next start heals it.

Promise: "Killed, out of disk or out of power at any instruction: nothing acknowledged is lost, nothing is filed
twice, the next start heals by itself."
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.conftest import Counted
from tests.faults.power import SEEN, Crash, Disk, Op, crashes, operations, paths, state, told
from tests.faults.shim import DONE, Done, Kill, NoFault
from tests.faults.strike import Site
from tests.faults.truth import Broken
from tests.sampling import sample

FURTHER_STRIDE = 40
"""After every so many states work goes on with a new index as well."""


class Blackout:
    """A site whose power fails; remembers which states were found right."""

    def __init__(self, site: Site) -> None:
        self.site, self.base = site, Disk.of(site.base)
        self.right: set[tuple[bytes, int]] = set()
        self.states = 0

    def try_all(
        self,
        log: Sequence[Done],
        points: Sequence[int] | None = None,
        after: object = "",
        *,
        share: float = 1,
    ) -> None:
        """Try every state a log allows, or those of some points in it; in a short run a share of them."""
        disk, ops = operations(self.base, log)
        for crash in sample(crashes(ops, points), share, f"power loss in {self.site.command.name} {after}"):
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
        blackout.try_all(log, share=1 / 6)
    except Broken as broken:
        raise Broken(f"{broken}\n" + "\n".join(paths(log))) from broken
    assert blackout.states > 20
    counted(site.command.name, "power-loss states", blackout.states)
    counted(site.command.name, "of them unlike", len(blackout.right))


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A command killed, the restart, and, where it was cut short, its being done again; each with its log."""

    kill: Kill
    before: tuple[Done, ...]
    healing: tuple[Done, ...]
    after: tuple[Done, ...]

    def whole(self) -> list[Done]:
        """Return the three logs as one."""
        return [*self.before, *self.healing, *self.after]


@functools.cache
def interrupted(site: Site) -> list[Interrupted]:
    """Kill the command at every call that differs from the one before, restart, and go on."""
    seen, found = set(), []
    for n in range(1, site.calls() + 1):
        ended = site.strike(Kill(n), record=True)
        if (state := tuple((d.kind, d.path, d.to) for d in ended.log)) in seen:
            continue
        seen.add(state)
        healing = site.restart()
        # a case number that was taken is not given again, so opening once more would make another case
        done = site.command.name == "open a case" or healing[-1].path == f"{SEEN}{len(site.steps) - 1}"
        found.append(Interrupted(Kill(n), ended.log, healing, () if done else site.go_on()))
    return found


def ends(log: Sequence[Done]) -> list[int]:
    """Return the points in a log, as ``operations`` counts them, just after somebody saw something."""
    counted = [d for d in log if d.path != "archive/.lock"]
    return [n for n, d in enumerate(counted, 1) if d.path.startswith(SEEN)]


def test_power_loss_after_a_kill_and_a_restart(site: Site, counted: Counted) -> None:
    """What a restarted program shows as filed is as safe as what the first one acknowledged."""
    blackout = Blackout(site)
    for run in sample(
        interrupted(site), 1 / 4, f"kills before a power loss in {site.command.name}", ends=True
    ):
        log = run.whole()
        try:
            blackout.try_all(log, ends(log), run.kill, share=1 / 4)
        except Broken as broken:
            raise Broken(f"{broken}\n" + "\n".join(paths(log))) from broken
    assert blackout.states > 20
    counted(site.command.name, "power-loss states after kill and restart", blackout.states)
