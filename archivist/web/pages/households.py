"""户档 = 检索: the households, or what a question finds."""

from __future__ import annotations

import mimetypes
from typing import Final

from archivist.api import exporting, searching
from archivist.api.case_list import ListOrder
from archivist.api.search_pages import FacetView, HitsWanted, narrowed
from archivist.api.searching import HitView
from archivist.errors import BadQuery, UsageError
from archivist.model.permissions import MAY, Act
from archivist.web.page_words import on_page
from archivist.web.visit import Answer, Visit, to

PAGE: Final = 50
MOST_VALUES: Final = 12
"""So many values of each facet are shown, the most frequent."""


def show(visit: Visit) -> Answer:
    """Answer a question; without one, show the open households by their next deadline.

    The list is narrowed to those that lack a required paper where that is asked (``lacking``). Whoever sent the question off (``go``) and named one household, by name or number and not by words of papers alone, is taken to it.
    """
    question = visit.asked.get("q", "").strip()
    page, ticked = _number(visit.asked.get("page", "1")), visit.asked.get("all") == "1"
    counted, exports = visit.asked.get("counted") == "1", bool(MAY[Act.EXPORT] & visit.roles)
    if not question:
        listed = visit.office.gathered.cases(visit.workspace, on=visit.today, order=ListOrder.DUE)
        lack, lacking = [c for c in listed.cases if c.lacks], visit.asked.get("lacking") == "1"
        chosen = lack if lacking else listed.cases
        return visit.page(
            "households.html",
            exports=exports, lack=len(lack), lacking=lacking, q="", ticked=ticked, cases=chosen[(page - 1) * PAGE : page * PAGE], households=(), total=len(chosen), exact=True, notices=listed.unread, meant=(), wrong="",
            page=page, pages=_pages(len(chosen)), counted=False, after="", facets=(),
        )  # fmt: skip
    try:
        after = visit.asked.get("after", "")
        offset = 0 if after else (page - 1) * PAGE
        wanted = HitsWanted(limit=PAGE, offset=offset, after=after, facets=counted, today=visit.today)
        answer = searching.search(visit.workspace, question, wanted=wanted)
    except BadQuery as error:
        return visit.page(
            "households.html",
            exports=exports, lack=0, lacking=False, q=question, ticked=False, cases=(), households=(), total=0, exact=True, notices=(), meant=(), wrong=on_page(f"{error.what}。{error.remedy}"),
            page=1, pages=1, counted=False, after="", facets=(),
        )  # fmt: skip
    named = [hit for hit in answer.hits if not hit.record]
    if visit.asked.get("go") and named and len({hit.case for hit in answer.hits}) == 1:
        return to(f"/case/{answer.hits[0].case}")
    return visit.page(
        "households.html",
        exports=exports, lack=0, lacking=False, q=question, ticked=ticked, cases=(), households=_by_household(answer.hits), total=answer.total, exact=answer.exact,
        notices=answer.notices, meant=answer.meant, wrong="", page=page, pages=_pages(answer.total),
        counted=counted, after=answer.next, facets=[(facet, _narrower(question, facet)) for facet in answer.facets if len(facet.values) > 1],
    )  # fmt: skip


def export(visit: Visit) -> Answer:
    """Answer with the workbook of the ticked households, to be saved; whom it names is on record first, each time.

    Raises:
        UsageError: E001, nothing was ticked. CaseNotFound: E201. IntegrityAlarm: E202. AccessNotLogged: E213.
    """
    ticked = [case for case in visit.form.get("case", ()) if case]
    if not ticked:
        raise UsageError("没有勾选户档", remedy="在“户档”里勾选要导出的户，再点“导出”。")
    visit.record(ticked, again=True)
    data = exporting.household_workbook(visit.workspace, visit.by, ticked)
    kind = mimetypes.guess_type(exporting.WORKBOOK)[0] or "application/octet-stream"
    return Answer(data, kind=kind, file_name=exporting.WORKBOOK)


def _narrower(question: str, facet: FacetView) -> list[tuple[str, int, str]]:
    """Return the values of a facet with how many have each and the query that asks for those."""
    shown = facet.values[:MOST_VALUES]
    return [(one.label, one.count, narrowed(question, facet.facet, one.value)) for one in shown]


def parts(hit: HitView) -> list[tuple[str, bool]]:
    """Return a hit's words as pieces, each with whether it is what was looked for."""
    pieces, at = [], 0
    for start, end in hit.highlights:
        pieces += [(hit.snippet[at:start], False), (hit.snippet[start:end], True)]
        at = end
    return [(text, marked) for text, marked in (*pieces, (hit.snippet[at:], False)) if text]


def _by_household(
    hits: tuple[HitView, ...],
) -> list[tuple[HitView, list[tuple[HitView, list[tuple[str, bool]]]]]]:
    """Return hits by household, in the order the answer has them."""
    found: dict[str, list[HitView]] = {}
    for hit in hits:
        found.setdefault(hit.case, []).append(hit)
    return [(group[0], [(hit, parts(hit)) for hit in group if hit.record]) for group in found.values()]


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _pages(total: int) -> int:
    return max(1, -(-total // PAGE))
