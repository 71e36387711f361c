"""Holds (冻结): why nothing of a file may go, whatever its period says. Part of the fold over a case's events.

A hold binds from the moment it is registered, whatever day it is said to start on, and stands until it is released: no
paper, no fact and no date ends it. Dates are civil dates in Asia/Shanghai.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from archivist.errors import InvalidValue
from archivist.model.chinese import format_date, read_day
from archivist.model.event import Data, Event
from archivist.model.ids import RecordNo

__all__ = [
    "HOLD_FORM",
    "WHOLE_CASE",
    "Hold",
    "HoldRelease",
    "as_recorded",
    "inherited",
    "meant_by",
    "next_hold",
]

HOLD_FORM: Final = "legal_hold_record"
"""The form (档案保全登记表) that places a hold when it is issued; it never releases one."""
WHOLE_CASE: Final = "case"
"""``scope`` of a hold on all of a file."""
_FORM_RELEASES_UNTIL: Final = 4
"""In events up to this format a form that was issued anew with its end, and signed, released the hold."""
_CAUSE, _START, _END = "hold.cause", "hold.start", "hold.end"
_UNTIL, _DOC_NO = "hold.until", "hold.reference"
_CAUSE_ON_PAPER: Final = "事由见第"
"""How the cause of a hold begins that only a scan tells."""


@dataclass(frozen=True, slots=True)
class HoldRelease:
    """That a hold was released (解除): when it was registered, by which two people, on which ground, by which paper.

    ``on`` is a civil day, ``at`` ISO 8601 with offset. ``by`` is empty, and ``on`` the day the form says, where a signed form
    of an earlier program did it.
    """

    on: dt.date
    at: str
    by: tuple[str, ...]
    basis: str
    paper: str


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold.

    Attributes:
        id: ``H1``, ``H2`` … in the case; ``G1`` … in the ledger.
        cause: why.
        start: the day it is said to hold from; it binds at once.
        scope: the records it is about; empty for all of the file.
        authority, doc_no: who asked for it, by which paper; empty where nobody said.
        until: what has to come before it is released, in words.
        review_on: when somebody has to look whether it is still needed.
        record: the paper in the file that says so.
        seq: the event that placed it; ``placed_at`` when, ISO 8601 with offset.
        origin: the hold of another case that it continues, ``TJHQ-DB-2024-000001 H1``; empty where it is none.
    """

    id: str
    cause: str
    start: dt.date
    scope: tuple[RecordNo, ...] = ()
    authority: str = ""
    doc_no: str = ""
    until: str = ""
    review_on: dt.date | None = None
    record: RecordNo | None = None
    seq: int = 0
    placed_at: str = ""
    origin: str = ""
    release: HoldRelease | None = None

    def in_force(self, on: dt.date) -> bool:
        """Tell whether it binds, as seen on a day; the day it was released it no longer does."""
        return self.release is None or on < self.release.on

    def in_force_since(self, moment: str) -> bool:
        """Tell whether it binds, or did so at any time after a moment (ISO 8601 with offset)."""
        return self.release is None or dt.datetime.fromisoformat(self.release.at) > dt.datetime.fromisoformat(
            moment
        )

    def binds(self, records: Collection[str] = ()) -> bool:
        """Tell whether it is about the whole file or one of some records; about the file, when none are named."""
        return not records or not self.scope or bool(set(records) & {*self.scope, self.record})

    @property
    def words(self) -> str:
        """The hold as lists write it: ``行政诉讼，2024年10月8日起冻结``."""
        day = format_date(self.start)
        about = f"（第{'、'.join(self.scope)}件）" if self.scope else ""
        return f"{self.cause}，{day}起冻结{about}"

    def to_plain(self) -> dict[str, Any]:
        """Return what the event that places it says."""
        plain: dict[str, Any] = {
            "hold": self.id,
            "cause": self.cause,
            "scope": list(self.scope) or WHOLE_CASE,
            "start": self.start.isoformat(),
            "authority": self.authority,
            "doc_no": self.doc_no,
            "until": self.until,
            "review_on": self.review_on.isoformat() if self.review_on else "",
            "paper": self.record or "",
            "origin": self.origin,
        }
        return {key: value for key, value in plain.items() if value}

    @classmethod
    def from_plain(cls, plain: Data, event: Event) -> Hold:
        """Read it back; ``ValueError`` or ``KeyError`` when it is none."""
        scope = plain["scope"]
        if scope != WHOLE_CASE and (not isinstance(scope, list) or not scope):
            raise ValueError(f"{scope!r} is no scope of a hold")
        review = plain.get("review_on")
        return cls(
            id=str(plain["hold"]),
            cause=str(plain["cause"]),
            start=dt.date.fromisoformat(plain["start"]),
            scope=() if scope == WHOLE_CASE else tuple(RecordNo(str(no)) for no in scope),
            authority=str(plain.get("authority", "")),
            doc_no=str(plain.get("doc_no", "")),
            until=str(plain.get("until", "")),
            review_on=dt.date.fromisoformat(review) if review else None,
            record=RecordNo(plain["paper"]) if plain.get("paper") else None,
            seq=event.seq,
            placed_at=event.time,
            origin=str(plain.get("origin", "")),
        )


def next_hold(holds: Sequence[Hold]) -> str:
    """Return the id of the next hold of a case; none is given twice."""
    return f"H{len(holds) + 1}"


