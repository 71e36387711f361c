"""Signing in with a name and the PIN, the first PIN, locking the screen, leaving."""

from __future__ import annotations

import json
import secrets
from typing import Final
from urllib.parse import quote

from archivist.api import people
from archivist.api.result import Problem
from archivist.errors import ArchivistError, InvalidValue, NotIdentified
from archivist.web.proof import prove
from archivist.web.sessions import TypedDraft
from archivist.web.visit import Answer, Visit, to

_WRONG: Final = 403
_LONGEST: Final = 20_000
"""Characters of what was typed when the screen was locked; more is not kept."""
_FIELD: Final = 3
"""Form, name and value."""


def ask(visit: Visit) -> Answer:
    """Ask who it is; who is signed in need not be asked."""
    if visit.session:
        return to(_onwards(visit))
    return _asking(visit)


def enter(visit: Visit) -> Answer:
    """Begin a session of who gives the PIN."""
    person = visit.said("person")
    try:
        if not people.has_pin(visit.workspace, person) and _is_registered(visit, person):
            return _asking(visit, first=person)
        prove(visit, person, visit.said("pin"), "login")
    except ArchivistError as error:
        return _asking(visit, problem=error, person=person)
    visit.word = visit.sessions.begin(person)
    return to(_onwards(visit))


def first(visit: Visit) -> Answer:
    """Set somebody's first PIN, with the code that stands at the terminal the page was begun at."""
    person, pin = visit.said("person"), visit.said("pin")
    try:
        if people.has_pin(visit.workspace, person):
            raise InvalidValue(
                f"{person}已有口令",
                remedy="用口令登录；忘了的，请档案管理或分管领导清除：archivist people pin 姓名 --clear。",
            )
        if not secrets.compare_digest(visit.said("code").encode(), visit.first_code.encode()):
            raise NotIdentified(
                "首次登录码不对", remedy="首次登录码显示在运行 archivist serve 的窗口里，每次启动都换。"
            )
        if pin != visit.said("again"):
            raise InvalidValue("两次输入的口令不同", remedy="再输入一次。")
        by = visit.office.by(person, proven=False)
        people.set_pin(visit.workspace, by, person, lambda: pin)
    except ArchivistError as error:
        return _asking(visit, problem=error, first=person)
    visit.word = visit.sessions.begin(person)
    return to(_onwards(visit))


def locked(visit: Visit) -> Answer:
    """Ask for the PIN of who sits there; nothing else is shown. A screen that is not locked has nothing to unlock."""
    if visit.session and not visit.session.locked:
        return to(_onwards(visit))
    return visit.page("locked.html", who=_who(visit), problem=None, next=_onwards(visit))


def unlock(visit: Visit) -> Answer:
    """Unlock the screen of who gives the PIN."""
    person = _who(visit)
    try:
        prove(visit, person, visit.said("pin"), "unlock")
    except ArchivistError as error:
        return visit.page(
            "locked.html", status=_WRONG, who=person, problem=Problem.of(error), next=_onwards(visit)
        )
    visit.sessions.unlock(visit.word)
    assert visit.session is not None
    return to("/held" if visit.session.held else _onwards(visit))


def held(visit: Visit) -> Answer:
    """Show what was sent while the screen was locked: nothing of it was done, and one button sends it again."""
    assert visit.session is not None
    return visit.page("held.html", held=visit.session.held) if visit.session.held else to("/")


def lock(visit: Visit) -> Answer:
    """Lock the screen; what was typed and not sent waits for its person."""
    here = _onwards(visit)
    visit.sessions.lock(visit.word, _draft(visit.said("draft"), here))
    return to("/locked" if here == "/" else f"/locked?next={quote(here)}")


def leave(visit: Visit) -> Answer:
    """End the session."""
    visit.sessions.end(visit.word)
    visit.word = ""
    return to("/login")


def _draft(told: str, here: str) -> TypedDraft | None:
    """Return what our own script says was typed; ``None`` for nothing, and for what it would never say."""
    try:
        fields = json.loads(told) if 0 < len(told) <= _LONGEST else []
    except ValueError:
        return None
    plain = isinstance(fields, list) and all(
        isinstance(one, list) and len(one) == _FIELD and all(isinstance(word, str) for word in one)
        for one in fields
    )
    return TypedDraft(here, json.dumps(fields, ensure_ascii=False)) if plain and fields else None


def _who(visit: Visit) -> str:
    assert visit.session is not None
    return visit.session.person


def _is_registered(visit: Visit, person: str) -> bool:
    return any(
        p.name == person and p.serving for p in people.list_people(visit.workspace, visit.today).people
    )


def _onwards(visit: Visit) -> str:
    """Return where somebody wanted to go: an address of this page, nothing that leads elsewhere."""
    wanted = visit.said("next") or visit.asked.get("next", "")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\", "/lock", "/log")) else "/"


def _asking(
    visit: Visit, *, problem: ArchivistError | None = None, person: str = "", first: str = ""
) -> Answer:
    listed = [p for p in people.list_people(visit.workspace, visit.today).people if p.serving]
    return visit.page(
        "login.html",
        status=_WRONG if problem else 200,
        people=listed, chosen=person or first, first=first, next=_onwards(visit),
        problem=Problem.of(problem) if problem else None,
    )  # fmt: skip
