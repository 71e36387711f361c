"""An issued document that holds no more (作废), alone or replaced: who, when, and what it leaves behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from archivist.api import case_export, case_file, history, searching, steps, voiding
from archivist.errors import (
    ArchiveError,
    CaseClosed,
    InvalidValue,
    RecordNotFound,
    StepRefused,
    UnknownActor,
    UnlawfulDocument,
)
from archivist.ingest import by_hand, refiling
from archivist.issuing.case_documents import issue, plan, plan_one
from archivist.issuing.planned import Manner
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import RecordStatus
from archivist.procedure.cases import change_facts
from archivist.procedure.closing import deregister
from archivist.rules import service
from archivist.rules.disposition import arrangement
from archivist.workspace import Workspace
from tests.filing import TO_PUBLICITY, file_papers, sign, walk
from tests.kit import BY, NOW, SETTINGS, TODAY, make_workspace, open_household

PEOPLE = """
[[people]]
name = "林经办"
roles = ["intake"]
[[people]]
name = "何复审"
roles = ["reviewer"]
[[people]]
name = "赵主任"
roles = ["approver"]
[[people]]
name = "档案员"
roles = ["archivist"]
"""
LATER = By("林经办", NOW + dt.timedelta(days=1))
CHIEF, REVIEWER = By("赵主任", NOW), By("何复审", NOW)
DECIDED = (
    *TO_PUBLICITY,
    ("review", "2024-03-08", ("何复审",)),
    ("confirm", "2024-03-08", ("赵主任",)),
)
DECISION = {
    "decision.findings": "符合条件。", "benefit.amount": "800", "benefit.start": "2024-04", "benefit.persons": "2",
    "benefit.standard": "1130", "benefit.method": "补差", "benefit.income_per_head": "300", "benefit.review_cycle": "每年",
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Workspace]:
    folder = tmp_path / "ws"
    make_workspace(folder).close()
    (folder / "archivist.toml").write_text(SETTINGS + PEOPLE, encoding="utf-8")
    with Workspace.open(folder) as made:
        yield made


def at(workspace: Workspace, *steps: tuple[str, str, Sequence[str]]) -> Case:
    """Return a household that came so far."""
    number = open_household(workspace).number
    return walk(workspace, number, *steps)


def accepted(workspace: Workspace) -> Case:
    """Return a household accepted on the 4th."""
    return at(workspace, *TO_PUBLICITY[:2])


def issued(workspace: Workspace, number: CaseNo, document: str, **given: object) -> RecordNo:
    """Issue a document as the one who decides; return its record number."""
    kind = workspace.catalogue.get(document)
    outcome = issue(workspace, CHIEF, plan(workspace, CHIEF, kind, [number], {number: given}, on=TODAY))
    assert not outcome.refused, [str(r.error) for r in outcome.refused]
    return outcome.issued[0].record


def refused(workspace: Workspace, by: By, case: Case, record: str) -> str:
    """Return why a record may not be made void."""
    with pytest.raises(UnlawfulDocument) as said:
        voiding.void_record(workspace, by, str(case.number), record, reason="写错")
    return str(said.value)


def test_a_void_document_stays_in_the_file_marked_with_reason_and_who(workspace: Workspace) -> None:
    """「作废: stays in the file, marked, with reason and who; its number is not reused; the register shows it」."""
    case = accepted(workspace)
    record = issued(workspace, case.number, "受理通知书")
    before = workspace.archive.read(case.number).records[record]
    done = voiding.void_record(workspace, BY, str(case.number), record, reason="日期写错")
    after = workspace.archive.read(case.number)
    assert (done.record, done.doc_no, done.warnings) == (
        record,
        before.doc_no,
        done.warnings,
    ) and done.warnings
    void = after.records[record]
    assert void.voided and (void.voided.reason, void.voided.actor) == ("日期写错", "林经办")
    assert void.files == before.files and all(
        (workspace.archive.folder(case.number) / f.path).exists() for f in void.files
    )
    assert after.records_of("acceptance_notice") == () and after.next_record() == "0002"
    (shown,) = case_file.show_case(workspace, str(case.number)).records
    assert "已作废（2024-03-08 林经办：日期写错）" in shown.standing and shown.voided is not None
    log = history.case_log(workspace, str(case.number)).events[-1]
    assert (log.title, log.text) == ("作废", "第 0001 件作废（日期写错）")
    found = searching.search(workspace, "状态:作废").hits
    assert {(hit.record, hit.status) for hit in found} == {(record, "voided")}
    out = case_export.export_case(workspace, str(case.number), workspace.root / "出")
    assert all("（已作废）" in f.path and f.voided for f in out.files) and out.files
    (item,) = arrangement.items(after)
    assert item.note == "作废" and arrangement.pages(after) == 0


def test_one_event_issues_the_new_one_and_voids_the_old(workspace: Workspace) -> None:
    """「`case record replace` makes the new one and voids the old in ONE event」: and what was told for it is kept."""
    case = accepted(workspace)
    old = issued(workspace, case.number, "受理通知书")
    before = workspace.archive.read(case.number)
    done = voiding.replace_record(workspace, BY, str(case.number), old, reason="地址写错")
    after = workspace.archive.read(case.number)
    assert after.seq == before.seq + 1
    new = after.records[RecordNo(str(done.record))]
    assert new.data["replaces"] == old and new.data["why"] == "地址写错"
    voided = after.records[old].voided
    assert voided and voided.replaced_by == new.no and voided.reason == "地址写错"
    assert [r.no for r in after.records_of("acceptance_notice")] == [new.no]
    shown = {r.record: r for r in case_file.show_case(workspace, str(case.number)).records}
    assert shown[old].replaced_by == new.no and f"由第 {new.no} 件代替" in shown[old].standing
    assert f"代替作废的第 {old} 件" in history.case_log(workspace, str(case.number)).events[-1].text
    assert [i.note for i in arrangement.items(after)] == [f"作废，由第{new.no}件代替", "待签"]


def test_what_was_told_for_the_old_one_is_told_for_the_new_one(workspace: Workspace) -> None:
    """A clerk who mends one value need not type the others again; the number is never taken over."""
    case = at(workspace, *DECIDED)
    old = issued(workspace, case.number, "确认决定书", **DECISION)
    done = voiding.replace_record(
        workspace, CHIEF, str(case.number), old, values={"decision.findings": "重新认定。"}, reason="理由写错"
    )
    new = workspace.archive.read(case.number).records[RecordNo(str(done.record))]
    assert new.data["given"]["benefit.amount"] == "800"
    assert new.data["given"]["decision.findings"] == "重新认定。"
    assert new.doc_no and new.doc_no != done.voided.doc_no


def test_a_dry_run_says_the_same_and_writes_nothing(workspace: Workspace) -> None:
    case = accepted(workspace)
    record = issued(workspace, case.number, "受理通知书")
    head = workspace.archive.head(case.number)
    assert voiding.void_record(workspace, BY, str(case.number), record, reason="错", dry_run=True).dry_run
    planned = voiding.replace_record(workspace, BY, str(case.number), record, reason="错", dry_run=True)
    assert planned.record is None and planned.pending
    assert workspace.archive.head(case.number) == head


def test_the_number_of_a_void_document_is_not_given_again(workspace: Workspace) -> None:
    """「its number is not reused」, by the series or by hand."""
    case = at(workspace, *DECIDED)
    record = issued(workspace, case.number, "确认决定书", **DECISION)
    number = workspace.archive.read(case.number).records[record].doc_no
    voiding.void_record(workspace, BY, str(case.number), record, reason="错")
    with pytest.raises(UnlawfulDocument, match="不再使用"):
        plan_one(
            workspace, BY, workspace.catalogue.get("确认决定书"), workspace.archive.read(case.number),
            DECISION | {"doc_no": number}, on=TODAY,
        )  # fmt: skip
    again = issued(workspace, case.number, "确认决定书", **DECISION)
    assert workspace.archive.read(case.number).records[again].doc_no not in ("", number)


def test_only_what_was_issued_and_holds_is_made_void(workspace: Workspace) -> None:
    """「only issued documents」: not a scan, not a signed copy by itself, not what is void, not what is not there."""
    case = accepted(workspace)
    record = issued(workspace, case.number, "受理通知书")
    case = sign(workspace, case.number, record)
    case = file_papers(workspace, case.number, "mat_id_card")
    with pytest.raises(InvalidValue):
        voiding.void_record(workspace, BY, str(case.number), record, reason=" ")
    with pytest.raises(RecordNotFound):
        voiding.void_record(workspace, BY, str(case.number), "9", reason="错")
    assert "签署件随之作废" in refused(workspace, BY, case, "2")
    assert "不是本系统制发的文书" in refused(workspace, BY, case, "3")
    voiding.void_record(workspace, BY, str(case.number), record, reason="错")
    assert "已于 2024-03-08 由林经办作废" in refused(workspace, BY, case, "1")


def test_the_signed_copy_is_void_with_what_it_signs(workspace: Workspace) -> None:
    """「A void's signed copy is void with it」."""
    case = accepted(workspace)
    record = issued(workspace, case.number, "受理通知书")
    sign(workspace, case.number, record)
    assert voiding.void_record(workspace, BY, str(case.number), record, reason="错").signed_copy == "0002"
    after = workspace.archive.read(case.number)
    assert after.holding == () and all(r.voided for r in after.records.values())


