"""The documents of the embedded index in order, and counted: what the catalogue's rows say of many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator
from operator import itemgetter
from typing import Final

from archivist.search.id_set import IdSet
from archivist.search.paging import HitPlace, SortBy

SORT_ALL: Final = 64
"""Up to so many documents are fetched and sorted; beyond that the catalogue is walked from the newest."""
_WALK: Final = 128
_WALK_MOST: Final = 4_096
"""Rows read at once on a walk, at first and at the most."""
_WORTH_WALKING: Final = 3
"""So many others passed on a walk cost as much as fetching and sorting one document."""
_SET_ALL: Final = 4_096
"""Up to so many documents are made a plain set, in which each is found sooner."""
_IN: Final = 500
"""Values bound in one statement; SQLite allows 999 at least."""
_SCAN: Final = 20_000
"""From so many documents on, every row is read rather than each asked for."""

Select = Callable[..., list[tuple[object, ...]]]
"""``IndexCatalogue.select``."""


def newest(
    select: Select, ids: IdSet, rank: int, *, households: bool = False
) -> Iterator[tuple[int, HitPlace]]:
    """Yield documents with their places, newest first, within a second by case and record; none of those that are gone.

    They are sorted when they are few, else met on a walk through all, which ends with the page. A walk on which too few of them
    are met is given up for sorting what is left.

    Args:
        select: asks the catalogue.
        ids: of the documents.
        rank: of all of them.
        households: whether they are all facts of cases.
    """
    if len(ids) > SORT_ALL:
        met: list[int] = []
        passed, most = 0, _WORTH_WALKING * len(ids)
        among: Container[object] = ids if len(ids) > _SET_ALL else {*ids}
        for rows in _walk(select, households=households):
            found = [_placed(row, rank) for row in rows if row[2] in among]
            yield from found
            met += [doc for doc, _ in found]
            passed += len(rows) - len(found)
            if passed > most:
                break
        ids -= IdSet(met)
    yield from in_order(select, ids, rank)


def _walk(select: Select, *, households: bool) -> Iterator[list[tuple[object, ...]]]:
    last, only, many = ("9999", ""), "record = '' AND " if households else "", _WALK
    while rows := select(
        f"SELECT filed_at, place, id FROM docs WHERE {only}(filed_at, place) < (?, ?) "
        "ORDER BY filed_at DESC, place DESC LIMIT ?",
        *last,
        many,
    ):
        yield rows
        last, many = (str(rows[-1][0]), str(rows[-1][1])), min(2 * many, _WALK_MOST)


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
    rows = [*_rows(select, "SELECT d.filed_at, d.place, d.id FROM docs d", ids)]
    if sort is SortBy.NUMBER:
        rows.sort(key=itemgetter(1))
    else:
        rows.sort(key=itemgetter(0, 1), reverse=True)
    return [_placed(row, rank) for row in rows]


def _placed(row: tuple[object, ...], rank: int) -> tuple[int, HitPlace]:
    filed_at, place, doc = row
    assert isinstance(doc, int)
    return doc, HitPlace(rank, str(filed_at), str(place))


def _rows(select: Select, sql: str, ids: Collection[int]) -> Iterator[tuple[object, ...]]:
    if len(ids) > _SCAN:
        yield from (row for row in select(sql) if row[-1] in ids)
        return
    wanted = sorted(ids)
    for some in (wanted[at : at + _IN] for at in range(0, len(wanted), _IN)):
        yield from select(f"{sql} WHERE d.id IN ({','.join('?' * len(some))})", *some)
