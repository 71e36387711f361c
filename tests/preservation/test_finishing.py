"""「`case finish`: complete, pages counted, 档号, `volume_finished {no, pages[[record, first, last]]}`; later papers continue the count; cover, 目录, 备考表 unnumbered.」."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.api import finishing
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.resolve import filled
from archivist.errors import CaseClosed, InvalidValue, StepRefused
from archivist.issuing.sources import case_sources
from archivist.model.case import Case
from archivist.model.case_fold import fold
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.volumes import PageRange, Volume, finished
from archivist.preservation.finishing import PAPERS, finish, plan
from archivist.workspace import Workspace
from tests.answers import printed
from tests.filing import TO_PUBLICITY, file_papers, walk
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.volumes import file_pages, filing_office


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with filing_office(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def number(workspace: Workspace) -> CaseNo:
    """A household with three papers, five pages."""
    case = open_household(workspace)
    file_pages(workspace, case.number, "mat_id_card", b"one", ".jpg", pages=2)
    file_pages(workspace, case.number, "application_form", b"two", ".jpg", pages=1)
    return file_pages(workspace, case.number, "household_survey", b"three", ".jpg", pages=2).number


def said(workspace: Workspace, number: CaseNo) -> list[dict[str, object]]:
    return [dict(e.data) for e, _ in workspace.archive.chain(number).events if e.op is Op.VOLUME_FINISHED]


def catalogue_of(workspace: Workspace, case: Case) -> list[tuple[object, object]]:
    """Return what the catalogue says: of each item its number and its pages."""
    context = DocumentContext.read(
        workspace.catalogue.get("case_catalog"), case, workspace.config,
        on=TODAY, given={}, sources=case_sources(workspace, BY, case),
    )  # fmt: skip
    volume = filled(context)["volume"]
    assert isinstance(volume, dict)
    return [(row["no"], row["range"]) for row in volume["records"] if row["no"]]


def test_a_file_is_numbered_in_the_order_of_the_volume(workspace: Workspace, number: CaseNo) -> None:
    """`volume_finished {no, pages[[record, first, last]]}`: the application stands before the cards, whatever came first."""
    planned, made = finish(workspace, BY, number)
    assert said(workspace, number) == [
        {"no": "Z109-DB·2024-D3-000001", "pages": [["0002", 1, 1], ["0001", 2, 3], ["0003", 4, 5]]}
    ]
    assert [one.title for one in made] == [workspace.catalogue.get(kind).title for kind in PAPERS]
    case = workspace.archive.read(number)
    assert case.volume == Volume(
        planned.volume.no, planned.volume.pages, case.volume.seq if case.volume else 0
    )
    assert catalogue_of(workspace, case) == [("0002", "1"), ("0001", "2—3"), ("0003", "4—5")]
    assert {str(case.records[one.record].data["given"]["volume.archive_no"]) for one in made} == {
        planned.volume.no
    }


def test_later_papers_continue_the_count(workspace: Workspace, number: CaseNo) -> None:
    """「later papers continue the count」: a paper that belongs at the front is numbered behind, and nothing is numbered anew."""
    finish(workspace, BY, number)
    case = file_pages(workspace, number, "confirmation_decision", b"four", ".jpg", pages=3)
    assert catalogue_of(workspace, case)[-1] == ("0008", "6—8")
    _, made = finish(workspace, BY, number)
    assert said(workspace, number)[1]["pages"] == [["0008", 6, 8]]
    assert [one.title for one in made] == [workspace.catalogue.get(kind).title for kind in PAPERS], (
        "made anew"
    )
    case = workspace.archive.read(number)
    assert case.volume and list(case.volume.pages) == ["0002", "0001", "0003", "0008"]


def test_a_second_run_does_nothing(workspace: Workspace, number: CaseNo) -> None:
    finish(workspace, BY, number)
    head = workspace.archive.read(number).head
    planned, made = finish(workspace, BY, number)
    assert (planned.added, made) == ((), ()) and workspace.archive.read(number).head == head


def test_what_was_broken_off_goes_on(workspace: Workspace, number: CaseNo) -> None:
    """「run again, it goes on where it stopped」: killed after the event, and between two papers."""
    with (
        mock.patch("archivist.preservation.finishing._issue", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        finish(workspace, BY, number)
    assert len(said(workspace, number)) == 1 and not workspace.archive.read(number).records_of(*PAPERS)
    assert [one.record for one in finish(workspace, BY, number)[1]] == ["0004", "0005", "0006", "0007"]
    assert len(said(workspace, number)) == 1


def test_everything_missing_is_said_at_once(tmp_path: Path) -> None:
    """「E209 材料不齐（逐项）；E207 第 0007 件页数未清点」: all at once, and nothing is written."""
    with make_workspace(tmp_path / "ws") as office:
        number = open_household(office).number
        file_papers(office, number, "mat_id_card")
        case = walk(office, number, *TO_PUBLICITY)
        with pytest.raises(StepRefused) as refused:
            finish(office, BY, number)
        problems = refused.value.problems
        assert {"受理：缺受理通知书", "入户调查：缺入户调查表"} <= set(problems)
        assert "第 0001 件《居民身份证》页数未清点" in problems
        assert any("档号" in one for one in problems) and len(problems) > 3
        assert office.archive.read(number).head == case.head
        with pytest.raises(StepRefused):
            plan(office, BY, number)


def test_pages_that_nobody_counted(workspace: Workspace, number: CaseNo) -> None:
    file_papers(workspace, number, "evidence_letter_reply")
    with pytest.raises(CaseClosed, match="第 0004 件") as refused:
        finish(workspace, BY, number)
    assert refused.value.code == "E207" and not said(workspace, number)


def test_an_empty_file_is_no_volume(workspace: Workspace) -> None:
    with pytest.raises(CaseClosed, match="没有一件"):
        finish(workspace, BY, open_household(workspace).number)


def test_the_number_in_the_archive(workspace: Workspace, number: CaseNo) -> None:
    """The office's own number goes before the composed one; once given, it is not changed."""
    for bad in ("Z 109", "Z/109", "一" * 41):
        with pytest.raises(InvalidValue):
            finish(workspace, BY, number, told=bad)
    assert finish(workspace, BY, number, told="Z109-D3-17")[0].volume.no == "Z109-D3-17"
    assert finish(workspace, BY, number)[0].volume.no == "Z109-D3-17"
    with pytest.raises(CaseClosed, match="不能改"):
        finish(workspace, BY, number, told="Z109-D3-18")


