"""A household file written out: every record, scans with their text, nothing changed in the archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from archivist.api.case_export import export_case
from archivist.errors import UsageError
from archivist.ingest.filing import commit_file
from archivist.model.ids import CaseNo
from archivist.reading.formats.images import PNG
from archivist.reading.pages import PageText, ReadResult, TextLine
from archivist.store import Original
from archivist.workspace import Workspace
from tests.filing import file_papers
from tests.kit import BY, make_workspace, open_household

LINE = TextLine("诊断证明书", 0.98, 0.2, 0.1, 0.6, 0.14)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        yield made


def file_scan(workspace: Workspace, path: Path) -> CaseNo:
    number = workspace.archive.case_numbers()[0]
    page = PageText(1, LINE.text, (), "ocr", 0.98, 0, 400, 600, on_paper=True, lines=(LINE,))
    document = workspace.catalogue.get("诊断证明")
    read = ReadResult(PNG, (page,))
    commit_file(workspace, BY, number, document, Original.of(path, path.name), read, type_score=None)
    return number


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_record_is_written_and_scans_can_be_searched(workspace: Workspace, tmp_path: Path) -> None:
    """“writes the records as files, scans as searchable PDF/A-2b”."""
    scan = tmp_path / "a.png"
    Image.new("L", (400, 600), 240).save(scan)
    number = file_scan(workspace, scan)
    file_papers(workspace, number, "mat_id_card")
    before = contents(workspace.archive.folder(number))
    done = export_case(workspace, str(number), tmp_path / "移交", searchable=True)
    assert done.folder == tmp_path / "移交" / str(number)
    assert [file.searchable for file in done.files] == [True, False]
    assert sorted(contents(done.folder)) == sorted(file.path for file in done.files)
    with pypdfium2.PdfDocument(done.folder / done.files[0].path) as document:
        assert document[0].get_textpage().get_text_bounded().strip() == LINE.text
    assert done.folder.stat().st_mode & 0o077 == 0
    assert contents(workspace.archive.folder(number)) == before


def test_without_the_wish_everything_is_written_as_it_is(workspace: Workspace, tmp_path: Path) -> None:
    scan = tmp_path / "a.png"
    Image.new("L", (400, 600), 240).save(scan)
    number = file_scan(workspace, scan)
    done = export_case(workspace, str(number), tmp_path / "移交")
    assert [(done.folder / file.path).read_bytes() for file in done.files] == [scan.read_bytes()]


def test_a_scan_that_cannot_be_taken_apart_is_written_as_it_is(workspace: Workspace, tmp_path: Path) -> None:
    scan = tmp_path / "a.png"
    scan.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    number = file_scan(workspace, scan)
    (file,) = export_case(workspace, str(number), tmp_path / "移交", searchable=True).files
    assert (file.searchable, file.problem is not None) == (False, True)
    assert (tmp_path / "移交" / str(number) / file.path).read_bytes() == scan.read_bytes()


def test_nothing_is_written_over(workspace: Workspace, tmp_path: Path) -> None:
    number = workspace.archive.case_numbers()[0]
    export_case(workspace, str(number), tmp_path)
    with pytest.raises(UsageError, match="已经存在，不覆盖"):
        export_case(workspace, str(number), tmp_path)
