"""A receipt that came in as a scan proves nothing until a person says for which records; a printed one serves what it lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api.history import case_log
from archivist.errors import InvalidValue, RecordNotFound, UsageError
from archivist.ingest.refiling import move
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.planned import Manner
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import Category, RecordNo
from archivist.procedure.cases import open_case
from archivist.procedure.service_records import record_service, refuse_no_receipt
from archivist.rules import service
from archivist.workspace import Workspace
from tests.filing import file_papers, sign
from tests.kit import BY, TODAY, make_workspace
from tests.people import WANG, make_id

FIRST, SECOND, THIRD = RecordNo("0001"), RecordNo("0002"), RecordNo("0003")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def case(workspace: Workspace) -> Case:
    """A household with a decision and a receipt, both scanned."""
    made = open_case(workspace, BY, Category.DB, parse_facts(WANG), opened_on=TODAY - dt.timedelta(days=30))
    return file_papers(workspace, made.number, "confirmation_decision", "delivery_receipt")


def unserved(workspace: Workspace, case: Case) -> list[str]:
    return [r.no for r in service.of(workspace.archive.read(case.number), workspace.catalogue).unserved]


def test_a_person_says_for_which_records_a_scan_is(workspace: Workspace, case: Case) -> None:
    assert unserved(workspace, case) == [FIRST]
    done = record_service(workspace, BY, case.number, SECOND, [FIRST], received_on=TODAY)
    assert [p.no for p in done.papers] == [FIRST] and done.before == ()
    assert unserved(workspace, case) == []
    proof = service.of(workspace.archive.read(case.number), workspace.catalogue).proofs[FIRST]
    assert (proof.receipt.no, proof.on) == (SECOND, TODAY)
    last = case_log(workspace, str(case.number)).events[-1]
    assert last.op is Op.SERVICE_RECORDED and last.text == (
        f"第 {SECOND} 件送达回证送达的是第 {FIRST} 件，收到日期 {TODAY}"
    )


def test_what_was_said_is_put_right_with_a_reason(workspace: Workspace, case: Case) -> None:
    file_papers(workspace, case.number, "refusal_decision")
    record_service(workspace, BY, case.number, SECOND, [FIRST])
    with pytest.raises(InvalidValue, match="须写明理由"):
        record_service(workspace, BY, case.number, SECOND, [THIRD])
    done = record_service(workspace, BY, case.number, SECOND, [THIRD], reason="看错了")
    assert done.before == (FIRST,) and unserved(workspace, case) == [FIRST]


@pytest.mark.parametrize(
    ("receipt", "chosen", "day"),
    [
        (SECOND, [], None),
        (SECOND, [SECOND], None),
        (SECOND, [RecordNo("0077")], None),
        (FIRST, [SECOND], None),
        (SECOND, [FIRST], TODAY + dt.timedelta(days=1)),
    ],
    ids=["nothing", "itself", "no record", "no receipt", "tomorrow"],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    workspace: Workspace, case: Case, receipt: RecordNo, chosen: list[RecordNo], day: dt.date | None
) -> None:
    before = workspace.archive.read(case.number).seq
    with pytest.raises(InvalidValue) as caught:
        record_service(workspace, BY, case.number, receipt, chosen, received_on=day)
    assert caught.value.problems
    assert workspace.archive.read(case.number).seq == before


def test_there_is_such_a_receipt(workspace: Workspace, case: Case) -> None:
    with pytest.raises(RecordNotFound):
        record_service(workspace, BY, case.number, RecordNo("0099"), [FIRST])


def test_what_is_filed_as_serving_is_a_receipt(workspace: Workspace, case: Case) -> None:
    """Asked before anything is filed."""
    other, receipt = workspace.catalogue.get("other"), workspace.catalogue.get("delivery_receipt")
    for document in (None, other):
        with pytest.raises(UsageError, match="--serves"):
            refuse_no_receipt(case, document, [FIRST], None, TODAY)
    refuse_no_receipt(case, receipt, [FIRST], None, TODAY)


def test_a_scan_that_goes_to_another_household_serves_nothing_there(workspace: Workspace, case: Case) -> None:
    record_service(workspace, BY, case.number, SECOND, [FIRST])
    other = open_case(
        workspace,
        BY,
        Category.DX,
        parse_facts({"applicant": {"name": "赵一", "id_number": make_id("19700101", "015")}}),
        opened_on=TODAY,
    )
    moved = move(workspace, BY, case.number, SECOND, other.number, None, "归错")
    assert service.serves(workspace.archive.read(other.number).records[moved.new]) == ()
    assert unserved(workspace, case) == [FIRST]


# ── printed here ─────────────────────────────────────────────────────────────────────────────────────────
def make(workspace: Workspace, case: Case, manner: Manner = Manner(), **given: object) -> list[str]:  # noqa: B008
    """Issue a receipt; return the reasons where it is refused."""
    kind = workspace.catalogue.get("送达回证")
    values = {path.replace("__", "."): value for path, value in given.items()}
    todo = plan(workspace, BY, kind, [case.number], {case.number: values}, on=TODAY, manner=manner)
    outcome = issue(workspace, BY, todo, processes=1)
    return [problem for refused in outcome.refused for problem in refused.error.problems]


def test_a_printed_receipt_is_bound_to_what_it_lists(workspace: Workspace, case: Case) -> None:
    """「送达文书”列出本次全部文书，每份写名称、文号、份数」."""
    case = file_papers(workspace, case.number, "extension_notice")
    assert make(workspace, case) == []
    receipt = [*workspace.archive.read(case.number).records.values()][-1]
    assert service.serves(receipt) == (FIRST, THIRD)
    text = workspace.archive.text(case.number, receipt.no)
    assert "社会救助确认决定书" in text and "延长办理期限" in text
    assert unserved(workspace, case) == [FIRST, THIRD], "until it is signed"
    (why, *_) = make(workspace, case)
    assert f"第 {receipt.no} 件送达回证（待签）" in why
    sign(workspace, case.number, receipt.no)
    assert unserved(workspace, case) == []
    assert make(workspace, case) == ["没有待送达的文书，不制发送达回证；送达别的材料的，用 --serves 写明件号"]


def test_chosen_papers_alone(workspace: Workspace, case: Case) -> None:
    case = file_papers(workspace, case.number, "extension_notice")
    assert make(workspace, case, delivery__records="3") == []
    receipt = [*workspace.archive.read(case.number).records.values()][-1]
    assert service.serves(receipt) == (THIRD,)
    sign(workspace, case.number, receipt.no)
    (why,) = make(workspace, case, delivery__records="3")
    assert "已经送达" in why
    assert make(workspace, case, Manner(again=True), delivery__records="3") == [why], "without a reason"
    assert make(workspace, case, Manner(again=True, reason="补送救济途径"), delivery__records="3") == []


def test_a_printed_receipt_serves_nothing_else(workspace: Workspace, case: Case) -> None:
    case = file_papers(workspace, case.number, "extension_notice")
    make(workspace, case, delivery__records="3")
    receipt = [*workspace.archive.read(case.number).records.values()][-1]
    with pytest.raises(InvalidValue) as caught:
        record_service(workspace, BY, case.number, receipt.no, [FIRST], reason="以为")
    assert "只证明" in caught.value.problems[0]
    record_service(workspace, BY, case.number, receipt.no, [THIRD], received_on=TODAY)
