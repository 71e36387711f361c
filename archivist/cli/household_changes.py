"""``archivist case applicant | split | merge``: what happens in a household's life."""

from __future__ import annotations

import datetime as dt
import re

import click

from archivist.api import household_changes as api
from archivist.api.household_changes import HouseholdsMerged
from archivist.cli.asking import agreed, can_ask
from archivist.cli.parameters import DAY, pairs
from archivist.cli.session import Session, with_session
from archivist.model.ids import parse_category

_RELATION = click.option(
    "--relation",
    "relations",
    multiple=True,
    metavar="谁=关系",
    help="其他人与新申请人的关系，可多次，如 成员2=子；不写的记为“不详”。",
)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="只看能不能办、改些什么，不写入。")


@click.command()
@click.argument("case_", metavar="户")
@click.option("--to", required=True, metavar="成员", help="新的申请人：成员2、姓名或身份证号。")
@click.option(
    "--why",
    default="",
    metavar="原因",
    help="死亡、离开本户、户内变更（原申请人留在户内）；本次复核登记过死亡的，默认为死亡。",
)
@_RELATION
@click.option("--set", "settings", multiple=True, metavar="键=值", help="同时改动的其他信息，可多次。")
@click.option("--on", "on", type=DAY, help="变更日期；默认今天。")
@click.option("--by", multiple=True, metavar="姓名", help="办理人，可多次；默认为经办人。")
@click.option("--reason", required=True, help="为什么；历史中永远保留。")
@_DRY_RUN
@with_session
def applicant(
    session: Session,
    case_: str,
    to: str,
    why: str,
    relations: tuple[str, ...],
    settings: tuple[str, ...],
    on: dt.date | None,
    by: tuple[str, ...],
    reason: str,
    dry_run: bool,
) -> None:
    """变更申请人：申请人死亡或离开后，由户内其他成员接着办；已制发的文书不变。"""
    done = api.change_applicant(
        session.workspace,
        session.by(writes=not dry_run),
        case_,
        to,
        why=why,
        on=on or session.today(),
        relations=dict(pairs(relations)),
        settings=pairs(settings),
        people=by,
        reason=reason,
        dry_run=dry_run,
    )
    session.emit(done)
    what = "可以变更申请人（试运行，未写入）" if done.dry_run else "申请人已变更"
    session.say(f"{done.case} {what}：{done.old} → {done.new}（{done.why}）", "green")
    session.table(("项目", "原为", "改为"), [(c.label, *c.shown()) for c in done.changes])
    if done.unknown_relations:
        session.say(
            f"注意：{'、'.join(done.unknown_relations)}与新申请人的关系记为“不详”，请用 case set 补上",
            "yellow",
        )
    for warning in done.warnings:
        session.say(f"注意：{warning}", "yellow")


@click.command()
@click.argument("case_", metavar="户")
@click.option(
    "--members",
    required=True,
    metavar="成员,…",
    help="分出去的成员，用逗号隔开：成员2、姓名或身份证号；第一个是新户的申请人。",
)
@click.option("--category", help="新户的救助类别；默认与原户相同。")
@click.option("--papers", metavar="件号,…", help="新户引用原户的哪几件；默认全部有效的，写“无”则不引用。")
@_RELATION
@click.option("--on", "on", type=DAY, help="分户日期；默认今天。")
@click.option("--by", multiple=True, metavar="姓名", help="办理人，可多次；默认为经办人。")
@click.option("--reason", required=True, help="为什么；两户的历史中永远保留。")
@_DRY_RUN
@with_session
def split(
    session: Session,
    case_: str,
    members: str,
    category: str | None,
    papers: str | None,
    relations: tuple[str, ...],
    on: dt.date | None,
    by: tuple[str, ...],
    reason: str,
    dry_run: bool,
) -> None:
    """分户：几名成员另立一户（新户号），原户不再有他们；原户的材料只引用，不复制。"""
    done = api.split_household(
        session.workspace,
        session.by(writes=not dry_run),
        case_,
        _listed(members),
        category=parse_category(category) if category else None,
        papers=None if papers is None else [] if papers.strip() == "无" else _listed(papers),
        relations=dict(pairs(relations)),
        on=on or session.today(),
        people=by,
        reason=reason,
        dry_run=dry_run,
    )
    session.emit(done)
    names = "、".join(done.left)
    if done.dry_run:
        session.say(f"{done.case} 可以分户（试运行，未写入）：{names} 另立{done.category.label}户档", "green")
    else:
        session.say(f"{done.case} 已分户：{names} → {done.new_case}（{done.category.label}）", "green")
        session.say(f"新户的扫描件请放入：{done.drop_folder}")
    session.table(
        ("原户件号", "文书（材料）", "日期"),
        [(p.record, p.title, p.dated) for p in done.referred],
        title="新户引用的材料（原件留在原户）",
    )
    if done.unknown_relations:
        session.say(
            f"注意：{'、'.join(done.unknown_relations)}与新申请人的关系记为“不详”，请用 case set 补上",
            "yellow",
        )
    for warning in done.warnings:
        session.say(f"注意：{warning}", "yellow")


