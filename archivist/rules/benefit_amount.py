"""How much, for how many, from when: whether the money of a decision agrees with standard, household and rules.

The office's standards stand in ``archivist.toml``, above the rules, and are handed in. What goes beyond standard × persons
(分类施保, 照料护理费), beyond the cap of temporary assistance, or beyond what 补差 gives, needs the stated basis (救助金额依据).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from archivist.doctypes.field_paths import FieldPath
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.field_schema import BENEFIT
from archivist.model.household import TEMPORARY, covered_persons, covered_singly
from archivist.model.ids import Category
from archivist.model.step_ids import GRANTING, StepId
from archivist.rules.pack import Pack
from archivist.rules.payment_months import first_month
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import RuleId
from archivist.rules.unit import Unit

BY_DIFFERENCE: Final = "补差"
_ARTICLE: Final = "最低生活保障审核确认办法第二十三条"
_HOW: Final = "依据充分的写明依据：case set 户 救助金额.救助金额依据=…"
_SAME_STILL: Final = ("start", "end", "basis", "income_per_head", "review_cycle")
"""What may be known otherwise of a benefit though nothing is changed for the household."""


@dataclass(frozen=True, slots=True)
class MoneyDecision:
    """A decision that grants or changes money, as a step takes it or a document prints it.

    Attributes:
        step: id of the step that takes it, or on which the document rests.
        on: its civil day.
        standards: monthly standards of the office in yuan, by code or name of the category.
        values: what the step was told by name, or the document by path.
    """

    case: Case
    pack: Pack
    step: str
    on: dt.date
    standards: Mapping[str, str]
    values: Mapping[str, Any]
    reason: str = ""

    @property
    def amount(self) -> Decimal | None:
        """Yuan; of help in advance or at once as the step is told, else as it is known of the case."""
        if self.step in (StepId.ADVANCE, StepId.QUICK_RELIEF):
            return money(self.values.get("amount"))
        return money(self.case.fact(FactPath.BENEFIT_AMOUNT))

    @property
    def persons(self) -> int:
        """How many the benefit covers by the members' table."""
        return len(covered_persons(self.case, self.on))

    @property
    def standard(self) -> Decimal | None:
        """The standard that is not to be exceeded: the lower of the office's own and the one known of the case."""
        own = standard_of(self.standards, self.case.category)
        told = money(self.case.fact(FactPath.BENEFIT_STANDARD))
        return min((s for s in (own, told) if s is not None), default=None)

    @property
    def basis(self) -> str:
        """By which basis it is otherwise than reckoned; of a payment in advance the step's reason will do."""
        stated = str(self.case.fact(FactPath.BENEFIT_BASIS) or "").strip()
        return stated or (self.reason.strip() if self.step == StepId.ADVANCE else "")


def money(value: object) -> Decimal | None:
    """Return an amount in yuan, ``None`` when there is none or it is no number."""
    try:
        found = Decimal(str(value).replace(",", "").removesuffix("元"))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def standard_of(standards: Mapping[str, str], category: Category) -> Decimal | None:
    """Return the office's monthly standard of a category."""
    return money(standards.get(category.value) or standards.get(category.label))


# ── the amount ───────────────────────────────────────────────────────────────────────────────────────────
def faults(decision: MoneyDecision) -> list[str]:
    """Return what is wrong with the money of a decision, each with the figures; what is not known is not looked at."""
    return [*_persons(decision), *_amount(decision), *_start(decision)]


def _amount(decision: MoneyDecision) -> Iterator[str]:
    amount, category = decision.amount, decision.case.category
    if amount is None:
        return
    if amount <= 0:
        yield f"救助金额是 {amount} 元，应大于 0"
    elif category in TEMPORARY:
        yield from _over_cap(decision, amount)
    elif category is not Category.CJ:
        yield from _over_standard(decision, amount)


def _over_standard(decision: MoneyDecision, amount: Decimal) -> Iterator[str]:
    standard, persons = decision.standard, decision.persons
    if decision.basis:
        return
    if standard is None:
        yield (
            "没有保障标准，金额无从核对：登记 benefit.standard，或在 archivist.toml 的 [standards] 写明本机关的标准；"
            + _HOW
        )
        return
    most = standard * persons
    if amount > most:
        yield f"救助金额 {amount} 元超过保障标准 {standard} 元×{persons} 人＝{most} 元（{_ARTICLE}）；{_HOW}"
    elif (reckoned := by_difference(decision)) is not None and amount > reckoned + persons:
        yield f"按补差应为 {_reckoning(decision)}，登记的是 {amount} 元，多出 {amount - reckoned} 元（{_ARTICLE}）；{_HOW}"


