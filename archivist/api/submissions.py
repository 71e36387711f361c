"""Handing files over to the bureau, and taking in what it answers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.authorisation import authorised
from archivist.api.passwords import NewPassword
from archivist.api.result import Result
from archivist.api.signatures import SignatureView, signature_of
from archivist.errors import UsageError
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.preservation.submission import SubmissionMade
    from archivist.report.query import Period
    from archivist.workspace import Workspace

_SIZE: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([KMG]?)B?", re.IGNORECASE)
_UNITS: Final = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class SubmittedHousehold:
    """One household of a submission; ``why`` in words, ``part`` the number of its package, ``bytes`` of its bag."""

    case: str
    seq: int
    head: str
    why: str
    part: int
    bytes: int


@dataclass(frozen=True, slots=True)
class SubmissionPart:
    """A package as it was read back; ``before``: it was there already, the same byte for byte.

    Attributes:
        name: of the file on the medium.
        sha256: of the package; of a locked one, of the package inside. ``size`` likewise.
    """

    name: str
    sha256: str
    size: int
    before: bool


@dataclass(frozen=True, slots=True)
class Submitted(Result):
    """A submission that was made, or (``made`` is false) would be.

    Attributes:
        submission: its id.
        anchor: SHA-256 of its ``heads.tsv``; stands on the list both sides stamp.
        size: bytes of all packages together.
        too_large: households that fit into no package; they are not in it.
        waiting: submissions before it that have no receipt yet.
        notices: what a person must know besides.
        folder: where the packages are; ``None`` where nothing was written.
        sheets: the list to be stamped.
    """

    SCHEMA: ClassVar[str] = "archivist/submit/1"

    submission: str
    made: bool
    period: str
    anchor: str
    size: int
    cases: tuple[SubmittedHousehold, ...]
    parts: tuple[SubmissionPart, ...]
    too_large: tuple[str, ...]
    waiting: tuple[str, ...]
    notices: tuple[str, ...]
    folder: Path | None
    sheets: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A submission the ledger knows of.

    Attributes:
        stage: ``started``, ``made``, ``acknowledged`` or ``taken_back``; ``stage_label`` in words.
        returned: households the bureau returned.
    """

    submission: str
    stage: str
    stage_label: str
    started_at: str
    cases: int
    parts: int
    anchor: str
    bureau: str
    received_at: str
    returned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubmissionList(Result):
    """The submissions, in the order in which they were begun."""

    SCHEMA: ClassVar[str] = "archivist/submit-list/1"

    submissions: tuple[SubmissionView, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """What is to be put right in a household, in one paper of it when ``record`` is not empty, and by when."""

    case: str
    record: str
    text: str
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class ReplyTaken(Result):
    """What a file of the bureau said.

    Attributes:
        kind: ``receipt`` or ``feedback``.
        accepted: households that were accepted, or passed.
        open: what is to be put right; it stands in the households.
        entered: events that were written now; 0 when the file was taken in before.
        gone: households of the file that are not there any more.
    """

    SCHEMA: ClassVar[str] = "archivist/submit-import/1"

    kind: str
    submission: str
    bureau: str
    accepted: tuple[str, ...]
    open: tuple[FindingView, ...]
    entered: int
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubmissionSignatures(Result):
    """What is known of the signatures beside the packages of a submission on a medium.

    Attributes:
        folder: where they are.
        parts: every package that lies there.
        missing: names of packages that do not.
    """

    SCHEMA: ClassVar[str] = "archivist/submit-sign/1"

    submission: str
    folder: Path
    parts: tuple[SignatureView, ...]
    missing: tuple[str, ...]


@authorised(Act.SUBMIT)
def submit(
    workspace: Workspace,
    by: By,
    *,
    quarter: str | None = None,
    month: str | None = None,
    wanted: str = "due",
    of: str = "",
    to: Path | None = None,
    part_size: str = "",
    encrypt: NewPassword | None = None,
    dry_run: bool = False,
    pdf: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Submitted:
    """Hand over to the bureau what was newly granted in a period or changed since the last receipt.

    Args:
        workspace: the open workspace.
        by: who, and when.
        quarter: ``2026Q4``.
        month: ``2026-11``; where neither is given, the period before today's that the rules hand over by.
        wanted: ``due``, ``all``, ``changed`` or ``new``.
        of: code of an office whose files were taken over: those are handed on; the own when empty.
        to: the folder; the outbox when not given.
        part_size: of a package at most, ``3.9G``.
        encrypt: asked for the password with which the packages are locked; they are not when not given.
        dry_run: only say what it would be.
        pdf: make a PDF of the list as well; as the settings say when not given.
        progress: called with the packages done and all.

    Raises:
        UsageError: E001, no period is said and the rules say none. InvalidValue: E002. ArchiveError: E200.
        IntegrityAlarm: E202, naming every household that does not hold. WriteFailed: E204.
    """
    from archivist.preservation import submission
    from archivist.preservation.submission import SubmissionOrder
    from archivist.preservation.submission_parts import PART_SIZE
    from archivist.preservation.submission_selection import Wanted
    from archivist.store.custody import offices_taken

    period, code = _period(workspace, by, quarter, month)
    order = SubmissionOrder(
        period,
        code,
        Wanted(wanted),
        to,
        _bytes(part_size) if part_size else PART_SIZE,
        encrypt() if encrypt and not dry_run else "",
        of=of.strip().upper(),
    )
    made = submission.submit(workspace, by, order, dry_run=dry_run, pdf=_pdf(workspace, pdf), step=progress)
    return _view(made, made=not dry_run, taken=() if order.of else offices_taken(workspace.archive.root))


@authorised(Act.SUBMIT)
def resume(
    workspace: Workspace,
    by: By,
    submission_id: str,
    *,
    to: Path | None = None,
    encrypt: NewPassword | None = None,
    pdf: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Submitted:
    """Make what is not there of a submission that was begun; see ``preservation.submission.resume``.

    Raises:
        PasswordNeeded: E106, it was begun locked, or what is there was locked with another password. ReceiptMismatch: E611, it is acknowledged. ArchiveError: E200. IntegrityAlarm: E202. WriteFailed: E204.
    """
    from archivist.preservation import submission

    password = encrypt() if encrypt else ""
    made = submission.resume(
        workspace, by, submission_id, to, password=password, pdf=_pdf(workspace, pdf), step=progress
    )
    return _view(made, made=True)


@authorised(Act.SUBMIT)
def take_in(workspace: Workspace, by: By, path: Path) -> ReplyTaken:
    """Take in the bureau's receipt or the feedback of its check.

    Raises:
        ReceiptMismatch: E611. UnreadableFile: E101. IntegrityAlarm: E202. WriteFailed: E204.
    """
    from archivist.preservation import submission_import

    done = submission_import.take_in(workspace, by, path)
    return ReplyTaken(
        done.kind,
        done.submission,
        done.bureau,
        done.accepted,
        tuple(FindingView(one.case, one.record, one.text, one.until) for one in done.open),
        done.entered,
        done.gone,
    )


def check_signatures(
    workspace: Workspace, submission_id: str, *, to: Path | None = None
) -> SubmissionSignatures:
    """Check the signatures that the office's UKey made beside the packages of a submission; nothing is written.

    Args:
        workspace: the open workspace.
        submission_id: its id.
        to: the folder it was written into; the outbox when not given.

    Raises:
        ArchiveError: E200, there is no such submission. IntegrityAlarm: E202, a signature is broken, of another file, or another's.
    """
    from archivist.preservation import submission_envelope, submission_ledger, submission_writing

    entry = submission_ledger.find(workspace.archive, submission_id)
    folder = to or workspace.archive.outbox / submission_writing.FOLDER / str(entry.id)
    found: list[SignatureView] = []
    missing: list[str] = []
    for part in range(1, entry.parts + 1):
        name = entry.id.part_name(part)
        places = [folder / name, folder / submission_envelope.file_name(name)]
        there = [path for path in places if path.is_file()]
        found += [signature_of(path, workspace.config.office.certificate) for path in there]
        missing += [] if there else [name]
    return SubmissionSignatures(str(entry.id), folder, tuple(found), tuple(missing))


def list_submissions(workspace: Workspace) -> SubmissionList:
    """Return the submissions the ledger knows of.

    Raises:
        IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
    """
    from archivist.preservation import submission_ledger

    return SubmissionList(
        tuple(
            SubmissionView(
                name,
                entry.stage.value,
                entry.stage.label,
                entry.started_at,
                entry.cases,
                entry.parts,
                entry.anchor,
                entry.bureau,
                entry.received_at,
                entry.returned,
            )
            for name, entry in submission_ledger.listed(workspace.archive).items()
        )
    )


def _period(workspace: Workspace, by: By, quarter: str | None, month: str | None) -> tuple[Period, str]:
    """Return the days and how the id says them."""
    from archivist.preservation.submission_duty import code_of, ended
    from archivist.preservation.submission_selection import cycle
    from archivist.report.query import Period

    if quarter and month:
        raise UsageError("--quarter 与 --month 只能写一个")
    if quarter:
        period = Period.of_quarter(quarter)
        return period, code_of(period)
    if month:
        period = Period.of_month(month)
        return period, code_of(period)
    asked = cycle(workspace, Period.of_day(by.today))
    if asked is None:
        raise UsageError(
            "没有写是哪个月或哪个季度",
            remedy="加上 --quarter 2026Q4 或 --month 2026-11；本单位的规则包没有写多久报送一次。",
        )
    period = ended(asked, by.today)
    return period, code_of(period)


def _bytes(text: str) -> int:
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"--part-size 看不懂“{text[:20]}”", remedy="写成 3.9G 或 700M。")
    return int(float(match[1]) * _UNITS[match[2].upper()])


def _pdf(workspace: Workspace, pdf: bool | None) -> bool:
    return workspace.config.options.pdf if pdf is None else pdf


def _view(done: SubmissionMade, *, made: bool, taken: Sequence[str] = ()) -> Submitted:
    told = done.submission
    notices = [f"从 {code} 接管的户档不在内，另行报送：archivist submit --of {code}" for code in taken]
    if done.cycle and done.cycle.period == "month" and "Q" in told.id.period:
        notices.append(f"本单位的规则是按月报送：{done.cycle.rule.source}")
    if done.cycle and done.cycle.period == "quarter" and "M" in told.id.period:
        notices.append(f"本单位的规则是按季度报送：{done.cycle.rule.source}")
    return Submitted(
        str(told.id),
        made,
        told.label,
        told.anchor,
        done.size,
        tuple(SubmittedHousehold(c.case, c.seq, c.head, c.why.label, c.part, c.bytes) for c in told.cases),
        tuple(SubmissionPart(p.file, p.sha256, p.size, p.before) for p in done.parts),
        done.too_large,
        done.known.waiting if done.known else (),
        tuple(notices),
        done.folder,
        done.sheets,
    )
