"""``archivist case applicant | split``: what happens in a household's life."""

from __future__ import annotations

import datetime as dt
import re

import click

from archivist.api import household_changes as api
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


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，、]", text) if part.strip()]
