"""``archivist case log``: the events of a case, each in words."""

from __future__ import annotations

import click

from archivist.cli.session import Session, with_session
from archivist.model import field_schema
from archivist.model.case import Event, Op
from archivist.model.states import State


@click.command()
@click.argument("case_", metavar="户")
@with_session
def log(session: Session, case_: str) -> None:
    """一户的历史：谁、何时、做了什么。"""
    number = session.workspace.find_case(case_)
    events = [e for e, _ in session.workspace.archive.chain(number).events]
    session.emit([e.to_plain() for e in events])
    session.table(
        ("序号", "时间", "经办", "事项", "说明"),
        [(e.seq, e.time[:19].replace("T", " "), e.actor, _OPS[e.op], _what(session, e)) for e in events],
        title=str(number),
    )


_OPS = {
    Op.CASE_OPENED: "立户",
    Op.FACTS_CHANGED: "信息变更",
    Op.RECORD_FILED: "归档",
    Op.DOCUMENT_ISSUED: "制发文书",
    Op.SIGNED_COPY_FILED: "签署件归档",
    Op.STEP_TAKEN: "办理环节",
    Op.STEP_CORRECTED: "更正环节",
    Op.DEREGISTERED: "注销",
    Op.CHECK_CONFIRMED: "人工核对",
}


def _what(session: Session, event: Event) -> str:
    match event.op:
        case Op.RECORD_FILED | Op.DOCUMENT_ISSUED | Op.SIGNED_COPY_FILED:
            entry = event.data["record"]
            more = f" ← {event.source['name']}" if event.source else ""
            late = f"（{event.reason}）" if event.reason else ""
            return f"第 {entry['no']} 件 {entry['title']}{more}{late}"
        case Op.FACTS_CHANGED:
            groups = "、".join(field_schema.GROUP_BY_NAME[g].label for g in event.data["facts"])
            return groups + (f"（{event.reason}）" if event.reason else "")
        case Op.STEP_TAKEN:
            who = "、".join(event.data.get("by", ()))
            after = State(event.data["to"]).label
            head = " ".join(
                t for t in (event.data["on"], event.data.get("at", ""), event.data["title"], who) if t
            )
            return f"{head} → {after}" + (f"（{event.reason}）" if event.reason else "")
        case Op.STEP_CORRECTED:
            return _correction(session, event)
        case Op.DEREGISTERED:
            return f"{event.data['date']} {event.reason}"
        case Op.CHECK_CONFIRMED:
            return f"{event.data['on']} {'、'.join(event.data['checks'])} {'、'.join(event.data['by'])}（{event.reason}）"
        case _:
            return event.reason


def _correction(session: Session, event: Event) -> str:
    data = event.data
    if data.get("void"):
        what = "撤回"
    else:
        new = [f"日期 {data['on']}"] if "on" in data else []
        new += [f"时间 {data['at'] or '不记'}"] if "at" in data else []
        new += [f"办理人 {'、'.join(data['by'])}"] if "by" in data else []
        for name, value in data.get("values", {}).items():
            asked = (s.asks for s in session.workspace.pack.steps)
            label = next((a[key] for a in asked for key in (name, f"{name}?") if key in a), name)
            new.append(f"{label} {'去掉' if value is None else value}")
        what = "改为 " + "，".join(new)
    return f"第 {data['seq']} 号{what}（{event.reason}）"
