"""册表: which there are, one looked over for its month, made into the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.api import reports
from archivist.api.access import require_writable
from archivist.api.periods import Days
from archivist.api.registers import RegisterView
from archivist.api.report_requests import Request, request
from archivist.api.report_sheets import ReportSheets
from archivist.api.report_tables import plain_text
from archivist.api.result import Problem
from archivist.errors import ArchivistError, InvalidValue, UsageError
from archivist.model.ids import Category
from archivist.web.visit import Answer, Visit

MOST: Final = 200
"""So many lines of a table are shown; the file has all of them."""
_REFUSED: Final = 400
_TOLD: Final = "told:"
"""What a field that the clerk fills in is called in the form, before its path."""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table as a screen shows it: ``total`` lines, of which ``rows`` are shown, private cells in part."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int


def show(visit: Visit) -> Answer:
    """Show what can be made; where one is chosen, what it would say."""
    if not visit.asked.get("document"):
        return _page(visit)
    try:
        asked = _asked(visit, visit.asked)
        require_writable(visit.workspace)
        made = reports.make(visit.workspace, visit.by, asked, dry_run=True)
    except ArchivistError as error:
        return _page(visit, problem=error)
    return _page(visit, made=made)


def make(visit: Visit) -> Answer:
    """Make it; the files lie in the outbox, under the archive's guard, and nothing of them goes through the browser."""
    try:
        asked = _asked(visit, {name: values[-1] for name, values in visit.form.items()})
        require_writable(visit.workspace)
        made = reports.make(visit.workspace, visit.by, asked)
    except ArchivistError as error:
        return _page(visit, problem=error)
    return _page(visit, made=made, files=[_place(visit, path) for path in made.files])


def _asked(visit: Visit, said: Mapping[str, str]) -> Request:
    kind = next(
        (r.period for r in reports.offered(visit.workspace).reports if r.id == said["document"]), None
    )
    if kind is None:
        raise UsageError("没有这种册表", remedy="从列表里选一种。")
    village = said.get("village", "").strip()
    return request(
        visit.workspace,
        said["document"],
        on=visit.today,
        days=_days(kind, said.get("period", "").strip()),
        where=f"village={village}" if village else "",
        category=said.get("category", ""),
        settings={
            k.removeprefix(_TOLD): v.strip() for k, v in said.items() if k.startswith(_TOLD) and v.strip()
        },
        nil=said.get("nil") == "on",
    )


def _days(kind: str, text: str) -> Days:
    if not text:
        return Days()
    match kind:
        case "month":
            return Days(month=text)
        case "quarter":
            return Days(quarter=text)
        case "year":
            return Days(year=text)
    try:
        return Days(on=dt.date.fromisoformat(text))
    except ValueError:
        raise InvalidValue(f"“{text}”不是日期", remedy="写成 2024-03-08 的样子。") from None


def _tables(made: RegisterView | ReportSheets) -> list[ShownTable]:
    if isinstance(made, RegisterView):
        return [
            ShownTable(
                made.labels[path],
                tuple(c.label for c in columns),
                tuple(tuple(c.text(row[c.key]) for c in columns) for row in made.tables[path][:MOST]),
                len(made.tables[path]),
            )
            for path, columns in made.columns.items()
        ]
    heads = tuple(c.label for c in made.columns)
    return [
        ShownTable(
            sheet.name + (f"　{sheet.doc_no}" if sheet.doc_no else ""),
            heads,
            tuple(tuple(c.text(row.get(c.key)) for c in made.columns) for row in sheet.rows[:MOST]),
            len(sheet.rows),
        )
        for sheet in made.sheets
    ]


def _is_empty(made: RegisterView | ReportSheets | None) -> bool:
    return made.empty if isinstance(made, RegisterView) else made is not None and not made.sheets


def _doubts(made: RegisterView | ReportSheets) -> list[str]:
    if isinstance(made, RegisterView):
        return list(made.doubts)
    return [
        *(f"{sheet.name}：{doubt}" for sheet in made.sheets for doubt in sheet.doubts),
        *(f"未列入 {one.case}：{one}（{one.code}）" for one in made.refused),
    ]


def _page(
    visit: Visit,
    *,
    made: RegisterView | ReportSheets | None = None,
    problem: ArchivistError | None = None,
    files: list[str] | None = None,
) -> Answer:
    said = dict(visit.asked) | {name: values[-1] for name, values in visit.form.items()}
    offered = reports.offered(visit.workspace).reports
    chosen = next((r for r in offered if r.id == said.get("document")), None)
    register = made if isinstance(made, RegisterView) else None
    return visit.page(
        "reports.html",
        status=_REFUSED if problem else 200,
        offered=offered, chosen=chosen, said=said, told=_TOLD, fields=_fields(visit, chosen.id) if chosen else (),
        categories=list(Category), made=made, tables=_tables(made) if made else (), doubts=_doubts(made) if made else (),
        notes=register.notes if register else (), unread=made.unread if made else (), files=files,
        sums=[(register.labels[p], plain_text(v)) for p, v in register.sums.items() if v is not None] if register else (),
empty=_is_empty(made),
        hint=register.hint if register else "", problem=Problem.of(problem) if problem else None,
        usual={"month": f"{visit.today:%Y-%m}", "year": f"{visit.today:%Y}", "on": visit.today.isoformat(),
               "quarter": f"{visit.today.year}Q{(visit.today.month + 2) // 3}"},
    )  # fmt: skip


def _fields(visit: Visit, document: str) -> list[tuple[str, str]]:
    """Return what the clerk may tell besides: path and Chinese name."""
    fields = visit.workspace.catalogue.get(document).fields
    return [(f.path, f.label) for f in fields if f.origin.value == "set"]


def _place(visit: Visit, path: Path) -> str:
    """Return where a file lies within the workspace; a page tells nobody where that is on the machine."""
    return (
        path.relative_to(visit.workspace.root).as_posix()
        if path.is_relative_to(visit.workspace.root)
        else path.name
    )
