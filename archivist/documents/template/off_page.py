"""Text of a template that stands beside the sheet: pushed out by an indent, in a frame, a table or a text box off the page.

It is in the file, and no printer ever puts it on paper. Only what is wholly or from its first character outside is told;
whether the rest is where it should be is seen on the printed sample (``printed_sample``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from archivist.documents.render.template_package import PARSER, PRINTED_PARTS, main_part

__all__ = ["off_page_text"]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML_STYLE: Final = re.compile(
    r"(margin-left|margin-top|left|top|width|height)\s*:\s*(-?[\d.]+)(pt|in|mm|cm|px)?"
)
_TWIPS: Final[Mapping[str, float]] = {"pt": 20, "in": 1440, "mm": 56.7, "cm": 567, "px": 15}
_EMU_A_TWIP: Final = 635
_NARROWEST, _WIDEST = 4_000, 31_680
"""Twips, sides of a sheet: narrower than a postcard nothing is printed on, wider Word has none."""
_LEAST_TEXT: Final = 2_000
"""Twips, width and height of what the margins leave; a line of eight characters."""
_NEAR: Final = 12


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet, in twips."""

    width: float
    height: float
    left: float
    top: float

    def misses(self, x: float, y: float = 1, wide: float = 1, high: float = 1) -> bool:
        """Tell whether nothing of a box lies on it; measured from its upper left corner."""
        return x + wide <= 0 or y + high <= 0 or x >= self.width or y >= self.height


def off_page_text(members: Mapping[str, bytes]) -> list[str]:
    """List the texts that stand beside the sheet, and sheets that leave no place for text, each in a line.

    Args:
        members: of the template's package; every part of it can be read.
    """
    sections = list(etree.fromstring(members[main_part(members)], PARSER).iter(f"{_W}sectPr"))
    if any(map(_without_place, sections)):
        return ["纸张太小，或页边距太大，没有地方印字：请在“布局”中改为 A4，页边距用自带模板的"]
    sheet = _sheet(sections)
    texts = [
        text
        for name in filter(PRINTED_PARTS.fullmatch, members)
        for text in _outside(etree.fromstring(members[name], PARSER), sheet)
    ]
    whole = "".join(texts)
    near = whole[:_NEAR] + ("…" if len(whole) > _NEAR else "")
    return [f"有在纸面以外的文字“{near}”：纸上看不见，请移回页内或删去"] if texts else []


def _without_place(section: etree._Element) -> bool:
    size, margins = section.find(f"{_W}pgSz"), section.find(f"{_W}pgMar")
    width, height = _number(size, "w", 11_906), _number(size, "h", 16_838)
    if not (_NARROWEST <= width <= _WIDEST and _NARROWEST <= height <= _WIDEST):
        return True
    left, right = _number(margins, "left", 1_800), _number(margins, "right", 1_800)
    top, bottom = abs(_number(margins, "top", 1_440)), abs(_number(margins, "bottom", 1_440))
    return left < 0 or right < 0 or width - left - right < _LEAST_TEXT or height - top - bottom < _LEAST_TEXT


def _sheet(sections: list[etree._Element]) -> _Sheet:
    """Return a sheet as large as the largest of the document, so that nothing is told that is on one of them."""
    sizes = [section.find(f"{_W}pgSz") for section in sections]
    margins = [section.find(f"{_W}pgMar") for section in sections]
    return _Sheet(
        max((_number(size, "w", 11_906) for size in sizes), default=11_906),
        max((_number(size, "h", 16_838) for size in sizes), default=16_838),
        max((_number(margin, "left", 1_800) for margin in margins), default=1_800),
        max((abs(_number(margin, "top", 1_440)) for margin in margins), default=1_440),
    )


