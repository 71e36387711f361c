"""What may be appraised when: the retention list. Nothing is destroyed here; a date alone never destroys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archivist.errors import ArchivistError
from archivist.model.case import Case
from archivist.rules.disposition.retention import Retention, retention
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RetainedCase:
    """One deregistered case with its retention on a day; ``days_left`` is negative once the period has run out."""

    case: Case
    retention: Retention
    days_left: int


@dataclass(frozen=True, slots=True)
class RetentionSchedule:
    """The list and the cases that could not be read (未检), which are never silently left out."""

    rows: tuple[RetainedCase, ...]
    unread: tuple[str, ...]


def retention_list(workspace: Workspace, *, on: dt.date, expired_only: bool = False) -> RetentionSchedule:
    """Return every deregistered case with the day until which it must be kept, the earliest first."""
    pack = workspace.pack
    rows: list[RetainedCase] = []
    unread: list[str] = []
    for number in workspace.archive.case_numbers():
        try:
            case = workspace.archive.read(number)
            period = retention(case, pack)
        except ArchivistError as error:
            unread.append(str(error))
            continue
        if period and (period.expired(on) or not expired_only):
            rows.append(RetainedCase(case, period, (period.expires - on).days))
    return RetentionSchedule(
        tuple(sorted(rows, key=lambda r: (r.retention.expires, r.case.number))), tuple(unread)
    )
