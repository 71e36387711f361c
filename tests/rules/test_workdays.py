"""Working days: the vectors of the calendar, and what must hold for every day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.rules.workdays import NATIONAL, add_months

announced = st.dates(dt.date(2010, 1, 1), dt.date(2025, 6, 1))


@pytest.mark.parametrize(
    ("count", "day"),
    [
        (3, "2023-09-28"),
        (4, "2023-10-07"),
        (5, "2023-10-08"),
        (10, "2023-10-13"),
        (20, "2023-10-27"),
        (30, "2023-11-10"),
        (45, "2023-12-01"),
    ],
)
def test_over_national_day_with_shifted_saturdays(count: int, day: str) -> None:
    """「开始的当日不计入，自下一日开始计算」; 7 and 8 October 2023 were working days (调休)."""
    assert NATIONAL.add_workdays(dt.date(2023, 9, 25), count).day == dt.date.fromisoformat(day)


@given(announced, st.integers(0, 60))
def test_more_days_never_end_earlier(start: dt.date, count: int) -> None:
    assert NATIONAL.add_workdays(start, count).day < NATIONAL.add_workdays(start, count + 1).day


@given(announced, st.integers(1, 60))
def test_counting_back_gives_the_number(start: dt.date, count: int) -> None:
    end = NATIONAL.add_workdays(start, count).day
    days = (start + dt.timedelta(days=n) for n in range(1, (end - start).days + 1))
    assert sum(map(NATIONAL.is_workday, days)) == count
    assert NATIONAL.is_workday(end)


def test_a_period_of_days_ending_on_a_holiday_moves_on() -> None:
    """民法典第二百零三条: the last day on a holiday is the day after it."""
    assert NATIONAL.add_days(dt.date(2023, 9, 24), 5).day == dt.date(2023, 10, 7)
    assert NATIONAL.add_days(dt.date(2023, 9, 24), 5, roll=False).day == dt.date(2023, 9, 29)


def test_a_year_not_yet_announced_is_provisional() -> None:
    deadline = NATIONAL.add_workdays(dt.date(2040, 1, 2), 3)
    assert deadline.provisional
    assert not NATIONAL.add_workdays(dt.date(2023, 9, 25), 3).provisional


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
    ],
)
def test_months_end_on_the_same_day_or_the_last(start: str, months: int, end: str) -> None:
    """民法典第二百零二条: 「没有对应日的，月末日为期间的最后一日」."""
    assert add_months(dt.date.fromisoformat(start), months) == dt.date.fromisoformat(end)
