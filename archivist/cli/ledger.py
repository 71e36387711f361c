"""``archivist ledger``: what the office's own permanent chain says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import click

from archivist.cli.session import Session, with_session
from archivist.model.case import Event, Op

OPS: Final[Mapping[Op, str]] = {
    Op.LEDGER_OPENED: "启用总账",
    Op.NUMBERS_ALLOCATED: "给出编号",
    Op.OFFICE_DOCUMENT_ISSUED: "制发机关文书",
    Op.VERIFIED: "核对",
    Op.ALARM_CLEARED: "警报了结",
}


@click.command()
@click.option("--year", type=int, metavar="2024", help="只看这一年。")
@click.option("--documents", is_flag=True, help="只看制发的机关文书。")
@with_session
def ledger(session: Session, year: int | None, documents: bool) -> None:
    """总账：给出的户号和文号、制发的机关文书、核对、对警报的决定；只增不改，永久保存。"""
    events = [
        (event, when)
        for event, when in _by_year(session.workspace.archive.ledger_events())
        if year in (None, when) and (not documents or event.op is Op.OFFICE_DOCUMENT_ISSUED)
    ]
    session.emit([{"year": when, **event.to_plain()} for event, when in events])
    session.table(
        ("年度", "序号", "时间", "经办", "事项", "说明"),
        [
            (when, e.seq, e.time[:19].replace("T", " "), e.actor, OPS.get(e.op, e.op.value), what(e))
            for e, when in events
        ],
    )
    if not events:
        session.say("总账中没有符合条件的记录。")


def _by_year(events: Iterable[Event]) -> Iterator[tuple[Event, int]]:
    """Yield each event with the year of the ledger it stands in; each year's begins by saying which it is."""
    year = 0
    for event in events:
        if event.op is Op.LEDGER_OPENED:
            year = int(event.data["year"])
        yield event, year


def what(event: Event) -> str:
    """Return what an event of the ledger tells, in one line."""
    data = event.data
    match event.op:
        case Op.LEDGER_OPENED:
            return f"{data['year']} 年"
        case Op.NUMBERS_ALLOCATED:
            numbers = "—".join(dict.fromkeys((str(data["first"]), str(data["last"]))))
            return f"{data['sequence']} {data['year']} 年第 {numbers} 号"
        case Op.OFFICE_DOCUMENT_ISSUED:
            names = "、".join(f["path"].rpartition("/")[2] for f in data["files"])
            number = f"，{data['doc_no']}" if data["doc_no"] else ""
            return f"{data['title']}（{data['date']}{number}）：{names}"
        case Op.VERIFIED:
            return f"{'只查链与大小' if data['quick'] else '全部内容'}，{len(data['checked'])} 个，不符 {len(data['findings'])} 处"
        case Op.ALARM_CLEARED:
            how = {"accepted": "决定维持现状", "clean": "再次核对无误"}.get(data["how"], "已恢复")
            return f"{data['case']} {how}" + (f"（{event.reason}）" if event.reason else "")
        case _:
            return event.reason
