"""Which holds (冻结) are to be looked at again: whether what they wait for has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archivist.model.case import Case
from archivist.model.group_holds import GroupHold
from archivist.model.holds import Hold


@dataclass(frozen=True, slots=True)
class HoldReview:
    """A hold in force that is to be reviewed.

    Attributes:
        case: whose it is; empty of a hold on many cases.
        hold: its id; ``words`` cause and day, of a hold on many cases with its conditions; ``until`` what it waits for.
        review_on: the day; ``days`` until then, negative once past.
    """

    case: str
    hold: str
    words: str
    until: str
    review_on: dt.date
    days: int


def plain(case: Case) -> list[list[str]]:
    """Return the holds of a case that are in force and have a day of review, as the agenda keeps them."""
    return [
        [hold.id, hold.words, hold.until, hold.review_on.isoformat()]
        for hold in case.holds
        if hold.release is None and hold.review_on
    ]


def due(
    kept: Mapping[str, Iterable[Sequence[str]]],
    groups: Iterable[GroupHold],
    on: dt.date,
    days: int | None,
    *,
    overdue: bool,
) -> tuple[HoldReview, ...]:
    """Return which holds are to be reviewed, the earliest first.

    Args:
        kept: case number → what ``plain`` returned.
        groups: the holds of the ledger.
        on: civil day.
        days: leave out what is due later than so many calendar days from now; ``None`` for everything.
        overdue: only what is past.
    """
    found = [_of_case(number, *hold, on=on) for number, holds in kept.items() for hold in holds]
    found += [
        _of_group(group.hold, group.cases.words, on)
        for group in groups
        if group.hold.release is None and group.hold.review_on
    ]
    latest = -1 if overdue else days
    return tuple(
        sorted(
            (r for r in found if latest is None or r.days <= latest),
            key=lambda r: (r.review_on, r.case, r.hold),
        )
    )


def _of_case(number: str, hold: str, words: str, until: str, day: str, *, on: dt.date) -> HoldReview:
    review_on = dt.date.fromisoformat(day)
    return HoldReview(number, hold, words, until, review_on, (review_on - on).days)


def _of_group(hold: Hold, cases: str, on: dt.date) -> HoldReview:
    assert hold.review_on is not None
    return HoldReview(
        "", hold.id, f"{hold.words}（{cases}）", hold.until, hold.review_on, (hold.review_on - on).days
    )
