"""The day a document bears and the days it tells: those of its steps, never in the future, never before what it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document

from archivist.errors import StepRefused, UnlawfulDocument
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.planned import BatchOutcome, Manner
from archivist.model.by import By
from archivist.model.case import Case
from archivist.procedure.corrections import correct_step
from archivist.workspace import Workspace
from tests.filing import come_to, walk
from tests.kit import BY, TODAY, make_workspace, on, open_household

REFUSAL = {"decision.findings": "家庭有两套住房。", "decision.reasons": "财产状况不符合条件。"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def make(workspace: Workspace, kind: str, case: Case, reason: str = "", **given: object) -> BatchOutcome:
    told = {case.number: {key.replace("__", "."): value for key, value in given.items()}}
    todo = plan(
        workspace,
        BY,
        workspace.catalogue.get(kind),
        [case.number],
        told,
        on=TODAY,
        manner=Manner(reason=reason),
    )
    return issue(workspace, BY, todo)


def refused(outcome: BatchOutcome) -> tuple[str, ...]:
    assert outcome.issued == []
    error = outcome.refused[0].error
    assert isinstance(error, UnlawfulDocument)
    return tuple(error.problems)


@pytest.mark.parametrize("told", ["2030-01-01", "2024年3月9日"])
def test_a_date_told_is_the_date_that_is_looked_at(workspace: Workspace, told: str) -> None:
    """「dates: none in the future」, however the date is given."""
    case = come_to(workspace, open_household(workspace), "acceptance_notice")
    (problem,) = refused(make(workspace, "acceptance_notice", case, made_on=told))
    assert problem.endswith(f"在今天（{TODAY}）之后")


@pytest.mark.parametrize("told", ["2024-03-04", "2020-01-01"])
def test_a_date_told_is_not_before_the_step(workspace: Workspace, told: str) -> None:
    """「none before the last act it rests on」: the household was accepted on the 5th."""
    case = come_to(workspace, open_household(workspace), "acceptance_notice")
    problems = refused(make(workspace, "acceptance_notice", case, made_on=told, reason="补发"))
    assert f"日期 {told} 早于所据的环节“受理”（2024-03-05）" in problems


def test_a_date_told_back_is_dated_back(workspace: Workspace) -> None:
    """「back-dating asks a reason」; the record bears the day that was told."""
    case = come_to(workspace, open_household(workspace), "acceptance_notice")
    (problem,) = refused(make(workspace, "acceptance_notice", case, made_on="2024-03-06"))
    assert "倒签须写明理由" in problem
    (issued,) = make(workspace, "acceptance_notice", case, made_on="2024-03-06", reason="当日停电").issued
    record = workspace.archive.read(case.number).records[issued.record]
    assert (record.dated, record.data["why"]) == ("2024-03-06", "当日停电")


def test_the_day_of_a_decision_is_that_of_its_step(workspace: Workspace) -> None:
    """A refusal decided on the 5th and printed on the 8th was decided on the 5th."""
    case = come_to(workspace, open_household(workspace), "refusal_decision")
    (problem,) = refused(make(workspace, "refusal_decision", case, **REFUSAL, decision__date=f"{TODAY}"))
    assert f"决定日期 {TODAY} 与环节" in problem and "2024-03-05 不一致" in problem
    (issued,) = make(workspace, "refusal_decision", case, **REFUSAL).issued
    text = "\n".join(p.text for p in Document(str(issued.files[0])).paragraphs)
    assert "本机关于2024年3月5日决定对你户的最低生活保障申请不予确认" in text
    assert workspace.archive.read(case.number).records[issued.record].dated == TODAY.isoformat()


def test_a_step_is_not_moved_behind_its_document(workspace: Workspace) -> None:
    """「none before the last act it rests on」, also when the day of that act is put right afterwards."""
    case = come_to(workspace, open_household(workspace), "acceptance_notice")
    (issued,) = make(workspace, "acceptance_notice", case).issued
    step, later = workspace.archive.read(case.number).steps[-1], By("林经办", on("2024-03-20 10:00"))
    with pytest.raises(StepRefused) as caught:
        correct_step(workspace, later, case.number, step.seq, on=dt.date(2024, 3, 15), reason="写错")
    assert any(f"第 {issued.record} 件《受理通知书》成文于 {TODAY}" in p for p in caught.value.problems)
    moved = correct_step(workspace, later, case.number, step.seq, on=TODAY, reason="写错")
    assert moved.new is not None and moved.new.on == TODAY


def test_nothing_of_an_earlier_step_is_issued_after_the_end(workspace: Workspace) -> None:
    """What the accepting step would be refused for, its notice is refused for: the application was withdrawn."""
    case = come_to(workspace, open_household(workspace), "acceptance_notice")
    case = walk(workspace, case.number, ("withdraw", f"{TODAY}", ("林经办",)))
    (problem,) = refused(make(workspace, "acceptance_notice", case))
    assert problem.startswith("户档现为“已放弃或撤回”，“受理”须在")
