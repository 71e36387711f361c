"""Holds (冻结): what they forbid, on every path; who releases them, by what; that nothing else does."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.api import agenda, case_file, retention, review
from archivist.api import holds as api
from archivist.disposal_errors import ListChanged, OnHold, TwoPersonsNeeded
from archivist.doctypes.ids import DocumentId
from archivist.documents.render.render import document_text
from archivist.errors import ArchivistError, InvalidValue, RecordNotFound, RoleMissing, UsageError
from archivist.ingest import refiling
from archivist.ingest.filing import commit_file
from archivist.issuing.case_documents import issue, plan
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.case_fold import fold
from archivist.model.document_code import DocumentCode
from archivist.model.event import Event, Op
from archivist.model.facts import parse_facts
from archivist.model.form_code import FormCode
from archivist.model.group_holds import HeldCases
from archivist.model.holds import HOLD_FORM
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256
from archivist.preservation import disposal
from archivist.preservation.backup import back_up
from archivist.preservation.holds import HoldOrder, declare, place, release, release_group
from archivist.preservation.restore import restore
from archivist.preservation.signed_papers import ReadPaper
from archivist.procedure.cases import change_facts
from archivist.procedure.closing import deregister
from archivist.procedure.household_split import split_household
from archivist.reading.formats.text import TXT
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.rules.disposition.holds import CAUSES, holds
from archivist.store import Original, held_files
from archivist.store.bag_fixity import check_bag
from archivist.workspace import Workspace
from tests.filing import file_papers
from tests.kit import BY, TODAY, make_workspace, open_another, open_household
from tests.procedure.test_applicant_change import TO_BENEFIT, record
from tests.procedure.test_household_split import HOME

LATE: Final = dt.date(2030, 1, 1)
LAWSUIT: Final = HoldOrder("行政诉讼", dt.date(2024, 3, 1), until="判决生效")
TWO: Final = ("钱复审", "赵分管")
PEOPLE: Final = """
[[people]]
name = "钱复审"
roles = ["reviewer"]
[[people]]
name = "赵分管"
roles = ["approver"]
[[people]]
name = "孙经办"
roles = ["intake"]
[[people]]
name = "周两职"
roles = ["reviewer", "approver"]
[[people]]
name = "吴离任"
roles = ["approver"]
until = 2024-01-31
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def case(workspace: Workspace) -> Case:
    """A household with one paper."""
    made = open_household(workspace)
    file_papers(workspace, made.number, "mat_id_card")
    return workspace.archive.read(made.number)


def scan(
    workspace: Workspace, number: CaseNo, *, ink: float = 0.2, paper: bool = True, **more: Any
) -> ReadPaper:
    """A scan of the form as the reader tells of it, signed as far as its ink goes."""
    words = more.get("words", f"档案保全（冻结销毁）登记表\n户号 {number}\n二、解除")
    path = workspace.root / more.get("name", "登记表.txt")
    path.write_text(f"{number} {words} {ink} {more.get('salt', '')}", encoding="utf-8")
    places = tuple(
        SignaturePlace(label, ink)
        for label in more.get("labels", ("解除登记人（签名）", "管理部门负责人（签名）"))
    )
    page = PageText(1, words, more.get("codes", ()), "ocr", 0.9, 0, 100, 100, paper, False, (), places)
    return ReadPaper(Original.of(path, path.name), ReadResult(TXT, (page,)))


def released(workspace: Workspace, case: Case, hold: str = "H1", **more: Any) -> Case:
    """The case after a release as it should be, but for what is said otherwise."""
    asked = {"basis": "判决生效", "people": TWO, "paper": None, **more}
    asked["paper"] = asked["paper"] or scan(workspace, case.number)
    return release(workspace, BY, case.number, hold, **asked)[0]


def issued(workspace: Workspace, number: CaseNo, kind: str, **values: str) -> RecordNo:
    todo = plan(workspace, BY, workspace.catalogue.get(kind), [number], {number: values}, on=TODAY)
    return issue(workspace, BY, todo).issued[0].record


# ── what it says ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_hold_binds_at_once_and_changes_no_period(workspace: Workspace, case: Case) -> None:
    """「登记即生效，起始日在后也挡」「冻结不改期满日，只挡处置」."""
    deregister(workspace, BY, case.number, on=TODAY, reason="旧档")
    before = retention.explain(workspace, str(case.number), on=LATE)
    order = replace(LAWSUIT, start=dt.date(2031, 1, 1))
    held, hold = place(workspace, BY, case.number, order)
    assert (hold.id, hold.review_on) == ("H1", dt.date(2025, 3, 8)), "looked at again a year later"
    after = retention.explain(workspace, str(case.number), on=LATE)
    assert (after.keep_until, after.status, after.periods) == (
        before.keep_until,
        before.status,
        before.periods,
    )
    (row,) = retention.retention_list(workspace, on=LATE, expired_only=True).cases
    assert (row.status, row.holds) == ("冻结", ("H1 行政诉讼，2031年1月1日起冻结",))
    assert held.holds[0].in_force(TODAY)


