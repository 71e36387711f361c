"""``archivist import``: a roster of households looked over, every fault; with ``--apply`` their files opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from archivist.api import rosters
from archivist.api.rosters import AlreadyOpen, OtherCategory, RosterFault
from archivist.cli.session import MANY, Session, with_session
from archivist.errors import UsageError
from archivist.model.ids import Category, parse_category

_SHOWN = 20
"""Faults shown on the screen; the workbook has all."""


@click.command("import")
@click.argument("roster", metavar="名册", type=click.Path(path_type=Path))
@click.option("--category", default="低保", show_default=True, metavar="类别", help="名册上是哪一类救助。")
@click.option(
    "--map",
    "mapping",
    type=click.Path(path_type=Path),
    metavar="名册.toml",
    help="改好的对应表；不写则推荐一份，存在名册旁边。",
)
@click.option("--apply", is_flag=True, help="照名册立户，接管为“在享”；有一户不能收就一户也不收。")
@click.option("--partial", is_flag=True, help="与 --apply 同用：只收没有问题的户。")
@click.option("--dry-run", is_flag=True, help="只看，什么文件也不写。")
@with_session
def import_(
    session: Session,
    roster: Path,
    category: str,
    mapping: Path | None,
    apply: bool,
    partial: bool,
    dry_run: bool,
) -> int:
    """名册：认表头，逐格核对，列出全部问题；加 --apply 逐户立户，按在享接管。

    能读 .xlsx、.xls、.csv（UTF-8、GBK）和名为 .xls 的网页；一户一行、一人一行都可以；export --full 导出的户档.xlsx 也能读回。中断了，照原样再运行一次：立过的户不会再立。
    """
    if partial and not apply:
        raise UsageError("--partial 要与 --apply 同用")
    kind = parse_category(category)
    if apply and not dry_run:
        return _apply(session, roster, kind, mapping, partial=partial)
    found = rosters.check_roster(
        session.workspace,
        session.by(writes=False),
        roster,
        category=kind,
        mapping=mapping,
        beside=not dry_run,
    )
    session.emit(found)
    session.table(
        ("列", "表头", "收到", "把握", "例"),
        [
            (c.at, c.heading, c.field or "（不认识，不收）", f"{c.score:.0%}", "、".join(c.samples))
            for c in found.columns
        ],
        title=f"{found.file} · {found.sheet}",
    )
    session.say(f"共 {found.households} 户 {found.persons} 行；可以收的 {found.good} 户", "green")
    if found.before:
        session.say(f"先前已由这份名册立户的 {found.before} 户，不会再立")
    _tell_others(session, found.elsewhere)
    _tell(session, found.already_open, (("不能收", found.faults), ("待核", found.doubts)))
    if found.mapping:
        session.say(f"对应表 {found.mapping}：核对、改好后用 --map 再查一遍")
    if found.problems:
        session.say(f"问题表 {found.problems}")
    return 1 if found.faults or found.doubts or found.already_open else 0


def _apply(session: Session, roster: Path, category: Category, mapping: Path | None, *, partial: bool) -> int:
    with session.progress("立户", MANY) as progress:
        done = rosters.import_roster(
            session.workspace,
            session.by(),
            roster,
            category=category,
            mapping=mapping,
            partial=partial,
            progress=progress,
        )
    session.emit(done)
    if done.opened:
        session.say(f"立户 {len(done.opened)} 户，按在享接管：{done.opened[0]} 至 {done.opened[-1]}", "green")
    else:
        session.say("没有要立的户")
    if done.before:
        session.say(f"先前已由这份名册立户的 {done.before} 户，没有再立")
    _tell_others(session, done.elsewhere)
    _tell(session, done.already_open, (("没有收", done.faults),))
    for row in done.overtaken:
        session.warn(f"没有收 {row}：导入期间别人已经为这一户（或其中的人）立户")
    return 1 if done.faults or done.already_open or done.overtaken else 0


def _tell_others(session: Session, others: Sequence[OtherCategory]) -> None:
    for one in others:
        session.say(
            f"表里还有{one.category} {one.households} 户，这次不收；收它们用 --category {one.category}"
        )


def _tell(
    session: Session, opened: Sequence[AlreadyOpen], lists: Sequence[tuple[str, Sequence[RosterFault]]]
) -> None:
    for one in opened:
        session.warn(f"{one.row} 行的户主已有在办户档 {one.case}")
    for what, cells in lists:
        for cell in cells[:_SHOWN]:
            session.warn(f"{what} {cell.at} {cell.value}：{cell.reason}")
        if len(cells) > _SHOWN:
            session.warn(f"{what}的还有 {len(cells) - _SHOWN} 处，不加 --apply 运行时全部见问题表")
