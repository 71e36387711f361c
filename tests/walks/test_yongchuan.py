"""永川: every category it was given, from the first paper to deregistration, with commands alone."""

from __future__ import annotations

from tests.sampling import sweep
from tests.walks.clerk import Clerk
from tests.walks.paths import (
    BASIC,
    BENEFIT,
    TEKUN,
    TEKUN_PAPERS,
    apply,
    benefit_to_end,
    decide,
    hand_over,
    look_into,
    no_power,
    tekun_to_end,
)

PACK = "chongqing-yongchuan"
walk = sweep(1 / 24, of="walks")


@walk
def test_dibao(clerk: Clerk) -> None:
    """「应当对申请人的家庭收入、财产和消费支出状况进行群众评议」；「最低生活保障金从批准的当月起，以货币形式按月发放」."""
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


@walk
def test_tekun(clerk: Clerk) -> None:
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS)
    look_into(clerk)
    clerk.step("prelim", days=1)
    clerk.step("publicize")
    decide(clerk, days=10)
    hand_over(clerk)
    tekun_to_end(clerk)


@walk
def test_disability(clerk: Clerk) -> None:
    """「履行对辖区残疾人“两项补贴”的审核」：镇街只有审核权，审定在区."""
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
    clerk.wait(1).serve("disability_subsidy_form")
    clerk.step("deliver")
    clerk.step("pay", days=1)
    benefit_to_end(clerk, "残疾等级变化")


def test_has_no_power_over_the_rest(clerk: Clerk) -> None:
    for category in ("低收入", "急难型", "支出型"):
        no_power(clerk, category)
