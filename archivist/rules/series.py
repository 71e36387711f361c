"""Rows of one id laid over those of a pack below: a row says what it does with them, and no rule is lost unsaid.

A row of an id that is new is added. A dated row (``valid_from``, ``valid_to``) of an id there is already takes its place in
the series: the rows below go on until the day before it begins, and again from the day after it ends. An undated one
must say what it does, with a source of its own: ``patch = true`` changes only the columns it names, ``replace = true``
takes the place of all rows of the id, ``withdraw = true`` takes them away. Each of them means only its ``categories``:
a row for DB over a row of DB and DX leaves DX as it was. A patch that leaves the row the sentence it stands on gives its
own as ``because``.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from archivist.model.ids import Category

Row = Mapping[str, Any]
Rows = Sequence[Row]
FROM: Final = "_from"
"""Under this key a row carries where it stands, for messages."""
PATCH: Final = "patch"
REPLACE: Final = "replace"
WITHDRAW: Final = "withdraw"
BECAUSE: Final = "because"
ACTS: Final = (PATCH, REPLACE, WITHDRAW)
_ALL: Final = tuple(c.value for c in Category)
_PLACE: Final = ("id", "document", "categories", "valid_from", "valid_to")
"""Columns that say which rows a patch or a withdrawal means."""
_WITHDRAWAL: Final = frozenset({*_PLACE, "holds_by", "source", "note", WITHDRAW, FROM})
_BY_ACCEPTANCE: Final = "acceptance"
_OR_BECAUSE: Final = "；原行的出处不变的，写 because = { measure = …, sentence = … } 说明依据什么改"
_UNSAID: Final = (
    "下层已有这一代号，没有说明怎样对待原行：请写 valid_from = 某日（此前的仍依原行），或者写 patch = true（只改所写各项）、"
    "replace = true（代替原行，原行在所列类别不再适用）、withdraw = true（所列类别不再有这一条），并写明出处"
)
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Extent:
    """What rows a row is about: categories, first and last day."""

    categories: frozenset[str]
    first: dt.date = dt.date.min
    last: dt.date = dt.date.max

    @classmethod
    def of(cls, row: Row, *, always: bool = False) -> Extent:
        """Return the extent of a row, whose columns may be faulty; of all time where asked."""
        named = row.get("categories")
        cats = frozenset(filter(_ALL.__contains__, named) if isinstance(named, list) and named else _ALL)
        first, last = row.get("valid_from"), row.get("valid_to")
        if always:
            return cls(cats)
        return cls(
            cats,
            first if type(first) is dt.date else dt.date.min,
            last if type(last) is dt.date else dt.date.max,
        )

    def common(self, other: Extent) -> Extent | None:
        """Return what both have, or ``None``."""
        both = Extent(
            self.categories & other.categories, max(self.first, other.first), min(self.last, other.last)
        )
        return both if both.categories and both.first <= both.last else None


def id_of(row: Row) -> str:
    """Return a row's id; a material's is its document."""
    return str(row.get("id", row.get("document", "")))


def meet(row: Row, lower: Row) -> bool:
    """Tell whether a row is about anything a lower one of its id is about; one that replaces is about all days."""
    return Extent.of(lower).common(Extent.of(row, always=REPLACE in row)) is not None


def lay(below: Rows, above: Rows, faults: list[str]) -> tuple[list[Row], list[Row]]:
    """Lay a layer's rows of one table over those below.

    Args:
        below: rows of the packs below, laid over each other.
        above: the layer's own, in the order of its file; each with ``FROM``.
        faults: what the rows above leave unsaid or say wrongly is added here.

    Returns:
        The rows, in the order of the lower layer, without the words of ``ACTS``; and of those above the ones whose
        sentence no row shows: which withdraw, or say ``because``.
    """
    known: dict[str, list[Row]] = {}
    for row in below:
        known.setdefault(id_of(row), []).append(row)
    own: dict[str, list[Row]] = {}
    for row in above:
        own.setdefault(id_of(row), []).append(row)
    rows: list[Row] = []
    for row_id, lower in known.items():
        rows += _Series(lower, own.pop(row_id, []), faults, known).rows()
    for new in own.values():
        _Series([], new, faults, known)  # says what is wrong with them
    rows += [_plain(row) for row in above if id_of(row) in own]
    return rows, [row for row in above if WITHDRAW in row or BECAUSE in row]


class _Series:
    """The rows of one id, below and in one layer."""

    def __init__(self, below: Rows, above: Rows, faults: list[str], ids: Iterable[str]) -> None:
        self._below, self._faults = below, faults
        self._ids = ids
        self._own = {row.get(FROM) for row in above}
        self._above: dict[str, list[Row]] = {act: [] for act in (*ACTS, "")}
        for row in above:
            self._above[self._act(row)].append(row)

    def rows(self) -> list[Row]:
        rows = list(self._below)
        for row in self._above[WITHDRAW]:
            rows = self._without(rows, row, Extent.of(row))
        rows = self._replaced(rows)
        for row in self._above[PATCH]:
            rows = self._patched(rows, row)
        return self._extended(rows)

    def _act(self, row: Row) -> str:
        """Return what a row says it does, one of ``ACTS`` or empty; what is wrong with it becomes a fault."""
        said = [act for act in ACTS if act in row]
        self._fault(row, *(f"{act} 只能是 true，或者不写" for act in said if row[act] is not True))
        if len(said) > 1:
            self._fault(row, f"{'、'.join(said)} 只能写一个")
        met = any(meet(row, lower) for lower in self._below)
        act = said[0] if said else ""
        if act and not met:
            near = difflib.get_close_matches(id_of(row), list(self._ids), n=1) if not self._below else []
            hint = f"；是不是 {near[0]}？" if near else ""
            self._fault(row, f"写了 {act}，但下层没有这一代号在所列类别的行，无从改动{hint}")
        if act and "source" not in row and not (act == PATCH and BECAUSE in row):
            self._fault(row, f"写了 {act}，须写明出处 source" + _OR_BECAUSE * (act == PATCH))
        if act != PATCH and BECAUSE in row:
            self._fault(row, "because 只用于 patch = true 的行")
        if act == WITHDRAW and (more := sorted(row.keys() - _WITHDRAWAL)):
            self._fault(row, f"写了 withdraw，不能再写{'、'.join(more)}")
        if not act and met and not _is_dated(row):
            self._fault(row, _UNSAID)
        return act

    def _fault(self, row: Row, *sentences: str) -> None:
        self._faults.extend(f"{row.get(FROM, '')}：{sentence}" for sentence in sentences)

    # ── what rows do ─────────────────────────────────────────────────────────────────────────────────────
    def _without(self, rows: Rows, row: Row, gone: Extent) -> list[Row]:
        """Return rows of which an extent was taken; ``row`` takes it."""
        return [piece for lower in rows for piece in self._outside(lower, gone, row)]

    def _replaced(self, rows: list[Row]) -> list[Row]:
        own = self._above[REPLACE]
        lost = [
            inner for lower in rows for row in own if (inner := _inside(lower, Extent.of(row, always=True)))
        ]
        for row in own:
            lost = [piece for lower in lost for piece in _pieces(lower, Extent.of(row))]
        if lost:
            gap = Extent.of(lost[0])
            days = f"{_day(gap.first)}至{_day(gap.last)}"
            self._fault(
                own[0],
                f"代替原行以后，{days}没有规定；请写明这一段依哪一行，或者不写 replace，只写 valid_from",
            )
        for row in own:
            rows = self._without(rows, row, Extent.of(row, always=True))
        return [*rows, *map(_plain, own)]

    def _patched(self, rows: Rows, patch: Row) -> list[Row]:
        made: list[Row] = []
        columns = {k: v for k, v in patch.items() if k not in (*_PLACE, PATCH, BECAUSE)}
        for lower in rows:
            inner = _inside(lower, Extent.of(patch))
            if inner is None:
                made.append(lower)
                continue
            made += [*self._outside(lower, Extent.of(patch), {**lower, **columns}), {**inner, **columns}]
        return made

    def _extended(self, rows: list[Row]) -> list[Row]:
        """Return the series with the rows that say nothing but their days; a later one ends an earlier one."""
        for row in sorted(self._above[""], key=lambda r: Extent.of(r).first):
            if _is_dated(row):
                gone = Extent.of(row)
                rows = [
                    piece
                    for lower in rows
                    for piece in (
                        self._outside(lower, gone, row) if self._gives_way(lower, row) else (lower,)
                    )
                ]
            rows.append(_plain(row))
        return rows

    def _gives_way(self, lower: Row, row: Row) -> bool:
        """Tell whether a dated row ends another: it stands above or begins later, for no narrower circumstances."""
        beside = lower.get(FROM) in self._own
        if beside and Extent.of(lower).first >= Extent.of(row).first:
            return False
        return not row.get("when") or lower.get("when", "") == row["when"]

    def _outside(self, row: Row, gone: Extent, taker: Row) -> Iterator[Row]:
        """Yield what is left of a row; days on either side of a cut are days of the same kind (``holds_by``)."""
        by = taker.get("holds_by", _BY_ACCEPTANCE)
        for piece in _pieces(row, gone):
            beside = Extent.of(piece).categories & gone.categories
            if not beside or row.get("holds_by", _BY_ACCEPTANCE) == by:
                yield piece
            elif _is_dated(row):
                self._fault(
                    taker,
                    "与原行按不同的日子施行（holds_by），原行又有起止日期，接不上；"
                    "请写 replace = true，把各段日期的行写全",
                )
                yield piece
            else:
                yield {**piece, "holds_by": by}


def _pieces(row: Row, gone: Extent) -> Iterator[Row]:
    """Yield what of a row lies outside an extent."""
    whole = Extent.of(row)
    both = whole.common(gone)
    if both is None:
        yield row
        return
    if rest := whole.categories - both.categories:
        yield {**row, "categories": _in_order(rest)}
    cats = {} if both.categories == whole.categories else {"categories": _in_order(both.categories)}
    if whole.first < both.first:
        yield {**row, **cats, "valid_to": both.first - _DAY}
    if whole.last > both.last:
        yield {**row, **cats, "valid_from": both.last + _DAY}


def _inside(row: Row, extent: Extent) -> Row | None:
    """Return what of a row lies within an extent."""
    whole = Extent.of(row)
    both = whole.common(extent)
    if both is None:
        return None
    cats = {} if both.categories == whole.categories else {"categories": _in_order(both.categories)}
    first = {"valid_from": both.first} if both.first > whole.first else {}
    last = {"valid_to": both.last} if both.last < whole.last else {}
    return {**row, **cats, **first, **last}


def _in_order(categories: frozenset[str]) -> list[str]:
    return [c for c in _ALL if c in categories]


def _is_dated(row: Row) -> bool:
    return "valid_from" in row or "valid_to" in row


def _plain(row: Row) -> Row:
    return {key: value for key, value in row.items() if key not in (*ACTS, BECAUSE)}


def _day(day: dt.date) -> str:
    return "……" if day in (dt.date.min, dt.date.max) else f" {day} "
