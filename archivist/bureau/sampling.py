"""Which of the newly confirmed households are looked into: a draw that anybody can do again with the list and the lot. Pure.

The frame is the list of all of them. Near kin are looked into without exception; of the rest, by office and category, three
tenths, rounded up: those whose ``SHA-256(seed‖number)`` comes first. The seed is ``SHA-256(frame‖lot)``, where the lot is
drawn in public after the frame stands: nobody can choose the frame so that somebody is, or is not, among them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from archivist.model.ids import CaseNo, Category, Sha256

SHARE: Final = Fraction(3, 10)
"""Of the rest, by office and category (不低于30%)."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """The households of an office in a category, near kin set apart: how many there are, and who was drawn, by number."""

    office: str
    category: Category
    size: int
    drawn: tuple[CaseNo, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw.

    Attributes:
        frame: every household it was drawn from, by number.
        frame_sha256: of the frame as ``encode`` writes it.
        lot: what was drawn in public.
        seed: 64 hexadecimal digits.
        kin: those of the frame that are near kin of staff: all of them are looked into.
        strata: the others, by office and category.
    """

    frame: tuple[CaseNo, ...]
    frame_sha256: Sha256
    lot: str
    seed: Sha256
    kin: tuple[CaseNo, ...]
    strata: tuple[Stratum, ...]

    @property
    def drawn(self) -> tuple[CaseNo, ...]:
        """Everybody who is looked into besides near kin, by number."""
        return tuple(sorted(number for stratum in self.strata for number in stratum.drawn))


def encode(frame: Iterable[CaseNo]) -> bytes:
    """Return the frame as it is hashed: a number a line, in order, each once."""
    return "".join(f"{number}\n" for number in sorted(set(frame))).encode()


def draw(frame: Iterable[CaseNo], lot: str, near_kin: Collection[CaseNo] = ()) -> Draw:
    """Draw.

    Args:
        frame: the households.
        lot: what was drawn in public; blanks at its ends and the form of its characters are as they are given.
        near_kin: households of near kin; those that are not in the frame are passed over.
    """
    written = encode(frame)
    numbers = tuple(sorted(set(frame)))
    seed = _hash(written + lot.encode())
    kin = tuple(number for number in numbers if number in near_kin)
    strata: dict[tuple[str, Category], list[CaseNo]] = {}
    for number in numbers:
        if number not in near_kin:
            strata.setdefault((number.office, number.category), []).append(number)
    drawn = tuple(
        Stratum(office, category, len(rest), _first(rest, seed))
        for (office, category), rest in sorted(strata.items())
    )
    return Draw(numbers, _hash(written), lot, seed, kin, drawn)


def _first(rest: list[CaseNo], seed: Sha256) -> tuple[CaseNo, ...]:
    wanted = -(-len(rest) * SHARE.numerator // SHARE.denominator)
    by_lot = sorted(rest, key=lambda number: _hash(seed.encode() + str(number).encode()))
    return tuple(sorted(by_lot[:wanted]))


def _hash(data: bytes) -> Sha256:
    return Sha256(hashlib.sha256(data).hexdigest())
