"""Issuing: everything missing at once, nothing half-done, the lawful thing only."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest
from docx import Document

from archivist.doctypes.catalogue import DocumentType, Numbering, shipped_templates
from archivist.documents.render import pool
from archivist.documents.render.pool import PrintedSheet, RenderedDocument
from archivist.documents.render.pool import make as make_pages
from archivist.errors import (
    ArchivistError,
    CaseClosed,
    DocumentNotApplicable,
    MissingFields,
    UnlawfulDocument,
)
from archivist.issuing import filing
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.filing import CaseChanged
from archivist.issuing.planned import BatchOutcome, IssuedForCase
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode
from archivist.model.facts import Facts, parse_facts
from archivist.model.record import RecordStatus
from archivist.procedure.cases import change_facts
from archivist.procedure.closing import deregister
from archivist.workspace import Workspace
from tests.filing import come_to
from tests.households import DECISION, households
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import WANG, make_id


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def make(workspace: Workspace, document: str, *cases: Case, **given: object) -> BatchOutcome:
    values = {c.number: given for c in cases}
    return issue(
        workspace,
        BY,
        plan(workspace, BY, workspace.catalogue.get(document), [c.number for c in cases], values, on=TODAY),
    )


def accepted(workspace: Workspace, facts: Facts | None = None) -> Case:
    """Open a household whose application is accepted on 5 March 2024."""
    return come_to(workspace, open_household(workspace, facts), "acceptance_notice")


def text_of(issued: IssuedForCase) -> str:
    document = Document(str(issued.files[0]))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_a_document_is_filed_as_waiting_for_its_signature(workspace: Workspace) -> None:
    case = accepted(workspace)
    (issued,) = make(workspace, "受理通知书", case).issued
    record = workspace.archive.read(case.number).records[issued.record]
    assert record.status is RecordStatus.PENDING
    assert DocumentCode.parse(record.data["code"]).record == issued.record
    assert record.data["template_sha256"] and record.data["facts_sha256"]
    assert workspace.archive.chain(case.number).events[-1][0].pack.startswith("tianjin-hongqiao@")
    assert "王秀兰" in text_of(issued)
    assert workspace.index.search("受理通知书").total >= 1


def test_the_promised_day_comes_from_the_rules(workspace: Workspace) -> None:
    """「低保、低收入审核确认工作应当自受理之日起30个工作日之内完成」: 5 March 2024 + 30 working days."""
    (issued,) = make(workspace, "受理通知书", accepted(workspace)).issued
    assert "2024年4月17日" in text_of(issued)


def test_everything_missing_is_named_at_once_and_nothing_is_filed(workspace: Workspace) -> None:
    facts = parse_facts({"applicant": {"name": "张三", "id_number": make_id("19800101", "015")}})
    case = come_to(workspace, open_household(workspace, facts), "confirmation_decision")
    outcome = make(workspace, "确认决定书", case)
    assert outcome.issued == []
    error = outcome.refused[0].error
    assert isinstance(error, MissingFields)
    assert 30 <= error.exit_status < 40
    for words in ("村（社区）(applicant.village)", "救助金额(benefit.amount)", "起发年月(benefit.start)"):
        assert words in str(error)
    assert not workspace.archive.read(case.number).records
    assert not list((workspace.archive.ledger).glob("*/events/00000[3-9].json")), "no number was taken either"


def test_a_hostile_name_appears_literally(workspace: Workspace) -> None:
    name = "甲 & 乙 <公司>{{7*7}}"
    raw = {**WANG, "applicant": {**WANG["applicant"], "name": name}}
    (issued,) = make(workspace, "受理通知书", accepted(workspace, parse_facts(raw))).issued
    text = text_of(issued)
    assert name in text
    assert "49" not in text.replace("2024", "")
    assert "022-00000002" in text, "the paragraph after the name is there"


def test_a_correction_is_told_once(workspace: Workspace) -> None:
    """「材料不齐备的，经办机构应一次性告知申请人或者其代理人补齐所有规定材料」."""
    case = come_to(workspace, open_household(workspace), "correction_notice")
    (issued,) = make(workspace, "一次性补正材料告知书", case).issued
    text = text_of(issued)
    for words in ("居民身份证", "居民户口簿", "社会救助申请书", "核对授权"):
        assert words in text
    again = make(workspace, "一次性补正材料告知书", case)
    assert again.issued == []
    assert isinstance(again.refused[0].error, UnlawfulDocument)
    assert "第 0001 件" in str(again.refused[0].error)


def test_a_refusal_always_tells_the_remedies(workspace: Workspace) -> None:
    """行政复议法第二十条、行政诉讼法第四十六条; the delegating bureau is the respondent."""
    case = come_to(workspace, open_household(workspace), "refusal_decision")
    known = {"decision.findings": "该户月人均收入高于标准。", "decision.reasons": "不符合第二十三条。"}
    fields = {f.path for f in workspace.catalogue.get("refusal_decision").fields if f.mode == "system"}
    given = {k: v for k, v in known.items() if k in fields}
    outcome = make(workspace, "不予确认决定书", case, **given)
    if outcome.refused:
        pytest.fail(str(outcome.refused[0].error))
    text = text_of(outcome.issued[0])
    for words in (
        "60日",
        "行政复议",
        "6个月",
        "行政诉讼",
        "天津市红桥区人民政府",
        "天津市红桥区人民法院",
        "天津市红桥区民政局",
    ):
        assert words.replace(" ", "") in text.replace(" ", ""), words
    assert outcome.issued[0].doc_no == "红样救字〔2024〕1号"


def test_reference_numbers_are_never_given_twice(workspace: Workspace) -> None:
    numbers = []
    for case in households(workspace, 2, come_for="confirmation_decision"):
        outcome = make(workspace, "确认决定书", case, **DECISION)
        assert outcome.issued, outcome.refused[0].error if outcome.refused else ""
        numbers.append(outcome.issued[0].doc_no)
    assert numbers == ["红样救字〔2024〕1号", "红样救字〔2024〕2号"]


def test_numbers_are_never_reused_whatever_fails(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that fails after its number was taken leaves a gap."""
    cases = households(workspace, 4, come_for="confirmation_decision")
    kind = workspace.catalogue.get("确认决定书")
    seen: list[str] = []

    def fail_the_second(
        sheets: Sequence[PrintedSheet], *, pdf: bool
    ) -> list[RenderedDocument | ArchivistError]:
        made = make_pages(sheets, pdf=pdf)
        return [ArchivistError("坏了") if n == 1 else one for n, one in enumerate(made)]

    for broken, some in ((True, cases[:3]), (False, [cases[1], cases[3]])):
        monkeypatch.setattr(pool, "make", fail_the_second if broken else make_pages)
        todo = plan(
            workspace, BY, kind, [c.number for c in some], {c.number: DECISION for c in some}, on=TODAY
        )
        seen += [i.doc_no for i in issue(workspace, BY, todo).issued]
    assert seen == [f"红样救字〔2024〕{n}号" for n in (1, 3, 4, 5)]


