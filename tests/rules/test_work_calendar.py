"""Working days: the vectors of the calendar, and what must hold for every day."""

from __future__ import annotations

import datetime as dt

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from archivist.rules.work_calendar import NATIONAL, Calendar, add_months, add_years, quarter_end
from archivist.rules.work_calendar import announced as calendar_announced
from tools import make_festivals

announced = st.dates(dt.date(2010, 1, 1), dt.date(2025, 6, 1))
counts = st.integers(0, 60)
calendars = st.builds(Calendar, st.dictionaries(announced, st.booleans(), max_size=30))

ARRANGED = {
    2019: ("1/1-1/1 2/4-2/10 4/5-4/7 5/1-5/4 6/7-6/9 9/13-9/15 10/1-10/7", "2/2 2/3 4/28 5/5 9/29 10/12"),
    2020: ("1/1-1/1 1/24-2/2 4/4-4/6 5/1-5/5 6/25-6/27 10/1-10/8", "1/19 4/26 5/9 6/28 9/27 10/10"),
    2021: (
        "1/1-1/3 2/11-2/17 4/3-4/5 5/1-5/5 6/12-6/14 9/19-9/21 10/1-10/7",
        "2/7 2/20 4/25 5/8 9/18 9/26 10/9",
    ),
    2022: (
        "1/1-1/3 1/31-2/6 4/3-4/5 4/30-5/4 6/3-6/5 9/10-9/12 10/1-10/7 12/31-12/31",
        "1/29 1/30 4/2 4/24 5/7 10/8 10/9",
    ),
    2023: (
        "1/1-1/2 1/21-1/27 4/5-4/5 4/29-5/3 6/22-6/24 9/29-10/6 12/30-12/31",
        "1/28 1/29 4/23 5/6 6/25 10/7 10/8",
    ),
    2024: (
        "1/1-1/1 2/10-2/17 4/4-4/6 5/1-5/5 6/8-6/10 9/15-9/17 10/1-10/7",
        "2/4 2/18 4/7 4/28 5/11 9/14 9/29 10/12",
    ),
    2025: ("1/1-1/1 1/28-2/4 4/4-4/6 5/1-5/5 5/31-6/2 10/1-10/8", "1/26 2/8 4/27 9/28 10/11"),
    2026: (
        "1/1-1/3 2/15-2/23 4/4-4/6 5/1-5/5 6/19-6/21 9/25-9/27 10/1-10/7",
        "1/4 2/14 2/28 5/9 9/20 10/10",
    ),
}
"""The State Council's yearly notices (国务院办公厅关于部分节假日安排的通知), written down apart from the package:
the days off, and the Saturdays and Sundays worked for them (调休). 2020 with the Spring Festival as prolonged."""


def arranged(day: dt.date) -> bool:
    """Tell from the notices alone whether a day was a working day."""
    off, worked = ARRANGED[day.year]
    if f"{day.month}/{day.day}" in worked.split():
        return True
    for days in off.split():
        first, last = (dt.date(day.year, *map(int, text.split("/"))) for text in days.split("-"))
        if first <= day <= last:
            return False
    return day.weekday() < 5


def test_the_calendar_is_that_of_the_published_notices() -> None:
    first = dt.date(min(ARRANGED), 1, 1)
    days = [first + dt.timedelta(days=n) for n in range((dt.date(2027, 1, 1) - first).days)]
    assert [d for d in days if NATIONAL.is_workday(d) is not arranged(d)] == []


