"""The one reader of sheets: ``.xlsx`` as rows of typed cells that say where they stand."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Value = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
"""What stands in a cell; of a formula what it came to when it was last reckoned, ``None`` if it never was."""
EXTENSIONS: Final = (".xlsx", ".xlsm")


class DamagedSheet(Exception):
    """The file is no workbook, or a damaged one; the text says what openpyxl found."""


class TooManyCells(Exception):
    """The workbook has more cells than the caller allows."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row in which something stands.

    Attributes:
        sheet: title of its sheet.
        number: as the clerk's program shows it, 1-based.
        values: from column A on; all rows of a sheet are of one length.
    """

    sheet: str
    number: int
    values: tuple[Value, ...]

    def address(self, column: int) -> str:
        """Return the address of a cell, such as ``C5``; columns count from 0."""
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(column + 1)}{self.number}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Attributes:
        rows: those in which something stands, from top to bottom.
    """

    title: str
    rows: tuple[SheetRow, ...]


def is_workbook(path: Path) -> bool:
    """Tell by a file's name whether it is meant to be a workbook."""
    return path.suffix.lower() in EXTENSIONS


def read_sheets(path: Path, *, most_cells: int | None = None) -> Generator[Sheet, None, None]:
    """Read the sheets of a workbook, one after another.

    The size a sheet claims to have is not believed: every row there is is read.

    Args:
        path: the file.
        most_cells: cells of all sheets that are visited, empty ones included.

    Raises:
        FileNotFoundError: there is no such file. DamagedSheet, TooManyCells.
    """
    book = _load(path)
    left = most_cells
    try:
        for sheet in book.worksheets:
            rows, visited = _rows(sheet, left)
            left = None if left is None else left - visited
            yield Sheet(sheet.title, rows)
    finally:
        book.close()


def _load(path: Path) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    with _quiet():
        try:
            return openpyxl.load_workbook(path, read_only=True, data_only=True)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
            raise DamagedSheet(str(error)) from error


def _rows(sheet: Any, most: int | None) -> tuple[tuple[SheetRow, ...], int]:
    """Return the rows in which something stands, and how many cells were visited."""
    found: list[tuple[int, tuple[Value, ...]]] = []
    visited = 0
    sheet.reset_dimensions()
    with _quiet():
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            visited += max(len(values), 1)
            if most is not None and visited > most:
                raise TooManyCells
            if any(value not in (None, "") for value in values):
                found.append((number, values))
    width = max((len(values) for _, values in found), default=0)
    return tuple(SheetRow(sheet.title, n, (*v, *[None] * (width - len(v)))) for n, v in found), visited


@contextmanager
def _quiet() -> Iterator[None]:
    """Openpyxl warns about decorations it drops; what stands in the cells is all we want."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
