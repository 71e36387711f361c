"""Rule packs: one jurisdiction's numbers, steps, materials and checks as data, each row with its sentence.

``archivist/rules/packs/<id>/*.toml``; a jurisdiction's pack extends ``national``: its rows of an id replace the national
rows of that id, ``patch = true`` changes only the columns it names, and ``without`` takes ids away. An office may
replace a row in ``archivist.toml``, with a source of its own. A row without a source is refused.

Rows may be dated (``valid_from``, ``valid_to``); which of them hold for a case is decided by its day of acceptance.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import NotDelegated, RuleFault, UnknownPack
from archivist.model import conditions
from archivist.model.case import Case
from archivist.model.ids import Category
from archivist.rules.row_reader import T, read_row
from archivist.rules.rule import CheckRule, Material, Rule, Source, StepRule
from archivist.rules.work_calendar import NATIONAL, Calendar

__all__ = ["CheckRule", "Material", "Pack", "Rule", "Source", "StepRule", "available", "load"]

_TABLES: Final = ("rule", "material", "step", "check")
NO_OVERRIDES: Final[Mapping[str, Sequence[Mapping[str, Any]]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one jurisdiction. ``version`` is a digest of everything the pack was made of.

    ``undelegated``: category → why the office has no power over it.
    """

    id: str
    title: str
    district: str
    delegated: Mapping[Category, str]
    rules: tuple[Rule, ...]
    materials: tuple[Material, ...]
    version: str
    steps: tuple[StepRule, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    undelegated: Mapping[Category, str] = field(default_factory=dict)
    calendar: Calendar = NATIONAL

    def rule(self, rule_id: str, category: Category | None, on: dt.date) -> Rule:
        """Return the row that holds.

        Raises:
            RuleFault: E502, when there is none.
        """
        found = self.find(rule_id, category, on)
        if found is None:
            what = category.label if category else "各类"
            raise RuleFault(f"规则包 {self.id} 对{what}没有规定 {rule_id}")
        return found

    def find(self, rule_id: str, category: Category | None, on: dt.date) -> Rule | None:
        """Return the row that holds, or ``None``; rows for fewer categories come before general ones."""
        rows = [r for r in self.rules if r.id == rule_id and r.applies(category, on)]
        return min(rows, key=lambda r: len(r.categories) or 99, default=None)

    def rule_for(self, rule_id: str, case: Case) -> Rule | None:
        """Return the row that holds for a case as it stands, its condition included; ``None`` when none does."""
        rows = [
            r
            for r in self.rules
            if r.id == rule_id and r.applies(case.category, case.rules_on) and conditions.holds(r.when, case)
        ]
        return min(rows, key=lambda r: (not r.when, len(r.categories) or 99), default=None)

    def under(self, prefix: str, category: Category, on: dt.date) -> list[Rule]:
        """Return the rows whose id begins with a prefix and that hold for a category on a day, in order."""
        return [r for r in self.rules if r.id.startswith(prefix) and r.applies(category, on)]

    def timers(self, case: Case) -> list[Rule]:
        """Return the time limits that may run in a case, by category and day of acceptance; conditions not asked."""
        return [r for r in self.rules if r.timed and r.applies(case.category, case.rules_on)]

    def steps_of(self, case: Case) -> list[StepRule]:
        """Return the steps of a case's procedure in order: its category, its rules, its circumstances."""
        return [
            s
            for s in self.steps
            if s.applies(case.category, case.rules_on) and conditions.holds(s.when, case)
        ]

    def require_delegated(self, category: Category) -> None:
        """Refuse a category the office was given no power over.

        Raises:
            NotDelegated: E503, with the reason.
        """
        if category not in self.delegated:
            given = "、".join(c.label for c in self.delegated)
            why = self.undelegated.get(category, f"规则包“{self.title}”没有下放{category.label}")
            raise NotDelegated(f"不能办理{category.label}：{why}；已下放：{given}")

    @property
    def stamp(self) -> str:
        """What an event records of the pack: id and version."""
        return f"{self.id}@{self.version}"


def available() -> list[str]:
    """Return the ids of the packs that ship."""
    return sorted(p.name for p in files("archivist.rules").joinpath("packs").iterdir() if p.is_dir())


def load(
    pack_id: str,
    *,
    overrides: Mapping[str, Sequence[Mapping[str, Any]]] = NO_OVERRIDES,
    calendar: Calendar = NATIONAL,
) -> Pack:
    """Read a pack with what it extends.

    Args:
        pack_id: a name in ``available()``.
        overrides: the office's own rows by table (``rule``, ``step`` …), laid over the pack.
        calendar: the working days with the office's corrections.

    Raises:
        UnknownPack: E501. RuleFault: E502, listing every faulty row.
    """
    texts: list[bytes] = []
    layers: list[tuple[str, Mapping[str, Any]]] = []
    wanted: str | None = pack_id
    while wanted:
        if wanted not in available():
            raise UnknownPack(f"没有规则包“{wanted}”；可用：{'、'.join(available())}")
        raw, text = _read(wanted)
        texts.append(text)
        layers.append((wanted, raw))
        wanted = raw.get("extends")
    head = layers[0][1]
    layers.reverse()
    if overrides:
        texts.append(json.dumps(overrides, ensure_ascii=False, sort_keys=True, default=str).encode())
        layers.append(("archivist.toml", overrides))
    return assemble(pack_id, head, layers, hashlib.sha256(b"\0".join(texts)).hexdigest()[:12], calendar)


def _read(name: str) -> tuple[dict[str, Any], bytes]:
    """Return the content of one pack's files as one table, and their bytes."""
    folder = files("archivist.rules").joinpath("packs", name)
    raw: dict[str, Any] = {}
    texts = []
    for path in sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name):
        texts.append(path.read_bytes())
        for key, value in _parsed(texts[-1]).items():
            if isinstance(value, list):
                raw.setdefault(key, []).extend(value)
            else:
                raw[key] = value
    return raw, b"\0".join(texts)


