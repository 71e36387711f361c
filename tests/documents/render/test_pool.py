"""Pages made by several processes: the same, in the same order, and one failure stops one document."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from pypdf import PdfWriter

from archivist.doctypes.catalogue import shipped_templates
from archivist.documents.render import pdf as pdf_maker
from archivist.documents.render import visible_words
from archivist.documents.render.docx_package import pack
from archivist.documents.render.pool import PrintedSheet, RenderedDocument, make, render_all
from archivist.errors import ArchivistError, PdfUnavailable, RenderedWrong
from tests.documents.samples import QR, sample
from tests.waiting import PATIENCE_S, gone, until


def a_sheet(name: str = "acceptance_notice", **changes: object) -> PrintedSheet:
    return PrintedSheet(shipped_templates() / f"{name}.docx", sample(name).values | changes, QR, ())


class Ready:
    """A planned document, reduced to its sheet."""

    def __init__(self, number: int, sheet: PrintedSheet) -> None:
        self.number, self.sheet = number, sheet


def test_several_processes_make_the_same_in_the_same_order_and_pass_errors_on() -> None:
    batches = [[Ready(n, a_sheet(doc_no=f"第{n}号")), Ready(-n, a_sheet(office={}))] for n in range(1, 6)]
    alone = list(render_all(batches, pdf=False))
    together = list(render_all(iter(batches), pdf=False, processes=2))
    for one, other, lot in zip(alone, together, batches, strict=True):
        assert one.batch is other.batch is lot
        assert isinstance(one.results[0], RenderedDocument) and one.results[0] == other.results[0]
        assert f"第{lot[0].number}号" in one.results[0].text
        assert isinstance(other.results[1], ArchivistError) and str(other.results[1]) == str(one.results[1])


class Deadly:
    """Kills the process that unpacks it, not the one that made it."""

    def __init__(self, home: int) -> None:
        self.home = home

    def __reduce__(self) -> tuple[Any, ...]:
        return _die_elsewhere, (self.home,)


def _die_elsewhere(home: int) -> str:
    if os.getpid() != home:
        os.kill(os.getpid(), signal.SIGKILL)
    return ""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_a_process_that_dies_costs_no_document() -> None:
    values = dict(a_sheet().values)
    values["unused"] = Deadly(os.getpid())
    batches = [
        [Ready(1, PrintedSheet(a_sheet().template, values, QR, ()))],
        [Ready(2, a_sheet())],
        [Ready(3, a_sheet())],
    ]
    results = [r for printed in render_all(batches, pdf=False, processes=2) for r in printed.results]
    assert len(results) == 3 and all(isinstance(r, RenderedDocument) for r in results)


def blank_pdf(path: Path, pages: int) -> Path:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    path.parent.mkdir(exist_ok=True)
    writer.write(path)
    return path


def test_one_page_libreoffice_cannot_convert_stops_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = make([a_sheet(doc_no="坏的一号")], pdf=False)[0]
    assert isinstance(bad, RenderedDocument)

    def convert(files: Sequence[Path], out: Path, **_: object) -> list[Path]:
        if any(f.read_bytes() == bad.docx for f in files):
            raise PdfUnavailable("坏了")
        return [blank_pdf(out / f"{f.stem}.pdf", 1) for f in files]

    monkeypatch.setattr(pdf_maker, "to_pdf", convert)
    monkeypatch.setattr(visible_words, "missing_words", lambda *_: [])  # the pages are blank
    made = make([a_sheet(), a_sheet(doc_no="坏的一号"), a_sheet(office={}), a_sheet()], pdf=True)
    assert [isinstance(m, RenderedDocument) for m in made] == [True, False, False, True]
    assert isinstance(made[1], PdfUnavailable)
    assert all(m.pdf for m in made if isinstance(m, RenderedDocument))


def test_a_pdf_that_does_not_show_what_the_document_says_is_no_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """«a generated PDF in which a mandatory value is not visible must not be issued silently»."""

    def convert(files: Sequence[Path], out: Path, **_: object) -> list[Path]:
        return [blank_pdf(out / f"{f.stem}.pdf", 1) for f in files]

    monkeypatch.setattr(pdf_maker, "to_pdf", convert)
    (made,) = make([a_sheet()], pdf=True)
    assert isinstance(made, RenderedWrong) and any("受理通知书" in problem for problem in made.problems)
    (unprinted,) = make([a_sheet()], pdf=False)
    assert isinstance(unprinted, RenderedDocument)


@pytest.mark.libreoffice
def test_what_is_hidden_on_paper_alone_is_noticed_when_it_is_issued(tmp_path: Path) -> None:
    """The file has every word of it; a style that came after the check of the template hides one paragraph."""
    shipped = shipped_templates() / "acceptance_notice.docx"
    with zipfile.ZipFile(shipped) as package:
        members = {name: package.read(name) for name in package.namelist()}
    body = members["word/document.xml"].decode()
    at = body.index("<w:r>", body.index("权利和义务") - 400)
    members["word/document.xml"] = (
        body[:at] + "<w:r><w:rPr><w:vanish/></w:rPr>" + body[at + len("<w:r>") :]
    ).encode()
    path = tmp_path / "acceptance_notice.docx"
    path.write_bytes(pack(members))
    sheet = a_sheet()
    hidden, good = make([replace(sheet, template=path), sheet], pdf=True)
    assert isinstance(good, RenderedDocument) and good.pdf
    assert isinstance(hidden, RenderedWrong) and hidden.problems and "看不见" in hidden.problems[0]


WORKS: Final = """
import sys, time
from pathlib import Path
from archivist.documents.render.pool import render_all
from tests.documents.render.test_pool import Ready, a_sheet

def batches():
    yield [Ready(1, a_sheet())]
    yield [Ready(2, a_sheet())]
    yield [Ready(3, a_sheet())]
    Path(sys.argv[1]).touch()
    time.sleep(600)

if __name__ == "__main__":
    list(render_all(batches(), pdf=False, processes=2))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_processes_end_with_the_one_that_files(tmp_path: Path) -> None:
    """Killed, it cannot tell them: they notice by themselves and do not stay behind for ever."""
    script, working = tmp_path / "works.py", tmp_path / "working"
    script.write_text(WORKS, encoding="utf-8")
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    files = subprocess.Popen([sys.executable, str(script), str(working)], env=path)
    try:
        until(lambda: working.exists() and len(workers(files.pid)) >= 2)
        left = workers(files.pid)
    finally:
        files.kill()
        files.wait(PATIENCE_S)
    for one in left:
        until(lambda one=one: gone(one))  # type: ignore[misc]


def workers(parent: int) -> list[int]:
    """Return the processes that a process started."""
    threads = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text(encoding="utf-8").split()]
