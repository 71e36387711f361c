"""``archivist rules``: which packs there are, what they say and where it stands, and whether they are sound."""

from __future__ import annotations

import datetime as dt

import click

from archivist.api import rules as api
from archivist.api.rules import DelegatedPower
from archivist.cli.session import DAY, Session, with_session
from archivist.errors import NotAWorkspace
from archivist.model.ids import Category, parse_category

PACK = click.option("--pack", help="规则包，如 tianjin-hongqiao；默认为本工作区的规则包。")


@click.group()
def rules() -> None:
    """规则包：每一条都写明出处。"""


@rules.command("list")
@click.option("--pack", help="只看一个规则包，逐类写明有没有下放、为什么。")
@with_session
def list_(session: Session, pack: str | None) -> None:
    """列出规则包；加 --pack 逐类列出权限。"""
    if pack:
        _powers(session, pack)
        return
    found = api.list_packs()
    session.emit(found)
    session.table(
        ("规则包", "地区", *(c.value for c in Category), "版本"),
        [(p.id, p.title, *(_mark(p, c) for c in Category), p.version) for p in found.packs],
    )
    session.say(
        "● 下放审核确认　○ 只下放审核　— 没有下放；" + "，".join(f"{c.value} {c.label}" for c in Category)
    )


def _mark(pack: api.PackSummary, category: Category) -> str:
    power = pack.delegated.get(category)
    return "—" if power is None else "●" if power == DelegatedPower.CONFIRM else "○"


def _powers(session: Session, pack: str) -> None:
    found = api.powers(pack)
    session.emit(found)
    session.say(f"{found.title}（{found.stamp}）", "bold")
    session.table(
        ("类别", "权限", "理由"),
        [(p.category.label, p.power or "未下放", p.reason) for p in found.categories],
    )


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
    kind = parse_category(category) if category else None
    found = api.show(pack or session.workspace, category=kind, on=on or session.today(), row=row)
    session.emit(found)
    session.say(
        f"{found.title}（{found.pack}），{found.on} 的规则" + (f"，{kind.label}" if kind else ""), "bold"
    )
    for heading, rows in (
        ("期限与数字", found.rules),
        ("环节", found.steps),
        ("材料", found.materials),
        ("检查", found.checks),
    ):
        if rows:
            session.say(f"\n── {heading} ──", "bold")
        for one in rows:
            session.say(one.headline, "cyan")
            for line in one.lines:
                session.say(f"    {line}")
            if one.note:
                session.say(f"    注：{one.note}", "dim")
    if not row and not kind:
        session.say("\n环节、材料、检查按类别看，如 archivist rules show --category 低保", "dim")


@rules.command()
@PACK
@with_session
def check(session: Session, pack: str | None) -> None:
    """检查规则包：每一行读得懂、有出处，环节走得通。默认检查全部规则包，连同本工作区另加的行。"""
    try:
        workspace = None if pack else session.workspace
    except NotAWorkspace:
        workspace = None
    found = api.check(workspace, pack, session.today())
    session.emit(found)
    session.table(
        ("规则包", "规则", "环节", "材料", "检查"),
        [(c.pack, c.rules, c.steps, c.materials, c.checks) for c in found.checked],
    )
    session.say("没有发现错误", "green")
