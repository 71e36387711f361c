"""Binding what older programs wrote: one event says whose bag it is, and from then on none of its events counts elsewhere."""

from __future__ import annotations

from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.preservation.verification import Verification
from archivist.store import Draft
from archivist.store.batches import IS_BATCH
from archivist.store.chain import Chain
from archivist.workspace import Workspace


def bind(workspace: Workspace, by: By, done: Verification) -> tuple[str, ...]:
    """Bind the households and the years of the ledger that a check found sound, each by an event of its own.

    Args:
        workspace: the open workspace.
        by: who binds, and when.
        done: the check; what it looked at and found nothing in is bound, unless it is already.

    Returns:
        What was bound: numbers of households, years.

    Raises:
        WriteFailed: E204; what was bound is bound.

    Survives: a kill at any point; the next run binds the rest.
    """
    doubtful = {finding.bag for finding in done.findings}
    sound = (name for name in done.checked if name not in doubtful and not IS_BATCH.fullmatch(name))
    return tuple(name for name in sound if _bind(workspace, by, name))


def _bind(workspace: Workspace, by: By, name: str) -> bool:
    archive = workspace.archive
    with workspace.writing(by):
        if not name.isdigit():
            current = archive.chain(CaseNo.parse(name))
            if not _is_bound(current):
                workspace.commit(CaseNo.parse(name), lambda _: _binding(current), by)
                return True
        elif not _is_bound(current := archive.ledgers.chain(int(name))):
            archive.ledgers.enter(int(name), _binding(current), workspace.stamp(by))
            return True
    return False


def _is_bound(current: Chain) -> bool:
    return bool(current.events[-1][0].case)


def _binding(current: Chain) -> Draft:
    return Draft(Op.CASE_BOUND, {"events": current.seq}, f"此前 {current.seq} 个事件没有写明归属，核对无误")
