"""低保边缘家庭 and 刚性支出困难家庭 under the national rules of late 2026: from the first paper to deregistration, with commands alone."""

from __future__ import annotations

import pytest

from tests.people import WANG_ID
from tests.sampling import sweep
from tests.walks.clerk import APPROVER, Clerk
from tests.walks.paths import BASIC, apply, decide, look_into

PACK, START = "national", "2026-07-06"
RECOGNISED = {"benefit": {"persons": 2, "income_per_head": "1400", "review_cycle": "每年"}}
walk = sweep(1 / 24, of="walks")


def recognised(clerk: Clerk) -> None:
    """「提出审核意见」, posted, confirmed, published, shared: and no money anywhere."""
    clerk.step("prelim", days=1)
    clerk.step("publicize", days=1)
    decide(clerk, days=9)
    clerk.wait(1).serve()
    clerk.step("deliver")
    clerk.step("announce", days=1)
    clerk.step("file", days=1)
    assert "pay" not in clerk.possible(), "只确认，不发放"
    clerk.step("enrol", days=1)
    assert clerk.state == "in_benefit"


def to_end(clerk: Clerk, reason: str) -> None:
    clerk.step("visit", days=60, needs=("home_visit_record",))
    clerk.step("start_review", days=30)
    assert any("听取" in why for why in clerk.refused("terminate", "--reason", reason, by=(APPROVER,)))
    said = ("proposed=终止", "heard=王秀兰", "said=没有意见")
    clerk.step("hear", days=2, needs=("hearing_record",), settings=said)
    clerk.step("terminate", "--reason", reason, days=5)
    clerk.wait(1).serve()
    clerk.step("deliver")
    clerk.wait(1).close(reason)
    clerk.put_in_order()


@walk
def test_a_family_at_the_border(clerk: Clerk) -> None:
    """第二十一条「对家庭人均收入低于当地最低生活保障边缘家庭标准且财产状况符合规定的最低生活保障边缘家庭」."""
    clerk.open("低保边缘", **RECOGNISED)
    assert clerk.number == "YLJD-BY-2026-000001"
    apply(clerk, *BASIC)
    look_into(clerk)
    recognised(clerk)
    assert clerk.ended_on_time("overall")
    to_end(clerk, "家庭收入超过标准")


@walk
def test_a_family_with_rigid_expenses(clerk: Clerk) -> None:
    """「医疗、教育等必需支出占家庭总收入比例超过…规定比例的刚性支出困难家庭」; 认定办法「有效期一般不超过十二个月」."""
    clerk.open("刚性支出困难家庭", **RECOGNISED)
    assert clerk.number == "YLJD-GX-2026-000001"
    apply(clerk, *BASIC, "mat_medical_bill")
    look_into(clerk)
    recognised(clerk)
    due = clerk.due()
    assert {"recognition.validity", "review.cycle"} <= set(due)
    to_end(clerk, "认定有效期届满")


def test_no_amount_is_taken_by_any_door(clerk: Clerk) -> None:
    """「低保边缘、刚性支出困难家庭不发放资金」: not when the file is opened, not later, not by a file of facts; nought says the same."""
    amount = {"benefit": {**RECOGNISED["benefit"], "amount": "980"}}
    (clerk.root / "改.json").write_text('{"benefit": {"amount": "120.50"}}', encoding="utf-8")
    for category in ("低保边缘", "刚性支出困难家庭"):
        with pytest.raises(AssertionError, match="不发放资金"):
            clerk.open(category, **amount)
        clerk.open(category, **RECOGNISED)
        before = clerk.show()
        for words in (("benefit.amount=980",), ("救助金额.月救助金额=0.01",), ("--from", "改.json")):
            told = clerk.run("case", "set", clerk.number, *words, check=2)
            assert told["error"]["code"] == "E002" and "不发放资金" in str(told["error"]["problems"]), told
        assert clerk.show() == before
        clerk.run("case", "set", clerk.number, "benefit.amount=0")


def test_neither_existed_before_its_day(clerk: Clerk) -> None:
    """「本法自2026年7月1日起施行」; the measure on 刚性支出 since 2025."""
    for category, day, says in (
        ("低保边缘", "2026-06-30", "2026-07-01 起才可以申请"),
        ("刚性支出", "2024-12-31", "2025-01-01 起才可以申请"),
    ):
        words = ("case", "open", category, "--name", "王秀兰", "--id", WANG_ID, "--on", day)
        refused = clerk.run(*words, check=53)
        assert refused["error"]["code"] == "E503" and says in refused["error"]["message"]
