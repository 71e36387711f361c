"""``archivist case expunge``, ``archivist case residue``: one record taken out of its file, and its copies elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import expunging as api
from archivist.cli.session import Session, with_session
from archivist.cli.signatures import show_form
from archivist.errors import UsageError
from archivist.model.expunged_records import ExpungeReason


@click.command()
@click.argument("case_", metavar="户")
@click.argument("number", metavar="件号")
@click.option("--why", required=True, metavar="|".join(why.value for why in ExpungeReason), help="为什么。")
@click.option("--to", metavar="户", help="误归入他户的：应归的一户，须已有这一件。")
@click.option("--to-record", metavar="件号", help="那一户（重复的：本户）的同一件是第几件；不写则自动对照。")
@click.option("--by", "people", multiple=True, metavar="姓名", help="决定的两人，各写一次；须有分管领导。")
@click.option(
    "--paper",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="两人签字的《档案件剔除审批表》扫描件；表用 --form 做，归入本户。",
)
@click.option(
    "--form", is_flag=True, help="只做审批表，放进 outbox/剔除：打印、两人签字、扫描，再用 --paper 办理。"
)
@click.option("--reason", default="", help="补充说明；历史中永远保留，不要写个人信息。")
@click.option("--dry-run", is_flag=True, help="只看能不能办、还有哪些副本，不写入。")
@with_session
def expunge(
    session: Session,
    case_: str,
    number: str,
    why: str,
    to: str | None,
    to_record: str | None,
    people: tuple[str, ...],
    paper: Path | None,
    reason: str,
    form: bool,
    dry_run: bool,
) -> None:
    """剔除一件：误归入他户、重复或依法须删除的，原件、文字、文件名一并删去，件号保留。

    制发的文书、签署件、决定和冻结的不得剔除。误归入他户的，先归入应归的户（case record move 能移的就移）。
    """
    if form:
        show_form(
            session,
            api.expunging_form(
                session.workspace, session.by(), case_, number, why=why, to=to, to_record=to_record
            ),
        )
        return
    done = api.expunge(
        session.workspace,
        session.by(writes=not dry_run),
        case_,
        number,
        why=why,
        to=to,
        to_record=to_record,
        people=[] if dry_run else [session.by(name) for name in people],
        paper=paper,
        reason=reason,
        dry_run=dry_run,
    )
    session.emit(done)
    what = "可以剔除（试运行，未写入）" if done.dry_run else "已剔除，件号保留"
    there = f"；同一件见 {done.to_case} 第 {done.to_record} 件" if done.to_case else ""
    session.say(f"{done.case} 第 {done.record} 件 {done.title}{what}（{done.why}）{there}", "green")
    if done.paper:
        session.say(f"依据：第 {done.paper} 件，{'、'.join(done.people)}")
    session.table(
        ("副本", "名称", "时间", "说明"),
        [(c.label, c.name, c.since[:16].replace("T", " "), c.note) for c in done.copies],
        title="还有这一件的副本（待清）",
    )
    if done.copies and not done.dry_run:
        session.say(f"逐处清除后登记：archivist case residue {done.case} {done.record} --cleared …", "dim")
    for warning in done.warnings:
        session.say(f"注意：{warning}", "yellow")


@click.command()
@click.argument("case_", metavar="户")
@click.argument("number", metavar="件号")
@click.option("--cleared", metavar="何处", help="这一处已清；须两人登记。程序看得到还在那里的，不登记。")
@click.option("--by", "names", multiple=True, metavar="姓名", help="清除的人，两名，写两次。")
@click.option("--reason", default="", help="怎样清的，或为什么不必清；总账中永远保留，不要写个人信息。")
@with_session
def residue(
    session: Session, case_: str, number: str, cleared: str | None, names: tuple[str, ...], reason: str
) -> int:
    """列出已剔除的一件还有哪些副本：备份盘、报送、拆分前的整批、本机；逐处清除后由两人登记，记入总账。"""
    if cleared is None:
        if names or reason:
            raise UsageError("--by、--reason 与 --cleared 同用")
        found = api.residue(session.workspace, case_, number)
    else:
        found = api.clear_residue(
            session.workspace, session.by(), case_, number, cleared, names=names, reason=reason
        )
    session.emit(found)
    session.say(f"{found.case} 第 {found.record} 件{found.words}")
    session.table(
        ("已清", "何人", "何时", "怎样"),
        [(c.place, "、".join(c.by), c.at[:16].replace("T", " "), c.reason) for c in found.cleared],
    )
    session.table(
        ("残留", "时间", "说明"),
        [
            (one.place, c.since[:16].replace("T", " "), c.note or ("还在" if one.seen else ""))
            for one in found.left
            for c in one.copies
        ],
    )
    if found.left:
        session.say(f"残留 {len(found.left)} 处未清", "yellow")
        return 1
    session.say("没有残留" if not found.cleared else "残留已清", "green")
    return 0
