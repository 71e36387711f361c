"""``archivist ledger``: what the office's own permanent chain says."""

from __future__ import annotations

import click

from archivist.api import ledger as api
from archivist.api import sealing
from archivist.api.ledger import DocumentNumbers
from archivist.cli.session import Session, with_session
from archivist.errors import UsageError


@click.command()
@click.argument("act", required=False, type=click.Choice(["seal"]), metavar="[seal]")
@click.option("--year", type=int, metavar="2024", help="只看这一年。")
@click.option(
    "--documents",
    is_flag=True,
    help="看各年的文号：每个号用在哪一件、作废、空号还是没有着落；机关文书一并列出。",
)
@click.option("--vacant", is_flag=True, help="把没有着落的文号登记为空号；须写 --reason。")
@click.option("--pdf/--no-pdf", default=None, help="seal 时封存单是否另做 PDF；不写按设置。")
@click.option("--reason", default="", metavar="理由", help="为何是空号，记入总账。")
@with_session
def ledger(
    session: Session,
    act: str | None,
    year: int | None,
    documents: bool,
    vacant: bool,
    reason: str,
    pdf: bool | None,
) -> int:
    """总账：给出的户号和文号、空号、制发的机关文书、核对、对警报的决定；只增不改，永久保存。

    ledger seal 封存：写出全部户档和总账的链头与摘要，摘要交主管部门或锁入保险柜，以后用 verify --against 核对。
    """
    if act:
        if year or documents or vacant or reason:
            raise UsageError("seal 不与别的选项同用")
        return _seal(session, pdf)
    if vacant:
        return _show_numbers(session, api.make_vacant(session.workspace, session.by(), reason, year=year))
    if reason:
        raise UsageError("--reason 只与 --vacant 同用")
    if documents:
        return _show_numbers(session, api.document_numbers(session.workspace, year=year))
    found = api.ledger_entries(session.workspace, year=year)
    session.emit(found)
    session.table(
        ("年度", "序号", "时间", "经手", "事项", "说明"),
        [
            (
                e.year,
                e.event.seq,
                e.event.time[:19].replace("T", " "),
                e.event.who,
                e.event.title,
                e.event.text,
            )
            for e in found.entries
        ],
    )
    if not found.entries:
        session.say("总账中没有符合条件的记录。")
    return 0


def _seal(session: Session, pdf: bool | None) -> int:
    made = sealing.seal(session.workspace, session.by(), pdf=pdf)
    session.emit(made)
    session.say(f"封存 {made.seal}：户档 {made.cases} 个，连同总账、批次共 {made.bags} 个", "green")
    session.say(f"摘要 {made.sha256}")
    session.say(f"二维码内容 {made.code}")
    for path in made.files:
        session.say(f"  {path}")
    for name in made.unread:
        session.warn(f"{name} 的事件链不完整，没有封存；先运行 archivist verify")
    return 1 if made.unread else 0


def _show_numbers(session: Session, found: DocumentNumbers) -> int:
    """Show the series; the exit status is 1 where a number is not explained, or stands twice."""
    session.emit(found)
    session.table(
        ("年度", "文号", "状态", "文书", "日期", "户号", "件号", "说明"),
        [
            (
                n.year,
                (n.doc_no or "（不编号）") + ("（手填）" if n.by_hand else ""),
                n.state_label,
                n.title,
                n.date,
                n.case,
                n.record,
                n.reason or "，".join(f"{label} {value}" for label, value in n.noted.items()),
            )
            for n in found.numbers
        ],
    )
    if not found.numbers:
        session.say("没有给出过文号，也没有制发过机关文书。")
    if found.made_vacant:
        session.say(f"登记为空号 {len(found.made_vacant)} 个：{'、'.join(found.made_vacant)}", "green")
    for line in found.unread:
        session.warn(f"读不出来的户档，其中的文号没有列入：{line}")
    for number in found.repeated:
        session.warn(f"重号：{number} 用在不止一件上；错的一件作废重制（archivist case record replace）")
    if found.unexplained:
        session.warn(
            f"有 {len(found.unexplained)} 个文号没有着落；查明后登记为空号：archivist ledger --vacant --reason 理由"
        )
    return 1 if found.unexplained or found.repeated or found.unread else 0