def by_difference(decision: MoneyDecision) -> Decimal | None:
    """Return the amount by 补差, persons × (standard − income), never below 0; ``None`` when it is not reckoned so."""
    income, method = (
        decision.case.fact(p) for p in (FactPath.BENEFIT_INCOME_PER_HEAD, FactPath.BENEFIT_METHOD)
    )
    per_head = money(income) if income is not None else None
    if method != BY_DIFFERENCE or per_head is None or decision.standard is None:
        return None
    if covered_singly(decision.case):
        return (
            None  # the family's income is above the standard by its nature; how the one is reckoned is local
        )
    return max(Decimal(0), decision.persons * (decision.standard - per_head))


def _reckoning(decision: MoneyDecision) -> str:
    income = money(decision.case.fact(FactPath.BENEFIT_INCOME_PER_HEAD))
    return f"{decision.persons} 人×（标准 {decision.standard} 元－人均收入 {income} 元）＝{by_difference(decision)} 元"


def _over_cap(decision: MoneyDecision, amount: Decimal) -> Iterator[str]:
    """Above the cap the meeting decides where the pack demands one, whatever basis is stated; without a number it is stated.

    A proposal (审批表) may ask for more: it goes before the meeting.
    """
    if decision.step not in (*GRANTING, StepId.ADVANCE):
        return
    if decision.step == StepId.QUICK_RELIEF:
        yield from _over_quick_cap(decision, amount)
        return
    case, pack = decision.case, decision.pack
    advance = decision.step == StepId.ADVANCE
    rule = pack.rule_for(
        RuleId.TEMP_ADVANCE_CAP if advance else RuleId.TEMP_TOWN_APPROVAL_CAP, case, decision.on
    )
    if rule is None:
        return
    met = not advance and case.step(StepId.DELIBERATED) in case.round
    conference = None if advance else pack.rule_for(RuleId.TEMP_OVER_CAP, case, decision.on)
    if met or (decision.basis and not (conference and isinstance(rule.value, int | float))):
        return
    if not isinstance(rule.value, int | float):
        stated = "在 --reason 写明依据" if advance else _HOW
        yield f"规则包没有写“{rule.title}”的数额（{rule.source}）：在 archivist.toml 补上该行（{rule.id}），或者{stated}"
        return
    most = Decimal(str(rule.value))
    if rule.unit is Unit.TIMES:
        standard = standard_of(decision.standards, Category.DB)
        if standard is None:
            yield _no_standard(rule)
            return
        most *= standard
    if amount <= most:
        return
    if conference:
        yield (
            f"救助金额 {amount} 元超过“{rule.title}”{most} 元（{rule.source}）：须先办“提请联席会议”，由联席会议形成会议纪要、"
            f"班子会审议通过，另写救助金额依据不能代替（{conference.source}）"
        )
        return
    meeting = any(s.id == StepId.DELIBERATED for s in pack.steps_of(case, decision.on)) and not advance
    way = "超过的先经联席会议议决；" if meeting else ""
    yield f"救助金额 {amount} 元超过“{rule.title}”{most} 元（{rule.source}）；{way}{_HOW}"


def _no_standard(rule: Rule) -> str:
    return f"“{rule.title}”是月低保标准的 {rule.value} 倍，archivist.toml 的 [standards] 没有写 DB"


def _over_quick_cap(decision: MoneyDecision, amount: Decimal) -> Iterator[str]:
    """小额快救 looks into no means, so that no stated basis goes beyond its cap: more is granted the ordinary way."""
    rule = decision.pack.rule_for(RuleId.TEMP_QUICK_CAP, decision.case, decision.on)
    if rule is None or not isinstance(rule.value, int | float):
        yield f"规则包没有写小额快救金额的数额（{RuleId.TEMP_QUICK_CAP}），不能办理"
        return
    most = Decimal(str(rule.value))
    if rule.unit is Unit.TIMES:
        standard = standard_of(decision.standards, Category.DB)
        if standard is None:
            yield _no_standard(rule)
            return
        most *= standard
    if amount > most:
        yield (
            f"救助金额 {amount} 元超过“{rule.title}”{most} 元（{rule.source}）：另写救助金额依据不能代替；"
            f"须多救助的改按一般程序办理（case set 户 {FactPath.APPLICATION_QUICK}=否）"
        )


def _persons(decision: MoneyDecision) -> Iterator[str]:
    told, counted = decision.case.fact(FactPath.BENEFIT_PERSONS), decision.persons
    if told is None or decision.case.category in TEMPORARY:
        return
    if int(str(told)) != counted:
        yield f"保障人数登记为 {told} 人，成员表中纳入保障的是 {counted} 人（含申请人），须一致"


