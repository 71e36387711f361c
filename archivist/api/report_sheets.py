"""Reports issued sheet by sheet: a notice for each village's board (公示), the minutes of each meeting (会议纪要)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from archivist.api.access import shown_in
from archivist.api.authorisation import authorised
from archivist.api.document_results import refusals
from archivist.api.parcels import Copies, Parcel, ParcelItem
from archivist.api.report_requests import OutputForm, Request
from archivist.api.report_tables import ReportColumn, Row, columns
from archivist.api.result import Refusal, Result
from archivist.doctypes.field_paths import FieldPath
from archivist.model.chinese import format_date
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType, FieldSpec
    from archivist.issuing.office_documents import PlannedForOffice
    from archivist.issuing.planned import Refused
    from archivist.model.by import By
    from archivist.model.ids import CaseNo
    from archivist.report.compilation import Compiled
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """One sheet.

    Attributes:
        name: what tells it from the others: the village, or the meeting.
        rows: its households.
        doubts: what a person must look at before it is signed.
        doc_no: the reference number it was given; empty where it has none, or was not issued.
        files: what was written of it.
        done_before: the same was issued before: number and files are those of then, and nothing was issued now.
    """

    name: str
    rows: tuple[Row, ...]
    doubts: tuple[str, ...]
    doc_no: str = ""
    files: tuple[Path, ...] = ()
    done_before: bool = False


@dataclass(frozen=True, slots=True)
class ReportSheets(Result):
    """The sheets of a report; see ``registers.RegisterView`` for what is not said here.

    Attributes:
        public: they are posted for everybody to read; each household keeps its own in its file.
        columns: of the rows of every sheet.
        refused: the households that stand on none, and why.
        parcels: what was copied elsewhere.
    """

    SCHEMA: ClassVar[str] = "archivist/report-sheets/1"

    document: str
    title: str
    period: str
    period_label: str
    public: bool
    dry_run: bool
    columns: tuple[ReportColumn, ...]
    sheets: tuple[ReportSheet, ...]
    refused: tuple[Refusal, ...]
    unread: tuple[str, ...]
    files: tuple[Path, ...]
    parcels: tuple[Parcel, ...]


@authorised(Act.REPORT)
def make(
    workspace: Workspace, by: By, request: Request, collected: Compiled, *, folder: Path | None, dry_run: bool
) -> ReportSheets:
    """Put the sheets together and issue each: into the outbox, into the ledger, a copy into a folder.

    Args:
        workspace: the open workspace.
        by: who makes them, and when.
        request: what they are to be.
        collected: the households they are made from.
        folder: where copies go, if anywhere.
        dry_run: only put them together.

    Raises:
        MissingFields: E301. PdfUnavailable: E306. WriteFailed: E204.
    """
    joined, refused = (
        _notices(workspace, by, request, collected)
        if request.document.public
        else (_minutes(workspace, by, request, collected), ())
    )
    spec = _table(request.document)
    numbers = [house.case.number for house in collected.houses]
    sheets = tuple(
        _sheet(one, spec) if dry_run else _issued(workspace, by, request, one, spec, numbers)
        for one in joined
    )
    items = [ParcelItem(None, request.title, one.files) for one in sheets if one.files]
    return ReportSheets(
        document=request.document.id,
        title=request.title,
        period=request.period.slug,
        period_label=request.period.label,
        public=request.document.public,
        dry_run=dry_run,
        columns=columns(spec),
        sheets=sheets,
        refused=refusals(refused),
        unread=collected.unread,
        files=tuple(path for one in sheets for path in one.files),
        parcels=Copies(folder=folder).make(items),
    )


def _notices(
    workspace: Workspace, by: By, request: Request, collected: Compiled
) -> tuple[Sequence[PlannedForOffice], Sequence[Refused]]:
    """Plan the notices of all who are to be listed, and join those that say the same."""
    from archivist.issuing.case_documents import plan
    from archivist.issuing.combined_notice import sheets
    from archivist.issuing.planned import Manner
    from archivist.report.notice_members import listed

    document, pack = request.document, workspace.pack
    chosen = [h.case.number for h in collected.houses if listed(document, h, pack, request.period, by.today)]
    given = dict.fromkeys(chosen, request.settings)
    planned = plan(workspace, by, document, chosen, given, on=by.today, manner=Manner(posted=True))
    return sheets(planned.documents), planned.refused


def _minutes(workspace: Workspace, by: By, request: Request, collected: Compiled) -> list[PlannedForOffice]:
    """Put together the minutes of each meeting of the period."""
    from archivist.issuing.office_documents import plan
    from archivist.report.compilation import register_values
    from archivist.report.minutes import meetings, minutes_original
    from archivist.report.register import RegisterRequest

    document, settings = request.document, request.settings
    asked = RegisterRequest(
        collected.houses, workspace.pack, request.period, workspace.config.office, settings
    )
    joined = []
    for name, meeting in meetings(asked):
        register = minutes_original(meeting)
        values = {
            **register_values(document, register),
            **{k: v for k, v in settings.items() if k != FieldPath.MEETING_NO},
        }
        planned = plan(workspace, document, values, on=by.today)
        joined.append(replace(planned, name=name, doubts=(*planned.doubts, *register.doubts)))
    return joined


def _sheet(planned: PlannedForOffice, spec: FieldSpec) -> ReportSheet:
    return ReportSheet(planned.name, tuple(_rows(planned, spec)), planned.doubts)


def _issued(
    workspace: Workspace,
    by: By,
    request: Request,
    planned: PlannedForOffice,
    spec: FieldSpec,
    numbers: Iterable[CaseNo],
) -> ReportSheet:
    from archivist.issuing.office_documents import issue, job_of

    workspace.archive.access.disclose(shown_in(planned.values).households or numbers)
    forms = request.forms or {OutputForm.XLSX}
    beside = {".xlsx": _workbook(workspace, request, planned, spec)} if OutputForm.XLSX in forms else {}
    issued = issue(workspace, by, planned, pdf=OutputForm.PDF in forms, beside=beside, job=job_of(planned))
    return replace(_sheet(planned, spec), doc_no=issued.doc_no, files=issued.files, done_before=issued.before)


def _table(document: DocumentType) -> FieldSpec:
    """Return the table whose rows are households."""
    return next(f for f in document.fields if f.path in (FieldPath.PUBLICITY_ROWS, FieldPath.MINUTES_ITEMS))


def _rows(planned: PlannedForOffice, spec: FieldSpec) -> list[dict[str, Any]]:
    from archivist.documents.values.nested import at

    rows = at(planned.values, spec.path)
    assert isinstance(rows, list)
    return rows


def _workbook(workspace: Workspace, request: Request, planned: PlannedForOffice, spec: FieldSpec) -> bytes:
    from archivist.report.register import Register
    from archivist.report.sheet import workbook

    kinds = {c.key: c.kind for c in spec.columns}
    rows = [{k: _number(kinds.get(k, ""), v) for k, v in row.items()} for row in _rows(planned, spec)]
    office = workspace.config.office.name
    heads = (office, planned.name, request.period.label, f"制表日期：{format_date(planned.on)}")
    return workbook(planned.document, Register({spec.path: rows}), [h for h in heads if h])


def _number(kind: str, text: str) -> object:
    """Return what a sheet can reckon with: printed amounts and counts as numbers again."""
    if kind == "money" and text:
        return Decimal(text.replace(",", ""))
    return int(text) if kind == "int" and text else text
