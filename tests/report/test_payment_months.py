"""What pays whom from when follows the rows; who is paid otherwise stands on the list, with the reason."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

import pytest

from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.step_ids import StepId
from archivist.report.case_history import HouseholdHistory
from archivist.report.query import Period
from archivist.report.register import Register, RegisterRequest
from archivist.report.registers.payments import fund_disbursement_detail
from archivist.report.registers.roll import monthly_roster
from archivist.rules import pack
from archivist.rules.pack import Pack
from archivist.rules.payment_months import deviations, first_month, month_by
from archivist.rules.rule_ids import RuleId
from tests.report.homes import TO_BENEFIT, a_case, a_house

NATIONAL: Final = pack.load("national")
SOURCE: Final = {"measure": "《样例街道办事规程》", "article": "第三条", "sentence": "自行规定的一句"}
APRIL: Final = dt.date(2024, 4, 10)
JULY: Final = dt.date(2024, 7, 31)


def overridden(rule_id: str, value: int) -> Pack:
    row = {"id": rule_id, "patch": True, "value": value, "source": SOURCE}
    return pack.load("national", overrides={"rule": [row]})


def listed(house: HouseholdHistory, month: str, rules: Pack = NATIONAL) -> Register:
    return fund_disbursement_detail(RegisterRequest([house], rules, Period.of_month(month)))


def with_benefit(case: Case, step: str, **benefit: str) -> Case:
    """Return the case with what was known of the benefit when a step decided."""
    told = parse_facts({"benefit": {**benefit}})
    known = {key.split(".")[-1]: value for key, value in _flat(told).items()}
    steps = tuple(dataclasses.replace(s, benefit=known) if s.id == step else s for s in case.steps)
    return dataclasses.replace(case, steps=steps)


def _flat(facts: object) -> dict[str, object]:
    group = dict(facts)["benefit"]  # type: ignore[call-overload]
    return dict(group[0] if isinstance(group, tuple) else group)


@pytest.mark.parametrize(("value", "month"), [(0, "2024-04"), (1, "2024-05"), (2, "2024-06")])
def test_the_first_month_is_that_of_the_row(value: int, month: str) -> None:
    """「并从作出确认同意决定之日下月起发放最低生活保障金」, or as the office's own row says."""
    rules, case = overridden("pay.start", value), a_case(1, "DB", *TO_BENEFIT)
    found = first_month(case, rules, APRIL)
    assert found and found[0] == month
    # The household told May: where the rule says otherwise, that is a deviation.
    assert bool(deviations(case, rules, JULY)) is (value != 1)


@pytest.mark.parametrize("rule_id", [RuleId.PAY_STOP, RuleId.PAY_CHANGE])
@pytest.mark.parametrize(("value", "month"), [(0, "2024-04"), (1, "2024-05"), (3, "2024-07")])
def test_a_decision_counts_from_the_month_of_the_row(rule_id: RuleId, value: int, month: str) -> None:
    found = month_by(rule_id, a_case(1, "DB", *TO_BENEFIT), overridden(rule_id, value), APRIL)
    assert found and found[0] == month


@pytest.mark.parametrize(
    ("after", "paid"), [(0, ["2024-05"]), (1, ["2024-05", "2024-06"]), (2, ["2024-05", "2024-06", "2024-07"])]
)
def test_nothing_is_listed_from_the_month_a_stop_counts(after: int, paid: list[str]) -> None:
    house = a_house(1, "DB", *TO_BENEFIT, "start_review reviewing 2024-06-02", "suspend suspended 2024-06-05")
    house = dataclasses.replace(house, stops_after=after)
    months = [f"2024-{n:02d}" for n in range(5, 10)]
    assert [m for m in months if listed(house, m).rows] == paid


def test_the_note_on_the_list_says_when_a_stop_counts() -> None:
    house = a_house(1, "DB", *TO_BENEFIT)
    assert "次月起不列" in "".join(listed(house, "2024-07").notes)
    assert "当月起不列" in "".join(listed(house, "2024-07", overridden("pay.stop", 0)).notes)


@pytest.mark.parametrize(
    ("told", "words"), [("2024-04", "早于规定的 2024-05"), ("2024-06", "晚于规定的 2024-05"), ("2024-05", "")]
)
def test_a_start_that_is_not_the_rules_stands_on_the_list_and_is_counted(told: str, words: str) -> None:
    """「当月审批确认、次月社会化发放」: a start in the month of the decision does not pass."""
    house = a_house(1, "DB", *TO_BENEFIT, facts={"benefit": {"start": told}})
    for found in (
        listed(house, "2024-07"),
        monthly_roster(RegisterRequest([house], NATIONAL, Period.of_month("2024-07"))),
    ):
        text = "".join(found.notes)
        assert ("与规定或者决定不符的1户" in text) is bool(words)
        assert words in text and (words in "".join(found.doubts))


@pytest.mark.parametrize(("then", "words"), [("700", "多 100.00 元"), ("900", "少 100.00 元"), ("800", "")])
def test_an_amount_that_nobody_decided_is_told(then: str, words: str) -> None:
    case = with_benefit(a_case(1, "DB", *TO_BENEFIT), StepId.CONFIRM, amount=then, start="2024-05")
    found = deviations(case, NATIONAL, JULY)
    assert bool(found) is bool(words) and words in "".join(found)
    review = a_case(1, "DB", *TO_BENEFIT, "start_review reviewing 2024-06-02")
    assert not deviations(
        with_benefit(review, StepId.CONFIRM, amount=then, start="2024-05"), NATIONAL, JULY
    ), "what a review proposes is no deviation"


def test_who_was_granted_and_is_not_listed_is_named_from_the_first_month_on() -> None:
    house = a_house(1, "DB", *TO_BENEFIT[:-1])
    assert not listed(house, "2024-04").doubts
    (line,) = listed(house, "2024-05").doubts
    assert "2024-04-10 已决定给予" in line and line.endswith("没有列入发放；未列入本表")


def test_who_ended_unpaid_is_owed_nothing_more() -> None:
    case = a_case(1, "DB", *TO_BENEFIT[:-1], "terminate terminated 2024-04-25")
    assert not deviations(case, NATIONAL, JULY)