def meant_by(own: Iterable[Hold], groups: Iterable[Hold], told: Mapping[str, Any]) -> Hold | None:
    """Return the hold that stands which a form is about; ``None`` where that cannot be known: none is like what was told, or several are.

    Args:
        own: the holds of the household; the form is of one of them where any is like what was told.
        groups: those of groups it belongs to.
        told: what the clerk gave for the form, by path.
    """
    try:
        cause, start = told.get(_CAUSE), read_day(told.get(_START))
    except InvalidValue:  # told with its name and all other faults, where the values are read
        return None
    for holds in (own, groups):
        about = [
            h
            for h in holds
            if h.release is None and cause in (None, "", h.cause) and start in (None, h.start)
        ]
        if about:
            one = about[0] if len(about) == 1 else None
            return one if one and not one.cause.startswith(_CAUSE_ON_PAPER) else None
    return None


def as_recorded(hold: Hold, told: Mapping[str, Any]) -> dict[str, str]:
    """Return what a form says of a hold: why, since when, by which paper, until what, as it was registered.

    Args:
        hold: it.
        told: what the clerk gave for the form, by path; it goes before what is on record.
    """
    said = {
        _CAUSE: hold.cause,
        _START: hold.start.isoformat(),
        _DOC_NO: f"{hold.authority} {hold.doc_no}".strip(),
        _UNTIL: hold.until,
    }
    return {path: value for path, value in said.items() if value and told.get(path) in (None, "")}


def inherited(holds: Iterable[Hold], case: str, into: Sequence[Hold] = ()) -> tuple[Hold, ...]:
    """Return the holds that a case takes over which continues another: each on all of its file, as nothing of it may go.

    Args:
        holds: those in force in the other case, group holds too: the new one may not fit these.
        case: the number of the other case.
        into: what the case has already.
    """
    found: list[Hold] = []
    for hold in holds:
        new = next_hold([*into, *found])
        found.append(replace(hold, id=new, scope=(), record=None, seq=0, origin=f"{case} {hold.id}"))
    return tuple(found)


# ── the fold ─────────────────────────────────────────────────────────────────────────────────────────────
def opened_with(event: Event) -> tuple[Hold, ...]:
    """Return the holds that a case was opened with, as it continues another."""
    found: tuple[Hold, ...] = ()
    for plain in event.data.get("holds", ()):
        found = placed(found, plain, event)
    return found


def placed(holds: Sequence[Hold], plain: Data, event: Event) -> tuple[Hold, ...]:
    """Return the holds after an event placed one more; ``ValueError`` when it is not the next."""
    hold = Hold.from_plain(plain, event)
    if hold.id != next_hold(holds):
        raise ValueError(f"hold {hold.id} where {next_hold(holds)} was due")
    return (*holds, hold)


def released(holds: Sequence[Hold], event: Event) -> tuple[Hold, ...]:
    """Return the holds after one was released; ``ValueError`` when it was not in force."""
    data = event.data
    found = next((h for h in holds if h.id == data["hold"]), None)
    if found is None or found.release is not None:
        raise ValueError(f"hold {data['hold']} is not in force")
    release = HoldRelease(
        dt.date.fromisoformat(event.time[:10]),
        event.time,
        tuple(data["by"]),
        str(data["basis"]),
        str(data["paper"]),
    )
    return tuple(replace(h, release=release) if h is found else h for h in holds)


def placed_by_form(
    holds: tuple[Hold, ...], number: RecordNo, given: Mapping[str, Any], event: Event, *, issued: bool
) -> tuple[Hold, ...]:
    """Return the holds after a form that registers one came into the file.

    Issued anew for the same cause and day, or for the same cause to be signed at its end, it is the same hold. A scan says nothing that is read by machine: it places one only
    where none is in force.

    Args:
        holds: before.
        number: the form's record.
        given: what it was issued with, by path; nothing of a scan.
        event: by which it came.
        issued: whether the program made it.
    """
    standing = [h for h in holds if h.release is None]
    if not issued and standing:
        return holds
    start = read_day(given.get(_START)) or dt.date.fromisoformat(event.time[:10])
    cause = str(given.get(_CAUSE) or f"{_CAUSE_ON_PAPER}{number}件")
    ends = read_day(given.get(_END)) is not None
    for hold in standing:
        if hold.cause == cause and (hold.start == start or ends):
            return tuple(replace(h, record=number) if h is hold else h for h in holds)
    until, doc_no = str(given.get(_UNTIL, "")), str(given.get(_DOC_NO, ""))
    new = Hold(
        next_hold(holds),
        cause,
        start,
        until=until,
        doc_no=doc_no,
        record=number,
        seq=event.seq,
        placed_at=event.time,
    )
    return (*holds, new)


def released_by_form(
    holds: tuple[Hold, ...], form: RecordNo, given: Mapping[str, Any], event: Event
) -> tuple[Hold, ...]:
    """Return the holds after the signed copy of a form came in: in events of earlier programs it released the hold it tells the end of."""
    end = read_day(given.get(_END))
    if end is None or event.format > _FORM_RELEASES_UNTIL:
        return holds
    release = HoldRelease(end, event.time, (), f"签字的登记表（第{form}件）", str(event.data["record"]["no"]))
    return tuple(replace(h, release=release) if h.record == form and not h.release else h for h in holds)