def test_one_failure_in_a_batch_does_not_stop_the_rest(workspace: Workspace) -> None:
    cases = []
    for n in range(3):
        raw = {**WANG, "applicant": {**WANG["applicant"], "id_number": make_id(f"1970010{n + 1}", "015")}}
        if n == 1:
            raw = {**raw, "applicant": {k: v for k, v in raw["applicant"].items() if k != "village"}}
        cases.append(accepted(workspace, parse_facts(raw)))
    outcome = make(workspace, "受理通知书", *cases)
    assert [i.case for i in outcome.issued] == [cases[0].number, cases[2].number]
    assert [r.case for r in outcome.refused] == [cases[1].number]


def test_what_does_not_apply_is_refused(workspace: Workspace) -> None:
    case = open_household(workspace)
    assert isinstance(make(workspace, "居民身份证", case).refused[0].error, DocumentNotApplicable)
    deregister(workspace, BY, case.number, on=dt.date(2024, 3, 8), reason="x")
    assert isinstance(make(workspace, "受理通知书", case).refused[0].error, CaseClosed)


def test_what_its_declaration_does_not_allow_is_refused_with_the_reason(workspace: Workspace) -> None:
    case = open_household(workspace)
    folder = workspace.templates
    folder.mkdir(exist_ok=True)
    shipped = (shipped_templates() / "acceptance_notice.toml").read_text(encoding="utf-8")
    for line, reason in (
        ('packs = ["national"]', "只用于规则包 national"),
        ('enabled = "step.accept"', "“受理”环节还没有办"),
        ('enabled = "not applicant.name"', "户档中登记了申请人·姓名"),
    ):
        text = shipped.replace("\n[fields]", f"\n{line}\n[fields]")
        (folder / "acceptance_notice.toml").write_text(text, encoding="utf-8")
        workspace.__dict__.pop("catalogue", None)
        error = make(workspace, "受理通知书", case).refused[0].error
        assert isinstance(error, DocumentNotApplicable) and reason in str(error)
    error = make(workspace, "救助对象信息台账", case).refused[0].error
    assert isinstance(error, DocumentNotApplicable) and "不入户档" in str(error)


