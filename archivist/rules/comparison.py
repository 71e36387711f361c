"""What two packs say differently: rows that only one has, and columns that differ in the row of one id and category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum

from archivist.model.ids import Category
from archivist.rules.pack import Pack
from archivist.rules.rule import CheckRule, Material, Rule, StepRule

AnyRow = Rule | StepRule | Material | CheckRule
_ASIDE = ("place", "categories")
"""Columns that do not say what a row lays down."""


class Side(StrEnum):
    """Where a row is found."""

    FIRST = "first"
    SECOND = "second"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class PackDifference:
    """One row that differs, for some categories.

    Attributes:
        table: ``rule``, ``step``, ``material``, ``check``, or ``power``: what was delegated.
        columns: of a row both have: column → what the first and what the second says.
        first: the sentence it stands on in the first pack; ``second``: in the second; empty where there is no row.
    """

    table: str
    id: str
    title: str
    side: Side
    categories: tuple[Category, ...]
    first: str = ""
    second: str = ""
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def differences(first: Pack, second: Pack) -> list[PackDifference]:
    """Return what two packs say differently, table by table, in the order of the first pack's rows."""
    found = list(_powers(first, second))
    for table in ("rule", "step", "material", "check"):
        one, other = _by_id(first, table), _by_id(second, table)
        for row_id in dict.fromkeys((*one, *other)):
            found += _rows(table, row_id, one.get(row_id, []), other.get(row_id, []))
    return found


def _powers(first: Pack, second: Pack) -> Iterator[PackDifference]:
    for category in Category:
        powers = tuple(p.delegated.get(category, "未下放") for p in (first, second))
        if powers[0] != powers[1]:
            why = (first.undelegated.get(category, ""), second.undelegated.get(category, ""))
            yield PackDifference(
                "power", category.value, category.label, Side.BOTH, (category,), *why, {"power": (powers[0], powers[1])}
            )  # fmt: skip


def _by_id(pack: Pack, table: str) -> dict[str, list[AnyRow]]:
    rows: dict[str, list[AnyRow]] = {}
    tables: Mapping[str, Sequence[AnyRow]] = {
        "rule": pack.rules, "step": pack.steps, "material": pack.materials, "check": pack.checks
    }  # fmt: skip
    for row in tables[table]:
        rows.setdefault(row.document if isinstance(row, Material) else row.id, []).append(row)
    return rows


def _rows(
    table: str, row_id: str, first: Sequence[AnyRow], second: Sequence[AnyRow]
) -> Iterator[PackDifference]:
    """Yield the differences of one id, the categories in which they are the same together."""
    groups: dict[str, tuple[PackDifference, list[Category]]] = {}
    for category in Category:
        for found in _of_category(table, row_id, _for(first, category), _for(second, category)):
            groups.setdefault(repr(found), (found, []))[1].append(category)
    for found, categories in groups.values():
        yield PackDifference(
            found.table, found.id, found.title, found.side, tuple(categories), found.first, found.second, found.columns
        )  # fmt: skip


def _for(rows: Sequence[AnyRow], category: Category) -> dict[str, AnyRow]:
    """Return the rows for a category by what they say."""
    return {repr(_said(row)): row for row in rows if not row.categories or category in row.categories}


def _of_category(
    table: str, row_id: str, first: Mapping[str, AnyRow], second: Mapping[str, AnyRow]
) -> Iterator[PackDifference]:
    one = [row for said, row in first.items() if said not in second]
    other = [row for said, row in second.items() if said not in first]
    for a, b in zip(one, other, strict=False):
        yield PackDifference(
            table, row_id, _title(a), Side.BOTH, (), str(a.source), str(b.source), _columns(a, b)
        )
    for row in one[len(other) :]:
        yield PackDifference(table, row_id, _title(row), Side.FIRST, (), first=str(row.source))
    for row in other[len(one) :]:
        yield PackDifference(table, row_id, _title(row), Side.SECOND, (), second=str(row.source))


def _title(row: AnyRow) -> str:
    return row.requirement if isinstance(row, Material) else row.title


def _columns(first: AnyRow, second: AnyRow) -> dict[str, tuple[str, str]]:
    one, other = _said(first), _said(second)
    return {
        name: (one[name], other[name])
        for name in one
        if one[name] != other.get(name) and name != "source"  # the sentences stand beside
    }


def _said(row: AnyRow) -> dict[str, str]:
    return {f.name: _text(getattr(row, f.name)) for f in fields(row) if f.name not in _ASIDE}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Mapping():
            return "，".join(f"{key} → {_text(item)}" for key, item in value.items())
        case tuple():
            return "、".join(map(_text, value))
        case _:
            return str(value)
