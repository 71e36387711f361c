"""Which event of a bag is wrong: not its neighbour, and not the manifest that names it.

Three speak of an event: its own file, the line of the tag manifest, and ``prev`` of the event after it. Where they differ,
the two that agree are believed. Two digests that agree in most places are one digest written wrongly: then the place
where it stands is damaged, not the file it is of; so it is where something stands that is no digest at all. An event that is
found changed speaks of none. Where a manifest is torn and its pieces changed places, a digest that still stands in it, whole or
in pieces, speaks for the event that says of itself it is the one its name says: of the last one no other event speaks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import NewerFormat
from archivist.model.event import Event
from archivist.model.ids import Sha256
from archivist.store import bag, chain, durable_files

_EVENT_PATH: Final = re.compile(rf"{chain.EVENTS}/([0-9]{{6,18}})\.json")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_ALIKE: Final = 48
"""So many of 64 places of two digests are the same only where one is a copy of the other; by chance four are."""
_RUN: Final = 6
_RUNS_ALIKE: Final = 24
"""So many of the 59 runs of six places stand in both only where a piece of a copy moved or is gone; by chance none does."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event's file as it is.

    Attributes:
        event: what it says; ``None`` when it is none or a newer program wrote it.
        prev: the digest it names of the event before it; empty when that cannot be read.
        why: why there is no event; ``newer`` when it is no fault.
    """

    digest: Sha256
    event: Event | None
    prev: str
    why: str = ""
    newer: bool = False

    @classmethod
    def read(cls, path: str) -> tuple[StoredEvent, int]:
        """Read a file; return it and how many bytes it has."""
        data = durable_files.read(path)
        digest = bag.sha256(data)
        try:
            event = chain.decode(data)
        except NewerFormat as newer:
            return cls(digest, None, _prev(data), newer.what, newer=True), len(data)
        except chain.UNFIT as error:
            return cls(digest, None, _prev(data), str(error)), len(data)
        return cls(digest, event, event.prev), len(data)


def _prev(data: bytes) -> str:
    try:
        return str(json.loads(data)["prev"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


@dataclass(frozen=True, slots=True)
class EventFault:
    """An event that is not as it was committed: ``expected`` is its digest where any witness names it.

    ``found`` is the digest of what stands there; ``None`` when nothing does.
    """

    seq: int
    expected: str
    found: Sha256 | None


def seq_of(path: str) -> int | None:
    """Return the number of an event from its path in the bag; ``None`` when that is no event's path."""
    match = _EVENT_PATH.fullmatch(path)
    seq = int(match[1]) if match else None
    return seq if seq and path == path_of(seq) else None


def path_of(seq: int) -> str:
    """Return the path of an event in its bag."""
    return f"{chain.EVENTS}/{chain.event_name(seq)}"


def read_events(folder: Path, paths: Iterable[str]) -> tuple[dict[int, StoredEvent], int]:
    """Read the event files among some paths of a bag; return them by their number, and how many bytes they have."""
    found: dict[int, StoredEvent] = {}
    read = 0
    for path in paths:
        if seq := seq_of(path):
            found[seq], size = StoredEvent.read(f"{folder}/{path}")
            read += size
    return found, read


def alike(one: str, other: str) -> bool:
    """Tell whether two digests are the same, or one of them the other written wrongly."""
    if one == other:
        return True
    if len(one) != 64 or len(other) != 64:
        return False
    return sum(map(str.__eq__, one, other)) >= _ALIKE or len(_runs(one) & _runs(other)) >= _RUNS_ALIKE


def _runs(text: str) -> set[str]:
    return {text[at : at + _RUN] for at in range(len(text) - _RUN + 1)}


def judge(found: Mapping[int, StoredEvent], tags: bytes) -> tuple[int, list[EventFault]]:
    """Say how many events a bag ought to have, and which of them are wrong.

    Args:
        found: the files that are there.
        tags: the tag manifest as it stands; empty when there is none.
    """
    listed = {seq: line for path, line in bag.uncontradicted(tags).items() if (seq := seq_of(path))}
    count = _length(found, listed)
    lines = {seq: line for seq, line in listed.items() if _DIGEST.fullmatch(line)}
    text = tags.decode("utf-8", "replace")

    def fits(seq: int, file: StoredEvent) -> bool:
        """Tell whether the manifest says nothing against an event."""
        return alike(lines.get(seq, file.digest), file.digest) or _moved(seq, file, text)

    def named(seq: int) -> str:
        """Return the digest the event after this one names; empty when there is none, or it is not as the manifest says."""
        after = found.get(seq + 1)
        if seq >= count or after is None or not fits(seq + 1, after):
            return ""
        return after.prev

    def stands(seq: int) -> bool:
        file = found.get(seq)
        return file is not None and (not named(seq) or alike(named(seq), file.digest))

    wrong: list[EventFault] = []
    for seq in range(1, count + 1):
        line, file = lines.get(seq, ""), found.get(seq)
        said = named(seq) if stands(seq + 1) else ""
        if file is None:
            wrong.append(EventFault(seq, line or named(seq), None))
        elif (expected := _expected(file.digest, line, said)) and (said or not _moved(seq, file, text)):
            wrong.append(EventFault(seq, expected, file.digest))
    return count, wrong


def _moved(seq: int, file: StoredEvent, text: str) -> bool:
    """Tell whether an event is as the manifest knew it, though its digest came to stand elsewhere there, in pieces maybe."""
    own = file.event is not None and file.event.seq == seq
    return own and sum(run in text for run in _runs(file.digest)) >= _RUNS_ALIKE


def _length(found: Mapping[int, StoredEvent], listed: Mapping[int, Sha256]) -> int:
    """Return how many events a bag ought to have.

    What the manifest names belongs to the chain, unless its line has only the name of another event wrong, and so does a
    file that says of itself that it is the event its name says. What lies beyond a gap belongs to none; where no manifest
    tells, events may be missing in the gap.
    """
    own = {seq: file.digest for seq, file in found.items() if file.event and file.event.seq == seq}
    unnamed = {digest for seq, digest in own.items() if seq not in listed}
    numbers = own.keys() | {seq for seq, line in listed.items() if seq in found or line not in unnamed}
    if not listed:
        return max(numbers, default=0)
    return next(n for n in range(1, len(numbers) + 2) if n not in numbers) - 1


def _expected(digest: Sha256, line: str, named: str) -> str:
    """Return the digest an event ought to have; empty when it has it.

    Args:
        digest: what it has.
        line: of the tag manifest; empty when there is none.
        named: ``prev`` of the event after it, where that one is believed; else empty.
    """
    if line and not alike(line, digest):
        return "" if named and alike(named, digest) else line
    return named if named and not alike(named, digest) else ""
