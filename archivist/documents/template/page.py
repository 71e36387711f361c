"""The sheet: A4 with the type area, fonts, styles, page numbers and QR places of GB/T 9704-2012.

All sizes in the standard are in mm and Chinese type sizes; Word wants twip (1/20 pt, 1 mm = 56.69 twip).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

from archivist.documents.render.render import QR_MARK, QR_SIDE_MM, pack

TYPE_AREA_MM: Final = (156.0, 225.0)
"""版心, without the page number (GB/T 9704-2012)."""
LEFT_MM, TOP_MM, RIGHT_MM, BOTTOM_MM = 28.0, 37.0, 26.0, 35.0
LINE_PT: Final = 28.95
"""Exact line pitch: 22 lines of 29 pt are 638 pt and overflow the 225 mm (637.8 pt) of the type area."""
CHAR_PT: Final = 15.75
"""Advance of a 16 pt character after -0.25 pt of spacing: 28 of them fit into 156 mm (442.2 pt)."""
HEADER_MM: Final = 8.0
_FOOTER_MM: Final = 25.5
"""Puts the page number's dash 7 mm under the type area."""
_CODE_MM: Final = 80.0
"""A line of a code in clear on an upright page: the longest, of a seal, has 45 characters."""
_LANDSCAPE_FOOTER_MM: Final = 16.5

SONG_TITLE, FANGSONG, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
_FALLBACKS: Final = {
    SONG_TITLE: ("方正小标宋_GBK", "roman", "auto"),
    FANGSONG: ("仿宋", "roman", "auto"),
    HEI: ("SimHei", "swiss", "auto"),
    KAI: ("楷体", "roman", "auto"),
    SONG: ("SimSun", "roman", "auto"),
}
"""Font → the one to use where it is missing (``w:altName``), family, pitch."""


