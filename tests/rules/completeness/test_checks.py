"""The rules of completeness C01–C17, each on a case filed paper by paper; what was not checked is never called right."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.errors import RuleFault
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.planned import ORDINARY, Manner
from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category
from archivist.model.standing import Verdict
from archivist.procedure.completeness_audit import check, confirm
from archivist.rules import pack
from archivist.rules.completeness import required_papers
from archivist.rules.completeness.checks import TESTS
from archivist.rules.completeness.run import CheckFinding, findings, stage_of
from archivist.rules.rule import Stage
from archivist.workspace import Workspace
from tests.filing import ACCEPTANCE, TO_PUBLICITY, bind, file_papers, sign, walk
from tests.kit import BY, NOW, TODAY, make_workspace, open_household
from tests.people import WANG, make_id
from tests.sampling import sweep

PASSED, FAILED, UNCHECKED, INAPPLICABLE = (
    Verdict.PASSED,
    Verdict.FAILED,
    Verdict.UNCHECKED,
    Verdict.NOT_APPLICABLE,
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def household(workspace: Workspace, category: Category = Category.DB, **groups: Any) -> CaseNo:
    """Open a household; groups of facts are laid over the ordinary one, a list replaces a table."""
    facts = {k: dict(v) if isinstance(v, dict) else v for k, v in WANG.items()}
    for group, values in groups.items():
        facts[group] = {**facts.get(group, {}), **values} if isinstance(values, dict) else values
    return open_household(workspace, parse_facts(facts), category).number


def look(
    workspace: Workspace, number: CaseNo, rule: str, stage: str = "acceptance", on: dt.date = TODAY
) -> CheckFinding:
    """Run the checks of a stage as the program does and return the one of a rule."""
    (one,) = check(workspace, [number], stage=Stage(stage), on=on).cases
    return next(f for f in one.findings if f.check.id == rule)


# ── the rows themselves ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", pack.available())
def test_every_row_names_a_test_and_its_arguments(name: str) -> None:
    found = pack.load(name)
    for row in found.checks:
        inspect.signature(TESTS[row.test]).bind(None, **row.args.told)
    assert {c.test for c in found.checks} == set(TESTS)
    assert {c.id.split(".")[0] for c in found.checks} == {f"C{n:02d}" for n in range(1, 18)}


def test_the_national_pack_rests_on_no_city() -> None:
    """A city's rule must not stand in the national pack as if national."""
    national = pack.load("national")
    for source in [m.source for m in national.materials] + [c.source for c in national.checks]:
        assert not source.key.startswith("S") and "方案" not in source.measure


def test_a_row_that_says_more_than_its_sentence_is_marked() -> None:
    """What the law does not list is 惯例 and inferred; a requirement that says so is never shown as plain law."""
    for name in pack.available():
        rows = pack.load(name).materials
        assert all(m.inferred for m in rows if "惯例" in m.requirement or "比照" in m.requirement)
    assert any(m.inferred for m in pack.load("national").materials)


def test_sentences_of_the_places_are_verbatim() -> None:
    seeds = "".join(
        re.sub(r"\s", "", p.read_text(encoding="utf-8"))
        for p in (Path(__file__).parents[2] / "data/seeds").glob("*.txt")
    )
    checked = 0
    for name in pack.available():
        found = pack.load(name)
        for source in [m.source for m in found.materials] + [c.source for c in found.checks]:
            if source.key in ("S0", "S1", "S2", "S3", "S4"):
                checked += 1
                assert re.sub(r"\s", "", source.sentence) in seeds, source
    assert checked > 30


def test_an_unknown_test_is_a_fault_of_the_pack(workspace: Workspace) -> None:
    case = open_household(workspace)
    row = {
        "id": "X01",
        "title": "x",
        "stage": "acceptance",
        "source": {"measure": "本街道规定", "sentence": "x"},
    }
    for more in ({"test": "no_such"}, {"test": "dates", "args": {"step": "accept"}}):
        own = pack.load("tianjin-hongqiao", overrides={"check": [row | more]})
        with pytest.raises(RuleFault, match="X01"):
            findings(case, own, Catalogue.load(), Stage.ACCEPTANCE, on=TODAY)


# ── C01–C08 ──────────────────────────────────────────────────────────────────────────────────────────────
def test_c01_every_paper_of_a_household_and_one_card_each(workspace: Workspace) -> None:
    """「社会救助申请人需提交申请人和共同生活家庭成员以及相关赡养人、抚养人、扶养人及其家庭成员的身份证和户口本原件」."""
    number = household(workspace)
    finding = look(workspace, number, "C01")
    assert finding.verdict is FAILED
    assert finding.check.source.sentence in str(test_c01_every_paper_of_a_household_and_one_card_each.__doc__)
    titles = [p.split("：")[0] for p in finding.problems]
    assert titles == [workspace.catalogue.get(d).title for d in (ACCEPTANCE[0], *ACCEPTANCE[1:])]
    assert all("「" in p for p in finding.problems), "each with the sentence it rests on"
    file_papers(workspace, number, *ACCEPTANCE)
    finding = look(workspace, number, "C01")
    assert finding.verdict is UNCHECKED, "one card for two people: it may hold both, or not"
    assert "有 1 件，应有 2 人（王秀兰、李样例）" in finding.problems[0]
    file_papers(workspace, number, "mat_id_card", text="第二张")
    assert look(workspace, number, "C01").verdict is PASSED