VECTORS = [
    # leap days and the ends of February
    ("2024-02-28", 1, "2024-02-29"),
    ("2024-02-28", 2, "2024-03-01"),
    ("2024-02-29", 1, "2024-03-01"),
    ("2024-02-29", 3, "2024-03-05"),
    ("2020-02-28", 1, "2020-03-02"),
    ("2020-02-29", 1, "2020-03-02"),
    ("2023-02-28", 1, "2023-03-01"),
    ("2023-02-28", 20, "2023-03-28"),
    ("2024-02-26", 10, "2024-03-11"),
    ("2020-02-26", 20, "2020-03-25"),
    # year ends
    ("2022-12-30", 1, "2023-01-03"),
    ("2022-12-29", 3, "2023-01-04"),
    ("2023-12-29", 1, "2024-01-02"),
    ("2023-12-29", 3, "2024-01-04"),
    ("2024-12-31", 1, "2025-01-02"),
    ("2024-12-31", 3, "2025-01-06"),
    ("2024-12-20", 10, "2025-01-06"),
    ("2021-12-31", 1, "2022-01-04"),
    ("2021-12-20", 20, "2022-01-18"),
    ("2025-12-31", 1, "2026-01-04"),
    ("2025-12-31", 2, "2026-01-05"),
    ("2025-12-22", 10, "2026-01-06"),
    ("2020-12-31", 1, "2021-01-04"),
    # Spring Festival
    ("2024-02-02", 1, "2024-02-04"),
    ("2024-02-02", 3, "2024-02-06"),
    ("2024-02-08", 1, "2024-02-09"),
    ("2024-02-09", 2, "2024-02-19"),
    ("2024-02-09", 3, "2024-02-20"),
    ("2024-02-05", 10, "2024-02-23"),
    ("2024-01-15", 30, "2024-02-29"),
    ("2023-01-20", 1, "2023-01-28"),
    ("2023-01-20", 3, "2023-01-30"),
    ("2023-01-10", 20, "2023-02-10"),
    ("2022-01-28", 1, "2022-01-29"),
    ("2022-01-28", 3, "2022-02-07"),
    ("2021-02-10", 1, "2021-02-18"),
    ("2021-02-10", 4, "2021-02-22"),
    ("2025-01-24", 1, "2025-01-26"),
    ("2025-01-27", 1, "2025-02-05"),
    ("2025-01-27", 5, "2025-02-10"),
    ("2025-01-20", 20, "2025-02-21"),
    ("2026-02-13", 1, "2026-02-14"),
    ("2026-02-13", 2, "2026-02-24"),
    ("2026-02-13", 7, "2026-03-02"),
    ("2020-01-23", 1, "2020-02-03"),
    ("2020-01-17", 10, "2020-02-07"),
    # the other holidays
    ("2024-09-30", 1, "2024-10-08"),
    ("2024-09-27", 3, "2024-10-08"),
    ("2024-09-13", 2, "2024-09-18"),
    ("2024-04-30", 1, "2024-05-06"),
    ("2024-04-26", 5, "2024-05-07"),
    ("2024-04-03", 2, "2024-04-08"),
    ("2025-09-30", 1, "2025-10-09"),
    ("2025-09-26", 10, "2025-10-16"),
    ("2023-06-21", 1, "2023-06-25"),
    ("2023-04-28", 1, "2023-05-04"),
]
"""Start, working days, end: over leap days, year ends, the Spring Festival and the other long holidays, counted
from ``ARRANGED`` above."""


@pytest.mark.parametrize(("start", "count", "day"), VECTORS)
def test_over_leap_days_year_ends_and_festivals(start: str, count: int, day: str) -> None:
    """「按照年、月、日计算期间的，开始的当日不计入，自下一日开始计算」."""
    assert NATIONAL.add_workdays(dt.date.fromisoformat(start), count).day == dt.date.fromisoformat(day)


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


@given(calendars, announced, counts)
def test_more_days_never_end_earlier(calendar: Calendar, start: dt.date, count: int) -> None:
    end = calendar.add_workdays(start, count).day
    assert end < calendar.add_workdays(start, count + 1).day
    assert end <= calendar.add_workdays(start + dt.timedelta(days=1), count).day


@given(calendars, announced, counts)
def test_counting_back_gives_the_number(calendar: Calendar, start: dt.date, count: int) -> None:
    end = calendar.add_workdays(start, count).day
    assert calendar.workdays_between(start, end) == count
    assert calendar.workdays_between(end, start) == -count
    assert calendar.is_workday(end) or not count


@given(calendars, announced, st.integers(0, 90))
def test_counting_forth_to_a_working_day_ends_on_it(calendar: Calendar, start: dt.date, days: int) -> None:
    end = start + dt.timedelta(days=days)
    back = calendar.add_workdays(start, calendar.workdays_between(start, end)).day
    assert back <= end
    assert (back == end) == (calendar.is_workday(end) or not days)


@given(calendars, announced, st.integers(0, 90))
def test_days_roll_to_the_next_working_day_and_no_further(
    calendar: Calendar, start: dt.date, count: int
) -> None:
    plain, rolled = calendar.add_days(start, count, roll=False).day, calendar.add_days(start, count).day
    assert plain == start + dt.timedelta(days=count)
    assert calendar.is_workday(rolled)
    between = (plain + dt.timedelta(days=n) for n in range((rolled - plain).days))
    assert not any(map(calendar.is_workday, between))


def test_an_office_corrects_single_days() -> None:
    """A holiday of the place (地方性假日), and a Saturday worked for it."""
    calendar = Calendar({dt.date(2024, 3, 5): False, dt.date(2024, 3, 9): True})
    assert calendar.add_workdays(dt.date(2024, 3, 4), 1).day == dt.date(2024, 3, 6)
    assert calendar.add_workdays(dt.date(2024, 3, 4), 4).day == dt.date(2024, 3, 9)
    assert NATIONAL.add_workdays(dt.date(2024, 3, 4), 4).day == dt.date(2024, 3, 8)


