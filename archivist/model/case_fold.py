"""The fold over the events of a case: what each kind of event does to the state they lead to.

Nothing here reads a disk or a clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeVar

from archivist.model import holds
from archivist.model.case import Case, CaseStatus
from archivist.model.check_feedback import feedback
from archivist.model.confirmations import confirmed
from archivist.model.event import Data, Event, Op
from archivist.model.expunged_records import expunged
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Facts, parse_facts, single, to_plain
from archivist.model.field_schema import BENEFIT
from archivist.model.former_names import after_change
from archivist.model.former_people import departed, origin
from archivist.model.holds import HOLD_FORM, Hold
from archivist.model.ids import CaseNo, RecordNo, Sha256
from archivist.model.merged_households import merged, merged_into
from archivist.model.previous_files import previous
from archivist.model.record import (
    PERSON,
    RECEIVED_ON,
    SERVES,
    MovedRecord,
    Record,
    RecordStatus,
    UnfiledRecord,
    Voided,
)
from archivist.model.retention_extensions import extension
from archivist.model.states import StepTaken
from archivist.model.taken_over import taken_over
from archivist.model.volumes import finished

_Held = TypeVar("_Held")


def apply(case: Case, event: Event, digest: Sha256) -> Case:
    """Return the case after one more event.

    Args:
        case: the state before.
        event: the event; its place in the chain has been checked.
        digest: SHA-256 of the event's file, the chain's new head.

    Raises:
        ValueError: the event does not fit the state (a record twice, a signature for nothing), or is another case's.
    """
    if event.case and event.case != str(case.number):
        raise ValueError(f"event {event.seq} belongs to {event.case}")
    change = _CHANGES.get(event.op)
    if change is None:
        raise ValueError(f"{event.op.value} does not belong in a case")
    before = replace(case, seq=event.seq, head=digest, pack=event.pack or case.pack)
    after = change(before, event)
    if after.facts is before.facts:
        return after
    if village := str(after.fact(FactPath.APPLICANT_VILLAGE) or ""):
        after = replace(after, villages=after.villages | {village})
    if event.op in _NEW_PEOPLE:
        return after
    names = after_change(before.former_names, before.facts, after.facts, event.time, event.reason)
    return after if names == before.former_names else replace(after, former_names=names)


_NEW_PEOPLE: Final = (Op.CASE_OPENED, Op.APPLICANT_CHANGED, Op.HOUSEHOLD_SPLIT)
"""Events after which somebody else may stand where another stood, without being the same person."""


def _opened(case: Case, event: Event) -> Case:
    split_from, references = origin(event.data)
    return replace(
        case,
        opened_on=dt.date.fromisoformat(event.data["opened_on"]),
        facts=parse_facts(event.data["facts"]),
        split_from=split_from,
        previous=previous(event.data),
        taken_over=taken_over(event.data),
        references=references,
        holds=holds.opened_with(event),
    )


def _with_facts(case: Case, event: Event) -> Case:
    return replace(case, facts=_changed(case.facts, event.data))


def _without_people(case: Case, event: Event) -> Case:
    """A step by which somebody left the household."""
    return replace(_with_step(case, event), former=(*case.former, *departed(event)))


def _with_household(case: Case, event: Event) -> Case:
    """A step by which the people of another household came, with the holds on their file."""
    source, papers = merged(event)
    after = _with_step(case, event)
    found = after.holds
    for plain in event.data.get("holds", ()):
        found = holds.placed(found, plain, event)
    return replace(after, merged=(*case.merged, source), references=(*case.references, *papers), holds=found)


def _deregistered(case: Case, event: Event) -> Case:
    return replace(
        case,
        status=CaseStatus.DEREGISTERED,
        deregistered_on=dt.date.fromisoformat(event.data["date"]) if "date" in event.data else None,
        deregistration_reason=event.reason,
        deregistration_stated=event.data.get("stated", event.data.get("date", "")),
        merged_into=merged_into(event.data),
    )


def _with_extension(case: Case, event: Event) -> Case:
    return replace(case, extensions=(*case.extensions, extension(event)))


def _with_hold(case: Case, event: Event) -> Case:
    """A hold, and the paper that orders it where one came with it."""
    case = _with_record(case, event) if "record" in event.data else case
    after = replace(case, holds=holds.placed(case.holds, event.data, event))
    if missing := {*after.holds[-1].scope} - {*case.records}:
        raise ValueError(f"a hold on records that are not there: {sorted(missing)}")
    return after


def _with_release(case: Case, event: Event) -> Case:
    """The end of a hold, and the signed paper where it came with it."""
    case = _with_record(case, event) if "record" in event.data else case
    if event.data["paper"] not in case.records:
        raise ValueError(f"no record {event.data['paper']}")
    return replace(case, holds=holds.released(case.holds, event))


def _reopened(case: Case, _: Event) -> Case:
    if case.status is not CaseStatus.DEREGISTERED:
        raise ValueError("a file is reopened that was not closed")
    return replace(
        case,
        status=CaseStatus.OPEN,
        deregistered_on=None,
        deregistration_reason="",
        deregistration_stated="",
    )


def _with_void(case: Case, event: Event) -> Case:
    return _void(case, RecordNo(event.data["record"]), event)


def _changed(facts: Facts, data: Data) -> Facts:
    plain: dict[str, object] = {**to_plain(facts), **data["facts"]}
    return parse_facts({k: v for k, v in plain.items() if v is not None})


def _with_confirmation(case: Case, event: Event) -> Case:
    return replace(case, confirmed=(*case.confirmed, *confirmed(event)))


def _with_step(case: Case, event: Event) -> Case:
    data = event.data
    if data["from"] != case.state.value:
        raise ValueError(
            f"step {data['step']} from {data['from']} where the case stands at {case.state.value}"
        )
    facts = _changed(case.facts, data) if data.get("facts") else case.facts
    step = StepTaken.of(event, case.state, single(facts, BENEFIT.key))
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
    new = case.steps[target].corrected(event)
    return replace(case, steps=(*case.steps[:target], new, *case.steps[target + 1 :]), facts=facts)


def _copied(held: Mapping[RecordNo, _Held]) -> dict[RecordNo, _Held]:
    """Return a copy; of a proxy not key by key, which would make the fold of a long file cost the square of its length."""
    return held.copy() if isinstance(held, MappingProxyType) else dict(held)


def _with_record(case: Case, event: Event) -> Case:
    entry = event.data["record"]
    number = RecordNo(entry["no"])
    if number != case.next_record():
        raise ValueError(f"record {number} where {case.next_record()} was due")
    records = _copied(case.records)
    signs = RecordNo(entry["signs"]) if entry.get("signs") else None
    if signs:
        if signs not in records or records[signs].voided or records[signs].status is not RecordStatus.PENDING:
            raise ValueError(f"record {number} signs {signs}, which waits for no signature")
        records[signs] = replace(records[signs], status=RecordStatus.SIGNED, signed_by=number)
    records[number] = Record.of(event, signs)
    case = replace(case, records=MappingProxyType(records), holds=_holds_after(case, records[number], event))
    old = records[number].data.get("replaces")
    return _void(case, RecordNo(old), event, replaced_by=number) if old else case


def _holds_after(case: Case, record: Record, event: Event) -> tuple[Hold, ...]:
    """Return the holds after a record came in: the form that registers one places it."""
    if record.type != HOLD_FORM or event.op in (Op.HOLD_PLACED, Op.HOLD_RELEASED):
        return case.holds
    if record.signs:
        given = case.records[record.signs].data.get("given", {})
        return holds.released_by_form(case.holds, record.signs, given, event)
    given = record.data.get("given", {})
    return holds.placed_by_form(case.holds, record.no, given, event, issued=record.issued)


def _void(case: Case, number: RecordNo, event: Event, replaced_by: RecordNo | None = None) -> Case:
    """Return the case with an issued document void, and with it the signed copy of it."""
    record = case.records.get(number)
    if record is None or not record.issued or record.voided:
        raise ValueError(f"record {number} is no issued document that holds")
    void = Voided(event.reason, event.time, event.actor, event.seq, replaced_by)
    both = {n: replace(case.records[n], voided=void) for n in (number, record.signed_by) if n}
    return replace(case, records=MappingProxyType(_copied(case.records) | both))


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
        moved_out=MappingProxyType(_copied(case.moved_out) | {number: moved}),
    )


def _unfiled(case: Case, event: Event) -> Case:
    number = RecordNo(event.data["record"])
    gone = UnfiledRecord(_filed(case, number), event.data["item"], event.reason, event.time, event.actor)
    return replace(
        case,
        records=MappingProxyType({n: r for n, r in case.records.items() if n != number}),
        unfiled=MappingProxyType(_copied(case.unfiled) | {number: gone}),
    )


def _expunged(case: Case, event: Event) -> Case:
    number = RecordNo(event.data["record"])
    gone = expunged(_filed(case, number), event)
    records = {n: r for n, r in case.records.items() if n != number}
    if gone.paper not in records:
        raise ValueError(f"no record {gone.paper}")
    return replace(
        case,
        records=MappingProxyType(records),
        expunged=MappingProxyType(_copied(case.expunged) | {number: gone}),
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
    return replace(
        case,
        records=MappingProxyType(_copied(case.records) | {number: new}),
        holds=_holds_after(case, new, event),
    )


def _with_service(case: Case, event: Event) -> Case:
    """A receipt is for the records a person named; with the day of receipt where the person read one on it."""
    data, number = event.data, RecordNo(event.data["receipt"])
    if number not in case.records or any(n not in case.records for n in data[SERVES]):
        raise ValueError(f"no records {number} and {data[SERVES]}")
    old = case.records[number]
    said = {key: data[key] for key in (SERVES, RECEIVED_ON) if key in data}
    new = replace(old, data=MappingProxyType({**old.data, **said}))
    return replace(case, records=MappingProxyType(_copied(case.records) | {number: new}))


_CHANGES: Final[Mapping[Op, Callable[[Case, Event], Case]]] = MappingProxyType(
    {
        Op.CASE_OPENED: _opened,
        Op.FACTS_CHANGED: _with_facts,
        Op.RECORD_FILED: _with_record,
        Op.DOCUMENT_ISSUED: _with_record,
        Op.SIGNED_COPY_FILED: _with_record,
        Op.RECORD_MOVED_OUT: _without_record,
        Op.RECORD_EXPUNGED: _expunged,
        Op.RECORD_TAKEN_BACK: _unfiled,
        Op.RECORD_RETYPED: _with_type,
        Op.SERVICE_RECORDED: _with_service,
        Op.RECORD_VOIDED: _with_void,
        Op.STEP_TAKEN: _with_step,
        Op.STEP_CORRECTED: _with_correction,
        Op.APPLICANT_CHANGED: _without_people,
        Op.HOUSEHOLD_SPLIT: _without_people,
        Op.HOUSEHOLD_MERGED: _with_household,
        Op.DEREGISTERED: _deregistered,
        Op.REOPENED: _reopened,
        Op.RETENTION_EXTENDED: _with_extension,
        Op.HOLD_PLACED: _with_hold,
        Op.HOLD_RELEASED: _with_release,
        Op.CHECK_CONFIRMED: _with_confirmation,
        Op.VOLUME_FINISHED: lambda case, e: replace(case, volume=finished(case.volume, e.data, e.seq)),
        Op.CASE_BOUND: lambda case, _: case,
        Op.CHECK_FEEDBACK: lambda case, event: replace(case, feedback=(*case.feedback, feedback(event))),
    }
)
"""What each kind of event does to a case; those of the ledger and of batches are none of it."""


def fold(number: CaseNo, events: Iterable[tuple[Event, Sha256]]) -> Case:
    """Return the state that a chain of events (with the digest of each event's file) leads to."""
    case = Case(number)
    for event, digest in events:
        case = apply(case, event, digest)
    return case
