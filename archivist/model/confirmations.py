"""What people looked up themselves (人工核对), where the program could not tell; it stands in the case with their names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archivist.model.event import Event


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a check could not find out and people looked up.

    ``matters`` are the words in which the check named it, so that nothing new is covered by it; ``on`` a civil day;
    ``seq`` the event that said so.
    """

    check: str
    matters: tuple[str, ...]
    by: tuple[str, ...]
    on: dt.date
    note: str
    seq: int = 0


def confirmed(event: Event) -> tuple[Confirmed, ...]:
    """Return what an event says was looked up, check by check."""
    by, on = tuple(event.data["by"]), dt.date.fromisoformat(event.data["on"])
    return tuple(
        Confirmed(check, tuple(matters), by, on, event.reason, event.seq)
        for check, matters in event.data["checks"].items()
    )
