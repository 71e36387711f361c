"""``archivist print``, and ``archivist unsigned``: what is out to be signed."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import printing
from archivist.api import unsigned as signing
from archivist.cli.session import Session, with_session


@click.command("print")
@click.argument("case_", metavar="[户]", default="")
@click.option("--record", metavar="件号", default="", help="只打印这一户的这一件。")
@click.option("--today", is_flag=True, help="只打印今天制发的。")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写成哪个 PDF；不写的放在 outbox 的“打印”里。",
)
@click.option("--dry-run", is_flag=True, help="只列出将打印什么，不写文件。")
@with_session
def print_(session: Session, case_: str, record: str, today: bool, out: Path | None, dry_run: bool) -> int:
    """待签的文书合成一个 PDF，供双面打印：先是打勾的清单，再是近 7 日的机关文书，再按村（社区）、户的顺序，每件从正面起。"""
    with session.progress("转换") as progress:
        done = printing.print_queue(
            session.workspace,
            session.by(writes=False),
            today=today,
            papers=[(case_, record)] if case_ or record else (),
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
        which = f"{paper.case} 第 {paper.record} 件 " if paper.case else ""
        session.warn(f"未打印 {which}{paper.title}：{paper.problem}")
    if done.list_problem:
        session.warn(f"没有清单：{done.list_problem}")
    if done.file:
        session.say(
            f"已写成 {done.file}，{done.pages} 页（双面，翻长边）；打印后请删去，里面有各户的个人信息",
            "green",
        )
    return 1 if done.failed or done.unread else 0


@click.command()
@with_session
def unsigned(session: Session) -> int:
    """待签：哪些文书在外面签、几天了，今天扫回了什么，哪些扫回来缺页、缺章。"""
    found = signing.unsigned(session.workspace, on=session.today())
    session.emit(found)
    heads = ("天", "制发", "户号", "件号", "申请人", "文书")
    rows = [(str(p.days), p.made_on, p.case, p.record, p.applicant, p.title) for p in found.waiting]
    if rows:
        session.table(heads, rows, title=f"待签 {len(rows)} 件")
    else:
        session.say("没有待签的文书")
    for one in found.back:
        session.say(
            f"今天扫回 {one.case} 第 {one.record} 件 {one.title}（第 {one.signs} 件的签署件）", "green"
        )
    for scan in found.incomplete:
        session.say(f"{scan.reason_label} {scan.item} {scan.name}：{scan.message}", "yellow")
    for why in found.unread:
        session.warn(f"未检 {why}")
    return 1 if found.unread or found.incomplete else 0
