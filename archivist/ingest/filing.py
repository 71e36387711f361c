"""A dropped file, from the inbox to its outcome: filed, in the review tray, or still in the inbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from archivist.doctypes.catalogue import DocumentType
from archivist.errors import (
    ArchivistError,
    CaseClosed,
    DroppedFileError,
    DuplicateFile,
    FormatNotRead,
    WriteFailed,
)
from archivist.ingest.directory import WorkspaceDirectory
from archivist.ingest.matching.evidence import Reason, Recognition
from archivist.ingest.matching.recognise import recognise
from archivist.ingest.matching.split import ONE_PAPER, PartsProposed
from archivist.ingest.record_drafts import record_draft
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.document_code import DocumentCode
from archivist.model.event import Data
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.reading.formats.identify import identify
from archivist.reading.formats.registry import Unpacker
from archivist.reading.kept_reading import pack
from archivist.reading.pages import ReadResult
from archivist.reading.reader_process import Reader
from archivist.reading.reader_trial import blame, read_or_blame
from archivist.rules.disposition import late_filing
from archivist.store import Draft, Original, TrayItem, with_source
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Filed:
    """The file is record ``record`` of ``case``. ``signs`` is set when it is the signed copy of that record.

    ``remark`` says why the original is still in the inbox, when it cannot be removed.
    For a part of a batch ``batch`` is its id, and ``pages`` says which, for people.
    ``similar_to`` is the record of which it seems to be another scan.
    """

    name: str
    case: CaseNo
    record: RecordNo
    title: str
    signs: RecordNo | None = None
    remark: str = ""
    batch: str = ""
    pages: str = ""
    similar_to: RecordNo | None = None


@dataclass(frozen=True, slots=True)
class AlreadyFiled:
    """An earlier run had filed this very file and was stopped before it could remove the original."""

    name: str
    case: CaseNo
    record: RecordNo


@dataclass(frozen=True, slots=True)
class NeedsReview:
    """The file waits in the tray; for ``remark``, ``batch`` and ``pages`` see ``Filed``."""

    name: str
    item: str
    reason: str
    message: str
    remark: str = ""
    batch: str = ""
    pages: str = ""


@dataclass(frozen=True, slots=True)
class LeftInInbox:
    """The file stays in the inbox; it is tried again."""

    name: str
    error: ArchivistError


DropOutcome = Filed | AlreadyFiled | NeedsReview | LeftInInbox


@dataclass(frozen=True, slots=True)
class ReadDrop:
    """A dropped file that has been read, or the reason why it could not be.

    A file that is whole but not to be read (E108) has both: folder and file name may say whose and what it is.

    Attributes:
        members: the files in it, each read; then it is not read itself. They stand in ``scratch`` as long as that lives.
        is_message: of a member, whether it is a mail's own words.
    """

    original: Original
    result: ReadResult | None
    error: DroppedFileError | None
    members: tuple[ReadDrop, ...] = ()
    scratch: TemporaryDirectory[str] | None = None
    is_message: bool = False


def prepare(path: Path, name: str, reader: Reader) -> ReadDrop:
    """Take a file's identity and read it, or the files in it; nothing is written into the archive.

    Safe to run beside others, each with its reader.
    """
    original = Original.of(path, name)
    if isinstance(identify(path).handling, Unpacker):
        scratch = TemporaryDirectory()
        try:
            with blame():
                packed = reader.unpack(path, Path(scratch.name))
            members = tuple(
                replace(read_file(Original.of(m.path, m.name), m.path, reader), is_message=m.is_message)
                for m in packed
            )
        except DroppedFileError as error:
            scratch.cleanup()
            return ReadDrop(original, None, error)
        except BaseException:
            scratch.cleanup()
            raise
        if members:
            return ReadDrop(original, None, None, members, scratch)
        scratch.cleanup()
    return read_file(original, path, reader)


def read_file(original: Original, path: Path, reader: Reader) -> ReadDrop:
    """Read one file that holds no others, or that cannot be taken apart."""
    try:
        return ReadDrop(original, read_or_blame(reader, path), None)
    except FormatNotRead as error:
        return ReadDrop(original, ReadResult.of_unread(identify(path)), error)
    except DroppedFileError as error:
        return ReadDrop(original, None, error)


def file_dropped(
    workspace: Workspace, by: By, prepared: ReadDrop, proposed: PartsProposed = ONE_PAPER, named: str = ""
) -> DropOutcome:
    """File what was dropped if it is certain whose and what it is; else put it into the tray.

    Args:
        workspace: the open workspace.
        by: who files, and when.
        prepared: what was read.
        proposed: how it may have to be split, for whoever looks at it in the tray.
        named: the path by which it is recognised, where more is known of it than its own name says.

    Survives:
        A kill at any point: the file is in the case once, in the tray once, or still in the inbox.
    """
    original = prepared.original
    try:
        with workspace.writing(by):
            if done := left_over(workspace, original):
                return done
        if prepared.result is None:
            assert prepared.error is not None
            return _to_tray(
                workspace, by, prepared, Reason.UNREADABLE, prepared.error.what, code=prepared.error.code
            )
        found = recognise(
            prepared.result, named or original.name, WorkspaceDirectory(workspace), workspace.catalogue
        )
        if found.certain and proposed.waits:
            found = replace(found, reason=Reason.SEVERAL_DOCUMENTS, message=proposed.waits)
        if not found.certain:
            assert found.reason is not None
            if earlier := _filed_before(workspace, original, map(CaseNo.parse, found.cases)):
                return earlier
            if error := prepared.error:
                return _to_tray(
                    workspace, by, prepared, Reason.UNREADABLE, error.what, found, code=error.code
                )
            more = {"proposal": [list(part) for part in proposed.parts]} if proposed.parts else {}
            return _to_tray(workspace, by, prepared, found.reason, found.message, found, **more)
        return _commit_recognised(workspace, by, prepared, found)
    except ArchivistError as error:
        return LeftInInbox(original.name, error)


def left_over(workspace: Workspace, original: Original) -> AlreadyFiled | NeedsReview | None:
    """Finish what a killed run began: a case's chain, or the tray, already names this very file as its source."""
    known = (row.case for row in workspace.index.duplicate(original.sha256))
    if done := _filed_before(workspace, original, known):
        return done
    if item := workspace.archive.tray.holding(original):
        original.remove(workspace.archive.work)
        return NeedsReview(original.name, item.id, item.reason, item.message)
    return None


