"""For many households at once: which ones, what each is told, and one parcel for the printer."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NoReturn

from archivist.documents.values.nested import flattened
from archivist.errors import ArchivistError, CaseNotFound, UsageError, WriteFailed
from archivist.model.ids import CaseNo

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.issuing.case_documents import Issued
    from archivist.workspace import Workspace

Rows = dict[str, dict[str, Any]]
NUMBER: Final = "户号"
FOR_PEOPLE: Final = ("序号", "姓名", "申请人", "户主", "备注")
"""Columns of a sheet that only help people to read it."""
_ALL: Final = 1_000_000


# ── which households ─────────────────────────────────────────────────────────────────────────────────────
def searched(workspace: Workspace, query: str) -> list[CaseNo]:
    """Return the households a query finds, themselves or by their papers, each once.

    Raises:
        CaseNotFound: E201, nothing was found. BadQuery: E401.
    """
    hits = workspace.index.search(query, limit=_ALL).hits
    if not hits:
        raise CaseNotFound(f"没有户档与“{query}”相符")
    return sorted(dict.fromkeys(hit.case for hit in hits), key=str)


def listed(workspace: Workspace, path: Path) -> list[CaseNo]:
    """Return the households a list names: a line each (number, ID number or unambiguous name), or a sheet's column.

    Raises:
        UsageError: E001, with every line that cannot be understood; a list is taken whole or not at all.
    """
    lines = (
        [(n, str(row.get(NUMBER, ""))) for n, row in _sheet(path, NUMBER)]
        if _is_sheet(path)
        else _lines(path)
    )
    found: list[CaseNo] = []
    problems = []
    for line, text in lines:
        try:
            found.append(workspace.find_case(text))
        except ArchivistError as error:
            problems.append(f"第 {line} 行“{text}”：{error.what}")
    if problems:
        raise UsageError(
            f"名单有 {len(problems)} 行不能用，没有制发任何文书", file=path.name, problems=problems
        )
    if not found:
        raise UsageError("名单是空的", file=path.name)
    return list(dict.fromkeys(found))


def _lines(path: Path) -> list[tuple[int, str]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    cells = ((n, re.split(r"[,，;；\t]", line)[0].strip()) for n, line in enumerate(text.splitlines(), 1))
    return [(n, cell) for n, cell in cells if cell and not cell.startswith("#") and cell != NUMBER]


# ── what each is told ────────────────────────────────────────────────────────────────────────────────────
def read_values(source: Path | None) -> tuple[dict[str, Any], Rows]:
    """Read values for all documents, and values by case number, from a file.

    Raises:
        UsageError: E001, the file cannot be read, or lines of a sheet name no household, or one twice.
    """
    if source is None:
        return {}, {}
    if not _is_sheet(source):
        return _written(source), {}
    rows: Rows = {}
    problems = []
    for line, row in _sheet(source, NUMBER):
        try:
            number = str(CaseNo.parse(str(row.get(NUMBER, ""))))
        except ArchivistError as error:
            problems.append(f"第 {line} 行：{error.what}")
            continue
        if number in rows:
            problems.append(f"第 {line} 行：{number} 前面已有一行")
        rows[number] = {k: v for k, v in row.items() if k != NUMBER and k not in FOR_PEOPLE}
    if problems:
        raise UsageError(
            f"表格有 {len(problems)} 行不能用，没有制发任何文书", file=source.name, problems=problems
        )
    return {}, rows


def read_fields(source: Path | None, document: DocumentType) -> dict[str, Any]:
    """Read what a document of the office is told: fields of a ``.toml`` or ``.json``, or the rows of its one table.

    Raises:
        UsageError: E001, the file cannot be read, the document has no such table, or columns are none of the table's.
    """
    if source is None:
        return {}
    if not _is_sheet(source):
        return _written(source)
    tables = [f for f in document.fields if f.kind == "table" and f.origin == "set"]
    if len(tables) != 1:
        raise UsageError(
            f"{document.title}有 {len(tables)} 张要逐行填写的表，不能用 .xlsx",
            file=source.name,
            remedy="请用 --set 或 .toml、.json。",
        )
    (table,) = tables
    names = {name: c.key for c in table.columns for name in (c.key, c.label)}
    rows = [row for _, row in _sheet(source)]
    if strange := sorted({head for row in rows for head in row} - set(names)):
        raise UsageError(
            f"“{table.label}”没有这些列：{'、'.join(strange)}",
            file=source.name,
            remedy=f"第一行的列名应为：{'、'.join(c.label for c in table.columns)}。",
        )
    found = [{names[head]: cell for head, cell in row.items() if names[head] != "n"} for row in rows]
    return {table.path: [row for row in found if row]}


def _written(source: Path) -> dict[str, Any]:
    """Return what a ``.toml`` or ``.json`` says, by dotted path; a group of fields may be a table of its own."""
    import json
    import tomllib

    text = source.read_text(encoding="utf-8-sig")
    try:
        raw = tomllib.loads(text) if source.suffix.lower() == ".toml" else json.loads(text)
    except ValueError as error:
        raise UsageError(f"读不出来：{error}", file=source.name) from None
    if not isinstance(raw, dict):
        raise UsageError("应为“键: 值”的各项", file=source.name)
    return dict(flattened(raw))


def _is_sheet(path: Path) -> bool:
    return path.suffix.lower() in (".xlsx", ".xlsm")


def _sheet(path: Path, needed: str = "") -> list[tuple[int, dict[str, Any]]]:
    """Return the rows of the first sheet by their headings, with their line numbers; empty rows and cells left out.

    Args:
        path: the file.
        needed: a heading it cannot do without.
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


