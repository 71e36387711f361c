"""What is wrong on a printed page is found on the page: each fault is made once, and a page without any has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from archivist.documents.render.page_check import PageFault, PageFinding, check_pages
from archivist.documents.render.pdf import font_settings, to_pdf
from archivist.documents.render.set_lines import broken_token
from archivist.documents.template import parts
from archivist.documents.template.page import new_document, saved
from archivist.documents.template.tables import Cell, Table
from archivist.reading import libreoffice
from tests.documents.samples import QR, sample

pytestmark = pytest.mark.libreoffice
WORDS: Final = "应当看得见的一句话ABC"
LINE: Final = "为核实有关情况，现请贵单位协助提供有关佐证材料，于收到之日起十个工作日内书面答复。"


def plain() -> Document:
    document = new_document("试页")
    parts.add(document, LINE, LINE)
    return document


def with_run(xml: str) -> Document:
    """A page one of whose paragraphs has these run properties."""
    document = plain()
    parts.add(document, WORDS)
    run = document.element.body.findall(f".//{qn('w:r')}")[-1]
    run.insert(0, parse_xml(f'<w:rPr xmlns:w="{run.nsmap["w"]}">{xml}</w:rPr>'))
    return document


def narrow(text: str, width: float) -> Document:
    document = plain()
    table = Table([width, 156 - width])
    table.row(Cell(text), "")
    table.into(document)
    return document


def on_a_new_page(*lines: str) -> Document:
    document = plain()
    parts.add(document, lines[0], extra="<w:pageBreakBefore/>")
    parts.add(document, *lines[1:])
    return document


def over_a_line() -> Document:
    """A box that is lower than its text, of which the next one's text is so near that they run into each other."""
    document = plain()
    for text in ("第一行的字", "第二行的字"):
        parts.add(document, text, extra='<w:spacing w:line="60" w:lineRule="exact"/>')
    return document


MADE: Final[Mapping[str, tuple[Document, PageFault | None]]] = {
    "good": (with_run(""), None),
    "white": (with_run('<w:color w:val="FFFFFF"/>'), PageFault.NOT_VISIBLE),
    "pale": (with_run('<w:color w:val="E0E0E0"/>'), PageFault.NOT_VISIBLE),
    "hidden": (with_run("<w:vanish/>"), PageFault.NOT_VISIBLE),
    "tiny": (with_run('<w:sz w:val="4"/>'), PageFault.NOT_VISIBLE),
    "foreign": (
        with_run('<w:rFonts w:ascii="DejaVu Sans Mono" w:hAnsi="DejaVu Sans Mono"/>'),
        PageFault.FONT,
    ),
    "one": (narrow("全日制本科在读", 25), PageFault.STUB_LINE),
    "thin": (narrow("序号", 7), PageFault.STUB_LINE),
    "even": (narrow("未登记失业", 14), None),
    "last": (on_a_new_page("只有三行", "只有三行", "只有三行"), PageFault.SHORT_LAST_PAGE),
    "four": (on_a_new_page(*["恰好四行"] * 4), None),
    "alone": (on_a_new_page("槐树街道办事处", "2024年8月16日", "（盖章）"), PageFault.LONE_SIGNATURE),
    "over": (over_a_line(), PageFault.OVERLAPPING),
}


def as_libreoffice_sets_it(files: Sequence[Path], folder: Path) -> list[Path]:
    """Convert without setting any line end anew."""
    libreoffice.convert(files, libreoffice.PDF_A, folder, fonts=font_settings())
    return [file.with_suffix(".pdf") for file in files]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[PageFinding, ...]]:
    folder = tmp_path_factory.mktemp("pages")
    files = []
    for name, (document, _) in MADE.items():
        path = folder / f"{name}.docx"
        path.write_bytes(saved(document))
        files.append(path)
    wanted = {"good", "white", "pale", "hidden", "tiny"}
    return {
        pdf.stem: check_pages(pdf, visible=[WORDS] if pdf.stem in wanted else [])
        for pdf in as_libreoffice_sets_it(files, folder)
    }


@pytest.mark.parametrize("name", MADE)
def test_each_fault_is_found_and_nothing_else(
    name: str, found: Mapping[str, tuple[PageFinding, ...]]
) -> None:
    """«no last page with fewer than four lines, no line of one or two characters … each mandatory value visible on the page»."""
    fault = MADE[name][1]
    faults = {finding.fault for finding in found[name]}
    if fault is PageFault.LONE_SIGNATURE:
        faults -= {PageFault.SHORT_LAST_PAGE}
    assert faults == ({fault} if fault else set()), "\n".join(map(str, found[name]))


@pytest.mark.parametrize(
    ("before", "after", "token"),
    [
        ("请于2024年7月", "30日前提交", "2024年7月／30日"),
        ("联系电话：022-", "20000001。", "022-／20000001"),
        ("户号TJHQ-", "DB-2024-000123", "TJHQ-／DB-2024-000123"),
        ("示槐救字〔2024〕", "35号", "〔2024〕／35号"),
        ("金额1,330", ".00元", "1,330／.00"),
        ("以后核对：a", "rchivist verify", "a／rchivist"),
        ("摘要清单（heads.t", "sv）的", "heads.t／sv"),
        ("一是收入较高", "2024年以来", ""),
        ("共3", "人", ""),
        ("2024年", "全年", ""),
    ],
)
def test_what_is_broken_over_two_lines_is_named(before: str, after: str, token: str) -> None:
    assert broken_token(before, after) == token


def test_the_codes_are_read_as_a_scanner_sees_them(tmp_path: Path) -> None:
    """«the two QR codes readable at 200 dpi 1-bit»."""
    path = tmp_path / "a.docx"
    path.write_bytes(sample("delivery_receipt").data)
    (pdf,) = to_pdf([path], tmp_path / "pdf")
    faults = {finding.fault for finding in check_pages(pdf, code=QR)}
    assert PageFault.CODE_UNREADABLE not in faults
    assert PageFault.CODE_UNREADABLE in {finding.fault for finding in check_pages(pdf, code=f"{QR[:-1]}0")}
