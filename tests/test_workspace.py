"""The open workspace: it knows nobody who acts, and reads its settings when they are asked for."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archivist.errors import NotAWorkspace, SettingsError
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import Category
from archivist.procedure.cases import change_facts, open_case
from archivist.store.commit import Draft
from archivist.workspace import Workspace
from tests.kit import NOW, make_workspace, open_household
from tests.people import wang

LIN = By("林经办", NOW, account="lin", host="前台一号机")
SU = By("苏调查", NOW + dt.timedelta(minutes=7), account="su", host="前台二号机")


def test_two_people_act_through_one_workspace(tmp_path: Path) -> None:
    """It knows nobody who acts and no clock: every act says by whom and when it is done."""
    with make_workspace(tmp_path / "ws") as workspace:
        number = open_case(workspace, LIN, Category.DB, wang(), opened_on=dt.date(2024, 3, 4)).number
        change_facts(workspace, SU, number, [("applicant.phone", "022-00009999")], reason="来电")
        change_facts(workspace, LIN, number, [("applicant.phone", "022-00008888")], reason="更正")
        with workspace.together(SU):
            workspace.commit(number, lambda _: Draft(Op.DEREGISTERED, {"date": "2024-03-08"}, "撤回"), SU)
        told = [e for e, _ in workspace.archive.chain(number).events]
        taken = list(workspace.archive.ledger_events())
    for events, people in ((told, [LIN, SU, LIN, SU]), (taken, [LIN, LIN])):
        named = [(e.actor, e.account, e.host, dt.datetime.fromisoformat(e.time)) for e in events]
        assert named == [(by.actor, by.account, by.host, by.time) for by in people]


def test_a_question_that_needs_no_settings_does_not_read_them(tmp_path: Path) -> None:
    """The settings; a question that needs none does not fail on them."""
    with make_workspace(tmp_path / "ws") as workspace:
        number = open_household(workspace).number
    (tmp_path / "ws/archivist.toml").write_text("pack = [", encoding="utf-8")
    with Workspace.open(tmp_path / "ws") as workspace:
        assert [hit.case for hit in workspace.index.search("王秀兰").hits] == [number]
        assert workspace.archive.read(number).applicant_name == "王秀兰"
        with pytest.raises(SettingsError) as refused:
            change_facts(workspace, LIN, number, [("applicant.phone", "022-00009999")])
        assert refused.value.code == "E500"
        assert workspace.archive.read(number).seq == 1


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    """Open the workspace in a folder. NotAWorkspace: E205."""
    with pytest.raises(NotAWorkspace):
        Workspace.open(tmp_path)


def test_two_people_at_the_same_time(tmp_path: Path) -> None:
    """Two people can use one open workspace in one process, each on a thread; each event names its own."""
    with make_workspace(tmp_path / "ws") as workspace:
        number = open_household(workspace).number
        workspace.index.rebuild()

        def act(by: By) -> None:
            for n in range(5):
                change_facts(workspace, by, number, [("applicant.village", f"{by.actor} {n}")])

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(act, (LIN, SU)))
        events = [e for e, _ in workspace.archive.chain(number).events[1:]]
        told = {by.account: [e for e in events if e.actor == by.actor] for by in (LIN, SU)}
        for by in (LIN, SU):
            assert {(e.account, e.host) for e in told[by.account]} == {(by.account, by.host)}
            villages = [e.data["facts"]["applicant"]["village"] for e in told[by.account]]
            assert villages == [f"{by.actor} {n}" for n in range(5)]
        assert workspace.behind is None and workspace.drift() == []
