"""C15 例外办理: 「Acts that need an eye are listed in `check`」, and are 未检 until a person confirms them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.issuing.case_documents import issue, plan
from archivist.issuing.planned import ORDINARY, Manner
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.standing import Verdict
from archivist.procedure.cases import change_facts
from archivist.procedure.completeness_audit import check, confirm
from archivist.procedure.corrections import correct_step
from archivist.rules import across
from archivist.rules.completeness import exceptional_acts
from archivist.rules.completeness.evidence import EvidenceKind
from archivist.rules.completeness.run import CheckFinding
from archivist.rules.rule import Stage
from archivist.store import Draft
from archivist.workspace import Workspace
from tests.filing import file_papers, walk
from tests.kit import BY, NOW, TODAY, make_workspace, open_household
from tests.sampling import sweep

YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def household(workspace: Workspace) -> CaseNo:
    """A household that handed in an application today, and was accepted at once."""
    number = open_household(workspace).number
    file_papers(workspace, number, "application_form")
    walk(workspace, number, ("submit", f"{TODAY}", ()), ("accept", f"{TODAY}", ("林经办",)))
    return number


def notice(workspace: Workspace, number: CaseNo, on: dt.date, manner: Manner = ORDINARY) -> None:
    kind = workspace.catalogue.get("acceptance_notice")
    outcome = issue(workspace, BY, plan(workspace, BY, kind, [number], {}, on=on, manner=manner))
    assert outcome.issued, outcome.refused


def again(workspace: Workspace, number: CaseNo) -> str:
    notice(workspace, number, TODAY)
    notice(workspace, number, TODAY, Manner(again=True, reason="原件遗失"))
    return "第 0003 件受理通知书是在已有同种文书以外再次制发的，理由：原件遗失"


def dated_back(workspace: Workspace, number: CaseNo) -> str:
    later = replace(BY, time=NOW + dt.timedelta(days=3))
    kind = workspace.catalogue.get("acceptance_notice")
    manner = Manner(reason="打印机坏了")
    assert issue(workspace, later, plan(workspace, later, kind, [number], {}, on=TODAY, manner=manner)).issued
    return "第 0002 件受理通知书落款 2024-03-08，实际在 2024-03-11 制发，理由：打印机坏了"


def late(workspace: Workspace, number: CaseNo) -> str:
    walk(workspace, number, ("survey", f"{YESTERDAY}", ("林经办", "苏调查")))
    return "“入户调查”2024-03-07 是 2024-03-08 补记的"


def corrected(workspace: Workspace, number: CaseNo) -> str:
    """A step recorded on its day, whose day was put back afterwards."""
    first = workspace.archive.read(number).steps[0]
    correct_step(workspace, BY, number, first.seq, on=YESTERDAY, reason="写错了")
    return "“收件”2024-03-07 是 2024-03-08 补记的"


def granted(workspace: Workspace, number: CaseNo) -> str:
    def draft(case: Case) -> Draft:
        data = {
            "step": "confirm",
            "title": "确认",
            "from": case.state.value,
            "to": "confirmed",
            "on": f"{TODAY}",
        }
        return Draft(
            Op.STEP_TAKEN,
            data
            | {
                "by": ["魏主任"],
                "values": {
                    across.EXCEPTION: "另一户已停发",
                    across.EXCEPTED: ["same_person TJHQ-DB-2024-000009"],
                },
            },
        )

    workspace.commit(number, draft, BY)
    told = "同一人重复申请或享受（TJHQ-DB-2024-000009）"
    return f"“确认”2024-03-08 是在{told}的情形下办理的，理由：另一户已停发"


def money(workspace: Workspace, number: CaseNo) -> str:
    told = [("benefit.amount", "5000"), ("benefit.basis", "区局批复")]
    change_facts(workspace, BY, number, told)
    return "救助金额 5000.00 元没有按标准核对，另写依据：区局批复"


WAYS: dict[str, Callable[[Workspace, CaseNo], str]] = {
    f.__name__: f for f in (again, dated_back, late, corrected, granted, money)
}


def look(workspace: Workspace, number: CaseNo, stage: Stage) -> CheckFinding:
    (one,) = check(workspace, [number], stage=stage, on=TODAY).cases
    (finding,) = [f for f in one.findings if f.check.id == "C15"]
    return finding


@pytest.mark.parametrize("stage", Stage)
def test_what_was_done_on_its_day_needs_no_eye(workspace: Workspace, stage: Stage) -> None:
    number = household(workspace)
    notice(workspace, number, TODAY)
    finding = look(workspace, number, stage)
    assert (finding.verdict, finding.problems) == (Verdict.NOT_APPLICABLE, ())


@sweep(1 / 3)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stage", Stage)
def test_each_kind_waits_for_a_person(workspace: Workspace, way: str, stage: Stage) -> None:
    """「items are 未检 until a person confirms them」, at every stage, once."""
    number = household(workspace)
    sentence = WAYS[way](workspace, number)
    finding = look(workspace, number, stage)
    assert (finding.verdict, finding.unknown) == (Verdict.UNCHECKED, (sentence,))
    confirm(workspace, BY, number, ["C15"], people=("白主管",), note="属实", on=TODAY, stage=stage)
    for any_stage in Stage:
        seen = look(workspace, number, any_stage)
        (evidence,) = seen.evidence
        assert (seen.verdict, evidence.kind) == (Verdict.PASSED, EvidenceKind.CONFIRMED)
        assert sentence in evidence.said and "白主管" in evidence.said and evidence.on == TODAY


def test_what_is_done_afterwards_is_listed_anew(workspace: Workspace) -> None:
    number = household(workspace)
    first = again(workspace, number)
    confirm(workspace, BY, number, ["C15"], note="属实", on=TODAY, stage=Stage.ACCEPTANCE)
    second = late(workspace, number)
    finding = look(workspace, number, Stage.ACCEPTANCE)
    assert finding.unknown == (second,) and any(first in e.said for e in finding.evidence)


def test_all_ways_are_tried(workspace: Workspace) -> None:
    """Each kind of the program's list is one of these."""
    number = household(workspace)
    for way in (late, again, money):
        way(workspace, number)
    assert len(exceptional_acts.acts(workspace.archive.read(number))) == 3
    assert len(exceptional_acts.KINDS) == len({w for w in WAYS if w != "corrected"})
