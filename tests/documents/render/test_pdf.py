"""Documents become PDFs, all or none, many at one start of LibreOffice."""

from __future__ import annotations

import os
from pathlib import Path

import pypdfium2
import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render import pdf
from archivist.documents.template.build import build
from archivist.errors import PdfUnavailable
from archivist.reading import libreoffice
from tests.reading.test_libreoffice import stand_in


@pytest.mark.libreoffice
def test_many_files_are_converted_at_one_start(tmp_path: Path) -> None:
    assert pdf.available()
    files = []
    for name in ("送达回证 甲", "b & c"):
        path = tmp_path / f"{name}.docx"
        path.write_bytes(build(Catalogue.load().get("delivery_receipt")))
        files.append(path)
    made = pdf.to_pdf(files, tmp_path / "out")
    assert [p.name for p in made] == ["送达回证 甲.pdf", "b & c.pdf"]
    for path in made:
        document = pypdfium2.PdfDocument(path)
        assert len(document) > 0
        document.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b & c.docx", "out", "送达回证 甲.docx"]


def test_no_files_need_no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(libreoffice, "program", lambda: None)
    assert pdf.to_pdf([], tmp_path) == []
    assert not pdf.available()
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(PdfUnavailable, match="没有找到"):
        pdf.to_pdf([tmp_path / "a.docx"], tmp_path)


def test_names_must_differ(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="differ"):
        pdf.to_pdf([tmp_path / "a.docx", tmp_path / "b" / "a.docx"], tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="stand-in program is a script")
def test_what_could_not_be_converted_is_named_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = stand_in(tmp_path, "")
    monkeypatch.setattr(libreoffice, "program", lambda: program)
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(PdfUnavailable) as caught:
        pdf.to_pdf([tmp_path / "a.docx"], tmp_path / "out")
    assert caught.value.problems == ("a.docx",)
    assert not (tmp_path / "out").exists()
