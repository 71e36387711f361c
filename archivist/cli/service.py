"""``archivist service``: the watch as a service of the system."""

from __future__ import annotations

import click

from archivist.api import services as api
from archivist.cli.family import Family
from archivist.cli.session import Session, with_session

_SYSTEM = click.option(
    "--system",
    "account",
    default="",
    metavar="帐号",
    help="登记为整机的服务，以这个帐号运行（须管理员）；不写的登记在本人名下。Windows 不用。",
)


@click.group(cls=Family)
def service() -> None:
    """服务：开机自动守候收件箱。"""


@service.command()
@_SYSTEM
@with_session
def show(session: Session, account: str) -> None:
    """看将要登记的内容（systemd 单元或 Windows 计划任务）；什么也不改。"""
    _say(session, api.show(session.workspace, session.by(writes=False).actor, account=account))


@service.command()
@_SYSTEM
@click.option("--dry-run", is_flag=True, help="只看，不登记。")
@with_session
def install(session: Session, account: str, dry_run: bool) -> None:
    """登记并启动：开机（登录）后自动守候，意外停了自动再起。"""
    actor = session.by(writes=False).actor
    done = (api.show if dry_run else api.install)(session.workspace, actor, account=account)
    if dry_run:
        _say(session, done)
        return
    session.emit(done)
    session.say(f"已登记 {done.name} 并启动，以 {actor} 的名义收件；用 archivist status 看运行情况", "green")
    if not account and done.place:
        session.say("没有登录时也要运行的，请管理员运行 loginctl enable-linger 帐号")


@service.command()
@_SYSTEM
@with_session
def remove(session: Session, account: str) -> None:
    """取消登记并停止守候；收件箱里的文件不动。"""
    done = api.remove(session.workspace, account=account)
    session.emit(done)
    session.say(f"已取消 {done.name}", "green")


def _say(session: Session, found: api.WatchService) -> None:
    session.emit(found)
    session.say(found.text.rstrip())
    if found.place:
        session.say(f"写在 {found.place}，然后：", "dim")
    for command in found.commands:
        session.say(f"  {command}", "dim")
