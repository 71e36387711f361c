"""What a clerk gives besides the case for the documents to be made, read from a file: ``.toml``, ``.json`` or a sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archivist.api.row_owners import OF_NAME, disagreement
from archivist.api.selection import NUMBER, PUT_RIGHT
from archivist.doctypes.doctype import Origin
from archivist.errors import ArchivistError, UsageError
from archivist.model.ids import CaseNo
from archivist.model.plain_json import parse_json, parse_toml

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.workspace import Workspace

Values = dict[str, Any]
FOR_PEOPLE: Final = frozenset({"序号", "备注", *OF_NAME})
"""Columns of a sheet that only help people to read it; a name there must be of the household."""


def for_households(source: Path | None, workspace: Workspace) -> tuple[Values, dict[CaseNo, Values]]:
    """Return values for all documents, and values of each household that a sheet has a row for.

    Args:
        source: the file.
        workspace: where the households are, to see that a row's name is of the household whose number it has.

    Raises:
        UsageError: E001, the file cannot be read, or lines of a sheet name no household, one twice, or two at once.
    """
    if source is None:
        return {}, {}
    from archivist.api import input_tables  # who gives no file need not load what reads tables
    from archivist.tables.reader import is_table

    if not is_table(source):
        return _written(source), {}
    rows: dict[CaseNo, Values] = {}
    problems = []
    for row in input_tables.rows(source, NUMBER):
        try:
            number = CaseNo.parse(str(row.cells.get(NUMBER, "")))
        except ArchivistError as error:
            problems.append(f"第 {row.number} 行：{error.what}")
            continue
        if number in rows:
            problems.append(f"第 {row.number} 行：{number} 前面已有一行")
        if wrong := disagreement(workspace, number, row.cells):
            problems.append(f"第 {row.number} 行：{wrong}")
        rows[number] = {k: v for k, v in row.cells.items() if k != NUMBER and k not in FOR_PEOPLE}
    if problems:
        raise UsageError(
            f"表格有 {len(problems)} 行不能用，没有制发任何文书",
            file=source.name,
            problems=problems,
            remedy=PUT_RIGHT,
        )
    return {}, rows


def for_office(source: Path | None, document: DocumentType) -> Values:
    """Return values for a document of the office: fields of a ``.toml`` or ``.json``, or the rows of its one table.

    Raises:
        UsageError: E001, the file cannot be read, the document has no such table, or columns are none of the table's.
    """
    if source is None:
        return {}
    from archivist.api import input_tables
    from archivist.tables.reader import is_table

    if not is_table(source):
        return _written(source)
    tables = [f for f in document.fields if f.kind == "table" and f.origin is Origin.SET]
    if len(tables) != 1:
        raise UsageError(
            f"{document.title}有 {len(tables)} 张要逐行填写的表，不能用 .xlsx",
            file=source.name,
            remedy="请用 --set 或 .toml、.json。",
        )
    (table,) = tables
    names = {name: c.key for c in table.columns for name in (c.key, c.label)}
    rows = [row.cells for row in input_tables.rows(source, same=lambda head: names.get(head, head))]
    if strange := sorted({head for row in rows for head in row} - set(names)):
        raise UsageError(
            f"“{table.label}”没有这些列：{'、'.join(strange)}",
            file=source.name,
            remedy=f"第一行的列名应为：{'、'.join(c.label for c in table.columns)}。",
        )
    cells = [{names[head]: cell for head, cell in row.items() if names[head] != "n"} for row in rows]
    return {table.path: [row for row in cells if row]}


def _written(source: Path) -> Values:
    """Return what a ``.toml`` or ``.json`` says, by dotted path; a group of fields may be a table of its own."""
    from archivist.documents.values.nested import flattened
    from archivist.tables.filled_in import read_text

    text = read_text(source)
    try:
        raw = parse_toml(text) if source.suffix.lower() == ".toml" else parse_json(text)
    except ValueError as error:
        raise UsageError(f"读不出来：{error}", file=source.name) from None
    if not isinstance(raw, dict):
        raise UsageError("应为“键: 值”的各项", file=source.name)
    return dict(flattened(raw))
