"""Who belonged to a household once and does no more, and what a household took over from the one it was split from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from archivist.model.event import Data, Event
from archivist.model.facts import Part, Row
from archivist.model.ids import CaseNo, RecordNo, Sha256


class Departure(StrEnum):
    """Why somebody belongs to a household no more. The words stand in events and never change their meaning."""

    DEATH = "死亡"
    LEFT = "离开本户"
    SPLIT = "分户"


WITHIN: Final = "户内变更"
"""Why of a change of applicant after which the old one stays in the household."""


@dataclass(frozen=True, slots=True)
class FormerPerson:
    """Somebody who left a household, as the facts had them then.

    Attributes:
        part: what they were to the case.
        on: civil day they died or left; ``seq`` the event that says so.
        to: the household they form now, where this one was split.
    """

    row: Row
    part: Part
    why: Departure
    on: dt.date
    seq: int
    reason: str
    to: CaseNo | None = None

    @property
    def name(self) -> str:
        """Their name."""
        return str(self.row.get("name", ""))


@dataclass(frozen=True, slots=True)
class SplitOrigin:
    """The household a case was split from, and the event up to which both share their history.

    ``head`` is the SHA-256 of that event's file, so that the one chain vouches for the other.
    """

    case: CaseNo
    seq: int
    head: Sha256


@dataclass(frozen=True, slots=True)
class PaperReference:
    """A paper of another household on which a case rests: where it is, and the digests it is known by. No bytes are copied.

    ``sha256`` of its files, the first the main one; ``dated`` as of a record, empty when it is not known.
    """

    case: CaseNo
    record: RecordNo
    type: str
    title: str
    sha256: tuple[Sha256, ...]
    dated: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return the object an event holds."""
        return {
            "case": str(self.case),
            "record": self.record,
            "type": self.type,
            "title": self.title,
            "sha256": list(self.sha256),
            "dated": self.dated,
        }

    @classmethod
    def from_plain(cls, plain: Data) -> PaperReference:
        """Read back what an event holds."""
        return cls(
            CaseNo.parse(plain["case"]),
            RecordNo(plain["record"]),
            plain["type"],
            plain["title"],
            tuple(map(Sha256, plain["sha256"])),
            plain["dated"],
        )


def departed(event: Event) -> tuple[FormerPerson, ...]:
    """Return who left a household by an event (change of applicant, split)."""
    data = event.data
    to = CaseNo.parse(data["case"]) if "case" in data else None
    return tuple(
        FormerPerson(
            MappingProxyType(dict(left["person"])),
            Part(left["part"]),
            Departure(left["why"]),
            dt.date.fromisoformat(left["on"]),
            event.seq,
            event.reason,
            to,
        )
        for left in data["left"]
    )


def origin(data: Mapping[str, Any]) -> tuple[SplitOrigin | None, tuple[PaperReference, ...]]:
    """Return which household a new one was split from, and the papers it refers to; none where it was not."""
    said = data.get("split_from")
    if said is None:
        return None, ()
    source = SplitOrigin(CaseNo.parse(said["case"]), int(said["seq"]), Sha256(said["head"]))
    return source, tuple(map(PaperReference.from_plain, data.get("papers", ())))