def _filed_before(workspace: Workspace, original: Original, cases: Iterable[CaseNo]) -> AlreadyFiled | None:
    """Look for this very file in the chains themselves: an index may not know yet what a dead process committed."""
    for number in dict.fromkeys(cases):
        for event, _ in workspace.archive.chain(number).events:
            if not original.is_source(event.source) or not event.files:
                continue
            record = RecordNo(event.data["record"]["no"])
            if original.is_source(workspace.archive.source(number, record, event.source or {})):
                original.remove(workspace.archive.work)
                return AlreadyFiled(original.name, number, record)
    return None


def _commit_recognised(workspace: Workspace, by: By, prepared: ReadDrop, found: Recognition) -> DropOutcome:
    assert found.case is not None and found.type is not None and prepared.result is not None
    evidence = [asdict(e) for e in found.evidence if e.speaks_for in (str(found.case.number), found.type.id)]
    try:
        record = commit_file(
            workspace,
            by,
            found.case.number,
            found.type,
            prepared.original,
            prepared.result,
            found.code,
            evidence,
            type_score=found.type_score,
            signature=found.signature,
        )
    except DuplicateFile as error:
        if earlier := _filed_before(workspace, prepared.original, [found.case.number]):
            return earlier
        return _to_tray(workspace, by, prepared, Reason.DUPLICATE, error.what, found)
    remark = remove(workspace, prepared.original)
    return Filed(
        prepared.original.name, found.case.number, record.no, found.type.title, record.signs, remark,
        similar_to=record.similar_to,
    )  # fmt: skip


def remove(workspace: Workspace, original: Original) -> str:
    """Remove an original that was just taken care of; return why it cannot be removed."""
    try:
        original.remove(workspace.archive.work)
    except WriteFailed as error:
        return error.what
    return ""


