"""From the nodes of a layout to the ``.docx``: which directive makes which part, what stands between two parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from archivist.doctypes.catalogue import DocumentKind, DocumentType
from archivist.documents.template import forms, household_tables, letterhead, parts
from archivist.documents.template.fields import FieldWriter
from archivist.documents.template.grammar import Block, Call, Node, TextRun, is_rows, split_outside_tags
from archivist.documents.template.keep_together import is_tag, keep_last
from archivist.documents.template.page import STYLE_ID, STYLES, area_mm, new_document
from archivist.documents.template.tables import Table

FORMS: Final = (DocumentKind.FORM, DocumentKind.REGISTER, DocumentKind.COVER)
"""Kinds whose plain lines are clauses between tables (12 pt); in all others they are the body (16 pt)."""
_BODY: Final[Mapping[str, str]] = {"large": "公文正文", "small": "条款"}
_PT: Final = {style.name: style.size_pt for style in STYLES}
_STYLE_OF: Final = {identity: name for name, identity in STYLE_ID.items()}
_FOLLOWED: Final = ("表名", "二维码")
"""Styles of paragraphs after which a table stands without a gap."""


class Writer:
    """Writes one document; ``fields`` knows what is declared and keeps the faults."""

    def __init__(self, doc: DocumentType, fields: FieldWriter, nodes: Sequence[Node]) -> None:
        self.doc = doc
        self.fields = fields
        settings = {n.name: n for n in nodes if isinstance(n, Call)}
        titles = [n.text for n in nodes if isinstance(n, TextRun) and n.kind == "title"]
        self.title = titles[0] if titles else doc.title
        lying = doc.kind is DocumentKind.REGISTER and "portrait" not in settings
        head = settings.get("letterhead")
        self.letter = head is not None
        self.document = new_document(
            doc.title,
            landscape=lying or "landscape" in settings,
            letter=self.letter,
            numbered="unnumbered" not in settings,
        )
        self.area = area_mm(self.document)
        self.body = _BODY["small" if doc.kind in FORMS else "large"]
        self._calls: dict[str, Callable[[Call], None]] = {
            "docno": self._docno, "caseno": self._caseno, "to": self._to,
            "group": self._group, "members": self._members, "approval": self._approval, "signature": self._signature,
            "signatures": self._signatures, "note": self._note, "remark": self._remark, "center": self._center,
            "ends": self._ends, "space": self._space, "gap": self._gap, "pagebreak": self._pagebreak,
            "body": self._body, "landscape": lambda _: None, "portrait": lambda _: None, "letterhead": lambda _: None,
            "unnumbered": lambda _: None,
        }  # fmt: skip
        if head is not None:
            self._ready(head.line, "{{ office.name }}", "信函标志")
            letterhead.head(self.document)
            if number := settings.get("docno"):
                self._number(number, "信函编号")
            letterhead.two_lines(self.document)
        if doc.kind is not DocumentKind.MINUTES and not titles:
            parts.add(self.document, doc.title, style="公文标题")

    def write(self, nodes: Sequence[Node]) -> None:
        """Write nodes in order; neighbouring rows make one table."""
        at = 0
        while at < len(nodes):
            node = nodes[at]
            at += 1
            call = node if isinstance(node, Call) and node.name in ("form", "table") else None
            if call or is_rows(node):
                start = at if call else at - 1
                while at < len(nodes) and is_rows(nodes[at]):
                    at += 1
                self._table(call or Call(node.line, "form"), nodes[start:at])
            elif isinstance(node, Block):
                self._block(node)
            elif isinstance(node, TextRun):
                self._text(node)
            elif isinstance(node, Call):
                self._call(node)

    def finish(self) -> None:
        """End the document: Word wants a paragraph after the last table."""
        if self._after_table():
            parts.end(self.document)

    # ── text ─────────────────────────────────────────────────────────────────────────────────────────────
    def _ready(self, line: int, text: str, style: str) -> str:
        return self.fields.text(line, text, self.area, _PT[style])

    def _add(self, line: int, text: str, style: str, extra: str = "") -> None:
        if style == _BODY["large"] and self._after_table():
            parts.gap(self.document)
        for part in self._ready(line, text, style).split("\n"):
            parts.add(self.document, part, style=style, extra=extra)

    def _text(self, node: TextRun) -> None:
        style, text = self.body, node.text
        if node.kind == "title" and self.doc.kind is DocumentKind.MINUTES:
            return  # 纪要标志: in the red head
        if node.kind == "title":
            style = "公文标题"
        elif node.kind == "heading":
            style, text = (self.body, f"**{text}**") if self.body == _BODY["large"] else ("表名", text)
        elif node.kind == "second":
            text = f"__{text}__"
        self._add(node.line, text, style, "<w:keepNext/>" if node.kind == "second" else "")

    def _block(self, block: Block) -> None:
        self.fields.opening(block.line, block.opening, block.loop)
        parts.add(self.document, f"{{%p {block.opening} %}}", style="表注")
        before, self.fields.loops = self.fields.loops, {**self.fields.loops, **block.loop}
        self.write(block.body)
        self.fields.loops = before
        if block.other:
            parts.add(self.document, "{%p else %}", style="表注")
            self.write(block.other)
        parts.add(self.document, f"{{%p {block.closing} %}}", style="表注")

    # ── tables ───────────────────────────────────────────────────────────────────────────────────────────
    def _table(self, call: Call, nodes: Sequence[Node]) -> None:
        make = forms.listing if call.name == "table" else forms.form
        self._put(make(self.fields, call, nodes, self.area))

    def _put(self, table: Table | None) -> None:
        if table is None:
            return
        if table.signed:
            keep_last(self.document)
        last = self._last()
        if last is None or last.tag == qn("w:tbl") or self._style(last) not in _FOLLOWED:
            parts.gap(self.document, "<w:keepNext/>")
        table.into(self.document)

    def _last(self) -> BaseOxmlElement | None:
        """Return the last element that is not a tag of a condition or loop."""
        body = self.document.element.body
        return next((e for e in reversed(body[:-1]) if not is_tag(e)), None)

    def _style(self, element: BaseOxmlElement) -> str:
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return "" if style is None else _STYLE_OF[str(style.get(qn("w:val")))]

    def _after_table(self) -> bool:
        last = self._last()
        return last is not None and last.tag == qn("w:tbl")

    # ── directives ───────────────────────────────────────────────────────────────────────────────────────
    def _call(self, call: Call) -> None:
        if make := self._calls.get(call.name):
            make(call)
        else:
            self.fields.fault(call.line, f"没有 @{call.name} 这种写法")

    def _docno(self, call: Call) -> None:
        if self.doc.kind is DocumentKind.MINUTES:
            title = self._ready(call.line, self.title, "纪要标志")
            parts.minutes_head(self.document, title, self._ready(call.line, call.arg, "文书编号"))
        elif not self.letter:  # a letter has it above its title
            self._number(call, "文书编号")

    def _number(self, call: Call, style: str) -> None:
        if call.arg:
            self._add(call.line, call.arg, style)
        else:
            line = TextRun(call.line, "text", "{{ doc_no }}")
            before, self.body = self.body, style
            self._block(Block(call.line, "if doc_no", {}, (line,)))
            self.body = before

    def _caseno(self, call: Call) -> None:
        self._ready(call.line, "{{ case.number }}{{ office.district }}{{ applicant.village }}", "户号")
        parts.case_no(self.document)

    def _to(self, call: Call) -> None:
        self._add(call.line, f"{call.arg}：", "主送")

    def _group(self, call: Call) -> None:
        widths = " ".join(f"{w * self.area / sum(household_tables.SIX):.3f}" for w in household_tables.SIX)
        if nodes := household_tables.group_rows(self.fields, call):
            self._table(Call(call.line, "form", widths), nodes)

    def _members(self, call: Call) -> None:
        self._put(household_tables.members(self.fields, call, self.area))

    def _approval(self, call: Call) -> None:
        self._put(household_tables.approval(self.fields, call, self.area))

    def _signature(self, call: Call) -> None:
        words = call.arg.split()
        signer = " ".join(w for w in words if w != "noseal") or "{{ signature.signer }}"
        self._ready(call.line, f"{signer}{{{{ made_on }}}}", "署名")
        parts.signature(self.document, signer=signer, seal="noseal" not in words)

    def _signatures(self, call: Call) -> None:
        """Parties that sign side by side, ``|`` between them."""
        parties = split_outside_tags(call.arg, "|")
        width = self.area / len(parties)
        texts = [self.fields.text(call.line, p, width, _PT[self.body]) for p in parties]
        parts.gap(self.document)
        parts.side_by_side(self.document, texts, self.body, [width] * len(parties))

    def _note(self, call: Call) -> None:
        self._add(call.line, call.arg, "表注")

    def _remark(self, call: Call) -> None:
        self._add(call.line, f"（{call.arg}）", "附注")

    def _center(self, call: Call) -> None:
        self._add(call.line, call.arg, self.body, '<w:ind w:firstLine="0"/><w:jc w:val="center"/>')

    def _ends(self, call: Call) -> None:
        texts = split_outside_tags(call.arg, "|")
        parts.ends(self.document, [self._ready(call.line, t, "表注") for t in texts])

    def _space(self, _: Call) -> None:
        parts.add(self.document, "", style=self.body, extra="<w:keepNext/>")

    def _gap(self, _: Call) -> None:
        parts.gap(self.document)

    def _pagebreak(self, _: Call) -> None:
        parts.page_break(self.document)

    def _body(self, call: Call) -> None:
        if call.arg not in _BODY:
            self.fields.fault(call.line, f"@body 只能是 {'、'.join(_BODY)}")
        self.body = _BODY.get(call.arg, self.body)