def test_c01_what_a_machine_typed_is_unchecked_until_it_is_sure_or_a_person_looked(
    workspace: Workspace,
) -> None:
    """“What a machine typed is 未检 in ``check`` until its score is high or a person confirms.”."""
    number = household(workspace)
    file_papers(workspace, number, *(k for k in ACCEPTANCE if k != "mat_household_register"), "mat_id_card")
    file_papers(workspace, number, "mat_household_register", typed={"by": "machine", "score": 0.62})
    finding = look(workspace, number, "C01")
    assert finding.verdict is UNCHECKED
    (problem,) = finding.problems
    assert "第 0008 件居民户口簿是机器认的，把握 62%" in problem
    assert f"archivist case record retype {number} 0008" in problem
    confirm(workspace, BY, number, ["C01"], note="原件是户口簿", on=TODAY, stage=Stage.ACCEPTANCE)
    assert look(workspace, number, "C01").verdict is PASSED


def test_c01_what_was_never_read_is_unchecked_however_sure_its_name_is(workspace: Workspace) -> None:
    """“no 合格 without evidence”: a file of which nothing was read is of its type by its name alone."""
    number = household(workspace)
    file_papers(workspace, number, *(k for k in ACCEPTANCE if k != "mat_household_register"), "mat_id_card")
    by_name = {"by": "machine", "score": 1.0}
    file_papers(workspace, number, "mat_household_register", typed=by_name, unread="用了不认识的压缩方法")
    finding = look(workspace, number, "C01")
    assert finding.verdict is UNCHECKED
    assert "没有读出内容（用了不认识的压缩方法）" in finding.problems[0]


def test_c01_what_a_person_named_counts_though_it_was_never_read(workspace: Workspace) -> None:
    number = household(workspace)
    file_papers(workspace, number, *ACCEPTANCE, "mat_id_card", typed={"by": "person"}, unread="读不出来")
    assert look(workspace, number, "C01").verdict is PASSED


@sweep(1 / 2)
@pytest.mark.parametrize(
    "typed", [{"by": "machine", "score": 0.8}, {"by": "machine", "score": 1.0}, {"by": "person"}, None]
)
def test_c01_a_sure_type_a_person_s_and_an_old_record_s_need_no_look(
    workspace: Workspace, typed: dict[str, object] | None
) -> None:
    """“person-chosen types: by person … Old records without the entry: as today.”."""
    number = household(workspace)
    file_papers(workspace, number, *ACCEPTANCE, "mat_id_card", typed=typed)
    assert look(workspace, number, "C01").verdict is PASSED


def test_c01_one_sure_paper_is_enough(workspace: Workspace) -> None:
    number = household(workspace)
    file_papers(workspace, number, *ACCEPTANCE)
    file_papers(workspace, number, "mat_id_card", text="第二张", typed={"by": "machine", "score": 0.6})
    assert look(workspace, number, "C01").verdict is PASSED


def test_c01_counts_applicant_members_and_obligors_once(workspace: Workspace) -> None:
    """「申请人和共同生活家庭成员以及相关赡养人、抚养人、扶养人」: the applicant's own row among the members is no second person."""
    applicant = {"name": "王秀兰", "relation": "本人", "id_number": WANG["applicant"]["id_number"]}
    away = {"name": "李在外", "id_number": make_id("19850101", "015"), "living_together": False}
    son = {"name": "李义务", "id_number": make_id("19860101", "017")}
    number = household(workspace, members=[applicant, away], obligors=[son])
    persons = required_papers.persons(workspace.archive.read(number))
    assert [(p.part, p.name) for p in persons] == [("申请人", "王秀兰"), ("义务人", "李义务")]


def test_c01_a_printed_form_is_not_there_before_it_is_signed(workspace: Workspace) -> None:
    """「书面申请」 (社会救助暂行办法第十一条): what the office printed still waits for the applicant's hand."""
    number = household(workspace)
    todo = plan(workspace, BY, workspace.catalogue.get("application_form"), [number], {}, on=TODAY)
    (made,) = issue(workspace, BY, todo).issued
    gaps = {
        m.document: m.reason
        for m in required_papers.missing(workspace.archive.read(number), workspace.pack, TODAY)
    }
    assert gaps["application_form"] == f"第 {made.record} 件已打印，尚未签名交回"
    case = sign(workspace, number, made.record)
    assert "application_form" not in {
        m.document for m in required_papers.missing(case, workspace.pack, TODAY)
    }


