"""The money of a decision: more than nothing, within standard and household, from the month the rules say, changed as it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.doctypes.catalogue import Catalogue
from archivist.model.case import Case
from archivist.model.facts import merge, parse_facts, to_plain
from archivist.model.ids import Category
from archivist.rules import admissibility, benefit_amount
from archivist.rules import pack as packs
from archivist.rules.admissibility import Issuance
from archivist.rules.attempt import Attempt
from archivist.rules.benefit_amount import MoneyDecision
from archivist.rules.guards import GUARDS
from archivist.rules.pack import Pack
from tests.rules.walking import CONFIRMED, IN_BENEFIT, REVIEWED, walk

NATIONAL, HONGQIAO, CHONGQING = map(packs.load, ("national", "tianjin-hongqiao", "chongqing-yongchuan"))
CATALOGUE = Catalogue.load()
STANDARDS = {"DB": "1130", "TK": "1695"}
DAY = dt.date(2024, 3, 13)
YUAN = st.decimals("0.01", "99999", places=2)


def household(
    pack: Pack = NATIONAL, category: str = "DB", *steps: str, members: int = 1, **benefit: Any
) -> Case:
    """Return a household of so many members besides the applicant, with what is known of its benefit."""
    others = [{"name": f"样例{n}", "relation": "子女"} for n in range(members)]
    case = walk(pack, category, *steps, facts={"benefit": benefit})
    plain: dict[str, Any] = {**to_plain(case.facts), "members": others}
    return replace(case, facts=parse_facts(plain))


def said(case: Case, *, step: str = "confirm", on: dt.date = DAY, pack: Pack = NATIONAL, guard: str = "amount_lawful",
         reason: str = "", standards: dict[str, str] = STANDARDS, **values: Any) -> list[str]:  # fmt: skip
    """Return what a guard says of a step of a case."""
    row = next(s for s in pack.steps_of(case, on) if s.id == step)
    return GUARDS[guard].reasons(
        Attempt(case, pack, row, on, values=values, reason=reason, standards=standards)
    )


# ── how much ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("amount", ["0", "99999"])
def test_confirm_accepts_neither_0_nor_99999_at_a_standard_of_1130(amount: str) -> None:
    """A.8: «confirm accepts 0 and 99,999 at a standard of 1,130»."""
    (why,) = said(household(amount=amount))
    assert amount in why


@pytest.mark.parametrize("category", [c.value for c in Category])
def test_no_amount_of_nothing(category: str) -> None:
    """«amount > 0», whatever the category and whatever basis is stated."""
    decision = MoneyDecision(household(category=category, amount="0.00", basis="样例"), NATIONAL, "confirm", DAY, STANDARDS, {})  # fmt: skip
    assert "救助金额是 0.00 元，应大于 0" in benefit_amount.faults(decision)


@given(YUAN, st.decimals("1", "5000", places=2), st.integers(0, 6))
def test_at_most_standard_times_persons_or_by_a_stated_basis(
    amount: Decimal, standard: Decimal, members: int
) -> None:
    """«at most standard × persons …, else a stated choice»: refused exactly above it, with both figures."""
    case, standards = household(members=members, amount=str(amount)), {"DB": str(standard)}
    why = said(case, standards=standards)
    assert bool(why) == (amount > standard * (members + 1))
    if why:
        assert str(amount) in why[0] and f"{standard} 元×{members + 1} 人" in why[0]
    stated = replace(case, facts=merge(case.facts, parse_facts({"benefit": {"basis": "分类施保"}})))
    assert said(stated, standards=standards) == []


@given(st.decimals("1", "5000", places=2), st.decimals("1", "5000", places=2))
def test_the_lower_standard_counts(own: Decimal, told: Decimal) -> None:
    """A standard typed into the case does not lift the office's own, and a lower one (农村) holds."""
    least = min(own, told)
    standards = {"DB": str(own)}
    assert not said(household(members=0, amount=str(least), standard=str(told)), standards=standards)
    assert said(
        household(members=0, amount=str(least + Decimal("0.01")), standard=str(told)), standards=standards
    )


