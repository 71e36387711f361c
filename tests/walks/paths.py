"""Stretches of the way that several places share; what differs from place to place stands in the tests."""

from __future__ import annotations

import datetime as dt

from tests.filing import ACCEPTANCE
from tests.people import WANG_ID
from tests.walks.clerk import APPROVER, Clerk

LAW_OF_2026 = dt.date(2026, 7, 1)
BASIC = ACCEPTANCE[1:]
"""What 低保 and 低收入 ask for, besides the application."""
TEKUN_PAPERS = (
    "mat_id_card",
    "mat_household_register",
    "verification_authorization",
    "integrity_commitment",
    "tekun_written_statement",
)
EXPENDITURE = (
    "mat_id_card",
    "mat_household_register",
    "verification_authorization",
    "mat_medical_bill",
    "mat_income_proof",
)
BENEFIT = {
    "benefit": {
        "persons": 2, "standard": "1130", "income_per_head": "500", "method": "补差", "amount": "1260",
        "review_cycle": "每年",
    }
}  # fmt: skip
TEKUN = {
    "benefit": {
        "persons": 1, "standard": "1130", "method": "定额", "amount": "1130", "review_cycle": "每年",
        "care_grade": "全护理", "care_form": "集中供养",
    }
}  # fmt: skip
TEMPORARY = {"benefit": {"amount": "3000", "basis": "本地临时救助办法的标准"}}


def apply(clerk: Clerk, *papers: str) -> None:
    """Hand in an application, be told once what is missing, bring it, be accepted."""
    clerk.bring("application_form")
    clerk.step("submit")
    clerk.step("ask_correction", days=1)
    clerk.wait(3).bring(*papers)
    clerk.step("accept")


def look_into(clerk: Clerk) -> None:
    """Have the means verified and the household visited by two."""
    clerk.step("verify", days=1)
    clerk.step("survey", days=1, needs=("household_survey", "neighbor_interview"))
    clerk.wait(5).bring("verification_report")


def decide(clerk: Clerk, *, days: int = 1) -> None:
    """Review and confirm, by other people than the first reviewer."""
    clerk.step("review", days=days)
    clerk.step("confirm", days=1)


def hand_over(clerk: Clerk) -> None:
    """Deliver the decision, announce it, report it, pay."""
    clerk.wait(1).serve()
    clerk.step("deliver")
    clerk.step("announce", days=1)
    clerk.step("file", days=1)
    clerk.step("pay", days=2)


def hear(clerk: Clerk, step: str, *more: str, what: str = "终止") -> None:
    """From 1 July 2026 the household is heard before a step is decided against it; before that nobody asks for it."""
    if clerk.day < LAW_OF_2026:
        assert "hear" not in clerk.possible()
        return
    refused = clerk.refused(step, *more, by=clerk.who(step))
    assert any("应当听取社会救助对象的意见" in reason for reason in refused), refused
    clerk.step(
        "hear", needs=("hearing_record",), settings=(f"proposed={what}", "heard=王秀兰", "answer=没有异议")
    )


def benefit_to_end(clerk: Clerk, reason: str = "家庭收入超过标准") -> None:
    """A visit, a review that ends the benefit, and the file closed; where only the bureau can end it, on the office's proposal."""
    clerk.step("visit", days=60, needs=("home_visit_record",))
    clerk.step("start_review", days=30)
    form: tuple[str, ...] = ("benefit_change_form",)
    if "propose_ending" in clerk.possible():
        hear(clerk, "propose_ending", "--reason", reason, "--set", "proposed=终止")
        assert clerk.refused("terminate", "--reason", reason)
        clerk.step("propose_ending", "--reason", reason, settings=("proposed=终止",))
        form = ()  # it is the proposal
    else:
        hear(clerk, "terminate", "--reason", reason)
    clerk.step("terminate", "--reason", reason, days=5, needs=form)
    clerk.wait(1).serve()
    clerk.step("deliver")
    clerk.wait(1).close(reason)


def tekun_to_end(clerk: Clerk) -> None:
    """A termination is posted for seven days before it is decided."""
    clerk.step("start_review", days=90)
    clerk.step("propose_termination", "--reason", "具备了劳动能力", days=1, needs=("benefit_change_form",))
    assert clerk.refused("terminate", "--reason", "不再符合条件", by=(APPROVER,))
    clerk.wait(9)
    hear(clerk, "terminate", "--reason", "不再符合条件")
    clerk.step("terminate", "--reason", "不再符合条件", days=1)
    clerk.wait(1).serve()
    clerk.step("deliver")
    clerk.wait(1).close("终止供养")


def end_temporary(clerk: Clerk) -> None:
    """Deliver, pay once, report, close."""
    clerk.wait(1).serve()
    clerk.step("deliver")
    clerk.step("pay", days=1)
    clerk.step("file", days=1)
    clerk.wait(1).close("办结")


def no_power(clerk: Clerk, category: str) -> None:
    """A category the office was not given is refused with the reason."""
    refused = clerk.run("case", "open", category, "--name", "王秀兰", "--id", WANG_ID, check=53)
    assert refused["error"]["code"] == "E503" and "已下放" in refused["error"]["message"]
