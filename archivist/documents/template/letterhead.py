"""The first page of a letter, 信函格式 of GB/T 9704-2012: the office in red, a red double rule under it and at the foot.

It stands in the header and footer of the first page: a long name pushes the body down, nothing in the body moves it.
"""

from __future__ import annotations

from typing import Final

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from archivist.documents.template.page import HEADER_MM, LEFT_MM, LINE_PT, RIGHT_MM, STYLE_ID, twip
from archivist.documents.template.parts import add, runs

RULE_MM: Final = 170.0
"""Length of the rules, longer than the type area is wide."""
MARK_MM: Final = 30.0
"""From the page's upper edge to the upper edge of the office's name; the upper rule is 4 mm under the name."""
FOOT_MM: Final = 20.0
"""From the lower rule to the page's lower edge."""
_EDGE_MM: Final = (210 - RULE_MM) / 2
_ABOVE_MM, _SPACE_PT = 0.75, 8.0
"""What a line leaves empty above the name's characters; space of the rule under a line, so that 4 mm are left."""
_RULE: Final = '<w:pBdr><w:bottom w:val="{}" w:sz="24" w:space="{:g}" w:color="C00000"/></w:pBdr>'
_EXACT: Final = '<w:spacing w:before="0" w:after="0" w:line="{}" w:lineRule="exact"/>'


def head(document: Document) -> None:
    """Put the office's name and both rules on the first page."""
    section = document.sections[0]
    header, footer = section.first_page_header._element, section.first_page_footer._element
    sides = f'<w:ind w:left="{twip(_EDGE_MM - LEFT_MM)}" w:right="{twip(_EDGE_MM - RIGHT_MM)}"/>'
    header.remove(header[-1])
    header.append(_paragraph("二维码", _EXACT.format(twip(MARK_MM - _ABOVE_MM - HEADER_MM))))
    header.append(
        _paragraph("信函标志", _RULE.format("thickThinSmallGap", _SPACE_PT) + sides, "{{ office.name }}")
    )
    at = (
        f'<w:framePr w:w="{twip(RULE_MM)}" w:h="{twip(3)}" w:hRule="exact" w:wrap="around" w:vAnchor="page" '
        f'w:hAnchor="page" w:x="{twip(_EDGE_MM)}" w:y="{twip(297 - FOOT_MM - 3)}"/>'
    )
    footer.insert(0, _paragraph("二维码", at + _RULE.format("thinThickSmallGap", 0) + _EXACT.format(twip(3))))


def _paragraph(style: str, properties: str, text: str = "") -> object:
    pr = f'<w:pPr><w:pStyle w:val="{STYLE_ID[style]}"/>{properties}</w:pPr>'
    return parse_xml(f"<w:p {nsdecls('w')}>{pr}{runs(text)}</w:p>")


def two_lines(document: Document) -> None:
    """Leave the two empty lines between the reference number and the title."""
    add(document, "", "", style="二维码", extra=f"<w:keepNext/>{_EXACT.format(round(LINE_PT * 20))}")
