"""An office under a pack of its own, written with ``docs/rule-packs.md`` alone for a county that does not exist."""

from __future__ import annotations

import datetime as dt

from archivist.model.ids import Category
from archivist.rules.pack import load
from archivist.rules.rule_days import RuleDays
from tests.sampling import sweep
from tests.walks.clerk import OWN_PACKS, REVIEWER, Clerk
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

PACK = "yangli"
OWN_BASIC = (*(paper for paper in BASIC if paper != "kinship_declaration"), "mat_bank_card")
"""「近亲属备案由民生服务站查询，申请人不另行提交」, 「申请时提交一卡通复印件」."""


def to_payment(clerk: Clerk) -> None:
    """「初审公示十日」, 「备案以后由县民政局抽查，抽查以后列入发放」."""
    clerk.step("prelim", days=1)
    clerk.step("publicize")
    assert clerk.wait(8).refused("review", by=(REVIEWER,)), "seven days would be over"
    decide(clerk, days=6)
    clerk.wait(1).serve()
    clerk.step("deliver")
    clerk.step("announce", days=1)
    clerk.step("file", days=1)
    assert "pay" not in clerk.possible()
    clerk.step("county_sample", days=3, settings=("result=一致",))
    clerk.step("pay", days=2)


walk = sweep(1 / 24, of="walks")


def test_the_pack_is_sound(clerk: Clerk) -> None:
    checked = [c["pack"] for c in clerk.run("rules", "check", "--pack", PACK)["checked"]]
    assert checked == [PACK]
    shown = clerk.run("rules", "show", "publicize", "--category", "DB")
    assert "民生服务站" in str(shown["steps"][0]["lines"])
    listed = {p["id"]: p for p in clerk.run("rules", "list")["packs"]}
    assert (listed[PACK]["own"], listed[PACK]["looked_at"]) == (True, "2026-11-20")


def test_the_nation_s_days_hold_before_the_county_s() -> None:
    own = load(PACK, own=OWN_PACKS)
    for day, value in (("2024-02-29", 7), ("2024-03-01", 10)):
        on = RuleDays.alike(dt.date.fromisoformat(day))
        assert {own.rule("publicity.initial", c, on).value for c in (Category.DB, Category.TK)} == {value}
        assert own.rule("publicity.initial", Category.DX, on).value == 7


@walk
def test_dibao(clerk: Clerk) -> None:
    clerk.open("低保", **BENEFIT)
    apply(clerk, *OWN_BASIC)
    look_into(clerk)
    to_payment(clerk)
    benefit_to_end(clerk)


@walk
def test_tekun(clerk: Clerk) -> None:
    clerk.open("特困", **TEKUN)
    apply(clerk, *TEKUN_PAPERS, "mat_bank_card")
    look_into(clerk)
    to_payment(clerk)
    tekun_to_end(clerk)


def test_has_no_power_over_the_rest(clerk: Clerk) -> None:
    for category in ("低收入", "急难型", "支出型", "残疾人两项补贴"):
        no_power(clerk, category)
