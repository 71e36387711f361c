"""What a register is before it is printed: plain values by the paths of its document's fields, sums, what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from archivist.report.household import Household
from archivist.report.query import Period
from archivist.rules.pack import Pack

Row = dict[str, Any]
"""One line: text, whole numbers, ``Decimal`` amounts, dates, by the keys of the table's columns; ``None`` is blank."""
ROWS: Final = "register.rows"
ZERO: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a register is made from: the households, the office's rules, the days it is about. Nothing else is read."""

    houses: Sequence[Household]
    pack: Pack
    period: Period


@dataclass(slots=True)
class Register:
    """The content of one register.

    Attributes:
        values: by path of a field: a table as its rows, sums and headings as single values.
        feet: table → column → path of the sum that stands under it.
        notes: what a reader must know: what stays blank, and why. Printed.
        doubts: single lines a person must look at before it is signed. Shown, not printed.
    """

    values: dict[str, Any] = field(default_factory=dict)
    feet: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def rows(self) -> Sequence[Row]:
        """The lines of its first table."""
        return next((v for v in self.values.values() if isinstance(v, list)), ())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to list."""
        return not any(v for v in self.values.values() if isinstance(v, list))


def total(rows: Iterable[Mapping[str, Any]], key: str) -> Decimal:
    """Return the sum of a column of amounts; blanks count nothing."""
    return sum((Decimal(row[key]) for row in rows if row.get(key) is not None), ZERO)


def count(rows: Iterable[Mapping[str, Any]], key: str) -> int:
    """Return the sum of a column of whole numbers."""
    return sum(int(row[key] or 0) for row in rows)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows by category, village and number, as a person looks for them."""
    return sorted(rows, key=lambda r: (r.get("_order", 0), r.get("village") or "", r.get("number") or ""))


def who(house: Household) -> Row:
    """Return what every line says of a household."""
    return {
        "number": str(house.case.number),
        "name": house.case.applicant_name,
        "village": house.fact("applicant.village"),
        "category": house.case.category.label,
        "_order": list(type(house.case.category)).index(house.case.category),
    }


def blanks(rows: Iterable[Mapping[str, Any]], key: str) -> int:
    """Return how many lines leave a column blank."""
    return sum(row.get(key) is None or row[key] == "" for row in rows)
