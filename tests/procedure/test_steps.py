"""The life of a case: every reason of refusal at once, what a step sets going, corrections, random walks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.config import Config, parse
from archivist.errors import ArchivistError, CaseClosed, InvalidValue, StepRefused
from archivist.model.by import CHINA, By
from archivist.model.case import Case
from archivist.model.case_fold import apply, fold
from archivist.model.event import Event, Op
from archivist.model.facts import parse_facts, single
from archivist.model.ids import GENESIS, CaseNo, Category, record_no
from archivist.model.record import Record, RecordStatus
from archivist.model.states import State, StepTaken
from archivist.procedure.cases import change_facts, open_case
from archivist.procedure.closing import deregister
from archivist.procedure.corrections import correct_step
from archivist.procedure.steps import StepDone, plan_step, possible, take_step
from archivist.rules import deadlines
from archivist.rules import pack as packs
from archivist.rules.rule_days import RuleDays
from archivist.rules.step_rows import step_id
from archivist.store import Draft
from archivist.workspace import Workspace
from tests.filing import ACCEPTANCE
from tests.kit import SETTINGS, make_workspace, open_household
from tests.people import wang
from tests.sampling import examples

INTAKE, SECOND, REVIEWER, APPROVER = "林经办", "苏调查", "白主管", "魏主任"
PEOPLE = "".join(
    f'\n[[people]]\nname = "{name}"\nroles = ["{role}"]\n'
    for name, role in (
        (INTAKE, "intake"),
        (SECOND, "intake"),
        (REVIEWER, "reviewer"),
        (APPROVER, "approver"),
    )
)
SAID = {"measure": "《样例街道办事规程》", "sentence": "样例"}
LATE = By(INTAKE, dt.datetime(2024, 12, 30, 10, 0, tzinfo=CHINA))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An office with registered people, at the end of 2024."""
    with make_workspace(tmp_path / "ws") as made:
        made.config = parse(SETTINGS + PEOPLE)
        yield made


@pytest.fixture
def case(workspace: Workspace) -> Case:
    """王秀兰's 低保 case, of 4 March 2024, where nobody is a relative."""
    made = open_household(workspace)
    change_facts(
        workspace, LATE, made.number, [("application.kinship", "否"), ("members[1].authorized", "是")]
    )
    return workspace.archive.read(made.number)


def file_papers(workspace: Workspace, case: Case, *types: str, status: str = "filed", **data: object) -> None:
    """Put papers into the case; ``data`` is what their records say."""
    for kind in types:

        def paper(now: Case, kind: str = kind) -> Draft:
            entry = {"no": now.next_record(), "type": kind, "title": kind, "folder": "01", "status": status}
            return Draft(Op.RECORD_FILED, {"record": entry | {"data": data}})

        workspace.commit(case.number, paper, LATE)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2024-{text}")


def take(workspace: Workspace, case: Case, step: str, on: str, *by: str, **more: Any) -> StepDone:
    return take_step(workspace, LATE, case.number, step, on=day(on), people=by, **more)


def refused(workspace: Workspace, case: Case, step: str, on: str, *by: str, **more: Any) -> tuple[str, ...]:
    """Return the reasons why a step is refused; nothing is written."""
    before = workspace.archive.head(case.number)
    with pytest.raises(StepRefused) as caught:
        take(workspace, case, step, on, *by, **more)
    assert workspace.archive.head(case.number) == before
    return caught.value.problems


def accepted(workspace: Workspace, case: Case) -> None:
    file_papers(workspace, case, *ACCEPTANCE)
    take(workspace, case, "submit", "03-04")
    take(workspace, case, "accept", "03-05")


def publicized(workspace: Workspace, case: Case) -> None:
    accepted(workspace, case)
    take(workspace, case, "verify", "03-06")
    file_papers(workspace, case, "verification_report", "household_survey", "neighbor_interview")
    take(workspace, case, "survey", "03-08", INTAKE, SECOND)
    take(workspace, case, "prelim", "03-11")
    take(workspace, case, "publicize", "03-12")
    file_papers(workspace, case, "publicity_evidence", "review_confirmation_form")


def confirmed(workspace: Workspace, case: Case) -> None:
    publicized(workspace, case)
    take(workspace, case, "review", "03-20", REVIEWER)
    change_facts(workspace, LATE, case.number, [("benefit.amount", "530")])
    take(workspace, case, "confirm", "03-21", APPROVER)