def test_who_may(staffed: Workspace) -> None:
    """「a signed one (or a decision) needs the approver's role of the actor」."""
    case = at(staffed, *DECIDED)
    decision = issued(staffed, case.number, "确认决定书", **DECISION)
    with pytest.raises(UnknownActor):
        voiding.void_record(staffed, By("路人", NOW), str(case.number), decision, reason="写错")
    for by in (BY, REVIEWER):
        assert "须由“分管领导（决定）”办理" in refused(staffed, by, case, decision)
    assert voiding.void_record(staffed, CHIEF, str(case.number), decision, reason="错").warnings == ()


def test_who_may_of_papers_that_are_no_decisions(staffed: Workspace) -> None:
    """「an unsigned one the role of the step that makes it or the approver」."""
    case = accepted(staffed)
    notice = issued(staffed, case.number, "受理通知书")
    assert "须由“经办（受理、调查、初审）”或“分管领导（决定）”办理" in refused(
        staffed, REVIEWER, case, notice
    )
    voiding.void_record(staffed, BY, str(case.number), notice, reason="错")
    notice = issued(staffed, case.number, "受理通知书")
    sign(staffed, case.number, notice)
    assert "须由“分管领导（决定）”办理" in refused(staffed, BY, case, notice)
    voiding.void_record(staffed, CHIEF, str(case.number), notice, reason="错")


