"""``archivist case log``: the events of a case, each in words."""

from __future__ import annotations

import click

from archivist.api.history import case_log
from archivist.cli.session import Session, with_session


@click.command()
@click.argument("case_", metavar="户")
@with_session
def log(session: Session, case_: str) -> None:
    """一户的历史：谁、何时、做了什么。"""
    found = case_log(session.workspace, case_)
    session.emit(found)
    session.table(
        ("序号", "时间", "经手", "事项", "说明"),
        [(e.seq, e.time[:19].replace("T", " "), e.who, e.title, e.text) for e in found.events],
        title=found.case,
    )