def commit_file(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    document: DocumentType,
    original: Original,
    result: ReadResult | None,
    code: DocumentCode | None = None,
    evidence: Sequence[Data] = (),
    *,
    type_score: float | None,
    signature: Mapping[str, object] = {},
    keep_duplicate: bool = False,
    text: str | None = None,
    tray: TrayItem | None = None,
    reason: str = "",
) -> Record:
    """Commit one file to a case as a record of some type; the original is left for the caller to remove.

    With a ``code`` it is the signed copy of the record that names; ``signature`` says what it was taken for one by.
    ``type_score`` says how sure the program is of the type, ``None`` that a person chose it.

    Raises:
        DuplicateFile: E105, when the case already has these bytes. CaseClosed: E207, when it is deregistered and the
            paper is neither a signed copy, nor one that ends a procedure, nor one of the archive's own, and nobody
            says for which ``reason`` it comes so late. ArchiveError, when the case takes nothing.
    """

    def draft(case: Case) -> Draft:
        if not keep_duplicate:
            refuse_duplicate(case, original)
        if case.status is CaseStatus.DEREGISTERED and not (code or reason.strip()):
            _refuse_late(workspace, case, document)
        made = record_draft(
            workspace, by, case, document, original, result, code, evidence,
            type_score=type_score, signature=signature, text=text,
        )  # fmt: skip
        made = replace(made, reason=reason.strip())
        return with_source(made, tray=tray.id, **tray.batch_source) if tray else made

    case, event = workspace.commit(number, draft, by)
    return case.records[RecordNo(event.data["record"]["no"])]


def refuse_duplicate(case: Case, original: Original) -> None:
    """Refuse a file of the very bytes that the case has already, or had once.

    Raises:
        DuplicateFile: E105.
    """
    for same in case.records.values():
        if original.sha256 in {f.sha256 for f in same.files}:
            raise DuplicateFile(
                f"与 {case.number} 第 {same.no} 件 {same.title} 完全相同", file=original.path.name
            )
    for gone in case.moved_out.values():
        if original.sha256 in {f.sha256 for f in gone.record.files}:
            raise DuplicateFile(
                f"与 {case.number} 第 {gone.record.no} 件 {gone.record.title} 完全相同；该件已移出，"
                f"现为 {gone.case} 第 {gone.new} 件",
                file=original.path.name,
                remedy="不属于本户的，无需再次归档；确属本户的，用 archivist case record move 移回。",
            )

    for no, out in case.expunged.items():
        if original.sha256 in {f.sha256 for f in out.record.files}:
            raise DuplicateFile(
                f"与 {case.number} 第 {no} 件 {out.record.title} 完全相同；该件{out.words}",
                file=original.path.name,
                remedy="已剔除的不再归档；确属本户的，由分管领导决定后用 archivist file --keep-duplicate 归入。",
            )


def _refuse_late(workspace: Workspace, case: Case, document: DocumentType) -> None:
    if late_filing.takes(document.id):
        return
    ending = "、".join(workspace.catalogue.get(name).title for name in late_filing.ENDING)
    waiting = [r for r in case.records_of(document.id) if r.status is RecordStatus.PENDING]
    which = f"（第 {'、'.join(r.no for r in waiting)} 件待签）" if waiting else ""
    raise CaseClosed(
        f"已于 {case.deregistered_on} 注销，不再收{document.title}；注销以后只收已制发待签文书的签署件、"
        f"结案的文书（{ending}）和档案整理的文书（封面、目录、备考表等）",
        file=str(case.number),
        remedy=f"是签署件的{which}，用 --signs 指明第几件；确属本户漏归的，用 --reason 写明为什么现在才归，"
        "并在卷内备考表“补充”栏注明。",
    )


def _to_tray(
    workspace: Workspace,
    by: By,
    prepared: ReadDrop,
    reason: Reason,
    message: str,
    found: Recognition | None = None,
    **more: object,
) -> NeedsReview:
    result = prepared.result
    seen = result.format if result else identify(prepared.original.path)
    details: dict[str, object] = {"kind": seen.kind, "pages": len(result.pages) if result else 0, **more}
    if found:
        details |= {
            "cases": list(found.cases),
            "types": list(found.types),
            "evidence": [asdict(e) for e in found.evidence],
        }
    with workspace.archive.writing(by.actor):
        item = workspace.archive.tray.put(
            prepared.original,
            seen.extension_of(prepared.original.path.name),
            workspace.stamp(by),
            reason=reason.value,
            message=message,
            text=result.text if result else "",
            details=details,
            reading=pack(result) if result else b"",
        )
    remark = remove(workspace, prepared.original)
    return NeedsReview(prepared.original.name, item.id, reason.value, message, remark)
