"""Filed wrongly, put right: nothing lost, nothing twice, both chains say so for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.disposal_errors import OnHold
from archivist.doctypes.ids import DocumentId
from archivist.errors import (
    ArchiveError,
    ArchivistError,
    DuplicateFile,
    InvalidValue,
    RecordNotFound,
)
from archivist.ingest import refiling
from archivist.ingest.filing import AlreadyFiled, NeedsReview, ReadDrop, commit_file, file_dropped
from archivist.ingest.matching.paper_date import paper_date
from archivist.issuing.case_documents import issue, plan
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.procedure.closing import deregister
from archivist.procedure.completeness_audit import check
from archivist.reading.formats.text import TXT
from archivist.reading.pages import PageText, ReadResult
from archivist.rules.disposition import arrangement
from archivist.store import Archive, Original
from archivist.store.bag_fixity import check_bag
from archivist.workspace import Workspace
from tests.filing import come_to
from tests.kit import BY, TODAY, make_workspace, open_another, open_household
from tests.people import WANG_ID
from tests.sampling import examples

FIRST, SECOND = RecordNo("0001"), RecordNo("0002")
WORDS = "诊断证明书\n漏雨的北墙"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """王秀兰's household, and another; the first has a paper that is the other's."""
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        open_another(made, "044")
        file(made, wrong(made), "王秀兰 诊断.txt", WORDS)
        yield made


def wrong(workspace: Workspace) -> CaseNo:
    return workspace.archive.case_numbers()[0]


def right(workspace: Workspace) -> CaseNo:
    return workspace.archive.case_numbers()[1]


def dropped(workspace: Workspace, name: str, words: str) -> ReadDrop:
    path = workspace.archive.inbox / name
    path.write_text(f"{name} {words}", encoding="utf-8")
    page = PageText(1, words, (), "text", None, 0, None, None)
    return ReadDrop(Original.of(path, name), ReadResult(TXT, (page,)), None)


def file(
    workspace: Workspace,
    number: CaseNo,
    name: str,
    words: str,
    kind: str = "mat_medical_evidence",
    code: DocumentCode | None = None,
) -> Record:
    drop = dropped(workspace, name, words)
    document = workspace.catalogue.get(kind)
    return commit_file(
        workspace, BY, number, document, drop.original, drop.result, code, type_score=None, reason="漏归"
    )


def move(
    workspace: Workspace, record: RecordNo = FIRST, kind: str | None = None, reason: str = "归错"
) -> refiling.Move:
    document = workspace.catalogue.get(kind) if kind else None
    return refiling.move(workspace, BY, wrong(workspace), record, right(workspace), document, reason)


def retype(workspace: Workspace, kind: str, reason: str = "认错") -> refiling.Retyping:
    return refiling.retype(workspace, BY, wrong(workspace), FIRST, workspace.catalogue.get(kind), reason)


def payload(workspace: Workspace, case: Case, record: RecordNo) -> bytes:
    (entry,) = case.records[record].files
    return (workspace.archive.folder(case.number) / entry.path).read_bytes()


def sound(workspace: Workspace) -> None:
    for number in workspace.archive.case_numbers():
        assert check_bag(workspace.archive.folder(number)).findings == ()
        assert bagit.Bag(str(workspace.archive.folder(number))).validate()
    assert not workspace.index.drift() and not workspace.archive.two_case_changes.begun()


# ── to another household ─────────────────────────────────────────────────────────────────────────────────
def test_a_paper_goes_to_the_right_household(workspace: Workspace) -> None:
    """Filed in the right household first, with its text; then out of the wrong one's payload: digest and reason stay."""
    archive, before = workspace.archive, workspace.archive.read(wrong(workspace))
    content = payload(workspace, before, FIRST)
    done = move(workspace)
    assert (done.record, done.new, done.new_title) == (FIRST, FIRST, done.title)
    here, there = archive.read(wrong(workspace)), archive.read(right(workspace))
    assert payload(workspace, there, FIRST) == content
    assert archive.text(there.number, FIRST) == WORDS
    assert archive.source_name(there.number, there.records[FIRST]) == "王秀兰 诊断.txt"
    assert there.records[FIRST].source["moved_from"] == {"case": str(here.number), "record": "0001"}
    folder = archive.folder(here.number)
    assert not [p for p in folder.rglob("0001*") if p.is_file()], "file, text and name have left"
    events = [event for event, _ in archive.chain(here.number).events]
    assert events[-2].files[0].sha256 == there.records[FIRST].files[0].sha256
    assert (events[-1].op, events[-1].reason) == (Op.RECORD_MOVED_OUT, "归错")
    assert archive.chain(there.number).events[-1][0].reason == "归错"
    sound(workspace)


