"""Putting back from a copy what the archive has lost or what was changed in it, each file by its digest.

A copy is a generation of backup, a submission, or any folder that holds the files. What would be done is planned and can be
shown; what is replaced is set aside, never deleted; every restoration stands in the ledger.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError, CaseNotFound, IntegrityAlarm, NewerFormat
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.expunged_records import EXPUNGED
from archivist.model.ids import CaseNo
from archivist.preservation import history, losses
from archivist.preservation.bag_repair import plan_bag
from archivist.preservation.copies import CopySet
from archivist.preservation.loose_repair import KEYS, plan_keys, plan_tray_item
from archivist.preservation.losses import Decision, Loss
from archivist.preservation.repairs import Action, Mender, Repair, RepairPlan
from archivist.store import Archive, bag
from archivist.store.bag_fixity import FixityFault, FixityFinding, check_bag
from archivist.store.bag_replacements import QUARANTINE
from archivist.workspace import Workspace

TRAY: Final = re.compile(r"review/([^/]+)")
"""How a tray item is named among what can be restored."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """What a restoration did, or would do.

    Attributes:
        planned: every step.
        restored: what was put back or written anew; ``aside`` what was moved out of the way.
        quarantine: where that is.
        missing: what no copy has.
        lost: what is known to be gone for good, in words; ``loss`` what is known of it.
        left: what is still wrong with a bag.
        residue: what the copy still holds of records that were taken out of the file (已剔除); it was not put back.
    """

    planned: tuple[Repair, ...]
    restored: tuple[str, ...]
    aside: tuple[str, ...]
    quarantine: Path
    missing: tuple[str, ...]
    loss: Loss
    left: tuple[FixityFinding, ...]
    residue: tuple[str, ...]

    @property
    def lost(self) -> tuple[str, ...]:
        """What is given up, in words."""
        return self.loss.words


def restore(
    workspace: Workspace,
    by: By,
    what: CaseNo | int | str,
    copy: Path,
    *,
    dry_run: bool = False,
    accept_loss: bool = False,
    decision: Decision | None = None,
) -> Restoration:
    """Put back what a case, a year of the ledger, a batch, a tray item or the keys have lost.

    Only what chains prove is put back, and nothing newer is undone: an event by the digest that the event after it or the
    manifest names; what follows our last event in a copy whose chain has ours as its beginning; a file by the digest its
    event names. Manifests are made from the chain.

    Args:
        workspace: the open workspace.
        by: who restores, and when.
        what: the case, a year of the ledger, the id of a batch, ``review/<item>``, or ``keys``.
        copy: a folder or a package that holds the files, at any depth and under any name.
        dry_run: only say what would be done.
        accept_loss: of a trial run: restore what there is although it is known that more was lost.
        decision: of two people, that what is known to be lost is given up; without one nothing is.

    Raises:
        AlreadyDestroyed: E604, the ledger has the tombstone of the case. IntegrityAlarm: E202, of the ledger, which comes first.
        ArchiveError: E200, no such copy, copies that contradict each other, or something known would be lost for good.
        OnHold: E601, a hold in force would be lost. NewerFormat: E210, a newer program wrote to it. WriteFailed: E204, run it again.

    Survives: a kill at any point; run again it goes on. Until it is done a case stays read-only. What is given up stands in the ledger
        before anything of it goes; of the ledger of this very year it is noted before, and entered once that is restored.
    """
    archive, stamp = workspace.archive, workspace.stamp(by)
    name = str(what).replace("/", " ")
    quarantine = archive.outbox / QUARANTINE / f"{by.today:%Y%m%d}" / name
    with archive.writing(by.actor), CopySet.of(copy) as copies:
        if isinstance(what, CaseNo):
            archive.destructions.refuse(what)
        plan = _plan(workspace, what, copies, accept_loss=accept_loss or decision is not None)
        loss = losses.of_plan(archive, what, plan, by.today)
        if dry_run:
            steps = tuple(plan.repairs)
            found = _residue(archive, what, copies)
            return Restoration(steps, (), (), quarantine, tuple(plan.missing), loss, (), found)
        decided = loss.decided(str(what), decision) if loss else None
        if isinstance(what, CaseNo):  # what is replaced goes into the outbox
            archive.access.disclose([what])
        if decided and what != by.today.year:
            losses.put_on_record(archive, _identity(what), loss, decided, stamp, plan)
        if isinstance(what, CaseNo) and plan.repairs and not plan.new:
            archive.alarms.set(what, check_bag(plan.folder, quick=True).findings)
        if decided and isinstance(what, int):
            losses.owe(archive, what, loss, decided, stamp, plan)
        mender = Mender(archive.work, quarantine, workspace.root)
        if plan.repairs:
            place = partial(archive.replacements.carry_out, name=_identity(what), day=f"{by.today:%Y%m%d}")
            mender.carry_out(plan, place if plan.given_up and not plan.new else None)
        if isinstance(what, int):
            archive.ledgers.forget()
            with suppress(
                IntegrityAlarm, NewerFormat
            ):  # of a year that is not whole yet: the next start does it
                archive.debts.pay()
        left = _left(workspace, what, plan, given_up=bool(loss))
        residue = _residue(archive, what, copies)
        if mender.restored or mender.aside:
            data = {
                "what": str(what),
                "restored": mender.restored,
                "aside": mender.aside,
                "left": len(left),
                "missing": plan.missing,
                "lost": list(loss.words),
            }
            with suppress(IntegrityAlarm, NewerFormat):  # of a ledger that is not whole yet
                archive.note(Op.RESTORED, data, stamp)
    return Restoration(
        tuple(plan.repairs),
        tuple(mender.restored),
        tuple(mender.aside),
        quarantine,
        tuple(plan.missing),
        loss,
        left,
        residue,
    )


def _plan(
    workspace: Workspace, what: CaseNo | int | str, copies: CopySet, *, accept_loss: bool
) -> RepairPlan:
    archive = workspace.archive
    if what == KEYS:
        return plan_keys(workspace.root / KEYS, copies)
    if isinstance(what, str) and (item := TRAY.fullmatch(what)):
        return plan_tray_item(archive, item[1], copies)
    folder = _folder(archive, what)
    anchors = history.known(workspace).of(bag.identifier(folder.name))
    plan = plan_bag(folder, copies, anchors, accept_loss=accept_loss)
    if plan.new and not any(r.action is not Action.ASIDE for r in plan.repairs):
        raise ArchiveError("档案库和副本中都没有它", file=str(what), remedy="换一份备份，或核对编号。")
    if plan.new and plan.missing and not accept_loss:
        plan.lost += [f"{path}（副本中没有）" for path in plan.missing]
    return plan


def _folder(archive: Archive, what: CaseNo | int | str) -> Path:
    if isinstance(what, CaseNo):
        return archive.cases / str(what)
    return archive.ledger / str(what) if isinstance(what, int) else archive.batches.folder / what


def _identity(what: CaseNo | int | str) -> str:
    """Return the External-Identifier of a bag."""
    return bag.identifier(str(what))


def _residue(archive: Archive, what: CaseNo | int | str, copies: CopySet) -> tuple[str, ...]:
    """Return what the copy holds of records that were taken out of the file, by the file as it stands."""
    if not isinstance(what, CaseNo):
        return ()
    try:
        gone = archive.read(what).expunged
    except (CaseNotFound, IntegrityAlarm, NewerFormat):
        return ()
    entries = ((no, f) for no, out in gone.items() for f in (*out.record.files, *out.record.tag_files))
    held = ((no, copies.find(entry.sha256, entry.size)) for no, entry in entries)
    return tuple(f"第 {no} 件（{EXPUNGED}）：{found.path}" for no, found in held if found)


def _left(
    workspace: Workspace, what: CaseNo | int | str, plan: RepairPlan, *, given_up: bool
) -> tuple[FixityFinding, ...]:
    """Return what is still wrong with a bag; a case is read-only as long as anything is."""
    if not plan.folder.is_dir() or what == KEYS or (isinstance(what, str) and TRAY.fullmatch(what)):
        return ()
    left = check_bag(plan.folder).findings
    if given_up and not left:
        workspace.adopt(_identity(what))
    if isinstance(what, CaseNo) and not any(f.problem is FixityFault.NEWER for f in left):
        if left:
            workspace.archive.alarms.set(what, left)
        else:
            workspace.archive.alarms.clear(what)
            workspace.follow(what)
    return left
