"""Rosters as other programs left them: .xlsx, .xls, .csv in UTF-8 or GBK, and web pages that are named .xls.

Unlike ``filled_in`` it refuses nothing for its looks: merged cells, titles and feet are handed on as they stand.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import UsageError
from archivist.tables.filled_in import read_text
from archivist.tables.reader import DamagedSheet, SheetRow, TooManyCells, Value, read_shapes, read_sheets

MOST_CELLS: Final = 4_000_000
"""Cells of a roster: fifteen thousand people with sixty columns are less than a fourth of it."""
MOST_BYTES: Final = 128 * 1024 * 1024
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class MergedBlock:
    """Merged cells: rows 1-based, columns from 0, both ends included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class LooseSheet:
    """A sheet as it stands: the rows in which something is, and which cells are one on the screen."""

    title: str
    rows: tuple[SheetRow, ...]
    merged: tuple[MergedBlock, ...]


def read_any(path: Path) -> tuple[LooseSheet, ...]:
    """Return the sheets in which something stands; what kind of file it is, its content says.

    Raises:
        UsageError: E001, there is no such file, it is damaged, locked or too large.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TooManyCells
        with path.open("rb") as file:
            start = file.read(4)
        if start == _ZIP:
            found = _xlsx(path)
        elif start == _OLE:
            found = _xls(path)
        else:
            text = read_text(path)
            found = _html(text, path.stem) if "<table" in text[:200_000].lower() else _csv(text, path.stem)
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError("没有这个文件", file=path.name) from None
    except TooManyCells:
        raise UsageError(f"表格太大（超过 {MOST_CELLS} 个单元格）；请按村分成几份", file=path.name) from None
    except (DamagedSheet, ValueError, csv.Error) as error:
        raise UsageError(f"表格读不出来：{error}", file=path.name, remedy=_REMEDY) from None
    kept = tuple(sheet for sheet in found if sheet.rows)
    if not kept:
        raise UsageError("表格是空的", file=path.name)
    return kept


_REMEDY: Final = "用 WPS 或 Excel 打开，另存为 .xlsx（有密码的先去掉密码）再试。"


def _xlsx(path: Path) -> list[LooseSheet]:
    from openpyxl.utils import range_boundaries

    shapes = read_shapes(path, most_cells=MOST_CELLS)
    found = []
    for sheet, shape in zip(read_sheets(path, most_cells=MOST_CELLS), shapes, strict=False):
        blocks = []
        for merged in shape.merged:
            left, top, right, bottom = range_boundaries(merged.reference)
            if left and top and right and bottom:
                blocks.append(MergedBlock(top, bottom, left - 1, right - 1))
        if not shape.hidden:
            found.append(LooseSheet(sheet.title, sheet.rows, tuple(blocks)))
    return found


def _xls(path: Path) -> list[LooseSheet]:
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    found = []
    try:
        with CalamineWorkbook.from_path(path) as book:
            for one in book.sheets_metadata:
                if one.typ is not SheetTypeEnum.WorkSheet or one.visible is not SheetVisibleEnum.Visible:
                    continue
                sheet = book.get_sheet_by_name(one.name)
                merged = [
                    MergedBlock(a[0] + 1, b[0] + 1, a[1], b[1]) for a, b in sheet.merged_cell_ranges or ()
                ]
                rows = sheet.to_python(skip_empty_area=False)
                found.append(LooseSheet(one.name, _numbered(one.name, rows), tuple(merged)))
    except PasswordError:
        raise DamagedSheet("加了密码") from None
    except CalamineError as error:
        raise DamagedSheet(str(error)) from error
    return found


def _csv(text: str, title: str) -> list[LooseSheet]:
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    return [LooseSheet(title, _numbered(title, rows), ())]


def _html(text: str, title: str) -> list[LooseSheet]:
    """Read the tables of a web page; ``rowspan`` and ``colspan`` are merged cells."""
    from lxml import html

    found = []
    for number, table in enumerate(
        html.fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8")).iter("table"), 1
    ):
        name = title if number == 1 else f"{title}-{number}"
        cells: dict[tuple[int, int], str] = {}
        taken: set[tuple[int, int]] = set()
        merged = []
        height = width = 0
        for r, row in enumerate(table.iter("tr")):
            c = 0
            for cell in row.iter("td", "th"):
                while (r, c) in taken:
                    c += 1
                down, across = (min(_span(cell.get(key)), 500) for key in ("rowspan", "colspan"))
                cells[r, c] = " ".join("".join(str(part) for part in cell.itertext()).split())
                taken.update((r + i, c + j) for i in range(down) for j in range(across))
                if down * across > 1:
                    merged.append(MergedBlock(r + 1, r + down, c, c + across - 1))
                c += across
                if len(taken) > MOST_CELLS:
                    raise TooManyCells
            height, width = r + 1, max(width, c)
        rows = ([cells.get((r, c), "") for c in range(width)] for r in range(height))
        found.append(LooseSheet(name, _numbered(name, rows), tuple(merged)))
    return found


def _span(text: str | None) -> int:
    return max(int(text), 1) if text and text.isdecimal() and len(text) < 5 else 1


def _numbered(title: str, rows: Iterable[Sequence[Value]]) -> tuple[SheetRow, ...]:
    """Return the rows in which something stands, all of one length."""
    found: list[tuple[int, list[Value]]] = []
    cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        if cells > MOST_CELLS:
            raise TooManyCells
        if any(value not in (None, "") for value in row):
            found.append((number, [None if value == "" else value for value in row]))
    width = max((len(values) for _, values in found), default=0)
    return tuple(SheetRow(title, n, (*v, *[None] * (width - len(v)))) for n, v in found)