def test_c02_everybody_signs_the_authorisation(workspace: Workspace) -> None:
    """「申请人和共同生活的家庭成员以及法定赡养、抚养、扶养义务人应如实申报家庭经济状况，并依法依规签署…授权委托书」."""
    son = {"name": "李义务", "id_number": make_id("19860101", "017"), "authorized": True}
    number = household(workspace, obligors=[son])
    assert look(workspace, number, "C02").verdict is FAILED, "no authorisation at all"
    file_papers(workspace, number, "verification_authorization")
    finding = look(workspace, number, "C02")
    assert finding.verdict is UNCHECKED, "nobody has said whether the member signed"
    assert "共同生活家庭成员第 1 行·授权已签" in finding.problems[0]
    for category, signed, verdict in ((Category.DX, False, FAILED), (Category.TK, True, PASSED)):
        member = {**WANG["members"][0], "authorized": signed}
        other = household(workspace, category, members=[member], obligors=[son])
        file_papers(workspace, other, "verification_authorization")
        assert look(workspace, other, "C02").verdict is verdict


def test_c02_known_recipients_need_no_authorisation(workspace: Workspace) -> None:
    """支出型：「申请对象为低保、特困、低收入的」 are not investigated again; whoever is not known to be one is."""
    known = household(workspace, Category.ZC, application={"known_recipient": "是"})
    assert "C02" not in {f.check.id for f in check(workspace, [known], on=TODAY).cases[0].findings}
    wanted = {
        m.document for m in required_papers.required(workspace.archive.read(known), workspace.pack, TODAY)
    }
    assert not wanted & {"verification_authorization", "economic_declaration"}
    facts = parse_facts({"applicant": {"name": "钱样例", "id_number": make_id("19700101", "015")}})
    unknown = open_household(workspace, facts, Category.ZC)
    assert "verification_authorization" in {
        m.document for m in required_papers.required(unknown, workspace.pack, TODAY)
    }


def test_c03_an_agent_shows_card_and_mandate(workspace: Workspace) -> None:
    """「委托代理申请的还需提供代理人身份证、申请人签字的授权委托书」."""
    number = household(workspace, agent={"name": "张代理"})
    assert len(look(workspace, number, "C03").problems) == 2
    file_papers(workspace, number, "mat_agent_id")
    assert look(workspace, number, "C03").verdict is FAILED
    file_papers(workspace, number, "agency_authorization")
    assert look(workspace, number, "C03").verdict is PASSED
    alone = open_household(workspace, category=Category.TK)
    assert "C03" not in {f.check.id for f in check(workspace, [alone.number], on=TODAY).cases[0].findings}


@pytest.mark.parametrize("disability", ["", "肢体二级"])
def test_c04_a_destitute_person_states_and_promises(workspace: Workspace, disability: str) -> None:
    """「劳动能力、生活来源、财产状况以及赡养、抚养、扶养情况的书面声明」, 「残疾人应当提供中华人民共和国残疾人证」 (特困人员认定办法第十条)."""
    number = household(
        workspace, Category.TK, members=[], applicant={**WANG["applicant"], "disability": disability}
    )
    papers = ["application_form", "mat_id_card", "mat_household_register", "verification_authorization",
              "integrity_commitment", "tekun_written_statement"]  # fmt: skip
    file_papers(workspace, number, *papers)
    finding = look(workspace, number, "C04")
    assert finding.verdict is (FAILED if disability else PASSED)
    if disability:
        assert finding.problems[0].startswith("残疾人证：未提交")
        file_papers(workspace, number, "mat_disability_cert")
        assert look(workspace, number, "C04").verdict is PASSED


@pytest.mark.parametrize("identity", ["mat_id_card", "mat_id_or_other", "mat_residence_permit"])
def test_c04_any_valid_proof_of_identity_will_do(workspace: Workspace, identity: str) -> None:
    """「申请材料主要包括本人有效身份证明」 (特困人员认定办法第十条); 红桥 asks for the card itself."""
    workspace.pack = pack.load("national")
    number = household(workspace, Category.TK, members=[])
    file_papers(workspace, number, identity)
    assert not any(p.startswith("居民身份证") for p in look(workspace, number, "C04").problems)


@pytest.mark.parametrize("name", pack.available())
def test_where_proof_of_identity_is_asked_for_more_than_one_kind_will_do(name: str) -> None:
    """A row that asks for 身份证明 and takes one type alone would send an applicant away with a good paper."""
    rows = [m for m in pack.load(name).materials if "身份证明" in m.requirement]
    assert rows and all({"mat_id_card", "mat_id_or_other"} <= {m.document, *m.accepts} for m in rows)


@sweep(1 / 2)
@pytest.mark.parametrize(
    "identity", ["mat_id_or_other", "mat_id_card", "mat_household_register", "mat_residence_permit"]
)
def test_c05_an_emergency_shows_who_and_what_happened(workspace: Workspace, identity: str) -> None:
    """「申请人身份证或其他身份证明材料」, 「各类意外事件的相关材料等」: an ID card is one of them, and so are its kin."""
    number = household(workspace, Category.JN)
    file_papers(workspace, number, "application_form", identity)
    assert look(workspace, number, "C05").problems[0].startswith("意外事件相关材料：未提交")
    file_papers(workspace, number, "mat_event_evidence")
    assert look(workspace, number, "C05").verdict is PASSED


