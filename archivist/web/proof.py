"""Who somebody is, by the PIN: at signing in, and where a second person confirms an act on the spot."""

from __future__ import annotations

from archivist.api import access, people
from archivist.api.access import Shown
from archivist.errors import InvalidValue
from archivist.model.by import By
from archivist.model.permissions import Act
from archivist.model.staff import alike
from archivist.web.visit import FACE, Visit


def prove(visit: Visit, person: str, pin: str, act: str) -> By:
    """Return somebody who gave the PIN; that it was given is in the access log before anything is done.

    Raises:
        NotIdentified: E506. UnknownActor: E505. AccessNotLogged: E213.
    """
    by = people.prove(visit.workspace, visit.office.by(person or "（未填）", proven=False), pin)
    access.record(visit.workspace, by, Shown(), face=FACE, act=act)
    return by


def second(visit: Visit, act: Act) -> By:
    """Return the second person of an act, who gave name and PIN in the same form; never the one who is signed in.

    Raises:
        InvalidValue: E002, nobody is named, or the same person. NotIdentified: E506. UnknownActor: E505. AccessNotLogged: E213.
    """
    person = visit.said("second")
    if not person:
        raise InvalidValue(
            f"{act.label}须两人：没有写另一人",
            remedy="请另一人选自己的姓名，当面输入口令。没有写入任何内容。",
        )
    if alike(person) == alike(visit.by.actor):
        raise InvalidValue(
            f"{act.label}须两人：“{person}”和登录的是同一人",
            remedy="请另一人当面输入本人的口令。没有写入任何内容。",
        )
    return prove(visit, person, visit.said("second_pin"), f"second person: {act.value}")


def others(visit: Visit) -> list[str]:
    """Return who could be the second person: everybody at the post today but the one who is signed in."""
    listed = people.list_people(visit.workspace, visit.today).people
    return [p.name for p in listed if p.serving and alike(p.name) != alike(visit.by.actor)]
