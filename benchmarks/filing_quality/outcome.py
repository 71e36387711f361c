"""Runs the real filing over the inbox, and looks up what became of each file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from archivist.ingest import watch_folder
from archivist.model.ids import CaseNo
from archivist.model.record import Record
from archivist.workspace import Workspace
from benchmarks.filing_quality.truth import Drop, Outcome, Placement
from tests.kit import BY


def file_all(workspace: Workspace, progress: Callable[[int, int], None]) -> None:
    """Let the program file what lies in the inbox; ``progress`` is told how many files are done, and of how many."""
    watch_folder.file_once(workspace, lambda: BY, lambda _outcome, done, total: progress(done, total))


def records(workspace: Workspace) -> Iterator[tuple[CaseNo, Record]]:
    """Yield every record of every case."""
    for number in workspace.archive.case_numbers():
        for record in workspace.archive.read(number).records.values():
            yield number, record


def look_up(
    workspace: Workspace,
    drops: Sequence[Drop],
    numbers: Mapping[str, CaseNo],
    before: Iterable[tuple[CaseNo, str]],
) -> tuple[list[Outcome], list[str]]:
    """Find what became of each file.

    Args:
        workspace: the workspace after filing.
        drops: what was dropped.
        numbers: case numbers by key of the household.
        before: the records there were before.

    Returns:
        The outcomes in the order of the files, and the records that came of no file, as text.
    """
    keys = {number: key for key, number in numbers.items()}
    placements: dict[str, list[Placement]] = {d.name: [] for d in drops}
    strays = []
    old = set(before)
    batches = {batch: drop for drop in drops for batch in _batches_of(workspace, drop)}
    for number, record in records(workspace):
        if (number, str(record.no)) in old:
            continue
        name = workspace.archive.source_name(number, record)
        drop = batches.get(str(record.source.get("batch"))) or _source(drops, record.source_sha256, name)
        if drop is None:
            strays.append(f"{number} {record.no} {record.title} ({name})")
        else:
            placements[drop.name].append(_placement(keys[number], record, drop))
    waits: dict[str, list[str]] = {d.name: [] for d in drops}
    for item in workspace.archive.tray.items():
        if drop := batches.get(item.batch) or _source(drops, item.sha256, item.name):
            waits[drop.name].append(item.reason)
        else:
            strays.append(f"tray {item.id} ({item.name})")
    archive = workspace.archive
    kept = _digests(archive.root, without=archive.work)
    return [
        Outcome(
            tuple(placements[d.name]),
            tuple(waits[d.name]),
            (archive.inbox / d.name).exists(),
            d.sha256 in kept,
        )
        for d in drops
    ], strays


def _batches_of(workspace: Workspace, drop: Drop) -> list[str]:
    """Return the batches that were made of a file."""
    kept = workspace.archive.batches
    return [
        batch
        for batch in kept.ids()
        for path in kept.originals(batch)
        if hashlib.sha256(path.read_bytes()).hexdigest() == drop.sha256
    ]


def _source(drops: Sequence[Drop], sha256: str, name: str) -> Drop | None:
    """Return the file a record or a waiting item came of: these bytes, or a part of it named after it."""
    same = [d for d in drops if d.sha256 == sha256]
    named = [d for d in same if d.name == name] or same or [d for d in drops if name.startswith(d.name)]
    return named[0] if named else None


def _placement(key: str, record: Record, drop: Drop) -> Placement:
    whole = any(f.sha256 == drop.sha256 for f in record.files)
    suffix = Path(record.files[0].path).suffix if record.files else ""
    return Placement(key, record.type, record.signs, whole, record.pages, suffix)


def _digests(folder: Path, *, without: Path) -> set[str]:
    files = (p for p in folder.rglob("*") if p.is_file() and not p.is_relative_to(without))
    return {hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