def test_what_is_on_hold_is_shown_and_comes_up_for_review(workspace: Workspace, case: Case) -> None:
    """`due` and `case show` tell of it, of a closed file too; of a group hold as well."""
    place(workspace, BY, case.number, replace(LAWSUIT, review_on=dt.date(2024, 4, 1)))
    declare(workspace, BY, HoldOrder("审计", review_on=dt.date(2024, 5, 1)), HeldCases(Category.DB))
    deregister(workspace, BY, case.number, on=TODAY, reason="旧档")
    shown = case_file.show_case(workspace, str(case.number))
    assert [(h.hold, h.cause, h.group) for h in shown.holds] == [
        ("H1", "行政诉讼", ""),
        ("G1", "审计", "最低生活保障"),
    ]
    due = agenda.due(
        workspace, on=dt.datetime.combine(dt.date(2024, 4, 3), dt.time(), BY.time.tzinfo), days=60
    )
    assert [(r.case, r.hold, r.days) for r in due.holds] == [(str(case.number), "H1", -2), ("", "G1", 28)]
    late = agenda.due(
        workspace, on=dt.datetime.combine(dt.date(2024, 4, 3), dt.time(), BY.time.tzinfo), overdue=True
    )
    assert [r.hold for r in late.holds] == ["H1"]
    released(workspace, workspace.archive.read(case.number))
    again = agenda.due(
        workspace, on=dt.datetime.combine(dt.date(2024, 4, 3), dt.time(), BY.time.tzinfo), days=60
    )
    assert [r.hold for r in again.holds] == ["G1"]


@pytest.mark.parametrize(
    ("order", "error", "words"),
    [
        (HoldOrder("心情"), InvalidValue, "不在目录"),
        (HoldOrder("审计", review_on=TODAY), InvalidValue, "复核日"),
        (HoldOrder("审计", records=(RecordNo("0009"),)), RecordNotFound, "0009"),
    ],
)
def test_what_cannot_be_a_hold_is_refused(
    workspace: Workspace, case: Case, order: HoldOrder, error: type[ArchivistError], words: str
) -> None:
    """“E002 事由不在目录”; nothing is written."""
    with pytest.raises(error, match=words):
        place(workspace, BY, case.number, order)
    assert workspace.archive.read(case.number).seq == case.seq


def test_the_same_hold_is_not_placed_twice(workspace: Workspace, case: Case) -> None:
    place(workspace, BY, case.number, LAWSUIT)
    with pytest.raises(InvalidValue, match="已经冻结：H1"):
        place(workspace, BY, case.number, LAWSUIT)
    _, second = place(workspace, BY, case.number, replace(LAWSUIT, records=(RecordNo("0001"),)))
    assert second.id == "H2" and "（第0001件）" in second.words


def test_the_paper_that_orders_it_is_filed_with_it(workspace: Workspace, case: Case) -> None:
    paper = scan(workspace, case.number, words="应诉通知书", name="应诉通知书.txt")
    held, hold = place(workspace, BY, case.number, LAWSUIT, paper)
    assert hold.record == "0002" and "0002" in held.records and held.seq == case.seq + 1, "in one event"
    assert len(held.holds) == 1
    bag = workspace.archive.folder(case.number)
    assert bagit.Bag(str(bag)).is_valid() and not check_bag(bag).findings


# ── F14: every path ──────────────────────────────────────────────────────────────────────────────────────
SCOPES: Final = ("case", "record", "category", "year", "village", "number")


def on_hold(workspace: Workspace, case: Case, scope: str) -> None:
    """Hold a case itself, a record of it, or from the ledger."""
    if scope in ("case", "record"):
        records = (RecordNo("0001"),) if scope == "record" else ()
        place(workspace, BY, case.number, replace(LAWSUIT, records=records))
        return
    cases = {
        "category": HeldCases(case.category),
        "year": HeldCases(year=2024),
        "village": HeldCases(village="样例里"),
        "number": HeldCases(numbers=(f"{case.number}..000009",)),
    }[scope]
    declare(workspace, BY, LAWSUIT, cases)


@pytest.mark.parametrize("scope", SCOPES)
def test_every_blocked_path_names_cause_and_day(workspace: Workspace, case: Case, scope: str) -> None:
    """“each path of §2 with a hold on case, on a record, from the ledger … all refuse with E601 naming cause and day”."""
    other = open_another(workspace, "044")
    paper = workspace.archive.inbox / "不知.bin"
    paper.write_bytes(b"\x00\x01")
    stamp = workspace.stamp(BY)
    item = workspace.archive.tray.put(
        Original.of(paper, paper.name), ".bin", stamp, reason="no_type", message="不知", text="",
        details={"cases": [str(case.number)]},
    )  # fmt: skip
    on_hold(workspace, case, scope)
    held, archive = workspace.archive.read(case.number), workspace.archive
    paths: dict[str, Callable[[], object]] = {
        "whole": lambda: held_files.require_free(archive, held, "销毁", TODAY),
        "one": lambda: held_files.require_free(archive, held, "剔除第 0001 件", TODAY, RecordNo("0001")),
        "move": lambda: refiling.move(
            workspace, BY, case.number, RecordNo("0001"), other.number, None, "归错"
        ),
        "hand back": lambda: review.hand_back(workspace, BY, item.id),
    }
    for name, path in paths.items():
        with pytest.raises(OnHold) as refused:
            path()
        assert refused.value.code == "E601", name
        assert "行政诉讼" in refused.value.what and "2024年3月1日" in refused.value.what, name
        assert "判决生效" in refused.value.problems[0]
    assert [i.id for i in archive.tray.items()] == [item.id]


