"""``archivist retention``: what must be kept until when. Nothing is destroyed here."""

from __future__ import annotations

import datetime as dt

import click

from archivist.api.retention import RetainedCaseView, retention_list
from archivist.cli.session import DAY, Session, with_session


@click.group()
def retention() -> None:
    """保管期限：到期只进入鉴定，绝不自动销毁。"""


@retention.command("list")
@click.option("--on", "on", type=DAY, help="以哪一天为准；默认今天。")
@click.option("--expired", is_flag=True, help="只列已到期、可以鉴定的。")
@with_session
def list_(session: Session, on: dt.date | None, expired: bool) -> int:
    """列出已注销户档的保管期限、依据与剩余天数。"""
    found = retention_list(session.workspace, on=on or session.today(), expired_only=expired)
    session.emit(found)
    session.table(
        ("户号", "申请人", "注销", "保管至", "剩余", "规则"),
        [
            (
                c.case,
                c.applicant,
                c.deregistered_on,
                c.keep_until,
                f"{c.days_left} 天" if c.days_left >= 0 else f"已到期 {-c.days_left} 天，可鉴定",
                c.title,
            )
            for c in found.cases
        ],
    )
    for line in dict.fromkeys(map(_rule, found.cases)):
        session.say(line, "dim")
    for line in found.unread:
        session.warn(f"未检：{line}")
    if not found.cases:
        session.say("没有已注销的户档" if not expired else "没有到期的户档")
    return 1 if found.unread else 0


def _rule(kept: RetainedCaseView) -> str:
    inferred = "〔推定〕" if kept.inferred else ""
    return f"{kept.title} {kept.value}{kept.unit}，自{kept.trigger}：{kept.source}{inferred}"
