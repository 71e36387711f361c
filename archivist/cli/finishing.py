"""``archivist case finish``: a file becomes a volume."""

from __future__ import annotations

import click

from archivist.api import finishing as api
from archivist.cli.session import Session, with_session


@click.command()
@click.argument("case_", metavar="户")
@click.option(
    "--archive-no",
    default="",
    metavar="档号",
    help="本机关自编的档号；默认由全宗号（archivist.toml 的 [archive]）编出。",
)
@click.option("--pdf", is_flag=True, help="全卷做成一个 PDF（PDF/A-2b）放进 outbox：页码、归档章、书签。")
@click.option("--dry-run", is_flag=True, help="只看能不能立卷、各件编到哪一页，不写入。")
@with_session
def finish(session: Session, case_: str, archive_no: str, pdf: bool, dry_run: bool) -> int:
    """立卷：材料齐、页数清点以后编档号、编页号，制发封面、目录、备考表和纸电核对表。

    所缺的一次列全，缺一样都不写入。立卷以后又归档的，再运行一次：页号接着编，目录重编。
    """
    by = session.by(writes=not dry_run)
    if dry_run:
        planned = api.plan(session.workspace, by, case_, archive_no=archive_no)
        session.emit(planned)
        session.say(
            f"{planned.case} 可以立卷，档号 {planned.archive_no}：{planned.items} 件 {planned.pages} 页",
            "bold",
        )
        session.table(
            ("件号", "题名", "页号"),
            [(one.record, one.title, f"{one.first}—{one.last}") for one in planned.added],
            title="现在编页号的",
        )
        session.say(f"将制发：{'、'.join(planned.papers) or '无'}")
        _say_unchecked(session, planned.unchecked)
        return 0
    done = api.finish(session.workspace, by, case_, archive_no=archive_no, pdf=pdf)
    session.emit(done)
    session.say(f"已立卷 {done.archive_no}：{done.items} 件 {done.pages} 页", "green")
    if not done.added:
        session.say("没有新的件要编页号。")
    for paper in done.papers:
        session.say(f"第 {paper.record} 件 {paper.title}{'（待签）' if paper.pending else ''}")
    _say_unchecked(session, done.unchecked)
    if done.pdf:
        session.say(f"全卷：{done.pdf}", "green")
    for line in done.shown_otherwise:
        session.warn(line)
    return 1 if done.shown_otherwise else 0


def _say_unchecked(session: Session, matters: tuple[str, ...]) -> None:
    for matter in matters:
        session.warn(f"未检：{matter}")
