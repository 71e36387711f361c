"""Default templates and what comes out of the printer: GB/T 9704-2012, tables within the type area, readable codes."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
import zxingcpp
from docx.oxml.ns import qn
from PIL import Image

from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render.pdf import to_pdf
from archivist.documents.render.render import QR_SIDE_MM, qr_png, render
from archivist.documents.template.build import build, built_all
from archivist.documents.template.page import STYLES, TYPE_AREA_MM, new_document, placeholder, saved
from archivist.documents.template.parts import add
from archivist.documents.template.tables import Cell, Table
from archivist.documents.values.resolve import document_values
from tests.documents.samples import BIG, CHAIN, CONFIG, EXTRA, FULL, GIVEN, ON, QR, SOURCES, TEN, a_case
from tests.reading.pages import scanned_print
from tests.sampling import sweep

CATALOGUE = Catalogue.load()
MM_PER_POINT = 25.4 / 72


# ── the templates ────────────────────────────────────────────────────────────────────────────────────────
def made(name: str) -> bytes:
    return build(CATALOGUE.get(name))


def test_every_generated_document_has_a_layout() -> None:
    assert (
        {t.id for t in CATALOGUE.generated() if t.layout} == {t.id for t in CATALOGUE.generated()} >= set(TEN)
    )


def test_every_template_is_built() -> None:
    docs = CATALOGUE.generated()
    assert list(built_all(docs)) == [d.id for d in docs]


@pytest.mark.parametrize("name", TEN)
def test_page_and_type_area(name: str) -> None:
    """GB/T 9704-2012: A4, 天头 37 mm ± 1, 订口 28 mm ± 1, 版心 156 mm × 225 mm."""
    section = docx.Document(io.BytesIO(made(name))).sections[0]
    sizes = [section.page_width, section.page_height, section.top_margin, section.left_margin]
    assert [round(s.mm) for s in sizes if s is not None] == [210, 297, 37, 28]
    assert section.page_width and section.page_height
    assert section.left_margin and section.right_margin and section.top_margin and section.bottom_margin
    width = section.page_width.mm - section.left_margin.mm - section.right_margin.mm
    height = section.page_height.mm - section.top_margin.mm - section.bottom_margin.mm
    assert (width, height) == (pytest.approx(156, abs=0.1), pytest.approx(225, abs=0.1))
    assert section.different_first_page_header_footer


def test_a_landscape_sheet_is_the_upright_one_on_its_side() -> None:
    section = docx.Document(io.BytesIO(made("household_ledger"))).sections[0]
    assert section.page_width and section.left_margin and section.right_margin
    assert section.page_height and section.top_margin and section.bottom_margin
    width = section.page_width.mm - section.left_margin.mm - section.right_margin.mm
    height = section.page_height.mm - section.top_margin.mm - section.bottom_margin.mm
    assert (width, height) == (pytest.approx(225, abs=0.1), pytest.approx(156, abs=0.1))


@pytest.mark.parametrize("name", TEN)
def test_no_table_is_wider_than_the_type_area_and_no_row_is_split(name: str) -> None:
    body = docx.Document(io.BytesIO(made(name))).element.body
    tables = body.findall(qn("w:tbl"))
    for table in tables:
        columns = [int(c.get(qn("w:w"))) for c in table.iter(qn("w:gridCol"))]
        assert sum(columns) / 1440 * 25.4 <= TYPE_AREA_MM[0] + 0.3
        for row in table.iter(qn("w:tr")):
            spans = [
                int(s.get(qn("w:val")))
                if (s := cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")) is not None
                else 1
                for cell in row.findall(qn("w:tc"))
            ]
            assert sum(spans) == len(columns)
            assert row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None


@pytest.mark.parametrize("name", ["application_form", "household_survey", "verification_authorization"])
def test_long_tables_repeat_their_header(name: str) -> None:
    text = zipfile.ZipFile(io.BytesIO(made(name))).read("word/document.xml")
    assert b"<w:tblHeader/>" in text


def test_two_tables_never_touch() -> None:
    """Word joins tables without a paragraph between them."""
    for name in TEN:
        children = [c.tag for c in docx.Document(io.BytesIO(made(name))).element.body]
        assert not any(a == b == qn("w:tbl") for a, b in itertools.pairwise(children)), name


def test_east_asian_fonts_are_set_everywhere() -> None:
    """python-docx sets ascii and hAnsi only; Word then prints Chinese in its own default."""
    for name in TEN:
        package = zipfile.ZipFile(io.BytesIO(made(name)))
        for part in ("word/styles.xml", "word/document.xml"):
            for fonts in re.findall(r"<w:rFonts[^>]*>", package.read(part).decode()):
                assert "w:eastAsia=" in fonts
        used = set(re.findall(r'<w:pStyle w:val="(\w+)"', package.read("word/document.xml").decode()))
        known = set(re.findall(r'w:styleId="(\w+)"', package.read("word/styles.xml").decode()))
        assert used <= known


def test_body_and_title_have_the_standards_sizes() -> None:
    """3号 = 16 pt 仿宋, 2号 = 22 pt 小标宋, 28.95 pt line pitch (22 × 29 pt would overflow 225 mm)."""
    styles = {s.name: s for s in STYLES}
    body, title = styles["公文正文"], styles["公文标题"]
    assert (body.font, body.size_pt, body.line_pt, body.indent_chars) == ("仿宋_GB2312", 16, 28.95, 2)
    assert (title.font, title.size_pt, title.align) == ("方正小标宋简体", 22, "center")
    assert 22 * body.line_pt <= 225 / MM_PER_POINT
    assert 28 * (body.size_pt + body.spacing_pt) <= 156 / MM_PER_POINT


def test_a_table_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="type area"):
        Table((100, 57))
    with pytest.raises(ValueError, match="columns"):
        Table((50, 50)).row(Cell("x", 3))


def test_the_module_of_a_printed_code_is_wide_enough() -> None:
    """0.68 mm a module: 8 pixels at 300 dpi, what a fax and a 1-bit scan still hold."""
    for payload in (QR, "AV1-ABCDEFGHDB20240000123-SQS12345-3F"):
        side = Image.open(io.BytesIO(qr_png(payload))).width / 8
        assert QR_SIDE_MM / side >= 0.68
        assert 22 <= QR_SIDE_MM <= 25
    assert Image.open(io.BytesIO(qr_png(QR))).mode == "1"
    assert Image.open(io.BytesIO(placeholder())).size == (33, 33)


# ── printed ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All ten documents for both households, converted at one start of LibreOffice."""
    folder = tmp_path_factory.mktemp("printed")
    files = []
    for name in TEN:
        doc = CATALOGUE.get(name)
        assert doc.template is not None
        for tag, facts in (("full", FULL), ("big", BIG)):
            given, extra = GIVEN.get(name, {}), CHAIN | EXTRA.get(name, {})
            values = document_values(
                doc, a_case(facts), CONFIG, on=ON, given=given, extra=extra, sources=SOURCES
            )
            path = folder / f"{name}-{tag}.docx"
            path.write_bytes(render(doc.template, values, qr_payload=QR, phrases=doc.phrases))
            files.append(path)
    return {pdf.stem: pdf for pdf in to_pdf(files, folder / "pdf")}


