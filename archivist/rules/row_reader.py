"""Reading the rows of a pack from TOML: every fault of every row is noted, none stops the reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final, TypeVar

from archivist.errors import InvalidValue
from archivist.model import conditions
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules.rule import DUTIES, KINDS, UNITS, CheckRule, Material, Rule, Source, StepRule

T = TypeVar("T", Rule, Material, StepRule, CheckRule)
Row = Mapping[str, Any]

_REQUIRED: Final[Mapping[type, tuple[str, ...]]] = {
    Rule: ("id", "title", "value", "unit"),
    Material: ("document", "requirement", "categories"),
    StepRule: ("id", "title", "moves", "role"),
    CheckRule: ("id", "title", "stage", "test"),
}
STAGES: Final = ("acceptance", "benefit", "archive")
_CATEGORY: Final = frozenset(Category.__members__)
_STATES: Final = frozenset(s.value for s in State)


def read_row(
    kind: type[T], row: Row, measures: Mapping[str, str], pack: str, problems: list[str]
) -> T | None:
    """Read one row of a pack.

    Args:
        kind: what the row is.
        row: as TOML gives it.
        measures: short names of measures → full titles.
        pack: named in messages.
        problems: every fault found is added here.

    Returns:
        The row, or ``None`` when it cannot be read at all.
    """
    where = f"{pack} {row.get('id', row.get('document', '?'))}"
    if missing := [k for k in _REQUIRED[kind] if k not in row]:
        problems.append(f"{where}：缺 {'、'.join(missing)}")
        return None
    known = {f.name for f in fields(kind)}
    problems += [f"{where}：没有“{k}”这一栏" for k in row if k not in known]
    values: dict[str, Any] = {k: v for k, v in row.items() if k in known}
    values["source"] = _source(row, measures, where, problems)
    wrong = [c for c in row.get("categories", ()) if c not in _CATEGORY]
    wrong_states = [s for s in _states_of(row) if s not in _STATES]
    problems += [f"{where}：没有救助类别 {c}" for c in wrong]
    problems += [f"{where}：没有状态 {s}" for s in wrong_states]
    problems += _faults(kind, row, where)
    if wrong or wrong_states:
        return None
    for key, value in values.items():
        if key == "categories":
            values[key] = tuple(Category(c) for c in value)
        elif key == "excludes":
            values[key] = tuple(State(s) for s in value)
        elif key == "moves":
            values[key] = MappingProxyType({State(a): State(b) for a, b in value.items()})
        elif isinstance(value, list):
            values[key] = tuple(value)
        elif isinstance(value, dict):
            values[key] = MappingProxyType(dict(value))
    return kind(**values)


def _states_of(row: Row) -> Sequence[str]:
    moves = row.get("moves", {})
    return [*row.get("excludes", ()), *moves, *moves.values()]


def _faults(kind: type, row: Row, where: str) -> list[str]:
    faults = []
    if kind is Rule and row["unit"] not in UNITS:
        faults.append(f"{where}：单位“{row['unit']}”不在 {'、'.join(UNITS)} 之内")
    if row.get("duty", "office") not in DUTIES:
        faults.append(f"{where}：duty “{row['duty']}”不在 {'、'.join(DUTIES)} 之内")
    if kind is Rule and row.get("kind", "limit") not in KINDS:
        faults.append(f"{where}：kind “{row['kind']}”不在 {'、'.join(KINDS)} 之内")
    if row.get("excludes") and row.get("unit") not in ("工作日", "自然日"):
        faults.append(f"{where}：按{row.get('unit')}计的期限不能扣除日数（excludes）")
    if kind is CheckRule and row["stage"] not in STAGES:
        faults.append(f"{where}：stage “{row['stage']}”不在 {'、'.join(STAGES)} 之内")
    try:
        conditions.parse(row["when"]) if row.get("when") else ()
    except (ValueError, InvalidValue) as error:
        faults.append(f"{where}：when {error}")
    return faults


def _source(row: Row, measures: Mapping[str, str], where: str, problems: list[str]) -> Source:
    raw = row.get("source", {})
    if not raw.get("sentence") or not raw.get("measure"):
        problems.append(f"{where}：没有写明出处（source.measure、source.sentence）")
    measure = str(raw.get("measure", ""))
    return Source(
        measures.get(measure, measure), str(raw.get("article", "")), str(raw.get("sentence", "")), measure
    )
