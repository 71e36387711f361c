"""Sheets a clerk filled in: the rows of the first sheet of an ``.xlsx``, by the headings of its first line."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from archivist.errors import UsageError
from archivist.tables.reader import DamagedSheet, read_sheets


def rows(path: Path, needed: str = "") -> list[tuple[int, dict[str, Any]]]:
    """Return the rows by their headings, with their line numbers; empty rows and cells left out.

    Args:
        path: the file.
        needed: a heading it cannot do without.

    Raises:
        UsageError: E001, it cannot be read, a heading is missing or stands there twice.
    """
    try:
        with closing(read_sheets(path)) as sheets:
            lines = next(sheets).rows
    except DamagedSheet as error:
        raise UsageError(f"不是 Excel 表格，或已损坏（{error}）", file=path.name) from None
    heads = [str(head or "").strip() for head in (lines[0].values if lines else ())]
    if needed and needed not in heads:
        raise UsageError(f"表格第一行没有“{needed}”一列", file=path.name)
    if twice := {h for h in heads if h and heads.count(h) > 1}:
        raise UsageError(f"表格有两列同名：{'、'.join(sorted(twice))}", file=path.name)
    return [
        (row.number, {h: v for h, v in zip(heads, row.values, strict=True) if h and v not in (None, "")})
        for row in lines[1:]
    ]
