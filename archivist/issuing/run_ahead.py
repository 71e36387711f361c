"""How far a household can be taken at once: the steps of the office's intake and their papers, up to where somebody must decide, sign or bring something.

Nothing is written here. What each act would change is folded into the case as its event would be, and the next one is asked of the same gate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from archivist.doctypes.ids import DocumentId
from archivist.errors import ArchivistError
from archivist.issuing.case_documents import plan_one
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import Event, Op
from archivist.model.record import RecordStatus
from archivist.model.roles import Role
from archivist.model.standing import ActKind
from archivist.model.states import State
from archivist.model.step_ids import DELIVERIES, OWN_COMMANDS, StepId
from archivist.procedure.next_acts import NextAct, next_acts
from archivist.procedure.steps import plan_step
from archivist.rules import step_rows
from archivist.rules.completeness import required_papers
from archivist.workspace import Workspace

_MOST: Final = 60
"""Acts after which something goes round in a circle."""
_RESTS: Final = frozenset({State.IN_BENEFIT})
"""Where a household stays until something happens: whoever begins a review there has a reason."""
_JUDGED: Final = frozenset({State.CORRECTION_PENDING})
"""Where only a person leads who has looked: what is still to be brought is told once (一次性告知)."""


@dataclass(frozen=True, slots=True)
class ToldAhead:
    """What the clerk tells beforehand, each used by the act that asks for it.

    Attributes:
        values: by key or Chinese name, of steps and documents.
        people: who takes a step that several take.
    """

    values: Mapping[str, object]
    people: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AheadAct:
    """One act of the way: a step (``people`` and ``values`` it is told), or a document to be issued.

    Attributes:
        signed: a document that must be signed or sealed, and so be printed.
    """

    kind: ActKind
    id: str
    title: str
    on: dt.date
    people: tuple[str, ...]
    values: Mapping[str, object]
    signed: bool = False


@dataclass(frozen=True, slots=True)
class WayAhead:
    """What can be done at once, the case as it would then stand, and what is to be done by others from there."""

    acts: tuple[AheadAct, ...]
    after: Case
    left: tuple[NextAct, ...]


def way_ahead(workspace: Workspace, by: By, case: Case, told: ToldAhead) -> WayAhead:
    """Return how far a household can be taken by who asks, without anybody else.

    A step is taken where its row gives it to the intake and who asks may take it; never one of a reviewer, of who decides, of a panel or of another
    body, never one with a command of its own, never the closing of a file. Documents are those that ``next`` names.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        case: as it stands.
        told: what only the clerk knows.
    """
    acts: list[AheadAct] = []
    tried: set[tuple[ActKind, str, str]] = set()  # a document once a run, a step once from each state
    for _ in range(_MOST):
        following = [a for a in next_acts(workspace, case, today=by.today, actor=by.actor) if not a.aside]
        ahead = next((act for act in following if _leads_on(workspace, case, act)), None)
        wanted = _papers(workspace, case, ahead, by.today)
        for act in following:
            mark = (act.kind, act.id, "" if act.kind is ActKind.DOCUMENT else case.state.value)
            ours = act.id in wanted if act.kind is ActKind.DOCUMENT else act is ahead
            if mark in tried or not ours or not _is_ours(act, case, by):
                continue
            tried.add(mark)
            if (done := _tried(workspace, by, case, act, told)) is not None:
                planned, case = done
                acts.append(planned)
                break
        else:
            break
    left = next_acts(workspace, case, today=by.today, actor=by.actor)
    return WayAhead(tuple(acts), case, tuple(act for act in left if not act.aside))


def _leads_on(workspace: Workspace, case: Case, act: NextAct) -> bool:
    """Tell whether an act is a step of the way, and none that only a person decides upon who has looked.

    In benefit and after the end the way leads nowhere by itself; what was decided is still to be served.
    """
    if (case.state in _RESTS or case.state.ended) and act.id not in DELIVERIES:
        return False
    leading = (row for row in workspace.pack.steps if row.id == act.id and case.state in row.moves)
    return act.kind is ActKind.STEP and all(row.moves[case.state] not in _JUDGED for row in leading)


def _is_ours(act: NextAct, case: Case, by: By) -> bool:
    """Tell whether an act is one that who asks may do at once."""
    if act.kind is ActKind.DOCUMENT:
        receipt = act.id == DocumentId.DELIVERY_RECEIPT
        return act.ready and (
            receipt or not any(r.status is RecordStatus.PENDING for r in case.records_of(act.id))
        )
    if act.kind is not ActKind.STEP or act.role is not Role.INTAKE:
        return False
    own = act.id in OWN_COMMANDS or act.id == StepId.DEREGISTER
    return act.ready and not own and (not act.people or by.actor in act.people)


def _papers(workspace: Workspace, case: Case, ahead: NextAct | None, today: dt.date) -> set[str]:
    """Return the papers that belong to the way: what the steps taken bring forth, and what the step ahead asks for."""
    papers = {str(DocumentId.DELIVERY_RECEIPT)}
    for taken in case.round:
        if row := step_rows.row_taken(workspace.pack, case, taken):
            papers.update(row.makes)
    if ahead is None:
        return papers
    row = step_rows.row_of(workspace.pack, case, ahead.id, _day(ahead.words) or today)
    papers.update(name for need in row.needs for name in need.documents)
    if "complete" in row.guards:
        papers.update(m.document for m in required_papers.missing(case, workspace.pack, today))
    return papers


def _tried(
    workspace: Workspace, by: By, case: Case, act: NextAct, told: ToldAhead
) -> tuple[AheadAct, Case] | None:
    """Return an act as it would be done and the case after it; ``None`` where something about it is not known yet."""
    try:
        return (_issued if act.kind is ActKind.DOCUMENT else _taken)(workspace, by, case, act, told)
    except ArchivistError:
        return None


def _taken(workspace: Workspace, by: By, case: Case, act: NextAct, told: ToldAhead) -> tuple[AheadAct, Case]:
    on = _day(act.words) or by.today
    row = step_rows.row_of(workspace.pack, case, act.id, on)
    values = _asked(told.values, (n for pair in row.labels.items() for n in pair))
    people = told.people if row.people else ()
    planned = plan_step(workspace, by, case, act.id, on=on, people=people, values=values, reason=told.reason)
    after = _folded(case, by, Op.STEP_TAKEN, planned.data)
    return AheadAct(ActKind.STEP, act.id, act.title, on, people, values), after


def _issued(workspace: Workspace, by: By, case: Case, act: NextAct, told: ToldAhead) -> tuple[AheadAct, Case]:
    document = workspace.catalogue.get(act.id)
    values = {name: value for name, value in told.values.items() if document.field(name)}
    planned = plan_one(workspace, by, document, case, values, on=by.today)
    signed = document.needs_signature
    record: dict[str, Any] = {
        "no": str(case.next_record()),
        "type": document.id,
        "title": document.title,
        "folder": document.folder,
        "status": (RecordStatus.PENDING if signed else RecordStatus.FILED).value,
        "data": {"date": planned.on.isoformat()},
    }
    after = _folded(case, by, Op.DOCUMENT_ISSUED, {"record": record})
    return AheadAct(ActKind.DOCUMENT, document.id, document.title, by.today, (), values, signed), after


def _folded(case: Case, by: By, op: Op, data: Mapping[str, Any]) -> Case:
    event = Event(case.seq + 1, case.head, by.time.isoformat(), by.actor, op, data)
    return apply(case, event, case.head)


def _asked(values: Mapping[str, object], names: Any) -> dict[str, object]:
    known = set(names)
    return {name: value for name, value in values.items() if name in known}


def _day(words: Sequence[str]) -> dt.date | None:
    """Return the day a command says a step was taken on."""
    return dt.date.fromisoformat(words[words.index("--on") + 1]) if "--on" in words else None
