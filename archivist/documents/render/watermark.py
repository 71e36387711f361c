"""Marks every page of a Word document with a word across it (水印), as Word itself does: a picture of text in each header.

Word, WPS and LibreOffice draw it behind the text. A section whose pages have no header of their own gets one.

Source of the shape: what Word writes for 设计 → 水印 (ECMA-376 part 4, 19.1 VML, text on a path).
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from typing import Final

from lxml import etree

from archivist.documents.render.docx_package import pack
from archivist.documents.render.template_package import PARSER, main_part

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_HEADER: Final = f"{_R}/header"
_HEADER_CONTENT: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
_SETTINGS: Final = "word/settings.xml"
_OWN, _OWN_ID = "word/headerWatermark.xml", "rIdWatermark"

_SHAPE: Final = """
<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"
  xmlns:o="urn:schemas-microsoft-com:office:office"><w:rPr><w:noProof/></w:rPr><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
<v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>
<v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom"
  o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/><v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/></v:handles>
<o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>
<v:shape id="PowerPlusWaterMarkObject{number}" o:spid="_x0000_s{spid}" type="#_x0000_t136" alt="{word}" o:allowincell="f"
  style="position:absolute;margin-left:0;margin-top:0;width:330pt;height:165pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin"
  fillcolor="#c9c9c9" stroked="f"><v:fill opacity=".5"/>
<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="{word}"/></v:shape></w:pict></w:r>
"""


def watermarked(data: bytes, word: str) -> bytes:
    """Return a ``.docx`` with a word across every page of it; the same input gives the same bytes.

    Args:
        data: the finished document.
        word: a few characters, such as ``草稿``.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = {i.filename: package.read(i) for i in package.infolist() if not i.is_dir()}
    text = main_part(members)
    folder, base = posixpath.split(text)
    relations = f"{folder}/_rels/{base}.rels"
    links = etree.fromstring(members[relations], PARSER)
    targets = [str(link.get("Target")) for link in links if link.get("Type") == _HEADER]
    headers = [posixpath.normpath(posixpath.join("/word", target)).lstrip("/") for target in targets]
    body = etree.fromstring(members[text], PARSER)
    facing = b"evenAndOddHeaders" in members.get(_SETTINGS, b"")
    if _add_where_there_is_none(body, facing=facing):
        members[text] = _written(body)
        members[_OWN] = f'<w:hdr xmlns:w="{_W}"><w:p/></w:hdr>'.encode()
        attributes = {"Id": _OWN_ID, "Type": _HEADER, "Target": _OWN.removeprefix("word/")}
        etree.SubElement(links, f"{{{_RELATIONS}}}Relationship", attributes)
        members[relations] = _written(links)
        types = etree.fromstring(members["[Content_Types].xml"], PARSER)
        part = {"PartName": f"/{_OWN}", "ContentType": _HEADER_CONTENT}
        etree.SubElement(types, f"{{{_TYPES}}}Override", part)
        members["[Content_Types].xml"] = _written(types)
        headers.append(_OWN)
    for number, name in enumerate(dict.fromkeys(headers), 1):
        header = etree.fromstring(members[name], PARSER)
        paragraph = next(header.iter(f"{{{_W}}}p"), None)
        if paragraph is None:
            paragraph = etree.SubElement(header, f"{{{_W}}}p")
        paragraph.append(_shape(word, number))
        members[name] = _written(header)
    return pack(members)


def _shape(word: str, number: int) -> etree._Element:
    text = _SHAPE.format(word=word, number=number, spid=2048 + number).strip()
    return deepcopy(etree.fromstring(text.encode(), PARSER))


def _add_where_there_is_none(body: etree._Element, *, facing: bool) -> bool:
    """Refer to the new header wherever pages of a section would have none; tell whether there was such a place."""
    seen: set[str] = set()
    added = False
    for section in body.iter(f"{{{_W}}}sectPr"):
        seen |= {str(r.get(f"{{{_W}}}type")) for r in section.findall(f"{{{_W}}}headerReference")}
        for kind in _kinds(section, facing=facing):
            if kind not in seen:
                attributes = {f"{{{_W}}}type": kind, f"{{{_R}}}id": _OWN_ID}
                section.insert(0, etree.Element(f"{{{_W}}}headerReference", attributes))
                seen.add(kind)
                added = True
    return added


def _kinds(section: etree._Element, *, facing: bool) -> Iterator[str]:
    """Yield for which pages a section has headers: all, the even ones, the first one."""
    yield "default"
    if facing:
        yield "even"
    if section.find(f"{{{_W}}}titlePg") is not None:
        yield "first"


def _written(element: etree._Element) -> bytes:
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)