def test_no_days_are_counted_backwards() -> None:
    with pytest.raises(ValueError):
        NATIONAL.add_workdays(dt.date(2024, 3, 4), -1)


def test_a_period_of_days_ending_on_a_holiday_moves_on() -> None:
    """民法典第二百零三条: the last day on a holiday is the day after it."""
    assert NATIONAL.add_days(dt.date(2023, 9, 24), 5).day == dt.date(2023, 10, 7)
    assert NATIONAL.add_days(dt.date(2023, 9, 24), 5, roll=False).day == dt.date(2023, 9, 29)


UNANNOUNCED = next(year for year in range(2026, 2100) if not calendar_announced(year))
"""The first year whose shifts the package does not know."""
years = st.integers(UNANNOUNCED, 2099)


@given(years)
def test_statutory_holidays_hold_in_a_year_not_announced(year: int) -> None:
    """《全国年节及纪念日放假办法》（2024年修订）: 元旦1天、春节4天、清明1天、劳动节2天、端午1天、中秋1天、国庆3天."""
    law = country_holidays("CN", years=[year], language="zh_CN", observed=False)
    assert len(law) >= 12  # 13 days; 中秋 may fall into 国庆
    assert not any(NATIONAL.is_workday(day) for day in law)
    days = [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    assert all(NATIONAL.is_workday(d) == (d.weekday() < 5) for d in days if d not in law)


def test_the_table_of_festivals_is_what_its_tool_writes() -> None:
    written = make_festivals.TARGET.read_text(encoding="utf-8").splitlines()[1:]
    assert [tuple(line.split("\t")) for line in written] == make_festivals.rows()


@given(years, st.integers(0, 400), st.integers(1, 60))
def test_what_is_not_announced_is_provisional(year: int, offset: int, count: int) -> None:
    """「暂算」: every count of working days that ends in such a year may still change."""
    start = dt.date(year - 1, 12, 31) + dt.timedelta(days=offset)
    assert NATIONAL.add_workdays(start, count).provisional
    assert NATIONAL.add_days(start, count).provisional


def test_an_announcement_moves_the_last_days_of_the_year_before() -> None:
    """29 December 2018, a Saturday, was worked for 31 December by the notice for 2019: late December is not sure."""
    december = dt.date(UNANNOUNCED - 1, 12, 1)
    sure = NATIONAL.add_days(december, 23)
    assert (sure.provisional, NATIONAL.add_days(december, 27).provisional) == (False, True)
    assert not NATIONAL.add_workdays(december, 3).provisional
    assert NATIONAL.add_workdays(december, 22).provisional
    assert not NATIONAL.add_workdays(dt.date(UNANNOUNCED - 2, 12, 1), 22).provisional


def test_a_day_the_office_settled_is_sure() -> None:
    new_year = dt.date(UNANNOUNCED, 1, 1)
    week = {new_year + dt.timedelta(days=n): False for n in range(-10, 3)}
    settled = Calendar({**week, new_year + dt.timedelta(days=3): True})
    assert settled.add_workdays(new_year - dt.timedelta(days=11), 1).day == new_year + dt.timedelta(days=3)
    assert not settled.add_workdays(new_year - dt.timedelta(days=11), 1).provisional


def test_years_announced_are_sure() -> None:
    assert not NATIONAL.add_workdays(dt.date(2023, 9, 25), 3).provisional


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2024-12-31", 6, "2025-06-30"),
        ("2024-03-31", 12, "2025-03-31"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-01-01", 0, "2024-01-01"),
    ],
)
def test_months_end_on_the_same_day_or_the_last(start: str, months: int, end: str) -> None:
    """民法典第二百零二条: 「没有对应日的，月末日为期间的最后一日」."""
    assert add_months(dt.date.fromisoformat(start), months) == dt.date.fromisoformat(end)


def test_years_and_quarters() -> None:
    assert add_years(dt.date(2024, 2, 29), 3) == dt.date(2027, 2, 28)
    assert add_years(dt.date(2020, 2, 29), 4) == dt.date(2024, 2, 29)
    ends = {quarter_end(dt.date(2024, month, 1)) for month in range(1, 13)}
    assert ends == {
        dt.date(2024, 3, 31),
        dt.date(2024, 6, 30),
        dt.date(2024, 9, 30),
        dt.date(2024, 12, 31),
    }
