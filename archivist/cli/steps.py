"""``archivist case step`` and ``archivist case correct``: the procedure of a case, one step after the other."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from archivist.cli.session import DAY, Session, pairs, with_session

if TYPE_CHECKING:
    from archivist.model.case import Case
    from archivist.model.states import StepTaken
    from archivist.procedure.steps import PlannedStep, Possible
    from archivist.rules.deadlines import Obligation


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
    from archivist.procedure.steps import plan_step, possible, step_id, take_step

    workspace = session.workspace
    number = workspace.find_case(case_)
    day = on or session.today()
    if step_ is None:
        found = workspace.archive.read(number)
        return _show_possible(session, found, possible(workspace, found, on=day))
    wanted, values = step_id(workspace.pack, step_), dict(pairs(settings))
    if dry_run:
        case = workspace.archive.read(number)
        planned = plan_step(
            workspace, session.by(), case, wanted, on=day, at=at, people=by, values=values, reason=reason
        )
    else:
        done = take_step(
            workspace, session.by(), number, wanted, on=day, at=at, people=by, values=values, reason=reason
        )
        case, planned = done.case, done.planned
    _show_planned(session, case, planned, dry_run=dry_run)
    return None


def _show_possible(session: Session, case: Case, steps: list[Possible]) -> None:
    session.emit(
        {
            "case": str(case.number),
            "state": case.state.value,
            "steps": [
                {
                    "step": p.step.id,
                    "title": p.step.title,
                    "to": p.after.value,
                    "role": p.step.role,
                    "problems": list(p.problems),
                    "tell": list(p.tell),
                    "basis": str(p.step.source),
                }
                for p in steps
            ],
        }
    )
    session.say(f"{case.number}  {case.applicant_name}  {case.state.label}", "bold")
    if not steps:
        session.say("没有可办的环节。")
        return
    session.table(
        ("环节", "到达状态", "由谁办", "现在能不能办"),
        [
            (
                f"{p.step.title}\n{p.step.id}",
                p.after.label,
                p.step.role.label.split("（")[0],
                "\n".join(p.problems or ("可以办",)) + (f"\n须写明：{'、'.join(p.tell)}" if p.tell else ""),
            )
            for p in steps
        ],
        title=f"由“{case.state.label}”可办的环节",
    )


def _show_planned(session: Session, case: Case, planned: PlannedStep, *, dry_run: bool) -> None:
    attempt = planned.attempt
    session.emit(
        {
            "case": str(case.number),
            "dry_run": dry_run,
            "event": None if dry_run else case.seq,
            "step": attempt.step.id,
            "title": attempt.step.title,
            "from": planned.before.value,
            "to": planned.after.value,
            "on": attempt.on,
            "at": attempt.at,
            "by": list(attempt.by),
            "makes": [{"id": p.id, "title": p.title, "status": p.status.value} for p in planned.makes],
            "starts": [_limit(o) for o in planned.starts],
            "ends": [_limit(o) for o in planned.ends],
            "warnings": list(planned.warnings),
            "basis": str(attempt.step.source),
        }
    )
    if dry_run:
        session.say(
            f"{case.number} 可以办“{attempt.step.title}”（试运行，未写入）：到“{planned.after.label}”",
            "green",
        )
    else:
        session.say(f"{case.number} 已办“{attempt.step.title}”，现为“{planned.after.label}”", "green")
    for warning in planned.warnings:
        session.say(f"注意：{warning}", "yellow")
    if planned.makes:
        session.table(
            ("文书", "现状"),
            [(p.title, p.status.label) for p in planned.makes],
            title="这一环节应形成的文书",
        )
    if planned.starts:
        session.table(
            ("期限", "到期", "依据"),
            [(o.rule.title, _due(o), o.rule.source) for o in planned.starts],
            title="由此起算的期限",
        )
    session.say(f"依据：{attempt.step.source}", "dim")


def _due(obligation: Obligation) -> str:
    if obligation.due is None:
        return "未起算"
    provisional = "（暂算）" if obligation.due.provisional else ""
    return f"{obligation.due.day} {obligation.due.at}".strip() + provisional


def _limit(obligation: Obligation) -> dict[str, Any]:
    return {
        "rule": obligation.rule.id,
        "title": obligation.rule.title,
        "due": obligation.due.day if obligation.due else None,
        "at": obligation.due.at if obligation.due else "",
        "duty": obligation.rule.duty,
    }


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
    from archivist.procedure.corrections import correct_step

    workspace = session.workspace
    number = workspace.find_case(case_)
    values = dict(pairs(settings))
    done = correct_step(
        workspace, session.by(), number, seq, void=void, on=on, at=at, people=by, values=values, reason=reason
    )
    session.emit(
        {
            "case": str(number),
            "event": done.case.seq,
            "state": done.case.state.value,
            "old": step_as_json(done.old),
            "new": step_as_json(done.new) if done.new else None,
        }
    )
    if done.new is None:
        session.say(f"{number} 已撤回“{done.old.title}”，现为“{done.case.state.label}”", "green")
        return
    session.say(f"{number} 已更正“{done.old.title}”", "green")
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


def step_as_json(taken: StepTaken) -> dict[str, Any]:
    """Return a step as ``--json`` prints it."""
    return {
        "event": taken.seq,
        "step": taken.id,
        "title": taken.title,
        "from": taken.before.value,
        "to": taken.after.value,
        "on": taken.on,
        "at": taken.at,
        "by": list(taken.by),
        "actor": taken.actor,
        "values": dict(taken.values),
        "reason": taken.reason,
    }