def test_a_case_that_changed_in_between_is_planned_and_printed_anew(workspace: Workspace) -> None:
    """“`generate` tries again when the case changed under it”: the document says what is true now, its number kept."""
    case = accepted(workspace)
    document = numbered(workspace.catalogue.get("受理通知书"))
    todo = plan(workspace, BY, document, [case.number], {}, on=TODAY)
    change_facts(workspace, BY, case.number, [("applicant.name", "王改名")])
    (one,) = issue(workspace, BY, todo).issued
    record = workspace.archive.read(case.number).records[one.record]
    assert "王改名" in workspace.archive.text(case.number, one.record)
    assert (one.doc_no, record.doc_no) == ("红样救字〔2024〕1号",) * 2
    assert not vacant(workspace)


def test_a_case_that_changed_so_that_nothing_may_be_issued_is_refused(workspace: Workspace) -> None:
    """“re-plan that one household through the gate with the new state … only then refuse”; its number is vacant."""
    case = accepted(workspace)
    document = numbered(workspace.catalogue.get("受理通知书"))
    todo = plan(workspace, BY, document, [case.number], {}, on=TODAY)
    assert len(issue(workspace, BY, todo).issued) == 1
    outcome = issue(workspace, BY, todo)
    assert outcome.issued == [] and "卷内已有第" in str(outcome.refused[0].error)
    assert vacant(workspace) == {2: "没有制成文书：依规定不能制发（E305）"}


def test_a_case_that_never_rests_is_refused_in_the_end(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“render again, a bounded number of times … only then refuse”."""
    case = accepted(workspace)
    document = numbered(workspace.catalogue.get("受理通知书"))
    todo = plan(workspace, BY, document, [case.number], {}, on=TODAY)
    tried = 0

    def busy(*_: object) -> NoReturn:
        nonlocal tried
        tried += 1
        raise CaseChanged

    monkeypatch.setattr(filing, "file", busy)
    outcome = issue(workspace, BY, todo)
    assert "一再变动" in str(outcome.refused[0].error) and 2 <= tried <= 5
    assert list(vacant(workspace)) == [1]


def numbered(document: DocumentType) -> DocumentType:
    return dataclasses.replace(document, doc_no=Numbering.REQUIRED)


def vacant(workspace: Workspace) -> dict[int, str]:
    """Return the numbers of 2024 that are vacant, and why."""
    return {n: v.reason for (_, n), v in workspace.archive.ledgers.numbers(2024).vacant.items()}
