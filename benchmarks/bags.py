"""Bags as the store leaves them, written without its fsyncs: what a benchmark of a large archive stands on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archivist.model.event import Data, Event, FileEntry, Op
from archivist.model.ids import RecordNo, Sha256
from archivist.store import bag, chain
from archivist.store.chain import Chain

TIME = "2024-01-01T09:00:00+08:00"


@dataclass(frozen=True, slots=True)
class Change:
    """One event to be written: its ``data``, and the files it adds, by their paths in the bag."""

    op: Op
    data: Data
    files: tuple[tuple[str, bytes], ...] = ()
    record: RecordNo | None = None


def write(folder: Path, info: bytes, changes: Iterable[Change]) -> Chain:
    """Write a whole bag: declaration, ``bag-info.txt``, the files, the chain and both manifests.

    Args:
        folder: where; it must not be there.
        info: its ``bag-info.txt``, whose digest goes into the first event.
        changes: its events in order.
    """
    (folder / chain.EVENTS).mkdir(parents=True)
    (folder / "bagit.txt").write_bytes(bag.DECLARATION)
    (folder / "bag-info.txt").write_bytes(info)
    current = Chain(bag.identifier(folder.name))
    for change in changes:
        entries = []
        for path, content in change.files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
            entries.append(FileEntry(path, bag.sha256(content), len(content), change.record))
        data = change.data if current.seq else {**change.data, "bag_info_sha256": bag.sha256(info)}
        event = Event(
            current.seq + 1, current.head, TIME, "x", change.op, data, files=tuple(entries), case=current.bag
        )
        encoded = chain.encode(event)
        (folder / chain.EVENTS / chain.event_name(event.seq)).write_bytes(encoded)
        current.append(event, bag.sha256(encoded))
    payload, tags = current.manifests(Sha256(bag.sha256(info)))
    (folder / bag.MANIFEST).write_bytes(payload)
    (folder / bag.TAG_MANIFEST).write_bytes(tags)
    return current
