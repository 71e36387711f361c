"""立户: who it is by the ID number, what still stands in the way, where the person is on file already; then the file is opened."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Final

from archivist.api import applicants, cases
from archivist.api.applicants import ApplicantLook
from archivist.api.result import Problem
from archivist.errors import ArchivistError, InvalidValue
from archivist.model.chinese import parse_date
from archivist.model.field_schema import APPLICANT
from archivist.model.ids import Category, IdType, clean_id, parse_category
from archivist.web.visit import Answer, Visit, to

_FIELDS: Final = ("name", "id_number", "phone", "village", "address")
"""What is asked for of the applicant; everything else is told on the household's own screen."""
_OLD_LENGTH: Final = 15
"""Of the shortest ID number: while it is being typed, nobody says that it is too short."""
_WORD_BYTES: Final = 12


def ask(visit: Visit) -> Answer:
    """Show the empty form."""
    return _page(visit)


def look(visit: Visit) -> Answer:
    """Say what is known of whoever was typed so far; nothing is written."""
    try:
        found = _looked(visit)
    except ArchivistError as error:
        return _page(visit, problem=Problem.of(error))
    return _page(visit, found=found)


def open_file(visit: Visit) -> Answer:
    """Open the file, and show it; what is refused stands above what was typed. A form that is sent twice opens one file."""
    assert visit.session is not None
    sent, word = visit.session.sent, visit.said("once")
    mine = f"/cases#{secrets.token_urlsafe(_WORD_BYTES)}"
    if word and (led := sent.setdefault(word, mine)) != mine:
        return to(led.partition("#")[0])
    try:
        made = cases.open_case(
            visit.workspace, visit.by, _category(visit), _told(visit),
            opened_on=_day(visit), again=bool(visit.said("again")), reason=visit.said("reason"),
        )  # fmt: skip
    except ArchivistError as error:
        sent.pop(word, None)
        return _page(visit, found=_looked_if_it_can(visit), problem=Problem.of(error), status=409)
    sent[word] = f"/case/{made.case}"
    visit.session.notices[:] = made.notices
    visit.office.changed()
    return to(sent[word])


def _looked(visit: Visit) -> ApplicantLook:
    typed = clean_id(visit.said("id_number"))
    told = [
        (path, value)
        for path, value in _told(visit)
        if not path.endswith("id_number") or len(typed) >= _OLD_LENGTH
    ]
    return applicants.look(
        visit.workspace,
        _category(visit) if visit.said("category") else None,
        told,
        opened_on=_day(visit),
        today=visit.today,
        again=bool(visit.said("again")),
    )


def _looked_if_it_can(visit: Visit) -> ApplicantLook | None:
    try:
        return _looked(visit)
    except ArchivistError:
        return None


def _category(visit: Visit) -> Category:
    said = visit.said("category")
    if not said:
        raise InvalidValue("没有选类别", remedy="选申请的是哪一类救助，再点“立户”。")
    return parse_category(said)


def _told(visit: Visit) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = [
        (f"{APPLICANT.key}.{name}", visit.said(name)) for name in _FIELDS if visit.said(name)
    ]
    if visit.said("no_papers"):
        told.append((f"{APPLICANT.key}.id_type", IdType.NONE.value))
    return told


def _day(visit: Visit) -> dt.date:
    said = visit.said("on")
    return parse_date(said) if said else visit.today


def _page(
    visit: Visit, *, found: ApplicantLook | None = None, problem: Problem | None = None, status: int = 200
) -> Answer:
    return visit.page(
        "opening.html",
        status=status, found=found, problem=problem, said=visit.said,
        categories=[one for one in Category if one in visit.workspace.pack.delegated],
        on=visit.said("on") or visit.today.isoformat(), once=secrets.token_urlsafe(_WORD_BYTES),
    )  # fmt: skip
