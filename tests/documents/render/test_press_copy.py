"""The copy LibreOffice is given: no line ends within a number or date, the PDF is tagged and says its title and language, not its maker."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx.document import Document
from pypdf import PdfReader

from archivist.documents.render.docx_package import pack
from archivist.documents.render.line_ends import better_ends
from archivist.documents.render.page_check import PageFault, check_pages
from archivist.documents.render.pdf import font_settings, to_pdf
from archivist.documents.render.press_copy import press_copy
from archivist.documents.render.set_lines import badly_broken, set_lines
from archivist.documents.template import parts
from archivist.documents.template.page import new_document, saved
from archivist.documents.template.tables import Cell, Table
from archivist.errors import PdfUnavailable
from archivist.reading import libreoffice
from archivist.reading.printed_layout import printed_pages
from tests.documents.samples import sample


@pytest.mark.parametrize(
    ("lines", "ends"),
    [
        (["国" * 22 + "2024年7月", "30日前来"], (22,)),
        (["全日制本科在", "读"], (4,)),
        (["未登记失业人", "员"], (4,)),
        (["灵活就", "业"], (2,)),
        (["全日制", "本科在", "读"], (3, 5)),
        (["阿卜杜热合曼", "买买提依明江", "逊江"], (5, 10)),
        (["国" * 26, "国" * 28, "条。"], (25, 52)),
        (["户档（低保、特困", "人员、边缘家庭、", "急难型救助）", "贴）"], (6, 12, 18)),
        (["序", "号"], ()),
        (["没有什么要改的", "两行都很长"], ()),
        (["9c0a1e7b9c0a1e7b9c0a1e7b9c0a1e7b9c0a1e", "7b"], ()),
    ],
)
def test_lines_end_elsewhere_where_a_number_or_the_tail_was_broken(
    lines: Sequence[str], ends: tuple[int, ...]
) -> None:
    """«no line of one or two characters, no number, date, phone or case number broken»."""
    found = better_ends(lines) if badly_broken(lines) else ()
    assert found == ends


def awkward() -> Document:
    """A page on which LibreOffice, left alone, breaks a date, a telephone number, and the end of a paragraph and of a box."""
    document = new_document("试页")
    for count in range(12, 26):
        parts.add(
            document, f"{'国' * count}2024年7月30日前来办理，电话022-20000001，户号TJHQ-DB-2024-000123。"
        )
        parts.add(document, "国" * (count + 18))
    table = Table([25, 131])
    for _ in range(3):
        table.row("全日制本科在读", "")
    table.into(document)
    return document


@pytest.mark.libreoffice
def test_what_libreoffice_breaks_is_set_anew_and_the_text_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(saved(awkward()))
    libreoffice.convert([path], libreoffice.PDF_A, tmp_path, fonts=font_settings())
    left_alone = path.with_suffix(".pdf")
    assert {PageFault.BROKEN_NUMBER, PageFault.STUB_LINE} <= {
        finding.fault for finding in check_pages(left_alone)
    }
    (pdf,) = to_pdf([path], tmp_path / "pdf")
    assert [str(finding) for finding in check_pages(pdf)] == []
    assert text_on(pdf) == text_on(left_alone)


def longest_code() -> Document:
    """A list whose column was made for offices of four letters, and the number of one of eight."""
    document = new_document("试页")
    table = Table([32, 124])
    for number in ("WWMMQQHH-DB-2024-000123", "TJHQ-DB-2024-000123"):
        table.row(Cell("王秀兰", note=number), "")
    table.into(document)
    return document


@pytest.mark.libreoffice
def test_a_case_number_that_has_no_room_is_set_closer_and_stays_whole(tmp_path: Path) -> None:
    """«no number, date, phone, case number broken»: the code of an office has two to eight letters."""
    path = tmp_path / "a.docx"
    path.write_bytes(saved(longest_code()))
    libreoffice.convert([path], libreoffice.PDF_A, tmp_path, fonts=font_settings())
    assert {finding.text for finding in check_pages(path.with_suffix(".pdf"))} != set()
    (pdf,) = to_pdf([path], tmp_path / "pdf")
    assert [str(finding) for finding in check_pages(pdf)] == []
    shown = [line.text for page in printed_pages(pdf, drawn=False) for line in set_lines(page)]
    assert {"WWMMQQHH-DB-2024-000123", "TJHQ-DB-2024-000123"} <= set(shown)


@pytest.mark.libreoffice
def test_lines_that_are_bad_again_are_set_narrower_and_good_ones_stay(tmp_path: Path) -> None:
    """What a line has room for is reckoned; where that was wrong, that paragraph alone is tried again."""
    document = new_document("试页")
    table = Table([17, 35, 104])
    for name in ("阿卜杜热合曼·买买提依明江·阿不都克里木", "巴吐尔·艾尔肯", "王秀兰"):
        table.row(name, f"{name}（勐库镇公弄村大中村布朗族社区居民委员会）", "2024年8月16日")
    table.into(document)
    path = tmp_path / "a.docx"
    path.write_bytes(saved(document))
    (pdf,) = to_pdf([path], tmp_path / "pdf")
    assert [str(finding) for finding in check_pages(pdf)] == []


def text_on(pdf: Path) -> str:
    return "".join(line.text for page in printed_pages(pdf, drawn=False) for line in set_lines(page))


@pytest.mark.libreoffice
def test_the_pdf_is_tagged_and_says_its_title_and_language_but_no_name_of_its_maker(tmp_path: Path) -> None:
    """«PDF/A-2b, tagged, with title, language and no machine names»; whatever Word noted of the machine."""
    with zipfile.ZipFile(io.BytesIO(sample("acceptance_notice").data)) as package:
        members = {name: package.read(name) for name in package.namelist()}
    core = members["docProps/core.xml"].decode()
    names = "<dc:creator>郑某的电脑</dc:creator><cp:lastModifiedBy>DESKTOP-7Q2</cp:lastModifiedBy></cp:coreProperties>"
    members["docProps/core.xml"] = core.replace("</cp:coreProperties>", names).encode()
    path = tmp_path / "DESKTOP-7Q2.docx"
    path.write_bytes(pack(members))
    (pdf,) = to_pdf([path], tmp_path / "pdf")
    reader = PdfReader(pdf)
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN" and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None and reader.metadata.title == "受理通知书"
    assert set(reader.metadata) <= {"/Title", "/Creator", "/Producer", "/CreationDate"}
    said = root["/Metadata"].get_object().get_data().decode() + str(dict(reader.metadata))
    assert "DESKTOP" not in said and "郑某" not in said and "受理通知书" in said


def test_the_same_document_gives_the_same_copy_and_no_package_is_refused() -> None:
    data = sample("acceptance_notice").data
    assert press_copy(data) == press_copy(data)
    with pytest.raises(ValueError, match="zip"):
        press_copy(b"no package")


def test_a_document_without_a_title_is_called_by_its_first_words() -> None:
    with zipfile.ZipFile(io.BytesIO(saved(awkward()))) as package:
        members = {name: package.read(name) for name in package.namelist()}
    members["docProps/core.xml"] = members["docProps/core.xml"].replace(
        "<dc:title>试页</dc:title>".encode(), b""
    )
    with zipfile.ZipFile(io.BytesIO(press_copy(pack(members)))) as package:
        assert "<dc:title>国国国" in package.read("docProps/core.xml").decode()


@pytest.mark.libreoffice
def test_what_is_no_document_is_named(tmp_path: Path) -> None:
    (tmp_path / "坏.docx").write_bytes(b"x")
    with pytest.raises(PdfUnavailable) as caught:
        to_pdf([tmp_path / "坏.docx"], tmp_path / "pdf")
    assert caught.value.problems == ("坏.docx",)


def nearly_one_page(lines: int) -> Document:
    """A form one of whose rows, or its signature, does not find room on the first page."""
    document = new_document("试页")
    table = Table([40, 116])
    for number in range(lines):
        table.row(f"第{number}项", "内容", height_mm=10)
    table.into(document)
    parts.signature(document, signer="槐树街道办事处", seal=True)
    return document


@pytest.mark.libreoffice
def test_lines_are_set_closer_where_the_last_page_would_hold_next_to_nothing(tmp_path: Path) -> None:
    """GB/T 9704-2012, 7.3.5.4: 可以采取调整行距、字距的措施解决; «no last page with fewer than four lines, no signature alone»."""
    paths = []
    for rows in (18, 19, 28):
        paths.append(tmp_path / f"{rows}.docx")
        paths[-1].write_bytes(saved(nearly_one_page(rows)))
    libreoffice.convert(paths, libreoffice.PDF_A, tmp_path, fonts=font_settings())
    longer = [path for path in paths if pages(path.with_suffix(".pdf")) > 1]
    assert longer, "none is too long by a little"
    made = to_pdf(longer, tmp_path / "pdf")
    assert all(faults(pdf) == set() for pdf in made)
    assert pages(made[0]) == 1, "what is too long by a row and a signature finds room"
    assert pages(made[-1]) == 2, "what fills a page of its own is left as it is"


def pages(pdf: Path) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def faults(pdf: Path) -> set[PageFault]:
    return {finding.fault for finding in check_pages(pdf)}
