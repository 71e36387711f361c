"""``archivist case``: open, show, set, step, correct, applicant, split, merge, record, expunge, residue, finish, export, list, log, sheet, deregister, reopen."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Final

import click

from archivist.api import applicants, case_file
from archivist.api import cases as api
from archivist.api.case_file import CaseFile, FactGroup
from archivist.api.case_list import ListOrder, list_cases
from archivist.api.cases import DeregistrationPlan
from archivist.cli.asking import agreed, can_ask
from archivist.cli.case_export import export
from archivist.cli.expunging import expunge, residue
from archivist.cli.family import Family
from archivist.cli.finishing import finish
from archivist.cli.history import log
from archivist.cli.household_changes import applicant, merge, split
from archivist.cli.parameters import DAY, STATED_DAY, pairs
from archivist.cli.records import record
from archivist.cli.roster_sheet import sheet
from archivist.cli.session import MANY, Session, with_session
from archivist.cli.steps import correct, step
from archivist.model.case import CaseStatus
from archivist.model.ids import Category, parse_category
from archivist.model.stated_days import StatedDay
from archivist.model.states import parse_state

_STATUSES: Final = {s.value: s for s in CaseStatus} | {s.label: s for s in CaseStatus}


@click.group(cls=Family)
def case() -> None:
    """户档：立户、查看、改动、办理环节、列表、历史、注销、撤销注销、立卷。"""


case.add_command(step)
case.add_command(correct)
case.add_command(record)
case.add_command(expunge)
case.add_command(residue)
case.add_command(applicant)
case.add_command(split)
case.add_command(merge)
case.add_command(finish)
case.add_command(export)
case.add_command(log)
case.add_command(sheet)
_FROM = click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="户档信息文件（.toml、.json、.xlsx）。",
)


@case.command("open")
@click.argument("category", metavar="类别")
@click.option("--name", help="申请人姓名。")
@click.option("--id", "id_number", help="申请人身份证号。")
@click.option(
    "--set", "settings", multiple=True, metavar="键=值", help="其他信息，可多次，如 申请人.联系电话=022-…"
)
@_FROM
@click.option("--on", "on", type=DAY, help="立户日期；默认今天。")
@click.option("--again", is_flag=True, help="同一申请人已有在办户档时仍另立一户。")
@click.option("--reason", default="", help="另立的理由。")
@click.option(
    "--dry-run", is_flag=True, help="只看：证号表明的性别、出生日期，能不能立户，此人是不是已有户档；不写入。"
)
@with_session
def open_(
    session: Session,
    category: str,
    name: str | None,
    id_number: str | None,
    settings: tuple[str, ...],
    source: Path | None,
    on: dt.date | None,
    again: bool,
    reason: str,
    dry_run: bool,
) -> int:
    """立户：为一户（人）建立户档并取得户号。类别如 低保、特困、DB。"""
    facts = [*pairs(settings), *_named("applicant.name", name), *_named("applicant.id_number", id_number)]
    kind, day = parse_category(category), on or session.today()
    if dry_run:
        return _looked_over(session, kind, facts, source, day, again=again)
    made = api.open_case(
        session.workspace, session.by(), kind, facts, source=source, opened_on=day, again=again, reason=reason
    )
    session.emit(made)
    session.say(f"已立户 {made.case}（{made.category.label}） {made.applicant}", "green")
    session.say(f"扫描件请放入：{made.drop_folder}")
    session.notice(made.notices)
    return 0


def _looked_over(
    session: Session, kind: Category, facts: api.Settings, source: Path | None, day: dt.date, *, again: bool
) -> int:
    """Show who is to be given a file; 1 where it would not be opened."""
    found = applicants.look(
        session.workspace, kind, facts, source=source, opened_on=day, today=session.today(), again=again
    )
    session.emit(found)
    says = f"，{found.sex}，{found.birth_date} 出生，{found.age} 周岁" if found.sex else ""
    session.say(f"{found.applicant or '（没有写姓名）'} {found.id_number}{says}（试运行，未写入）")
    for one in found.households:
        why = "证号相同" if one.same_number else "同名"
        session.say(
            f"  {why}：{one.case} {one.applicant} {one.category.label} {one.status.label}（{one.part}）"
        )
    if found.more:
        session.say(f"  还有 {found.more} 户")
    session.notice(found.notices)
    for problem in found.problems:
        session.warn(f"还不能立户：{problem}")
    return 1 if found.problems else 0


def _named(path: str, value: str | None) -> list[tuple[str, str]]:
    return [(path, value)] if value else []


@case.command("set")
@click.argument("case_", metavar="户")
@click.argument("settings", nargs=-1, metavar="[键=值]…")
@_FROM
@click.option("--reason", default="", help="为什么改。")
@with_session
def set_(session: Session, case_: str, settings: tuple[str, ...], source: Path | None, reason: str) -> None:
    """改动户档信息，可一次多项；“键=”表示删去该项。"""
    changed = api.change_facts(
        session.workspace, session.by(), case_, pairs(settings), source=source, reason=reason
    )
    session.emit(changed)
    if not changed.changes:
        session.say("没有变化。")
    session.table(("项目", "原为", "改为"), [(c.label, *c.shown()) for c in changed.changes])
    session.notice(changed.notices)


@case.command()
@click.argument("case_", metavar="户")
@click.option("--full", is_flag=True, help="显示完整的证号与账号。")
@with_session
def show(session: Session, case_: str, full: bool) -> None:
    """查看一户：办到哪里、已知信息与卷内各件。"""
    found = case_file.show_case(session.workspace, case_)
    session.emit(found)
    if session.json:
        return
    session.say(f"{found.case}  {found.category.label}  {found.applicant}  {found.standing}", "bold")
    closed = (
        f"，注销 {found.deregistered_on}（{found.deregistration_reason}）" if found.deregistered_on else ""
    )
    split = f"，由 {found.split_from} 分户" if found.split_from else ""
    came = f"，由 {found.previous} 转入（前档在 {found.previous_package}）" if found.previous else ""
    into = f"，已并入 {found.merged_into}" if found.merged_into else ""
    session.say(f"立户 {found.opened_on}{split}{came}{closed}{into}")
    if found.handed_over:
        session.warn(f"{found.handed_over}，本机关不再写入")
    if found.merged:
        session.say(f"并入本户的有：{'、'.join(found.merged)}（各自的户档仍在，各按各的期限保管）")
    if found.steps:
        session.table(
            ("序号", "日期", "环节", "办理人", "到达状态", "说明"),
            [
                (s.event, f"{s.on} {s.at}".strip(), s.title, "、".join(s.by), s.to.label, s.reason)
                for s in found.steps
            ],
            title="已办环节",
        )
    for held in (h for h in found.holds if not h.released):
        told = "".join(f"；{what}：{said}" for what, said in (
            ("解除条件", held.until), ("成批冻结", held.group), ("沿自", held.origin), ("复核日", held.review_on)) if said)  # fmt: skip
        session.say(f"冻结 {held.hold}：{held.words}{told}", "yellow")
    if found.holds_unread:
        session.warn(found.holds_unread)
    for former in found.former_names:
        session.say(former.standing)
    for group in found.groups:
        _show_group(session, group, full=full)
    if found.former:
        session.table(
            ("原为", "姓名", "证件号", "为何", "日期", "现户号", "说明"),
            [person.shown(full=full) for person in found.former],
            title="原家庭成员",
        )
    session.table(
        ("件号", "文书（材料）", "状态", "页数", "归档时间", "文号", "来源"),
        [
            (
                r.record,
                r.title,
                r.standing,
                r.pages or "",
                r.filed_at[:16].replace("T", " "),
                r.doc_no,
                r.source,
            )
            for r in found.records
        ]
        + [
            (m.record, m.title, m.standing, "", m.filed_at[:16].replace("T", " "), "", "")
            for m in found.moved_out
        ]
        + [
            (x.record, x.title, x.standing, "", x.filed_at[:16].replace("T", " "), "", "")
            for x in found.expunged
        ]
        + [
            (u.record, u.title, u.standing, "", u.filed_at[:16].replace("T", " "), "", "")
            for u in found.unfiled
        ],
        title="卷内各件",
    )
    if found.referred:
        session.table(
            ("所在户", "件号", "文书（材料）", "日期", "摘要（SHA-256）"),
            [(p.case, p.record, p.title, p.dated, p.sha256[0][:16]) for p in found.referred],
            title="引用的材料（原件在所在户，未复制）",
        )
    _show_disagreeing(session, found, full=full)


def _show_group(session: Session, group: FactGroup, *, full: bool) -> None:
    rows = group.shown(full=full)
    labels = [column.label for column in group.columns]
    if group.many:
        session.table(labels, rows, title=group.label)
    else:
        session.table(("项目", "内容"), list(zip(labels, rows[0], strict=True)), title=group.label)


def _show_disagreeing(session: Session, found: CaseFile, *, full: bool) -> None:
    if found.disagreeing:
        session.table(
            ("件号", "文书", "项目", "文书上为", "现为"),
            [
                (document.record, document.title, field.label, *field.shown(full=full))
                for document in found.disagreeing
                for field in document.fields
            ],
            title="与现有信息不一致的已制发文书（请核实是否须重新制发）",
        )


@case.command("list")
@click.option("--category", help="救助类别。")
@click.option("--status", type=click.Choice([*_STATUSES]), help="状态。")
@click.option("--place", default="", help="村（社区）。")
@click.option("--state", help="办理状态，如 受理、公示中、在享。")
@click.option("--lacking", is_flag=True, help="只列缺件的：还没有作出决定、应收的材料没有收齐。")
@click.option(
    "--sort",
    "order",
    type=click.Choice([o.value for o in ListOrder]),
    default=ListOrder.NUMBER.value,
    help="次序：number 户号，due 期限，state 办理状态；默认户号。",
)
@with_session
def list_(
    session: Session,
    category: str | None,
    status: str | None,
    place: str,
    state: str | None,
    lacking: bool,
    order: str,
) -> int:
    """列出户档：办到哪里，本机关的期限哪天先到。"""
    with session.progress("推算期限", least=MANY) as progress:
        found = list_cases(
            session.workspace,
            category=parse_category(category) if category else None,
            status=_STATUSES[status] if status else None,
            place=place,
            state=parse_state(state) if state else None,
            lacking=lacking,
            on=session.today(),
            order=ListOrder(order),
            progress=progress,
        )
    session.emit(found)
    session.table(
        ("户号", "申请人", "类别", "村（社区）", "办理状态", "期限", "缺件"),
        [
            (
                c.case,
                c.applicant,
                c.category.label,
                c.place,
                "已移交" if c.handed_over else c.state.label if c.state else "未检",
                c.due or "",
                c.lacks or "",
            )
            for c in found.cases
        ],
    )
    session.say(f"共 {len(found.cases)} 户")
    for words, count in Counter(c.handed_over for c in found.cases if c.handed_over).items():
        session.say(f"{count} 户{words}", "dim")
    for line in found.unread:
        session.warn(f"未检：{line}")
    return 1 if found.unread else 0


@case.command()
@click.argument("case_", metavar="户")
@click.option(
    "--on",
    "on",
    type=STATED_DAY,
    help="注销日期；默认今天，不能写将来的日子。没有环节记录的旧档可只写 2016-05、2016、2015-01-01..2017-03-15，查不到的写 不明。",
)
@click.option("--by", "people", multiple=True, metavar="姓名", help="办理人，可多次；默认为经办人。")
@click.option("--reason", required=True, help="注销原因，如 死亡、自愿退出、不再符合条件。")
@click.option("--dry-run", is_flag=True, help="只列出还有什么未了，不写入。")
@click.option("--yes", is_flag=True, help="知道有未了的事项，仍要注销，不再询问。")
@with_session
def deregister(
    session: Session,
    case_: str,
    on: StatedDay | None,
    people: tuple[str, ...],
    reason: str,
    dry_run: bool,
    yes: bool,
) -> int:
    """注销：保管期限自此起算，户档本身不动。

    先列出未了的事项：没有制发、送达、签回的文书，没有发放的，追缴、冻结，期限，待认领和投放文件夹。在终端上要确认；不在终端上，
    有未了的须加 --yes。终止、不予受理等决定没有制发、送达的不能注销，无人可送的除外。
    """
    by = session.by(writes=not dry_run)
    day = on or by.today
    planned = api.plan_deregistration(session.workspace, by, case_, on=day, reason=reason, people=people)
    if dry_run:
        session.emit(planned)
        _show_closing(session, planned)
        return 0
    if not yes and can_ask(session):
        _show_closing(session, planned)
        if not agreed(session, f"注销 {planned.case} {planned.applicant}？", "没有注销。"):
            return 0
        yes = True
    closed = api.deregister(session.workspace, by, case_, on=day, reason=reason, people=people, confirmed=yes)
    session.emit(closed)
    kept = f"至少保管至 {closed.keep_until}" if closed.keep_until else "注销日不明，保管期限未起算，须查明"
    session.say(f"{closed.case} 已注销（{closed.deregistered_on or '日期不明'}），{kept}", "green")
    session.say(f"依据：{closed.rule}", "dim")
    if closed.matters:
        session.say(f"注销时未了 {len(closed.matters)} 项，已记入历史", "yellow")
    return 0


def _show_closing(session: Session, planned: DeregistrationPlan) -> None:
    session.say(f"{planned.case}  {planned.applicant}  注销日期 {planned.on}", "bold")
    if planned.matters:
        session.table(
            ("未了", "事项"), [(m.label, m.text) for m in planned.matters], title="注销以前未了的事项"
        )
    else:
        session.say("没有未了的事项。")
    for warning in planned.warnings:
        session.say(warning, "yellow")


@case.command()
@click.argument("case_", metavar="户")
@click.option("--reason", required=True, help="为什么撤销；历史中永远保留。")
@with_session
def reopen(session: Session, case_: str, reason: str) -> None:
    """撤销注销：回到注销以前的状态，保管期限不再计算，投放文件夹恢复。须由分管领导（决定）；已经鉴定的不能撤销。"""
    opened = api.reopen(session.workspace, session.by(), case_, reason=reason)
    session.emit(opened)
    session.say(f"{opened.case} 已撤销注销，现为“{opened.state.label}”", "green")
    session.say(f"扫描件请放入：{opened.drop_folder}")
    for warning in opened.warnings:
        session.say(f"注意：{warning}", "yellow")
