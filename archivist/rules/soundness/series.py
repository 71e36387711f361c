"""Dated rows of one series: neither a day that none of them holds, nor one that two of them hold."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise

from archivist.model.ids import Category
from archivist.rules.pack import Pack
from archivist.rules.rule import CheckRule, Material, Rule, StepRule
from archivist.rules.soundness.days import ONE_DAY

Dated = Rule | Material | StepRule | CheckRule


def faults(pack: Pack) -> Iterator[str]:
    """Yield the gaps and overlaps among the rows of a pack."""
    for table in (pack.rules, pack.materials, pack.steps, pack.checks):
        for rows in _series(table).values():
            yield from _overlaps(rows)
            yield from _gaps(rows)
            yield from _by_two_days(rows)


def _series(rows: Iterable[Dated]) -> dict[Hashable, list[Dated]]:
    """Return rows by what makes them one series: what they say something of, category, condition.

    A rule for fewer categories goes before a general one, so that those for as many categories make a series.
    """
    found: dict[Hashable, list[Dated]] = defaultdict(list)
    for row in rows:
        for category in row.categories or Category:
            for subject in _subjects(row):
                found[subject, category, row.when].append(row)
    return found


def _subjects(row: Dated) -> Iterator[Hashable]:
    """Yield what a row says something of: a step of each state it leaves, a check of its test at its stage."""
    match row:
        case Material():
            yield row.document, row.each
        case Rule():
            yield row.id, len(row.categories)
        case StepRule():
            yield from ((row.id, state) for state in row.moves)
        case CheckRule():
            yield row.id, row.stage, row.test, row.args


def _overlaps(rows: Sequence[Dated]) -> Iterator[str]:
    for one, other in combinations(rows, 2):
        first, last = max(_first(one), _first(other)), min(_last(one), _last(other))
        if first <= last:
            yield f"{other.place}：{_span(first, last)}与“{one.place}”重叠，同一天有两行；应让前一行的 valid_to 止于后一行的 valid_from 前一日"


def _gaps(rows: Sequence[Dated]) -> Iterator[str]:
    ordered = sorted(rows, key=_first)
    end = _last(ordered[0])
    for before, row in pairwise(ordered):
        if end < dt.date.max and _first(row) > end + ONE_DAY:
            yield f"{row.place}：{_span(end + ONE_DAY, _first(row) - ONE_DAY)}没有一行，“{before.place}”止于 {end}；valid_from 应为 {end + ONE_DAY}"
        end = max(end, _last(row))


def _by_two_days(rows: Sequence[Dated]) -> Iterator[str]:
    """Which of them holds could not be told: the day of acceptance lies before that of the act."""
    other = next((row for row in rows if row.holds_by is not rows[0].holds_by), None)
    if other is not None:
        yield (
            f"{other.place}：holds_by 是 {other.holds_by.value}，“{rows[0].place}”是 {rows[0].holds_by.value}；"
            "同一系列的各行应按同一个日子适用"
        )


def _first(row: Dated) -> dt.date:
    return row.valid_from or dt.date.min


def _last(row: Dated) -> dt.date:
    return row.valid_to or dt.date.max


def _span(first: dt.date, last: dt.date) -> str:
    ends = "" if first == dt.date.min else f" {first} 起", "" if last == dt.date.max else f"至 {last} "
    return "".join(ends) or "始终"
