"""Which cases are read again in full, and when: the rolling schedule of a watch, and when each was read last, by the ledger."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Final

from archivist.model.event import Op

if TYPE_CHECKING:
    from archivist.model.ids import CaseNo
    from archivist.store import Archive

FRESH_DAYS: Final = 30
"""A case read so recently is left alone by the rolling schedule."""
ROUNDS: Final = 400
"""Hourly rounds in which the rolling schedule comes round; 90 days have more working hours than that."""


def last_checked(archive: Archive) -> dict[str, dt.datetime]:
    """Return when each case was last read in full, by the ledger."""
    found: dict[str, dt.datetime] = {}
    for event in archive.ledger_events(Op.VERIFIED):
        if not event.data["quick"]:
            moment = dt.datetime.fromisoformat(event.time)
            found |= dict.fromkeys(event.data["checked"], moment)
    return found


def next_round(archive: Archive, now: dt.datetime) -> list[CaseNo]:
    """Return the cases the next hourly round reads: the oldest-checked first, a 400th of all, none read lately."""
    checked = last_checked(archive)
    numbers = archive.case_numbers()
    never = dt.datetime.min.replace(tzinfo=now.tzinfo)
    due = [n for n in numbers if checked.get(str(n), never) <= now - dt.timedelta(days=FRESH_DAYS)]
    due.sort(key=lambda n: (checked.get(str(n), never), n))
    return due[: math.ceil(len(numbers) / ROUNDS)]
