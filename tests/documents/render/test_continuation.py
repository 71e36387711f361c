"""续页: a text too long for its box is cut there and goes on on a page of its own; nothing is lost or said twice."""

from __future__ import annotations

import io
import re
from pathlib import Path

import docx
import pytest
from docx.shared import Mm
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.documents.render import boxes, pdf
from archivist.documents.render.continuation import REST, Rest, fit, width_of
from archivist.documents.render.render import document_text, render
from archivist.documents.render.sample_values import specimen
from archivist.documents.values.resolve import document_values
from tests.documents.pages import squeezed, whole
from tests.documents.samples import CONFIG, EXTRA, FULL, GIVEN, ON, QR, a_case
from tests.sampling import sweep

CATALOGUE = Catalogue.load()
DOCUMENTS = [d for d in CATALOGUE.generated() if d.template is not None]
CAUSE = "本人患病需长期治疗，家庭生活困难。"


def application(
    cause: str, name: str = "application_form", **more: object
) -> tuple[DocumentType, dict[str, object]]:
    doc = CATALOGUE.get(name)
    facts = {**FULL, "application": {**FULL["application"], "cause": cause}, **more}
    values = document_values(
        doc, a_case(facts), CONFIG, on=ON, given=GIVEN.get(name, {}), extra=EXTRA.get(name, {})
    )  # fmt: skip
    return doc, values


def made(cause: str, continued: list[str] | None = None) -> bytes:
    doc, values = application(cause)
    assert doc.template is not None
    return render(doc.template, values, qr_payload=QR, continued=continued)


def test_a_text_that_fits_its_box_stands_in_it_and_there_is_no_further_page() -> None:
    named: list[str] = []
    data = made(CAUSE * 8, named)
    assert named == []
    assert CAUSE * 8 in "".join(document_text(data))
    assert "续页" not in "".join(document_text(data))


def test_a_text_too_long_is_cut_after_a_sentence_and_goes_on_with_the_name_of_its_box() -> None:
    named: list[str] = []
    data = made(CAUSE * 60, named)
    text = "".join(document_text(data))
    assert named == ["申请理由（致困原因）"]
    assert "。（下接续页第1项）" in text
    assert (
        f"《社会救助申请书》续页\n本页与{QR}正文一并有效，共1项\n第1项（上接正文）　申请理由（致困原因）\n{CAUSE}"
        in text
    )
    assert CAUSE * 60 in whole(data)


def test_lines_of_a_text_stay_lines_on_both_pages() -> None:
    lines = [f"{n}、{CAUSE}" for n in range(1, 41)]
    data = made("\n".join(lines))
    assert squeezed("".join(lines)) in squeezed(whole(data))
    printed = [line.rstrip("\n").removesuffix("（下接续页第1项）") for line in document_text(data)]
    assert [line for line in printed if line.endswith(f"、{CAUSE}")] == lines


def test_what_the_two_pages_say_together_is_what_the_form_alone_would_say(tmp_path: Path) -> None:
    """Rendered by LibreOffice: the form keeps its pages but for the growth of one box; the rest stands on the 续页."""
    short, long = tmp_path / "short.docx", tmp_path / "long.docx"
    short.write_bytes(made(CAUSE))
    long.write_bytes(made(CAUSE * 60))
    pages = [PdfReader(p).pages for p in pdf.to_pdf([short, long], tmp_path / "pdf")]
    assert len(pages[1]) - len(pages[0]) in (1, 2)
    text = squeezed(pages[1][-1].extract_text())
    assert "续页" in text
    assert "签章" in text
    assert squeezed("".join(p.extract_text() for p in pages[1])).count(squeezed(CAUSE)) >= 55


def test_each_row_of_a_list_is_named_with_its_number() -> None:
    members = [{**row, "employer": "示范区槐树路便民综合服务有限责任公司" * 20} for row in FULL["members"]]
    doc, values = application(CAUSE, members=members)
    assert doc.template is not None
    named: list[str] = []
    data = render(doc.template, values, qr_payload=QR, continued=named)
    assert named == ["单位（第1行）", "单位（第2行）"]
    assert squeezed(whole(data)).count("示范区槐树路便民综合服务有限责任公司" * 20) == 2


