"""What a household file held once and what its people were: papers that are elsewhere, former names, who left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivist.model.facts import Part
from archivist.model.ids import mask_id

if TYPE_CHECKING:
    from archivist.model.expunged_records import ExpungedRecord
    from archivist.model.former_names import FormerName
    from archivist.model.former_people import FormerPerson, PaperReference
    from archivist.model.record import MovedRecord, UnfiledRecord


@dataclass(frozen=True, slots=True)
class MovedOut:
    """A paper that was filed here by mistake and is in another household now (已移出).

    Attributes:
        record: its number here, never given again; ``to_record`` the one it has in ``to_case``.
        moved_at: ISO 8601 with offset.
    """

    record: str
    type: str
    title: str
    filed_at: str
    moved_at: str
    to_case: str
    to_record: str
    reason: str

    @classmethod
    def of(cls, moved: MovedRecord) -> MovedOut:
        """Return a record that left a case."""
        record = moved.record
        return cls(
            record=record.no,
            type=record.type,
            title=record.title,
            filed_at=record.filed_at,
            moved_at=moved.at,
            to_case=str(moved.case),
            to_record=moved.new,
            reason=moved.reason,
        )

    @property
    def standing(self) -> str:
        """What became of it, in Chinese."""
        return f"已移出，归入 {self.to_case} 第 {self.to_record} 件（{self.reason}）"


@dataclass(frozen=True, slots=True)
class Unfiled:
    """A paper whose filing was taken back to the tray (已撤回).

    Attributes:
        record: its number, never given again; ``item`` its id in the tray then.
        taken_back_at: ISO 8601 with offset.
        standing: what became of it, in Chinese.
    """

    record: str
    type: str
    title: str
    filed_at: str
    taken_back_at: str
    item: str
    reason: str
    standing: str

    @classmethod
    def of(cls, gone: UnfiledRecord) -> Unfiled:
        """Return a record that went to the tray again."""
        record = gone.record
        return cls(
            record=record.no,
            type=record.type,
            title=record.title,
            filed_at=record.filed_at,
            taken_back_at=gone.at,
            item=gone.item,
            reason=gone.reason,
            standing=gone.words,
        )


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A paper that was taken out of the file (已剔除).

    Attributes:
        record: its number, never given again; ``paper`` the record that holds what the two signed.
        expunged_at: ISO 8601 with offset.
        to_case: where the same paper is, ``to_record`` its number there; ``None`` where it was deleted by law.
        standing: what became of it, in Chinese.
    """

    record: str
    type: str
    title: str
    filed_at: str
    expunged_at: str
    why: str
    people: tuple[str, ...]
    paper: str
    to_case: str | None
    to_record: str | None
    standing: str

    @classmethod
    def of(cls, gone: ExpungedRecord) -> TakenOut:
        """Return a record that a case holds no more."""
        record = gone.record
        return cls(
            record=record.no,
            type=record.type,
            title=record.title,
            filed_at=record.filed_at,
            expunged_at=gone.at,
            why=gone.why.value,
            people=gone.by,
            paper=gone.paper,
            to_case=str(gone.to[0]) if gone.to else None,
            to_record=gone.to[1] if gone.to else None,
            standing=gone.words,
        )


@dataclass(frozen=True, slots=True)
class FormerNameView:
    """A name somebody of the household bore before (曾用名); ``until`` the day another was written down, and why."""

    part: Part
    name: str
    now: str
    until: str
    reason: str

    @classmethod
    def of(cls, former: FormerName) -> FormerNameView:
        """Return a former name of a case."""
        return cls(former.part, former.name, former.now, former.until[:10], former.reason)

    @property
    def standing(self) -> str:
        """Who bore it and until when, in Chinese."""
        why = f"（{self.reason}）" if self.reason else ""
        return (
            f"曾用名：{self.part.value} {self.now} 原登记为 {self.name}，自 {self.until} 改为 {self.now}{why}"
        )


@dataclass(frozen=True, slots=True)
class FormerMember:
    """Somebody who belongs to the household no more.

    Attributes:
        part: what they were: 申请人 or 成员; ``why`` 死亡, 离开本户 or 分户.
        on: civil day they died or left.
        to_case: the household they form now, where this one was split.
    """

    name: str
    id_number: str
    part: str
    why: str
    on: dt.date
    to_case: str | None
    reason: str

    @classmethod
    def of(cls, person: FormerPerson) -> FormerMember:
        """Return a former member of a case."""
        return cls(
            name=person.name,
            id_number=str(person.row.get("id_number", "")),
            part=person.part.value,
            why=person.why.value,
            on=person.on,
            to_case=str(person.to) if person.to else None,
            reason=person.reason,
        )

    def shown(self, *, full: bool) -> tuple[str, ...]:
        """Return it as a row of a table; of the ID number only a part, unless all is asked for."""
        number = self.id_number if full else mask_id(self.id_number)
        return self.part, self.name, number, self.why, str(self.on), self.to_case or "", self.reason


@dataclass(frozen=True, slots=True)
class ReferredPaper:
    """A paper of another household on which this one rests; it is there, and known by its digests.

    Attributes:
        case: where it is; ``record`` its number there.
        type: the catalogue's id.
        sha256: of its files, the first the main one.
        dated: the day the paper itself bears; empty when it is not known.
    """

    case: str
    record: str
    type: str
    title: str
    dated: str
    sha256: tuple[str, ...]

    @classmethod
    def of(cls, paper: PaperReference) -> ReferredPaper:
        """Return a reference of a case."""
        return cls(str(paper.case), paper.record, paper.type, paper.title, paper.dated, paper.sha256)
