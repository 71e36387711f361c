"""A register as ``.xlsx``: one sheet for each of its tables, ready to be printed and to be reckoned with.

Nothing in it is a formula: sums are written as numbers, and text that a spreadsheet might take for a formula is marked
as text. Numbers of papers and accounts are text, or their last digits would be lost. Only this module writes ``.xlsx``.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from archivist.doctypes.catalogue import Column, DocumentType, FieldSpec
from archivist.report.register import NIL, Register

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
    "acct": 24,
    "docno": 22,
    "text": 30,
}
"""Kind of column → least width in characters."""
_EDGE: Final = Side(style="thin")
_BORDER: Final = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_FILL: Final = PatternFill("solid", fgColor="F2F2F2")
_FONT: Final = "宋体"


def workbook(document: DocumentType, register: Register, heads: Sequence[str]) -> bytes:
    """Return the register as the bytes of an ``.xlsx``.

    Args:
        document: whose tables give the columns.
        register: the rows.
        heads: the line under the title: office, period, date.
    """
    book: Any = Workbook()
    book.remove(book.active)
    tables = [f for f in document.fields if isinstance(register.values.get(f.path), list)]
    for spec in tables:
        name = document.title if len(tables) == 1 else spec.label
        sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", name)[:31])
        last = spec is tables[-1]
        _fill(sheet, document, spec, register, heads, notes=register.notes if last else ())
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(
    sheet: Any,
    document: DocumentType,
    spec: FieldSpec,
    register: Register,
    heads: Sequence[str],
    *,
    notes: Sequence[str],
) -> None:
    columns, rows = spec.columns, register.values[spec.path]
    wide = len(columns)
    _line(sheet, 1, wide, document.title, Font(name=_FONT, size=16, bold=True), "center")
    _line(sheet, 2, wide, "　".join(heads), Font(name=_FONT, size=10), "left")
    for at, column in enumerate(columns, 1):
        cell = _write(sheet, 3, at, column.label, "str")
        cell.font, cell.fill = Font(name=_FONT, size=10, bold=True), _FILL
        cell.alignment = Alignment("center", "center", wrap_text=True)
    for number, row in enumerate(rows, 1):
        for at, column in enumerate(columns, 1):
            value = row.get(column.key)
            _write(sheet, 3 + number, at, number if column.key == "n" else value, column.kind)
    at = 4 + len(rows)
    if not rows:
        _line(sheet, at, wide, NIL, Font(name=_FONT, size=10), "center")
        at += 1
    if foot := register.feet.get(spec.path):
        _foot(sheet, at, columns, register, foot)
        at += 1
    for text in (*_sums(document, spec, register), *notes):
        _line(sheet, at, wide, text, Font(name=_FONT, size=10), "left")
        at += 1
    _print(sheet, spec, rows)


def _foot(
    sheet: Any, at: int, columns: Sequence[Column], register: Register, foot: Mapping[str, str]
) -> None:
    for place, column in enumerate(columns, 1):
        value: object = register.values.get(foot[column.key]) if column.key in foot else None
        if place == 1 and value is None:
            value = "合计"
        cell = _write(sheet, at, place, value, column.kind if column.key in foot else "str")
        cell.font = Font(name=_FONT, size=10, bold=True)


def _sums(document: DocumentType, spec: FieldSpec, register: Register) -> list[str]:
    """Return what the register tells besides its lines: single values that stand under no column of any table."""
    under = {path for foot in register.feet.values() for path in foot.values()}
    prefix = spec.path.rpartition(".")[0]
    told = []
    for field in document.fields:
        value = register.values.get(field.path)
        single = field.kind not in ("table", "list") and value not in (None, "")
        if (
            single
            and field.path not in under
            and field.path.startswith(f"{prefix}.")
            and "period" not in field.path
        ):
            told.append(
                f"{field.label}：{value:,.2f}" if isinstance(value, Decimal) else f"{field.label}：{value}"
            )
    return told


def _write(sheet: Any, row: int, column: int, value: object, kind: str) -> Any:
    """Write one cell: amounts and counts as numbers, days as days, all else as text that stays text."""
    cell: Any = sheet.cell(row, column)
    cell.border = _BORDER
    cell.font = Font(name=_FONT, size=10)
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
        text = _ILLEGAL.sub("", str(value))
        cell.value = text
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = text.startswith(FORMULA)
        if kind == "text":
            cell.alignment = Alignment("left", "center", wrap_text=True)
    return cell


def _line(sheet: Any, row: int, wide: int, text: str, font: Font, align: str) -> None:
    """Write a line over all columns."""
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=wide)
    cell: Any = sheet.cell(row, 1)
    cell.value = _ILLEGAL.sub("", text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA)
    cell.font, cell.alignment = font, Alignment(align, "center", wrap_text=True)
    width = max(40, 10 * wide)
    sheet.row_dimensions[row].height = 26 if align == "center" else 15 * (1 + _cells(text) // (width + 1))


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _print(sheet: Any, spec: FieldSpec, rows: Sequence[Mapping[str, object]]) -> None:
    """Set widths and the printed page: A4 on its side, as wide as the page, the header on every page."""
    for at, column in enumerate(spec.columns, 1):
        longest = max((_cells(_shown(row.get(column.key))) for row in rows[:500]), default=0)
        width = max(_WIDTHS.get(column.kind, 10), min(longest + 2, 40), min(_cells(column.label) + 2, 12))
        sheet.column_dimensions[get_column_letter(at)].width = 6 if column.key == "n" else width
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "1:3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return "" if value is None else str(value)
