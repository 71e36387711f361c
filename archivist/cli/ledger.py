"""``archivist ledger``: what the office's own permanent chain says."""

from __future__ import annotations

import click

from archivist.api.ledger import ledger_entries
from archivist.cli.session import Session, with_session


@click.command()
@click.option("--year", type=int, metavar="2024", help="只看这一年。")
@click.option("--documents", is_flag=True, help="只看制发的机关文书。")
@with_session
def ledger(session: Session, year: int | None, documents: bool) -> None:
    """总账：给出的户号和文号、制发的机关文书、核对、对警报的决定；只增不改，永久保存。"""
    found = ledger_entries(session.workspace, year=year, documents=documents)
    session.emit(found)
    session.table(
        ("年度", "序号", "时间", "经办", "事项", "说明"),
        [
            (
                e.year,
                e.event.seq,
                e.event.time[:19].replace("T", " "),
                e.event.actor,
                e.event.title,
                e.event.text,
            )
            for e in found.entries
        ],
    )
    if not found.entries:
        session.say("总账中没有符合条件的记录。")
