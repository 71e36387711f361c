"""``archivist access``: who was shown which households."""

from __future__ import annotations

import datetime as dt

import click

from archivist.api import access as api
from archivist.api.access import AccessView, Shown
from archivist.cli.family import Family
from archivist.cli.parameters import DAY
from archivist.cli.session import Session, with_session


@click.group(cls=Family)
def access() -> None:
    """查阅登记：谁、何时、在哪台机器上看过、打印过、导出过哪些户档；不记检索的词。"""


@access.command("list")
@click.option("--case", "case_", metavar="户", help="只看这一户。")
@click.option("--by", "actor", metavar="姓名", default="", help="只看这个人（经手、名义或登录账户）。")
@click.option("--since", type=DAY, help="从哪一天起。")
@click.option("--until", type=DAY, help="到哪一天为止。")
@with_session
def list_(
    session: Session, case_: str | None, actor: str, since: dt.date | None, until: dt.date | None
) -> int:
    """列出查阅登记。查看登记本身也登记在内。"""
    workspace = session.workspace
    case = workspace.find_case(case_) if case_ else None
    found = api.entries(workspace, session.by(), case=case, actor=actor, since=since, until=until)
    session.emit(found, named=Shown(frozenset([case] if case else [])))
    session.table(
        ("时间", "经手", "账户", "事项", "户档"),
        [
            (e.time[:19].replace("T", " "), e.actor, f"{e.account}@{e.host}", e.act, _what(e))
            for e in found.entries
        ],
    )
    for place in found.unfinished:
        session.say(f"{place}：断电时没有写完，所涉内容没有显示", "dim")
    for place in found.broken:
        session.warn(f"{place}：与前一行不相接，登记被改动或截断过")
    if not found.entries:
        session.say("没有符合条件的登记。")
    return 1 if found.broken else 0


@access.command()
@click.option("--with", "witness", metavar="姓名", default="", help="一同销毁的另一人。")
@click.option("--reason", metavar="理由", default="", help="为何销毁，记入总账。")
@click.option("--dry-run", is_flag=True, help="只列出哪些月份期满，什么也不销毁。")
@with_session
def destroy(session: Session, witness: str, reason: str, dry_run: bool) -> None:
    """销毁期满月份的查阅登记：须两人，总账永久留下月份、摘要和经手人。"""
    by = session.by(writes=not dry_run)
    second = session.by(witness, writes=not dry_run) if witness.strip() else None
    done = api.destroy(session.workspace, by, witness=second, reason=reason, dry_run=dry_run)
    session.emit(done)
    session.table(
        ("月份", "保管至", "期满"), [(m.month, m.kept_until, "是" if m.expired else "") for m in done.months]
    )
    for source in dict.fromkeys(m.source for m in done.months):
        session.say(source, "dim")
    session.notice(done.unchecked)
    if not done.destroyed:
        session.say("没有期满的月份。")
    elif dry_run:
        session.say(f"期满可以销毁：{'、'.join(done.destroyed)}（试运行，什么也没有销毁）", "yellow")
    else:
        session.say(f"已销毁：{'、'.join(done.destroyed)}；已记入总账", "green")


def _what(entry: AccessView) -> str:
    """Return whom an answer named, in few words."""
    many = [*entry.households, *(f"待认领 {item}" for item in entry.items)]
    return "、".join(many[:3]) + (f" 等 {len(many)} 项" if len(many) > 3 else "")
