"""Exact rows and sums, from synthetic households with their steps."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.report import Period
from archivist.report.case_history import HouseholdHistory
from archivist.report.register import Register, RegisterRequest
from archivist.report.registers.applications import acceptance_register, filing_summary
from archivist.report.registers.figures import COLUMNS, monthly_statistics
from archivist.report.registers.handed_over import annual_review_transfer_list, quarterly_transfer_list
from archivist.report.registers.payments import fund_disbursement_detail
from archivist.report.registers.quick_relief import quick_relief_register
from archivist.report.registers.recovery import recovery_register
from archivist.report.registers.reviews import monthly_visit_summary, percent, review_due_list
from archivist.report.registers.roll import household_ledger, monthly_roster
from archivist.report.registers.temporary import reserve_fund_report, temp_assistance_monthly_summary
from archivist.rules.pack import load
from tests.report.homes import BENEFIT, TO_BENEFIT, a_case, a_house, with_record

NATIONAL, TIANJIN, JINCHENG = load("national"), load("tianjin-hongqiao"), load("shanxi-jincheng-chengqu")
CHANGED = ("start_review reviewing 2024-07-02", "change changed 2024-07-10", "deliver in_benefit 2024-07-12")
ENDED = ("start_review reviewing 2024-08-01", "terminate terminated 2024-08-09")


def month(text: str) -> Period:
    return Period.of_month(text)


def brief(register: Register, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[k] for k in keys) for row in register.rows]


# ── one household in the course of time ──────────────────────────────────────────────────────────────────
def test_on_the_roll_from_the_decision_paid_from_the_first_month() -> None:
    house = a_house(1, "DB", *TO_BENEFIT, *ENDED)
    assert [house.on_roll(month(m).last) for m in ("2024-03", "2024-04", "2024-07", "2024-08")] == [
        False, True, True, False,
    ]  # fmt: skip
    paid = [m for m in range(1, 13) if house.paid_in(month(f"2024-{m:02d}"))]
    assert paid == [5, 6, 7, 8], "the decision of August works from September on"


def test_a_suspended_household_stays_on_the_roll_unpaid_until_it_is_resumed() -> None:
    house = a_house(1, "DB", *TO_BENEFIT, "start_review reviewing 2024-06-03", "suspend suspended 2024-06-05",
                    "resume in_benefit 2024-09-02")  # fmt: skip
    assert all(house.on_roll(month(f"2024-{m:02d}").last) for m in range(4, 13))
    assert [m for m in range(1, 13) if house.paid_in(month(f"2024-{m:02d}"))] == [5, 6, 9, 10, 11, 12]


def test_a_change_holds_from_the_month_that_was_told() -> None:
    told = [(1, BENEFIT), (12, {**BENEFIT, "amount": "500", "start": "2024-08"})]
    house = a_house(1, "DB", *TO_BENEFIT, *CHANGED, told=told)
    amounts = [term.amount if (term := house.term(m)) else None for m in ("2024-05", "2024-07", "2024-08")]
    assert amounts == [Decimal("800"), Decimal("800"), Decimal("500")]


def test_the_decision_tells_the_month_when_the_file_does_not() -> None:
    told = [(1, BENEFIT), (10, {**BENEFIT, "amount": "500"})]
    house = a_house(1, "DB", *TO_BENEFIT, *CHANGED, told=told)
    unknown = house.term("2024-07")
    assert unknown and (unknown.amount, unknown.since) == (None, "2024-07"), "nobody told from when on"
    assert (before := house.term("2024-06")) and before.amount == Decimal("800")
    informed = with_record(
        house,
        "benefit_change_decision",
        filed_at="2024-07-10T10:00:00+08:00",
        given={"change.start": "2024-08"},
    )
    amounts = [t.amount if (t := informed.term(m)) else None for m in ("2024-07", "2024-08")]
    assert amounts == [Decimal("800"), Decimal("500")]


def test_a_correction_replaces_and_a_proposal_is_not_yet_paid() -> None:
    corrected = a_house(1, "DB", *TO_BENEFIT, told=[(1, BENEFIT), (5, {**BENEFIT, "amount": "790"})])
    assert [t.amount for t in corrected.terms] == [Decimal("790")]
    open_review = a_house(1, "DB", *TO_BENEFIT, "start_review reviewing 2024-07-02",
                          told=[(1, BENEFIT), (10, {**BENEFIT, "amount": "500", "start": "2024-08"})])  # fmt: skip
    assert [t.amount for t in open_review.terms] == [Decimal("800")]


def test_the_history_is_read_from_the_events() -> None:
    assert HouseholdHistory.read(a_case(1)).terms[0].amount == Decimal("800")


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────
def test_acceptance_register() -> None:
    houses = [
        a_house(1, "DB", "submit submitted 2024-03-04", "ask_correction correction_pending 2024-03-05",
                "accept accepted 2024-03-08"),
        a_house(2, "DB", *TO_BENEFIT),
        a_house(3, "DB", "submit submitted 2024-03-06", "not_accept not_accepted 2024-03-06"),
        a_house(4, "JN", "advance advanced 2024-03-09 amount=300"),
        a_house(5, "DB", "submit submitted 2024-04-01"),
        a_house(6, "DB"),
    ]  # fmt: skip
    found = acceptance_register(RegisterRequest(houses, TIANJIN, month("2024-03")))
    assert brief(found, "number", "received", "outcome", "accepted", "deadline", "result", "closed", "handler") == [
        ("YLJD-DB-2024-000001", dt.date(2024, 3, 4), "补正后受理", dt.date(2024, 3, 8), dt.date(2024, 4, 22), "在办", None, "林经办"),
        ("YLJD-DB-2024-000002", dt.date(2024, 3, 4), "受理", dt.date(2024, 3, 5), dt.date(2024, 4, 17), "在办", None, "林经办"),
        ("YLJD-DB-2024-000003", dt.date(2024, 3, 6), "不予受理", None, None, "不予受理", dt.date(2024, 3, 6), "林经办"),
        ("YLJD-JN-2024-000004", dt.date(2024, 3, 9), "先行救助", dt.date(2024, 3, 9), None, "在办", None, "林经办"),
    ]  # fmt: skip
    assert (
        found.values["register.accepted"],
        found.values["register.closed"],
        found.values["register.open"],
    ) == (3, 1, 3)
    assert "1户没有收件日期" in found.notes[0]


def test_roster_shows_who_came_who_is_there_who_left() -> None:
    told = [(1, BENEFIT), (12, {**BENEFIT, "amount": "500", "start": "2024-08"})]
    houses = [
        a_house(1, "DB", *TO_BENEFIT, *CHANGED, told=told),
        a_house(2, "DB", *TO_BENEFIT, "start_review reviewing 2024-07-03", "terminate terminated 2024-07-04"),
        a_house(3, "DB", *TO_BENEFIT, "start_review reviewing 2024-07-03", "suspend suspended 2024-07-04"),
        a_house(4, "TK", "confirm confirmed 2024-07-15", facts={"applicant": {"health": "重病", "village": "甲村"}}),
        a_house(5, "JN", "confirm confirmed 2024-07-16"),
        a_house(6, "DB", "submit submitted 2024-07-16"),
    ]  # fmt: skip
    found = monthly_roster(RegisterRequest(houses, NATIONAL, month("2024-07")))
    assert brief(found, "number", "persons", "amount", "change", "classes") == [
        ("YLJD-DB-2024-000001", 2, Decimal("800"), "减发", ""),
        ("YLJD-DB-2024-000003", 2, Decimal("0"), "停发", ""),
        ("YLJD-TK-2024-000004", 2, Decimal("800"), "新增", "重病"),
        ("YLJD-JN-2024-000005", 2, Decimal("800"), "一次性", ""),
        ("YLJD-DB-2024-000002", None, None, "退出", ""),
    ]
    sums = {k: found.values[f"register.{k}"] for k in ("households", "persons", "total", "entered", "gone")}
    assert sums == {"households": 4, "persons": 8, "total": Decimal("2400"), "entered": 2, "gone": 1}
    assert found.rows[0]["account"] == "****0014"


def test_filing_summary_and_its_last_day() -> None:
    houses = [
        with_record(a_house(1, "DB", *TO_BENEFIT[:3]), "confirmation_decision", doc_no="样救字〔2024〕3号"),
        a_house(2, "TK", "accept accepted 2024-03-05", "refuse refused 2024-04-12"),
        a_house(3, "DB", "accept accepted 2024-03-05"),
    ]
    found = filing_summary(
        RegisterRequest(houses, JINCHENG, Period.of_days(dt.date(2024, 4, 8), dt.date(2024, 4, 14)))
    )
    assert brief(found, "number", "result", "doc_no", "amount", "persons") == [
        ("YLJD-DB-2024-000001", "确认", "样救字〔2024〕3号", Decimal("800"), 2),
        ("YLJD-TK-2024-000002", "不予确认", "", None, None),
    ]
    assert found.values["register.deadline"] == dt.date(2024, 4, 17), "seven days after the tenth"
    assert found.doubts == ["YLJD-TK-2024-000002：卷内没有带文号的决定书"]


def test_transfer_lists_count_papers() -> None:
    house = with_record(with_record(a_house(1, "DB", *TO_BENEFIT), "a"), "b")
    found = quarterly_transfer_list(
        RegisterRequest([house, a_house(2, "DB")], JINCHENG, Period.of_quarter("2024Q2"))
    )
    assert brief(found, "records", "pages", "files", "size") == [(2, 4, 2, 2000)]
    assert quarterly_transfer_list(RegisterRequest([house], JINCHENG, Period.of_quarter("2024Q3"))).empty
    reviewed = a_house(
        2, "DB", *TO_BENEFIT, "start_review reviewing 2024-08-01", "reviewed in_benefit 2024-08-20"
    )
    reviewed = with_record(
        reviewed, "periodic_review_form", "09 动态管理", filed_at="2024-08-20T09:00:00+08:00"
    )
    found = annual_review_transfer_list(RegisterRequest([house, reviewed], JINCHENG, Period.of_year("2024")))
    assert brief(found, "conclusion", "concluded", "records", "pages") == [
        ("继续", dt.date(2024, 8, 20), 1, 2)
    ]


def test_visits_by_village_and_the_share_rounded_up() -> None:
    houses = [
        a_house(n, "DB", *TO_BENEFIT, *(["visit in_benefit 2024-06-10"] if n < 3 else []),
                facts={"applicant": {"village": "甲村" if n % 2 else "乙村"}})
        for n in range(1, 9)
    ]  # fmt: skip
    houses.append(a_house(9, "CJ", *TO_BENEFIT, "visit in_benefit 2024-06-10"))
    found = monthly_visit_summary(RegisterRequest(houses, TIANJIN, month("2024-06")))
    assert brief(found, "village", "base", "visited", "rate") == [
        ("乙村", 4, 1, "25.0%"),
        ("甲村", 4, 1, "25.0%"),
    ]
    sums = [
        found.values[f"register.{k}"] for k in ("base", "visited", "rate", "share", "required", "reached")
    ]
    assert sums == [8, 2, "25.0%", "30.0%", 3, "否"]
    assert found.doubts and "2户" in found.doubts[0]
    assert percent(1, 3) == "33.3%" and percent(2, 3) == "66.7%" and percent(0, 0) == ""


def test_ledger_and_reviews_due() -> None:
    house = a_house(1, "DB", *TO_BENEFIT, "start_review reviewing 2024-08-01", "reviewed in_benefit 2024-08-20",
                    facts={"benefit": {"review_cycle": "每半年"}})  # fmt: skip
    found = household_ledger(RegisterRequest([house, a_house(2, "DB")], NATIONAL, month("2024-09")))
    assert brief(found, "members", "amount", "start", "account", "reviewed", "due", "status") == [
        (2, Decimal("800"), "2024-05", "****0014", dt.date(2024, 8, 20), dt.date(2025, 2, 20), "在享")
    ]
    due = review_due_list(RegisterRequest([house], NATIONAL, month("2025-03")))
    assert brief(due, "due", "reviewed", "cycle") == [(dt.date(2025, 2, 20), dt.date(2024, 8, 20), "每半年")]
    assert (due.values["register.households"], due.values["register.overdue"]) == (1, 1)
    assert review_due_list(RegisterRequest([house], NATIONAL, month("2025-01"))).empty


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_list_of_payments() -> None:
    late = (*TO_BENEFIT[:-1], "pay in_benefit 2024-07-02")
    houses = [
        a_house(1, "DB", *TO_BENEFIT),
        a_house(2, "DB", *late),
        a_house(3, "DB", *TO_BENEFIT, left="2024-06-30"),
        a_house(4, "ZC", "confirm confirmed 2024-07-01", "pay paid 2024-07-03", facts={"benefit": {"amount": "3000.50"}}),
        a_house(5, "DB", *TO_BENEFIT, facts={"account": {"number": "6222020200000000015"}}),
        a_house(6, "DB", *TO_BENEFIT[:-1]),
    ]  # fmt: skip
    found = fund_disbursement_detail(RegisterRequest(houses, NATIONAL, month("2024-07")))
    assert brief(found, "number", "due", "back", "paid") == [
        ("YLJD-DB-2024-000001", Decimal("800"), None, Decimal("800")),
        ("YLJD-DB-2024-000002", Decimal("800"), Decimal("1600"), Decimal("2400")),
        ("YLJD-DB-2024-000005", Decimal("800"), None, Decimal("800")),
        ("YLJD-ZC-2024-000004", Decimal("3000.50"), None, Decimal("3000.50")),
    ]
    assert found.values["register.paid"] == Decimal("7000.50")
    assert found.values["register.paid_cn"] == "人民币柒仟元伍角"
    assert [line.split("：")[0][-6:] for line in found.doubts] == ["000002", "000005", "000006"], found.doubts


def test_what_the_payer_must_look_at_first() -> None:
    dead = a_house(1, "DB", *TO_BENEFIT, "report_death reviewing 2024-06-20 died_on=2024-06-18")
    twice = a_house(1, "TK", *TO_BENEFIT)
    bare = a_house(3, "DB", *TO_BENEFIT, facts={"account": {"number": ""}, "benefit": {"amount": ""}})
    found = fund_disbursement_detail(RegisterRequest([dead, twice, bare], NATIONAL, month("2024-07")))
    text = "\n".join(found.doubts)
    for word in ("有人死亡", "同一证件号", "没有登记银行账户", "应发空白"):
        assert word in text
    assert found.rows[1]["paid"] is None and found.values["register.paid"] == Decimal("1600")


def test_nobody_is_on_a_list_twice_unnoticed() -> None:
    """«one person in two households … paid without a word»: a member of one is the applicant of the other."""
    two = a_house(2, "TK", *TO_BENEFIT)
    number = two.fact("applicant.id_number")
    member = {"name": "户主2", "relation": "父亲", "id_number": number}
    one = a_house(1, "DB", *TO_BENEFIT, facts={"members": [member]})
    three = a_house(3, "DB", *TO_BENEFIT)
    asked = RegisterRequest([one, two, three], NATIONAL, month("2024-07"))
    for made in (fund_disbursement_detail(asked), monthly_roster(asked)):
        (line,) = [line for line in made.doubts if "不能同时享受" in line]
        assert (
            line.startswith("YLJD-DB-2024-000001：") and "YLJD-TK-2024-000002" in line and number not in line
        )


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12))
def test_all_months_together_pay_what_is_owed(start: int, listed: int, stopped: int) -> None:
    """Whenever it comes on the list: every month from the first to the last is paid once."""
    trail = [*TO_BENEFIT[:-1], f"pay in_benefit 2024-{listed:02d}-15"]
    if stopped > listed:
        trail += [
            f"start_review reviewing 2024-{stopped:02d}-02",
            f"terminate terminated 2024-{stopped:02d}-03",
        ]
    house = a_house(1, "DB", *trail, facts={"benefit": {"start": f"2024-{start:02d}"}})
    last = stopped if stopped > listed else 12
    owed = max(0, last - start + 1)
    months = [
        fund_disbursement_detail(RegisterRequest([house], NATIONAL, month(f"2024-{m:02d}")))
        for m in range(1, 13)
    ]
    assert sum(m.values["register.paid"] for m in months) == 800 * owed


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12))
def test_nothing_is_paid_before_the_month_the_rules_allow(start: int, lawful: int, listed: int) -> None:
    """A.8: «same-month start is listed for payment where the rule says next month»; nor is it paid in arrears later."""
    decided = f"2024-{lawful - 1:02d}" if lawful > 1 else "2023-12"
    trail = [re.sub(r"(confirm \w+) .*", rf"\1 {decided}-10", step) for step in TO_BENEFIT[:-1]]
    trail.append(f"pay in_benefit 2024-{listed:02d}-15")
    facts = {"benefit": {"start": f"2024-{start:02d}"}}
    house = replace(a_house(1, "DB", *trail, facts=facts), lawful_from=f"2024-{lawful:02d}")
    months = [
        fund_disbursement_detail(RegisterRequest([house], NATIONAL, month(f"2024-{m:02d}")))
        for m in range(1, 13)
    ]
    for n, found in enumerate(months, 1):
        listed_then = bool(found.rows)
        assert listed_then == (n >= max(start, lawful, listed))
        if listed <= n and start <= n < lawful:
            assert any(f"早于规定的 2024-{lawful:02d}" in d for d in found.doubts)
    assert sum(m.values["register.paid"] for m in months) == 800 * (13 - max(start, lawful))


URGENT = ("advance advanced 2024-06-28 amount=300", "paperwork paperwork 2024-07-02", "confirm confirmed 2024-07-04",
          "deliver delivered 2024-07-04", "pay paid 2024-07-05")  # fmt: skip


def test_who_was_helped_at_once() -> None:
    """「直接登记救助对象、事由、金额等信息」「办理时限一般不超过3天」: 小额快救 has a register of its own."""
    told = {"event": "火灾", "event_place": "样例路", "quick": True, "accepted_on": "2026-09-02"}
    trail = ("submit submitted 2026-09-01", "quick_relief confirmed {} amount=800", "pay paid 2026-09-07")
    houses = [
        a_house(
            n,
            "JN",
            *(step.format(day) for step in trail),
            facts={"application": told, "benefit": {"amount": "800"}},
        )
        for n, day in ((1, "2026-09-04"), (2, "2026-09-07"))
    ]
    houses.append(a_house(3, "JN", *URGENT))
    found = quick_relief_register(RegisterRequest(houses, NATIONAL, month("2026-09")))
    assert brief(found, "place", "amount", "days", "in_time") == [
        ("样例路", Decimal("800"), 3, "按时"),
        ("样例路", Decimal("800"), 6, "逾期"),
    ]
    assert found.values["register.total"] == Decimal("1600")
    assert quick_relief_register(RegisterRequest(houses, NATIONAL, month("2026-08"))).empty


def test_temporary_assistance_and_the_reserve_fund() -> None:
    houses = [
        a_house(1, "JN", *URGENT, facts={"benefit": {"amount": "1000"}, "application": {"event": "火灾"}}),
        a_house(2, "ZC", "confirm confirmed 2024-07-01", facts={"benefit": {"amount": ""}}),
        a_house(3, "DB", *TO_BENEFIT),
    ]
    found = temp_assistance_monthly_summary(RegisterRequest(houses, TIANJIN, month("2024-07")))
    assert brief(found, "cause", "amount", "advanced", "papers_on") == [
        ("火灾", Decimal("1000"), Decimal("300"), dt.date(2024, 7, 2)),
        ("", None, None, None),
    ]
    sums = [found.values[f"register.{k}"] for k in ("granted", "persons", "total", "advances", "completed")]
    assert sums == [2, 4, Decimal("1000"), 0, 0]
    june = temp_assistance_monthly_summary(RegisterRequest(houses, TIANJIN, month("2024-06")))
    assert [june.values[f"register.{k}"] for k in ("granted", "total", "advances", "completed")] == [
        0,
        Decimal(0),
        1,
        0,
    ]
    spent = reserve_fund_report(RegisterRequest(houses, TIANJIN, Period.of_quarter("2024Q3")))
    assert brief(spent, "paid_on", "kind", "amount") == [(dt.date(2024, 7, 5), "发放", Decimal("700"))]
    assert spent.values["register.spent_cn"] == "人民币柒佰元整"
    told = {"reserve.opening": "5,000", "reserve.amount": "700"}
    spent = reserve_fund_report(RegisterRequest(houses, TIANJIN, Period.of_quarter("2024Q3"), told=told))
    assert spent.values["reserve.closing"] == Decimal("4300")
    assert spent.values["reserve.amount_cn"] == "人民币柒佰元整"
    told = {"reserve.opening": "100", "reserve.closing": "4300"}
    spent = reserve_fund_report(RegisterRequest(houses, TIANJIN, Period.of_quarter("2024Q3"), told=told))
    assert "600" in spent.doubts[-1] and "reserve.closing" not in spent.values
    both = reserve_fund_report(RegisterRequest(houses, TIANJIN, Period.of_year("2024")))
    assert both.values["register.spent"] == Decimal("1000"), "what was advanced is not paid twice"


def test_recovery_register_leaves_the_cashiers_columns_to_the_pen() -> None:
    house = with_record(
        a_house(1, "DB", *TO_BENEFIT), "recovery_notice", doc_no="样救字〔2024〕9号", date="2024-08-01",
        given={"recovery.amount": "1,600.00", "recovery.due_on": "2024年9月1日"},
    )  # fmt: skip
    found = recovery_register(RegisterRequest([house], NATIONAL, Period.of_day(dt.date(2024, 8, 31))))
    assert brief(found, "doc_no", "issued", "due", "deadline") == [
        ("样救字〔2024〕9号", dt.date(2024, 8, 1), Decimal("1600.00"), dt.date(2024, 9, 1))
    ]
    assert recovery_register(RegisterRequest([house], NATIONAL, Period.of_day(dt.date(2024, 7, 31)))).empty
    rows = ("2024-05|800|0|800.00|\n2024-06|800|500|300", [{"period": "2024-05", "excess": "1100"}])
    for told in rows:
        notice = with_record(a_house(1), "recovery_notice", date="2024-08-01", given={"recovery.rows": told})
        found = recovery_register(RegisterRequest([notice], NATIONAL, Period.of_day(dt.date(2024, 8, 31))))
        assert found.values["register.due"] == Decimal("1100")


def test_recovery_register_says_what_came_back_down_to_its_day() -> None:
    """«partial/whole repayment recorded», «register»: each payment counts from its day on."""
    trail = ("claim_back in_benefit 2024-08-01 amount=1600 due_on=2024-08-30", "repay_part in_benefit 2024-08-20 amount=600 voucher=0031",
             "urge_recovery in_benefit 2024-09-02", "repay_all in_benefit 2024-09-05 amount=1000 voucher=0044")  # fmt: skip
    house = a_house(1, "DB", *TO_BENEFIT, *trail)

    def on(day: str) -> list[tuple[Any, ...]]:
        found = recovery_register(
            RegisterRequest([house], NATIONAL, Period.of_day(dt.date.fromisoformat(day)))
        )
        return brief(found, "repaid", "balance", "status", "voucher")

    assert on("2024-07-31") == []
    assert on("2024-08-10") == [(Decimal("0.00"), Decimal("1600"), "退款中", "")]
    assert on("2024-08-31") == [(Decimal("600"), Decimal("1000"), "逾期", "0031")]
    assert on("2024-09-03") == [(Decimal("600"), Decimal("1000"), "已催告", "0031")]
    assert on("2024-09-05") == [(Decimal("1600"), Decimal("0"), "已退清", "0031、0044")]


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────
def test_the_figures_of_a_month() -> None:
    told = [(1, BENEFIT), (12, {**BENEFIT, "amount": "500", "persons": 1, "start": "2024-08"})]
    houses = [
        a_house(1, "DB", *TO_BENEFIT, *CHANGED, told=told),
        a_house(2, "DB", *TO_BENEFIT, *ENDED),
        a_house(3, "TK", "submit submitted 2024-08-01", "accept accepted 2024-08-01", "confirm confirmed 2024-08-20"),
        a_house(4, "JN", "advance advanced 2024-08-02 amount=300", "confirm confirmed 2024-08-05", "pay paid 2024-08-06"),
        a_house(5, "DB", "submit submitted 2024-08-07"),
        a_house(6, "DB", "accept accepted 2024-07-01", "refuse refused 2024-08-08"),
    ]  # fmt: skip
    found = monthly_statistics(RegisterRequest(houses, TIANJIN, month("2024-08")))
    lines = {r["category"]: [r[k] for k in COLUMNS] for r in found.rows}
    assert lines["最低生活保障"] == [2, 4, 0, 0, 1, 2, "−1", 1, 1, Decimal("1300")]
    assert lines["特困人员救助供养"] == [0, 0, 1, 2, 0, 0, "0", 1, 2, Decimal("0")]
    assert (found.values["register.closing"], found.values["register.closing_persons"]) == (2, 3)
    assert found.values["temporary.granted"] == 1 and found.values["temporary.spent"] == Decimal("800")
    assert found.values["register.all_spent"] == Decimal("2100")
    handled = {
        k: found.values[f"handled.{k}"] for k in ("received", "accepted", "granted", "refused", "open")
    }
    assert handled == {"received": 3, "accepted": 2, "granted": 2, "refused": 1, "open": 1}


@pytest.mark.parametrize("category", ["BY", "GX"])
def test_what_is_only_recognised_costs_nothing_in_any_figure(category: str) -> None:
    """社会救助法第二十一条、第二十二条: nothing is paid by itself; an amount on record is counted nowhere, in the figures as in the list of payments."""
    house = a_house(1, category, *TO_BENEFIT, told=[(1, BENEFIT)])
    asked = RegisterRequest([house], NATIONAL, month("2024-08"))
    found = monthly_statistics(asked)
    (line,) = [r for r in found.rows if r["category"] == house.case.category.label]
    assert line["closing"] == 1 and line["spent"] == found.values["register.all_spent"] == 0
    assert fund_disbursement_detail(asked).rows == [] and not [n for n in found.notes if "金额不明" in n]


@st.composite
def _houses(draw: st.DrawFn) -> list[HouseholdHistory]:
    found = []
    for n in range(1, draw(st.integers(0, 7)) + 1):
        days = sorted(draw(st.lists(st.integers(0, 180), min_size=5, max_size=5)))
        on = [(dt.date(2024, 3, 1) + dt.timedelta(days=d)).isoformat() for d in days]
        trail = [f"accept accepted {on[0]}", f"confirm confirmed {on[1]}", f"pay in_benefit {on[2]}",
                 f"start_review reviewing {on[3]}", f"terminate terminated {on[4]}"]  # fmt: skip
        persons = draw(st.integers(1, 6))
        facts = {
            "benefit": {"persons": persons, "amount": str(draw(st.integers(1, 2000))), "start": on[1][:7]}
        }
        category = draw(st.sampled_from(["DB", "TK", "DX", "CJ"]))
        trail = trail[: draw(st.integers(0, 5))]
        left = draw(st.sampled_from(["", "2024-08-31"]))
        found.append(a_house(n, category, *trail, facts=facts, left=left if trail else ""))
    return found


@given(_houses(), st.integers(2, 9))
def test_the_figures_agree_with_each_other(houses: list[HouseholdHistory], number: int) -> None:
    """Categories add up to the total; 期末 = 期初 + 新增 − 退出 + 变更; the next month begins where this one ends."""
    period = month(f"2024-{number:02d}")
    found = monthly_statistics(RegisterRequest(houses, TIANJIN, period))
    total = {k: found.values[f"register.{k}"] for k in COLUMNS}
    for key in COLUMNS:
        if key != "changed_persons":
            assert sum(r[key] for r in found.rows) == total[key]
    for row in found.rows:
        assert row["closing"] == row["opening"] + row["entered"] - row["left"]
        change = (
            row["_closing_persons"] - row["_opening_persons"] - row["_entered_persons"] + row["_left_persons"]
        )
        assert change == row["_changed_persons"]
    following = monthly_statistics(RegisterRequest(houses, TIANJIN, month(f"2024-{number + 1:02d}")))
    assert following.values["register.opening"] == total["closing"]
    assert following.values["register.opening_persons"] == total["closing_persons"]
    roster = monthly_roster(RegisterRequest(houses, TIANJIN, period))
    assert (roster.values["register.households"], roster.values["register.persons"]) == (
        total["closing"],
        total["closing_persons"],
    )
    paid = fund_disbursement_detail(RegisterRequest(houses, TIANJIN, period))
    assert paid.values["register.paid"] == total["spent"]
