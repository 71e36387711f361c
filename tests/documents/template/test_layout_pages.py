"""Default templates on pages: what LibreOffice breaks, moves and leaves alone, for layouts made to be awkward."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import docx
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from docx.oxml.ns import qn

from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render.pdf import to_pdf
from archivist.documents.render.render import render
from archivist.documents.render.sample_values import specimen, typical
from archivist.documents.template import parts
from archivist.documents.template.build import build
from archivist.documents.template.page import new_document, saved
from archivist.documents.template.tables import Table
from archivist.documents.template.text_width import SIZES, widest_mm
from tests.documents.samples import QR
from tests.documents.template.probe import PENS, USED, doc_of
from tests.reading.pages import scanned_print
from tests.sampling import sweep

pytestmark = pytest.mark.libreoffice

MM_PER_DOT: Final = 25.4 / 300
WIDEST: Final = {
    "id": "222222222222222222", "acct": "6222020200000000088", "phone": "20000000008", "money": "1,234,567.89",
    "date": "2024年10月30日", "ym": "2024年10月", "brief date": "2024.10.30", "brief ym": "2024.10",
}  # fmt: skip
VALUES: Final[Mapping[str, Any]] = {
    "office": {"name": "街道"}, "case": {"category_code": "DB"}, "applicant": {"name": "甲", "sex": "", "phone": ""},
    "made_on": "2024年8月16日", "signature": {"signer": "街道办事处"}, "benefit": {"amount": ""}, "doc_no": "",
    "a": {"day": "", "why": "因", "pick": "", "yes": "", "list": [], "rows": []},
}  # fmt: skip


def pages(pdf: Path) -> list[str]:
    """The text of each page, blanks left out."""
    document = pypdfium2.PdfDocument(pdf)
    found = [
        "".join(document[i].get_textpage().get_text_range().split("—")[0].split())
        for i in range(len(document))
    ]
    document.close()
    return found


def printed(folder: Path, layouts: Mapping[str, tuple[str, str, Mapping[str, Any]]]) -> dict[str, list[str]]:
    """Build, fill and convert layouts at one start of LibreOffice: name → (kind, layout, values under ``a``)."""
    files = []
    for name, (kind, layout, values) in layouts.items():
        template = folder / f"{name}.tpl.docx"
        template.write_bytes(build(doc_of(layout, kind)))
        path = folder / f"{name}.docx"
        path.write_bytes(render(template, {**VALUES, "a": {**VALUES["a"], **values}}, qr_payload=None))
        files.append(path)
    return {pdf.stem: pages(pdf) for pdf in to_pdf(files, folder / "pdf")}


def test_no_number_date_or_amount_is_broken_in_the_narrowest_cell_it_may_have(tmp_path: Path) -> None:
    document: Any = new_document("窄格")
    for size, pt in SIZES.items():
        for kind, value in WIDEST.items():
            width = widest_mm(kind, pt)
            table = Table([width, 156 - width], size)
            table.row(value, "")
            table.into(document)
            parts.gap(document)
    path = tmp_path / "narrow.docx"
    path.write_bytes(saved(document))
    (pdf,) = to_pdf([path], tmp_path / "pdf")
    opened = pypdfium2.PdfDocument(pdf)
    text = "\n".join(opened[i].get_textpage().get_text_range() for i in range(len(opened)))
    opened.close()
    lines = ["".join(line.split()) for line in text.splitlines()]
    for value in WIDEST.values():
        assert lines.count(value) == len(SIZES), value


LAST: Final = {
    "plain": "末段。",
    "inline": "{% if a.why %}末段{% endif %}。",
    "value": "{{ a.why }}，末段。",
    "branch": "@if a.why: 末段。",
    "either": "@if not a.why\n无因。\n@else\n末段。\n@end",
    "unprinted": "末段。\n@if not a.why: 无因。",
    "items": "@each b in a.list: {{ b }}，末段。",
    "list": "@table a.rows | name ↕9\n@if not a.why: 无因。",
}


@sweep(1 / 3, of="layouts on pages")
def test_a_signature_is_never_alone_on_a_page(tmp_path: Path) -> None:
    """GB/T 9704-2012: 不得采取标识“此页无正文”的方法; some text stands on the page of the signature."""
    rows = [{"n": "1", "name": f"第{i}行末段", "what": "", "day": "", "sum": ""} for i in range(3)]
    layouts = {
        f"{name}-{lines}": (
            "decision",
            f"@if not a.day: {USED}\n@form\n{PENS}\n" + "正文。\n" * lines + f"{last}\n@signature",
            {"list": ["甲", "乙"], "rows": rows},
        )
        for name, last in LAST.items()
        for lines in range(9, 16)
    }
    two = 0
    for name, found in printed(tmp_path, layouts).items():
        (signed,) = [page for page in found if "（盖章）" in page]
        assert "末段" in signed, name
        two += len(found) == 2
    assert two > len(LAST), "the bodies are too short to try it"


FOOT: Final = {
    "rows": "",
    "sum": "| [合计]×2 | 三",
    "notes": "@each b in a.list\n@note {{ b }}\n@end",
}


def rows_of(count: int) -> Sequence[Mapping[str, str]]:
    return [{"n": str(i), "name": f"第{i}行", "what": "", "day": "", "sum": ""} for i in range(count)]


@sweep(1 / 3, of="layouts on pages")
@pytest.mark.parametrize(
    "sign", ["@ends 制表人（签名）： | 负责人：", "@form keep 40 40 40 36\n| 制表人: a.sign | 日期: a.day"]
)
def test_a_list_is_never_signed_on_a_page_without_any_of_its_rows(tmp_path: Path, sign: str) -> None:
    layouts = {
        f"{name}-{count}": (
            "register",
            f"@note {USED}\n@form\n{PENS}\n@table a.rows | # name sum ↕9\n{foot}\n{sign}",
            {"rows": rows_of(count), "list": ["注一", "注二"]},
        )
        for name, foot in FOOT.items()
        for count in range(3, 19)
    }
    two = 0
    for name, found in printed(tmp_path, layouts).items():
        (signed,) = [page for page in found if "制表人" in page]
        assert "行" in signed or "合计" in signed, name
        two += len(found) == 2
    assert two > len(FOOT), "the lists are too short to try it"


def test_only_the_last_row_of_a_list_stays_with_the_signature() -> None:
    """A list of which all rows stay together would begin on a new page."""
    data = build(doc_of(f"@note {USED}\n{PENS}\n@table a.rows | # name\n@ends 制表人： | 日期："))
    table = docx.Document(io.BytesIO(data)).element.body.findall(qn("w:tbl"))[-1]
    item = "{{ loop.index }}{{ x.name }}"
    found = [
        ("".join(t.text for t in row.iter(qn("w:t"))), row.find(f".//{qn('w:keepNext')}") is not None)
        for row in table.iter(qn("w:tr"))
    ]
    assert found == [
        ("序号姓名", True), ("{%tr for x in a.rows %}", False), ("{%tr if loop.last %}", False), (item, True),
        ("{%tr else %}", False), (item, False), ("{%tr endif %}", False), ("{%tr endfor %}", False),
    ]  # fmt: skip


def test_a_table_that_fills_its_page_is_not_followed_by_an_empty_one(tmp_path: Path) -> None:
    """22 lines of 28.95 pt leave 0.9 pt of the 637.8 pt of the type area."""
    document: Any = new_document("满页")
    parts.side_by_side(document, ["\n".join(["国"] * 22)], "公文正文", [156])
    parts.end(document)
    path = tmp_path / "full.docx"
    path.write_bytes(saved(document))
    (pdf,) = to_pdf([path], tmp_path / "pdf")
    assert len(pages(pdf)) == 1


# ── letters ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("letter")
    doc = Catalogue.load().get("evidence_letter")
    template = folder / "letter.tpl.docx"
    template.write_bytes(build(doc))
    values: dict[str, Any] = specimen(doc, typical, doc.categories[0], rows=4)
    values["office"]["name"] = "示范区人民政府槐树街道办事处"
    path = folder / "letter.docx"
    path.write_bytes(render(template, values, qr_payload=QR))
    (pdf,) = to_pdf([path], folder / "pdf")
    return pdf


@sweep(1 / 3, of="layouts on pages")
def test_a_letter_has_its_mark_and_rules_where_the_standard_puts_them(letter: Path) -> None:
    """GB/T 9704-2012, 10.1.

    发文机关标志……上边缘至上页边为30mm；发文机关标志下4mm处印一条红色双线（上粗下细），距下页边20mm处印一条红色双线（上细下粗），
    线长均为170mm，居中排布。
    """
    document = pypdfium2.PdfDocument(letter)
    page = np.asarray(document[0].render(scale=300 / 72).to_pil().convert("RGB")).astype(int)
    document.close()
    red = page[..., 0] - page[..., 1] > 60
    lines = np.flatnonzero(red.any(axis=1))
    (name, *rules) = (
        (
            part[0] * MM_PER_DOT,
            (part[-1] + 1) * MM_PER_DOT,
            np.flatnonzero(red[part].any(axis=0)) * MM_PER_DOT,
        )
        for part in np.split(lines, np.flatnonzero(np.diff(lines) > 1.5 / MM_PER_DOT) + 1)
    )
    upper, lower = rules
    assert name[0] == pytest.approx(30, abs=0.6)
    assert upper[0] - name[1] == pytest.approx(4, abs=0.6)
    assert 297 - lower[1] == pytest.approx(20, abs=0.3)
    for top, bottom, across in (upper, lower):
        assert [across[0], across[-1]] == pytest.approx([20, 190], abs=0.3)
        ink = red[round(top / MM_PER_DOT) : round(bottom / MM_PER_DOT), red.shape[1] // 2]
        first, last = (len(list(run)) for dark, run in itertools.groupby(ink) if dark)
        assert (first > last) is ((top, bottom) == upper[:2]), "上粗下细, at the foot 上细下粗"


def test_a_letter_has_no_number_on_its_first_page_and_its_reference_at_the_right_edge(letter: Path) -> None:
    """首页不显示页码; 发文字号顶格居版心右边缘编排在第一条红色双线下; the title comes after it."""
    document = pypdfium2.PdfDocument(letter)
    texts = [page.get_textpage() for page in document]
    assert "— 1 —" not in texts[0].get_text_range() and "— 2 —" in texts[1].get_text_range()
    number, title = (texts[0].search(words).get_next()[0] for words in ("示例救字", "关于协助提供"))
    end = texts[0].search("35 号").get_next()
    _, bottom, right, top = (v * 25.4 / 72 for v in texts[0].get_charbox(end[0] + end[1] - 1))
    assert right == pytest.approx(184, abs=0.7) and number < title
    assert (
        297 - top == pytest.approx(44.4 + 4.9, abs=1) and bottom > texts[0].get_charbox(title)[3] * 25.4 / 72
    )
    second = [texts[1].get_charbox(i) for i in range(texts[1].count_chars())]
    assert max(top for *_, top in second) * 25.4 / 72 == pytest.approx(297 - 37, abs=5)
    document.close()


def test_both_codes_of_a_letter_are_read_from_a_scan(letter: Path) -> None:
    found = zxingcpp.read_barcodes(scanned_print(letter))
    assert [c.text for c in found] == [QR, QR]
