"""``archivist people``: who is registered, and their PINs."""

from __future__ import annotations

import click

from archivist.api import people as api
from archivist.cli.family import Family
from archivist.cli.identity import new_pin
from archivist.cli.session import Session, with_session


@click.group(cls=Family)
def people() -> None:
    """人员：登记了谁、什么岗位、有没有口令。"""


@people.command("list")
@with_session
def list_(session: Session) -> None:
    """登记的人员。"""
    found = api.list_people(session.workspace, session.today())
    session.emit(found)
    session.table(
        ("姓名", "岗位", "职务", "账户", "在岗", "口令"),
        [
            (p.name, "、".join(r.label for r in p.roles), p.title, p.account, "是" if p.serving else "否", "有" if p.has_pin else "")
            for p in found.people
        ],
    )  # fmt: skip
    if not found.people:
        session.say("archivist.toml 没有登记人员（[[people]]），岗位没有核对。")


@people.command()
@click.argument("name", metavar="姓名")
@click.option("--clear", is_flag=True, help="清除别人忘了的口令；由档案管理或分管领导办。")
@with_session
def pin(session: Session, name: str, clear: bool) -> None:
    """设口令：以本人名义写入时要输入。口令只在终端里输入，不写在命令里。"""
    if clear:
        done = api.clear_pin(session.workspace, session.by(), name)
    else:
        by = session.by(session.actor or name)
        done = api.set_pin(session.workspace, by, name, lambda: new_pin(name, from_stdin=session.pin_stdin))
    session.emit(done)
    session.say(f"{done.name} 的口令已{'设好' if done.has_pin else '清除'}，记入总账", "green")
