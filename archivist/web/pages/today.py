"""今天: open things only, one list by urgency."""

from __future__ import annotations

from typing import Final

from archivist.model.standing import LimitStatus
from archivist.web.visit import Answer, Visit

MOST: Final = 50
"""So many lines are shown; the rest stands under 期限."""
_OPEN: Final = (LimitStatus.OVERDUE, LimitStatus.TODAY, LimitStatus.COMING)


def show(visit: Visit) -> Answer:
    """Show what is overdue, due today and within the week, and what the office owes as a whole."""
    glance = visit.office.glance(visit.workspace)
    entries = [e for e in glance.agenda.entries if e.status in _OPEN] if glance.agenda else []
    duties = [d for d in glance.agenda.duties if d.short] if glance.agenda else []
    return visit.page(
        "today.html",
        entries=entries[:MOST], more=max(0, len(entries) - MOST), duties=duties,
        returned=glance.agenda.findings if glance.agenda else (),
        holds=glance.agenda.holds if glance.agenda else (),
        unread=glance.agenda.unread if glance.agenda else (),
    )  # fmt: skip