def test_c06_first_help_then_papers(workspace: Workspace) -> None:
    """「应实施先行救助，确保申请24小时到位，事后及时补齐相关手续」: an empty file is accepted; what must follow is listed."""
    number = household(workspace, Category.JN, application={"urgent": True})
    (one,) = check(workspace, [number], on=TODAY).cases
    assert [f.check.id for f in one.findings] == ["C06", "C15"] and one.notice == ""
    assert one.findings[0].verdict is INAPPLICABLE and "意外事件相关材料" in one.findings[0].todo
    assert one.verdict is INAPPLICABLE, "nothing was looked at yet"
    walk(workspace, number, ("submit", "2024-03-04", ()), ("advance", "2024-03-05", ("魏主任",)))
    finding = look(workspace, number, "C06")
    assert finding.verdict is FAILED
    assert "待补齐" in finding.problems[0] and "意外事件相关材料" in finding.problems[0]
    assert "期限到 2024-03-12" in finding.problems[0], "「并在5个工作日内登记」"
    file_papers(workspace, number, "application_form", "mat_id_or_other", "mat_event_evidence")
    assert look(workspace, number, "C06").verdict is PASSED


@pytest.mark.parametrize("event", ["", "火灾"])
def test_c07_expenses_income_and_who_was_to_blame(workspace: Workspace, event: str) -> None:
    """「教育、医疗等生活必需支出的相关材料」, 「各类意外事件发生后相关部门责任认定及赔偿认定等材料」, 「收入、财产等相关材料」."""
    number = household(workspace, Category.ZC, application={"event": event, "known_recipient": "是"})
    papers = ("application_form", "mat_id_card", "mat_household_register", "mat_expense_evidence")
    file_papers(workspace, number, *papers)
    missing = [p.split("：")[0] for p in look(workspace, number, "C07").problems]
    assert missing == (["责任认定及赔偿认定材料"] if event else []) + ["收入、财产相关材料"]


@pytest.mark.parametrize(
    ("asked_for", "brought"),
    [
        ("mat_expense_evidence", "mat_medical_bill"), ("mat_expense_evidence", "mat_tuition_receipt"),
        ("mat_liability_evidence", "mat_accident_report"), ("mat_income_asset_evidence", "mat_income_proof"),
    ],
)  # fmt: skip
def test_c07_a_paper_of_the_kind_that_is_asked_for_will_do(
    workspace: Workspace, asked_for: str, brought: str
) -> None:
    """「教育、医疗等生活必需支出的相关材料」: the bill of a hospital is one, though its own type says more."""
    number = household(workspace, Category.ZC, application={"event": "火灾", "known_recipient": "是"})
    title = workspace.catalogue.get(asked_for).title
    assert any(p.startswith(title) for p in look(workspace, number, "C07").problems)
    file_papers(workspace, number, brought)
    assert not any(title in p for p in look(workspace, number, "C07").problems)


@sweep(1 / 3)
@pytest.mark.parametrize("name", pack.available())
def test_what_will_do_as_well_is_in_the_catalogue(name: str) -> None:
    catalogue = Catalogue.load()
    others = {other for m in pack.load(name).materials for other in m.accepts}
    assert all(other in catalogue and not catalogue.get(other).generated for other in others)


@pytest.mark.parametrize("subsidy", ["困难残疾人生活补贴", "重度残疾人护理补贴"])
def test_c08_a_disabled_person_shows_the_certificate(subsidy: str, tmp_path: Path) -> None:
    """两项补贴 (重庆永川「履行对辖区残疾人“两项补贴”的审核」): the subsidy for the poor needs the proof of 低保 as well."""
    with make_workspace(tmp_path / "cq") as workspace:
        path = tmp_path / "cq/archivist.toml"
        path.write_text(
            path.read_text(encoding="utf-8").replace("tianjin-hongqiao", "chongqing-yongchuan"), "utf-8"
        )
        with Workspace.open(tmp_path / "cq") as workspace:
            number = household(workspace, Category.CJ, application={"subsidies": [subsidy]})
            file_papers(workspace, number, "disability_subsidy_form", "mat_id_card", "mat_household_register")
            missing = [p.split("：")[0] for p in look(workspace, number, "C08").problems]
            assert missing == ["残疾人证"] + ["低保证明"] * (subsidy == "困难残疾人生活补贴")


# ── C09 ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_c09_what_the_office_printed_comes_back_signed(workspace: Workspace) -> None:
    """「由调查人员和在场的共同生活家庭成员分别签字」 (最低生活保障审核确认办法第十六条)."""
    number = household(workspace)
    walk(workspace, number, ("submit", "2024-03-04", ()), ("accept", "2024-03-05", ("林经办",)))

    def notice(manner: Manner = ORDINARY) -> str:
        kind = workspace.catalogue.get("acceptance_notice")
        todo = plan(workspace, BY, kind, [number], {}, on=TODAY, manner=manner)
        return issue(workspace, BY, todo).issued[0].record

    assert look(workspace, number, "C09.signed", "archive").verdict is INAPPLICABLE, "nothing waits"
    first = notice()
    assert look(workspace, number, "C09.signed", "archive").problems == (f"第 {first} 件受理通知书待签",)
    sign(workspace, number, notice(Manner(again=True, reason="原件遗失")))
    again = look(workspace, number, "C09.signed", "archive")
    assert again.verdict is UNCHECKED and f"第 {first} 件" in again.problems[0], (
        "printed twice: a person says why"
    )
    sign(workspace, number, first)
    finding = look(workspace, number, "C09.signed", "archive")
    assert finding.verdict is PASSED and {e.ref for e in finding.evidence} == {"0001", "0002", "0003", "0004"}


