"""One household file, whole: how far it is, what is known, what it holds, which papers no longer agree with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.case_past import FormerMember, FormerNameView, MovedOut, ReferredPaper, TakenOut, Unfiled
from archivist.api.holds import HoldView
from archivist.api.result import Result
from archivist.api.steps import RecordedStep
from archivist.model import facts as model
from archivist.model import field_schema
from archivist.model.case import CaseStatus
from archivist.model.facts import Row
from archivist.model.ids import Category, RecordNo, mask_id
from archivist.model.record import PageFlag, RecordStatus
from archivist.model.states import State
from archivist.model.values import value_text

if TYPE_CHECKING:
    from archivist.documents.values.superseded import Stale
    from archivist.model.case import Case
    from archivist.model.group_holds import GroupHold
    from archivist.model.record import Record, Voided
    from archivist.workspace import Workspace

_LONG_NUMBER: Final = re.compile(r"(?<!\d)\d{8,}[\dXx]")
_SHOWN: Final = 60
"""Characters of a field of a document shown on a screen, unless all is asked for."""


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A field of a group; ``kind`` says what values it takes, see ``model.values.KINDS``."""

    key: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class FactGroup:
    """What is known under one heading, ready to show.

    Attributes:
        many: a table with a row for each person or thing; otherwise there is one row.
        columns: the fields of which something is known.
        rows: a text for each column, empty where nothing is known.
    """

    key: str
    label: str
    many: bool
    columns: tuple[FactColumn, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, group: field_schema.Group, facts: model.Facts) -> FactGroup | None:
        """Return a group of the schema with what is known; ``None`` where nothing is."""
        single = model.single(facts, group.key)
        rows = model.rows(facts, group.key) if group.many else (single,) if single else ()
        if not rows:
            return None
        fields = [f for f in group.fields if any(f.key in row for row in rows)]
        return cls(
            key=group.key,
            label=group.label,
            many=group.many,
            columns=tuple(FactColumn(f.key, f.label, f.kind) for f in fields),
            rows=tuple(tuple(value_text(row.get(f.key)) for f in fields) for row in rows),
        )

    def shown(self, *, full: bool) -> tuple[tuple[str, ...], ...]:
        """Return the rows as a screen shows them: of ID and account numbers only a part, unless all is asked for."""
        if full:
            return self.rows
        kinds = [column.kind for column in self.columns]
        return tuple(tuple(map(_masked, kinds, row)) for row in self.rows)


def _masked(kind: str, text: str) -> str:
    if text and kind in ("id", "old_id"):
        return mask_id(text)
    return f"…{text[-4:]}" if text and kind == "acct" else text


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file of a record: its path in the bag, size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class VoidedView:
    """That an issued document is void (作废).

    Attributes:
        at: when it was said, ISO 8601 with offset; ``actor`` by whom.
        replaced_by: the record that was issued instead.
        words: all of it in Chinese.
    """

    reason: str
    at: str
    actor: str
    replaced_by: str | None
    words: str

    @classmethod
    def of(cls, voided: Voided) -> VoidedView:
        """Return what a case says of a void record."""
        return cls(voided.reason, voided.at, voided.actor, voided.replaced_by, voided.words)


