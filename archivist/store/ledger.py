"""The ledger's bags, one a year, never destroyed: read once, followed as they grow. Callers who write hold the lock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from archivist.model.bag_head import BagHead
from archivist.model.event import Data, Event, Op
from archivist.model.reference_numbers import YearNumbers, allocated
from archivist.store import bag, chain, commit
from archivist.store.chain import Chain
from archivist.store.commit import Draft, NewFile, Stamp

_YEAR: Final = re.compile(r"[0-9]{4}")
_LEAFLET: Final = """\
总账 {year} 年

这个文件夹是一年的总账，按 BagIt 1.0（RFC 8493）存放，不需要专门的程序就能查看和核对：

data/            只有这一页说明；总账的内容都在 events/
events/          这一年给出的编号、制发的机关文书、各次核对与决定，按顺序一事一文件，每一个都写着前一个的 SHA-256
manifest-sha256.txt      核对：sha256sum -c manifest-sha256.txt
tagmanifest-sha256.txt   核对：sha256sum -c tagmanifest-sha256.txt

总账永久保存，不随任何户档销毁。请勿改动、改名或删除其中任何文件。
"""


class LedgerBags:
    """The folder ``ledger/``.

    Args:
        folder: where the bags are.
        work: where a new one is built.
        changing: called before a year takes an event, with what its bag is called and who acts.
    """

    def __init__(self, folder: Path, work: Path, changing: Callable[[str, Stamp], None]) -> None:
        self.folder = folder
        self._work = work
        self._changing = changing
        self._years: dict[int, tuple[Chain, YearNumbers]] = {}

    def forget(self) -> None:
        """Forget what was read: a recovery may have changed it."""
        self._years.clear()

    def folders(self) -> list[Path]:
        """Return the bags in order."""
        if not self.folder.is_dir():
            return []
        return sorted(p for p in self.folder.iterdir() if _YEAR.fullmatch(p.name) and p.is_dir())

    def events(self) -> Iterator[Event]:
        """Yield every event, year by year.

        Raises:
            IntegrityAlarm: E202, when a year's chain is broken.
        """
        for folder in self.folders():
            yield from (event for event, _ in chain.read(folder).events)

    def numbers(self, year: int) -> YearNumbers:
        """Return the numbers of a year as they stand; none were given in a year without a bag.

        Raises:
            IntegrityAlarm: E202.
        """
        folder = self.folder / str(year)
        return self._read(year)[1] if folder.is_dir() else YearNumbers()

    def chain(self, year: int) -> Chain:
        """Return the checked chain of a year that has a bag.

        Raises:
            IntegrityAlarm: E202.
        """
        return self._read(year)[0]

    def years(self) -> list[int]:
        """Return the years that have a bag, in order."""
        return [int(folder.name) for folder in self.folders()]

    def heads(self) -> tuple[BagHead, ...]:
        """Return the heads of the years that were read here, as far as they were followed; no disk is looked at."""
        return tuple(BagHead(read.bag, read.seq, read.head) for read, _ in self._years.values())

    def enter(self, year: int, draft: Draft, stamp: Stamp) -> Event:
        """Write one event into a year's bag, which is made when it is not there."""
        if draft.op is not Op.HEADS_RECORDED:
            self._changing(bag.identifier(str(year)), stamp)
        current, numbers = self._opened(year, stamp)
        if bag.LEAFLET not in current.files:  # written before the ledger had one
            draft = replace(draft, files=(*draft.files, _leaflet(year)))
        event = commit.commit(self.folder / str(year), current, draft, stamp)
        numbers.apply(event)
        return event

    def place_of_next(self, year: int, stamp: Stamp) -> Path:
        """Return where the next event of a year will stand, once it is entered."""
        self._changing(bag.identifier(str(year)), stamp)
        current, _ = self._opened(year, stamp)
        return self.folder / str(year) / chain.EVENTS / chain.event_name(current.seq + 1)

    def allocate(self, sequence: str, year: int, count: int, purpose: Data, stamp: Stamp) -> tuple[int, ...]:
        """Take the next numbers of a sequence for good; those given by hand are passed over."""
        self._changing(bag.identifier(str(year)), stamp)  # before its bag is made, if it has none
        _, numbers = self._opened(year, stamp)
        taken = numbers.next(sequence, count)
        for data in allocated(sequence, year, taken, purpose):
            self.enter(year, Draft(Op.NUMBERS_ALLOCATED, data), stamp)
        return taken

    def _opened(self, year: int, stamp: Stamp) -> tuple[Chain, YearNumbers]:
        folder = self.folder / str(year)
        if not folder.is_dir():
            info = bag.ledger_info(year)
            opened = Draft(Op.LEDGER_OPENED, {"year": year}, files=(_leaflet(year),))
            _, made = commit.create(self._work, folder, info, opened, stamp)
            self._years[year] = (made, YearNumbers())
        return self._read(year)

    def _read(self, year: int) -> tuple[Chain, YearNumbers]:
        folder = self.folder / str(year)
        kept = self._years.get(year)
        if kept and not (folder / chain.EVENTS / chain.event_name(kept[0].seq + 1)).exists():
            return kept
        current = chain.read(folder)
        self._years[year] = (current, YearNumbers.fold(event for event, _ in current.events))
        return self._years[year]


def _leaflet(year: int) -> NewFile:
    return NewFile(bag.LEAFLET, _LEAFLET.format(year=year).encode())