def test_c09_a_place_without_ink_is_for_a_person_to_look_at(workspace: Workspace) -> None:
    """Its absence is told: the main signer signed, so it is filed; whether the other should have, a person says."""
    number = household(workspace)
    file_papers(workspace, number, "application_form")
    plan_ = plan(workspace, BY, workspace.catalogue.get("case_notes"), [number], {}, on=TODAY)
    notes = issue(workspace, BY, plan_).issued[0].record
    sign(workspace, number, notes, empty=["检查人（签名）"])
    found = look(workspace, number, "C09.signed", "archive")
    assert found.verdict is UNCHECKED and "“检查人（签名）”处未见笔迹" in found.problems[0]


def test_c09_lists_wait_for_nobody_and_a_newer_cover_for_its_own_pen(workspace: Workspace) -> None:
    """签章：— (卷内文件目录); 增件即重编并留版本: the older cover stays as it is and is asked for no more."""
    number = household(workspace)
    file_papers(workspace, number, "application_form")

    def made(kind: str) -> str:
        return (
            issue(workspace, BY, plan(workspace, BY, workspace.catalogue.get(kind), [number], {}, on=TODAY))
            .issued[0]
            .record
        )

    made("case_catalog"), made("fixity_manifest"), made("case_cover")
    cover = made("case_cover")
    assert look(workspace, number, "C09.signed", "archive").problems == (f"第 {cover} 件卷宗封面待签",)
    sign(workspace, number, cover)
    assert look(workspace, number, "C09.signed", "archive").verdict is PASSED


def test_c09_every_step_left_its_documents(workspace: Workspace) -> None:
    """「未经申请受理、家庭经济状况调查、审核确认等程序，不得将任何家庭或者个人直接纳入最低生活保障范围」 (第二十八条)."""
    number = household(workspace)
    assert look(workspace, number, "C09.path", "archive").verdict is UNCHECKED, "no steps were recorded"
    walk(workspace, number, ("submit", "2024-03-04", ()), ("accept", "2024-03-05", ()))
    walk(workspace, number, ("survey", "2024-03-06", ("林经办", "苏调查")))
    problems = look(workspace, number, "C09.path", "archive").problems
    assert {"受理：缺受理通知书", "入户调查：缺入户调查表"} <= set(problems)
    assert not any("acceptance_register" in p or "登记簿" in p for p in problems), (
        "a register is not in the house file"
    )
    assert "未检：入户调查：文书目录没有收录 income_asset_calculation，查不出有没有" in problems or (
        "入户调查：缺家庭收入财产核算表" in problems
    )
    file_papers(workspace, number, "application_form", "acceptance_notice", "household_survey")
    after = look(workspace, number, "C09.path", "archive")
    assert not {"受理：缺受理通知书", "入户调查：缺入户调查表"} & set(after.problems)
    assert after.verdict is not PASSED


def test_c09_dates_run_forward(workspace: Workspace) -> None:
    """申请≤受理≤核对≤调查≤公示≤复审≤决定≤送达 (齐全性规则 C09)."""
    number = household(workspace)
    walk(workspace, number, ("submit", "2024-03-04", ()), ("accept", "2024-03-05", ()))
    assert look(workspace, number, "C09.dates", "archive").verdict is PASSED
    walk(workspace, number, ("survey", "2024-03-01", ("林经办", "苏调查")))
    assert look(workspace, number, "C09.dates", "archive").problems == (
        "入户调查 2024-03-01 早于受理 2024-03-05",
    )
    facts = {"applicant": WANG["applicant"]}
    undated = open_household(workspace, parse_facts(facts), Category.DX).number
    assert look(workspace, undated, "C09.dates", "archive").problems[:2] == (
        "未检：不知道申请日期",
        "未检：不知道收件日期",
    )


# ── C10 ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("day", "verdict"), [("2024-03-11", FAILED), ("2024-03-12", PASSED)], ids=["on the fifth day", "after it"]
)
def test_c10_the_notice_hangs_five_days(workspace: Workspace, day: str, verdict: Verdict) -> None:
    """「公示期为5天」: posted on Wednesday the 6th, the fifth day is Monday the 11th; the review waits until it is over."""
    number = household(workspace)
    walk(workspace, number, *TO_PUBLICITY, ("review", day, ("白主管",)))
    finding = look(workspace, number, "C10.days", "archive", on=dt.date(2024, 4, 1))
    assert finding.verdict is verdict
    if verdict is FAILED:
        assert finding.problems == (
            "初审公示 2024-03-06 起，公示期 5自然日，到 2024-03-11 才满；复审却在 2024-03-11",
        )