def _outside(part: etree._Element, sheet: _Sheet) -> Iterator[str]:
    """Yield the text of each paragraph, frame, table or box that is off the sheet."""
    for paragraph in part.iter(f"{_W}p"):
        indent, frame = paragraph.find(f"{_W}pPr/{_W}ind"), paragraph.find(f"{_W}pPr/{_W}framePr")
        if _pushed_out(indent, sheet) or (frame is not None and _placed(frame, sheet, "", "w", "h")):
            yield from _said(paragraph)
    for table in part.iter(f"{_W}tbl"):
        floating, indent = table.find(f"{_W}tblPr/{_W}tblpPr"), table.find(f"{_W}tblPr/{_W}tblInd")
        if (floating is not None and _placed(floating, sheet, "tblp", "", "")) or (
            floating is None and sheet.misses(sheet.left + _number(indent, "w", 0))
        ):
            yield from _said(table)
    for anchor in part.iter(f"{_WP}anchor"):
        if _anchored(anchor, sheet):
            yield from _said(anchor)
    for shape in part.iter("{urn:schemas-microsoft-com:vml}*"):
        if "position:absolute" in (style := str(shape.get("style") or "").replace(" ", "")) and _drawn(
            style, sheet
        ):
            yield from _said(shape)


def _pushed_out(indent: etree._Element | None, sheet: _Sheet) -> bool:
    if indent is None:
        return False
    left = _number(indent, "left", _number(indent, "start", 0))
    hanging = indent.get(f"{_W}hanging")
    first = -_number(indent, "hanging", 0) if hanging else _number(indent, "firstLine", 0)
    return sheet.misses(sheet.left + left) or sheet.misses(sheet.left + left + first)


def _placed(box: etree._Element, sheet: _Sheet, prefix: str, wide: str, high: str) -> bool:
    """Tell whether a frame of text or a floating table is off the sheet; only what is anchored to the page is low or high."""
    across, down = ("hAnchor", "vAnchor") if not prefix else ("horzAnchor", "vertAnchor")
    x = _number(box, f"{prefix}X" if prefix else "x", 0)
    y = _number(box, f"{prefix}Y" if prefix else "y", 0)
    x += 0 if box.get(f"{_W}{across}") == "page" else sheet.left
    y += 0 if box.get(f"{_W}{down}") == "page" else sheet.top
    return sheet.misses(x, y, _number(box, wide, 1) if wide else 1, _number(box, high, 1) if high else 1)


def _anchored(anchor: etree._Element, sheet: _Sheet) -> bool:
    extent = anchor.find(f"{_WP}extent")
    size = [_emu(None if extent is None else extent.get(key)) for key in ("cx", "cy")]
    at = []
    for name, margin in (("positionH", sheet.left), ("positionV", sheet.top)):
        place = anchor.find(f"{_WP}{name}")
        offset = None if place is None else place.findtext(f"{_WP}posOffset")
        if place is None or offset is None:
            at.append(1.0)  # aligned by a word: on the sheet
        else:
            at.append(_emu(offset) + (0 if place.get("relativeFrom") == "page" else margin))
    return sheet.misses(at[0], at[1], size[0], size[1])


def _drawn(style: str, sheet: _Sheet) -> bool:
    found = {key: float(digits) * _TWIPS[unit or "px"] for key, digits, unit in _VML_STYLE.findall(style)}
    x = found.get("margin-left", found.get("left", 0.0)) + sheet.left
    y = found.get("margin-top", found.get("top", 0.0)) + sheet.top
    return sheet.misses(x, y, found.get("width", 1.0), found.get("height", 1.0))


def _said(element: etree._Element) -> Iterator[str]:
    if text := "".join(str(t.text or "") for t in element.iter(f"{_W}t")).strip():
        yield text


def _emu(text: object) -> float:
    """Return twips of a length in EMU; a box of no size has one, so that where it lies decides."""
    try:
        return float(str(text)) / _EMU_A_TWIP
    except ValueError:
        return 1.0


def _number(element: etree._Element | None, name: str, default: float) -> float:
    """Return an attribute of Word's in twips, also where it is written as ``12pt``; the default where it says nothing."""
    said = None if element is None else element.get(f"{_W}{name}")
    match = re.fullmatch(r"(-?[\d.]+)(pt|in|mm|cm)?", str(said))
    try:
        return default if match is None else float(match[1]) * (_TWIPS[match[2]] if match[2] else 1)
    except ValueError:
        return default
