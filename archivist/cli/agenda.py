"""``archivist due``: what is due, in every case or in one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import click

from archivist.api import agenda as api
from archivist.api import cluster_agenda
from archivist.api.agenda import DAYS, AgendaView, DutyView, LimitView, Reference
from archivist.api.cluster_agenda import DueOfOffices
from archivist.cli.parameters import DAY, ENGINES
from archivist.cli.session import MANY, Session, with_session
from archivist.errors import UsageError
from archivist.model.by import CHINA
from archivist.model.ids import parse_category

ROWS: Final = 100
"""So many of each kind are listed; a longer table is read by nobody and takes long to draw."""
_LEFT: Final = {"overdue": "已过", "waiting": "等待"}


@click.command()
@click.option("--on", "on", type=DAY, help="以哪一天为准；默认现在。")
@click.option("--case", "case_", metavar="户", help="只看一户，连同依据原文。")
@click.option("--category", help="只看一类救助。")
@click.option("--overdue", is_flag=True, help="只看逾期的。")
@click.option("--days", type=click.IntRange(0), help=f"看到多少天以后；默认 {DAYS} 天。")
@click.option("--all", "everything", is_flag=True, help="不论多远，全部列出。")
@click.option(
    "--ics",
    type=click.Path(path_type=Path, dir_okay=False),
    help="另存为日历文件（只有户号和事项，没有姓名）。",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    help="各户由哪里的索引来：本机的，或区县检索集群的。",
)
@with_session
def due(
    session: Session,
    on: dt.date | None,
    case_: str | None,
    category: str | None,
    overdue: bool,
    days: int | None,
    everything: bool,
    ics: Path | None,
    engine: str,
) -> int:
    """期限：逾期、今天、将到、等候他方、未起算，以及本机关每月应办的事。"""
    if everything and days is not None:
        raise UsageError("--all 与 --days 不能同时写")
    moment = dt.datetime.combine(on, dt.time(), CHINA) if on else session.clock()
    kind = parse_category(category) if category else None
    ahead = None if everything or case_ else DAYS if days is None else days
    if engine == ENGINES[0]:
        with session.progress("推算期限", least=MANY) as progress:
            found = api.due(
                session.workspace,
                on=moment,
                case=case_,
                category=kind,
                overdue=overdue,
                days=ahead,
                progress=progress,
            )
    else:
        if case_:
            raise UsageError("--case 只用于本机的索引", remedy="去掉 --engine；或用 --category 缩小范围。")
        found = cluster_agenda.due(
            session.workspace,
            on=moment,
            now=session.clock(),
            category=kind,
            overdue=overdue,
            days=ahead,
        )
    session.emit(found)
    if not session.json:
        _show(session, found, whole=bool(case_), most=None if everything else ROWS)
    if ics:
        from archivist.api.ics import calendar_file

        ics.write_bytes(calendar_file(found))
        session.say(f"日历文件：{ics}（{sum(e.due is not None for e in found.entries)} 项）", "green")
    return 1 if found.unread else 0


def _show(session: Session, found: AgendaView, *, whole: bool, most: int | None) -> None:
    shown: list[Reference] = []
    for status, count in found.counts.items():
        entries = [e for e in found.entries if e.status is status]
        session.table(
            ("户号", "申请人", "事项", "期限", _LEFT.get(status.value, "剩余"), "依据"),
            [
                (
                    e.case,
                    e.applicant,
                    e.matter,
                    _day(e.due, e.at, provisional=e.provisional),
                    _time_left(e),
                    e.reference,
                )
                for e in entries[:most]
            ],
            title=f"{status.label} {count} 项",
        )
        if count > (most or count):
            session.say(
                f"  ……只列了前 {most} 项，全部列出用 --all，或用 --case、--category 缩小范围", "yellow"
            )
        shown += [e.reference for e in entries[:most]]
        for entry in entries if whole else ():
            _explain(session, entry)
    if found.duties:
        session.table(
            ("按期应办", "何时", "应办", "已办", "依据"),
            [(d.matter, d.period, _required(d), _done(d), d.reference) for d in found.duties],
        )
        shown += [d.reference for d in found.duties]
        for note in dict.fromkeys(f"{d.title}：{d.note}" for d in found.duties if d.note):
            session.say(note, "yellow")
    if found.holds:
        session.table(
            ("冻结复核", "冻结", "解除条件", "复核日", "剩余"),
            [
                (h.case or "成批", f"{h.hold} {h.words}", h.until, h.review_on, _days(h.days))
                for h in found.holds[:most]
            ],
            title=f"冻结待复核 {len(found.holds)} 项",
        )
    if found.findings:
        session.table(
            ("户号", "件", "区民政局反馈", "报送", "期限", "剩余"),
            [
                (
                    f.case,
                    f.record,
                    f.text,
                    f.submission,
                    f.until or "",
                    "" if f.days is None else _days(f.days),
                )
                for f in found.findings[:most]
            ],
            title=f"退回、需整改 {len(found.findings)} 项",
        )
    for key, measure in sorted({(r.key, r.measure) for r in shown}):
        session.say(f"{key}  {measure}", "dim")
    counts = "，".join(f"{status.label} {count}" for status, count in found.counts.items())
    session.say(f"{found.on:%Y-%m-%d}，{found.cases} 户在办：{counts or '没有到期的事项'}")
    if found.handed_over:
        session.say(
            f"另有 {found.handed_over} 户已移交给别的机关，不列（archivist case list 写明移交给谁）", "dim"
        )
    for line in found.unread:
        session.warn(f"未检：{line}")


def show_offices(session: Session, found: DueOfOffices, *, most: int | None) -> None:
    """Show how the offices of a bureau stand, then the agenda of each."""
    shown = list(found.counts)
    session.table(
        ("单位", "名称", "在办", *(status.label for status in shown), "补到"),
        [
            (
                one.office,
                one.name,
                one.agenda.cases,
                *(one.agenda.counts.get(status, 0) for status in shown),
                f"{one.as_of:%Y-%m-%d %H:%M}" if one.as_of else "有缺",
            )
            for one in found.offices
        ],
        title=f"{found.on:%Y-%m-%d} 各单位期限",
    )
    for one in found.offices:
        if one.agenda.entries or one.agenda.holds or one.agenda.findings:
            session.say(f"{one.office} {one.name}".rstrip())
            _show(session, one.agenda, whole=False, most=most)
    session.say("各单位的人员、台账、报送和成批冻结不在集群里，由各单位自己推算", "dim")
    for other in found.not_told:
        session.warn(f"未检：{other.office} {other.problem.message}；{other.problem.remedy}")


def _day(day: dt.date | None, at: str, *, provisional: bool) -> str:
    if day is None:
        return ""
    return f"{day}{' ' + at if at else ''}{'（暂算）' if provisional else ''}"


def _time_left(entry: LimitView) -> str:
    """Say how long there is, or how long it has been over: 天/工作日."""
    if entry.days is None or entry.workdays is None:
        return entry.trigger
    if entry.days == 0:
        return f"今天 {entry.at}".rstrip()
    over = "已满 " if entry.days < 0 and entry.status.value == "window" else ""
    warned = "，预警" if entry.warned and entry.days > 0 else ""
    return f"{over}{abs(entry.days)} 天/{abs(entry.workdays)} 工作日{warned}"


def _days(days: int) -> str:
    return f"{days} 天" if days >= 0 else f"已过 {-days} 天"


def _explain(session: Session, entry: LimitView) -> None:
    """Say what one limit stands on: how much time, since when, the sentence, the days that were not counted."""
    since = f"（{entry.started}）" if entry.started else ""
    inferred = "〔推定〕" if entry.inferred else ""
    session.say(f"{entry.title}：{entry.length}，自{entry.trigger}{since}起。{entry.source}{inferred}", "dim")
    for stay in entry.excluded:
        session.say(f"    不计入：{stay.state.label}，{stay.after} 次日至 {stay.until}", "dim")
    if entry.warn:
        warn = _day(entry.warn, entry.warn_at, provisional=entry.warn_provisional)
        session.say(f"    预警：{warn}", "dim")
    if entry.note:
        session.say(f"    {entry.note}", "dim")


def _required(duty: DutyView) -> str:
    share = "" if duty.share is None else f"{duty.share:.0%}"
    if duty.required is None:
        return share
    reckoned = (
        f"（{duty.base} 户的 {share}）"
        if share
        else f"（{duty.base_name} {duty.base}）"
        if duty.base_name
        else ""
    )
    return f"不少于 {duty.required} {duty.unit}{reckoned}"


def _done(duty: DutyView) -> str:
    done = "" if duty.done is None else f"{duty.done} {duty.unit}"
    return f"{done}，不足" if duty.short else done
