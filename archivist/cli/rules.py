"""``archivist rules``: which packs there are, what they say and where it stands, and whether they are sound."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import click

from archivist.api import rule_packs as packs
from archivist.api import rules as api
from archivist.api.rule_packs import DelegatedPower
from archivist.cli.family import Family
from archivist.cli.parameters import DAY
from archivist.cli.session import Session, with_session
from archivist.errors import NotAWorkspace
from archivist.model.ids import Category, parse_category

if TYPE_CHECKING:
    from archivist.workspace import Workspace

_TABLES: Final = {
    "rule": "期限与数字",
    "step": "环节",
    "material": "材料",
    "check": "检查",
    "power": "下放的权限",
}
PACK = click.option("--pack", help="规则包，如 tianjin-hongqiao；默认为本工作区的规则包。")


@click.group(cls=Family)
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
    found = packs.list_packs(_workspace(session))
    session.emit(found)
    session.table(
        ("规则包", "地区", *(c.value for c in Category), "法规查至", "版本"),
        [
            (p.id, p.title, *(_mark(p, c) for c in Category), p.looked_at.isoformat(), p.version)
            for p in found.packs
        ],
    )
    session.say(
        "● 下放审核确认　○ 只下放审核　— 没有下放；" + "，".join(f"{c.value} {c.label}" for c in Category)
    )


def _workspace(session: Session) -> Workspace | None:
    try:
        return session.workspace
    except NotAWorkspace:
        return None


def _mark(pack: packs.PackSummary, category: Category) -> str:
    power = pack.delegated.get(category)
    return "—" if power is None else "●" if power == DelegatedPower.CONFIRM else "○"


def _powers(session: Session, pack: str) -> None:
    found = packs.powers(_workspace(session), pack)
    session.emit(found)
    session.say(f"{found.title}（{found.stamp}），法规查至 {found.looked_at}", "bold")
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
    workspace = _workspace(session) if pack else session.workspace
    found = api.show(workspace, pack, category=kind, on=on or session.today(), row=row)
    session.emit(found)
    session.say(
        f"{found.title}（{found.pack}），{found.on} 的规则" + (f"，{kind.label}" if kind else ""), "bold"
    )
    for heading, rows in (
        ("期限与数字", found.rules),
        ("环节", found.steps),
        ("材料", found.materials),
        ("检查", found.checks),
        ("对沿用的规则包的改动", found.changes),
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
    """检查规则包：每一行读得懂、有出处，环节走得通。默认检查全部规则包，连同本工作区自己的规则包和另加的行。"""
    found = api.check(_workspace(session), pack, session.today())
    session.emit(found)
    session.table(
        ("规则包", "规则", "环节", "材料", "检查"),
        [(c.pack, c.rules, c.steps, c.materials, c.checks) for c in found.checked],
    )
    session.say("没有发现错误", "green")


@rules.command()
@click.argument("pack", metavar="名字")
@click.option("--from", "base", default="national", show_default=True, help="沿用哪个规则包。")
@click.option("--title", default="", help="地区，如 某省某县；默认用名字。")
@with_session
def new(session: Session, pack: str, base: str, title: str) -> None:
    """在工作区的 packs/ 中写出一个新的规则包：每张表有一个注释了的例子，改好以前与沿用的规则包相同。"""
    made = packs.begin(session.workspace, pack, base, title)
    session.emit(made)
    session.say(f"已写入 packs/{made.id}/：{'、'.join(made.files)}，沿用 {made.extends}", "green")
    session.say(
        f'写法见 docs/rule-packs.md；改后运行 archivist rules check，再在 archivist.toml 写 pack = "{made.id}"'
    )


@rules.command()
@click.argument("first", metavar="规则包")
@click.argument("second", metavar="另一个")
@click.option("--category", help="只看一类救助。")
@with_session
def diff(session: Session, first: str, second: str, category: str | None) -> None:
    """比较两个规则包：哪些行只有一方有，哪些栏不同，各依哪一句。"""
    kind = parse_category(category) if category else None
    found = packs.compare(_workspace(session), first, second, kind)
    session.emit(found)
    if not found.rows:
        session.say("没有不同")
    table = ""
    for row in found.rows:
        if row.table != table:
            session.say(f"\n── {_TABLES[row.table]} ──", "bold")
            table = row.table
        where = {"first": f"只在 {first}", "second": f"只在 {second}"}.get(row.side, "两边不同")
        scope = "、".join(c.value for c in row.categories)
        session.say(f"{row.title}　［{scope}］ {row.id}：{where}", "cyan")
        for column in row.columns:
            session.say(f"    {column.column}：{column.first or '（空）'} ⇒ {column.second or '（空）'}")
        for pack, sentence in ((first, row.first), (second, row.second)):
            if sentence:
                session.say(f"    {pack}：{sentence}")
