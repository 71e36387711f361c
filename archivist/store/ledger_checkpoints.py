"""``index/checkpoints/``: where each year's ledger stood when this program wrote to it last, so that not all of it is read again.

Disposable: one that is missing, damaged, of another program, or of another moment is not used, and the year is read as a whole.
It is believed only while the ledger on the disk is the very one it tells of: the newest event is the same bytes, ``bag-info.txt`` and both
manifests too, nothing came to the folder of events or left it, and of the files there none that is asked was written to since.
docs/decisions.md says what that leaves to ``verify``.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist import __version__
from archivist.model.event import Event, Op
from archivist.model.ids import Sha256
from archivist.model.plain_json import JsonList, JsonMap, JsonTable, MalformedData
from archivist.model.reference_numbers import SequenceEnds
from archivist.store import bag, chain, durable_files, notes
from archivist.store.chain import Chain
from archivist.store.durable_files import FileStamp

FORMAT: Final = 1
_ASKED: Final = 64
"""So many event files are asked for each event that is entered whether somebody wrote to them."""
_SHAPE: Final = JsonTable(
    {
        "format": int, "program": str, "bag": str, "seq": int, "head": str, "info": str, "manifests": JsonList(str),
        "folder": JsonList(int), "written_ns": int, "read": int, "turn": int, "others": JsonMap(JsonList(int)),
        "ends": JsonTable({"last": JsonMap(int), "by_hand": JsonMap(JsonList(int))}),
    }
)  # fmt: skip


@dataclass(slots=True)
class LedgerState:
    """A year of the ledger as far as it must be in memory to take the next event.

    Attributes:
        chain: the whole, or what came after some event (``Chain.resumed``).
        ends: how far the sequences have come.
        others: where in the chain the events are that tell nothing of numbers, by what they did.
        folder: of the events, when it was looked at last.
        written_ns: when the last of their files was written, by its own times, as they were read as a whole up to ``read``.
        read: those after it were written one after the other.
        turn: after which event those begin that are asked next.
        asked: at which length of the chain that was.
    """

    chain: Chain
    ends: SequenceEnds
    others: dict[str, list[int]]
    folder: FileStamp
    written_ns: int
    read: int
    turn: int = 0
    asked: int = 0

    @classmethod
    def whole(cls, folder: Path) -> LedgerState:
        """Read a year.

        Raises:
            IntegrityAlarm: E202. NewerFormat: E210.
        """
        events, stamp, written = f"{folder}/{chain.EVENTS}", FileStamp(0, 0, 0, 0, 0), 0
        with suppress(FileNotFoundError):  # whatever is missing, reading says
            stamp = FileStamp.of(os.stat(events))  # noqa: PTH116
            written = max(
                (_written(s) for s in durable_files.states(events, chain.event_names(folder))), default=0
            )
        found = chain.read(folder)
        state = cls(found, SequenceEnds(), {}, stamp, written, found.seq)
        for event, _ in state.chain.events:
            state.follow(event)
        return state

    def follow(self, event: Event) -> None:
        """Add what an event says, which its chain has by now."""
        self.ends.apply(event)
        if not event.op.is_of_numbers:
            self.others.setdefault(event.op.value, []).append(event.seq)

    def ends_with(self, op: Op) -> bool:
        """Tell whether the last event is of a kind, which is none about numbers."""
        return self.others.get(op.value, [])[-1:] == [self.chain.seq]

    def events(self, folder: Path, ops: Iterable[Op], after: int = 0) -> list[Event] | None:
        """Return the events after one that did one of these, none of them about numbers.

        Those that are not in memory are read, and must be the files that the manifest lists; ``None`` when one is not.
        """
        start, tags, found = self.chain.start, None, []
        try:
            for seq in sorted(seq for op in ops for seq in self._since(op, after)):
                if seq > start:
                    found.append(self.chain.events[seq - start - 1][0])
                    continue
                path = f"{chain.EVENTS}/{chain.event_name(seq)}"
                data = durable_files.read(f"{folder}/{path}")
                tags = tags or self.chain.list_files()[1]
                if tags.digest_of(path) != bag.sha256(data):
                    return None
                found.append(chain.decode(data))
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
        return found

    def _since(self, op: Op, after: int) -> list[int]:
        places = self.others.get(op.value, [])
        return places[bisect_right(places, after) :]

    def look(self, folder: Path) -> None:
        """Note how the folder of events is after an event was written into it."""
        self.folder = FileStamp.of(os.stat(folder / chain.EVENTS))  # noqa: PTH116

    def is_current(self, folder: Path, *, anew: bool = False) -> bool:
        """Tell whether nothing came to the folder of events or left it, the newest is the same, and nobody wrote to those asked now.

        Some are asked once for each event that is entered, with ``anew`` each time.
        """
        events = f"{folder}/{chain.EVENTS}"
        try:
            if FileStamp.of(os.stat(events)) != self.folder:  # noqa: PTH116
                return False
            newest = durable_files.read(f"{events}/{chain.event_name(self.chain.seq)}")
            if bag.sha256(newest) != self.chain.head:
                return False
            if os.path.lexists(f"{events}/{chain.event_name(self.chain.seq + 1)}"):  # within one tick
                return False
            return (self.asked == self.chain.seq and not anew) or self._is_untouched(events)
        except OSError:
            return False

    def _is_untouched(self, events: str) -> bool:
        """Ask a stretch of the chain, which moves on with each event and comes round: each file is older than the next."""
        seq = self.chain.seq
        asked = {(self.turn + n) % seq + 1 for n in range(_ASKED)}
        looked = sorted(asked | {n + 1 for n in asked if n < seq})
        found = durable_files.states(events, map(chain.event_name, looked))
        times = dict(zip(looked, map(_written, found), strict=True))
        for n in asked:
            if times[n] > (self.written_ns if n <= self.read else times.get(n + 1, times[n])):
                return False
        self.asked, self.turn = seq, (self.turn + _ASKED) % seq
        return True


def _written(state: FileStamp) -> int:
    return max(state.mtime_ns, state.ctime_ns)


class LedgerCheckpoints:
    """The folder of the checkpoints; none are kept where there is none.

    Args:
        folder: in the index, made when the first is written.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def write(self, folder: Path, state: LedgerState) -> None:
        """Note where a year stands. What cannot be written is left: the year is then read as a whole.

        Survives: a kill or a power cut at any point leaves the one before, none, or one that is not believed.
        """
        if self._folder is None:
            return
        with suppress(OSError):
            info = durable_files.digest_of(folder / bag.INFO)[0]
            note = {
                "format": FORMAT,
                "program": __version__,
                "bag": state.chain.bag,
                "seq": state.chain.seq,
                "head": state.chain.head,
                "info": info,
                "manifests": [bag.sha256(made) for made in state.chain.manifests(info)],
                "folder": list(state.folder),
                "written_ns": state.written_ns,
                "read": state.read,
                "turn": state.turn,
                "others": state.others,
                "ends": state.ends.to_plain(),
            }
            self._folder.mkdir(mode=durable_files.FOLDER_MODE, parents=True, exist_ok=True)
            path = self._path(self._folder, folder)
            part = path.with_suffix(".part")
            part.unlink(missing_ok=True)
            with os.fdopen(
                os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, durable_files.FILE_MODE), "wb"
            ) as file:
                file.write(notes.seal(note))
            part.replace(path)

    def has(self, folder: Path) -> bool:
        """Tell whether there is one of a year, whatever it says."""
        return self._folder is not None and self._path(self._folder, folder).exists()

    def resume(self, folder: Path) -> LedgerState | None:
        """Return a year as its checkpoint says, ``None`` when there is none to be believed."""
        if self._folder is None:
            return None
        try:
            note = self._read(self._path(self._folder, folder))
            if (note["format"], note["program"], note["bag"]) != (
                FORMAT,
                __version__,
                bag.identifier(folder.name),
            ):
                return None
            made = _manifests(folder, note)
            seq, head = note["seq"], Sha256(note["head"])
            if made is None or seq < 1:
                return None
            state = LedgerState(
                Chain.resumed(note["bag"], seq, head, Sha256(note["info"]), made),
                SequenceEnds.from_plain(note["ends"]),
                note["others"],
                FileStamp(*note["folder"]),
                note["written_ns"],
                note["read"],
                note["turn"],
            )
        except (OSError, ValueError, TypeError):
            return None
        return state if state.is_current(folder) else None

    @staticmethod
    def _read(path: Path) -> dict[str, Any]:
        data = path.read_bytes()
        if b'"digest"' not in data:
            raise MalformedData("没有校验码")
        return notes.unseal(data, _SHAPE)

    @staticmethod
    def _path(folder: Path, year: Path) -> Path:
        return folder / f"{bag.identifier(year.name)}.json"


def _manifests(folder: Path, note: Mapping[str, Any]) -> tuple[bytes, bytes] | None:
    """Return both manifests that lie there, if they and ``bag-info.txt`` are those the note tells of."""
    payload, tags = (durable_files.read(f"{folder}/{name}") for name in (bag.MANIFEST, bag.TAG_MANIFEST))
    info = durable_files.digest_of(folder / bag.INFO)[0]
    told = [bag.sha256(payload), bag.sha256(tags)] == note["manifests"] and info == note["info"]
    return (payload, tags) if told else None
