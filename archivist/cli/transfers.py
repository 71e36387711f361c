"""``archivist transfer``: households that move from one office to another."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import transfers as api
from archivist.cli.session import Session, with_session


@click.group()
def transfer() -> None:
    """户迁走、迁入：转出已注销的户档，接收另一机关转来的。"""


_DRY_RUN = click.option("--dry-run", is_flag=True, help="只看能不能办，不写入。")


@transfer.command()
@click.argument("case_", metavar="户")
@click.option("--to", required=True, metavar="代码", help="迁往的机关的代码，如 TJHX。")
@_DRY_RUN
@with_session
def out(session: Session, case_: str, to: str, dry_run: bool) -> None:
    """转出：本户已迁走并注销，把户档打包交给迁往的机关；本机关的一份照样保管到期满。"""
    done = api.transfer_out(session.workspace, session.by(writes=not dry_run), case_, to, dry_run=dry_run)
    session.emit(done)
    if done.package is None:
        session.say(f"{done.case} 可以转出给 {done.to}（试运行，未写入）", "green")
    else:
        before = "（以前已打好，内容未变）" if done.again else ""
        session.say(f"转出包 {done.package}{before}；{done.case} 的 {done.seq} 个事件都在内", "green")
        session.say(f"摘要（SHA-256）：{done.sha256}；连同本包另行告知对方核对", "dim")
    for words in done.holds:
        session.say(f"冻结随附：{words}", "yellow")


@transfer.command("in")
@click.argument("package", metavar="转出包", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_DRY_RUN
@with_session
def in_(session: Session, package: Path, dry_run: bool) -> None:
    """接收：核对另一机关的转出包，另立新户；前档原样存在新户内，只读，随新户保管。"""
    done = api.transfer_in(session.workspace, session.by(writes=not dry_run), package, dry_run=dry_run)
    session.emit(done)
    held = f"前档 {done.previous}（{done.records} 件）只读"
    if done.case is None:
        session.say(f"可以接收（试运行，未写入）：{done.applicant}，{held}", "green")
    else:
        session.say(f"已接收，新户号 {done.case}（{done.applicant}），{held}", "green")
        session.say(f"扫描件请放入：{done.drop_folder}")
        session.say("住址、社区等已变的，用 archivist case set 改。", "dim")
    for words in done.holds:
        session.say(f"冻结随附：{words}", "yellow")
