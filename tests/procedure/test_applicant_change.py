"""“change of applicant after a death (members go on, the event says so)”: by the gate, findable, nothing issued changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from archivist.api import case_file, history
from archivist.errors import CaseExists, InvalidValue, StepRefused
from archivist.ingest.directory import WorkspaceDirectory
from archivist.ingest.matching.drop_folder import DropFolder
from archivist.ingest.matching.household import Household
from archivist.model import facts as known
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.former_people import Departure
from archivist.model.household_changes import UNKNOWN_RELATION
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.procedure.applicant_change import ApplicantChange, change_applicant
from archivist.procedure.cases import change_facts, drop_folder
from archivist.procedure.closing import deregister
from archivist.procedure.corrections import correct_step
from archivist.procedure.steps import plan_step, possible
from archivist.store import Draft
from archivist.workspace import Workspace
from tests.filing import file_papers
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import WANG, WANG_ID, make_id

SON: Mapping[str, object] = {"name": "李小样", "relation": "子", "id_number": make_id("19900305", "013")}
FACTS = {**WANG, "members": [*WANG["members"], SON], "account": {"holder": "王秀兰", "nature": "本人"}}
DIED = "2024-03-06"
TO_BENEFIT = (
    "submit",
    "accept",
    "survey",
    "prelim",
    "publicize",
    "review",
    "confirm",
    "deliver",
    "announce",
    "file",
    "pay",
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def record(workspace: Workspace, case: Case, step: str, **values: str) -> Case:
    """Record a step without asking its guards, with what it was told."""

    def draft(now: Case) -> Draft:
        rule = next(
            s for s in workspace.pack.steps_of(now, now.rules_on) if s.id == step and now.state in s.moves
        )
        data: dict[str, Any] = {"step": step, "title": rule.title, "from": now.state.value, "values": values}
        return Draft(Op.STEP_TAKEN, data | {"to": rule.moves[now.state].value, "on": "2024-03-07", "by": []})

    return workspace.commit(case.number, draft, BY)[0]


def in_review(workspace: Workspace, *steps: str, **values: str) -> Case:
    """A household in benefit in which something was reported."""
    case = open_household(workspace, parse_facts(FACTS))
    for step in TO_BENEFIT:
        case = record(workspace, case, step)
    for step in steps:
        case = record(workspace, case, step, **values)
    return case


def after_death(workspace: Workspace, **values: str) -> Case:
    return in_review(workspace, "report_death", **({"died_on": DIED} | values))


def test_who_has_an_open_file_of_their_own_is_not_made_the_applicant_of_a_second(
    workspace: Workspace,
) -> None:
    """一户一档, whichever way the number comes to stand there."""
    own = open_household(
        workspace, parse_facts({"applicant": {"name": SON["name"], "id_number": SON["id_number"]}})
    )
    case = after_death(workspace)
    with pytest.raises(CaseExists, match=str(own.number)):
        change(workspace, case, "李小样", relations={"李样例": "母"})
    assert workspace.archive.read(case.number).seq == case.seq


def change(workspace: Workspace, case: Case, to: str = "成员1", **more: Any) -> ApplicantChange:
    return change_applicant(workspace, BY, case.number, to, on=TODAY, **({"reason": "申请人死亡"} | more))


def test_the_members_go_on_and_the_event_says_so(workspace: Workspace) -> None:
    case = after_death(workspace)
    done = change(workspace, case, "李样例", relations={"李小样": "子"})
    assert (done.old, done.new, done.why, done.left_on) == ("王秀兰", "李样例", "死亡", dt.date(2024, 3, 6))
    after = workspace.archive.read(case.number)
    assert after.applicant_name == "李样例" and after.state is State.REVIEWING
    assert [(m["name"], m["relation"]) for m in known.rows(after.facts, "members")] == [
        ("李样例", "本人"), ("李小样", "子"),
    ]  # fmt: skip
    assert (
        after.fact("applicant.village") == "样例里社区" and after.fact("applicant.birth_date") == "1960-01-10"
    )
    assert after.fact("applicant.phone") is None, "the dead man's telephone is not the widow's"
    (gone,) = after.former
    assert (gone.name, gone.why, gone.on) == ("王秀兰", Departure.DEATH, dt.date(2024, 3, 6))
    event = workspace.archive.chain(case.number).events[-1][0]
    assert (event.op, event.reason) == (Op.APPLICANT_CHANGED, "申请人死亡")
    said = history.case_log(workspace, str(case.number)).events[-1]
    assert (
        said.title == "变更申请人"
        and said.text == "2024-03-08 王秀兰 → 李样例（死亡 2024-03-06）（申请人死亡）"
    )
    assert any("户名仍是王秀兰" in w for w in done.warnings)


def test_the_old_applicant_stays_findable(workspace: Workspace) -> None:
    case = after_death(workspace)
    change(workspace, case)
    for words in ("王秀兰", "wxl", WANG_ID):
        assert workspace.find_case(words) == case.number, words
    (row,) = workspace.index.find_cases("王秀兰")
    assert (row.applicant, row.part) == ("李样例", "原成员")
    shown = case_file.show_case(workspace, str(case.number))
    assert [(p.name, p.part, p.why, p.on) for p in shown.former] == [
        ("王秀兰", "申请人", "死亡", dt.date(2024, 3, 6))
    ]
    workspace.index.rebuild()
    assert workspace.find_case("王秀兰") == case.number


def test_papers_of_the_dead_and_both_drop_folders_are_the_households(workspace: Workspace) -> None:
    case = after_death(workspace)
    old = drop_folder(workspace, case)
    change(workspace, case)
    after = workspace.archive.read(case.number)
    new = drop_folder(workspace, after)
    assert old.is_dir() and new.is_dir() and old != new
    directory, household = WorkspaceDirectory(workspace), Household(after)
    for folder in (old, new):
        found = DropFolder.of(f"{folder.name}/扫描.jpg")
        assert found is not None and found.case == case.number and found.names(household, directory)
    assert household.owner_of(WANG_ID) == "王秀兰"
    record(workspace, after, "terminate")
    record(workspace, file_papers(workspace, after.number, "termination_decision"), "deliver")
    deregister(workspace, BY, case.number, on=TODAY, reason="不再符合条件")
    assert not old.exists() and not new.exists()


def test_who_is_told_nothing_of_is_unknown(workspace: Workspace) -> None:
    done = change(workspace, after_death(workspace))
    assert done.unknown == ("李小样",)
    assert known.rows(done.case.facts, "members")[1]["relation"] == UNKNOWN_RELATION


def test_within_the_household_the_old_applicant_stays_a_member(workspace: Workspace) -> None:
    case = in_review(workspace, "report_change")
    done = change(workspace, case, "成员2", why="户内变更", relations={"王秀兰": "母亲", "成员1": "父亲"})
    assert not done.case.former and done.left_on is None
    names = {str(m["name"]): m["relation"] for m in known.rows(done.case.facts, "members")}
    assert names == {"李样例": "父亲", "李小样": "本人", "王秀兰": "母亲"}


def test_dry_run_says_the_same_and_writes_nothing(workspace: Workspace) -> None:
    case = after_death(workspace)
    tried = change(workspace, case, dry_run=True)
    assert workspace.archive.read(case.number).seq == case.seq
    done = change(workspace, case)
    assert (tried.changes, tried.warnings, tried.unknown) == (done.changes, done.warnings, done.unknown)


def test_refused_before_its_time(workspace: Workspace) -> None:
    """The gate: only while the household is reviewed, and only after somebody reported what happened in this review."""
    case = open_household(workspace, parse_facts(FACTS))
    with pytest.raises(StepRefused) as early:
        change(workspace, case)
    assert any("变更申请人”须在“复核中”时办" in p for p in early.value.problems)
    for step in (*TO_BENEFIT, "start_review"):
        case = record(workspace, case, step)
    with pytest.raises(StepRefused) as unreported:
        change(workspace, case)
    assert any("家庭成员的变动须先有报告" in p for p in unreported.value.problems)
    case = record(workspace, record(workspace, case, "report_change"), "reviewed")
    case = record(workspace, case, "start_review")
    with pytest.raises(StepRefused, match=r"1 项"):
        change(workspace, case, why="户内变更")


def test_a_death_must_be_the_applicants_and_registered(workspace: Workspace) -> None:
    case = in_review(workspace, "report_change")
    with pytest.raises(StepRefused) as alive:
        change(workspace, case, why="死亡")
    assert any("申请人死亡须先登记" in p for p in alive.value.problems)
    case = record(workspace, case, "report_death", died_on=DIED, person="李样例")
    with pytest.raises(StepRefused) as other:
        change(workspace, case, "成员2")
    assert other.value.problems == ("登记的死亡人员是李样例，不是申请人王秀兰",)
    assert change(workspace, case, "成员2", why="离开本户").left_on == TODAY


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"to": "王秀兰"}, "没有“王秀兰”这名成员"),
        ({"to": "成员3"}, "没有“成员3”这名成员"),
        ({"why": "不想当了"}, "死亡、离开本户、户内变更"),
        ({"relations": {"张三": "子"}}, "没有“张三”这名成员"),
        ({"facts": [("applicant.birth", "x")]}, "户档信息有误"),
    ],
)
def test_what_is_told_wrongly_is_refused_in_words(workspace: Workspace, told: Any, words: str) -> None:
    case = after_death(workspace)
    with pytest.raises(InvalidValue, match=words):
        change(workspace, case, told.pop("to", "成员1"), **told)
    assert workspace.archive.read(case.number).seq == case.seq


def test_somebody_who_does_not_live_there_or_has_no_number_cannot_apply(workspace: Workspace) -> None:
    case = after_death(workspace)
    change_facts(workspace, BY, case.number, [("成员[1].共同生活", "否"), ("成员[2].证件号码", "")])
    for member, words in (("成员1", "不共同生活"), ("成员2", "没有登记证件号码")):
        with pytest.raises(StepRefused) as refused:
            change(workspace, case, member)
        assert any(words in p for p in refused.value.problems)


def test_one_persons_case_has_no_other_applicant(workspace: Workspace) -> None:
    case = open_household(workspace, parse_facts(FACTS), Category.TK)
    with pytest.raises(StepRefused) as refused:
        change(workspace, case)
    assert "没有“变更申请人”这一环节" in refused.value.problems[0]


def test_the_step_is_offered_and_taken_by_its_own_command(workspace: Workspace) -> None:
    case = after_death(workspace)
    assert "change_applicant" in [p.step.id for p in possible(workspace, case, on=TODAY)]
    with pytest.raises(StepRefused) as refused:
        plan_step(workspace, BY, case, "change_applicant", on=TODAY, reason="死亡")
    assert "archivist case applicant" in refused.value.remedy
    after = change(workspace, case).case
    with pytest.raises(StepRefused) as taken_back:
        correct_step(workspace, BY, case.number, after.steps[-1].seq, void=True, reason="误记")
    assert any("不能撤回" in p for p in taken_back.value.problems)
