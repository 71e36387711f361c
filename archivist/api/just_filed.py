"""What was filed on a day, the latest first: whoever laid something on the scanner sees where it went."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FiledPaper:
    """A record that was filed; ``filed_at`` ISO 8601 with offset."""

    case: str
    record: str
    title: str
    applicant: str
    filed_at: str


def just_filed(workspace: Workspace, *, on: dt.date, most: int) -> tuple[FiledPaper, ...]:
    """Return the last records that were filed on a day, the latest first.

    Documents that wait for their signature, or were signed, are not among them: they were made here and came from no scanner.

    Args:
        workspace: the open workspace.
        on: a civil day.
        most: so many at the most.

    Raises:
        IndexFault: E400.
    """
    from archivist.model.record import RecordStatus

    made_here = {RecordStatus.PENDING, RecordStatus.SIGNED}
    found: list[FiledPaper] = []
    seen = 0
    while len(found) < most:
        hits = workspace.index.search("", filters={"日期": on.isoformat()}, limit=2 * most, offset=seen).hits
        seen += len(hits)
        found += [
            FiledPaper(str(h.case), str(h.record), h.title, h.applicant, h.filed_at)
            for h in hits
            if h.record and h.status not in made_here
        ]
        if len(hits) < 2 * most:
            break
    return tuple(found[:most])
