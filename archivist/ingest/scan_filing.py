"""Old scans taken in as their plan says: each copied once, however often it is run; what is not sure waits in the tray."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

from archivist.errors import ArchivistError, DuplicateFile
from archivist.ingest.batches import Assemble, Outcome, assemble_apart, take_in, try_parts
from archivist.ingest.filing import LeftInInbox, ReadDrop, refuse_duplicate
from archivist.ingest.photo_papers import ReadPhotos
from archivist.ingest.scan_plan import PlannedScan, kept_name, named_for, taken_before
from archivist.ingest.settling import Dropped
from archivist.ingest.watch_folder import Now, Readers, outcome_of, read_beside, reader_count
from archivist.model.by import By
from archivist.store import Original
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ScanKnown:
    """A scan that is not taken, because it is there: an earlier run took it, or (``same``) the household has these bytes.

    ``where`` says so in Chinese.
    """

    name: str
    where: str
    same: bool = False


ScanOutcome = Outcome | ScanKnown


def take_scans(
    workspace: Workspace,
    by: Now,
    scans: Sequence[PlannedScan],
    files: Mapping[str, Dropped],
    report: Callable[[ScanOutcome, int, int], None],
    stop: threading.Event,
) -> None:
    """Take in the scans of a plan, reading them beside one another.

    Args:
        workspace: the open workspace.
        by: called for every act.
        scans: the plan.
        files: where each lies, by its name in the plan.
        report: called for each outcome with how many are done, and of how many.
        stop: ends it between two scans.

    Survives: a kill at any point; each scan is in a case once, in the tray once, or not taken yet, and in its folder always.
    """
    workspace.catch_up(by())
    for part in list(try_parts(workspace, by())):
        report(part, 0, len(scans))
    done = 0

    def tell(outcome: ScanOutcome) -> None:
        nonlocal done
        done += 1
        report(outcome, done, len(scans))

    def fresh() -> Iterator[Dropped]:
        """Yield what has to be read; a run that goes on does not read again what an earlier one took."""
        for one in scans:
            dropped = files[one.name]
            known = outcome_of(dropped, partial(_known_unread, workspace, one, dropped))
            if known is None:
                yield replace(dropped, name=kept_name(one))
            else:
                tell(known)

    with Readers(reader_count(workspace)) as readers:
        lies = {files[one.name].path: one for one in scans}
        for dropped, read in read_beside(fresh(), readers, stop):
            one = lies[dropped.path]
            tell(outcome_of(files[one.name], partial(_take_read, workspace, by, one, read)))


def _known_unread(workspace: Workspace, scan: PlannedScan, dropped: Dropped) -> ScanKnown | None:
    return _known(workspace, scan, Original.of(dropped.path, scan.name))


def _take_read(
    workspace: Workspace, by: Now, scan: PlannedScan, read: Future[ReadDrop | ReadPhotos]
) -> ScanOutcome:
    found = read.result()
    assert isinstance(found, ReadDrop)  # a plan has a row a file
    return take_scan(workspace, by(), scan, found)


def take_scan(
    workspace: Workspace,
    by: By,
    scan: PlannedScan,
    prepared: ReadDrop,
    assemble: Assemble = assemble_apart,
) -> ScanOutcome:
    """Take in one scan that was read: filed where plan and pages agree, else into the tray; it stays where it lies.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        scan: what the plan says of it.
        prepared: what was read.
        assemble: see ``take_in``.

    Survives: see ``take_scans``.
    """
    original = replace(prepared.original, name=kept_name(scan), stays=True)
    try:
        with workspace.writing(by):  # nobody else takes the same between the look and the act
            if known := _known(workspace, scan, original):
                return known
            return take_in(workspace, by, replace(prepared, original=original), assemble, named_for(scan))
    except ArchivistError as error:
        return LeftInInbox(scan.name, error)
    finally:
        if prepared.scratch:
            prepared.scratch.cleanup()


def _known(workspace: Workspace, scan: PlannedScan, original: Original) -> ScanKnown | None:
    if where := taken_before(workspace, original.sha256, scan.name):
        return ScanKnown(scan.name, where)
    if not scan.is_sure:
        where = taken_before(workspace, original.sha256, "")
        return ScanKnown(scan.name, f"与 {where} 完全相同", same=True) if where else None
    assert scan.case is not None
    try:
        refuse_duplicate(workspace.archive.read(scan.case), original)
    except DuplicateFile as error:
        return ScanKnown(scan.name, error.what, same=True)
    return None
