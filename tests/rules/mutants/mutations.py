"""What is done to the rows of a pack: one change each, in memory, on the tables as they lie over each other."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules.layers import NO_OVERRIDES, TABLES, chain, laid_over
from archivist.rules.series import FROM

Tables = Mapping[str, Any]
Columns = dict[str, Any]
Mutation = Callable[[Any], Iterator[tuple[str, Any]]]
_OTHER_UNIT: Final = {
    "工作日": "自然日", "自然日": "工作日", "小时": "工作日", "月": "年", "年": "月", "当月日": "自然日", "月末": "月",
    "季末": "自然日", "季度": "季度内", "季度内": "季度", "周岁": "年", "项": "人数", "周期": "文字", "历日": "文字", "比例": "人数", "人数": "比例", "是否": "文字", "元": "倍",
    "倍": "元",
}  # fmt: skip
_DAY: Final = dt.timedelta(days=1)
_YEAR: Final = dt.timedelta(days=365)
_LEFT_ALONE: Final = (
    "id",
    "title",
    "source",
    "note",
    "trigger",
    "requirement",
    "document",
    "patch",
    "inferred",
)
"""Columns that name a row or are only read by people; a row without its id is a row removed."""
_DOCUMENTS_READ: Final = ("approval.", "retention.", "review.cycle")
"""Rules whose ``documents`` the program reads; those of others are shown to people."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one row.

    Attributes:
        pack: whose own row it is.
        table: ``rule``, ``material``, ``step`` or ``check``; ``place`` where the row stands in the files.
        row: names it among people: id and categories.
        change: what was done.
        original: the row as it stood, ``columns`` as changed; ``None`` where it was taken away.
    """

    pack: str
    table: str
    place: str
    row: str
    change: str
    original: Columns
    columns: Columns | None

    @property
    def id(self) -> str:
        """What it is called in the list of survivors; stays the same while the row is not moved within its id."""
        return f"{self.row_id}: {self.change}"

    @property
    def row_id(self) -> str:
        """What its row is called in the list of rows that a long run went through."""
        return f"{self.pack} {self.table} {self.row}"

    @property
    def row_digest(self) -> str:
        """What the row says, in few characters: another one, and its mutants are others."""
        said = json.dumps(self.original, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()[:8]

    def is_in(self, row: Mapping[str, Any]) -> bool:
        """Tell whether it is this row that is changed."""
        return bool(row == {**self.original, FROM: self.place})

    def of(self, tables: Tables) -> Tables:
        """Return the tables of a pack with the change made in its row; a pack without the row stays as it is."""
        rows: list[Columns] = []
        for row in tables[self.table]:
            if not self.is_in(row):
                rows.append(row)
            elif self.columns is not None:
                rows.append({**self.columns, FROM: self.place})
        return {**tables, self.table: rows}


def tables_of(pack: str) -> Tables:
    """Return the tables of a shipped pack, the rows of what it extends below its own."""
    return laid_over(chain(pack), NO_OVERRIDES, [])


def mutants(pack: str) -> list[Mutant]:
    """Return every change to the rows that are a pack's own: what it only inherits is changed where it stands."""
    tables, below, found = tables_of(pack), _below(pack), list[Mutant]()
    for table in TABLES:
        seen: dict[str, int] = {}
        for row in tables[table]:
            if not row[FROM].startswith(f"{pack}/"):
                continue
            name = _name(row)
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name += f" #{seen[name]}"
            columns = {key: value for key, value in row.items() if key != FROM}
            inherited = below.get((table, _name(row)), {})
            own = {key: value for key, value in columns.items() if inherited.get(key) != value}
            found += [
                Mutant(pack, table, row[FROM], name, change, columns, changed)
                for change, changed in _changes(columns, own, tables)
            ]
    return found


def _below(pack: str) -> Mapping[tuple[str, str], Columns]:
    """Return the rows of what a pack extends, which a patch changes in some columns only."""
    layers = chain(pack)[1:]
    if not layers:
        return {}
    tables = laid_over(layers, NO_OVERRIDES, [])
    return {(table, _name(row)): row for table in TABLES for row in tables[table]}


def _name(row: Mapping[str, Any]) -> str:
    called = str(row.get("id", row.get("document")))
    if categories := row.get("categories"):
        called += f" [{' '.join(categories)}]"
    return called + (f" ({row['when']})" if row.get("when") else "")


def _changes(row: Columns, own: Columns, tables: Tables) -> Iterator[tuple[str, Columns | None]]:
    yield "removed", None
    for key, value in own.items():
        if key in _LEFT_ALONE or (key == "documents" and not str(row.get("id")).startswith(_DOCUMENTS_READ)):
            continue
        for what, changed in _values(key, value, tables):
            rest = {k: v for k, v in row.items() if k != key}
            yield f"{key} {what}", rest if changed is None else {**row, key: changed}


