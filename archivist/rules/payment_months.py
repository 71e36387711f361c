"""From which month something is paid, more or less is paid, nothing is paid any more; and who is paid otherwise than that.

Months are ``YYYY-MM``. A row in 月末 with the value 1 says: from the month after that of the decision (次月).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from archivist.model.case import Case, CaseStatus
from archivist.model.fact_paths import FactPath
from archivist.model.ids import Category
from archivist.model.states import State, StepTaken
from archivist.model.step_ids import GRANTING, REVIEWS, StepId
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import RuleId
from archivist.rules.unit import Unit
from archivist.rules.work_calendar import add_months

DECIDING: Final = (*GRANTING, StepId.CHANGE, StepId.RESUME, StepId.GRADUAL_EXIT)
"""Steps that decide how much is paid."""


def first_month(case: Case, pack: Pack, granted: dt.date | None) -> tuple[str, Rule] | None:
    """Return the first month paid for, ``YYYY-MM``, with the row that says so; ``None`` where none does.

    Args:
        case: the household.
        pack: its rules.
        granted: the day of the decision; of 残疾人两项补贴 the day of the application counts instead.
    """
    if case.category is Category.CJ:
        rule_id, since = RuleId.DISABILITY_PAYSTART, _applied_on(case)
    else:
        rule_id, since = RuleId.PAY_START, granted
    rule = pack.rule_for(rule_id, case, since) if since else None
    if rule is None or since is None or rule.unit is not Unit.MONTH_END:
        return None
    return _month(since, rule), rule


def _applied_on(case: Case) -> dt.date | None:
    told = case.fact(FactPath.APPLICATION_DATE) or case.fact(FactPath.APPLICATION_RECEIVED_ON)
    if told:
        return dt.date.fromisoformat(str(told))
    submitted = case.step(StepId.SUBMIT)
    return submitted.on if submitted else None


def month_by(rule_id: RuleId, case: Case, pack: Pack, decided: dt.date) -> tuple[str, Rule] | None:
    """Return the month from which a decision counts for payments, with the row that says so; ``None`` where none does.

    Args:
        rule_id: ``PAY_STOP`` or ``PAY_CHANGE``.
        case: the household.
        pack: its rules.
        decided: the day of the decision.
    """
    rule = pack.rule_for(rule_id, case, decided)
    return (_month(decided, rule), rule) if rule else None


def _month(since: dt.date, rule: Rule) -> str:
    return f"{add_months(since.replace(day=1), int(rule.value)):%Y-%m}"


# ── who is paid otherwise ────────────────────────────────────────────────────────────────────────────────
def deviations(case: Case, pack: Pack, on: dt.date) -> list[str]:
    """Return how a household is paid otherwise than rules and decisions say, each with both; nothing before it is granted.

    Args:
        case: the household.
        pack: its rules.
        on: civil day; what begins in a later month is no deviation yet.
    """
    granted = case.step(*GRANTING)
    if granted is None:
        return []
    return [*_start(case, pack, granted), *_amount(case), *_unpaid(case, pack, granted, on)]


def _start(case: Case, pack: Pack, granted: StepTaken) -> Iterator[str]:
    told, lawful = first_told(case), first_month(case, pack, granted.on)
    if told and lawful and told != lawful[0]:
        early = "早于" if told < lawful[0] else "晚于"
        yield f"起发年月登记为 {told}，{early}规定的 {lawful[0]}（{lawful[1].source.citation}）"


def first_told(case: Case) -> str:
    """Return the first month as told: what was known before the first review; a change begins a month of its own."""
    review = next((s for s in case.steps if s.id in REVIEWS), None)
    told = review.benefit.get("start") if review else case.fact(FactPath.BENEFIT_START)
    return str(told or "")


def _amount(case: Case) -> Iterator[str]:
    decided = case.step(*DECIDING)
    if decided is None or case.state is State.REVIEWING:
        return  # what is recorded in a review is a proposal
    then, now = decided.benefit.get("amount"), case.fact(FactPath.BENEFIT_AMOUNT)
    if then is None or now is None or Decimal(str(then)) == Decimal(str(now)):
        return
    more = "多" if Decimal(str(now)) > Decimal(str(then)) else "少"
    difference = abs(Decimal(str(now)) - Decimal(str(then)))
    yield f"救助金额登记为 {now} 元，{decided.on} 决定的是 {then} 元，{more} {difference} 元，没有变更决定"


def _unpaid(case: Case, pack: Pack, granted: StepTaken, on: dt.date) -> Iterator[str]:
    lawful = first_month(case, pack, granted.on)
    listed = any(s.id == StepId.PAY and s.seq > granted.seq for s in case.steps)
    ended = case.status is not CaseStatus.OPEN or case.state in (State.TERMINATED, State.MOVED_OUT)
    if lawful and not listed and not ended and f"{on:%Y-%m}" >= lawful[0]:
        yield f"{granted.on} 已决定给予，按规定自 {lawful[0]} 起发（{lawful[1].source}），没有列入发放"