# ── taking a step ────────────────────────────────────────────────────────────────────────────────────────
def test_a_step_moves_the_case_and_says_what_follows(workspace: Workspace, case: Case) -> None:
    accepted(workspace, case)
    done = take(workspace, case, "extend", "03-06", APPROVER, reason="家庭经济状况调查难度较大")
    assert (done.planned.before, done.planned.after) == (State.ACCEPTED, State.ACCEPTED)
    now = workspace.archive.read(case.number)
    assert now.state is State.ACCEPTED
    assert [(s.id, s.on, s.by) for s in now.steps] == [
        ("submit", day("03-04"), (INTAKE,)),
        ("accept", day("03-05"), (INTAKE,)),
        ("extend", day("03-06"), (APPROVER,)),
    ]
    assert single(now.facts, "application")["accepted_on"] == "2024-03-05", "what the step makes known"
    assert now.steps[-1].actor == INTAKE and now.steps[-1].reason == "家庭经济状况调查难度较大"


def test_acceptance_sets_the_time_limits_going(workspace: Workspace, case: Case) -> None:
    """S3「低保、低收入审核确认工作应当自受理之日起30个工作日之内完成」."""
    file_papers(workspace, case, *ACCEPTANCE)
    take(workspace, case, "submit", "03-04")
    planned = take(workspace, case, "accept", "03-05").planned
    due = {o.rule.id: o.due.day for o in planned.starts if o.due}
    assert due["overall"] == day("04-17")
    assert {(p.id, p.status.value) for p in planned.makes} >= {("acceptance_notice", "issuable")}


def test_what_comes_too_late_is_taken_down_with_a_warning(workspace: Workspace, case: Case) -> None:
    publicized(workspace, case)
    take(workspace, case, "review", "03-20", REVIEWER)
    change_facts(workspace, LATE, case.number, [("benefit.amount", "530")])
    planned = take(workspace, case, "confirm", "05-20", APPROVER).planned
    assert any("已超期：“" in w and "2024-04-17" in w and "30个工作日" in w for w in planned.warnings)
    assert "overall" in {o.rule.id for o in planned.ends}


def test_every_reason_is_given_at_once(workspace: Workspace, case: Case) -> None:
    change_facts(
        workspace,
        LATE,
        case.number,
        [("application.kinship", "是"), ("application.kin_name", "白主管、魏主任")],
    )
    found = refused(workspace, case, "confirm", "03-01", REVIEWER, values={"猫": "1"})
    expected = (
        "户档现为“填报”，“作出确认决定”须在“已复审”时办；现在能办：主动发现、收件、转入",
        "申请人有近亲属关系，尚未单独登记备案（环节“近亲属单独登记备案”）",
        "没有登记救助金额（救助金额·月救助金额）",
        "日期 2024-03-01 早于立户日 2024-03-04",
        "“作出确认决定”没有“猫”这一项可填；可填：跨户例外理由(exception)",
        "经办人没有相应岗位（E504）：须由“分管领导（决定）”办理，白主管（管理部门（复审））",
        "近亲属回避：白主管是登记的近亲属关系人，不得办理",
    )
    assert found == expected


def test_documents_that_are_needed(workspace: Workspace, case: Case) -> None:
    take_refused = refused(workspace, case, "submit", "03-04")
    assert take_refused == ("缺“社会救助申请书”",)
    file_papers(workspace, case, "application_form", status="pending_signature")
    assert refused(workspace, case, "submit", "03-04") == (
        "“社会救助申请书”待签：第 0001 件还没有归入签署件",
    )
    file_papers(workspace, case, "application_form")
    assert take(workspace, case, "submit", "03-04").case.state is State.SUBMITTED


def test_a_document_only_recommended_is_mentioned(workspace: Workspace, case: Case) -> None:
    planned = plan_step(workspace, LATE, case, "discover", on=day("03-04"))
    assert [w for w in planned.warnings if w.startswith("宜有“")]
    file_papers(workspace, case, "proactive_discovery_report")
    assert not plan_step(
        workspace, LATE, workspace.archive.read(case.number), "discover", on=day("03-04")
    ).warnings


def test_a_document_the_catalogue_does_not_know_is_not_missing(workspace: Workspace, case: Case) -> None:
    """未检, not 缺: what cannot be recognised cannot be found missing."""
    row = {
        "id": "discover",
        "patch": True,
        "needs": ["no_such_paper"],
        "because": SAID,
    }
    workspace.pack = packs.load("tianjin-hongqiao", overrides={"step": [row]})
    planned = plan_step(workspace, LATE, case, "discover", on=day("03-04"))
    assert planned.warnings == ("未检：no_such_paper（文书目录尚未收入，请人工核对）",)


def test_there_must_be_two_surveyors(workspace: Workspace, case: Case) -> None:
    """S3「每组调查人员不得少于两人」: two different people."""
    accepted(workspace, case)
    file_papers(workspace, case, "household_survey")
    for people in ((), (INTAKE,), (INTAKE, f" {INTAKE} ")):
        (why,) = refused(workspace, case, "survey", "03-08", *people)
        assert why.startswith("须有不同的 2 人办理，现有 1 人") and "「每组调查人员不得少于两人」" in why
    assert take(workspace, case, "survey", "03-08", INTAKE, SECOND).case.state is State.SURVEYING


