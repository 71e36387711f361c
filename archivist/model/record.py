"""A record (件): one filed paper of a case, and what became of it.

Times are ISO 8601 with offset; dates of law are civil dates in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from archivist.model.event import Data, Event, FileEntry
from archivist.model.ids import CaseNo, RecordNo

MACHINE, PERSON = "machine", "person"
"""``typed.by`` of a record: who chose its type."""
SERVES, RECEIVED_ON = "serves", "received_on"
"""Data of a receipt (送达回证): the numbers of the records it is bound to; the day of receipt as a person read it there."""
SURE_TYPE: Final = 0.8
"""From this score on nobody need confirm a type that the program found."""
VOIDED: Final = "voided"
"""How a record that is void stands in the index and in what is found, whatever its status was."""


class RecordStatus(StrEnum):
    """Where a record stands between printer and signature."""

    FILED = "filed"
    PENDING = "pending_signature"
    SIGNED = "signed"
    SIGNED_COPY = "signed_copy"

    @property
    def label(self) -> str:
        """The status in Chinese, as tables show it."""
        return {"filed": "已归档", "pending_signature": "待签", "signed": "已签", "signed_copy": "签署件"}[
            self.value
        ]


class PageFlag(StrEnum):
    """How a page was read, where a person should know. The words are stable: they stand in events and in the index."""

    DOUBTFUL = "doubtful"
    """Recognition was unsure (存疑)."""
    BLANK = "blank"
    """Nothing stands on it (空白); it is not counted."""
    FAILED = "failed"
    """It could not be read (失败)."""


@dataclass(frozen=True, slots=True)
class Voided:
    """That an issued document holds no more (作废): it stays in the file, its number is not given again.

    ``at`` ISO 8601 with offset; ``replaced_by`` what was issued instead; ``seq`` the event that said so.
    """

    reason: str
    at: str
    actor: str
    seq: int
    replaced_by: RecordNo | None = None

    @property
    def words(self) -> str:
        """What became of the document, for people: ``已作废（2024-03-09 赵主任：金额写错），由第 0012 件代替``."""
        instead = f"，由第 {self.replaced_by} 件代替" if self.replaced_by else ""
        return f"已作废（{self.at[:10]} {self.actor}：{self.reason}）{instead}"


@dataclass(frozen=True, slots=True)
class Record:
    """One filed document (件). ``type`` is the catalogue's id; ``files`` are its renditions, the first the main one.

    ``tag_files`` stand beside them under ``text/``: recognised text, the name of the clerk's file. ``source`` is what the
    event remembers of the file it came from; the name is ``Archive.source_name``'s to say.
    ``data`` carries what only some records have: ``doc_no``, ``code`` (QR payload), ``key`` (id of the key it was made
    with), ``printed_pages``, ``template``, ``facts_sha256``, ``values`` of an issued document; ``evidence`` of a filed scan;
    ``scores`` of its pages, and where there are any the numbers of those that ``PageFlag`` names, ``typed`` who said of which type it is, ``unread`` why nothing was read, ``dated`` the day read on it; ``signature`` of a signed
    copy, what it was taken for one by. ``seq`` is the event that filed it, ``actor`` who did.
    """

    no: RecordNo
    type: str
    title: str
    folder: str
    status: RecordStatus
    filed_at: str
    files: tuple[FileEntry, ...] = ()
    tag_files: tuple[FileEntry, ...] = ()
    pages: int = 0
    signs: RecordNo | None = None
    signed_by: RecordNo | None = None
    source: Data = field(default_factory=dict)
    data: Data = field(default_factory=dict)
    seq: int = 0
    voided: Voided | None = None
    actor: str = ""

    @classmethod
    def of(cls, event: Event, signs: RecordNo | None) -> Record:
        """Return the record that an event files, the signed copy of another one where it is."""
        entry = event.data["record"]
        return cls(
            no=RecordNo(entry["no"]),
            type=entry["type"],
            title=entry["title"],
            folder=entry["folder"],
            status=RecordStatus(entry["status"]),
            filed_at=event.time,
            files=tuple(f for f in event.files if f.path.startswith("data/")),
            tag_files=tuple(f for f in event.files if f.path.startswith("text/")),
            pages=int(entry.get("pages", 0)),
            signs=signs,
            source=MappingProxyType(dict(event.source or {})),
            data=MappingProxyType(dict(entry.get("data", {}))),
            seq=event.seq,
            actor=event.actor,
        )

    @property
    def issued(self) -> bool:
        """Whether the program made it for the case, as against a paper that came in or came back signed."""
        return "template_sha256" in self.data

    @property
    def doc_no(self) -> str:
        """The reference number (文号), empty when it has none."""
        return str(self.data.get("doc_no", ""))

    @property
    def page_flags(self) -> Mapping[PageFlag, tuple[int, ...]]:
        """The numbers (1-based) of the pages of which a person should know how they were read."""
        return {flag: tuple(self.data[flag.value]) for flag in PageFlag if self.data.get(flag.value)}

    @property
    def similar_to(self) -> RecordNo | None:
        """The record of which it seemed, when it was filed, to be another scan."""
        return RecordNo(self.data["similar_to"]) if "similar_to" in self.data else None

    @property
    def dated(self) -> str:
        """The day the paper itself bears, ``YYYY-MM-DD``: of what was issued, or as read; empty when it is not known."""
        return str(self.data.get("date") or self.data.get("dated") or "")

    @property
    def dated_by_machine(self) -> bool:
        """Whether the day the paper bears was read by the program and nobody has said it since."""
        return not self.data.get("date") and (self.data.get("typed") or {}).get("by") == MACHINE

    @property
    def type_score(self) -> float | None:
        """How sure the program was that it is of this type, 0.0–1.0; ``None`` where a person said it, or nobody noted it."""
        typed = self.data.get("typed") or {}
        score = typed.get("score") if typed.get("by") == MACHINE else None
        return float(score) if isinstance(score, int | float) else None

    @property
    def type_unsure(self) -> bool:
        """Whether a person should look if it is of this type at all: the program said so, and was not sure or read nothing."""
        return self.type_score is not None and (self.type_score < SURE_TYPE or bool(self.unread))

    @property
    def unread(self) -> str:
        """Why nothing was read of it, in Chinese; empty where it was read."""
        return str(self.data.get("unread", ""))

    @property
    def text(self) -> FileEntry | None:
        """Its recognised text, if there is any."""
        return next((f for f in self.tag_files if f.path.endswith(".txt")), None)

    @property
    def line_boxes(self) -> FileEntry | None:
        """Where each line of its text stands, if it was recognised from pictures."""
        return next((f for f in self.tag_files if f.path.endswith(".lines")), None)

    @property
    def source_sha256(self) -> str:
        """Digest of the file it came from; empty when it came from none."""
        return str(self.source.get("sha256", ""))


@dataclass(frozen=True, slots=True)
class MovedRecord:
    """A record that was filed in the wrong household (已移出): as it was, and where it is now.

    Its number is never given again; its files are gone from the bag, their digests stay in the chain. ``at`` ISO 8601 with offset.
    """

    record: Record
    case: CaseNo
    new: RecordNo
    reason: str
    at: str
    actor: str


@dataclass(frozen=True, slots=True)
class UnfiledRecord:
    """A record whose filing was taken back (已撤回): as it was; its paper went to the tray as ``item`` and may be filed anew from there.

    Its number is never given again; its files are gone from the bag, their digests stay in the chain. ``at`` ISO 8601 with offset.
    """

    record: Record
    item: str
    reason: str
    at: str
    actor: str

    @property
    def words(self) -> str:
        """What became of it, for people: ``已撤回（2024-03-08，林经办），回到待认领``."""
        return f"已撤回（{self.at[:10]}，{self.actor}），回到待认领"
