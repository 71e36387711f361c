"""Which documents have a value in common, kept beside the rows: what a filter, a facet, NOT and the first six digits of an ID number ask.

A set lies in parts of ``PART`` ids: as numbers of two bytes each while they are few, as one bit an id from then on. So a commit
rewrites a part of each set a document is in, and a question reads a handful of parts instead of a row for each document.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import pairwise
from typing import Final

from archivist.search.id_set import IdSet, bits_of
from archivist.search.indexed_people import people_there
from archivist.search.paging import Facet, Facets

_BITS: Final = 12
PART: Final = 1 << _BITS
_BYTES: Final = PART // 8
_FEW: Final = _BYTES // 2 - 1
"""So many ids at the most are numbers; a part of as many bytes as bits need is bits."""

Select = Callable[..., list[tuple[object, ...]]]
"""``IndexCatalogue.select``."""


class DocSet(StrEnum):
    """What the documents of a set have in common. A household's own entry is among them all but ``TITLE`` and ``FLAGS``."""

    ALL = "all"
    HOUSEHOLD = "household"
    CATEGORY = "category"
    YEAR = "year"
    MONTH = "month"
    VILLAGE = "village"
    TYPE = "type"
    STATUS = "status"
    """The record's own; of a household's entry the case's."""
    CASE_STATUS = "case"
    STEP = "step"
    TITLE = "title"
    HANDLER = "handler"
    FLAGS = "flags"
    ID6 = "id6"
    """Somebody in the case has an ID number that begins so."""


