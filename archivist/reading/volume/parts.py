"""What parent and child tell each other of a volume: plain values that travel as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MM = 72 / 25.4
"""Points in a millimetre."""


@dataclass(frozen=True, slots=True)
class PlainSheet:
    """A plain sheet: its size in points, and where at its head nothing stands.

    Attributes:
        places: whether the places for a stamp are free: centre, left, right; see ``stamps.PLACES``.
        corner: whether the corner for the number is.
    """

    width: float
    height: float
    places: tuple[bool, bool, bool]
    corner: bool

    @classmethod
    def from_plain(cls, plain: list[Any]) -> PlainSheet:
        """Read what JSON carried."""
        width, height, places, corner = plain
        return cls(width, height, (places[0], places[1], places[2]), corner)


@dataclass(frozen=True, slots=True)
class BoundPart:
    """One item of a volume, or one of its own papers, as it is bound.

    Attributes:
        file: its plain sheets, a path.
        title: of its bookmark.
        sheets: one for each of them.
        first: the number of its first page, ``count`` how many of its pages have one; the others follow without.
        stamp: what the first page is stamped with; nothing when it is empty.
    """

    file: str
    title: str
    sheets: tuple[PlainSheet, ...]
    first: int = 0
    count: int = 0
    stamp: tuple[str, ...] = ()

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> BoundPart:
        """Read what JSON carried."""
        sheets = tuple(PlainSheet.from_plain(list(one.values())) for one in plain["sheets"])
        return cls(**plain | {"sheets": sheets, "stamp": tuple(plain["stamp"])})

    def to_plain(self) -> dict[str, Any]:
        """Return what JSON carries."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class MadeSheets:
    """What became of a file: where its plain sheets are, and what a person should know of them.

    Attributes:
        pictured: why pages are there as pictures and not as they are, in Chinese; empty where all are as they are.
    """

    file: str
    sheets: tuple[PlainSheet, ...]
    pictured: tuple[str, ...] = ()
