"""天津红桥: all five categories, from the first paper to deregistration, with commands alone."""

from __future__ import annotations

import pytest

from tests.sampling import sweep
from tests.walks.clerk import INTAKE, REVIEWER, Clerk
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

PACK = "tianjin-hongqiao"
walk = sweep(1 / 24, of="walks")


@walk
@pytest.mark.libreoffice
def test_dibao(clerk: Clerk) -> None:
    """「公示期为5天」；「每组调查人员不得少于两人」；「并于当月 25 日前将花名册和月报表报送区民政局备案」."""
    clerk.open("低保", **BENEFIT)
    apply(clerk, *BASIC)
    assert clerk.due()["survey.start"]["due"] == "2024-03-13"  # accepted on Friday the 8th
    assert any("2 " in problem for problem in clerk.refused("survey", by=(INTAKE,)))
    look_into(clerk)
    clerk.step("prelim", days=1)
    clerk.step("publicize", days=1)
    assert "公示期" in "".join(clerk.refused("review", by=(REVIEWER,)))
    decide(clerk, days=7)
    assert clerk.due()["filing.monthly.cutoff"]["due"] == "2024-03-25"
    hand_over(clerk)
    assert clerk.state == "in_benefit"
    benefit_to_end(clerk)
    clerk.put_in_order(scanned=True)
    assert len(clerk.commands()) <= 60, clerk.commands()  # «A whole 低保 life in at most 60 commands»


@walk
def test_dixiao_with_an_objection(clerk: Clerk) -> None:
    """「对公示有异议的，经办机构应当重新组织调查核实，并根据调查情况重新进行公示」；争议「报街道班子会议审议通过」."""
    clerk.open("低收入", **BENEFIT, application={"kinship": True, "kin_name": "居委会某某"})
    apply(clerk, *BASIC)
    look_into(clerk)
    clerk.step("prelim", days=1)
    clerk.step("publicize", days=1)
    clerk.step("objection", days=2, needs=("objection_register",))
    assert clerk.due()["publicity.objection.recheck"]["status"] in ("coming", "today")
    clerk.step("republicize", days=3, needs=("reinvestigation_record",))
    clerk.step("appraise", days=7, needs=("democratic_appraisal",))
    clerk.step("review", days=1)
    clerk.run("case", "set", clerk.number, "application.disputed=是")
    assert len(clerk.refused("confirm", by=("魏主任",))) == 3
    clerk.step("kinship_filing")
    clerk.step("deliberate", days=1, needs=("dispute_submission",))
    clerk.step("deliberated", days=1, needs=("deliberation_minutes",))
    clerk.step("leadership", days=1, needs=("leadership_meeting_minutes",))
    clerk.step("confirm", days=1)
    hand_over(clerk)
    benefit_to_end(clerk)


@walk
def test_tekun(clerk: Clerk) -> None:
    """「对特困供养必须开展民主评议」；终止前「公示期为7天」."""
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS)
    look_into(clerk)
    clerk.step("prelim", days=1)
    clerk.step("publicize", days=1)
    assert "民主评议" in "".join(clerk.wait(7).refused("review", by=(REVIEWER,)))
    clerk.step("appraise", needs=("democratic_appraisal",))
    decide(clerk)
    hand_over(clerk)
    tekun_to_end(clerk)


@walk
def test_emergency_advance(clerk: Clerk) -> None:
    """「确保申请24小时到位，事后及时补齐相关手续」；「并在5个工作日内登记救助对象、救助事由、救助金额等信息」."""
    clerk.open(
        "急难型", **TEMPORARY, application={"urgent": True, "event": "火灾", "event_date": "2024-03-03"}
    )
    clerk.step("submit", "--at", "09:00")
    advance = clerk.due()["temp.emergency.advance"]
    assert (advance["due"], advance["at"]) == ("2024-03-05", "09:00")
    clerk.step("advance", "--at", "15:00", settings=("amount=1000",))
    assert clerk.due()["temp.emergency.paperwork"]["due"] == "2024-03-11"
    clerk.wait(2).bring("application_form", "mat_id_card", "mat_fire_report")
    clerk.step("paperwork", days=1)
    decide(clerk)
    end_temporary(clerk)
    clerk.put_in_order()


@walk
def test_expenditure_of_a_household_in_benefit(clerk: Clerk) -> None:
    """「申请对象为低保、特困、低收入的，一般在受理申请后的7个工作日内作出确认决定」."""
    clerk.open("支出型", **TEMPORARY, application={"known_recipient": "是"})
    apply(clerk, *EXPENDITURE)
    assert clerk.due()["temp.expenditure.known"]["due"] == "2024-03-19"
    clerk.step("survey", days=1)
    clerk.step("prelim", days=1)
    clerk.step("publicize")
    decide(clerk, days=6)
    end_temporary(clerk)


@walk
def test_refused_for_want_of_an_explanation(clerk: Clerk) -> None:
    """「申请人自收到告知书之日起4个工作日内须提供相关材料说明情况」；不予确认「在3个工作日内送达」."""
    clerk.open("低保", **BENEFIT)
    apply(clerk, *BASIC)
    clerk.step("verify", days=1)
    clerk.step("explain", days=5, needs=("verification_report",))
    assert clerk.due()["verify.explain"]["due"] is None, "未起算"
    clerk.step("deliver_explain", days=1)
    assert clerk.due()["verify.explain"]["due"] == "2024-03-21"
    assert clerk.refused("refuse_unexplained", "--reason", "未说明", by=("魏主任",))
    clerk.step("refuse_unexplained", "--reason", "无正当理由逾期未作说明", days=8)
    assert clerk.due()["refusal.deliver.after_verify"]["due"] == "2024-03-27"
    clerk.wait(2)
    clerk.step("deliver")
    assert {"remedy.reconsideration", "remedy.litigation"} <= set(clerk.due())
    clerk.wait(1).close("不予确认")
    clerk.put_in_order()


def test_what_was_not_given(clerk: Clerk) -> None:
    no_power(clerk, "残疾人两项补贴")
