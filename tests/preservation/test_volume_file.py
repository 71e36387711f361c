"""«whole-volume PDF on demand into outbox … PDF/A-2b; the same input gives the same bytes»; «veraPDF 2b PASS; page count = catalogue»."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader

from archivist.api.finishing import VolumeFinished, finish
from archivist.documents.render import pdf as pdf_maker
from archivist.reading.formats.pdf import rendered
from archivist.rules.disposition.arrangement import items, pages
from archivist.workspace import Workspace
from tests import verapdf
from tests.filing import sign
from tests.kit import BY, open_household
from tests.reading import files
from tests.reading.volume_files import HOSTILE, user_locked
from tests.sampling import sweep
from tests.volumes import file_pages, filing_office

needs_office = pytest.mark.skipif(
    not pdf_maker.available() and not os.environ.get("CI"), reason="没有 LibreOffice，不能做全卷 PDF"
)
PAPERS = (
    ("mat_id_card", "narrow.pdf", 1), ("application_form", "title-at-top.png", 1), ("household_survey", "twenty.tif", 20),
    ("evidence_letter_reply", "unembedded.pdf", 2), ("confirmation_decision", "scan.pdf", 1),
)  # fmt: skip


@dataclass(frozen=True)
class Finished:
    """A finished office's household and what was said of it, with the bytes of two runs."""

    workspace: Workspace
    said: VolumeFinished
    again: VolumeFinished
    first: bytes
    second: bytes


def _filled(workspace: Workspace, folder: Path) -> str:
    number = open_household(workspace).number
    for kind, name, count in PAPERS:
        path = HOSTILE[name][0](folder / name)
        file_pages(workspace, number, kind, path.read_bytes(), path.suffix, pages=count)
    locked = user_locked(folder / "locked.pdf").read_bytes()
    file_pages(workspace, number, "other", locked, ".pdf", pages=3)
    half = files.text_pdf(folder / "half.pdf", "正面", "", "第二张").read_bytes()
    file_pages(workspace, number, "neighbor_interview", half, ".pdf", pages=2, blank=(2,))
    word = files.word(folder / "letter.docx").read_bytes()
    file_pages(workspace, number, "evidence_letter", word, ".docx", pages=1)
    return str(number)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    folder = tmp_path_factory.mktemp("volume")
    with filing_office(folder / "ws", arrangement="件") as workspace:
        number = _filled(workspace, folder)
        said = finish(workspace, BY, number, pdf=True)
        assert said.pdf
        first = said.pdf.read_bytes()
        again = finish(workspace, BY, number, pdf=True)
        yield Finished(workspace, said, again, first, said.pdf.read_bytes())


@sweep(1 / 2, of="whole volumes")
@needs_office
def test_it_has_the_pages_of_the_catalogue(finished: Finished) -> None:
    """«page count = catalogue»: each item begins where the catalogue says, also what could not be shown and what has blank backs."""
    case = finished.workspace.archive.read(finished.workspace.find_case(finished.said.case))
    assert finished.said.pdf
    reader = PdfReader(finished.said.pdf)
    marks = {
        str(m["/Title"]): reader.get_destination_page_number(m) or 0
        for m in reader.outline
        if isinstance(m, dict)
    }
    first = marks[f"{items(case)[0].kept.no} {items(case)[0].made.title}"]
    for item in items(case):
        assert item.numbered
        assert marks[f"{item.kept.no} {item.made.title}"] == first + item.numbered.first - 1
    assert pages(case) == finished.said.pages == 31
    assert marks["卷内备考表"] == first + 31, "the archive's own papers have no numbers"


@needs_office
def test_what_is_not_as_it_was_is_said(finished: Finished) -> None:
    """What cannot be shown has sheets in its place and is named; what became a picture says why."""
    said = "\n".join(finished.said.shown_otherwise)
    assert "《信函索证回函》有页显示为图像" in said and "《其他材料》不能显示" in said and "密码" in said
    assert not any("社会救助申请书" in line for line in finished.said.shown_otherwise)


@needs_office
def test_the_same_bag_gives_the_same_bytes(finished: Finished) -> None:
    """«the same input gives the same bytes»; nothing is numbered or issued twice for it, and nobody else may read it."""
    assert finished.first == finished.second
    assert (finished.again.added, finished.again.papers) == ((), ())
    assert finished.said.pdf and finished.said.pdf.parent == finished.workspace.archive.outbox
    assert os.name != "posix" or finished.said.pdf.stat().st_mode & 0o077 == 0
    assert not list(finished.workspace.archive.outbox.glob("*.part"))


@needs_office
def test_every_item_bears_its_stamp(finished: Finished) -> None:
    """«by 件: the six-box 归档章 on each item's first page», red; the pages behind it have none."""
    assert finished.said.pdf
    case = finished.workspace.archive.read(finished.workspace.find_case(finished.said.case))
    starts = {item.numbered.first for item in items(case) if item.numbered}
    with rendered(finished.said.pdf, "v") as document:
        front = document.count - 31 - 2
        for number in (*sorted(starts), 5, 6):
            head = document.picture(front + number, 1.0, from_top=80).astype(int)
            red = int(((head[:, :, 2] - head[:, :, 0]) > 80).sum())
            assert (red > 100) is (number in starts), number


@sweep(1 / 2, of="whole volumes")
@needs_office
def test_vera_pdf_accepts_it(finished: Finished) -> None:
    """«veraPDF accepts every volume PDF»."""
    verapdf.require()
    assert finished.said.pdf and verapdf.objections([finished.said.pdf]) == {}


@needs_office
def test_by_volume_the_cover_alone_is_stamped(tmp_path: Path) -> None:
    """«by 卷: one 档号章 on the cover»; a signed cover is shown as it was signed."""
    with filing_office(tmp_path / "ws") as workspace:
        number = open_household(workspace).number
        path = HOSTILE["scan.pdf"][0](tmp_path / "scan.pdf")
        file_pages(workspace, number, "application_form", path.read_bytes(), ".pdf")
        said = finish(workspace, BY, str(number), pdf=True)
        assert said.pdf
        with rendered(said.pdf, "v") as document:
            reds = []
            for page in range(1, document.count + 1):
                head = document.picture(page, 1.0, from_top=80).astype(int)
                reds.append(int(((head[:, :, 2] - head[:, :, 0]) > 80).sum()) > 100)
        assert reds[0] and not any(reds[1:])
        case = workspace.archive.read(number)
        (workspace.archive.folder(number) / case.records[items(case)[0].kept.no].files[0].path).unlink()
        sign(workspace, number, said.papers[0].record)
        again = finish(workspace, BY, str(number), pdf=True)
        assert any("卷宗封面" in line for line in again.shown_otherwise), "its signed copy is a text here"
        assert any("文件不在卷内" in line for line in again.shown_otherwise), "a file that is gone is said"
