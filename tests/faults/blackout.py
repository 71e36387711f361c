"""A command whose power fails: every state its log allows is tried, each unlike one once; also after a kill and a restart."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults.office import clear
from tests.faults.power import SEEN, Crash, Disk, Op, crashes, operations, state, told
from tests.faults.shim import DONE, Done, Kill, NoFault
from tests.faults.strike import Site
from tests.faults.truth import Broken
from tests.sampling import sample

FURTHER_STRIDE = 40
"""After every so many states work goes on with a new index as well."""
OPENING: Final = ("open a case", "import a roster", "split a household", "transfer in")
"""A case number that was taken is not given again, so that doing it once more would make another case."""


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
        least: int = 0,
    ) -> None:
        """Try every state a log allows, or those of some points in it; in a short run a share, and at least so many of them."""
        disk, ops = operations(self.base, log)
        possible = list(crashes(ops, points))
        share = min(1, max(share, least / max(len(possible), 1)))
        for crash in sample(possible, share, f"power loss in {self.site.command.name} {after}"):
            self._try(disk, ops, crash, after)

    def _try(self, disk: Disk, ops: list[Op], crash: Crash, after: object) -> None:
        self.states += 1
        left = state(disk, ops, crash)
        known = (left.fingerprint(), told(ops, crash))
        if known in self.right:
            return
        left.write_out(self.site.work)
        clear(f"{self.site.work}/index")  # it was written after what is lost: no disk leaves it so
        shutil.copytree(self.site.base / "index", self.site.work / "index")
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
        done = site.command.name in OPENING or healing[-1].path == f"{SEEN}{len(site.steps) - 1}"
        found.append(Interrupted(Kill(n), ended.log, healing, () if done else site.go_on()))
    return found


def ends(log: Sequence[Done]) -> list[int]:
    """Return the points in a log, as ``operations`` counts them, just after somebody saw something."""
    counted = [d for d in log if d.path != "archive/.lock"]
    return [n for n, d in enumerate(counted, 1) if d.path.startswith(SEEN)]
