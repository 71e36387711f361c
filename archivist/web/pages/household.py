"""One household: what to do now, where it stands, its papers by stage, what is missing, what is known."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final

from archivist.api import agenda, case_file, cases, completeness, history, next_acts
from archivist.api.case_file import CaseFile, FiledRecord
from archivist.api.completeness import CheckedCase
from archivist.api.result import Problem
from archivist.api.steps import RecordedStep
from archivist.errors import ArchivistError
from archivist.model.ids import CASE_NO_IN_TEXT
from archivist.model.record import RecordStatus
from archivist.model.standing import LimitStatus, Verdict
from archivist.model.states import State
from archivist.web.visit import Answer, Visit, to

_SHOWN: Final = (LimitStatus.OVERDUE, LimitStatus.TODAY, LimitStatus.COMING, LimitStatus.WINDOW)
_STEPS: Final = 12
"""So many steps that were taken are shown; every one stands in the history."""
_SHOWN_S: Final = 60
"""Whole numbers stand on a screen for so many seconds."""


def show(visit: Visit) -> Answer:
    """Show a household file.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. IntegrityAlarm: E202.
    """
    return _page(visit)


def reveal(visit: Visit) -> Answer:
    """Show a household with its numbers whole, for a minute; each time on record, before it leaves.

    Raises: as ``show``. AccessNotLogged: E213.
    """
    visit.record([visit.place["case"]], again=True)
    answer = _page(visit, full=True)
    return replace(answer, headers={"refresh": f"{_SHOWN_S};url=/case/{visit.place['case']}"})


def change(visit: Visit) -> Answer:
    """Change one fact in its place, with the reason; what is refused stands beside the field with what was typed."""
    case, path, value = visit.place["case"], visit.said("fact"), visit.said("value")
    try:
        with unchanged(visit):
            cases.change_facts(visit.workspace, visit.by, case, [(path, value)], reason=visit.said("reason"))
    except ArchivistError as error:
        return _page(visit, problem=Problem.of(error), edited=(path, value, visit.said("reason")))
    return to(f"/case/{case}#facts")


def log(visit: Visit) -> Answer:
    """Show the chain of a household as sentences, the newest first.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. IntegrityAlarm: E202.
    """
    found = history.case_log(visit.workspace, visit.place["case"])
    return visit.page("household_log.html", log=found, events=tuple(reversed(found.events)))


def unchanged(visit: Visit) -> AbstractContextManager[None]:
    """Refuse an act within the block on what is not what the person saw: somebody changed the file since, and what.

    Raises:
        UsageError: E001, with what was done meanwhile. CaseNotFound: E201. IntegrityAlarm: E202.
    """
    return history.acting_on(visit.workspace, visit.place["case"], visit.said("head"))


def _page(
    visit: Visit,
    *,
    full: bool = False,
    problem: Problem | None = None,
    edited: tuple[str, str, str] = ("", "", ""),
) -> Answer:
    file = case_file.show_case(visit.workspace, visit.place["case"])
    clock = visit.office.keyboard.clock()
    acts = next_acts.next_of_case(visit.workspace, file.case, on=visit.today, actor=visit.by.actor).households
    limits = agenda.due(visit.workspace, on=clock, case=file.case, days=None).entries
    notices, told = [], visit.session.notices if visit.session else []
    while told:
        notices.append(told.pop(0))
    return visit.page(
        "household.html",
        status=409 if problem else 200, problem=problem, edited=edited, full=full, notices=notices,
        file=file, steps=_round(file.steps), coming=next_acts.way_ahead(visit.workspace, file.case, on=visit.today), stages=_stages(file.records), checked=_checked(visit, file), waiting=_waiting(visit, file),
        verdicts=Verdict,
        acts=[a for h in acts for a in h.acts if not a.aside], asides=[a for h in acts for a in h.acts if a.aside],
        limits=[e for e in limits if e.status in _SHOWN],
    )  # fmt: skip


def _round(steps: tuple[RecordedStep, ...]) -> tuple[RecordedStep, ...]:
    """Return the steps of the application, or of the review that is under way or was the last one; of many the last."""
    moved = [n for n, step in enumerate(steps, 1) if step.from_ is not step.to]
    rests = [n for n in moved if steps[n - 1].to is State.IN_BENEFIT]
    begun = max((n for n in rests if n < moved[-1]), default=0)
    return steps[begun:][-_STEPS:]


def _checked(visit: Visit, file: CaseFile) -> CheckedCase | None:
    """Return what is missing, and what is right; ``None`` where the rules cannot say."""
    try:
        return next(iter(completeness.check(visit.workspace, [file.case], on=visit.today).cases), None)
    except ArchivistError:
        return None


def _waiting(visit: Visit, file: CaseFile) -> list[tuple[FiledRecord, int]]:
    """Return the papers that wait for their signed copy, each with the days since it was made."""
    found = [r for r in file.records if r.status is RecordStatus.PENDING and not r.signs and not r.voided]
    return [(r, (visit.today - _day(r.filed_at)).days) for r in found]


def _day(moment: str) -> dt.date:
    return dt.datetime.fromisoformat(moment).date()


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
