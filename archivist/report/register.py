"""What a register is before it is printed: plain values by the paths of its document's fields, sums, what is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from archivist.config import Office
from archivist.doctypes.field_paths import FieldPath
from archivist.model.custody import Handover
from archivist.model.fact_paths import FactPath
from archivist.model.group_holds import GroupHold
from archivist.model.ids import CaseNo
from archivist.model.tombstone import Tombstone
from archivist.report.case_history import HouseholdHistory
from archivist.report.listed_payments import ListedPayment
from archivist.report.query import Period
from archivist.rules import across_findings, payment_months
from archivist.rules.pack import Pack

Row = dict[str, Any]
"""One line: text, whole numbers, ``Decimal`` amounts, dates, by the keys of the table's columns; ``None`` is blank."""
ROWS: Final = FieldPath.REGISTER_ROWS
ZERO: Final = Decimal("0.00")
NIL: Final = "本期无"
"""What a nil report (零报告) says where the lines would stand."""


@dataclass(frozen=True, slots=True)
class RegisterRequest:
    """What a register is made from. Nothing else is read.

    Attributes:
        houses: the households.
        pack: the office's rules.
        period: the days it is about.
        office: who makes it.
        told: what the clerk tells besides, by path.
        named: the case numbers the clerk named one by one.
        listed: the payments of a list that was handed in.
        groups: the holds on many cases, where the register is about what becomes of files.
        destroyed: the cases that were destroyed, in the order they went, where the register is about them.
        handovers: what was handed over to other offices, where the register is about it.
        sealed: case number → SHA-256 (hex) of its tag manifest, which every other file of the case hangs on; raises
            IntegrityAlarm (E202) when the case is not as its chain says.
    """

    houses: Sequence[HouseholdHistory]
    pack: Pack
    period: Period
    office: Office = field(default_factory=Office)
    told: Mapping[str, str] = field(default_factory=dict)
    named: Sequence[str] = ()
    sealed: Callable[[CaseNo], str] = lambda _number: ""
    listed: Sequence[ListedPayment] = ()
    groups: Sequence[GroupHold] = ()
    destroyed: Sequence[Tombstone] = ()
    handovers: Mapping[CaseNo, Handover] = field(default_factory=dict)


@dataclass(slots=True)
class Register:
    """The content of one register.

    Attributes:
        values: by path of a field: a table as its rows, sums and headings as single values.
        feet: table → column → path of the sum that stands under it.
        notes: what a reader must know: what stays blank, and why. Printed.
        doubts: single lines a person must look at before it is signed. Shown, not printed.
        hint: what to tell the program when there is nothing to list. Shown, not printed.
        tells: it says something of value though it lists nothing (rates of a hundred per cent).
        nil: what a nil report (零报告) tells by path instead of what only lines could tell.
    """

    values: dict[str, Any] = field(default_factory=dict)
    feet: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    hint: str = ""
    nil: Mapping[str, str] = field(default_factory=dict)
    tells: bool = False

    @property
    def rows(self) -> Sequence[Row]:
        """The lines of its first table."""
        return next((v for v in self.values.values() if isinstance(v, list)), ())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to list."""
        return not self.tells and not any(v for v in self.values.values() if isinstance(v, list))


def total(rows: Iterable[Mapping[str, Any]], key: str) -> Decimal:
    """Return the sum of a column of amounts; blanks count nothing."""
    return sum((Decimal(row[key]) for row in rows if row.get(key) is not None), ZERO)


def count(rows: Iterable[Mapping[str, Any]], key: str) -> int:
    """Return the sum of a column of whole numbers."""
    return sum(int(row[key] or 0) for row in rows)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows by category, village and number, as a person looks for them."""
    return sorted(rows, key=lambda r: (r.get("_order", 0), r.get("village") or "", r.get("number") or ""))


def who(house: HouseholdHistory) -> Row:
    """Return what every line says of a household."""
    return {
        "number": str(house.case.number),
        "name": house.case.applicant_name,
        "village": house.fact(FactPath.APPLICANT_VILLAGE),
        "category": house.case.category.label,
        "_order": list(type(house.case.category)).index(house.case.category),
    }


def blanks(rows: Iterable[Mapping[str, Any]], key: str) -> int:
    """Return how many lines leave a column blank."""
    return sum(row.get(key) is None or row[key] == "" for row in rows)


def paid_otherwise(houses: Iterable[HouseholdHistory], asked: RegisterRequest) -> dict[str, list[str]]:
    """Return who of some households is paid otherwise than rules and decisions say: case number → how."""
    found = {
        str(house.case.number): payment_months.deviations(house.case, asked.pack, asked.period.last)
        for house in houses
    }
    return {number: how for number, how in found.items() if how}


def counted(otherwise: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the note on paper that counts and names who is paid otherwise; none where nobody is."""
    if not otherwise:
        return []
    named = "；".join(f"{number} {'、'.join(how)}" for number, how in otherwise.items())
    quoted = named.translate(str.maketrans("「」", "“”"))  # horizontal text quotes so
    return [f"与规定或者决定不符的{len(otherwise)}户，报送前须核实：{quoted}。"]


def across_households(houses: Iterable[HouseholdHistory], asked: RegisterRequest) -> list[str]:
    """Return who stands in two of some households though nobody may, each a line to be looked at."""
    cases = [house.case for house in houses]
    return [f"{f.case}：{f.words}" for f in across_findings.between(cases, asked.pack, asked.period.last)]
