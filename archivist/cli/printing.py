"""``archivist print``."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import printing
from archivist.cli.session import Session, with_session


@click.command("print")
@click.option("--today", is_flag=True, help="只打印今天制发的。")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写成哪个 PDF；不写的放在 outbox 的“打印”里。",
)
@click.option("--dry-run", is_flag=True, help="只列出将打印什么，不写文件。")
@with_session
def print_(session: Session, today: bool, out: Path | None, dry_run: bool) -> int:
    """待签的文书合成一个 PDF，供双面打印：先是打勾的清单，再按村（社区）、户的顺序，每件从正面起。"""
    with session.progress("转换") as progress:
        done = printing.print_queue(
            session.workspace,
            session.by(writes=False),
            today=today,
            out=out,
            dry_run=dry_run,
            progress=progress,
        )
    session.emit(done)
    if not done.papers:
        session.say("没有待签的文书" + ("是今天制发的" if today else ""))
    rows = [(p.place, p.case, p.record, p.applicant, p.title, str(p.pages or "")) for p in done.papers]
    if rows:
        heads = ("村（社区）", "户号", "件号", "申请人", "文书", "页")
        session.table(heads, rows, title="将打印（试运行，未写入）" if dry_run else "")
    for why in done.unread:
        session.warn(f"未检 {why}")
    for paper in done.failed:
        session.warn(f"未打印 {paper.case} 第 {paper.record} 件 {paper.title}：{paper.problem}")
    if done.list_problem:
        session.warn(f"没有清单：{done.list_problem}")
    if done.file:
        session.say(
            f"已写成 {done.file}，{done.pages} 页（双面，翻长边）；打印后请删去，里面有各户的个人信息",
            "green",
        )
    return 1 if done.failed or done.unread else 0
