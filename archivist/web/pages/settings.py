"""设置: large letters, keys, the own PIN; who is registered; for who answers for the archive, who looked at what."""

from __future__ import annotations

import datetime as dt
from typing import Final

from archivist.api import access, people
from archivist.api.page_preferences import PagePreferences, prefer
from archivist.api.result import Problem
from archivist.errors import ArchivistError, InvalidValue
from archivist.model.permissions import MAY, Act
from archivist.web.proof import prove
from archivist.web.visit import Answer, Visit, to

PAGE: Final = 100
_REFUSED: Final = 409


def show(visit: Visit) -> Answer:
    """Show the settings of who is signed in, and who is registered."""
    return _shown(visit)


def choose(visit: Visit) -> Answer:
    """Keep what somebody chose.

    Raises:
        WriteFailed: E204. ArchiveLocked: E203.
    """
    prefer(
        visit.workspace, visit.by, PagePreferences(visit.said("size") == "large", visit.said("keys") == "on")
    )
    return to("/settings?done=kept")


def change_pin(visit: Visit) -> Answer:
    """Set another PIN of one's own; the old one is asked for again, so that nobody does it at a screen left open."""
    person, pin = visit.session_person, visit.said("pin")
    try:
        prove(visit, person, visit.said("old"), "change pin")
        if pin != visit.said("again"):
            raise InvalidValue("两次输入的新口令不同", remedy="再输入一次。口令没有改动。")
        people.set_pin(visit.workspace, visit.by, person, lambda: pin)
    except ArchivistError as error:
        return _shown(visit, problem=error)
    visit.sessions.end_others(visit.word, person)
    return to("/settings?done=pin")


def accesses(visit: Visit) -> Answer:
    """Show who looked at what, the newest first.

    Raises:
        CaseNotFound: E201. RoleMissing: E504. InvalidValue: E002, a day is none.
    """
    asked = {name: visit.asked.get(name, "").strip() for name in ("case", "person", "since", "until")}
    found = access.entries(
        visit.workspace,
        visit.by,
        case=visit.workspace.find_case(asked["case"]) if asked["case"] else None,
        actor=asked["person"],
        since=_day(asked["since"]),
        until=_day(asked["until"]),
    )
    page = visit.number("page")
    newest = tuple(reversed(found.entries))
    return visit.page(
        "access.html",
        asked=asked, entries=newest[(page - 1) * PAGE : page * PAGE], total=len(newest), broken=found.broken,
        unfinished=found.unfinished, page=page, pages=max(1, -(-len(newest) // PAGE)),
    )  # fmt: skip


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidValue(f"“{text}”不是日期", remedy="写成 2024-03-08 的样子。") from None


def _shown(visit: Visit, *, problem: ArchivistError | None = None) -> Answer:
    return visit.page(
        "settings.html",
        status=_REFUSED if problem else 200,
        people=people.list_people(visit.workspace, visit.today).people,
        problem=Problem.of(problem) if problem else None,
        done=visit.asked.get("done", ""),
        reads_log=bool(MAY[Act.READ_ACCESS] & visit.roles),
    )
