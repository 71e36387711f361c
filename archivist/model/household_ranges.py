"""Many case numbers in few words: ``TJHQ-DB-2024-000001..000873`` for those that follow one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from archivist.model.ids import CaseNo

TO: Final = ".."
_LEAST: Final = 3
"""From so many numbers in a row on they stand as a range."""


def compressed(numbers: Iterable[CaseNo]) -> list[str]:
    """Return case numbers in order, each once, with ranges for those in a row; ``expanded`` undoes it."""
    found: list[str] = []
    ordered = enumerate(sorted(set(numbers)))
    for _, run in groupby(
        ordered, key=lambda n: (n[1].office, n[1].category, n[1].year, n[1].sequence - n[0])
    ):
        row = [number for _, number in run]
        if len(row) < _LEAST:
            found += map(str, row)
        else:
            found.append(f"{row[0]}{TO}{row[-1].sequence:06d}")
    return found


def expanded(texts: Iterable[str]) -> Iterator[CaseNo]:
    """Yield the case numbers that some texts name.

    Raises:
        InvalidValue: E002, a text that ``compressed`` does not write.
    """
    for text in texts:
        first, _, last = text.partition(TO)
        number = CaseNo.parse(first)
        for sequence in range(number.sequence, int(last or number.sequence) + 1):
            yield CaseNo(number.office, number.category, number.year, sequence)


def bounds(texts: Iterable[str]) -> Iterator[tuple[CaseNo, int]]:
    """Yield the first case number that each text names, and the sequence number of the last, without writing ranges out.

    Raises:
        ValueError: a text that ``compressed`` does not write (of a number E002).
    """
    for text in texts:
        first, _, last = text.partition(TO)
        begin = CaseNo.parse(first)
        yield begin, int(last or begin.sequence)


def holds(texts: Iterable[str], number: CaseNo) -> bool:
    """Tell whether some texts name a case number, without writing ranges out."""
    return any(
        (begin.office, begin.category, begin.year) == (number.office, number.category, number.year)
        and begin.sequence <= number.sequence <= last
        for begin, last in bounds(texts)
    )
