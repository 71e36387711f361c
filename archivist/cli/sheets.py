"""``archivist report`` for what is issued sheet by sheet: a notice for each village's board, the minutes of each meeting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivist.cli.session import Session
from archivist.doctypes.field_paths import FieldPath
from archivist.model.chinese import format_date

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType, FieldSpec
    from archivist.issuing.case_documents import Refused
    from archivist.issuing.office_documents import Issued, Planned
    from archivist.report import Found, Period


@dataclass(frozen=True, slots=True)
class Wish:
    """How the sheets are wanted; see the options of ``report``."""

    on: dt.date
    xlsx: bool
    pdf: bool
    out: Path | None
    dry_run: bool


def notices(
    session: Session,
    document: DocumentType,
    found: Found,
    period: Period,
    told: Mapping[str, str],
    wish: Wish,
) -> int:
    """Plan the notices of all who are to be listed, join them, and issue the sheets; returns the exit status."""
    from archivist.issuing.case_documents import plan
    from archivist.issuing.combined_notice import sheets
    from archivist.report.notice_members import listed

    pack = session.workspace.pack
    chosen = [h.case.number for h in found.houses if listed(document, h, pack, period, session.today())]
    todo = plan(session.workspace, session.by(), document, chosen, dict.fromkeys(chosen, told), on=wish.on)
    status = _issue(session, document, sheets(todo.documents), period, wish, found.unread, todo.refused)
    return todo.refused[0].error.exit_status if todo.refused else status


def minutes(
    session: Session,
    document: DocumentType,
    found: Found,
    period: Period,
    told: Mapping[str, str],
    wish: Wish,
) -> int:
    """Put together and issue the minutes of each meeting of the period; returns the exit status."""
    from archivist.issuing.office_documents import plan
    from archivist.report.minutes import NO, meetings, minutes_original
    from archivist.report.register import Asked
    from archivist.report.registers import given

    workspace = session.workspace
    asked = Asked(found.houses, workspace.pack, period, workspace.config.office, told)
    joined = []
    for name, meeting in meetings(asked):
        register = minutes_original(meeting)
        said = {**given(document, register), **{k: v for k, v in told.items() if k != NO}}
        planned = plan(workspace, document, said, on=wish.on)
        joined.append(replace(planned, name=name, doubts=(*planned.doubts, *register.doubts)))
    return _issue(session, document, joined, period, wish, found.unread)


def _issue(
    session: Session,
    document: DocumentType,
    joined: Sequence[Planned],
    period: Period,
    wish: Wish,
    unread: Sequence[str],
    refused: Sequence[Refused] = (),
) -> int:
    from archivist.cli.office import copy_out
    from archivist.issuing.office_documents import issue

    issued: list[Issued] = []
    for sheet in () if wish.dry_run else joined:
        beside = {".xlsx": _workbook(session, sheet, period)} if wish.xlsx else {}
        issued.append(issue(session.workspace, session.by(), sheet, pdf=wish.pdf, beside=beside))
        copy_out(issued[-1].files, wish.out)
    _show(session, document, period, joined, issued, unread, refused)
    return 1 if unread or any(s.doubts for s in joined) else 0


def _table(document: DocumentType) -> FieldSpec:
    """Return the table whose rows are households."""
    return next(f for f in document.fields if f.path in (FieldPath.PUBLICITY_ROWS, FieldPath.MINUTES_ITEMS))


def _rows(sheet: Planned) -> list[dict[str, Any]]:
    group, _, key = _table(sheet.document).path.partition(".")
    found = sheet.values[group]
    assert isinstance(found, dict)
    rows: list[dict[str, Any]] = found[key]
    return rows


def _workbook(session: Session, sheet: Planned, period: Period) -> bytes:
    from archivist.report import Register
    from archivist.report.sheet import workbook

    spec = _table(sheet.document)
    kinds = {c.key: c.kind for c in spec.columns}
    rows = [{k: _number(kinds.get(k, ""), v) for k, v in row.items()} for row in _rows(sheet)]
    office = session.workspace.config.office.name
    heads = (office, sheet.name, period.label, f"制表日期：{format_date(sheet.on)}")
    return workbook(sheet.document, Register({spec.path: rows}), [h for h in heads if h])


def _number(kind: str, text: str) -> object:
    """Return what a sheet can reckon with: printed amounts and counts as numbers again."""
    if kind == "money" and text:
        return Decimal(text.replace(",", ""))
    return int(text) if kind == "int" and text else text


def _show(
    session: Session,
    document: DocumentType,
    period: Period,
    joined: Sequence[Planned],
    issued: Sequence[Issued],
    unread: Sequence[str],
    refused: Sequence[Refused],
) -> None:
    session.emit(
        {
            "document": document.id,
            "title": document.title,
            "period": period.slug,
            "dry_run": not issued,
            "sheets": [{"name": s.name, "rows": _rows(s), "doubts": list(s.doubts)} for s in joined],
            "refused": [{"case": str(r.case), **r.error.as_json()} for r in refused],
            "unread": list(unread),
            "files": [str(p) for i in issued for p in i.files],
        }
    )
    if not joined:
        session.say(f"{document.title}（{period.label}）：没有应列的户，没有写入文件。")
    columns = [c for c in _table(document).columns if c.key != "n"]
    for sheet in () if issued else joined:
        session.table(
            [c.label for c in columns],
            [[row.get(c.key, "") for c in columns] for row in _rows(sheet)],
            title=f"{document.title}（{sheet.name}，{period.label}，试运行，未写入）",
        )
    for sheet, one in zip(joined, issued, strict=False):
        numbered = f"，{one.doc_no}" if one.doc_no else ""
        session.say(f"已编制 {one.title}（{sheet.name}），{len(_rows(sheet))} 户{numbered}", "green")
        for path in one.files:
            session.say(f"  {path}")
    if issued and document.public:
        session.say("本件供张贴；各户户档中的一份仍按户制发（archivist generate）。", "dim")
    for sheet in joined:
        for line in sheet.doubts:
            session.warn(f"待核：{line}")
    for one_refused in refused:
        session.warn(f"未列入 {one_refused.case}：{one_refused.error}（{one_refused.error.code}）")
    for line in unread:
        session.warn(f"未检：{line}")
