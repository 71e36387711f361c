"""Tables a clerk filled in: the rows of an ``.xlsx`` or ``.csv``, by the headings of its first line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from archivist.errors import UsageError
from archivist.tables.filled_in import FilledRow, read_one, refuse


def rows(path: Path, needed: str = "", same: Callable[[str], str] = str) -> list[FilledRow]:
    """Return the rows by their headings; empty rows and cells left out.

    Args:
        path: the file.
        needed: a heading it cannot do without.
        same: the one name of everything a heading may be called.

    Raises:
        UsageError: E001, it cannot be read, a heading is missing, or cells cannot be taken as they stand.
    """
    problems: list[str] = []
    sheet = read_one(path)
    found = sheet.by_headings(problems, same)
    refuse(path, problems)
    if needed and needed not in sheet.headings:
        raise UsageError(f"表格第一行没有“{needed}”一列", file=path.name)
    return [row for row in found if row.cells]
