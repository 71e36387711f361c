"""Rendering: strict, literal, complete, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx
import pytest
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render.render import (
    blank,
    boxes,
    declared_vs_used,
    document_text,
    inspect,
    pack,
    qr_png,
    render,
    used_paths,
)
from archivist.documents.template.build import build
from archivist.errors import InvalidValue, RenderedWrong, TemplateFault
from tests.documents.samples import (
    BIG,
    EXTRA,
    FULL,
    GIVEN,
    LONG_NAME,
    MINIMAL,
    NEW,
    QR,
    TEN,
    a_case,
    filled,
)

CATALOGUE = Catalogue.load()


def template(tmp_path: Path, *lines: str, name: str = "t.docx") -> Path:
    """Write a template of our own; long tags are split over runs, as Word does."""
    document = docx.Document()
    for line in lines:
        paragraph = document.add_paragraph()
        for i in range(0, len(line), 7):
            paragraph.add_run(line[i : i + 7])
    path = tmp_path / name
    document.save(str(path))
    return path


def text_of(data: bytes) -> str:
    return "".join(document_text(data))


def values_of(name: str, facts: dict[str, Any] = FULL) -> dict[str, Any]:
    return filled(name, a_case(facts), GIVEN.get(name, {}), EXTRA.get(name, {})).values


# ── literal values ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "hostile",
    [
        "甲 & 乙 <公司>{{7*7}}",
        "{% for x in range(9) %}x{% endfor %}",
        "{# 注 #}",
        "{{ ''.__class__.__mro__ }}",
        "{_{ x }_}",
        "</w:t></w:r></w:p><w:p/>",
        "]]>&amp;&#65;",
        "\"'’”｛｛",
        "𠮷𫠝·㒨 e\u0301",
        "{" * 5,
    ],
)
def test_values_appear_literally(tmp_path: Path, hostile: str) -> None:
    """Without escaping, ``甲 & 乙 <公司>`` loses the rest of the paragraph without an error."""
    import unicodedata

    data = render(
        template(tmp_path, "姓名：{{ a.name }}，截止日期照印。"), {"a": {"name": hostile}}, qr_payload=None
    )
    assert f"姓名：{unicodedata.normalize('NFC', hostile)}，截止日期照印。" in text_of(data)


def test_a_hostile_name_is_literal_in_a_shipped_template() -> None:
    facts = {**FULL, "applicant": FULL["applicant"] | {"name": "甲 & 乙 <公司>{{7*7}}"}}
    doc = CATALOGUE.get("refusal_decision")
    assert doc.template
    data = render(doc.template, values_of("refusal_decision", facts), qr_payload=QR, phrases=doc.phrases)
    assert "甲&乙<公司>{{7*7}}" in text_of(data).replace(" ", "")


def test_line_ends_become_paragraphs_and_nothing_is_lost(tmp_path: Path) -> None:
    path = template(tmp_path, "理由：{{ reasons }}。以上。")
    data = render(path, {"reasons": "一是收入\n二是财产\r\n\n三是\t其他"}, qr_payload=None)
    lines = text_of(data).splitlines()
    assert lines[:4] == ["理由：一是收入", "二是财产", "", "三是\t其他。以上。"]


def test_control_characters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match=r"U\+0007"):
        render(template(tmp_path, "{{ a }}"), {"a": "甲\a乙"}, qr_payload=None)
    with pytest.raises(TemplateFault, match="FDD0"):
        render(template(tmp_path, "{{ a }}"), {"a": "甲\ufdd0"}, qr_payload=None)


# ── strict ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "tag", ["{{ missing }}", "{{ a.missing }}", "{% if missing %}x{% endif %}", "{{ a.b.c }}"]
)
def test_an_unknown_name_is_an_error(tmp_path: Path, tag: str) -> None:
    with pytest.raises(TemplateFault, match=r"t\.docx"):
        render(template(tmp_path, tag), {"a": {"b": {}}}, qr_payload=None)


@pytest.mark.parametrize(
    "tag",
    [
        "{{ a.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ a.update({'x': 1}) }}",
        "{{ rows.append(1) }}",
        "{% for i in range(10) %}{{ i }}{% endfor %}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
    ],
)
def test_template_code_is_confined(tmp_path: Path, tag: str) -> None:
    with pytest.raises(TemplateFault):
        render(template(tmp_path, tag), {"a": {"b": "x"}, "rows": []}, qr_payload=None)


@pytest.mark.parametrize("tag", ["{{ a", "{% if a %}", "{{ a | nofilter }}", "{% endfor %}"])
def test_a_malformed_template_is_a_fault_or_a_failed_inspection(tmp_path: Path, tag: str) -> None:
    with pytest.raises((TemplateFault, RenderedWrong)):
        render(template(tmp_path, tag), {"a": "x"}, qr_payload=None)


def test_a_file_that_is_no_word_document_is_a_fault(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04broken", b"%PDF-1.4", pack({"a.txt": b"x"})):
        (tmp_path / "t.docx").write_bytes(content)
        with pytest.raises(TemplateFault, match=r"t\.docx"):
            render(tmp_path / "t.docx", {}, qr_payload=None)
    with pytest.raises(TemplateFault, match="打不开"):
        render(tmp_path / "absent.docx", {}, qr_payload=None)


def test_a_missing_phrase_is_found(tmp_path: Path) -> None:
    path = template(tmp_path, "可以申请行 政复议。{{ a }}")
    render(path, {"a": "x"}, qr_payload=None, phrases=["申请行政复议"])
    with pytest.raises(RenderedWrong, match="提起行政诉讼"):
        render(path, {"a": "x"}, qr_payload=None, phrases=["申请行政复议", "提起行政诉讼"])


def test_a_lost_value_is_found() -> None:
    data = render_shipped("acceptance_notice")
    assert inspect(data, ["王秀兰"], []) == []
    assert "没有完整地写进文书" in inspect(data, ["王秀兰\n不在文中的一行"], [])[0]
    assert inspect(b"no zip", [], [])[0].startswith("生成的文件不能重新打开")


def test_a_template_without_a_place_for_the_code_cannot_carry_one(tmp_path: Path) -> None:
    with pytest.raises(TemplateFault, match="二维码"):
        render(template(tmp_path, "正文"), {}, qr_payload=QR)


# ── the result ───────────────────────────────────────────────────────────────────────────────────────────
def render_shipped(name: str, facts: dict[str, Any] = FULL, payload: str | None = QR) -> bytes:
    doc = CATALOGUE.get(name)
    assert doc.template is not None
    return render(doc.template, values_of(name, facts), qr_payload=payload, phrases=doc.phrases)


@pytest.mark.parametrize("facts", [FULL, BIG], ids=["full", "nine-members-long-names"])
@pytest.mark.parametrize("name", TEN)
def test_each_of_the_ten_renders(name: str, facts: dict[str, Any]) -> None:
    data = render_shipped(name, facts)
    text = text_of(data)
    assert QR in text and "{{" not in text and "{%" not in text
    assert (LONG_NAME if facts is BIG else "王秀兰") in text
    assert docx.Document(io.BytesIO(data)).sections
    assert data == render_shipped(name, facts), "not the same bytes"


@pytest.mark.parametrize("facts", [FULL, BIG, MINIMAL], ids=["full", "nine-members-long-names", "minimal"])
@pytest.mark.parametrize("name", NEW)
def test_documents_that_are_only_a_toml_render(name: str, facts: dict[str, Any]) -> None:
    text = text_of(render_shipped(name, facts))
    assert "{{" not in text and "{%" not in text
    assert facts["applicant"]["name"] in text or name == "household_ledger"


def test_a_registers_sums_are_those_of_its_rows() -> None:
    text = text_of(render_shipped("household_ledger")).replace("\n", " ")
    assert "40 户" in text and "120" in text and "66,360.00" in text


@pytest.mark.parametrize("name", TEN)
def test_the_text_is_the_one_docxtpl_makes(name: str) -> None:
    doc = CATALOGUE.get(name)
    values = values_of(name, BIG) | {"code": QR}
    env = ImmutableSandboxedEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda v: v.replace("\n", "\a") if isinstance(v, str) else v,
    )
    env.filters.update({"boxes": boxes, "blank": blank})
    reference = DocxTemplate(str(doc.template))
    reference.render(values, jinja_env=env)
    out = io.BytesIO()
    reference.save(out)
    assert text_of(render_shipped(name, BIG)) == text_of(out.getvalue())


def test_a_draft_has_no_code() -> None:
    data = render_shipped("acceptance_notice", payload=None)
    assert "AV1-" not in text_of(data)
    pictures = [v for k, v in _members(data).items() if k.startswith("word/media/")]
    assert qr_png(None) in pictures and qr_png(QR) not in pictures


def test_both_places_carry_the_same_picture() -> None:
    data = render_shipped("acceptance_notice")
    members = _members(data)
    pictures = [v for k, v in members.items() if k.startswith("word/media/")]
    assert pictures and all(p == qr_png(QR) for p in pictures)
    assert sum(v.count(b"archivist-qr") for k, v in members.items() if k.startswith("word/")) == 2


def _members(data: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {n: package.read(n) for n in package.namelist()}


# ── checking templates ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", (*TEN, *NEW))
def test_shipped_templates_use_exactly_what_is_declared(name: str) -> None:
    doc = CATALOGUE.get(name)
    assert doc.template is not None
    assert declared_vs_used(doc, doc.template) == []


def test_paths_are_found_in_every_branch_and_loop(tmp_path: Path) -> None:
    path = template(
        tmp_path,
        "{% if a.x %}{{ b.y }}{% else %}{% if c %}{{ d|blank(3) }}{% endif %}{% endif %}",
        "{% for m in people if m.age %}{{ loop.index }}{{ m.name }}{% for k in m.kids %}{{ k }}{% endfor %}{% endfor %}",
    )
    assert used_paths(path) >= {"a.x", "b.y", "c", "d", "people[].age", "people[].name", "people[].kids[]"}


def test_disagreements_are_listed(tmp_path: Path) -> None:
    doc = CATALOGUE.get("delivery_receipt")
    problems = declared_vs_used(doc, template(tmp_path, "{{ case.number }}{{ secret.thing }}"))
    assert "模板用了没有登记的字段 secret.thing" in problems
    assert any("受送达人(delivery.addressee)" in p for p in problems)


def test_a_template_that_lost_its_phrases_is_found(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    data = build(CATALOGUE.get("acceptance_notice"))
    members = dict(_members(data))
    members["word/document.xml"] = members["word/document.xml"].replace(
        "权利和义务".encode(), "须知".encode()
    )
    path.write_bytes(pack(members))
    assert any("权利和义务" in p for p in declared_vs_used(CATALOGUE.get("acceptance_notice"), path))


def test_boxes_and_blanks() -> None:
    assert boxes("重病、支出过大", "重病 残疾 / 支出过大") == "☑重病  □残疾\n☑支出过大"
    assert boxes("", "是 否") == "□是  □否"
    assert blank("", 3) == "＿＿＿" and blank("周", 3) == "周"