_FACETS: Final = {facet: DocSet(facet.value) for facet in Facet}
_Members = dict[tuple[DocSet, str], list[int]]
_DOCS: Final = "SELECT id, record, type, title_key, category, status, filed_at, step, handler, page_flags FROM docs WHERE case_id = ?"


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────
class Changes:
    """What becomes different in the sets while cases are written; within one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._added: dict[tuple[DocSet, str, int], list[int]] = defaultdict(list)
        self._taken: dict[tuple[DocSet, str, int], list[int]] = defaultdict(list)

    @classmethod
    @contextmanager
    def noted(cls, db: sqlite3.Connection) -> Iterator[Changes]:
        """Write at the end of a block what was noted in it."""
        changes = cls(db)
        yield changes
        changes._write()

    @contextmanager
    def of(self, number: object) -> Iterator[None]:
        """Note what a block changes in a case."""
        before = _members(self._db, number)
        yield
        after = _members(self._db, number)
        for key, ids in after.items():
            _note(self._added, key, ids, before.get(key))
        for key, ids in before.items():
            _note(self._taken, key, ids, after.get(key))

    def _write(self) -> None:
        for at in sorted(self._added.keys() | self._taken.keys()):
            row = self._db.execute(
                "SELECT ids FROM sets WHERE kind = ? AND value = ? AND part = ?", at
            ).fetchone()
            ids = _changed(row[0] if row else b"", self._added.get(at, []), self._taken.get(at, []))
            if ids:
                self._db.execute("INSERT OR REPLACE INTO sets VALUES (?, ?, ?, ?)", (*at, ids))
            else:
                self._db.execute("DELETE FROM sets WHERE kind = ? AND value = ? AND part = ?", at)


def _note(
    noted: dict[tuple[DocSet, str, int], list[int]],
    key: tuple[DocSet, str],
    ids: list[int],
    known: list[int] | None,
) -> None:
    if ids != known:
        same = frozenset(known or ())
        for doc in ids:
            if doc not in same:
                noted[*key, doc >> _BITS].append(doc & PART - 1)


def _members(db: sqlite3.Connection, number: object) -> _Members:
    """Return the documents of a case by what they have in common."""
    found: _Members = defaultdict(list)
    case = db.execute("SELECT id, status, village FROM cases WHERE number = ?", (str(number),)).fetchone()
    if case is None:
        return found
    case_id, case_status, village = case
    every: list[int] = []
    for doc, record, kind, title, category, status, filed_at, step, handler, flags in db.execute(
        _DOCS, (case_id,)
    ):
        every.append(doc)
        found[DocSet.CATEGORY, category].append(doc)
        found[DocSet.YEAR, filed_at[:4]].append(doc)
        found[DocSet.MONTH, filed_at[:7]].append(doc)
        found[DocSet.TYPE, kind].append(doc)
        found[DocSet.STATUS, status if record else case_status].append(doc)
        found[DocSet.STEP, step].append(doc)
        found[DocSet.HANDLER, handler].append(doc)
        if record:
            found[DocSet.TITLE, title].append(doc)
            if flags:
                found[DocSet.FLAGS, flags].append(doc)
        else:
            found[DocSet.HOUSEHOLD, ""].append(doc)
    found[DocSet.ALL, ""] = found[DocSet.VILLAGE, village] = found[DocSet.CASE_STATUS, case_status] = every
    people = db.execute("SELECT part, name, known FROM people WHERE case_id = ?", (case_id,))
    for prefix in filter(None, (one.id_prefix for one in people_there(people))):
        found[DocSet.ID6, prefix] = every
    return found


def _changed(ids: bytes, added: list[int], taken: list[int]) -> bytes:
    """Return a part with some ids and without others; what is new mostly comes after all there are."""
    if not taken and len(ids) + 2 * len(added) <= 2 * _FEW:
        last = ids[-2] | ids[-1] << 8 if ids else -1
        if all(one > before for before, one in pairwise((last, *added))):
            return ids + struct.pack(f"<{len(added)}H", *added)
    return _packed(_bits(ids) & ~bits_of(taken) | bits_of(added))


def _packed(bits: int) -> bytes:
    if bits.bit_count() > _FEW:
        return bits.to_bytes(_BYTES, "little")
    ids = [*IdSet.of_bits(bits)]
    return struct.pack(f"<{len(ids)}H", *ids)


def _bits(ids: bytes) -> int:
    if len(ids) == _BYTES:
        return int.from_bytes(ids, "little")
    return bits_of(struct.unpack(f"<{len(ids) // 2}H", ids))


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────
def having(select: Select, kind: DocSet, value: str = "") -> IdSet:
    """Return the documents that have a value."""
    return _union(select("SELECT part, ids FROM sets WHERE kind = ? AND value = ?", kind, value))


def holding(select: Select, kind: DocSet, fragment: str, around: str = "") -> IdSet:
    """Return the documents in whose value a fragment stands.

    Args:
        select: asks the catalogue.
        kind: of the value.
        fragment: to be found.
        around: set before and after the value, to find a whole word.
    """
    sql = "SELECT part, ids FROM sets WHERE kind = ? AND instr(? || value || ?, ?)"
    return _union(select(sql, kind, around, around, fragment))


def between(select: Select, start: dt.date | None, end: dt.date | None) -> IdSet:
    """Return the documents of some days, whole years and months at once.

    Args:
        select: asks the catalogue.
        start: the first day; ``None`` for as early as may be.
        end: the last day; ``None`` for as late as may be.
    """
    low = (start or dt.date.min).isoformat()
    high = (end + dt.timedelta(days=1)).isoformat() if end and end < dt.date.max else "9999-99"
    sql = "SELECT part, ids FROM sets WHERE kind = ? AND value >= ? AND value < ?"
    first_month, last_month = _next(low, 7), high[:7]
    if first_month > last_month:
        return _by_row(select, low, high)
    found = _by_row(select, low, first_month) | _by_row(select, last_month, high)
    first_year, last_year = _next(first_month, 4), last_month[:4]
    if first_year > last_year:
        return found | _union(select(sql, DocSet.MONTH, first_month, last_month))
    months = select(sql, DocSet.MONTH, first_month, first_year) + select(
        sql, DocSet.MONTH, last_year, last_month
    )
    return found | _union([*months, *select(sql, DocSet.YEAR, first_year, last_year)])


def counted(select: Select, ids: IdSet) -> Facets:
    """Return how many of some documents have each value of each facet."""
    here = [ids.bits >> at & (1 << PART) - 1 for at in range(0, ids.bits.bit_length(), PART)]
    counts: dict[Facet, Counter[str]] = {facet: Counter() for facet in Facet}
    for facet, kind in _FACETS.items():
        for value, part, packed in select("SELECT value, part, ids FROM sets WHERE kind = ?", kind):
            assert isinstance(part, int)
            assert isinstance(packed, bytes)
            if part < len(here) and (count := (here[part] & _bits(packed)).bit_count()):
                counts[facet][str(value)] += count
    return counts


def _next(value: str, length: int) -> str:
    """Return where the first month (seven characters) or year (four) begins that is whole from some day or month on."""
    return value[:length] if value[length + 1 :] == "01" else f"{value[:length]}~"  # after all that begins so


def _by_row(select: Select, low: str, high: str) -> IdSet:
    rows = select("SELECT id FROM docs WHERE filed_at >= ? AND filed_at < ?", low, high) if low < high else ()
    return IdSet([int(str(doc)) for (doc,) in rows])


def _union(parts: Iterable[tuple[object, ...]]) -> IdSet:
    found: dict[int, int] = {}
    for part, ids in parts:
        assert isinstance(part, int)
        assert isinstance(ids, bytes)
        found[part] = found.get(part, 0) | _bits(ids)
    whole = b"".join(
        found.get(part, 0).to_bytes(_BYTES, "little") for part in range(max(found, default=-1) + 1)
    )
    return IdSet.of_bits(int.from_bytes(whole, "little"))