@dataclass(frozen=True, slots=True)
class FiledRecord:
    """A filed document (件); see ``model.case.Record``.

    Attributes:
        record: its number; ``signs`` the record it is the signed copy of, ``signed_by`` its own signed copy.
        type: the catalogue's id.
        filed_at: ISO 8601 with offset.
        dated: the day the paper itself bears, ``YYYY-MM-DD``; empty when it is not known.
        type_score: how sure the program was of the type, 0.0–1.0; null where a person chose it, or nobody noted it.
        replaced_by: the newer paper that holds instead of it.
        voided: that it holds no more (作废), and why; ``None`` while it holds.
        similar_to: the record of which it seems to be another scan.
        source: name of the file it came from.
        code: what its QR code says; empty where it was not issued here.
        doubtful_pages: numbers (1-based) of the pages of which recognition was unsure; ``blank_pages`` of those on which
            nothing stands, which are not counted; ``failed_pages`` of those that could not be read.
    """

    record: str
    type: str
    title: str
    status: RecordStatus
    filed_at: str
    dated: str
    type_score: float | None
    pages: int
    doc_no: str
    files: tuple[RecordFile, ...]
    signs: str | None
    signed_by: str | None
    replaced_by: str | None
    voided: VoidedView | None
    similar_to: str | None
    source: str
    code: str
    doubtful_pages: tuple[int, ...]
    blank_pages: tuple[int, ...]
    failed_pages: tuple[int, ...]

    @classmethod
    def of(cls, case: Case, record: Record, source: str) -> FiledRecord:
        """Return a record of a case that came from a file of this name."""
        from archivist.rules.disposition.late_filing import replaced_by

        newer, similar = replaced_by(case, record), record.similar_to
        return cls(
            record=record.no,
            type=record.type,
            title=record.title,
            status=record.status,
            filed_at=record.filed_at,
            dated=record.dated,
            type_score=record.type_score,
            pages=record.pages,
            doc_no=record.doc_no,
            files=tuple(RecordFile(f.path, f.sha256, f.size) for f in record.files),
            signs=record.signs,
            signed_by=record.signed_by,
            replaced_by=newer.no if newer else None,
            voided=VoidedView.of(record.voided) if record.voided else None,
            similar_to=similar if similar in case.records else None,
            source=source,
            code=str(record.data.get("code", "")),
            doubtful_pages=record.page_flags.get(PageFlag.DOUBTFUL, ()),
            blank_pages=record.page_flags.get(PageFlag.BLANK, ()),
            failed_pages=record.page_flags.get(PageFlag.FAILED, ()),
        )

    @property
    def standing(self) -> str:
        """The status in Chinese, with the paper that holds instead, what it seems a second scan of, and pages to look at."""
        if self.voided:
            return f"{self.status.label}，{self.voided.words}"
        replaced = f"，由第 {self.replaced_by} 件代替" if self.replaced_by else ""
        similar = f"，与第 {self.similar_to} 件很像" if self.similar_to else ""
        doubtful = f"，第 {_numbers(self.doubtful_pages)} 页识读存疑" if self.doubtful_pages else ""
        failed = f"，第 {_numbers(self.failed_pages)} 页未能识读" if self.failed_pages else ""
        return self.status.label + replaced + similar + doubtful + failed


def _numbers(pages: tuple[int, ...]) -> str:
    return "、".join(map(str, pages))


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """A field of an issued document: what it printed, and what the facts would say now."""

    path: str
    label: str
    then: str
    now: str

    def shown(self, *, full: bool) -> tuple[str, str]:
        """Return both as a screen shows them: long numbers and long tables shortened, unless all is asked for."""
        return (self.then, self.now) if full else (_shortened(self.then), _shortened(self.now))


def _shortened(text: str) -> str:
    masked = _LONG_NUMBER.sub(lambda m: f"{m[0][:2]}…{m[0][-2:]}", text)
    return masked if len(masked) <= _SHOWN else f"{masked[:_SHOWN]}…"


@dataclass(frozen=True, slots=True)
class DisagreeingDocument:
    """An issued document that disagrees with what is known now, and where."""

    record: str
    title: str
    fields: tuple[DifferenceView, ...]

    @classmethod
    def of(cls, stale: Stale) -> DisagreeingDocument:
        """Return a document of a case."""
        fields = (DifferenceView(d.path, d.label, d.then, d.now) for d in stale.differences)
        return cls(stale.record.no, stale.record.title, tuple(fields))


