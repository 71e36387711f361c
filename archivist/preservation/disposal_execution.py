"""A disposal carried out: each file of it is asked about again, destroyed under a lock of its own, and cleared away.

A file of which anything is otherwise than the list says leaves the batch alone, and the others go on. Run again after a kill
it does what is left; a file that has its tombstone is done.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.disposal_errors import (
    AlreadyDestroyed,
    DisposalError,
    PeriodRunning,
    WaitingPeriod,
    WrongBatchState,
)
from archivist.errors import ArchivistError, CaseNotFound, IntegrityAlarm
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.disposals import Disposal, DisposalState
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Sha256
from archivist.preservation import disposal_list, disposal_residue
from archivist.preservation.disposal_batches import batch_of, enter, require_state, why_not, withdraw
from archivist.preservation.disposal_list import DisposalRow
from archivist.preservation.disposal_persons import require_executors
from archivist.rules.disposition.retention import retention
from archivist.store import durable_files
from archivist.store.bag_replacements import QUARANTINE
from archivist.store.destruction import Sentence
from archivist.store.foreign_files import is_foreign
from archivist.store.held_files import held_since, require_free
from archivist.workspace import Workspace

DRAFTS: Final = "草稿"
_LEAVES: Final = (DisposalError, IntegrityAlarm, CaseNotFound)
"""For these a file leaves the batch; whatever else goes wrong stops it where it stands."""


class _LeftAlready(WrongBatchState):
    """Somebody else let the file leave the batch while it was carried out."""


@dataclass(frozen=True, slots=True)
class Executed:
    """What was done.

    Attributes:
        earlier: files that were destroyed before this run; ``now`` in it.
        left: files that left the batch, and why.
        residue: what is still somewhere.
    """

    batch: Disposal
    earlier: tuple[CaseNo, ...]
    now: tuple[CaseNo, ...]
    left: tuple[tuple[CaseNo, str], ...]
    residue: tuple[disposal_residue.Residue, ...]


def execute(
    workspace: Workspace,
    by: By,
    name: str,
    *,
    witnesses: Sequence[str],
    dry_run: bool = False,
    step: Callable[[int, int], None] | None = None,
) -> Executed:
    """Destroy the files of an approved batch, one after the other; go on where it was broken off.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        name: the batch.
        witnesses: who watches (监销); two.
        dry_run: only say what would leave the batch; write nothing.
        step: called with the files done and the files there are.

    Raises:
        WrongBatchState: E607, it is not approved, or the approval lapsed. WaitingPeriod: E608. ListChanged: E603, the list is
            another. TwoPersonsNeeded: E605. WriteFailed: E204; run again it goes on.

    Survives: a kill at any point, see ``store.destruction``; each file is whole, or the next start ends what was begun.
    """
    with workspace.writing(by):
        batch = batch_of(workspace.archive, name)
        require_state(batch, DisposalState.APPROVED, DisposalState.EXECUTING)
        on = by.today
        _require_time(batch, on)
        require_executors(workspace.config, by.today, batch, by.actor, witnesses)
        rows = {row.number: row for row in disposal_list.read(workspace, batch)}
        earlier = tuple(batch.destroyed)
        if not dry_run:
            _start(workspace, by, batch, witnesses)
            disposal_residue.note(workspace, batch, batch.remaining)
            for number in earlier:
                clear_away(workspace, number)
    if dry_run:
        return Executed(batch, earlier, (), tuple(_would_leave(workspace, batch, rows, on)), ())
    todo, now, left = batch.remaining, [], []
    sentences = _Sentences(workspace, name, on)
    for done, number in enumerate(todo, 1):
        try:
            done_here = _destroy(workspace, by, rows[number], sentences)
        except AlreadyDestroyed:
            pass  # another run of the same batch was before this one
        except _LeftAlready as error:
            left.append((number, error.what))
        except _LEAVES as error:
            withdraw(workspace, by, batch, number, error.what)
            left.append((number, error.what))
        else:
            now += [number] * done_here
        if step:
            step(done, len(todo))
    _end(workspace, by, name)
    batch = batch_of(workspace.archive, name)
    residue = disposal_residue.residue(workspace, batch)
    return Executed(batch, earlier, tuple(now), tuple(left), residue)


def _require_time(batch: Disposal, on: dt.date) -> None:
    """Refuse before the waiting period is over, and after the approval lapsed; by the ledger's own times."""
    assert batch.earliest is not None and batch.latest is not None
    if on < batch.earliest:
        raise WaitingPeriod(f"{batch.id} {batch.approved_on} 批准，最早 {batch.earliest} 可以销毁")
    if on > batch.latest:
        raise WrongBatchState(
            f"{batch.id} 的批准到 {batch.latest} 为止，已过期", remedy="撤销本批次，重新拟办、鉴定、报批。"
        )


def _start(workspace: Workspace, by: By, batch: Disposal, witnesses: Sequence[str]) -> None:
    if batch.state is DisposalState.EXECUTING and (batch.executor, batch.witnesses) == (
        by.actor,
        tuple(witnesses),
    ):
        return
    said = {
        "disposal": batch.id,
        "list_sha256": batch.list_sha256,
        "executor": by.actor,
        "witnesses": list(witnesses),
    }
    enter(workspace, by, Op.DISPOSAL_STARTED, said)


def _end(workspace: Workspace, by: By, name: str) -> None:
    """Record that every file was destroyed or left, unless another run of the same batch has; first no file of the index holds anything of them."""
    with workspace.writing(by):
        workspace.forget()
        batch = batch_of(workspace.archive, name)
        if batch.state is not DisposalState.EXECUTING:
            return
        said = {
            "disposal": batch.id,
            "destroyed": list(map(str, batch.destroyed)),
            "withdrawn": list(map(str, batch.withdrawn)),
        }
        enter(workspace, by, Op.DISPOSAL_EXECUTED, said)


