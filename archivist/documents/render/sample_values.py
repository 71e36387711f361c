"""Stand-in values for every field of a document: for trying a template out before a household depends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from archivist.doctypes.doctype import PLACES, Column, DocumentType, FieldSpec, Mode
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.nested import put
from archivist.model.ids import Category

Stand = Callable[[FieldSpec | Column], str]
"""What stands for a field or the cell of a column."""
_TYPICAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "王秀兰",
        "id": "120106196803050425",
        "old_id": "120106680305042",
        "date": "2024年8月16日",
        "datetime": "2024年8月16日9时30分",
        "ym": "2024年9月",
        "money": "1,330.00",
        "decimal": "2.5",
        "int": "3",
        "bool": "是",
        "phone": "022-00000001",
        "acct": "6222020200000000018",
        "docno": "示例救字〔2024〕35号",
    }
)

_COUNTED: Final = ("序号", "序", "号")
"""What a column is called that counts its rows, whatever kind it is of."""


def label(spec: FieldSpec | Column) -> str:
    """Return the field's name in brackets; an amount in words names the currency, as the law has it."""
    return f"〔{spec.label}〕" + ("人民币壹元整" if spec.label.endswith("大写") else "")


def typical(spec: FieldSpec | Column) -> str:
    """Return what the field might well say."""
    if spec.choices:
        return "、".join(spec.choices[:2]) if spec.kind == "multi" else spec.choices[0]
    if spec.label.endswith("大写"):
        return "人民币壹仟叁佰叁拾元整"
    if spec.label in _COUNTED:
        return _TYPICAL["int"]
    return _TYPICAL.get(spec.kind, "示例内容")


def sparse(spec: FieldSpec | Column) -> str:
    """Return something only for what must be known."""
    return typical(spec) if isinstance(spec, FieldSpec) and spec.mode is Mode.SYSTEM else ""


def specimen(
    doc: DocumentType, stand: Stand, category: Category | None = None, *, rows: int = 1
) -> dict[str, object]:
    """Return nested values as ``facts.document_values`` makes them.

    Args:
        doc: the type.
        stand: what stands for a field.
        category: only what this category of assistance has is filled, and it is named; ``None`` fills everything.
        rows: rows of a table and items of a list.
    """
    nested: dict[str, object] = {}
    for spec in doc.fields:
        put(nested, spec.path, _value(spec, stand, category, rows))
    return nested


def _value(spec: FieldSpec, stand: Stand, category: Category | None, rows: int) -> object:
    missing = category is not None and not spec.applies(category)
    if spec.kind == "table":
        filled = 0 if missing or (stand is sparse and spec.mode is not Mode.SYSTEM) else rows
        empty = [dict.fromkeys((c.key for c in spec.columns), "") for _ in range(spec.rows - filled)]
        return [{c.key: stand(c) for c in spec.columns} for _ in range(filled)] + empty
    if spec.kind == "list":
        text = stand(spec)
        return [text] * rows if text and not missing else []
    if missing or spec.kind in PLACES:
        return ""
    if category is not None and spec.path == FieldPath.CASE_CATEGORY_CODE:
        return category.value
    return category.label if category is not None and spec.path == FieldPath.CASE_CATEGORY else stand(spec)
