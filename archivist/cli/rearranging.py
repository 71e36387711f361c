"""``archivist review split | join | unsplit | unlock``: what waits, put in order and opened."""

from __future__ import annotations

import click

from archivist.api import rearranging as api
from archivist.api import unlocking
from archivist.api.inbox import DropOutcomeView, Fate
from archivist.cli.inbox import describe
from archivist.cli.passwords import ask_password
from archivist.cli.session import Session, with_session
from archivist.errors import UsageError

_DRY_RUN = click.option("--dry-run", is_flag=True, help="只说会怎样，不做。")


@click.command()
@click.argument("item", metavar="编号")
@click.argument("parts", metavar="页码…", nargs=-1)
@click.option(
    "--rotate", multiple=True, metavar="页:度数", help="把这一页顺时针转 90、180 或 270 度，如 4:180。"
)
@click.option("--proposed", is_flag=True, help="照程序的建议拆。")
@_DRY_RUN
@with_session
def split(
    session: Session,
    item: str,
    parts: tuple[str, ...],
    rotate: tuple[str, ...],
    proposed: bool,
    dry_run: bool,
) -> int:
    r"""把一份扫描拆成几份，或把页的次序、方向改过来；拆出来认得准的随即归档。

    \b
    archivist review split 3f 1-3,4                   第 1–3 页一份，第 4 页一份
    archivist review split 3f 1-3,4 --rotate 4:180    第 4 页倒过来
    archivist review split 3f 3+1-2                   一份，先第 3 页，再第 1、2 页
    archivist review split 3f --proposed              照建议拆
    """
    if proposed == bool(parts):
        raise UsageError("写明页码，或用 --proposed 照建议拆，二者取一")
    if proposed and rotate:
        raise UsageError("--rotate 要和页码一起写")
    wanted = api.parse_parts(parts, rotate)
    return _say(
        session, api.split(session.workspace, session.by(writes=not dry_run), item, wanted, dry_run=dry_run)
    )


@click.command()
@click.argument("items", metavar="编号…", nargs=-1, required=True)
@_DRY_RUN
@with_session
def join(session: Session, items: tuple[str, ...], dry_run: bool) -> int:
    """把待认领的几件按次序合成一份；合起来认得准的随即归档。"""
    return _say(session, api.join(session.workspace, session.by(writes=not dry_run), items, dry_run=dry_run))


@click.command()
@click.argument("item", metavar="编号")
@click.argument("page", metavar="页", type=click.IntRange(1))
@click.argument("degrees", metavar="度数", type=click.Choice(["90", "180", "270"]), default="90")
@with_session
def turn(session: Session, item: str, page: int, degrees: str) -> None:
    """扫倒了：把一页顺时针转 90（不写即 90）、180 或 270 度。只记角度，文件不动；归档、拆分、合并时带上。"""
    done = api.turn(session.workspace, session.by(), item, page, int(degrees))
    session.emit(done)
    session.say(f"{done.name} 第 {done.page} 页，现共转 {done.turn} 度", "green")


@click.command()
@click.argument("batch", metavar="批号|编号")
@with_session
def unsplit(session: Session, batch: str) -> None:
    """撤销拆分、合并：各份都还在待认领时，恢复成投入时的文件。"""
    back = api.undo(session.workspace, session.by(), batch)
    session.emit(back)
    for item in back.items:
        session.say(f"{item.short}  {item.name}  已恢复成投入时的样子")


@click.command()
@click.argument("item", metavar="编号")
@with_session
def unlock(session: Session, item: str) -> int:
    """打开加了密码的一件：随后要您输入密码，不显示、不留存。原件照样保留，打开后认得准的随即归档。"""
    return _say(session, unlocking.unlock(session.workspace, session.by(), item, ask_password))


def _say(session: Session, done: api.Rearranged) -> int:
    session.emit(done)
    for number, part in enumerate(done.planned, 1):
        pages = "、".join(f"{p.page}" + (f"（转 {p.turn} 度）" if p.turn else "") for p in part)
        session.say(f"第 {number} 份：第 {pages} 页")
    for filed in done.filed:
        session.say(describe(DropOutcomeView(Fate.FILED, filed=filed)), "green")
    for waiting in done.review:
        session.say(f"待认领  {waiting.item}  {waiting.pages}：{waiting.message}")
    if done.batch:
        session.say(
            f"原件留在 archive/batches/{done.batch}；撤销用 archivist review unsplit {done.batch}", "dim"
        )
    return 0
