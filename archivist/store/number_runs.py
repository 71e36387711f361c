"""Runs of the program that take reference numbers: who lives, and what those who died had taken and not used.

``runs/<id>.json`` names a run, and is locked by it as long as it lives: the operating system lets go of the lock however
it ends. The file is on disk before the first number is taken and gone once every number is borne by a document or entered as
vacant (空号). A file that nobody holds tells of a run that died; whoever takes numbers next, or asks for it, enters what it
left. That the archive's own lock is free says nothing: between two documents a run that lives lets others write.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import (
    ArchiveError,
    ArchiveLocked,
    CaseNotFound,
    DamagedFile,
    IntegrityAlarm,
    NewerFormat,
)
from archivist.model.case import Case
from archivist.model.event import Data, Op
from archivist.model.ids import CaseNo
from archivist.model.plain_json import JsonTable
from archivist.model.reference_numbers import Allocation, ReferenceNumber, is_reference
from archivist.store import durable_files, lock, machine_clock, notes
from archivist.store.commit import Draft, Stamp
from archivist.store.ledger import LedgerBags
from archivist.store.notes import DamagedNote
from archivist.store.owed_entries import LedgerDebts

_NOTE: Final = JsonTable({"host": str, "pid": int, "actor": str, "since": str}, {"job": str})
INTERRUPTED: Final = "制发中断，没有制成文书"
"""Why a number is vacant when the run that took it died, or nobody said anything else."""


@dataclass(slots=True)
class NumberRun:
    """A run that lives and holds its file.

    Attributes:
        id: stands in the ledger's events by which it takes numbers.
        job: the bulk job it does, empty when none.
        years: in whose ledgers it took numbers, or tried to, with the last event of each before.
        open: the numbers it took that no document bears yet, with why they will be vacant if none ever does.
        borne: the numbers that a document bears.
    """

    id: str
    job: str
    path: Path
    handle: int | None
    years: dict[int, int] = field(default_factory=dict)
    open: dict[ReferenceNumber, str] = field(default_factory=dict)
    borne: set[ReferenceNumber] = field(default_factory=set)

    def bear(self, number: ReferenceNumber) -> None:
        """Note that a document bears a number."""
        self.open.pop(number, None)
        self.borne.add(number)

    def lose(self, number: ReferenceNumber, why: str) -> None:
        """Note why no document will bear a number."""
        if number in self.open:
            self.open[number] = why

    def release(self) -> None:
        """Let go of the file, if it is still held: the run is over."""
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


class NumberRuns:
    """The folder ``runs/``. Callers hold the workspace's lock.

    Args:
        folder: where the files are.
        ledger: the ledger's bags.
        read: returns a case as it stands.
        debts: what the ledger is owed; no number is given before that is paid.
    """

    def __init__(
        self, folder: Path, ledger: LedgerBags, read: Callable[[CaseNo], Case], debts: LedgerDebts
    ) -> None:
        self.folder = folder
        self._ledger = ledger
        self._read = read
        self._debts = debts

    def begin(self, stamp: Stamp, job: str = "") -> NumberRun:
        """Note durably that a run begins to take numbers, and hold its file.

        Raises:
            ArchiveLocked: E203, another run that lives does the same bulk job. WriteFailed: E204. ClockBehind: E214.
            DamagedFile: E212, IntegrityAlarm: E202, see ``LedgerDebts.pay``.
        """
        machine_clock.require(self._ledger, stamp)
        self._debts.pay()  # a number in it could be given again
        for owner in self.alive():
            if job and owner.get("job") == job:
                raise ArchiveLocked(
                    f"同一批文书{lock.in_words(owner)}正在制发",
                    remedy="等它做完后再运行同一命令：已制发的会跳过，只补没有做的。",
                )
        moment = stamp.by.time.strftime("%Y%m%dT%H%M%S")
        n = next(n for n in range(1, 10_000) if not self._path(f"{moment}-{n}").exists())
        path = self._path(f"{moment}-{n}")
        owner = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "actor": stamp.by.actor,
            "since": stamp.by.time.isoformat(timespec="seconds"),
            "job": job,
        }
        with durable_files.writing("没有取号，没有制发任何文书"):
            for half in self.folder.glob("*.part"):  # of one that died writing it
                durable_files.unlink(half)
            part = path.with_suffix(".part")
            durable_files.write_new(part, notes.seal(owner))
            durable_files.rename_new(part, path)
            durable_files.sync_folder(self.folder)
            handle = os.open(path, os.O_RDWR)
        assert lock.try_lock(handle), "nobody else knows of it yet"
        return NumberRun(path.stem, job, path, handle)

    def prepare(self, stamp: Stamp) -> None:
        """Do what comes before numbers are given: look at the clock, enter what the dead left.

        Raises:
            ClockBehind: E214. WriteFailed: E204. DamagedFile: E212, IntegrityAlarm: E202, see ``LedgerDebts.pay``.
        """
        machine_clock.require(self._ledger, stamp)
        self._debts.pay()
        self.settle(stamp)

    def take(
        self, run: NumberRun, sequence: str, year: int, count: int, purpose: Data, stamp: Stamp
    ) -> tuple[ReferenceNumber, ...]:
        """Take the next reference numbers of a sequence for good.

        Args:
            run: who takes them.
            sequence: of which; ``year`` in whose ledger.
            year: of the documents.
            count: how many.
            purpose: what the ledger says of them besides: ``document``, and ``cases``, one for each number.
            stamp: who, when, under which rule pack.
        """
        self.settle(stamp)
        run.years.setdefault(year, self._ledger.seq(year))
        taken = self._ledger.allocate(sequence, year, count, _of_run(run, purpose), stamp)
        numbers = tuple(ReferenceNumber.of(sequence, year, n) for n in taken)
        run.open.update(dict.fromkeys(numbers, ""))
        return numbers

    def take_by_hand(self, run: NumberRun, number: ReferenceNumber, purpose: Data, stamp: Stamp) -> None:
        """Enter a reference number that a person chose, so that its sequence never gives it.

        Raises:
            ArchiveError: E200, it was given before.
        """
        self.settle(stamp)
        if self._ledger.numbers(number.year).is_taken(number):
            raise ArchiveError(f"文号 {number} 已由别处取用", remedy="另选一个号，或不填，由系统编号。")
        run.years.setdefault(number.year, self._ledger.seq(number.year))
        data = {"sequence": number.sequence, "year": number.year, "first": number.number, "last": number.number,
                "by_hand": True, **_of_run(run, purpose)}  # fmt: skip
        self._ledger.enter(number.year, Draft(Op.NUMBERS_ALLOCATED, data), stamp)
        run.open[number] = ""

    def end(self, run: NumberRun, stamp: Stamp) -> None:
        """Enter as vacant what the run took and no document bears, and let go of its file.

        Raises:
            WriteFailed: E204; the file stays, and whoever takes numbers next enters them.
        """
        # Not what it knows it took, but what the ledger says: an entry stands though the disk refused something after it.
        certain = self._vacate(run.id, stamp, run.years, run.open, run.borne)
        run.release()  # Windows removes no file that is held
        if certain:
            self._forget(run.path)

    def alive(self) -> list[Mapping[str, Any]]:
        """Return the owners of the runs that live."""
        return [owner for path, owner in self._files() if not _abandoned(path)]

    def alive_ids(self) -> frozenset[str]:
        """Return the ids of the runs that live."""
        return frozenset(path.stem for path, _ in self._files() if not _abandoned(path))

    def abandoned(self) -> bool:
        """Tell whether a run died and nobody has entered yet what it lost."""
        return any(_abandoned(path) for path, _ in self._files())

    def settle(self, stamp: Stamp) -> None:
        """Enter as vacant what runs that died had taken; where a case cannot be read, nobody can tell, and it waits.

        Raises:
            WriteFailed: E204; the next who takes numbers goes on.
        """
        for path, _ in self._files():
            if _abandoned(path) and self._vacate(path.stem, stamp, dict.fromkeys(self._ledger.years(), 0)):
                self._forget(path)

    def _vacate(
        self,
        run: str,
        stamp: Stamp,
        years: Mapping[int, int],
        reasons: Mapping[ReferenceNumber, str] = MappingProxyType({}),
        known: Set[ReferenceNumber] = frozenset(),
    ) -> bool:
        """Enter what a run lost in the ledgers of some years; tell whether all could be told.

        Args:
            run: its id.
            stamp: who, when, under which rule pack.
            years: of the ledgers, each with an event after which alone it took any.
            reasons: why numbers are vacant, where more is known than that the run ended.
            known: numbers that are borne for certain, and not looked for.
        """
        certain = True
        for year, since in sorted(years.items()):
            lost: dict[tuple[str, str, str], list[int]] = {}
            for taken, number in list(self._ledger.numbers(year, since).of_run(run)):
                name = ReferenceNumber.of(taken.sequence, taken.year, number)
                borne = name in known or self._borne(taken, name)
                certain = certain and borne is not None
                if borne is False:
                    why = reasons.get(name) or INTERRUPTED
                    lost.setdefault((taken.sequence, why, taken.job), []).append(number)
            for (sequence, why, job), numbers in lost.items():
                self.enter_vacant(sequence, year, numbers, why, stamp, job)
        return certain

    def enter_vacant(
        self, sequence: str, year: int, numbers: Iterable[int], reason: str, stamp: Stamp, job: str = ""
    ) -> None:
        """Enter numbers of a year as vacant (空号)."""
        data = {"sequence": sequence, "year": year, "numbers": list(numbers)} | ({"job": job} if job else {})
        self._ledger.enter(year, Draft(Op.NUMBERS_VACANT, data, reason), stamp)

    def _borne(self, taken: Allocation, name: ReferenceNumber) -> bool | None:
        """Tell whether a document bears a number, ``None`` when its household cannot be read."""
        if not is_reference(taken.sequence):
            return True
        if not (case := taken.case(name.number)):
            return any(
                event.op is Op.OFFICE_DOCUMENT_ISSUED and event.data["doc_no"] == str(name)
                for event in self._ledger.events()
            )
        try:
            return any(
                record.doc_no == str(name) for record in self._read(CaseNo.parse(case)).records.values()
            )
        except (CaseNotFound, IntegrityAlarm, NewerFormat):
            return None

    def _files(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted(self.folder.glob("*.json")) if self.folder.is_dir() else ():
            try:
                yield path, notes.read(path, f"runs/{path.name}", _NOTE, "")
            except DamagedFile:  # its name and who holds it say enough
                yield path, {}

    def damaged(self) -> Sequence[DamagedNote]:
        """Return the files of which nobody can tell any more who wrote them."""
        return notes.read_all(self.folder.glob("*.json"), _NOTE, lambda note: note)[1]

    def _path(self, run: str) -> Path:
        return self.folder / f"{run}.json"

    def _forget(self, path: Path) -> None:
        with durable_files.writing("号已记清，只是这次制发的标记还没有删去，下次取号时删去"):
            durable_files.unlink(path)


def _abandoned(path: Path) -> bool:
    """Tell whether nobody holds a run's file: the run that wrote it is dead."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    except OSError:
        return False  # it cannot be told: as long as it may live, its numbers are not given up
    try:
        return lock.try_lock(handle)
    finally:
        os.close(handle)


def _of_run(run: NumberRun, purpose: Data) -> Data:
    """Return what the ledger says of numbers taken: for what, by which run, for which bulk job."""
    return {**purpose, "run": run.id} | ({"job": run.job} if run.job else {})
