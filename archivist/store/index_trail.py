"""What an index asks the archive to know whether it is this archive's, and whether it may have missed something.

The ledger says which archive this is and how far it has come; the bags that changed are marked before they change
(``changed/``) and their heads come into the ledger when the marks are taken away. So whatever changed after a place of
the ledger stands behind that place or among the marks, however a writer died, and nothing else need be looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from archivist.errors import ArchivistError, InvalidValue
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Sha256
from archivist.store import chain, durable_files
from archivist.store.ledger import LedgerBags
from archivist.store.ledger_places import LedgerPlaces

_HEADS: Final = Op.HEADS_RECORDED.value.encode()


class LedgerPlace(NamedTuple):
    """One event of the ledger: year, number from 1, SHA-256 of its file."""

    year: int
    seq: int
    digest: Sha256


class IndexTrail:
    """See the module. Nothing here writes, or needs the lock.

    Args:
        ledgers: the ledger's bags.
        marked: returns the bags that are marked as changed.
    """

    def __init__(self, ledgers: LedgerBags, marked: Callable[[], list[str]]) -> None:
        self._ledgers, self._places = ledgers, LedgerPlaces(ledgers.folder)
        self._marked = marked

    def origin(self) -> LedgerPlace | None:
        """Return the ledger's very first event, by which an archive is known; ``None`` before there is a ledger."""
        years = self._ledgers.years()
        return self._at(years[0], 1) if years else None

    def end(self) -> LedgerPlace | None:
        """Return the ledger's last event."""
        for folder in reversed(self._ledgers.folders()):
            if names := chain.event_names(folder):
                return self._at(int(folder.name), int(names[-1].removesuffix(".json")))
        return None

    def holds(self, place: tuple[int, int, Sha256]) -> bool:
        """Tell whether an event stands in the ledger; see ``LedgerPlaces``."""
        return self._places.holds(place)

    def changed_since(self, place: tuple[int, int, Sha256] | None) -> set[CaseNo]:
        """Return the cases that may have changed after a place of the ledger, or at all."""
        names = set(self._marked())
        since, seq, _ = place or (0, 0, "")
        for year in self._ledgers.years():
            number = seq if year == since else 0
            while year >= since and (path := self._places.event(year, number := number + 1)).exists():
                names |= _heads_in(path)
        found = set()
        for name in names:
            with suppress(InvalidValue):  # of the ledger, or a batch
                found.add(CaseNo.parse(name))
        return found

    def _at(self, year: int, seq: int) -> LedgerPlace | None:
        with suppress(OSError):
            return LedgerPlace(year, seq, durable_files.digest_of(self._places.event(year, seq))[0])
        return None


def _heads_in(path: Path) -> set[str]:
    """Return the bags whose heads an event enters; none where it cannot be read, which ``verify`` tells."""
    with suppress(OSError, ArchivistError, ValueError, KeyError, TypeError):
        data = durable_files.read(str(path))
        if _HEADS in data:
            event = chain.decode(data)
            if event.op is Op.HEADS_RECORDED:
                return {str(head[0]) for head in event.data["heads"]}
    return set()