# ── the first month ──────────────────────────────────────────────────────────────────────────────────────
def _start(decision: MoneyDecision) -> Iterator[str]:
    """The month from which a grant is paid: as the rules say, neither before nor after; and before its last month."""
    case = decision.case
    start, end = case.fact(FactPath.BENEFIT_START), case.fact(FactPath.BENEFIT_END)
    if start and end and str(end) < str(start):
        yield f"止发年月 {end} 早于起发年月 {start}"
    paid_to = case.fact(FactPath.APPLICATION_PAID_ELSEWHERE_TO)
    if start and paid_to and str(start) <= str(paid_to):
        yield f"起发年月 {start}，转出地已发放到 {paid_to}，同一个月不能发两次"
    grants = decision.step in GRANTING or (case.category is Category.CJ and decision.step == StepId.PAY)
    if not start or not grants:
        return
    granted = case.step(*GRANTING)
    lawful = first_month(case, decision.pack, granted.on if granted else decision.on)
    if lawful is None and case.category not in TEMPORARY:
        yield f"起发年月登记为 {start}，规则包没有按月写起发月份，或者没有登记申请日期，无从核对"
    if lawful and str(start) != lawful[0]:
        yield f"起发年月登记为 {start}，按规定应为 {lawful[0]}（{lawful[1].source}）"


# ── a change ─────────────────────────────────────────────────────────────────────────────────────────────
def before_change(case: Case) -> Mapping[str, Any] | None:
    """Return the group 救助金额 as it stood when the present review began, ``None`` where there is no review."""
    return case.round[0].benefit if case.round_since and case.round else None


def change_faults(decision: MoneyDecision) -> list[str]:
    """Return where a change contradicts itself: its kind with before and after, or nothing is changed at all."""
    told = decision.values
    kinds = str(told.get(FieldPath.CHANGE_KIND) or told.get(FieldPath.CHANGE_KINDS) or "")
    if FieldPath.CHANGE_KINDS in told or FieldPath.CHANGE_AFTER in told:
        after = money(told.get(FieldPath.CHANGE_AFTER))  # the form proposes what no fact says yet
        changed: list[str] = []
    else:
        after, changed = decision.amount, [*_unchanged(decision)]
    known = before_change(decision.case)
    paid = money((known or {}).get("amount"))
    before = money(told.get(FieldPath.CHANGE_BEFORE))
    found = [*changed]
    if before is not None and paid is not None and before != paid:
        found.append(f"变更前月救助金额写为 {before} 元，户档中复核以前登记的是 {paid} 元")
    before = paid if before is None else before
    if before is not None and after is not None:
        found += _against_kind(kinds, before, after)
    return found


def _against_kind(kinds: str, before: Decimal, after: Decimal) -> Iterator[str]:
    if "增发" in kinds and after <= before:
        yield f"变更类型是增发，金额却从 {before} 元到 {after} 元，没有增加"
    if "减发" in kinds and after >= before:
        yield f"变更类型是减发，金额却从 {before} 元到 {after} 元，没有减少"


def _unchanged(decision: MoneyDecision) -> Iterator[str]:
    """Nothing was recorded otherwise since the last decision, nor since the review began."""
    case = decision.case
    review = before_change(case)
    if decision.step != StepId.CHANGE or review is None:
        return
    decided = case.step(*GRANTING, StepId.CHANGE, StepId.RESUME)
    earlier = [review] + ([decided.benefit] if decided and decided.seq < case.round[0].seq else [])
    if all(_what(facts) == _what(_now(case)) for facts in earlier):
        yield (
            f"变更前后都是每月 {review.get('amount')} 元、{review.get('persons') or decision.persons} 人，没有变更："
            "先用 case set 登记变更后的救助金额；维持不变的办“复核结束、维持不变”"
        )


def _now(case: Case) -> Mapping[str, Any]:
    group = BENEFIT.key
    return {f.key: v for f in BENEFIT.fields if (v := case.fact(f"{group}.{f.key}")) is not None}


def _what(facts: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in facts.items() if key not in _SAME_STILL and value is not None}


# ── what should be known ─────────────────────────────────────────────────────────────────────────────────
def remarks(decision: MoneyDecision) -> list[str]:
    """Return what does not stand in the way of the decision, but differs, with both figures."""
    found, amount, category = [], decision.amount, decision.case.category
    own, told = (
        standard_of(decision.standards, category),
        money(decision.case.fact(FactPath.BENEFIT_STANDARD)),
    )
    if own is not None and told is not None and own != told:
        found.append(f"户档中的保障标准是 {told} 元，本机关设置的是 {own} 元，按其低者核对")
    reckoned = by_difference(decision)
    if amount is not None and reckoned is not None and abs(amount - reckoned) > decision.persons:
        found.append(f"按补差应为 {_reckoning(decision)}，登记的是 {amount} 元")
    if decision.basis and amount is not None and category is not Category.CJ:
        found.append(f"救助金额 {amount} 元另有依据：{decision.basis}")
    return found