def test_it_counts_nowhere_any_more_and_its_number_is_not_given_again(workspace: Workspace) -> None:
    """页数, 卷内目录, check and search know it in the new household only."""
    move(workspace)
    here, there = workspace.archive.read(wrong(workspace)), workspace.archive.read(right(workspace))
    assert not here.records and not arrangement.items(here) and not list(arrangement.files(here))
    assert [i.made.no for i in arrangement.items(there)] == [FIRST]
    assert [(h.case, h.record) for h in workspace.index.search("漏雨的北墙").hits] == [(there.number, FIRST)]
    assert workspace.index.records(here.number) == []
    moved = here.moved_out[FIRST]
    assert (moved.case, moved.new, moved.reason, moved.record.title) == (
        there.number,
        FIRST,
        "归错",
        "医疗诊断材料",
    )
    assert file(workspace, here.number, "另一件.txt", "另一件").no == SECOND
    check(workspace, [here.number], on=TODAY)
    (issued,) = issue(
        workspace,
        BY,
        plan(
            workspace, BY, workspace.catalogue.get("case_notes"), [here.number], {here.number: {}}, on=TODAY
        ),
    ).issued
    assert f"第0001件{TODAY}移出，归入{there.number}第0001件。" in workspace.archive.text(
        here.number, issued.record
    )
    sound(workspace)


def test_the_index_made_anew_says_the_same(workspace: Workspace) -> None:
    """The index follows; one made from the archive alone gives the same answers."""
    move(workspace)
    retyped = refiling.retype(
        workspace, BY, right(workspace), FIRST, workspace.catalogue.get("mat_id_card"), "认错"
    )
    asked = ("漏雨的北墙", f"文书:{retyped.document.title}", "文书:医疗诊断材料")
    before = [workspace.index.search(q).hits for q in asked]
    workspace.index.rebuild()
    assert [workspace.index.search(q).hits for q in asked] == before
    assert [len(hits) for hits in before] == [1, 1, 0]


def test_it_may_get_another_type_on_the_way(workspace: Workspace) -> None:
    """``--type`` names its type there; that a person chose it is recorded."""
    done = move(workspace, kind="mat_id_card")
    record = workspace.archive.read(right(workspace)).records[done.new]
    assert (record.type, record.title, record.data["typed"]) == (
        "mat_id_card",
        done.new_title,
        {"by": "person"},
    )
    assert record.files[0].path == f"data/{record.folder}/0001 {record.title}.txt"
    sound(workspace)


def test_a_move_back_is_a_move(workspace: Workspace) -> None:
    """Undo: a new record where it was; the old number stays empty."""
    move(workspace)
    back = refiling.move(workspace, BY, right(workspace), FIRST, wrong(workspace), None, "原来没有错")
    assert back.new == SECOND
    here = workspace.archive.read(wrong(workspace))
    assert list(here.records) == [SECOND] and list(here.moved_out) == [FIRST]
    assert workspace.archive.source_name(here.number, here.records[SECOND]) == "王秀兰 诊断.txt"
    sound(workspace)


def test_an_original_left_by_a_kill_is_known_after_the_move(workspace: Workspace) -> None:
    """Filed, killed before the original went, moved: the original is still the very file that was filed."""
    name = "王秀兰 诊断.txt"
    path = workspace.archive.inbox / name
    page = PageText(1, f"{WORDS}\n{WANG_ID}", (), "text", None, 0, None, None)
    left = ReadDrop(Original.of(path, name), ReadResult(TXT, (page,)), None)
    move(workspace)
    outcome = file_dropped(workspace, BY, left)
    assert isinstance(outcome, AlreadyFiled) and (outcome.case, outcome.record) == (right(workspace), FIRST)
    assert not path.exists() and not workspace.archive.read(wrong(workspace)).records


