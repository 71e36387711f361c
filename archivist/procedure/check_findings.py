"""What the bureau wants put right: files it returned, and what its checks found, as long as it has not passed them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archivist.model.case import Case
from archivist.model.check_feedback import outstanding


@dataclass(frozen=True, slots=True)
class OutstandingFinding:
    """Something that is to be put right in a household.

    Attributes:
        submission: the handing over it was said of.
        record: of which paper; empty for the household as a whole.
        until: by when, ``None`` where nobody said; ``days`` until then, negative once past.
    """

    case: str
    submission: str
    record: str
    text: str
    until: dt.date | None
    days: int | None


def plain(case: Case) -> list[list[str]]:
    """Return what is to be put right in a case, as the agenda keeps it."""
    return [
        [one.submission, one.record, one.text, one.until.isoformat() if one.until else ""]
        for one in outstanding(case.feedback)
    ]


def due(
    kept: Mapping[str, Iterable[Sequence[str]]], on: dt.date, *, overdue: bool
) -> tuple[OutstandingFinding, ...]:
    """Return what is to be put right, what ends first at the beginning and what has no end last.

    Args:
        kept: case number → what ``plain`` returned.
        on: civil day.
        overdue: only what is past.
    """
    found = [_of(number, *one, on=on) for number, told in kept.items() for one in told]
    wanted = (one for one in found if not overdue or (one.days is not None and one.days < 0))
    return tuple(sorted(wanted, key=lambda one: (one.until or dt.date.max, one.case, one.record)))


def _of(
    number: str, submission: str, record: str, text: str, until: str, *, on: dt.date
) -> OutstandingFinding:
    day = dt.date.fromisoformat(until) if until else None
    return OutstandingFinding(number, submission, record, text, day, (day - on).days if day else None)