@lru_cache(maxsize=32)
def _parsed(text: bytes) -> Mapping[str, Any]:
    """Return what a file says; nobody changes it, and a process that loads packs again need not parse again."""
    return tomllib.loads(text.decode())


def assemble(
    pack_id: str,
    head: Mapping[str, Any],
    layers: Sequence[tuple[str, Mapping[str, Any]]],
    version: str,
    calendar: Calendar = NATIONAL,
) -> Pack:
    """Lay the layers of a pack over each other, the national one first, and read every row.

    Raises:
        RuleFault: E502, listing every faulty row.
    """
    problems: list[str] = []
    measures: dict[str, str] = {}
    delegated: dict[str, str] = {}
    undelegated: dict[str, str] = {}
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}
    for name, raw in layers:
        measures |= raw.get("measures", {})
        gone = set(raw.get("without", ()))
        for table, rows in tables.items():
            tables[table] = _laid_over([r for r in rows if _id(r) not in gone], raw.get(table, ()), name)
        if raw.get("delegated"):
            delegated, undelegated = dict(raw["delegated"]), dict(raw.get("undelegated", {}))

    def read(kind: type[T], table: str) -> tuple[T, ...]:
        rows = (read_row(kind, _plain(r), measures, r["_from"], problems) for r in tables[table])
        return tuple(row for row in rows if row)

    rules, materials = read(Rule, "rule"), read(Material, "material")
    step_rules, checks = read(StepRule, "step"), read(CheckRule, "check")
    steps = {s.id for s in step_rules}
    problems += [
        f"{r.id}：没有环节 {name}"
        for r in rules
        for name in (*r.starts, *r.ends, *r.awaits)
        if name not in steps
    ]
    if problems:
        raise RuleFault("规则包有错", file=pack_id, problems=problems)
    return Pack(
        pack_id,
        str(head["title"]),
        str(head.get("district", "")),
        MappingProxyType({Category(c): str(what) for c, what in delegated.items()}),
        rules,
        materials,
        version,
        step_rules,
        checks,
        MappingProxyType({Category(c): str(why) for c, why in undelegated.items()}),
        calendar,
    )


def _laid_over(
    below: Sequence[dict[str, Any]], above: Sequence[Mapping[str, Any]], name: str
) -> list[dict[str, Any]]:
    """Return the rows of one table with a layer's rows over them, in the order of the lower layer."""
    patches = [_named(row, name) for row in above if row.get("patch")]
    above_rows = [_named(row, name) for row in above if not row.get("patch")]
    own = {_id(r) for r in above_rows}
    rows = [r for r in below if _id(r) not in own]
    for patch in patches:
        fitting = [r for r in rows if _id(r) == _id(patch) and _fits(patch, r)]
        if not fitting:
            rows.append(patch)  # refused when it is read: it has not all its columns
        for row in fitting:
            row |= {k: v for k, v in patch.items() if k != "categories"}
    places = {row_id: n for n, row_id in enumerate(dict.fromkeys(map(_id, below)))}
    return sorted(rows + above_rows, key=lambda r: places.get(_id(r), len(places)))


def _named(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k != "patch"} | {"_from": name}


def _fits(patch: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    wanted = patch.get("categories")
    return not wanted or set(row.get("categories", Category.__members__)) <= set(wanted)


def _id(row: Mapping[str, Any]) -> object:
    return row.get("id", row.get("document"))


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k != "_from"}
