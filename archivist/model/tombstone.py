"""What stays of a destroyed case: a tombstone (墓碑) in the ledger, by which anchors of its history can still be checked.

It names nobody of the household: no name, ID number, address or text, and no digest of a file, by which a guess at its
content could be confirmed. The digests of the events are there; what they say is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from archivist.model.bag_head import BagHead
from archivist.model.event import Event
from archivist.model.ids import CaseNo, Sha256


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A case that was destroyed by the rules.

    Attributes:
        disposal: the batch, ``XH-2026-001``; ``list_sha256`` of its list.
        events: SHA-256 of every event's file, in order; the last is the head.
        tagmanifest: SHA-256 of ``tagmanifest-sha256.txt``.
        records: counts, with ``files``, ``bytes`` and ``pages``; 0 pages where nobody counted them.
        years: first and last year of its events.
        deregistered: the day of 注销 as it was stated.
        rule: id of the row it was kept by; ``sentence`` what that stands on; ``end`` the last day kept, ISO 8601.
        persons: who proposed, appraised, approved, executed and witnessed, by part; people of the office.
        copies: where copies were known to be when it was destroyed: media of backup, submissions.
        destroyed_at: ISO 8601 with offset; empty while the destruction is under way.
    """

    case: CaseNo
    disposal: str
    list_sha256: Sha256
    events: tuple[Sha256, ...]
    tagmanifest: Sha256
    records: int
    files: int
    bytes: int
    pages: int
    years: tuple[int, int]
    deregistered: str
    rule: str
    sentence: str
    end: str
    persons: Mapping[str, tuple[str, ...]]
    copies: tuple[str, ...]
    destroyed_at: str = ""

    @property
    def head(self) -> BagHead:
        """Where its chain ended."""
        return BagHead(str(self.case), len(self.events), self.events[-1])

    @property
    def words(self) -> str:
        """That it was destroyed, by which batch and when, in Chinese."""
        return f"已销毁（{self.disposal}，{self.destroyed_at[:10] or '正在办理'}）"

    def holds(self, head: BagHead) -> bool:
        """Tell whether a head that somebody else knows was in the history of the case."""
        return (
            head.bag == str(self.case)
            and head.seq <= len(self.events)
            and self.events[head.seq - 1] == head.head
        )

    def to_plain(self) -> dict[str, Any]:
        """Return the object that stands in ``case_destroying`` under ``tombstone``."""
        return {
            "list_sha256": self.list_sha256,
            "head": self.head.head,
            "events": list(self.events),
            "tagmanifest": self.tagmanifest,
            "records": self.records,
            "files": self.files,
            "bytes": self.bytes,
            "pages": self.pages,
            "years": list(self.years),
            "deregistered": self.deregistered,
            "rule": self.rule,
            "sentence": self.sentence,
            "end": self.end,
            "persons": {part: list(names) for part, names in self.persons.items()},
            "copies": list(self.copies),
        }

    @classmethod
    def of(cls, event: Event) -> Tombstone:
        """Read it back from a ``case_destroying``; ``ValueError``, ``KeyError`` or ``TypeError`` when there is none."""
        plain = event.data["tombstone"]
        first, last = plain["years"]
        return cls(
            case=CaseNo.parse(str(event.data["case"])),
            disposal=str(event.data["disposal"]),
            list_sha256=Sha256(str(plain["list_sha256"])),
            events=tuple(Sha256(str(digest)) for digest in plain["events"]),
            tagmanifest=Sha256(str(plain["tagmanifest"])),
            records=int(plain["records"]),
            files=int(plain["files"]),
            bytes=int(plain["bytes"]),
            pages=int(plain["pages"]),
            years=(int(first), int(last)),
            deregistered=str(plain["deregistered"]),
            rule=str(plain["rule"]),
            sentence=str(plain["sentence"]),
            end=str(plain["end"]),
            persons=MappingProxyType(
                {str(p): tuple(map(str, names)) for p, names in plain["persons"].items()}
            ),
            copies=tuple(map(str, plain["copies"])),
        )
