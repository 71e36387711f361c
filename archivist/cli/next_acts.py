"""``archivist next``: what to do next, with the command to type."""

from __future__ import annotations

import datetime as dt
from typing import Final

import click

from archivist.api import next_acts as api
from archivist.api.next_acts import ActView, HouseholdNext, NextActs
from archivist.cli.parameters import DAY
from archivist.cli.session import MANY, Session, with_session
from archivist.errors import UsageError
from archivist.model.ids import parse_category

ROWS: Final = 20
"""So many households are listed when nothing is said."""


@click.command("next")
@click.argument("case_", metavar="[户]", required=False)
@click.option("--on", "on", type=DAY, help="以哪一天为准；默认今天。")
@click.option("--category", help="只看一类救助。")
@click.option("--place", default="", help="只看一个村（社区）。")
@click.option("--overdue", is_flag=True, help="只看有逾期的户。")
@click.option("--limit", type=click.IntRange(1), help=f"最多列几户；默认 {ROWS} 户。")
@click.option("--all", "everything", is_flag=True, help="全部在办的户。")
@with_session
def next_(
    session: Session,
    case_: str | None,
    on: dt.date | None,
    category: str | None,
    place: str,
    overdue: bool,
    limit: int | None,
    everything: bool,
) -> int:
    """下一步该办什么：不写户，各在办户各列最先到期的一件；写户，这一户的全部。每件写明照着敲的命令，和还缺什么。"""
    by = session.by(writes=False)
    if everything and limit is not None:
        raise UsageError("--all 与 --limit 不能同时写")
    if case_ and (category or place or overdue or everything or limit):
        raise UsageError("写了户，就不能再写 --category、--place、--overdue、--limit、--all")
    if case_:
        found = api.next_of_case(session.workspace, case_, on=on or by.today, actor=by.actor)
    else:
        with session.progress("推算期限", least=MANY) as progress:
            found = api.next_of_office(
                session.workspace,
                on=on or by.today,
                actor=by.actor,
                category=parse_category(category) if category else None,
                place=place,
                overdue=overdue,
                limit=None if everything else limit or ROWS,
                progress=progress,
            )
    session.emit(found)
    if not session.json:
        _show_one(session, found) if case_ else _show_all(session, found)
    return 1 if found.unread else 0


def _show_one(session: Session, found: NextActs) -> None:
    (household,) = found.households
    session.say(_heading(household, found.on), "bold")
    if not household.acts:
        session.say("没有要办的了。")
    aside = False
    for act in household.acts:
        if act.aside and not aside:
            session.say("另外可以（出现这些情形时）：", "bold")
            aside = True
        _show_act(session, act, found.on)


def _show_act(session: Session, act: ActView, on: dt.date) -> None:
    due = f"  {_until(act.due, on)}（{act.limit}）" if act.due else ""
    who = f"  由{'、'.join(act.people) or act.role.label}" if act.role else ""
    session.say(f"{'●' if act.ready else '○'} {act.named}{due}{who}", "green" if act.ready else "")
    for problem in act.problems:
        session.say(f"    还不能：{problem}", "yellow")
    session.say(f"    {act.command}")


def next_line(act: ActView) -> str:
    """Say in one line what comes next, with the command; the reason where it cannot be done yet."""
    due = f"（{act.due} 前）" if act.due else ""
    return f"下一步：{act.named}{due}{'' if act.ready else '，还不能：' + act.problems[0]}　{act.command}"


def _show_all(session: Session, found: NextActs) -> None:
    for household in found.households:
        session.say(_heading(household, found.on), "bold")
        for act in household.acts:
            session.say(f"    {act.named}{'' if act.ready else '：还不能办，' + act.problems[0]}")
            session.say(f"    {act.command}", "green" if act.ready else "dim")
        if not household.acts:
            session.say("    没有要办的了。")
    session.say(
        f"{found.on}，在办 {found.cases} 户，列出 {len(found.households)} 户；一户的全部用 archivist next 户"
    )
    for line in found.unread:
        session.warn(f"未检：{line}")


def _heading(household: HouseholdNext, on: dt.date) -> str:
    due = f"  {_until(household.due, on)} {household.limit}" if household.due else ""
    return f"{household.case}  {household.applicant}  {household.state.label}{due}"


def _until(due: dt.date, on: dt.date) -> str:
    left = (due - on).days
    return f"{due}" + (f" 已过 {-left} 天" if left < 0 else " 今天到期" if not left else f" 还有 {left} 天")
