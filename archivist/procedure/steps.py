"""The life of a case, step by step: what may be done now, what stands in the way, and doing it.

Which steps there are, and what each demands, is data (``steps.toml`` of the pack that holds on the day of acceptance).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import InvalidValue, StepRefused
from archivist.model import facts as known
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import Event, Op
from archivist.model.facts import Facts, Path
from archivist.model.household_changes import with_person_changed
from archivist.model.ids import CaseNo, narrow
from archivist.model.invisible import invisible_notices, without_invisible
from archivist.model.roles import Role
from archivist.model.states import State
from archivist.model.step_ids import OWN_COMMANDS, StepId
from archivist.model.values import parse_value
from archivist.procedure import assignment
from archivist.procedure.across import look
from archivist.procedure.closing import deregister
from archivist.procedure.step_documents import Paper, is_for, paper_of
from archivist.rules import across, admissibility, deadlines, step_rows
from archivist.rules.attempt import Attempt
from archivist.rules.deadlines import Obligation
from archivist.rules.rule import BY_DATE, OF_PERSON, RuleKind, StepRule
from archivist.rules.unit import Unit
from archivist.store import Draft
from archivist.workspace import Workspace

_TO_BE_TOLD: Final = "—"
"""In place of a reason that is asked for when the step is taken."""
NO_VALUES: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step that nothing stands in the way of.

    Attributes:
        attempt: what is to be recorded.
        before: the state it leads from; ``after``: the state it leads to.
        data: of the event to be committed.
        makes: the documents it brings forth.
        starts: the time limits it sets going or announces; ``ends`` those it fulfils.
        warnings: what does not stand in the way, but should be known.
    """

    attempt: Attempt
    before: State
    after: State
    data: Mapping[str, Any]
    makes: tuple[Paper, ...]
    starts: tuple[Obligation, ...]
    ends: tuple[Obligation, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that was recorded: the case after it, whose last event it is, and what had been planned."""

    case: Case
    planned: PlannedStep


@dataclass(frozen=True, slots=True)
class Possible:
    """A step that leads on from where a case stands, what stands in its way, and what must be told when taking it."""

    step: StepRule
    after: State
    problems: tuple[str, ...]
    tell: tuple[str, ...]


# ── what may be done ─────────────────────────────────────────────────────────────────────────────────────
def possible(workspace: Workspace, case: Case, *, on: dt.date) -> list[Possible]:
    """Return the steps that lead on from the present state, each with what stands in its way on a day."""
    found = []
    steps = step_rows.leading_on(workspace.pack, case, on)
    others = look(workspace, case, on) if admissibility.looks_across(steps) else None
    for step in steps:
        attempt = Attempt(
            case,
            workspace.pack,
            step,
            on,
            reason=_TO_BE_TOLD,
            catalogue=workspace.catalogue,
            standards=workspace.config.standards,
            across=others,
        )
        problems = admissibility.of_step(attempt, workspace.catalogue, on).problems
        tell = [*step.must_tell.values()]
        tell += ["理由"] if "reason" in step.guards else []
        if step.people and (rule := workspace.pack.rule_for(step.people, case, on)):
            tell.append(f"{rule.value} 名办理人")
        found.append(Possible(step, step.moves[case.state], problems, tuple(tell)))
    return found


# ── taking a step ────────────────────────────────────────────────────────────────────────────────────────
def plan_step(
    workspace: Workspace,
    by: By,
    case: Case,
    step: str,
    *,
    on: dt.date,
    at: str = "",
    people: Sequence[str] = (),
    values: Mapping[str, object] = NO_VALUES,
    reason: str = "",
) -> PlannedStep:
    """Examine a step without writing anything.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        case: as it stands.
        step: the step's id.
        on: civil date on which it was done.
        at: ``HH:MM``, where hours count.
        people: who did it; the actor when nobody is named, nobody when another body does it.
        values: what the step asks for, by name or Chinese label.
        reason: free words; some steps demand it.

    Raises:
        StepRefused: E209, with every reason at once; or it is taken by a command of its own.
        InvalidValue: E002, when there is no such step at all.
    """
    if command := OWN_COMMANDS.get(step):
        raise StepRefused(
            "这一环节还要改动家庭成员，另有命令",
            file=str(case.number),
            remedy=f"用 archivist case {command} 户 …。",
        )
    return examine_step(workspace, by, case, step, on=on, at=at, people=people, values=values, reason=reason)


def examine_step(
    workspace: Workspace,
    by: By,
    case: Case,
    step: str,
    *,
    on: dt.date,
    at: str = "",
    people: Sequence[str] = (),
    values: Mapping[str, object] = NO_VALUES,
    reason: str = "",
) -> PlannedStep:
    """Examine a step by whatever command it is taken; for the arguments and what is refused see ``plan_step``."""
    pack = workspace.pack
    rule = step_rows.row_of(pack, case, step, on)
    problems: list[str] = []
    at, told = read_told(rule, at, values, problems)
    names = distinct(people)
    if not names and rule.role is not Role.OUTSIDE:
        names = (by.actor,)
    binding = across.GUARD in rule.guards
    others = look(workspace, case, on, binding=binding) if admissibility.looks_across((rule,)) else None
    if others and told.get(across.EXCEPTION):
        told[across.EXCEPTED] = [finding.mark for finding in across.open_exceptions(others, case)]
    attempt = Attempt(
        case, pack, rule, on, at, names, told, reason, workspace.catalogue, workspace.config.standards, others
    )
    admission = admissibility.of_step(attempt, workspace.catalogue, by.today)
    problems = [*admission.problems, *problems, *assignment.people(attempt, workspace.config)]
    problems += assignment.exception(attempt, workspace.config, by.actor)
    warnings = [*admission.warnings, *invisible_notices(values)]
    if problems:
        raise StepRefused(
            f"“{rule.title}”有 {len(problems)} 项不符", file=str(case.number), problems=problems
        )
    if not workspace.config.people:
        warnings.append(assignment.UNEXAMINED)
    return _planned(workspace, by, attempt, warnings)


def read_told(
    rule: StepRule, at: str, values: Mapping[str, object], problems: list[str]
) -> tuple[str, dict[str, Any]]:
    """Return the time of day and the values a step was told, by name and as stored; every fault is added to ``problems``.

    What cannot be read is not among them: no condition of the step ever sees it.
    """
    asked = dict(rule.labels)
    if across.GUARD in rule.guards:
        asked[across.EXCEPTION] = across.EXCEPTION_LABEL
    names = {n: key for key, label in asked.items() for n in (key, label, label.split("（")[0])}
    told: dict[str, Any] = {"at": at} if at else {}
    for name, value in values.items():
        if (key := names.get(without_invisible(name).strip())) is None:
            offered = "、".join(f"{label}({key})" for key, label in asked.items()) or "无"
            problems.append(f"“{rule.title}”没有“{name}”这一项可填；可填：{offered}")
            continue
        told[key] = value
    missing = [name for name in rule.must_tell if name not in told]
    for key in list(told):
        try:
            parsed = time_of_day(told[key]) if key == "at" else parse_value(_kind(key), told[key])
        except InvalidValue as error:
            problems.append(f"{asked.get(key, '时间')}({key})：{error.what}")
            del told[key]
            continue
        if parsed is None:
            del told[key]
            missing += [key] if key in rule.must_tell else []
        else:
            told[key] = parsed
    problems += [
        f"须填写{label}（{'--at HH:MM' if name == 'at' else f'--set {name}=…'}）"
        for name, label in rule.must_tell.items()
        if name in missing
    ]
    return str(told.pop("at", "")), told


def _kind(name: str) -> str:
    """Return what kind of value a step asks for: ``…_on`` is a date, ``amount`` is money."""
    return "date" if name.endswith("_on") else "money" if name == "amount" else "str"


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return who is named, each once."""
    stripped = (without_invisible(name).strip() for name in names)
    return tuple(dict.fromkeys(name for name in stripped if name))


def time_of_day(value: object) -> str:
    """Return a time as ``HH:MM``.

    Raises:
        InvalidValue: E002, when it is none.
    """
    match = re.fullmatch(r"([01]?\d|2[0-3])[:：]([0-5]\d)", narrow(str(value)).strip())
    if not match:
        raise InvalidValue(f"“{value}”不是时间（应如 09:30）")
    return f"{int(match[1]):02d}:{match[2]}"


def _planned(workspace: Workspace, by: By, attempt: Attempt, warnings: Sequence[str]) -> PlannedStep:
    case, rule = attempt.case, attempt.step
    after = rule.moves[case.state]
    data = event_data(attempt, after)
    op = Op.DEREGISTERED if rule.id == StepId.DEREGISTER else Op.STEP_TAKEN
    event = Event(case.seq + 1, case.head, "", by.actor, op, data, attempt.reason)
    running_before = {_same(o) for o in deadlines.obligations(case, attempt.pack)}
    then = apply(case, event, case.head)
    due = deadlines.obligations(then, attempt.pack)
    ends = tuple(o for o in due if o.ended is not None and o.ended.seq == event.seq)
    return PlannedStep(
        attempt,
        case.state,
        after,
        data,
        tuple(paper_of(workspace, case, name) for name in rule.makes if is_for(workspace, case, name)),
        tuple(o for o in due if o.running and _same(o) not in running_before),
        ends,
        (*warnings, *_hours(attempt, then), *(late for o in ends if (late := _late(o)))),
    )


def event_data(attempt: Attempt, after: State) -> dict[str, Any]:
    """Return what the event of a step says."""
    rule, on = attempt.step, attempt.on.isoformat()
    if rule.id == StepId.DEREGISTER:
        return {"date": on}
    data: dict[str, Any] = {
        "step": rule.id,
        "title": rule.title,
        "from": attempt.case.state.value,
        "to": after.value,
        "on": on,
        "by": list(attempt.by),
        "values": dict(attempt.values),
    }
    facts = attempt.case.facts
    for path, what in rule.sets.items():
        value = on if what == BY_DATE else attempt.values.get(what)
        if value is not None and path.startswith(OF_PERSON):
            person = str(attempt.values.get("person", ""))
            facts = with_person_changed(facts, person, path.removeprefix(OF_PERSON), value)
        elif value is not None:
            facts = known.set_fact(facts, Path.parse(path), value)
    return data | _if("at", attempt.at) | _if("facts", changed_groups(attempt.case.facts, facts))


def _if(key: str, value: object) -> dict[str, Any]:
    return {key: value} if value else {}


def changed_groups(before: Facts, after: Facts) -> dict[str, Any]:
    """Return the groups that changed, as an event holds them: a group that is gone is ``None``."""
    old, new = known.to_plain(before), known.to_plain(after)
    return {g: new.get(g) for g in {**old, **new} if old.get(g) != new.get(g)}


def _same(obligation: Obligation) -> tuple[str, int | None]:
    return obligation.rule.id, obligation.started.seq if obligation.started else None


def _hours(attempt: Attempt, then: Case) -> list[str]:
    """Warn when hours count from or to this step, which ``then`` has taken, and no time of day was told."""
    counted = [
        r.title
        for r in attempt.pack.timers(then)
        if r.unit is Unit.HOURS and attempt.step.id in (*r.starts, *r.ends)
    ]
    if attempt.at or not counted:
        return []
    return [f"“{'、'.join(dict.fromkeys(counted))}”按小时计，没有写时间（--at HH:MM），按当日 0 时算"]


def _late(obligation: Obligation) -> str:
    due, ended = obligation.due, obligation.ended
    assert ended is not None
    if due is None or obligation.rule.kind is not RuleKind.LIMIT:
        return ""
    moment = dt.datetime.combine(due.day, dt.time.fromisoformat(due.at or "23:59"))
    if ended.moment <= moment:
        return ""
    return f"已超期：“{obligation.rule.title}”应在 {f'{due.day} {due.at}'.strip()} 以前（{obligation.rule.source}）"


def take_step(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    step: str,
    *,
    on: dt.date,
    at: str = "",
    people: Sequence[str] = (),
    values: Mapping[str, object] = NO_VALUES,
    reason: str = "",
) -> StepDone:
    """Record a step of a case; for the arguments and what is refused see ``plan_step``.

    The step ``deregister`` is recorded as the event it has always been (注销), and starts the retention.
    """
    made: list[PlannedStep] = []

    def draft(case: Case) -> Draft:
        planned = plan_step(
            workspace, by, case, step, on=on, at=at, people=people, values=values, reason=reason
        )
        made.append(planned)
        return Draft(Op.STEP_TAKEN, planned.data, reason)

    if step == StepId.DEREGISTER:
        draft(workspace.archive.read(number))
        case = deregister(workspace, by, number, on=on, reason=reason, people=people)
    else:
        case, _ = workspace.commit(number, draft, by)
    return StepDone(case, made[-1])