@pytest.mark.parametrize("scope", SCOPES)
def test_what_only_adds_still_works(workspace: Workspace, case: Case, scope: str) -> None:
    """“adding papers still works”; checking too."""
    on_hold(workspace, case, scope)
    file_papers(workspace, case.number, "mat_household_register")
    assert len(workspace.archive.read(case.number).records) == 2
    deregister(workspace, BY, case.number, on=TODAY, reason="旧档")
    assert not check_bag(workspace.archive.folder(case.number)).findings


def test_a_hold_on_one_record_leaves_the_others_free(workspace: Workspace, case: Case) -> None:
    """「只冻结一件，也挡整卷」, but another record may be put right."""
    file_papers(workspace, case.number, "mat_household_register")
    on_hold(workspace, case, "record")
    held = workspace.archive.read(case.number)
    held_files.require_free(workspace.archive, held, "剔除第 0002 件", TODAY, RecordNo("0002"))
    with pytest.raises(OnHold, match="第0001件"):
        held_files.require_free(workspace.archive, held, "销毁", TODAY)


# ── F15: release ─────────────────────────────────────────────────────────────────────────────────────────
def test_it_is_released_by_two_on_the_signed_form(workspace: Workspace, case: Case) -> None:
    """「须两人，凭签字的登记表」: people, ground and paper stand in one event; the file is free again."""
    place(workspace, BY, case.number, LAWSUIT)
    free = released(workspace, case)
    event = workspace.archive.chain(case.number).events[-1][0]
    assert (event.op, event.data["by"], event.data["paper"]) == (Op.HOLD_RELEASED, list(TWO), "0002")
    assert free.records[RecordNo("0002")].type == DocumentId.LEGAL_HOLD_RECORD and len(free.holds) == 1
    held_files.require_free(workspace.archive, free, "销毁", TODAY)
    assert held_files.held_since(workspace.archive, free, BY.time.isoformat()) == (), "at that very moment"
    earlier = (BY.time - dt.timedelta(days=1)).isoformat()
    assert [h.id for h in held_files.held_since(workspace.archive, free, earlier)] == ["H1"], "appraise anew"
    with pytest.raises(InvalidValue, match="没有第 H1 号在冻结中"):
        released(workspace, free, paper=scan(workspace, case.number, salt="再"))
    bag = workspace.archive.folder(case.number)
    assert bagit.Bag(str(bag)).is_valid() and not check_bag(bag).findings


@pytest.mark.parametrize(
    ("people", "error"),
    [
        ((), TwoPersonsNeeded),
        (("赵分管",), TwoPersonsNeeded),
        (("赵分管", "赵分管"), TwoPersonsNeeded),
        (("赵分管", "赵 分管"), TwoPersonsNeeded),
        (("赵分管", "钱复审", "周两职"), TwoPersonsNeeded),
        (("赵分管", "孙经办"), RoleMissing),
        (("钱复审", "孙经办"), RoleMissing),
        (("钱复审", "吴离任"), RoleMissing),
        (("钱复审", "查无此人"), RoleMissing),
    ],
    ids=str,
)
def test_who_may_not_release_it(tmp_path: Path, people: tuple[str, ...], error: type[ArchivistError]) -> None:
    """“release by one person, by a person without role: refused”; one who left, one nobody knows, one name written twice."""
    with staffed(tmp_path) as workspace:
        case = open_household(workspace)
        place(workspace, BY, case.number, LAWSUIT)
        with pytest.raises(error):
            released(workspace, case, people=people)
        assert workspace.archive.read(case.number).holds[0].release is None


@pytest.mark.parametrize("people", [TWO, TWO[::-1], ("周两职", "钱复审"), ("周两职", "赵分管")], ids=str)
def test_who_may(tmp_path: Path, people: tuple[str, ...]) -> None:
    """One who reviews and another who decides, in any order, also where one of them holds both posts."""
    with staffed(tmp_path) as workspace:
        case = open_household(workspace)
        place(workspace, BY, case.number, LAWSUIT)
        assert released(workspace, case, people=people).holds[0].release


def staffed(folder: Path) -> Workspace:
    make_workspace(folder / "ws").close()
    with (folder / "ws" / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(PEOPLE)
    return Workspace.open(folder / "ws")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"paper": False}, "不是纸张的扫描"),
        ({"ink": 0.0}, "没有看见签名"),
        ({"labels": ()}, "没有看见签名"),
        ({"words": "收条"}, "看不出是"),
        ({"words": "档案保全（冻结销毁）登记表 二、解除"}, "上面没有户号"),
        ({"words": "档案保全（冻结销毁）登记表 户号 TJHQ-DB-2024-000002"}, "上面没有户号"),
    ],
    ids=str,
)
def test_a_paper_that_releases_nothing(
    workspace: Workspace, case: Case, how: dict[str, Any], words: str
) -> None:
    """“E001 没有签字的登记表扫描件”: no paper, no ink, no form, another household's."""
    held, _ = place(workspace, BY, case.number, LAWSUIT)
    with pytest.raises(UsageError, match=words):
        released(workspace, case, paper=scan(workspace, case.number, **how))
    assert workspace.archive.read(case.number).seq == held.seq