def test_roles(workspace: Workspace, case: Case) -> None:
    file_papers(workspace, case, "application_form")
    assert refused(workspace, case, "submit", "03-04", REVIEWER, "路人甲") == (
        "经办人没有相应岗位（E504）：须由“经办（受理、调查、初审）”办理，白主管（管理部门（复审））",
        "经办人没有相应岗位（E504）：须由“经办（受理、调查、初审）”办理，路人甲（没有登记）",
    )
    workspace.config = parse(SETTINGS)
    planned = plan_step(
        workspace, LATE, workspace.archive.read(case.number), "submit", on=day("03-04"), people=["路人甲"]
    )
    assert planned.attempt.by == ("路人甲",), "who is registered nowhere can be asked nothing"


def test_prelim_review_and_decision_are_three_people(workspace: Workspace, case: Case) -> None:
    """岗位分离：初审人≠复审人≠决定人."""
    everybody = "".join(
        f'\n[[people]]\nname = "{n}"\nroles = ["intake", "reviewer", "approver"]\n'
        for n in (INTAKE, SECOND, REVIEWER, APPROVER)
    )
    workspace.config = parse(SETTINGS + everybody)
    publicized(workspace, case)
    (why,) = refused(workspace, case, "review", "03-20")
    assert why == "岗位分离：林经办已于 2024-03-11 办过“初审”，不得再办“复审”（初审≠复审≠决定）"
    take(workspace, case, "review", "03-20", REVIEWER)
    change_facts(workspace, LATE, case.number, [("benefit.amount", "530")])
    assert len(refused(workspace, case, "confirm", "03-21", INTAKE, REVIEWER, APPROVER)) == 2
    assert take(workspace, case, "confirm", "03-21", APPROVER).case.state is State.CONFIRMED


def test_a_relative_keeps_out(workspace: Workspace, case: Case) -> None:
    file_papers(workspace, case, "application_form")
    change_facts(
        workspace,
        LATE,
        case.number,
        [("application.kinship", "是"), ("application.kin_name", "林经办（党群服务中心）")],
    )
    assert refused(workspace, case, "submit", "03-04") == (
        "近亲属回避：林经办是登记的近亲属关系人，不得办理",
    )
    assert take(workspace, case, "submit", "03-04", SECOND).case.state is State.SUBMITTED


def test_days_keep_their_order(workspace: Workspace, case: Case) -> None:
    file_papers(workspace, case, *ACCEPTANCE)
    take(workspace, case, "submit", "03-06", at="14:30")
    (early,) = refused(workspace, case, "accept", "03-05")
    assert early == "日期 2024-03-05 早于上一环节“收件”（2024-03-06 14:30），次序不对"
    (hour,) = refused(workspace, case, "accept", "03-06", at="9:05")
    assert hour.startswith("日期 2024-03-06 09:05 早于上一环节")
    (future,) = refused(workspace, case, "accept", "12-31")
    assert future == "日期 2024-12-31 在今天（2024-12-30）之后"
    assert refused(workspace, case, "accept", "03-06", at="25:00")[0].startswith("时间(at)：“25:00”不是时间")
    assert take(workspace, case, "accept", "03-06", at="14:30").case.steps[-1].at == "14:30"


def test_the_publicity_must_have_run_out(workspace: Workspace, case: Case) -> None:
    """S3「公示期为5天」."""
    publicized(workspace, case)
    (why,) = refused(workspace, case, "review", "03-15", REVIEWER)
    assert why.startswith("公示期未满：到 2024-03-18 为止") and "「公示期为5天」" in why
    assert take(workspace, case, "review", "03-19", REVIEWER).case.state is State.RE_REVIEW


def test_a_step_asks_for_what_it_must_know(workspace: Workspace) -> None:
    """S3「确保申请24小时到位」: the hour counts."""
    facts = parse_facts({**wang(), "application": {"urgent": "是"}})
    made = open_case(workspace, LATE, Category.JN, facts, opened_on=day("03-04"))
    warned = take(workspace, made, "submit", "03-04").planned.warnings
    assert any("按小时计，没有写时间（--at HH:MM）" in w for w in warned)
    assert refused(workspace, made, "advance", "03-04", APPROVER, values={"amount": "三百"}) == (
        "先行救助金额(amount)：“三百”不是金额（应如 1234.50）",
        "须填写救助到位时间（HH:MM）（--at HH:MM）",
    )
    done = take(
        workspace,
        made,
        "advance",
        "03-04",
        APPROVER,
        values={"先行救助金额": "1,000", "救助到位时间": "16:05"},
        reason="备用金管理办法",
    )
    assert (done.case.steps[-1].at, dict(done.case.steps[-1].values)) == ("16:05", {"amount": "1000.00"})


