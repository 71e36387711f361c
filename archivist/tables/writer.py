"""The one writer of sheets: ``.xlsx`` that is ready to be printed and to be reckoned with.

Nothing in it is a formula: sums are written as numbers, and text that a spreadsheet might take for a formula is marked
as text. Numbers of papers and accounts are text, or their last digits would be lost.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text must not begin with unmarked, or a spreadsheet reckons it."""
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDTHS: Final = {
    "int": 8,
    "money": 14,
    "date": 12,
    "ym": 10,
    "name": 14,
    "id": 21,
    "old_id": 18,
    "acct": 24,
    "docno": 22,
    "text": 30,
}
"""Kind of column → least width in characters."""
_MEASURED: Final = 500
"""Rows whose values decide how wide a column is."""
_EDGE: Final = Side(style="thin")
_BORDER: Final = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_FILL: Final = PatternFill("solid", fgColor="F2F2F2")
_FONT: Final = "宋体"
_SIZE_PT: Final = 10


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        label: its heading.
        kind: kind of value: ``int``, ``money``, ``date``, ``id`` …; decides form and least width.
        width: characters; by what stands in it when not given.
    """

    label: str
    kind: str
    width: int | None = None


class BookWriter:
    """A workbook that is being written."""

    def __init__(self) -> None:
        book: Any = Workbook()
        book.remove(book.active)
        self._book = book
        self._sheets: list[SheetWriter] = []

    def sheet(self, title: str, columns: Sequence[SheetColumn]) -> SheetWriter:
        """Add a sheet."""
        made = SheetWriter(self._book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31]), columns)
        self._sheets.append(made)
        return made

    def data(self) -> bytes:
        """Return the finished workbook."""
        for sheet in self._sheets:
            sheet.lay_out()
        out = io.BytesIO()
        self._book.save(out)
        return out.getvalue()


class SheetWriter:
    """A sheet that is written from top to bottom."""

    def __init__(self, sheet: Any, columns: Sequence[SheetColumn]) -> None:
        self._sheet, self._columns = sheet, columns
        self._at = 1
        self._heads_at = 0
        self._longest = [0] * len(columns)
        self._measured = 0

    def line(self, text: str, *, size_pt: int = _SIZE_PT, bold: bool = False, align: str = "left") -> None:
        """Write a line over all columns."""
        sheet, row, wide = self._sheet, self._at, len(self._columns)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=wide)
        cell: Any = sheet.cell(row, 1)
        _set_text(cell, text)
        cell.font, cell.alignment = (
            Font(name=_FONT, size=size_pt, bold=bold),
            Alignment(align, "center", wrap_text=True),
        )
        width = max(40, 10 * wide)
        sheet.row_dimensions[row].height = 26 if align == "center" else 15 * (1 + _width(text) // (width + 1))
        self._at += 1

    def heads(self) -> None:
        """Write the headings; they and what stands above stay in sight and are printed on every page."""
        for at, column in enumerate(self._columns, 1):
            cell = _write(self._sheet.cell(self._at, at), column.label, "str")
            cell.font, cell.fill = Font(name=_FONT, size=_SIZE_PT, bold=True), _FILL
            cell.alignment = Alignment("center", "center", wrap_text=True)
        self._heads_at = self._at
        self._at += 1

    def row(self, values: Sequence[object]) -> None:
        """Write a row, a value for each column."""
        for at, (column, value) in enumerate(zip(self._columns, values, strict=True)):
            _write(self._sheet.cell(self._at, at + 1), value, column.kind)
            if self._measured < _MEASURED:
                self._longest[at] = max(self._longest[at], _width(_shown(value)))
        self._measured += 1
        self._at += 1

    def to_fill(self, column: int, choices: Sequence[str], rows: int, *, text: bool) -> None:
        """Make a column (from 1) ready to be filled in below the headings: with words to choose from, and as text."""
        letter = get_column_letter(column)
        if text:
            self._sheet.column_dimensions[letter].number_format = "@"
        if choices:
            listed = ",".join(choices)
            allowed = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            allowed.error, allowed.errorTitle, allowed.showErrorMessage = (
                "请从下拉选项中选",
                "不在选项内",
                True,
            )
            allowed.add(f"{letter}{self._at}:{letter}{self._at + rows - 1}")
            self._sheet.add_data_validation(allowed)

    def foot(self, values: Sequence[object]) -> None:
        """Write a row of sums in bold; a text among them is a label, not a value of its column."""
        for at, (column, value) in enumerate(zip(self._columns, values, strict=True), 1):
            kind = "str" if isinstance(value, str) else column.kind
            cell = _write(self._sheet.cell(self._at, at), value, kind)
            cell.font = Font(name=_FONT, size=_SIZE_PT, bold=True)
        self._at += 1

    def lay_out(self) -> None:
        """Set widths and the printed page: A4 on its side, as wide as the page, the headings on every page."""
        sheet = self._sheet
        for at, (column, longest) in enumerate(zip(self._columns, self._longest, strict=True), 1):
            by_content = max(
                _WIDTHS.get(column.kind, 10), min(longest + 2, 40), min(_width(column.label) + 2, 12)
            )
            sheet.column_dimensions[get_column_letter(at)].width = column.width or by_content
        sheet.freeze_panes = f"A{self._heads_at + 1}"
        sheet.print_title_rows = f"1:{self._heads_at}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.5
        sheet.oddFooter.center.text = "第 &P 页 共 &N 页"


def _write(cell: Any, value: object, kind: str) -> Any:
    """Write one cell: amounts and counts as numbers, days as days, all else as text that stays text."""
    cell.border = _BORDER
    cell.font = Font(name=_FONT, size=_SIZE_PT)
    cell.alignment = Alignment("center", "center", wrap_text=True)
    if value is None or value == "":
        return cell
    value = _shown(value) if isinstance(value, bool) else value
    if isinstance(value, Decimal):
        cell.value, cell.number_format = value, "#,##0.00"
        cell.alignment = Alignment("right", "center")
    elif isinstance(value, dt.date):
        cell.value, cell.number_format = value, "yyyy-mm-dd"
    elif isinstance(value, int) and kind == "int":
        cell.value = value
    else:
        _set_text(cell, str(value))
        cell.number_format = "@"
        if kind == "text":
            cell.alignment = Alignment("left", "center", wrap_text=True)
    return cell


def _set_text(cell: Any, text: str) -> None:
    text = _ILLEGAL.sub("", text)
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA)


def _width(text: str) -> int:
    """Return how many narrow characters a text is wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return "" if value is None else str(value)
