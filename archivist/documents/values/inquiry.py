"""What the papers of investigation print: income a head, what expenses take of it, how far somebody can care for himself.

Income, assets and expenses are reckoned in decimals, to the cent.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.registry import computes
from archivist.documents.values.resolve import computed
from archivist.model.fact_paths import FactPath
from archivist.model.household import household_size
from archivist.rules.rule_ids import RuleId

_CENT: Final = Decimal("0.01")


# ── means ────────────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.CALCULATION_MONTHLY)
def _monthly(context: DocumentContext) -> str | None:
    """(核定收入合计 − 扣减合计) ÷ 月数, never below nought; a deduction without an amount leaves it to the pen."""
    income = computed(context, FieldPath.CALCULATION_APPROVED)
    months = context.text(FieldPath.CALCULATION_MONTHS)
    less = [row.get("amount") for row in context.rows(FieldPath.CALCULATION_DEDUCTIONS)]
    if income is None or None in less or not months or int(months) < 1:
        return None
    left = Decimal(str(income)) - sum((Decimal(str(amount)) for amount in less), Decimal(0))
    return str(max(Decimal(0), left / int(months)).quantize(_CENT, ROUND_HALF_UP))


@computes(FieldPath.CALCULATION_PER_HEAD)
def _per_head(context: DocumentContext) -> str | None:
    """The income a head and month; what the file says already must agree with it."""
    stated, monthly = context.text(FactPath.BENEFIT_INCOME_PER_HEAD), _monthly(context)
    if monthly is None:
        return stated or None
    persons = household_size(context.case, context.on)
    found = (Decimal(monthly) / persons).quantize(_CENT, ROUND_HALF_UP)
    if stated and abs(Decimal(stated) - found) > _CENT:
        context.problems.append(f"核算的月人均收入 {found} 元与户档所载 {stated} 元不一致，请先核对更正")
    return str(found)


@computes(FieldPath.EXPENSE_RATIO)
def _share_of_income(context: DocumentContext) -> str | None:
    """支出占家庭总收入的比例, in per cent."""
    spent = computed(context, FieldPath.EXPENSE_OWN_SHARE)
    income = context.text(FieldPath.EXPENSE_INCOME)
    if spent is None or not income or not Decimal(income):
        return None
    return f"{(Decimal(str(spent)) * 100 / Decimal(income)).quantize(_CENT, ROUND_HALF_UP)}%"


# ── self-care ────────────────────────────────────────────────────────────────────────────────────────────
ABILITIES: Final = (
    FieldPath.ABILITY_EAT, FieldPath.ABILITY_DRESS, FieldPath.ABILITY_BED, FieldPath.ABILITY_TOILET,
    FieldPath.ABILITY_WALK, FieldPath.ABILITY_BATHE,
)  # fmt: skip
"""The six indicators of 特困人员认定办法第二十一条."""


@computes(FieldPath.ABILITY_UNABLE)
def _unable(context: DocumentContext) -> int | None:
    able = [context.given.get(path) for path in ABILITIES]
    return None if None in able else able.count(False)


@computes(FieldPath.ABILITY_CONCLUSION)
def _self_care(context: DocumentContext) -> str | None:
    """特困人员认定办法第二十二条: none, a few, or more of the indicators not reached."""
    unable, partial = _unable(context), context.rule_for(RuleId.SELF_CARE_PARTIAL)
    if unable is None or partial is None:
        return None
    return (
        "具备生活自理能力"
        if not unable
        else f"{'部分' if unable <= int(partial.value) else '完全'}丧失生活自理能力"
    )


@computes(FactPath.BENEFIT_CARE_GRADE)
def _care_grade(context: DocumentContext) -> str | None:
    unable, partial = _unable(context), context.rule_for(RuleId.SELF_CARE_PARTIAL)
    if unable is None or partial is None:
        return None
    return "全自理" if not unable else "半护理" if unable <= int(partial.value) else "全护理"
