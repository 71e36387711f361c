"""``archivist due``: what is due, in every case or in one."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from archivist.cli.session import DAY, Session, with_session
from archivist.errors import UsageError
from archivist.model.by import CHINA

if TYPE_CHECKING:
    from archivist.procedure.agenda import Agenda, Duty, Entry
    from archivist.rules.rule import Rule
    from archivist.rules.work_calendar import Deadline

DAYS: Final = 15
"""How far ahead the list looks when nothing is said."""
ROWS: Final = 100
"""So many of each kind are listed; a longer table is read by nobody and takes long to draw."""
MANY: Final = 200
"""So many cases to be worked out deserve a progress bar."""


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
) -> int:
    """期限：逾期、今天、将到、等候他方、未起算，以及本机关每月应办的事。"""
    from archivist.model.ids import parse_category
    from archivist.procedure.agenda import agenda

    if everything and days is not None:
        raise UsageError("--all 与 --days 不能同时写")
    workspace = session.workspace
    with ExitStack() as stack:
        bar: Any = None

        def step(done: int, total: int) -> None:
            nonlocal bar
            if total >= MANY:
                bar = bar or stack.enter_context(session.progress("推算期限"))
                bar(done, total)

        found = agenda(
            workspace,
            on=dt.datetime.combine(on, dt.time(), CHINA) if on else session.clock(),
            category=parse_category(category) if category else None,
            case=workspace.find_case(case_) if case_ else None,
            overdue=overdue,
            days=None if everything or case_ else DAYS if days is None else days,
            step=step,
        )
    session.emit(_as_json(found))
    if not session.json:
        _show(session, found, whole=bool(case_), most=None if everything else ROWS)
    if ics:
        from archivist.procedure.ics import calendar_file

        ics.write_bytes(calendar_file(found))
        session.say(f"日历文件：{ics}（{sum(e.due is not None for e in found.entries)} 项）", "green")
    return 1 if found.unread else 0


def _show(session: Session, found: Agenda, *, whole: bool, most: int | None) -> None:
    from archivist.procedure.agenda import Status

    shown: list[Rule] = []
    for status in Status:
        entries = [e for e in found.entries if e.status is status]
        if entries:
            session.table(
                ("户号", "申请人", "事项", "期限", _LEFT.get(status.value, "剩余"), "依据"),
                [
                    (e.case, e.applicant, _matter(e.rule), _day(e.due), _left(e), _basis(e.rule))
                    for e in entries[:most]
                ],
                title=f"{status.label} {len(entries)} 项",
            )
            if len(entries) > (most or len(entries)):
                session.say(
                    f"  ……只列了前 {most} 项，全部列出用 --all，或用 --case、--category 缩小范围", "yellow"
                )
            shown += [e.rule for e in entries[:most]]
        for entry in entries if whole else ():
            _explain(session, entry)
    if found.duties:
        session.table(
            ("按期应办", "何时", "应办", "已办", "依据"),
            [(_matter(d.rule), d.period, _required(d), _done(d), _basis(d.rule)) for d in found.duties],
        )
        shown += [d.rule for d in found.duties]
    for key, measure in sorted({(r.source.key, r.source.measure) for r in shown}):
        session.say(f"{key}  {measure}", "dim")
    counts = "，".join(f"{s.label} {n}" for s in Status if (n := sum(e.status is s for e in found.entries)))
    session.say(f"{found.on:%Y-%m-%d}，{found.cases} 户在办：{counts or '没有到期的事项'}")
    for line in found.unread:
        session.warn(f"未检：{line}")


_LEFT: Final = {"overdue": "已过", "waiting": "等待"}


def _matter(rule: Rule) -> str:
    from archivist.rules.rule import DutyBearer

    return rule.title if rule.duty is DutyBearer.OFFICE else f"{rule.duty.label}：{rule.title}"


def _day(due: Deadline | None) -> str:
    if due is None:
        return ""
    return f"{due.day}{' ' + due.at if due.at else ''}{'（暂算）' if due.provisional else ''}"


def _left(entry: Entry) -> str:
    """Say how long there is, or how long it has been over: 天/工作日."""
    if entry.days is None or entry.workdays is None:
        return entry.rule.trigger
    if entry.days == 0:
        return f"今天 {entry.due.at}" if entry.due and entry.due.at else "今天"
    over = "已满 " if entry.days < 0 and entry.status.value == "window" else ""
    warned = "，预警" if entry.warned and entry.days > 0 else ""
    return f"{over}{abs(entry.days)} 天/{abs(entry.workdays)} 工作日{warned}"


def _basis(rule: Rule) -> str:
    return f"{rule.source.key} {rule.source.article}".rstrip()


def _explain(session: Session, entry: Entry) -> None:
    """Say what one limit stands on: how much time, since when, the sentence, the days that were not counted."""
    rule = entry.rule
    since = f"（{entry.started}）" if entry.started else ""
    inferred = "〔推定〕" if rule.inferred else ""
    session.say(f"{rule.title}：{_time(rule)}，自{rule.trigger}{since}起。{rule.source}{inferred}", "dim")
    for state, first, last in entry.excluded:
        session.say(f"    不计入：{state.label}，{first} 次日至 {last}", "dim")
    if entry.warn:
        session.say(f"    预警：{_day(entry.warn)}", "dim")
    if rule.note:
        session.say(f"    {rule.note}", "dim")


def _time(rule: Rule) -> str:
    """Say how long a limit is; one that is no length (每月 25 日) goes by its title."""
    from archivist.rules.rule import Unit

    lengths = {
        Unit.WORKDAYS: "个工作日",
        Unit.DAYS: "日",
        Unit.HOURS: "小时",
        Unit.MONTHS: "个月",
        Unit.YEARS: "年",
    }
    return f"{rule.value} {lengths[rule.unit]}" if rule.unit in lengths else str(rule.value) + rule.unit


def _required(duty: Duty) -> str:
    from archivist.rules.rule import Unit

    if duty.required is None:
        return f"{float(duty.rule.value):.0%}" if duty.rule.unit is Unit.RATIO else ""
    return f"不少于 {duty.required} 户（{duty.base} 户的 {float(duty.rule.value):.0%}）"


def _done(duty: Duty) -> str:
    return "" if duty.done is None else f"{duty.done} 户"


# ── for programs ─────────────────────────────────────────────────────────────────────────────────────────
def _as_json(found: Agenda) -> dict[str, object]:
    return {
        "on": found.on.isoformat(),
        "cases": found.cases,
        "entries": [_entry(e) for e in found.entries],
        "duties": [
            {
                "rule": d.rule.id,
                "title": d.rule.title,
                "duty": d.rule.duty,
                "period": d.period,
                "base": d.base,
                "required": d.required,
                "done": d.done,
                "source": str(d.rule.source),
            }
            for d in found.duties
        ],
        "unread": list(found.unread),
    }


def _entry(e: Entry) -> dict[str, object]:
    return {
        "status": e.status.value,
        "case": str(e.case),
        "applicant": e.applicant,
        "rule": e.rule.id,
        "title": e.rule.title,
        "kind": e.rule.kind,
        "duty": e.rule.duty,
        "started": e.started,
        "due": e.due.day if e.due else None,
        "at": e.due.at if e.due else "",
        "provisional": bool(e.due and e.due.provisional),
        "warn": e.warn.day if e.warn else None,
        "warned": e.warned,
        "days": e.days,
        "workdays": e.workdays,
        "excluded": [{"state": s.value, "after": a, "until": b} for s, a, b in e.excluded],
        "source": str(e.rule.source),
        "inferred": e.rule.inferred,
    }
