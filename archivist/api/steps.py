"""The procedure of a case: which steps can be taken now, taking one, putting one right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api import next_acts
from archivist.api.authorisation import authorised
from archivist.api.next_acts import ActView
from archivist.api.result import Result
from archivist.model.permissions import Act
from archivist.model.roles import Role
from archivist.model.standing import PaperStatus
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules.rule import DutyBearer

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.case import Case
    from archivist.model.states import StepTaken
    from archivist.procedure import steps as procedure
    from archivist.procedure.step_documents import Paper
    from archivist.rules.deadlines import Obligation
    from archivist.workspace import Workspace

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class RecordedStep:
    """A step as it was recorded; see ``model.states.StepTaken``.

    Attributes:
        event: number of the event that recorded it.
        step: the step's id in the rule pack.
        from_: state it led from; ``to`` state it led to.
        by: who did it; ``actor`` who recorded it.
    """

    event: int
    step: str
    title: str
    from_: State
    to: State
    on: dt.date
    at: str
    by: tuple[str, ...]
    actor: str
    values: Mapping[str, object]
    reason: str

    @classmethod
    def of(cls, taken: StepTaken) -> RecordedStep:
        """Return a step of a case."""
        return cls(
            event=taken.seq,
            step=taken.id,
            title=taken.title,
            from_=taken.before,
            to=taken.after,
            on=taken.on,
            at=taken.at,
            by=taken.by,
            actor=taken.actor,
            values=taken.values,
            reason=taken.reason,
        )


@dataclass(frozen=True, slots=True)
class PossibleStep:
    """A step that leads on from where a case stands.

    Attributes:
        role: who takes it; ``outside`` when another body does and the office records it.
        problems: what stands in the way on the day asked about, each a sentence.
        tell: what must be told when taking it.
        basis: the sentence it stands on.
    """

    step: str
    title: str
    to: State
    role: Role
    problems: tuple[str, ...]
    tell: tuple[str, ...]
    basis: str

    @classmethod
    def of(cls, possible: procedure.Possible) -> PossibleStep:
        """Return a step of the procedure."""
        rule = possible.step
        return cls(
            step=rule.id,
            title=rule.title,
            to=possible.after,
            role=rule.role,
            problems=possible.problems,
            tell=possible.tell,
            basis=str(rule.source),
        )


@dataclass(frozen=True, slots=True)
class PossibleSteps(Result):
    """Where a case stands, and the steps that lead on."""

    SCHEMA: ClassVar[str] = "archivist/case-steps/1"

    case: str
    applicant: str
    state: State
    steps: tuple[PossibleStep, ...]


@dataclass(frozen=True, slots=True)
class StepDocument:
    """A document a step brings forth, and how it stands in the case."""

    id: str
    title: str
    status: PaperStatus

    @classmethod
    def of(cls, paper: Paper) -> StepDocument:
        """Return a paper of the procedure."""
        return cls(paper.id, paper.title, paper.status)


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit that a step sets going or fulfils.

    Attributes:
        due: last day in time, ``None`` while it is not set going (未起算); ``at`` is ``HH:MM`` where hours count.
        provisional: a year's working days on the way are not yet announced (暂算).
        duty: whose time it is.
        source: the sentence it stands on.
    """

    rule: str
    title: str
    due: dt.date | None
    at: str
    provisional: bool
    duty: DutyBearer
    source: str

    @classmethod
    def of(cls, obligation: Obligation) -> Limit:
        """Return a limit of a case."""
        rule, due = obligation.rule, obligation.due
        return cls(
            rule=rule.id,
            title=rule.title,
            due=due.day if due else None,
            at=due.at if due else "",
            provisional=bool(due and due.provisional),
            duty=rule.duty,
            source=str(rule.source),
        )


@dataclass(frozen=True, slots=True)
class StepResult(Result):
    """A step that was taken, or with ``dry_run`` one that nothing stands in the way of.

    Attributes:
        event: number of the event that recorded it; ``None`` with ``dry_run``.
        from_: state it leads from; ``to`` state it leads to.
        by: who did it.
        makes: the documents it brings forth.
        starts: the time limits it sets going or announces; ``ends`` those it fulfils.
        warnings: what does not stand in the way, but should be known.
        basis: the sentence it stands on.
        following: what comes next in the household; ``None`` with ``dry_run``, and where nothing does.
    """

    SCHEMA: ClassVar[str] = "archivist/case-step/1"

    case: str
    dry_run: bool
    event: int | None
    step: str
    title: str
    from_: State
    to: State
    on: dt.date
    at: str
    by: tuple[str, ...]
    makes: tuple[StepDocument, ...]
    starts: tuple[Limit, ...]
    ends: tuple[Limit, ...]
    warnings: tuple[str, ...]
    basis: str
    following: ActView | None

    @classmethod
    def of(
        cls, planned: procedure.PlannedStep, event: int | None, following: ActView | None = None
    ) -> StepResult:
        """Return a step of the procedure; ``event`` where it was recorded, and then what follows."""
        attempt = planned.attempt
        return cls(
            case=str(attempt.case.number),
            dry_run=event is None,
            event=event,
            step=attempt.step.id,
            title=attempt.step.title,
            from_=planned.before,
            to=planned.after,
            on=attempt.on,
            at=attempt.at,
            by=attempt.by,
            makes=tuple(map(StepDocument.of, planned.makes)),
            starts=tuple(map(Limit.of, planned.starts)),
            ends=tuple(map(Limit.of, planned.ends)),
            warnings=planned.warnings,
            basis=str(attempt.step.source),
            following=following,
        )