@sweep(1 / 4)
@pytest.mark.parametrize("doc", DOCUMENTS, ids=lambda d: d.id)
def test_in_every_template_the_pages_together_hold_all_and_every_box_has_a_name(doc: DocumentType) -> None:
    assert doc.template is not None
    long = "经调查核实，该项情况属实，与申报一致。" * 150
    named: list[str] = []
    values = specimen(doc, lambda spec: f"〔{spec.label}〕{long}〔完〕", rows=2)
    data = render(doc.template, values, qr_payload=QR, continued=named)
    assert all(re.sub(r"（第\d行）", "", name) for name in named)
    text = squeezed(whole(data))
    assert text.count(f"{long}〔完〕") == text.count("〔完〕") > 0
    assert docx.Document(io.BytesIO(data)).element.body is not None


def test_a_clerks_own_template_has_boxes_too(tmp_path: Path) -> None:
    """Tables drawn in Word: no heights, the widths of Word's grid, the caption in the cell before."""
    document = docx.Document()
    table = document.add_table(1, 2, style="Table Grid")
    table.rows[0].cells[0].text = "情况说明"
    table.rows[0].cells[1].text = "{{ note }}"
    document.save(str(tmp_path / "own.docx"))
    named: list[str] = []
    data = render(tmp_path / "own.docx", {"note": CAUSE * 80}, qr_payload=None, continued=named)
    assert named == ["情况说明"]
    assert CAUSE * 80 in whole(data)


def test_a_row_of_exact_height_does_not_grow(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(1, 2, style="Table Grid")
    table.rows[0].height, table.rows[0].height_rule = Mm(12), docx.enum.table.WD_ROW_HEIGHT_RULE.EXACTLY  # type: ignore[attr-defined]
    table.rows[0].cells[0].text = "情况说明"
    table.rows[0].cells[1].text = "{{ note }}"
    document.save(str(tmp_path / "own.docx"))
    data = render(tmp_path / "own.docx", {"note": CAUSE * 4}, qr_payload=None)
    head = "".join(document_text(data)).partition("（下接续页第1项）")[0]
    assert len(head) < 60
    assert CAUSE * 4 in whole(data)


def test_the_same_text_outside_a_table_flows_over_the_pages(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("{{ note }}")
    document.save(str(tmp_path / "own.docx"))
    named: list[str] = []
    data = render(tmp_path / "own.docx", {"note": CAUSE * 80}, qr_payload=None, continued=named)
    assert (named, CAUSE * 80 in "".join(document_text(data))) == ([], True)


TEXT = st.text(st.sampled_from("一二三，。；\n 1234567890abc<&{}é👩‍👧é𠮷"), max_size=400)


def put(text: str, width: float, lines: int) -> tuple[str, list[Rest]]:
    """Return what a box prints of a text, and what it leaves over."""
    rests: list[Rest] = []
    token = REST.set(rests)
    try:
        return str(fit(text, width, lines, "某栏")), rests
    finally:
        REST.reset(token)


@given(TEXT, st.floats(1, 40), st.integers(1, 12))
def test_a_cut_loses_nothing_but_empty_lines_at_its_edge(text: str, width: float, lines: int) -> None:
    printed, rests = put(text, width, lines)
    if not rests:
        assert printed == text
        return
    head = printed.removesuffix("（下接续页第1项）")
    assert head != printed
    (rest,) = rests
    assert re.fullmatch(f"\n*{re.escape(head)}\n*{re.escape(rest.text)}\n*", text)
    assert head


@given(
    st.text(st.sampled_from("一二三，。"), min_size=1, max_size=300), st.integers(5, 40), st.integers(1, 12)
)
def test_what_stays_in_the_box_fits_it(text: str, width: int, lines: int) -> None:
    printed, _ = put(text, width, lines)
    if lines * width > 20:
        assert width_of(printed) <= lines * width


def test_a_number_is_not_cut_in_two() -> None:
    text = "证件号码" * 6 + "，证件号码120106196803050420" * 20
    for width in range(12, 40):
        assert re.fullmatch(r".*(\d{18}|\D)（下接续页第1项）", put(text, width, 6)[0])


def test_styles_say_how_a_cell_is_set() -> None:
    styles = (
        '<w:styles><w:style w:type="paragraph" w:styleId="A1"><w:pPr><w:spacing w:before="0" w:line="300" '
        'w:lineRule="exact"/></w:pPr><w:rPr><w:sz w:val="21"/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="A2"><w:rPr><w:sz w:val="28"/></w:rPr></w:style></w:styles>'
    )
    assert boxes.types_of(styles) == {"A1": boxes.Type(10.5, 15), "A2": boxes.Type(14, 19.599999999999998)}