def test_who_may_repeat_is_who_may_void(staffed: Workspace) -> None:
    """「One function says who may void, replace and repeat」."""
    case = at(staffed, *DECIDED)
    issued(staffed, case.number, "确认决定书", **DECISION)
    case, kind = staffed.archive.read(case.number), staffed.catalogue.get("确认决定书")
    again = Manner(again=True, reason="当事人遗失")
    with pytest.raises(UnlawfulDocument, match="须由“分管领导（决定）”办理"):
        plan_one(staffed, BY, kind, case, DECISION, on=TODAY, manner=again)
    plan_one(staffed, CHIEF, kind, case, DECISION, on=TODAY, manner=again)
    with pytest.raises(UnlawfulDocument, match="须写明理由"):
        plan_one(staffed, CHIEF, kind, case, DECISION, on=TODAY, manner=Manner(again=True))


def test_a_served_decision_is_not_void(workspace: Workspace) -> None:
    """「A document on which a step already rests … is refused with what rests on it and what to do first」."""
    case = at(workspace, *DECIDED)
    decision = issued(workspace, case.number, "确认决定书", **DECISION)
    receipt = issued(workspace, case.number, "送达回证")
    case = sign(workspace, case.number, receipt)
    case = walk(workspace, case.number, ("deliver", "2024-03-08", ("林经办",)))
    said = refused(workspace, BY, case, decision)
    assert (
        "已于 2024-03-08 送达" in said and f"case correct {case.number} {case.steps[-1].seq} --void" in said
    )
    assert "“送达”" in refused(workspace, BY, case, receipt)
    with pytest.raises(UnlawfulDocument, match="已于 2024-03-08 送达"):
        voiding.replace_record(workspace, BY, str(case.number), decision, reason="错", dry_run=True)
    steps.correct_step(workspace, BY, str(case.number), case.steps[-1].seq, void=True, reason="误记")
    for record in (receipt, decision):
        voiding.void_record(workspace, BY, str(case.number), record, reason="错")


