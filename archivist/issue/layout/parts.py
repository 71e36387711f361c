"""The parts of an official document: title, reference number, addressee, body, signature, date, note (GB/T 9704-2012).

Text may hold template tags; ``**…**`` sets 黑体 (first level), ``__…__`` 楷体 (second level).
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from archivist.issue.layout.page import HEI, KAI, STYLE_ID, TYPE_AREA_MM, twip

_EMPHASIS = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")


def runs(text: str) -> str:
    """Return the runs of a line as XML."""
    out, at = [], 0
    for match in _EMPHASIS.finditer(text):
        out += [_run(text[at : match.start()]), _run(match[1] or match[2], HEI if match[1] else KAI)]
        at = match.end()
    return "".join([*out, _run(text[at:])])


def _run(text: str, font: str = "") -> str:
    if not text:
        return ""
    fonts = f'<w:rPr><w:rFonts w:eastAsia="{font}"/></w:rPr>' if font else ""
    return f'<w:r>{fonts}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph_xml(text: str, style: str, extra: str = "") -> str:
    """Return a paragraph as XML; ``extra`` are further paragraph properties, in the schema's order."""
    return f'<w:p><w:pPr><w:pStyle w:val="{STYLE_ID[style]}"/>{extra}</w:pPr>{runs(text)}</w:p>'


def add_xml(document: Document, xml: str) -> None:
    """Append an element before the section's properties."""
    head = re.match(r"<w:\w+", xml)
    assert head is not None
    element = parse_xml(f"{head[0]} {nsdecls('w')}{xml[head.end() :]}")
    document.element.body.find(qn("w:sectPr")).addprevious(element)


def add(document: Document, *lines: str, style: str = "公文正文", extra: str = "") -> None:
    """Append paragraphs; a heading, or a line that announces a table, stays with what follows."""
    for line in lines:
        heading = not extra and (_EMPHASIS.fullmatch(line) or line.endswith(("如下：", "证明：")))
        add_xml(document, paragraph_xml(line, style, "<w:keepNext/>" if heading else extra))


def when(document: Document, condition: str, *lines: str, style: str = "公文正文") -> None:
    """Append paragraphs that are printed only if the condition holds."""
    add(document, f"{{%p if {condition} %}}", *lines, "{%p endif %}", style=style)


def each(document: Document, loop: str, line: str, style: str = "公文正文") -> None:
    """Append a paragraph for each item: ``each(d, "b in decision.basis", "《{{ b }}》")``."""
    add(document, f"{{%p for {loop} %}}", line, "{%p endfor %}", style=style)


def gap(document: Document, extra: str = "") -> None:
    """Append a thin empty line (9 pt), which also keeps two tables from running together."""
    add(document, "", style="二维码", extra=extra)


def title(document: Document, text: str) -> None:
    """Append the title: 2号小标宋, centred."""
    add(document, text, style="公文标题")


def doc_no(document: Document) -> None:
    """Append the reference number under the title; the line is left out when there is none."""
    when(document, "doc_no", "{{ doc_no }}", style="文书编号")


def case_no(document: Document) -> None:
    """Append the case number on a line of its own, so that it is never broken."""
    add(document, "户号：{{ case.number }}　{{ office.district }}　{{ applicant.village }}", style="户号")


def addressee(document: Document, text: str) -> None:
    """Append 主送: flush left, closed by a full-width colon."""
    add(document, f"{text}：", style="主送")


def signature(document: Document, *, signer: str = "{{ signature.signer }}", seal: bool = True) -> None:
    """Append 署名 and 成文日期, one under the other, centred on each other and four characters from the right edge.

    They stay on one page; the seal is an empty place, marked but never drawn.
    """
    keep_last(document)
    left, right = TYPE_AREA_MM[0] - 96, 96.0
    cell = paragraph_xml(signer, "署名") + paragraph_xml("{{ made_on }}", "署名")
    cell += paragraph_xml("（盖章）", "表格标签") if seal else ""
    add_xml(document, paragraph_xml("", "公文正文", "<w:keepNext/>"))
    add_xml(
        document,
        f'<w:tbl><w:tblPr><w:tblW w:w="{twip(TYPE_AREA_MM[0])}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{twip(left)}"/><w:gridCol w:w="{twip(right)}"/></w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        f'<w:tc><w:tcPr><w:tcW w:w="{twip(left)}" w:type="dxa"/></w:tcPr>{paragraph_xml("", "署名")}</w:tc>'
        f'<w:tc><w:tcPr><w:tcW w:w="{twip(right)}" w:type="dxa"/></w:tcPr>{cell}</w:tc></w:tr></w:tbl>',
    )


def keep_last(document: Document) -> None:
    """Keep the last printed paragraph on the page of what follows: no signature without body text."""
    body = document.element.body
    for element in reversed(body.findall(qn("w:p"))):
        if "{%" not in "".join(element.itertext()):
            properties = element.find(qn("w:pPr"))
            properties.insert(1, OxmlElement("w:keepNext"))
            return


def note(document: Document, *lines: str) -> None:
    """Append 附注 in round brackets under the date."""
    for line in lines:
        add(document, f"（{line}）", style="附注")
