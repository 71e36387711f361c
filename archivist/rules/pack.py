"""Rule packs: one jurisdiction's numbers as data, each row with the sentence it comes from.

``archivist/rules/packs/<id>.toml``; a jurisdiction's pack extends ``national``, a row with the same id replaces
the national one. A row without a source is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import NotDelegated, RuleFault, UnknownPack
from archivist.model.ids import Category
from archivist.rules.workdays import Deadline, add_days, add_months, add_workdays

UNITS: Final = ("工作日", "自然日", "小时", "月", "年", "比例", "人数", "是否", "文字")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: the measure, its article, the exact sentence (without the 「」)."""

    measure: str
    article: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.measure}{self.article}「{self.sentence}」"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``inferred`` when the sentence does not say all of it; ``trigger`` names the day counted from."""

    id: str
    title: str
    value: int | float | str | bool
    unit: str
    trigger: str
    source: Source
    categories: tuple[Category, ...] = ()
    documents: tuple[str, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    inferred: bool = False
    note: str = ""

    def deadline(self, start: dt.date) -> Deadline:
        """Count the rule's time from the day of its trigger.

        Raises:
            RuleFault: E502, when the row is no time limit in days, months or years.
        """
        count = int(self.value)
        match self.unit:
            case "工作日":
                return add_workdays(start, count)
            case "自然日":
                return add_days(start, count)
            case "月":
                return Deadline(add_months(start, count))
            case "年":
                return Deadline(add_months(start, 12 * count))
            case _:
                raise RuleFault(f"{self.id} 的单位是“{self.unit}”，不是期限")

    def applies(self, category: Category | None, on: dt.date) -> bool:
        """Tell whether the row holds for a category on a day."""
        if category is not None and self.categories and category not in self.categories:
            return False
        return not (self.valid_from and on < self.valid_from) and not (self.valid_to and on > self.valid_to)


@dataclass(frozen=True, slots=True)
class Material:
    """One paper an applicant must hand in, or one statutory form that must be there, for some categories."""

    document: str
    requirement: str
    categories: tuple[Category, ...]
    source: Source
    when: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one jurisdiction. ``version`` is a digest of everything the pack was made of."""

    id: str
    title: str
    district: str
    delegated: Mapping[Category, str]
    rules: tuple[Rule, ...]
    materials: tuple[Material, ...]
    version: str

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

    def under(self, prefix: str, category: Category, on: dt.date) -> list[Rule]:
        """Return the rows whose id begins with a prefix and that hold for a category on a day, in order."""
        return [r for r in self.rules if r.id.startswith(prefix) and r.applies(category, on)]

    def require_delegated(self, category: Category) -> None:
        """Refuse a category the office was given no power over.

        Raises:
            NotDelegated: E503.
        """
        if category not in self.delegated:
            given = "、".join(c.label for c in self.delegated)
            raise NotDelegated(f"规则包“{self.title}”没有下放{category.label}；已下放：{given}")

    @property
    def stamp(self) -> str:
        """What an event records of the pack: id and version."""
        return f"{self.id}@{self.version}"


def available() -> list[str]:
    """Return the ids of the packs that ship."""
    return sorted(
        p.name.removesuffix(".toml")
        for p in files("archivist.rules").joinpath("packs").iterdir()
        if p.name.endswith(".toml")
    )


def load(pack_id: str) -> Pack:
    """Read a pack with what it extends.

    Raises:
        UnknownPack: E501. RuleFault: E502, listing every faulty row.
    """
    raws: list[tuple[str, dict[str, Any]]] = []
    texts: list[bytes] = []
    wanted: str | None = pack_id
    while wanted:
        path = files("archivist.rules").joinpath("packs", f"{wanted}.toml")
        if not path.is_file():
            raise UnknownPack(f"没有规则包“{wanted}”；可用：{'、'.join(available())}")
        texts.append(path.read_bytes())
        raw = tomllib.loads(texts[-1].decode())
        raws.append((wanted, raw))
        wanted = raw.get("extends")
    problems: list[str] = []
    rules: dict[tuple[str, tuple[Category, ...]], Rule] = {}
    materials: dict[tuple[str, tuple[Category, ...]], Material] = {}
    delegated: dict[Category, str] = {}
    for name, raw in reversed(raws):
        measures = raw.get("measures", {})
        own = {row.get("id") for row in raw.get("rule", ())}
        rules = {k: r for k, r in rules.items() if k[0] not in own}
        for row in raw.get("rule", ()):
            if rule := _rule(row, measures, name, problems):
                rules[rule.id, rule.categories] = rule
        for row in raw.get("material", ()):
            if material := _material(row, measures, name, problems):
                materials[material.document, material.categories] = material
        if raw.get("delegated"):
            delegated = {Category(c): str(what) for c, what in raw["delegated"].items()}
    if problems:
        raise RuleFault("规则包有错", file=f"{pack_id}.toml", problems=problems)
    head = raws[0][1]
    return Pack(
        pack_id,
        str(head["title"]),
        str(head.get("district", "")),
        MappingProxyType(delegated),
        tuple(rules.values()),
        tuple(materials.values()),
        hashlib.sha256(b"\0".join(texts)).hexdigest()[:12],
    )


def _source(row: Mapping[str, Any], measures: Mapping[str, str], where: str, problems: list[str]) -> Source:
    raw = row.get("source", {})
    if not raw.get("sentence") or not raw.get("measure"):
        problems.append(f"{where}：没有写明出处（source.measure、source.sentence）")
    measure = str(raw.get("measure", ""))
    return Source(measures.get(measure, measure), str(raw.get("article", "")), str(raw.get("sentence", "")))


def _rule(row: Mapping[str, Any], measures: Mapping[str, str], pack: str, problems: list[str]) -> Rule | None:
    where = f"{pack} {row.get('id', '?')}"
    if missing := {"id", "title", "value", "unit"} - set(row):
        problems.append(f"{where}：缺 {'、'.join(sorted(missing))}")
        return None
    if row["unit"] not in UNITS:
        problems.append(f"{where}：单位“{row['unit']}”不在 {'、'.join(UNITS)} 之内")
    return Rule(
        id=row["id"],
        title=row["title"],
        value=row["value"],
        unit=row["unit"],
        trigger=row.get("trigger", ""),
        source=_source(row, measures, where, problems),
        categories=tuple(Category(c) for c in row.get("categories", ())),
        documents=tuple(row.get("documents", ())),
        valid_from=row.get("valid_from"),
        valid_to=row.get("valid_to"),
        inferred=bool(row.get("inferred", False)),
        note=row.get("note", ""),
    )


def _material(
    row: Mapping[str, Any], measures: Mapping[str, str], pack: str, problems: list[str]
) -> Material | None:
    where = f"{pack} 材料 {row.get('document', '?')}"
    if missing := {"document", "requirement", "categories"} - set(row):
        problems.append(f"{where}：缺 {'、'.join(sorted(missing))}")
        return None
    return Material(
        row["document"],
        row["requirement"],
        tuple(Category(c) for c in row["categories"]),
        _source(row, measures, where, problems),
        row.get("when", ""),
    )
