"""``archivist transfer``: households that move from one office to another."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import transfers as api
from archivist.api.transfers import CustodyTakenOver
from archivist.cli.asking import agreed, refuse_unasked
from archivist.cli.family import Family
from archivist.cli.session import Session, with_session
from archivist.cli.signatures import show_form
from archivist.errors import UsageError


@click.group(cls=Family)
def transfer() -> None:
    """户迁走、迁入：转出已注销的户档，接收另一机关转来的；机构变动时移交、接管全部户档。"""


_DRY_RUN = click.option("--dry-run", is_flag=True, help="只看能不能办，不写入。")


@transfer.command()
@click.argument("case_", metavar="户", required=False)
@click.option("--to", required=True, metavar="代码", help="迁往（接管）的机关的代码，如 TJHX。")
@click.option("--custody", is_flag=True, help="机构变动：把保管移交给接管的机关，与 --all 同用。")
@click.option("--all", "everything", is_flag=True, help="全部户档连同总账。")
@click.option(
    "--of", default="", metavar="代码", help="与 --custody 同用：以前从这个机关接管的户档，再移交。"
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="移交包写到哪里；默认 outbox。")
@click.option("--yes", is_flag=True, help="知道移交以后本机关不再写入这些户档。")
@_DRY_RUN
@with_session
def out(
    session: Session,
    case_: str | None,
    to: str,
    custody: bool,
    everything: bool,
    of: str,
    out: Path | None,
    yes: bool,
    dry_run: bool,
) -> None:
    """转出：本户已迁走并注销，把户档打包交给迁往的机关；本机关的一份照样保管到期满。

    机构变动的：--custody --all 把全部户档和总账移交给接管的机关。自此本机关不再写入这些户档，一直保管到对方的回执（submit import）以后。
    """
    if custody or everything:
        if case_ or not (custody and everything):
            raise UsageError("移交保管写 --custody --all，不写户；转出一户只写户和 --to")
        _hand_over(session, to, out, of, yes=yes, dry_run=dry_run)
        return
    if of:
        raise UsageError("--of 与 --custody --all 同用")
    if not case_:
        raise UsageError("没有写转出哪一户")
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


def _hand_over(session: Session, to: str, folder: Path | None, of: str, *, yes: bool, dry_run: bool) -> None:
    by = session.by(writes=not dry_run)
    if not (yes or dry_run):
        whole = f"{f'从 {of} 接管的' if of else ''}全部户档和总账"
        refuse_unasked(session, f"会把{whole}移交给 {to}，移交以后本机关不再写入")
        if not agreed(session, f"把{whole}移交给 {to}，自此本机关不再写入？", "没有移交。"):
            return
    done = api.hand_over(session.workspace, by, to, folder=folder, of=of, dry_run=dry_run)
    session.emit(done)
    if not done.made:
        session.say(f"可以移交 {done.cases} 户和总账给 {done.to}（试运行，未写入）", "green")
        return
    session.say(
        f"{done.package}：{done.cases} 户和总账，{len(done.parts)} 个分包，逐包读回相符：{done.folder}",
        "green",
    )
    session.say(f"锚：{done.anchor}（打印移交清单，双方盖章）")
    session.say(
        "等待接收回执，之前不清除；本机关不再写入这些户档。回执用 archivist submit import 收。", "yellow"
    )


@transfer.command()
@click.argument("package", metavar="移交编号")
@click.option("--reason", required=True, help="为什么收回，如 写错了机关代码；总账中永远保留。")
@click.option("--by", "people", multiple=True, metavar="姓名", help="决定的两人，各写一次；须有分管领导。")
@click.option(
    "--paper",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="《机构变动移交收回审批表》签字后的扫描件：对方证明没有接收，两人签字。",
)
@click.option("--form", is_flag=True, help="只做收回审批表，放进 outbox/移交收回：打印、签字盖章、扫描。")
@_DRY_RUN
@with_session
def back(
    session: Session,
    package: str,
    reason: str,
    people: tuple[str, ...],
    paper: Path | None,
    form: bool,
    dry_run: bool,
) -> None:
    """收回移交：移交包发错了机关、对方没有接收的，凭对方的书面证明和两人签字收回，户档恢复由本机关办理。已有回执的不能收回。"""
    if form:
        show_form(session, api.withdrawal_form(session.workspace, session.by(), package, reason=reason))
        return
    done = api.take_back(
        session.workspace,
        session.by(writes=not dry_run),
        package,
        reason=reason,
        people=[] if dry_run else [session.by(name) for name in people],
        paper=paper,
        dry_run=dry_run,
    )
    session.emit(done)
    what = "可以收回（试运行，未写入）" if dry_run else "已收回"
    session.say(f"{done.package}（移交给 {done.to}）{what}：{done.cases} 户恢复由本机关办理", "green")
    if not dry_run:
        session.say("移交包作废：写到盘上的分包请删去；再移交的另行打包。", "yellow")
    for line in done.unchecked:
        session.say(line, "yellow")


@transfer.command("in")
@click.argument(
    "packages",
    metavar="包…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--custody", is_flag=True, help="机构变动的移交包；文件名是 S-….zip 的不用写。")
@_DRY_RUN
@with_session
def in_(session: Session, packages: tuple[Path, ...], custody: bool, dry_run: bool) -> None:
    """接收：核对另一机关的转出包，另立新户；前档原样存在新户内，只读，随新户保管。

    机构变动的移交包（S-….zip，各包一起写）：户档按原户号接管，接着办；对方的总账只读存在 ledger-代码/；回执在 outbox，交回对方。
    """
    by = session.by(writes=not dry_run)
    if custody or api.is_custody(packages):
        _take_over(session, api.take_over(session.workspace, by, packages, dry_run=dry_run))
        return
    if len(packages) != 1:
        raise UsageError("转出包一次接收一个")
    done = api.transfer_in(session.workspace, by, packages[0], dry_run=dry_run)
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


def _take_over(session: Session, done: CustodyTakenOver) -> None:
    session.emit(done)
    whose = f"{done.office_name}（{done.office}）的 {len(done.cases)} 户"
    if done.dry_run:
        session.say(f"可以接管（试运行，未写入）：{whose}", "green")
        return
    before = "（以前已接管，没有改动）" if done.again else ""
    session.say(f"已接管 {whose}{before}，总账只读存在 {done.ledger}", "green")
    for path in done.receipt:
        session.say(f"回执：{path}")
    session.say("回执交回移交机关，用 archivist submit import 收。", "dim")
