"""佳木斯: every category it was given, from the first paper to deregistration, with commands alone."""

from __future__ import annotations

import pytest

from tests.sampling import sweep
from tests.walks.clerk import APPROVER, Clerk
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
    tekun_to_end,
)

PACK = "heilongjiang-jiamusi"
walk = sweep(1 / 24, of="walks")


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


@walk
@pytest.mark.parametrize("category", ["低保", "低收入"])
def test_dibao_and_dixiao(clerk: Clerk, category: str) -> None:
    clerk.open(category, **BENEFIT)
    apply(clerk, *BASIC)
    look_into(clerk)
    three_publicities(clerk)
    benefit_to_end(clerk)


@walk
def test_tekun(clerk: Clerk) -> None:
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS)
    look_into(clerk)
    three_publicities(clerk)
    tekun_to_end(clerk)


@walk
def test_emergency(clerk: Clerk) -> None:
    """「情况紧急的，可以按照规定简化审批手续」."""
    clerk.open("急难型", **TEMPORARY, application={"event": "火灾", "event_date": "2024-03-03"})
    clerk.bring("application_form", "mat_id_card", "mat_fire_report")
    clerk.step("submit")
    clerk.step("accept")
    clerk.step("survey", days=1)
    clerk.step("prelim")
    decide(clerk)
    end_temporary(clerk)


@walk
def test_expenditure(clerk: Clerk) -> None:
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
