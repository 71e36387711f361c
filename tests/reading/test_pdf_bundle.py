"""Bundles for the printer: “PDF/A-2b, tagged, with title, language and no machine names … also for bundles and searchable copies”."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from archivist.documents.render import pdf as pdf_maker
from archivist.documents.render.tick_list import tick_list
from archivist.reading.pdf_bundle import write_bundle
from archivist.reading.printed_layout import printed_pages
from tests import verapdf

needs_office = pytest.mark.skipif(not pdf_maker.available(), reason="no LibreOffice here")
TITLE = "待签文书"


def made(folder: Path) -> list[Path]:
    """Return PDFs as they are issued, of one page, of two and of one."""
    sources = []
    for n, rows in enumerate((3, 60, 5)):
        path = folder / f"{n}.docx"
        listed = [("□", f"第{n}份第{row}行，王秀兰等三人") for row in range(rows)]
        path.write_bytes(tick_list(f"第{n}份清单", "甲里社区<乙>&丙", (("√", 10.0), ("内容", 120.0)), listed))
        sources.append(path)
    return pdf_maker.to_pdf(sources, folder / "pdf")


def bundle(parts: list[tuple[str, Path]], target: Path) -> int:
    with target.open("wb") as out:
        return write_bundle(parts, TITLE, out)


def said(page: object) -> list[tuple[str, bool]]:
    return [(piece.text, piece.paragraph is not None) for piece in page.pieces]  # type: ignore[attr-defined]


@needs_office
def test_a_bundle_is_as_its_parts_are(tmp_path: Path) -> None:
    """Every piece of text has the tag it had in its part, though all parts count theirs from 0; title, language, nothing of the machine."""
    parts = made(tmp_path)
    target = tmp_path / "bundle.pdf"
    pages = bundle([(f"HQ {n}", part) for n, part in enumerate(parts)], target)
    whole = list(printed_pages(target, drawn=False))
    assert len(whole) == pages == 6
    at = 0
    for part in parts:
        own = list(printed_pages(part, drawn=False))
        for page in own:
            assert said(page) == said(whole[at + page.number - 1])
            assert any(tagged for text, tagged in said(page) if text.strip())
        at += len(own) + len(own) % 2
    reader = PdfReader(target)
    root: Any = reader.root_object
    keys: list[Any] = [page["/StructParents"] for page in reader.pages if "/StructParents" in page]
    assert len(set(keys)) == len(keys) == 4 and root["/StructTreeRoot"]["/ParentTreeNextKey"] > max(keys)
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "zh-CN" and reader.xmp_metadata
    assert (
        reader.xmp_metadata.dc_title == {"x-default": TITLE}
        and root["/ViewerPreferences"]["/DisplayDocTitle"]
    )
    assert not reader.metadata and b"LibreOffice" not in target.read_bytes()
    assert [entry.title for entry in reader.outline] == ["HQ 0", "HQ 1", "HQ 2"]  # type: ignore[union-attr]
    again = tmp_path / "again.pdf"
    bundle([(f"HQ {n}", part) for n, part in enumerate(parts)], again)
    assert again.read_bytes() == target.read_bytes()


@needs_office
def test_vera_pdf_accepts_a_bundle(tmp_path: Path) -> None:
    """“validated by veraPDF … also for bundles”."""
    verapdf.require()
    target = tmp_path / "bundle.pdf"
    bundle([("一", part) for part in made(tmp_path)], target)
    assert verapdf.objections([target]) == {}


@needs_office
def test_with_a_part_that_is_neither_it_claims_neither(tmp_path: Path) -> None:
    """A part of elsewhere is untagged and no PDF/A: the bundle claims neither, and nothing in it points at tags that are gone."""
    stranger = PdfWriter()
    stranger.add_blank_page(595, 842)
    path = tmp_path / "stranger.pdf"
    stranger.write(path)
    target = tmp_path / "bundle.pdf"
    for order in ([made(tmp_path)[0], path], [path, made(tmp_path)[0]]):
        bundle([("一", part) for part in order], target)
        reader = PdfReader(target)
        assert "/StructTreeRoot" not in reader.root_object and "/MarkInfo" not in reader.root_object
        assert not any("/StructParents" in page for page in reader.pages)
        root: Any = reader.root_object
        assert b"pdfaid:part" not in root["/Metadata"].get_object().get_data()
        assert root["/Lang"] == "zh-CN"


def test_what_is_no_pdf_is_said(tmp_path: Path) -> None:
    path = tmp_path / "no.pdf"
    path.write_bytes(b"nothing")
    with pytest.raises(PyPdfError):
        write_bundle([("一", path)], TITLE, io.BytesIO())
