"""What packs must ask for at least, written down apart from them: each line of the table with the sentence it was written from."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from archivist.model.ids import Category
from archivist.rules.pack import Pack, load
from archivist.rules.rule import CheckRule, Material, Rule, StepRule
from archivist.rules.rule_days import RuleDays

TABLE: Final = Path(__file__).parents[2] / "data" / "procedure_expectations.tsv"
_DAYS: Final = tuple(RuleDays.alike(dt.date(*day)) for day in ((2021, 9, 10), (2024, 3, 4), (2026, 11, 2)))
_BEFORE: Final = dt.date(2026, 1, 5)
"""On which a case is accepted that is acted in later."""
_RULES: Final = (
    "starts",
    "ends",
    "awaits",
    "duty",
    "from_value",
    "limit",
    "if",
    "by",
    "only",
    "kept",
    "accepted",
    "act",
    "chain",
    "says",
)
_ONE_OF_ROWS: Final = ("material", "check", "args", "from", "need")
"""Of these several rows of an id may say different things, one of which is what is demanded."""
Row = Rule | StepRule | Material | CheckRule


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of the table; ``said`` is one column of a row, of which it demands ``demand``."""

    said: str
    id: str
    categories: frozenset[str]
    packs: frozenset[str]
    but: frozenset[str]
    demand: str
    sentence: str

    def concerns(self, pack: Pack) -> bool:
        """Tell whether it is about a pack."""
        return pack.id not in self.but and (not self.packs or pack.id in self.packs)

    def contradictions(self, pack: Pack) -> Iterator[str]:
        """Yield how a pack says otherwise than the line demands."""
        rows = _rows(pack, self.said, self.id)
        named = [c for c in pack.delegated if c.value in self.categories]
        if self.said == "only":
            far = [
                c
                for c in pack.delegated
                if c.value not in self.demand.split() and any(_holds(r, c) for r in rows)
            ]
            yield from (f"{pack.id}：{self.id} 不适用于{c.label}（「{self.sentence}」）" for c in far)
            return
        if self.said in ("accepted", "act"):
            yield from self._on_days(pack, named or [*pack.delegated])
            return
        categories = named or ([] if self.categories else _categories(self, pack))
        for category in categories:
            found = [r for r in rows if _holds(r, category)]
            if self.said == "material":  # dated rows follow each other without a gap
                found = min(([r for r in rows if r.applies(category, day)] for day in _DAYS), key=self._met)
            if not found:
                yield f"{pack.id} {category.label}：没有 {self.id}（「{self.sentence}」）"
            elif self.said in _ONE_OF_ROWS:
                if not any(_meets(self, r) for r in found):  # several rows: one says it
                    yield f"{pack.id} {category.label}：{self.id} 的 {self.said} 应有 {self.demand}（「{self.sentence}」）"
            elif wrong := [r for r in found if not _meets(self, r)]:
                yield f"{wrong[0].place}：{self.said} 应有 {self.demand}（「{self.sentence}」）"

    def _met(self, rows: list[Row]) -> int:
        """Return how many of the rows of one day say what is demanded."""
        return sum(_meets(self, row) for row in rows)

    def _on_days(self, pack: Pack, categories: list[Category]) -> Iterator[str]:
        """Yield the days on which another value holds: ``day=value``, of acceptance or of an act in a case accepted before."""
        for told in self.demand.split():
            text, _, value = told.partition("=")
            day = dt.date.fromisoformat(text)
            days = RuleDays.alike(day) if self.said == "accepted" else RuleDays(_BEFORE, day)
            for category in categories:
                row = pack.find(self.id, category, days)
                if str(row.value if row else None) != value:
                    yield f"{pack.id} {category.label} {text}：{self.id} 应为 {value}（「{self.sentence}」）"