@dataclass(frozen=True, slots=True)
class StepCorrected(Result):
    """A step that was put right, or taken back.

    Attributes:
        event: number of the event that corrected it.
        state: where the case stands now.
        old: the step as it was; ``new`` as it is now, ``None`` when it was taken back.
        labels: name of each value the step was told → what people call it.
    """

    SCHEMA: ClassVar[str] = "archivist/case-correct/1"

    case: str
    event: int
    state: State
    old: RecordedStep
    new: RecordedStep | None
    labels: Mapping[str, str]


# ── what is done ─────────────────────────────────────────────────────────────────────────────────────────
def possible_steps(workspace: Workspace, case: str, *, on: dt.date) -> PossibleSteps:
    """Return the steps that lead on from where a case stands, each with what stands in its way on a day.

    Raises:
        CaseNotFound: E201. IntegrityAlarm: E202.
    """
    from archivist.procedure import steps as procedure

    found = workspace.archive.read(workspace.find_case(case))
    steps = procedure.possible(workspace, found, on=on)
    return PossibleSteps(
        str(found.number), found.applicant_name, found.state, tuple(map(PossibleStep.of, steps))
    )


def plan_step(
    workspace: Workspace,
    by: By,
    case: str,
    step: str,
    *,
    on: dt.date,
    at: str = "",
    people: Sequence[str] = (),
    values: Mapping[str, object] = NOTHING,
    reason: str = "",
) -> StepResult:
    """Examine a step without writing anything.

    Args:
        workspace: the open workspace.
        by: who would record it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        step: the step, by id or Chinese title.
        on: civil date on which it was done.
        at: ``HH:MM``, where hours count.
        people: who did it; the actor when nobody is named, nobody when another body does it.
        values: what the step asks for, by name or Chinese label.
        reason: free words; some steps demand it.

    Raises:
        StepRefused: E209, with every reason at once. InvalidValue: E002, when there is no such step at all.
        CaseNotFound: E201. IntegrityAlarm: E202.
    """
    from archivist.procedure import closing
    from archivist.procedure import steps as procedure
    from archivist.rules import step_rows

    number, wanted = workspace.find_case(case), step_rows.step_id(workspace.pack, step)
    if wanted == StepId.DEREGISTER:
        closing.refuse_open(closing.plan_closing(workspace, by, number, on=on, reason=reason, people=people))
    found: Case = workspace.archive.read(number)
    planned = procedure.plan_step(
        workspace, by, found, wanted, on=on, at=at, people=people, values=values, reason=reason
    )
    return StepResult.of(planned, None)


@authorised(Act.TAKE_STEP)
def take_step(
    workspace: Workspace,
    by: By,
    case: str,
    step: str,
    *,
    on: dt.date,
    at: str = "",
    people: Sequence[str] = (),
    values: Mapping[str, object] = NOTHING,
    reason: str = "",
) -> StepResult:
    """Record a step of a case; for the arguments and what is refused see ``plan_step``.

    A file that leaves something open is closed by ``cases.deregister`` alone, where a person confirms it.
    """
    from archivist.procedure import closing
    from archivist.procedure import steps as procedure
    from archivist.rules import step_rows

    number, wanted = workspace.find_case(case), step_rows.step_id(workspace.pack, step)
    if wanted == StepId.DEREGISTER:
        closing.refuse_open(closing.plan_closing(workspace, by, number, on=on, reason=reason, people=people))
    done = procedure.take_step(
        workspace, by, number, wanted, on=on, at=at, people=people, values=values, reason=reason
    )
    following = next_acts.after(workspace, done.case, on=by.today, actor=by.actor)
    return StepResult.of(done.planned, done.case.seq, following)


@authorised(Act.CORRECT_STEP)
def correct_step(
    workspace: Workspace,
    by: By,
    case: str,
    event: int,
    *,
    void: bool = False,
    on: dt.date | None = None,
    at: str | None = None,
    people: Sequence[str] = (),
    values: Mapping[str, object] = NOTHING,
    reason: str,
) -> StepCorrected:
    """Correct a recorded step, or take back the last one; the first event stays in the chain for ever.

    Args:
        workspace: the open workspace.
        by: who corrects it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        event: number of the event that recorded the step.
        void: take it back; only the last step can be.
        on: the right day, where another was recorded.
        at: the right time of day; empty when none should be recorded.
        people: the right ones.
        values: what the step should have been told, by name or Chinese label; an empty one is taken away.
        reason: why; always told.

    Raises:
        StepRefused: E209, with every reason at once. CaseClosed: E207. CaseNotFound: E201.
        InvalidValue: E002, no reason, no such step, or nothing to correct.
    """
    from archivist.procedure.corrections import correct_step as correct

    number = workspace.find_case(case)
    done = correct(
        workspace, by, number, event, void=void, on=on, at=at, people=people, values=values, reason=reason
    )
    return StepCorrected(
        case=str(number),
        event=done.case.seq,
        state=done.case.state,
        old=RecordedStep.of(done.old),
        new=RecordedStep.of(done.new) if done.new else None,
        labels=done.labels,
    )
