"""The papers of application, acceptance and verification: for an ordinary, a large and a bare household."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.doctypes.catalogue import REMEDY_PHRASES
from archivist.documents.render.render import document_text
from archivist.documents.values.resolve import document_values
from archivist.errors import DocumentNotApplicable, MissingFields
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.planned import BatchOutcome
from archivist.issuing.sources import case_sources
from archivist.model.case import Case
from archivist.model.ids import Category
from archivist.model.states import State, StepTaken
from archivist.procedure.cases import change_facts
from archivist.rules.rule_days import RuleDays
from archivist.workspace import Workspace
from tests.documents.pages import squeezed
from tests.documents.samples import CATALOGUE, CONFIG, ON, SOURCES, a_case
from tests.documents.types.intake_samples import ADVERSE, GIVEN, ORDINARY, sample
from tests.filing import come_to, file_papers
from tests.kit import BY, TODAY, make_workspace, open_another, open_household


@pytest.mark.parametrize("name", ADVERSE)
def test_what_ends_an_application_tells_the_remedies_of_this_notice(name: str) -> None:
    """行政复议法第二十条、行政诉讼法第四十六条; the paper is a 告知书, no 决定书."""
    text = squeezed(sample(name).text)
    for phrase in (
        *REMEDY_PHRASES,
        "对本告知书不服的，可以自收到之日起60日内",
    ):
        assert phrase in text
    own = name == "non_acceptance_notice"  # 第五条：受理是本机关自己的职责
    assert f"被申请人为{CONFIG.office.name if own else '示范区民政局'}" in text
    assert ("受示范区民政局委托" in text) is not own
    doc = CATALOGUE.get(name)
    assert doc.remedies_required and doc.doc_no == "required"
    case = a_case(ORDINARY)
    with pytest.raises(MissingFields) as caught:
        document_values(doc, case, CONFIG, on=ON, given={}, extra={})
    assert "依据(decision.basis)" in str(caught.value)


def test_everybody_whose_means_are_verified_is_named_with_the_authorization() -> None:
    """核对对象 = 授权书签署人: applicant, members who live together, obligors; not who does not live there."""
    values = sample("verification_request", "large").values["request"]
    people = values["persons"]
    assert values["count"] == str(len(people)) == "11", "applicant, seven of eight members, three obligors"
    assert [p["relation"] for p in people][:2] == ["本人", "配偶"] and people[-1]["relation"] == "女儿"
    assert all(p["authorized"] == "已签" for p in people[1:])
    assert "户籍" in values["scope"] and "殡葬" in values["scope"]


def test_the_grown_up_promise_and_a_person_alone_promises_alone() -> None:
    doc = CATALOGUE.get("integrity_commitment")
    before, after = dt.date(2024, 5, 11), dt.date(2024, 5, 12)
    names = ["王秀兰", "李大暑"]
    for category, on, expected in (
        ("DB", before, names),
        ("DB", after, [names[0], "李小满", names[1]]),
        ("TK", after, names[:1]),
        ("CJ", after, names[:1]),
    ):
        found = document_values(doc, a_case(ORDINARY, category), CONFIG, on=on, given={}, sources=SOURCES)[
            "commitment"
        ]
        assert isinstance(found, dict) and [p["name"] for p in found["persons"]] == expected


def test_no_account_of_an_obligor_is_asked_for_in_the_notice_to_the_applicant() -> None:
    doc = CATALOGUE.get("verification_result_notice")
    field = doc.field("verification.mismatches")
    assert field is not None and "只写结论" in field.label
    assert not any(f.path.startswith(("obligors", "assets", "incomes", "account")) for f in doc.fields)


# ── in a workspace ───────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def make(workspace: Workspace, document: str, case: Case, **given: object) -> BatchOutcome:
    return issue(
        workspace,
        BY,
        plan(workspace, BY, workspace.catalogue.get(document), [case.number], {case.number: given}, on=TODAY),
    )


def issued(outcome: BatchOutcome) -> str:
    """Return the text of the one document made."""
    assert not outcome.refused, outcome.refused[0].error
    return squeezed("".join(document_text(outcome.issued[0].files[0].read_bytes())))


def refused(outcome: BatchOutcome) -> str:
    assert not outcome.issued
    return str(outcome.refused[0].error)


def test_what_its_condition_does_not_allow_is_refused(workspace: Workspace) -> None:
    case = open_household(workspace)
    for name, condition in (
        ("agency_authorization", "没有登记代理人·姓名"),
        ("kinship_filing_register", "没有登记申请·"),
        ("verification_request", "还没有《家庭经济状况调查核对授权委托书》"),
        ("applicant_explanation", "户档中还没有《"),
        ("noncompliance_submission", "户档中还没有《"),
        ("verification_recheck_record", "还没有《申请人情况说明》"),
    ):
        outcome = make(workspace, name, case)
        assert isinstance(outcome.refused[0].error, DocumentNotApplicable)
        assert condition in refused(outcome)
    assert "只用于特困人员救助供养" in refused(make(workspace, "tekun_written_statement", case))
    change_facts(workspace, BY, case.number, [("application.kinship", "是"), ("agent.name", "李大暑")])
    case = come_to(workspace, case, "kinship_filing_register")
    assert "近亲属单独登记备案表" in issued(make(workspace, "kinship_filing_register", case))
    assert "李大暑" in issued(make(workspace, "agency_authorization", workspace.archive.read(case.number)))


def test_the_receipt_lists_what_the_category_asks_for_and_what_is_there(workspace: Workspace) -> None:
    case = open_household(workspace)
    file_papers(workspace, case.number, "application_form", "mat_student_evidence")
    case = come_to(workspace, case, "material_receipt")
    text = issued(make(workspace, "material_receipt", case))
    assert "1社会救助申请书应有1" in text and "已收" in text
    assert "在读证明另收1" in text
    assert "诚信承诺书应有" in text and "尚缺材料" in text
    assert "居民户口簿" in text.split("尚缺材料")[1]


def test_the_time_to_explain_is_the_packs(workspace: Workspace) -> None:
    """TJ-HQ: 「申请人自收到告知书之日起4个工作日内须提供相关材料说明情况」; elsewhere the office says until when, or leaves the day to the pen."""
    case = come_to(workspace, open_household(workspace), "verification_result_notice")
    given = {k: v for k, v in GIVEN["verification_result_notice"].items() if k != "doc_no"}
    text = issued(make(workspace, "verification_result_notice", case, **given))
    for words in (
        "自收到本告知书之日起4个工作日内",
        "《最低生活保障审核确认办法》第十八条",
        "《红桥区社会救助审核确认权限下放改革工作实施方案》",
    ):
        assert words in text
    assert "现告知如下：一、说明期限。" in text
    case = workspace.archive.read(case.number)
    assert "红样救字〔2024〕1号" in issued(make(workspace, "applicant_explanation", case))
    elsewhere = squeezed(sample("verification_result_notice").text)
    assert (
        "由本机关确定：请在2024年8月14日前（含当日）向本机关说明情况" in elsewhere
        and "工作日内" not in elsewhere
    )
    untold = squeezed(sample("verification_result_notice", more={"explain.until": None}).text)
    assert "请在＿＿＿＿＿＿＿＿前（含当日）" in untold


@pytest.mark.parametrize(
    ("name", "law", "facts"),
    [
        ("non_acceptance_notice", "《社会救助暂行办法》第十一条", "事实和理由"),
        (
            "procedure_termination_notice",
            "《最低生活保障审核确认办法》第二十九条",
            "拒不配合的事实",
        ),
    ],
)
def test_an_adverse_notice_stands_on_facts_and_the_packs_sentences(
    workspace: Workspace, name: str, law: str, facts: str
) -> None:
    case = come_to(workspace, open_household(workspace), name)
    given = {k: v for k, v in GIVEN[name].items() if k != "doc_no"}
    assert facts in refused(make(workspace, name, case))
    text = issued(make(workspace, name, case, **given))
    assert law in text and "红样救字〔2024〕1号" in text


def test_missing_papers_are_named_in_words(workspace: Workspace) -> None:
    """最低生活保障审核确认办法第十条「材料不齐备的，应当一次性告知补齐所有规定材料」: by their names, not by our codes."""
    case = come_to(workspace, open_household(workspace), "correction_notice")
    text = issued(make(workspace, "correction_notice", case))
    assert "居民户口簿" in text
    assert not re.search(r"mat_\w+|[a-z]+_[a-z]+", text)


def test_what_was_told_before_is_carried_on(workspace: Workspace) -> None:
    """The day the notice was served starts the four working days; its number stands on what follows."""
    case = come_to(workspace, open_household(workspace), "correction_notice")
    make(workspace, "correction_notice", case)
    told = issued(make(workspace, "abandonment_record", come_to(workspace, case, "abandonment_record")))
    assert "《一次性补正材料告知书》" in told
    given = {k: v for k, v in GIVEN["verification_result_notice"].items() if k != "doc_no"}
    case = come_to(workspace, open_another(workspace, "004"), "verification_result_notice")
    issued(make(workspace, "verification_result_notice", case, **given))
    served = StepTaken(
        9,
        "deliver_explain",
        "送达不符告知书",
        State("explain_pending"),
        State("explain_pending"),
        dt.date(2024, 3, 5),
    )
    case = replace(workspace.archive.read(case.number), steps=(served,))
    doc = workspace.catalogue.get("noncompliance_submission")
    values = document_values(
        doc, case, workspace.config, on=TODAY, given={}, sources=case_sources(workspace, BY, case)
    )["submission"]
    assert isinstance(values, dict)
    assert (values["notice_no"], values["delivered_on"]) == ("红样救字〔2024〕1号", "2024年3月5日")
    assert values["explain_end"] == "2024年3月11日"


@pytest.mark.parametrize("category", [c.value for c in Category])
def test_every_category_has_a_basis_for_not_accepting(workspace: Workspace, category: str) -> None:
    rows = workspace.pack.under("basis.non_acceptance_notice.", Category(category), RuleDays.alike(TODAY))
    assert rows and all(str(r.value).strip() for r in rows)
