"""``archivist case record``: a filed paper put right (归错了户、认错了种类)."""

from __future__ import annotations

import click

from archivist.api import refiling as api
from archivist.cli.session import Session, with_session


@click.group()
def record() -> None:
    """卷内的一件：归错了户的移走，认错了种类的改正。"""


_REASON = click.option("--reason", required=True, help="为什么；两户的历史中永远保留。")
_DRY_RUN = click.option("--dry-run", is_flag=True, help="只看能不能办，不写入。")


@record.command()
@click.argument("case_", metavar="户")
@click.argument("number", metavar="件号")
@click.argument("target", metavar="应归户")
@click.option("--type", "type_", help="同时改正种类：编号或中文名。")
@_REASON
@_DRY_RUN
@with_session
def move(
    session: Session,
    case_: str,
    number: str,
    target: str,
    type_: str | None,
    reason: str,
    dry_run: bool,
) -> None:
    """归错了户：先归入应归的一户，再从这一户移出；原件号不再使用。"""
    done = api.move_record(
        session.workspace, session.by(), case_, number, target, type=type_, reason=reason, dry_run=dry_run
    )
    session.emit(done)
    what = "可以移出（试运行，未写入）" if done.dry_run else "已移出"
    session.say(
        f"{what}：{done.case} 第 {done.record} 件 {done.title} → {done.to_case} 第 {done.to_record} 件 {done.to_title}",
        "green",
    )
    if done.similar_to:
        session.say(f"注意：与 {done.to_case} 第 {done.similar_to} 件很像，请看是否重复扫描", "yellow")


@record.command()
@click.argument("case_", metavar="户")
@click.argument("number", metavar="件号")
@click.argument("type_", metavar="种类")
@_REASON
@_DRY_RUN
@with_session
def retype(session: Session, case_: str, number: str, type_: str, reason: str, dry_run: bool) -> None:
    """认错了种类：改正种类、题名，文件移到该种类的文件夹；件号不变。"""
    done = api.retype_record(
        session.workspace, session.by(), case_, number, type_, reason=reason, dry_run=dry_run
    )
    session.emit(done)
    what = "可以改正（试运行，未写入）" if done.dry_run else "已改正"
    session.say(f"{what}：{done.case} 第 {done.record} 件 {done.old_title} → {done.title}", "green")
