"""The rows of what is paid: the list of payments, temporary assistance, its reserve fund, money claimed back."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.chinese import money_in_words, parse_date, parse_money
from archivist.model.fact_paths import FactPath
from archivist.model.ids import Category
from archivist.model.step_ids import GRANTING, StepId
from archivist.report.case_history import TEMPORARY, Household
from archivist.report.query import Period
from archivist.report.register import ROWS, ZERO, Asked, Register, Row, blanks, count, in_order, total, who

LIVING: Final = (Category.DB, Category.TK)
"""Nobody may be paid two of these."""


# ── the list of payments ─────────────────────────────────────────────────────────────────────────────────
def fund_disbursement_detail(asked: Asked) -> Register:
    """Who is paid for the month, how much, into which account; temporary assistance on the day it was paid."""
    rows: list[Row] = []
    found = Register({})
    for house in asked.houses:
        row = _payment(house, asked.period, found.doubts)
        if row:
            rows.append(_with_account(house, row, found.doubts))
    rows = in_order(rows)
    found.values = {
        ROWS: rows,
        FieldPath.REGISTER_HOUSEHOLDS: len(rows),
        FieldPath.REGISTER_PERSONS: count(rows, "persons"),
        FieldPath.REGISTER_DUE: total(rows, "due"),
        FieldPath.REGISTER_BACK: total(rows, "back"),
        FieldPath.REGISTER_PAID: total(rows, "paid"),
        FieldPath.REGISTER_PAID_CN: money_in_words(total(rows, "paid")),
    }
    found.feet = {
        ROWS: {
            "persons": FieldPath.REGISTER_PERSONS,
            "due": FieldPath.REGISTER_DUE,
            "back": FieldPath.REGISTER_BACK,
            "paid": FieldPath.REGISTER_PAID,
        }
    }
    if blanks(rows, "paid"):
        found.notes.append("实发空白的，金额或变更后的起发年月没有登记，未计入合计。")
    found.notes.append(
        "扣减由人工填写，实发为应发与补发之和；有扣减的，相应改写实发和合计。"
        "当月作出停发、终止决定的，当月仍列，次月起不列。"
    )
    found.doubts += _twice(rows)
    return found


def _payment(house: Household, period: Period, doubts: list[str]) -> Row | None:
    case = house.case
    if case.category in TEMPORARY:
        paid = [p for p in payouts(house) if p[0] in period]
        if not paid:
            return None
        amounts = [amount for _, amount, _ in paid]
        due = None if None in amounts else sum((a for a in amounts if a is not None), ZERO)
        return _line(house, period.month, None, due, None)
    if not house.paid_in(period):
        if house.paid_from_roll(period.last) and not any(t.start for t in house.terms):
            doubts.append(f"{case.number}：已列入发放，但没有登记起发年月，未列入本表")
        return None
    term = house.term(period.month)
    amount = term.amount if term else None
    late, back = house.arrears(period)
    if late:
        doubts.append(f"{case.number}：补发 {late[0]} 至 {late[-1]} 共 {len(late)} 个月，须核实以前没有发过")
    if amount is None:
        doubts.append(f"{case.number}：没有登记金额或变更后的起发年月，应发空白")
    death = house.step(StepId.REPORT_DEATH)
    if death and death.on <= period.last and not _settled(house, death.seq, period.last):
        doubts.append(f"{case.number}：已得知有人死亡，尚未作出处理，发放前须核实")
    return _line(house, period.month, term.standard if term else None, amount, back)


def _settled(house: Household, seq: int, on: dt.date) -> bool:
    return any(
        s.seq > seq
        and s.on <= on
        and s.id in (StepId.REVIEWED, StepId.CHANGE, StepId.SUSPEND, StepId.TERMINATE)
        for s in house.case.steps
    )


def _line(
    house: Household, month: str, standard: Decimal | None, due: Decimal | None, back: Decimal | None
) -> Row:
    return who(house) | {
        "id_number": house.fact(FactPath.APPLICANT_ID_NUMBER),
        "persons": house.persons(month),
        "standard": standard,
        "due": due,
        "back": back or None,
        "deduct": None,
        "paid": None if due is None else due + (back or ZERO),
    }


def _with_account(house: Household, row: Row, doubts: list[str]) -> Row:
    number = house.fact(FactPath.ACCOUNT_NUMBER)
    if not number:
        doubts.append(f"{house.case.number}：没有登记银行账户")
    elif 16 <= len(number) <= 19 and not _luhn(number):
        doubts.append(f"{house.case.number}：银行账号校验位不符，请核对")
    return row | {
        "bank": house.fact(FactPath.ACCOUNT_BANK),
        "holder": house.fact(FactPath.ACCOUNT_HOLDER),
        "account": number,
        "nature": house.fact(FactPath.ACCOUNT_NATURE),
    }


def _luhn(number: str) -> bool:
    digits = [int(d) for d in reversed(number)]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _twice(rows: Sequence[Row]) -> list[str]:
    """Name the cases whose applicant is paid twice: the same category, or both 低保 and 特困."""
    living = {c.label for c in LIVING}
    keys = [(r["id_number"], "生活" if r["category"] in living else r["category"]) for r in rows]
    often = Counter(k for k in keys if k[0])
    return [
        f"{r['number']}：同一证件号在本表中不止一次" for r, k in zip(rows, keys, strict=True) if often[k] > 1
    ]


# ── temporary assistance ─────────────────────────────────────────────────────────────────────────────────
def payouts(house: Household) -> Iterator[tuple[dt.date, Decimal | None, str]]:
    """Yield what was paid of temporary assistance: day, amount, 先行救助 or 发放.

    What was advanced is part of what is decided afterwards and is not paid again.
    """
    advanced = ZERO
    for step in house.case.steps:
        if step.id == StepId.ADVANCE:
            amount = parse_money(str(step.values["amount"])) if step.values.get("amount") else None
            advanced += amount or ZERO
            yield step.on, amount, "先行救助"
        elif step.id == StepId.PAY:
            decided = house.fact(FactPath.BENEFIT_AMOUNT)
            rest = Decimal(decided) - advanced if decided else None
            if rest is None or rest > 0 or not advanced:
                yield step.on, rest, "发放"


_ADVANCE_NOTE: Final = "决定金额包含先行救助金额，发放时已经扣除。"


def temp_assistance_monthly_summary(asked: Asked) -> Register:
    """Temporary assistance granted or advanced in the month."""
    rows = []
    for house in asked.houses:
        if house.case.category not in TEMPORARY:
            continue
        decided, advance = (
            house.step(*GRANTING, within=asked.period),
            house.step(StepId.ADVANCE, within=asked.period),
        )
        if decided is None and advance is None:
            continue
        advance = advance or house.step(StepId.ADVANCE)
        papers = house.step(StepId.PAPERWORK)
        paper = house.record(DocumentId.CONFIRMATION_DECISION)
        amount = house.fact(FactPath.BENEFIT_AMOUNT)
        rows.append(
            who(house)
            | {
                "id_number": house.fact(FactPath.APPLICANT_ID_NUMBER),
                "cause": house.fact(FactPath.APPLICATION_EVENT) or house.fact(FactPath.APPLICATION_CAUSE),
                "persons": (house.persons(asked.period.month)) if decided else None,
                "amount": Decimal(amount) if decided and amount else None,
                "decided": decided.on if decided else None,
                "doc_no": paper.doc_no if paper and decided else "",
                "advanced": _advanced(advance.values.get("amount")) if advance else None,
                "advanced_on": advance.on if advance else None,
                "papers_on": papers.on if papers and papers.on <= asked.period.last else None,
                "in_month": bool(advance and advance.on in asked.period),
            }
        )
    rows = in_order(rows)
    first = [r for r in rows if r["in_month"]]
    granted = [r for r in rows if r["decided"]]
    found = Register(
        {ROWS: rows}, {ROWS: {"persons": FieldPath.REGISTER_PERSONS, "amount": FieldPath.REGISTER_TOTAL}}
    )
    found.values |= {
        FieldPath.REGISTER_GRANTED: len(granted),
        FieldPath.REGISTER_PERSONS: count(rows, "persons"),
        FieldPath.REGISTER_TOTAL: total(rows, "amount"),
        FieldPath.REGISTER_ADVANCES: len(first),
        FieldPath.REGISTER_COMPLETED: sum(r["papers_on"] is not None for r in first),
    }
    if any(r["advanced_on"] for r in rows):
        found.notes.append(_ADVANCE_NOTE)
    if blanks(granted, "amount"):
        found.notes.append("救助金额空白的，户档没有登记金额，未计入合计。")
    return found


def _advanced(value: object) -> Decimal | None:
    return parse_money(str(value)) if value else None


def reserve_fund_report(asked: Asked) -> Register:
    """What was paid of temporary assistance in the period; the balances are the clerk's to tell."""
    rows = []
    for house in asked.houses:
        if house.case.category in TEMPORARY:
            rows += [
                who(house) | {"paid_on": on, "amount": amount, "kind": kind}
                for on, amount, kind in payouts(house)
                if on in asked.period
            ]
    rows.sort(key=lambda r: (r["paid_on"], r["number"]))
    spent = total(rows, "amount")
    found = Register({ROWS: rows}, {ROWS: {"amount": FieldPath.REGISTER_SPENT}})
    found.values |= {
        FieldPath.REGISTER_COUNT: len(rows),
        FieldPath.REGISTER_SPENT: spent,
        FieldPath.REGISTER_SPENT_CN: money_in_words(spent),
    }
    if any(r["kind"] == "先行救助" for r in rows):
        found.notes.append(_ADVANCE_NOTE)
    found.doubts += [f"{r['number']}：没有登记金额，未计入本期支出" for r in rows if r["amount"] is None]
    return found


def balance(register: Register, told: Mapping[str, str]) -> None:
    """Add what follows from the balance the period began with and from the sum applied for, as the clerk tells them."""
    if opening := told.get(FieldPath.RESERVE_OPENING):
        closing = parse_money(opening) - register.values[FieldPath.REGISTER_SPENT]
        if closing >= 0:
            register.values[FieldPath.RESERVE_CLOSING] = closing
        else:
            register.doubts.append(f"本期支出超过期初余额 {-closing} 元，期末余额须人工核实")
    if amount := told.get(FieldPath.RESERVE_AMOUNT):
        register.values[FieldPath.RESERVE_AMOUNT_CN] = money_in_words(parse_money(amount))


# ── money claimed back ───────────────────────────────────────────────────────────────────────────────────
def recovery_register(asked: Asked) -> Register:
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
        cells = [re.split(r"\s*[|｜\t]\s*", line.strip()) for line in rows.splitlines() if line.strip()]
        claims = [row[3] for row in cells if len(row) > 3]
    else:
        claims = [row.get("excess") or row.get("应退金额") for row in rows or ()]
    amounts = [parse_money(str(c)) for c in claims if c not in (None, "")]
    return sum(amounts, ZERO) if amounts else None
