"""「The gate and the checks say the same of papers」: one in doubt counts for neither before a person looked, then for both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archivist.api.completeness import confirm_records
from archivist.api.history import case_log
from archivist.errors import InvalidValue, StepRefused
from archivist.ingest.refiling import retype
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.model.standing import Verdict
from archivist.procedure.cases import change_facts
from archivist.procedure.completeness_audit import check, confirm
from archivist.procedure.steps import PlannedStep, plan_step
from archivist.rules.rule import Stage
from archivist.workspace import Workspace
from tests.answers import printed
from tests.filing import ACCEPTANCE, TO_PUBLICITY, bind, file_papers, walk
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.sampling import sweep

DOUBTS: dict[str, Any] = {
    "a type the machine was not sure of": {"typed": {"by": "machine", "score": 0.62}},
    "a file that could not be read": {"typed": {"by": "machine", "score": 1.0}, "unread": "压缩方法不认识"},
    "a form of ours without its code": {"typed": {"by": "machine", "score": 1.0}, "unsigned": "没有看见签名、盖章"},
    "a form of ours that is no paper": {"unsigned": "不是纸张的扫描"},
}  # fmt: skip
KNOWN = [("members[1].authorized", "是"), ("application.kinship", "否")]
every_doubt = pytest.mark.parametrize("doubt", DOUBTS)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def household(workspace: Workspace, doubtful: str, doubt: str, *others: str) -> CaseNo:
    """A household whose one paper is in doubt, and is filed last; its other papers are not."""
    number = open_household(workspace).number
    change_facts(workspace, BY, number, KNOWN)
    file_papers(workspace, number, *(k for k in (*ACCEPTANCE, "mat_id_card", *others) if k != doubtful))
    file_papers(workspace, number, doubtful, **DOUBTS[doubt])
    return number


def take(workspace: Workspace, number: CaseNo, step: str) -> PlannedStep:
    case = workspace.archive.read(number)
    return plan_step(workspace, BY, case, step, on=TODAY, people=("林经办", "苏调查"), reason="材料不齐")


def allowed(workspace: Workspace, number: CaseNo, step: str) -> bool:
    return bool(take(workspace, number, step).data)


def refused(workspace: Workspace, number: CaseNo, step: str) -> list[str]:
    with pytest.raises(StepRefused) as error:
        take(workspace, number, step)
    return list(error.value.problems)


def verdict(workspace: Workspace, number: CaseNo, rule: str, stage: Stage = Stage.ACCEPTANCE) -> Verdict:
    (one,) = check(workspace, [number], stage=stage, on=TODAY).cases
    return next(f.verdict for f in one.findings if f.check.id == rule)


def last(workspace: Workspace, number: CaseNo) -> RecordNo:
    return list(workspace.archive.read(number).records)[-1]


@sweep(1 / 3)
@every_doubt
@pytest.mark.parametrize("paper", ["application_form", "mat_household_register", "kinship_declaration"])
def test_acceptance_waits_until_somebody_looked(workspace: Workspace, paper: str, doubt: str) -> None:
    """「材料齐备的，予以受理」: step and check say the same before and after, in the same words."""
    number = household(workspace, paper, doubt)
    walk(workspace, number, ("submit", "2024-03-04", ()))
    (problem,) = refused(workspace, number, "accept")
    (one,) = check(workspace, [number], stage=Stage.ACCEPTANCE, on=TODAY).cases
    (matter,) = next(f.unknown for f in one.findings if f.check.id == "C01")
    assert problem.startswith(matter)
    assert f"archivist case record confirm {number} {last(workspace, number)} --note" in problem
    asked = refused(workspace, number, "ask_correction")
    assert asked == [problem], "told once of everything: so one looks before"
    done = confirm_records(workspace, BY, str(number), [last(workspace, number)], note="原件齐", on=TODAY)
    assert printed(done)["records"] == [last(workspace, number)]
    assert take(workspace, number, "accept").after.value == "accepted"
    assert verdict(workspace, number, "C01") is Verdict.PASSED
    event = case_log(workspace, str(number)).events[-1]
    assert event.title == "人工核对" and last(workspace, number) in event.text


@sweep(1 / 2)
@every_doubt
def test_what_is_confirmed_in_a_check_counts_for_the_step(workspace: Workspace, doubt: str) -> None:
    number = household(workspace, "application_form", doubt)
    walk(workspace, number, ("submit", "2024-03-04", ()))
    assert refused(workspace, number, "accept")
    confirm(workspace, BY, number, ["C01"], note="原件有签名", on=TODAY, stage=Stage.ACCEPTANCE)
    assert allowed(workspace, number, "accept")


@sweep(1 / 2)
@every_doubt
def test_a_type_said_by_a_person_settles_it(workspace: Workspace, doubt: str) -> None:
    """「retype to say the type by a person」."""
    number = household(workspace, "mat_residence_permit", doubt)
    change_facts(workspace, BY, number, [("agent.name", "张代理")])
    file_papers(workspace, number, "agency_authorization")
    walk(workspace, number, ("submit", "2024-03-04", ()))
    paper = RecordNo("0009")
    assert workspace.archive.read(number).records[paper].type == "mat_residence_permit"
    assert any(p.startswith("材料不齐") for p in refused(workspace, number, "accept"))
    retype(workspace, BY, number, paper, workspace.catalogue.get("mat_agent_id"), "是代理人的身份证")
    assert allowed(workspace, number, "accept")


@sweep(1 / 2)
@every_doubt
def test_the_authorisation_and_what_came_of_it(workspace: Workspace, doubt: str) -> None:
    """C02 and guard ``authorised``; guard ``verified``: a report that is none, or is not seen to be signed, proves nothing."""
    number = household(workspace, "verification_authorization", doubt)
    walk(workspace, number, ("submit", "2024-03-04", ()), ("accept", "2024-03-04", ("林经办",)))
    assert "第 0008 件" in "".join(refused(workspace, number, "verify"))
    assert verdict(workspace, number, "C02") is Verdict.UNCHECKED
    confirm_records(workspace, BY, str(number), ["8"], note="逐人签了名", on=TODAY)
    assert allowed(workspace, number, "verify") and verdict(workspace, number, "C02") is Verdict.PASSED
    walk(workspace, number, ("verify", "2024-03-05", ("林经办",)))
    file_papers(workspace, number, "verification_report", **DOUBTS[doubt])
    report = last(workspace, number)
    assert any(p.startswith(f"第 {report} 件") for p in refused(workspace, number, "explain"))
    walk(workspace, number, ("survey", "2024-03-06", ("林经办", "苏调查")))
    assert any(p.startswith(f"第 {report} 件") for p in refused(workspace, number, "prelim"))
    confirm_records(workspace, BY, str(number), [report], note="核对机构盖了章", on=TODAY)
    assert not any(report in p for p in refused(workspace, number, "prelim"))


@sweep(1 / 2)
@every_doubt
def test_what_a_step_needs(workspace: Workspace, doubt: str) -> None:
    """``needs`` of a step: the survey that the first review rests on."""
    number = household(workspace, "household_survey", doubt, "acceptance_notice")
    walk(workspace, number, *TO_PUBLICITY[:3])
    survey = last(workspace, number)
    assert any(p.startswith(f"第 {survey} 件") for p in refused(workspace, number, "prelim"))
    confirm_records(workspace, BY, str(number), [survey], note="调查人签了名", on=TODAY)
    assert not any(survey in p for p in refused_or_none(workspace, number, "prelim"))


@sweep(1 / 2)
@every_doubt
def test_a_receipt_in_doubt_proves_no_service(workspace: Workspace, doubt: str) -> None:
    """「送达 needs a signed receipt of that decision」: one that nobody saw to be signed, or to be a receipt, is none."""
    number = household(workspace, "application_form", doubt)
    decided = ("review", "2024-03-12", ("白主管",)), ("confirm", "2024-03-13", ("魏主任",))
    walk(workspace, number, *TO_PUBLICITY, *decided)
    file_papers(workspace, number, "confirmation_decision")
    decision = last(workspace, number)
    file_papers(workspace, number, "delivery_receipt", **DOUBTS[doubt])
    receipt = last(workspace, number)
    bind(workspace, number, receipt, decision)
    assert any(p.startswith(f"第 {receipt} 件") for p in refused(workspace, number, "deliver"))
    (one,) = check(workspace, [number], stage=Stage.ARCHIVE, on=TODAY).cases
    asked = next(f.unknown for f in one.findings if f.check.id == "C10.remedies")
    assert any(f"第 {receipt} 件" in matter for matter in asked)
    confirm_records(workspace, BY, str(number), [receipt], note="本人签收", on=TODAY)
    assert not any("请看原件" in p for p in refused_or_none(workspace, number, "deliver"))


def refused_or_none(workspace: Workspace, number: CaseNo, step: str) -> list[str]:
    try:
        take(workspace, number, step)
    except StepRefused as error:
        return list(error.problems)
    return []


def test_one_paper_beyond_doubt_is_enough(workspace: Workspace) -> None:
    number = household(workspace, "application_form", "a form of ours without its code")
    file_papers(workspace, number, "application_form", text="另一份")
    walk(workspace, number, ("submit", "2024-03-04", ()))
    assert allowed(workspace, number, "accept")


def test_one_of_two_looked_at_is_enough_for_both(workspace: Workspace) -> None:
    number = household(workspace, "application_form", "a form of ours without its code")
    file_papers(workspace, number, "application_form", text="另一份", typed={"by": "machine", "score": 0.5})
    walk(workspace, number, ("submit", "2024-03-04", ()))
    assert len(refused(workspace, number, "accept")) == 2
    confirm_records(workspace, BY, str(number), [last(workspace, number)], note="有签名", on=TODAY)
    assert allowed(workspace, number, "accept") and verdict(workspace, number, "C01") is Verdict.PASSED


def test_fewer_cards_than_people_are_said_and_refuse_nothing(workspace: Workspace) -> None:
    """「需提交申请人和共同生活家庭成员以及相关赡养人、抚养人、扶养人及其家庭成员的身份证」: a scan may hold several."""
    number = open_household(workspace).number
    change_facts(workspace, BY, number, KNOWN)
    file_papers(workspace, number, *ACCEPTANCE)
    walk(workspace, number, ("submit", "2024-03-04", ()))
    (warning, *_) = take(workspace, number, "accept").warnings
    (one,) = check(workspace, [number], stage=Stage.ACCEPTANCE, on=TODAY).cases
    assert f"未检：{next(f.unknown for f in one.findings if f.check.id == 'C01')[0]}" == warning
    confirm(workspace, BY, number, ["C01"], note="一件上两人的都有", on=TODAY, stage=Stage.ACCEPTANCE)
    assert warning not in take(workspace, number, "accept").warnings


def test_what_is_not_in_doubt_is_not_confirmed(workspace: Workspace) -> None:
    number = household(workspace, "application_form", "a form of ours without its code")
    with pytest.raises(InvalidValue) as error:
        confirm_records(workspace, BY, str(number), ["1", "99", last(workspace, number)], note=" ", on=TODAY)
    told = error.value.problems
    assert "没有存疑" in told[0] and "没有第 0099 件" in told[1] and "--note" in told[2] and len(told) == 3


def test_a_paper_filed_afterwards_is_in_doubt_again(workspace: Workspace) -> None:
    """What was looked at is one paper; another of the kind, alone in the file, is another."""
    number = household(workspace, "application_form", "a form of ours without its code")
    confirm_records(workspace, BY, str(number), [last(workspace, number)], note="有签名", on=TODAY)
    other = open_household(workspace, category=Category.DX).number
    file_papers(workspace, other, "application_form", **DOUBTS["a form of ours without its code"])
    assert verdict(workspace, other, "C01") is Verdict.FAILED
    walk(workspace, other, ("submit", "2024-03-04", ()))
    assert any("社会救助申请书" in p and "签名" in p for p in refused(workspace, other, "accept"))