def test_a_page_number_is_never_given_twice(workspace: Workspace, number: CaseNo) -> None:
    """A paper that leaves the file takes its numbers with it."""
    finish(workspace, BY, number)
    data = {"record": "0003", "to": {"case": str(number), "record": "0001"}}
    chain = [*workspace.archive.chain(number).events]
    event, digest = chain[-1]
    gone = replace(event, seq=event.seq + 1, op=Op.RECORD_MOVED_OUT, data=data, files=(), source=None)
    case = fold(number, [*chain, (gone, digest)])
    assert case.volume and case.volume.last == 5
    assert catalogue_of(workspace, case) == [("0002", "1"), ("0001", "2—3")]


@given(st.lists(st.lists(st.integers(0, 4), max_size=5), max_size=4))
def test_the_count_has_no_hole(rounds: list[list[int]]) -> None:
    """Whatever is added whenever: the pages of the volume are 1, 2, 3 … without a gap, each of one record."""
    volume: Volume | None = None
    record = 0
    for counts in rounds:
        last, rows = volume.last if volume else 0, []
        for count in counts:
            record += 1
            rows.append([f"{record:04d}", last + 1, last + count])
            last += count
        volume = finished(volume, {"no": "Z1", "pages": rows}, 1)
    numbered = [
        n for pages in (volume.pages.values() if volume else ()) for n in range(pages.first, pages.last + 1)
    ]
    assert numbered == list(range(1, len(numbered) + 1))


@pytest.mark.parametrize(
    "rows",
    [[["0001", 2, 2]], [["0001", 1, 1], ["0001", 2, 2]], [["0001", 1, 0], ["0002", 2, 2]], [["0009", 1, -1]]],
)
def test_an_event_that_counts_otherwise_is_none(rows: list[list[object]]) -> None:
    with pytest.raises(ValueError, match="pages"):
        finished(None, {"no": "Z1", "pages": rows}, 1)
    with pytest.raises(ValueError, match="cannot become"):
        finished(Volume("Z1", {RecordNo("0001"): PageRange(1, 1)}), {"no": "Z2", "pages": []}, 2)


def test_the_answers_are_as_their_schemas_say(workspace: Workspace, number: CaseNo) -> None:
    """«every command's --json is validated against its schema»: a plan, and a file that was finished."""
    for answer in (
        finishing.plan(workspace, BY, str(number)),
        finishing.finish(workspace, BY, str(number)),
        finishing.finish(workspace, BY, str(number)),
    ):
        told = printed(answer)
        assert told["items"] == 3 and told["pages"] == 5
