"""Money claimed back: every claim, what came back, what is still owed; a notice without a step is for the pen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.chinese import parse_date, parse_money
from archivist.model.record import Record
from archivist.model.step_ids import StepId
from archivist.model.values import table_cells
from archivist.report.case_history import HouseholdHistory
from archivist.report.register import ROWS, ZERO, Register, RegisterRequest, Row, blanks, in_order, total, who
from archivist.report.registers.registry import register
from archivist.rules.recoveries import MoneyClaim, recoveries


@register(DocumentId.RECOVERY_REGISTER, period="on")
def recovery_register(asked: RegisterRequest) -> Register:
    """Every claim made down to the day, with what came back by then; notices issued without the step as they stand."""
    rows = [row for house in asked.houses for row in _rows(house, asked.period.last)]
    rows = in_order(rows)
    found = Register({ROWS: rows}, {ROWS: {"due": FieldPath.REGISTER_DUE}})
    found.values |= {FieldPath.REGISTER_COUNT: len(rows), FieldPath.REGISTER_DUE: total(rows, "due")}
    if blanks(rows, "repaid"):
        found.notes.append("已退金额、余额空白的，没有登记“作出追缴决定”，由财务人员逐笔填写。")
    if blanks(rows, "due"):
        found.notes.append("应退金额空白的，通知书是收取的扫描件，系统不知其金额。")
    return found


def _rows(house: HouseholdHistory, last: dt.date) -> Iterator[Row]:
    notices = [
        (issued, record)
        for record in house.case.records_of(DocumentId.RECOVERY_NOTICE)
        if not record.signs and (issued := _issued(record)) <= last
    ]
    claims = [claim for claim in recoveries(house.case) if claim.claimed.on <= last]
    first = claims[0].claimed.seq if claims else None
    for issued, record in notices:
        if first is None or record.seq < first:
            yield who(house) | _by_notice(issued, record)
    for claim, following in pairwise((*claims, None)):
        assert claim is not None
        until = following.claimed.seq if following else None
        own = [
            (issued, record)
            for issued, record in notices
            if record.seq > claim.claimed.seq and (until is None or record.seq < until)
        ]
        yield who(house) | _by_claim(claim, own[-1] if own else None, last)


def _issued(record: Record) -> dt.date:
    return dt.date.fromisoformat(str(record.data.get("date") or record.filed_at[:10]))


def _by_claim(claim: MoneyClaim, notice: tuple[dt.date, Record] | None, last: dt.date) -> Row:
    paid = [step for step in claim.payments if step.on <= last]
    repaid = sum((Decimal(str(step.values["amount"])) for step in paid), ZERO)
    return {
        "doc_no": notice[1].doc_no if notice else "",
        "issued": notice[0] if notice else claim.claimed.on,
        "due": claim.amount,
        "deadline": claim.due_on,
        "repaid_on": paid[-1].on if paid else None,
        "repaid": repaid,
        "voucher": "、".join(str(v) for step in paid if (v := step.values.get("voucher"))),
        "balance": claim.amount - repaid,
        "status": _status(claim, last),
    }


def _status(claim: MoneyClaim, last: dt.date) -> str:
    if claim.ended and claim.ended.on <= last:
        return "已退清" if claim.ended.id == StepId.REPAY_ALL else "办结，未退清"
    for step, words in ((claim.enforced, "已申请执行"), (claim.urged, "已催告")):
        if step and step.on <= last:
            return words
    return "逾期" if claim.due_on < last else "退款中"


def _by_notice(issued: dt.date, record: Record) -> Row:
    given = record.data.get("given", {})
    told = given.get(FieldPath.RECOVERY_DUE_ON)
    return {
        "doc_no": record.doc_no,
        "issued": issued,
        "due": _claimed(given),
        "deadline": parse_date(str(told)) if told else None,
        "repaid_on": None,
        "repaid": None,
        "voucher": "",
        "balance": None,
        "status": record.status.label,
    }


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
