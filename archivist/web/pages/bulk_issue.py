"""成批制发: one document for the households that were ticked; planned with every gap in one form, issued, printed as one PDF."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Final

from archivist.api import document_gaps, documents, next_acts, selection
from archivist.api.document_gaps import DocumentGap
from archivist.api.document_results import DocumentPlan, IssuedDocuments
from archivist.api.result import Problem, Refusal
from archivist.errors import ArchivistError, UsageError
from archivist.model.chinese import parse_date
from archivist.model.standing import ActKind
from archivist.web.visit import Answer, Visit

_SHARED: Final = "set-"
_OWN: Final = "own-"
"""What a field of one household is called in the form, before its number, a slash and the path."""
_REFUSED: Final = 409


def plan(visit: Visit) -> Answer:
    """Show for which of the ticked households a document can be issued, and everything that the others lack; nothing is written.

    Raises:
        UsageError: E001, nothing was ticked. CaseNotFound: E201.
    """
    if not visit.said("document"):
        return _page(visit)
    try:
        return _page(visit, planned=documents.plan(visit.workspace, _prepared(visit)))
    except ArchivistError as error:
        return _page(visit, problem=error)


def issue(visit: Visit) -> Answer:
    """Issue it for every household for which it can be; sent again, what was done is not done again, and can be printed again.

    Raises: as ``plan``.
    """
    try:
        done = documents.issue(visit.workspace, visit.by, _prepared(visit))
    except ArchivistError as error:
        return _page(visit, problem=error)
    visit.office.changed()
    return _page(visit, done=done)


def _prepared(visit: Visit) -> documents.PreparedDocuments:
    ticked = _ticked(visit)
    return documents.prepare(
        visit.workspace, visit.by, visit.said("document"), ticked,
        settings=_told(visit, _SHARED), each={case: _told(visit, f"{_OWN}{case}/") for case in ticked}, on=_day(visit),
        reason=visit.said("reason"), again=bool(visit.said("reason")),
    )  # fmt: skip


def _told(visit: Visit, before: str) -> dict[str, object]:
    """Return what was told in fields that are called so: path → value."""
    return {
        name.removeprefix(before): visit.said(name)
        for name in visit.form
        if name.startswith(before) and visit.said(name)
    }


def _ticked(visit: Visit) -> list[str]:
    ticked = list(dict.fromkeys(filter(None, visit.form.get("case", ()))))
    if not ticked:
        raise UsageError("没有勾选户档", remedy="在“户档”里勾选要制发的户，再点“制发”。")
    return ticked


def _day(visit: Visit) -> dt.date:
    said = visit.said("on")
    return parse_date(said) if said else visit.today


def _page(
    visit: Visit,
    *,
    planned: DocumentPlan | None = None,
    done: IssuedDocuments | None = None,
    problem: ArchivistError | None = None,
) -> Answer:
    households = selection.chosen(visit.workspace, _ticked(visit))
    document = visit.said("document")
    shown = done or planned
    refused = shown.refused if shown else ()
    if problem and len(households) == 1:
        refused = (Refusal.for_case(households[0].case, problem),)
    by_case = {one.case: one for one in refused}
    lacking = {h.case: _gaps(visit, h.case, by_case.get(h.case)) for h in households}
    papers = [(p.case, p.record) for p in done.issued] if done else []
    papers += [(p.case, p.record) for p in done.done_before] if done else []
    return visit.page(
        "bulk_issue.html",
        status=_REFUSED if problem and visit.form.get("document") else 200,
        problem=Problem.of(problem) if problem else None,
        households=households, document=document, said=visit.said, on=visit.said("on") or visit.today.isoformat(),
        offered=[] if document else _offered(visit, (h.case for h in households)), titles=_titles(visit),
        planned=planned, done=done, refused=by_case,
        shared=tuple(dict.fromkeys(g for gaps in lacking.values() for g in gaps if g.shared)),
        own={case: [g for g in gaps if not g.shared] for case, gaps in lacking.items()},
        papers=[f"{case}/{record}" for case, record in papers], told=_SHARED, told_each=_OWN,
    )  # fmt: skip


def _gaps(visit: Visit, case: str, refused: Refusal | None) -> tuple[DocumentGap, ...]:
    """Return what a household's document lacks, or was told."""
    told = {*_told(visit, _SHARED), *_told(visit, f"{_OWN}{case}/")}
    problems = refused.problems if refused else ()
    return document_gaps.gaps(visit.workspace, visit.said("document"), problems, told)


def _offered(visit: Visit, cases: Iterable[str]) -> list[tuple[str, str, int]]:
    """Return what can be issued for some of the households now, for most of them first: id, title, for how many."""
    found: Counter[tuple[str, str]] = Counter()
    for case in cases:
        for one in next_acts.next_of_case(visit.workspace, case, on=visit.today).households:
            found.update({(a.id, a.title) for a in one.acts if a.kind is ActKind.DOCUMENT and a.ready})
    return [(document, title, n) for (document, title), n in found.most_common()]


def _titles(visit: Visit) -> list[str]:
    return [one.title for one in visit.workspace.catalogue.generated()]