def _would_leave(
    workspace: Workspace, batch: Disposal, rows: dict[CaseNo, DisposalRow], on: dt.date
) -> Iterator[tuple[CaseNo, str]]:
    for number in batch.remaining:
        try:
            if workspace.archive.chain(number).head != rows[number].head:
                yield number, "内容已变，与清册不符"
                continue
            _ask_again(workspace, batch, workspace.archive.read(number), on)
        except ArchivistError as error:
            yield number, error.what


# ── one file ─────────────────────────────────────────────────────────────────────────────────────────────
def _destroy(workspace: Workspace, by: By, row: DisposalRow, sentences: _Sentences) -> bool:
    """Destroy one file (D0 to D5); ``False`` where another run of the same batch has."""
    archive = workspace.archive
    stone = archive.tombstones().get(row.number)
    with workspace.writing(by):  # what was begun is ended first
        pass
    if row.number not in archive.tombstones():
        archive.destroy(
            row.number, Sha256(row.head), lambda case: sentences.of(case, row), workspace.stamp(by)
        )
    with workspace.writing(by):
        clear_away(workspace, row.number)
    return stone is None or not stone.destroyed_at


@dataclass(frozen=True, slots=True)
class _Sentences:
    """By what the files of a batch are destroyed, each as it stands under the lock."""

    workspace: Workspace
    name: str
    on: dt.date

    def of(self, case: Case, row: DisposalRow) -> Sentence:
        """Ask again (D0), and return what the tombstone says.

        Raises:
            DisposalError: the file leaves the batch, or has left it. IntegrityAlarm: E202, it has an alarm.
        """
        batch = batch_of(self.workspace.archive, self.name)
        if not batch.has(case.number):
            raise _LeftAlready(f"已退出 {batch.id}", file=str(case.number))
        _ask_again(self.workspace, batch, case, self.on)
        return Sentence(
            disposal=batch.id,
            list_sha256=batch.list_sha256,
            records=row.records,
            pages=row.pages,
            deregistered=row.deregistered,
            rule=row.rule,
            sentence=row.sentence,
            end=row.end,
            persons={
                "proposer": (batch.proposer,),
                "appraisers": batch.appraisers,
                "approver": (batch.approver,),
                "executor": (batch.executor,),
                "witnesses": batch.witnesses,
            },
            copies=tuple(disposal_residue.copies_elsewhere(self.workspace.archive)),
        )


def _ask_again(workspace: Workspace, batch: Disposal, case: Case, on: dt.date) -> None:
    """Refuse a file that is held, or was since it was proposed, whose period is longer now, that has an alarm, or of which papers still wait.

    Raises:
        DisposalError: for the first of these. IntegrityAlarm: E202.
    """
    handed_over = workspace.archive.custody.of(case.number) is not None  # then holds and period went along
    if not handed_over:
        require_free(workspace.archive, case, "销毁", on)
    if not handed_over and (past := held_since(workspace.archive, case, batch.proposed_at)):
        raise DisposalError(
            f"拟办以后曾被冻结（{'；'.join(h.words for h in past)}），须重新鉴定", file=str(case.number)
        )
    if error := why_not(workspace, case, on):
        raise error
    kept = retention(case, workspace.pack, on)
    if not handed_over and (kept.expires is None or on <= kept.expires):
        raise PeriodRunning("保管期限变长了", file=str(case.number))
    for place in _drop_folders(workspace, case.number):
        if any(not is_foreign(path.name) for path in place.iterdir()):
            raise DisposalError("投放文件夹里还有没有收取的文件", file=str(case.number))
    for item in workspace.archive.tray.items():
        told = json.dumps(
            [dict(item.details), dict(item.source), item.message], ensure_ascii=False, default=str
        )
        if str(case.number) in told or str(case.number) in item.text:
            raise DisposalError(f"待认领中有写明本户的件（{item.id}）", file=str(case.number))


def _drop_folders(workspace: Workspace, number: CaseNo) -> list[Path]:
    """Return the folders of the inbox that belong to a case: their names begin with its number."""
    inbox, name = workspace.archive.inbox, str(number)
    found = inbox.iterdir() if inbox.is_dir() else ()
    return [p for p in found if (p.name == name or p.name.startswith(f"{name} ")) and p.is_dir()]


def clear_away(workspace: Workspace, number: CaseNo) -> None:
    """Remove what goes with a destroyed case outside its folder (D5); done again it changes nothing.

    That is: what the index answers (what its files hold goes at the end, for all at once: it costs as much as the index is long), its
    alarm, its drop folder, drafts that bear its number, what was set aside of it when it was mended. The caller holds the lock.

    Survives: a kill at any point; ``execute`` and the index's catching up do it again.
    """
    archive = workspace.archive
    workspace.forget_later(number)
    with durable_files.writing("户档已销毁，附带的文件下次再清", file=str(number)):
        archive.alarms.clear(number)
        for folder in _drop_folders(workspace, number):
            for path in folder.iterdir():
                if is_foreign(path.name):
                    durable_files.unlink(path)
            durable_files.remove_if_empty(folder)
        for path in (archive.outbox / QUARANTINE).glob(f"*/{number}"):
            durable_files.remove_tree(path)
            with suppress(OSError):
                path.parent.rmdir()
        for path in (archive.outbox / DRAFTS).rglob(f"*{number}*"):
            if path.is_file():
                durable_files.unlink(path)
