"""Reference numbers (文号): what one says, and the numbers of a year as the events of the ledger tell them.

A number is taken from its sequence in the ledger before a document bears it. It is then borne by a document, or vacant
(空号): taken, borne by nothing, and never given again. A number given by hand stands outside the run of its sequence,
which passes over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from archivist.errors import InvalidValue
from archivist.model import chinese
from archivist.model.event import Data, Event, Op
from archivist.model.ids import CaseNo

_PREFIX: Final = "文号 "
"""Begins the name of a sequence of reference numbers; the rest is the office's 机关代字."""
_PARTS: Final = re.compile(r"(.+)〔(\d{4})〕(\d+)号")


@dataclass(frozen=True, slots=True, order=True)
class ReferenceNumber:
    """One reference number: ``红样救字〔2024〕4号``."""

    agency: str
    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> ReferenceNumber:
        """Read a reference number.

        Raises:
            InvalidValue: E002.
        """
        match = _PARTS.fullmatch(chinese.parse_doc_no(text))
        assert match is not None
        return cls(match[1], int(match[2]), int(match[3]))

    @classmethod
    def of(cls, sequence: str, year: int, number: int) -> ReferenceNumber:
        """Return the number that a sequence of the ledger gave; see ``is_reference``."""
        return cls(sequence.removeprefix(_PREFIX), year, number)

    @property
    def sequence(self) -> str:
        """Its sequence in the ledger."""
        return sequence_of(self.agency)

    def __str__(self) -> str:
        return chinese.format_doc_no(self.agency, self.year, self.number)


def sequence_of(agency: str) -> str:
    """Return the sequence of an office's reference numbers, by its 机关代字."""
    return f"{_PREFIX}{agency}"


def is_reference(sequence: str) -> bool:
    """Tell whether a sequence of the ledger is one of reference numbers; the others are of case numbers."""
    return sequence.startswith(_PREFIX)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Numbers taken at once, from ``first`` to ``last``.

    Attributes:
        by_hand: a person chose it.
        document: the type it was taken for; ``job`` the bulk job, ``run`` the run of the program, see ``store.number_runs``.
        cases: the household of each number; none where the documents belong to no household, or nobody noted it.
        at: ISO 8601 with offset.
    """

    sequence: str
    year: int
    first: int
    last: int
    by_hand: bool
    document: str
    job: str
    run: str
    cases: tuple[str, ...]
    at: str
    actor: str

    @classmethod
    def of(cls, event: Event) -> Allocation:
        """Read an event of the ledger; older ones say less."""
        data = event.data
        return cls(
            str(data["sequence"]), int(data["year"]), int(data["first"]), int(data["last"]),
            bool(data.get("by_hand")), str(data.get("document", "")), str(data.get("job", "")),
            str(data.get("run", "")), tuple(map(str, data.get("cases", ()))), event.time, event.actor,
        )  # fmt: skip

    @property
    def numbers(self) -> range:
        """The numbers."""
        return range(self.first, self.last + 1)

    def case(self, number: int) -> str:
        """Return the household a number was taken for, empty when there is none or nobody noted it."""
        return self.cases[number - self.first] if self.cases else ""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """That a number is borne by nothing (空号), and why; ``at`` ISO 8601 with offset."""

    reason: str
    at: str
    actor: str
    by_hand: bool = False


@dataclass(slots=True)
class SequenceEnds:
    """How far each sequence of a year has come: all that is asked to give the next number.

    Attributes:
        last: the last number that each sequence itself gave.
        by_hand: the numbers of each that a person chose.
    """

    last: dict[str, int] = field(default_factory=dict)
    by_hand: dict[str, set[int]] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Add one event; those that take no numbers change nothing."""
        if event.op is not Op.NUMBERS_ALLOCATED:
            return
        taken = Allocation.of(event)
        if taken.by_hand:
            self.by_hand.setdefault(taken.sequence, set()).add(taken.first)
        else:
            self.last[taken.sequence] = max(self.last.get(taken.sequence, 0), taken.last)

    def next(self, sequence: str, count: int) -> tuple[int, ...]:
        """Return the next numbers of a sequence, those given by hand passed over."""
        taken, number = self.by_hand.get(sequence, set()), self.last.get(sequence, 0)
        found: list[int] = []
        while len(found) < count:
            number += 1
            if number not in taken:
                found.append(number)
        return tuple(found)

    def to_plain(self) -> dict[str, object]:
        """Return the object that is written as JSON."""
        return {"last": self.last, "by_hand": {name: sorted(taken) for name, taken in self.by_hand.items()}}

    @classmethod
    def from_plain(cls, plain: Data) -> SequenceEnds:
        """Read that object back; ``ValueError``, ``KeyError``, ``TypeError`` or ``AttributeError`` when it is none."""
        return cls(
            {str(name): int(last) for name, last in plain["last"].items()},
            {str(name): {*map(int, taken)} for name, taken in plain["by_hand"].items()},
        )


