"""Two households that became one (并户): what the living file says of the one that ended, and that one of the living."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archivist.model.event import Data, Event
from archivist.model.former_people import PaperReference
from archivist.model.ids import CaseNo, Sha256


@dataclass(frozen=True, slots=True)
class MergedHousehold:
    """A household whose people belong to this one since: its file ended, and keeps what is in it for its own time.

    Attributes:
        case: its number.
        head: SHA-256 of its last event before, number ``seq`` of its chain, so that the one chain vouches for the other.
        on: civil day on which they became one; ``event`` of this file says so.
    """

    case: CaseNo
    seq: int
    head: Sha256
    on: dt.date
    event: int


@dataclass(frozen=True, slots=True)
class MergedInto:
    """The living file, and the SHA-256 of the event by which it took the people."""

    case: CaseNo
    head: Sha256


def merged(event: Event) -> tuple[MergedHousehold, tuple[PaperReference, ...]]:
    """Return which household an event took the people of, and the papers that are there and this one rests on."""
    data = event.data
    source = MergedHousehold(
        CaseNo.parse(data["case"]),
        int(data["seq"]),
        Sha256(data["head"]),
        dt.date.fromisoformat(data["on"]),
        event.seq,
    )
    return source, tuple(map(PaperReference.from_plain, data["papers"]))


def merged_into(data: Data) -> MergedInto | None:
    """Return which file goes on with the people of one that was closed; ``None`` where none does."""
    said = data.get("merged_into")
    return MergedInto(CaseNo.parse(said["case"]), Sha256(said["head"])) if said else None
