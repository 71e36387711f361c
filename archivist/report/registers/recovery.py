"""Money claimed back: every notice, and what it claims."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.chinese import parse_date, parse_money
from archivist.model.values import table_cells
from archivist.report.register import ROWS, ZERO, Register, RegisterRequest, blanks, in_order, total, who
from archivist.report.registers.registry import register


@register(DocumentId.RECOVERY_REGISTER, period="on")
def recovery_register(asked: RegisterRequest) -> Register:
    """Every notice to pay money back issued down to the day; what came back is for the cashier's pen."""
    rows = []
    for house in asked.houses:
        for record in house.case.records_of(DocumentId.RECOVERY_NOTICE):
            issued = dt.date.fromisoformat(str(record.data.get("date") or record.filed_at[:10]))
            if issued > asked.period.last or record.signs:
                continue
            given = record.data.get("given", {})
            rows.append(
                who(house)
                | {
                    "doc_no": record.doc_no,
                    "issued": issued,
                    "due": _claimed(given),
                    "deadline": parse_date(str(told))
                    if (told := given.get(FieldPath.RECOVERY_DUE_ON))
                    else None,
                    "status": record.status.label,
                }
            )
    rows = in_order(rows)
    found = Register({ROWS: rows}, {ROWS: {"due": FieldPath.REGISTER_DUE}})
    found.values |= {FieldPath.REGISTER_COUNT: len(rows), FieldPath.REGISTER_DUE: total(rows, "due")}
    found.notes.append("已退金额、日期、凭证号和余额由财务人员逐笔填写。")
    if blanks(rows, "due"):
        found.notes.append("应退金额空白的，通知书是收取的扫描件，系统不知其金额。")
    return found


def _claimed(given: Mapping[str, Any]) -> Decimal | None:
    """Return what a notice claims: the sum that was told, else that of its lines (column 应退)."""
    if told := given.get(FieldPath.RECOVERY_AMOUNT):
        return parse_money(str(told))
    rows = given.get(FieldPath.RECOVERY_ROWS)
    if isinstance(rows, str):
        claims = [row[3] for row in table_cells(rows) if len(row) > 3]
    else:
        claims = [row.get("excess") or row.get("应退金额") for row in rows or ()]
    amounts = [parse_money(str(c)) for c in claims if c not in (None, "")]
    return sum(amounts, ZERO) if amounts else None
