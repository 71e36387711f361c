"""Who was shown which households (查阅登记): putting it on record before anything is shown, and reading the record."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.authorisation import authorised, require, require_two
from archivist.api.result import Result
from archivist.errors import UsageError
from archivist.model.household_ranges import holds
from archivist.model.ids import CASE_NO_IN_TEXT, CaseNo
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace

_ITEM: Final = re.compile(r"(?<![\w-])\d{8}-[0-9a-f]{8}(?:-\d+)?(?![\w-])")
"""Id of a waiting file, or of a batch."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer shows: case numbers, ids of waiting files."""

    households: frozenset[CaseNo] = frozenset()
    items: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.households or self.items)

    def __sub__(self, other: Shown) -> Shown:
        return Shown(self.households - other.households, self.items - other.items)

    def __or__(self, other: Shown) -> Shown:
        return Shown(self.households | other.households, self.items | other.items)


def shown_in(answer: object) -> Shown:
    """Return every household and waiting file that a result, or a text for people, names: wherever it names it."""
    households: set[CaseNo] = set()
    items: set[str] = set()
    for text in _texts(answer):
        if "-" in text:
            households.update(CaseNo.parse(found) for found in CASE_NO_IN_TEXT.findall(text))
            items.update(_ITEM.findall(text))
    return Shown(frozenset(households), frozenset(items))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from _texts(pair)
    elif isinstance(value, Iterable):
        for inner in value:
            yield from _texts(inner)


def record(workspace: Workspace, by: By, shown: Shown, *, face: str, act: str) -> None:
    """Put on record who is about to be shown what; nothing may be shown before this returns.

    Args:
        workspace: the open workspace.
        by: who asks, from where, when.
        shown: what the answer names.
        face: ``cli``, ``web``.
        act: what was asked for, without its arguments: ``search``, ``case show``.

    Raises:
        AccessNotLogged: E213.
    """
    from archivist.store.access_log import Access

    workspace.access.enter(Access(by, face, act, shown.households, shown.items))


def require_writable(workspace: Workspace) -> None:
    """Refuse to write out what can only be put on record once it is known whom it names.

    Raises:
        AccessNotLogged: E213.
    """
    workspace.archive.access.require_writable()


# ── destroying it ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class AccessMonthView:
    """A month of the log; ``kept_until`` is the last day on which it must be there, by the sentence ``source``."""

    month: str
    kept_until: dt.date
    source: str
    expired: bool


@dataclass(frozen=True, slots=True)
class AccessDestruction(Result):
    """Which months there are, which of them were destroyed (or would be, of a trial run), with whom.

    Attributes:
        unchecked: what could not be asked of the two, in Chinese.
    """

    SCHEMA: ClassVar[str] = "archivist/access-destroy/1"

    months: tuple[AccessMonthView, ...]
    destroyed: tuple[str, ...]
    witness: str
    dry_run: bool
    unchecked: tuple[str, ...]


@authorised(Act.DESTROY_ACCESS)
def destroy(
    workspace: Workspace, by: By, *, witness: By | None = None, reason: str = "", dry_run: bool = False
) -> AccessDestruction:
    """Destroy the months whose time is up; the ledger keeps which, their digests, who and with whom.

    Args:
        workspace: the open workspace.
        by: who does it.
        witness: a second person, who may do it too, known as far as it can be known who it is.
        reason: why, for the ledger.
        dry_run: only say which; nobody need be named.

    Raises:
        UsageError: E001, no second person or no reason. InvalidValue: E002, both are the same. RoleMissing: E504,
        UnknownActor: E505, NotIdentified: E506.
        RuleFault: E502, the rules do not say how long. WriteFailed: E204.
    """
    from archivist.preservation import access_disposal

    found = access_disposal.months(workspace)
    expired = tuple(m for m in found if m.is_expired(by.today))
    if not dry_run:
        if witness is None:
            raise UsageError("销毁须两人：用 --with 写明另一人")
        if not reason.strip():
            raise UsageError("须用 --reason 写明理由")
        doubts = require_two(workspace, by, witness, Act.DESTROY_ACCESS)
        access_disposal.destroy(workspace, by, witness.actor, reason, expired)
    else:
        doubts = ()
    views = (AccessMonthView(m.month, m.kept_until, str(m.rule.source), m in expired) for m in found)
    return AccessDestruction(
        tuple(views), tuple(m.month for m in expired), witness.actor if witness else "", dry_run, doubts
    )


# ── reading it ───────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class AccessView:
    """One answer that somebody was shown.

    Attributes:
        month, line: where it stands in the log; ``line`` from 1.
        time: as told, ISO 8601 with offset; ``clock`` the machine's, where it is another.
        known_by: by what it is known that it was the actor: ``pin``, ``account``, or empty.
        households: case numbers; ``TJHQ-DB-2024-000001..000873`` for those in a row.
        items: ids of waiting files.
    """

    month: str
    line: int
    time: str
    clock: str
    actor: str
    on_behalf_of: str
    known_by: str
    account: str
    host: str
    face: str
    act: str
    households: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessEntries(Result):
    """What the log says of who saw what.

    Attributes:
        entries: in the order in which they came.
        unfinished: lines that a power cut left, ``month`` and line; nothing they named was shown.
        broken: lines that do not name the one before them: the log was changed or cut there.
    """

    SCHEMA: ClassVar[str] = "archivist/access-list/1"

    entries: tuple[AccessView, ...]
    unfinished: tuple[str, ...]
    broken: tuple[str, ...]


def entries(
    workspace: Workspace,
    by: By,
    *,
    case: CaseNo | None = None,
    actor: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> AccessEntries:
    """Return who saw what.

    Args:
        workspace: the open workspace.
        by: who wants to know.
        case: only answers that named it.
        actor: only what was shown to this name, or to this account.
        since: from this civil day on.
        until: up to this one.

    Raises:
        RoleMissing: E504, UnknownActor: E505. OSError: the log cannot be read.
    """
    require(workspace, by, Act.READ_ACCESS)
    log = workspace.archive.access
    found, unfinished, broken = [], [], []
    for month in log.months():
        for line in log.lines(month):
            place = f"{month} 第 {line.line} 行"
            if not line.entry:
                unfinished.append(place)
                continue
            if not line.is_chained:
                broken.append(place)
            view = _view(month, line.line, line.entry)
            if _asked_for(view, case, actor, since, until):
                found.append(view)
    return AccessEntries(tuple(found), tuple(unfinished), tuple(broken))


def _view(month: str, line: int, entry: Mapping[str, object]) -> AccessView:
    def text(key: str) -> str:
        return str(entry.get(key, ""))

    def texts(key: str) -> tuple[str, ...]:
        said = entry.get(key, ())
        return tuple(map(str, said)) if isinstance(said, Sequence) and not isinstance(said, str) else ()

    return AccessView(
        month, line, text("time"), text("clock"), text("actor"), text("on_behalf_of"), text("known_by"),
        text("account"), text("host"), text("face"), text("act"), texts("households"), texts("items"),
    )  # fmt: skip


def _asked_for(
    view: AccessView, case: CaseNo | None, actor: str, since: dt.date | None, until: dt.date | None
) -> bool:
    day = view.time[:10]
    return (
        (case is None or holds(view.households, case))
        and (not actor or actor in (view.actor, view.account, view.on_behalf_of))
        and (since is None or day >= since.isoformat())
        and (until is None or day <= until.isoformat())
    )
