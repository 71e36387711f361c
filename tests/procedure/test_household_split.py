"""“split of a household into a new case (papers copied by reference to digest, both chains)”."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archivist.api import case_export, case_file, history, household_changes
from archivist.errors import CaseExists, InvalidValue, NotDelegated, StepRefused, WriteFailed
from archivist.model import facts as known
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.former_people import Departure
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.model.states import State
from archivist.procedure.household_split import SplitDone, split_household
from archivist.rules.disposition.holds import before_destruction
from archivist.rules.rule import DelegatedPower
from archivist.store.two_case_changes import TwoCaseChanges
from archivist.workspace import Workspace
from tests.filing import file_papers
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import WANG, WANG_ID, make_id
from tests.procedure.test_applicant_change import FACTS, SON, TO_BENEFIT, record

WIFE: dict[str, object] = {"name": "赵样例", "relation": "儿媳", "id_number": make_id("19910305", "024")}
HOME = {
    **FACTS,
    "members": [*WANG["members"], SON, WIFE],
    "incomes": [{"member": "李小样", "kind": "工资性收入", "declared": "800"}],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def case(workspace: Workspace) -> Case:
    """Grandparents, son and daughter-in-law, in benefit, in review because something was reported; two papers."""
    made = open_household(workspace, parse_facts(HOME))
    file_papers(workspace, made.number, "mat_household_register", dated="2024-01-02")
    file_papers(workspace, made.number, "mat_id_card")
    for step in (*TO_BENEFIT, "report_change"):
        made = record(workspace, made, step)
    return workspace.archive.read(made.number)


def split(workspace: Workspace, case: Case, *members: str, **more: Any) -> SplitDone:
    wanted = members or ("李小样", "赵样例")
    return split_household(workspace, BY, case.number, wanted, on=TODAY, reason="分开生活", **more)


def test_the_people_go_with_their_facts(workspace: Workspace, case: Case) -> None:
    done = split(workspace, case, relations={"赵样例": "配偶"})
    new, old = workspace.archive.read(done.new.number), workspace.archive.read(case.number)
    assert new.number != case.number and new.category is Category.DB and new.state is State.DRAFT
    assert new.applicant_name == "李小样" and new.fact("applicant.village") == "样例里社区"
    assert new.fact("applicant.birth_date") == "1990-03-05"
    assert [(m["name"], m["relation"]) for m in known.rows(new.facts, "members")] == [
        ("李小样", "本人"), ("赵样例", "配偶"),
    ]  # fmt: skip
    assert [m["name"] for m in known.rows(old.facts, "members")] == ["李样例"]
    assert len(known.rows(new.facts, "incomes")) == 1 and not known.rows(old.facts, "incomes")
    assert [(p.name, p.why, p.to) for p in old.former] == [
        ("李小样", Departure.SPLIT, new.number), ("赵样例", Departure.SPLIT, new.number),
    ]  # fmt: skip
    assert old.state is State.REVIEWING, "the old household's review goes on"
    assert new.fact("benefit.amount") is None, "what the old household was granted is not the new one's"


def test_each_chain_names_the_other(workspace: Workspace, case: Case) -> None:
    done = split(workspace, case)
    opened, digest = workspace.archive.chain(done.new.number).events[0]
    assert opened.data["split_from"] == {"case": str(case.number), "seq": case.seq, "head": case.head}
    let_go = workspace.archive.chain(case.number).events[-1][0]
    assert let_go.op is Op.HOUSEHOLD_SPLIT and let_go.reason == "分开生活"
    assert (let_go.data["case"], let_go.data["head"]) == (str(done.new.number), digest)
    said = [e.text for e in history.case_log(workspace, str(done.new.number)).events]
    assert said == [f"由 {case.number} 分户（分开生活）"]
    last = history.case_log(workspace, str(case.number)).events[-1]
    assert (last.title, last.text) == ("分户", f"2024-03-08 李小样、赵样例 → {done.new.number}（分开生活）")
    assert not list(workspace.archive.two_case_changes.folder.iterdir())


def test_papers_are_named_by_digest_and_not_copied(workspace: Workspace, case: Case, tmp_path: Path) -> None:
    done = split(workspace, case)
    new = workspace.archive.read(done.new.number)
    assert [(r.case, r.record, r.sha256) for r in new.references] == [
        (case.number, r.no, (r.files[0].sha256,)) for r in case.records.values()
    ]
    assert not new.records
    payload = [p.name for p in (workspace.archive.folder(new.number) / "data").rglob("*") if p.is_file()]
    assert payload == ["说明.txt"]
    shown = case_file.show_case(workspace, str(new.number))
    assert shown.split_from == str(case.number)
    assert [(p.record, p.title, p.dated) for p in shown.referred] == [
        ("0001", "居民户口簿", "2024-01-02"), ("0002", "居民身份证", ""),
    ]  # fmt: skip
    written = case_export.export_case(workspace, str(new.number), tmp_path / "out")
    listed = (written.folder / case_export.REFERRED).read_text(encoding="utf-8")
    assert listed.count(str(case.number)) == 2 and case.records[RecordNo("0001")].files[0].sha256 in listed
    only = split(workspace, workspace.archive.read(case.number), "李样例", papers=[RecordNo("0002")])
    assert [r.record for r in only.new.references] == ["0002"]


def test_the_papers_are_not_destroyed_without_a_word_of_who_rests_on_them(
    workspace: Workspace, case: Case
) -> None:
    assert before_destruction(case) == ()
    done = split(workspace, case)
    assert before_destruction(done.old) == (f"{done.new.number} 由本户分出，引用本户材料",)


def test_each_household_finds_its_own_people(workspace: Workspace, case: Case) -> None:
    done = split(workspace, case)
    for who, number in (("李小样", done.new.number), ("赵样例", done.new.number), (WANG_ID, case.number)):
        assert workspace.find_case(who) == number
    (folder,) = [p for p in workspace.archive.inbox.iterdir() if p.name.startswith(str(done.new.number))]
    assert folder.name.endswith("李小样")
    workspace.index.rebuild()
    assert workspace.find_case("李小样") == done.new.number


def test_dry_run_says_the_same_and_writes_nothing(workspace: Workspace, case: Case) -> None:
    before = workspace.archive.case_numbers()
    ask: dict[str, Any] = {"on": TODAY, "reason": "分开生活"}
    tried = household_changes.split_household(
        workspace, BY, str(case.number), ["李小样"], dry_run=True, **ask
    )
    assert workspace.archive.case_numbers() == before and workspace.archive.read(case.number).seq == case.seq
    done = household_changes.split_household(workspace, BY, str(case.number), ["李小样"], **ask)
    assert tried.new_case is None and done.new_case == "TJHQ-DB-2024-000002"
    assert (tried.left, tried.referred, tried.warnings) == (done.left, done.referred, done.warnings)


@pytest.mark.parametrize(
    ("members", "more", "words"),
    [
        ([], {}, "没有写明哪些成员分出去"),
        (["王秀兰"], {}, "没有“王秀兰”这名成员"),
        (["李小样", "成员9"], {}, "没有“成员9”这名成员"),
        (["李小样"], {"papers": [RecordNo("0009")]}, "卷内没有第 0009 件"),
        (["李小样"], {"reason": ""}, "须写明理由"),
        (["李小样"], {"on": TODAY + dt.timedelta(1)}, "之后"),
        (["李小样"], {"relations": {"张三": "子"}}, "没有“张三”这名成员"),
    ],
)
def test_what_is_told_wrongly_is_refused_in_words(
    workspace: Workspace, case: Case, members: list[str], more: dict[str, Any], words: str
) -> None:
    told: dict[str, Any] = {"on": TODAY, "reason": "分开生活"} | more
    with pytest.raises((InvalidValue, StepRefused)) as refused:
        split_household(workspace, BY, case.number, members, **told)
    assert words in refused.value.what or any(words in p for p in refused.value.problems)
    assert workspace.archive.case_numbers() == [case.number]


def test_only_in_a_review_in_which_it_was_reported(workspace: Workspace, case: Case) -> None:
    case = record(workspace, case, "reviewed")
    with pytest.raises(StepRefused) as early:
        split(workspace, case)
    assert any("“分户”须在“复核中”时办" in p for p in early.value.problems)
    case = record(workspace, case, "start_review")
    with pytest.raises(StepRefused) as unreported:
        split(workspace, case)
    assert any("家庭成员的变动须先有报告" in p for p in unreported.value.problems)


def test_the_new_household_is_one_the_office_may_open(workspace: Workspace, case: Case) -> None:
    done = split(workspace, case, "李样例", category=Category.TK)
    assert done.new.number.category is Category.TK
    open_household(workspace, parse_facts({"applicant": {"name": "李小样", "id_number": SON["id_number"]}}))
    with pytest.raises(CaseExists):
        split(workspace, workspace.archive.read(case.number), "李小样")
    powers: dict[Category, DelegatedPower] = {
        k: v for k, v in workspace.pack.delegated.items() if k is not Category.DX
    }
    workspace.__dict__["pack"] = replace(workspace.pack, delegated=powers)
    with pytest.raises(NotDelegated):
        split(workspace, workspace.archive.read(case.number), "赵样例", category=Category.DX)


def test_a_disk_that_fails_in_between_leaves_it_to_be_completed(
    workspace: Workspace, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new case is there, the old one has not let go: the message says so, and the same process completes it."""

    def full(*_: object) -> Case:
        raise WriteFailed("磁盘已满")

    with monkeypatch.context() as broken:
        broken.setattr(TwoCaseChanges, "_let_go", full)
        with pytest.raises(WriteFailed, match=r"已经建立.*下次启动时自动补完"):
            split(workspace, case)
    (begun,) = workspace.archive.two_case_changes.begun()
    assert (begun.case, begun.reason, begun.stamp.by) == (case.number, "分开生活", BY)
    with pytest.raises(InvalidValue, match="没有“李小样”这名成员"):
        split(workspace, case)  # completed first, so they are gone already
    old = workspace.archive.read(case.number)
    assert [p.to for p in old.former] == [CaseNo.parse("TJHQ-DB-2024-000002")] * 2
    assert (
        workspace.archive.two_case_changes.recover() == ([], [])
        and not workspace.archive.two_case_changes.begun()
    )
    assert workspace.find_case("李小样") == CaseNo.parse("TJHQ-DB-2024-000002")