def test_the_signature_under_the_hold_is_not_one_under_its_release(workspace: Workspace, case: Case) -> None:
    """The sheet was signed when it was placed; 二、解除 is empty."""
    place(workspace, BY, case.number, LAWSUIT)
    paper = scan(workspace, case.number, labels=("登记人（签名）", "解除登记人（签名）"))
    (page,) = paper.result.pages
    for inks in ((0.3, 0.0, 0.0), (0.3, 0.2, 0.0), (0.3, 0.0, 0.2), (0.3,)):
        labels = ("登记人（签名）", "解除登记人（签名）", "管理部门负责人（签名）")
        places = tuple(map(SignaturePlace, labels, inks))
        empty = replace(paper, result=ReadResult(TXT, (replace(page, signature_places=places),)))
        with pytest.raises(UsageError, match="二、解除"):
            released(workspace, case, paper=empty)


def test_another_households_code_releases_nothing(workspace: Workspace, case: Case) -> None:
    other = open_another(workspace, "044")
    place(workspace, BY, case.number, LAWSUIT)
    code = DocumentCode(other.number, "BQD", RecordNo("0001")).payload(workspace.issuing_key(BY))
    with pytest.raises(UsageError, match=f"这是 {other.number} 的文书"):
        released(workspace, case, paper=scan(workspace, case.number, codes=(code,)))


def test_a_form_that_is_filed_releases_only_when_its_end_was_signed(workspace: Workspace, case: Case) -> None:
    """“by an unsigned form: refused”: as issued, as a plain paper, and the copy that was signed when it was placed."""
    number = case.number
    form = issued(
        workspace,
        number,
        HOLD_FORM,
        **{"hold.cause": "审计", "hold.start": "2024-03-01", "hold.until": "结束"},
    )
    copy = signed(workspace, number, form, ["登记人"])
    plain = scanned(workspace, number)
    for no in (form, copy, plain, RecordNo("0001")):
        with pytest.raises(UsageError, match="没有签字的登记表扫描件"):
            released(workspace, case, paper=no)
    end = issued(workspace, number, HOLD_FORM, **{"hold.cause": "审计", "hold.start": "2024-03-01", "hold.until": "结束", "hold.end": "2024-03-08"})  # fmt: skip
    assert [h.id for h in workspace.archive.read(number).holds] == ["H1"], (
        "the form of its end is no other hold"
    )
    with pytest.raises(UsageError):
        released(workspace, case, paper=end)
    free = released(workspace, case, paper=signed(workspace, number, end, ["解除登记人"]))
    assert free.holds[0].release is not None and not holds(free, TODAY)


def signed(workspace: Workspace, number: CaseNo, form: RecordNo, places: list[str]) -> RecordNo:
    """File the signed copy of a form."""
    document = workspace.catalogue.get(HOLD_FORM)
    path = workspace.root / f"签 {form}.txt"
    path.write_text(f"签 {form}", encoding="utf-8")
    return commit_file(
        workspace, BY, number, document, Original.of(path, path.name), None,
        DocumentCode(number, document.code, form), type_score=None, signature={"signed": places, "empty": []},
    ).no  # fmt: skip


def scanned(workspace: Workspace, number: CaseNo) -> RecordNo:
    path = workspace.root / "扫.txt"
    path.write_text("扫", encoding="utf-8")
    document = workspace.catalogue.get(HOLD_FORM)
    return commit_file(
        workspace, BY, number, document, Original.of(path, path.name), None, type_score=None
    ).no


# ── the form ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_form_places_a_hold_and_never_lifts_one(workspace: Workspace, case: Case) -> None:
    """“The form legal_hold_record places one, never releases”, signed or not; issued anew it is the same hold."""
    told = {"hold.cause": "行政诉讼", "hold.start": "2024-03-01", "hold.until": "判决生效"}
    issued(workspace, case.number, HOLD_FORM, **told)
    end = issued(workspace, case.number, HOLD_FORM, **told, **{"hold.end": "2024-03-05"})
    signed(workspace, case.number, end, ["解除登记人"])
    (hold,) = workspace.archive.read(case.number).holds
    assert (hold.id, hold.cause, hold.until, hold.release) == ("H1", "行政诉讼", "判决生效", None)
    assert hold.record == end
    with pytest.raises(OnHold, match="冻结的依据"):
        refiling.retype(
            workspace, BY, case.number, scanned_first(workspace), workspace.catalogue.get("mat_id_card"), "错"
        )


def test_the_form_says_what_was_registered(workspace: Workspace, case: Case) -> None:
    """「登记过的冻结，事由、起始日、依据、解除条件照登记的印，不必再填」: nobody tells them again, and it is no second hold."""
    order = replace(LAWSUIT, authority="样例区人民法院", doc_no="（2024）样01行初12号")
    place(workspace, BY, case.number, order)
    form = issued(workspace, case.number, HOLD_FORM)
    end = issued(workspace, case.number, HOLD_FORM, **{"hold.end": "2024-03-05"})
    (hold,) = workspace.archive.read(case.number).holds
    assert (hold.id, hold.record, hold.release) == ("H1", end, None)
    for no in (form, end):
        text = "\n".join(printed_of(workspace, case.number, no))
        for said in ("行政诉讼", "2024年3月1日", "样例区人民法院 （2024）样01行初12号", "判决生效"):
            assert said in text, (no, said)


