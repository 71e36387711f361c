"""A case: the state of one household file, a pure fold over its events.

Nothing here reads a disk or a clock. ``Case`` is what follows from all events (``model.event``) of a chain. Times are ISO 8601 with offset; dates of law are civil dates in Asia/Shanghai.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from archivist.model.event import GENESIS, Data, Event, FileEntry, Op
from archivist.model.fact_paths import FactPath
from archivist.model.facts import NO_FACTS, Facts, fact, parse_facts, to_plain
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256, record_no
from archivist.model.states import State, StepTaken
from archivist.model.step_ids import StepId
from archivist.model.values import Value

MACHINE, PERSON = "machine", "person"
"""``typed.by`` of a record: who chose its type."""
SURE_TYPE: Final = 0.8
"""From this score on nobody need confirm a type that the program found."""


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


class CaseStatus(StrEnum):
    """Whether the case still takes papers."""

    OPEN = "open"
    DEREGISTERED = "deregistered"

    @property
    def label(self) -> str:
        """The status in Chinese."""
        return {"open": "在办", "deregistered": "已注销"}[self.value]


class PageFlag(StrEnum):
    """How a page was read, where a person should know. The words are stable: they stand in events and in the index."""

    DOUBTFUL = "doubtful"
    """Recognition was unsure (存疑)."""
    BLANK = "blank"
    """Nothing stands on it (空白); it is not counted."""
    FAILED = "failed"
    """It could not be read (失败)."""


@dataclass(frozen=True, slots=True)
class Record:
    """One filed document (件). ``type`` is the catalogue's id; ``files`` are its renditions, the first the main one.

    ``tag_files`` stand beside them under ``text/``: recognised text, the name of the clerk's file. ``source`` is what the
    event remembers of the file it came from; the name is ``Archive.source_name``'s to say.
    ``data`` carries what only some records have: ``doc_no``, ``code`` (QR payload), ``key`` (id of the key it was made
    with), ``printed_pages``, ``template``, ``facts_sha256``, ``values`` of an issued document; ``evidence`` of a filed scan;
    ``scores`` of its pages, and where there are any the numbers of those that ``PageFlag`` names, ``typed`` who said of which type it is, ``unread`` why nothing was read, ``dated`` the day read on it; ``signature`` of a signed
    copy, what it was taken for one by. ``seq`` is the event that filed it.
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
    def type_score(self) -> float | None:
        """How sure the program was that it is of this type, 0.0–1.0; ``None`` where a person said it, or nobody noted it."""
        typed = self.data.get("typed") or {}
        return float(typed["score"]) if typed.get("by") == MACHINE else None

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
class Confirmed:
    """What a check could not find out and people looked up themselves (人工核对).

    ``matters`` are the words in which the check named it, so that nothing new is covered by it; ``on`` a civil day.
    """

    check: str
    matters: tuple[str, ...]
    by: tuple[str, ...]
    on: dt.date
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """One household file as its events say. ``moved_out`` are papers it held once and holds no more."""

    number: CaseNo
    status: CaseStatus = CaseStatus.OPEN
    opened_on: dt.date = dt.date.min
    facts: Facts = field(default_factory=lambda: NO_FACTS)
    records: Mapping[RecordNo, Record] = field(default_factory=dict)
    deregistered_on: dt.date | None = None
    deregistration_reason: str = ""
    seq: int = 0
    head: Sha256 = GENESIS
    pack: str = ""
    steps: tuple[StepTaken, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    moved_out: Mapping[RecordNo, MovedRecord] = field(default_factory=dict)

    @property
    def category(self) -> Category:
        """The category of assistance, part of the number."""
        return self.number.category

    @property
    def state(self) -> State:
        """Where the case stands; a case without recorded steps is still being filled in, or deregistered."""
        if self.status is CaseStatus.DEREGISTERED:
            return State.DEREGISTERED
        return self.steps[-1].after if self.steps else State.DRAFT

    @property
    def accepted_on(self) -> dt.date | None:
        """The day of acceptance (受理之日), from which the law counts and by which the rules are chosen."""
        if step := self.step(StepId.ACCEPT):
            return step.on
        known = self.fact(FactPath.APPLICATION_ACCEPTED_ON)
        return dt.date.fromisoformat(str(known)) if known else None

    @property
    def rules_on(self) -> dt.date:
        """The day whose rules hold for the case: acceptance, or before it the day the file was opened."""
        return self.accepted_on or self.opened_on

    def fact(self, path: str) -> Value | None:
        """Return the fact of a single group at a path, ``None`` when it is not known."""
        return fact(self.facts, path)

    def step(self, *ids: str) -> StepTaken | None:
        """Return the latest recorded step of some kinds, or ``None``."""
        return next((s for s in reversed(self.steps) if s.id in ids), None)

    @property
    def applicant_name(self) -> str:
        """The applicant's name, empty when not yet known."""
        return str(self.fact(FactPath.APPLICANT_NAME) or "")

    def next_record(self) -> RecordNo:
        """Return the number the next record gets."""
        return record_no(len(self.records) + len(self.moved_out) + 1)

    def records_of(self, *types: str) -> tuple[Record, ...]:
        """Return the records of some document types, in order."""
        return tuple(r for r in self.records.values() if r.type in types)


def apply(case: Case, event: Event, digest: Sha256) -> Case:
    """Return the case after one more event.

    Args:
        case: the state before.
        event: the event; its place in the chain has been checked.
        digest: SHA-256 of the event's file, the chain's new head.

    Raises:
        ValueError: the event does not fit the state (a record twice, a signature for nothing).
    """
    case = replace(case, seq=event.seq, head=digest, pack=event.pack or case.pack)
    match event.op:
        case Op.CASE_OPENED:
            return replace(
                case,
                opened_on=dt.date.fromisoformat(event.data["opened_on"]),
                facts=parse_facts(event.data["facts"]),
            )
        case Op.FACTS_CHANGED:
            return replace(case, facts=_changed(case.facts, event.data))
        case Op.RECORD_FILED | Op.DOCUMENT_ISSUED | Op.SIGNED_COPY_FILED:
            return _with_record(case, event)
        case Op.RECORD_MOVED_OUT:
            return _without_record(case, event)
        case Op.RECORD_RETYPED:
            return _with_type(case, event)
        case Op.STEP_TAKEN:
            return _with_step(case, event)
        case Op.STEP_CORRECTED:
            return _with_correction(case, event)
        case Op.DEREGISTERED:
            return replace(
                case,
                status=CaseStatus.DEREGISTERED,
                deregistered_on=dt.date.fromisoformat(event.data["date"]),
                deregistration_reason=event.reason,
            )
        case Op.CHECK_CONFIRMED:
            return replace(case, confirmed=(*case.confirmed, *_confirmed(event)))
        case _:
            raise ValueError(f"{event.op.value} does not belong in a case")


def _changed(facts: Facts, data: Data) -> Facts:
    plain: dict[str, object] = {**to_plain(facts), **data["facts"]}
    return parse_facts({k: v for k, v in plain.items() if v is not None})


def _confirmed(event: Event) -> Iterable[Confirmed]:
    by, on = tuple(event.data["by"]), dt.date.fromisoformat(event.data["on"])
    return (Confirmed(c, tuple(said), by, on, event.reason) for c, said in event.data["checks"].items())


def _with_step(case: Case, event: Event) -> Case:
    data = event.data
    if data["from"] != case.state.value:
        raise ValueError(
            f"step {data['step']} from {data['from']} where the case stands at {case.state.value}"
        )
    step = StepTaken(
        seq=event.seq,
        id=data["step"],
        title=data["title"],
        before=case.state,
        after=State(data["to"]),
        on=dt.date.fromisoformat(data["on"]),
        at=str(data.get("at", "")),
        by=tuple(data.get("by", ())),
        actor=event.actor,
        values=MappingProxyType(dict(data.get("values", {}))),
        reason=event.reason,
    )
    facts = _changed(case.facts, data) if data.get("facts") else case.facts
    return replace(case, steps=(*case.steps, step), facts=facts)


def _with_correction(case: Case, event: Event) -> Case:
    """Take back the last step (``void``), or correct day, time, people or values of any; the first event stays for ever."""
    target = next((n for n, s in enumerate(case.steps) if s.seq == event.data["seq"]), None)
    if target is None:
        raise ValueError(f"no step was recorded by event {event.data['seq']}")
    facts = _changed(case.facts, event.data) if event.data.get("facts") else case.facts
    if event.data.get("void"):
        if target != len(case.steps) - 1:
            raise ValueError("only the last step can be taken back")
        return replace(case, steps=case.steps[:-1], facts=facts)
    old = case.steps[target]
    told = {**old.values, **event.data.get("values", {})}
    new = replace(
        old,
        on=dt.date.fromisoformat(event.data["on"]) if "on" in event.data else old.on,
        at=str(event.data.get("at", old.at)),
        by=tuple(event.data.get("by", old.by)),
        values=MappingProxyType({k: v for k, v in told.items() if v is not None}),
    )
    return replace(case, steps=(*case.steps[:target], new, *case.steps[target + 1 :]), facts=facts)


def _with_record(case: Case, event: Event) -> Case:
    entry = event.data["record"]
    number = RecordNo(entry["no"])
    if number != case.next_record():
        raise ValueError(f"record {number} where {case.next_record()} was due")
    records = dict(case.records)
    signs = RecordNo(entry["signs"]) if entry.get("signs") else None
    if signs:
        if signs not in records or records[signs].status is not RecordStatus.PENDING:
            raise ValueError(f"record {number} signs {signs}, which waits for no signature")
        records[signs] = replace(records[signs], status=RecordStatus.SIGNED, signed_by=number)
    records[number] = Record(
        no=number,
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
    )
    return replace(case, records=MappingProxyType(records))


def _filed(case: Case, number: RecordNo) -> Record:
    """Return a record that came in as a paper of its own: nothing issued, signed or signing hangs on it."""
    record = case.records.get(number)
    if record is None or record.status is not RecordStatus.FILED:
        raise ValueError(f"record {number} is no filed paper of the case")
    return record


def _without_record(case: Case, event: Event) -> Case:
    number, to = RecordNo(event.data["record"]), event.data["to"]
    moved = MovedRecord(
        _filed(case, number),
        CaseNo.parse(to["case"]),
        RecordNo(to["record"]),
        event.reason,
        event.time,
        event.actor,
    )
    records = {n: r for n, r in case.records.items() if n != number}
    return replace(
        case,
        records=MappingProxyType(records),
        moved_out=MappingProxyType({**case.moved_out, number: moved}),
    )


def _with_type(case: Case, event: Event) -> Case:
    """Another type, chosen by a person; the files stand under the new folder and title (``moves``)."""
    number, moves = RecordNo(event.data["record"]), dict(event.moves)
    old = _filed(case, number)
    data = {k: v for k, v in old.data.items() if k != "dated"} | {"typed": {"by": PERSON}}
    if dated := event.data.get("dated"):
        data["dated"] = dated
    new = replace(
        old,
        type=event.data["type"],
        title=event.data["title"],
        folder=event.data["folder"],
        files=tuple(replace(f, path=moves.get(f.path, f.path)) for f in old.files),
        data=MappingProxyType(data),
    )
    return replace(case, records=MappingProxyType({**case.records, number: new}))


def fold(number: CaseNo, events: Iterable[tuple[Event, Sha256]]) -> Case:
    """Return the state that a chain of events (with the digest of each event's file) leads to."""
    case = Case(number)
    for event, digest in events:
        case = apply(case, event, digest)
    return case
