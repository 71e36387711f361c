"""The one reader of workbooks: ``.xlsx`` as rows of typed cells that say where they stand, and the shape of its sheets.

What a clerk filled in is read through ``filled_in``, which refuses what is hidden, merged or never reckoned.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import warnings
import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

Value = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
"""What stands in a cell; of a formula what it came to when it was last reckoned, ``None`` if it never was."""
EXTENSIONS: Final = (".xlsx", ".xlsm")
CSV: Final = ".csv"
MOST_BYTES: Final = 256 * 1024 * 1024
"""Most bytes of one sheet's part, unpacked."""


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
        return f"{column_letters(column)}{self.number}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Attributes:
        rows: those in which something stands, from top to bottom.
    """

    title: str
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that are one on the screen; all but the first are empty. ``rows`` are their numbers, 1-based."""

    reference: str
    rows: range


@dataclass(frozen=True, slots=True)
class SheetShape:
    """What a sheet does not show, or shows as something else than is stored.

    Attributes:
        hidden: whether the sheet itself is.
        hidden_rows: 1-based, filtered away ones included; ``hidden_columns`` count from 0.
        unreckoned: addresses of formulas for which no result is stored.
        merged: cells that are one on the screen.
    """

    hidden: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    unreckoned: tuple[str, ...]
    merged: tuple[Merged, ...]


def is_table(path: Path) -> bool:
    """Tell by a file's name whether it is meant to be a table: a workbook, or a ``.csv``."""
    return path.suffix.lower() in (*EXTENSIONS, CSV)


def column_letters(column: int) -> str:
    """Return the letters of a column that counts from 0: ``27`` → ``AB``."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column + 1))


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


# ── shape: what openpyxl's reader of values does not tell ───────────────────────────────────────────────────────────────
_MOST_COLUMNS: Final = 16_384
_MOST_ROWS: Final = 1_048_576


def read_shapes(path: Path, *, most_cells: int) -> tuple[SheetShape, ...]:
    """Return the shape of each sheet, in the order of ``read_sheets``.

    Raises:
        DamagedSheet, TooManyCells.
    """
    try:
        with zipfile.ZipFile(path) as package:
            return tuple(_shape(package, part, hidden, most_cells) for part, hidden in _parts(package))
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, EOFError) as error:
        raise DamagedSheet(str(error)) from error


def _parts(package: zipfile.ZipFile) -> Iterator[tuple[str, bool]]:
    """Yield the part of each worksheet and whether it is hidden, in the workbook's order."""
    folder, main = "", "xl/workbook.xml"
    for target, kind in _relations(package, "").values():
        if kind == "officeDocument":
            folder, main = posixpath.dirname(target), target
    folder = folder or posixpath.dirname(main)
    relations = _relations(package, main)
    for _, element in _elements(package, main, "sheet"):
        keys = {_local(name): value for name, value in element.items()}
        target, kind = relations[keys["id"]]
        if kind == "worksheet":
            yield target, keys.get("state", "visible") != "visible"


def _relations(package: zipfile.ZipFile, part: str) -> Mapping[str, tuple[str, str]]:
    """Return what a part refers to: id → (part, last word of the kind)."""
    folder = posixpath.dirname(part)
    name = posixpath.join(folder, "_rels", f"{posixpath.basename(part)}.rels")
    found = {}
    for _, element in _elements(package, name, "Relationship"):
        target = str(element.get("Target"))
        whole = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        found[str(element.get("Id"))] = (whole, str(element.get("Type")).rpartition("/")[2])
    return found


def _shape(package: zipfile.ZipFile, part: str, hidden: bool, most_cells: int) -> SheetShape:
    rows: set[int] = set()
    columns: set[int] = set()
    unreckoned: list[str] = []
    merged: list[Merged] = []
    cells = 0
    number = 0
    for name, element in _elements(package, part, "row", "col", "c", "mergeCell", start="row"):
        if name == "row":
            number = int(element.get("r") or number + 1)
            if _is_true(element.get("hidden")):
                rows.add(number)
        elif name == "col" and _is_true(element.get("hidden")):
            first, last = int(element.get("min")), int(element.get("max"))
            columns.update(range(first - 1, min(last, _MOST_COLUMNS)))
        elif name == "c":
            cells += 1
            if cells > most_cells:
                raise TooManyCells
            parts = {_local(child.tag): child.text for child in element}
            if "f" in parts and not (parts.get("v") or ("v" in parts and element.get("t") == "str")):
                unreckoned.append(str(element.get("r") or f"第 {number} 行"))
        elif name == "mergeCell":
            merged.append(_merged(str(element.get("ref"))))
    return SheetShape(hidden, frozenset(rows), frozenset(columns), tuple(unreckoned), tuple(merged))


def _merged(reference: str) -> Merged:
    rows = [int(digits) for digits in re.findall(r"\d+", reference)] or [1, _MOST_ROWS]
    return Merged(reference, range(rows[0], rows[-1] + 1))


def _elements(package: zipfile.ZipFile, part: str, *names: str, start: str = "") -> Iterator[tuple[str, Any]]:
    """Yield a part's elements of some names when they end, those named ``start`` when they begin, and let go of them."""
    from lxml import etree

    if package.getinfo(part).file_size > MOST_BYTES:
        raise TooManyCells
    source: IO[bytes]
    with package.open(part) as source:
        found = etree.iterparse(
            source, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
        )
        for event, element in found:
            name = _local(element.tag) if isinstance(element.tag, str) else ""
            if name in names and (event == "start") == (name == start):
                yield name, element
            if event == "end" and name in ("row", "col", "sheet", "mergeCell"):
                element.clear()


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _is_true(text: str | None) -> bool:
    return text in ("1", "true")
