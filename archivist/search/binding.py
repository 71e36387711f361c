"""Whose archive an index is of, how far along its ledger, and what it may have missed since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from archivist.errors import ForeignIndex
from archivist.model.ids import CaseNo, Sha256

if TYPE_CHECKING:
    from archivist.search.catalogue import IndexCatalogue
    from archivist.search.engine import ArchiveReader, LedgerPlace


class AnswersSql(Protocol):
    """A catalogue, as far as it answers."""

    def select(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return the rows of a question in SQL."""


class HoldsEvents(Protocol):
    """A ledger, as far as it tells which events stand in it."""

    def holds(self, place: LedgerPlace) -> bool:
        """Tell whether an event stands in it."""


def read(catalogue: AnswersSql) -> tuple[LedgerPlace | None, LedgerPlace | None]:
    """Return the ledger's first event and the place up to which nothing was missed, as they were bound last."""
    bound = catalogue.select("SELECT key, value FROM meta WHERE key IN ('origin', 'place')")
    rows = {str(key): str(value) for key, value in bound}
    return _place(rows.get("origin")), _place(rows.get("place"))


def write(catalogue: IndexCatalogue, origin: LedgerPlace | None, place: LedgerPlace | None) -> None:
    """Say whose archive an index is of, and up to which place of its ledger nothing was missed."""
    if (origin, place) != read(catalogue):
        rows = [(k, json.dumps(v)) for k, v in (("origin", origin), ("place", place)) if v]
        with catalogue.transaction() as db:
            db.execute("DELETE FROM meta WHERE key IN ('origin', 'place')")
            db.executemany("INSERT INTO meta VALUES (?, ?)", rows)


def require(catalogue: AnswersSql, trail: HoldsEvents) -> None:
    """Refuse the index of another archive, or of a state of this one that the archive has not come to.

    Raises:
        ForeignIndex: E403.
    """
    origin, place = read(catalogue)
    if origin and not trail.holds(origin):
        raise ForeignIndex("这是另一个档案库的索引")
    if place and not trail.holds(place):
        raise ForeignIndex(
            f"索引跟到了总账 {place[0]} 年第 {place[1]} 个事件，档案库的总账里没有它："
            "索引比档案库新，或总账被改过"
        )


def missed(catalogue: IndexCatalogue, archive: ArchiveReader, *, all_cases: bool) -> list[CaseNo]:
    """Return the cases that changed and were not followed.

    Args:
        catalogue: of the index.
        archive: where the truth is.
        all_cases: look at every case, not only at those that changed as far as marks and ledger tell.
    """
    _, place = read(catalogue)
    changed = set(archive.trail.changed_since(place))
    if all_cases:
        changed |= {*archive.case_numbers(), *catalogue.heads()}
    there = changed - {*archive.destroyed()}
    return sorted(n for n in there if is_behind(archive, n, catalogue.head(n)))


def is_behind(archive: ArchiveReader, number: CaseNo, followed: tuple[int, Sha256] | None) -> bool:
    """Tell whether a case has an event after the one it was followed to, or has that one no more; reads no whole case."""
    seq = followed[0] if followed else 0
    gone = seq > 0 and archive.event_digest(str(number), seq) is None
    return gone or archive.event_digest(str(number), seq + 1) is not None


def _place(text: str | None) -> LedgerPlace | None:
    if text is None:
        return None
    year, seq, digest = json.loads(text)
    return year, seq, Sha256(digest)
