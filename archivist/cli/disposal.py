"""``archivist retention propose … close``: files whose time has come are destroyed in batches, before two witnesses."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import click

from archivist.api import disposal as api
from archivist.api.disposal import DisposalView
from archivist.cli.parameters import DAY
from archivist.cli.session import Session, with_session

_PAPER: Final = click.option(
    "--paper",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="本批次的表（有核对码）签字后的扫描件，存进总账，永久保存。",
)
_DRY_RUN: Final = click.option("--dry-run", is_flag=True, help="只看会怎样，不写入。")


@click.command()
@click.argument("cases", nargs=-1, metavar="[户…]")
@click.option("--on", "on", type=DAY, help="以哪一天为准；默认今天。")
@click.option(
    "--handed-over", is_flag=True, help="移交后清除：已由接管机关回执的户档，清除本机关留存的一份。"
)
@_DRY_RUN
@with_session
def propose(
    session: Session, cases: tuple[str, ...], on: dt.date | None, handed_over: bool, dry_run: bool
) -> int:
    """拟一批销毁：到期的户档列成清册，连同鉴定意见表放进 outbox/处置；审批表、清册、监销记录在登记鉴定意见后制作。只是拟办，不销毁。"""
    by = session.by(writes=not dry_run)
    done = api.propose(
        session.workspace, by, cases, on=on or by.today, handed_over=handed_over, dry_run=dry_run
    )
    session.emit(done)
    said = "会拟" if dry_run else "已拟"
    left = f"；另有 {len(done.left_out)} 户没有列入" if done.left_out else ""
    session.say(f"{said} {done.disposal}：{len(done.cases)} 户，清册摘要 {done.sha256[:8]}…{left}", "green")
    session.table(
        ("户号", "件数", "保管至", "依据"),
        [(c.case, c.records, c.end, f"{c.rule}：{c.sentence}") for c in done.cases],
    )
    for one in done.left_out:
        session.say(f"没有列入 {one.case}：{one.why}", "yellow")
    if done.folder:
        session.say(f"各表在 {done.folder}", "cyan")
    return 1 if done.left_out else 0


@click.command()
@click.argument("disposal", metavar="批次")
@click.option(
    "--opinions",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="填好的鉴定意见表（拟办时做的 .xlsx）。",
)
@click.option("--by", "appraisers", multiple=True, metavar="姓名", help="鉴定小组成员，至少两人，可多次。")
@_PAPER
@with_session
def appraise(
    session: Session, disposal: str, opinions: Path, appraisers: tuple[str, ...], paper: Path | None
) -> None:
    """登记鉴定意见：销毁、延长到某日、永久。延长和永久的同时改户档的保管期限；鉴定工作报告和报批、销毁用的表放进 outbox/处置。"""
    done = api.appraise(
        session.workspace, session.by(), disposal, opinions=opinions, appraisers=appraisers, paper=paper
    )
    session.emit(done)
    told = "、".join(f"{opinion} {count}" for opinion, count in done.opinions.items())
    session.say(
        f"{done.disposal} 鉴定：{told}；鉴定工作报告、审批表、销毁清册、监销记录在 outbox/处置", "green"
    )


@click.command()
@with_session
def batches(session: Session) -> None:
    """列出各销毁批次办到哪一步；不销毁任何档案。"""
    found = api.list_disposals(session.workspace)
    session.emit(found)
    session.table(
        ("批次", "现况", "在批", "最早可以销毁", "最晚"),
        [
            (d.disposal, d.label, str(len(d.remaining)), d.earliest or "", d.latest or "")
            for d in found.disposals
        ],
    )
    if not found.disposals:
        session.say("还没有销毁批次")


@click.command()
@click.argument("disposal", metavar="批次")
@with_session
def papers(session: Session, disposal: str) -> None:
    """重新制作一批的打印件：待鉴定的做意见表，已鉴定的做鉴定工作报告、审批表、销毁清册、监销记录；核对码不变。"""
    done = api.papers(session.workspace, session.by(), disposal)
    session.emit(done)
    session.say(f"{done.disposal}（{done.label}）的表在 {done.folder}", "green")


@click.command()
@click.argument("disposal", metavar="批次")
@click.option("--by", "approver", required=True, metavar="姓名", help="批准人（分管领导），不能是拟办人。")
@_PAPER
@with_session
def approve(session: Session, disposal: str, approver: str, paper: Path | None) -> None:
    """登记批准：满 15 日才可以销毁，180 日后失效。"""
    done = api.approve(session.workspace, session.by(), disposal, approver=approver, paper=paper)
    session.emit(done)
    session.say(
        f"已批准 {len(done.remaining)} 户；最早 {done.earliest} 可以销毁，{done.latest} 前有效", "green"
    )


@click.command()
@click.argument("disposal", metavar="批次")
@click.option("--witness", "witnesses", multiple=True, metavar="姓名", help="监销人，两名，写两次。")
@_DRY_RUN
@with_session
def execute(session: Session, disposal: str, witnesses: tuple[str, ...], dry_run: bool) -> int:
    """销毁：逐户再核对一遍，内容已变、冻结、期限变长的退出本批，其余逐户销毁。中断的再运行一次，接着办。"""
    with session.progress("销毁") as progress:
        done = api.execute(
            session.workspace,
            session.by(writes=not dry_run),
            disposal,
            witnesses=witnesses,
            dry_run=dry_run,
            progress=progress,
        )
    session.emit(done)
    if dry_run:
        session.say(f"{done.disposal} 会销毁 {len(done.remaining) - len(done.left)} 户", "cyan")
    elif earlier := len(done.destroyed) - len(done.now):
        session.say(f"接着办：已有 {earlier} 户销毁在案，本次 {len(done.now)} 户", "green")
    else:
        session.say(f"已销毁 {len(done.now)} 户", "green")
    return _rest(session, done)


@click.command()
@click.argument("disposal", metavar="批次")
@click.argument("cases", nargs=-1, metavar="[户…]")
@click.option("--reason", required=True, help="为什么；总账中永远保留。")
@with_session
def cancel(session: Session, disposal: str, cases: tuple[str, ...], reason: str) -> None:
    """撤销一批（还没有开始销毁的）；写明户号的，只让这几户退出。"""
    done = api.cancel(session.workspace, session.by(), disposal, cases, reason=reason)
    session.emit(done)
    if cases:
        session.say(f"{'、'.join(cases)} 已退出 {done.disposal}，余 {len(done.remaining)} 户", "green")
    else:
        session.say(f"已撤销 {done.disposal}；没有销毁任何档案", "green")


@click.command()
@click.argument("disposal", metavar="批次")
@click.option("--cleared", metavar="何处", help="这一处已清（或与本户无关）；须两人登记。")
@click.option("--by", "names", multiple=True, metavar="姓名", help="清除的人，两名，写两次。")
@click.option("--reason", default="", help="怎样清的，或为什么不必清。")
@with_session
def residue(session: Session, disposal: str, cleared: str | None, names: tuple[str, ...], reason: str) -> int:
    """列出已销毁的户档还有哪些副本：本机、备份盘、报送件；逐处清除后登记。"""
    if cleared is None:
        done = api.residue(session.workspace, disposal)
    else:
        done = api.clear(session.workspace, session.by(), disposal, cleared, names=names, reason=reason)
    session.emit(done)
    return _rest(session, done)


@click.command()
@click.argument("disposal", metavar="批次")
@_PAPER
@with_session
def close(session: Session, disposal: str, paper: Path | None) -> None:
    """完成一批：残留已清，签了字的监销记录存进总账，永久保存。"""
    done = api.close(session.workspace, session.by(), disposal, paper=paper)
    session.emit(done)
    session.say(f"{done.disposal} 完成：销毁清册、监销记录已入总账，永久保存", "green")


def _rest(session: Session, done: DisposalView) -> int:
    """Say what left the batch and what is left of it; 1 where something is."""
    for one in done.left:
        session.say(f"退出 {one.case}：{one.why}", "yellow")
    for place in done.residue:
        which = f"（{len(place.cases)} 户）" if place.cases else ""
        session.say(f"残留 {place.place}{which}：{place.what}", "yellow")
    if done.residue:
        session.say(f"残留 {len(done.residue)} 处未清，批次未完成", "yellow")
    elif done.state == "executed":
        session.say(f"没有残留：archivist retention close {done.disposal} --paper 监销记录.pdf", "cyan")
    return 1 if done.left or done.residue else 0


COMMANDS: Final = (propose, batches, papers, appraise, approve, execute, cancel, residue, close)
"""Added to ``archivist retention``."""
