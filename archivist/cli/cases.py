"""``archivist case``: open, show, set, step, correct, list, log, deregister."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from archivist.cli import disagreement
from archivist.cli.history import log
from archivist.cli.session import DAY, Session, pairs, with_session
from archivist.cli.steps import correct, step, step_as_json
from archivist.errors import InvalidValue
from archivist.model import facts as known
from archivist.model import field_schema
from archivist.model.case import Case, Record
from archivist.model.ids import mask_id, parse_category
from archivist.model.states import State
from archivist.model.values import Value
from archivist.rules.disposition.late_filing import replaced_by


@click.group()
def case() -> None:
    """户档：立户、查看、改动、办理环节、列表、历史、注销。"""


case.add_command(step)
case.add_command(correct)
case.add_command(log)
_FROM = click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="户档信息文件（.toml、.json、.xlsx）。",
)


@case.command("open")
@click.argument("category", metavar="类别")
@click.option("--name", help="申请人姓名。")
@click.option("--id", "id_number", help="申请人身份证号。")
@click.option(
    "--set", "settings", multiple=True, metavar="键=值", help="其他信息，可多次，如 申请人.联系电话=022-…"
)
@_FROM
@click.option("--on", "on", type=DAY, help="立户日期；默认今天。")
@click.option("--again", is_flag=True, help="同一申请人已有在办户档时仍另立一户。")
@click.option("--reason", default="", help="另立的理由。")
@with_session
def open_(
    session: Session,
    category: str,
    name: str | None,
    id_number: str | None,
    settings: tuple[str, ...],
    source: Path | None,
    on: dt.date | None,
    again: bool,
    reason: str,
) -> None:
    """立户：为一户（人）建立户档并取得户号。类别如 低保、特困、DB。"""
    from archivist.procedure.cases import drop_folder, open_case

    if again and not reason:
        raise InvalidValue("另立一户须用 --reason 写明理由")
    changes: list[tuple[str, object]] = list(pairs(settings))
    changes += [("applicant.name", name)] if name else []
    changes += [("applicant.id_number", id_number)] if id_number else []
    made = open_case(
        session.workspace,
        session.by(),
        parse_category(category),
        _facts(source, changes),
        opened_on=on or session.today(),
        again=again,
        reason=reason,
    )
    folder = drop_folder(session.workspace, made)
    session.emit({"case": str(made.number), "drop_folder": str(folder)})
    session.say(f"已立户 {made.number}（{made.category.label}） {made.applicant_name}", "green")
    session.say(f"扫描件请放入：{folder}")


def _facts(source: Path | None, changes: list[tuple[str, object]]) -> known.Facts:
    from archivist.procedure.facts_file import read_facts

    facts = read_facts(source) if source else known.NO_FACTS
    plain: dict[str, Any] = known.to_plain(facts)
    problems = []
    for key, value in changes:
        try:
            path = known.Path.parse(key)
        except InvalidValue as error:
            problems.append(error.what)
            continue
        if path.field is None:
            problems.append(f"{key}：请写明是哪一项")
        elif path.group.many:
            rows = plain.setdefault(path.group.key, [])
            while len(rows) < (path.row or 1):
                rows.append({})
            rows[(path.row or 1) - 1][path.field.key] = value
        else:
            plain.setdefault(path.group.key, {})[path.field.key] = value
    if problems:
        raise InvalidValue("户档信息有误", problems=problems)
    return known.parse_facts(plain)


@case.command("set")
@click.argument("case_", metavar="户")
@click.argument("settings", nargs=-1, metavar="[键=值]…")
@_FROM
@click.option("--reason", default="", help="为什么改。")
@with_session
def set_(session: Session, case_: str, settings: tuple[str, ...], source: Path | None, reason: str) -> None:
    """改动户档信息，可一次多项；“键=”表示删去该项。"""
    from archivist.procedure.cases import change_facts
    from archivist.procedure.facts_file import read_facts

    if not settings and source is None:
        raise InvalidValue("没有写要改什么")
    number = session.workspace.find_case(case_)
    laid_over = read_facts(source) if source else known.NO_FACTS
    changes: list[tuple[str, object]] = list(pairs(settings))
    _, changed = change_facts(
        session.workspace, session.by(), number, changes, laid_over=laid_over, reason=reason
    )
    session.emit(
        {
            "case": str(number),
            "changes": [{"path": c.path, "label": c.label, "old": c.old, "new": c.new} for c in changed],
        }
    )
    if not changed:
        session.say("没有变化。")
    session.table(
        ("项目", "原为", "改为"), [(c.label, _masked(c.path, c.old), _masked(c.path, c.new)) for c in changed]
    )


def _masked(path: str, value: str) -> str:
    return mask_id(value) if path.endswith("id_number") and value else value


@case.command()
@click.argument("case_", metavar="户")
@click.option("--full", is_flag=True, help="显示完整的证号与账号。")
@with_session
def show(session: Session, case_: str, full: bool) -> None:
    """查看一户：办到哪里、已知信息与卷内各件。"""
    workspace = session.workspace
    found = workspace.archive.read(workspace.find_case(case_))
    disagreeing = disagreement.find(workspace, found)
    session.emit(_as_json(found) | {"disagreeing": disagreement.as_json(disagreeing)})
    session.say(f"{found.number}  {found.category.label}  {found.applicant_name}  {_standing(found)}", "bold")
    session.say(
        f"立户 {found.opened_on}"
        + (
            f"，注销 {found.deregistered_on}（{found.deregistration_reason}）"
            if found.deregistered_on
            else ""
        )
    )
    if found.steps:
        session.table(
            ("序号", "日期", "环节", "办理人", "到达状态", "说明"),
            [
                (s.seq, f"{s.on} {s.at}".strip(), s.title, "、".join(s.by), s.after.label, s.reason)
                for s in found.steps
            ],
            title="已办环节",
        )
    for group in field_schema.GROUPS:
        rows = (
            known.rows(found.facts, group.key)
            if group.many
            else ((known.single(found.facts, group.key),) if known.single(found.facts, group.key) else ())
        )
        if not rows:
            continue
        if group.many:
            fields = [f for f in group.fields if any(f.key in r for r in rows)]
            session.table(
                [f.label for f in fields],
                [[_cell(f, r.get(f.key), full) for f in fields] for r in rows],
                title=group.label,
            )
        else:
            session.table(
                ("项目", "内容"),
                [(f.label, _cell(f, rows[0][f.key], full)) for f in group.fields if f.key in rows[0]],
                title=group.label,
            )
    session.table(
        ("件号", "文书（材料）", "状态", "页数", "归档时间", "文号", "来源"),
        [
            (
                r.no,
                r.title,
                _status(found, r),
                r.pages or "",
                r.filed_at[:16].replace("T", " "),
                r.doc_no,
                r.source_name,
            )
            for r in found.records.values()
        ],
        title="卷内各件",
    )
    disagreement.show(session, disagreeing, full=full)


def _status(found: Case, record: Record) -> str:
    newer = replaced_by(found, record)
    return f"{record.status.label}，由第 {newer.no} 件代替" if newer else record.status.label


def _standing(found: Case) -> str:
    """Say whether the case is open, and where it stands once steps are recorded."""
    if found.steps and found.state is not State.DEREGISTERED:
        return f"{found.status.label} · {found.state.label}"
    return found.status.label


def _cell(field: field_schema.Field, value: Value | None, full: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "、".join(value) if isinstance(value, tuple) else str(value)
    if not full and field.kind == "id":
        return mask_id(text)
    if not full and field.kind == "acct":
        return f"…{text[-4:]}"
    return text


def _as_json(found: Case) -> dict[str, Any]:
    return {
        "case": str(found.number),
        "category": found.category.value,
        "status": found.status.value,
        "state": found.state.value,
        "steps": [step_as_json(s) for s in found.steps],
        "opened_on": found.opened_on.isoformat(),
        "deregistered_on": found.deregistered_on.isoformat() if found.deregistered_on else None,
        "facts": known.to_plain(found.facts),
        "records": [
            {
                "record": r.no,
                "type": r.type,
                "title": r.title,
                "status": r.status.value,
                "filed_at": r.filed_at,
                "pages": r.pages,
                "doc_no": r.doc_no,
                "files": [{"path": f.path, "sha256": f.sha256, "size": f.size} for f in r.files],
                "signs": r.signs,
                "signed_by": r.signed_by,
                "replaced_by": newer.no if (newer := replaced_by(found, r)) else None,
                "source": r.source_name,
            }
            for r in found.records.values()
        ],
        "events": found.seq,
        "head": found.head,
    }


@case.command("list")
@click.option("--category", help="救助类别。")
@click.option("--status", type=click.Choice(["open", "deregistered", "在办", "已注销"]), help="状态。")
@click.option("--place", default="", help="村（社区）。")
@with_session
def list_(session: Session, category: str | None, status: str | None, place: str) -> None:
    """列出户档。"""
    wanted = {"在办": "open", "已注销": "deregistered"}.get(status or "", status or "")
    rows = session.workspace.index.cases(
        category=parse_category(category) if category else None, status=wanted, place=place
    )
    session.emit(
        [
            {
                "case": str(r.number),
                "applicant": r.applicant,
                "category": r.category.value,
                "status": r.status,
                "place": r.village,
                "opened_on": r.opened_on,
            }
            for r in rows
        ]
    )
    session.table(
        ("户号", "申请人", "类别", "村（社区）", "状态", "立户"),
        [
            (r.number, r.applicant, r.category.label, r.village, _STATUS.get(r.status, r.status), r.opened_on)
            for r in rows
        ],
    )
    session.say(f"共 {len(rows)} 户")


_STATUS = {"open": "在办", "deregistered": "已注销"}


@case.command()
@click.argument("case_", metavar="户")
@click.option("--on", "on", type=DAY, help="注销日期；默认今天。")
@click.option("--reason", required=True, help="注销原因，如 死亡、自愿退出、不再符合条件。")
@with_session
def deregister(session: Session, case_: str, on: dt.date | None, reason: str) -> None:
    """注销：保管期限自此起算，户档本身不动。"""
    from archivist.procedure.cases import deregister as do
    from archivist.rules.disposition.retention import retention

    workspace, by = session.workspace, session.by()
    closed = do(workspace, by, workspace.find_case(case_), on=on or by.today, reason=reason)
    period = retention(closed, workspace.pack)
    assert period is not None
    session.emit(
        {
            "case": str(closed.number),
            "deregistered_on": closed.deregistered_on,
            "keep_until": period.expires,
            "rule": str(period.rule.source),
        }
    )
    session.say(f"{closed.number} 已注销（{closed.deregistered_on}），至少保管至 {period.expires}", "green")
    session.say(f"依据：{period.rule.source}", "dim")
