"""Completeness as any face asks for it: what is missing, and what people looked up themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api.cases import change_facts
from archivist.api.completeness import Stage, Verdict, check, confirm
from archivist.api.history import case_log
from archivist.errors import CaseNotFound, InvalidValue
from archivist.model.by import By
from archivist.model.ids import CaseNo, Category
from archivist.workspace import Workspace
from tests.answers import printed
from tests.filing import ACCEPTANCE, file_papers
from tests.kit import BY, NOW, TODAY, make_workspace, open_household

LATER = By("苏调查", NOW + dt.timedelta(days=3))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def case(workspace: Workspace) -> str:
    return str(open_household(workspace).number)


def test_what_is_missing_and_on_which_sentence(workspace: Workspace, case: str) -> None:
    """What is missing, what to do about it, on which sentence it rests: all of it in the result."""
    report = check(workspace, ["王秀兰"], on=TODAY)
    (one,) = report.cases
    assert (one.case, one.applicant, one.category, one.stage) == (
        case,
        "王秀兰",
        Category.DB,
        Stage.ACCEPTANCE,
    )
    missing = next(f for f in one.findings if f.id == "C01")
    assert missing.verdict is one.verdict is Verdict.FAILED
    assert missing.problems and missing.todo and "「" in missing.source
    assert "一次性补正材料告知书" in one.notice
    assert (report.total, report.clean, report.counts) == (1, False, {Verdict.FAILED: 1})
    assert printed(report)["cases"][0]["findings"][0]["verdict"] in set(Verdict)


def test_what_passed_is_left_out_but_counted(workspace: Workspace, case: str) -> None:
    """``missing_only``: the counts are those of all cases looked at."""
    change_facts(workspace, BY, case, [("members[1].authorized", "是")])
    file_papers(workspace, CaseNo.parse(case), *ACCEPTANCE)
    (whole,), (short,) = (check(workspace, [case], on=TODAY, missing_only=m).cases for m in (False, True))
    assert [f.verdict for f in whole.findings].count(Verdict.PASSED) == 1
    assert short.findings == tuple(f for f in whole.findings if not f.verdict.settled)
    confirm(workspace, BY, case, ["C01"], note="齐", on=TODAY)
    done = check(workspace, on=TODAY, missing_only=True)
    assert (done.cases, done.total, done.clean) == ((), 1, True)
    assert printed(done)["counts"] == {"合格": 1}


def test_a_case_that_cannot_be_read_is_named(workspace: Workspace, case: str) -> None:
    """What could not be checked is 未检 and named, and the run is not clean."""
    (workspace.archive.cases / case / "events" / "000001.json").write_text("{}", encoding="utf-8")
    report = check(workspace, on=TODAY)
    assert (report.cases, report.clean, len(report.unread)) == ((), False, 1)
    assert case in printed(report)["unread"][0]


def test_two_people_look_things_up(workspace: Workspace, case: str) -> None:
    """人工核对 names who looked: the actor when nobody is named; a day that is still to come for one is today for another."""
    file_papers(workspace, CaseNo.parse(case), *ACCEPTANCE)
    change_facts(workspace, BY, case, [("members[1].authorized", "是")])
    (unknown,) = {f.id for f in check(workspace, [case], on=TODAY).cases[0].findings if f.todo and f.problems}
    with pytest.raises(InvalidValue) as refused:
        confirm(workspace, BY, case, [unknown], note="齐", on=LATER.today)
    assert any("之后" in problem for problem in refused.value.problems)
    confirmed = confirm(workspace, LATER, case, [unknown], note="齐", on=LATER.today)
    assert printed(confirmed)["checks"] == [unknown]
    last = case_log(workspace, case).events[-1]
    assert (last.seq, last.actor, last.title) == (confirmed.event, "苏调查", "人工核对")
    (finding,) = [f for f in check(workspace, [case], on=TODAY).cases[0].findings if f.id == unknown]
    assert finding.verdict is Verdict.PASSED and "苏调查" in finding.confirmed[0]


def test_stages_and_names(workspace: Workspace, case: str) -> None:
    for stage in Stage:
        assert check(workspace, [case], stage=stage, on=TODAY).cases[0].stage is stage
    assert check(workspace, on=TODAY, category=Category.TK).total == 0
    with pytest.raises(CaseNotFound):
        check(workspace, ["查无此人"], on=TODAY)


def test_how_far_it_is(workspace: Workspace, case: str) -> None:
    assert case
    steps: list[tuple[int, int]] = []
    check(workspace, on=TODAY, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 1)]


def test_a_case_with_nothing_to_look_at_is_not_called_right(workspace: Workspace) -> None:
    """「合格 only when something was 合格 and nothing 不合格/未检」; and a run is clean only where all cases are."""
    urgent = str(open_household(workspace, category=Category.JN).number)
    change_facts(workspace, BY, urgent, [("application.urgent", "是")])
    report = check(workspace, [urgent], on=TODAY)
    assert (report.counts, report.clean) == ({Verdict.NOT_APPLICABLE: 1}, False)
    (one,) = report.cases
    assert one.verdict is Verdict.NOT_APPLICABLE and all(f.reason and not f.evidence for f in one.findings)
    assert check(workspace, [urgent], on=TODAY, missing_only=True).cases == (), "nothing is left to be done"


@pytest.mark.parametrize(
    ("several", "together"),
    [
        ((), "不适用"), (("不适用", "不适用"), "不适用"), (("不适用", "合格"), "合格"), (("合格", "未检"), "未检"),
        (("不适用", "未检"), "未检"), (("未检", "不合格", "合格"), "不合格"),
    ],
)  # fmt: skip
def test_what_several_answers_come_to(several: tuple[str, ...], together: str) -> None:
    assert Verdict.of_all(map(Verdict, several)) is Verdict(together)


def test_what_is_right_says_at_what_it_looked(workspace: Workspace, case: str) -> None:
    """「each with the evidence (which record, which event, which dates)」, typed, as any face and program reads it."""
    file_papers(workspace, CaseNo.parse(case), *ACCEPTANCE, "mat_id_card")
    (one,) = printed(check(workspace, [case], on=TODAY))["cases"]
    c01 = next(f for f in one["findings"] if f["id"] == "C01")
    assert c01["verdict"] == "合格" and {e["kind"] for e in c01["evidence"]} == {"record"}
    assert {e["ref"] for e in c01["evidence"]} == {f"{n:04}" for n in range(1, 9)}
    assert all(e["on"] == str(TODAY) for e in c01["evidence"])
