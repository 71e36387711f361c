"""A record says which of its pages to look at, and where its lines stand, however it came into the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.api.case_file import show_case
from archivist.ingest.by_hand import assign
from archivist.ingest.filing import Filed, NeedsReview, ReadDrop, file_dropped
from archivist.model.case import Case
from archivist.model.record import Record
from archivist.reading.formats.images import TIFF
from archivist.reading.line_boxes import unpack_lines
from archivist.reading.pages import PageText, ReadResult, TextLine, failed_page
from archivist.store import Original
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG_ID

LINES = tuple(
    TextLine(text, 0.97, 0.1, 0.1 * row, 0.5, 0.1 * row + 0.03)
    for row, text in enumerate(("诊断证明书", f"证号 {WANG_ID}", "科别 骨科"), 1)
)


def page(number: int, *, score: float = 0.97, lines: tuple[TextLine, ...] = LINES) -> PageText:
    text = "\n".join(line.text for line in lines)
    return PageText(number, text, (), "ocr", score, 0, 1654, 2339, on_paper=True, lines=lines)


def back(number: int) -> PageText:
    return PageText(number, "", (), "none", None, 0, 1654, 2339, on_paper=True, blank=True)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        yield made


def drop(workspace: Workspace, *pages: PageText) -> Filed | NeedsReview:
    """Drop a scan of which this was read."""
    path = workspace.archive.inbox / "a.tif"
    path.write_bytes(b"II*\0 a scan")
    outcome = file_dropped(
        workspace, BY, ReadDrop(Original.of(path, path.name), ReadResult(TIFF, pages), None)
    )
    assert isinstance(outcome, Filed | NeedsReview)
    return outcome


def the_case(workspace: Workspace) -> Case:
    return workspace.archive.read(workspace.archive.case_numbers()[0])


def boxes_of(workspace: Workspace, record: Record) -> bytes:
    assert record.line_boxes is not None
    return (workspace.archive.folder(the_case(workspace).number) / record.line_boxes.path).read_bytes()


def found(workspace: Workspace, query: str) -> list[str]:
    return [str(hit.record) for hit in workspace.index.search(query).hits]


def test_doubtful_pages_are_flagged_listed_and_shown(workspace: Workspace) -> None:
    """“doubtful pages are flagged and listed (``search 识读:存疑``)”, “``case show`` marks such records”."""
    outcome = drop(workspace, page(1), page(2, score=0.6), back(3))
    assert isinstance(outcome, Filed)
    record = the_case(workspace).records[outcome.record]
    assert record.data["doubtful"] == [2]
    assert record.data["blank"] == [3]
    assert "failed" not in record.data
    assert found(workspace, "识读:存疑") == found(workspace, "识读:空白") == [outcome.record]
    assert found(workspace, "识读:失败") == []
    (shown,) = show_case(workspace, str(outcome.case)).records
    assert (shown.doubtful_pages, shown.blank_pages, shown.failed_pages) == ((2,), (3,), ())
    assert shown.standing == "已归档，第 2 页识读存疑"


def test_blank_pages_are_not_counted(workspace: Workspace) -> None:
    """“Blank pages: left out of 页数 and of reading, kept in the original.”; so in the count."""
    outcome = drop(workspace, page(1), back(2), page(3), back(4))
    assert isinstance(outcome, Filed)
    assert the_case(workspace).records[outcome.record].pages == 2


def test_where_the_lines_stand_is_kept_with_the_text(workspace: Workspace) -> None:
    """“written in the same commit as the text”: one event, covered by the manifests."""
    outcome = drop(workspace, page(1), back(2))
    assert isinstance(outcome, Filed)
    record = the_case(workspace).records[outcome.record]
    assert {f.path for f in record.tag_files} >= {f"text/{record.no}.txt", f"text/{record.no}.lines"}
    placed = unpack_lines(boxes_of(workspace, record))
    assert [[line.text for line in p.lines] for p in placed] == [[line.text for line in LINES], []]


def test_a_page_that_could_not_be_read_waits_and_keeps_its_lines_when_assigned(workspace: Workspace) -> None:
    """“NeedsReview with a reason naming the page …; by hand it can be filed”; “an assign from the tray keeps it”."""
    outcome = drop(workspace, page(1), failed_page(2, "第 2 帧已损坏"))
    assert isinstance(outcome, NeedsReview)
    assert (outcome.reason, "第 2 页读不出来（第 2 帧已损坏）" in outcome.message) == (
        "pages_unreadable",
        True,
    )
    assert the_case(workspace).records == {}
    (item,) = workspace.archive.tray.items()
    filed = assign(workspace, BY, item, the_case(workspace).number, workspace.catalogue.get("诊断证明"))
    record = the_case(workspace).records[filed.record]
    assert record.data["failed"] == [2]
    assert len(unpack_lines(boxes_of(workspace, record))[0].lines) == len(LINES)
    assert found(workspace, "识读:失败") == [filed.record]


def test_born_digital_papers_have_no_line_boxes(workspace: Workspace) -> None:
    outcome = drop(workspace, replace(page(1), source="text", score=None, lines=(), on_paper=False))
    assert isinstance(outcome, Filed)
    assert the_case(workspace).records[outcome.record].line_boxes is None
