"""«kept and destroyed by its own rule»: never before its time, by one alone, or without a trace."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from archivist.api import access as api
from archivist.errors import InvalidValue, UsageError, WriteFailed
from archivist.model.by import CHINA, By
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category
from archivist.preservation.verification import verify
from archivist.store.access_log import Access
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace

SECOND = replace(BY, actor="钱审核")
MONTHS = ("2020-11", "2021-02", "2021-03", "2024-02")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = make_workspace(tmp_path / "ws")
    for month in MONTHS:
        by = replace(BY, time=dt.datetime.fromisoformat(f"{month}-05T10:00:00").replace(tzinfo=CHINA))
        for sequence in (1, 2):
            found.archive.access.enter(
                Access(by, "cli", "search", frozenset({CaseNo("TJHQ", Category.DB, 2020, sequence)}))
            )
    return found


def destroyed(workspace: Workspace) -> list[str]:
    events = [e for e in workspace.archive.ledger_events() if e.op is Op.ACCESS_LOG_DESTROYED]
    return [month["month"] for event in events for month in event.data["months"]]


def access_findings(workspace: Workspace) -> list[tuple[str, str]]:
    return [(f.file, f.problem.value) for f in verify(workspace, BY).findings if f.bag == "access"]


def test_three_years_from_the_end_of_the_month(workspace: Workspace) -> None:
    """「个人信息保护影响评估报告和处理情况记录应当至少保存三年」, on 2024-03-08."""
    plan = api.destroy(workspace, BY, dry_run=True)
    assert [(m.month, m.kept_until.isoformat(), m.expired) for m in plan.months] == [
        ("2020-11", "2023-11-30", True), ("2021-02", "2024-02-29", True), ("2021-03", "2024-03-31", False), ("2024-02", "2027-02-28", False),
    ]  # fmt: skip
    assert workspace.archive.access.months() == list(MONTHS) and destroyed(workspace) == []


@pytest.mark.parametrize(("witness", "reason"), [(None, "期满"), (BY, "期满"), (SECOND, " ")])
def test_never_by_one_alone_or_without_a_reason(
    workspace: Workspace, witness: By | None, reason: str
) -> None:
    with pytest.raises((UsageError, InvalidValue)):
        api.destroy(workspace, BY, witness=witness, reason=reason)
    assert workspace.archive.access.months() == list(MONTHS)


def test_what_is_left_still_holds_together_and_the_ledger_says_what_went(workspace: Workspace) -> None:
    done = api.destroy(workspace, BY, witness=SECOND, reason="期满")
    assert done.destroyed == ("2020-11", "2021-02") and destroyed(workspace) == ["2020-11", "2021-02"]
    assert workspace.archive.access.months() == ["2021-03", "2024-02"]
    assert access_findings(workspace) == []
    event = next(e for e in workspace.archive.ledger_events() if e.op is Op.ACCESS_LOG_DESTROYED)
    assert event.actor == BY.actor and event.data["witness"] == "钱审核" and event.reason == "期满"
    assert api.destroy(workspace, BY, witness=SECOND, reason="再看").destroyed == ()
    assert len([e for e in workspace.archive.ledger_events() if e.op is Op.ACCESS_LOG_DESTROYED]) == 1


@pytest.mark.parametrize("gone", [("2020-11",), ("2020-11", "2021-02"), ("2021-02",)])
def test_months_that_somebody_took_away_by_hand_are_missed(
    workspace: Workspace, gone: tuple[str, ...]
) -> None:
    for month in gone:
        workspace.archive.access.path(month).unlink()
    assert (
        access_findings(workspace) == [("", "missing")] if "2020-11" in gone else [("2021-03.jsonl", "chain")]
    )


def test_broken_off_in_the_middle_it_is_finished_the_next_time(workspace: Workspace) -> None:
    """The ledger says it first: what it says is destroyed and still there goes with the next call."""
    with (
        mock.patch.object(workspace.archive.access, "remove", side_effect=WriteFailed("x")),
        pytest.raises(WriteFailed),
    ):
        api.destroy(workspace, BY, witness=SECOND, reason="期满")
    assert workspace.archive.access.months() == list(MONTHS) and destroyed(workspace) == [
        "2020-11",
        "2021-02",
    ]
    api.destroy(workspace, BY, witness=SECOND, reason="接着做")
    assert workspace.archive.access.months() == ["2021-03", "2024-02"] and destroyed(workspace) == [
        "2020-11",
        "2021-02",
    ]
