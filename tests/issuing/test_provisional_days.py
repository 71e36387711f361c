"""Days that an announcement of holidays still to come may move, on paper and on the screen.

「what is not announced is 暂算 on screen and on paper (or the paper's date is withheld, the office's choice)」
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.api import documents
from archivist.api.document_results import DocumentPlan
from archivist.config import Options, ProvisionalDates
from archivist.documents.render.render import document_text
from archivist.issuing.case_documents import issue, plan
from archivist.model.by import By
from archivist.model.case import Case
from archivist.rules.work_calendar import movable
from archivist.workspace import Workspace
from tests.filing import walk
from tests.kit import make_workspace, on, open_household

UNSURE = next(y for y in range(2026, 2100) if movable(dt.date(y + 1, 2, 1)))
"""The last year announced."""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def accepted(workspace: Workspace, day: dt.date) -> Case:
    case = open_household(workspace)
    return walk(
        workspace, case.number, ("submit", day.isoformat(), ()), ("accept", day.isoformat(), ("林经办",))
    )


def notice(workspace: Workspace, day: dt.date) -> tuple[str, DocumentPlan]:
    """Return what the notice of acceptance of a household accepted on a day prints, and what its trial run says."""
    case, by = accepted(workspace, day), By("林经办", on(day.isoformat()))
    said = documents.plan(
        workspace, documents.prepare(workspace, by, "acceptance_notice", [str(case.number)])
    )
    todo = plan(workspace, by, workspace.catalogue.get("acceptance_notice"), [case.number], {}, on=day)
    (done,) = issue(workspace, by, todo).issued
    page = next(f for f in done.files if f.suffix == ".docx")
    return "".join(document_text(page.read_bytes())), said


def test_a_day_that_may_move_is_marked_on_paper_and_told(workspace: Workspace) -> None:
    text, said = notice(workspace, dt.date(UNSURE, 12, 10))
    assert f"{UNSURE + 1}年1月" in text and "日（暂算）前（含当日）" in text
    (doubt,) = said.documents[0].doubts
    assert "暂算" in doubt and f"{UNSURE + 1}-01" in doubt


def test_a_day_that_is_sure_is_not_marked(workspace: Workspace) -> None:
    text, said = notice(workspace, dt.date(UNSURE, 9, 10))
    assert "暂算" not in text and said.documents[0].doubts == ()


def test_the_office_may_withhold_the_day(workspace: Workspace) -> None:
    held = replace(workspace.config, options=Options(provisional_dates=ProvisionalDates.WITHHOLD))
    workspace.__dict__["config"] = held
    text, _ = notice(workspace, dt.date(UNSURE, 12, 10))
    assert "放假安排公布后另告之日" in text and "暂算" not in text and f"{UNSURE + 1}年" not in text


def test_new_years_day_is_no_last_day(workspace: Workspace) -> None:
    """A count that would end on 1 January of a year not announced ends after it: 元旦 is a holiday by law."""
    texts = notice(workspace, dt.date(UNSURE, 12, 3))[0]
    assert f"{UNSURE + 1}年1月1日" not in texts
