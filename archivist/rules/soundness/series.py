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


def faults(pack: Pack) -> Iterator[str]:
    """Yield the gaps and overlaps among the rows of a pack, and the rows that stand twice."""
    for rows in _series(pack.rules).values():
        yield from _overlaps(rows)
        yield from _gaps(rows)
    for steps in _series(pack.steps).values():
        yield from _overlaps(steps)
        yield from _gaps(steps)
    for dated in (_series(pack.rules), _series(pack.steps)):
        for rows in dated.values():
            yield from _by_two_days(rows)
    yield from _twice(pack.materials)
    yield from _twice(pack.checks)


def _series(rows: Iterable[Rule] | Iterable[StepRule]) -> dict[Hashable, list[Rule | StepRule]]:
    """Return rows by what makes them one series: id, category, condition; of steps the state they leave, too.

    A row for fewer categories goes before a general one, so that those for as many categories make a series.
    """
    found: dict[Hashable, list[Rule | StepRule]] = defaultdict(list)
    for row in rows:
        for category in row.categories or Category:
            states = row.moves if isinstance(row, StepRule) else (None,)
            for state in states:
                found[row.id, category, len(row.categories), row.when, state].append(row)
    return found


def _overlaps(rows: Sequence[Rule | StepRule]) -> Iterator[str]:
    for one, other in combinations(rows, 2):
        first, last = max(_first(one), _first(other)), min(_last(one), _last(other))
        if first <= last:
            yield f"{other.place}：{_span(first, last)}与“{one.place}”重叠，同一天有两行；应让前一行的 valid_to 止于后一行的 valid_from 前一日"


def _gaps(rows: Sequence[Rule | StepRule]) -> Iterator[str]:
    ordered = sorted(rows, key=_first)
    end = _last(ordered[0])
    for before, row in pairwise(ordered):
        if end < dt.date.max and _first(row) > end + ONE_DAY:
            yield f"{row.place}：{_span(end + ONE_DAY, _first(row) - ONE_DAY)}没有一行，“{before.place}”止于 {end}；valid_from 应为 {end + ONE_DAY}"
        end = max(end, _last(row))


def _by_two_days(rows: Sequence[Rule | StepRule]) -> Iterator[str]:
    """Which of them holds could not be told: the day of acceptance lies before that of the act."""
    other = next((row for row in rows if row.holds_by is not rows[0].holds_by), None)
    if other is not None:
        yield (
            f"{other.place}：holds_by 是 {other.holds_by.value}，“{rows[0].place}”是 {rows[0].holds_by.value}；"
            "同一系列的各行应按同一个日子适用"
        )


def _first(row: Rule | StepRule) -> dt.date:
    return row.valid_from or dt.date.min


def _last(row: Rule | StepRule) -> dt.date:
    return row.valid_to or dt.date.max


def _span(first: dt.date, last: dt.date) -> str:
    ends = "" if first == dt.date.min else f" {first} 起", "" if last == dt.date.max else f"至 {last} "
    return "".join(ends) or "始终"


def _twice(rows: Iterable[Material | CheckRule]) -> Iterator[str]:
    seen: dict[Hashable, Material | CheckRule] = {}
    for row in rows:
        for category in row.categories or Category:
            what = (row.document,) if isinstance(row, Material) else (row.id, row.stage, row.test, row.args)
            if (first := seen.setdefault((*what, category, row.when), row)) is not row:
                yield f"{row.place}：与“{first.place}”对{category.label}是同一行，写了两次"