@dataclass(slots=True)
class YearNumbers:
    """The numbers of one year's ledger, of all its sequences."""

    allocations: list[Allocation] = field(default_factory=list)
    vacant: dict[tuple[str, int], Vacancy] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)
    _by_hand: dict[str, dict[int, Allocation]] = field(default_factory=dict)

    @classmethod
    def fold(cls, events: Iterable[Event]) -> YearNumbers:
        """Return what the events of a year's ledger say of numbers."""
        found = cls()
        for event in events:
            found.apply(event)
        return found

    def apply(self, event: Event) -> None:
        """Add one event; those that tell nothing of numbers change nothing."""
        if event.op is Op.NUMBERS_ALLOCATED:
            taken = Allocation.of(event)
            self.allocations.append(taken)
            if taken.by_hand:
                self._by_hand.setdefault(taken.sequence, {})[taken.first] = taken
                self.vacant.pop((taken.sequence, taken.first), None)
            else:
                self._last[taken.sequence] = max(self.last(taken.sequence), taken.last)
        elif event.op is Op.NUMBERS_VACANT:
            sequence = str(event.data["sequence"])
            for number in event.data["numbers"]:
                by_hand = number in self._by_hand.get(sequence, {})
                self.vacant[sequence, int(number)] = Vacancy(event.reason, event.time, event.actor, by_hand)

    def last(self, sequence: str) -> int:
        """Return the last number that a sequence itself gave; 0 before the first."""
        return self._last.get(sequence, 0)

    def allocation(self, sequence: str, number: int) -> Allocation | None:
        """Return how a number was taken, ``None`` when it was not, or not by hand and passed over."""
        if found := self._by_hand.get(sequence, {}).get(number):
            return found
        return next(
            (a for a in self.allocations if a.sequence == sequence and number in a.numbers and not a.by_hand),
            None,
        )

    def taken(self) -> Iterator[tuple[str, int]]:
        """Yield every reference number that was taken, by sequence and in order."""
        for sequence in sorted(filter(is_reference, {*self._last, *self._by_hand})):
            given = {*range(1, self.last(sequence) + 1), *self._by_hand.get(sequence, ())}
            yield from ((sequence, number) for number in sorted(given))

    def case_numbers(self, year: int) -> Iterator[CaseNo]:
        """Yield every case number that was given for this year and is not vacant, by sequence and in order."""
        for sequence in sorted(name for name in self._last if not is_reference(name)):
            for number in range(1, self.last(sequence) + 1):
                with suppress(InvalidValue):  # a sequence of another kind
                    if (sequence, number) not in self.vacant:
                        yield CaseNo.parse(f"{sequence}-{year}-{number:06d}")

    def is_taken(self, number: ReferenceNumber) -> bool:
        """Tell whether a number of this year may not be given by hand: it was given, or is vacant in its sequence."""
        key = (number.sequence, number.number)
        vacant = self.vacant.get(key)
        return self.allocation(*key) is not None and not (vacant and vacant.by_hand)

    def of_run(self, run: str) -> Iterator[tuple[Allocation, int]]:
        """Yield each number that a run of the program took and that is not vacant."""
        for taken in self.allocations:
            if taken.run == run:
                for number in taken.numbers:
                    if (taken.sequence, number) not in self.vacant:
                        yield taken, number


def allocated(sequence: str, year: int, numbers: Iterable[int], purpose: Data) -> Iterator[dict[str, object]]:
    """Yield the data of the ledger's events by which numbers are taken: one for each unbroken run of them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    done, cases = 0, list(purpose.get("cases", ()))
    for first, last in runs:
        count = last - first + 1
        more = {**purpose, "cases": cases[done : done + count]} if cases else purpose
        yield {"sequence": sequence, "year": year, "first": first, "last": last, **more}
        done += count
