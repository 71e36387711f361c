"""Destroying files whose time has come: a batch proposed, appraised, approved, carried out before two witnesses, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.given_papers import read_given
from archivist.api.result import Result
from archivist.disposal_errors import WrongBatchState
from archivist.errors import InvalidValue
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.disposals import Disposal
    from archivist.preservation.disposal_list import DisposalRow
    from archivist.preservation.disposal_residue import Residue
    from archivist.workspace import Workspace


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class DisposalRowView:
    """One file of the list; see ``preservation.disposal_list.DisposalRow``. It names nobody."""

    case: str
    records: int
    files: int
    bytes: int
    pages: int
    end: dt.date
    rule: str
    sentence: str

    @classmethod
    def of(cls, row: DisposalRow) -> DisposalRowView:
        """Return a row of the list."""
        end = dt.date.fromisoformat(row.end)
        return cls(row.case, row.records, row.files, row.bytes, row.pages, end, row.rule, row.sentence)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not in a batch, or left it, and why."""

    case: str
    why: str


@dataclass(frozen=True, slots=True)
class DisposalProposed(Result):
    """A batch that was proposed, or would be.

    Attributes:
        sha256: of its list; every paper that is signed bears it. ``code`` is what a machine reads there.
        left_out: files whose time has come and that are held, contradict themselves, or are in another batch.
        folder: where the list and the forms are; ``None`` with a dry run.
    """

    SCHEMA: ClassVar[str] = "archivist/disposal-proposed/1"

    disposal: str
    sha256: str
    code: str
    cases: tuple[DisposalRowView, ...]
    left_out: tuple[LeftOut, ...]
    folder: Path | None
    dry_run: bool


@dataclass(frozen=True, slots=True)
class DisposalPapers(Result):
    """The papers of a batch, made again for the point at which it stands (``state``, ``label``); ``folder`` has them."""

    SCHEMA: ClassVar[str] = "archivist/disposal-papers/1"

    disposal: str
    state: str
    label: str
    folder: Path


@dataclass(frozen=True, slots=True)
class ResidueView:
    """One place where something of destroyed files may still be, of which of them, and what is to be done."""

    place: str
    cases: tuple[str, ...]
    what: str

    @classmethod
    def of(cls, one: Residue) -> ResidueView:
        """Return a place."""
        return cls(one.place, one.cases, one.what)


@dataclass(frozen=True, slots=True)
class DisposalView(Result):
    """Where a batch stands.

    Attributes:
        state: a stable word; ``label`` the same in Chinese.
        opinions: how often the appraisers decided what.
        destroyed: the files that the ledger says are destroyed; ``remaining`` those that may still be.
        left: the files that left the batch alone, and why.
        earliest: the first day on which it may be carried out, ``latest`` the last; ``None`` before it is approved.
        residue: places that are not clear, where it has been carried out.
    """

    SCHEMA: ClassVar[str] = "archivist/disposal/1"

    disposal: str
    state: str
    label: str
    sha256: str
    opinions: Mapping[str, int]
    destroyed: tuple[str, ...]
    remaining: tuple[str, ...]
    left: tuple[LeftOut, ...]
    earliest: dt.date | None
    latest: dt.date | None
    residue: tuple[ResidueView, ...]
    dry_run: bool = False
    now: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DisposalList(Result):
    """Every batch there ever was, the newest first."""

    SCHEMA: ClassVar[str] = "archivist/disposals/1"

    disposals: tuple[DisposalView, ...]


# ── use cases ────────────────────────────────────────────────────────────────────────────────────────────
@authorised(Act.PROPOSE_DISPOSAL)
def propose(
    workspace: Workspace,
    by: By,
    cases: Sequence[str] = (),
    *,
    on: dt.date,
    handed_over: bool = False,
    dry_run: bool = False,
) -> DisposalProposed:
    """Propose files to be destroyed, those named or all whose time has come; make the list and the forms.

    With ``handed_over`` the copies of files that another office took over instead (移交后清除).

    Raises:
        StepRefused: E209, there is none, with why. UsageError: E001. CaseNotFound: E201.
    """
    from archivist.model.form_code import FormCode
    from archivist.preservation import disposal_batches, disposal_forms

    numbers = [workspace.find_case(case) for case in cases]
    done = disposal_batches.propose(
        workspace, by, on=on, numbers=numbers, handed_over=handed_over, dry_run=dry_run
    )
    folder = None
    if not dry_run:
        folder = disposal_forms.hand_out(workspace, done, by.today)
    return DisposalProposed(
        disposal=done.batch,
        sha256=done.sha256,
        code=FormCode.of_disposal(done.batch, done.sha256).payload,
        cases=tuple(map(DisposalRowView.of, done.rows)),
        left_out=tuple(LeftOut(case, why) for case, why in done.left_out),
        folder=folder,
        dry_run=dry_run,
    )


