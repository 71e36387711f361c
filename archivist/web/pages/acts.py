"""What is done to a household from its screen: a step taken, a document issued; both planned first, then confirmed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final

from archivist.api import case_file, document_gaps, documents, next_acts, steps
from archivist.api.document_results import DocumentPlan
from archivist.api.result import Problem
from archivist.api.search_pages import titles_of
from archivist.api.steps import StepResult
from archivist.errors import ArchivistError, InvalidValue
from archivist.model.chinese import parse_date
from archivist.model.standing import ActKind
from archivist.web.pages.household import unchanged
from archivist.web.visit import Answer, Visit, to

_NAMES: Final = re.compile(r"[、,，;；\s]+")
_TOLD: Final = "set-"
_PRINTED: Final = "print"
"""Of the button that issues and prints."""
_ELSEWHERE: Final = re.compile(r"理由|\d+ 名办理人")
"""What a step asks for that has a field of its own."""


def ask_step(visit: Visit) -> Answer:
    """Show what a step would do today, or what it still has to be told.

    Raises:
        CaseNotFound: E201. IntegrityAlarm: E202.
    """
    return _step(visit, visit.asked.get("step", ""))


def take_step(visit: Visit) -> Answer:
    """Show what a step would do with what was told; confirmed, take it."""
    step, confirmed = visit.said("step"), visit.said("confirmed") == "1"
    if not confirmed:
        return _step(visit, step)
    try:
        with unchanged(visit):
            steps.take_step(
                visit.workspace, visit.by, visit.place["case"], step, on=_day(visit), at=visit.said("at"),
                people=_people(visit), values=_values(visit), reason=visit.said("reason"),
            )  # fmt: skip
    except ArchivistError as error:
        return _step(visit, step, problem=Problem.of(error))
    return to(f"/case/{visit.place['case']}")


def ask_document(visit: Visit) -> Answer:
    """Show what a document would be, or everything it lacks at once.

    Raises:
        CaseNotFound: E201. IntegrityAlarm: E202.
    """
    return _document(visit, visit.asked.get("document", ""))


def issue(visit: Visit) -> Answer:
    """Show what would be issued with what was told; confirmed, issue it and show the paper, or print it at once."""
    document, confirmed = visit.said("document"), visit.said("confirmed")
    if confirmed not in ("1", _PRINTED):
        return _document(visit, document)
    case = visit.place["case"]
    try:
        with unchanged(visit):
            done = documents.issue(visit.workspace, visit.by, _prepared(visit, document))
    except ArchivistError as error:
        return _document(visit, document, problem=Problem.of(error))
    if done.refused:
        return _document(visit, document, problem=done.refused[0])
    if not done.issued:
        return to(f"/case/{case}")
    return to(f"/case/{case}/{done.issued[0].record}{'/print' if confirmed == _PRINTED else ''}")


def _step(visit: Visit, step: str, *, problem: Problem | None = None) -> Answer:
    file = case_file.show_case(visit.workspace, visit.place["case"])
    found = steps.possible_steps(visit.workspace, file.case, on=visit.today).steps
    row = next((one for one in found if step in (one.step, one.title)), None)
    planned: StepResult | None = None
    if row and not problem:
        try:
            planned = steps.plan_step(
                visit.workspace, visit.by, file.case, row.step, on=_day(visit), at=visit.said("at"),
                people=_people(visit), values=_values(visit), reason=visit.said("reason"),
            )  # fmt: skip
        except ArchivistError as error:
            problem = Problem.of(error)
    tell = [name for name in row.tell if not _ELSEWHERE.fullmatch(name)] if row else []
    acts = next_acts.next_of_case(visit.workspace, file.case, on=visit.today, actor=visit.by.actor).households
    able = next(
        (a.people for h in acts for a in h.acts if a.kind is ActKind.STEP and row and a.id == row.step), ()
    )
    return visit.page(
        "step.html",
        status=409 if problem and visit.form else 200, problem=problem, untold=not visit.form, file=file, steps=found, row=row, tell=tell, able=able,
        planned=planned, said=visit.said, told=_TOLD, on=visit.said("on") or visit.today.isoformat(),
    )  # fmt: skip


def _document(visit: Visit, document: str, *, problem: Problem | None = None) -> Answer:
    file = case_file.show_case(visit.workspace, visit.place["case"])
    document = titles_of(visit.workspace)(document) if document else ""
    planned: DocumentPlan | None = None
    acts = next_acts.next_of_case(visit.workspace, file.case, on=visit.today, actor=visit.by.actor).households
    offered = [a for h in acts for a in h.acts if a.kind is ActKind.DOCUMENT]
    if document and not problem:
        try:
            planned = documents.plan(visit.workspace, _prepared(visit, document))
        except ArchivistError as error:
            problem = Problem.of(error)
    told = {name.removeprefix(_TOLD) for name in visit.form if name.startswith(_TOLD) and visit.said(name)}
    lacking = document_gaps.gaps(visit.workspace, document, problem.problems if problem else (), told)
    tell = next((a.tell for a in offered if document in (a.id, a.title)), ())
    return visit.page(
        "issue.html",
        status=409 if problem and visit.form else 200, problem=problem, untold=not visit.form, file=file, document=document, offered=offered,
        tell=[name for name in tell if name not in {gap.label for gap in lacking}], lacking=lacking,
        planned=planned, said=visit.said, told=_TOLD, on=visit.said("on") or visit.today.isoformat(),
    )  # fmt: skip


def _prepared(visit: Visit, document: str) -> documents.PreparedDocuments:
    return documents.prepare(
        visit.workspace, visit.by, document, [visit.place["case"]], settings=_values(visit), on=_day(visit),
        reason=visit.said("reason"), again=bool(visit.said("reason")),
    )  # fmt: skip


def _day(visit: Visit) -> dt.date:
    said = visit.said("on")
    return parse_date(said) if said else visit.today


def _people(visit: Visit) -> tuple[str, ...]:
    return tuple(filter(None, _NAMES.split(visit.said("by"))))


def _values(visit: Visit) -> Mapping[str, object]:
    """Return what was told: the fields that are asked for, and lines of ``name=value`` for whatever else."""
    found: dict[str, object] = {
        name.removeprefix(_TOLD): visit.said(name)
        for name in visit.form
        if name.startswith(_TOLD) and visit.said(name)
    }
    for line in filter(None, map(str.strip, visit.said("more").splitlines())):
        name, sign, value = line.partition("=")
        if not sign:
            raise InvalidValue(f"“{line}”应写成 名称=内容，一行一项")
        found[name.strip()] = value.strip()
    return found
