"""A filed paper put right: moved to the household it belongs to, given the type it is, or taken back to the tray it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.inbox import record_named
from archivist.api.result import Result
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.ingest import refiling
    from archivist.model.by import By
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RecordMoved(Result):
    """A record that is in another household now, or with ``dry_run`` could be.

    Attributes:
        case: where it was; ``record`` its number there, which is never given again; ``title`` as it was.
        to_case: where it is; ``to_record`` and ``to_title`` its number and title there.
        similar_to: the record there of which it seems to be another scan.
    """

    SCHEMA: ClassVar[str] = "archivist/case-record-move/1"

    case: str
    record: str
    title: str
    to_case: str
    to_record: str
    to_title: str
    similar_to: str | None
    dry_run: bool

    @classmethod
    def of(cls, move: refiling.Move, *, dry_run: bool) -> RecordMoved:
        """Return a move that was made or planned."""
        return cls(
            case=str(move.case),
            record=move.record,
            title=move.title,
            to_case=str(move.target),
            to_record=move.new,
            to_title=move.new_title,
            similar_to=move.similar_to,
            dry_run=dry_run,
        )


@dataclass(frozen=True, slots=True)
class RecordRetyped(Result):
    """A record of another type now, or with ``dry_run`` one that could be; types by the catalogue's id."""

    SCHEMA: ClassVar[str] = "archivist/case-record-retype/1"

    case: str
    record: str
    old_type: str
    old_title: str
    type: str
    title: str
    dry_run: bool

    @classmethod
    def of(cls, done: refiling.Retyping, *, dry_run: bool) -> RecordRetyped:
        """Return what was, or would be, changed."""
        return cls(
            case=str(done.case),
            record=done.record,
            old_type=done.old_type,
            old_title=done.old_title,
            type=done.document.id,
            title=done.document.title,
            dry_run=dry_run,
        )


@authorised(Act.MOVE_RECORD)
def move_record(
    workspace: Workspace,
    by: By,
    case: str,
    record: str,
    target: str,
    *,
    type: str | None = None,  # noqa: A002 — the word of the command and of the page
    reason: str,
    dry_run: bool = False,
) -> RecordMoved:
    """Move a record that was filed in the wrong household.

    Args:
        workspace: the open workspace.
        by: who moves it, and when.
        case: where it is, as people name it; see ``Workspace.find_case``.
        record: its number there.
        target: where it belongs.
        type: id or title of its document type there; the same as here when not given.
        reason: why; always told.
        dry_run: only say what would be done.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. Else see ``ingest.refiling.move``.
    """
    from archivist.ingest import refiling

    number, to = workspace.find_case(case), workspace.find_case(target)
    document = workspace.catalogue.get(type) if type else None
    do = refiling.plan_move if dry_run else refiling.move
    done = do(workspace, by, number, record_named(record), to, document, reason)
    return RecordMoved.of(done, dry_run=dry_run)


@authorised(Act.MOVE_RECORD)
def take_back_record(
    workspace: Workspace, by: By, case: str, record: str, *, reason: str, dry_run: bool = False
) -> str:
    """Let a household give a paper back to the tray it was filed from, on the same day; return the id it had or has there.

    Asked for by ``undoing`` alone, which sees to it that it is one's own and that nothing rests on it.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. Else see ``ingest.taking_back.take_back``.
    """
    from archivist.ingest import taking_back

    number, filed = workspace.find_case(case), record_named(record)
    if dry_run:
        return str(taking_back.plan_taking_back(workspace, by, number, filed).source["tray"])
    return taking_back.take_back(workspace, by, number, filed, reason).id


@authorised(Act.RETYPE_RECORD)
def retype_record(
    workspace: Workspace,
    by: By,
    case: str,
    record: str,
    type: str,  # noqa: A002 — the word of the command and of the page
    *,
    reason: str,
    dry_run: bool = False,
) -> RecordRetyped:
    """Give a record the type it is; for the arguments see ``move_record``.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. Else see ``ingest.refiling.retype``.
    """
    from archivist.ingest import refiling

    number, document = workspace.find_case(case), workspace.catalogue.get(type)
    do = refiling.plan_retyping if dry_run else refiling.retype
    done = do(workspace, by, number, record_named(record), document, reason)
    return RecordRetyped.of(done, dry_run=dry_run)