@pytest.mark.libreoffice
@sweep(1 / 6)
@pytest.mark.parametrize("name", TEN)
def test_both_codes_are_read_from_a_black_and_white_scan(printed: dict[str, Path], name: str) -> None:
    for tag in ("full", "big"):
        page = scanned_print(printed[f"{name}-{tag}"])
        height, width = page.shape
        found = zxingcpp.read_barcodes(page)
        assert [c.text for c in found] == [QR, QR]
        places = sorted((c.position.top_left.y / height, c.position.top_left.x / width) for c in found)
        (top, right), (bottom, left) = places
        assert top < 0.15 and right > 0.6 and bottom > 0.85 and left < 0.3


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", TEN)
def test_nothing_is_printed_outside_the_type_area_but_codes_and_page_numbers(
    printed: dict[str, Path], name: str
) -> None:
    for tag in ("full", "big"):
        document = pypdfium2.PdfDocument(printed[f"{name}-{tag}"])
        for number in range(len(document)):
            page = document[number]
            assert [round(s * MM_PER_POINT) for s in page.get_size()] == [210, 297]
            text = page.get_textpage()
            for i in range(text.count_chars()):
                left, bottom, right, top = (v * MM_PER_POINT for v in text.get_charbox(i))
                below, above = 297 - top > 262.5, 297 - bottom < 36.9
                if right - left < 0.1 or below or above:
                    continue
                assert left >= 27.5 and right <= 184.5, text.get_text_range(i, 1)
        document.close()


@pytest.mark.libreoffice
def test_documents_are_as_short_as_they_can_be(printed: dict[str, Path]) -> None:
    pages = {}
    for name in TEN:
        document = pypdfium2.PdfDocument(printed[f"{name}-full"])
        pages[name] = len(document)
        document.close()
    assert pages == {
        "application_form": 2, "verification_authorization": 2, "correction_notice": 2, "acceptance_notice": 1,
        "household_survey": 3, "preliminary_publicity": 1, "confirmation_decision": 2, "refusal_decision": 2,
        "deliberation_minutes": 2, "delivery_receipt": 1,
    }  # fmt: skip


@pytest.mark.libreoffice
def test_page_numbers_stand_right_on_odd_and_left_on_even_pages(printed: dict[str, Path]) -> None:
    """GB/T 9704-2012: — 1 —, 单页码居右空一字, 双页码居左空一字, 7 mm under the type area."""
    document = pypdfium2.PdfDocument(printed["household_survey-full"])
    for number in range(3):
        text = document[number].get_textpage()
        search = text.search(f"— {number + 1} —")
        found = search.get_next()
        assert found is not None
        left, bottom, _, top = (v * MM_PER_POINT for v in text.get_charbox(found[0]))
        assert (left > 150) is (number % 2 == 0)
        assert 297 - (top + bottom) / 2 == pytest.approx(262 + 7, abs=1.5)
    document.close()


@pytest.mark.libreoffice
def test_a_full_page_has_22_lines_of_28_characters(tmp_path: Path) -> None:
    """GB/T 9704-2012: 一般每面排22行，每行排28个字，并撑满版心."""
    document: Any = new_document("满页")
    # A second page with next to nothing would be drawn in by closer lines.
    add(document, "国" * (28 * 22 - 2), *["第二页"] * 8)
    path = tmp_path / "full.docx"
    path.write_bytes(saved(document))
    (pdf,) = to_pdf([path], tmp_path / "pdf")
    printed = pypdfium2.PdfDocument(pdf)
    assert len(printed) == 2
    text = printed[0].get_textpage()
    rows: dict[int, int] = {}
    for i in range(text.count_chars()):
        if text.get_text_range(i, 1) == "国":
            row = round(text.get_charbox(i)[1])
            rows[row] = rows.get(row, 0) + 1
    printed.close()
    assert list(rows.values()) == [26] + [28] * 21