def test_an_authorisation_is_not_void_when_it_was_used(workspace: Workspace) -> None:
    """「an authorisation used by 提请核对」; one more that serves as well frees it."""
    case = accepted(workspace)
    one = issued(workspace, case.number, "核对授权书")
    case = sign(workspace, case.number, one)
    case = walk(workspace, case.number, ("verify", "2024-03-08", ("林经办",)))
    assert "“提请信息核对”" in refused(workspace, BY, case, one)


def test_a_step_whose_paper_holds_is_not_taken_back(workspace: Workspace) -> None:
    """「`case correct --void` of a step whose paper holds is refused until that paper is void (or names it)」."""
    case = at(workspace, *DECIDED)
    decision = issued(workspace, case.number, "确认决定书", **DECISION)
    seq = workspace.archive.read(case.number).steps[-1].seq
    with pytest.raises(StepRefused, match=f"第 {decision} 件《.*》还有效，先作废"):
        steps.correct_step(workspace, BY, str(case.number), seq, void=True, reason="误记")
    voiding.void_record(workspace, BY, str(case.number), decision, reason="错")
    steps.correct_step(workspace, BY, str(case.number), seq, void=True, reason="误记")


def test_an_opposite_step_is_refused_while_the_paper_holds(workspace: Workspace) -> None:
    """「taking a step whose opposite paper holds is refused by the gate already」."""
    case = at(workspace, *DECIDED)
    decision = issued(workspace, case.number, "确认决定书", **DECISION)
    assert opposed(workspace, case)
    voiding.void_record(workspace, BY, str(case.number), decision, reason="错")
    assert not opposed(workspace, case)


def opposed(workspace: Workspace, case: Case) -> bool:
    """Tell whether 不予确认 is refused because of a paper that says the opposite."""
    try:
        steps.plan_step(
            workspace, BY, str(case.number), "refuse", on=TODAY, reason="超标准", people=["赵主任"]
        )
    except StepRefused as error:
        return any("与之相反" in problem for problem in error.problems)
    return False


def test_a_void_record_is_neither_moved_nor_retyped_nor_signed(workspace: Workspace) -> None:
    """「Moving/retyping a void record is refused」; a scan is not filed by hand as its signed copy either."""
    case = accepted(workspace)
    record = issued(workspace, case.number, "受理通知书")
    voiding.void_record(workspace, BY, str(case.number), record, reason="错")
    kind = workspace.catalogue.get("mat_id_card")
    with pytest.raises(ArchiveError, match="已作废"):
        refiling.retype(workspace, BY, case.number, record, kind, "认错")
    notice = workspace.catalogue.get("受理通知书")
    with pytest.raises(RecordNotFound, match="不再收签署件"):
        by_hand._signature_of(workspace.archive.read(case.number), notice, record)


def test_status_of_a_void_record_is_what_it_was(workspace: Workspace) -> None:
    case = accepted(workspace)
    record = issued(workspace, case.number, "受理通知书")
    voiding.void_record(workspace, BY, str(case.number), record, reason="错")
    assert workspace.archive.read(case.number).records[record].status is RecordStatus.PENDING