def test_without_any_standard_nothing_can_be_compared() -> None:
    """Nothing to compare with is no 合格: the standard or the basis is asked for."""
    (why,) = said(household(amount="500"), standards={})
    assert "没有保障标准" in why and "archivist.toml" in why


def test_a_care_allowance_is_a_stated_basis() -> None:
    """特困人员: 照料护理费 comes on top of 基本生活标准, and is told."""
    assert said(household(category="TK", members=0, amount="2600"), standards=STANDARDS)
    assert (
        said(household(category="TK", members=0, amount="2600", basis="基本生活标准1695元，全护理905元"))
        == []
    )


@given(st.integers(0, 5), st.integers(0, 7))
def test_persons_agree_with_the_members_table(members: int, told: int) -> None:
    """«persons covered agrees with the members' table»: refused with both numbers, whatever the basis."""
    why = said(household(members=members, persons=told, amount="1", basis="样例"))
    assert bool(why) == (told != members + 1)
    assert all(f"{told} 人" in w and f"{members + 1} 人" in w for w in why)


def test_a_member_who_is_not_covered_does_not_count() -> None:
    case = household(members=1, persons=1, amount="1130")
    assert said(case)
    left_out = parse_facts({"members": [{"name": "样例0", "relation": "子女", "covered": "否"}]})
    assert said(replace(case, facts=merge(case.facts, left_out))) == []


# ── 补差 ─────────────────────────────────────────────────────────────────────────────────────────────────
@given(st.integers(0, 4), st.decimals("0", "1500", places=2), YUAN)
def test_by_difference(members: int, income: Decimal, amount: Decimal) -> None:
    """«补差: amount = persons × standard − income»: more is refused, any other difference is told with both numbers."""
    persons = members + 1
    case = household(members=members, method="补差", income_per_head=str(income), amount=str(amount))
    reckoned: Decimal = max(Decimal(0), persons * (Decimal(1130) - income))
    assert bool(said(case)) == (amount > min(Decimal(1130 * persons), reckoned + persons))
    remarks = benefit_amount.remarks(MoneyDecision(case, NATIONAL, "confirm", DAY, STANDARDS, {}))
    assert bool(remarks) == (abs(amount - reckoned) > persons)
    assert all(f"＝{reckoned} 元" in r and f"登记的是 {amount} 元" in r for r in remarks)


def test_a_rounded_amount_is_no_difference() -> None:
    """Offices round to whole yuan: 3×(1130－500.33)＝1889.01, paid 1890."""
    case = household(members=2, method="补差", income_per_head="500.33", amount="1890")
    assert said(case) == []


# ── temporary assistance ─────────────────────────────────────────────────────────────────────────────────
def capped(value: float, unit: str, row: str = "temp.town_approval_cap") -> Pack:
    """Return the pack with an office's own cap."""
    return packs.load("tianjin-hongqiao", overrides={"rule": [_own_cap(value, unit, row)]})


def _own_cap(value: float, unit: str, row: str = "temp.town_approval_cap") -> Mapping[str, object]:
    source = {"measure": "本机关", "sentence": "样例"}
    return {"id": row, "replace": True, "title": "标准上限", "value": value, "unit": unit, "categories": ["JN", "ZC"], "source": source}  # fmt: skip


@pytest.mark.parametrize("category", ["JN", "ZC"])
def test_without_a_number_of_the_cap_the_basis_is_stated(category: str) -> None:
    """S3「救助金额原则上不得超过…救助标准上限」: the number stands in a paper the program does not have."""
    (why,) = said(household(HONGQIAO, category, amount="3000"), pack=HONGQIAO)
    assert "temp.town_approval_cap" in why and "救助金额依据" in why
    assert said(household(HONGQIAO, category, amount="3000", basis="细则第八条"), pack=HONGQIAO) == []


