"""「refused or removed with one clear line each」: templates that careless and hostile hands leave."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.doctypes.catalogue import Catalogue, shipped_templates
from archivist.documents.render.render import document_text, render
from archivist.documents.render.sample_values import specimen, typical
from archivist.documents.render.sandbox import compile_source
from archivist.documents.render.watermark import watermarked
from archivist.documents.template.check import check
from archivist.errors import TemplateFault
from archivist.issuing.case_documents import plan
from archivist.model.ids import Category
from archivist.workspace import Workspace
from tests.documents.template.disguised import DISGUISED
from tests.documents.template.spoiled import (
    BODY,
    NOTICE,
    SPOILED,
    Spoiled,
    made,
    second_document,
    shipped,
    text,
    xml,
)
from tests.filing import come_to
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.sampling import sample, sweep

CATALOGUE = Catalogue.load()
ALL = (*SPOILED, *DISGUISED)


@pytest.mark.parametrize("spoiled", ALL, ids=lambda s: s.name)
def test_each_is_told_in_one_line(spoiled: Spoiled, tmp_path: Path) -> None:
    """「refused or removed with one clear line each」."""
    path = tmp_path / f"{NOTICE}.docx"
    path.write_bytes(made(spoiled.change))
    assert check(CATALOGUE.get(NOTICE), path) == [spoiled.line]


def test_there_are_as_many_as_were_asked_for() -> None:
    """「At least 30 malicious or careless templates」, each of another kind."""
    assert len({spoiled.name for spoiled in ALL}) == len(ALL) >= 30


def test_a_text_called_document2_is_read(tmp_path: Path) -> None:
    """「Strict and ``document2.xml`` files read or named rightly」: Word on the web calls the text so."""
    path = tmp_path / f"{NOTICE}.docx"
    path.write_bytes(made(second_document))
    document = CATALOGUE.get(NOTICE)
    assert check(document, path) == []
    page = render(path, specimen(document, typical, Category.DB), qr_payload=None)
    assert "受理通知书" in "".join(document_text(watermarked(page, "草稿")))


HARMLESS = (
    ("a page number", xml('<w:p><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>')),
    ("words over a date for a pen", text("　　年　　月　　日（盖章）")),
    ("a title in brackets", text("《社会救助法》第二十条〔2024〕12号【重要】（一）<br>")),
    ("a page of the web", text("网址 www.mca.gov.cn，邮箱 office@mca.gov.cn")),
    ("red", text("请携带身份证", '<w:color w:val="FF0000"/>')),
    ("white on black", xml('<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:shd w:val="clear" w:fill="000000"/></w:tcPr><w:p><w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>白字</w:t></w:r></w:p></w:tc></w:tr></w:tbl>')),
    ("hidden in a browser only", text("可见", "<w:webHidden/>")),
    ("Uyghur", text("ئىجتىمائىي قۇتقۇزۇش", "<w:rtl/>")),
    ("a wide caption", text("姓名", '<w:fitText w:val="1680"/>')),
    ("a hanging indent", text("一、说明", "", '<w:ind w:left="640" w:hanging="640"/>')),
    ("one text in two ways", xml('<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps"><w:t>甲</w:t></mc:Choice><mc:Fallback><w:t>甲</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>')),
    ("hidden and shown again", text("可见", '<w:vanish w:val="0"/>')),
    ("a condition", text("{% if office.phone %}电话{{ office.phone }}{% else %}无{% endif %}")),
    ("the last four", text("{{ office.phone[-4:] }}")),
)  # fmt: skip


@pytest.mark.parametrize(("name", "change"), HARMLESS, ids=[name for name, _ in HARMLESS])
def test_what_is_harmless_passes(name: str, change: object, tmp_path: Path) -> None:
    path = tmp_path / f"{NOTICE}.docx"
    path.write_bytes(made(change))  # type: ignore[arg-type]
    assert check(CATALOGUE.get(NOTICE), path) == [], name


# ── at issue ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made_one:
        yield made_one


def test_what_fails_is_not_put_into_use(workspace: Workspace) -> None:
    """「The templates of the office that fail are not put into use (generate refuses with the same lines)」."""
    case = come_to(workspace, open_household(workspace), NOTICE)
    document = Catalogue.load(workspace.templates, shipped_templates()).get(NOTICE)
    for spoiled in sample(ALL, 1 / 10, "spoiled"):
        workspace.templates.mkdir(exist_ok=True)
        (workspace.templates / f"{NOTICE}.docx").write_bytes(made(spoiled.change))
        document = Catalogue.load(workspace.templates, shipped_templates()).get(NOTICE)
        with pytest.raises(TemplateFault) as caught:
            plan(workspace, BY, document, [case.number], {}, on=TODAY)
        assert caught.value.problems == (spoiled.line,)
    assert not workspace.archive.read(case.number).records


def test_one_bad_template_stops_no_other(workspace: Workspace) -> None:
    """「one bad template stops no other」."""
    case = come_to(workspace, open_household(workspace), NOTICE)
    workspace.templates.mkdir(exist_ok=True)
    for document, spoiled in zip(CATALOGUE.generated(), SPOILED, strict=False):
        if document.id != NOTICE:
            (workspace.templates / f"{document.id}.docx").write_bytes(made(spoiled.change))
    document = Catalogue.load(workspace.templates, shipped_templates()).get(NOTICE)
    assert len(plan(workspace, BY, document, [case.number], {}, on=TODAY).documents) == 1


HANGS = (
    "{{ '%999999999d' % 1 }}", "{{ 'x' * 999999999 }}", "{{ 9 ** 9 ** 9 }}", "{{ 'x'.zfill(999999999) }}", "{{ '{:>999999999}'.format(1) }}",
    "{{ x|center(999999999) }}", "{{ x|indent(999999999) }}", "{{ x|wordwrap(1, true, 'y' * 999999) }}", "{{ x|replace('', 'y') }}",
    "{% for i in range(999999999) %}{% endfor %}", "{% for a in 'abc' %}{% endfor %}", "{% set x = x ~ x %}", "{{ x|tojson(999999999) }}",
    "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}", "{% for a in x recursive %}{{ loop(x) }}{% endfor %}", "{{ x|map('center', 9999)|list }}",
    "{% filter center(999999999) %}{% endfilter %}", "{% call(x) y() %}{% endcall %}", "{{ (1, 2) * 999999999 }}", "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ " + "not " * 5000 + "1 }}", "{% if x %}" * 200 + "{% endif %}" * 200, "{{ x|format(1) }}", "{{ x.__class__.__mro__() }}", "{{ x[y()] }}",
)  # fmt: skip


@pytest.mark.parametrize("source", HANGS, ids=range(len(HANGS)))
def test_an_expression_cannot_grow(source: str) -> None:
    """「time and memory limits on expressions … that hold at check and at generate」: nothing of it is even compiled."""
    with pytest.raises(TemplateFault):
        compile_source(source)


@sweep(1 / 10)
@pytest.mark.parametrize("seed", range(100))
def test_no_damage_makes_the_check_fail_itself(seed: int, tmp_path: Path) -> None:
    """「one bad template stops no other」: whatever became of the file, the check ends with lines, or with none."""
    rnd = random.Random(f"damaged template {seed}")
    members = shipped()
    name = rnd.choice([n for n in members if n.endswith((".xml", ".rels"))])
    content = bytearray(members[rnd.choice((name, BODY))])
    for _ in range(rnd.randrange(1, 6)):
        at = rnd.randrange(len(content))
        content[at : at + rnd.randrange(40)] = rnd.choice(
            (b"", b"{{", b"}}", b"{%", b"<", b"&", b"\0", b"\xff", b"</w:p>", b"(", b"'")
        )
    path = tmp_path / f"{NOTICE}.docx"
    path.write_bytes(made(lambda m: {**m, name: bytes(content)}))
    assert "" not in check(CATALOGUE.get(NOTICE), path)
