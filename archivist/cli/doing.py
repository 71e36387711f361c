"""``archivist do``: a household taken as far as it goes, after one look at the whole plan."""

from __future__ import annotations

import click

from archivist.api import doing as api
from archivist.api.doing import DoneAhead
from archivist.cli.asking import agreed, refuse_unasked
from archivist.cli.parameters import pairs
from archivist.cli.session import Session, with_session
from archivist.model.standing import ActKind


@click.command("do")
@click.argument("case_", metavar="户")
@click.option(
    "--set", "settings", multiple=True, metavar="键=值", help="只有您知道的：环节、文书要填的项，可多次。"
)
@click.option("--by", "people", multiple=True, metavar="姓名", help="须几人同办的环节由谁办，可多次。")
@click.option("--reason", default="", help="要写理由的环节的理由。")
@click.option("--yes", is_flag=True, help="不再问，照计划办。")
@click.option("--dry-run", is_flag=True, help="只列出会办什么，不办。")
@with_session
def do_(
    session: Session,
    case_: str,
    settings: tuple[str, ...],
    people: tuple[str, ...],
    reason: str,
    yes: bool,
    dry_run: bool,
) -> int:
    """一直往下办：经办能办的环节、要制发的文书，办到须有人决定、签字、交材料为止。先列出整个计划，问一次再办。"""
    by = session.by(writes=not dry_run)
    way = api.plan(session.workspace, by, case_, values=dict(pairs(settings)), people=people, reason=reason)
    planned = way.shown
    if dry_run or not planned.acts:
        session.emit(planned)
        _show(session, planned)
        return 0
    if not (yes or _agreed(session, planned)):
        return 0
    done = api.go(session.workspace, by, way)
    session.emit(done)
    _show(session, done)
    if done.problem:
        session.warn(f"到此为止：{done.problem}（{done.problem.code}）{done.problem.remedy}")
    return 1 if done.problem else 0


def _agreed(session: Session, planned: DoneAhead) -> bool:
    refuse_unasked(session, f"会办 {len(planned.acts)} 项")
    session.record(planned)
    _show(session, planned)
    return agreed(session, "照这个计划办？", "没有办。")


def _show(session: Session, found: DoneAhead) -> None:
    """Print what would be done or was done, what to print, and who comes next."""
    session.say(f"{found.case}  {found.applicant}  {found.before.label} → {found.after.label}", "bold")
    for act in found.acts:
        what = "制发" if act.kind is ActKind.DOCUMENT else "办理"
        record = f"（第 {act.record} 件）" if act.record else ""
        session.say(f"{'  将' if found.dry_run else '  已'}{what}“{act.title}”{record}  {act.on}", "green")
    if not found.acts:
        session.say("  现在没有经办自己就能办的。")
    if found.to_print:
        session.say(f"要打印、签章的：{'、'.join(found.to_print)}　archivist print {found.case}")
    if found.left:
        session.say("往下等人：", "bold")
    for one in found.left:
        who = f"  由{'、'.join(one.people) or one.role.label}" if one.role else ""
        session.say(f"  {one.named}{who}{'：' + one.problems[0] if one.problems else ''}")
        session.say(f"    {one.command}", "dim")