def twip(mm: float) -> int:
    """Convert mm to twip."""
    return round(mm * 1440 / 25.4)


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style. Sizes in pt; ``line_pt`` exact; ``indent_chars`` of the first line; spacing in pt."""

    name: str
    font: str
    size_pt: float
    line_pt: float = LINE_PT
    align: str = "both"
    indent_chars: float = 0
    before_pt: float = 0
    after_pt: float = 0
    spacing_pt: float = 0
    bold: bool = False
    color: str = ""
    keep_next: bool = False


STYLES: Final = (
    Style("公文正文", FANGSONG, 16, indent_chars=2, spacing_pt=-0.25),
    Style("主送", FANGSONG, 16, align="left", spacing_pt=-0.25),
    Style("公文标题", SONG_TITLE, 22, line_pt=33, align="center", after_pt=6, keep_next=True),
    Style("信函标志", SONG_TITLE, 26, line_pt=30, align="center", color="C00000"),
    Style("信函编号", FANGSONG, 16, align="right", before_pt=4, spacing_pt=-0.25, keep_next=True),
    Style("纪要标志", SONG_TITLE, 26, line_pt=39, align="center", color="C00000", keep_next=True),
    Style("文书编号", FANGSONG, 16, align="center", after_pt=2, keep_next=True),
    Style("署名", FANGSONG, 16, align="center", spacing_pt=-0.25, keep_next=True),
    Style("附注", FANGSONG, 14, line_pt=22, indent_chars=2, align="left"),
    Style("条款", FANGSONG, 12, line_pt=19, indent_chars=2),
    Style("表格文字", FANGSONG, 10.5, line_pt=15, align="left"),
    Style("表格标签", FANGSONG, 10.5, line_pt=15, align="center"),
    Style("表头", HEI, 10.5, line_pt=15, align="center"),
    Style("大字表格", FANGSONG, 14, line_pt=20, align="left"),
    Style("大字标签", FANGSONG, 14, line_pt=20, align="center"),
    Style("大字表头", HEI, 14, line_pt=20, align="center"),
    Style("小字表格", FANGSONG, 9, line_pt=12.5, align="left"),
    Style("小字表头", HEI, 9, line_pt=12.5, align="center"),
    Style("表名", HEI, 12, line_pt=20, align="left", before_pt=8, after_pt=3, keep_next=True),
    Style("表注", FANGSONG, 10.5, line_pt=16, align="left"),
    Style("户号", FANGSONG, 12, line_pt=18, align="center", after_pt=12, keep_next=True),
    Style("页码", SONG, 14, line_pt=14, align="right"),
    Style("二维码", SONG, 7.5, line_pt=9, align="right"),
)
STYLE_ID: Final = {style.name: f"A{i}" for i, style in enumerate(STYLES, 1)}


def new_document(
    title: str, *, landscape: bool = False, letter: bool = False, numbered: bool = True
) -> Document:
    """Return an empty document with page, styles, page numbers and QR places; ``title`` goes into its properties.

    A letter's first page has no number, and its codes leave the places of the red rules free. Not ``numbered`` are the sheets
    that a volume has round its papers.
    """
    document = docx.Document(io.BytesIO(_sheet(landscape, letter, numbered)))
    document.core_properties.title = title
    return document


@cache
def _sheet(landscape: bool, letter: bool, numbered: bool) -> bytes:
    """Return an empty sheet, made once."""
    document = docx.Document()
    _only_what_is_needed(document)
    body = document.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)
    _set_styles(document)
    _set_page(document, landscape, letter, numbered)
    _set_compatibility(document)
    return saved(document)


def _only_what_is_needed(document: Document) -> None:
    """Drop what python-docx's default template says without our saying so.

    That is 788 kB of styles, a thumbnail, a theme, and properties that would put a wrong date, author and program
    into every document of the archive.
    """
    part = document.part
    for rel_id, rel in list(part.rels.items()):
        if rel.reltype.rsplit("/", 1)[-1] in (
            "stylesWithEffects",
            "customXml",
            "numbering",
            "theme",
            "webSettings",
        ):
            part.rels.pop(rel_id)
    package = part.package
    assert package is not None
    for rel_id, rel in list(package.rels.items()):
        if rel.reltype.endswith(("/thumbnail", "/extended-properties")):
            package.rels.pop(rel_id)
    properties = document.core_properties._element
    for child in list(properties):
        properties.remove(child)
    document.core_properties.language = "zh-CN"
    settings = document.settings.element
    for name in (
        "proofState",
        "savePreviewPicture",
        "rsids",
        "themeFontLang",
        "clrSchemeMapping",
        "shapeDefaults",
    ):
        if (found := settings.find(qn(f"w:{name}"))) is not None:
            settings.remove(found)


# ── styles ───────────────────────────────────────────────────────────────────────────────────────────────
def _fonts(font: str) -> str:
    return f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}" w:eastAsia="{font}"/>'


def _style_xml(style: Style) -> str:
    # overflowPunct: LibreOffice reads it the wrong way round; 1 keeps its PDF within the type area and is Word's default.
    advance = style.size_pt + style.spacing_pt
    return f"""<w:style w:type="paragraph" w:customStyle="1" w:styleId="{STYLE_ID[style.name]}">
      <w:name w:val="{style.name}"/><w:basedOn w:val="Normal"/><w:qFormat/>
      <w:pPr>{"<w:keepNext/>" if style.keep_next else ""}<w:widowControl w:val="0"/><w:overflowPunct w:val="1"/>
        <w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>
        <w:spacing w:before="{round(style.before_pt * 20)}" w:after="{round(style.after_pt * 20)}"
          w:line="{round(style.line_pt * 20)}" w:lineRule="exact"/>
        <w:ind w:firstLine="{round(style.indent_chars * advance * 20)}"/><w:jc w:val="{style.align}"/></w:pPr>
      <w:rPr>{_fonts(style.font)}{"<w:b/>" if style.bold else ""}
        {f'<w:color w:val="{style.color}"/>' if style.color else ""}
        {f'<w:spacing w:val="{round(style.spacing_pt * 20)}"/>' if style.spacing_pt else ""}
        <w:sz w:val="{round(style.size_pt * 2)}"/><w:szCs w:val="{round(style.size_pt * 2)}"/></w:rPr></w:style>"""


def _set_styles(document: Document) -> None:
    root = parse_xml(
        f"""<w:styles {nsdecls("w")}><w:docDefaults><w:rPrDefault><w:rPr>{_fonts(FANGSONG)}
          <w:kern w:val="0"/><w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>
          </w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:overflowPunct w:val="1"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/></w:pPr></w:pPrDefault></w:docDefaults>
        <w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
        <w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">
          <w:name w:val="Default Paragraph Font"/></w:style>
        <w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>
          <w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>
        {"".join(_style_xml(s) for s in STYLES)}</w:styles>"""
    )
    old = document.styles.element
    for child in list(old):
        old.remove(child)
    for child in list(root):
        old.append(child)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="{pitch}"/></w:font>'
        for name, (other, family, pitch) in _FALLBACKS.items()
    )
    table = document.part.part_related_by(RT.FONT_TABLE)
    table._blob = f"<?xml version='1.0' encoding='UTF-8'?><w:fonts {nsdecls('w')}>{fonts}</w:fonts>".encode()


def _set_compatibility(document: Document) -> None:
    """Ask for Word 2013's layout: tables start at the margin, not a cell padding to its left."""
    settings = document.settings.element
    old = settings.find(qn("w:compat"))
    compat = parse_xml(
        f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    if old is not None:
        settings.replace(old, compat)
    else:
        settings.append(compat)


# ── page, page numbers, QR ───────────────────────────────────────────────────────────────────────────────
def area_mm(document: Document) -> float:
    """Return the width of a document's type area: 156 mm, on a landscape sheet 225 mm."""
    section = document.sections[0]
    assert section.page_width and section.page_height
    return TYPE_AREA_MM[1] if section.page_width > section.page_height else TYPE_AREA_MM[0]


def _set_page(document: Document, landscape: bool, letter: bool, numbered: bool) -> None:
    """Set the sheet; a landscape one is the upright one on its side, 订口 on top, the codes in the side margins."""
    section = document.sections[0]
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.top_margin, section.left_margin = Mm(LEFT_MM), Mm(BOTTOM_MM)
        section.right_margin, section.bottom_margin = Mm(TOP_MM), Mm(RIGHT_MM)
        section.header_distance, section.footer_distance = Mm(HEADER_MM), Mm(_LANDSCAPE_FOOTER_MM)
        low = _Place(7, 210 - 44, 28, "left", 1)
        high = _Place(297 - 35, 9, 28, "right", 2)
    else:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.left_margin = Mm(TOP_MM), Mm(LEFT_MM)
        section.right_margin, section.bottom_margin = Mm(RIGHT_MM), Mm(BOTTOM_MM)
        section.header_distance, section.footer_distance = Mm(HEADER_MM), Mm(_FOOTER_MM)
        low = _Place(LEFT_MM, 297 - 32.5, _CODE_MM, "left", 1)
        high = _Place(210 - RIGHT_MM - _CODE_MM, 7.5, _CODE_MM, "right", 2)
        if letter:
            low, high = _Place(2.5, 232, 25, "left", 1), replace(high, y_mm=4.9, label=False)
    section.different_first_page_header_footer = True
    document.settings.odd_and_even_pages_header_footer = True
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is not None:
        section._sectPr.remove(grid)
    for footer, align in (
        (section.footer, "right"),
        (section.even_page_footer, "left"),
        (section.first_page_footer, "right"),
    ):
        footer.is_linked_to_previous = False
        element = footer._element
        for child in list(element):
            element.remove(child)
        first = footer._hdrftr_index == section.first_page_footer._hdrftr_index
        if first:
            _qr_place(element, footer.part, low)
        element.append(_page_number(align) if numbered and not (first and letter) else _small_line())
    for header in (section.header, section.even_page_header, section.first_page_header):
        header.is_linked_to_previous = False
        element = header._element
        for child in list(element):
            element.remove(child)
        if header._hdrftr_index == section.first_page_header._hdrftr_index:
            _qr_place(element, header.part, high)
        element.append(_small_line())


def _small_line() -> BaseOxmlElement:
    return parse_xml(f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{STYLE_ID["二维码"]}"/></w:pPr></w:p>')


def _page_number(align: str) -> BaseOxmlElement:
    """Return the line ``— 1 —``: odd pages right, even pages left, one character (14 pt) from the edge."""
    side = "right" if align == "right" else "left"
    run = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
    field = "".join(
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'
        + ('<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>' if kind == "begin" else "")
        + ("<w:r><w:t>1</w:t></w:r>" if kind == "separate" else "")
        for kind in ("begin", "separate", "end")
    )
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{STYLE_ID["页码"]}"/>'
        f'<w:ind w:{side}="280"/><w:jc w:val="{align}"/></w:pPr>{run.format("— ")}{field}{run.format(" —")}</w:p>'
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a code is printed: the corner of its frame on the page, the frame's width, in mm; its clear text below."""

    x_mm: float
    y_mm: float
    width_mm: float
    align: str
    number: int
    label: bool = True


def _qr_place(element: BaseOxmlElement, part: object, place: _Place) -> None:
    """Put the QR picture and its clear text into a frame at a fixed place of the page."""
    rel_id, _ = part.get_or_add_image(io.BytesIO(placeholder()))  # type: ignore[attr-defined]
    emu = int(Mm(QR_SIDE_MM))
    lines = (1 if place.width_mm > 40 else 4) if place.label else 0
    frame = (
        f'<w:framePr w:w="{twip(place.width_mm)}" w:h="{twip(QR_SIDE_MM + (1 + 3 * lines if lines else 0.2))}" w:hRule="exact" '
        f'w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="{twip(place.x_mm)}" w:y="{twip(place.y_mm)}"/>'
    )
    align, number = place.align, place.number
    picture = f"""<w:p {nsdecls("w", "wp", "a", "pic", "r")}><w:pPr><w:pStyle w:val="{STYLE_ID["二维码"]}"/>{frame}
      <w:spacing w:line="240" w:lineRule="auto"/><w:jc w:val="{align}"/></w:pPr><w:r><w:drawing>
      <wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{emu}" cy="{emu}"/>
      <wp:docPr id="{number}" name="二维码 {number}" descr="{QR_MARK}"/><a:graphic>
      <a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>
      <pic:nvPicPr><pic:cNvPr id="{number}" name="qr.png"/><pic:cNvPicPr/></pic:nvPicPr>
      <pic:blipFill><a:blip r:embed="{rel_id}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>
      <pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{emu}" cy="{emu}"/></a:xfrm>
      <a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>
      </wp:inline></w:drawing></w:r></w:p>"""
    text = (
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{STYLE_ID["二维码"]}"/>{frame}<w:jc w:val="{align}"/></w:pPr>'
        "<w:r><w:t>{{ code }}</w:t></w:r></w:p>"
    )
    element.append(parse_xml(picture))
    if place.label:
        element.append(parse_xml(text))


@cache
def placeholder() -> bytes:
    """Return the picture that shows where the code will be: a gray square with a dark rim, 33 × 33, 8-bit gray."""
    rows = b""
    for y in range(33):
        rim = [
            0 if 4 <= x < 29 and 4 <= y < 29 and (x in (4, 28) or y in (4, 28)) else 255 for x in range(33)
        ]
        rows += b"\0" + bytes(0xDD if v and 4 < x < 28 and 4 < y < 28 else v for x, v in enumerate(rim))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 33, 33, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", _stored(rows)) + chunk(b"IEND", b"")


def _stored(data: bytes) -> bytes:
    """Return zlib data that is not compressed, so that its bytes are the same with every zlib."""
    size = len(data)
    block = b"\x01" + struct.pack("<HH", size, size ^ 0xFFFF) + data
    return b"\x78\x01" + block + struct.pack(">I", zlib.adler32(data))


def saved(document: Document) -> bytes:
    """Return the document as a ``.docx`` whose bytes depend on its content only."""
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as package:
        return pack({name: package.read(name) for name in sorted(package.namelist())}, compress=False)
