"""Whether what was received is still as it was received: every bag held against its own chain and the heads in the ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.bureau import received
from archivist.errors import ArchiveError
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import Sha256
from archivist.preservation.anchors import contradiction
from archivist.store import Archive, bag
from archivist.store.archive_fixity import beside_bags, check_bags
from archivist.store.bag_fixity import BagCheck, FixityFault, FixityFinding
from archivist.store.receptions import ANCHORS, LEDGER, is_bag
from archivist.workspace import Workspace

_MANY: Final = 1_000
"""Fewer bags are read sooner than other processes are started."""


@dataclass(frozen=True, slots=True)
class CustodyCheck:
    """What a check of an office's bags found; ``bags`` how many there are, ``read`` the bytes that were read."""

    office: str
    bags: int
    read: int
    findings: tuple[FixityFinding, ...]


def verify(
    workspace: Workspace,
    by: By,
    office: str = "",
    *,
    processes: int = 0,
    step: Callable[[int, int], None] | None = None,
) -> tuple[CustodyCheck, ...]:
    """Check everything received from an office, or from all of them, and put it on record.

    Args:
        workspace: the bureau's.
        by: who checks, and when.
        office: its code; all when empty.
        processes: checking processes; 0 means one for each core where there are many bags.
        step: called with the bags done and the bags there are.

    Raises:
        ArchiveError: E200, nothing was received from that office. IntegrityAlarm: E202, of the bureau's own ledger.
    """
    archive = workspace.archive
    receptions = archive.receptions
    with workspace.writing(by):
        pass  # an earlier crash is healed first
    wanted = [office] if office else offices(archive)
    require_received(archive, *wanted)
    found = []
    numbers: list[str] = []
    for code in wanted:
        folder = receptions.of(code)
        bags = [p for p in sorted(folder.glob("*-*")) if p.is_dir()] if folder.is_dir() else []
        bags += sorted((folder / LEDGER).glob("[0-9]*"))
        known = received.held_heads(archive, code)
        at_once = processes or (os.cpu_count() or 1 if len(bags) > _MANY else 1)
        checks = list(check_bags(bags, processes=at_once, step=step))
        findings = [f for check in checks for f in (*check.findings, *_history(known, check))]
        findings += unaccounted(archive, code)
        there = {bag.identifier(check.bag) for check in checks}
        findings += [
            FixityFinding(name, "", FixityFault.GONE, "总账中有") for name in sorted(known.keys() - there)
        ]
        found.append(CustodyCheck(code, len(checks), sum(c.read for c in checks), tuple(findings)))
        numbers += [check.bag for check in checks if not check.bag.isdigit()]
    _record(workspace, by, found, numbers)
    return tuple(found)


def offices(archive: Archive) -> list[str]:
    """Return the codes of the offices something was received from, by the ledger or by what lies there."""
    named = {one.office for one in received.submissions(archive)}
    return sorted(named | {p.name for p in archive.receptions.offices()})


def require_received(archive: Archive, *codes: str) -> None:
    """Refuse an office that never handed anything over.

    Raises:
        ArchiveError: E200.
    """
    known = offices(archive)
    for code in codes:
        if code not in known:
            raise ArchiveError(
                f"没有收到过 {code} 的报送", remedy="用 archivist bureau list 查看收到过哪些单位的。"
            )


def unaccounted(archive: Archive, office: str) -> Iterator[FixityFinding]:
    """Yield what lies among an office's bags and is none, and bags that the ledger does not know to have been received.

    Raises:
        IntegrityAlarm: E202, of the bureau's ledger.
    """
    folder = archive.receptions.of(office)
    known = received.held_heads(archive, office)
    for place, besides in ((folder, {LEDGER, ANCHORS}), (folder / LEDGER, set())):
        names = {p.name for p in place.iterdir() if p.is_dir()} if place.is_dir() else set()
        bags = {name for name in names - besides if is_bag(name)}
        yield from beside_bags(place, bags | besides)
        for name in sorted(bags):
            if bag.identifier(name) not in known:
                yield FixityFinding(name, "", FixityFault.EXTRA, "", "总账中没有接收过")


def _history(known: received.Heads, check: BagCheck) -> Sequence[FixityFinding]:
    wrong = contradiction(known.get(bag.identifier(check.bag), ()), check.digests, whole=bool(check.head))
    if wrong is None:
        return ()
    file = f"第 {wrong.known.seq} 个事件"
    return (FixityFinding(check.bag, file, FixityFault.HISTORY, wrong.known.head, wrong.found or Sha256("")),)


def _record(workspace: Workspace, by: By, found: Sequence[CustodyCheck], numbers: Sequence[str]) -> None:
    data = {
        "quick": False,
        "checked": list(numbers),
        "offices": [one.office for one in found],
        "bags": sum(one.bags for one in found),
        "bytes": sum(one.read for one in found),
        "findings": [f.to_plain() for one in found for f in one.findings],
    }
    with workspace.writing(by):
        workspace.archive.note(Op.VERIFIED, data, workspace.stamp(by))
