"""“two households become one (marriage, moving in together): one lives, the others are deregistered, each with its own clock”."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archivist.api import case_file, history, household_changes
from archivist.errors import CaseClosed, InvalidValue, StepRefused, WriteFailed
from archivist.model import facts as known
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.holds import Hold
from archivist.model.ids import Category, RecordNo
from archivist.model.states import State
from archivist.procedure.closing import reopen
from archivist.procedure.corrections import correct_step
from archivist.procedure.household_merger import MergerDone, MergerOrder, merge_households
from archivist.procedure.household_split import split_household
from archivist.rules.disposition.holds import before_destruction
from archivist.rules.disposition.retention import retention
from archivist.store import Draft, held_files
from archivist.store.two_case_changes import TwoCaseChanges
from archivist.workspace import Workspace
from tests.filing import file_papers
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import make_id
from tests.procedure.test_applicant_change import FACTS, TO_BENEFIT, record

BRIDE_ID = make_id("19620407", "026")
CHILD: dict[str, object] = {"name": "郑小样", "relation": "女", "id_number": make_id("20100506", "028")}
BRIDE: dict[str, Any] = {
    "applicant": {"name": "郑样例", "id_number": BRIDE_ID, "phone": "13900000000"},
    "members": [CHILD],
    "incomes": [{"member": "郑小样", "kind": "工资性收入", "declared": "300"}],
    "account": {"holder": "郑样例", "nature": "本人"},
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def living(workspace: Workspace) -> Case:
    """Three people in benefit, in a review because the marriage was reported."""
    case = open_household(workspace, parse_facts(FACTS))
    for step in (*TO_BENEFIT, "report_change"):
        case = record(workspace, case, step)
    return case


@pytest.fixture
def ending(workspace: Workspace) -> Case:
    """A mother and her child whose application was withdrawn; one paper."""
    case = open_household(workspace, parse_facts(BRIDE))
    file_papers(workspace, case.number, "mat_household_register", dated="2024-01-02")
    for step in ("submit", "accept", "withdraw"):
        case = record(workspace, case, step)
    return workspace.archive.read(case.number)


def merge(workspace: Workspace, living: Case, ending: Case, **more: Any) -> MergerDone:
    confirmed = more.pop("confirmed", True)
    told: dict[str, Any] = {"on": TODAY, "reason": "结婚"} | more
    return merge_households(
        workspace, BY, MergerOrder(living.number, ending.number, **told), confirmed=confirmed
    )


def hold(workspace: Workspace, case: Case) -> Case:
    placed = Hold("H1", "行政诉讼", TODAY, until="判决生效").to_plain()
    return workspace.commit(case.number, lambda _: Draft(Op.HOLD_PLACED, placed), BY)[0]


def test_one_lives_and_the_other_is_closed(workspace: Workspace, living: Case, ending: Case) -> None:
    merge(workspace, living, ending, relations={"郑样例": "配偶"})
    after, closed = workspace.archive.read(living.number), workspace.archive.read(ending.number)
    assert after.state is State.REVIEWING and after.applicant_name == living.applicant_name
    assert [(m["name"], m["relation"]) for m in known.rows(after.facts, "members")][2:] == [
        ("郑样例", "配偶"), ("郑小样", "不详"),
    ]  # fmt: skip
    assert known.rows(after.facts, "incomes")[-1]["member"] == "郑小样"
    assert known.single(after.facts, "account") == known.single(living.facts, "account")
    assert closed.state is State.DEREGISTERED and closed.deregistered_on == TODAY
    assert closed.deregistration_reason == f"并入 {living.number}：结婚"
    assert closed.facts == ending.facts and closed.records == ending.records, "nothing is taken out of it"
    assert not after.records and not after.references, "nothing is copied, nor named unless it is told"
    assert not (workspace.archive.inbox / f"{ending.number} 郑样例").exists()


def test_each_chain_names_the_other(workspace: Workspace, living: Case, ending: Case) -> None:
    merge(workspace, living, ending)
    (event, digest) = workspace.archive.chain(living.number).events[-1]
    assert event.op is Op.HOUSEHOLD_MERGED
    assert [event.data[k] for k in ("case", "seq", "head")] == [str(ending.number), ending.seq, ending.head]
    closed = workspace.archive.chain(ending.number).events[-1][0]
    assert closed.data["merged_into"] == {"case": str(living.number), "head": digest}
    last = history.case_log(workspace, str(living.number)).events[-1]
    assert (last.title, last.text) == ("并户", f"2024-03-08 {ending.number} 并入（结婚）")
    said = history.case_log(workspace, str(ending.number)).events[-1]
    assert (said.title, said.text) == ("注销", f"2024-03-08 并入 {living.number}：结婚")
    shown = case_file.show_case(workspace, str(living.number))
    assert (shown.merged, shown.merged_into) == ((str(ending.number),), None)
    assert case_file.show_case(workspace, str(ending.number)).merged_into == str(living.number)
    assert not list(workspace.archive.two_case_changes.folder.iterdir())


def test_papers_that_are_told_are_named_by_digest(workspace: Workspace, living: Case, ending: Case) -> None:
    done = merge(workspace, living, ending, papers=[RecordNo("0001")])
    assert [(r.case, r.record, r.sha256) for r in done.living.references] == [
        (ending.number, r.no, (r.files[0].sha256,)) for r in ending.records.values()
    ]
    assert before_destruction(done.closed) == (f"本户已并入 {living.number}，它可能引用本户材料",)


def test_each_file_keeps_its_own_clock(workspace: Workspace, living: Case, ending: Case) -> None:
    """F30: “merge of two with different 注销 … each file keeps its own clock”."""
    done = merge(workspace, living, ending, on=TODAY - dt.timedelta(1))
    first = retention(done.closed, workspace.pack, TODAY).expires
    later = deregister_draft(workspace, living)
    second = retention(later, workspace.pack, TODAY).expires
    assert (first, second) == (dt.date(2029, 3, 7), dt.date(2027, 3, 8)), "五年自撤回；三年自存续户自己的注销"
    assert retention(workspace.archive.read(ending.number), workspace.pack, TODAY).expires == first
    with pytest.raises(CaseClosed):
        merge(workspace, later, done.closed)


def deregister_draft(workspace: Workspace, case: Case) -> Case:
    return workspace.commit(
        case.number, lambda _: Draft(Op.DEREGISTERED, {"date": TODAY.isoformat()}, "终止"), BY
    )[0]


def test_a_hold_stays_and_binds_the_living_file_too(workspace: Workspace, living: Case, ending: Case) -> None:
    """“Split/merged children inherit”: a held file keeps its hold, and the living case inherits the binding of it."""
    hold(workspace, living)
    hold(workspace, ending)
    done = merge(workspace, workspace.archive.read(living.number), workspace.archive.read(ending.number))
    assert [h.id for h in held_files.holds(workspace.archive, done.closed, TODAY)] == ["H1"]
    bound = held_files.holds(workspace.archive, done.living, TODAY)
    assert [(h.id, h.cause, h.origin) for h in bound] == [
        ("H1", "行政诉讼", ""), ("H2", "行政诉讼", f"{ending.number} H1"),
    ]  # fmt: skip
    said = history.case_log(workspace, str(living.number)).events[-1].text
    assert "冻结 H2 随附" in said


def test_somebody_who_is_there_already_is_not_there_twice(workspace: Workspace, living: Case) -> None:
    known_there = known.rows(living.facts, "members")[0]
    case = open_household(workspace, parse_facts({**BRIDE, "members": [dict(known_there)]}), Category.DX)
    for step in ("submit", "accept", "withdraw"):
        case = record(workspace, case, step)
    done = merge(workspace, living, case)
    assert (done.plan.joined.came, done.plan.joined.here) == (("郑样例",), (known_there["name"],))
    names = [m["name"] for m in known.rows(done.living.facts, "members")]
    assert len(names) == len(set(names))


def test_dry_run_says_the_same_and_writes_nothing(workspace: Workspace, living: Case, ending: Case) -> None:
    request = household_changes.MergerRequest(str(living.number), str(ending.number), TODAY, "结婚")
    tried = household_changes.plan_merger(workspace, BY, request)
    assert workspace.archive.read(living.number).seq == living.seq
    assert workspace.archive.read(ending.number).seq == ending.seq
    done = household_changes.merge_households(workspace, BY, request, confirmed=True)
    assert (tried.dry_run, tried.keep_until) == (True, None)
    assert (done.dry_run, done.keep_until) == (
        False,
        retention(workspace.archive.read(ending.number), workspace.pack, TODAY).expires,
    )
    assert (tried.joined, tried.changes, tried.matters) == (done.joined, done.changes, done.matters)


def test_what_the_closed_file_leaves_open_a_person_must_know(
    workspace: Workspace, living: Case, ending: Case
) -> None:
    (workspace.archive.inbox / f"{ending.number} 郑样例" / "晚到.jpg").write_bytes(b"x")
    with pytest.raises(StepRefused) as refused:
        merge(workspace, living, ending, confirmed=False)
    assert any("晚到.jpg" in p for p in refused.value.problems)
    assert f"case merge {living.number} {ending.number}" in str(refused.value.remedy)
    merge(workspace, living, ending)
    assert (workspace.archive.inbox / f"{ending.number} 郑样例" / "晚到.jpg").exists()


def test_only_what_the_procedure_allows(workspace: Workspace, living: Case, ending: Case) -> None:
    """“The gate decides whether it may happen”: a review in which it was reported, and an end that was decided."""
    with pytest.raises(InvalidValue, match="两个不同的户号"):
        merge(workspace, living, living)
    running = open_household(
        workspace, parse_facts({"applicant": {"name": "冯样例", "id_number": make_id("19700101", "012")}})
    )
    running = record(workspace, running, "submit")
    with pytest.raises(CaseClosed, match="程序没有走完"):
        merge(workspace, living, running)
    with pytest.raises(StepRefused) as early:
        merge(workspace, running, ending)
    assert any("“并户”须在“复核中”时办" in p for p in early.value.problems)
    alone = open_household(
        workspace,
        parse_facts({"applicant": {"name": "蒋样例", "id_number": make_id("19500101", "018")}}),
        Category.TK,
    )
    with pytest.raises(StepRefused) as single:
        merge(workspace, living, alone)
    assert any("不以家庭为单位" in p for p in single.value.problems)
    with pytest.raises(StepRefused, match="不能这样并户"):
        merge(workspace, living, ending, papers=[RecordNo("0009")])
    with pytest.raises(CaseClosed, match="不能作存续户"):
        merge(workspace, deregister_draft(workspace, ending), living)
    assert workspace.archive.read(living.number).seq == living.seq


def test_it_is_undone_forwards_only(workspace: Workspace, living: Case, ending: Case) -> None:
    """A merger is not taken back: those who part again form a household of their own, and the closed file stays closed."""
    done = merge(workspace, living, ending)
    with pytest.raises(StepRefused) as reopened:
        reopen(workspace, BY, ending.number, reason="弄错了")
    assert any(f"已并入 {living.number}" in p for p in reopened.value.problems)
    with pytest.raises(StepRefused) as corrected:
        correct_step(workspace, BY, living.number, done.living.steps[-1].seq, void=True, reason="弄错了")
    assert any("改动了家庭成员" in p for p in corrected.value.problems)
    again = split_household(workspace, BY, living.number, ["郑样例", "郑小样"], on=TODAY, reason="离婚")
    assert again.new.applicant_name == "郑样例"
    assert workspace.archive.read(ending.number).status is CaseStatus.DEREGISTERED


def test_a_disk_that_fails_in_between_leaves_it_to_be_completed(
    workspace: Workspace, living: Case, ending: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The living file has the people, the other is not closed yet: the message says so, and the same process completes it."""

    def full(*_: object) -> Case:
        raise WriteFailed("磁盘已满")

    with monkeypatch.context() as broken:
        broken.setattr(TwoCaseChanges, "_let_go", full)
        with pytest.raises(WriteFailed, match=r"已经登记并入的成员.*下次启动时自动补完"):
            merge(workspace, living, ending)
    (begun,) = workspace.archive.two_case_changes.begun()
    assert (begun.case, begun.target) == (ending.number, living.number)
    with pytest.raises(CaseClosed, match="注销"):
        merge(workspace, living, ending)  # completed first, so it is closed already
    closed = workspace.archive.read(ending.number)
    assert closed.merged_into is not None and closed.merged_into.case == living.number
    assert sum(e.op is Op.HOUSEHOLD_MERGED for e, _ in workspace.archive.chain(living.number).events) == 1
    assert workspace.archive.two_case_changes.recover() == ([], [])
