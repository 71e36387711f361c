"""``archivist retention``: what must be kept until when. Nothing is destroyed here."""

from __future__ import annotations

import datetime as dt

import click

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
    from archivist.preservation.disposal import retention_list

    found = retention_list(session.workspace, on=on or session.today(), expired_only=expired)
    session.emit(
        {
            "cases": [
                {
                    "case": str(k.case.number),
                    "deregistered_on": k.case.deregistered_on,
                    "keep_until": k.retention.expires,
                    "days_left": k.days_left,
                    "rule": k.retention.rule.id,
                    "source": str(k.retention.rule.source),
                    "inferred": k.retention.rule.inferred,
                }
                for k in found.rows
            ],
            "unread": list(found.unread),
        }
    )
    session.table(
        ("户号", "申请人", "注销", "保管至", "剩余", "规则"),
        [
            (
                k.case.number,
                k.case.applicant_name,
                k.case.deregistered_on,
                k.retention.expires,
                f"{k.days_left} 天" if k.days_left >= 0 else f"已到期 {-k.days_left} 天，可鉴定",
                k.retention.rule.title,
            )
            for k in found.rows
        ],
    )
    for rule in {k.retention.rule for k in found.rows}:
        session.say(
            f"{rule.title} {rule.value}{rule.unit}，自{rule.trigger}：{rule.source}"
            + ("〔推定〕" if rule.inferred else ""),
            "dim",
        )
    for line in found.unread:
        session.warn(f"未检：{line}")
    if not found.rows:
        session.say("没有已注销的户档" if not expired else "没有到期的户档")
    return 1 if found.unread else 0
