"""Closing a file: what is open is named before, what ended it is issued and served; and taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from archivist.api import cases as api
from archivist.api import retention, steps, voiding
from archivist.api.case_list import list_cases
from archivist.errors import CaseClosed, CaseExists, InvalidValue, StepRefused, UnlawfulDocument
from archivist.issuing.case_documents import issue, plan
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.case_fold import apply
from archivist.model.event import Event, Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.standing import MatterKind
from archivist.model.states import State
from archivist.procedure.cases import drop_folder
from archivist.procedure.closing import deregister, plan_closing, reopen
from archivist.store import Original
from archivist.workspace import Workspace
from tests.filing import TO_PUBLICITY, file_papers, walk
from tests.kit import BY, NOW, SETTINGS, TODAY, make_workspace, open_household
from tests.people import WANG

IN_BENEFIT = (
    *TO_PUBLICITY,
    ("review", "2024-03-07", ("何复审",)), ("confirm", "2024-03-07", ("赵主任",)), ("deliver", "2024-03-07", ()),
    ("announce", "2024-03-07", ()), ("file", "2024-03-07", ()), ("pay", "2024-03-07", ()),
)  # fmt: skip
TERMINATED = (
    *IN_BENEFIT, ("start_review", "2024-03-08", ("林经办",)), ("terminate", "2024-03-08", ("赵主任",)),
)  # fmt: skip
TOLD = {
    "change.original_no": "红样救字〔2024〕1号", "termination.findings": "收入超过标准。",
    "termination.ground": "收入、财产状况不再符合规定条件", "termination.start": "2024-04", "deregistration.reason": "不再符合条件",
}  # fmt: skip
ALONE = WANG | {"members": []}
CHIEF = By("赵主任", NOW)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def at(workspace: Workspace, *steps: tuple[str, str, Sequence[str]], alone: bool = False) -> Case:
    """Return a household that came so far."""
    number = open_household(workspace, parse_facts(ALONE) if alone else None).number
    return walk(workspace, number, *steps)


def made(workspace: Workspace, number: CaseNo, document: str) -> RecordNo:
    """Issue a document with as much of ``TOLD`` as it asks for."""
    kind = workspace.catalogue.get(document)
    given = {path: value for path, value in TOLD.items() if kind.field(path) is not None}
    outcome = issue(workspace, BY, plan(workspace, BY, kind, [number], {number: given}, on=TODAY))
    assert not outcome.refused, [str(r.error) for r in outcome.refused]
    return outcome.issued[0].record


def refusal(workspace: Workspace, case: Case) -> tuple[str, ...]:
    with pytest.raises(StepRefused) as said:
        plan_closing(workspace, BY, case.number, on=TODAY, reason="不再符合条件")
    return said.value.problems


def kinds(workspace: Workspace, case: Case) -> list[MatterKind]:
    found = plan_closing(workspace, BY, case.number, on=TODAY, reason="不再符合条件").matters
    return [matter.kind for matter in found]


# ── what ended it ────────────────────────────────────────────────────────────────────────────────────────
def test_a_termination_is_issued_and_served_before_the_file_is_closed(workspace: Workspace) -> None:
    """「Refusal while a termination … decision that must be served is not issued or not served」."""
    case = at(workspace, *TERMINATED)
    first, second = refusal(workspace, case)
    assert "应形成的《终止社会救助决定书》还没有制发" in first and "archivist generate" in first
    assert "的决定还没有送达" in second
    decision = made(workspace, case.number, "termination_decision")
    (left,) = refusal(workspace, case)
    assert "的决定还没有送达" in left
    case = walk(workspace, case.number, ("deliver", "2024-03-08", ("林经办",)))
    assert deregister(workspace, BY, case.number, on=TODAY, reason="不再符合条件").state is State.DEREGISTERED
    assert decision


@pytest.mark.parametrize(
    ("steps", "title"),
    [
        ((*TO_PUBLICITY[:1], ("not_accept", "2024-03-05", ("林经办",))), "不予受理通知书"),
        ((*TO_PUBLICITY[:2], ("terminate_procedure", "2024-03-05", ("赵主任",))), "终止审核确认程序告知书"),
    ],
)
def test_so_are_its_siblings(
    workspace: Workspace, steps: Sequence[tuple[str, str, Sequence[str]]], title: str
) -> None:
    """「(or refusal, non-acceptance, procedure-termination)」; a refusal is served by the step that ends it."""
    case = at(workspace, *steps)
    assert any("应形成的《" in p and title[:2] in p for p in refusal(workspace, case)), refusal(
        workspace, case
    )


def test_what_was_given_up_is_served_on_nobody(workspace: Workspace) -> None:
    case = at(workspace, *TO_PUBLICITY[:2], ("withdraw", "2024-03-05", ("林经办",)))
    assert MatterKind.UNISSUED in kinds(workspace, case)


def test_nobody_is_left_to_serve(workspace: Workspace) -> None:
    """「death and others where nobody is left to serve as the rules say」: with members left, they are served."""
    death = ("report_death", "2024-03-08", ("林经办",))
    steps = (*IN_BENEFIT, death, ("terminate", "2024-03-08", ("赵主任",)))
    alone = at(workspace, *steps, alone=True)
    assert MatterKind.UNSERVED not in kinds(workspace, alone) and MatterKind.UNISSUED in kinds(
        workspace, alone
    )
    deregister(workspace, BY, alone.number, on=TODAY, reason="死亡")
    family = at(workspace, *steps)
    assert any("还没有送达" in p for p in refusal(workspace, family))


def test_the_step_and_the_command_refuse_the_same(workspace: Workspace) -> None:
    case = at(workspace, *TERMINATED)
    said = refusal(workspace, case)
    for do in (steps.plan_step, steps.take_step):
        with pytest.raises(StepRefused) as refused:
            do(workspace, BY, str(case.number), "deregister", on=TODAY, reason="不再符合条件")
        assert set(said) <= set(refused.value.problems)


# ── what is open ─────────────────────────────────────────────────────────────────────────────────────────
def test_everything_open_is_named_before(workspace: Workspace) -> None:
    """「a preview of everything open: unserved decisions, unsigned papers … tray items that name it, scans in its drop folder」."""
    case = at(workspace, *TERMINATED)
    made(workspace, case.number, "termination_decision")
    case = walk(workspace, case.number, ("deliver", "2024-03-08", ("林经办",)))
    before = set(kinds(workspace, case))
    assert {MatterKind.UNSERVED, MatterKind.UNSIGNED} <= before
    file_papers(workspace, case.number, "recovery_notice", "complaint_register")
    assert MatterKind.UNSETTLED in kinds(workspace, case)
    folder = drop_folder(workspace, case)
    (folder / "扫描.jpg").write_bytes(b"\xff\xd8\xff\xe0 1")
    assert MatterKind.IN_FOLDER in kinds(workspace, case)
    path = workspace.archive.inbox / f"{case.number} 材料.bin"
    path.write_bytes(b"\x00\x01")
    workspace.archive.tray.put(
        Original.of(path, path.name), ".bin", workspace.stamp(BY), reason="no_type", message="不知", text="",
        details={"cases": [str(case.number)]},
    )  # fmt: skip
    assert MatterKind.IN_TRAY in kinds(workspace, case)
    planned = api.plan_deregistration(workspace, BY, str(case.number), on=TODAY, reason="不再符合条件")
    assert any("未检" in warning for warning in planned.warnings)
    assert all(matter.label and matter.text for matter in planned.matters)


def test_a_hold_is_named(workspace: Workspace) -> None:
    case = at(workspace, *TO_PUBLICITY[:2], ("withdraw", "2024-03-05", ("林经办",)))
    file_papers(workspace, case.number, "legal_hold_record")
    assert MatterKind.HELD in kinds(workspace, case)


def test_who_was_granted_and_never_paid_is_named(workspace: Workspace) -> None:
    granted = IN_BENEFIT[: len(TO_PUBLICITY) + 3]
    case = at(
        workspace,
        *granted,
        ("terminate", "2024-03-08", ("赵主任",)),
        ("deliver", "2024-03-08", ()),
        alone=True,
    )
    made(workspace, case.number, "termination_decision")
    assert MatterKind.UNPAID in kinds(workspace, case)


def test_what_is_open_is_confirmed_or_it_is_not_closed(workspace: Workspace) -> None:
    """「without a terminal `--yes` is required where anything is open, else not」; the event says what was open."""
    case = at(workspace, *TO_PUBLICITY[:2], ("withdraw", "2024-03-05", ("林经办",)))
    number = str(case.number)
    with pytest.raises(StepRefused) as said:
        api.deregister(workspace, BY, number, on=TODAY, reason="撤回")
    assert "--yes" in said.value.remedy and said.value.problems
    with pytest.raises(StepRefused, match="项未了"):
        steps.take_step(workspace, BY, number, "deregister", on=TODAY, reason="撤回")
    done = api.deregister(workspace, BY, number, on=TODAY, reason="撤回", confirmed=True)
    assert done.matters
    event, _ = workspace.archive.chain(case.number).events[-1]
    assert sum(event.data["open"].values()) == len(done.matters)


def test_where_nothing_is_open_nobody_is_asked(workspace: Workspace) -> None:
    case = open_household(workspace)
    done = api.deregister(workspace, BY, str(case.number), on=TODAY, reason="自愿退出")
    assert done.matters == ()
    event, _ = workspace.archive.chain(case.number).events[-1]
    assert event.data == {"date": TODAY.isoformat()}


def test_no_future_date_and_no_number_for_one(workspace: Workspace) -> None:
    """「No future date; a future date takes no number」."""
    case, later = open_household(workspace), TODAY + dt.timedelta(days=400)
    with pytest.raises(InvalidValue):
        deregister(workspace, BY, case.number, on=later, reason="自愿退出")
    deregister(workspace, BY, case.number, on=TODAY, reason="自愿退出")
    before = list(workspace.archive.ledger_events())
    kind = workspace.catalogue.get("deregistration_form")
    outcome = issue(workspace, BY, plan(workspace, BY, kind, [case.number], {}, on=later))
    (refused,) = outcome.refused
    assert isinstance(refused.error, UnlawfulDocument) and "在今天" in str(refused.error)
    assert list(workspace.archive.ledger_events()) == before


# ── taking it back ───────────────────────────────────────────────────────────────────────────────────────
def test_a_reopened_file_stands_where_it_stood(workspace: Workspace) -> None:
    """「the state is what it was before; retention is no longer running; the drop folder comes back」."""
    case = at(workspace, *TO_PUBLICITY[:2], ("withdraw", "2024-03-05", ("林经办",)))
    number = str(case.number)
    api.deregister(workspace, BY, number, on=TODAY, reason="撤回", confirmed=True)
    assert not drop_folder(workspace, case).exists()
    assert [c.case for c in retention.retention_list(workspace, on=TODAY).cases] == [number]
    done = api.reopen(workspace, BY, number, reason="本人又不撤回了")
    after = workspace.archive.read(case.number)
    assert (after.status, after.state, after.deregistered_on) == (CaseStatus.OPEN, State.ABANDONED, None)
    assert done.state is State.ABANDONED and done.drop_folder.is_dir()
    assert retention.retention_list(workspace, on=TODAY).cases == ()
    assert [c.case for c in list_cases(workspace, on=TODAY, status=CaseStatus.OPEN).cases] == [number]
    event, _ = workspace.archive.chain(case.number).events[-1]
    assert (event.op, event.reason) == (Op.REOPENED, "本人又不撤回了")
    api.deregister(workspace, BY, number, on=TODAY, reason="撤回", confirmed=True)


def test_what_is_not_closed_is_not_reopened(workspace: Workspace) -> None:
    case = open_household(workspace)
    with pytest.raises(CaseClosed, match="没有注销"):
        reopen(workspace, BY, case.number, reason="误办")
    with pytest.raises(InvalidValue):
        reopen(workspace, BY, case.number, reason=" ")


def test_a_chain_that_reopens_what_was_not_closed_is_none(workspace: Workspace) -> None:
    case = open_household(workspace)
    event = Event(case.seq + 1, case.head, NOW.isoformat(), BY.actor, Op.REOPENED, {}, "误办")
    with pytest.raises(ValueError, match="was not closed"):
        apply(case, event, case.head)


def test_the_form_of_the_end_is_void_first(workspace: Workspace) -> None:
    case = open_household(workspace)
    deregister(workspace, BY, case.number, on=TODAY, reason="自愿退出")
    form = made(workspace, case.number, "deregistration_form")
    with pytest.raises(StepRefused, match=f"第 {form} 件《救助对象注销登记表》还有效，先作废"):
        reopen(workspace, BY, case.number, reason="误办")
    voiding.void_record(workspace, BY, str(case.number), form, reason="误办")
    assert reopen(workspace, BY, case.number, reason="误办").status is CaseStatus.OPEN


def test_a_second_live_file_forbids_it(workspace: Workspace) -> None:
    """一户一档: the applicant has applied anew since."""
    case = open_household(workspace)
    deregister(workspace, BY, case.number, on=TODAY, reason="自愿退出")
    open_household(workspace)
    with pytest.raises(CaseExists):
        reopen(workspace, BY, case.number, reason="误办")


def test_what_may_have_been_appraised_stays_closed(workspace: Workspace) -> None:
    """「as long as nothing was appraised/destroyed」."""
    case = open_household(workspace)
    deregister(workspace, BY, case.number, on=TODAY, reason="自愿退出")
    said = {
        "document": "disposal_appraisal_opinion",
        "title": "档案鉴定意见书",
        "doc_no": "",
        "date": "2024-03-08",
    }
    workspace.archive.note(Op.OFFICE_DOCUMENT_ISSUED, said, workspace.stamp(BY))
    late = By("林经办", NOW.replace(year=2032))
    workspace.archive.note(Op.OFFICE_DOCUMENT_ISSUED, said | {"date": "2032-01-05"}, workspace.stamp(late))
    with pytest.raises(StepRefused, match="本户可能已经鉴定") as refused:
        reopen(workspace, late, case.number, reason="误办")
    assert len(refused.value.problems) == 1, "one issued before the period ran out says nothing of this file"


def test_who_may_take_it_back(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    make_workspace(folder).close()
    people = "".join(
        f'\n[[people]]\nname = "{name}"\nroles = ["{role}"]\n'
        for name, role in (("林经办", "intake"), ("赵主任", "approver"))
    )
    (folder / "archivist.toml").write_text(SETTINGS + people, encoding="utf-8")
    with Workspace.open(folder) as staffed:
        case = open_household(staffed)
        deregister(staffed, BY, case.number, on=TODAY, reason="自愿退出")
        with pytest.raises(StepRefused, match="须由“分管领导（决定）”办理"):
            reopen(staffed, BY, case.number, reason="误办")
        assert reopen(staffed, CHIEF, case.number, reason="误办").status is CaseStatus.OPEN
