"""What must be true of a case whatever was tried in it, worked out from its chain alone, without asking the gate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations, pairwise

from archivist.doctypes.catalogue import DocumentKind
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo
from archivist.model.record import Record, RecordStatus
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules.rule_days import RuleDays
from archivist.workspace import Workspace


def wrongs(workspace: Workspace, number: CaseNo) -> list[str]:
    """Return every promise of the gate that a case breaks, in words."""
    case = workspace.archive.read(number)
    events = [event for event, _ in workspace.archive.chain(number).events]
    return [
        *_two_of_a_kind(workspace, case, events),
        *_opposites(workspace, case, events),
        *_dates(workspace, case, events),
        *_orphans(workspace, case, events),
        *_resting(workspace, case),
        *_void(case),
        *_closed(workspace, case),
        *_numbers(case),
        *_served(workspace, case),
    ]


def _issued(case: Case) -> list[Record]:
    return [r for r in case.records.values() if r.issued]


def _days(case: Case, record: Record) -> RuleDays:
    return RuleDays(case.rules_on, dt.date.fromisoformat(record.dated or record.filed_at[:10]))


def _slot(workspace: Workspace, case: Case, events: list[Event], record: Record) -> int:
    """Return the event from which on one document of a kind may be issued: its step, its last use, or the round."""
    begins = {
        s.id
        for s in workspace.pack.steps
        if s.applies(case.category, _days(case, record))
        if record.type in s.makes or record.type in s.anew
    }
    return max(
        (
            e.seq
            for e in events
            if e.seq < record.seq and e.op is Op.STEP_TAKEN
            if e.data["step"] in begins or e.data["to"] == State.IN_BENEFIT.value
        ),
        default=0,
    )


def _two_of_a_kind(workspace: Workspace, case: Case, events: list[Event]) -> Iterator[str]:
    """「one live act of a kind per application: a second is refused」."""
    seen: dict[tuple[str, int], Record] = {}
    for record in _issued(case):
        if record.voided or record.data.get("again") or workspace.catalogue.get(record.type).many:
            continue
        slot = record.type, _slot(workspace, case, events, record)
        if slot in seen:
            yield f"{record.title}: {seen[slot].no} and {record.no} both hold"
        seen[slot] = record


def _orphans(workspace: Workspace, case: Case, events: list[Event]) -> Iterator[str]:
    """「every document type says which step it belongs to」: what only a step brings forth does not outlive it."""
    for record in _issued(case):
        rows = [s for s in workspace.pack.steps if s.applies(case.category, _days(case, record))]
        makers = {s.id for s in rows if record.type in s.makes}
        elsewhere = workspace.catalogue.get(record.type).states or any(record.type in s.needed for s in rows)
        # To deregister is a step that the case keeps as what became of it, not among its steps.
        taken = {s.id for s in case.steps if s.seq < record.seq}
        taken |= {"deregister" for e in events if e.op is Op.DEREGISTERED and e.seq < record.seq}
        born = makers & taken
        if makers and not elsewhere and not born and not record.voided:
            yield f"{record.no} {record.title} holds, and none of {sorted(makers)} was taken before it"


def _resting(workspace: Workspace, case: Case) -> Iterator[str]:
    """「A document on which a step already rests … is refused」: what a step demanded holds, and was signed by then."""
    one_sided = (DocumentKind.NOTICE, DocumentKind.LETTER, DocumentKind.PUBLICITY)
    for step in case.steps:
        row = next(
            (s for s in workspace.pack.steps_of(case, step.on) if s.id == step.id and step.before in s.moves),
            None,
        )
        for need in row.needs if row else ():
            wanted = [name for name in need.documents if name in workspace.catalogue]
            holding = [
                r
                for r in case.records_of(*wanted)
                if r.seq < step.seq
                and (
                    workspace.catalogue.get(r.type).kind in one_sided
                    or (case.records[r.signed_by].seq < step.seq if r.signed_by else not r.issued)
                    or (r.issued and r.status is RecordStatus.FILED)
                )
            ]
            if wanted and need.required and not holding:
                yield f"{step.title} rests on {need}, of which nothing holds"


def _void(case: Case) -> Iterator[str]:
    """「A void's signed copy is void with it」, and no other."""
    for record in case.records.values():
        if record.signs and (record.voided is None) != (case.records[record.signs].voided is None):
            yield f"{record.no} and {record.signs}, which it signs, are not void together"


