"""``archivist case record image`` and ``review image``: a page as a picture, written where the clerk wants it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from archivist.api import page_images as api
from archivist.cli.session import Session, with_session

_PAGE = click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="第几页。")
_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="文件",
    help="写到哪里（JPEG）；已有的不覆盖。",
)


@click.command("image")
@click.argument("case_", metavar="户")
@click.argument("number", metavar="件号")
@_PAGE
@_OUT
@with_session
def record_image(session: Session, case_: str, number: str, page: int, out: Path) -> None:
    """一页的图像，同网页上看到的一样：由识读进程画出，转正，不改原件。"""
    paged = api.pages_of_record(session.workspace, case_, number)
    _write(session, paged, page, out, households=[paged.whose])


@click.command("image")
@click.argument("item", metavar="编号")
@_PAGE
@_OUT
@with_session
def item_image(session: Session, item: str, page: int, out: Path) -> None:
    """待认领的一页的图像，同网页上看到的一样。"""
    paged = api.pages_of_item(session.workspace, item)
    _write(session, paged, page, out, items=[paged.whose])


def _write(
    session: Session,
    paged: api.PagedFile,
    page: int,
    out: Path,
    *,
    households: Iterable[str] = (),
    items: Iterable[str] = (),
) -> None:
    done = api.write_image(session.workspace, paged, page, out, households=households, items=items)
    session.emit(done)
    session.say(f"第 {done.page}/{done.pages} 页，{done.width}×{done.height}：{done.file}", "green")
