"""What can be asked for, and who may: one table. What is not in it does not exist; what names no role is open to nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from archivist.model.permissions import EVERYBODY, MAY, Act
from archivist.model.roles import Role
from archivist.web.pages import (
    acts,
    bulk_issue,
    dropping,
    due,
    household,
    households,
    opening,
    record,
    reports,
    retention,
    settings,
    sign,
    sign_in,
    system,
    today,
    tray,
    tray_pages,
)
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
        files: whether the form brings files along.
    """

    path: str
    act: str
    handler: Handler
    roles: frozenset[Role] = frozenset()
    who: Who = Who.SIGNED_IN
    posts: bool = False
    search: bool = False
    own: bool = False
    files: bool = False


def _look(path: str, act: str, handler: Handler, *, search: bool = False) -> Route:
    return Route(path, act, handler, EVERYBODY, search=search)


def _act(path: str, act: Act, handler: Handler, *, files: bool = False) -> Route:
    return Route(path, act.value, handler, MAY[act], posts=True, files=files)


def _form(path: str, act: str, handler: Handler) -> Route:
    """Return a form that changes nothing in the archive: whoever may look may send it."""
    return Route(path, act, handler, EVERYBODY, posts=True)


ROUTES: Final[Sequence[Route]] = (
    Route("/login", "login", sign_in.ask, who=Who.ANYBODY),
    Route("/login", "login", sign_in.enter, who=Who.ANYBODY, posts=True),
    Route("/first", "first pin", sign_in.first, who=Who.ANYBODY, posts=True),
    Route("/locked", "lock", sign_in.locked, who=Who.LOCKED),
    Route("/unlock", "unlock", sign_in.unlock, who=Who.LOCKED, posts=True),
    Route("/lock", "lock", sign_in.lock, who=Who.LOCKED, posts=True),
    Route("/logout", "logout", sign_in.leave, who=Who.LOCKED, posts=True),
    _look("/held", "lock", sign_in.held),
    _look("/", "due", today.show),
    _look("/due", "due", due.show),
    _look("/due/month", "due", due.month),
    _look("/due/calendar.ics", "due --ics", due.calendar_file),
    _look("/cases", "search", households.show, search=True),
    _act("/cases/export", Act.EXPORT, households.export),
    _look("/cases/new", "case open --dry-run", opening.ask),
    Route(
        "/cases/new/look", "case open --dry-run", opening.look, MAY[Act.OPEN_CASE], posts=True, search=True
    ),
    _act("/cases/new", Act.OPEN_CASE, opening.open_file),
    _form("/issue/plan", "generate --dry-run", bulk_issue.plan),
    _act("/issue", Act.ISSUE, bulk_issue.issue),
    _look("/case/{case}", "case show", household.show),
    Route("/case/{case}/reveal", "case show --full", household.reveal, MAY[Act.SEE_NUMBERS], posts=True),
    _act("/case/{case}/set", Act.CHANGE_FACTS, household.change),
    _look("/case/{case}/step", "case step", acts.ask_step),
    _act("/case/{case}/step", Act.TAKE_STEP, acts.take_step),
    _look("/case/{case}/issue", "generate", acts.ask_document),
    _act("/case/{case}/issue", Act.ISSUE, acts.issue),
    _act("/case/{case}/upload", Act.FILE, dropping.put, files=True),
    _look("/case/{case}/log", "case log", household.log),
    _look("/case/{case}/{record}", "case record show", record.show),
    _look("/case/{case}/{record}/print", "print", sign.one),
    _look("/case/{case}/{record}/page/{page}", "case record image", record.image),
    _look("/case/{case}/{record}/original", "case record original", record.original),
    _act("/case/{case}/{record}/move", Act.MOVE_RECORD, record.move),
    _act("/case/{case}/{record}/retype", Act.RETYPE_RECORD, record.retype),
    Route("/dropped", "review list", dropping.became, MAY[Act.FILE], own=True),
    _look("/tray", "review list", tray.show),
    _act("/tray/upload", Act.FILE, dropping.put, files=True),
    _act("/tray/back", Act.MOVE_RECORD, tray.take_back),
    _look("/tray/join", "review list", tray_pages.ask_join),
    _act("/tray/join", Act.REARRANGE, tray_pages.join),
    _look("/tray/bulk", "review list", tray_pages.ask_bulk),
    _act("/tray/bulk", Act.ASSIGN, tray_pages.bulk),
    _look("/tray/{item}", "review show", tray.show_item),
    _look("/tray/{item}/page/{page}", "review image", tray.image),
    _look("/tray/{item}/original", "review original", tray.original),
    _look("/tray/{item}/split", "review show", tray_pages.ask_split),
    _act("/tray/{item}/split", Act.REARRANGE, tray_pages.split),
    _act("/tray/{item}/unsplit", Act.REARRANGE, tray_pages.unsplit),
    _act("/tray/{item}/turn", Act.REARRANGE, tray_pages.turn),
    _act("/tray/{item}/file", Act.ASSIGN, tray.file),
    _act("/tray/{item}/return", Act.HAND_BACK, tray.hand_back),
    _look("/sign", "unsigned", sign.show),
    _form("/sign/print", "print", sign.printed),
    _look("/reports", "report", reports.show),
    _act("/reports/make", Act.REPORT, reports.make),
    _look("/retention", "retention list", retention.show),
    _form("/retention/plan", "retention propose --dry-run", retention.plan),
    _act("/retention/propose", Act.PROPOSE_DISPOSAL, retention.propose),
    _look("/retention/batch/{batch}", "retention batches", retention.batch),
    _act("/retention/batch/{batch}/papers", Act.PROPOSE_DISPOSAL, retention.papers),
    _act("/retention/batch/{batch}/appraise", Act.APPRAISE_DISPOSAL, retention.appraise, files=True),
    _act("/retention/batch/{batch}/approve", Act.APPROVE_DISPOSAL, retention.approve, files=True),
    _act("/retention/batch/{batch}/cancel", Act.CANCEL_DISPOSAL, retention.cancel),
    _look("/system", "status", system.show),
    _act("/system/watch", Act.TAKE_INBOX, system.begin),
    _act("/system/watch/end", Act.TAKE_INBOX, system.end),
    _look("/settings", "people list", settings.show),
    _form("/settings", "page settings", settings.choose),
    _act("/settings/pin", Act.SET_PIN, settings.change_pin),
    Route("/settings/access", Act.READ_ACCESS.value, settings.accesses, MAY[Act.READ_ACCESS]),
)
