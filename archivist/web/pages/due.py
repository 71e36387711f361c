"""期限: every limit that runs, the most urgent first, or by the days of a month; and as a calendar file that names nobody."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from typing import Final

from archivist.api import agenda, ics
from archivist.api.agenda import LimitView
from archivist.errors import InvalidValue
from archivist.model.standing import LimitStatus
from archivist.web.visit import Answer, Visit

MOST: Final = 50
"""So many lines of each kind are shown at once; of one kind alone, so many a page."""
ON_A_DAY: Final = 3
"""So many limits are named on a day of the month; the rest is counted."""


def show(visit: Visit) -> Answer:
    """Show the limits, narrowed to those of one kind where that is asked."""
    wanted = visit.asked.get("status", "")
    found = visit.office.gathered.due(
        visit.workspace,
        on=visit.office.keyboard.clock(),
        days=None if wanted == LimitStatus.WAITING else agenda.DAYS,
    )
    groups = [
        (status, [e for e in found.entries if e.status is status])
        for status in LimitStatus
        if not wanted or status.value == wanted
    ]
    page = visit.number("page") if wanted else 1
    shown = slice((page - 1) * MOST, page * MOST)
    return visit.page(
        "due.html",
        counts=found.counts, wanted=wanted, statuses=list(LimitStatus), cases=found.cases, unread=found.unread,
        groups=[(status, entries[shown], len(entries)) for status, entries in groups if entries],
        page=page, pages=max((-(-len(entries) // MOST) for _, entries in groups), default=1) if wanted else 1,
    )  # fmt: skip


def month(visit: Visit) -> Answer:
    """Show a month with what ends on each of its days; 未起算 has no day and stands in the list alone.

    Raises:
        InvalidValue: E002, it is no month.
    """
    first = _first(visit.asked.get("month", "") or f"{visit.today:%Y-%m}")
    found = visit.office.gathered.due(visit.workspace, on=visit.office.keyboard.clock(), days=None)
    by_day: dict[dt.date, list[LimitView]] = defaultdict(list)
    for entry in found.entries:
        if entry.due and (entry.due.year, entry.due.month) == (first.year, first.month):
            by_day[entry.due].append(entry)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return visit.page(
        "due_month.html",
        first=first, earlier=first - dt.timedelta(days=1), later=_next(first), unread=found.unread,
        weeks=[[(d, by_day[d][:ON_A_DAY], max(0, len(by_day[d]) - ON_A_DAY)) for d in week] for week in weeks],
        total=sum(map(len, by_day.values())), early=[e for e in found.entries if e.due and e.due < first and e.status is LimitStatus.OVERDUE],
    )  # fmt: skip


def calendar_file(visit: Visit) -> Answer:
    """Answer with every limit that has an end as a calendar file; by its case numbers it is on record as given out."""
    found = visit.office.gathered.due(visit.workspace, on=visit.office.keyboard.clock(), days=None)
    visit.record([entry.case for entry in found.entries if entry.due])
    return Answer(ics.calendar_file(found), kind="text/calendar; charset=utf-8", file_name="期限.ics")


def _first(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InvalidValue(f"“{text}”不是月份", remedy="写成 2024-03 的样子。") from None


def _next(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)
