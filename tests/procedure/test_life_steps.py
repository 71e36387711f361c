"""“moving in and out, marriage and name change, temporary absence, minors only with a guardian as agent”: steps by the gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from archivist.errors import ArchivistError, StepRefused, UnlawfulDocument
from archivist.issuing.case_documents import plan_one
from archivist.model import facts as known
from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.procedure.cases import open_case
from archivist.procedure.closing import deregister
from archivist.procedure.corrections import correct_step
from archivist.procedure.steps import take_step
from archivist.report.case_history import HouseholdHistory
from archivist.rules import deadlines
from archivist.rules import pack as packs
from archivist.rules.completeness.run import stage_of
from archivist.rules.rule import Stage
from archivist.rules.rule_days import RuleDays
from archivist.workspace import Workspace
from tests.filing import file_papers
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import WANG, make_id
from tests.procedure.test_applicant_change import FACTS, TO_BENEFIT, record

PACKS = [name for name in packs.available() if name != "national"]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def step(workspace: Workspace, case: Case, step_id: str, reason: str = "", /, **values: str) -> Case:
    return take_step(workspace, BY, case.number, step_id, on=TODAY, values=values, reason=reason).case


def refused(workspace: Workspace, case: Case, step_id: str, reason: str = "有变动", /, **values: str) -> str:
    with pytest.raises(StepRefused) as error:
        step(workspace, case, step_id, reason, **values)
    return "；".join(error.value.problems)


def in_benefit(workspace: Workspace, facts: Mapping[str, Any] = FACTS) -> Case:
    case = open_household(workspace, parse_facts(facts))
    file_papers(workspace, case.number, "mat_household_register", "mat_id_card")
    for name in TO_BENEFIT:
        case = record(workspace, case, name)
    return case


def reported(workspace: Workspace, facts: Mapping[str, Any] = FACTS) -> Case:
    return record(workspace, in_benefit(workspace, facts), "report_change")


# ── moving ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_household_that_moves_away_leaves_the_roll_and_can_be_closed(workspace: Workspace) -> None:
    case = reported(workspace)
    away = {"to_office": "某区某街道", "paid_to": "2024-03"}
    assert "是以前归的" in refused(workspace, case, "move_out", **away)
    file_papers(workspace, case.number, "mat_deregistration")
    case = step(workspace, case, "move_out", "户籍迁出", **away)
    assert case.state is State.MOVED_OUT and case.state.ended and case.fact("benefit.end") == "2024-03"
    assert stage_of(case) is Stage.ARCHIVE
    history = HouseholdHistory.read(case)
    assert not history.on_roll(TODAY) and not history.paid_from_roll(TODAY)
    assert "户档现为“已转出”" in refused(workspace, case, "start_review")
    closed = deregister(workspace, BY, case.number, on=TODAY, reason="户籍迁出")
    assert closed.state is State.DEREGISTERED


def test_nobody_moves_away_before_it_is_reported_or_without_saying_where(workspace: Workspace) -> None:
    case = in_benefit(workspace)
    assert "“转出”须在“复核中、已停发”时办" in refused(workspace, case, "move_out")
    said = refused(workspace, record(workspace, case, "start_review"), "move_out")
    assert "家庭成员的变动须先有报告" in said and "须填写转入地经办机构" in said


def test_a_household_that_moves_in_begins_with_what_was_paid_elsewhere(workspace: Workspace) -> None:
    case = open_household(workspace)
    told = {"from_office": "某区某街道", "paid_to": "2024-03", "from_case": "旧-1"}
    assert "缺“居民户口簿”" in refused(workspace, case, "transfer_in", **told)
    file_papers(workspace, case.number, "application_form", "mat_household_register")
    case = step(workspace, case, "transfer_in", **told)
    assert case.state is State.SUBMITTED
    assert [case.fact(f"application.{k}") for k in ("transferred_from", "transferred_case", "paid_elsewhere_to")] == [
        "某区某街道", "旧-1", "2024-03",
    ]  # fmt: skip
    assert case.fact("application.received_on") == TODAY.isoformat()
    with pytest.raises(ArchivistError):
        step(workspace, open_household(workspace, parse_facts({"applicant": {"name": "李样例", "id_number": make_id("19600110", "011")}})), "transfer_in", **{**told, "paid_to": "三月"})  # fmt: skip


@pytest.mark.parametrize("name", PACKS)
def test_every_place_knows_how_a_household_comes_and_goes(name: str) -> None:
    found = packs.load(name)
    for category in found.delegated:
        ids = {s.id for s in found.steps if s.applies(category, RuleDays.alike(TODAY))}
        monthly = category not in (Category.JN, Category.ZC)
        life = {"transfer_in", "move_out", "marriage", "name_change", "absent", "returned"}
        assert (life <= ids) is monthly, category
        assert ({"change_applicant", "split_household"} <= ids) is (category in (Category.DB, Category.DX))


# ── marriage, name, absence ──────────────────────────────────────────────────────────────────────────────
def test_a_marriage_rests_on_its_certificate(workspace: Workspace) -> None:
    case = reported(workspace)
    told = {"person": "李小样", "marital": "已婚"}
    assert "缺“结婚证”" in refused(workspace, case, "marriage", **told)
    file_papers(workspace, case.number, "mat_marriage_certificate")
    assert "本户没有“张三”；家庭成员：王秀兰、李样例、李小样" in refused(
        workspace, case, "marriage", **{**told, "person": "张三"}
    )
    case = step(workspace, case, "marriage", "登记结婚", **told)
    assert [m.get("marital") for m in known.rows(case.facts, "members")] == [None, "已婚"]
    seq = case.steps[-1].seq
    with pytest.raises(StepRefused, match="不能这样更正") as other:
        correct_step(workspace, BY, case.number, seq, values={"person": "李样例"}, reason="记错")
    assert "撤回这一环节重新办" in other.value.problems[0]
    case = correct_step(workspace, BY, case.number, seq, void=True, reason="误记").case
    assert [m.get("marital") for m in known.rows(case.facts, "members")] == [None, None]


def test_a_new_name_rests_on_a_paper_since_and_the_old_one_stays_findable(workspace: Workspace) -> None:
    income = [{"member": "李小样", "kind": "工资性收入", "declared": "800"}]
    case = reported(workspace, {**FACTS, "incomes": income})
    told = {"person": "李小样", "name": "李新样"}
    assert "是以前归的" in refused(workspace, case, "name_change", **told)
    file_papers(workspace, case.number, "mat_household_register")
    case = step(workspace, case, "name_change", "公安机关已变更", **told)
    assert known.rows(case.facts, "members")[1]["name"] == "李新样"
    assert known.rows(case.facts, "incomes")[0]["member"] == "李新样"
    assert [f.name for f in case.former_names] == ["李小样"]
    assert workspace.find_case("李小样") == workspace.find_case("李新样") == case.number
    case = step(workspace, case, "name_change", "公安机关已变更", person="王秀兰", name="王新兰")
    assert case.applicant_name == "王新兰" and workspace.find_case("王秀兰") == case.number


def test_who_is_away_comes_back_before_going_again(workspace: Workspace) -> None:
    case = in_benefit(workspace)
    out = {"person": "李小样", "since_on": "2024-03-08", "place": "外地务工"}
    assert "李小样没有登记外出" in refused(workspace, case, "returned", person="李小样")
    case = step(workspace, case, "absent", **out)
    assert case.state is State.IN_BENEFIT
    assert "已登记外出，还没有登记返回" in refused(workspace, case, "absent", **out)
    case = step(workspace, case, "absent", **{**out, "person": "李样例"})
    case = step(workspace, case, "returned", person="李小样")
    step(workspace, case, "absent", **out)


# ── guardians ────────────────────────────────────────────────────────────────────────────────────────────
CHILD = {
    "name": "李幼样",
    "id_number": make_id("20120305", "013"),
    "village": "样例里社区",
    "address": "样例里1号",
}
AGENT = {"name": "李样例", "id_number": make_id("19800110", "011"), "relation": "监护人（父亲）"}


def child(workspace: Workspace, agent: Mapping[str, str] | None = None, more: Mapping[str, str] = {}) -> Case:
    facts: dict[str, object] = {**WANG, "applicant": CHILD | dict(more), "members": []}
    case = open_case(
        workspace, BY, Category.DB, parse_facts(facts | ({"agent": agent} if agent else {})), opened_on=TODAY
    )
    return file_papers(workspace, case.number, "application_form")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (None, "须由监护人代理"),
        ({**AGENT, "relation": "邻居"}, "须由监护人代理"),
        ({k: v for k, v in AGENT.items() if k != "id_number"}, "没有登记证件号"),
        ({**AGENT, "id_number": make_id("20100110", "011")}, "不能代理"),
        (AGENT, "没有监护关系的证明"),
    ],
)
def test_a_minor_applies_only_by_a_guardian_with_its_paper(
    workspace: Workspace, agent: Mapping[str, str] | None, words: str
) -> None:
    """民法典第二十三条「无民事行为能力人、限制民事行为能力人的监护人是其法定代理人」: step and paper say the same."""
    case = child(workspace, agent)
    by_step = refused(workspace, case, "submit")
    assert words in by_step and "未满十八周岁" in by_step
    with pytest.raises(UnlawfulDocument) as by_paper:
        plan_one(workspace, BY, workspace.catalogue.get("application_form"), case, {}, on=TODAY)
    assert any(p in by_step for p in by_paper.value.problems)


def test_a_guardian_with_its_paper_applies_for_a_minor(workspace: Workspace) -> None:
    case = child(workspace, AGENT)
    file_papers(workspace, case.number, "mat_birth_certificate")
    assert step(workspace, case, "submit").state is State.SUBMITTED


def test_capacity_is_asked_of_adults_and_of_those_who_earn(workspace: Workspace) -> None:
    adult = {"id_number": make_id("19620305", "024")}
    assert "无民事行为能力" in refused(
        workspace, child(workspace, more={**adult, "capacity": "无"}), "submit"
    )
    earning = {"id_number": make_id("20070305", "013"), "capacity": "完全"}
    assert step(workspace, child(workspace, more=earning), "submit").state is State.SUBMITTED
    too_young = {"id_number": make_id("20090305", "013"), "capacity": "完全"}
    assert "未满十八周岁" in refused(workspace, child(workspace, more=too_young), "submit")


# ── the gradual exit ─────────────────────────────────────────────────────────────────────────────────────
def to_exit(workspace: Workspace) -> Case:
    case = reported(workspace, {**FACTS, "benefit": {"amount": "800", "start": "2024-03"}})
    return workspace.archive.read(case.number)


def test_a_gradual_exit_is_six_months_at_most_and_one_at_a_time(workspace: Workspace) -> None:
    """「可给予原则上不超过6个月的渐退期」."""
    case = to_exit(workspace)
    told = {"person": "李小样", "since_on": "2024-03-01", "until_on": "2024-08-31"}
    assert "渐退期最长到 2024-08-31" in refused(
        workspace, case, "gradual_exit", **{**told, "until_on": "2024-09-01"}
    )
    assert "早于起始日期" in refused(workspace, case, "gradual_exit", **{**told, "until_on": "2024-02-28"})
    assert "须填写渐退期截止日期" in refused(
        workspace, case, "gradual_exit", person="李小样", since_on="2024-03-01"
    )
    case = step(workspace, case, "gradual_exit", "就业后收入超过标准", **told)
    assert case.state is State.CHANGED
    limit = deadlines.find(case, workspace.pack, "gradual.exit")
    assert limit is not None and limit.running and limit.due is not None
    assert limit.due.day.isoformat() == "2024-09-02", "six months from 1 March end on a Sunday"
    case = record(workspace, record(workspace, case, "deliver"), "start_review")
    assert "前一次渐退期还没有办结" in refused(workspace, case, "gradual_exit", **told)
    assert HouseholdHistory.read(case).on_roll(TODAY)
    ended = deadlines.find(record(workspace, case, "terminate"), workspace.pack, "gradual.exit")
    assert ended is not None and not ended.running


def test_the_notice_of_a_gradual_exit_says_what_the_step_was_told(workspace: Workspace) -> None:
    case = to_exit(workspace)
    notice = workspace.catalogue.get("gradual_exit_notice")
    given = {"exit.after": "期满由本机关复核。"}
    with pytest.raises(UnlawfulDocument) as early:
        plan_one(workspace, BY, notice, case, given, on=TODAY)
    assert any("给予渐退期" in p for p in early.value.problems)
    told = {"person": "李小样", "since_on": "2024-03-01", "until_on": "2024-06-30"}
    case = step(workspace, case, "gradual_exit", "就业后收入超过标准", **told)
    values = plan_one(workspace, BY, notice, case, given, on=TODAY).values
    assert "李小样" in str(values) and "2024年6月30日" in str(values)


@pytest.mark.parametrize("name", PACKS)
def test_only_the_minimum_living_allowance_has_a_gradual_exit(name: str) -> None:
    found = packs.load(name)
    for category in found.delegated:
        has = any(s.id == "gradual_exit" and s.applies(category, RuleDays.alike(TODAY)) for s in found.steps)
        assert has is (category is Category.DB)