@pytest.mark.parametrize(
    ("told", "lacking"),
    [
        ({}, 3),
        ({"hold.cause": "行政复议"}, 2),
        ({"hold.start": "2024年3月9日"}, 2),
        ({"hold.start": "上月"}, 4),
    ],
)
def test_the_form_guesses_no_hold(
    workspace: Workspace, case: Case, told: dict[str, str], lacking: int
) -> None:
    """「几项冻结分不清是哪一项的，要填写」: with two that stand, or none that is like what was told, all is asked for."""
    place(workspace, BY, case.number, LAWSUIT)
    place(workspace, BY, case.number, replace(LAWSUIT, cause="审计"))
    document = workspace.catalogue.get(HOLD_FORM)
    todo = plan(workspace, BY, document, [case.number], {case.number: told}, on=TODAY)
    assert [len(r.error.problems) for r in todo.refused] == [lacking] and not todo.documents
    which = {"保全事由": "审计", "hold.until": "审计结束"}
    no = issued(workspace, case.number, HOLD_FORM, **which)
    held = workspace.archive.read(case.number).holds
    assert [(h.id, h.record) for h in held] == [("H1", None), ("H2", no)]
    assert "审计结束" in "\n".join(printed_of(workspace, case.number, no)), "what is told goes before"


def test_the_form_of_a_household_that_a_group_hold_binds_says_what_was_declared(
    workspace: Workspace, case: Case
) -> None:
    """「由成批冻结冻结的户，照成批冻结的登记印」: cause, day, paper, condition; a person is told what the form does beside."""
    of = replace(LAWSUIT, authority="样例区人民法院", doc_no="（2024）样01行初12号")
    declare(workspace, BY, of, HeldCases(Category.DB))
    declare(workspace, BY, replace(LAWSUIT, cause="审计"), HeldCases(Category.TK))
    document = workspace.catalogue.get(HOLD_FORM)
    todo = plan(workspace, BY, document, [case.number], {}, on=TODAY)
    (one,) = todo.documents
    assert [doubt for doubt in one.doubts if "G1 解除后它仍在" in doubt]
    text = "\n".join(printed_of(workspace, case.number, issue(workspace, BY, todo).issued[0].record))
    for said in ("行政诉讼", "2024年3月1日", "样例区人民法院 （2024）样01行初12号", "判决生效"):
        assert said in text, said
    (hold,) = workspace.archive.read(case.number).holds
    assert (hold.id, hold.cause, hold.start, hold.until) == ("H1", of.cause, of.start, of.until)
    again = plan(workspace, BY, document, [case.number], {}, on=TODAY)
    assert again.documents[0].doubts == one.doubts[1:], "now it is about the household's own"


def test_the_form_guesses_no_group_hold(workspace: Workspace, case: Case) -> None:
    """「几项冻结分不清是哪一项的，要填写」: of two groups it belongs to, or of one that is not like what was told, nothing is taken."""
    declare(workspace, BY, LAWSUIT, HeldCases(Category.DB))
    declare(workspace, BY, replace(LAWSUIT, cause="审计", until="审计结束"), HeldCases(year=case.number.year))
    document = workspace.catalogue.get(HOLD_FORM)
    for told, lacking in (({}, 3), ({"hold.cause": "行政复议"}, 2)):
        todo = plan(workspace, BY, document, [case.number], {case.number: told}, on=TODAY)
        assert [len(r.error.problems) for r in todo.refused] == [lacking] and not todo.documents
    no = issued(workspace, case.number, HOLD_FORM, 保全事由="审计")
    assert "审计结束" in "\n".join(printed_of(workspace, case.number, no))


def test_a_hold_only_a_scan_tells_of_is_asked_for(workspace: Workspace, case: Case) -> None:
    """「几项冻结分不清是哪一项的，要填写」: what stands on a scan is not read by machine, so its cause is told by a person."""
    scanned(workspace, case.number)
    document = workspace.catalogue.get(HOLD_FORM)
    (refused,) = plan(workspace, BY, document, [case.number], {}, on=TODAY).refused
    assert len(refused.error.problems) == 3


def printed_of(workspace: Workspace, number: CaseNo, no: RecordNo) -> list[str]:
    """What a paper that was issued says."""
    folder = workspace.archive.folder(number)
    record = workspace.archive.read(number).records[no]
    (page,) = (folder / f.path for f in record.files if f.path.endswith(".docx"))
    return list(document_text(page.read_bytes()))


def scanned_first(workspace: Workspace) -> RecordNo:
    """A second household, whose only hold is by a scan of the form; the record that says so, retyped there."""
    other = open_another(workspace, "044")
    no = scanned(workspace, other.number)
    assert [h.cause for h in workspace.archive.read(other.number).holds] == [f"事由见第{no}件"]
    with pytest.raises(OnHold, match="冻结的依据"):
        refiling.retype(workspace, BY, other.number, no, workspace.catalogue.get("mat_id_card"), "错")
    raise OnHold("冻结的依据")


