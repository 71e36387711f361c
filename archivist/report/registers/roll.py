"""Who is on the roll: the monthly roster, and the ledger that agrees with the list of payments."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from enum import StrEnum

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.fact_paths import FactPath
from archivist.model.household import TEMPORARY
from archivist.model.step_ids import GRANTING, StepId
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
from archivist.report.registers.reviews import reviews_due
from archivist.rules.ages import NeedLines
from archivist.rules.disposition import arrangement
from archivist.rules.rule_days import RuleDays


@register(DocumentId.MONTHLY_ROSTER, one_month=True)
def monthly_roster(asked: RegisterRequest) -> Register:
    """Who is on the roll at the end of the month, and who left it in the month, with what changed."""
    lines = NeedLines.of(asked.pack, RuleDays.alike(asked.period.last))
    rows = [row for h in asked.houses if (row := _roster_row(h, asked.period, lines))]
    rows = in_order(r for r in rows if r["on_roll"]) + in_order(r for r in rows if not r["on_roll"])
    here = [r for r in rows if r["on_roll"]]
    found = Register(
        {ROWS: rows}, {ROWS: {"persons": FieldPath.REGISTER_PERSONS, "amount": FieldPath.REGISTER_TOTAL}}
    )
    changes = Counter(r["change"] for r in rows)
    found.values |= {
        FieldPath.REGISTER_HOUSEHOLDS: len(here),
        FieldPath.REGISTER_PERSONS: count(here, "persons"),
        FieldPath.REGISTER_TOTAL: total(here, "amount"),
        FieldPath.REGISTER_ENTERED: changes[RollChange.ENTERED] + changes[RollChange.ONCE],
        FieldPath.REGISTER_GONE: len(rows) - len(here),
    }
    if missing := blanks(here, "amount"):
        found.notes.append(f"{missing}户保障金额空白：没有登记金额，或变更后没有登记起发年月。")
    if any(r["change"] is RollChange.STOPPED for r in rows):
        found.notes.append("停发户仍在册，停发期间不计保障金额。")
    found.doubts += [
        f"{r['number']}：没有登记保障金额或变更后的起发年月" for r in here if r["amount"] is None
    ]
    numbers = {r["number"] for r in here}
    on_roll = [h for h in asked.houses if str(h.case.number) in numbers]
    otherwise = paid_otherwise(on_roll, asked)
    found.notes += counted(otherwise)
    found.doubts += [f"{number}：{words}" for number, how in otherwise.items() for words in how]
    found.doubts += across_households(on_roll, asked)
    return found


def _roster_row(house: HouseholdHistory, period: Period, lines: NeedLines) -> Row | None:
    on_roll = house.on_roll(period.last) or (house.case.category in TEMPORARY and house.entered(period))
    gone = house.exit_in(period)
    if not on_roll and gone is None:
        return None
    term = house.term(period.month)
    decided = house.step(*GRANTING)
    paper = house.record(DocumentId.CONFIRMATION_DECISION)
    change, stopped = _change(house, period, left=gone is not None)
    amount = term.amount if term else None
    found = set[str]().union(*house.classes(period.last, lines))
    account = house.fact(FactPath.ACCOUNT_NUMBER)
    return who(house) | {
        "id_number": house.fact(FactPath.APPLICANT_ID_NUMBER),
        "persons": house.persons(period.month) if on_roll else None,
        "classes": "、".join(sorted(found, key=_class_order)),
        "income": term.income if term else None,
        "amount": None if gone is not None else _nothing(amount) if stopped else amount,
        "doc_no": paper.doc_no if paper else "",
        "decided": decided.on if decided else None,
        "start": term.start or None if term else None,
        "account": f"****{account[-4:]}" if account else "",
        "change": change,
        "on_roll": on_roll,
    }


def _nothing(amount: object) -> Decimal | None:
    return ZERO if amount is not None else None


def _class_order(name: str) -> int:
    return ("老年人", "未成年人", "重度残疾", "重病").index(name)


class RollChange(StrEnum):
    """What a month changed for a household on the roll."""

    NONE = ""
    ENTERED = "新增"
    ONCE = "一次性"
    LEFT = "退出"
    STOPPED = "停发"
    RESUMED = "恢复"
    RAISED = "增发"
    LOWERED = "减发"
    OTHER = "变更"


def _change(house: HouseholdHistory, period: Period, *, left: bool) -> tuple[RollChange, bool]:
    """Return what the month changed, and whether the payment is stopped at its end."""
    stopped = house.state(period.last).value == "suspended"
    if left:
        return RollChange.LEFT, True
    if house.case.category in TEMPORARY:
        return RollChange.ONCE, False
    if house.entered(period):
        return RollChange.ENTERED, False
    if stopped:
        return RollChange.STOPPED, True
    if house.steps(StepId.RESUME, within=period):
        return RollChange.RESUMED, False
    if not house.steps(StepId.CHANGE, within=period):
        return RollChange.NONE, False
    terms = list(house.terms)
    before = house.term(f"{period.eve:%Y-%m}")
    after = terms[terms.index(before) + 1 :][:1] if before in terms else []
    if before and after and before.amount is not None and after[0].amount is not None:
        if after[0].amount > before.amount:
            return RollChange.RAISED, False
        if after[0].amount < before.amount:
            return RollChange.LOWERED, False
    return RollChange.OTHER, False


@register(DocumentId.HOUSEHOLD_LEDGER, one_month=True, heading=FieldPath.LEDGER_MONTH)
def household_ledger(asked: RegisterRequest) -> Register:
    """Who is on the roll, with amount, account and review: agrees line by line with the list of payments."""
    rows = []
    for house in asked.houses:
        if not house.on_roll(asked.period.last):
            continue
        term = house.term(asked.period.month)
        account = house.fact(FactPath.ACCOUNT_NUMBER)
        reviewed = [s for s in house.steps(StepId.REVIEWED, StepId.CHANGE) if s.on <= asked.period.last]
        due = next((o.due for o in reviews_due(house, asked.pack) if o.due), None)
        rows.append(
            who(house)
            | {
                "members": house.persons(asked.period.month),
                "amount": term.amount if term and house.paid_in(asked.period) else None,
                "start": term.start or None if term else None,
                "end": term.end or None if term else None,
                "account": f"****{account[-4:]}" if account else "",
                StepId.REVIEWED: reviewed[-1].on if reviewed else None,
                "due": due.day if due else None,
                "file_no": arrangement.archive_no(house.case),
                "status": house.state(asked.period.last).label,
            }
        )
    rows = in_order(rows)
    found = Register(
        {FieldPath.LEDGER_ROWS: rows},
        {FieldPath.LEDGER_ROWS: {"members": FieldPath.LEDGER_PERSONS, "amount": FieldPath.LEDGER_TOTAL}},
    )
    found.values |= {
        FieldPath.LEDGER_HOUSEHOLDS: len(rows),
        FieldPath.LEDGER_PERSONS: count(rows, "members"),
        FieldPath.LEDGER_TOTAL: total(rows, "amount"),
    }
    if blanks(rows, "amount"):
        found.notes.append("月金额空白的，当月不在发放之列，或金额、起发年月没有登记。")
    return found
