"""The steps still to come to a household on the ordinary way: those of its rules, from where it stands to its benefit or its end.

They follow from what is known of the household today; what only something particular leads to (an objection, papers that
lack) is not among them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from archivist.model.case import Case
from archivist.model.states import State
from archivist.procedure.next_acts import leads_aside
from archivist.rules import deadlines
from archivist.rules.pack import Pack
from archivist.rules.rule import DutyBearer, RuleKind

_PARTICULAR: Final = frozenset({State.CORRECTION_PENDING, State.APPRAISED})
"""States that the way passes by where anything else leads on."""
_NOBODY_KNOWS: Final = frozenset(
    {
        State.IN_BENEFIT,
        State.REVIEWING,
        State.CHANGED,
        State.SUSPENDED,
        State.TERMINATING,
        State.TERMINATION_OBJECTION,
    }
)
"""What comes after these hangs on what a review finds."""


@dataclass(frozen=True, slots=True)
class StepAhead:
    """A step still to come; ``due`` the last day of the office's limit that it ends, ``None`` where none runs."""

    id: str
    title: str
    due: dt.date | None


def way_ahead(case: Case, pack: Pack, on: dt.date) -> tuple[StepAhead, ...]:
    """Return the steps to come, in order; none where the household is in benefit or at its end.

    Args:
        case: as it stands.
        pack: the rules.
        on: the civil day asked about, Asia/Shanghai.
    """
    rows = pack.steps_of(case, on)
    limits = [
        (o.due.day, o.rule.ends)
        for o in deadlines.running(case, pack)
        if o.due and o.rule.duty is DutyBearer.OFFICE and o.rule.kind is RuleKind.LIMIT
    ]
    state, found, taken = case.state, list[StepAhead](), set[str]()
    while state not in _NOBODY_KNOWS and not state.ended:
        leading = [
            row
            for row in rows
            if state in row.moves and row.id not in taken and not leads_aside(state, row.moves[state])
        ]
        if not leading:
            break
        row = next((one for one in leading if one.moves[state] not in _PARTICULAR), leading[0])
        due = min((day for day, ends in limits if row.id in ends), default=None)
        found.append(StepAhead(row.id, row.title, due))
        taken.add(row.id)
        state = row.moves[state]
    return tuple(found)
