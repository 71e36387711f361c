"""The documents of the embedded index in order, and counted: what the catalogue's rows say of many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from archivist.search.paging import Facet, Facets, HitPlace, SortBy

_WALK: Final = 1_000
_IN: Final = 500
"""Values bound in one statement; SQLite allows 999 at least."""
_SCAN: Final = 20_000
"""From so many documents on, every row is read rather than each asked for."""

Select = Callable[..., list[tuple[object, ...]]]
"""``IndexCatalogue.select``."""


def newest(select: Select, rank: int, *, households: bool = False) -> Iterator[tuple[int, HitPlace]]:
    """Yield every document id with its place, newest first; within a second by case and record.

    Args:
        select: asks the catalogue.
        rank: of all of them.
        households: only those of the facts of a case.
    """
    last, only = ("9999", ""), "record = '' AND " if households else ""
    while rows := select(
        f"SELECT filed_at, place, id FROM docs WHERE {only}(filed_at, place) < (?, ?) "
        "ORDER BY filed_at DESC, place DESC LIMIT ?",
        *last,
        _WALK,
    ):
        yield from ((int(str(i)), HitPlace(rank, str(filed), str(place))) for filed, place, i in rows)
        last = (str(rows[-1][0]), str(rows[-1][1]))


def in_order(
    select: Select, ids: Collection[int], rank: int = 0, sort: SortBy = SortBy.DATE
) -> list[tuple[int, HitPlace]]:
    """Return documents with their places in order, without those that are gone.

    Args:
        select: asks the catalogue.
        ids: of the documents.
        rank: of all of them.
        sort: the order.
    """
    rows = _rows(select, "SELECT d.id, d.filed_at, d.place FROM docs d", ids)
    found = [(int(str(i)), HitPlace(rank, str(filed), str(place))) for i, filed, place in rows]
    if sort is SortBy.NUMBER:
        return sorted(found, key=lambda one: one[1].place)
    return sorted(found, key=lambda one: one[1], reverse=True)


def titled(select: Select, words: Iterable[str]) -> set[int]:
    """Return the records that bear one of some words, in normal form, in their title."""
    found: set[int] = set()
    for word in words:
        rows = select("SELECT id FROM docs WHERE record > '' AND instr(title_key, ?)", word)
        found.update(int(str(i)) for (i,) in rows)
    return found


def counted(select: Select, ids: Collection[int]) -> Facets:
    """Return how many of some documents have each value of each facet."""
    sql = (
        "SELECT d.id, d.category, substr(d.filed_at, 1, 4), c.village, d.type, "
        "CASE d.record WHEN '' THEN c.status ELSE d.status END, d.step FROM docs d JOIN cases c ON c.id = d.case_id"
    )
    counts: dict[Facet, Counter[str]] = {facet: Counter() for facet in Facet}
    for _, *values in _rows(select, sql, ids):
        for facet, value in zip(Facet, values, strict=True):
            counts[facet][str(value)] += 1
    return counts


def _rows(select: Select, sql: str, ids: Collection[int]) -> Iterator[tuple[object, ...]]:
    if len(ids) > _SCAN:
        yield from (row for row in select(sql) if row[0] in ids)
        return
    wanted = sorted(ids)
    for some in (wanted[at : at + _IN] for at in range(0, len(wanted), _IN)):
        yield from select(f"{sql} WHERE d.id IN ({','.join('?' * len(some))})", *some)
