"""Strikes a command with a fault and checks every promise after the next start."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from archivist.search.index import Index
from archivist.store import Archive, archive_format
from tests.faults.office import Command, lay, opened
from tests.faults.power import SEEN
from tests.faults.shim import BROKEN, DONE, RAW, AtEach, Call, Done, Ended, Fault, NoFault, Shim, strike
from tests.faults.truth import (
    Broken,
    Step,
    check,
    fingerprint,
    go_on,
    look,
    must,
    start,
    steps_of,
    strangers_check,
)
from tests.kit import BY


@dataclass(eq=False)
class Site:
    """A command, the office it runs in, how the archive may look, and which states have been found right.

    Tests of one command share one: what an earlier test found right need not be looked at again.
    """

    base: Path
    work: Path
    command: Command
    steps: list[Step]
    right: dict[tuple[str, int], int] = field(default_factory=dict)
    gone_on: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def of(cls, base: Path, scratch: Path, command: Command) -> Site:
        """Run the command once without a fault to learn its steps."""
        work = scratch / "work"
        if command.older:
            lay(base, scratch / "older")
            base = scratch / "older"
            (base / "archive" / archive_format.NAME).unlink()
        if command.before:
            lay(base, scratch / f"before {command.name}")
            base = scratch / f"before {command.name}"
            with opened(base) as workspace:
                command.before(workspace, lambda: BY, lambda _: None)
        return cls(base, work, command, steps_of(base, command, work))

    def calls(self, under: str = "archive") -> int:
        """Return how many calls the command makes when all goes well."""
        lay(self.base, self.work)
        return strike(self.work, self.command.run(self.work), NoFault(), under=under).calls

    def strike(self, fault: Fault, *, under: str = "archive", record: bool = False) -> Ended:
        """Run the command on a fresh copy with a fault."""
        lay(self.base, self.work)
        ended = strike(self.work, self.command.run(self.work), fault, under=under, record=record)
        if ended.how in (BROKEN, RAW):
            raise Broken(f"{self.command.name}, {fault}: {ended.error}")
        return ended

    def verify(self, fault: object, told: int, *, further: bool = True, skip: bool = True) -> None:
        """Start anew and check every promise.

        Args:
            fault: what struck, for the message.
            told: how many steps somebody was told of.
            further: let work go on as well: the index, the papers that were left, the numbers.
            skip: an archive found right once, with its index as far behind, need not go on again.
        """
        try:
            archive = start(self.work)
            if archive.recovered.alarms:
                raise Broken(f"alarms: {archive.recovered.alarms}")
            state = (fingerprint(self.work), told)
            if state not in self.right:
                self.right[state] = check(self.work, self.steps, told, rounds=1 + self.command.renumbers)
            if not further:
                return
            behind = (state[0] + self._behind(), told)
            if behind not in self.gone_on or not skip:
                strangers_check(self.work)
                go_on(self.work, self.command, self.steps, self.right[state])
                self.gone_on.add(behind)
        except Exception as broken:
            raise Broken(f"{self.command.name}, {fault}: {type(broken).__name__}: {broken}") from broken

    def _behind(self) -> str:
        """Tell how far behind the archive the index was left."""
        archive = Archive(self.work / "archive")
        with Index(self.work / "index", archive) as index:
            return repr(index.drift())

    def restart(self) -> tuple[Done, ...]:
        """Start the program anew on the present state; return its log, which ends with what can be seen then."""
        log: list[Done] = []
        with Shim(self.work, NoFault(), log.append).in_place():
            archive = start(self.work)
        return (*log, self._seen(archive))

    def go_on(self) -> tuple[Done, ...]:
        """Let the clerk do again what was cut short; return the log, which ends with what can be seen then."""
        ended = strike(self.work, self.command.run(self.work, again=True), NoFault(), record=True)
        if ended.how != DONE:
            raise Broken(f"{self.command.name}, again: {ended.error}")
        return (*(d for d in ended.log if d.kind != "ack"), self._seen(Archive(self.work / "archive")))

    def _seen(self, archive: Archive) -> Done:
        """Say how far the command has come, judged by what can be seen."""
        now = look(archive)
        fits = [
            n
            for n, step in enumerate(self.steps)
            if step.picture == now.picture
            and all(now.numbers.get(s, 0) >= x for s, x in step.numbers.items())
        ]
        must(fits, f"the archive shows none of the command's steps, but {now}; the steps: {self.steps}")
        return Done("ack", f"{SEEN}{fits[-1]}")

    def kill_recovery(self, fault: object, told: int) -> int:
        """Kill the recovery of the present state at each of its calls and check every promise each time.

        Returns:
            At how many calls. The disk as it is at a call is what a kill there leaves; equal ones are checked once.
        """
        states: dict[str, tuple[int, Path]] = {}
        kept = Path(f"{self.work}.states")
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()

        def keep(call: Call) -> None:
            if (state := fingerprint(self.work)) not in states:
                states[state] = (call.n, kept / str(call.n))
                lay(self.work, kept / str(call.n), index=False)

        shim = Shim(self.work, AtEach(keep))
        with shim.in_place():
            start(self.work)
        for n, snapshot in states.values():
            lay(snapshot, self.work)
            self.verify((fault, f"killed again at call {n} of the recovery"), told, further=False)
        return shim.count
