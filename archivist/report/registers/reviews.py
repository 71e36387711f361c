"""Who was to be visited and was, and whose review falls due."""

from __future__ import annotations

import math
from fractions import Fraction

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.case import CaseStatus
from archivist.model.fact_paths import FactPath
from archivist.model.step_ids import REVIEWS, StepId
from archivist.report.case_history import HouseholdHistory
from archivist.report.register import ROWS, Register, RegisterRequest, Row, who
from archivist.report.registers.registry import register
from archivist.rules import deadlines
from archivist.rules.pack import Pack
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId


@register(DocumentId.MONTHLY_VISIT_SUMMARY, one_month=True)
def monthly_visit_summary(asked: RegisterRequest) -> Register:
    """By village: who was to be visited in the month, who was, and what the share demands (rounded up)."""
    rule = asked.pack.find(RuleId.VISIT_MONTHLY_RATIO, None, RuleDays.alike(asked.period.last))
    wanted = rule.categories if rule else ()
    base = [
        h
        for h in asked.houses
        if h.state(asked.period.last).value in ("in_benefit", "reviewing")
        and (not wanted or h.case.category.value in wanted)
    ]
    seen = {h.case.number for h in base if h.steps(StepId.VISIT, within=asked.period)}
    rows: list[Row] = []
    for village in sorted({h.fact(FactPath.APPLICANT_VILLAGE) for h in base}):
        those = [h for h in base if h.fact(FactPath.APPLICANT_VILLAGE) == village]
        visited = sum(h.case.number in seen for h in those)
        rows.append(
            {
                "village": village or "（村社区未登记）",
                "base": len(those),
                "visited": visited,
                "rate": percent(visited, len(those)),
            }
        )
    found = Register(
        {ROWS: rows}, {ROWS: {"base": FieldPath.REGISTER_BASE, "visited": FieldPath.REGISTER_VISITED}}
    )
    need = rule.share_of(len(base)) if rule else None
    found.values |= {
        FieldPath.REGISTER_BASE: len(base),
        FieldPath.REGISTER_VISITED: len(seen),
        FieldPath.REGISTER_RATE: percent(len(seen), len(base)),
        FieldPath.REGISTER_SHARE: percent(Fraction(str(rule.value)), 1) if rule else "",
        FieldPath.REGISTER_REQUIRED: need,
        FieldPath.REGISTER_REACHED: "" if need is None else "是" if len(seen) >= need else "否",
    }
    found.nil = {FieldPath.REGISTER_RATE: "—"}
    if rule is None:
        found.notes.append("本地没有规定每月入户走访的比例。")
    elif need is not None and len(seen) < need:
        found.doubts.append(f"走访{len(seen)}户，少于应走访的{need}户，须填写未达标原因")
    return found


def percent(part: int | Fraction, whole: int) -> str:
    """Return a share as ``33.3%``, half a tenth rounded up; empty of nothing."""
    if not whole:
        return ""
    tenths = math.floor(Fraction(part) / whole * 1000 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}%"


@register(DocumentId.REVIEW_DUE_LIST, ahead=True)
def review_due_list(asked: RegisterRequest) -> Register:
    """Whose review falls due down to the last day of the period, and is not begun; overdue ones first."""
    rows = [
        who(house)
        | {
            "cycle": house.fact(FactPath.BENEFIT_REVIEW_CYCLE) or duty.rule.title,
            StepId.REVIEWED: duty.started.on,
            "last": duty.started.title,
            "due": duty.due.day,
        }
        for house in asked.houses
        if house.case.status is CaseStatus.OPEN
        for duty in reviews_due(house, asked.pack)
        if duty.due and duty.started and duty.due.day <= asked.period.last
    ]
    rows.sort(key=lambda r: (r["due"], r["number"]))
    found = Register({ROWS: rows})
    found.values |= {
        FieldPath.REGISTER_HOUSEHOLDS: len({r["number"] for r in rows}),
        FieldPath.REGISTER_OVERDUE: sum(r["due"] < asked.period.first for r in rows),
    }
    return found


def reviews_due(house: HouseholdHistory, pack: Pack) -> list[deadlines.Obligation]:
    """Return the running time limits of a case that end in a review."""
    return [
        o
        for o in deadlines.running(house.case, pack)
        if DocumentId.PERIODIC_REVIEW_FORM in o.rule.documents and set(o.rule.ends) & set(REVIEWS)
    ]