def _values(key: str, value: Any, tables: Tables) -> Iterator[tuple[str, Any]]:
    if key in _BY_COLUMN:
        yield from _BY_COLUMN[key](value)
    elif key in ("starts", "ends", "awaits"):
        yield from _lists(value)
        other = next(s["id"] for s in tables["step"] if s["id"] not in value)
        yield f"{value[0]} → {other}", [other, *value[1:]]
    elif isinstance(value, list):
        yield from _lists(value)
    else:
        yield "dropped", None


def _units(value: str) -> Iterator[tuple[str, Any]]:
    if other := _OTHER_UNIT.get(value):
        yield f"→ {other}", other


def _dates(value: dt.date) -> Iterator[tuple[str, Any]]:
    for name, step in (("+1 d", _DAY), ("-1 d", -_DAY), ("+1 y", _YEAR), ("-1 y", -_YEAR)):
        yield name, value + step
    yield "dropped", None


def _swapped(one: str, other: str) -> Mutation:
    def swap(value: Any) -> Iterator[tuple[str, Any]]:
        yield "flipped", one if value != one else other

    return swap


def _stages(value: str) -> Iterator[tuple[str, Any]]:
    yield from ((f"→ {s}", s) for s in ("acceptance", "benefit", "archive") if s != value)


def _flags(value: bool) -> Iterator[tuple[str, Any]]:
    yield "flipped", not value


def _needs(value: Sequence[str]) -> Iterator[tuple[str, Any]]:
    yield from _lists(value)
    yield from ((f"{n} made optional", _put(value, n, f"{n}?")) for n in value if not n.endswith("?"))
    yield from ((f"{n} made required", _put(value, n, n[:-1])) for n in value if n.endswith("?"))


def _numbers(value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case bool():
            yield "flipped", not value
        case int():
            yield "+1", value + 1
            yield "-1", value - 1
            yield "doubled", value * 2
        case float():
            yield "+0.1", round(value + 0.1, 4)
            yield "-0.1", round(value - 0.1, 4)
            yield "halved", value / 2
        case str():
            for mark in (" / ", "、"):
                if mark in value:
                    yield "last part dropped", value.rsplit(mark, 1)[0]
                    yield "first part dropped", value.split(mark, 1)[1]
            yield "replaced", "另行规定"


def _conditions(value: str) -> Iterator[tuple[str, Any]]:
    yield "dropped", None
    clauses = value.split(" and ")
    for n, clause in enumerate(clauses):
        other = clause.removeprefix("not ") if clause.startswith("not ") else f"not {clause}"
        yield f"clause {n + 1} negated", " and ".join([*clauses[:n], other, *clauses[n + 1 :]])
        if len(clauses) > 1:
            yield f"clause {n + 1} dropped", " and ".join([*clauses[:n], *clauses[n + 1 :]])


def _categories(value: Sequence[str]) -> Iterator[tuple[str, Any]]:
    if len(value) > 1:
        yield from _lists(value)
    if len(value) < len(Category):
        yield "for all", [c.value for c in Category]


def _moves(value: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for before, after in value.items():
        if len(value) > 1:
            yield f"from {before} dropped", {k: v for k, v in value.items() if k != before}
        other = State.ACCEPTED if after != State.ACCEPTED else State.SURVEYING
        yield f"{before} → {other.value}", {**value, before: other.value}


def _lists(value: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for n, item in enumerate(value):
        rest = [*value[:n], *value[n + 1 :]]
        yield f"{item} dropped", rest or None


def _put(value: Sequence[str], old: str, new: str) -> list[str]:
    return [new if item == old else item for item in value]


def _tables(value: Mapping[str, Any], *, asked: bool = False) -> Iterator[tuple[str, Any]]:
    for name, told in value.items():
        rest = {k: v for k, v in value.items() if k != name}
        yield f"{name} dropped", rest or None
        if asked:
            other = name.removesuffix("?") if name.endswith("?") else f"{name}?"
            yield f"{name} → {other}", {**rest, other: told}
        if isinstance(told, list):
            yield from ((f"{name} {what}", {**value, name: changed or []}) for what, changed in _lists(told))


def _asks(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from _tables(value, asked=True)


_BY_COLUMN: Final[Mapping[str, Mutation]] = {
    "value": _numbers,
    "warn": _numbers,
    "unit": _units,
    "valid_from": _dates,
    "valid_to": _dates,
    "when": _conditions,
    "kind": _swapped("limit", "wait"),
    "duty": _swapped("bureau", "office"),
    "role": _swapped("intake", "approver"),
    "each": _swapped("household", "person"),
    "holds_by": _swapped("act", "acceptance"),
    "stage": _stages,
    "from_end": _flags,
    "display": _flags,
    "outlives": _flags,
    "categories": _categories,
    "moves": _moves,
    "needs": _needs,
    "asks": _asks,
    "sets": _tables,
    "args": _tables,
}
