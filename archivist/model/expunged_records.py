"""Records that were taken out of a file (剔除): filed in the wrong household, filed twice, or to be deleted by law.

Their bytes, text and names are gone from the bag; what the chain says of them stays, and the number is never given again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archivist.model.event import Event
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record

EXPUNGED = "已剔除"
"""How a record that was taken out of its file stands, whatever its status was."""


class ExpungeReason(StrEnum):
    """Why a record may be taken out of its file. The words stand in events and never change."""

    OTHER_HOUSEHOLD = "误归入他户"
    """It belongs to another household, where it has been filed."""
    TWICE = "重复"
    """The file holds the same paper a second time; the other stays."""
    BY_LAW = "依法删除"
    """The law asks that it be deleted."""


@dataclass(frozen=True, slots=True)
class ExpungedRecord:
    """A record that was taken out of its file (已剔除): as it was, why, and who answers for it.

    Attributes:
        record: as it was; its files are gone.
        by: the two people who decided.
        paper: the record in the same file that holds what they signed.
        to: case and record where the paper is; ``None`` where it was deleted by law.
        at: ISO 8601 with offset.
        seq: the event that says so.
    """

    record: Record
    why: ExpungeReason
    by: tuple[str, ...]
    paper: RecordNo
    to: tuple[CaseNo, RecordNo] | None
    at: str
    actor: str
    seq: int

    @property
    def words(self) -> str:
        """What became of it, for people: ``已剔除（2024-03-09，重复，赵主任、钱管理），见第 0003 件``."""
        said = f"{EXPUNGED}（{self.at[:10]}，{self.why.value}，{'、'.join(self.by)}）"
        if self.to is None:
            return said
        case, number = self.to
        there = f"{case} " if self.why is ExpungeReason.OTHER_HOUSEHOLD else ""
        return f"{said}，见{there}第 {number} 件"


def expunged(record: Record, event: Event) -> ExpungedRecord:
    """Return what a ``record_expunged`` says of a record; ``ValueError`` or ``KeyError`` when it does not."""
    to = event.data.get("to")
    return ExpungedRecord(
        record=record,
        why=ExpungeReason(event.data["why"]),
        by=tuple(event.data["by"]),
        paper=RecordNo(event.data["paper"]),
        to=(CaseNo.parse(to["case"]), RecordNo(to["record"])) if to else None,
        at=event.time,
        actor=event.actor,
        seq=event.seq,
    )
