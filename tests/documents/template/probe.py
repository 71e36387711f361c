"""A document to try the layout language on, with a field of every kind."""

from __future__ import annotations

from archivist.doctypes.declaration import LAYOUT_LINE, read_type
from archivist.doctypes.doctype import DocumentType


def row(path: str, label: str = "", kind: str = "", **more: object) -> dict[str, object]:
    return {"path": path} | ({"label": label, "kind": kind, "origin": "set"} if label else {}) | more


COLUMNS = [
    {"key": key, "label": label, "kind": kind}
    for key, label, kind in (
        ("n", "序号", "int"), ("name", "姓名", "name"), ("what", "事由", "str"), ("day", "日期", "date"), ("sum", "金额", "money"),
    )
]  # fmt: skip
FIELDS = {
    "system": [
        row(p) for p in ("office.name", "case.category_code", "applicant.name", "made_on", "signature.signer")
    ],
    "hand": [
        row("applicant.sex"), row("applicant.phone"), row("benefit.amount"),
        row("a.day", "日期", "date"), row("a.sign", "签名", "sign"), row("a.why", "理由", "text"),
        row("a.pick", "方式", "enum", choices=["甲", "乙", "丙"]), row("a.yes", "是否一致", "bool"),
    ],
    "optional": [row("a.list", "依据", "list"), row("doc_no"), row("a.rows", "各项", "table", columns=COLUMNS)],
}  # fmt: skip
USED = "{{ office.name }}{{ case.category_code }}{{ applicant.name }}{{ made_on }}{{ signature.signer }}"
PENS = "| applicant.sex | applicant.phone | benefit.amount\n| a.day | a.pick | a.yes\n| a.why"


ENTRY = {
    "id": "probe",
    "title": "试验表",
    "code": "PRB",
    "kind": "form",
    "folder": "01 申请",
    "fields": FIELDS,
}


def doc_of(layout: str, kind: str = "form", line: int = 1) -> DocumentType:
    """Return the document with a layout; its first line stands on this line of the file."""
    return read_type("probe.toml", {**ENTRY, "kind": kind, "layout": layout, LAYOUT_LINE: line})
