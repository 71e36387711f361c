"""A filing from the tray taken back: the paper waits again and is nowhere else, the chain says so for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bagit
import pytest

from archivist.api import cases, documents, refiling, steps, undoing
from archivist.api.case_file import show_case
from archivist.errors import ArchiveError, RecordNotFound
from archivist.ingest import by_hand, taking_back
from archivist.ingest.filing import ReadDrop
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.reading.formats.text import TXT
from archivist.reading.kept_reading import unpack
from archivist.reading.pages import PageText, ReadResult
from archivist.store import Original, TrayItem
from archivist.store.bag_fixity import check_bag
from archivist.workspace import Workspace
from tests.filing import come_to, file_papers
from tests.kit import BY, NOW, TODAY, make_workspace, open_another, open_household

OTHER = By("苏调查", NOW)
FIRST = RecordNo("0001")
WORDS = "诊断证明书\n漏雨的北墙"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """王秀兰's household, and another."""
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        open_another(made, "044")
        yield made


def household(workspace: Workspace, n: int = 0) -> CaseNo:
    return workspace.archive.case_numbers()[n]


def waiting(workspace: Workspace, name: str = "王秀兰 诊断.txt") -> TrayItem:
    """Put a paper into the tray."""
    path = workspace.archive.inbox / name
    path.write_text(f"{WORDS}\n{name}", encoding="utf-8")
    original = Original.of(path, name)
    with workspace.archive.writing("林经办"):
        item = workspace.archive.tray.put(
            original, ".txt", workspace.stamp(BY), reason="no_case", message="", text=WORDS
        )
    path.unlink()
    return item


def assign(workspace: Workspace, item: TrayItem, n: int = 0, by: By = BY) -> None:
    by_hand.assign(
        workspace, by, item, household(workspace, n), workspace.catalogue.get("mat_medical_evidence")
    )


def read(original: Original) -> ReadDrop:
    """What reading the paper gives: no process is begun for it here."""
    return ReadDrop(original, ReadResult(TXT, (PageText(1, WORDS, (), "text", None, 0, None, None),)), None)


def take_back(workspace: Workspace, record: RecordNo = FIRST, by: By = BY) -> TrayItem:
    return taking_back.take_back(workspace, by, household(workspace), record, "归错了户", read)


def sound(workspace: Workspace) -> None:
    for number in workspace.archive.case_numbers():
        assert check_bag(workspace.archive.folder(number)).findings == ()
        assert bagit.Bag(str(workspace.archive.folder(number))).validate()
    assert not workspace.index.drift() and not workspace.archive.tray.coming()


def test_the_paper_waits_as_it_came_and_the_case_says_that_it_was_there(workspace: Workspace) -> None:
    """«a clerk's file is never deleted»: bytes, name and words are in the tray; of the file only number, digest and reason are left."""
    item = waiting(workspace)
    content = item.file.read_bytes()
    assign(workspace, item)
    back = take_back(workspace)
    assert (back.id, back.name, back.sha256, back.text) == (item.id, item.name, item.sha256, WORDS)
    assert back.file.read_bytes() == content and back.reason == "taken_back"
    assert (reading := unpack(back.reading)) and reading.text == WORDS, (
        "whoever files it need not read it again"
    )
    here = workspace.archive.read(household(workspace))
    assert not here.records and here.next_record() == "0002"
    gone = here.unfiled[FIRST]
    assert (gone.item, gone.reason, gone.actor) == (item.id, "归错了户", "林经办")
    assert workspace.archive.text(here.number, FIRST) == "" and not workspace.index.search("漏雨的北墙").hits
    event, _ = workspace.archive.chain(here.number).events[-1]
    assert event.op is Op.RECORD_TAKEN_BACK and event.data == {"record": "0001", "item": item.id}
    sound(workspace)


