"""A household taken as far as it goes at once: planned as a whole, then done act by act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from archivist.api import documents, steps
from archivist.api.authorisation import authorised
from archivist.api.next_acts import ActView
from archivist.api.result import Problem, Result
from archivist.errors import ArchivistError
from archivist.model.permissions import Act
from archivist.model.standing import ActKind
from archivist.model.states import State

if TYPE_CHECKING:
    from archivist.issuing.run_ahead import AheadAct, WayAhead
    from archivist.model.by import By
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class AheadView:
    """One act of the way: a step, or a document with the number of its record once it is issued.

    Attributes:
        signed: it must be signed or sealed, and so be printed.
    """

    kind: ActKind
    id: str
    title: str
    on: dt.date
    signed: bool
    record: str

    @classmethod
    def of(cls, act: AheadAct, record: str = "") -> AheadView:
        """Return an act as it is shown."""
        return cls(act.kind, act.id, act.title, act.on, act.signed, record)


@dataclass(frozen=True, slots=True)
class DoneAhead(Result):
    """How far a household goes, or went.

    Attributes:
        before, after: its state.
        acts: what would be done, or was done, in this order.
        to_print: the documents among them that wait for a signature.
        left: what comes next and is somebody else's, or wants what only a person knows.
        problem: what stopped the run before its end; everything in ``acts`` was done.
    """

    SCHEMA: ClassVar[str] = "archivist/do/1"

    case: str
    applicant: str
    before: State
    after: State
    acts: tuple[AheadView, ...]
    to_print: tuple[str, ...]
    left: tuple[ActView, ...]
    problem: Problem | None
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A plan, to be shown and then gone."""

    shown: DoneAhead
    way: WayAhead
    reason: str


def plan(
    workspace: Workspace,
    by: By,
    case: str,
    *,
    values: Mapping[str, object],
    people: Sequence[str] = (),
    reason: str = "",
) -> Way:
    """Return how far a household goes at once; write nothing.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        case: the household as people name it.
        values: what only the clerk knows, by key or Chinese name; each act takes what it asks for.
        people: who takes the steps that several take.
        reason: for the steps that want one.

    Raises:
        CaseNotFound: E201. IntegrityAlarm: E202.
    """
    from archivist.issuing.run_ahead import ToldAhead, way_ahead

    found = workspace.archive.read(workspace.find_case(case))
    way = way_ahead(workspace, by, found, ToldAhead(values, tuple(people), reason))
    acts = tuple(map(AheadView.of, way.acts))
    shown = DoneAhead(
        str(found.number),
        found.applicant_name,
        found.state,
        way.after.state,
        acts,
        tuple(act.title for act in acts if act.signed),
        tuple(map(ActView.of, way.left)),
        None,
        dry_run=True,
    )
    return Way(shown, way, reason)


@authorised(Act.TAKE_STEP)
def go(workspace: Workspace, by: By, way: Way) -> DoneAhead:
    """Do what was planned, act by act: each is one commit, and the first that is refused ends the run.

    Whoever is cut short asks again: what was done is not done twice, for it is not asked for any more.
    """
    from archivist.procedure.next_acts import next_acts

    number, done, problem = way.shown.case, [], None
    for act in way.way.acts:
        try:
            done.append(AheadView.of(act, _do(workspace, by, number, act, way.reason)))
        except ArchivistError as error:
            problem = Problem.of(error)
            break
    case = workspace.archive.read(workspace.find_case(number))
    left = (act for act in next_acts(workspace, case, today=by.today, actor=by.actor) if not act.aside)
    return replace(
        way.shown,
        after=case.state,
        acts=tuple(done),
        to_print=tuple(act.title for act in done if act.signed),
        left=tuple(map(ActView.of, left)),
        problem=problem,
        dry_run=False,
    )


def _do(workspace: Workspace, by: By, number: str, act: AheadAct, reason: str) -> str:
    """Do one act; return the number of the record where it is a document."""
    if act.kind is ActKind.STEP:
        steps.take_step(
            workspace, by, number, act.id, on=act.on, people=act.people, values=act.values, reason=reason
        )
        return ""
    prepared = documents.prepare(workspace, by, act.id, (number,), settings=act.values, on=act.on)
    (issued,) = documents.issue(workspace, by, prepared).issued
    return str(issued.record)