def test_steps_that_are_not_for_this_household(workspace: Workspace, case: Case) -> None:
    (why,) = refused(workspace, case, "advance", "03-04", APPROVER)
    assert why == "最低生活保障没有“先行救助”这一环节"
    facts = parse_facts({**wang(), "application": {"urgent": "否"}})
    made = open_case(workspace, LATE, Category.JN, facts, opened_on=day("03-04"))
    (why,) = refused(workspace, made, "advance", "03-04", APPROVER)
    assert why == "本户没有“先行救助”这一环节，须符合：申请·是否须先行救助(application.urgent)"
    with pytest.raises(InvalidValue, match="没有“喝茶”这一环节"):
        step_id(workspace.pack, "喝茶")
    assert step_id(workspace.pack, "受理") == step_id(workspace.pack, "accept") == "accept"


def test_what_is_possible_says_what_is_lacking(workspace: Workspace, case: Case) -> None:
    (discover, submit, _) = possible(workspace, case, on=day("03-04"))
    assert (discover.step.id, discover.problems) == ("discover", ())
    assert (submit.step.id, submit.problems) == ("submit", ("缺“社会救助申请书”",))
    accepted(workspace, case)
    now = workspace.archive.read(case.number)
    found = {p.step.id: p for p in possible(workspace, now, on=day("03-06"))}
    assert found["survey"].tell == ("2 名办理人",)
    assert found["withdraw"].tell == ("理由",)
    assert found["extend"].problems == ()


def test_a_plan_writes_nothing(workspace: Workspace, case: Case) -> None:
    file_papers(workspace, case, "application_form")
    before = workspace.archive.head(case.number)
    now = workspace.archive.read(case.number)
    assert plan_step(workspace, LATE, now, "submit", on=day("03-04")).after is State.SUBMITTED
    assert workspace.archive.head(case.number) == before
    assert workspace.archive.read(case.number).state is State.DRAFT


def test_the_rules_of_the_day_of_acceptance_hold(workspace: Workspace, case: Case) -> None:
    """A step abolished later is still there for a case accepted before."""
    old = {"id": "extend", "withdraw": True, "valid_from": dt.date(2024, 4, 1), "source": SAID}
    workspace.pack = packs.load("tianjin-hongqiao", overrides={"step": [old]})
    accepted(workspace, case)
    now = workspace.archive.read(case.number)
    planned = plan_step(
        workspace, LATE, now, "extend", on=day("04-10"), people=[APPROVER], reason="调查难度较大"
    )
    assert planned.after is State.ACCEPTED
    correct_step(workspace, LATE, case.number, now.steps[-1].seq, on=day("04-01"), reason="录错")
    assert refused(workspace, case, "extend", "04-10", APPROVER, reason="调查难度较大") == (
        "最低生活保障没有“延长办理期限”这一环节",
    )


# ── deregistering ────────────────────────────────────────────────────────────────────────────────────────
def test_a_case_in_the_middle_of_its_procedure_is_not_deregistered(workspace: Workspace, case: Case) -> None:
    accepted(workspace, case)
    with pytest.raises(CaseClosed, match="户档现为“已受理”，程序没有走完，不能注销"):
        deregister(workspace, LATE, case.number, on=day("03-20"), reason="自愿退出")
    take(workspace, case, "withdraw", "03-20", reason="本人撤回")
    with pytest.raises(InvalidValue, match="应在上一环节“撤回申请”（2024-03-20）与今天之间"):
        deregister(workspace, LATE, case.number, on=day("03-19"), reason="自愿退出")
    with pytest.raises(StepRefused, match="须由“管理部门（复审）”办理"):
        deregister(workspace, LATE, case.number, on=day("03-21"), reason="撤回")
    closed = deregister(workspace, LATE, case.number, on=day("03-21"), reason="撤回", people=[REVIEWER])
    assert closed.state is State.DEREGISTERED


def test_deregistering_is_a_step_too(workspace: Workspace, case: Case) -> None:
    accepted(workspace, case)
    take(workspace, case, "withdraw", "03-20", reason="本人撤回")
    assert refused(workspace, case, "deregister", "03-19") == (
        "须写明理由（--reason）",
        "日期 2024-03-19 早于上一环节“撤回申请”（2024-03-20），次序不对",
        "经办人没有相应岗位（E504）：须由“管理部门（复审）”办理，林经办（经办（受理、调查、初审））",
    )
    done = take(workspace, case, "deregister", "03-21", REVIEWER, reason="撤回申请结案")
    assert done.case.deregistered_on == day("03-21")
    assert done.case.deregistration_reason == "撤回申请结案"
    (last, _) = workspace.archive.chain(case.number).events[-1]
    assert (last.op, last.data) == (Op.DEREGISTERED, {"date": "2024-03-21"})
    assert possible(workspace, done.case, on=day("03-22")) == []


