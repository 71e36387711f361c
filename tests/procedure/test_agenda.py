"""What is due in the office: kept in the catalogue, never stale, nobody left out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from archivist.errors import CaseNotFound
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category
from archivist.model.standing import LimitStatus
from archivist.procedure.agenda import Agenda, RunningLimit, agenda
from archivist.procedure.closing import deregister
from archivist.rules import deadlines
from archivist.search.agenda_cache import followed_cases
from archivist.store import Draft
from archivist.workspace import Workspace
from tests.filing import ACCEPTED, take
from tests.kit import BY, NOW, make_workspace, on, open_another, open_household


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def brief(found: Agenda) -> dict[str, str]:
    return {e.rule.id: e.status.value for e in found.entries}


def entry(found: Agenda, rule: str) -> RunningLimit:
    return next(e for e in found.entries if e.rule.id == rule)


def test_overdue_today_coming(workspace: Workspace) -> None:
    """Three working days from Monday 2024-03-04 end on Thursday, thirty on 16 April (Qingming in between)."""
    take(workspace, open_household(workspace), "submit submitted 2024-03-04", ACCEPTED)
    assert brief(agenda(workspace, on=on("2024-03-06"))) == {"survey.start": "coming", "overall": "coming"}
    assert brief(agenda(workspace, on=on("2024-03-07T17:00"))) == {
        "survey.start": "today",
        "overall": "coming",
    }
    found = agenda(workspace, on=on("2024-03-08"))
    assert [(e.rule.id, e.status, e.days, e.workdays) for e in found.entries] == [
        ("survey.start", LimitStatus.OVERDUE, -1, -1),
        ("overall", LimitStatus.COMING, 39, 26),
    ]
    assert found.entries[0].rule.source.sentence and found.entries[0].applicant == "王秀兰"
    assert (found.cases, found.unread) == (1, ())


def test_what_is_far_off_is_left_out_until_its_warning_line(workspace: Workspace) -> None:
    take(workspace, open_household(workspace), "submit submitted 2024-03-04", ACCEPTED)
    assert "overall" not in brief(agenda(workspace, on=NOW, days=10))
    near = agenda(workspace, on=on("2024-04-01"), days=10)
    assert entry(near, "overall").warned and entry(near, "overall").days == 15
    assert brief(agenda(workspace, on=on("2024-04-01"), overdue=True)) == {"survey.start": "overdue"}


def test_time_of_others_and_waiting_stand_apart(workspace: Workspace) -> None:
    case = take(
        workspace, open_household(workspace), "submit submitted 2024-03-04", ACCEPTED,
        "verify verifying 2024-03-05", "explain explain_pending 2024-03-06",
    )  # fmt: skip
    waiting = entry(agenda(workspace, on=NOW), "verify.explain")
    assert (waiting.status, waiting.due, waiting.days) == (LimitStatus.WAITING, None, None)
    take(workspace, case, "deliver_explain explain_pending 2024-03-07")
    window = entry(agenda(workspace, on=on("2024-03-20")), "verify.explain")
    assert (window.status, window.days) == (LimitStatus.WINDOW, -7)
    order = [e.status for e in agenda(workspace, on=on("2024-03-20")).entries]
    assert order == sorted(order, key=list(LimitStatus).index)


def test_hours(workspace: Workspace) -> None:
    """「确保申请24小时到位」."""
    case = open_another(workspace, "004", Category.JN, urgent=True)
    take(workspace, case, "submit submitted 2024-03-07 16:40")
    rule = "temp.emergency.advance"
    assert entry(agenda(workspace, on=on("2024-03-08T16:40")), rule).status is LimitStatus.TODAY
    assert entry(agenda(workspace, on=on("2024-03-08T16:41")), rule).status is LimitStatus.OVERDUE


def test_one_case_or_one_category(workspace: Workspace) -> None:
    first = take(workspace, open_household(workspace), "submit submitted 2024-03-04", ACCEPTED)
    other = open_another(workspace, "004", Category.TK)
    take(workspace, other, "submit submitted 2024-03-04", ACCEPTED)
    assert {e.case for e in agenda(workspace, on=NOW).entries} == {first.number, other.number}
    assert {e.case for e in agenda(workspace, on=NOW, category=Category.TK).entries} == {other.number}
    one = agenda(workspace, on=NOW, case=first.number)
    assert {e.case for e in one.entries} == {first.number} and one.duties == ()
    with pytest.raises(CaseNotFound):
        agenda(workspace, on=NOW, case=CaseNo.parse("TJHQ-DB-2024-000099"))


def test_a_deregistered_case_owes_nothing(workspace: Workspace) -> None:
    case = take(workspace, open_household(workspace), "submit submitted 2024-03-04", ACCEPTED)
    workspace.commit(case.number, lambda _: Draft(Op.DEREGISTERED, {"date": "2024-03-08"}, "自愿退出"), BY)
    assert agenda(workspace, on=NOW).entries == ()


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────────────
def kept(workspace: Workspace) -> int:
    rows = workspace.index.ask(lambda c: c.select("SELECT count(*) FROM agenda"))
    return int(str(rows[0][0]))


def read_again(workspace: Workspace, **options: Any) -> int:
    """Ask anew, and return how many cases had to be worked out."""
    worked_out = 0

    def step(_done: int, total: int) -> None:
        nonlocal worked_out
        worked_out = total

    agenda(workspace, on=NOW, step=step, **options)
    return worked_out


def test_worked_out_once_and_again_when_the_case_moves(workspace: Workspace) -> None:
    case = take(workspace, open_household(workspace), "submit submitted 2024-03-04", ACCEPTED)
    open_another(workspace, "004")
    assert (read_again(workspace), read_again(workspace), kept(workspace)) == (2, 0, 2)
    take(workspace, case, "survey surveying 2024-03-06")
    assert (read_again(workspace), read_again(workspace), kept(workspace)) == (1, 0, 2)
    assert "survey.start" not in brief(agenda(workspace, on=NOW))


def test_the_cache_says_what_the_chains_say(workspace: Workspace) -> None:
    for sequence, day in (("002", "2024-02-05"), ("004", "2024-02-26"), ("006", "2024-03-04")):
        take(
            workspace, open_another(workspace, sequence), f"submit submitted {day}", f"accept accepted {day}"
        )
    agenda(workspace, on=NOW)
    shown = {(e.case, e.rule.id, e.due) for e in agenda(workspace, on=NOW).entries}
    cases = [workspace.archive.read(n) for n in workspace.archive.case_numbers()]
    assert shown == {
        (c.number, o.rule.id, o.due) for c in cases for o in deadlines.running(c, workspace.pack)
    }


def test_another_pack_is_another_agenda(workspace: Workspace) -> None:
    take(workspace, open_household(workspace), "submit submitted 2024-03-04", ACCEPTED)
    assert entry(agenda(workspace, on=NOW), "overall").rule.value == 30
    path = workspace.root / "archivist.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("tianjin-hongqiao", "national"), encoding="utf-8"
    )
    with Workspace.open(workspace.root) as other:
        assert entry(agenda(other, on=NOW), "overall").rule.value == 20


def test_reindexing_drops_it(workspace: Workspace) -> None:
    open_household(workspace)
    assert (read_again(workspace), kept(workspace)) == (1, 1)
    workspace.index.rebuild()
    assert kept(workspace) == 0


def test_a_case_taken_from_the_index_is_taken_from_the_cache(workspace: Workspace) -> None:
    case = open_household(workspace)
    agenda(workspace, on=NOW)
    workspace.index.remove(case.number)
    assert kept(workspace) == 0


def test_the_index_may_lag_behind(workspace: Workspace) -> None:
    """A step whose commit the index did not see is due all the same."""
    case = open_household(workspace)
    agenda(workspace, on=NOW)
    take(workspace, case, "submit submitted 2024-03-04", ACCEPTED, followed=False)
    assert "overall" in brief(agenda(workspace, on=NOW))
    workspace.index.remove(case.number)
    assert "overall" in brief(agenda(workspace, on=NOW))


def test_what_cannot_be_read_is_named(workspace: Workspace) -> None:
    case = open_household(workspace)
    events = workspace.archive.folder(case.number) / "events"
    (events / "000001.json").write_text("{}", encoding="utf-8")
    found = agenda(workspace, on=NOW)
    assert len(found.unread) == 1 and str(case.number) in found.unread[0]


def test_a_folder_that_is_gone_is_named(workspace: Workspace) -> None:
    case = open_household(workspace)
    folder = workspace.archive.folder(case.number)
    folder.rename(workspace.root / "elsewhere")
    found = agenda(workspace, on=NOW)
    assert found.unread == (f"{case.number}：档案库里没有这个户档的文件夹",)


def test_a_stranger_s_folder_is_no_case(workspace: Workspace) -> None:
    open_household(workspace)
    (workspace.archive.cases / "新建文件夹").mkdir()
    assert (agenda(workspace, on=NOW).unread, agenda(workspace, on=NOW).cases) == ((), 1)


def test_only_open_cases_are_asked_for(workspace: Workspace) -> None:
    case = open_household(workspace)
    assert [s.number for s in workspace.index.ask(followed_cases)] == [str(case.number)]
    assert workspace.index.ask(lambda c: followed_cases(c, Category.TK)) == []
    deregister(workspace, BY, case.number, on=dt.date(2024, 3, 8), reason="自愿退出")
    assert workspace.index.ask(followed_cases) == []


# ── by the month ─────────────────────────────────────────────────────────────────────────────────────────
IN_BENEFIT = (
    "submit submitted 2024-01-04", "accept accepted 2024-01-05", "review re_review 2024-01-20",
    "confirm confirmed 2024-03-01", "pay in_benefit 2024-03-02",
)  # fmt: skip


def test_three_in_ten_households_are_visited_every_month(workspace: Workspace) -> None:
    """「其中每月入户走访不得少于应复审对象的30%」: rounded up, of the households in benefit only."""
    cases = [take(workspace, open_another(workspace, f"00{n}"), *IN_BENEFIT) for n in (2, 4, 6, 8)]
    open_another(workspace, "010")
    take(workspace, cases[0], "visit in_benefit 2024-02-28", "visit in_benefit 2024-03-05")
    duties = {d.rule.id: d for d in agenda(workspace, on=NOW).duties}
    visits, checks = duties["visit.monthly.ratio"], duties["spotcheck.ratio"]
    assert (visits.period, visits.base, visits.required, visits.done) == ("2024-03", 4, 2, 1)
    assert (checks.base, checks.required, checks.done, checks.rule.duty) == (4, 2, None, "bureau")
    april = {d.rule.id: d for d in agenda(workspace, on=on("2024-04-01")).duties}["visit.monthly.ratio"]
    assert (april.base, april.done) == (4, 0)
