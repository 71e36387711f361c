"""``archivist retention``: what must be kept until when, and why. Nothing is destroyed here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archivist.api import retention as api
from archivist.api.retention import RetainedCaseView, RetentionExplained
from archivist.cli.disposal import COMMANDS as DISPOSAL
from archivist.cli.family import Family
from archivist.cli.holds import hold, release
from archivist.cli.parameters import DAY
from archivist.cli.session import Session, with_session
from archivist.cli.signatures import show_form
from archivist.errors import UsageError


@click.group(cls=Family)
def retention() -> None:
    """保管期限：到期只进入鉴定，绝不自动销毁。"""


for _command in DISPOSAL:
    retention.add_command(_command)
retention.add_command(hold)
retention.add_command(release)


@retention.command("list")
@click.option("--on", "on", type=DAY, help="以哪一天为准；默认今天。")
@click.option("--expired", is_flag=True, help="只列已到期、可以鉴定的。")
@click.option("--held", is_flag=True, help="只列冻结中的。")
@click.option("--office", is_flag=True, help="列机关文书（总账中的），不列户档。")
@with_session
def list_(session: Session, on: dt.date | None, expired: bool, held: bool, office: bool) -> int:
    """列出已注销户档的保管期限、依据与剩余天数，连同期满而没有注销的、注销日不明的。"""
    if office:
        return _office(session, on or session.today())
    found = api.retention_list(
        session.workspace, on=on or session.today(), expired_only=expired, held_only=held
    )
    session.emit(found)
    session.table(
        ("户号", "申请人", "类别", "注销", "保管至", "状态", "依据"),
        [
            (c.case, c.applicant, c.kind, c.deregistered_on or "", c.keep_until or "", _status(c), c.rule)
            for c in found.cases
        ],
    )
    for kept in found.cases:
        for hold_words in kept.holds:
            session.say(f"冻结 {kept.case}：{hold_words}，不得鉴定销毁", "yellow")
    for line in dict.fromkeys(map(_rule, found.cases)):
        session.say(line, "dim")
    if any(c.doubts for c in found.cases):
        session.say("有须核实的事项，逐户看：archivist retention explain 户", "yellow")
    for line in found.unread:
        session.warn(f"未检：{line}")
    if not found.cases:
        session.say("没有冻结的户档" if held else "没有到期的户档" if expired else "没有已注销的户档")
    return 1 if found.unread else 0


def _office(session: Session, on: dt.date) -> int:
    found = api.office_list(session.workspace, on=on)
    session.emit(found)
    session.table(
        ("文书", "文号", "日期", "保管至", "现况"),
        [(d.title, d.doc_no, d.date, d.keep_until or "永久", d.status) for d in found.documents],
    )
    for line in dict.fromkeys(f"{d.rule}：{d.source}；{d.note}" for d in found.documents):
        session.say(line, "dim")
    if not found.documents:
        session.say("总账中没有机关文书")
    return 0


def _status(kept: RetainedCaseView) -> str:
    """Say where the period stands, with the days left or past where it runs towards appraisal."""
    if kept.holds or kept.days_left is None:
        return kept.status
    return f"{kept.status}，{'还有' if kept.days_left >= 0 else '已过'} {abs(kept.days_left)} 天"


def _rule(kept: RetainedCaseView) -> str:
    inferred = "〔推定〕" if kept.inferred else ""
    return f"{kept.rule}：{kept.title} {kept.value}{kept.unit}，自{kept.trigger}：{kept.source}{inferred}"


@retention.command()
@click.argument("case_", metavar="户")
@click.option("--on", "on", type=DAY, help="以哪一天为准；默认今天。")
@with_session
def explain(session: Session, case_: str, on: dt.date | None) -> None:
    """说明一户保管到哪一天、从哪一天起算、依据哪一句，还有什么要核实。"""
    _show(session, api.explain(session.workspace, case_, on=on or session.today()))


@retention.command()
@click.argument("case_", metavar="户")
@click.option("--until", type=DAY, help="延长到哪一天（含）。")
@click.option("--permanent", is_flag=True, help="鉴定为永久保管。")
@click.option(
    "--appraiser", "appraisers", multiple=True, metavar="姓名", help="鉴定小组成员，至少两人，可多次。"
)
@click.option("--reason", required=True, help="延长的理由。")
@click.option(
    "--paper",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="鉴定人签字的《档案鉴定意见表》扫描件；表用 --form 做，归入本户。",
)
@click.option("--form", is_flag=True, help="只做鉴定意见表，放进 outbox/鉴定延长：打印、签字、扫描。")
@with_session
def extend(
    session: Session,
    case_: str,
    until: dt.date | None,
    permanent: bool,
    appraisers: tuple[str, ...],
    reason: str,
    paper: Path | None,
    form: bool,
) -> None:
    """记录鉴定的结论：一户延长保管到某日，或永久保管，凭鉴定人签字的意见表。只能延长，不能缩短。"""
    if permanent == (until is not None):
        raise UsageError("--until 与 --permanent 须写一个，也只能写一个")
    if form:
        made = api.extension_form(session.workspace, session.by(), case_, until=until, reason=reason)
        show_form(session, made)
        return
    done = api.extend(
        session.workspace,
        session.by(),
        case_,
        until=until,
        appraisers=appraisers,
        reason=reason,
        paper=paper,
    )
    _show(session, done)


def _show(session: Session, found: RetentionExplained) -> None:
    session.emit(found)
    session.say(f"{found.case}  {found.applicant}  {found.kind}：{found.status}（{found.on}）", "bold")
    if found.deregistered:
        session.say(f"注销：{found.deregistered}")
    if found.starts:
        until = f"至 {found.keep_until}（含）" if found.keep_until else "永久"
        session.say(f"自 {found.starts} 起算，保管{until}", "cyan")
    for period in found.periods:
        inferred = "〔推定〕" if period.inferred else ""
        session.say(
            f"· {period.kind}：{period.starts} 起，至 {period.ends or '永久'}；{period.words}（{period.rule}）"
        )
        session.say(f"  {period.source}{inferred}", "dim")
        if period.note:
            session.say(f"  注：{period.note}", "dim")
    if found.will:
        session.say(f"起算以后：{found.will}")
    for line in found.holds:
        session.say(f"冻结：{line}", "yellow")
    for line in found.doubts:
        session.say(f"须核实：{line}", "yellow")
