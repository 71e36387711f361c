"""``archivist import-scans``: old scans in folders by household, planned into a table; with ``--apply`` taken in as it says."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import old_scans as api
from archivist.api.inbox import DropOutcomeView
from archivist.cli.inbox import describe
from archivist.cli.session import Session, with_session
from archivist.errors import UsageError
from archivist.printable import on_one_line

_SHOWN = 20
"""Doubts shown on the screen; the table has all."""


@click.command("import-scans")
@click.argument("folder", metavar="文件夹", type=click.Path(path_type=Path))
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    metavar="计划.xlsx",
    help="计划写在这里；与 --apply 同用时，照它归档。",
)
@click.option("--apply", is_flag=True, help="照核对过的计划归档：只复制，原文件一律不动。")
@click.option("--dry-run", is_flag=True, help="只看，什么文件也不写。")
@with_session
def import_scans(session: Session, folder: Path, plan: Path | None, apply: bool, dry_run: bool) -> int:
    """旧扫描件：按户存放的文件夹，先列成计划（哪一户、哪种材料、依据、疑问），核对后加 --apply 归档。

    户号只凭文件夹、文件名上的户号、证件号码得出；只有姓名的，写明疑问。“疑问”一格不空的，户号不算数，由页面内容认，认不出的转待认领。
    只复制，不移动；中断了照原样再运行一次，收过的不会再收。
    """
    if apply and plan is None:
        raise UsageError(
            "--apply 要有核对过的计划", remedy="先 import-scans 文件夹 --plan 计划.xlsx，核对后再加 --apply。"
        )
    if apply and plan and not dry_run:
        return _apply(session, folder, plan)
    with session.progress("查看") as progress:
        if apply and plan:
            found = api.check_scans(session.workspace, folder, plan)
        else:
            found = api.plan_scans(
                session.workspace, folder, plan=None if dry_run else plan, progress=progress
            )
    session.emit(found)
    doubtful = found.doubtful
    session.table(
        ("文件", "户号", "户主", "种类", "疑问"),
        [
            (on_one_line(r.name), r.case, r.applicant, r.type, r.doubt or "没有认出是哪一户")
            for r in doubtful[:_SHOWN]
        ],
        title=found.folder,
    )
    if len(doubtful) > _SHOWN:
        session.say(f"还有 {len(doubtful) - _SHOWN} 个有疑问的，全部见计划")
    session.say(
        f"共 {len(found.rows)} 个文件；认得是哪一户的 {len(found.rows) - len(doubtful)} 个，有疑问的 {len(doubtful)} 个",
        "green",
    )
    if found.before:
        session.say(f"先前已收的 {found.before} 个，不会再收")
    for one in found.passed_over:
        session.warn(f"不收取 {on_one_line(one.name)}：{one.message}")
    if found.plan:
        session.say(f"计划 {found.plan}：改好户号、种类，核对无误的清空“疑问”，再加 --apply")
    return 1 if doubtful else 0


def _apply(session: Session, folder: Path, plan: Path) -> int:
    told: list[str] = []

    def tell(outcome: DropOutcomeView) -> None:
        if not outcome.filed:
            told.append(describe(outcome))

    with session.progress("归档") as progress:
        done = api.import_scans(session.workspace, session.by, folder, plan, progress=progress, tell=tell)
    session.emit(done)
    for line in told:
        session.say(line)
    for one in done.same:
        session.say(f"没有再收  {on_one_line(one.name)}：{one.where}")
    session.say(
        f"归档 {len(done.filed)} 件，待认领 {len(done.review)} 件"
        + (f"，先前已收 {done.before} 个" if done.before else "")
        + (f"，已有相同的 {len(done.same)} 个" if done.same else "")
        + (f"，没有收成 {len(done.left)} 个" if done.left else "")
        + (f"，不在计划里 {done.unplanned} 个" if done.unplanned else "")
        + "；原文件都没有动",
        "bold",
    )
    if done.review:
        session.say("用 archivist review list 查看，archivist review assign 指定归属。", "dim")
    return 1 if done.review or done.left else 0
