"""Sheets of former times (.xls, and .et of WPS) and of OpenDocument (.ods). Only this module imports python-calamine.

It keeps a sheet as a full rectangle: it runs in the reading process only, whose memory is limited.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from archivist.errors import FileTooLarge, PasswordNeeded
from archivist.reading.formats.office_password import unlock_office
from archivist.reading.formats.ooxml import MAX_CELLS, cell_text
from archivist.reading.formats.registry import Format, SourcePage, Sureness, register
from archivist.reading.formats.sample import Sample

if TYPE_CHECKING:
    from python_calamine import CalamineSheet


@contextmanager
def open_sheets(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """Open a workbook; each sheet is a page: its name, then a line for each row, cells separated by a blank.

    Raises:
        PasswordNeeded: E106. FileTooLarge: E102, more cells than the limit.
    """
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_path(path)
    except PasswordError:
        raise PasswordNeeded("表格加了密码，打不开", file=name) from None
    with book:
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
        yield len(names), (SourcePage(_text(book.get_sheet_by_name(title), name)) for title in names)


def _text(sheet: CalamineSheet, name: str) -> str:
    if sheet.height * sheet.width > MAX_CELLS:
        raise FileTooLarge(f"表格超过 {MAX_CELLS} 个单元格", file=name)
    rows = (" ".join(shown for value in row if (shown := cell_text(value))) for row in sheet.iter_rows())
    return "\n".join([sheet.name, *filter(None, rows)])


def _is_xls(sample: Sample) -> Sureness:
    book = sample.has_stream("Workbook") or sample.has_stream("Book")
    other = sample.has_stream("EncryptedPackage") or sample.has_stream("WordDocument")
    return Sureness.SURE if book and not other else Sureness.NO


XLS = register(
    Format(
        kind="xls",
        label="旧版 Excel 表格（.xls 或 .et）",
        media_type="application/vnd.ms-excel",
        extensions=(".xls", ".et", ".xlt", ".ett"),
        recognise=_is_xls,
        handling=open_sheets,
        unlock=unlock_office,
    )
)
ODS = register(
    Format(
        kind="ods",
        label="OpenDocument 表格",
        media_type="application/vnd.oasis.opendocument.spreadsheet",
        extensions=(".ods", ".ots"),
        recognise=lambda sample: Sureness.SURE if sample.is_open_document("spreadsheet") else Sureness.NO,
        handling=open_sheets,
    )
)
