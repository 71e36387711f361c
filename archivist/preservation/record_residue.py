"""What still holds a record that was taken out of its file (残留), and the word of two people that a place is clear.

Copies made before the record went are asked for, by medium and submission as the ledger tells of them, on this machine by their bytes. A
place of which the program itself sees that the record lies there is never said to be clear.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archivist.disposal_errors import ResidueLeft
from archivist.errors import InvalidValue, RecordNotFound
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.expunged_records import ExpungedRecord
from archivist.model.ids import CaseNo, RecordNo
from archivist.preservation.disposal_persons import require_clearing
from archivist.preservation.disposal_residue import meant_by
from archivist.preservation.record_copies import RecordCopy, copies_of
from archivist.store import Archive
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RecordResidue:
    """One place, named as people name it: ``备份：备份盘-2``, ``报送：S-…``, ``本机：outbox/…``, ``拆分前的整批：…``."""

    place: str
    copies: tuple[RecordCopy, ...]

    @property
    def is_seen(self) -> bool:
        """Whether the program sees that the record lies there."""
        return any(copy.is_certain for copy in self.copies)


@dataclass(frozen=True, slots=True)
class ClearedPlace:
    """A place that two people said is clear, how, and when (ISO 8601)."""

    place: str
    by: tuple[str, ...]
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class ExpungedResidue:
    """A record that was taken out of its file: where it may still be, and what was cleared."""

    case: CaseNo
    record: ExpungedRecord
    left: tuple[RecordResidue, ...]
    cleared: tuple[ClearedPlace, ...]


def residue(workspace: Workspace, number: CaseNo, record: RecordNo) -> ExpungedResidue:
    """Return where a record that was taken out may still be, and what is on record of it.

    Raises:
        CaseNotFound: E201. RecordNotFound: E206, it was not taken out. IntegrityAlarm: E202, of the file or the ledger.
    """
    archive = workspace.archive
    gone = archive.read(number).expunged.get(record)
    if gone is None:
        raise RecordNotFound(f"第 {record} 件不是已剔除的件", file=str(number))
    cleared = tuple(_cleared(archive, number, record))
    said = {one.place for one in cleared}
    places: dict[str, list[RecordCopy]] = {}
    for copy in _copies_before(archive, number, gone):
        places.setdefault(f"{copy.kind.label}：{copy.name}", []).append(copy)
    found = (RecordResidue(place, tuple(copies)) for place, copies in places.items())
    left = tuple(one for one in found if one.is_seen or one.place not in said)
    return ExpungedResidue(number, gone, left, cleared)


def _copies_before(archive: Archive, number: CaseNo, gone: ExpungedRecord) -> Iterator[RecordCopy]:
    """Yield the copies but those that were made when the record was out already."""
    end = dt.datetime.fromisoformat(gone.at)
    for copy in copies_of(archive, number, gone.record):
        if not copy.since or dt.datetime.fromisoformat(copy.since) <= end:
            yield copy


def _cleared(archive: Archive, number: CaseNo, record: RecordNo) -> Iterator[ClearedPlace]:
    for event in archive.ledger_events(Op.RECORD_RESIDUE_CLEARED):
        data = event.data
        if (data["case"], data["record"]) == (str(number), record):
            yield ClearedPlace(str(data["place"]), tuple(data["by"]), event.reason, event.time)


def clear(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    record: RecordNo,
    place: str,
    names: Sequence[str],
    reason: str,
) -> ExpungedResidue:
    """Put on record that two people cleared a place.

    Args:
        workspace: the open workspace.
        by: who enters it, and when.
        number: the case the record was in.
        record: its number there.
        place: one of ``residue``, with or without its kind.
        names: the two.
        reason: how it was cleared, or why nothing need be; never empty.

    Raises:
        TwoPersonsNeeded: E605. UsageError: E001, no such place is left. ResidueLeft: E609, the record lies there as the program sees.
            InvalidValue: E002, no reason. RecordNotFound: E206. WriteFailed: E204.

    Survives: a kill at any point.
    """
    if not reason.strip():
        raise InvalidValue(
            "登记已清须用 --reason 写明怎样清的，或为什么不必清；总账中永远保留，不要写个人信息"
        )
    with workspace.writing(by):
        found = residue(workspace, number, record)
        meant = meant_by(place, [one.place for one in found.left])
        if seen := [
            copy.name for one in found.left if one.place == meant for copy in one.copies if copy.is_certain
        ]:
            raise ResidueLeft(
                f"{number} 第 {record} 件还在 {meant}，不能登记为已清",
                problems=seen,
                remedy="先把它删去（包里有的，删去后重新打包），再登记。没有写入任何内容。",
            )
        require_clearing(workspace.config, by.today, names)
        said = {"case": str(number), "record": record, "place": meant, "by": list(names)}
        workspace.archive.note(Op.RECORD_RESIDUE_CLEARED, said, workspace.stamp(by), reason.strip())
    return residue(workspace, number, record)