def test_a_paper_file_without_steps_is_deregistered_as_ever(workspace: Workspace, case: Case) -> None:
    assert (
        deregister(workspace, LATE, case.number, on=day("03-08"), reason="自愿退出").state
        is State.DEREGISTERED
    )


# ── corrections ──────────────────────────────────────────────────────────────────────────────────────────
def test_the_last_step_is_taken_back_with_what_it_made_known(workspace: Workspace, case: Case) -> None:
    accepted(workspace, case)
    taken = workspace.archive.read(case.number).steps[-1]
    done = correct_step(workspace, LATE, case.number, taken.seq, void=True, reason="误录")
    assert (done.old.id, done.new, done.case.state) == ("accept", None, State.SUBMITTED)
    application = single(done.case.facts, "application")
    assert "accepted_on" not in application and application["kinship"] is False
    events = workspace.archive.chain(case.number).events
    assert [e.op for e, _ in events[-2:]] == [Op.STEP_TAKEN, Op.STEP_CORRECTED], "the first event stays"
    assert take(workspace, case, "accept", "03-06").case.accepted_on == day("03-06")


def test_only_the_last_step_is_taken_back(workspace: Workspace, case: Case) -> None:
    accepted(workspace, case)
    first, last = workspace.archive.read(case.number).steps
    with pytest.raises(StepRefused, match=f"只能撤回最后一个环节，即“受理”（序号 {last.seq}）"):
        correct_step(workspace, LATE, case.number, first.seq, void=True, reason="误录")


def test_a_day_put_right_moves_the_fact_and_the_limits(workspace: Workspace, case: Case) -> None:
    accepted(workspace, case)
    taken = workspace.archive.read(case.number).steps[-1]
    done = correct_step(
        workspace, LATE, case.number, taken.seq, on=day("03-07"), at="9:00", reason="日期抄错"
    )
    assert done.new is not None and (done.new.on, done.new.at) == (day("03-07"), "09:00")
    assert single(done.case.facts, "application")["accepted_on"] == "2024-03-07"
    assert done.case.rules_on == day("03-07")
    again = correct_step(workspace, LATE, case.number, taken.seq, people=[SECOND], reason="办理人抄错")
    assert again.case.steps[-1].by == (SECOND,) and again.case.steps[-1].on == day("03-07")


def test_a_fact_changed_since_by_hand_stays(workspace: Workspace, case: Case) -> None:
    """As files of earlier versions have it; now the step alone says the day."""
    accepted(workspace, case)
    with pytest.raises(InvalidValue, match="由环节“受理”登记"):
        change_facts(workspace, LATE, case.number, [("application.accepted_on", "2024-03-06")])

    def by_hand(now: Case) -> Draft:
        application = {**single(now.facts, "application"), "accepted_on": "2024-03-06"}
        return Draft(Op.FACTS_CHANGED, {"facts": {"application": application}})

    workspace.commit(case.number, by_hand, LATE)
    taken = workspace.archive.read(case.number).steps[-1]
    done = correct_step(workspace, LATE, case.number, taken.seq, void=True, reason="误录")
    assert single(done.case.facts, "application")["accepted_on"] == "2024-03-06"


def test_a_correction_keeps_order_people_and_waits(workspace: Workspace, case: Case) -> None:
    confirmed(workspace, case)
    steps = {s.id: s for s in workspace.archive.read(case.number).steps}

    def why(step: str, **change: Any) -> tuple[str, ...]:
        with pytest.raises(StepRefused) as caught:
            correct_step(workspace, LATE, case.number, steps[step].seq, reason="更正", **change)
        return caught.value.problems

    assert why("prelim", on=day("03-13")) == (
        "后面的“初审公示”：日期 2024-03-12 早于上一环节“初审”（2024-03-13），次序不对",
    )
    (wait,) = why("publicize", on=day("03-15"))
    assert wait.startswith("后面的“复审”：公示期未满：到 2024-03-20 为止")
    assert why("survey", people=[INTAKE])[0].startswith("须有不同的 2 人办理，现有 1 人")
    assert "岗位分离：白主管已于 2024-03-20 办过“复审”，不得再办“作出确认决定”（初审≠复审≠决定）" in why(
        "confirm", people=[REVIEWER]
    )
    assert any(p.startswith("后面的“复审”：岗位分离：白主管") for p in why("prelim", people=[REVIEWER]))
    assert why("confirm", on=dt.date(2025, 1, 1)) == ("日期 2025-01-01 在今天（2024-12-30）之后",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"on": dt.date(2024, 3, 6), "reason": " "}, "更正须写明理由"),
        ({"reason": "误录"}, "要么撤回"),
        ({"void": True, "people": ["苏调查"], "reason": "误录"}, "要么撤回"),
        ({"on": dt.date(2024, 3, 5), "reason": "误录"}, "本来就是这样记的"),
        ({"at": "半夜", "reason": "误录"}, "不是时间"),
    ],
)
def test_a_correction_says_why_and_what(
    workspace: Workspace, case: Case, change: dict[str, Any], message: str
) -> None:
    accepted(workspace, case)
    taken = workspace.archive.read(case.number).steps[-1]
    with pytest.raises(InvalidValue, match=message):
        correct_step(workspace, LATE, case.number, taken.seq, **change)
    assert workspace.archive.read(case.number).steps[-1] == taken


