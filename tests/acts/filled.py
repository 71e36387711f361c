"""What a clerk writes into a document that the case does not know: something that fits each field."""

from __future__ import annotations

import datetime as dt

from archivist.doctypes.catalogue import Column, DocumentType, FieldSpec
from archivist.model.ids import Category
from tests.people import WANG_ID


def filled(document: DocumentType, category: Category, day: dt.date) -> dict[str, object]:
    """Return a value for every field of a document that must be told when it is issued."""
    return {
        f.path: _value(f, day)
        for f in document.fields
        if f.mode == "system" and f.origin == "set" and f.applies(category)
    }


def _value(spec: FieldSpec | Column, day: dt.date) -> object:
    if spec.choices:
        return spec.choices[0]
    if spec.kind == "list":
        return ["样例一", "样例二"]
    if isinstance(spec, FieldSpec) and spec.kind == "table":
        return [{c.key: _value(c, day) for c in spec.columns}]
    known = {
        "date": f"{day}", "datetime": f"{day} 09:00", "ym": f"{day:%Y-%m}", "name": "苏调查", "bool": "是",
        "phone": "022-00000003", "acct": "6200000000000000", "id": WANG_ID, "docno": "样救字〔2024〕1号",
    }  # fmt: skip
    return known.get(spec.kind, "5" if spec.kind in ("money", "decimal", "int") else "样例")
