"""``archivist rules``: which packs there are, what they say and where it stands, and whether they are sound."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from archivist.cli.session import DAY, Session, with_session
from archivist.errors import InvalidValue, NotAWorkspace, RuleFault
from archivist.model.ids import Category, parse_category

if TYPE_CHECKING:
    from archivist.rules.pack import Pack
    from archivist.rules.rule import CheckRule, Material, Rule, StepRule
    from archivist.rules.rule_text import Title

PACK = click.option("--pack", help="规则包，如 tianjin-hongqiao；默认为本工作区的规则包。")


@click.group()
def rules() -> None:
    """规则包：每一条都写明出处。"""


# ── list ─────────────────────────────────────────────────────────────────────────────────────────────────
@rules.command("list")
@click.option("--pack", help="只看一个规则包，逐类写明有没有下放、为什么。")
@with_session
def list_(session: Session, pack: str | None) -> None:
    """列出规则包；加 --pack 逐类列出权限。"""
    from archivist.rules.pack import available, load

    if pack:
        _powers(session, load(pack))
        return
    found = [load(p) for p in available()]
    session.emit(
        [
            {
                "id": p.id,
                "title": p.title,
                "version": p.version,
                "delegated": {c.value: w for c, w in p.delegated.items()},
                "undelegated": {c.value: w for c, w in p.undelegated.items()},
            }
            for p in found
        ]
    )
    session.table(
        ("规则包", "地区", *(c.value for c in Category), "版本"),
        [(p.id, p.title, *(_mark(p, c) for c in Category), p.version) for p in found],
    )
    session.say(
        "● 下放审核确认　○ 只下放审核　— 没有下放；" + "，".join(f"{c.value} {c.label}" for c in Category)
    )


def _mark(pack: Pack, category: Category) -> str:
    power = pack.delegated.get(category)
    return "—" if power is None else "●" if power == "审核确认" else "○"


def _powers(session: Session, pack: Pack) -> None:
    rows = [(c, pack.delegated.get(c), pack.undelegated.get(c, "")) for c in Category]
    session.emit(
        {
            "id": pack.id,
            "title": pack.title,
            "version": pack.version,
            "categories": [{"category": c.value, "power": power, "reason": why} for c, power, why in rows],
        }
    )
    session.say(f"{pack.title}（{pack.stamp}）", "bold")
    session.table(("类别", "权限", "理由"), [(c.label, power or "未下放", why) for c, power, why in rows])


# ── show ─────────────────────────────────────────────────────────────────────────────────────────────────
@rules.command()
@click.argument("row", required=False, metavar="[代号]")
@PACK
@click.option("--category", help="只看一类救助，连同它的环节、材料、检查。")
@click.option("--on", type=DAY, help="看哪一日的规则；默认为今天。")
@with_session
def show(
    session: Session, row: str | None, pack: str | None, category: str | None, on: dt.date | None
) -> None:
    """逐条列出规则：值、起算、出处原文。代号可以是规则、环节、检查或材料的，如 overall、confirm、C01。"""
    from archivist.doctypes.catalogue import Catalogue

    found, day = _pack(session, pack), on or session.today()
    kind = parse_category(category) if category else None
    rows = _Rows(found, kind, day, row)
    catalogue = Catalogue.load() if pack else session.workspace.catalogue
    session.emit(
        {
            "pack": found.stamp,
            "title": found.title,
            "on": day,
            "rules": [_rule_plain(r) for r in rows.rules],
            "steps": [_step_plain(s) for s in rows.steps],
            "materials": [_material_plain(m) for m in rows.materials],
            "checks": [_check_plain(c) for c in rows.checks],
        }
    )

    def title(document: str) -> str:
        return catalogue.get(document).title if document in catalogue else document

    session.say(f"{found.title}（{found.stamp}），{day} 的规则" + (f"，{kind.label}" if kind else ""), "bold")
    for heading, blocks in (
        ("期限与数字", [_rule_words(r, found, title) for r in rows.rules]),
        ("环节", [_step_words(s, found, title) for s in rows.steps]),
        ("材料", [_material_words(m, found, title) for m in rows.materials]),
        ("检查", [_check_words(c) for c in rows.checks]),
    ):
        if blocks:
            session.say(f"\n── {heading} ──", "bold")
        for head, lines, note in blocks:
            session.say(head, "cyan")
            for line in lines:
                session.say(f"    {line}")
            if note:
                session.say(f"    注：{note}", "dim")
    if not row and not kind:
        session.say("\n环节、材料、检查按类别看，如 archivist rules show --category 低保", "dim")


class _Rows:
    """The rows asked for: of one id, or of a category; without either, the rules alone."""

    def __init__(self, pack: Pack, category: Category | None, on: dt.date, row: str | None) -> None:
        def fits(one: Rule | StepRule | Material | CheckRule, name: str) -> bool:
            if category is not None and one.categories and category not in one.categories:
                return False
            return row is None or name == row or name.startswith(f"{row}.")

        others = row is not None or category is not None
        self.rules = [r for r in pack.rules if fits(r, r.id) and r.applies(category, on)]
        self.steps = [s for s in pack.steps if others and fits(s, s.id) and _in_force(s, on)]
        self.materials = [m for m in pack.materials if others and fits(m, m.document)]
        self.checks = [c for c in pack.checks if others and fits(c, c.id)]
        if row and not (self.rules or self.steps or self.materials or self.checks):
            ids = dict.fromkeys(
                [*(r.id for r in pack.rules), *(s.id for s in pack.steps), *(c.id for c in pack.checks)]
            )
            near = difflib.get_close_matches(row, ids, n=3)
            hint = f"；相近的有：{'、'.join(near)}" if near else ""
            raise InvalidValue(f"规则包 {pack.id} 中没有 {row}，或者它不用于所问的类别、日期{hint}")


def _in_force(step: StepRule, on: dt.date) -> bool:
    return not (step.valid_from and on < step.valid_from) and not (step.valid_to and on > step.valid_to)


def _pack(session: Session, name: str | None) -> Pack:
    from archivist.rules.pack import load

    return load(name) if name else session.workspace.pack


Block = tuple[str, list[str], str]
"""How a row is shown: a headline, lines below it, a note."""


def _rule_words(rule: Rule, pack: Pack, title: Title) -> Block:
    from archivist.rules import rule_text

    lines = [rule_text.basis(rule.source, inferred=rule.inferred)]
    if timing := rule_text.timing(rule, pack, title):
        lines.append(f"计时：{timing}")
    if rule.documents:
        lines.append(f"文书：{'、'.join(title(d) for d in rule.documents)}")
    if rule.valid_from or rule.valid_to:
        lines.append(f"施行：{rule.valid_from or '……'} 至 {rule.valid_to or '……'} 受理的")
    return f"{rule_text.headline(rule)}　［{rule_text.scope(rule.categories)}］ {rule.id}", lines, rule.note


def _step_words(step: StepRule, pack: Pack, title: Title) -> Block:
    from archivist.config import ROLES
    from archivist.rules import rule_text

    lines = [rule_text.basis(step.source, inferred=step.inferred)]
    lines.append(f"岗位：{ROLES.get(step.role, '其他机构，由本机关记录')}")
    lines += [f"{head}：{text}" for head, text in rule_text.demands(step, pack, title)]
    return (
        f"{step.title}：{rule_text.moves(step)}　［{rule_text.scope(step.categories)}］ {step.id}",
        lines,
        step.note,
    )


def _material_words(material: Material, pack: Pack, title: Title) -> Block:
    from archivist.rules import rule_text

    scope = rule_text.scope(material.categories)
    head = f"{title(material.document)}：{rule_text.wanted(material, pack, title)}　［{scope}］ {material.document}"
    return head, [rule_text.basis(material.source, inferred=material.inferred)], ""


def _check_words(check: CheckRule) -> Block:
    from archivist.rules import rule_text

    head = f"{check.title}　［{rule_text.scope(check.categories)}］ {check.id}"
    return head, [rule_text.basis(check.source, inferred=check.inferred)], check.note


def _common(row: Rule | StepRule | Material | CheckRule) -> dict[str, Any]:
    return {
        "categories": [c.value for c in row.categories],
        "source": str(row.source),
        "sentence": row.source.sentence,
        "inferred": row.inferred,
    }


def _rule_plain(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "value": rule.value,
        "unit": rule.unit,
        "trigger": rule.trigger,
        "starts": rule.starts,
        "ends": rule.ends,
        "excludes": rule.excludes,
        "when": rule.when,
        "kind": rule.kind,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
        "note": rule.note,
    } | _common(rule)


def _step_plain(step: StepRule) -> dict[str, Any]:
    return {
        "id": step.id,
        "title": step.title,
        "moves": {a.value: b.value for a, b in step.moves.items()},
        "role": step.role,
        "apart": step.apart,
        "guards": step.guards,
        "needs": step.needs,
        "makes": step.makes,
        "asks": dict(step.asks),
        "when": step.when,
        "note": step.note,
    } | _common(step)


def _material_plain(material: Material) -> dict[str, Any]:
    return {
        "document": material.document,
        "requirement": material.requirement,
        "when": material.when,
    } | _common(material)


def _check_plain(check: CheckRule) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "stage": check.stage,
        "test": check.test,
        "args": dict(check.args),
        "when": check.when,
        "note": check.note,
    } | _common(check)


# ── check ────────────────────────────────────────────────────────────────────────────────────────────────
@rules.command()
@PACK
@with_session
def check(session: Session, pack: str | None) -> None:
    """检查规则包：每一行读得懂、有出处，环节走得通。默认检查全部规则包，连同本工作区另加的行。"""
    from archivist.config import ROLES
    from archivist.rules import step_chain
    from archivist.rules.pack import available, load

    loaders: dict[str, Callable[[], Pack]] = {
        name: partial(load, name) for name in ([pack] if pack else available())
    }
    if not pack and (own := _own(session)):
        loaders[f"{own}＋archivist.toml"] = lambda: session.workspace.pack
    checked: list[dict[str, Any]] = []
    sound: list[Pack] = []
    problems: list[str] = []
    for name, loader in loaders.items():
        try:
            found = loader()
        except RuleFault as fault:
            problems += [f"{name}：{p}" for p in fault.problems or (fault.what,)]
            continue
        problems += [f"{name}：{p}" for p in step_chain.faults(found, session.today(), ROLES)]
        checked.append({"pack": name, "rules": len(found.rules), "steps": len(found.steps),
                        "materials": len(found.materials), "checks": len(found.checks)})  # fmt: skip
        sound.append(found)
    if not pack and not problems:
        problems += [
            f"本程序要用的环节 {step} 不在任何规则包中" for step in step_chain.steps_in_no_pack(sound)
        ]
    if problems:
        raise RuleFault("规则包有错", problems=problems)
    session.emit({"checked": checked})
    session.table(
        ("规则包", "规则", "环节", "材料", "检查"),
        [(c["pack"], c["rules"], c["steps"], c["materials"], c["checks"]) for c in checked],
    )
    session.say("没有发现错误", "green")


def _own(session: Session) -> str:
    """Return the workspace's pack when the office has laid rows of its own over it, else nothing."""
    try:
        config = session.workspace.config
    except NotAWorkspace:
        return ""
    return config.pack if config.override else ""
