"""The procedure as any face asks for it: what can be done, doing it, putting it right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api.case_file import show_case
from archivist.api.cases import change_facts
from archivist.api.history import case_log
from archivist.api.steps import correct_step, plan_step, possible_steps, take_step
from archivist.errors import InvalidValue, StepRefused
from archivist.model.by import By
from archivist.model.ids import CaseNo
from archivist.model.roles import Role
from archivist.model.states import State
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


def test_what_can_be_done_and_what_stands_in_the_way(workspace: Workspace, case: str) -> None:
    """What a page shows of a case's next steps: where to, who, the guards' sentences, what must be told."""
    found = possible_steps(workspace, "王秀兰", on=TODAY)
    assert (found.case, found.applicant, found.state) == (case, "王秀兰", State.DRAFT)
    steps = {step.step: step for step in found.steps}
    assert (steps["discover"].to, steps["discover"].problems) == (State.DISCOVERED, ())
    submit = steps["submit"]
    assert (submit.to, submit.role) == (State.SUBMITTED, Role.INTAKE)
    assert submit.problems == ("缺“社会救助申请书”",) and "「" in submit.basis
    assert [s["problems"] for s in printed(found)["steps"] if s["step"] == "submit"] == [
        ["缺“社会救助申请书”"]
    ]
    with pytest.raises(StepRefused) as refused:
        take_step(workspace, BY, case, "submit", on=TODAY)
    assert set(submit.problems) <= set(refused.value.problems)


def test_a_plan_writes_nothing(workspace: Workspace, case: str) -> None:
    """``dry_run``: only whether it can be done; nothing is written."""
    planned = plan_step(workspace, BY, case, "主动发现", on=TODAY)
    assert (planned.dry_run, planned.event, planned.from_, planned.to) == (
        True,
        None,
        State.DRAFT,
        State.DISCOVERED,
    )
    assert len(case_log(workspace, case).events) == 1
    assert plan_step(workspace, LATER, case, "discover", on=TODAY).by == ("苏调查",), (
        "who acts, unless others are named"
    )


def test_the_key_of_a_word_of_python(workspace: Workspace, case: str) -> None:
    """``from_``, a word of Python, is ``from``."""
    answer = printed(plan_step(workspace, BY, case, "discover", on=TODAY))
    assert (answer["from"], answer["to"]) == ("draft", "discovered") and "from_" not in answer


def test_two_people_take_steps_and_one_is_put_right(workspace: Workspace, case: str) -> None:
    """Who records a step, and when, is said with the act: what is the future for one is the past for the other."""
    file_papers(workspace, CaseNo.parse(case), *ACCEPTANCE)
    change_facts(workspace, BY, case, [("application.kinship", "否")])
    submitted = take_step(workspace, BY, case, "收件", on=dt.date(2024, 3, 7))
    with pytest.raises(StepRefused):
        take_step(workspace, BY, case, "受理", on=LATER.today)
    accepted = take_step(workspace, LATER, case, "受理", on=LATER.today, at="9:30")
    assert (accepted.case, accepted.to) == (case, State.ACCEPTED)
    assert {limit.rule for limit in accepted.starts} >= {"overall"}
    survey = next(limit for limit in accepted.starts if limit.rule == "survey.start")
    assert survey.due == dt.date(2024, 3, 14) and "3个工作日内" in survey.source
    steps = show_case(workspace, case).steps
    assert [(s.step, s.actor, s.event) for s in steps] == [
        ("submit", "林经办", submitted.event),
        ("accept", "苏调查", accepted.event),
    ]
    assert accepted.event is not None
    corrected = correct_step(workspace, BY, case, accepted.event, on=TODAY, reason="日期抄错")
    assert corrected.new is not None and printed(corrected)["new"]["on"] == "2024-03-08"
    assert (corrected.old.on, corrected.new.on) == (LATER.today, TODAY)
    taken_back = correct_step(workspace, LATER, case, accepted.event, void=True, reason="误录")
    assert (taken_back.new, taken_back.state) == (None, State.SUBMITTED)
    assert printed(taken_back)["new"] is None
    texts = [(e.actor, e.text) for e in case_log(workspace, case).events][-2:]
    assert texts == [
        ("林经办", f"第 {accepted.event} 号改为 日期 2024-03-08（日期抄错）"),
        ("苏调查", f"第 {accepted.event} 号撤回（误录）"),
    ]


def test_no_such_step(workspace: Workspace, case: str) -> None:
    with pytest.raises(InvalidValue, match="没有“审查”这一环节"):
        plan_step(workspace, BY, case, "审查", on=TODAY)