@dataclass(frozen=True, slots=True)
class CaseFile(Result):
    """One household file as it stands.

    Attributes:
        deregistered_on: ``None`` while it is open; ``deregistration_reason`` is empty then.
        facts: what is known as it is stored: group → fields, or group → rows.
        groups: the same in words, in the schema's order.
        moved_out: papers that were filed here by mistake; ``expunged`` those that were taken out, ``unfiled`` those that went to the tray again.
        former_names: names that people of the household bore before.
        former: who belonged to the household once.
        holds: what forbids that anything of it goes (冻结), holds on many cases too; released ones as well. ``holds_unread``: why
            those on many cases cannot be told (未检), empty where they can.
        split_from: the household it was split from, ``None`` where it was not; ``referred`` the papers that are there.
        merged: the households whose people came to this one (并户); ``merged_into`` the one that goes on with its people, ``None`` where none does.
        handed_over: which office answers for it since a reorganisation (移交), in words; empty where this one does.
        previous: the file of another office that it continues, ``None`` where it continues none; ``previous_package`` where in the bag that stands.
        disagreeing: issued documents that no longer say what is known.
        events: how many there are; ``head`` is the SHA-256 of the last one's file.
    """

    SCHEMA: ClassVar[str] = "archivist/case-show/3"

    case: str
    category: Category
    applicant: str
    status: CaseStatus
    state: State
    opened_on: dt.date
    deregistered_on: dt.date | None
    deregistration_reason: str
    steps: tuple[RecordedStep, ...]
    facts: Mapping[str, Row | tuple[Row, ...]]
    groups: tuple[FactGroup, ...]
    records: tuple[FiledRecord, ...]
    moved_out: tuple[MovedOut, ...]
    expunged: tuple[TakenOut, ...]
    unfiled: tuple[Unfiled, ...]
    former_names: tuple[FormerNameView, ...]
    former: tuple[FormerMember, ...]
    holds: tuple[HoldView, ...]
    holds_unread: str
    split_from: str | None
    handed_over: str
    merged: tuple[str, ...]
    merged_into: str | None
    referred: tuple[ReferredPaper, ...]
    previous: str | None
    previous_package: str | None
    disagreeing: tuple[DisagreeingDocument, ...]
    events: int
    head: str

    @classmethod
    def of(
        cls,
        case: Case,
        disagreeing: tuple[DisagreeingDocument, ...],
        sources: Mapping[RecordNo, str],
        groups: tuple[Sequence[GroupHold], str],
        handed_over: str,
    ) -> CaseFile:
        """Return a case with those of its documents that disagree with it, and the names of the files it came from."""
        return cls(
            case=str(case.number),
            category=case.category,
            applicant=case.applicant_name,
            status=case.status,
            state=case.state,
            opened_on=case.opened_on,
            deregistered_on=case.deregistered_on,
            deregistration_reason=case.deregistration_reason,
            steps=tuple(map(RecordedStep.of, case.steps)),
            facts=case.facts,
            groups=tuple(_groups(case.facts)),
            records=tuple(
                FiledRecord.of(case, record, sources[record.no]) for record in case.records.values()
            ),
            moved_out=tuple(map(MovedOut.of, case.moved_out.values())),
            expunged=tuple(map(TakenOut.of, case.expunged.values())),
            unfiled=tuple(map(Unfiled.of, case.unfiled.values())),
            former_names=tuple(map(FormerNameView.of, case.former_names)),
            former=tuple(map(FormerMember.of, case.former)),
            holds=(
                *map(HoldView.of, case.holds),
                *(HoldView.of_group(group) for group in groups[0] if group.cases.fit(case)),
            ),
            holds_unread=groups[1],
            split_from=str(case.split_from.case) if case.split_from else None,
            handed_over=handed_over,
            merged=tuple(str(one.case) for one in case.merged),
            merged_into=str(case.merged_into.case) if case.merged_into else None,
            referred=tuple(map(ReferredPaper.of, case.references)),
            previous=str(case.previous.case) if case.previous else None,
            previous_package=case.previous.package if case.previous else None,
            disagreeing=disagreeing,
            events=case.seq,
            head=case.head,
        )

    @property
    def standing(self) -> str:
        """Whether the case is open, and where it stands once steps are recorded or it was taken over, in Chinese."""
        if (self.steps or self.state is not State.DRAFT) and self.state is not State.DEREGISTERED:
            return f"{self.status.label} · {self.state.label}"
        return self.status.label


def _groups(facts: model.Facts) -> Iterator[FactGroup]:
    for group in field_schema.GROUPS:
        if known := FactGroup.of(group, facts):
            yield known


def show_case(workspace: Workspace, case: str) -> CaseFile:
    """Return a household file, with the issued documents that disagree with what is known now.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. IntegrityAlarm: E202.
    """
    found = workspace.archive.read(workspace.find_case(case))
    sources = {r.no: workspace.archive.source_name(found.number, r) for r in found.records.values()}
    from archivist.store import held_files

    stale = tuple(map(DisagreeingDocument.of, _stale(workspace, found)))
    handover = workspace.archive.custody.of(found.number)
    groups = held_files.known_group_holds(workspace.archive)
    return CaseFile.of(found, stale, sources, groups, handover.words if handover else "")


def _stale(workspace: Workspace, case: Case) -> tuple[Stale, ...]:
    """Compare the issued documents of a case with its facts; nothing is loaded where none was issued."""
    if not any("facts_sha256" in record.data for record in case.records.values()):
        return ()
    from archivist.documents.values.superseded import stale
    from archivist.issuing.sources import office_sources

    chain = workspace.archive.chain(case.number)
    return stale(case, chain.events, workspace.config, office_sources(workspace))
