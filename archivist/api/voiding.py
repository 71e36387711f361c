"""An issued document made void (作废), or replaced: another in its place in the same event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.authorisation import authorised
from archivist.api.inbox import record_named
from archivist.api.result import Result
from archivist.doctypes.field_paths import FieldPath
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.issuing.planned import IssuedForCase, PlannedForCase
    from archivist.issuing.voiding import Voiding
    from archivist.model.by import By
    from archivist.model.record import Record
    from archivist.workspace import Workspace

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RecordVoided(Result):
    """A document that is void now, or with ``dry_run`` could be.

    Attributes:
        record: its number, ``doc_no`` its reference number; neither is given again.
        signed_copy: the record that is void with it.
        warnings: what could not be looked at.
    """

    SCHEMA: ClassVar[str] = "archivist/case-record-void/1"

    case: str
    record: str
    title: str
    doc_no: str
    signed_copy: str | None
    dry_run: bool
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, done: Voiding, *, dry_run: bool) -> RecordVoided:
        """Return what was, or would be, made void."""
        record = done.record
        return cls(
            case=str(done.case),
            record=record.no,
            title=record.title,
            doc_no=record.doc_no,
            signed_copy=record.signed_by,
            dry_run=dry_run,
            warnings=done.warnings,
        )


@dataclass(frozen=True, slots=True)
class RecordReplaced(Result):
    """A document issued in place of another, or with ``dry_run`` one that could be.

    Attributes:
        voided: what is void from then on.
        record: the number of the new one, ``doc_no`` its reference number; with ``dry_run`` ``None`` and empty.
        date: its date (成文日期).
        files: its renditions on file.
        hand: the Chinese names of what a pen must still fill in.
        pending: it waits for its signed copy (待签).
    """

    SCHEMA: ClassVar[str] = "archivist/case-record-replace/1"

    voided: RecordVoided
    record: str | None
    title: str
    doc_no: str
    date: dt.date
    files: tuple[Path, ...]
    hand: tuple[str, ...]
    pending: bool
    dry_run: bool


@authorised(Act.VOID)
def void_record(
    workspace: Workspace, by: By, case: str, record: str, *, reason: str, dry_run: bool = False
) -> RecordVoided:
    """Make an issued document void; it stays in the file, marked.

    Args:
        workspace: the open workspace.
        by: who says so, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        record: the document's number, not that of its signed copy.
        reason: why; always told.
        dry_run: only say what would be done.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. Else see ``issuing.voiding.void``.
    """
    from archivist.issuing import voiding

    do = voiding.plan_void if dry_run else voiding.void
    done = do(workspace, by, workspace.find_case(case), record_named(record), reason)
    return RecordVoided.of(done, dry_run=dry_run)


@authorised(Act.REPLACE)
def replace_record(
    workspace: Workspace,
    by: By,
    case: str,
    record: str,
    *,
    values: Mapping[str, object] = NOTHING,
    on: dt.date | None = None,
    pdf: bool | None = None,
    reason: str,
    dry_run: bool = False,
) -> RecordReplaced:
    """Issue a document anew and make the old one void, both in one event or neither.

    What the clerk told for the old one is told for the new one too, its number excepted, unless ``values`` say otherwise.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        record: the number of the old one.
        values: what is told otherwise, by path or Chinese name; an empty one is taken away.
        on: date of the new one; today when not given.
        pdf: make a PDF as well; as the settings say when not given.
        reason: why; always told.
        dry_run: only say what would be done.

    Raises:
        CaseNotFound: E201. Else see ``issuing.voiding.void`` and ``issuing.case_documents.plan_one``.
    """
    from archivist.issuing import case_documents
    from archivist.issuing.planned import Manner, Plan
    from archivist.issuing.voiding import examined

    number, old = workspace.find_case(case), record_named(record)
    found = workspace.archive.read(number)
    done = RecordVoided.of(examined(workspace, by, found, old, reason), dry_run=dry_run)
    document = workspace.catalogue.get(found.records[old].type)
    given = {**_told(found.records[old]), **document.by_path(values)}
    planned = case_documents.plan_one(
        workspace,
        by,
        document,
        found,
        {path: value for path, value in given.items() if value not in ("", None)},
        on=on or by.today,
        manner=Manner(replaces=old, reason=reason.strip()),
    )
    if dry_run:
        return _replaced(done, planned, None)
    with_pdf = workspace.config.options.pdf if pdf is None else pdf
    outcome = case_documents.issue(workspace, by, Plan((planned,)), pdf=with_pdf)
    for refused in outcome.refused:
        raise refused.error
    return _replaced(done, planned, outcome.issued[0])


def _replaced(voided: RecordVoided, planned: PlannedForCase, issued: IssuedForCase | None) -> RecordReplaced:
    document = planned.document
    return RecordReplaced(
        voided=voided,
        record=issued.record if issued else None,
        title=document.title,
        doc_no=issued.doc_no if issued else "",
        date=planned.on,
        files=issued.files if issued else (),
        hand=planned.hand,
        pending=document.needs_signature,
        dry_run=issued is None,
    )


def _told(record: Record) -> dict[str, object]:
    """Return what a clerk told for a document, without its number; of a receipt also what it serves."""
    from archivist.rules import service

    given = {k: v for k, v in record.data.get("given", {}).items() if k != FieldPath.DOC_NO}
    if listed := service.serves(record):
        given.setdefault(FieldPath.DELIVERY_RECORDS, "、".join(listed))
    return given