def in_benefit(workspace: Workspace, case: Case) -> None:
    confirmed(workspace, case)
    served(workspace, case, "confirmation_decision")
    for step, on, by in (
        ("deliver", "03-22", INTAKE),
        ("announce", "03-25", INTAKE),
        ("file", "03-25", REVIEWER),
        ("pay", "04-08", REVIEWER),
    ):
        take(workspace, case, step, on, by)


def served(workspace: Workspace, case: Case, decision: str) -> None:
    """Put a decision into the case, with a receipt of which somebody said that it serves it."""
    file_papers(workspace, case, decision)
    (paper,) = workspace.archive.read(case.number).records_of(decision)
    file_papers(workspace, case, "delivery_receipt", serves=[paper.no])


def test_how_a_decision_was_served_is_told_and_put_right(workspace: Workspace, case: Case) -> None:
    """代收: 「由受送达人在送达回证上记明收到日期，签名或者盖章」; who signs in his place is named."""
    confirmed(workspace, case)
    served(workspace, case, "confirmation_decision")
    with pytest.raises(StepRefused) as caught:
        take(workspace, case, "deliver", "03-22", INTAKE, values={"送达方式": "代收"})
    assert [p.split("（")[0] for p in caught.value.problems] == [
        "代收送达须有代收人",
        "代收送达须有与受送达人的关系",
    ]
    told = {
        "送达方式": "代收",
        "代收人": "王小样",
        "与受送达人的关系": "同住成年家属",
        "收到日期": "2024-03-22",
    }
    take(workspace, case, "deliver", "03-22", INTAKE, values=told)
    taken = workspace.archive.read(case.number).steps[-1]
    assert dict(taken.values) == {
        "method": "代收",
        "received_by": "王小样",
        "relation": "同住成年家属",
        "received_on": "2024-03-22",
    }
    for change in ({"values": {"relation": "邻居"}}, {"on": day("03-25")}):
        with pytest.raises(StepRefused):
            correct_step(workspace, LATE, case.number, taken.seq, reason="抄错", **change)
    done = correct_step(
        workspace,
        LATE,
        case.number,
        taken.seq,
        on=day("03-25"),
        values={"收到日期": "2024-03-25"},
        reason="抄错",
    )
    assert done.new is not None and done.new.on == day("03-25")


def died(workspace: Workspace, case: Case) -> StepTaken:
    """Return the step that told of a death on 20 September, where it was the 2nd."""
    in_benefit(workspace, case)
    take(workspace, case, "report_death", "10-08", values={"died_on": "2024-09-20"})
    return workspace.archive.read(case.number).steps[-1]


def test_what_a_step_was_told_is_put_right_and_the_limit_with_it(workspace: Workspace, case: Case) -> None:
    """「应当自其死亡之日起3个月内对其家庭状况进行核查」: from 2 September it ends on the 2nd of December."""
    taken = died(workspace, case)

    def ends(now: Case) -> dt.date:
        found = deadlines.find(now, workspace.pack, "death.process")
        assert found is not None and found.due is not None
        return found.due.day

    assert ends(workspace.archive.read(case.number)) == day("12-20")
    done = correct_step(
        workspace, LATE, case.number, taken.seq, values={"死亡日期": "2024年9月2日"}, reason="抄错"
    )
    assert done.new is not None and (dict(done.old.values), dict(done.new.values)) == (
        {"died_on": "2024-09-20"},
        {"died_on": "2024-09-02"},
    )
    assert (done.new.on, done.new.by, done.labels) == (taken.on, taken.by, {"died_on": "死亡日期"})
    assert ends(done.case) == ends(workspace.archive.read(case.number)) == day("12-02")
    events = workspace.archive.chain(case.number).events
    last, first = events[-1][0], events[taken.seq - 1][0]
    assert (last.op, last.data) == (
        Op.STEP_CORRECTED,
        {"seq": taken.seq, "values": {"died_on": "2024-09-02"}},
    )
    assert first.data["values"] == {"died_on": "2024-09-20"}, "the first event stays"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"猫": "1"}, "“得知死亡”没有“猫”这一项可填；可填：死亡日期(died_on)"),
        ({"died_on": "前天"}, "死亡日期(died_on)：“前天”"),
        ({"died_on": ""}, "须填写死亡日期（--set died_on=…）"),
    ],
)
def test_a_value_is_examined_as_when_the_step_was_taken(
    workspace: Workspace, case: Case, values: dict[str, str], why: str
) -> None:
    taken = died(workspace, case)
    with pytest.raises(StepRefused) as caught:
        correct_step(workspace, LATE, case.number, taken.seq, values=values, people=[REVIEWER], reason="抄错")
    assert caught.value.problems[0].startswith(why)
    assert "白主管" in caught.value.problems[-1], "and everything else that is wrong"
    assert workspace.archive.read(case.number).steps[-1] == taken


