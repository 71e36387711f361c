"""永川、佳木斯、晋城、紫阳: every category each was given, from the first paper to deregistration, with commands alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.walks.clerk import APPROVER, REVIEWER, Clerk
from tests.walks.paths import (
    BASIC,
    BENEFIT,
    EXPENDITURE,
    TEKUN,
    TEKUN_PAPERS,
    TEMPORARY,
    apply,
    benefit_to_end,
    decide,
    end_temporary,
    hand_over,
    look_into,
    no_power,
    tekun_to_end,
)

Office = Callable[[str], Clerk]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    return lambda pack: Clerk(tmp_path, monkeypatch, pack, "2024-03-04")


# ── 重庆永川 ──────────────────────────────────────────────────────────────────────────────────────────────
def test_yongchuan_dibao(office: Office) -> None:
    """「应当对申请人的家庭收入、财产和消费支出状况进行群众评议」；「最低生活保障金从批准的当月起，以货币形式按月发放」."""
    clerk = office("chongqing-yongchuan")
    clerk.open("低保", **BENEFIT)
    apply(clerk, *BASIC)
    look_into(clerk)
    assert clerk.refused("prelim"), "评议在初审之前"
    clerk.step("appraise", days=1)
    clerk.step("prelim", days=2, needs=("democratic_appraisal",))
    clerk.step("publicize")
    decide(clerk, days=8)
    overall = clerk.ended_on_time("overall")
    assert overall, "三十日内办结，评议与公示不计入"
    hand_over(clerk)
    benefit_to_end(clerk)


def test_yongchuan_tekun(office: Office) -> None:
    clerk = office("chongqing-yongchuan")
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS)
    look_into(clerk)
    clerk.bring("self_care_assessment")
    clerk.step("prelim", days=1)
    clerk.step("publicize")
    decide(clerk, days=10)
    hand_over(clerk)
    tekun_to_end(clerk)


def test_yongchuan_disability(office: Office) -> None:
    """「履行对辖区残疾人“两项补贴”的审核」：镇街只有审核权，审定在区."""
    clerk = office("chongqing-yongchuan")
    clerk.open(
        "残疾人两项补贴", applicant={"disability": "肢体二级", "disability_cert": "12010619620305002342"}
    )
    clerk.bring(
        "disability_subsidy_form",
        "mat_id_card",
        "mat_household_register",
        "mat_disability_cert",
        "mat_dibao_cert",
    )
    clerk.step("submit")
    clerk.step("accept", days=1)
    clerk.step("town_review", days=3)
    assert "confirm" not in clerk.possible()
    clerk.step("federation_review", days=5)
    clerk.step("bureau_approve", days=5)
    clerk.step("deliver", days=1, needs=("delivery_receipt",))
    clerk.step("pay", days=1)
    benefit_to_end(clerk, "残疾等级变化")


def test_yongchuan_has_no_power_over_the_rest(office: Office) -> None:
    clerk = office("chongqing-yongchuan")
    for category in ("低收入", "急难型", "支出型"):
        no_power(clerk, category)


# ── 佳木斯 ────────────────────────────────────────────────────────────────────────────────────────────────
def three_publicities(clerk: Clerk) -> None:
    """「民主评议及审核结果公示、拟审批(确认)结果公示以及社会救助对象长期公示」."""
    clerk.step("prelim", days=1)
    clerk.step("appraise", days=1, needs=("democratic_appraisal",))
    clerk.step("publicize", days=1)
    clerk.step("review", days=8)
    clerk.step("publicize_proposed", days=1)
    assert "公示期" in "".join(clerk.refused("confirm", by=(APPROVER,)))
    clerk.step("confirm", days=8)
    hand_over(clerk)


@pytest.mark.parametrize("category", ["低保", "低收入"])
def test_jiamusi(office: Office, category: str) -> None:
    clerk = office("heilongjiang-jiamusi")
    clerk.open(category, **BENEFIT)
    apply(clerk, *BASIC)
    look_into(clerk)
    three_publicities(clerk)
    benefit_to_end(clerk)


def test_jiamusi_tekun(office: Office) -> None:
    clerk = office("heilongjiang-jiamusi")
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS)
    look_into(clerk)
    clerk.bring("self_care_assessment")
    three_publicities(clerk)
    tekun_to_end(clerk)


def test_jiamusi_emergency(office: Office) -> None:
    """「情况紧急的，可以按照规定简化审批手续」."""
    clerk = office("heilongjiang-jiamusi")
    clerk.open("急难型", **TEMPORARY, application={"event": "火灾", "event_date": "2024-03-03"})
    clerk.bring("application_form", "mat_id_or_other", "mat_event_evidence")
    clerk.step("submit")
    clerk.step("accept")
    clerk.step("survey", days=1)
    clerk.step("prelim")
    decide(clerk)
    end_temporary(clerk)


def test_jiamusi_expenditure(office: Office) -> None:
    clerk = office("heilongjiang-jiamusi")
    clerk.open("支出型", **TEMPORARY, application={"known_recipient": "否"})
    apply(clerk, *EXPENDITURE, "economic_declaration")
    clerk.step("verify", days=1)
    clerk.step("survey", days=1)
    clerk.wait(3).bring("verification_report")
    clerk.step("prelim", days=1)
    clerk.step("publicize", days=1)
    clerk.step("review", days=8)
    clerk.step("publicize_proposed", days=1)
    clerk.step("confirm", days=10)
    end_temporary(clerk)


# ── 晋城 ──────────────────────────────────────────────────────────────────────────────────────────────────
def confirmed_then_publicized(clerk: Clerk) -> None:
    """「镇（街道）审核确认—镇（街道）公示—资金发放」；「并于7日内上报至区民政局备案」."""
    clerk.step("prelim", days=1)
    clerk.step("review", days=1)
    clerk.step("confirm", days=1)
    assert clerk.due()["filing.days"]["duty"] == "office"
    clerk.step("publicize", days=1)
    clerk.step("file", days=3)
    clerk.step("deliver", days=1, needs=("delivery_receipt",))
    assert "公示期" in "".join(clerk.refused("announce"))
    clerk.step("announce", days=6)
    clerk.step("pay", days=2)
    assert clerk.due()["archive.quarterly"]["due"] in ("2024-03-31", "2024-06-30")
    clerk.step("report_quarterly", days=5)


def test_jincheng_dibao(office: Office) -> None:
    """「每年第三季度要集中开展一次最低生活保障、特困人员救助供养年度复核工作」."""
    clerk = office("shanxi-jincheng-chengqu")
    clerk.open("低保", **BENEFIT)
    apply(clerk, *BASIC)
    look_into(clerk)
    confirmed_then_publicized(clerk)
    assert clerk.due()["review.annual.window"]["due"] == "2024-09-30"
    benefit_to_end(clerk)


def test_jincheng_tekun(office: Office) -> None:
    clerk = office("shanxi-jincheng-chengqu")
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS)
    look_into(clerk)
    clerk.bring("self_care_assessment")
    confirmed_then_publicized(clerk)
    tekun_to_end(clerk)
    clerk.put_in_order()


def test_jincheng_has_no_power_over_the_rest(office: Office) -> None:
    clerk = office("shanxi-jincheng-chengqu")
    for category in ("低收入", "急难型", "支出型", "残疾人两项补贴"):
        no_power(clerk, category)


# ── 紫阳 ──────────────────────────────────────────────────────────────────────────────────────────────────
def checked_by_the_county(clerk: Clerk) -> None:
    """「主要分为申请、受理审核、镇政府确认、县级核查四个流程」."""
    clerk.step("prelim", days=1)
    clerk.step("publicize")
    decide(clerk, days=10)
    clerk.step("deliver", days=1, needs=("delivery_receipt",))
    clerk.step("announce", days=1)
    assert "pay" not in clerk.possible(), "县级核查之前不列入发放"
    clerk.step("county_check", days=3, settings=("result=一致",))
    clerk.step("pay", days=1)


@pytest.mark.parametrize("category", ["低保", "低收入"])
def test_ziyang(office: Office, category: str) -> None:
    clerk = office("shaanxi-ziyang")
    clerk.open(category, **BENEFIT)
    apply(clerk, *BASIC)
    look_into(clerk)
    assert REVIEWER not in clerk.who("survey")
    checked_by_the_county(clerk)
    benefit_to_end(clerk)


def test_ziyang_tekun(office: Office) -> None:
    clerk = office("shaanxi-ziyang")
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS)
    look_into(clerk)
    clerk.bring("self_care_assessment")
    checked_by_the_county(clerk)
    tekun_to_end(clerk)


def test_ziyang_has_no_power_over_the_rest(office: Office) -> None:
    clerk = office("shaanxi-ziyang")
    for category in ("急难型", "支出型", "残疾人两项补贴"):
        no_power(clerk, category)