def test_what_does_not_move_and_what_is_said_instead(workspace: Workspace) -> None:
    """Issued, signed, signed copies, held: each is refused with what to do instead; nothing is written."""
    number, notice = wrong(workspace), workspace.catalogue.get("acceptance_notice")
    come_to(workspace, workspace.archive.read(number), notice.id)
    todo = plan(workspace, BY, notice, [number], {}, on=TODAY)
    (issued,) = issue(workspace, BY, todo).issued
    refused(workspace, issued.record, ArchiveError, "制发")
    code = DocumentCode(number, notice.code, issued.record)
    copy = file(workspace, number, "签好的.txt", "受理通知书", "acceptance_notice", code)
    refused(workspace, issued.record, ArchiveError, "签署件")
    refused(workspace, copy.no, ArchiveError, "签署件")
    refused(workspace, RecordNo("0009"), RecordNotFound, "0009")
    hold = file(workspace, number, "冻结.txt", "档案保全登记表", DocumentId.LEGAL_HOLD_RECORD)
    refused(workspace, FIRST, OnHold, "冻结")
    with pytest.raises(OnHold, match="冻结的依据"):
        refiling.retype(workspace, BY, number, hold.no, workspace.catalogue.get("mat_id_card"), "认错")
    sound(workspace)


def refused(workspace: Workspace, record: RecordNo, kind: type[ArchivistError], words: str) -> None:
    before = [workspace.archive.head(n) for n in workspace.archive.case_numbers()]
    with pytest.raises(kind) as error:
        move(workspace, record)
    assert words in str(error.value) and error.value.remedy
    if kind is not OnHold:
        with pytest.raises(kind, match=words):
            refiling.retype(
                workspace, BY, wrong(workspace), record, workspace.catalogue.get("mat_id_card"), "认错"
            )
    assert [workspace.archive.head(n) for n in workspace.archive.case_numbers()] == before


def test_what_is_there_already_is_not_moved_there_again(workspace: Workspace) -> None:
    """Refused for a duplicate in the target, for the same case, and without a reason."""
    number, document = right(workspace), workspace.catalogue.get("mat_medical_evidence")
    twin = dropped(workspace, "王秀兰 诊断.txt", WORDS)
    commit_file(workspace, BY, number, document, twin.original, twin.result, type_score=None)
    with pytest.raises(DuplicateFile, match="0001"):
        move(workspace)
    with pytest.raises(InvalidValue, match="本来就在"):
        refiling.move(workspace, BY, number, FIRST, number, None, "归错")
    for empty in ("", "  "):
        with pytest.raises(InvalidValue, match="--reason"):
            move(workspace, reason=empty)
        with pytest.raises(InvalidValue, match="--reason"):
            retype(workspace, "mat_id_card", reason=empty)
    assert not workspace.archive.read(wrong(workspace)).moved_out


def test_closed_files_give_and_take_with_the_reason(workspace: Workspace) -> None:
    """A deregistered household takes what is its own, and gives what is not, for a reason that stays in the chain."""
    for number in workspace.archive.case_numbers():
        deregister(workspace, BY, number, on=TODAY, reason="自愿退出")
    move(workspace)
    assert list(workspace.archive.read(right(workspace)).records) == [FIRST]
    sound(workspace)


def test_a_plan_writes_nothing(workspace: Workspace) -> None:
    """``--dry-run`` shows the same plan the real run follows."""
    heads = [workspace.archive.head(n) for n in workspace.archive.case_numbers()]
    number, card = wrong(workspace), workspace.catalogue.get("mat_id_card")
    planned = refiling.plan_move(workspace, BY, number, FIRST, right(workspace), card, "归错")
    retyping = refiling.plan_retyping(workspace, BY, number, FIRST, card, "认错")
    assert [workspace.archive.head(n) for n in workspace.archive.case_numbers()] == heads
    assert retype(workspace, "mat_id_card") == retyping
    assert move(workspace) == refiling.Move(
        planned.case, FIRST, retyping.document.title, planned.target, planned.new, planned.new_title, None
    )