def test_c10_a_notice_still_hanging_is_not_checked(workspace: Workspace) -> None:
    """「公示期为5天」: before they are over nobody can say whether they were kept."""
    number = household(workspace)
    walk(workspace, number, *TO_PUBLICITY)
    assert look(workspace, number, "C10.days", "archive").verdict is UNCHECKED
    walk(workspace, number, ("objection", "2024-03-07", ("林经办",)))
    assert look(workspace, number, "C10.days", "archive").verdict is PASSED, "an objection may cut it short"


def test_c10_a_notice_of_the_result_does_not_keep_back_the_decision(tmp_path: Path) -> None:
    """晋城「镇（街道）审核确认—镇（街道）公示—资金发放」: what waits for the end of the notice is the payment, not the delivery."""
    city = pack.load("shanxi-jincheng-chengqu")
    with make_workspace(tmp_path / "ws") as workspace:
        workspace.pack = city
        number = household(workspace)
        walk(
            workspace, number, ("submit", "2024-03-04", ()), ("accept", "2024-03-04", ()), ("survey", "2024-03-05", ()),
            ("prelim", "2024-03-06", ()), ("review", "2024-03-06", ()), ("confirm", "2024-03-06", ()),
            ("publicize", "2024-03-06", ()), ("file", "2024-03-07", ()), ("deliver", "2024-03-08", ()),
        )  # fmt: skip

        def days(on: str) -> CheckFinding:
            found = findings(
                workspace.archive.read(number),
                city,
                workspace.catalogue,
                Stage.ARCHIVE,
                on=dt.date.fromisoformat(on),
            )
            return next(f for f in found if f.check.id == "C10.days")

        hanging = days("2024-03-12")
        assert hanging.verdict is UNCHECKED and hanging.unknown == (), "only time will tell"
        walk(workspace, number, ("announce", "2024-03-12", ()))
        assert days("2024-04-01").verdict is FAILED and "2024-03-12" in days("2024-04-01").problems[0]


def test_c10_what_was_granted_without_a_notice_is_not_passed_over(workspace: Workspace) -> None:
    """「并在申请家庭所在村、社区进行公示」: a file that came to its decision on another way (rows of an office's own) is looked at."""
    number = household(workspace)
    assert look(workspace, number, "C10.days", "archive").verdict is INAPPLICABLE
    case = walk(workspace, number, *TO_PUBLICITY, *CONFIRMED[len(TO_PUBLICITY) :])
    skipped = replace(case, steps=tuple(s for s in case.steps if s.id != "publicize"))
    found = findings(skipped, workspace.pack, workspace.catalogue, Stage.ARCHIVE, on=TODAY)
    (finding,) = [f for f in found if f.check.id == "C10.days"]
    assert finding.verdict is UNCHECKED
    assert finding.unknown == ("已于 2024-03-13 办“作出确认决定”，没有登记公示环节",)


def test_c10_posting_and_taking_down_were_photographed(workspace: Workspace) -> None:
    """公示张贴与撤下照片各≥1 (C10): without any evidence wrong; what a picture shows only a person can tell."""
    number = household(workspace)
    walk(workspace, number, *TO_PUBLICITY)
    assert look(workspace, number, "C10.photos", "archive").verdict is FAILED
    file_papers(workspace, number, "publicity_evidence")
    finding = look(workspace, number, "C10.photos", "archive")
    assert finding.verdict is UNCHECKED and "第 0001 件" in finding.problems[0]
    assert f"archivist check {number} --confirm C10.photos" in finding.todo, "what a person does about it"


@sweep(1 / 2)
@pytest.mark.parametrize(
    ("people", "verdict"),
    [((), UNCHECKED), (("林经办",), FAILED), (("林经办", "林经办"), FAILED), (("林经办", "苏调查"), PASSED)],
)
def test_c10_two_people_survey(workspace: Workspace, people: tuple[str, ...], verdict: Verdict) -> None:
    """「每组调查人员不得少于两人」."""
    number = household(workspace)
    walk(workspace, number, *TO_PUBLICITY[:2], ("survey", "2024-03-05", people))
    assert look(workspace, number, "C10.team", "archive").verdict is verdict


def test_c10_a_decision_tells_the_remedies_and_is_served(workspace: Workspace) -> None:
    """「对于民政部门作出的具体行政行为不服的，可以依法申请行政复议或者提起行政诉讼」 (第三十八条)."""
    number = household(workspace)
    refused = ("review", "2024-03-07", ("白主管",)), ("refuse", "2024-03-08", ("魏主任",))
    walk(workspace, number, *TO_PUBLICITY, *refused)
    given = {
        "decision.findings": "收入高于标准。",
        "decision.reasons": "不符合条件。",
    }
    document = workspace.catalogue.get("refusal_decision")
    known = {k: v for k, v in given.items() if document.field(k)}
    outcome = issue(workspace, BY, plan(workspace, BY, document, [number], {number: known}, on=TODAY))
    assert outcome.issued, [r.error.problems for r in outcome.refused]
    finding = look(workspace, number, "C10.remedies", "archive")
    (problem,) = finding.problems
    assert problem.startswith("第 0001 件《社会救助不予确认决定书》没有签收的送达回证")
    file_papers(workspace, number, "delivery_receipt")
    other = look(workspace, number, "C10.remedies", "archive")
    assert other.verdict is FAILED and "没有写明送达哪几件" in other.problems[0], (
        "it may be for another paper"
    )
    bind(workspace, number, "0002", "0001")
    served = look(workspace, number, "C10.remedies", "archive")
    assert served.verdict is PASSED and [e.ref for e in served.evidence] == ["0001", "0002"]
    file_papers(workspace, number, "refusal_decision", text="一份没有写救济途径的旧决定")
    bind(workspace, number, "0002", "0001", "0003")
    scanned = look(workspace, number, "C10.remedies", "archive")
    assert scanned.verdict is UNCHECKED and "60日内" in scanned.problems[0], (
        "what was read from a scan proves no fault"
    )


