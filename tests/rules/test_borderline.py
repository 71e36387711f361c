"""The two families 社会救助法第十三条 names beside 低保 and 特困: what the national rules say of them, with the sentences.

Sentences that other rows of the national rules share are quoted where those are tested; here they stand again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from archivist.documents.values.resolve import document_values
from archivist.errors import NotDelegated
from archivist.model.case import Case
from archivist.model.household import covered_persons, household_size
from archivist.model.ids import CaseNo, Category, RecordNo, parse_category
from archivist.model.record import Record, RecordStatus
from archivist.rules import across_findings, benefit_amount, pack
from archivist.rules.across import Gravity
from archivist.rules.attempt import Attempt
from archivist.rules.benefit_amount import MoneyDecision
from archivist.rules.guards import GUARDS
from archivist.rules.rule_days import RuleDays
from tests.documents.samples import CATALOGUE, CONFIG, HOUSEHOLDS, a_case
from tests.rules.walking import due, row, runs, walk

NATIONAL = pack.load("national")
BOTH = ("BY", "GX")
GRANTED = (
    "submit 2026-07-06",
    "accept 2026-07-07",
    "verify 2026-07-08",
    "survey 2026-07-09",
    "prelim 2026-07-13",
    "publicize 2026-07-14",
    "review 2026-07-22",
    "confirm 2026-07-23",
    "deliver 2026-07-24",
    "announce 2026-07-27",
    "file 2026-07-28",
    "enrol 2026-07-29",
)


# ── the categories ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("最低生活保障边缘家庭", "BY"),
        ("低保边缘", "BY"),
        ("边缘家庭", "BY"),
        ("by", "BY"),
        ("刚性支出困难家庭", "GX"),
        ("刚性支出", "GX"),
        ("刚性支出困难家庭认定", "GX"),
    ],
)
def test_they_are_called_as_the_law_calls_them(text: str, code: str) -> None:
    """「社会救助对象包括特困人员、最低生活保障家庭、最低生活保障边缘家庭、刚性支出困难家庭」."""
    assert parse_category(text).value == code
    number = CaseNo.parse(f"TJHQ-{code}-2026-000001")
    assert CaseNo.from_compact(number.compact) == number


@pytest.mark.parametrize("name", [n for n in pack.available() if n != "national"])
@pytest.mark.parametrize("category", BOTH)
def test_no_shipped_place_was_given_them(name: str, category: str) -> None:
    found = pack.load(name)
    with pytest.raises(NotDelegated) as caught:
        found.require_delegated(Category(category), dt.date(2026, 9, 1))
    assert found.undelegated[Category(category)] in str(caught.value)


def test_each_may_be_applied_for_from_its_day_on() -> None:
    """「本法自2026年7月1日起施行」; 「应当自申请受理之日起三十个工作日之内完成认定工作」 since 2025."""
    for category, last in ((Category.BY, dt.date(2026, 6, 30)), (Category.GX, dt.date(2024, 12, 31))):
        with pytest.raises(NotDelegated, match="起才可以申请"):
            NATIONAL.require_delegated(category, last)
        NATIONAL.require_delegated(category, last + dt.timedelta(days=1))


# ── time limits ──────────────────────────────────────────────────────────────────────────────────────────
def test_how_long_it_may_take() -> None:
    """「应当自申请受理之日起三十个工作日之内完成认定工作」 and 「认定期限可以延长至四十五个工作日」; of the other by analogy.

    「审核确认权限下放到乡镇人民政府（街道办事处）的，应当自受理之日起20个工作日之内完成」,
    「发生公示有异议、人户分离、异地申办或者家庭经济状况调查难度较大等特殊情况的，可以延长至45个工作日」.
    """
    assert [row(NATIONAL, "overall", c, "2026-07-06").value for c in BOTH] == [20, 30]
    assert [row(NATIONAL, "overall", c, "2026-07-06").inferred for c in BOTH] == [True, False]
    assert [row(NATIONAL, "overall.extended", c, "2026-07-06").value for c in BOTH] == [45, 45]


def test_the_recognition_ends_after_twelve_months() -> None:
    """「有效期一般不超过十二个月」."""
    case = walk(NATIONAL, "GX", *GRANTED)
    assert due(case, NATIONAL, "recognition.validity") == "2027-07-23"
    assert "recognition.validity" not in runs(walk(NATIONAL, "BY", *GRANTED), NATIONAL)


@pytest.mark.parametrize("category", BOTH)
def test_what_follows_the_example_of_dibao_says_so(category: str) -> None:
    """By analogy, every one of them.

    「应当自受理最低生活保障申请之日起3个工作日内，启动家庭经济状况调查工作」, 「进行信息核对提请后3个工作日内，启动信息核对程序」,
    「并在申请家庭所在村、社区进行公示。公示期为7天」, 「在10个工作日内提出初审确认意见，并重新公示」, 「材料后10个工作日内，提出审核确认意见」,
    「应当在作出决定3个工作日内，通过乡镇人民政府（街道办事处）书面告知申请人并说明理由」,
    「应当自该政府信息形成或者变更之日起20个工作日内及时公开」, 「应当自其死亡之日起3个月内对其家庭状况进行核查」,
    「对短期内经济状况变化不大的最低生活保障家庭，乡镇人民政府（街道办事处）每年核查一次」.
    """
    expected = {
        "survey.start": 3, "verify.start": 3, "publicity.initial": 7, "publicity.again": 7,
        "publicity.objection.recheck": 10, "decide": 10, "refusal.inform": 3, "info.disclosure": 20,
        "death.process": 3,
    }  # fmt: skip
    found = {name: row(NATIONAL, name, category, "2026-07-06") for name in expected}
    assert {name: rule.value for name, rule in found.items()} == expected
    assert all(rule.inferred and rule.note for rule in found.values())


@pytest.mark.parametrize("category", BOTH)
def test_they_are_reviewed_every_year(category: str) -> None:
    """「应当对社会救助对象的家庭成员、收入、财产等状况定期进行核查」: it does not say how often; 「每半年核查一次」 where that is registered."""
    case = walk(NATIONAL, category, *GRANTED)
    assert due(case, NATIONAL, "review.cycle") == "2027-07-23"
    often = walk(NATIONAL, category, *GRANTED, facts={"benefit": {"review_cycle": "每半年"}})
    assert due(often, NATIONAL, "review.cycle") == "2027-01-25", "the 23rd is a Saturday"


# ── what the decisions stand on ──────────────────────────────────────────────────────────────────────────
def test_what_a_decision_stands_on() -> None:
    """The object by the statute, of 刚性支出 by its measure before.

    「对家庭人均收入低于当地最低生活保障边缘家庭标准且财产状况符合规定的最低生活保障边缘家庭，由社会救助管理部门根据实际需要给予相应的医疗、教育、住房、就业等社会救助」,
    「对家庭人均收入低于上年度当地居民人均可支配收入，财产状况符合当地规定，且医疗、教育等必需支出占家庭总收入比例超过所在地设区的市级以上地方人民政府规定比例的刚性支出困难家庭」,
    「提出申请前十二个月家庭刚性支出总额占家庭总收入比例超出当地规定」,
    「可以根据社会救助对象家庭成员、经济状况等变化情况作出相应调整、终止社会救助决定」.
    """

    def basis(kind: str, category: str, on: str) -> list[str]:
        rows = NATIONAL.under(f"basis.{kind}.", Category(category), RuleDays.alike(dt.date.fromisoformat(on)))
        return [str(r.value) for r in rows]

    law, own = "《中华人民共和国社会救助法》", "《刚性支出困难家庭认定办法》"
    for kind in ("confirmation", "refusal"):
        assert f"{law}第二十一条第一款" in basis(kind, "BY", "2026-07-06")
        assert basis(kind, "GX", "2026-06-30") == [f"{own}第四条"]
        assert {f"{law}第二十二条", f"{own}第四条"} <= set(basis(kind, "GX", "2026-07-01"))
    assert f"{law}第四十七条" in basis("termination", "BY", "2026-07-06")
    assert basis("termination", "GX", "2026-06-30") == [f"{own}第四条、第十条"]


@pytest.mark.parametrize("category", BOTH)
def test_the_other_papers_have_their_sentence(category: str) -> None:
    """By analogy.

    「最低生活保障审核确认工作应当自受理之日起30个工作日之内完成；特殊情况下，可以延长至45个工作日」,
    「由共同生活的家庭成员向户籍所在地的乡镇人民政府、街道办事处提出书面申请」,
    「申请事项依法不属于本行政机关职权范围的，应当即时作出不予受理的决定，并告知申请人向有关行政机关申请」,
    「申请或者已获得社会救助的家庭，应当按照规定如实申报家庭收入状况、财产状况」,
    「有条件的地方可按程序将最低生活保障审核确认权限下放至乡镇人民政府（街道办事处）」,
    「材料齐备的，予以受理；材料不齐备的，应当一次性告知补齐所有规定材料」,
    「作出增发、减发、停发最低生活保障金决定，应当符合法定事由和规定程序」, 「审批类档案的保管期限为该低保户停保后不少于3年」.
    """
    on = RuleDays.alike(dt.date(2026, 7, 6))
    for kind in ("extension_notice", "non_acceptance_notice", "procedure_termination_notice"):
        assert NATIONAL.under(f"basis.{kind}.", Category(category), on), kind
    signed = {r.documents[0] for r in NATIONAL.under("approval.", Category(category), on)}
    assert signed == {
        "review_confirmation_form", "extension_notice", "abandonment_record", "periodic_review_form",
        "change_verification_record", "benefit_change_form", "deregistration_form",
    }  # fmt: skip


# ── the way ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", BOTH)
def test_nothing_is_paid_by_itself(category: str) -> None:
    """「由社会救助管理部门根据实际需要给予」: what is confirmed is what the family is."""
    ids = {s.id for s in NATIONAL.steps if s.categories and Category(category) in s.categories}
    assert not ids & {"pay", "suspend", "resume", "gradual_exit", "change"}
    assert "enrol" in ids
    assert NATIONAL.find("pay.start", Category(category), RuleDays.alike(dt.date(2026, 7, 6))) is None


def test_expenses_are_asked_for_where_they_decide() -> None:
    """「提出申请前十二个月家庭刚性支出总额占家庭总收入比例超出当地规定」."""
    asked = {c: {m.document for m in NATIONAL.materials if Category(c) in m.categories} for c in BOTH}
    assert asked["GX"] - asked["BY"] == {"mat_expense_evidence"}
    (survey,) = [s for s in NATIONAL.steps if s.id == "survey" and s.categories == (Category.GX,)]
    assert "expense_verification" in survey.makes


def test_the_other_categories_are_told_apart() -> None:
    """「社会救助对象包括特困人员、最低生活保障家庭、最低生活保障边缘家庭、刚性支出困难家庭」: a family is one of them."""
    for category in BOTH:
        rule = row(NATIONAL, "across.excludes", category, "2026-07-06")
        assert rule.value == "低保、特困、低收入、低保边缘、刚性支出" and rule.inferred
    assert row(NATIONAL, "across.ends", "DB", "2026-07-06").value == "低保边缘、刚性支出"


# ── one person of such a family ──────────────────────────────────────────────────────────────────────────
SEVERE: dict[str, dict[str, Any]] = {
    "applicant": {"disability": "肢体一级"},
    "application": {"single": True, "single_ground": "重度残疾"},
    "benefit": {
        "persons": 1,
        "standard": "1000",
        "income_per_head": "1300",
        "method": "补差",
        "amount": "1000",
    },
}


def single(on: str, **facts: Any) -> Case:
    """A household whose applicant alone is to be taken into 低保."""
    told = {key: {**SEVERE.get(key, {}), **facts.get(key, {})} for key in {*SEVERE, *facts}}
    case = walk(NATIONAL, "DB", f"submit {on}", f"accept {on}", facts=told)
    sheet = Record(
        RecordNo("0001"), "single_cover_form", "单人纳入最低生活保障审核表", "05 初审公示", RecordStatus.SIGNED, f"{on}T10:00:00+08:00",
    )  # fmt: skip
    return replace(case, records={sheet.no: sheet})


def refused(case: Case, on: str) -> list[str]:
    day = dt.date.fromisoformat(on)
    step = next(s for s in NATIONAL.steps if s.id == "confirm" and Category.DB in s.categories)
    assert "single_cover" in step.guards
    return GUARDS["single_cover"].reasons(Attempt(case, NATIONAL, step, day))


@pytest.mark.parametrize(
    ("on", "facts", "why"),
    [
        ("2026-07-06", {}, ""),
        ("2024-03-04", {}, ""),
        ("2026-07-06", {"applicant": {"disability": "肢体四级"}}, "肢体四级"),
        ("2026-07-06", {"applicant": {"disability": ""}}, "登记为“空”"),
        ("2026-07-06", {"application": {"single_ground": "重病"}}, "没有登记为重病"),
        ("2026-07-06", {"application": {"single_ground": "重病"}, "applicant": {"health": "重病"}}, ""),
        ("2026-07-06", {"application": {"single_ground": "其他特殊困难"}}, ""),
        ("2026-06-30", {"application": {"single_ground": "其他特殊困难"}}, "应为 重度残疾、重病 之一"),
        ("2026-07-06", {"application": {"single_ground": ""}}, "登记为“空”"),
        ("2026-07-06", {"application": {"single": False, "single_ground": ""}}, ""),
    ],
)
def test_who_may_be_taken_in_alone(on: str, facts: dict[str, Any], why: str) -> None:
    """The grounds of the day of acceptance, which the facts bear out.

    「对最低生活保障边缘家庭中的重度残疾人、重病患者以及确有特殊困难人员，可以纳入最低生活保障范围，按月发放最低生活保障金」; before,
    「最低生活保障边缘家庭中持有中华人民共和国残疾人证的一级、二级重度残疾人和三级智力残疾人、三级精神残疾人」.
    """
    found = refused(single(on, **facts), on)
    assert (why in "".join(found)) if why else found == [], found


def test_that_the_family_is_at_the_border_stands_on_a_signed_sheet() -> None:
    """「对最低生活保障边缘家庭中的重度残疾人」: of such a family, which no fact of this file says; nor does a sheet that nobody signed."""
    case, on = single("2026-07-06"), "2026-07-06"
    without = replace(case, records={})
    waiting = {no: replace(r, status=RecordStatus.PENDING) for no, r in case.records.items()}
    for lacking in (without, replace(case, records=waiting)):
        (why,) = refused(lacking, on)
        assert "《单人纳入最低生活保障审核表》" in why
    assert refused(case, on) == []


def test_one_is_covered_and_the_family_is_looked_at() -> None:
    """「按月发放最低生活保障金」 to the one; the means are those of all who live together."""
    case, day = single("2026-07-06"), dt.date(2026, 7, 20)
    assert len(covered_persons(case, day)) == 1 < household_size(case, day)
    money = MoneyDecision(case, NATIONAL, "confirm", day, {"DB": "1000"}, {})
    assert benefit_amount.faults(money) == [], "the family's income is above the standard by its nature"
    more = single("2026-07-06", benefit={"amount": "1001"})
    (why,) = benefit_amount.faults(MoneyDecision(more, NATIONAL, "confirm", day, {"DB": "1000"}, {}))
    assert "1000 元×1 人" in why


def test_both_may_stand_side_by_side() -> None:
    """The family stays at the border, the one is in 低保: neither contradicts the other, in whichever order."""
    on = dt.date(2026, 8, 3)
    family, alone = walk(NATIONAL, "BY", *GRANTED), single("2026-08-01")
    assert family.number != alone.number
    for case, other in ((family, alone), (alone, family)):
        found = across_findings.find(case, [other], NATIONAL, (), on)
        assert found and all(f.gravity is Gravity.NOTICE for f in found), found
        assert any("单人纳入低保" in f.words for f in found)
    whole = single("2026-08-01", application={"single": False})
    found = across_findings.find(whole, [family], NATIONAL, (), on)
    assert any("须在那一户终止" in f.words for f in found)


def test_the_decision_names_the_one() -> None:
    doc = CATALOGUE.get("confirmation_decision")
    facts: dict[str, Any] = {**HOUSEHOLDS["ordinary"]}
    facts["application"] = {**facts["application"], "single": True, "single_ground": "重病"}
    values = document_values(
        doc, a_case(facts), CONFIG, on=dt.date(2026, 8, 3),
        given={"decision.findings": "家庭月人均收入低于低保边缘标准"},
        extra={"doc_no": "样救字〔2026〕1号", "decision": {"basis": ["《中华人民共和国社会救助法》第二十一条"]}, "remedies": {"reconsideration": "x", "litigation": "y"}},
    )  # fmt: skip
    rows: Any = values["covered"]
    assert [r["covered"] for r in rows][:2] == ["是", "否"]
