"""Why a volume must not be destroyed yet: holds (冻结), as the file itself tells them, and matters not settled (未了事项).

A hold is registered on a form that is filed in the case (档案保全登记表). It stands until the form is issued anew with
the day of release: a release written on paper alone is not known here, and what is not known is not released.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case
from archivist.model.chinese import read_day
from archivist.model.record import Record
from archivist.rules import recoveries

DISPUTES: Final = ("行政复议", "行政诉讼", "信访", "审计", "巡察监察")
"""Causes that an appraisal asks for under 涉诉涉访、审计巡察; any other is an ordinary matter not settled."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold: why, from which day, and the record that says so."""

    cause: str
    start: dt.date
    record: Record

    @property
    def words(self) -> str:
        """The hold as lists write it: ``行政诉讼，2024年10月8日起冻结``."""
        return f"{self.cause}，{self.start.year}年{self.start.month}月{self.start.day}日起冻结"


def holds(case: Case, on: dt.date) -> tuple[Hold, ...]:
    """Return the holds that bind a case on a day, the earliest first."""
    found: dict[tuple[str, dt.date], tuple[Hold, dt.date | None]] = {}
    for record in case.records_of(DocumentId.LEGAL_HOLD_RECORD):
        if record.signs:
            continue
        given: Mapping[str, Any] = record.data.get("given", {})
        start = read_day(given.get(FieldPath.HOLD_START)) or dt.date.fromisoformat(record.filed_at[:10])
        cause = str(given.get(FieldPath.HOLD_CAUSE) or f"事由见第{record.no}件")
        found[cause, start] = Hold(cause, start, record), read_day(given.get(FieldPath.HOLD_END))
    standing = [h for h, end in found.values() if h.start <= on and (end is None or end > on)]
    return tuple(sorted(standing, key=lambda h: h.start))


def unsettled(case: Case) -> tuple[str, ...]:
    """Return what the papers of a case leave open and a person must look into before it is appraised."""
    claims = recoveries.recoveries(case)
    found = [claim.words for claim in claims if claim.ended is None]
    first = claims[0].claimed.seq if claims else None
    found += [
        f"追缴{r.doc_no or f'（第{r.no}件）'}退清待核"
        for r in case.records_of(DocumentId.RECOVERY_NOTICE)
        if not r.signs and (first is None or r.seq < first)
    ]
    complaints = [r for r in case.records_of(DocumentId.COMPLAINT_REGISTER) if not r.signs]
    answers = [r for r in case.records_of(DocumentId.COMPLAINT_REPLY) if not r.signs]
    if len(complaints) > len(answers):
        found.append(f"信访举报{len(complaints) - len(answers)}件未见答复")
    return tuple(found)


def before_destruction(case: Case) -> tuple[str, ...]:
    """Return what must be looked into before a file is destroyed: what is unsettled, and who rests on papers in it."""
    split = dict.fromkeys(str(person.to) for person in case.former if person.to)
    return (*unsettled(case), *(f"{number} 由本户分出，引用本户材料" for number in split))
