"""小额快救 under the national rules of 2026: registered, decided, paid, explained afterwards, with commands alone."""

from __future__ import annotations

from typing import Any, Final

from tests.walks.clerk import APPROVER, Clerk

PACK, START = "national", "2026-03-02"
FIRE: Final[dict[str, Any]] = {
    "event": "家中电线老化引发火灾，住房过火",
    "event_date": "2026-03-01",
    "event_place": "样例市样例区样例路12号",
    "quick": True,
}
WHY = ("--reason", "当日无处居住，须立即救助")


def with_standard(clerk: Clerk) -> None:
    path = clerk.root / "archivist.toml"
    written = path.read_text(encoding="utf-8")
    assert written.count("[standards]\n") == 1
    path.write_text(written.replace("[standards]\n", '[standards]\nDB = "1100"\n'), encoding="utf-8")


def test_a_family_is_helped_at_once(clerk: Clerk) -> None:
    """「实施“小额快救”，直接登记救助对象、事由、金额等信息，不再进行家庭经济状况核对和公示」, 「办理时限一般不超过3天」."""
    with_standard(clerk)
    clerk.open("急难型", application=FIRE)
    clerk.step("submit", "--at", "09:00")
    assert clerk.due()["temp.quick.time"]["due"] == "2026-03-05"
    assert {"quick_relief", "accept"} <= clerk.possible()
    clerk.step("quick_relief", *WHY, days=1, by=(APPROVER,), settings=("amount=1100",))
    assert clerk.ended_on_time("temp.quick.time")
    assert not {"verify", "survey", "publicize"} & clerk.possible()
    clerk.step("pay", days=1)
    clerk.step("explain_relief", days=5, settings=("explained=家属已到达，住院费用由其承担",))
    clerk.step("file", days=1)
    (line,) = clerk.run("report", "小额快救登记册", "--month", "2026-03", "--dry-run")["tables"][
        "register.rows"
    ]
    assert line["days"] == 1 and line["in_time"] == "按时" and line["amount"] in ("1100", "1100.00", 1100)
    clerk.wait(1).close("办结")


def test_more_than_a_month_s_standard_is_refused(clerk: Clerk) -> None:
    """「最高档不超过当地一个月最低生活保障标准」: no stated basis goes beyond it, the ordinary way remains."""
    with_standard(clerk)
    clerk.open("急难型", application=FIRE, benefit={"basis": "本地办法"})
    clerk.step("submit", "--at", "09:00")
    (why,) = clerk.refused("quick_relief", *WHY, "--set", "amount=1100.01", by=(APPROVER,))
    assert "超过“小额快救的金额上限”1100 元" in why and "一般程序" in why
    clerk.run("case", "set", clerk.number, "application.event_place=")
    whys = clerk.refused("quick_relief", *WHY, "--set", "amount=900", by=(APPROVER,))
    assert any("急难发生地" in why for why in whys)


def test_there_was_none_before_the_opinion(clerk: Clerk) -> None:
    """《关于进一步健全完善临时救助制度的意见》 is of January 2026."""
    with_standard(clerk)
    clerk.day = clerk.day.replace(year=2025)
    clerk.open("急难型", application=FIRE | {"event_date": "2025-03-01"})
    clerk.step("submit", "--at", "09:00")
    assert "quick_relief" not in clerk.possible()
