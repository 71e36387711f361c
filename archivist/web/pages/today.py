"""今天: open things only, one list by urgency; below it what was filed last."""

from __future__ import annotations

from typing import Final

from archivist.api.disposal import DisposalView
from archivist.api.just_filed import just_filed
from archivist.model.permissions import MAY, Act
from archivist.model.standing import LimitStatus
from archivist.web.office import SIGNED_WITHIN
from archivist.web.visit import Answer, Visit

MOST: Final = 50
"""So many lines are shown; the rest stands under 期限."""
FILED: Final = 8
"""So many of the papers that were filed last are shown."""
_NEXT: Final = {"proposed": Act.APPRAISE_DISPOSAL, "appraised": Act.APPROVE_DISPOSAL}
_OPEN: Final = (LimitStatus.OVERDUE, LimitStatus.TODAY, LimitStatus.COMING)


def show(visit: Visit) -> Answer:
    """Show what is overdue, due today and within the week, and what the office owes as a whole, what waits for the one who asks, what was filed.

    Raises:
        IndexFault: E400.
    """
    glance = visit.office.glance(visit.workspace)
    entries = [e for e in glance.agenda.entries if e.status in _OPEN] if glance.agenda else []
    duties = [d for d in glance.agenda.duties if d.short] if glance.agenda else []
    return visit.page(
        "today.html",
        entries=entries[:MOST], more=max(0, len(entries) - MOST), duties=duties,
        returned=glance.agenda.findings if glance.agenda else (),
        holds=glance.agenda.holds if glance.agenda else (),
        unread=glance.agenda.unread if glance.agenda else (),
        mine=[(b, _NEXT[b.state].label) for b in glance.batches if waits_for(visit, b)], within=SIGNED_WITHIN,
        filed=just_filed(visit.workspace, on=visit.today, most=FILED),
    )  # fmt: skip


def waits_for(visit: Visit, batch: DisposalView) -> bool:
    """Tell whether who is signed in may do what a batch waits for."""
    return bool(visit.roles & MAY[_NEXT[batch.state]])
