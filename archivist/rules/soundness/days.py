"""The days on which the rows of a pack change: between two of them nothing does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from archivist.rules.pack import Pack
from archivist.rules.rule import CheckRule, Material, Rule, StepRule

ONE_DAY = dt.timedelta(days=1)


def turning_days(pack: Pack, on: dt.date) -> tuple[dt.date, ...]:
    """Return a day of every span in which the rows of a pack stay the same, in order.

    Args:
        pack: the rules.
        on: a day that is looked at besides.
    """
    changes = sorted(set(_changes([*pack.rules, *pack.steps, *pack.materials, *pack.checks])))
    first = [changes[0] - ONE_DAY] if changes else []
    return tuple(sorted({*first, *changes, on}))


def _changes(rows: Iterable[Rule | StepRule | Material | CheckRule]) -> Iterator[dt.date]:
    """Yield the first day of each row, and the first after its last."""
    for row in rows:
        if row.valid_from and row.valid_from > dt.date.min:
            yield row.valid_from
        if row.valid_to and row.valid_to < dt.date.max:
            yield row.valid_to + ONE_DAY
