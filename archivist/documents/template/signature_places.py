"""Whether every signature, seal and photograph a document asks for has its place on paper.

A layout gives a place by the field's path, or in words: a row with an empty box, or a line, that names who signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from archivist.doctypes.catalogue import PLACES, DocumentType, FieldSpec

_NOT_WHO: Final = re.compile(
    r"（.*?）|签名|签字|签收|签发|审签|代签|签批链|盖章|或指印|及日期|及关系|各级|[一二]$"
)
_PEN: Final = re.compile(r"签|章|指印|＿|□")
_SEAL: Final = re.compile(r"盖章|公章|印章|章）")
_IMAGE: Final = re.compile(r"照片|影像")


def unplaced(doc: DocumentType, used: set[str], document: Document) -> list[str]:
    """List the fields for a signature, a seal or a photograph that have no place in the layout."""
    lines = list(_lines(document))
    return [
        f"登记的{_KIND[spec.kind]} {spec.named} 在版式中没有位置"
        for spec in doc.fields
        if spec.kind in PLACES and spec.path not in used and not _placed(spec, lines)
    ]


_KIND: Final = {"sign": "签名", "seal": "印章", "image": "照片"}


def _placed(spec: FieldSpec, lines: list[tuple[str, bool]]) -> bool:
    if spec.kind != "sign":
        words = _SEAL if spec.kind == "seal" else _IMAGE
        return any(words.search(text) for text, _ in lines)
    who = [
        w for part in re.split("、", spec.label.rpartition("·")[2]) if (w := _NOT_WHO.sub("", part).strip())
    ]
    return all(any(w in text and (empty or _PEN.search(text)) for text, empty in lines) for w in who)


def _lines(document: Document) -> Iterator[tuple[str, bool]]:
    """Yield each row and each paragraph outside tables: its text, and whether it has an empty box."""
    for element in document.element.body:
        if element.tag == qn("w:p"):
            yield _text(element), False
        for row in element.findall(qn("w:tr")):
            cells = [_text(cell) for cell in row.findall(qn("w:tc"))]
            yield "　".join(cells), not all(cells)


def _text(element: etree._Element) -> str:
    return "".join(map(str, (t.text or "" for t in element.iter(qn("w:t")))))
