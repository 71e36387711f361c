"""One household: what to do now, where it stands, its papers by stage, what is known."""

from __future__ import annotations

from typing import Final

from archivist.api import agenda, case_file, history, next_acts
from archivist.api.case_file import FiledRecord
from archivist.model.ids import CASE_NO_IN_TEXT
from archivist.model.standing import LimitStatus
from archivist.web.visit import Answer, Visit

_SHOWN: Final = (LimitStatus.OVERDUE, LimitStatus.TODAY, LimitStatus.COMING, LimitStatus.WINDOW)


def show(visit: Visit) -> Answer:
    """Show a household file.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. IntegrityAlarm: E202.
    """
    file = case_file.show_case(visit.workspace, visit.place["case"])
    clock = visit.office.keyboard.clock()
    acts = next_acts.next_of_case(visit.workspace, file.case, on=visit.today, actor=visit.by.actor).households
    limits = agenda.due(visit.workspace, on=clock, case=file.case, days=None).entries
    return visit.page(
        "household.html",
        file=file, stages=_stages(file.records),
        acts=[a for h in acts for a in h.acts if not a.aside], asides=[a for h in acts for a in h.acts if a.aside],
        limits=[e for e in limits if e.status in _SHOWN],
    )  # fmt: skip


def log(visit: Visit) -> Answer:
    """Show the chain of a household as sentences, the newest first.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. IntegrityAlarm: E202.
    """
    found = history.case_log(visit.workspace, visit.place["case"])
    return visit.page("household_log.html", log=found, events=tuple(reversed(found.events)))


def _stages(records: tuple[FiledRecord, ...]) -> list[tuple[str, list[FiledRecord]]]:
    """Return the papers by the folder of the volume they lie in, as the folder is called."""
    found: dict[str, list[FiledRecord]] = {}
    for record in records:
        folder = record.files[0].path.split("/")[1] if record.files else "没有文件"
        found.setdefault(folder, []).append(record)
    return sorted(found.items())


def is_case(text: str) -> bool:
    """Tell whether a text is a case number and nothing else."""
    return CASE_NO_IN_TEXT.fullmatch(text) is not None
