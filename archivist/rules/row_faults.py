"""Rows of a pack read into typed values: every fault of every row, each row alone and against the ids of the others.

What is found here would make the program stumble, so that a pack with such a fault is not loaded at all. What needs more
than the rows themselves (documents, conditions of steps, dates of a series) is proved by ``soundness``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from archivist.declarations.forms import alternatives
from archivist.errors import InvalidValue
from archivist.model import conditions
from archivist.model.ids import parse_categories
from archivist.model.roles import Role
from archivist.rules.rule import BY_DATE, OF_PERSON, CheckRule, Material, Rule, RuleKind, Stage, StepRule
from archivist.rules.rule_ids import NO_CATEGORY, RuleId, expected_units
from archivist.rules.series import FROM
from archivist.rules.unit import Unit

AnyRow = Rule | Material | StepRule | CheckRule
KINDS: Final[Mapping[str, type[AnyRow]]] = MappingProxyType(
    {"rule": Rule, "material": Material, "step": StepRule, "check": CheckRule}
)
"""Table → what its rows are."""
_SOURCE: Final = {"measure": "?", "sentence": "?"}
_STAND_IN: Final[Mapping[type[AnyRow], Mapping[str, object]]] = MappingProxyType(
    {
        Rule: {"id": "?", "title": "?", "value": 1, "unit": Unit.MONTHS.value, "source": _SOURCE},
        Material: {"document": "?", "requirement": "?", "categories": [], "source": _SOURCE},
        StepRule: {"id": "?", "title": "?", "moves": {}, "role": Role.INTAKE.value, "source": _SOURCE},
        CheckRule: {"id": "?", "title": "?", "stage": Stage.ACCEPTANCE.value, "test": "?", "source": _SOURCE},
    }
)
"""In place of what a row cannot do without and has not rightly."""
_STEP: Final = "step."
_EXCLUDING: Final = (Unit.WORKDAYS, Unit.DAYS)


def row_faults(tables: Mapping[str, Any]) -> list[str]:
    """Return the faults of a pack's tables; see ``layers.laid_over``."""
    from archivist.declarations.reader import read

    faults: list[str] = []
    rows: list[tuple[str, AnyRow, bool]] = []
    for name, kind in KINDS.items():
        for row in tables[name]:
            columns = {key: value for key, value in row.items() if key != FROM}
            typed = read(kind, columns, row[FROM], faults)
            rows.append((row[FROM], *((typed, True) if typed is not None else _readable(kind, columns))))
    asked: dict[str, set[str]] = {}
    for _, typed, _ in rows:
        if isinstance(typed, StepRule):
            asked.setdefault(typed.id, set()).update(typed.labels)
    units = {typed.id: typed.unit for _, typed, _ in rows if isinstance(typed, Rule)}
    for place, typed, whole in rows:
        found = [*_references(typed, asked, units), *(_contradictions(typed, asked) if whole else ())]
        faults += [f"{place}：{fault}" for fault in found]
    return faults


def _readable(kind: type[AnyRow], columns: Mapping[str, object]) -> tuple[AnyRow, bool]:
    """Return what a faulty row says in its faultless columns, and whether those it cannot do without are among them."""
    from archivist.declarations.reader import read

    stand_in = _STAND_IN[kind]
    good = {k: v for k, v in columns.items() if read(kind, {**stand_in, k: v}, "", []) is not None}
    row = read(kind, {**stand_in, **good}, "", [])
    assert row is not None
    return row, stand_in.keys() <= good.keys()


def _references(row: AnyRow, asked: Mapping[str, set[str]], units: Mapping[str, Unit]) -> Iterator[str]:
    """Yield what a row names and nobody has.

    Args:
        row: one that could be read, at least in part.
        asked: step → the names of what it asks, in any of its rows.
        units: rule → its unit.
    """
    clauses = conditions.read(row.when) if row.when else ()
    named = [c.path.removeprefix(_STEP) for c in clauses if c.path.startswith(_STEP)]
    yield from _steps("when", named, asked)
    match row:
        case Rule():
            if row.beside and row.beside not in units:
                yield f"beside 所指的规则 {row.beside} 不存在"
            for key in ("starts", "ends", "awaits"):
                yield from _steps(key, getattr(row, key), asked)
        case StepRule():
            yield from _steps("apart", row.apart, asked)
            if row.people and row.people not in units:
                yield f"people 所指的规则 {row.people} 不存在"
            elif row.people and units[row.people] is not Unit.PERSONS:
                yield f"people 所指的规则 {row.people} 的单位是“{units[row.people]}”，应为“{Unit.PERSONS}”"
        case CheckRule():
            yield from _steps("args step", [row.args.step] if row.args.step else [], asked)