def test_the_same_bytes_do_not_come_back_by_themselves(workspace: Workspace) -> None:
    """What a person took out of a household is not filed there again as if it had never been there."""
    move(workspace)
    with pytest.raises(DuplicateFile, match="已移出"):
        file(workspace, wrong(workspace), "王秀兰 诊断.txt", WORDS)
    again = dropped(workspace, "王秀兰 诊断.txt", WORDS)
    page = PageText(1, f"{WORDS}\n{WANG_ID}", (), "text", None, 0, None, None)
    drop = ReadDrop(again.original, ReadResult(TXT, (page,)), None)
    outcome = file_dropped(workspace, BY, drop)
    assert isinstance(outcome, NeedsReview) and outcome.reason == "duplicate" and "已移出" in outcome.message


# ── another type ─────────────────────────────────────────────────────────────────────────────────────────
def test_another_type_is_an_event_that_moves_the_file(workspace: Workspace) -> None:
    """Never renamed silently: the event says from where to where; the file stays read-only, manifests follow."""
    number = wrong(workspace)
    content = payload(workspace, workspace.archive.read(number), FIRST)
    done = retype(workspace, "mat_id_card")
    assert (done.old_type, done.document.id) == ("mat_medical_evidence", "mat_id_card")
    case = workspace.archive.read(number)
    record = case.records[FIRST]
    assert (record.type, record.title, record.status) == (
        "mat_id_card",
        done.document.title,
        RecordStatus.FILED,
    )
    assert record.data["typed"] == {"by": "person"} and record.seq == 2
    event = workspace.archive.chain(number).events[-1][0]
    assert event.op is Op.RECORD_RETYPED and event.moves[0][1] == record.files[0].path
    assert payload(workspace, case, FIRST) == content
    assert (workspace.archive.folder(number) / record.files[0].path).stat().st_mode & 0o777 == 0o400
    assert workspace.archive.text(number, FIRST) == WORDS
    with pytest.raises(InvalidValue, match="本来就是"):
        retype(workspace, "mat_id_card")
    sound(workspace)


def test_the_papers_own_day_is_read_anew(workspace: Workspace) -> None:
    """Where the day stands depends on the type: another type may read another day, or none."""
    words = "收入证明\n兹证明某人在我单位工作\n2024年2月6日\n有效期至 2024年2月29日"
    number = wrong(workspace)
    record = file(workspace, number, "另一张.txt", words, "mat_income_proof")
    assert record.dated == "2024-02-06"
    for kind in ("mat_id_card", "mat_income_proof"):
        refiling.retype(workspace, BY, number, record.no, workspace.catalogue.get(kind), "认错")
        now = workspace.archive.read(number).records[record.no]
        wanted = paper_date([words], workspace.catalogue.get(kind), TODAY)
        assert now.dated == (wanted.isoformat() if wanted else "") and not now.type_unsure
        assert bool(now.dated) == (kind == "mat_income_proof")


@given(
    st.lists(
        st.sampled_from(["mat_id_card", "mat_medical_evidence", "neighbor_interview", "other"]), max_size=5
    )
)
@settings(max_examples=examples(5, 30), deadline=None)
def test_types_go_to_and_fro(tmp_path_factory: pytest.TempPathFactory, kinds: list[str]) -> None:
    """A retype back is a retype: whatever the order, the last one holds and the bag is whole."""
    with make_workspace(tmp_path_factory.mktemp("types") / "ws") as workspace:
        open_household(workspace)
        file(workspace, wrong(workspace), "a.txt", WORDS)
        last = "mat_medical_evidence"
        for kind in kinds:
            if kind == last:
                with pytest.raises(InvalidValue):
                    retype(workspace, kind)
            else:
                retype(workspace, kind)
            last = kind
        record = Archive(workspace.archive.root).read(wrong(workspace)).records[FIRST]
        assert record.type == last and record.title == workspace.catalogue.get(last).title
        sound(workspace)
