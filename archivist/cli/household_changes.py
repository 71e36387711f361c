"""``archivist case applicant``: what happens in a household's life."""

from __future__ import annotations

import datetime as dt

import click

from archivist.api import household_changes as api
from archivist.cli.session import DAY, Session, pairs, with_session

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
        session.by(),
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
