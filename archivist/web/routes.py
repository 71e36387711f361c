"""What can be asked for, and who may: one table. What is not in it does not exist; what names no role is open to nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from archivist.model.permissions import EVERYBODY, MAY, Act
from archivist.model.roles import Role
from archivist.web.pages import due, household, households, record, sign_in, today, tray
from archivist.web.visit import Answer, Visit

Handler = Callable[[Visit], Answer]


class Who(StrEnum):
    """Who may ask for something at all; which roles then may stands beside it."""

    ANYBODY = "anybody"
    """Signing in, and nothing that names anybody of a household."""
    LOCKED = "locked"
    """Whoever signed in, also while the screen is locked."""
    SIGNED_IN = "signed in"


@dataclass(frozen=True, slots=True)
class Route:
    """One address and what answers there.

    Attributes:
        path: as Starlette writes it, ``/case/{case}``.
        act: what the access log calls it; for what writes, the act's own name.
        roles: those of which one is needed.
        posts: whether it is a form, which alone may change anything.
        search: whether it is asked for with every key, and so paced.
        own: whether the page asks by itself, which keeps no session awake.
    """

    path: str
    act: str
    handler: Handler
    roles: frozenset[Role] = frozenset()
    who: Who = Who.SIGNED_IN
    posts: bool = False
    search: bool = False
    own: bool = False


def _look(path: str, act: str, handler: Handler, *, search: bool = False) -> Route:
    return Route(path, act, handler, EVERYBODY, search=search)


def _act(path: str, act: Act, handler: Handler) -> Route:
    return Route(path, act.value, handler, MAY[act], posts=True)


ROUTES: Final[Sequence[Route]] = (
    Route("/login", "login", sign_in.ask, who=Who.ANYBODY),
    Route("/login", "login", sign_in.enter, who=Who.ANYBODY, posts=True),
    Route("/first", "first pin", sign_in.first, who=Who.ANYBODY, posts=True),
    Route("/locked", "lock", sign_in.locked, who=Who.LOCKED),
    Route("/unlock", "unlock", sign_in.unlock, who=Who.LOCKED, posts=True),
    Route("/lock", "lock", sign_in.lock, who=Who.LOCKED, posts=True),
    Route("/logout", "logout", sign_in.leave, who=Who.LOCKED, posts=True),
    _look("/", "due", today.show),
    _look("/due", "due", due.show),
    _look("/cases", "search", households.show, search=True),
    _look("/case/{case}", "case show", household.show),
    _look("/case/{case}/log", "case log", household.log),
    _look("/case/{case}/{record}", "case record show", record.show),
    _look("/case/{case}/{record}/page/{page}", "case record image", record.image),
    _look("/case/{case}/{record}/original", "case record original", record.original),
    _act("/case/{case}/{record}/move", Act.MOVE_RECORD, record.move),
    _act("/case/{case}/{record}/retype", Act.RETYPE_RECORD, record.retype),
    _look("/tray", "review list", tray.show),
    _look("/tray/{item}", "review show", tray.show_item),
    _look("/tray/{item}/page/{page}", "review image", tray.image),
    _look("/tray/{item}/original", "review original", tray.original),
    _act("/tray/{item}/file", Act.ASSIGN, tray.file),
    _act("/tray/{item}/return", Act.HAND_BACK, tray.hand_back),
)


def table() -> Iterator[tuple[str, str, str, str]]:
    """Return the table as people read it: method, address, act, who may."""
    for route in ROUTES:
        roles = "、".join(role.label for role in Role if role in route.roles)
        who = {Who.ANYBODY: "不登录也可", Who.LOCKED: "登录的人（锁屏时也可）"}.get(route.who, roles)
        yield ("POST" if route.posts else "GET", route.path, route.act, who)
