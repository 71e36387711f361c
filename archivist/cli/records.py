"""``archivist case record``: a filed paper put right (归错了户、认错了种类), an issued one made void or replaced (作废、重制)."""

from __future__ import annotations

import datetime as dt

import click

from archivist.api import completeness, refiling, service, voiding
from archivist.api.voiding import RecordVoided
from archivist.cli.family import Family
from archivist.cli.page_images import record_image
from archivist.cli.parameters import DAY, pairs
from archivist.cli.session import Session, with_session


@click.group(cls=Family)
def record() -> None:
    """卷内的一件：归错了户的移走，认错了种类的改正，制发错了的作废、重制。"""


record.add_command(record_image)
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
    done = refiling.move_record(
        session.workspace,
        session.by(writes=not dry_run),
        case_,
        number,
        target,
        type=type_,
        reason=reason,
        dry_run=dry_run,
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
    done = refiling.retype_record(
        session.workspace,
        session.by(writes=not dry_run),
        case_,
        number,
        type_,
        reason=reason,
        dry_run=dry_run,
    )
    session.emit(done)
    what = "可以改正（试运行，未写入）" if done.dry_run else "已改正"
    session.say(f"{what}：{done.case} 第 {done.record} 件 {done.old_title} → {done.title}", "green")


_WHY = click.option("--reason", required=True, help="为什么作废；历史中永远保留。")


@record.command()
@click.argument("case_", metavar="户")
@click.argument("number", metavar="件号")
@_WHY
@_DRY_RUN
@with_session
def void(session: Session, case_: str, number: str, reason: str, dry_run: bool) -> None:
    """制发错了：作废。该件留在卷内并注明，件号、文号不再使用，签署件随之作废。

    只作废本系统制发的文书；已签的和决定书须由分管领导（决定）。已据以办理、送达的，先撤回所据的环节。
    """
    done = voiding.void_record(
        session.workspace, session.by(writes=not dry_run), case_, number, reason=reason, dry_run=dry_run
    )
    session.emit(done)
    _show_voided(session, done)


def _show_voided(session: Session, done: RecordVoided) -> None:
    what = "可以作废（试运行，未写入）" if done.dry_run else "已作废"
    also = f"，连同签署件第 {done.signed_copy} 件" if done.signed_copy else ""
    named = f"{done.case} 第 {done.record} 件 {done.title}" + (f" {done.doc_no}" if done.doc_no else "")
    session.say(f"{what}：{named}{also}；留在卷内，号码不再使用", "green")
    for warning in done.warnings:
        session.say(f"注意：{warning}", "yellow")


@record.command()
@click.argument("case_", metavar="户")
@click.argument("number", metavar="件号")
@click.option(
    "--set", "settings", multiple=True, metavar="键=值", help="与原件所填不同的内容，可多次；“键=”为不再填。"
)
@click.option("--on", "on", type=DAY, help="新件的成文日期；默认今天。")
@click.option("--pdf/--no-pdf", default=None, help="同时生成 PDF（需要 LibreOffice）。")
@_WHY
@_DRY_RUN
@with_session
def replace(
    session: Session,
    case_: str,
    number: str,
    settings: tuple[str, ...],
    on: dt.date | None,
    pdf: bool | None,
    reason: str,
    dry_run: bool,
) -> None:
    """制发错了：作废重制。制发新的一件，同时作废原件，一次完成；制发原件时所填的沿用，--set 另写。"""
    done = voiding.replace_record(
        session.workspace,
        session.by(writes=not dry_run),
        case_,
        number,
        values=dict(pairs(settings)),
        on=on,
        pdf=pdf,
        reason=reason,
        dry_run=dry_run,
    )
    session.emit(done)
    _show_voided(session, done.voided)
    if done.dry_run:
        session.say(f"可以重制：{done.title}（{done.date}）", "green")
        return
    waiting = "待签" if done.pending else "无须签章，已归档"
    numbered = f"，{done.doc_no}" if done.doc_no else ""
    session.say(
        f"已重制 {done.title} → {done.voided.case} 第 {done.record} 件（{waiting}）{numbered}", "green"
    )
    for path in done.files:
        session.say(f"  {path}")
    if done.hand:
        session.say(f"打印后手写或盖章：{'、'.join(done.hand)}", "dim")


@record.command()
@click.argument("case_", metavar="户")
@click.argument("numbers", metavar="件号…", nargs=-1, required=True)
@click.option("--by", "people", multiple=True, metavar="姓名", help="谁核对的，可多次；默认为经办人。")
@click.option("--note", required=True, help="看到了什么，如“原件有申请人签名”；户档的历史中永远保留。")
@click.option("--on", "on", type=DAY, help="哪一天核对的；默认今天。")
@with_session
def confirm(
    session: Session,
    case_: str,
    numbers: tuple[str, ...],
    people: tuple[str, ...],
    note: str,
    on: dt.date | None,
) -> None:
    """看过了原件：机器认得没有把握的种类认对了，没有看见签名的确已签名。从此办理和检查都算数。"""
    day = on or session.today()
    done = completeness.confirm_records(
        session.workspace, session.by(), case_, numbers, people=people, note=note, on=day
    )
    session.emit(done)
    session.say(f"已登记人工核对：{done.case} 第 {'、'.join(done.records)} 件", "green")


@record.command()
@click.argument("case_", metavar="户")
@click.argument("receipt", metavar="回证件号")
@click.argument("numbers", metavar="件号…", nargs=-1, required=True)
@click.option("--received-on", type=DAY, help="回证上的收到日期；不写则以识别的为准。")
@click.option("--reason", default="", help="改正以前登记的，须写明为什么。")
@with_session
def serves(
    session: Session,
    case_: str,
    receipt: str,
    numbers: tuple[str, ...],
    received_on: dt.date | None,
    reason: str,
) -> None:
    """扫描归入的送达回证送达的是哪几件。没有登记以前，它不证明任何文书的送达。"""
    done = service.record_service(
        session.workspace,
        session.by(),
        case_,
        receipt,
        numbers,
        received_on=received_on,
        reason=reason,
    )
    session.emit(done)
    papers = "、".join(f"第 {p.record} 件《{p.title}》" for p in done.serves)
    day = f"，{done.received_on} 收到" if done.received_on else ""
    session.say(f"已登记：{done.case} 第 {done.receipt} 件送达回证送达{papers}{day}", "green")
