"""The list of payments of a month: who is paid how much, into which account."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.chinese import money_in_words
from archivist.model.fact_paths import FactPath
from archivist.model.household import TEMPORARY
from archivist.model.ids import Category
from archivist.model.step_ids import StepId
from archivist.report.case_history import HouseholdHistory
from archivist.report.query import Period
from archivist.report.register import (
    ROWS,
    ZERO,
    Register,
    RegisterRequest,
    Row,
    across_households,
    blanks,
    count,
    counted,
    in_order,
    paid_otherwise,
    total,
    who,
)
from archivist.report.registers.registry import register
from archivist.report.registers.temporary import payouts
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId

LIVING: Final = (Category.DB, Category.TK)
"""Nobody may be paid two of these."""


@register(DocumentId.FUND_DISBURSEMENT_DETAIL, one_month=True)
def fund_disbursement_detail(asked: RegisterRequest) -> Register:
    """Who is paid for the month, how much, into which account; temporary assistance on the day it was paid."""
    rows: list[Row] = []
    paid: list[HouseholdHistory] = []
    found = Register({})
    for house in asked.houses:
        row = _payment(house, asked.period, found.doubts)
        if row:
            paid.append(house)
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
        "扣减由人工填写，实发为应发与补发之和；有扣减的，相应改写实发和合计。" + _stopping(asked)
    )
    listed = {house.case.number for house in paid}
    day = asked.period.last
    concerned = (
        h for h in asked.houses if h.case.number in listed or h.on_roll(day) or h.paid_from_roll(day)
    )
    otherwise = paid_otherwise(concerned, asked)
    found.notes += counted(otherwise)
    numbers = {str(number) for number in listed}
    found.doubts += [
        f"{number}：{words}{'' if number in numbers else '；未列入本表'}"
        for number, how in otherwise.items()
        for words in how
    ]
    found.doubts += [*_twice(rows), *across_households(paid, asked)]
    return found


def _stopping(asked: RegisterRequest) -> str:
    """Return from when who was stopped is no longer listed, as the rules of the month say."""
    rule = asked.pack.find(RuleId.PAY_STOP, None, RuleDays.alike(asked.period.last))
    match int(rule.value) if rule else 0:
        case 0:
            return "当月作出停发、终止决定的，当月起不列。"
        case 1:
            return "当月作出停发、终止决定的，当月仍列，次月起不列。"
        case months:
            return f"当月作出停发、终止决定的，其后第{months}个月起不列。"


def _payment(house: HouseholdHistory, period: Period, doubts: list[str]) -> Row | None:
    case = house.case
    if case.category in TEMPORARY:
        paid = [p for p in payouts(house) if p[0] in period]
        if not paid:
            return None
        amounts = [amount for _, amount, _ in paid]
        due = None if None in amounts else sum((a for a in amounts if a is not None), ZERO)
        return _line(house, period.month, None, due, None)
    if not house.paid_in(period):
        begin = next((t.start for t in house.terms if t.start), "")
        if house.paid_from_roll(period.last) and not begin:
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


def _settled(house: HouseholdHistory, seq: int, on: dt.date) -> bool:
    return any(
        s.seq > seq
        and s.on <= on
        and s.id in (StepId.REVIEWED, StepId.CHANGE, StepId.SUSPEND, StepId.TERMINATE)
        for s in house.case.steps
    )


def _line(
    house: HouseholdHistory, month: str, standard: Decimal | None, due: Decimal | None, back: Decimal | None
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


def _with_account(house: HouseholdHistory, row: Row, doubts: list[str]) -> Row:
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
