"""Reports by their use cases: what is asked is checked first, then read, worked out and written by whoever asks."""

from __future__ import annotations

import datetime as dt
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from archivist.api import reports
from archivist.api.periods import Days
from archivist.api.registers import RegisterView
from archivist.api.report_requests import OutputForm, Request, request
from archivist.api.report_sheets import ReportSheets
from archivist.errors import InvalidValue, UsageError
from archivist.model.by import CHINA, By
from archivist.model.ids import Category
from archivist.workspace import Workspace
from tests.kit import make_workspace
from tests.report.homes import TO_BENEFIT
from tests.report.test_sheets import TO_REVIEW, household

BY = By("林经办", dt.datetime(2024, 6, 20, 10, tzinfo=CHINA))
LATER = By("周立冬", dt.datetime(2024, 7, 2, 9, tzinfo=CHINA))
TODAY = BY.today


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path / "ws")
    household(made, 1, Category.DB, "样例里社区", *TO_REVIEW)
    household(made, 3, Category.DB, "另一里社区", *TO_REVIEW)
    household(made, 5, Category.TK, "样例里社区", *TO_BENEFIT)
    return made


def register(workspace: Workspace, asked: Request, by: By = BY, **more: Any) -> RegisterView:
    made = reports.make(workspace, by, asked, **more)
    assert isinstance(made, RegisterView)
    return made


def sheets(workspace: Workspace, asked: Request, by: By = BY, **more: Any) -> ReportSheets:
    made = reports.make(workspace, by, asked, **more)
    assert isinstance(made, ReportSheets)
    return made


# ── which days ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("days", "kind", "slug"),
    [
        (Days(), "month", "2024-06"),
        (Days(), "quarter", "2024Q2"),
        (Days(), "on", "2024-06-20"),
        (Days(month="2024年5月"), "quarter", "2024-05"),
        (Days(quarter="2024Q1"), "month", "2024Q1"),
        (Days(year="2023"), "month", "2023"),
        (Days(on=dt.date(2024, 2, 3)), "year", "2024"),
        (Days(first=dt.date(2024, 2, 3), last=dt.date(2024, 3, 4)), "month", "2024-02-03至2024-03-04"),
    ],
)
def test_days_are_asked_for_one_way(days: Days, kind: str, slug: str) -> None:
    assert days.period(kind, TODAY).slug == slug


@pytest.mark.parametrize(
    "days",
    [
        Days(month="2024-06", year="2024"),
        Days(first=TODAY),
        Days(last=TODAY),
        Days(on=TODAY, first=TODAY, last=TODAY),
    ],
)
def test_two_ways_are_none(days: Days) -> None:
    with pytest.raises(UsageError, match="只能写一种"):
        days.period("month", TODAY)


def test_days_that_are_none_are_refused() -> None:
    for days in (Days(month="2024-13"), Days(first=TODAY, last=TODAY - dt.timedelta(days=1))):
        with pytest.raises(InvalidValue):
            days.period("month", TODAY)


# ── registers ────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_asked_is_refused_before_a_case_is_read(workspace: Workspace) -> None:
    for name, more in (
        ("受理通知书", {}),
        ("花名册", {"days": Days(year="2024")}),
        ("花名册", {"where": "colour=red"}),
        ("destruction_approval", {"nil": True}),
        ("destruction_approval", {"forms": [OutputForm.XLSX]}),
    ):
        with pytest.raises(UsageError):
            request(workspace, name, on=TODAY, **more)


def test_a_register_has_its_rows_its_sums_and_what_a_page_needs_to_show_them(workspace: Workspace) -> None:
    seen: list[tuple[int, int]] = []
    asked = request(workspace, "花名册", on=TODAY)
    made = reports.make(workspace, BY, asked, dry_run=True, progress=lambda *step: seen.append(step))
    assert isinstance(made, RegisterView)
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert (made.document, made.period, made.period_label) == ("monthly_roster", "2024-06", "2024年6月")
    assert (made.lines, made.empty, made.nil, made.files) == (1, False, False, ())
    ((path, columns),) = made.columns.items()
    (row,) = made.tables[path]
    assert set(row) == {c.key for c in columns} and made.labels[path]
    shown = {c.key: c.text(row[c.key]) for c in columns}
    assert shown["name"] == "户主5" and str(row["id_number"]) != shown["id_number"]
    assert "********" in shown["id_number"], "the screen shows a part of the number only"
    assert made.sums["register.total"] == Decimal("800.00")
    assert not list(workspace.archive.outbox.rglob("*.*"))
    assert made.as_json()["sums"]["register.total"] == "800.00"  # type: ignore[index]


