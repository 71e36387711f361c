"""How long closed files must be kept. Nothing is destroyed here; a date alone never destroys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.rules.unit import Unit

if TYPE_CHECKING:
    from archivist.preservation.disposal import RetainedCase
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RetainedCaseView:
    """A closed file and the row that decides how long it is kept.

    Attributes:
        keep_until: last day it must be kept; ``days_left`` until then, negative once past.
        rule: id of the row, ``title`` its name; ``value`` how much time, in ``unit``, from ``trigger``.
        source: the sentence it stands on; ``inferred`` where it does not say all of it.
    """

    case: str
    applicant: str
    deregistered_on: dt.date | None
    keep_until: dt.date
    days_left: int
    rule: str
    title: str
    value: int | float | str | bool
    unit: Unit
    trigger: str
    source: str
    inferred: bool

    @classmethod
    def of(cls, kept: RetainedCase) -> RetainedCaseView:
        """Return a row of the retention list."""
        rule = kept.retention.rule
        return cls(
            case=str(kept.case.number),
            applicant=kept.case.applicant_name,
            deregistered_on=kept.case.deregistered_on,
            keep_until=kept.retention.expires,
            days_left=kept.days_left,
            rule=rule.id,
            title=rule.title,
            value=rule.value,
            unit=rule.unit,
            trigger=rule.trigger,
            source=str(rule.source),
            inferred=rule.inferred,
        )


@dataclass(frozen=True, slots=True)
class RetentionList(Result):
    """Closed files, the first to be appraised first; ``unread`` says which could not be read (未检), and why."""

    SCHEMA: ClassVar[str] = "archivist/retention-list/1"

    cases: tuple[RetainedCaseView, ...]
    unread: tuple[str, ...]


def retention_list(workspace: Workspace, *, on: dt.date, expired_only: bool = False) -> RetentionList:
    """Return every deregistered case, or those that may be appraised on a day, with how long it must be kept."""
    from archivist.preservation import disposal

    found = disposal.retention_list(workspace, on=on, expired_only=expired_only)
    return RetentionList(tuple(map(RetainedCaseView.of, found.rows)), found.unread)