@pytest.mark.parametrize(("value", "unit", "most"), [(5000, "元", 5000), (6, "倍", 6780), (0.5, "倍", 565)])
def test_an_office_s_own_cap(value: float, unit: str, most: int) -> None:
    """«multiples of the monthly standard»: up to it the amount stands alone, above it the meeting or a basis."""
    pack = capped(value, unit)
    assert said(household(pack, "ZC", amount=str(most)), pack=pack) == []
    (why,) = said(household(pack, "ZC", amount=str(most + 1)), pack=pack)
    assert "联席会议" in why and str(most + 1) in why


@pytest.mark.parametrize("category", ["JN", "ZC"])
@pytest.mark.parametrize("over", [0, 1, 3000])
def test_above_the_cap_no_basis_replaces_the_conference(category: str, over: int) -> None:
    """S3「经讨论形成会议纪要后，报街道班子会审议通过」: a stated basis does not do, nor a cap in multiples."""
    for pack, most in ((capped(5000, "元"), 5000), (capped(2, "倍"), 2260)):
        case = household(pack, category, amount=str(most + over), basis="细则第八条")
        why = said(case, pack=pack)
        assert bool(why) == (over > 0)
        assert all("提请联席会议" in line and "会议纪要" in line for line in why)
    national = packs.load("national", overrides={"rule": [_own_cap(5000, "元")]})
    assert said(household(national, category, amount="8000", basis="细则第八条"), pack=national) == []


def test_above_the_cap_the_meeting_decides() -> None:
    """S3「如有特殊情况，报街道困难群众基本生活保障工作联席会议确定救助金额」."""
    pack = capped(5000, "元")
    met = household(
        pack, "ZC", "submit 2024-02-23", "accept 2024-02-26", "survey 2024-02-28", "prelim 2024-03-01", "publicize 2024-03-04",
        "review 2024-03-12", "joint_conference 2024-03-12", "deliberated 2024-03-12", "leadership 2024-03-13", amount="8000",
    )  # fmt: skip
    assert said(met, pack=pack) == []


def test_a_payment_in_advance_is_small() -> None:
    """N5「可实行“小金额先行救助”」: a number of the office, else the reason says by which basis."""
    urgent = walk(NATIONAL, "JN", facts={"application": {"urgent": "是"}})
    assert said(urgent, step="advance", amount=Decimal(0)) == ["救助金额是 0 元，应大于 0"]
    assert said(urgent, step="advance", amount=Decimal(1000))
    assert said(urgent, step="advance", amount=Decimal(1000), reason="备用金制度第三条") == []
    pack = capped(1000, "元", "temp.advance_cap")
    urgent = walk(pack, "JN", facts={"application": {"urgent": "是"}})
    assert said(urgent, step="advance", pack=pack, amount=Decimal(1000)) == []
    assert said(urgent, step="advance", pack=pack, amount=Decimal(1001))


# ── from when ────────────────────────────────────────────────────────────────────────────────────────────
@given(
    st.sampled_from([(NATIONAL, "DB", 1), (NATIONAL, "TK", 1), (HONGQIAO, "DB", 1), (CHONGQING, "DB", 0), (CHONGQING, "TK", 1)]),
    st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)),
    st.integers(-3, 3),
)  # fmt: skip
def test_the_first_month_is_the_rules(place: tuple[Pack, str, int], on: dt.date, off: int) -> None:
    """«the start month as the pack says (national and 红桥 next month; 重庆 the month of approval)»."""
    pack, category, later = place
    month = on.year * 12 + on.month - 1 + later + off
    case = household(pack, category, members=0, amount="500", start=f"{month // 12:04}-{month % 12 + 1:02}")
    why = said(case, on=on, pack=pack)
    assert bool(why) == (off != 0)
    assert all("按规定应为" in w for w in why)


