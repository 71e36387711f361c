"""``archivist retention hold`` and ``release``: what forbids that anything of a file goes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archivist.api import holds as api
from archivist.cli.parameters import DAY
from archivist.cli.session import Session, with_session
from archivist.cli.signatures import show_form
from archivist.errors import UsageError
from archivist.model.ids import record_no

_DRY_RUN = click.option("--dry-run", is_flag=True, help="只看能不能办，不写入。")


@click.command()
@click.argument("case_", metavar="[户]", required=False)
@click.option(
    "--where",
    metavar="条件",
    help="成批冻结：'category=DB year=2024 village=某村 numbers=…'；今后符合的也冻结。",
)
@click.option(
    "--cause", required=True, help="保全事由：行政复议、行政诉讼、信访、追缴未了、审计、巡察监察、其他。"
)
@click.option("--start", type=DAY, help="起始日；默认今天。登记即生效。")
@click.option("--until", default="", help="解除条件，如“判决生效”。")
@click.option("--records", metavar="件号,…", help="只冻结这几件；不写为整卷。")
@click.option("--authority", default="", help="要求冻结的机关。")
@click.option("--doc-no", default="", help="依据的文号。")
@click.option("--review-on", type=DAY, help="到哪一天复核是否还要冻结；默认一年后。")
@click.option(
    "--paper", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="要求冻结的材料，一并归档。"
)
@click.option("--reason", default="", help="说明；历史中永远保留。")
@_DRY_RUN
@with_session
def hold(
    session: Session,
    case_: str | None,
    where: str | None,
    cause: str,
    start: dt.date | None,
    until: str,
    records: str | None,
    authority: str,
    doc_no: str,
    review_on: dt.date | None,
    paper: Path | None,
    reason: str,
    dry_run: bool,
) -> int:
    """冻结一户（或几件），或成批冻结：不得鉴定销毁、剔除、移交保管。收件、核对、恢复、报送照常。"""
    if bool(case_) == bool(where):
        raise UsageError("写明一户，或用 --where 写明条件，只能写一个")
    by = session.by(writes=not dry_run)
    order = api.order(
        cause,
        start=start,
        until=until,
        records=tuple(_records(records)),
        authority=authority,
        doc_no=doc_no,
        review_on=review_on,
        reason=reason,
    )
    if where:
        if paper:
            raise UsageError("成批冻结不归入任何一户，材料不能用 --paper；写明文号（--doc-no）")
        return _declared(session, api.declare_hold(session.workspace, by, order, where, dry_run=dry_run))
    assert case_ is not None
    done = api.place_hold(session.workspace, by, case_, order, paper=paper, dry_run=dry_run)
    session.emit(done)
    held = done.hold
    about = f"第 {'、'.join(held.records)} 件，" if held.records else ""
    what = "可以冻结（试运行，未写入）" if dry_run else "已冻结"
    session.say(f"{what} {done.case}（{about}{held.cause}，自 {held.start}），第 {held.hold} 号", "green")
    session.say(
        f"复核日 {held.review_on}；解除：archivist retention release {done.case} {held.hold} …", "dim"
    )
    return 0


def _declared(session: Session, done: api.HoldDeclared) -> int:
    session.emit(done)
    what = "可以登记成批冻结（试运行，未写入）" if done.dry_run else "已登记成批冻结"
    session.say(
        f"{what} {done.hold.hold}（{done.hold.words}：{done.hold.group}）：现有 {len(done.cases)} 户，今后符合的一并冻结",
        "green",
    )
    for line in done.unread:
        session.warn(f"未检：{line}")
    return 1 if done.unread else 0


@click.command()
@click.argument("case_", metavar="[户]", required=False)
@click.argument("hold_", metavar="[冻结号]", required=False)
@click.option("--group", metavar="冻结号", help="解除一项成批冻结，如 G1；整批解除。")
@click.option("--basis", required=True, help="解除的依据，如“判决生效”。")
@click.option(
    "--by", "people", multiple=True, metavar="姓名", help="解除的人，写两次：复审与分管领导各一人。"
)
@click.option(
    "--paper",
    default="",
    metavar="文件|件号",
    help="两人签字的登记表扫描件，或卷内签署件的件号；成批冻结的用解除审批单。",
)
@click.option(
    "--form", is_flag=True, help="只做成批冻结的解除审批单，放进 outbox/解除冻结：打印、两人签字、扫描。"
)
@_DRY_RUN
@with_session
def release(
    session: Session,
    case_: str | None,
    hold_: str | None,
    group: str | None,
    basis: str,
    people: tuple[str, ...],
    paper: str,
    form: bool,
    dry_run: bool,
) -> None:
    """解除冻结：须两人，凭签字的登记表（成批的凭解除审批单），随即归档。解除后重新鉴定才能处置。"""
    if bool(group) == bool(case_ and hold_) or (group and case_):
        raise UsageError("写明户和冻结号，或用 --group 写明成批冻结，只能写一个")
    if form and not group:
        raise UsageError(
            "一户的冻结用《档案保全（冻结销毁）登记表》解除，不用审批单（--form）",
            remedy="archivist generate legal_hold_record 户 …，填写“二、解除”。",
        )
    by = session.by(writes=not dry_run)
    if form and group:
        show_form(session, api.group_release_form(session.workspace, by, group, basis=basis))
        return
    if group:
        done = api.release_group_hold(
            session.workspace, by, group, basis=basis, people=people,
            paper=Path(paper) if paper else None, dry_run=dry_run,
        )  # fmt: skip
    else:
        assert case_ is not None and hold_ is not None
        done = api.release_hold(
            session.workspace, by, case_, hold_, basis=basis, people=people, paper=paper, dry_run=dry_run
        )
    session.emit(done)
    what = f"可以解除 {done.hold.hold}（试运行，未写入）" if dry_run else f"已解除 {done.hold.hold}"
    session.say(f"{what}；重新鉴定后才能处置", "green")
    for other in done.others:
        session.say(f"仍在冻结：{other.hold} {other.words}", "yellow")
    for line in done.unchecked:
        session.say(line, "yellow")


def _records(said: str | None) -> list[str]:
    found = [word.strip() for word in (said or "").replace("，", ",").split(",") if word.strip()]
    if wrong := [word for word in found if not word.isdecimal() or not int(word)]:
        raise UsageError(f"“{'、'.join(wrong)}”不是件号")
    return [record_no(int(word)) for word in found]