@pytest.mark.parametrize(
    ("reviewer", "kin", "verdict"),
    [("白主管", "", PASSED), ("林经办", "", FAILED), ("白主管", "白主管", FAILED), ("", "", UNCHECKED)],
)
def test_c10_nobody_reviews_himself_or_his_kin(
    workspace: Workspace, reviewer: str, kin: str, verdict: Verdict
) -> None:
    """「提出确认复审意见、经管理部门负责人同意后报送至街道社会救助分管领导」: 初审、复审、决定 by different people."""
    number = household(workspace, application={"kinship": bool(kin), "kin_name": kin})
    walk(workspace, number, *TO_PUBLICITY, ("review", "2024-03-12", (reviewer,) if reviewer else ()))
    assert look(workspace, number, "C10.apart", "archive").verdict is verdict


# ── C11–C14 ──────────────────────────────────────────────────────────────────────────────────────────────
def test_c11_a_disputed_case_holds_both_minutes(workspace: Workspace) -> None:
    """「议事协商机构会议纪要须存入救助家庭档案备查」."""
    number = household(workspace, application={"disputed": True})
    assert look(workspace, number, "C11", "archive").problems == (
        "缺议事协商机构会议纪要",
        "缺班子会会议纪要",
    )
    file_papers(workspace, number, "deliberation_minutes", "leadership_meeting_minutes")
    assert look(workspace, number, "C11", "archive").verdict is PASSED
    calm = open_household(workspace, category=Category.DX).number
    rows = check(workspace, [calm], stage=Stage.ARCHIVE, on=TODAY).cases[0].findings
    assert "C11" not in {f.check.id for f in rows}


def test_c12_a_destitute_person_in_benefit_is_assessed_and_cared_for(workspace: Workspace) -> None:
    """「应同时确立照料供养方式、指定照料服务人、设定照料监护模式、明确照料监护责任、签订委托照料协议」."""
    number = household(workspace, Category.TK)
    finding = look(workspace, number, "C12", "benefit")
    assert "缺特困人员生活自理能力评估表" in finding.problems
    file_papers(workspace, number, "self_care_assessment")
    finding = look(workspace, number, "C12", "benefit")
    assert finding.verdict is not PASSED, "the agreement is missing, or the catalogue does not know it"
    assert any("care_agreement" in p or "委托照料协议" in p for p in finding.problems)


CONFIRMED: Any = (
    *TO_PUBLICITY,
    ("review", "2024-03-12", ("白主管",)),
    ("confirm", "2024-03-13", ("魏主任",)),
)


@sweep(1 / 2)
@pytest.mark.parametrize(
    ("pack_id", "on", "filed", "verdict"),
    [
        ("tianjin-hongqiao", "2025-06-30", "", INAPPLICABLE),  # confirmed during 2024; 2025 is not over
        ("tianjin-hongqiao", "2026-01-01", "", FAILED),
        ("tianjin-hongqiao", "2026-01-01", "2025-12-31", PASSED),
        ("tianjin-hongqiao", "2026-01-01", "2024-12-31", FAILED),
        ("shanxi-jincheng-chengqu", "2024-09-30", "", INAPPLICABLE),  # the quarter is not over
        ("shanxi-jincheng-chengqu", "2024-10-01", "", FAILED),
        ("shanxi-jincheng-chengqu", "2024-10-01", "2024-08-15", PASSED),
        ("shanxi-jincheng-chengqu", "2024-10-01", "2024-06-30", FAILED),  # before the quarter
    ],
)
def test_c13_the_review_of_the_year(
    tmp_path: Path, pack_id: str, on: str, filed: str, verdict: Verdict
) -> None:
    """「…每年核查一次」 (第三十一条); 晋城「每年第三季度要集中开展一次最低生活保障、特困人员救助供养年度复核工作」."""
    with make_workspace(tmp_path / "ws") as workspace:
        number = household(workspace)
        walk(workspace, number, *CONFIRMED)
        if filed:
            moment = dt.datetime.combine(dt.date.fromisoformat(filed), dt.time(9), NOW.tzinfo)
            file_papers(workspace, number, "periodic_review_form", by=replace(BY, time=moment))
        day = dt.date.fromisoformat(on)
        found = findings(
            workspace.archive.read(number), pack.load(pack_id), workspace.catalogue, Stage.BENEFIT, on=day
        )
        (finding,) = [f for f in found if f.check.id == "C13"]
        assert finding.verdict is verdict