def test_it_is_filed_where_it_belongs_or_again_where_it_was(workspace: Workspace) -> None:
    """The paper is no duplicate of itself: both ways are open, and no number is given twice."""
    assign(workspace, waiting(workspace))
    assign(workspace, take_back(workspace))
    assert list(workspace.archive.read(household(workspace)).records) == ["0002"]
    assign(workspace, take_back(workspace, RecordNo("0002")), 1)
    assert not workspace.archive.read(household(workspace)).records and not workspace.archive.tray.items()
    assert list(workspace.archive.read(household(workspace, 1)).records) == ["0001"]
    with pytest.raises(RecordNotFound, match="第 0002 件已撤回（2024-03-08，林经办），回到待认领"):
        take_back(workspace, RecordNo("0002"))
    sound(workspace)


def test_only_what_came_from_the_tray_that_day(workspace: Workspace) -> None:
    """What somebody filed by name is no tray's, and yesterday's paper is part of its file: the remedy says what to do instead."""
    file_papers(workspace, household(workspace), "mat_id_card")
    with pytest.raises(ArchiveError, match="不是从待认领归入的") as refused:
        take_back(workspace)
    assert "archivist case record move" in refused.value.remedy
    assign(workspace, waiting(workspace))
    late = replace(BY, time=NOW + dt.timedelta(days=1))
    with pytest.raises(ArchiveError, match="2024-03-08 归入的，只能当天撤回"):
        take_back(workspace, RecordNo("0002"), late)
    assert len(workspace.archive.read(household(workspace)).records) == 2


def test_a_step_taken_since_may_rest_on_it(workspace: Workspace) -> None:
    """«refused when the record was since used»: what another one did on the strength of the papers is not undermined."""
    number = str(household(workspace))
    assign(workspace, waiting(workspace))
    steps.take_step(workspace, OTHER, number, "discover", on=TODAY)
    shown = undoing.plan(workspace, BY, number).shown
    assert not shown.possible and "苏调查又办了" in shown.problems[0]
    with pytest.raises(ArchiveError, match="现在不能撤销"):
        undoing.take_back_filing(workspace, BY, number, "1")
    assert show_case(workspace, number).records


def test_undo_takes_it_back_and_says_what_follows(workspace: Workspace) -> None:
    """``undo`` is the same act; taking back what was taken back is to file it again."""
    number, item = str(household(workspace)), waiting(workspace)
    assign(workspace, item)
    planned = undoing.plan(workspace, BY, number)
    assert (
        planned.shown.possible
        and "回到待认领" in planned.shown.inverse
        and "件号不重给" in planned.shown.leaves[0]
    )
    undoing.undo(workspace, BY, planned)
    assert [i.id for i in workspace.archive.tray.items()] == [item.id]
    again = undoing.plan(workspace, BY, number).shown
    assert not again.possible
    assert f"archivist review assign {item.id} {number}" in again.instead
    cases.change_facts(workspace, OTHER, number, [("applicant.phone", "022-00008888")])
    sound(workspace)


def test_a_signed_copy_and_a_moved_paper_are_no_filing_to_be_taken_back(workspace: Workspace) -> None:
    """What another act stands behind is that act's to take back, and it is said which: nothing is moved by the way."""
    number = household(workspace)
    come_to(workspace, workspace.archive.read(number), "application_form")
    prepared = documents.prepare(workspace, BY, "application_form", (str(number),), settings={}, on=TODAY)
    (issued,) = documents.issue(workspace, BY, prepared).issued
    form = workspace.catalogue.get("application_form")
    by_hand.assign(workspace, BY, waiting(workspace), number, form, signs=RecordNo(str(issued.record)))
    copy = list(workspace.archive.read(number).records)[-1]
    with pytest.raises(ArchiveError, match="没有可以撤销的办法") as refused:
        undoing.take_back_filing(workspace, BY, str(number), copy)
    assert "签署件随它所签的文书" in refused.value.remedy
    other = household(workspace, 1)
    assign(workspace, waiting(workspace, "二.txt"), 1)
    refiling.move_record(workspace, BY, str(other), "1", str(number), reason="归错")
    moved = list(workspace.archive.read(number).records)[-1]
    with pytest.raises(ArchiveError, match="最后办的是归档"):
        undoing.take_back_filing(workspace, BY, str(number), moved)
    with pytest.raises(ArchiveError, match="不是从待认领归入的"):
        take_back(workspace, moved)
    assert list(workspace.archive.read(number).records)[-1] == moved
