"""The law as data, asked: what the rows of packs say and stand on, and whether packs are sound."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from archivist.api import rule_packs
from archivist.api.result import Result
from archivist.errors import InvalidValue, RuleFault
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules.rule_days import HoldsBy, RuleDays
from archivist.rules.series import WITHDRAW

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import Catalogue
    from archivist.rules.layers import PackChange
    from archivist.rules.pack import Pack
    from archivist.rules.rule import CheckArgs, CheckRule, Material, Rule, StepRule
    from archivist.rules.rule_text import Title
    from archivist.workspace import Workspace


# ── what they say ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class _RowView:
    """What every row has.

    Attributes:
        categories: empty for all.
        headline: the row in words.
        lines: what follows it: the sentence it stands on, timing, posts, demands.
    """

    categories: tuple[Category, ...]
    source: str
    sentence: str
    inferred: bool
    note: str = ""
    headline: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow(_RowView):
    """A rule; see ``rules.rule.Rule``."""

    id: str
    title: str
    value: int | float | str | bool
    unit: str
    trigger: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    excludes: tuple[State, ...]
    when: str
    kind: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    holds_by: HoldsBy


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow(_RowView):
    """A step; see ``rules.rule.StepRule``. ``moves`` is state before → state after."""

    id: str
    title: str
    moves: Mapping[State, State]
    role: str
    apart: tuple[str, ...]
    guards: tuple[str, ...]
    needs: tuple[str, ...]
    makes: tuple[str, ...]
    asks: Mapping[str, str]
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialRow(_RowView):
    """A paper that must be in the file; see ``rules.rule.Material``."""

    document: str
    requirement: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow(_RowView):
    """A check of the file; see ``rules.rule.CheckRule``."""

    id: str
    title: str
    stage: str
    test: str
    args: Mapping[str, object]
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow(_RowView):
    """What was taken from the rows of the packs below, or changed in part; see ``rules.layers.PackChange``."""

    table: str
    id: str
    act: str


@dataclass(frozen=True, slots=True)
class RuleRows(Result):
    """The rows of a pack in force on a day."""

    SCHEMA: ClassVar[str] = "archivist/rules-show/1"

    pack: str
    title: str
    on: dt.date
    rules: tuple[RuleRow, ...]
    steps: tuple[StepRow, ...]
    materials: tuple[MaterialRow, ...]
    checks: tuple[CheckRow, ...]
    changes: tuple[ChangeRow, ...]


def show(
    workspace: Workspace | None,
    pack: str | None = None,
    *,
    category: Category | None = None,
    on: dt.date,
    row: str | None = None,
) -> RuleRows:
    """Return the rows asked for: of one id, or of a category; without either, the rules alone.

    Args:
        workspace: whose pack is meant with the office's own rows where none is named; None where one is named outside.
        pack: a pack as its files say it, of the workspace or of the program.
        category: only what applies to it, its steps, materials and checks with it.
        on: the day whose rules are meant.
        row: id of a rule, step or check, or a document type; ids that begin with it and a full stop are meant too.

    Raises:
        InvalidValue: E002, no such row. UnknownPack: E501.
    """
    from archivist.doctypes.catalogue import Catalogue

    if pack:
        found = rule_packs.named(workspace, pack)
    elif workspace is not None:
        found = workspace.pack
    else:
        raise InvalidValue("没有写明看哪个规则包")
    catalogue = workspace.catalogue if workspace else Catalogue.load()
    words = _InWords(found, catalogue)

    def fits(one: Rule | StepRule | Material | CheckRule | PackChange, name: str) -> bool:
        if category is not None and one.categories and category not in one.categories:
            return False
        return row is None or name == row or name.startswith(f"{row}.")

    days = RuleDays.alike(on)
    beside = row is not None or category is not None
    answer = RuleRows(
        pack=found.stamp,
        title=found.title,
        on=on,
        rules=tuple(words.rule(r) for r in found.rules if fits(r, r.id) and r.applies(category, days)),
        steps=tuple(
            words.step(s) for s in found.steps if beside and fits(s, s.id) and s.applies(category, days)
        ),
        materials=tuple(
            words.material(m)
            for m in found.materials
            if beside and fits(m, m.document) and m.applies(category, days)
        ),
        checks=tuple(
            words.check(c) for c in found.checks if beside and fits(c, c.id) and c.applies(category, days)
        ),
        changes=tuple(
            words.change(c) for c in found.changes if beside and fits(c, c.id) and c.applies(category, days)
        ),
    )
    if row and not (answer.rules or answer.steps or answer.materials or answer.checks or answer.changes):
        ids = dict.fromkeys(
            [*(r.id for r in found.rules), *(s.id for s in found.steps), *(c.id for c in found.checks)]
        )
        near = difflib.get_close_matches(row, ids, n=3)
        hint = f"；相近的有：{'、'.join(near)}" if near else ""
        raise InvalidValue(f"规则包 {found.id} 中没有 {row}，或者它不用于所问的类别、日期{hint}")
    return answer


class _InWords:
    """Rows of a pack as views, with what they say in words."""

    def __init__(self, pack: Pack, catalogue: Catalogue) -> None:
        def title(document: str) -> str:
            return catalogue.get(document).title if document in catalogue else document

        self._pack = pack
        self._title: Title = title

    def rule(self, rule: Rule) -> RuleRow:
        from archivist.rules import rule_text

        lines = [rule_text.basis(rule.source, inferred=rule.inferred)]
        if timing := rule_text.timing(rule, self._pack, self._title):
            lines.append(f"计时：{timing}")
        if rule.display:
            lines.append("只供查看：程序不按这一行计算")
        if rule.documents:
            lines.append(f"文书：{'、'.join(map(self._title, rule.documents))}")
        lines += rule_text.in_force(rule)
        return RuleRow(
            categories=rule.categories, source=str(rule.source), sentence=rule.source.sentence, inferred=rule.inferred,
            note=rule.note, headline=f"{rule_text.headline(rule)}　［{rule_text.scope(rule.categories)}］ {rule.id}",
            lines=tuple(lines), id=rule.id, title=rule.title, value=rule.value, unit=rule.unit, trigger=rule.trigger,
            starts=rule.starts, ends=rule.ends, excludes=rule.excludes, when=rule.when, kind=rule.kind,
            valid_from=rule.valid_from, valid_to=rule.valid_to, holds_by=rule.holds_by,
        )  # fmt: skip

    def step(self, step: StepRule) -> StepRow:
        from archivist.model.roles import Role
        from archivist.rules import rule_text

        scope = rule_text.scope(step.categories)
        lines = [
            rule_text.basis(step.source, inferred=step.inferred),
            f"岗位：{self._pack.post(step.role)}{'，由本机关记录' if step.role is Role.OUTSIDE else ''}",
            *(f"{head}：{text}" for head, text in rule_text.demands(step, self._pack, self._title)),
            *rule_text.in_force(step),
        ]
        return StepRow(
            categories=step.categories, source=str(step.source), sentence=step.source.sentence, inferred=step.inferred,
            note=step.note, headline=f"{step.title}：{rule_text.moves(step)}　［{scope}］ {step.id}",
            lines=tuple(lines), id=step.id, title=step.title, moves=dict(step.moves), role=step.role, apart=step.apart,
            guards=step.guards, needs=tuple(map(str, step.needs)), makes=step.makes, asks={str(ask): label for ask, label in step.asks.items()}, when=step.when,
        )  # fmt: skip

    def material(self, material: Material) -> MaterialRow:
        from archivist.rules import rule_text

        scope, wanted = (
            rule_text.scope(material.categories),
            rule_text.wanted(material, self._pack, self._title),
        )
        return MaterialRow(
            categories=material.categories, source=str(material.source), sentence=material.source.sentence,
            inferred=material.inferred,
            headline=f"{self._title(material.document)}：{wanted}　［{scope}］ {material.document}",
            lines=(rule_text.basis(material.source, inferred=material.inferred), *rule_text.in_force(material)),
            document=material.document, requirement=material.requirement, when=material.when,
        )  # fmt: skip

    def check(self, check: CheckRule) -> CheckRow:
        from archivist.rules import rule_text

        return CheckRow(
            categories=check.categories, source=str(check.source), sentence=check.source.sentence,
            inferred=check.inferred, note=check.note,
            headline=f"{check.title}　［{rule_text.scope(check.categories)}］ {check.id}",
            lines=(rule_text.basis(check.source, inferred=check.inferred), *rule_text.in_force(check)),
            id=check.id, title=check.title, stage=check.stage, test=check.test, args=_plain(check.args), when=check.when,
        )  # fmt: skip

    def change(self, change: PackChange) -> ChangeRow:
        from archivist.rules import rule_text

        what = "不适用" if change.act == WITHDRAW else "有改动"
        return ChangeRow(
            categories=change.categories, source=str(change.source), sentence=change.source.sentence, inferred=False,
            note=change.note, headline=f"{what}　［{rule_text.scope(change.categories)}］ {change.id}",
            lines=(rule_text.basis(change.source, inferred=False),), table=change.table, id=change.id, act=change.act,
        )  # fmt: skip


def _plain(args: CheckArgs) -> dict[str, object]:
    return {
        name: [str(item) for item in value] if isinstance(value, tuple) else value
        for name, value in args.told.items()
    }


# ── whether they are sound ───────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class PackCounts:
    """How many rows of each kind of a pack were looked at."""

    pack: str
    rules: int
    steps: int
    materials: int
    checks: int


@dataclass(frozen=True, slots=True)
class PacksChecked(Result):
    """Packs without a fault."""

    SCHEMA: ClassVar[str] = "archivist/rules-check/1"

    checked: tuple[PackCounts, ...]


def check(own: Workspace | None, pack: str | None, on: dt.date) -> PacksChecked:
    """Examine packs: every row can be read and has its source, and each pack is sound as a whole (``rules.soundness``).

    Args:
        own: the workspace whose own packs and rows are examined too; None where there is none.
        pack: only this one, as its files say it.
        on: a day that is looked at besides those on which the rows change.

    Raises:
        RuleFault: E502, with every fault of every pack.
    """
    from archivist.doctypes.catalogue import Catalogue
    from archivist.rules.layers import own_packs
    from archivist.rules.pack import available
    from archivist.rules.soundness import procedure, proof, usage

    catalogue = own.catalogue if own is not None else Catalogue.load()

    mine = own_packs(own.packs) if own else []
    names = [pack] if pack else [*available(), *mine]
    loaders: dict[str, Callable[[], Pack]] = {name: partial(rule_packs.named, own, name) for name in names}
    if own is not None and not pack and own.config.override:
        loaders[f"{own.config.pack}＋archivist.toml"] = lambda: own.pack
    sound: dict[str, Pack] = {}
    found_in: dict[str, list[str]] = defaultdict(list)
    for name, loader in loaders.items():
        try:
            found = loader()
        except RuleFault as fault:
            for problem in fault.problems or (fault.what,):
                found_in[problem].append(name)
            continue
        for problem in proof.faults(found, catalogue, on):
            found_in[problem].append(name)
        sound[name] = found
    problems = [f"{'、'.join(names)}：{problem}" for problem, names in found_in.items()]
    if not pack and not problems:
        packs = sound.values()
        steps, rules = procedure.steps_in_no_pack(packs), usage.rules_in_no_pack(packs)
        problems += [f"本程序要用的环节 {step} 不在任何规则包中" for step in steps]
        problems += [f"本程序要用的规则 {rule} 不在任何规则包中" for rule in rules]
        problems += [
            f"没有哪个规则包的环节通到“{state.label}”（{state.value}）"
            for state in procedure.states_in_no_pack(packs, on)
        ]
    if problems:
        raise RuleFault("规则包有错", problems=problems)
    return PacksChecked(
        tuple(
            PackCounts(name, len(p.rules), len(p.steps), len(p.materials), len(p.checks))
            for name, p in sound.items()
        )
    )