@authorised(Act.APPRAISE_DISPOSAL)
def appraise(
    workspace: Workspace,
    by: By,
    disposal: str,
    *,
    opinions: Path,
    appraisers: Sequence[str],
    paper: Path | None,
    confirmed: By | None = None,
) -> DisposalView:
    """Record what the appraisers decided, from the sheet that was made with the proposal, signed.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        disposal: the batch.
        opinions: the sheet, filled in.
        appraisers: who signed.
        paper: the signed scan.
        confirmed: one of the appraisers who says so in person, where the face can tell who that is; not who records it.

    Raises:
        ListChanged: E603. TwoPersonsNeeded: E605. WrongBatchState: E607. UsageError: E001. InvalidValue: E002. NotIdentified: E506.
    """
    from archivist.preservation import appraisers_sheet, disposal_batches, disposal_forms

    _require_confirmed(workspace, by, confirmed, appraisers, Act.APPRAISE_DISPOSAL)
    told, sha256 = appraisers_sheet.read_opinions(opinions)
    disposal_batches.plan_appraising(workspace, by, disposal, told, sha256=sha256, appraisers=appraisers)
    batch = disposal_batches.appraise(
        workspace, by, disposal, told, sha256=sha256, appraisers=appraisers, paper=read_given(paper)
    )
    disposal_forms.hand_out_again(workspace, batch, by.today)
    return _view(batch)


@authorised(Act.PROPOSE_DISPOSAL)
def papers(workspace: Workspace, by: By, disposal: str) -> DisposalPapers:
    """Make the papers again that a batch needs where it stands: to be appraised, or to be approved and carried out.

    Raises:
        WrongBatchState: E607, it is over. ListChanged: E603.
    """
    from archivist.preservation import disposal_batches, disposal_forms

    batch = disposal_batches.batch_of(workspace.archive, disposal)
    if batch.state.is_over:
        raise WrongBatchState(f"{batch.id} {batch.state.label}")
    folder = disposal_forms.hand_out_again(workspace, batch, by.today)
    return DisposalPapers(batch.id, batch.state.value, batch.state.label, folder)


@authorised(Act.APPROVE_DISPOSAL)
def approve(
    workspace: Workspace,
    by: By,
    disposal: str,
    *,
    approver: str,
    paper: Path | None,
    confirmed: By | None = None,
) -> DisposalView:
    """Record the signed approval; from then on the waiting period counts. ``confirmed``: see ``appraise``.

    Raises:
        ListChanged: E603. TwoPersonsNeeded: E605. WrongBatchState: E607. UsageError: E001. InvalidValue: E002. NotIdentified: E506.
    """
    from archivist.preservation import disposal_batches

    _require_confirmed(workspace, by, confirmed, [approver], Act.APPROVE_DISPOSAL)
    disposal_batches.plan_approving(workspace, by, disposal, approver)  # before a page is read
    given = read_given(paper)
    return _view(disposal_batches.approve(workspace, by, disposal, approver=approver, paper=given))


