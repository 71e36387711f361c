"""What is entered into a year of the ledger once it is mended; held fast by a note from before it is mended.

Of a year that is put back from a copy although more is known to have stood in it, the numbers that were given, the holds and the decision
of two people are entered again. The year takes nothing before it is mended, and nothing may be lost if the mender dies right after:
the note ``moves/<year>.ledger`` says what is owed to which state of the year. What a start finds there it enters where
the year has come to that state, and forgets where it has not: then the mending is run again, and owes it anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchiveError
from archivist.model.event import Op
from archivist.model.ids import Sha256
from archivist.model.plain_json import LARGE, JsonList, JsonTable
from archivist.store import chain, commit, durable_files, notes
from archivist.store.commit import Draft, Stamp
from archivist.store.ledger import LedgerBags
from archivist.store.notes import DamagedNote
from archivist.store.two_case_changes import ACTING, read_stamp

SUFFIX: Final = ".ledger"
_NOTE: Final = JsonTable(
    {
        "year": int,
        "head": str,
        "given_up": JsonList(str),
        "entries": JsonList(JsonTable({"year": int, "op": str, "data": dict, "reason": str})),
        "by": ACTING,
        "pack": str,
    }
)


@dataclass(frozen=True, slots=True)
class OwedEntries:
    """What is owed to a year of the ledger.

    Attributes:
        head: SHA-256 of the last event of the year as it is mended.
        given_up: digests of events that the mended year lacks; with one of them there it is owed nothing.
        entries: each with the year it goes into, in the order in which they are entered.
    """

    year: int
    head: Sha256
    given_up: frozenset[Sha256]
    entries: tuple[tuple[int, Draft], ...]
    stamp: Stamp

    def to_plain(self) -> dict[str, Any]:
        """Return the note."""
        return {
            "year": self.year,
            "head": self.head,
            "given_up": sorted(self.given_up),
            "entries": [
                {"year": year, "op": draft.op.value, "data": dict(draft.data), "reason": draft.reason}
                for year, draft in self.entries
            ],
            "by": self.stamp.by.to_plain(),
            "pack": self.stamp.pack,
        }


def _read(note: dict[str, Any]) -> OwedEntries:
    entries = tuple((e["year"], Draft(Op(e["op"]), e["data"], e["reason"])) for e in note["entries"])
    given_up = frozenset(map(Sha256, note["given_up"]))
    return OwedEntries(note["year"], Sha256(note["head"]), given_up, entries, read_stamp(note))


class LedgerDebts:
    """The notes of what is owed. Callers hold the workspace's lock.

    Args:
        folder: where the notes are; ``work`` where they are staged.
        work: see above.
        ledgers: the ledger's bags.
    """

    def __init__(self, folder: Path, work: Path, ledgers: LedgerBags) -> None:
        self._folder = folder
        self._work = work
        self._ledgers = ledgers

    def note(self, owed: OwedEntries) -> None:
        """Note durably what is owed; what an earlier mending of the same year owed is owed no more.

        Raises:
            WriteFailed: E204.
        """
        staged = self._work / f"note-{owed.year}{SUFFIX}"
        with durable_files.writing("没有恢复", file=str(owed.year)):
            durable_files.unlink(staged)
            durable_files.write_new(staged, notes.seal(owed.to_plain()))
            durable_files.replace(staged, self._path(owed.year))
            durable_files.sync_folder(self._folder)

    def pay(self) -> int:
        """Enter what is owed, forget what is not; return how many entries were made.

        Raises:
            DamagedFile: E212, a note is damaged. IntegrityAlarm: E202, NewerFormat: E210, a year is not whole. WriteFailed: E204.
        """
        owing, damaged = self._notes()
        for note in damaged:
            raise note.why
        return sum(map(self._settle, owing))

    def recover(self) -> tuple[list[str], list[str]]:
        """Enter what is owed, forget what is not; idempotent.

        Returns:
            What was entered, and what waits for a year that is not whole; both in Chinese.
        """
        done: list[str] = []
        kept: list[str] = []
        for owed in self._notes()[0]:
            try:
                if entered := self._settle(owed):
                    done.append(f"总账{owed.year}：补登记恢复时的决定和给过的号 {entered} 条")
            except ArchiveError as error:
                kept.append(f"总账{owed.year} 恢复时的决定和给过的号还没有登记：{error}")
        return done, kept

    def damaged(self) -> Sequence[DamagedNote]:
        """Return the notes of which nobody can tell any more what they say."""
        return self._notes()[1]

    def _settle(self, owed: OwedEntries) -> int:
        """Return how many entries were made.

        Raises:
            IntegrityAlarm: E202, NewerFormat: E210, the year is not whole. WriteFailed: E204.
        """
        missing = self._missing(owed) if self._has_come_to(owed) else []
        for year, draft in missing:
            self._ledgers.enter(year, draft, owed.stamp)
        with durable_files.writing("已经登记，只是记录还没有删去，下次启动时删去", file=str(owed.year)):
            durable_files.unlink(self._path(owed.year))
            durable_files.sync_folder(self._folder)
        return len(missing)

    def _has_come_to(self, owed: OwedEntries) -> bool:
        """Tell whether the year is the mended one.

        Raises:
            IntegrityAlarm: E202, NewerFormat: E210, it is not whole.
        """
        folder = self._ledgers.folder / str(owed.year)
        current = chain.read(folder)
        commit.require_sound(folder, current)
        there = {digest for _, digest in current.events}
        return owed.head in there and not there & owed.given_up

    def _missing(self, owed: OwedEntries) -> list[tuple[int, Draft]]:
        """Return the entries that were not made before a kill."""
        ops = {draft.op for _, draft in owed.entries}
        time = owed.stamp.by.time.isoformat(timespec="seconds")
        there = [(e.op, e.data) for e in self._ledgers.events(*ops) if e.time == time]
        return [(year, draft) for year, draft in owed.entries if (draft.op, draft.data) not in there]

    def _notes(self) -> tuple[list[OwedEntries], list[DamagedNote]]:
        return notes.read_all(self._folder.glob(f"*{SUFFIX}"), _NOTE, _read, limit=LARGE)

    def _path(self, year: int) -> Path:
        return self._folder / f"{year}{SUFFIX}"
