"""Temporary assistance: what was granted or advanced, and the reserve fund it is paid from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.chinese import money_in_words, parse_money
from archivist.model.fact_paths import FactPath
from archivist.model.household import TEMPORARY
from archivist.model.step_ids import GRANTING, StepId
from archivist.report.case_history import HouseholdHistory
from archivist.report.register import (
    ROWS,
    ZERO,
    Register,
    RegisterRequest,
    blanks,
    count,
    in_order,
    total,
    who,
)
from archivist.report.registers.registry import register


class Payout(StrEnum):
    """On what grounds temporary assistance was paid."""

    ADVANCED = "先行救助"
    PAID = "发放"


def payouts(house: HouseholdHistory) -> Iterator[tuple[dt.date, Decimal | None, Payout]]:
    """Yield what was paid of temporary assistance: day, amount, grounds.

    What was advanced is part of what is decided afterwards and is not paid again.
    """
    advanced = ZERO
    for step in house.case.steps:
        if step.id == StepId.ADVANCE:
            amount = parse_money(str(step.values["amount"])) if step.values.get("amount") else None
            advanced += amount or ZERO
            yield step.on, amount, Payout.ADVANCED
        elif step.id == StepId.PAY:
            decided = house.fact(FactPath.BENEFIT_AMOUNT)
            rest = Decimal(decided) - advanced if decided else None
            if rest is None or rest > 0 or not advanced:
                yield step.on, rest, Payout.PAID


_ADVANCE_NOTE: Final = "决定金额包含先行救助金额，发放时已经扣除。"


@register(DocumentId.TEMP_ASSISTANCE_MONTHLY_SUMMARY)
def temp_assistance_monthly_summary(asked: RegisterRequest) -> Register:
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


@register(DocumentId.RESERVE_FUND_REPORT)
def reserve_fund_report(asked: RegisterRequest) -> Register:
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
    if any(r["kind"] is Payout.ADVANCED for r in rows):
        found.notes.append(_ADVANCE_NOTE)
    found.doubts += [f"{r['number']}：没有登记金额，未计入本期支出" for r in rows if r["amount"] is None]
    _balance(found, asked.told)
    return found


def _balance(found: Register, told: Mapping[str, str]) -> None:
    """Add what follows from the balance the period began with and from the sum applied for, as the clerk tells them."""
    if opening := told.get(FieldPath.RESERVE_OPENING):
        closing = parse_money(opening) - found.values[FieldPath.REGISTER_SPENT]
        if closing < 0:
            found.doubts.append(f"本期支出超过期初余额 {-closing} 元，期末余额须人工核实")
        elif FieldPath.RESERVE_CLOSING not in told:
            found.values[FieldPath.RESERVE_CLOSING] = closing
    if (amount := told.get(FieldPath.RESERVE_AMOUNT)) and FieldPath.RESERVE_AMOUNT_CN not in told:
        found.values[FieldPath.RESERVE_AMOUNT_CN] = money_in_words(parse_money(amount))
