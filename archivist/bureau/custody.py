"""Whether what was received is still as it was received: every bag held against its own chain and the heads in the ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.bureau import received
from archivist.errors import ArchiveError
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import Sha256
from archivist.preservation.anchors import contradiction
from archivist.store import bag
from archivist.store.archive_fixity import check_bags
from archivist.store.bag_fixity import BagCheck, FixityFault, FixityFinding
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
    named = {one.office for one in received.submissions(archive)}
    wanted = sorted(named | {p.name for p in receptions.offices()})
    if office:
        if office not in wanted:
            raise ArchiveError(
                f"没有收到过 {office} 的报送", remedy="用 archivist bureau list 查看收到过哪些单位的。"
            )
        wanted = [office]
    found = []
    numbers: list[str] = []
    for code in wanted:
        folder = receptions.of(code)
        bags = [p for p in sorted(folder.glob("*-*")) if p.is_dir()] if folder.is_dir() else []
        bags += sorted((folder / "ledger").glob("[0-9]*"))
        known = received.held_heads(archive, code)
        at_once = processes or (os.cpu_count() or 1 if len(bags) > _MANY else 1)
        checks = list(check_bags(bags, processes=at_once, step=step))
        findings = [f for check in checks for f in (*check.findings, *_history(known, check))]
        there = {bag.identifier(check.bag) for check in checks}
        findings += [
            FixityFinding(name, "", FixityFault.GONE, "总账中有") for name in sorted(known.keys() - there)
        ]
        found.append(CustodyCheck(code, len(checks), sum(c.read for c in checks), tuple(findings)))
        numbers += [check.bag for check in checks if not check.bag.isdigit()]
    _record(workspace, by, found, numbers)
    return tuple(found)


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
