"""``archivist case sheet``: a blank roster to be filled in."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.cli.session import Session, with_session
from archivist.model.ids import parse_category


@click.command()
@click.argument("category", metavar="类别")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="空白.xlsx",
    help="写到哪个文件；已有的不覆盖。",
)
@with_session
def sheet(session: Session, category: str, out: Path) -> None:
    """空白名册：按列填写，有下拉选项，身份证号等列已是文本；填好后由 import 读回，不用对应表。"""
    from archivist.api.rosters import blank_roster

    made = blank_roster(out, category=parse_category(category))
    session.emit(made)
    session.say(f"空白名册 {made.file}：{len(made.columns)} 列，填好后用 archivist import 读回", "green")
