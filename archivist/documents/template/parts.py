"""The parts of an official document: title, reference number, addressee, body, signature, date, note (GB/T 9704-2012).

Text may hold template tags; ``**…**`` sets 黑体 (first level), ``__…__`` 楷体 (second level).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from archivist.documents.template.keep_together import keep_last
from archivist.documents.template.page import HEI, KAI, STYLE_ID, area_mm, twip

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
    return f'<w:r>{fonts}<w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r>'


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


def gap(document: Document, extra: str = "") -> None:
    """Append a thin empty line (9 pt), which also keeps two tables from running together."""
    add(document, "", style="二维码", extra=extra)


def end(document: Document) -> None:
    """Append the paragraph Word wants after the last table, so low that it fits under a table that fills its page."""
    low = '<w:spacing w:before="0" w:after="0" w:line="14" w:lineRule="exact"/>'
    add(document, "", style="二维码", extra=low)


def minutes_head(document: Document, title: str, number: str) -> None:
    """Append the red head of 纪要格式: office, title, number; its upper edge 35 mm under the type area's."""
    spacing = '<w:spacing w:before="{}" w:after="{}" w:line="{}" w:lineRule="exact"/>'
    add(document, "{{ office.name }}", style="纪要标志", extra=spacing.format(1300, 0, 780))
    add(document, *title.split("\n"), style="纪要标志")
    if number:
        add(document, number, style="文书编号", extra=spacing.format(240, 40, 579))


def case_no(document: Document) -> None:
    """Append the case number on a line of its own, so that it is never broken."""
    add(document, "户号：{{ case.number }}　{{ office.district }}　{{ applicant.village }}", style="户号")


def ends(document: Document, texts: Sequence[str]) -> None:
    """Append a small line with a text at the left edge and one at the right, perhaps one in the middle.

    Under a list it is signed: at least one row of the list stands on its page.
    """
    keep_last(document)
    width = area_mm(document)
    stops = [("center", width / 2)] if len(texts) == 3 else []
    tabs = "".join(f'<w:tab w:val="{k}" w:pos="{twip(mm)}"/>' for k, mm in (*stops, ("right", width)))
    # Where a long name leaves the tab no room, a space still parts it from what follows.
    body = '<w:r><w:t xml:space="preserve">　</w:t><w:tab/></w:r>'.join(runs(t) for t in texts)
    add_xml(
        document,
        f'<w:p><w:pPr><w:pStyle w:val="{STYLE_ID["表注"]}"/><w:keepNext/><w:tabs>{tabs}</w:tabs></w:pPr>{body}</w:p>',
    )


def page_break(document: Document) -> None:
    """Let what follows begin on a new page."""
    gap(document, "<w:pageBreakBefore/>")


def side_by_side(document: Document, texts: Sequence[str], style: str, widths: Sequence[float]) -> None:
    r"""Append texts in columns without rules, kept on one page; ``\n`` starts a new paragraph.

    They are signed, so what was printed last stays on their page.
    """
    keep_last(document)
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{twip(w)}" w:type="dxa"/></w:tcPr>'
        + "".join(paragraph_xml(*styled(line, style)) for line in text.split("\n"))
        + "</w:tc>"
        for text, w in zip(texts, widths, strict=True)
    )
    grid = "".join(f'<w:gridCol w:w="{twip(w)}"/>' for w in widths)
    add_xml(
        document,
        f'<w:tbl><w:tblPr><w:tblW w:w="{twip(sum(widths))}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid><w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr></w:tbl>",
    )


def styled(line: str, style: str) -> tuple[str, str]:
    """Return a line with its style: the mark of a seal's place is small."""
    return line, "表格标签" if line == SEAL_MARK else style


SEAL_MARK: Final = "（盖章）"


def signature(document: Document, *, signer: str, seal: bool) -> None:
    """Append 署名 and 成文日期, one under the other, centred on each other and four characters from the right edge.

    They stay on one page; the seal is an empty place, marked but never drawn.
    """
    add_xml(document, paragraph_xml("", "公文正文", "<w:keepNext/>"))
    text = "\n".join([signer, "{{ made_on }}", *([SEAL_MARK] if seal else [])])
    side_by_side(document, ["", text], "署名", [area_mm(document) - 96, 96])
