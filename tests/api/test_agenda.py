"""What is due, as any face asks for it: of the day that is asked about, in words, and as a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from icalendar import Calendar

from archivist.api.agenda import due
from archivist.api.ics import calendar_file
from archivist.model.ids import Category
from archivist.model.standing import LimitStatus
from archivist.workspace import Workspace
from tests.answers import printed
from tests.filing import ACCEPTED, take
from tests.kit import NOW, make_workspace, on, open_another, open_household


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A household accepted on Monday 4 March 2024, another in a hurry."""
    with make_workspace(tmp_path / "ws") as made:
        take(made, open_household(made), "submit submitted 2024-03-04", ACCEPTED)
        take(made, open_another(made, "008", Category.JN, urgent=True), "submit submitted 2024-03-08 09:10")
        yield made


def test_of_the_day_that_is_asked_about(workspace: Workspace) -> None:
    """No clock: a question that depends on the day takes it."""
    statuses = {
        day: {e.rule: e.status for e in due(workspace, on=on(day), case="TJHQ-DB-2024-000001").entries}[
            "survey.start"
        ]
        for day in ("2024-03-06", "2024-03-07", "2024-03-08")
    }
    assert list(statuses.values()) == [LimitStatus.COMING, LimitStatus.TODAY, LimitStatus.OVERDUE]


def test_a_limit_says_what_it_stands_on(workspace: Workspace) -> None:
    """How much time, since when, the sentence, where it stands: all of it in the result."""
    found = due(workspace, on=NOW, days=None)
    entry = next(e for e in found.entries if e.rule == "survey.start")
    assert (entry.started, entry.due, entry.days, entry.workdays) == (
        dt.date(2024, 3, 4),
        dt.date(2024, 3, 7),
        -1,
        -1,
    )
    assert (entry.length, entry.unit, entry.applicant) == ("3 个工作日", "工作日", "王秀兰")
    assert entry.reference.article in entry.source and str(entry.reference).startswith(entry.reference.key)
    assert sum(found.counts.values()) == len(found.entries)
    assert list(found.counts) == [s for s in LimitStatus if s in found.counts]
    answer = printed(found)
    assert (answer["on"], answer["cases"]) == ("2024-03-08T10:30:00+08:00", 2)
    assert answer["entries"][0]["reference"]["key"] == found.entries[0].reference.key


def test_what_is_somebody_else_s_says_whose(workspace: Workspace) -> None:
    found = due(workspace, on=NOW, days=None)
    rows = [(e.duty, e.matter, e.title) for e in found.entries]
    rows += [(d.duty, d.matter, d.title) for d in found.duties]
    assert {duty == "office" for duty, _, _ in rows} == {True, False}
    for duty, matter, title in rows:
        assert matter == title if duty == "office" else matter.endswith(f"：{title}")


def test_a_share_of_the_households(workspace: Workspace) -> None:
    shares = {d.rule: d.share for d in due(workspace, on=NOW).duties}
    assert shares["visit.monthly.ratio"] is not None and 0 < shares["visit.monthly.ratio"] <= 1
    late = [d.rule for d in due(workspace, on=NOW, overdue=True).duties]
    assert late and all(rule.startswith(("staff.", "duty.")) for rule in late), "what the office itself lacks"


def test_the_calendar_is_the_same_answer(workspace: Workspace) -> None:
    """One event for each limit that has an end, at its hour where hours count."""
    found = due(workspace, on=NOW, days=None)
    calendar = Calendar.from_ical(calendar_file(found))
    starts = {str(e["uid"]): e.decoded("dtstart") for e in calendar.walk("VEVENT")}
    assert starts.keys() == {f"{e.case}.{e.rule}@archivist" for e in found.entries if e.due}
    hours = next(e for e in found.entries if e.at)
    assert starts[f"{hours.case}.{hours.rule}@archivist"] == dt.datetime.fromisoformat(
        f"{hours.due}T{hours.at}+08:00"
    )
