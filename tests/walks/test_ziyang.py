"""紫阳: every category it was given, from the first paper to deregistration, with commands alone."""

from __future__ import annotations

import pytest

from tests.sampling import sweep
from tests.walks.clerk import REVIEWER, Clerk
from tests.walks.paths import (
    BASIC,
    BENEFIT,
    TEKUN,
    TEKUN_PAPERS,
    apply,
    benefit_to_end,
    decide,
    look_into,
    no_power,
    tekun_to_end,
)

PACK = "shaanxi-ziyang"
walk = sweep(1 / 24, of="walks")


def checked_by_the_county(clerk: Clerk) -> None:
    """「主要分为申请、受理审核、镇政府确认、县级核查四个流程」."""
    clerk.step("prelim", days=1)
    clerk.step("publicize")
    decide(clerk, days=10)
    clerk.wait(1).serve()
    clerk.step("deliver")
    clerk.step("announce", days=1)
    assert "pay" not in clerk.possible(), "县级核查之前不列入发放"
    clerk.step("county_check", days=3, settings=("result=一致",))
    clerk.step("pay", days=1)


@walk
@pytest.mark.parametrize("category", ["低保", "低收入"])
def test_dibao_and_dixiao(clerk: Clerk, category: str) -> None:
    clerk.open(category, **BENEFIT)
    apply(clerk, *BASIC)
    look_into(clerk)
    assert REVIEWER not in clerk.who("survey")
    checked_by_the_county(clerk)
    benefit_to_end(clerk)


@walk
def test_tekun(clerk: Clerk) -> None:
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS)
    look_into(clerk)
    checked_by_the_county(clerk)
    tekun_to_end(clerk)


def test_has_no_power_over_the_rest(clerk: Clerk) -> None:
    for category in ("急难型", "支出型", "残疾人两项补贴"):
        no_power(clerk, category)
