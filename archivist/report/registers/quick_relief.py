"""小额快救: what was registered and granted at once in a month, and whether it was in time."""

from __future__ import annotations

from decimal import Decimal

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.fact_paths import FactPath
from archivist.model.step_ids import StepId
from archivist.report.register import ROWS, Register, RegisterRequest, blanks, in_order, total, who
from archivist.report.registers.registry import register
from archivist.rules import deadlines
from archivist.rules.rule_ids import RuleId


@register(DocumentId.QUICK_RELIEF_REGISTER)
def quick_relief_register(asked: RegisterRequest) -> Register:
    """Every household helped at once in the month: where, why, how much, within how many days.

    Source: 《关于进一步健全完善临时救助制度的意见》「直接登记救助对象、事由、金额等信息」「办理时限一般不超过3天」.
    """
    rows = []
    for house in asked.houses:
        granted = house.step(StepId.QUICK_RELIEF, within=asked.period)
        if granted is None:
            continue
        received, paid = house.step(StepId.SUBMIT), house.step(StepId.PAY)
        limit = deadlines.find(house.case, asked.pack, RuleId.TEMP_QUICK_TIME)
        late = limit is not None and limit.due is not None and granted.on > limit.due.day
        amount = house.fact(FactPath.BENEFIT_AMOUNT)
        rows.append(
            who(house)
            | {
                "place": house.fact(FactPath.APPLICATION_EVENT_PLACE),
                "cause": house.fact(FactPath.APPLICATION_EVENT),
                "amount": Decimal(amount) if amount else None,
                "received": received.on if received else None,
                "decided": granted.on,
                "days": (granted.on - received.on).days if received else None,
                "in_time": "" if limit is None else "逾期" if late else "按时",
                "paid_on": paid.on if paid and paid.on <= asked.period.last else None,
                "explained": "已补充" if house.step(StepId.EXPLAIN_RELIEF) else "",
            }
        )
    rows = in_order(rows)
    found = Register({ROWS: rows}, {ROWS: {"amount": FieldPath.REGISTER_TOTAL}})
    found.values |= {FieldPath.REGISTER_COUNT: len(rows), FieldPath.REGISTER_TOTAL: total(rows, "amount")}
    if blanks(rows, "paid_on"):
        found.notes.append("发放日期空白的，本月末还没有登记发放。")
    return found