def _rows(pack: Pack, said: str, row_id: str) -> list[Row]:
    match said:
        case "material" | "accepts":
            return [m for m in pack.materials if m.document == row_id]
        case "check" | "args":
            return [c for c in pack.checks if c.id == row_id]
        case _ if said in _RULES:
            return [r for r in pack.rules if r.id == row_id]
        case _:
            return [s for s in pack.steps if s.id == row_id]


def _holds(row: Row, category: Category) -> bool:
    return any(row.applies(category, day) for day in _DAYS)


@cache
def _shipped() -> Pack:
    return load("national")


def _categories(expected: Expectation, pack: Pack) -> list[Category]:
    """Return the categories of a pack for which there is such a row anywhere: its own, or the national one it stands on."""
    rows = [*_rows(pack, expected.said, expected.id), *_rows(_shipped(), expected.said, expected.id)]
    return [c for c in pack.delegated if any(_holds(r, c) for r in rows)]


def _meets(expected: Expectation, row: Row) -> bool:
    """Tell whether a row says at least what is demanded."""
    words = set(expected.demand.split())
    match expected.said, row:
        case "leads", StepRule():
            return _told("leads", row) <= words | {"="} if words != {"="} else _told("leads", row) == words
        case "when", StepRule(when=when):
            return when == expected.demand
        case "chain", Rule(value=value):
            count, last = expected.demand.split()
            posts = str(value).split(" / ")
            return len(posts) == int(count) and last in posts[-1]
        case "says", Rule(value=value):
            return expected.demand in str(value)
        case "if", Rule(when=when):
            return when in expected.demand.split("；")
        case "material", Material():
            each, _, when = expected.demand.partition(" ")
            return (row.each.value, row.when) == (each, when)
        case "check", CheckRule():
            stage, test, *rest = expected.demand.split(" ", 2)
            return (row.stage.value, row.test) == (stage, test) and row.when == "".join(rest or [row.when])
        case _:
            return words <= _told(expected.said, row)


def _told(said: str, row: Any) -> set[str]:
    """Return what a row says in one column, as words of the table."""
    match said:
        case "leads":
            return {"=" if before is after else after.value for before, after in row.moves.items()}
        case "from":
            return {state.value for state in row.moves}
        case "args":
            return set(_args(row))
        case "kept":
            return set(row.documents)
        case "sets":
            return {f"{path}={value}" for path, value in row.sets.items()}
    told = getattr(row, _COLUMNS.get(said, said))
    return {str(one) for one in ((told,) if isinstance(told, str) else told)}


_COLUMNS: Final = {
    "guard": "guards",
    "make": "makes",
    "need": "needs",
    "ask": "asks",
    "limit": "kind",
    "by": "holds_by",
}


def _args(row: CheckRule) -> Iterator[str]:
    for name, told in row.args.told.items():
        yield from (f"{name}:{one}" for one in (told if isinstance(told, tuple) else (told,)))


@cache
def expectations() -> Mapping[str, tuple[Expectation, ...]]:
    """Return the lines of the table by the id of the row they are about."""
    found: dict[str, list[Expectation]] = defaultdict(list)
    lines = (line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        places = set(row["packs"].split()) - {"*"}
        but = {place.removeprefix("-") for place in places if place.startswith("-")}
        for row_id in row["ids"].split():
            found[row_id].append(
                Expectation(
                    row["kind"], row_id, frozenset(set(row["categories"].split()) - {"*"}),
                    frozenset(p for p in places if not p.startswith("-")), frozenset(but), row["demand"], row["sentence"],
                )
            )  # fmt: skip
    return {row_id: tuple(demands) for row_id, demands in found.items()}


def contradicted(pack: Pack, row_id: str = "") -> list[str]:
    """Return what a pack says otherwise than the table; of one row, or of all."""
    wanted = expectations().get(row_id, ()) if row_id else [e for es in expectations().values() for e in es]
    return [found for e in wanted if e.concerns(pack) for found in e.contradictions(pack)]