def old_form(form: int, *events: tuple[str, dict[str, str]]) -> Case:
    """A file of an earlier program with forms of holds and their signed copies, by what they were issued with."""
    number, chain = CaseNo("TEST", Category.DB, 2016, 1), list[tuple[Event, Sha256]]()

    def add(op: Op, data: dict[str, Any]) -> None:
        seq = len(chain) + 1
        event = Event(seq, Sha256("a" * 64), f"2024-03-{seq:02d}T09:00:00+08:00", "旧", op, data, format=form)
        chain.append((event, Sha256(f"{seq:064x}")))

    add(Op.CASE_OPENED, {"opened_on": "2016-01-10", "facts": {}})
    for n, (kind, told) in enumerate(events, 1):
        entry: dict[str, Any] = {"no": f"{n:04d}", "type": HOLD_FORM, "title": "登记表", "folder": "11 归档"}
        if kind == "form":
            entry |= {"status": "pending_signature", "data": {"given": told, "template_sha256": "f" * 64}}
            add(Op.DOCUMENT_ISSUED, {"record": entry})
        else:
            entry |= {"status": "signed_copy", "signs": f"{n - 1:04d}"}
            add(Op.SIGNED_COPY_FILED, {"record": entry})
    return fold(number, chain)


HELD_BY: Final = {"hold.cause": "行政诉讼", "hold.start": "2024-03-01"}
LIFTED: Final = {**HELD_BY, "hold.end": "2024年3月20日"}


@pytest.mark.parametrize("written", [0, 3, 4])
def test_how_forms_of_earlier_programs_are_read(written: int) -> None:
    """An unsigned form lifts nothing any more; a signed one of those programs lifts what it tells the end of, from that day."""
    unsigned = old_form(written, ("form", HELD_BY), ("form", LIFTED))
    assert holds(unsigned, LATE) and len(unsigned.holds) == 1
    both = old_form(written, ("form", HELD_BY), ("form", LIFTED), ("copy", {}))
    assert holds(both, dt.date(2024, 3, 19)) and not holds(both, dt.date(2024, 3, 20))
    other = old_form(written, ("form", HELD_BY), ("form", {**LIFTED, "hold.cause": "审计"}), ("copy", {}))
    assert [h.cause for h in holds(other, LATE)] == ["行政诉讼"], "the end of another hold releases nothing"
    placing = old_form(written, ("form", HELD_BY), ("copy", {}))
    assert holds(placing, LATE), "signed, and of no end"
    now = old_form(5, ("form", HELD_BY), ("form", LIFTED), ("copy", {}))
    assert holds(now, LATE), "in events of today no form does"


# ── group holds ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_group_hold_is_about_cases_there_are_and_to_come(workspace: Workspace, case: Case) -> None:
    """“现有 213 户，今后符合的一并冻结”; released for all, by two, on a paper the ledger keeps."""
    found = declare(workspace, BY, LAWSUIT, HeldCases(Category.DB))
    assert (found.group.hold.id, found.cases, found.unread) == ("G1", (case.number,), ())
    later = open_another(workspace, "044")
    with pytest.raises(OnHold, match="行政诉讼"):
        held_files.require_free(workspace.archive, later, "销毁", TODAY)
    with pytest.raises(InvalidValue, match="G1 是成批冻结"):
        released(workspace, case, "G1")
    with pytest.raises(TwoPersonsNeeded):
        group_released(workspace, people=TWO[:1])
    group_released(workspace)
    held_files.require_free(workspace.archive, later, "销毁", TODAY)
    (folder,) = workspace.archive.ledger_folders()
    assert (folder / "data/冻结/G1 解除.txt").is_file()
    assert bagit.Bag(str(folder)).is_valid() and not check_bag(folder).findings
    assert declare(workspace, BY, LAWSUIT, HeldCases(Category.TK)).group.hold.id == "G2"


def group_released(workspace: Workspace, **more: Any) -> None:
    asked: dict[str, Any] = {"basis": "审计结束", "people": TWO, "paper": None, **more}
    asked["paper"] = asked["paper"] or release_paper(workspace)
    release_group(workspace, BY, "g1", **asked)


def release_paper(
    workspace: Workspace, hold: str = "G1", *, basis: str = "审计结束", **more: Any
) -> ReadPaper:
    """A scan of the signed form by which a group hold is released."""
    code = api.group_release_form(workspace, BY, hold, basis=basis).code
    said = {"words": "成批冻结解除审批单", "codes": (code,), "labels": RELEASERS, "name": "解除单.txt"} | more
    return scan(workspace, CaseNo.parse("TJHQ-DB-2024-000001"), **said)


RELEASERS = ("复审负责人（签名）", "分管领导（签名）")
UNFIT: dict[str, tuple[dict[str, Any], type[ArchivistError], str]] = {
    "no scan": ({"paper": False}, UsageError, "不是纸张的扫描件"),
    "printed, not signed": ({"ink": 0.0}, UsageError, "没有看见签名"),
    "signed by one": ({"labels": RELEASERS[:1]}, UsageError, "没有认出“分管领导”"),
    "signed by two others": ({"labels": ("登记人（签名）", "解除登记人（签名）")}, UsageError, "没有认出"),
    "another form": ({"words": "会议签到表"}, UsageError, "看不出是《成批冻结解除审批单》"),
    "the form of one household": ({"words": "档案保全（冻结销毁）登记表 二、解除"}, UsageError, "看不出是"),
    "without the code": ({"codes": ()}, UsageError, "没有认出核对码"),
    "of another hold": ({"hold": "G2"}, ListChanged, "解除成批冻结 G2"),
    "on another basis": ({"basis": "判决生效"}, ListChanged, "内容已变"),
    "of an expunging": ({"codes": (FormCode("TCTJHQDB2024000001R1", "0" * 8).payload,)}, ListChanged, "剔除"),
}