# ── one parcel ───────────────────────────────────────────────────────────────────────────────────────────
def refuse_existing(*targets: Path | None) -> None:
    """Refuse to write over a file, before anything is issued.

    Raises:
        UsageError: E001.
    """
    for target in targets:
        if target is not None and target.exists():
            raise UsageError(f"{target.name} 已经存在，不覆盖", remedy="换一个文件名，或先移走它。")


def into_zip(issued: Sequence[Issued], target: Path) -> int:
    """Put all files of the issued documents into one archive.

    Returns:
        0; an archive has no pages.

    Raises:
        WriteFailed: E204; the documents are issued and on file nevertheless.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _private(part) as out, zipfile.ZipFile(out, "w") as package:
            for item in issued:
                for path in item.files:
                    package.write(path, f"{item.case} {path.name}")
        part.replace(target)
    except OSError as error:
        _not_written(target, error)
    finally:
        part.unlink(missing_ok=True)
    return 0


def into_pdf(issued: Sequence[Issued], target: Path) -> int:
    """Put the PDFs of the issued documents into one, each on a sheet of its own when printed on both sides.

    Returns:
        The number of pages.

    Raises:
        WriteFailed: E204; the documents are issued and on file nevertheless.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    writer = PdfWriter()
    part = target.with_name(f"{target.name}.part")
    try:
        for item in issued:
            for path in (p for p in item.files if p.suffix == ".pdf"):
                first = len(writer.pages)
                writer.append(PdfReader(path), import_outline=False)
                writer.add_outline_item(title=f"{item.case} {item.title}", page_number=first)
                if (len(writer.pages) - first) % 2:
                    writer.add_blank_page()
        target.parent.mkdir(parents=True, exist_ok=True)
        with _private(part) as out:
            writer.write(out)
        part.replace(target)
    except (OSError, PyPdfError) as error:
        _not_written(target, error)
    finally:
        part.unlink(missing_ok=True)
    return len(writer.pages)


def _private(path: Path) -> BinaryIO:
    """Open a new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _not_written(target: Path, error: Exception) -> NoReturn:
    raise WriteFailed(
        f"文书已制发归档，但没有写成（{getattr(error, 'strerror', None) or error}）", file=target.name
    ) from None
