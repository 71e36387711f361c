"""期限: every limit that runs, the most urgent first."""

from __future__ import annotations

from typing import Final

from archivist.api import agenda
from archivist.model.standing import LimitStatus
from archivist.web.visit import Answer, Visit

MOST: Final = 100
"""So many lines of each kind are shown."""


def show(visit: Visit) -> Answer:
    """Show the limits, narrowed to those of one kind where that is asked."""
    wanted = visit.asked.get("status", "")
    found = agenda.due(
        visit.workspace,
        on=visit.office.keyboard.clock(),
        days=None if wanted == LimitStatus.WAITING else agenda.DAYS,
    )
    groups = [
        (status, [e for e in found.entries if e.status is status])
        for status in LimitStatus
        if not wanted or status.value == wanted
    ]
    return visit.page(
        "due.html",
        counts=found.counts, wanted=wanted, statuses=list(LimitStatus), cases=found.cases, unread=found.unread,
        groups=[(status, entries[:MOST], len(entries)) for status, entries in groups if entries],
    )  # fmt: skip
