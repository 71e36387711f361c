"""Tables of forms: fixed widths within the type area, ruled, header rows repeated, rows never split.

Widths and heights in mm. A row is a list of cells; a loop over rows is two rows that hold ``{%tr … %}`` tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from docx.document import Document

from archivist.documents.template.page import TYPE_AREA_MM, twip
from archivist.documents.template.parts import add_xml, paragraph_xml

LABEL_FILL: Final = "F2F2F2"
STYLES: Final = {
    "small": ("小字表格", "小字表格", "小字表头"),
    "normal": ("表格文字", "表格标签", "表头"),
    "large": ("大字表格", "大字标签", "大字表头"),
}
"""Size → paragraph styles of values, captions, header rows."""


@dataclass(frozen=True, slots=True)
class Cell:
    r"""One cell.

    Attributes:
        text: may hold tags; ``\n`` starts a new paragraph.
        span: columns it covers.
        label: a caption: centred, lightly shaded.
        merge: ``restart`` or ``continue`` of a vertical merge.
        top: text at the top instead of the middle, for tall boxes.
        align: overrides the style's alignment.
        note: one more line in very small type, such as a code.
    """

    text: str = ""
    span: int = 1
    label: bool = False
    merge: str = ""
    top: bool = False
    align: str = ""
    note: str = ""


@dataclass
class Table:
    """A table under construction; ``into`` writes it to the document.

    Args:
        widths_mm: of the columns; together at most the type area.
        size: a key of ``STYLES``: small for many columns, large for covers.
        area_mm: width of the type area.
        signed: a pen signs its first row, or one of rows that stay together, so what stands above them stays on their page.
    """

    widths_mm: Sequence[float]
    size: str = "normal"
    area_mm: float = TYPE_AREA_MM[0]
    rows: list[str] = field(default_factory=list)
    signed: bool = False

    def __post_init__(self) -> None:
        total = sum(self.widths_mm)
        if total > self.area_mm + 0.01:
            raise ValueError(f"table of {total:.1f} mm is wider than the type area")
        self._columns = [twip(w) for w in self.widths_mm]

    def row(
        self, *cells: Cell | str, height_mm: float = 7.5, header: bool = False, keep: bool = False
    ) -> None:
        """Add a row of at least this height; a plain text is a value cell.

        Args:
            cells: together they must cover all columns.
            height_mm: minimum; the row grows with its text.
            header: repeated on every page.
            keep: on one page with the next row.
        """
        row = [Cell(c) if isinstance(c, str) else c for c in cells]
        if sum(c.span for c in row) != len(self._columns):
            raise ValueError(f"cells cover {sum(c.span for c in row)} of {len(self._columns)} columns: {row}")
        at, xml = 0, ""
        for cell in row:
            xml += self._cell(cell, sum(self._columns[at : at + cell.span]), header, keep)
            at += cell.span
        head = "<w:tblHeader/>" if header else ""
        self.rows.append(
            f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{twip(height_mm)}" w:hRule="atLeast"/>{head}</w:trPr>'
            f"{xml}</w:tr>"
        )

    def tag(self, text: str) -> None:
        """Add a row that only carries a tag, such as ``{%tr for m in members %}``."""
        self.row(Cell(text, len(self._columns)))

    def _cell(self, cell: Cell, width: int, header: bool, keep: bool) -> str:
        normal, caption, head = STYLES[self.size]
        style = head if header else caption if cell.label else normal
        align = cell.align or ("center" if cell.label or header else "")
        extra = ("<w:keepNext/>" if keep else "") + (f'<w:jc w:val="{align}"/>' if align else "")
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        merge = f'<w:vMerge w:val="{cell.merge}"/>' if cell.merge else ""
        fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{LABEL_FILL}"/>' if cell.label or header else ""
        place = "top" if cell.top else "center"
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}{fill}<w:vAlign w:val="{place}"/></w:tcPr>'
            + "".join(paragraph_xml(line, style, extra) for line in cell.text.split("\n"))
            + (paragraph_xml(cell.note, "二维码", f'<w:jc w:val="{align or "left"}"/>') if cell.note else "")
            + "</w:tc>"
        )

    def into(self, document: Document) -> None:
        """Write the table to the end of the document."""
        edges = "".join(
            f'<w:{edge} w:val="single" w:sz="{8 if edge in ("top", "left", "bottom", "right") else 4}" '
            'w:space="0" w:color="000000"/>'
            for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in self._columns)
        add_xml(
            document,
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(self._columns)}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>'
            f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
            '<w:top w:w="17" w:type="dxa"/><w:left w:w="57" w:type="dxa"/><w:bottom w:w="17" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(self.rows)}</w:tbl>",
        )