@click.command()
@click.argument("case_", metavar="户")
@click.argument("other", metavar="户2")
@click.option(
    "--relation",
    "relations",
    multiple=True,
    metavar="谁=关系",
    help="并入的人与存续户申请人的关系，可多次，如 李四=配偶；不写的记为“不详”。",
)
@click.option(
    "--papers", default="", metavar="件号,…", help="存续户引用并入户的哪几件；默认不引用，都不复制。"
)
@click.option("--on", "on", type=DAY, help="并户（注销）日期；默认今天。")
@click.option("--by", multiple=True, metavar="姓名", help="办理人，可多次；默认为经办人。")
@click.option("--reason", required=True, help="为什么，如 结婚；两户的历史中永远保留。")
@_DRY_RUN
@click.option("--yes", is_flag=True, help="知道并入户有未了的事项，仍要注销。")
@with_session
def merge(
    session: Session,
    case_: str,
    other: str,
    relations: tuple[str, ...],
    papers: str,
    on: dt.date | None,
    by: tuple[str, ...],
    reason: str,
    dry_run: bool,
    yes: bool,
) -> int:
    """并户：户2 的人都并入前一户，前一户存续；户2 注销（并入），材料留在原档，各按各的期限保管。

    存续户须在复核中，并已报告变动；户2 的程序须已走完（终止等决定已经送达）。先列出改动和户2 未了的事项，在终端上要确认。
    """
    who = session.by(writes=not dry_run)
    told = api.MergerRequest(
        case_, other, on or session.today(), reason, dict(pairs(relations)), _listed(papers), by
    )
    planned = api.plan_merger(session.workspace, who, told, dry_run=dry_run)
    if dry_run:
        session.emit(planned)
        _show_merger(session, planned)
        return 0
    if not yes and can_ask(session):
        _show_merger(session, planned)
        question = f"{planned.merged} 并入 {planned.case}，并注销 {planned.merged}？"
        if not agreed(session, question, "没有并户。"):
            return 0
        yes = True
    done = api.merge_households(session.workspace, who, told, confirmed=yes)
    session.emit(done)
    _show_merger(session, done)
    kept = f"，至少保管至 {done.keep_until}" if done.keep_until else ""
    session.say(f"{done.merged} 已注销（{done.on}，并入）{kept}", "green")
    return 0


def _show_merger(session: Session, merger: HouseholdsMerged) -> None:
    names = "、".join(merger.joined) or "没有人（都已登记在存续户）"
    what = "可以并户（试运行，未写入）" if merger.dry_run else "已并户"
    session.say(f"{what}：存续 {merger.case} {merger.applicant}，并入 {merger.merged}：{names}", "green")
    if merger.present:
        session.say(f"已登记在存续户的，以存续户为准：{'、'.join(merger.present)}")
    session.table(("项目", "原为", "改为"), [(c.label, *c.shown()) for c in merger.changes])
    if merger.referred:
        session.table(
            ("并入户件号", "文书（材料）", "日期"),
            [(p.record, p.title, p.dated) for p in merger.referred],
            title="存续户引用的材料（原件留在并入户）",
        )
    else:
        session.say("并入户的材料没有复制，也没有引用，都留在原档")
    for held in merger.holds:
        session.say(f"冻结随附：{held}", "yellow")
    if merger.matters:
        session.table(
            ("未了", "事项"), [(m.label, m.text) for m in merger.matters], title="并入户注销时未了的事项"
        )
    if merger.unknown_relations:
        session.say(
            f"注意：{'、'.join(merger.unknown_relations)}与申请人的关系记为“不详”，请用 case set 补上",
            "yellow",
        )
    for warning in merger.warnings:
        session.say(f"注意：{warning}", "yellow")


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，、]", text) if part.strip()]