def _steps(key: str, names: Sequence[str], known: Mapping[str, object]) -> Iterator[str]:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            yield f"{key} 中的“{name}”不是规则包中的环节" + (f"；是不是 {near[0]}？" if near else "")


def _contradictions(row: AnyRow, asked: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield what the columns of a row say against each other."""
    match row:
        case Rule():
            yield from _of_dates(row)
            yield from _of_value(row)
            yield from _of_time(row, asked)
        case StepRule():
            yield from _of_dates(row)
            yield from _of_step(row)


def _of_dates(row: Rule | StepRule) -> Iterator[str]:
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        yield f"valid_to 是 {row.valid_to}，应不早于 valid_from（{row.valid_from}）"


def _of_value(rule: Rule) -> Iterator[str]:
    unit, wanted = rule.unit, expected_units(rule.id)
    if not unit.fits(rule.value):
        yield f"value 是 {rule.value}，与单位“{unit}”不合，应为{unit.expected}"
    elif wanted and unit not in wanted:
        yield f"unit 是“{unit}”，应为{alternatives(wanted)}：程序按此计算"
    elif rule.id in (RuleId.ACROSS_EXCLUDES, RuleId.ACROSS_ENDS) and not _names_categories(str(rule.value)):
        yield f"value 是“{rule.value}”，应为救助类别，以“、”相隔；没有的写“{NO_CATEGORY}”"
    if rule.warn is None:
        return
    if not unit.counted:
        yield f"单位“{unit}”不计时，不能预警（warn）"
    elif not unit.fits(rule.warn):
        yield f"warn 是 {rule.warn}，与单位“{unit}”不合，应为{unit.expected}"
    elif isinstance(rule.value, int) and rule.warn >= rule.value:
        yield f"warn 是 {rule.warn}，应小于 value（{rule.value}）"


def _names_categories(text: str) -> bool:
    try:
        return text == NO_CATEGORY or bool(parse_categories(text))
    except InvalidValue:
        return False


def _of_time(rule: Rule, asked: Mapping[str, set[str]]) -> Iterator[str]:
    if not rule.timed:
        for key in ("ends", "awaits", "excludes", "warn", "from_end", "from_value", "outlives", "beside"):
            if getattr(rule, key):
                yield f"有 {key} 而没有 starts：不起算的行不计时"
        if rule.kind is RuleKind.WAIT:
            yield "kind 是“wait”而没有 starts：不起算的行不计时"
        return
    if not rule.unit.counted:
        yield f"有 starts，单位却是“{rule.unit}”，不计时"
    if rule.excludes and rule.unit not in _EXCLUDING:
        yield f"按{rule.unit}计的期限不能扣除日数（excludes）"
    if rule.from_end and rule.from_value:
        yield "from_end 与 from_value 只能有一个"
    if name := rule.from_value:
        if not name.endswith("_on"):
            yield f"from_value 是“{name}”，应为日期项，如 died_on"
        elif not any(name in asked.get(step, ()) for step in rule.starts):
            yield f"from_value 是“{name}”，starts 的环节（{'、'.join(rule.starts)}）都不问这一项"


def _of_step(step: StepRule) -> Iterator[str]:
    names = [ask.name for ask in step.asks]
    yield from (f"asks 中“{name}”写了两次" for name in dict.fromkeys(names) if names.count(name) > 1)
    for path, told in step.sets.items():
        if told != BY_DATE and told not in names:
            yield f"sets {path} 是“{told}”，应为 {BY_DATE} 或 asks 中的项（{'、'.join(names) or '无'}）"
        elif path.startswith(OF_PERSON) and "person" not in names:
            yield f"sets {path}：asks 中没有 person，不知道是谁的"
    if strange := [name for name in step.anew if name not in step.needed]:
        yield f"anew 中的 {'、'.join(strange)} 不在 needs 中"