def test_a_paper_that_another_rests_on_is_not_void(workspace: Workspace) -> None:
    """「refused with what rests on it and what to do first」: a letter that says the signed authorisations are attached."""
    case = at(workspace, *TO_PUBLICITY[:2])
    one = issued(workspace, case.number, "核对授权书")
    sign(workspace, case.number, one)
    change_facts(workspace, BY, case.number, [("成员[1].授权已签", "是")])
    walk(workspace, case.number, ("verify", "2024-03-08", ("林经办",)))
    letter = issued(workspace, case.number, "verification_request")
    said = refused(workspace, BY, case, one)
    assert f"第 {letter} 件" in said and "先作废那一件" in said
    voiding.void_record(workspace, BY, str(case.number), letter, reason="错")
    assert f"第 {letter} 件" not in refused(workspace, BY, case, one), "the step is left"


def test_another_that_serves_as_well_frees_it(workspace: Workspace) -> None:
    """What a step demanded may be void where another paper of then does as well."""
    case = at(workspace, *TO_PUBLICITY[:2])
    one = issued(workspace, case.number, "核对授权书")
    sign(workspace, case.number, one)
    file_papers(workspace, case.number, "verification_authorization")
    walk(workspace, case.number, ("verify", "2024-03-08", ("林经办",)))
    voiding.void_record(workspace, BY, str(case.number), one, reason="错")


def test_a_hold_is_released_and_not_voided(workspace: Workspace) -> None:
    """A void hold form would look as if nothing were held: a hold ends by its release alone."""
    case = at(workspace, *TO_PUBLICITY[:2])
    hold = {"hold.cause": "行政诉讼", "hold.start": "2024-03-08", "hold.until": "诉讼终结"}
    form = issued(workspace, case.number, "legal_hold_record", **hold)
    assert "户档据此冻结（H1 行政诉讼" in refused(workspace, BY, case, form)


def test_in_a_closed_file_only_its_own_papers_are_void(workspace: Workspace) -> None:
    case = at(workspace, *TO_PUBLICITY[:2])
    notice = issued(workspace, case.number, "受理通知书")
    walk(workspace, case.number, ("withdraw", "2024-03-08", ("林经办",)))
    deregister(workspace, BY, case.number, on=TODAY, reason="撤回")
    form = issued(workspace, case.number, "deregistration_form", **{"deregistration.reason": "自愿退出"})
    with pytest.raises(CaseClosed, match="不再作废") as said:
        voiding.void_record(workspace, BY, str(case.number), notice, reason="错")
    assert "case reopen" in said.value.remedy
    voiding.void_record(workspace, BY, str(case.number), form, reason="错")


def test_a_receipt_is_replaced_for_what_it_served(workspace: Workspace) -> None:
    """The new receipt lists what the old one listed; a decision on a receipt waits until that is void."""
    case = at(workspace, *DECIDED)
    decision = issued(workspace, case.number, "确认决定书", **DECISION)
    receipt = issued(workspace, case.number, "送达回证")
    assert f"列在它上面：第 {receipt} 件" in refused(workspace, BY, case, decision)
    done = voiding.replace_record(workspace, BY, str(case.number), receipt, reason="地址写错")
    after = workspace.archive.read(case.number)
    assert service.serves(after.records[RecordNo(str(done.record))]) == (decision,)
    assert service.of(after, workspace.catalogue).listed[decision].no == done.record


def test_a_kill_between_planning_and_the_event_changes_nothing(workspace: Workspace) -> None:
    """A case that changed since it was planned is not replaced blindly."""
    case = accepted(workspace)
    old = issued(workspace, case.number, "受理通知书")
    kind = workspace.catalogue.get("受理通知书")
    manner = Manner(replaces=old, reason="错")
    todo = plan(workspace, BY, kind, [case.number], {}, on=TODAY, manner=manner)
    voiding.void_record(workspace, BY, str(case.number), old, reason="错")
    outcome = issue(workspace, BY, todo)
    assert not outcome.issued and workspace.archive.read(case.number).records_of(kind.id) == ()
