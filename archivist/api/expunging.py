"""One record taken out of its file (剔除), by two and on a signed paper; what still holds it is listed, and cleared place by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised, require_pair
from archivist.api.given_papers import FormToSign, file_signed, read_given
from archivist.api.inbox import parse_record, record_named
from archivist.api.result import Result
from archivist.errors import InvalidValue, UsageError
from archivist.model.expunged_records import ExpungeReason
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.ids import CaseNo, RecordNo
    from archivist.preservation.expunging import Expunging
    from archivist.preservation.record_copies import RecordCopy
    from archivist.preservation.record_residue import ExpungedResidue
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RecordCopyView:
    """Something that still holds a record that was taken out of its file.

    Attributes:
        kind: ``backup``, ``submission``, ``batch``, ``local``; ``label`` the same in Chinese.
        name: the medium as people call it, the submission, the batch, or the path within the archive.
        since: ISO 8601, when it was made; empty where nobody noted it.
        note: which generation, or what has to be known.
    """

    kind: str
    label: str
    name: str
    since: str
    note: str

    @classmethod
    def of(cls, copy: RecordCopy) -> RecordCopyView:
        """Return a copy as it is shown."""
        return cls(copy.kind.value, copy.kind.label, copy.name, copy.since, copy.note)


@dataclass(frozen=True, slots=True)
class RecordExpunged(Result):
    """A record that was taken out of its file, or with ``dry_run`` could be.

    Attributes:
        record: its number, which is never given again; ``title`` as it was.
        why: 误归入他户, 重复 or 依法删除.
        to_case: where the same paper is, ``to_record`` its number there; ``None`` where it is deleted by law.
        paper: the record in the same file that holds what the two signed; ``None`` with ``dry_run``.
        people: who decided.
        copies: what still holds it.
        warnings: what should be looked at, and what could not be asked of the two.
    """

    SCHEMA: ClassVar[str] = "archivist/case-expunge/1"

    case: str
    record: str
    title: str
    why: str
    to_case: str | None
    to_record: str | None
    paper: str | None
    people: tuple[str, ...]
    copies: tuple[RecordCopyView, ...]
    warnings: tuple[str, ...]
    dry_run: bool

    @classmethod
    def of(cls, done: Expunging, unchecked: tuple[str, ...], *, dry_run: bool) -> RecordExpunged:
        """Return what was, or would be, taken out."""
        return cls(
            case=str(done.case),
            record=done.record.no,
            title=done.record.title,
            why=done.why.value,
            to_case=str(done.to[0]) if done.to else None,
            to_record=done.to[1] if done.to else None,
            paper=done.paper,
            people=done.people,
            copies=tuple(map(RecordCopyView.of, done.copies)),
            warnings=(*done.warnings, *unchecked),
            dry_run=dry_run,
        )


@authorised(Act.EXPUNGE)
def expunge(
    workspace: Workspace,
    by: By,
    case: str,
    record: str,
    *,
    why: str,
    to: str | None = None,
    to_record: str | None = None,
    people: Sequence[By] = (),
    paper: Path | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> RecordExpunged:
    """Take one record out of its file.

    Args:
        workspace: the open workspace.
        by: who enters it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        record: its number there.
        why: 误归入他户, 重复 or 依法删除.
        to: the household it belongs to; only of one that was filed in another.
        to_record: the record there, or in the same file, that is the same paper; found by its bytes when not told.
        people: the two who decided.
        paper: the scan of the form they signed (``expunging_form``); it is filed in the same case first.
        reason: free words.
        dry_run: only say what would be done; nobody need be named.

    Raises:
        UsageError: E001, no signed paper, or one on which fewer than two signed. InvalidValue: E002. TwoPersonsNeeded: E605. CaseNotFound: E201. Else see
        ``preservation.expunging.expunge``; of the paper any error of a file's own.
    """
    from archivist.preservation import expunging

    asked = _asked(workspace, case, record, why, to, to_record)
    if dry_run:
        return RecordExpunged.of(expunging.plan_expunging(workspace, by, *asked), (), dry_run=True)
    unchecked = require_pair(workspace, people, Act.EXPUNGE)
    if paper is None:
        raise UsageError(
            "剔除须有两人签字的《档案件剔除审批表》：用 --paper 指明它的扫描件",
            remedy="先做表：同一命令加 --form；打印、两人签字、扫描。没有写入任何内容。",
        )
    signed = paper
    done = expunging.expunge(
        workspace,
        by,
        *asked,
        people=[one.actor for one in people],
        paper=lambda planned: _filed(workspace, by, planned, signed),
        reason=reason,
    )
    return RecordExpunged.of(done, unchecked, dry_run=False)


@authorised(Act.EXPUNGE)
def expunging_form(
    workspace: Workspace,
    by: By,
    case: str,
    record: str,
    *,
    why: str,
    to: str | None = None,
    to_record: str | None = None,
) -> FormToSign:
    """Make the form that two people sign before a record is taken out of its file; for what is told see ``expunge``, which refuses the same.

    Raises:
        NotExpungeable: E606. OnHold: E601. InvalidValue: E002. CaseNotFound: E201. RecordNotFound: E206. TemplateFault: E303. WriteFailed: E204.
    """
    from archivist.preservation import expunging

    asked = _asked(workspace, case, record, why, to, to_record)
    planned = expunging.plan_expunging(workspace, by, *asked)
    path = expunging.approval_form(workspace, planned, by.today)
    return FormToSign(path.stem, planned.code.words, planned.code.payload, path)


@dataclass(frozen=True, slots=True)
class RecordResidueView:
    """One place where a record that was taken out may still be.

    Attributes:
        place: as people name it, and by what it is cleared: ``备份：备份盘-2``.
        seen: the program sees that the record lies there; such a place is not said to be clear.
        copies: what there is of it.
    """

    place: str
    seen: bool
    copies: tuple[RecordCopyView, ...]


@dataclass(frozen=True, slots=True)
class ClearedPlaceView:
    """A place that two people said is clear: how, and when (ISO 8601)."""

    place: str
    by: tuple[str, ...]
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class RecordResidueFound(Result):
    """Where a record that was taken out of its file may still be, and what was cleared.

    Attributes:
        words: what became of the record.
        left: places nobody said are clear, or where the program sees it.
        cleared: by the ledger, in the order in which they were.
    """

    SCHEMA: ClassVar[str] = "archivist/case-residue/1"

    case: str
    record: str
    words: str
    left: tuple[RecordResidueView, ...]
    cleared: tuple[ClearedPlaceView, ...]

    @classmethod
    def of(cls, found: ExpungedResidue) -> RecordResidueFound:
        """Return what was found as it is shown."""
        return cls(
            str(found.case),
            found.record.record.no,
            found.record.words,
            tuple(
                RecordResidueView(one.place, one.is_seen, tuple(map(RecordCopyView.of, one.copies)))
                for one in found.left
            ),
            tuple(ClearedPlaceView(one.place, one.by, one.reason, one.at) for one in found.cleared),
        )


def residue(workspace: Workspace, case: str, record: str) -> RecordResidueFound:
    """Return where a record that was taken out may still be.

    Raises:
        CaseNotFound: E201. RecordNotFound: E206, it was not taken out. IntegrityAlarm: E202.
    """
    from archivist.preservation import record_residue

    number = workspace.find_case(case)
    return RecordResidueFound.of(record_residue.residue(workspace, number, record_named(record)))


@authorised(Act.CLEAR_EXPUNGED)
def clear_residue(
    workspace: Workspace, by: By, case: str, record: str, place: str, *, names: Sequence[str], reason: str
) -> RecordResidueFound:
    """Put on record that two people cleared a place; see ``preservation.record_residue.clear``."""
    from archivist.preservation import record_residue

    number = workspace.find_case(case)
    return RecordResidueFound.of(
        record_residue.clear(workspace, by, number, record_named(record), place, names, reason)
    )


def _asked(
    workspace: Workspace, case: str, record: str, why: str, to: str | None, to_record: str | None
) -> tuple[CaseNo, RecordNo, ExpungeReason, CaseNo | None, RecordNo | None]:
    number, old = workspace.find_case(case), record_named(record)
    return number, old, _reason(why), workspace.find_case(to) if to else None, parse_record(to_record)


def _reason(text: str) -> ExpungeReason:
    try:
        return ExpungeReason(text.strip())
    except ValueError:
        known = "、".join(why.value for why in ExpungeReason)
        raise InvalidValue(f"--why 须是{known}之一，不是“{text}”") from None


def _filed(workspace: Workspace, by: By, asked: Expunging, path: Path) -> RecordNo:
    """Return the record that the signed form is; one that is filed already, as when this was cut short, is taken as it is.

    Raises:
        UsageError: E001, it is no scan of the form, or not signed by both. ListChanged: E603, it is of another request.
    """
    from archivist.doctypes.ids import DocumentId
    from archivist.preservation.expunging import require_approval

    given = read_given(path)
    require_approval(workspace, asked, given)
    why = f"剔除第 {asked.record.no} 件的审批表"
    return file_signed(workspace, by, asked.case, DocumentId.EXPUNGING_APPROVAL, given, reason=why)