def test_the_same_value_again_is_no_correction(workspace: Workspace, case: Case) -> None:
    taken = died(workspace, case)
    with pytest.raises(InvalidValue, match="本来就是这样记的"):
        correct_step(workspace, LATE, case.number, taken.seq, values={"died_on": "2024.9.20"}, reason="抄错")


ADVANCE = {"id": "advance", "patch": True, "sets": {"benefit.amount": "amount"}, "because": SAID}


@pytest.fixture
def advanced(workspace: Workspace) -> Case:
    """急难 case that was helped before its papers were there, by an office that takes the amount down as a fact."""
    workspace.pack = packs.load("tianjin-hongqiao", overrides={"step": [ADVANCE]})
    applicant = {"name": "王秀兰", "id_type": "无"}
    facts = parse_facts({"applicant": applicant, "application": {"urgent": "是", "kinship": "否"}})
    made = open_case(workspace, LATE, Category.JN, facts, opened_on=day("03-04"))
    take(workspace, made, "submit", "03-04", at="8:00")
    take(
        workspace,
        made,
        "advance",
        "03-04",
        APPROVER,
        at="15:00",
        values={"amount": "300"},
        reason="备用金管理办法",
    )
    return workspace.archive.read(made.number)


def test_a_fact_follows_the_value_it_was_taken_from(workspace: Workspace, advanced: Case) -> None:
    """S3「确保申请24小时到位」: the amount and the hour of the advance."""
    taken = advanced.steps[-1]
    assert single(advanced.facts, "benefit")["amount"] == "300.00"
    done = correct_step(
        workspace,
        LATE,
        advanced.number,
        taken.seq,
        values={"amount": "3000"},
        at="16:00",
        reason="少记一个零",
    )
    assert single(done.case.facts, "benefit")["amount"] == "3000.00"
    assert (done.case.steps[-1].at, done.case.steps[-1].values["amount"]) == ("16:00", "3000.00")
    change_facts(workspace, LATE, advanced.number, [("benefit.amount", "2500")])
    again = correct_step(
        workspace, LATE, advanced.number, taken.seq, values={"amount": "2000"}, reason="又错"
    )
    assert single(again.case.facts, "benefit")["amount"] == "2500.00", "changed since by hand"


def test_what_a_step_demands_cannot_be_taken_away(workspace: Workspace, advanced: Case) -> None:
    taken = advanced.steps[-1]
    with pytest.raises(StepRefused) as caught:
        correct_step(workspace, LATE, advanced.number, taken.seq, at="", values={"amount": ""}, reason="误录")
    assert caught.value.problems == (
        "须填写救助到位时间（HH:MM）（--at HH:MM）",
        "须填写先行救助金额（--set amount=…）",
    )
    first = advanced.steps[0]
    done = correct_step(workspace, LATE, advanced.number, first.seq, at="", reason="时间不详")
    assert done.new is not None and done.new.at == "", "the hour of handing in may be left out"


def test_a_value_that_may_be_left_out_is_taken_away(workspace: Workspace, case: Case) -> None:
    row = {
        "id": "report_death",
        "patch": True,
        "asks": {"died_on": "死亡日期", "told_by?": "报告人"},
        "because": SAID,
    }
    workspace.pack = packs.load("tianjin-hongqiao", overrides={"step": [row]})
    taken = died(workspace, case)
    told = correct_step(workspace, LATE, case.number, taken.seq, values={"报告人": "邻居"}, reason="补记")
    assert told.case.steps[-1].values == {"died_on": "2024-09-20", "told_by": "邻居"}
    gone = correct_step(workspace, LATE, case.number, taken.seq, values={"报告人": ""}, reason="误记")
    assert workspace.archive.read(case.number).steps[-1].values == {"died_on": "2024-09-20"}
    assert gone.labels == {"died_on": "死亡日期", "told_by": "报告人"}


def test_what_was_taken_back_or_never_was_cannot_be_corrected(workspace: Workspace, case: Case) -> None:
    accepted(workspace, case)
    taken = workspace.archive.read(case.number).steps[-1]
    correct_step(workspace, LATE, case.number, taken.seq, void=True, reason="误录")
    with pytest.raises(InvalidValue, match=f"第 {taken.seq} 号不是现有的环节"):
        correct_step(workspace, LATE, case.number, taken.seq, on=day("03-06"), reason="误录")
    take(workspace, case, "withdraw", "03-06", reason="撤回")
    closed = deregister(workspace, LATE, case.number, on=day("03-07"), reason="撤回", people=[REVIEWER])
    with pytest.raises(CaseClosed, match="已注销的户档不再更正环节"):
        correct_step(workspace, LATE, case.number, closed.steps[-1].seq, void=True, reason="误录")


