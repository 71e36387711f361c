"""Which submission is owed on a day, by when, and whether it was made; how often the rule pack says.

晋城 「按季度」: fifteen days after the quarter ends, as the pack's row says. 红桥 「每月」 names no day: the month after it.
"""

from __future__ import annotations

import datetime as dt

from archivist.model.event import Op
from archivist.preservation import submission_ledger
from archivist.preservation.submission_ledger import SubmissionEntry, SubmissionStage
from archivist.preservation.submission_selection import SubmissionCycle, cycle
from archivist.procedure.duties import Duty
from archivist.report.query import Period
from archivist.rules.unit import Unit
from archivist.workspace import Workspace


def code_of(period: Period) -> str:
    """Return how the id of a submission says its period: ``2026Q4``, ``2026M11``."""
    return period.slug.replace("-", "M")


def ended(asked: SubmissionCycle, on: dt.date) -> Period:
    """Return the last whole period before a day: the one that is handed over on it."""
    return Period.around(asked.period, Period.around(asked.period, on).eve)


def due_on(asked: SubmissionCycle, period: Period) -> dt.date:
    """Return the last day in time."""
    if asked.rule.unit is Unit.AFTER_QUARTER:
        return period.last + dt.timedelta(days=int(asked.rule.value))
    return Period.around(asked.period, period.last + dt.timedelta(days=1)).last


def owed(workspace: Workspace, on: dt.date) -> Duty | None:
    """Return the submission that is owed; ``None`` where the rules say nothing, or only a period is that the ledger does not cover.

    Args:
        workspace: the open workspace.
        on: the day asked about.

    Raises:
        IntegrityAlarm: E202, of the ledger.
    """
    asked = cycle(workspace, Period.of_day(on))
    if asked is None:
        return None
    opened = next((e.time[:10] for e in workspace.archive.ledger_events(Op.LEDGER_OPENED)), None)
    period = ended(asked, on)
    if opened is None or dt.date.fromisoformat(opened) > period.last:
        return None
    made = [e for e in submission_ledger.listed(workspace.archive).values() if e.id.period == code_of(period)]
    done = sum(entry.stage is not SubmissionStage.STARTED for entry in made)
    last = due_on(asked, period)
    return Duty(
        asked.rule,
        f"{period.label}，{last} 前",
        required=1,
        done=done,
        unit="次",
        due=last,
        short=not done and on > last,
        note=_note(workspace, made),
    )


def _note(workspace: Workspace, made: list[SubmissionEntry]) -> str:
    waiting = submission_ledger.acknowledged(workspace.archive).waiting
    begun = [
        f"{entry.id} 没有做完，用 submit --resume 接着做"
        for entry in made
        if entry.stage is SubmissionStage.STARTED
    ]
    return "；".join((*begun, *(f"{name} 还没有回执，请向接收单位索取" for name in waiting)))
