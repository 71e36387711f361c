"""Issuing documents: one for a case, or one for each of many; planned first, refused with all reasons at once."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import archivist.documents.render.pdf as pdf_maker
from archivist.doctypes.catalogue import Catalogue, DocumentType, Mode, Numbering
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.render.pool import PrintedSheet, RenderedDocument, render_all
from archivist.documents.render.render import continued_boxes
from archivist.documents.template.check import refuse_faulty
from archivist.documents.values.resolve import document_values, facts_digest
from archivist.errors import ArchivistError, PdfUnavailable, TemplateFault
from archivist.issuing import admission, numbering
from archivist.issuing.sources import case_sources
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode, OfficeKey
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import SERVES, RecordStatus
from archivist.rules import service
from archivist.rules.admissibility import Issuance
from archivist.rules.completeness import required_papers
from archivist.store import Draft, NewFile
from archivist.workspace import Workspace

Given = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Manner:
    """How documents are issued.

    Attributes:
        draft: only looked at: nothing is issued, so that nothing of the procedure stands in the way.
        again: beside one of the kind that holds; ``replaces``: in place of that record, which is void from then on.
        reason: why it is issued again, in place of another, or dated back.
        posted: with others on one sheet for the board, see ``Issuance``.
    """

    draft: bool = False
    again: bool = False
    replaces: RecordNo | None = None
    reason: str = ""
    posted: bool = False


ORDINARY: Final = Manner()


@dataclass(frozen=True, slots=True)
class PlannedForCase:
    """One document that can be issued: the case as read, its values, what a pen must still fill in."""

    case: Case
    document: DocumentType
    values: Mapping[str, object]
    given: Given
    on: dt.date
    numbered: bool
    manner: Manner = ORDINARY

    @property
    def continued(self) -> tuple[str, ...]:
        """The boxes whose text will go on on an addendum page (续页); found by filling the template."""
        assert self.document.template is not None
        return continued_boxes(self.document.template, self.values)

    @property
    def hand(self) -> tuple[str, ...]:
        """The Chinese names of what is filled in by hand."""
        return tuple(
            f.label for f in self.document.fields if f.mode is Mode.HAND and f.applies(self.case.category)
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """One case for which the document cannot be issued, with the reason."""

    case: CaseNo
    error: ArchivistError


@dataclass(frozen=True, slots=True)
class IssuedForCase:
    """One document issued and filed: as 待签, or for good where nobody signs it."""

    case: CaseNo
    record: RecordNo
    title: str
    doc_no: str
    files: tuple[Path, ...]
    hand: tuple[str, ...]
    continued: tuple[str, ...] = ()
    pending: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be issued and what not; ``--dry-run`` shows this and stops."""

    documents: tuple[PlannedForCase, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(slots=True)
class BatchOutcome:
    """What a run did."""

    issued: list[IssuedForCase] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def plan(
    workspace: Workspace,
    by: By,
    document: DocumentType,
    numbers: Sequence[CaseNo],
    given: Mapping[CaseNo, Given],
    *,
    on: dt.date,
    manner: Manner = ORDINARY,
) -> Plan:
    """Check for every case whether the document can be issued; write nothing.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        document: the type.
        numbers: the cases.
        given: what the clerk adds, for each case.
        on: date of the documents.
        manner: how they are issued.

    Raises:
        TemplateFault: E303, the workspace's own copy of the template does not pass its check.
    """
    refuse_faulty(document)
    planned: list[PlannedForCase] = []
    refused: list[Refused] = []
    for number in numbers:
        try:
            case = workspace.archive.read(number)
            planned.append(
                plan_one(workspace, by, document, case, given.get(number, {}), on=on, manner=manner)
            )
        except ArchivistError as error:
            refused.append(Refused(number, error))
    return Plan(tuple(planned), tuple(refused))


def plan_one(
    workspace: Workspace,
    by: By,
    document: DocumentType,
    case: Case,
    given: Given,
    *,
    on: dt.date,
    manner: Manner = ORDINARY,
) -> PlannedForCase:
    """Check one case; see ``plan``.

    Raises:
        DocumentError: 30–39, with everything that is missing or unlawful.
    """
    given = document.by_path(given)
    admission.refuse_number_of_void(case, given)
    issuance = Issuance(
        case,
        workspace.pack,
        workspace.catalogue,
        document,
        on,
        by.today,
        manner.again,
        manner.replaces or "",
        manner.reason,
        serves=service.numbers_in(given.get(FieldPath.DELIVERY_RECORDS)),
        posted=manner.posted,
        standards=workspace.config.standards,
        given=given,
    )
    admission.refuse_inadmissible(workspace, by, issuance, draft=manner.draft)
    numbered = document.doc_no is Numbering.REQUIRED and FieldPath.DOC_NO not in given
    values = document_values(
        document,
        issuance.remaining,
        workspace.config,
        on=on,
        given=given,
        extra=numbering.expected(workspace, on.year) if numbered else {},
        sources=case_sources(workspace, by, case),
    )
    return PlannedForCase(case, document, values, given, on, numbered, manner)


# ── issuing ──────────────────────────────────────────────────────────────────────────────────────────────
Report = Callable[[IssuedForCase | Refused, int, int], None]


def issue(
    workspace: Workspace,
    by: By,
    todo: Plan,
    *,
    pdf: bool = False,
    report: Report | None = None,
    processes: int | None = None,
) -> BatchOutcome:
    """Issue everything a plan holds; each document stands or falls alone.

    Reference numbers are taken for good before rendering; a document that fails after that leaves a gap.

    Args:
        workspace: the open workspace.
        by: who issues them, and when: a run is one act, and all its documents bear its moment.
        todo: what to issue.
        pdf: make a PDF of each as well.
        report: told of each document, with how many are done and of how many.
        processes: how many render and convert at once; by default several where it pays.

    Raises:
        PdfUnavailable: E306, before anything is issued, when PDFs are wanted and cannot be made.
        ArchiveError: E200, before anything is issued, when the office's key cannot be read; E204, or written.
    """
    if pdf and not pdf_maker.available():
        raise PdfUnavailable("没有找到 LibreOffice")
    outcome = BatchOutcome(refused=list(todo.refused))
    total = len(todo.documents)
    if not total:
        return outcome
    key = workspace.issuing_key(by)
    if processes is None:
        processes = min(os.cpu_count() or 1, MOST) if total >= (PAYS_PDF if pdf else PAYS) else 1
    size = max(1, min(_BATCH, -(-total // processes)))
    batches = (
        _numbered(workspace, by, key, todo.documents[start : start + size]) for start in range(0, total, size)
    )
    done = 0
    for printed in render_all(batches, pdf=pdf, processes=processes):
        pairs = list(zip(printed.batch, printed.results, strict=True))
        for group in (pairs[n : n + _GROUP] for n in range(0, len(pairs), _GROUP)):
            with workspace.together(by):
                for ready, made in group:
                    result = (
                        Refused(ready.planned.case.number, made)
                        if isinstance(made, ArchivistError)
                        else _file(workspace, by, ready, made)
                    )
                    (outcome.issued if isinstance(result, IssuedForCase) else outcome.refused).append(result)  # type: ignore[arg-type]
                    done += 1
                    if report:
                        report(result, done, total)
    return outcome


_GROUP = 10
"""Documents filed under one hold of the lock, which others wait for, and followed by the index together."""
_BATCH = 50
"""Documents numbered, rendered and converted in one go, by one start of LibreOffice."""
PAYS, PAYS_PDF = 200, 10
"""From so many documents on it pays to start further processes."""
MOST = 4


@dataclass(frozen=True, slots=True)
class _Ready:
    """A planned document with its numbers, and the id of the key its code is made with."""

    planned: PlannedForCase
    record: RecordNo
    key: str
    doc_no: str
    sheet: PrintedSheet


def _numbered(workspace: Workspace, by: By, key: OfficeKey, batch: Sequence[PlannedForCase]) -> list[_Ready]:
    numbers = iter(_take_numbers(workspace, by, batch))
    return [_ready(planned, key, next(numbers) if planned.numbered else "") for planned in batch]


def _take_numbers(workspace: Workspace, by: By, batch: Sequence[PlannedForCase]) -> list[str]:
    wanted = [p for p in batch if p.numbered]
    return numbering.take(workspace, by, wanted[0].on.year, len(wanted)) if wanted else []


def _ready(planned: PlannedForCase, key: OfficeKey, doc_no: str) -> _Ready:
    document, case = planned.document, planned.case
    assert document.template is not None
    values = {**planned.values, FieldPath.DOC_NO: doc_no} if doc_no else planned.values
    code = DocumentCode(case.number, document.code, case.next_record())
    sheet = PrintedSheet(document.template, values, code.payload(key), document.phrases)
    return _Ready(planned, code.record, key.id, str(values.get(FieldPath.DOC_NO, "")), sheet)


def _file(workspace: Workspace, by: By, item: _Ready, made: RenderedDocument) -> IssuedForCase | Refused:
    planned, document = item.planned, item.planned.document

    def draft(case: Case) -> Draft:
        if case.head != planned.case.head:
            raise TemplateFault("制作期间户档有了新的变动，请重新运行", remedy="重新运行同一命令。")
        stem = f"data/{document.folder}/{item.record} {document.title}"
        files = [NewFile(f"{stem}.docx", made.docx, item.record)]
        if made.pdf is not None:
            files.append(NewFile(f"{stem}.pdf", made.pdf, item.record))
        files.append(NewFile(f"text/{item.record}.txt", made.text.encode(), item.record))
        entry = {
            "no": item.record,
            "type": document.id,
            "title": document.title,
            "folder": document.folder,
            "status": (RecordStatus.PENDING if document.needs_signature else RecordStatus.FILED).value,
            "pages": 0,
            "data": {
                "doc_no": item.doc_no,
                "code": item.sheet.qr_payload,
                "key": item.key,
                "date": planned.on.isoformat(),
                "template_sha256": made.template,
                "facts_sha256": facts_digest(case),
                "given": {
                    k: v if isinstance(v, str | int | bool | list | dict) else str(v)
                    for k, v in planned.given.items()
                },
            }
            | ({"printed_pages": made.pages} if made.pages else {})
            | _asked_for(planned)
            | _bound_to(planned, workspace.catalogue)
            | _in_manner(planned.manner),
        }
        return Draft(Op.DOCUMENT_ISSUED, {"record": entry}, planned.manner.reason, files=tuple(files))

    number = planned.case.number
    try:
        case, _ = workspace.commit(number, draft, by)
    except ArchivistError as error:
        return Refused(number, error)
    folder = workspace.archive.folder(number)
    paths = tuple(folder / f.path for f in case.records[item.record].files)
    return IssuedForCase(
        number,
        item.record,
        document.title,
        item.doc_no,
        paths,
        planned.hand,
        continued=made.continued,
        pending=document.needs_signature,
    )


def _in_manner(manner: Manner) -> dict[str, object]:
    """Return what a record says of how it was issued; what says nothing is left out."""
    said = {"again": manner.again, "replaces": manner.replaces, "why": manner.reason}
    return {key: value for key, value in said.items() if value}


def _bound_to(planned: PlannedForCase, catalogue: Catalogue) -> dict[str, object]:
    """Return which records a receipt lists, so that it proves the service of no others; none where it was told by hand."""
    if planned.document.id != DocumentId.DELIVERY_RECEIPT or FieldPath.DELIVERY_DOCUMENTS in planned.given:
        return {}
    chosen = service.numbers_in(planned.given.get(FieldPath.DELIVERY_RECORDS))
    return {SERVES: [r.no for r in service.to_list(planned.case, catalogue, chosen)]}


def _asked_for(planned: PlannedForCase) -> dict[str, object]:
    """Return which papers a correction notice asked for, so that nothing else is asked for afterwards."""
    rows = (
        planned.values.get(FieldPath.MISSING_MATERIALS)
        if planned.document.id == DocumentId.CORRECTION_NOTICE
        else None
    )
    return {required_papers.ASKED: [row["id"] for row in rows]} if isinstance(rows, list) else {}