@pytest.mark.parametrize("how", UNFIT)
def test_what_is_no_signed_form_of_this_release_releases_nothing(
    workspace: Workspace, case: Case, how: str
) -> None:
    """“every command that takes a signed scan: is each judged alike, hash code matched, refused unsigned”: E603, E001, and nothing is written."""
    declare(workspace, BY, LAWSUIT, HeldCases(Category.DB))
    declare(workspace, BY, LAWSUIT, HeldCases(Category.TK))
    (folder,) = workspace.archive.ledger_folders()
    before = sorted(folder.rglob("*"))
    told, error, words = UNFIT[how]
    with pytest.raises(error, match=words):
        group_released(workspace, paper=release_paper(workspace, **told))
    assert sorted(folder.rglob("*")) == before and held_files.holds(workspace.archive, case, TODAY)
    group_released(workspace, basis="审计 结束")
    assert not held_files.holds(workspace.archive, case, TODAY), "blanks make no other basis"


@pytest.mark.usefixtures("case")
def test_the_form_of_a_release_says_what_is_asked(workspace: Workspace) -> None:
    """The form bears the hold, what it is about, how many it binds now, and on which basis it is to end."""
    with pytest.raises(InvalidValue, match="没有第 G1 号"):
        api.group_release_form(workspace, BY, "G1", basis="审计结束")
    declare(workspace, BY, LAWSUIT, HeldCases(Category.DB))
    with pytest.raises(InvalidValue, match="依据"):
        api.group_release_form(workspace, BY, "G1", basis=" ")
    made = api.group_release_form(workspace, BY, "g1", basis="审计结束")
    words = "".join(document_text(made.file.read_bytes()))
    for said in ("G1", LAWSUIT.cause, "最低生活保障", "1户", "审计结束", made.code):
        assert said in words, said
    assert "王秀兰" not in words and made.file.is_relative_to(workspace.archive.outbox / "解除冻结")


def test_no_fact_takes_a_case_out_of_a_group_hold(workspace: Workspace, case: Case) -> None:
    """“only events named place or lift it”: the household moves to another village and stays held; one that moves in is held."""
    declare(workspace, BY, LAWSUIT, HeldCases(village="样例里"))
    other = open_another(workspace, "044")
    for village in ("别村", "又一村"):
        change_facts(workspace, BY, case.number, [("applicant.village", village)], reason="搬迁")
        assert held_files.holds(workspace.archive, workspace.archive.read(case.number), TODAY)
    declare(workspace, BY, HoldOrder("审计"), HeldCases(village="新村"))
    change_facts(workspace, BY, other.number, [("applicant.village", "新村")], reason="搬迁")
    causes = {
        h.cause for h in held_files.holds(workspace.archive, workspace.archive.read(other.number), TODAY)
    }
    assert "审计" in causes


@pytest.mark.parametrize(
    ("where", "cases"),
    [
        ("category=DB", HeldCases(Category.DB)),
        ("类别=低保 年度=2024", HeldCases(Category.DB, 2024)),
        ("village=样例里社区", HeldCases(village="样例里社区")),
        ("numbers=TJHQ-DB-2024-000001，TJHQ-DB-2024-000003..000009", HeldCases(numbers=("TJHQ-DB-2024-000001", "TJHQ-DB-2024-000003..000009"))),
    ],
)  # fmt: skip
def test_conditions_as_people_write_them(where: str, cases: HeldCases) -> None:
    assert api.held_cases(where) == cases
    assert HeldCases.from_plain(cases.to_plain()) == cases


@pytest.mark.parametrize(
    "where",
    [
        "",
        "猫=1",
        "category",
        "year=二四",
        "category=DB category=TK",
        "numbers=甲",
        "numbers=TJHQ-DB-2024-000001..x",
    ],
)
def test_conditions_that_nobody_understands_hold_nothing(where: str) -> None:
    with pytest.raises(UsageError):
        api.held_cases(where)


# ── F16: in every copy and child ─────────────────────────────────────────────────────────────────────────
def test_a_split_copies_every_hold(workspace: Workspace) -> None:
    """“Split and merged children inherit”: the whole child is held, by what held the parent and by what it alone would not fit."""
    made = open_household(workspace, parse_facts(HOME))
    file_papers(workspace, made.number, "mat_id_card")
    for step in (*TO_BENEFIT, "report_change"):
        made = record(workspace, made, step)
    place(workspace, BY, made.number, replace(LAWSUIT, records=(RecordNo("0001"),)))
    place(workspace, BY, made.number, HoldOrder("信访"))
    released(workspace, made, "H2")
    declare(workspace, BY, HoldOrder("审计"), HeldCases(numbers=(str(made.number),)))
    done = split_household(workspace, BY, made.number, ("李小样", "赵样例"), on=TODAY, reason="分开生活")
    child = workspace.archive.read(done.new.number)
    assert [(h.id, h.cause, h.scope, h.origin) for h in child.holds] == [
        ("H1", "行政诉讼", (), f"{made.number} H1"),
        ("H2", "审计", (), f"{made.number} G1"),
    ]
    with pytest.raises(OnHold):
        held_files.require_free(workspace.archive, child, "销毁", TODAY)
    assert [h.id for h in workspace.archive.read(made.number).holds] == ["H1", "H2"]


