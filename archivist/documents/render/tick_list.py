"""A list to tick on paper: a title, a line about it, a ruled table whose head repeats, as a plain ``.docx``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from archivist.documents.render.docx_package import pack

_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>'
)
_LINKS: Final = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_STYLES: Final = (
    f'<w:styles xmlns:w="{_WORD}"><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>'
    "</w:rPrDefault></w:docDefaults></w:styles>"
)
_STYLE_LINK: Final = _LINKS.replace("word/document.xml", "styles.xml").replace(
    '/officeDocument"/>', '/styles"/>'
)
_SHEET: Final = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="964" w:bottom="1134" w:left="964" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
_BORDERS: Final = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_TWIP: Final = 1440 / 25.4


def tick_list(
    title: str, about: str, heads: Sequence[tuple[str, float]], rows: Iterable[Sequence[str]]
) -> bytes:
    """Return the list; the same input gives the same bytes.

    Args:
        title: above it.
        about: a line below the title.
        heads: of each column, with its width in mm.
        rows: cells as text; a box to tick is ``□``.
    """
    widths = [round(width * _TWIP) for _, width in heads]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    table = (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        + _row([head for head, _ in heads], widths, "黑体", head=True)
        + "".join(_row(row, widths, "仿宋_GB2312") for row in rows)
        + "</w:tbl>"
    )
    body = _paragraph(title, 18, "方正小标宋简体", "center") + _paragraph(about, 12, "仿宋_GB2312", "center")
    text = f'<w:document xmlns:w="{_WORD}"><w:body>{body}{table}{_paragraph("", 2, "仿宋_GB2312", "left")}{_SHEET}</w:body></w:document>'
    return pack(
        {
            "[Content_Types].xml": _TYPES.encode(),
            "_rels/.rels": _LINKS.encode(),
            "word/document.xml": text.encode(),
            "word/_rels/document.xml.rels": _STYLE_LINK.encode(),
            "word/styles.xml": _STYLES.encode(),
        }
    )


def _row(cells: Sequence[str], widths: Sequence[int], font: str, *, head: bool = False) -> str:
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(cell, 10.5, font, "left")}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{made}</w:tr>"


def _paragraph(text: str, pt: float, font: str, align: str) -> str:
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}" w:eastAsia="{font}"/>'
    run = f'<w:r><w:rPr>{fonts}<w:sz w:val="{round(pt * 2)}"/></w:rPr><w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r>'
    return f'<w:p><w:pPr><w:spacing w:before="40" w:after="40"/><w:jc w:val="{align}"/></w:pPr>{run if text else ""}</w:p>'
