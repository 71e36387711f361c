"""The hash chain of a bag: ``events/000001.json`` …, each naming the SHA-256 of the one before."""

from __future__ import annotations

import json
import os
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, InvalidValue, NewerFormat
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import BOUND_FROM, Event
from archivist.model.ids import GENESIS, CaseNo, Sha256
from archivist.model.plain_json import MalformedData, parse_json
from archivist.store import bag, durable_files
from archivist.store.durable_files import FileStamp
from archivist.store.manifest_lines import ManifestLines

EVENTS: Final = bag.EVENTS
event_name: Final = bag.event_name
KEPT: Final = 2_000
"""So many events are kept in memory, with the chains they belong to; some 10 KB each."""
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
LOOKED_AT: Final = 128
"""Of so many event files at most a reading asks whether they are as they were, besides reading what is new."""
_NAME = re.compile(r"\d{6,}\.json")


def encode(event: Event) -> bytes:
    """Return an event's file: UTF-8 JSON, sorted keys, one line end. The chain hashes these very bytes."""
    return (json.dumps(event.to_plain(), ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def decode(data: bytes) -> Event:
    """Read an event's file; ``ValueError``, ``KeyError`` or ``TypeError`` when it is none, ``NewerFormat`` when it is newer."""
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
    _lines: tuple[ManifestLines, ManifestLines] | None = field(
        default=None, init=False, repr=False, compare=False
    )
    """Those of payload and of tag files, once somebody asked for the manifests."""
    _before: tuple[int, Sha256] = field(default=(0, GENESIS), init=False, repr=False)
    """Number and digest of the last event that is not among ``events``."""
    _info: str = field(default="", init=False, repr=False)
    """The digest of ``bag-info.txt`` that the first event names, where that is not among ``events``."""
    _made: tuple[int, Sha256, tuple[bytes, bytes]] | None = field(
        default=None, init=False, repr=False, compare=False
    )
    """The manifests that were made last, with the event and the ``bag-info.txt`` they stand beside."""

    @classmethod
    def resumed(
        cls, name: str, seq: int, head: Sha256, info: Sha256, manifests: tuple[bytes, bytes]
    ) -> Chain:
        """Return a bag's chain that goes on after an event and the manifests that stood beside it.

        ``events`` will be those after it, ``files`` their files.

        It takes further events and makes manifests as the whole does, except that an event may neither move nor remove files
        of before.
        """
        chain = cls(name)
        payload, tags = map(ManifestLines.parse, manifests)
        for always in ("bagit.txt", bag.INFO, bag.MANIFEST):
            tags.remove(always)
        chain._info = info
        chain._before, chain._lines, chain._made = (seq, head), (payload, tags), (seq, info, manifests)
        return chain

    def copy(self) -> Chain:
        """Return a chain that may grow by itself."""
        copy = Chain(self.bag, self.events.copy(), self.files.copy())
        copy._lines = self._lines and (self._lines[0].copy(), self._lines[1].copy())
        copy._before, copy._info, copy._made = self._before, self._info, self._made
        return copy

    @property
    def bag_info(self) -> str:
        """The digest of ``bag-info.txt`` as the first event names it; empty where it names none."""
        return self._info if self.start else str(self.events[0][0].data.get("bag_info_sha256", ""))

    def has_file(self, path: str) -> bool:
        """Tell whether these events, those before them included, leave a file in the bag."""
        if path in self.files or not self.start:
            return path in self.files
        payload, tags = self.list_files()
        return (payload if bag.is_payload(path) else tags).digest_of(path) is not None

    def become(self, grown: Chain) -> None:
        """Take the place of a copy that has grown; the copy is given up."""
        self.events, self.files = grown.events, grown.files
        self._lines, self._made = grown._lines, grown._made

    @property
    def start(self) -> int:
        """Sequence number of the last event before ``events``; 0 when these are all."""
        return self._before[0]

    @property
    def seq(self) -> int:
        """Sequence number of the last event; 0 before the first."""
        return self.start + len(self.events)

    @property
    def head(self) -> Sha256:
        """Digest of the last event's file."""
        return self.events[-1][1] if self.events else self._before[1]

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
        if len(added) != len(event.files) or any(path in held for path in added):
            raise ValueError(f"event {event.seq} adds a file twice")
        held.update(added)
        if self._lines is not None:
            self._follow(self._lines, event, digest)
        self.files = held
        self.events.append((event, digest))

    def _follow(self, lines: tuple[ManifestLines, ManifestLines], event: Event, digest: Sha256) -> None:
        payload, tags = lines
        gone = [*event.removed, *(old for old, _ in event.moves)]
        new = [(path, self.files[old][0]) for old, path in event.moves]
        for path in gone:
            (payload if bag.is_payload(path) else tags).remove(path)
        for path, of_file in (*new, *((entry.path, entry.sha256) for entry in event.files)):
            (payload if bag.is_payload(path) else tags).add(path, of_file)
        tags.add(f"{EVENTS}/{event_name(event.seq)}", digest)

    def manifest(self) -> bytes:
        """Return the payload manifest that must stand beside these events."""
        return self.list_files()[0].manifest()

    def manifests(self, bag_info: Sha256) -> tuple[bytes, bytes]:
        """Return both manifests that must stand beside these events and this ``bag-info.txt`` (its digest)."""
        if self._made and self._made[:2] == (self.seq, bag_info):
            return self._made[2]
        payload, tags = self.list_files()
        listed, made = tags.copy(), payload.manifest()
        listed.add("bagit.txt", bag.sha256(bag.DECLARATION))
        listed.add(bag.INFO, bag_info)
        listed.add(bag.MANIFEST, bag.sha256(made))
        self._made = self.seq, bag_info, (made, listed.manifest())
        return self._made[2]

    def list_files(self) -> tuple[ManifestLines, ManifestLines]:
        """Return the lines of payload and of tag files; they are kept from then on, in this chain and its copies."""
        if self._lines is None:
            files = [(path, digest) for path, (digest, _) in self.files.items()]
            events = [(f"{EVENTS}/{event_name(e.seq)}", digest) for e, digest in self.events]
            self._lines = (
                ManifestLines.of(f for f in files if bag.is_payload(f[0])),
                ManifestLines.of([*(f for f in files if not bag.is_payload(f[0])), *events]),
            )
        return self._lines


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
        names = sorted(filter(_NAME.fullmatch, os.listdir(folder / EVENTS)))  # noqa: PTH208 (names are wanted, not paths)
    except (FileNotFoundError, NotADirectoryError):
        return []
    if len({*map(len, names)}) > 1:
        names.sort(key=lambda name: int(name.removesuffix(".json")))
    return names


@dataclass(slots=True)
class _ReadChain:
    """A chain as it was read from a folder, and the state of each of its files then; ``None``: too new to be told by it."""

    chain: Chain
    names: list[str]
    states: list[FileStamp | None]
    turn: int = 0

    def still(self, events: str, names: list[str]) -> bool:
        """Tell whether the files are still as they were read. The newest is read anew, and each that was too new then."""
        known = len(self.names)
        if names[:known] != self.names:
            return False
        look = range(known) if known <= LOOKED_AT else range(self.turn, self.turn + LOOKED_AT)
        self.turn = look.stop % known
        places = {n % known for n in look}
        anew = {n for n in places if self.states[n] is None} | {known - 1}
        quick = sorted(places - anew)
        found = durable_files.states(events, [names[n] for n in quick])
        if any(state != self.states[n] for n, state in zip(quick, found, strict=True)):
            return False
        for n in anew:
            data, self.states[n] = durable_files.read_stated(f"{events}/{names[n]}")
            if bag.sha256(data) != self.chain.events[n][1]:
                return False
        self.chain.list_files()
        return True


_seen: OrderedDict[str, _ReadChain] = OrderedDict()
"""The chains read last, by folder. Whoever reads one takes it out meanwhile."""
_remembering = threading.Lock()


def forget() -> None:
    """Forget what this process has read of chains; it is read again when it is asked for."""
    _seen.clear()
    _cases.clear()


def read(folder: Path, *, upto: int | None = None) -> Chain:
    """Read and check the chain of a bag.

    What this process read before and checked is not read again as long as size, times and inode of its files say that
    nobody wrote to them, and the newest event is the same bytes. In a chain of more than ``LOOKED_AT`` events these are
    asked of so many files at a time, in turn. A bit that the disk lost by itself changes none of them: ``verify`` reads all.

    Args:
        folder: the bag.
        upto: number of the last event that is read; all when not given.

    Raises:
        IntegrityAlarm: E202, naming the case and the event that is missing, changed or unreadable.
        NewerFormat: E210, naming the case and the first event that a newer program wrote.
    """
    events, names = f"{folder}/{EVENTS}", event_names(folder)[:upto]
    with _remembering:
        seen = _seen.pop(events, None)
    if seen is None or not _is_still(seen, events, names):
        seen = _ReadChain(Chain(bag.identifier(folder.name)), [], [])
    for name in names[len(seen.names) :]:
        seen.states.append(read_next(folder, seen.chain, name))
        seen.names.append(name)
    if not seen.names:
        raise IntegrityAlarm("一个事件也没有", file=folder.name)
    chain = seen.chain.copy()
    with _remembering:
        _seen[events] = seen
        while len(_seen) > 1 and sum(len(one.names) for one in _seen.values()) > KEPT:
            _seen.popitem(last=False)
    return chain


def _is_still(seen: _ReadChain, events: str, names: list[str]) -> bool:
    try:
        return seen.still(events, names)
    except OSError:  # whatever it is, reading all of it anew will say
        return False


def read_next(folder: Path, chain: Chain, name: str) -> FileStamp | None:
    """Read one more event into a chain; return the state of its file."""
    data, state = durable_files.read_stated(f"{folder}/{EVENTS}/{name}")
    try:
        event = decode(data)
        if name != event_name(event.seq):
            raise ValueError("name and seq differ")
        chain.append(event, bag.sha256(data))
    except NewerFormat as newer:
        raise NewerFormat(f"事件 {name} {newer.what}", file=folder.name) from newer
    except ForeignEvent as foreign:
        raise IntegrityAlarm(
            f"事件 {name} {foreign}",
            file=folder.name,
            remedy=f"可能是文件夹换错了位置：运行 archivist verify 查明；是的话，把它放回 {foreign.case} 名下。",
        ) from foreign
    except UNFIT as error:
        raise IntegrityAlarm(
            f"事件 {name} 与前一事件不相接，或已被改动（{error}）", file=folder.name
        ) from error
    return state