def _closed(workspace: Workspace, case: Case) -> Iterator[str]:
    """「Refusal while a termination … decision that must be served is not issued or not served」, as long as it is closed."""
    if case.status is not CaseStatus.DEREGISTERED or any(s.id == "report_death" for s in case.round):
        return
    decided = {"terminate", "not_accept", "terminate_procedure", "refuse", "refuse_unexplained"}
    last = next((s for s in reversed(case.steps) if s.id in decided), None)
    if last is None:
        return
    kinds = {m for s in workspace.pack.steps if s.id == last.id for m in s.makes if m != "delivery_receipt"}
    if not any(r.seq > last.seq for r in case.records_of(*kinds)):
        yield f"closed though nothing was issued of {last.title}"
    if not any(s.id == "deliver" and s.seq > last.seq for s in case.steps):
        yield f"closed though {last.title} was not served"


def _opposites(workspace: Workspace, case: Case, events: list[Event]) -> Iterator[str]:
    """「opposite acts (受理/不予受理, 确认/不予确认, 变更/终止) exclude each other」."""
    rests = [e.seq for e in events if e.op is Op.STEP_TAKEN and e.data["to"] == State.IN_BENEFIT.value]
    holding = [r for r in _issued(case) if not r.voided]
    for a, b in combinations(holding, 2):
        apart = any(a.seq < rest < b.seq for rest in rests)
        if b.type in workspace.catalogue.get(a.type).excludes and not apart:
            yield f"{a.no} {a.title} and {b.no} {b.title} hold beside each other"


def _dates(workspace: Workspace, case: Case, events: list[Event]) -> Iterator[str]:
    """「none in the future, none before the last act it rests on」; a day before that of issue has a reason."""
    at = {e.seq: dt.datetime.fromisoformat(e.time).date() for e in events}
    said = dict(at)  # a step's day was told when it was recorded, or last put right
    said |= {e.data["seq"]: at[e.seq] for e in events if e.op is Op.STEP_CORRECTED}
    for earlier, later in pairwise(case.steps):
        if later.on < earlier.on:
            yield f"{later.title} {later.on} before {earlier.title} {earlier.on}"
    for step in case.steps:
        if step.on > said[step.seq]:
            yield f"{step.title} in the future"
    for record in _issued(case):
        day = dt.date.fromisoformat(record.dated)
        if day > at[record.seq]:
            yield f"{record.no} is dated {day}, issued {at[record.seq]}"
        if day < at[record.seq] and not record.data.get("why"):
            yield f"{record.no} is dated back to {day} without a reason"
        made = [
            s
            for s in case.steps
            if s.seq < record.seq
            and any(record.type in row.makes for row in workspace.pack.steps if row.id == s.id)
        ]
        # What was made void rests on nothing any more: its step's day may be put right.
        if made and day < made[-1].on and record.voided is None:
            yield f"{record.no} {record.title} {day} before {made[-1].title} {made[-1].on}"


def _served(workspace: Workspace, case: Case) -> Iterator[str]:
    """「送达 needs a signed receipt of that decision」: one that lists it, signed before the step was recorded."""
    for step in (s for s in case.steps if s.id == StepId.DELIVER):
        decisions = [
            r
            for r in case.records.values()
            if r.seq < step.seq and not r.signs and (r.voided is None or r.voided.seq > step.seq)
            if workspace.catalogue.get(r.type).kind is DocumentKind.DECISION
        ]
        proofs = [
            r
            for r in case.records.values()
            if r.signed_by and case.records[r.signed_by].seq < step.seq
            if decisions and decisions[-1].no in r.data.get("serves", ())
        ]
        if decisions and not proofs:
            yield f"{step.title} {step.on} without a signed receipt of {decisions[-1].no} {decisions[-1].title}"


def _numbers(case: Case) -> Iterator[str]:
    """「never a number twice」."""
    numbers = [r.doc_no for r in case.records.values() if r.doc_no]
    if len(numbers) != len(set(numbers)):
        yield f"a number twice: {sorted(numbers)}"
