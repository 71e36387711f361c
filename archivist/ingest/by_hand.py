"""What a person decides: a file, or a waiting one, goes where a person says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from archivist.doctypes.catalogue import DocumentType
from archivist.errors import ArchivistError, DroppedFileError, FormatNotRead, RecordNotFound
from archivist.ingest.directory import WorkspaceDirectory
from archivist.ingest.filing import Filed, commit_file
from archivist.ingest.matching.evidence import Reason
from archivist.ingest.matching.recognise import recognise
from archivist.ingest.turning import upright_reading
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode
from archivist.model.event import Data
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import RecordStatus
from archivist.reading.formats.identify import identify
from archivist.reading.pages import ReadResult
from archivist.reading.reader_process import Reader
from archivist.reading.reader_trial import read_or_blame
from archivist.store import Original, TrayItem
from archivist.store.batches import BatchChange
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Choice:
    """As what a file goes into a case: its type, how sure the program is of it, the record it signs, and what spoke for it."""

    document: DocumentType
    type_score: float | None
    code: DocumentCode | None
    signature: Data
    evidence: tuple[Data, ...]


def file_by_hand(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    path: Path,
    reader: Reader,
    document: DocumentType | None,
    *,
    signs: RecordNo | None = None,
    keep_duplicate: bool = False,
    reason: str = "",
) -> Filed:
    """File a file a clerk names into the case a clerk names; the clerk's own copy stays where it is.

    With ``signs`` it is the signed copy of that record, whatever its QR code says or does not. A ``reason`` says why
    a paper comes that the file, being closed, would not take.

    Raises:
        DroppedFileError: 10–19, when it cannot be read or its type cannot be told.
        CaseClosed: E207, see ``commit_file``.
    """
    original = Original.of(path, path.name)
    result = _read(path, reader)
    chosen = choose(workspace, by, number, path.name, result, document, signs)
    record = commit_file(
        workspace, by, number, chosen.document, original, result, chosen.code, chosen.evidence,
        type_score=chosen.type_score, signature=chosen.signature, keep_duplicate=keep_duplicate, reason=reason,
    )  # fmt: skip
    return Filed(path.name, number, record.no, record.title, record.signs, similar_to=record.similar_to)


def choose(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    name: str,
    result: ReadResult,
    document: DocumentType | None,
    signs: RecordNo | None,
) -> Choice:
    """Say as what a file goes into a case that a person names.

    Raises:
        DroppedFileError: E100, nobody says which type it is and it cannot be told.
    """
    case = workspace.archive.read(number)
    if signs and document is None:
        document = workspace.catalogue.get(case.records[signs].type) if signs in case.records else None
    found = recognise(result, f"{number}/{name}", WorkspaceDirectory(workspace), workspace.catalogue)
    chosen = document or found.type
    if chosen is None:
        raise DroppedFileError(
            found.message or "没有认出是哪种材料", file=name, remedy="用 --type 指明文书种类。"
        )
    code = found.code if found.certain and found.type == chosen else None
    signature = found.signature if code else {}
    if signs:
        code, signature = _signature_of(case, chosen, signs), _seen_by(by)
    evidence = tuple(asdict(e) for e in found.evidence)
    return Choice(chosen, None if document else found.type_score, code, signature, evidence)


def _read(path: Path, reader: Reader) -> ReadResult:
    """Read a file; one of which nothing can be read is taken as it is, for a person says what it is."""
    try:
        return read_or_blame(reader, path)
    except FormatNotRead:
        return ReadResult.of_unread(identify(path))


def assign(
    workspace: Workspace,
    by: By,
    item: TrayItem,
    number: CaseNo,
    document: DocumentType,
    *,
    signs: RecordNo | None = None,
    keep_duplicate: bool = False,
    reason: str = "",
) -> Filed:
    """File a tray item where a person says; for ``signs`` and ``reason`` see ``file_by_hand``.

    Raises:
        CaseClosed: E207, see ``commit_file``.

    Survives: a kill at any point leaves it in the tray or in the case, never in both after the next start.
    """
    case = workspace.archive.read(number)
    code = _signature_of(case, document, signs) if signs else None
    evidence = item.details.get("evidence", ())
    return file_waiting(
        workspace, by, item, number, document, code, evidence, _seen_by(by), type_score=None,
        keep_duplicate=keep_duplicate, reason=reason,
    )  # fmt: skip


def file_waiting(
    workspace: Workspace,
    by: By,
    item: TrayItem,
    number: CaseNo,
    document: DocumentType,
    code: DocumentCode | None,
    evidence: Sequence[Data],
    signature: Data,
    *,
    type_score: float | None,
    keep_duplicate: bool = False,
    reason: str = "",
) -> Filed:
    """File a tray item, whoever found out where it belongs; see ``commit_file`` for what is refused.

    Survives: see ``assign``.
    """
    archive = workspace.archive
    stat = item.file.stat()
    original = Original(
        item.file, item.name, item.sha256, item.size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
    )
    with workspace.writing(by):
        archive.tray.mark(item, str(number))
        record = commit_file(
            workspace, by, number, document, original, upright_reading(item), code, evidence,
            type_score=type_score, signature=signature, keep_duplicate=keep_duplicate, text=item.text, tray=item,
            reason=reason,
        )  # fmt: skip
        archive.tray.remove(item)
    return Filed(
        item.name, number, record.no, record.title, record.signs, batch=item.batch, pages=item.batch_pages,
        similar_to=record.similar_to,
    )  # fmt: skip


def _signature_of(case: Case, document: DocumentType, signs: RecordNo) -> DocumentCode:
    record = case.records.get(signs)
    if record and record.voided:
        raise RecordNotFound(
            f"第 {signs} 件{record.title}{record.voided.words}，不再收签署件", file=str(case.number)
        )
    if record is None or record.type != document.id or record.status is not RecordStatus.PENDING:
        raise RecordNotFound(f"第 {signs} 件不是待签的{document.title}", file=str(case.number))
    return DocumentCode(case.number, document.code, signs)


def _seen_by(by: By) -> Data:
    """Return that a person took a paper for the signed copy."""
    return {"by": by.actor}


def file_part(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    originals: Sequence[Original],
    change: BatchChange,
    chosen: Choice,
    *,
    called: str,
    keep_duplicate: bool = False,
    reason: str = "",
) -> Filed:
    """Keep files as a batch and file its one part into the case a clerk names; what the case refuses then waits in the tray.

    Args:
        workspace: the open workspace.
        by: who files it, and when.
        number: the case.
        originals: the files as they came.
        change: makes one part of them.
        chosen: as what the part goes into the case.
        called: how the part is called where it waits.
        keep_duplicate: file what the case has already as a record of its own.
        reason: why a paper comes that the file, being closed, would not take.

    Survives: a kill at any point leaves nothing, or the part in the tray or in the case.
    """
    archive = workspace.archive
    with workspace.writing(by):
        _, event = archive.batches.create(originals, change, workspace.stamp(by))
    item = archive.tray.get(event.data["parts"][0]["item"])
    try:
        return file_waiting(
            workspace, by, item, number, chosen.document, chosen.code, chosen.evidence, chosen.signature,
            type_score=chosen.type_score, keep_duplicate=keep_duplicate, reason=reason,
        )  # fmt: skip
    except ArchivistError as error:
        with archive.writing(by.actor):
            archive.tray.explain(item, reason=Reason.SPLIT_DOUBT, message=error.what, details={})
        error.remedy = f"{called}已在待认领中（{item.id}）。{error.remedy}"
        raise
