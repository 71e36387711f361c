"""What the event says by which a case takes a file as a record, and which files it adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from archivist.doctypes.catalogue import DocumentType
from archivist.ingest.matching import near_duplicate
from archivist.ingest.matching.match_type import typed
from archivist.ingest.matching.paper_date import paper_date
from archivist.ingest.matching.signed_copy import unsigned_form
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode
from archivist.model.event import Data, Op
from archivist.model.record import PageFlag, RecordStatus
from archivist.reading.formats.identify import identify
from archivist.reading.line_boxes import pack_lines
from archivist.reading.pages import ReadResult
from archivist.store import Draft, NewFile, Original
from archivist.workspace import Workspace


def record_draft(
    workspace: Workspace,
    by: By,
    case: Case,
    document: DocumentType,
    original: Original,
    result: ReadResult | None,
    code: DocumentCode | None = None,
    evidence: Sequence[Data] = (),
    *,
    type_score: float | None,
    signature: Mapping[str, object] = {},
    text: str | None = None,
) -> Draft:
    """Return the change by which a case takes a file as its next record; nothing is refused. For the arguments see ``commit_file``."""
    found = result.format if result else identify(original.path)
    words = text if text is not None else result.text if result else ""
    paper, ink = near_duplicate.content(words, result), workspace.config.options.signature_ink
    no = case.next_record()
    signs = code.record if code else None
    title = document.title + ("（签署件）" if signs else "")
    suffix = found.extension_of(original.path.name)
    files = [NewFile(f"data/{document.folder}/{no} {title}{suffix}", original, no)]
    if words.strip():
        files.append(NewFile(f"text/{no}.txt", words.encode(), no))
    if result and (boxes := pack_lines(result.pages)):
        files.append(NewFile(f"text/{no}.lines", boxes, no))
    about = (
        str(case.number),
        document.id,
    )  # of other households it is the tray's, which forgets, never the chain's
    said = [sign for sign in evidence if sign.get("speaks_for") in about]
    data: dict[str, object] = {"kind": found.kind, "evidence": said, "typed": typed(type_score)}
    if dated := None if signs and not document.dated else paper_date(words.split("\f"), document, by.today):
        data["dated"] = dated.isoformat()
    if (
        type_score is not None
        and not signs
        and result
        and (why := unsigned_form(document, result.pages, ink))
    ):
        data["unsigned"] = why
    if signs:
        data["signature"] = dict(signature)
    else:
        text_of = partial(workspace.archive.text, case.number)
        data |= near_duplicate.marks(case, document.id, paper, text_of)
    if result and result.unread:
        data |= {"read": False, "unread": result.unread}
    if result:
        data["scores"] = [p.score for p in result.pages if p.score is not None]
        data |= page_flags(result)
    entry = {
        "no": no,
        "type": document.id,
        "title": title,
        "folder": document.folder,
        "status": (RecordStatus.SIGNED_COPY if signs else RecordStatus.FILED).value,
        "pages": sum(not page.blank for page in result.pages) if result else 0,
        "data": data,
    } | ({"signs": signs} if signs else {})
    op = Op.SIGNED_COPY_FILED if signs else Op.RECORD_FILED
    return Draft(op, {"record": entry}, files=tuple(files))


def page_flags(result: ReadResult) -> Data:
    """Return the numbers (1-based) of the pages of which a person should know how they were read; only what there is."""
    flags = {
        PageFlag.DOUBTFUL: [page.number for page in result.pages if page.is_doubtful],
        PageFlag.BLANK: [page.number for page in result.pages if page.blank],
        PageFlag.FAILED: [page.number for page in result.pages if page.failure],
    }
    return {flag.value: numbers for flag, numbers in flags.items() if numbers}
