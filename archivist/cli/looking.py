"""``archivist open`` and ``archivist fields``: a paper in its own program, and what can be told of a household or a document."""

from __future__ import annotations

import click

from archivist.api import field_lists, opening
from archivist.cli import viewer
from archivist.cli.session import Session, with_session


@click.command("open")
@click.argument("case_", metavar="户")
@click.argument("record", metavar="[件号]", required=False, default="")
@with_session
def open_(session: Session, case_: str, record: str) -> int:
    """打开一户的文件夹，或其中一件，用本机的程序看（只读）；没有能打开的程序就写出在哪里。"""
    found = opening.place_of(session.workspace, case_, record)
    session.emit(found)
    name = (
        f"{found.case} 第 {found.record} 件 {found.title}"
        if found.record
        else f"{found.case} {found.applicant}"
    )
    if session.json or not viewer.opened(found.path):
        session.say(f"{name}：{found.path}")
        return 0
    session.say(f"已用本机的程序打开 {name}：{found.path}")
    return 0


@click.command("fields")
@click.argument("named", metavar="[文书|信息组]", required=False, default="")
@with_session
def fields_(session: Session, named: str) -> None:
    """信息项：能填什么，写什么键。不写：户档的全部信息；写文书：这种文书要用哪些、缺了会怎样。"""
    found = field_lists.fields(session.workspace, named)
    session.emit(found)
    for group in found.groups:
        if found.document:
            session.table(
                ("键", "名称", "填什么", "缺了", "来自"),
                [(f.key, f.label, f.value, f.need, f.comes_from) for f in group.fields],
                title=f"{found.title}（{found.document}）",
            )
            if not group.fields:
                session.say("这种材料只收不制，没有要填的项。")
            else:
                session.say(
                    "来自户档信息的用 archivist case set 填；制发时填写的用 archivist generate … --set 键=值；键写中文名也可以。",
                    "dim",
                )
        else:
            session.table(
                ("键", "名称", "填什么"),
                [(f.key, f.label, f.value) for f in group.fields],
                title=f"{group.label}（{group.key}）" + ("，多行：[1] 是第几行" if group.many else ""),
            )