@authorised(Act.EXECUTE_DISPOSAL)
def execute(
    workspace: Workspace,
    by: By,
    disposal: str,
    *,
    witnesses: Sequence[str],
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> DisposalView:
    """Destroy the files of an approved batch before two witnesses; run again it goes on where it was broken off.

    Raises:
        WrongBatchState: E607. WaitingPeriod: E608. ListChanged: E603. TwoPersonsNeeded: E605. WriteFailed: E204.
    """
    from archivist.preservation import disposal_execution

    done = disposal_execution.execute(
        workspace, by, disposal, witnesses=witnesses, dry_run=dry_run, step=progress
    )
    return _view(done.batch, done.residue, dry_run=dry_run, now=tuple(map(str, done.now)), would=done.left)


@authorised(Act.CANCEL_DISPOSAL)
def cancel(
    workspace: Workspace, by: By, disposal: str, cases: Sequence[str] = (), *, reason: str
) -> DisposalView:
    """Cancel a batch that was not begun, or let some of its files leave it.

    Raises:
        WrongBatchState: E607. UsageError: E001.
    """
    from archivist.preservation import disposal_batches

    numbers = [workspace.find_case(case) for case in cases]
    return _view(disposal_batches.cancel(workspace, by, disposal, reason=reason, numbers=numbers))


def list_disposals(workspace: Workspace) -> DisposalList:
    """List the batches and where each stands; what is left of destroyed files is asked for by ``residue``.

    Raises:
        IntegrityAlarm: E202, the ledger contradicts itself. NewerFormat: E210.
    """
    from archivist.preservation import disposal_batches

    found = disposal_batches.batches(workspace.archive).values()
    return DisposalList(tuple(map(_view, reversed(tuple(found)))))


def residue(workspace: Workspace, disposal: str) -> DisposalView:
    """Say what is left of the destroyed files, and where.

    Raises:
        WrongBatchState: E607, no such batch.
    """
    from archivist.preservation import disposal_batches, disposal_residue

    batch = disposal_batches.batch_of(workspace.archive, disposal)
    return _view(batch, disposal_residue.residue(workspace, batch))


@authorised(Act.CLEAR_RESIDUE)
def clear(
    workspace: Workspace, by: By, disposal: str, place: str, *, names: Sequence[str], reason: str = ""
) -> DisposalView:
    """Record that two people cleared a place, or why nothing need be cleared there.

    Raises:
        TwoPersonsNeeded: E605. UsageError: E001, no such place. WrongBatchState: E607.
    """
    from archivist.preservation import disposal_residue

    batch = disposal_residue.clear(workspace, by, disposal, place, names, reason)
    return _view(batch, disposal_residue.residue(workspace, batch))


@authorised(Act.CLOSE_DISPOSAL)
def close(workspace: Workspace, by: By, disposal: str, *, paper: Path | None) -> DisposalView:
    """Close a batch of which nothing is left anywhere; the signed record is filed with its list for ever.

    Raises:
        ResidueLeft: E609. WrongBatchState: E607. UsageError: E001.
    """
    from archivist.preservation import disposal_residue

    disposal_residue.plan_closing(workspace, disposal)
    return _view(disposal_residue.close(workspace, by, disposal, paper=read_given(paper)))


def _require_confirmed(
    workspace: Workspace, by: By, confirmed: By | None, signed: Sequence[str], act: Act
) -> None:
    """Refuse somebody who is not one of those that signed, or is the one who records it; nobody need be asked in person at a terminal."""
    if confirmed is None:
        return
    from archivist.api.authorisation import require_another

    require_another(workspace, by, confirmed, act)
    if confirmed.actor not in signed:
        raise InvalidValue(
            f"{act.label}：{confirmed.actor}不在签字的人里（{'、'.join(signed)}）",
            remedy="由签字的人到场输入口令确认。没有写入任何内容。",
        )


def _view(
    batch: Disposal,
    places: Sequence[Residue] = (),
    *,
    dry_run: bool = False,
    now: tuple[str, ...] = (),
    would: Sequence[tuple[object, str]] = (),
) -> DisposalView:
    opinions: dict[str, int] = {}
    for opinion in batch.opinions.values():
        opinions[opinion.value] = opinions.get(opinion.value, 0) + 1
    left = would if dry_run else [*batch.withdrawn.items()]
    return DisposalView(
        disposal=batch.id,
        state=batch.state.value,
        label=batch.state.label,
        sha256=batch.list_sha256,
        opinions=opinions,
        destroyed=tuple(map(str, batch.destroyed)),
        remaining=tuple(map(str, batch.remaining)),
        left=tuple(LeftOut(str(case), why) for case, why in left),
        earliest=batch.earliest,
        latest=batch.latest,
        residue=tuple(map(ResidueView.of, places)),
        dry_run=dry_run,
        now=now,
    )
