"""Registers over many households (花名册、月报表、清册……): worked out, and written as ``.docx``, ``.xlsx``, ``.pdf``."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.access import shown_in
from archivist.api.authorisation import authorised
from archivist.api.report_requests import OutputForm, Request
from archivist.api.report_tables import Cell, ReportColumn, Row, columns
from archivist.api.result import Result
from archivist.errors import UsageError
from archivist.model.chinese import format_date
from archivist.model.permissions import Act

if TYPE_CHECKING:
    import datetime as dt

    from archivist.doctypes.catalogue import DocumentType
    from archivist.model.by import By
    from archivist.report import register
    from archivist.report.compilation import Compiled
    from archivist.workspace import Workspace

FOLDER: Final = "报表"
"""Where registers go within the outbox when no folder is named."""


@dataclass(frozen=True, slots=True)
class RegisterView(Result):
    """A register, and what was written of it.

    Attributes:
        document: the catalogue's id of the type, ``title`` its name.
        period: as file names write it, ``2024-08``.
        period_label: as documents write it, ``2024年8月``.
        dry_run: only the content was wanted.
        empty: there is nothing to list.
        nil: it was made nevertheless, and says 本期无.
        lines: how many lines its first table has.
        tables: path of a table → its rows.
        columns: path of a table → its columns.
        sums: path → what it tells besides its lines.
        labels: path of a table or a sum → its Chinese name.
        notes: what a reader must know; printed.
        doubts: what a person must look at before it is signed; not printed.
        hint: what to tell the program when there is nothing to list.
        unread: which cases could not be read, and why; they are not counted.
        files: what was written.
    """

    SCHEMA: ClassVar[str] = "archivist/register/1"

    document: str
    title: str
    period: str
    period_label: str
    dry_run: bool
    empty: bool
    nil: bool
    lines: int
    tables: Mapping[str, tuple[Row, ...]]
    columns: Mapping[str, tuple[ReportColumn, ...]]
    sums: Mapping[str, Cell]
    labels: Mapping[str, str]
    notes: tuple[str, ...]
    doubts: tuple[str, ...]
    hint: str
    unread: tuple[str, ...]
    files: tuple[Path, ...]


@authorised(Act.REPORT)
def make(
    workspace: Workspace, by: By, request: Request, collected: Compiled, *, folder: Path | None, dry_run: bool
) -> RegisterView:
    """Work out a register and write it beside what was written before; nothing is overwritten.

    Args:
        workspace: the open workspace.
        by: who makes it, and when.
        request: what it is to be.
        collected: the households it is made from.
        folder: where its files go; the outbox's own folder when none is named.
        dry_run: only work it out.

    Raises:
        UsageError: E001, something was not told that it cannot do without, or was told that it works out itself.
        MissingFields: E301. PdfUnavailable: E306. WriteFailed: E204.
    """
    from archivist.report import compilation

    content = compilation.make(
        request.document,
        collected,
        workspace.pack,
        request.period,
        today=by.today,
        words=request.query.words,
        told=request.settings,
        office=workspace.config.office,
        listed=request.listed,
    )
    values = _values(request, content)
    files: tuple[Path, ...] = ()
    if not dry_run and (request.nil or not content.empty):
        if not content.empty:  # a row need not say whose it is
            named = shown_in(content.values).households or {h.case.number for h in collected.houses}
            workspace.archive.access.disclose(named)
        renditions = _renditions(workspace, request, content, values, by.today)
        stem = f"{request.title} {request.period.slug}"
        target = folder or workspace.archive.outbox / FOLDER
        files = tuple(_put(target, stem, form, data) for form, data in renditions.items())
    return _result(request, content, collected, files, dry_run=dry_run)


def _values(request: Request, content: register.Register) -> dict[str, object]:
    """Return all the document is given: what was worked out, and what the clerk tells besides."""
    from archivist.report.compilation import register_values

    document, settings = request.document, request.settings
    if fixed := [key for key in settings if key in content.values]:
        raise UsageError(f"{'、'.join(fixed)} 由各户档案算出，不能另填")
    return {**register_values(document, content, nil=request.nil and content.empty), **settings}


def _result(
    request: Request,
    content: register.Register,
    collected: Compiled,
    files: tuple[Path, ...],
    *,
    dry_run: bool,
) -> RegisterView:
    tables = [f for f in request.document.fields if isinstance(content.values.get(f.path), list)]
    single = [
        f for f in request.document.fields if f.kind not in ("table", "list") and f.path in content.values
    ]
    shown = {f.path: columns(f) for f in tables}
    return RegisterView(
        document=request.document.id,
        title=request.title,
        period=request.period.slug,
        period_label=request.period.label,
        dry_run=dry_run,
        empty=content.empty,
        nil=content.empty and bool(files),
        lines=len(content.rows),
        tables={
            path: tuple({c.key: row.get(c.key) for c in heads} for row in content.values[path])
            for path, heads in shown.items()
        },
        columns=shown,
        sums={f.path: content.values[f.path] for f in single},
        labels={f.path: f.label for f in (*tables, *single)},
        notes=tuple(content.notes),
        doubts=tuple(content.doubts),
        hint=content.hint if content.empty else "",
        unread=collected.unread,
        files=files,
    )


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────
def _forms(request: Request) -> list[OutputForm]:
    """Return the renditions to write: those asked for; else a page, and a sheet where there are lines."""
    from archivist.report.compilation import lists_lines

    usual = [OutputForm.DOCX, OutputForm.XLSX] if lists_lines(request.document) else [OutputForm.DOCX]
    return [form for form in OutputForm if form in (request.forms or usual)]


def _renditions(
    workspace: Workspace,
    request: Request,
    content: register.Register,
    values: Mapping[str, object],
    on: dt.date,
) -> dict[OutputForm, bytes]:
    forms, document = _forms(request), request.document
    made: dict[OutputForm, bytes] = {}
    if OutputForm.DOCX in forms or OutputForm.PDF in forms:
        from archivist.issuing.office_documents import render_register

        made[OutputForm.DOCX] = render_register(document, workspace.config, values, on=on)
    if OutputForm.PDF in forms:
        made[OutputForm.PDF] = _pdf(made[OutputForm.DOCX])
    if OutputForm.XLSX in forms:
        from archivist.report.sheet import workbook

        office = workspace.config.office.name
        heads = [f"填报单位：{office}", request.period.label, f"制表日期：{format_date(on)}"]
        made[OutputForm.XLSX] = workbook(document, content, [*heads, *_more_heads(document, content, values)])
    return {form: made[form] for form in forms}


def _more_heads(
    document: DocumentType, content: register.Register, values: Mapping[str, object]
) -> list[str]:
    """Return what else stands under the title of a sheet: the unit of amounts, and what the clerk told."""
    unit = ["金额单位：元"] if any(c.kind == "money" for f in document.fields for c in f.columns) else []
    told = [
        f for f in document.fields if f.path not in content.values and isinstance(values.get(f.path), str)
    ]
    return [*unit, *(f"{f.label}：{values[f.path]}" for f in told)]


def _pdf(data: bytes) -> bytes:
    from archivist.documents.render.pdf import to_pdf

    with tempfile.TemporaryDirectory(prefix="archivist-") as work:
        source = Path(work, "register.docx")
        source.write_bytes(data)
        (made,) = to_pdf([source], Path(work, "pdf"))
        return made.read_bytes()


def _put(folder: Path, stem: str, form: OutputForm, data: bytes) -> Path:
    """Write a file beside what was written before; nothing is overwritten."""
    from archivist.store import durable_files

    with durable_files.writing("没有写入", file=f"{stem}.{form}"):
        folder.mkdir(mode=durable_files.FOLDER_MODE, parents=True, exist_ok=True)
        for number in range(1, 10_000):
            path = folder / f"{stem}{f'（{number}）' if number > 1 else ''}.{form}"
            try:
                durable_files.write_new(path, data)
            except FileExistsError:
                continue
            durable_files.sync_folder(folder)
            return path
    raise UsageError(f"{folder} 中同名文件太多，请先清理")
