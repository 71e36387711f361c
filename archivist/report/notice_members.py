"""Which households stand on a notice that lists many (公示、公布名单): those whose step falls into the period, or is next.

What is posted of each is worked out where documents are made; here only who.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from archivist.doctypes.catalogue import DocumentType
from archivist.doctypes.ids import DocumentId
from archivist.model.step_ids import StepId
from archivist.report.case_history import HouseholdHistory
from archivist.report.query import Period
from archivist.rules.pack import Pack

Wanted = Callable[[HouseholdHistory, Pack, Period], bool]


def _step(*ids: str) -> Wanted:
    """Return a test: the step was taken within the period, or is the next one at its end."""

    def wanted(house: HouseholdHistory, pack: Pack, period: Period) -> bool:
        if house.steps(*ids, within=period):
            return True
        state = house.state(period.last)
        return not house.steps(*ids) and any(
            step.id in ids and state in step.moves for step in pack.steps_of(house.case, period.last)
        )

    return wanted


def _in_benefit(house: HouseholdHistory, _: Pack, period: Period) -> bool:
    """Whether the benefit is enjoyed on the day; who has left or died is taken off the notice."""
    return house.paid_from_roll(period.last) and house.in_force(period.month)


POSTED: Final[Mapping[str, tuple[str, Wanted]]] = {
    DocumentId.PRELIMINARY_PUBLICITY: ("month", _step(StepId.PUBLICIZE)),
    DocumentId.PROPOSED_CONFIRMATION_PUBLICITY: ("month", _step(StepId.PUBLICIZE_PROPOSED)),
    DocumentId.CONFIRMATION_ANNOUNCEMENT: ("month", _step(StepId.ANNOUNCE)),
    DocumentId.LONGTERM_PUBLICITY: ("on", _in_benefit),
}
"""Notice → the period it is about when none is named, and who stands on it."""


def listed(
    document: DocumentType, house: HouseholdHistory, pack: Pack, period: Period, today: dt.date
) -> bool:
    """Tell whether a household stands on a notice.

    Args:
        document: one of ``POSTED``.
        house: the household.
        pack: the office's rules.
        period: the days the notice is about.
        today: nothing is known of later days.
    """
    last = min(period.last, today)
    seen = Period(min(period.first, last), last, period.label, period.slug)
    return POSTED[document.id][1](house, pack, seen)
