"""Sheets a clerk filled in: the rows of the first sheet of an ``.xlsx``, by the headings of its first line."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from archivist.errors import UsageError


def is_sheet(path: Path) -> bool:
    """Tell by its name whether a file is a sheet."""
    return path.suffix.lower() in (".xlsx", ".xlsm")


def rows(path: Path, needed: str = "") -> list[tuple[int, dict[str, Any]]]:
    """Return the rows by their headings, with their line numbers; empty rows and cells left out.

    Args:
        path: the file.
        needed: a heading it cannot do without.

    Raises:
        UsageError: E001, it cannot be read, a heading is missing or stands there twice.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UsageError(f"不是 Excel 表格，或已损坏（{error}）", file=path.name) from None
    try:
        lines = [
            (n, row)
            for n, row in enumerate(book.worksheets[0].iter_rows(values_only=True), 1)
            if any(cell not in (None, "") for cell in row)
        ]
    finally:
        book.close()
    heads = [str(head or "").strip() for head in (lines[0][1] if lines else ())]
    if needed and needed not in heads:
        raise UsageError(f"表格第一行没有“{needed}”一列", file=path.name)
    if twice := {h for h in heads if h and heads.count(h) > 1}:
        raise UsageError(f"表格有两列同名：{'、'.join(sorted(twice))}", file=path.name)
    return [
        (n, {h: v for h, v in zip(heads, row, strict=False) if h and v not in (None, "")})
        for n, row in lines[1:]
    ]
