"""Working days of the People's Republic of China, with the yearly shifts (调休), from ``chinesecalendar``.

Source of the rule: 《全国年节及纪念日放假办法》 and the State Council's yearly notice. A year not yet announced is
counted by its weekends and the statutory holidays, which hold in every year, and marked provisional (暂算). An office may correct single days in ``archivist.toml``:
a holiday of the autonomous place it lies in, or one that was prolonged at short notice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which something must be done; ``provisional`` when an announcement still to come may move it.

    ``at`` is the time of day, ``HH:MM``, where the law counts hours; otherwise the whole day is still in time.
    """

    day: dt.date
    provisional: bool = False
    at: str = ""


@dataclass(frozen=True)
class Calendar:
    """The working days, with an office's own corrections: day → whether offices are open."""

    corrections: Mapping[dt.date, bool] = field(default_factory=lambda: MappingProxyType({}))

    def is_workday(self, day: dt.date) -> bool:
        """Tell whether offices are open on a day."""
        corrected = self.corrections.get(day)
        return _is_workday(day) if corrected is None else corrected

    def add_workdays(self, start: dt.date, count: int) -> Deadline:
        """Return the ``count``-th working day after a day, which itself does not count.

        Source: 《中华人民共和国民法典》第二百零一条「按照年、月、日计算期间的，开始的当日不计入，自下一日开始计算」.
        """
        if count < 0:
            raise ValueError(f"cannot count {count} working days forward")
        day, left, provisional = start, count, False
        while left:
            day += dt.timedelta(days=1)
            left -= self.is_workday(day)
            provisional = provisional or self._may_move(day)
        return Deadline(day, provisional)

    def add_days(self, start: dt.date, count: int, *, roll: bool = True) -> Deadline:
        """Return the ``count``-th calendar day after a day, moved to the next working day when it is a holiday.

        Source: 《中华人民共和国民法典》第二百零三条 (the last day on a statutory holiday moves to the day after it).
        """
        day = start + dt.timedelta(days=count)
        provisional = roll and self._may_move(day)
        while roll and not self.is_workday(day):
            day += dt.timedelta(days=1)
            provisional = provisional or self._may_move(day)
        return Deadline(day, provisional)

    def _may_move(self, day: dt.date) -> bool:
        """Tell whether the count may still change by a day; a day the office itself settled does not."""
        return day not in self.corrections and movable(day)

    def workdays_between(self, start: dt.date, end: dt.date) -> int:
        """Count the working days after ``start`` up to and with ``end``; negative when ``end`` lies before."""
        if end < start:
            return -self.workdays_between(end, start)
        return sum(self.is_workday(start + dt.timedelta(days=n)) for n in range(1, (end - start).days + 1))


@cache
def _is_workday(day: dt.date) -> bool:
    if not announced(day.year):
        return day.weekday() < 5 and day not in _statutory_holidays(day.year)
    import chinese_calendar

    return bool(chinese_calendar.is_workday(day))


@cache
def announced(year: int) -> bool:
    """Tell whether the calendar package knows a year's shifts."""
    import chinese_calendar

    try:
        chinese_calendar.is_workday(dt.date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def movable(day: dt.date) -> bool:
    """Tell whether an announcement still to come may make a working day of a day off, or the other way round.

    That of a year not yet announced moves days of the last week before it as well: 29 December 2018 was worked for
    31 December, by the notice for 2019.
    """
    return not announced(day.year) or ((day.month, day.day) >= _LAST_WEEK and not announced(day.year + 1))


_LAST_WEEK: Final = (12, 25)


@cache
def _statutory_holidays(year: int) -> frozenset[dt.date]:
    """Return the days that are holidays in every year, whatever is announced about the days around them.

    Source: 《全国年节及纪念日放假办法》（2024年修订）第二条: 元旦（1月1日）、春节（农历除夕、正月初一至初三）、清明节、
    劳动节（5月1日、2日）、端午节、中秋节、国庆节（10月1日至3日）; before 2025 without 除夕 and 2 May.
    """
    found = [dt.date(year, 1, 1), dt.date(year, 5, 1), *(dt.date(year, 10, day) for day in (1, 2, 3))]
    if moving := _festivals().get(year):
        spring, *others = moving
        found += [*others, *(spring + dt.timedelta(days=n) for n in range(3))]
        if year >= _SINCE_2025:
            found.append(spring - dt.timedelta(days=1))
    if year >= _SINCE_2025:
        found.append(dt.date(year, 5, 2))
    return frozenset(found)


_SINCE_2025: Final = 2025
"""The year from which 除夕 and 2 May are statutory holidays."""


@cache
def _festivals() -> Mapping[int, tuple[dt.date, ...]]:
    """Return year → 春节, 清明节, 端午节, 中秋节; written by ``tools/make_festivals.py``."""
    text = files("archivist.rules").joinpath("festivals.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return {int(year): tuple(dt.date.fromisoformat(f"{year}-{day}") for day in days) for year, *days in rows}


NATIONAL: Final = Calendar()
"""The calendar without any corrections."""


def add_months(start: dt.date, months: int) -> dt.date:
    """Return the same day so many months later, or the month's last day where there is no such day.

    Source: 《中华人民共和国民法典》第二百零二条.
    """
    total = start.year * 12 + start.month - 1 + months
    year, month = divmod(total, 12)
    for day in range(start.day, 27, -1):
        try:
            return dt.date(year, month + 1, day)
        except ValueError:
            continue
    return dt.date(year, month + 1, start.day)


def add_years(start: dt.date, years: int) -> dt.date:
    """Return the same day so many years later (29 February becomes the 28th)."""
    return add_months(start, 12 * years)


def quarter_end(day: dt.date) -> dt.date:
    """Return the last day of the quarter a day lies in."""
    first = dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return add_months(first, 3) - dt.timedelta(days=1)
