"""Whether the histories of the bags are those that ledger and index remember; what people decide about one that is not."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from archivist.errors import IndexFault, IntegrityAlarm, InvalidValue, NewerFormat
from archivist.model.bag_head import BagHead
from archivist.model.event import Event
from archivist.model.ids import CaseNo, Sha256
from archivist.model.reference_numbers import YearNumbers
from archivist.preservation import anchors as anchoring
from archivist.preservation.anchors import DECIDED, Anchors, contradiction
from archivist.store import Archive, bag, chain
from archivist.store.bag_fixity import BagCheck, FixityFault, FixityFinding
from archivist.store.bag_heads import bag_folder
from archivist.workspace import Workspace


def known(workspace: Workspace) -> Anchors:
    """Return the heads that ledger and index remember, as far as both can be read; what cannot is found elsewhere."""
    told = anchoring.of_ledger(_readable(workspace.archive))
    with suppress(IndexFault):
        return told.beside(workspace.index.known_heads())
    return told


def _readable(archive: Archive) -> Iterator[Event]:
    """Yield the events of every year of the ledger whose chain holds."""
    for folder in archive.ledger_folders():
        with suppress(IntegrityAlarm, NewerFormat, OSError):
            yield from [event for event, _ in chain.read(folder).events]


def judged(anchors: Anchors, check: BagCheck) -> BagCheck:
    """Return a check of a bag with what its history lacks among the findings; of its digests the last is left.

    Where it is not told whose chain that is, or which events are of it, this is put right first.
    """
    name = bag.identifier(check.bag)
    doubtful = check.identity != name or any(
        f.problem is FixityFault.MISPLACED or f.file.startswith(chain.EVENTS) for f in check.findings
    )
    known_heads = () if doubtful else anchors.of(name)
    lost = contradiction(known_heads, check.digests, whole=bool(check.head))
    found: tuple[FixityFinding, ...] = ()
    if lost:
        event = f"{chain.EVENTS}/{chain.event_name(lost.known.seq)}"
        there = lost.found or f"事件链止于第 {lost.length} 个事件"
        found = (FixityFinding(check.bag, event, FixityFault.HISTORY, lost.known.head, there),)
    return replace(check, findings=(*check.findings, *found), digests=check.digests[-1:])


def head_of(check: BagCheck) -> BagHead | None:
    """Return the head of a checked bag whose chain holds, stands where it belongs and has lost nothing that is known.

    ``None`` also where something was found of its events: one that is restored away must not be remembered as lost.
    """
    doubted = any(f.problem is FixityFault.HISTORY or f.file.startswith(chain.EVENTS) for f in check.findings)
    if not check.head or doubted or check.identity != bag.identifier(check.bag):
        return None
    return BagHead(check.identity, check.events, Sha256(check.head))


def gone(
    anchors: Anchors, archive: Archive, elsewhere: Collection[str] = (), *, only: str = ""
) -> tuple[FixityFinding, ...]:
    """Return a finding for every bag, or one, that ledger or index know and that is not there.

    Args:
        anchors: what is known.
        archive: the archive.
        elsewhere: bags that stand under another name; those are other findings.
        only: the one that is asked for.
    """
    return tuple(
        FixityFinding(bag_folder(archive.root, name).name, "", FixityFault.GONE, "总账或索引中有")
        for name in ([only] if only in anchors.names() else () if only else anchors.names())
        if name not in elsewhere and not os.path.lexists(bag_folder(archive.root, name))
    )


def destroyed(anchors: Anchors, archive: Archive) -> tuple[FixityFinding, ...]:
    """Return what is wrong with tombstones: a case that is there again, or one that held not what the ledger remembers."""
    found = []
    for name, stone in sorted(anchors.tombstones.items()):
        if os.path.lexists(bag_folder(archive.root, name)):
            found.append(FixityFinding(name, "", FixityFault.RETURNED, "", stone.words))
        if lost := contradiction(anchors.of(name), stone.events):
            found.append(
                FixityFinding(name, "", FixityFault.HISTORY, lost.known.head, f"墓碑中是 {lost.found}")
            )
    return tuple(found)


def never_there(
    anchors: Anchors, archive: Archive, years: Mapping[int, YearNumbers], elsewhere: Collection[str] = ()
) -> tuple[FixityFinding, ...]:
    """Return a finding for every case number that the ledger gave and that is no case, no tombstone and not vacant.

    Args:
        anchors: what is known.
        archive: the archive.
        years: the numbers of each year's ledger.
        elsewhere: bags that stand under another name, or of which something else is said.
    """
    said = anchors.gone | set(elsewhere)
    return tuple(
        FixityFinding(str(number), "", FixityFault.GONE, "总账给过这个户号")
        for year, numbers in years.items()
        for number in numbers.case_numbers(year)
        if str(number) not in said and not os.path.lexists(archive.cases / str(number))
    )


def missing(anchors: Anchors, archive: Archive, name: str) -> tuple[FixityFinding, ...]:
    """Return the finding for one bag that ledger or index know, or whose number the ledger gave, and that is not there."""
    if found := gone(anchors, archive, only=name):
        return found
    try:
        year = CaseNo.parse(name).year
    except InvalidValue:
        return ()
    given = never_there(anchors, archive, {year: archive.ledgers.numbers(year)})
    return tuple(finding for finding in given if finding.bag == name)


def decided(anchors: Anchors, name: str, check: BagCheck | None) -> dict[str, Any]:
    """Return what a decision to keep a history as it is says of its heads: those it has lost, and the new one.

    Args:
        anchors: what is known.
        name: the bag.
        check: of the bag, before it was ``judged``; ``None`` when it is gone.
    """
    digests = check.digests if check else ()
    lost = [h for h in anchors.of(name) if contradiction([h], digests)]
    new = BagHead(name, len(digests), digests[-1]) if digests else None
    return {"old_heads": [list(head) for head in lost], DECIDED: list(new) if new else None}