@pytest.mark.parametrize("first", ["hold", "backup"])
def test_a_hold_is_there_after_a_restoration(
    workspace: Workspace, case: Case, tmp_path: Path, first: str
) -> None:
    """“hold, then restore: hold is there”: of a file that was gone, and, placed since the copy was made, of one that was damaged."""
    (tmp_path / "盘").mkdir()
    if first == "hold":
        place(workspace, BY, case.number, LAWSUIT)
    disk = back_up(workspace, BY, tmp_path / "盘").generation.folder
    folder = workspace.archive.folder(case.number)
    if first == "hold":
        shutil.rmtree(folder)
    else:
        place(workspace, BY, case.number, LAWSUIT)
        (paper,) = (folder / "data").rglob("0001 *")
        paper.chmod(0o644)
        paper.write_bytes(b"damaged")
    restore(workspace, BY, case.number, disk)
    back = workspace.archive.read(case.number)
    assert [h.id for h in holds(back, TODAY)] == ["H1"] and not check_bag(folder).findings


def test_the_list_says_of_what_it_cannot_tell(workspace: Workspace, case: Case) -> None:
    """A ledger that cannot be read: the list goes on and says 未检; what would take something away is refused."""
    declare(workspace, BY, LAWSUIT, HeldCases(Category.DB))
    deregister(workspace, BY, case.number, on=TODAY, reason="旧档")
    event = workspace.archive.ledger_folders()[0] / "events" / "000001.json"
    event.chmod(0o644)
    event.write_bytes(event.read_bytes().replace(b"ledger_opened", b"ledger_openex"))
    found = disposal.retention_list(workspace, on=LATE)
    assert len(found.rows) == 1 and "成批冻结（总账）未检" in found.unread[0]
    with pytest.raises(ArchivistError) as refused:
        held_files.require_free(workspace.archive, workspace.archive.read(case.number), "销毁", TODAY)
    assert refused.value.code == "E202"


# ── nothing else ─────────────────────────────────────────────────────────────────────────────────────────
@given(
    placed=st.lists(st.sampled_from(CAUSES), min_size=1, max_size=4),
    lifted=st.lists(st.integers(1, 4), max_size=3, unique=True),
    noise=st.lists(st.sampled_from(["facts", "scan", "close", "reopen", "extend"]), max_size=6),
    on=st.dates(dt.date(2016, 1, 1), dt.date(2040, 1, 1)),
)
def test_only_the_events_named_place_or_lift_a_hold(
    placed: list[str], lifted: list[int], noise: list[str], on: dt.date
) -> None:
    """“a hold never changes a period, only events named place or lift it”: whatever else happens, in any order."""
    number, chain = CaseNo("TEST", Category.DB, 2016, 1), list[tuple[Event, Sha256]]()
    closed, papers = False, 0

    def add(op: Op, data: dict[str, Any]) -> None:
        seq = len(chain) + 1
        event = Event(seq, Sha256("a" * 64), f"2024-03-01T09:{seq:02d}:00+08:00", "甲", op, data, reason="因")
        chain.append((event, Sha256(f"{seq:064x}")))

    def paper(kind: str) -> None:
        nonlocal papers
        papers += 1
        entry = {"no": f"{papers:04d}", "type": kind, "title": kind, "folder": "11 归档", "status": "filed"}
        add(Op.RECORD_FILED, {"record": entry})

    def other(what: str) -> None:
        nonlocal closed
        match what:
            case "facts":
                add(Op.FACTS_CHANGED, {"facts": {"applicant": {"village": f"村{len(chain)}"}}})
            case "scan":
                paper(HOLD_FORM)
            case "close" if not closed:
                add(Op.DEREGISTERED, {"date": "2020-01-01"})
                closed = True
            case "reopen" if closed:
                add(Op.REOPENED, {})
                closed = False
            case "extend":
                add(Op.RETENTION_EXTENDED, {"until": "2050-01-01", "appraisers": ["乙", "丙"]})
            case _:
                pass

    add(Op.CASE_OPENED, {"opened_on": "2016-01-10", "facts": {}})
    for n, cause in enumerate(placed, 1):
        add(Op.HOLD_PLACED, {"hold": f"H{n}", "cause": cause, "scope": "case", "start": "2024-03-01"})
    gone = {n for n in lifted if n < len(placed)}  # the last is never lifted
    for n, what in enumerate([*noise, *([""] * len(gone))]):
        other(what)
        if n < len(gone):
            paper("mat_other")
            data = {
                "hold": f"H{sorted(gone)[n]}",
                "by": ["甲", "乙"],
                "basis": "了结",
                "paper": f"{papers:04d}",
            }
            add(Op.HOLD_RELEASED, data)
    case = fold(number, chain)
    wanted = {f"H{n}" for n in range(1, len(placed) + 1) if n not in gone}
    assert {h.id for h in holds(case, max(on, dt.date(2024, 3, 2)))} == wanted
    plain = fold(number, [(e, d) for e, d in chain if e.op not in (Op.HOLD_PLACED, Op.HOLD_RELEASED)])
    assert (case.deregistered_on, case.extensions and case.extensions[-1].until) == (
        plain.deregistered_on,
        plain.extensions and plain.extensions[-1].until,
    )


def test_who_acts_is_on_record(workspace: Workspace, case: Case) -> None:
    place(workspace, By("钱复审", BY.time), case.number, LAWSUIT)
    event = workspace.archive.chain(case.number).events[-1][0]
    assert (event.op, event.actor, event.data["hold"]) == (Op.HOLD_PLACED, "钱复审", "H1")
