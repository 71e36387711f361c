"""The hash chain of a bag: ``events/000001.json`` …, each naming the SHA-256 of the one before."""

from __future__ import annotations

import functools
import json
import os
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, InvalidValue, NewerFormat
from archivist.model.case import Case, apply
from archivist.model.event import BOUND_FROM, GENESIS, Event
from archivist.model.ids import CaseNo, Sha256
from archivist.model.plain_json import MalformedData, parse_json
from archivist.store import bag, durable_files

EVENTS: Final = "events"
KEPT: Final = 2_000
"""So many events are kept parsed; some 10 KB each."""
KEPT_CASES: Final = 200
UNFIT: Final = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    InvalidValue,
)
"""What comes of events that say what no program writes, while they are read or folded."""
_NAME = re.compile(r"\d{6,}\.json")


def event_name(seq: int) -> str:
    """Return the file name of an event."""
    return f"{seq:06d}.json"


def encode(event: Event) -> bytes:
    """Return an event's file: UTF-8 JSON, sorted keys, one line end. The chain hashes these very bytes."""
    return (json.dumps(event.to_plain(), ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


@functools.lru_cache(maxsize=KEPT)
def decode(data: bytes) -> Event:
    """Read an event's file; ``ValueError``, ``KeyError`` or ``TypeError`` when it is none, ``NewerFormat`` when it is newer.

    The same bytes give the same event without being parsed again: a chain is read from the disk and hashed anew for
    every commit, and half the work of that was parsing what was parsed a moment ago.
    """
    plain = parse_json(data)
    if not isinstance(plain, dict):
        raise MalformedData("应为表")
    return Event.from_plain(plain)


class ForeignEvent(ValueError):
    """An event that stands in another bag than the one it names, ``case``."""

    def __init__(self, case: str, bag: str) -> None:
        super().__init__(f"属于 {case}，不属于 {bag}")
        self.case = case


@dataclass(slots=True)
class Chain:
    """The events of one bag with the digest of each one's file, and the files they add up to.

    ``bag`` is its External-Identifier, see ``bag.identifier``. Events that name another are not taken, and after
    one that names it none that names none.
    """

    bag: str
    events: list[tuple[Event, Sha256]] = field(default_factory=list)
    files: dict[str, tuple[Sha256, int]] = field(default_factory=dict)

    @property
    def seq(self) -> int:
        """Sequence number of the last event; 0 before the first."""
        return len(self.events)

    @property
    def head(self) -> Sha256:
        """Digest of the last event's file."""
        return self.events[-1][1] if self.events else GENESIS

    def append(self, event: Event, digest: Sha256) -> None:
        """Add an event and what it did to the files; ``ValueError`` when it does not follow."""
        if event.seq != self.seq + 1 or event.prev != self.head:
            raise ValueError(f"event {event.seq} does not follow event {self.seq}")
        if event.format >= BOUND_FROM:
            if event.case != self.bag:
                raise ForeignEvent(event.case, self.bag)
        elif self.events and self.events[-1][0].format >= BOUND_FROM:
            raise ValueError(f"event {event.seq} names no case, event {self.seq} does")
        if event.removed or event.moves:
            held = dict(self.files)
            for path in event.removed:
                del held[path]
            for old, new in event.moves:
                held[new] = held.pop(old)
        else:
            held = self.files
        added = {entry.path: (entry.sha256, entry.size) for entry in event.files}
        if len(added) != len(event.files) or not added.keys().isdisjoint(held):
            raise ValueError(f"event {event.seq} adds a file twice")
        held.update(added)
        self.files = held
        self.events.append((event, digest))

    def manifest(self) -> bytes:
        """Return the payload manifest that must stand beside these events."""
        return bag.manifest({p: d for p, (d, _) in self.files.items() if bag.is_payload(p)})

    def manifests(self, bag_info: Sha256) -> tuple[bytes, bytes]:
        """Return both manifests that must stand beside these events and this ``bag-info.txt`` (its digest)."""
        payload = self.manifest()
        tags = {p: d for p, (d, _) in self.files.items() if not bag.is_payload(p)}
        tags |= {f"{EVENTS}/{event_name(e.seq)}": d for e, d in self.events}
        tags |= {"bagit.txt": bag.sha256(bag.DECLARATION), bag.INFO: bag_info}
        tags[bag.MANIFEST] = bag.sha256(payload)
        return payload, bag.manifest(tags)


_cases: OrderedDict[tuple[CaseNo, Sha256], Case] = OrderedDict()
"""The cases folded last, by number and chain head."""


def state(number: CaseNo, chain: Chain) -> Case:
    """Return the case that a chain of events leads to; ``ValueError`` or ``KeyError`` when they do not fit.

    The head's digest stands for the whole chain, which was read and checked: what an earlier look folded up to the
    same head, or up to a head a few events back, is the same now. Only a fold is saved, never a look at the disk.
    """
    known, rest = 0, chain.events
    case = Case(number)
    for back in range(min(4, chain.seq)):
        at = chain.seq - back
        if kept := _cases.get((number, chain.events[at - 1][1])):
            known, case, rest = at, kept, chain.events[at:]
            break
    for event, digest in rest:
        case = apply(case, event, digest)
    if chain.seq > known:
        _cases[number, chain.head] = case
        while len(_cases) > KEPT_CASES:
            _cases.popitem(last=False)
    return case


def event_names(folder: Path) -> list[str]:
    """Return the names of the event files of a bag, in order of their numbers; none where it has no such folder."""
    try:
        names = filter(_NAME.fullmatch, os.listdir(folder / EVENTS))  # noqa: PTH208 (names are wanted, not paths)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(names, key=lambda name: int(name.removesuffix(".json")))


def read(folder: Path, *, upto: int | None = None) -> Chain:
    """Read and check the chain of a bag.

    Args:
        folder: the bag.
        upto: number of the last event that is read; all when not given.

    Raises:
        IntegrityAlarm: E202, naming the case and the event that is missing, changed or unreadable.
        NewerFormat: E210, naming the case and the first event that a newer program wrote.
    """
    chain = Chain(bag.identifier(folder.name))
    for name in event_names(folder)[:upto]:
        data = durable_files.read(f"{folder}/{EVENTS}/{name}")
        try:
            event = decode(data)
            if name != event_name(event.seq):
                raise ValueError("name and seq differ")
            chain.append(event, bag.sha256(data))
        except NewerFormat as newer:
            raise NewerFormat(f"事件 {name} {newer.what}", file=folder.name) from newer
        except ForeignEvent as foreign:
            raise IntegrityAlarm(f"事件 {name} {foreign}", file=folder.name) from foreign
        except UNFIT as error:
            raise IntegrityAlarm(
                f"事件 {name} 与前一事件不相接，或已被改动（{error}）", file=folder.name
            ) from error
    if not chain.events:
        raise IntegrityAlarm("一个事件也没有", file=folder.name)
    return chain