# ── random walks ─────────────────────────────────────────────────────────────────────────────────────────
def an_office(pack: str) -> Workspace:
    """Return an office without a disk, which is enough to plan."""
    made = Workspace(Path("/nonexistent"))
    made.config = Config(pack=pack)
    return made


OFFICES = {name: an_office(name) for name in ("national", "tianjin-hongqiao")}


def a_full_file(category: Category, *, disputed: bool, urgent: bool, documents: list[str]) -> Case:
    """Return a case where every paper is in the file and every fact is known."""
    facts = {
        "applicant": {"name": "王秀兰"},
        "application": {
            "kinship": "否",
            "disputed": disputed,
            "urgent": urgent,
            "known_recipient": "否",
        },
        "benefit": {"amount": "530", "care_form": "分散供养"},
    }
    records = {
        record_no(n): Record(record_no(n), kind, kind, "01", RecordStatus.FILED, "")
        for n, kind in enumerate(documents, 1)
    }
    opened = Event(1, GENESIS, "", INTAKE, Op.CASE_OPENED, {"opened_on": "2024-03-04", "facts": facts})
    case = fold(CaseNo("TJHQ", category, 2024, 1), [(opened, GENESIS)])
    return Case(
        **{name: getattr(case, name) for name in case.__slots__} | {"records": MappingProxyType(records)}
    )


@given(data=st.data(), category=st.sampled_from(Category), pack=st.sampled_from(sorted(OFFICES)))
@settings(max_examples=examples(8, 400))
def test_a_random_legal_walk(data: st.DataObject, category: Category, pack: str) -> None:
    """What is said to be possible is possible; no walk leaves the graph or ends before the procedure does."""
    office = OFFICES[pack]
    first = a_full_file(
        category,
        disputed=data.draw(st.booleans(), "disputed"),
        urgent=data.draw(st.booleans(), "urgent"),
        documents=[kind.id for kind in office.catalogue],
    )
    graph = {s for row in office.pack.steps for move in row.moves.items() for s in move}
    case, on, events = first, dt.date(2024, 3, 4), []
    for _ in range(25):
        on = min(on + dt.timedelta(days=data.draw(st.integers(0, 25), "days")), LATE.today)
        choices = possible(office, case, on=on)
        if not choices:
            assert case.state is State.DEREGISTERED
            break
        open_to = [p for p in choices if not p.problems]
        if not open_to:
            continue
        wanted = data.draw(st.sampled_from(open_to), "step").step
        told = {name: {"at": "23:59", "amount": "300"}.get(name, "2024-03-01") for name in wanted.labels}
        people = [f"{wanted.id}甲", f"{wanted.id}乙"]
        planned = plan_step(office, LATE, case, wanted.id, on=on, people=people, values=told, reason="随机")
        assert planned.before is case.state and planned.after in graph
        op = Op.DEREGISTERED if wanted.id == "deregister" else Op.STEP_TAKEN
        events.append(
            Event(
                case.seq + 1,
                GENESIS,
                LATE.time.isoformat(),
                INTAKE,
                op,
                planned.data,
                "随机",
                case=str(case.number),
            )
        )
        case = apply(case, events[-1], GENESIS)
        assert case.state is planned.after
    once, twice = first, first
    for event in events:
        once = apply(once, event, GENESIS)
    for event in events:
        twice = apply(twice, Event.from_plain(event.to_plain()), GENESIS)
    assert once == twice == case


@pytest.mark.parametrize("pack", sorted(OFFICES))
@pytest.mark.parametrize("category", Category)
def test_no_state_is_a_dead_end(pack: str, category: Category) -> None:
    """From wherever a case can get, some step leads on, until it is deregistered."""
    rows = [s for s in OFFICES[pack].pack.steps if s.applies(category, RuleDays.alike(dt.date(2024, 3, 4)))]
    reached, found = {State.DRAFT}, {State.DRAFT}
    while found:
        found = {b for s in rows for a, b in s.moves.items() if a in found} - reached
        reached |= found
    left = {a for s in rows for a, b in s.moves.items() if b is not a}
    assert reached - left == {State.DEREGISTERED}


def test_the_chain_tells_the_same_story(workspace: Workspace, case: Case) -> None:
    confirmed(workspace, case)
    last = workspace.archive.read(case.number).steps[-1]
    correct_step(workspace, LATE, case.number, last.seq, void=True, reason="误录")
    events = workspace.archive.chain(case.number).events
    assert fold(case.number, events) == fold(case.number, events) == workspace.archive.read(case.number)
    with pytest.raises(ArchivistError):
        take(workspace, case, "confirm", "03-19", APPROVER)
