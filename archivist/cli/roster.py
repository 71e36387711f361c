"""``archivist import``: a roster of households looked over: columns, households, every fault."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import roster_check
from archivist.cli.session import Session, with_session
from archivist.model.ids import parse_category

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
@with_session
def import_(session: Session, roster: Path, category: str, mapping: Path | None) -> int:
    """名册预检：认表头，推荐各列收到哪一项，逐格核对，列出全部问题；不写入档案库。

    能读 .xlsx、.xls、.csv（UTF-8、GBK）和名为 .xls 的网页；一户一行、一人一行都可以。
    """
    found = roster_check.check_roster(
        session.workspace, session.by(), roster, category=parse_category(category), mapping=mapping
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
    for one in found.already_open:
        session.warn(f"{one.row} 行的户主已有在办户档 {one.case}")
    for what, cells in (("不能收", found.faults), ("待核", found.doubts)):
        for cell in cells[:_SHOWN]:
            session.warn(f"{what} {cell.at} {cell.value}：{cell.reason}")
        if len(cells) > _SHOWN:
            session.warn(f"{what}的还有 {len(cells) - _SHOWN} 处，全部见问题表")
    if found.mapping:
        session.say(f"对应表 {found.mapping}：核对、改好后用 --map 再查一遍")
    if found.problems:
        session.say(f"问题表 {found.problems}")
    return 1 if found.faults or found.doubts or found.already_open else 0
