"""``archivist undo``: what one did last, shown with its opposite, and taken back after a yes."""

from __future__ import annotations

import click

from archivist.api import undoing as api
from archivist.api.undoing import Undoing
from archivist.cli.asking import agreed, refuse_unasked
from archivist.cli.session import Session, with_session


@click.command("undo")
@click.argument("case_", metavar="[户]", required=False, default="")
@click.option("--reason", default="", help="为什么撤销；不写则记“撤销第几号”。")
@click.option("--yes", is_flag=True, help="不再问，就撤销。")
@click.option("--dry-run", is_flag=True, help="只看会撤销什么、有什么妨碍，不写入。")
@with_session
def undo_(session: Session, case_: str, reason: str, yes: bool, dry_run: bool) -> None:
    """撤销本人在这一户最后办的一件事（不写户，则是本人最近办的那一户）：先列出，问一次，再按相反的办一次。

    原来的记录永远保留；没有相反办法的（制发、归档、签署、冻结等）写明该怎么办。再撤销一次就又照原样办。
    """
    by = session.by(writes=not dry_run)
    planned = api.plan(session.workspace, by, case_)
    shown = planned.shown
    if dry_run:
        session.emit(shown)
        _show(session, shown)
        return
    if shown.possible and not (yes or _agreed(session, shown)):
        return
    done = api.undo(session.workspace, by, planned, reason=reason)
    session.emit(done)
    _show(session, done)


def _agreed(session: Session, shown: Undoing) -> bool:
    refuse_unasked(session, f"会撤销 {shown.case} 第 {shown.event} 号“{shown.title}”")
    session.record(shown)
    _show(session, shown)
    return agreed(session, "撤销？", "没有撤销。")


def _show(session: Session, found: Undoing) -> None:
    """Print what was done last, what its opposite is and changes, and what stands against it."""
    session.say(f"{found.case}  {found.applicant}", "bold")
    session.say(f"  第 {found.event} 号  {found.time[:10]} {found.time[11:16]}  {found.title}：{found.text}")
    if not found.inverse:
        session.say(f"  没有可以撤销的办法。{found.instead}", "yellow")
        return
    session.say(f"{'  将' if found.dry_run else '  已'}{found.inverse}", "green")
    if found.changes:
        session.table(("信息项", "现为", "改回"), [(c.label, *c.shown()) for c in found.changes])
    session.notice(found.leaves)
    if found.problems:
        session.say("现在不能撤销：", "bold")
    for problem in found.problems:
        session.say(f"  {problem}", "yellow")
    if found.recorded is not None:
        session.say(
            f"  记入 {found.recorded_in} 第 {found.recorded} 号；原来的记录仍在（archivist case log）"
        )
