"""Hostile values in every text field of every template: printed literally or refused; no paragraph lost, no code run.

Each field is printed once as ``〔3〕`` and once as ``〔3〕`` with a hostile tail; all fields of a document at once.
Without the tails, the two documents must say the same, to the last character.
"""

from __future__ import annotations

import io
import re
import unicodedata

import docx
import pytest

from archivist.doctypes.catalogue import Catalogue, Column, DocumentType, FieldSpec, Mode, Origin
from archivist.documents.render.render import render
from archivist.documents.render.sample_values import specimen
from archivist.documents.values.context import stored
from archivist.errors import InvalidValue, TemplateFault
from archivist.model.ids import Category
from archivist.model.invisible import without_invisible
from tests.documents.pages import squeezed, whole
from tests.sampling import sweep

CATALOGUE = Catalogue.load()
DOCUMENTS = [d for d in CATALOGUE.generated() if d.template is not None]
FREE = ("str", "text", "name", "list")
"""Kinds that take any text."""
QR = "AV1-TJHQDB2024000123-SQS7-3F"
HOSTILE = {
    "xml": "</w:t></w:r></w:p><w:p/>&amp;&#65;]]><!-- & <公司> \"'",
    "jinja": "{{7*7}}{% for x in range(9) %}x{% endfor %}{# 注 #}{{ ''.__class__.__mro__ }}{_{ x }_}{{{",
    "emoji and right to left": "👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿𠮷𫠝㒨é\u202eשלום\u202cمرحبا\u200f\ufeff",
    "5,000 characters": "长" * 2500 + "<&{{" * 625,
}
CONTROL = ("\x00", "\x07", "\x1b[2J", "\x0b", "\x0c", "\x7f", "\x85", "\ufffe", "\ud800")


def marked(doc: DocumentType, tail: str) -> dict[str, object]:
    """Return values with ``〔n〕`` and a tail in every field that takes text."""
    places: dict[int, int] = {}

    def stand(spec: FieldSpec | Column) -> str:
        number = places.setdefault(id(spec), len(places))
        return f"〔{number}〕{tail}" if spec.kind in FREE and not spec.choices else f"〔{number}〕"

    values = specimen(doc, stand, rows=2)
    case = values.get("case")
    if isinstance(case, dict) and "category_code" in case:
        case["category_code"] = (doc.categories or (Category.DB,))[0].value
    return values


def text_of(data: bytes) -> str:
    return squeezed(whole(data))


@sweep(1 / 4)
@pytest.mark.parametrize("doc", DOCUMENTS, ids=lambda d: d.id)
def test_every_field_prints_hostile_text_literally(doc: DocumentType) -> None:
    assert doc.template is not None
    plain = text_of(render(doc.template, marked(doc, ""), qr_payload=QR))
    free = set(re.findall(r"〔\d+〕", plain)) - marks_of_others(doc)
    for name, tail in HOSTILE.items():
        data = render(doc.template, marked(doc, tail), qr_payload=QR)
        printed = text_of(data)
        squeezed = re.sub(r"\s+", "", unicodedata.normalize("NFC", tail))
        assert [mark for mark in free if f"{mark}{squeezed}" not in printed] == [], name
        assert printed.replace(squeezed, "") == plain, name
    assert docx.Document(io.BytesIO(data)).element.body is not None


def marks_of_others(doc: DocumentType) -> set[str]:
    """Return the marks of fields that take no free text, and so carry no tail."""
    values = marked(doc, "＋")
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str) and not value.endswith("＋"):
            found.update(re.findall(r"〔\d+〕", value))

    walk(values)
    return found


@sweep(1 / 4)
@pytest.mark.parametrize("doc", DOCUMENTS, ids=lambda d: d.id)
def test_several_lines_become_several_paragraphs_in_every_field(doc: DocumentType) -> None:
    assert doc.template is not None
    plain = text_of(render(doc.template, marked(doc, ""), qr_payload=QR))
    lines = text_of(render(doc.template, marked(doc, "一行\n二行\r\n\n末行"), qr_payload=QR))
    assert lines.replace("一行二行末行", "") == plain


@sweep(1 / 4)
@pytest.mark.parametrize("doc", DOCUMENTS, ids=lambda d: d.id)
def test_control_characters_are_refused_in_every_field(doc: DocumentType) -> None:
    """Where a clerk gives a value, and once more where it is printed."""
    for spec in doc.fields:
        for text in CONTROL:
            value: object = f"甲{text}乙"
            if spec.kind == "table":
                value = [{c.key: value} for c in spec.columns if c.kind in FREE and not c.choices][:1]
            elif spec.kind == "list":
                value = [value]
            if value and spec.kind in (*FREE, "table"):
                with pytest.raises(InvalidValue):
                    stored(spec, value)
    assert doc.template is not None
    for text in ("\x07", "\ufdd0"):
        with pytest.raises((InvalidValue, TemplateFault)):
            render(doc.template, marked(doc, text), qr_payload=QR)


@pytest.mark.parametrize(
    "kind", sorted({f.kind for d in DOCUMENTS for f in d.fields} - {"table", "sign", "seal", "image"})
)
def test_other_kinds_refuse_what_is_not_theirs(kind: str) -> None:
    """A date, an amount, a number is checked; nothing hostile passes for one."""
    spec = FieldSpec(
        "a.b",
        "某项",
        kind,
        Mode.SYSTEM,
        Origin.SET,
        choices=("甲", "乙") if kind in ("enum", "multi") else (),
    )
    for tail in HOSTILE.values():
        if kind in FREE:
            try:
                kept = stored(spec, [tail] if kind == "list" else tail)
            except InvalidValue:
                continue
            squeezed = re.sub(r"\s+", "", without_invisible(unicodedata.normalize("NFC", tail)))
            assert (
                squeezed in re.sub(r"\s+", "", str(kept[0] if isinstance(kept, tuple) else kept))
                or kind == "name"
            )
        else:
            with pytest.raises(InvalidValue):
                stored(spec, tail)
