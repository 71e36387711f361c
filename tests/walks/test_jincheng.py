"""晋城: every category it was given, from the first paper to deregistration, with commands alone."""

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
    look_into,
    no_power,
    tekun_to_end,
)

PACK = "shanxi-jincheng-chengqu"
walk = sweep(1 / 24, of="walks")


def confirmed_then_publicized(clerk: Clerk) -> None:
    """「镇（街道）审核确认—镇（街道）公示—资金发放」；「并于7日内上报至区民政局备案」."""
    clerk.step("prelim", days=1)
    clerk.step("review", days=1)
    clerk.step("confirm", days=1)
    assert clerk.due()["filing.days"]["duty"] == "office"
    clerk.step("publicize", days=1)
    clerk.step("file", days=3)
    clerk.wait(1).serve()
    clerk.step("deliver")
    assert "公示期" in "".join(clerk.refused("announce"))
    clerk.step("announce", days=6)
    clerk.step("pay", days=2)
    assert clerk.due()["archive.quarterly"]["status"] == "coming"
    clerk.step("report_quarterly", days=5)


@walk
def test_dibao(clerk: Clerk) -> None:
    """「每年第三季度要集中开展一次最低生活保障、特困人员救助供养年度复核工作」."""
    clerk.open("低保", **BENEFIT)
    apply(clerk, *BASIC)
    look_into(clerk)
    confirmed_then_publicized(clerk)
    assert clerk.due()["review.annual.window"]["due"] == "2024-09-30"
    benefit_to_end(clerk)


@walk
def test_tekun(clerk: Clerk) -> None:
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS)
    look_into(clerk)
    confirmed_then_publicized(clerk)
    tekun_to_end(clerk)
    clerk.put_in_order()


def test_has_no_power_over_the_rest(clerk: Clerk) -> None:
    for category in ("低收入", "急难型", "支出型", "残疾人两项补贴"):
        no_power(clerk, category)
