"""A disposal on its way to destruction: proposed, appraised, approved, or cancelled. Nothing is destroyed here.

Source: 档案法第二十一条「禁止擅自销毁档案」; 档案法实施条例第二十四条 (files whose period has run out are appraised).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from archivist.disposal_errors import ListChanged, OnHold, PeriodRunning, WrongBatchState
from archivist.errors import ArchivistError, IntegrityAlarm, StepRefused, UsageError
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.custody import Handover
from archivist.model.disposals import (
    DISPOSAL_OPS,
    Disposal,
    Disposals,
    DisposalState,
    Opinion,
    fold_disposals,
)
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Sha256
from archivist.model.retention_extensions import PERMANENTLY
from archivist.preservation import disposal_list, submission_ledger
from archivist.preservation.disposal_list import DisposalRow
from archivist.preservation.disposal_papers import APPROVAL, OPINION, signed
from archivist.preservation.disposal_persons import require_appraisers, require_approver
from archivist.preservation.signed_papers import ReadPaper
from archivist.rules.disposition.retention import RetentionStatus, retention
from archivist.store import Archive, Draft, NewFile
from archivist.store.held_files import holds
from archivist.store.ledger import LedgerFold
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ProposedDisposal:
    """A batch that was proposed, or would be; ``left_out`` the files whose time has come and that are not in it, and why."""

    batch: str
    sha256: Sha256
    rows: tuple[DisposalRow, ...]
    left_out: tuple[tuple[str, str], ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Appraised:
    """What the appraisers decided of one file; ``until`` the day it is kept to, where it is kept longer and not for ever."""

    opinion: Opinion
    until: dt.date | None = None


# ── what there is ────────────────────────────────────────────────────────────────────────────────────────
_BATCHES: Final = LedgerFold(DISPOSAL_OPS, Disposals(), fold_disposals)


def batches(archive: Archive) -> Mapping[str, Disposal]:
    """Return every batch, in the order they were proposed.

    Raises:
        IntegrityAlarm: E202, the ledger is broken or contradicts itself. NewerFormat: E210.
    """
    try:
        return archive.ledgers.folded(_BATCHES).batches
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityAlarm(f"总账所记的销毁批次前后矛盾（{error}）", file="ledger") from error


def batch_of(archive: Archive, name: str) -> Disposal:
    """Return one batch.

    Raises:
        WrongBatchState: E607, there is none of this number.
    """
    found = batches(archive).get(name.strip().upper())
    if found is None:
        raise WrongBatchState(f"没有销毁批次 {name}")
    return found


def require_state(batch: Disposal, *states: DisposalState) -> None:
    """Refuse what cannot be done with a batch now.

    Raises:
        WrongBatchState: E607.
    """
    if batch.state not in states:
        raise WrongBatchState(f"{batch.id} {batch.state.label}")


def why_not(workspace: Workspace, case: Case, on: dt.date) -> ArchivistError | None:
    """Return why a file may not be destroyed on a day by what it says itself: its period, a hold, an alarm.

    A copy of one that was handed over may go once the other office has acknowledged it: period and holds went along with the file.
    """
    if handover := workspace.archive.custody.of(case.number):
        return _not_cleared(workspace, case, handover)
    kept = retention(case, workspace.pack, on)
    if kept.status is RetentionStatus.UNCLOSED or kept.starts is None:
        return PeriodRunning(kept.status.label, file=str(case.number))
    if not kept.expired:
        return PeriodRunning(f"保管至 {kept.expires}" if kept.expires else "永久保管", file=str(case.number))
    if standing := holds(workspace.archive, case, on):
        return OnHold(f"冻结（{'；'.join(h.words for h in standing)}）", file=str(case.number))
    try:
        workspace.archive.refuse(case.number)
    except ArchivistError as alarm:
        return alarm
    return None


def _not_cleared(workspace: Workspace, case: Case, handover: Handover) -> ArchivistError | None:
    if not handover.received_at:
        return PeriodRunning(f"{handover.words}，之前不清除", file=str(case.number))
    told, _ = submission_ledger.load(
        workspace.archive, submission_ledger.find(workspace.archive, handover.package)
    )
    if (case.seq, case.head) not in {(c.seq, c.head) for c in told.cases if c.case == str(case.number)}:
        return ListChanged("与移交出去的那一份不同，不清除", file=str(case.number))
    try:
        workspace.archive.refuse(case.number)
    except ArchivistError as alarm:
        return alarm
    return None


# ── proposed ─────────────────────────────────────────────────────────────────────────────────────────────
def propose(
    workspace: Workspace,
    by: By,
    *,
    on: dt.date,
    numbers: Sequence[CaseNo] = (),
    handed_over: bool = False,
    dry_run: bool = False,
) -> ProposedDisposal:
    """Propose files to be destroyed: those named, or all whose time has come.

    Args:
        workspace: the open workspace.
        by: who proposes, and when.
        on: civil day by which periods must have run out; not later than today.
        numbers: the files; all there are when none is named.
        handed_over: only the copies of files that another office took over (移交后清除); without it none of them.
        dry_run: write nothing.

    Raises:
        StepRefused: E209, there is none to propose, with why. UsageError: E001, the day is in the future.

    Survives: a kill at any point; the batch is there whole, or not.
    """
    if on > by.today:
        raise UsageError(f"{on} 还没有到，不能按那一天拟销毁")
    with workspace.writing(by):
        busy = {n for b in batches(workspace.archive).values() if not b.state.is_over for n in b.remaining}
        rows: list[DisposalRow] = []
        left_out: list[tuple[str, str]] = []
        for number in numbers or workspace.archive.case_numbers():
            row = _row(workspace, number, on, busy=number in busy, handed_over=handed_over)
            if isinstance(row, DisposalRow):
                rows.append(row)
            elif row and (numbers or not isinstance(row, PeriodRunning)):
                left_out.append((str(number), row.what))
        if not rows:
            listed = [f"{number}：{why}" for number, why in left_out]
            raise StepRefused("没有可列入销毁清册的户档", problems=listed)
        name = _next(workspace.archive, by.today.year)
        data = disposal_list.encode(name, workspace.config.office.name, on, rows)
        proposed = ProposedDisposal(name, disposal_list.digest_of(data), tuple(rows), tuple(left_out), data)
        if not dry_run:
            said = {
                "disposal": name,
                "list_sha256": proposed.sha256,
                "cases": [row.case for row in rows],
                "on": on.isoformat(),
            }
            file = NewFile(f"{disposal_list.FOLDER}/{name}/{disposal_list.LIST}", data)
            enter(workspace, by, Op.DISPOSAL_PROPOSED, said, (file,))
    return proposed


def _row(
    workspace: Workspace, number: CaseNo, on: dt.date, *, busy: bool, handed_over: bool
) -> DisposalRow | ArchivistError | None:
    """Return the row of a file, or why it has none; ``None`` for one that is still open."""
    archive = workspace.archive
    try:
        handover = archive.custody.of(number)
        if handed_over != bool(handover):
            said = f"{handover.words}；清除用 --handed-over" if handover else "没有移交给别的机关"
            return PeriodRunning(said, file=str(number))
        current = archive.chain(number)
        case = archive.read(number)
        if error := why_not(workspace, case, on):
            return error
        if busy:
            return WrongBatchState("已在另一个批次中", file=str(number))
        if handover:
            return DisposalRow.cleared(case, current, handover)
        return DisposalRow.of(case, current, retention(case, workspace.pack, on))
    except ArchivistError as error:
        return error


def _next(archive: Archive, year: int) -> str:
    count = sum(name.startswith(f"XH-{year}-") for name in batches(archive))
    return f"XH-{year}-{count + 1:03d}"


# ── appraised, approved, cancelled ───────────────────────────────────────────────────────────────────────
def appraise(
    workspace: Workspace,
    by: By,
    name: str,
    opinions: Mapping[CaseNo, Appraised],
    *,
    sha256: str,
    appraisers: Sequence[str],
    paper: ReadPaper | None,
) -> Disposal:
    """Record what the appraisers decided of each file of a batch; those kept longer get their new period.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        name: the batch.
        opinions: of every file of the batch that is still in it.
        sha256: the digest of the list as the appraisers' sheet has it.
        appraisers: who signed.
        paper: the signed scan.

    Raises:
        ListChanged: E603, sheet or scan is of another list, or not of all its files. TwoPersonsNeeded: E605. WrongBatchState: E607.
        UsageError: E001, no signed scan, or an extension without its day.

    Survives: a kill at any point; killed before a new period is recorded, the file is still not destroyed, for its opinion stands.
    """
    with workspace.writing(by):
        batch = plan_appraising(workspace, by, name, opinions, sha256=sha256, appraisers=appraisers)
        said = {
            "disposal": batch.id,
            "list_sha256": batch.list_sha256,
            "opinions": {str(n): told.opinion.value for n, told in opinions.items()},
            "appraisers": list(appraisers),
        }
        scan = signed(workspace, batch, OPINION, paper, least=len({*appraisers}))
        enter(workspace, by, Op.DISPOSAL_APPRAISED, said, scan)
        for number, told in opinions.items():
            if told.opinion is not Opinion.DESTROY:
                _extend(workspace, by, number, told, batch, appraisers)
    return batch_of(workspace.archive, name)


def plan_appraising(
    workspace: Workspace,
    by: By,
    name: str,
    opinions: Mapping[CaseNo, Appraised],
    *,
    sha256: str,
    appraisers: Sequence[str],
) -> Disposal:
    """Return the batch as it is before; nothing is written, no paper is looked at. Refuses what else ``appraise`` refuses."""
    batch = batch_of(workspace.archive, name)
    require_state(batch, DisposalState.PROPOSED)
    rows = disposal_list.read(workspace, batch)
    if sha256 != batch.list_sha256:
        raise ListChanged(
            f"鉴定意见表上的摘要 {sha256[:8]}… 不是 {batch.id} 的清册（{batch.list_sha256[:8]}…）"
        )
    if {*opinions} != {*batch.remaining}:
        raise ListChanged(f"鉴定意见表上的户与 {batch.id} 的清册不同")
    require_appraisers(workspace.config, by.today, appraisers)
    kept = {n for n, told in opinions.items() if told.opinion is not Opinion.DESTROY}
    if any(row.is_cleared and row.number in kept for row in rows):
        raise UsageError("移交后清除的，保管期限由接管的机关定；不清除的，让它退出本批次（retention cancel）")
    for number, told in opinions.items():
        end = next(row.end for row in rows if row.number == number)
        if told.opinion is Opinion.EXTEND and (told.until is None or told.until.isoformat() <= end):
            raise UsageError(f"{number} 鉴定为延长，须写明晚于 {end} 的新保管期限")
    return batch


def _extend(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    told: Appraised,
    batch: Disposal,
    appraisers: Sequence[str],
) -> None:
    until = told.until.isoformat() if told.opinion is Opinion.EXTEND and told.until else PERMANENTLY
    data = {"until": until, "appraisers": list(appraisers)}
    reason = f"{batch.id} 鉴定（档案法实施条例第二十四条）"
    workspace.commit(number, lambda _: Draft(Op.RETENTION_EXTENDED, data, reason), by)


def approve(workspace: Workspace, by: By, name: str, *, approver: str, paper: ReadPaper | None) -> Disposal:
    """Record that the files the appraisers gave up may be destroyed.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        name: the batch.
        approver: who signed.
        paper: the signed scan.

    Raises:
        ListChanged: E603, also where the scan is of another list. TwoPersonsNeeded: E605, also where the approver proposed it.
            WrongBatchState: E607, not appraised, or nothing of it is to be destroyed. UsageError: E001, no signed scan.

    Survives: a kill at any point.
    """
    with workspace.writing(by):
        batch, cases = plan_approving(workspace, by, name, approver)
        said = {
            "disposal": batch.id,
            "list_sha256": batch.list_sha256,
            "cases": list(map(str, cases)),
            "approver": approver,
        }
        enter(workspace, by, Op.DISPOSAL_APPROVED, said, signed(workspace, batch, APPROVAL, paper))
    return batch_of(workspace.archive, name)


def plan_approving(
    workspace: Workspace, by: By, name: str, approver: str
) -> tuple[Disposal, tuple[CaseNo, ...]]:
    """Return the batch as it is before, and what would be approved; nothing is written, no paper is looked at."""
    batch = batch_of(workspace.archive, name)
    require_state(batch, DisposalState.APPRAISED)
    disposal_list.read(workspace, batch)
    require_approver(workspace.config, by.today, batch, approver)
    cases = tuple(n for n in batch.remaining if batch.opinions.get(n) is Opinion.DESTROY)
    if not cases:
        raise WrongBatchState(f"{batch.id} 没有鉴定为销毁的户档")
    return batch, cases


def cancel(
    workspace: Workspace, by: By, name: str, *, reason: str, numbers: Sequence[CaseNo] = ()
) -> Disposal:
    """Cancel a batch before anything of it was destroyed, or let some of its files leave it.

    Args:
        workspace: the open workspace.
        by: who, and when.
        name: the batch.
        reason: why; always told.
        numbers: the files that leave; the whole batch is cancelled when none is named.

    Raises:
        WrongBatchState: E607, it has begun. UsageError: E001, no reason, or a file that is not in it.

    Survives: a kill at any point.
    """
    if not reason.strip():
        raise UsageError("须用 --reason 写明理由")
    before = (DisposalState.PROPOSED, DisposalState.APPRAISED, DisposalState.APPROVED)
    with workspace.writing(by):
        batch = batch_of(workspace.archive, name)
        if not numbers:
            if batch.state is DisposalState.EXECUTING:
                raise WrongBatchState(f"{batch.id} 已开始销毁，不能撤销（可让余下各户退出：写明户号）")
            require_state(batch, *before)
            enter(workspace, by, Op.DISPOSAL_CANCELLED, {"disposal": batch.id}, reason=reason)
        else:
            require_state(batch, *before, DisposalState.EXECUTING)
            if foreign := [str(n) for n in numbers if n not in batch.remaining]:
                raise UsageError(f"{'、'.join(foreign)} 不在 {batch.id} 中，或已销毁")
            for number in numbers:
                withdraw(workspace, by, batch, number, reason)
    return batch_of(workspace.archive, name)


def withdraw(workspace: Workspace, by: By, batch: Disposal, number: CaseNo, why: str) -> None:
    """Record that a file leaves a batch alone, and why."""
    data = {"disposal": batch.id, "case": str(number), "why": why}
    enter(workspace, by, Op.DISPOSAL_ROW_WITHDRAWN, data)


# ── the ledger ───────────────────────────────────────────────────────────────────────────────────────────
def enter(
    workspace: Workspace,
    by: By,
    op: Op,
    data: Mapping[str, Any],
    files: tuple[NewFile, ...] = (),
    reason: str = "",
) -> None:
    """Enter an event of a batch into this year's ledger, with what is filed beside it."""
    with workspace.writing(by):
        draft = Draft(op, data, reason, files=files)
        workspace.archive.ledgers.enter(by.today.year, draft, workspace.stamp(by))
