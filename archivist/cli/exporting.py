"""``archivist export``: everything the archive knows, as ordinary files."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.cli.session import MANY, Session, with_session
from archivist.errors import IntegrityAlarm


@click.command("export")
@click.argument("folder", metavar="文件夹", type=click.Path(path_type=Path))
@click.option("--case", "cases", multiple=True, metavar="户", help="只导出这一户；可以写多次。")
@click.option("--full", is_flag=True, help="证号、账号不遮挡，各件也一并导出；限有岗位的人。")
@with_session
def export_(session: Session, folder: Path, cases: tuple[str, ...], full: bool) -> int:
    """全部导出：各户信息（.xlsx、.csv）、逐条事件；加 --full 连同各户各件，写到一个新文件夹。

    不加 --full 时证号、账号只留头尾，各件不导出（件上的证号遮不住）。档案库不变；导出的文件只有本人可读。
    """
    from archivist.api.exporting import export_everything

    with session.progress("导出", MANY) as progress:
        done = export_everything(
            session.workspace,
            session.by(),
            folder,
            cases=cases,
            full=full,
            progress=progress,
        )
    session.emit(done)
    session.say(
        f"{done.households} 户、{done.events} 条事件、{done.papers} 个文件已写到 {done.folder}", "green"
    )
    if done.masked:
        session.say("证号、账号已遮挡，各件没有导出；要全部的加 --full")
    for number, why in done.damaged:
        session.say(f"{number} 没有导全：{why}", "red")
    return IntegrityAlarm.exit_status if done.damaged else 0