def test_c13_without_a_day_of_confirmation_nothing_is_said(workspace: Workspace) -> None:
    """「…每年核查一次」: from which year on, nobody knows where no step was recorded."""
    assert look(workspace, household(workspace), "C13", "benefit").verdict is UNCHECKED


SHEET = """
[consistency_check_sheet]
kind = "incoming"
title = "纸质档案与电子档案一致性核对表"
code = "YZH"
folder = "11 归档"
"""


@sweep(1 / 2)
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("核对结论：一致", PASSED),
        ("核对结论：不一致", FAILED),
        ("结 论\n一致", PASSED),
        ("看不清", UNCHECKED),
    ],
)
def test_c14_paper_and_electronic_file_agree(tmp_path: Path, text: str, verdict: Verdict) -> None:
    """「电子档案与纸质档案应保持信息一致」 (紫阳); the sheet is known to the office's own catalogue."""
    with make_workspace(tmp_path / "ws") as workspace:
        if "consistency_check_sheet" not in Catalogue.load():
            workspace.templates.mkdir()
            (workspace.templates / "materials.toml").write_text(SHEET, encoding="utf-8")
        number = household(workspace)
        assert look(workspace, number, "C14", "archive").verdict is FAILED
        file_papers(workspace, number, "consistency_check_sheet", text=text)
        assert look(workspace, number, "C14", "archive").verdict is verdict


@pytest.mark.parametrize(("printed", "verdict"), [("一致", PASSED), ("", UNCHECKED)])
def test_c14_a_scan_that_cannot_be_read_says_what_was_printed(
    workspace: Workspace, printed: str, verdict: Verdict
) -> None:
    """核对结论 printed and then signed; ticked by pen, a person looks."""
    number = household(workspace)
    file_papers(workspace, number, "application_form")
    given = {number: {"check.conclusion": printed} if printed else {}}
    todo = plan(workspace, BY, workspace.catalogue.get("consistency_check_sheet"), [number], given, on=TODAY)
    sign(workspace, number, issue(workspace, BY, todo).issued[0].record)
    assert look(workspace, number, "C14", "archive").verdict is verdict


def test_c14_a_document_the_catalogue_does_not_know_is_not_checked(workspace: Workspace) -> None:
    """文书目录没有收录的文书，查不出有没有: 未检, never 合格."""
    row = {"id": "X02", "title": "x", "stage": "archive", "test": "records", "args": {"documents": ["no_such_form"]},
           "source": {"measure": "本街道规定", "sentence": "x"}}  # fmt: skip
    own = pack.load("tianjin-hongqiao", overrides={"check": [row]})
    found = findings(open_household(workspace), own, workspace.catalogue, Stage.ARCHIVE, on=TODAY)
    (finding,) = [f for f in found if f.check.id == "X02"]
    assert finding.verdict is UNCHECKED and "no_such_form" in finding.problems[0]


# ── stages ───────────────────────────────────────────────────────────────────────────────────────────────
def test_the_stage_follows_the_state(workspace: Workspace) -> None:
    number = household(workspace)
    assert stage_of(workspace.archive.read(number)) == "acceptance"
    assert stage_of(walk(workspace, number, *TO_PUBLICITY)) == "acceptance"
    case: Case = walk(workspace, number, *CONFIRMED[len(TO_PUBLICITY) :])
    assert stage_of(case) == "archive"
    steps: Any = [(s, "2024-03-20", ()) for s in ("deliver", "announce", "file", "pay")]
    assert stage_of(walk(workspace, number, *steps)) == "benefit"


def test_before_the_file_is_closed_the_papers_are_looked_for_again(workspace: Workspace) -> None:
    number = household(workspace)
    walk(workspace, number, *TO_PUBLICITY[:2])
    assert "C01" in {
        f.check.id for f in check(workspace, [number], stage=Stage.ARCHIVE, on=TODAY).cases[0].findings
    }
    given_up = open_household(workspace, category=Category.DX).number
    walk(workspace, given_up, ("submit", "2024-03-04", ()), ("withdraw", "2024-03-05", ()))
    (one,) = check(workspace, [given_up], on=TODAY).cases
    assert one.stage == "archive" and "C01" not in {f.check.id for f in one.findings}, (
        "nobody asks for them any more"
    )


def test_c01_a_form_of_ours_without_its_code_is_unchecked_until_somebody_looked(workspace: Workspace) -> None:
    """「A check says 合格 only about something it looked at」: nobody saw whether it is signed."""
    number = household(workspace)
    file_papers(workspace, number, *(k for k in ACCEPTANCE if k != "application_form"), "mat_id_card")
    sure = {"by": "machine", "score": 1.0}
    file_papers(workspace, number, "application_form", typed=sure, unsigned="不是纸张的扫描")
    finding = look(workspace, number, "C01")
    assert finding.verdict is UNCHECKED
    assert "社会救助申请书不是纸张的扫描，是不是签了名" in finding.problems[0]