def test_a_register_is_made_by_whoever_asks_beside_what_was_there(workspace: Workspace) -> None:
    first = register(workspace, request(workspace, "花名册", on=BY.today))
    assert [p.name for p in first.files] == [
        "社会救助对象花名册 2024-06.docx",
        "社会救助对象花名册 2024-06.xlsx",
    ]
    assert "统计期尚未结束" in first.notes[-1]
    asked = request(workspace, "花名册", on=LATER.today, days=Days(month="2024-06"), forms=[OutputForm.XLSX])
    second = register(workspace, asked, LATER)
    assert [p.name for p in second.files] == ["社会救助对象花名册 2024-06（2）.xlsx"]
    assert not second.notes, "on the second of July, June is over"
    assert {stat.S_IMODE(p.stat().st_mode) for p in (*first.files, *second.files)} == {0o600}


def test_nothing_to_list_is_said_and_made_when_asked(workspace: Workspace) -> None:
    where: dict[str, Any] = {"on": TODAY, "where": "village=没有这个村"}
    none = register(workspace, request(workspace, "花名册", **where))
    assert (none.empty, none.nil, none.files) == (True, False, ())
    made = register(workspace, request(workspace, "花名册", nil=True, **where))
    assert (made.empty, made.nil, len(made.files)) == (True, True, 2)


def test_what_was_worked_out_is_not_told(workspace: Workspace) -> None:
    asked = request(workspace, "花名册", on=TODAY, settings={"在册户数": "1"})
    assert asked.settings == {"register.households": "1"}
    with pytest.raises(UsageError, match="不能另填"):
        reports.make(workspace, BY, asked)


# ── sheet by sheet ───────────────────────────────────────────────────────────────────────────────────────
def test_a_notice_is_one_sheet_for_each_village_and_issued_by_whoever_asks(
    workspace: Workspace, tmp_path: Path
) -> None:
    asked = request(workspace, "初审公示", on=TODAY)
    shown = sheets(workspace, asked, dry_run=True)
    assert [(s.name, [r["name"] for r in s.rows], s.files) for s in shown.sheets] == [
        ("样例里社区", ["户主1"], ()),
        ("另一里社区", ["户主3"], ()),
    ]
    assert shown.public and shown.dry_run and not shown.files
    assert "n" not in {c.key for c in shown.columns}
    actors = []
    for by in (BY, LATER):
        made = sheets(workspace, asked, by, folder=tmp_path / "公示")
        assert [p.suffix for p in made.files] == [".docx", ".xlsx"] * 2
        assert all((tmp_path / "公示" / p.name).is_file() for p in made.files)
        assert [(p.path, p.problem) for p in made.parcels] == [(tmp_path / "公示", None)]
        actors.append({e.actor for e in list(workspace.archive.ledger_events())[-2:]})
    assert actors == [{"林经办"}, {"周立冬"}]


def test_what_must_not_be_posted_is_refused_household_by_household(workspace: Workspace) -> None:
    asked = request(workspace, "初审公示", on=TODAY, settings={"publicity.finding": "患病住院"})
    made = sheets(workspace, asked)
    assert [r.code for r in made.refused] == ["E305", "E305"] and made.sheets == ()


def test_what_can_be_made_is_listed_with_its_period(workspace: Workspace) -> None:
    periods = {r.id: r.period for r in reports.offered(workspace).reports}
    assert periods["monthly_roster"] == "month" and periods["longterm_publicity"] == "on"
    assert "minutes_original" in periods
