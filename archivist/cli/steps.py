"""``archivist case step`` and ``archivist case correct``: the procedure of a case, one step after the other."""

from __future__ import annotations

import datetime as dt

import click

from archivist.api import steps as api
from archivist.api.steps import Limit, PossibleSteps, StepResult
from archivist.cli.next_acts import next_line
from archivist.cli.parameters import DAY, pairs
from archivist.cli.session import Session, with_session


@click.command()
@click.argument("case_", metavar="户")
@click.argument("step_", metavar="[环节]", required=False)
@click.option("--on", "on", type=DAY, help="办理日期；默认今天。")
@click.option("--at", default="", metavar="HH:MM", help="办理时间；按小时计的期限须写。")
@click.option("--by", multiple=True, metavar="姓名", help="办理人，可多次；默认为经办人。")
@click.option("--set", "settings", multiple=True, metavar="键=值", help="该环节要填的项，可多次。")
@click.option("--reason", default="", help="理由。")
@click.option("--dry-run", is_flag=True, help="只看能不能办、还缺什么，不写入。")
@with_session
def step(
    session: Session,
    case_: str,
    step_: str | None,
    on: dt.date | None,
    at: str,
    by: tuple[str, ...],
    settings: tuple[str, ...],
    reason: str,
    dry_run: bool,
) -> None:
    """办理一个环节（写环节名或代号）；不写环节，则列出现在能办的。"""
    workspace, day = session.workspace, on or session.today()
    if step_ is None:
        _show_possible(session, api.possible_steps(workspace, case_, on=day))
        return
    do = api.plan_step if dry_run else api.take_step
    values = dict(pairs(settings))
    who = session.by(writes=not dry_run)
    done = do(workspace, who, case_, step_, on=day, at=at, people=by, values=values, reason=reason)
    _show_step(session, done)


def _show_possible(session: Session, found: PossibleSteps) -> None:
    session.emit(found)
    session.say(f"{found.case}  {found.applicant}  {found.state.label}", "bold")
    if not found.steps:
        session.say("没有可办的环节。")
        return
    session.table(
        ("环节", "到达状态", "由谁办", "现在能不能办"),
        [
            (
                f"{s.title}\n{s.step}",
                s.to.label,
                s.role.label.split("（")[0],
                "\n".join(s.problems or ("可以办",)) + (f"\n须写明：{'、'.join(s.tell)}" if s.tell else ""),
            )
            for s in found.steps
        ],
        title=f"由“{found.state.label}”可办的环节",
    )


def _show_step(session: Session, done: StepResult) -> None:
    session.emit(done)
    if done.dry_run:
        session.say(f"{done.case} 可以办“{done.title}”（试运行，未写入）：到“{done.to.label}”", "green")
    else:
        session.say(f"{done.case} 已办“{done.title}”，现为“{done.to.label}”", "green")
    for warning in done.warnings:
        session.say(f"注意：{warning}", "yellow")
    if done.makes:
        session.table(
            ("文书", "现状"),
            [(d.title, d.status.label) for d in done.makes],
            title="这一环节应形成的文书",
        )
    if done.starts:
        session.table(
            ("期限", "到期", "依据"),
            [(limit.title, _due(limit), limit.source) for limit in done.starts],
            title="由此起算的期限",
        )
    session.say(f"依据：{done.basis}", "dim")
    if done.following:
        session.say(next_line(done.following))


def _due(limit: Limit) -> str:
    if limit.due is None:
        return "未起算"
    return f"{limit.due} {limit.at}".strip() + ("（暂算）" if limit.provisional else "")


@click.command()
@click.argument("case_", metavar="户")
@click.argument("seq", type=int, metavar="序号")
@click.option("--void", is_flag=True, help="撤回；只能撤回最后一个环节。")
@click.option("--on", "on", type=DAY, help="改正办理日期。")
@click.option("--at", metavar="HH:MM", help='改正办理时间；写空（--at ""）则去掉。')
@click.option("--by", multiple=True, metavar="姓名", help="改正办理人，可多次。")
@click.option(
    "--set", "settings", multiple=True, metavar="键=值", help="改正该环节所填的项，可多次；值写空则去掉。"
)
@click.option("--reason", default="", help="为什么更正；必须写。")
@with_session
def correct(
    session: Session,
    case_: str,
    seq: int,
    void: bool,
    on: dt.date | None,
    at: str | None,
    by: tuple[str, ...],
    settings: tuple[str, ...],
    reason: str,
) -> None:
    """更正已办的环节（序号见 case log），或撤回最后一个；原来的记录永远保留。"""
    values = dict(pairs(settings))
    done = api.correct_step(
        session.workspace,
        session.by(),
        case_,
        seq,
        void=void,
        on=on,
        at=at,
        people=by,
        values=values,
        reason=reason,
    )
    session.emit(done)
    if done.new is None:
        session.say(f"{done.case} 已撤回“{done.old.title}”，现为“{done.state.label}”", "green")
        return
    session.say(f"{done.case} 已更正“{done.old.title}”", "green")
    session.table(
        ("", "日期", "办理人", *done.labels.values()),
        [
            (
                name,
                f"{taken.on} {taken.at}".strip(),
                "、".join(taken.by),
                *(str(taken.values.get(key, "")) for key in done.labels),
            )
            for name, taken in (("原为", done.old), ("改为", done.new))
        ],
    )
