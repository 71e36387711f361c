"""红橙黄绿: a household's colour sets the rhythm of its visits; the register says whose visit falls due."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.report import Period
from archivist.report.register import RegisterRequest
from archivist.report.registers.alerts import ALERTS, alert_register
from archivist.rules.pack import load
from tests.report.homes import TO_BENEFIT, a_house
from tests.rules.walking import IN_BENEFIT, due, runs, walk

HONGQIAO = load("tianjin-hongqiao")
RHYTHM = {"红": 7, "橙": 15, "黄": 30, "绿": 90}


def coloured(alert: str) -> dict[str, dict[str, str]]:
    """Return the fact a step records."""
    return {"application": {"alert": alert}}


@given(st.sampled_from(ALERTS), st.lists(st.integers(0, 40), max_size=3))
def test_the_next_visit_follows_colour_and_last_visit(alert: str, visits: list[int]) -> None:
    """S3「负责协助街道做好“红、橙、黄、绿” 分类分级群众困难排查及动态管理工作」, «colours with their visit rhythm as rows»."""
    days = [dt.date(2024, 5, 6)]
    for gap in visits:
        days.append(days[-1] + dt.timedelta(days=gap))
    steps = [f"classify {days[0]} alert={alert}", *(f"visit {day}" for day in days[1:])]
    case = walk(HONGQIAO, "DB", *IN_BENEFIT, *steps, facts=coloured(alert))
    wanted = HONGQIAO.calendar.add_days(days[-1], RHYTHM[alert]).day
    assert due(case, HONGQIAO, "visit.alert") == str(wanted)


def test_without_a_colour_nothing_falls_due_and_after_the_end_neither() -> None:
    """«a household's colour as a fact/step»: the share of a month (30%) stays beside it."""
    assert "visit.alert" not in runs(walk(HONGQIAO, "DB", *IN_BENEFIT, "visit 2024-05-06"), HONGQIAO)
    red = (*IN_BENEFIT, "classify 2024-05-06 alert=红")
    assert "visit.alert" in runs(walk(HONGQIAO, "DB", *red, facts=coloured("红")), HONGQIAO)
    ended = (*red, "start_review 2024-06-03", "terminate 2024-06-05")
    assert "visit.alert" not in runs(walk(HONGQIAO, "DB", *ended, facts=coloured("红")), HONGQIAO)
    assert any(rule.id == "visit.monthly.ratio" and rule.value == 0.3 for rule in HONGQIAO.rules)


def test_the_register_has_the_most_urgent_first() -> None:
    """«register/report by colour»: as it stood on its day, with those without a colour counted."""
    houses = [
        a_house(1, "DB", *TO_BENEFIT, "classify in_benefit 2024-05-06 alert=绿", facts=coloured("绿")),
        a_house(
            2,
            "DB",
            *TO_BENEFIT,
            "classify in_benefit 2024-05-06 alert=红",
            "visit in_benefit 2024-05-10",
            facts=coloured("红"),
        ),
        a_house(3, "DB", *TO_BENEFIT),
        a_house(
            4,
            "DB",
            *TO_BENEFIT,
            "classify in_benefit 2024-05-06 alert=黄",
            "classify in_benefit 2024-05-20 alert=橙",
            facts=coloured("橙"),
        ),
    ]
    asked = RegisterRequest(houses, HONGQIAO, Period.of_day(dt.date(2024, 5, 31)))
    found = alert_register(asked)
    assert [(row["number"][-1], row["alert"], row["visited"]) for row in found.rows] == [
        ("2", "红", dt.date(2024, 5, 10)), ("4", "橙", None), ("1", "绿", None),
    ]  # fmt: skip
    assert "红1户，橙1户，黄0户，绿1户；在册而没有定级的1户" in found.notes[0]
    assert [line.split("：")[1] for line in found.doubts] == ["应于2024-05-17以前走访"]
    early = alert_register(RegisterRequest(houses, HONGQIAO, Period.of_day(dt.date(2024, 5, 10))))
    assert [row["alert"] for row in early.rows] == ["红", "黄", "绿"]


@pytest.mark.parametrize("alert", ALERTS)
def test_each_colour_has_its_row(alert: str) -> None:
    """The interval stands in a paper not at hand: the row says that it is inferred."""
    (row,) = (r for r in HONGQIAO.rules if r.id == "visit.alert" and r.when.endswith(alert))
    assert (row.value, row.inferred) == (RHYTHM[alert], True)
