"""Strikes a command with a fault and checks every promise after the next start."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.office import Command, lay
from tests.faults.shim import BROKEN, RAW, Ack, Ended, Fault, NoFault, in_child
from tests.faults.truth import Broken, Step, check, fingerprint, go_on, start, steps_of, strangers_check


def recover(root: Path) -> None:
    """Start the program anew and nothing more."""
    start(root)


@dataclass
class Site:
    """A command, the office it runs in, how the archive may look, and which states have been found right."""

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
        return cls(base, work, command, steps_of(base, command, work))

    def calls(self, under: str = "archive") -> int:
        """Return how many calls the command makes when all goes well."""
        lay(self.base, self.work)
        return in_child(self.work, self.command.run(self.work), NoFault(), under=under).calls

    def strike(self, fault: Fault, *, under: str = "archive", record: bool = False) -> Ended:
        """Run the command on a fresh copy with a fault."""
        lay(self.base, self.work)
        ended = in_child(self.work, self.command.run(self.work), fault, under=under, record=record)
        if ended.how in (BROKEN, RAW):
            raise Broken(f"{self.command.name}, {fault}: {ended.error}")
        return ended

    def verify(self, fault: object, told: int, *, further: bool = True) -> None:
        """Start anew and check every promise; a state that was found right once is not looked at again.

        With ``further`` work goes on as well: the index, the papers that were left, the numbers.
        """
        try:
            archive = start(self.work)
            if archive.recovered.alarms:
                raise Broken(f"alarms: {archive.recovered.alarms}")
            state = (fingerprint(self.work), told)
            if state not in self.right:
                self.right[state] = check(self.work, self.steps, told)
            if not further:
                return
            state = (state[0] + self._index(), told)
            if state not in self.gone_on:
                strangers_check(self.work)
                go_on(self.work, self.command, self.steps, self.right[fingerprint(self.work), told])
                self.gone_on.add(state)
        except Exception as broken:
            raise Broken(f"{self.command.name}, {fault}: {type(broken).__name__}: {broken}") from broken

    def _index(self) -> str:
        """Tell apart how far the index had come: what stands in the catalogue's files."""
        total = hashlib.sha256()
        for path in sorted((self.work / "index").rglob("*")):
            if path.is_file():
                total.update(path.read_bytes() if "catalogue" in path.name else path.name[-4:].encode())
        return total.hexdigest()

    def recovery(self) -> Iterator[int]:
        """Yield 1, 2, … as long as a recovery of the present state makes so many calls; each from the same state."""
        snapshot = Path(f"{self.work}.killed")
        lay(self.work, snapshot)
        total = in_child(self.work, self.restart, NoFault()).calls
        for n in range(1, total + 1):
            lay(snapshot, self.work)
            yield n

    def restart(self, _: Ack) -> None:
        """Start the program anew, as an action."""
        recover(self.work)
