"""A document gets its numbers, is printed, and is filed in its case, unless the case changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.render.pool import PrintedSheet, RenderedDocument
from archivist.documents.values.resolve import facts_digest
from archivist.errors import ArchivistError
from archivist.issuing.jobs import JOB, plain
from archivist.issuing.numbering import NumberTaker
from archivist.issuing.planned import IssuedForCase, Manner, PlannedForCase, Refused
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode, OfficeKey
from archivist.model.event import Op
from archivist.model.ids import RecordNo
from archivist.model.record import SERVES, RecordStatus
from archivist.rules import service
from archivist.rules.completeness import required_papers
from archivist.store import Draft, NewFile
from archivist.workspace import Workspace


class CaseChanged(Exception):
    """The case is not as the document was planned for; what it would be now has to be asked anew."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A planned document with its numbers, and the id of the key its code is made with."""

    planned: PlannedForCase
    record: RecordNo
    key: str
    doc_no: str
    sheet: PrintedSheet


def numbered(
    numbers: NumberTaker, key: OfficeKey, batch: Sequence[PlannedForCase]
) -> tuple[list[Ready], list[Refused]]:
    """Give each document of a batch its reference number, if it takes one; refuse those whose own is gone meanwhile."""
    wanted = [p for p in batch if p.numbered]
    taken = iter(
        numbers.take(wanted[0].document, wanted[0].on.year, [p.case.number for p in wanted]) if wanted else ()
    )
    made: list[Ready] = []
    refused: list[Refused] = []
    for planned in batch:
        if by_hand := planned.number_by_hand:
            try:
                numbers.take_by_hand(planned.document, by_hand, [planned.case.number])
            except ArchivistError as error:
                refused.append(Refused(planned.case.number, error))
                continue
        made.append(ready(planned, key, next(taken) if planned.numbered else ""))
    return made, refused


def ready(planned: PlannedForCase, key: OfficeKey, doc_no: str) -> Ready:
    """Return a planned document with the number it takes from the ledger, empty where it takes none."""
    document, case = planned.document, planned.case
    assert document.template is not None
    values = {**planned.values, FieldPath.DOC_NO: doc_no} if doc_no else planned.values
    code = DocumentCode(case.number, document.code, case.next_record())
    sheet = PrintedSheet(document.template, values, code.payload(key), document.phrases)
    return Ready(planned, code.record, key.id, str(values.get(FieldPath.DOC_NO, "")), sheet)


def file(
    workspace: Workspace, by: By, item: Ready, made: RenderedDocument, job: str
) -> IssuedForCase | Refused:
    """File a printed document in its case, as part of a bulk job (sealed; empty when none).

    Raises:
        CaseChanged: the case is not as it was planned for; nothing was written.
    """
    planned, document = item.planned, item.planned.document

    def draft(case: Case) -> Draft:
        if case.head != planned.case.head:
            raise CaseChanged
        stem = f"data/{document.folder}/{item.record} {document.title}"
        files = [NewFile(f"{stem}.docx", made.docx, item.record)]
        if made.pdf is not None:
            files.append(NewFile(f"{stem}.pdf", made.pdf, item.record))
        files.append(NewFile(f"text/{item.record}.txt", made.text.encode(), item.record))
        entry = _entry(item, made, case, workspace.catalogue, job)
        return Draft(Op.DOCUMENT_ISSUED, {"record": entry}, planned.manner.reason, files=tuple(files))

    number = planned.case.number
    try:
        case, _ = workspace.commit(number, draft, by)
    except ArchivistError as error:
        return Refused(number, error)
    folder = workspace.archive.folder(number)
    return IssuedForCase(
        number,
        item.record,
        document.title,
        item.doc_no,
        tuple(folder / f.path for f in case.records[item.record].files),
        planned.hand,
        continued=made.continued,
        pending=document.needs_signature,
    )


def _entry(
    item: Ready, made: RenderedDocument, case: Case, catalogue: Catalogue, job: str
) -> dict[str, object]:
    """Return the record as its event says it."""
    planned, document = item.planned, item.planned.document
    data = {
        "doc_no": item.doc_no,
        "code": item.sheet.qr_payload,
        "key": item.key,
        "date": planned.on.isoformat(),
        "template_sha256": made.template,
        "facts_sha256": facts_digest(case),
        "given": plain(planned.given),
    }
    return {
        "no": item.record,
        "type": document.id,
        "title": document.title,
        "folder": document.folder,
        "status": (RecordStatus.PENDING if document.needs_signature else RecordStatus.FILED).value,
        "pages": 0,
        "data": data
        | ({"printed_pages": made.pages} if made.pages else {})
        | _asked_for(planned)
        | _bound_to(planned, catalogue)
        | _in_manner(planned.manner, case, job),
    }


def _in_manner(manner: Manner, case: Case, job: str) -> dict[str, object]:
    """Return what a record says of how it was issued; what says nothing is left out. What replaces is of the same job."""
    job = job or (str(case.records[manner.replaces].data.get(JOB, "")) if manner.replaces else "")
    said = {"again": manner.again, "replaces": manner.replaces, "why": manner.reason, JOB: job}
    return {key: value for key, value in said.items() if value}


def _bound_to(planned: PlannedForCase, catalogue: Catalogue) -> dict[str, object]:
    """Return which records a receipt lists, so that it proves the service of no others; none where it was told by hand."""
    if planned.document.id != DocumentId.DELIVERY_RECEIPT or FieldPath.DELIVERY_DOCUMENTS in planned.given:
        return {}
    chosen = service.numbers_in(planned.given.get(FieldPath.DELIVERY_RECORDS))
    case = planned.case.without(planned.manner.replaces or "")
    return {SERVES: [r.no for r in service.to_list(case, catalogue, chosen)]}


def _asked_for(planned: PlannedForCase) -> dict[str, object]:
    """Return which papers a correction notice asked for, so that nothing else is asked for afterwards."""
    rows = (
        planned.values.get(FieldPath.MISSING_MATERIALS)
        if planned.document.id == DocumentId.CORRECTION_NOTICE
        else None
    )
    return {required_papers.ASKED: [row["id"] for row in rows]} if isinstance(rows, list) else {}