@pytest.mark.parametrize(("start", "right"), [("2024-02", False), ("2024-03", True), ("2024-04", False)])
def test_the_subsidies_start_with_the_month_of_application(start: str, right: bool) -> None:
    """P7「自递交申请当月计发」."""
    case = walk(NATIONAL, "CJ", facts={"application": {"date": "2024-03-20"}, "benefit": {"start": start}})
    assert (said(case, step="pay", on=dt.date(2024, 6, 3)) == []) is right


def test_an_end_before_the_start() -> None:
    (why,) = said(household(amount="500", start="2024-04", end="2024-03"))
    assert "止发年月 2024-03 早于起发年月 2024-04" in why


# ── a change ─────────────────────────────────────────────────────────────────────────────────────────────
def under_review(amount: str, now: str, **more: Any) -> Case:
    """Return a household whose review began at one amount and for which another is recorded now."""
    case = household(NATIONAL, "DB", *IN_BENEFIT, "start_review 2024-09-02", amount=amount)
    return replace(case, facts=merge(case.facts, parse_facts({"benefit": {"amount": now, **more}})))


def test_a_change_that_changes_nothing() -> None:
    """A.1: «减发 from 769.50 to 769.50»."""
    (why,) = said(under_review("769.50", "769.50"), step="change", guard="change_agrees")
    assert "每月 769.50 元" in why and "没有变更" in why
    assert said(under_review("769.50", "700"), step="change", guard="change_agrees") == []
    assert (
        said(under_review("769.50", "769.50", care_grade="全护理"), step="change", guard="change_agrees")
        == []
    )


@given(YUAN, YUAN, st.sampled_from(["增发", "减发", "恢复发放"]))
def test_the_kind_of_a_change_agrees_with_before_and_after(
    before: Decimal, after: Decimal, kind: str
) -> None:
    """«增发/减发 agree with before and after», in the decision and in the form."""
    right = {"增发": after > before, "减发": after < before, "恢复发放": True}[kind]
    decision = MoneyDecision(
        under_review(str(before), str(after)), NATIONAL, "resume", DAY, STANDARDS, {"change.kind": kind, "change.before": str(before)}
    )  # fmt: skip
    assert (benefit_amount.change_faults(decision) == []) is right
    form = replace(decision, values={"change.kinds": f"{kind}、成员增减", "change.before": str(before), "change.after": str(after)})  # fmt: skip
    assert (benefit_amount.change_faults(form) == []) is right


def test_the_amount_before_is_the_one_on_record() -> None:
    """A decision that recites another amount than was paid is refused with both."""
    decision = MoneyDecision(under_review("769.50", "700"), NATIONAL, "change", DAY, STANDARDS, {"change.kind": "减发", "change.before": "800"})  # fmt: skip
    (why,) = benefit_amount.change_faults(decision)
    assert "800" in why and "769.50" in why


# ── the documents ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("amount", ["0.00", "99999"])
@pytest.mark.parametrize("paper", ["confirmation_decision", "benefit_calculation_sheet"])
def test_the_document_says_the_sentence_of_the_step(paper: str, amount: str) -> None:
    """A.1: «with 0.00元»; the same function is asked, so the same sentence is said."""
    before = household(NATIONAL, "DB", *REVIEWED, amount=amount)
    (why,) = said(before)
    case = household(NATIONAL, "DB", *CONFIRMED, amount=amount)
    issuance = Issuance(case, NATIONAL, CATALOGUE, CATALOGUE.get(paper), DAY, DAY, standards=STANDARDS)
    assert why in admissibility.of_document(issuance).problems


def test_a_decision_dated_later_keeps_the_month_of_the_step() -> None:
    """The first month is counted from the day of the decision, not from the day its paper is printed."""
    case = household(NATIONAL, "DB", *CONFIRMED, amount="500", start="2024-04")
    april = dt.date(2024, 4, 2)
    issuance = Issuance(case, NATIONAL, CATALOGUE, CATALOGUE.get("confirmation_decision"), april, april, standards=STANDARDS)  # fmt: skip
    assert admissibility.of_document(issuance).problems == ()
