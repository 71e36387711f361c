"""Rule packs: one jurisdiction's numbers, steps, materials and checks as data, each row with its sentence.

``archivist/rules/packs/<id>/*.toml``, or ``packs/<id>/`` of a workspace; a jurisdiction's pack extends ``national``, and an office lays rows of its own over
both in ``archivist.toml``; what a row does with those of its id below, ``series`` says. A row without a source is refused.

Rows may be dated (``valid_from``, ``valid_to``); which of them hold for a case is decided by its day of acceptance, or,
where a row says ``holds_by = "act"``, by the day of the act. Whoever asks has both: ``rule.RuleDays``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from archivist.declarations.builder import build
from archivist.declarations.cache import CheckedTables, Memory
from archivist.errors import NotDelegated, RuleFault
from archivist.model import conditions
from archivist.model.case import Case
from archivist.model.household import RECOGNISED
from archivist.model.ids import Category
from archivist.model.roles import Role
from archivist.rules.layers import (
    NO_OVERRIDES,
    TABLES,
    Layer,
    PackChange,
    available,
    chain,
    laid_over,
    version,
)
from archivist.rules.row_faults import row_faults
from archivist.rules.rule import CheckRule, DelegatedPower, Material, Rule, Source, StepRule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId
from archivist.rules.series import FROM, Row, Rows
from archivist.rules.work_calendar import NATIONAL, Calendar

__all__ = ["CheckRule", "Material", "Pack", "Rule", "Source", "StepRule", "available", "load"]

_READ: Final[Memory] = {}


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one jurisdiction. ``version`` is a digest of everything the pack was made of.

    Attributes:
        undelegated: category → why the office has no power over it.
        looked_at: up to which day the law was looked at.
        roles: how the place calls posts, where it calls them otherwise.
        changes: rows of packs below that were taken away, or changed in part, each with the sentence for it.
    """

    id: str
    title: str
    district: str
    delegated: Mapping[Category, DelegatedPower]
    rules: tuple[Rule, ...]
    materials: tuple[Material, ...]
    version: str
    steps: tuple[StepRule, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    changes: tuple[PackChange, ...] = ()
    looked_at: dt.date = dt.date.min
    roles: Mapping[Role, str] = field(default_factory=dict)
    undelegated: Mapping[Category, str] = field(default_factory=dict)
    calendar: Calendar = NATIONAL

    def rule(self, rule_id: str, category: Category | None, days: RuleDays) -> Rule:
        """Return the row that holds.

        Raises:
            RuleFault: E502, when there is none.
        """
        found = self.find(rule_id, category, days)
        if found is None:
            what = category.label if category else "各类"
            raise RuleFault(f"规则包 {self.id} 对{what}没有规定 {rule_id}")
        return found

    def find(self, rule_id: str, category: Category | None, days: RuleDays) -> Rule | None:
        """Return the row that holds, or ``None``; rows for fewer categories come before general ones."""
        rows = [r for r in self.rules if r.id == rule_id and r.applies(category, days)]
        return min(rows, key=lambda r: len(r.categories) or 99, default=None)

    def rule_for(self, rule_id: str, case: Case, on: dt.date) -> Rule | None:
        """Return the row that holds for a case as it stands, its condition included; ``None`` when none does.

        Args:
            rule_id: the id of the rows.
            case: as it stands.
            on: civil day of the act in question.
        """
        days = RuleDays(case.rules_on, on)
        rows = [
            r
            for r in self.rules
            if r.id == rule_id and r.applies(case.category, days) and conditions.holds(r.when, case)
        ]
        return min(rows, key=lambda r: (not r.when, len(r.categories) or 99), default=None)

    def under(self, prefix: str, category: Category, days: RuleDays) -> list[Rule]:
        """Return the rows whose id begins with a prefix and that hold for a category on some days, in order."""
        return [r for r in self.rules if r.id.startswith(prefix) and r.applies(category, days)]

    def timers(self, case: Case) -> list[Rule]:
        """Return the time limits that may run in a case, by category and days; conditions not asked.

        The act of a time limit is the latest step that sets it going or announces it.
        """
        found = []
        for rule in self.rules:
            begun = case.step(*rule.starts, *rule.awaits) if rule.timed else None
            if rule.timed and rule.applies(
                case.category, RuleDays(case.rules_on, begun.on if begun else case.rules_on)
            ):
                found.append(rule)
        return found

    def steps_of(self, case: Case, on: dt.date) -> list[StepRule]:
        """Return the steps of a case's procedure in order: its category, its rules, its circumstances.

        Args:
            case: as it stands.
            on: civil day on which one of them would be taken, or was.
        """
        days = RuleDays(case.rules_on, on)
        return [s for s in self.steps if s.applies(case.category, days) and conditions.holds(s.when, case)]

    def require_delegated(self, category: Category, on: dt.date) -> None:
        """Refuse a category the office was given no power over, or that did not exist yet on a day.

        Raises:
            NotDelegated: E503, with the reason.
        """
        if category not in self.delegated:
            given = "、".join(c.label for c in self.delegated)
            why = self.undelegated.get(category, f"规则包“{self.title}”没有下放{category.label}")
            raise NotDelegated(f"不能办理{category.label}：{why}；已下放：{given}")
        since = self.find(RuleId.CATEGORY_SINCE, category, RuleDays.alike(on))
        if since is None:
            if category not in RECOGNISED:
                return
            raise NotDelegated(
                f"不能办理{category.label}：规则包“{self.title}”没有写何时起可以申请（{RuleId.CATEGORY_SINCE}）"
            )
        if on < dt.date.fromisoformat(str(since.value)):
            raise NotDelegated(
                f"不能办理{category.label}：{since.value} 起才可以申请（{since.source}），这里是 {on}"
            )

    def post(self, role: Role) -> str:
        """Return how the place calls a post."""
        return self.roles.get(role, role.label)

    @property
    def stamp(self) -> str:
        """What an event records of the pack: id and version."""
        return f"{self.id}@{self.version}"


def load(
    pack_id: str,
    *,
    overrides: Mapping[str, Rows] = NO_OVERRIDES,
    calendar: Calendar = NATIONAL,
    cache: Path | None = None,
    own: Path | None = None,
) -> Pack:
    """Read a pack with what it extends.

    Args:
        pack_id: a name in ``own_packs(own)`` or ``available()``.
        own: the workspace's folder of packs.
        overrides: the office's own rows by table (``rule``, ``step`` …), laid over the pack.
        calendar: the working days with the office's corrections.
        cache: a file that may be lost or damaged at any time: what packs said whose files have not changed since.

    Raises:
        UnknownPack: E501. RuleFault: E502, listing every fault of every row.
    """
    return assemble(chain(pack_id, own), overrides, calendar, cache)


def assemble(
    layers: Sequence[Layer],
    overrides: Mapping[str, Rows] = NO_OVERRIDES,
    calendar: Calendar = NATIONAL,
    cache: Path | None = None,
) -> Pack:
    """Lay a pack, what it extends and the office's own rows over each other and read every row; see ``load``."""
    pack_id, made_of = layers[0].id, version(layers, overrides)
    kept = CheckedTables(cache, _READ)
    if said := kept.get(pack_id, made_of):
        with suppress(
            TypeError, ValueError, KeyError, AttributeError
        ):  # said to a program with other columns
            made = _pack(pack_id, made_of, said, calendar)
            kept.save()
            return made
    said = _tables(layers, overrides)
    kept.put(pack_id, made_of, said)
    kept.save()
    return _pack(pack_id, made_of, said, calendar)


def as_text(layers: Sequence[Layer], overrides: Mapping[str, Rows], calendar: Calendar) -> str:
    """Return all that a pack says, and the corrected days, as text of which ``of_text`` makes the same pack elsewhere.

    Raises:
        RuleFault: E502.
    """
    said = {
        "id": layers[0].id,
        "version": version(layers, overrides),
        "tables": _tables(layers, overrides),
        "days": {day.isoformat(): work for day, work in calendar.corrections.items()},
    }
    return json.dumps(said, ensure_ascii=False, default=str, separators=(",", ":"))


def of_text(text: str) -> Pack:
    """Return the pack of a text.

    Raises:
        RuleFault: E502, it is none, or a program with other columns wrote it.
    """
    try:
        said = json.loads(text)
        days = {dt.date.fromisoformat(day): bool(work) for day, work in said["days"].items()}
        calendar = Calendar(MappingProxyType(days)) if days else NATIONAL
        return _pack(said["id"], said["version"], said["tables"], calendar)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise RuleFault("这份规则包是另一版本的程序写的") from error


def _tables(layers: Sequence[Layer], overrides: Mapping[str, Rows]) -> Mapping[str, Any]:
    faults: list[str] = []
    said = laid_over(layers, overrides, faults)
    faults += row_faults(said)
    if faults:
        raise RuleFault("规则包有错", file=layers[0].id, problems=list(dict.fromkeys(faults)))
    return said


def _pack(pack_id: str, made_of: str, said: Mapping[str, Any], calendar: Calendar) -> Pack:
    """Return the pack whose tables, known to have no fault, say this."""
    measures: Mapping[str, str] = said["measures"]
    own = {key: said[key] for key in ("title", "district", "delegated", "undelegated", "looked_at", "roles")}
    rows = {f"{name}s": [_sourced(row, measures) for row in said[name]] for name in TABLES}
    rows["changes"] = [_sourced(row, measures) for row in said["changes"]]
    return replace(build(Pack, {"id": pack_id, "version": made_of, **own, **rows}), calendar=calendar)


def _sourced(row: Row, measures: Mapping[str, str]) -> Row:
    """Return a row whose source names the measure by its full title, and which says where it stands."""
    key = row["source"]["measure"]
    columns = {name: value for name, value in row.items() if name != FROM}
    source = {**row["source"], "measure": measures.get(key, key), "key": key}
    return {**columns, "source": source, "place": row.get(FROM, "")}
