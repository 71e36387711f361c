"""Cases made by walking the steps of a pack, each checked against the pack's own transitions."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import Event, Op
from archivist.model.facts import merge, parse_facts, to_plain
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.rules import deadlines
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule, StepRule
from archivist.rules.rule_days import RuleDays
from tests.people import wang

NO_FACTS: Mapping[str, Any] = {}
SURVEYED = (
    "submit 2024-02-23",
    "accept 2024-02-26",
    "verify 2024-02-27",
    "survey 2024-02-28",
    "prelim 2024-03-01",
)
PUBLICIZED = (*SURVEYED, "publicize 2024-03-04")
REVIEWED = (*PUBLICIZED, "review 2024-03-12")
CONFIRMED = (*REVIEWED, "confirm 2024-03-13")
IN_BENEFIT = (
    *CONFIRMED,
    "deliver 2024-03-14",
    "announce 2024-03-15",
    "file 2024-03-22",
    "pay 2024-04-08",
)
"""An ordinary procedure up to each stage, on these days."""


def walk(found: Pack, category: str, *steps: str, facts: Mapping[str, Any] = NO_FACTS) -> Case:
    """Return a case after some steps, each written ``accept 2023-09-25 [20:30] [name=value]``.

    Raises:
        AssertionError: the pack has no such step for the case, or not in the state it then stands in.
    """
    known = to_plain(merge(wang(), parse_facts(facts)))
    number = CaseNo.parse(f"TEST-{category}-2020-000001")
    case = take(Case(number), Op.CASE_OPENED, {"opened_on": "2020-01-06", "facts": known})
    for text in steps:
        name, on, *rest = text.split()
        rows = [s for s in found.steps_of(case, dt.date.fromisoformat(on)) if s.id == name]
        assert len(rows) == 1, f"{name}: {len(rows)} rows for {category}"
        assert case.state in rows[0].moves, f"{name} cannot be taken in {case.state.value}"
        data: dict[str, Any] = {"step": name, "title": rows[0].title, "on": on}
        data |= {"from": case.state.value, "to": rows[0].moves[case.state].value}
        data["at"] = next((t for t in rest if re.fullmatch(r"\d\d:\d\d", t)), "")
        data["values"] = dict(t.split("=", 1) for t in rest if "=" in t)
        case = take(case, Op.STEP_TAKEN, data)
    return case


def take(case: Case, op: Op, data: Mapping[str, Any]) -> Case:
    """Return a case after one more event."""
    zero = Sha256("0" * 64)
    return apply(case, Event(case.seq + 1, zero, "2020-01-06T09:00:00+08:00", "林经办", op, data), zero)


def obligation(case: Case, found: Pack, rule_id: str) -> deadlines.Obligation:
    """Return what a rule obliges to in a case; it must have been set going, or wait for it."""
    result = deadlines.find(case, found, rule_id)
    assert result is not None, f"{rule_id} does not run"
    return result


def due(case: Case, found: Pack, rule_id: str) -> str:
    """Return the last day (and time) of a rule in a case as text."""
    deadline = obligation(case, found, rule_id).due
    assert deadline is not None, f"{rule_id} has not been set going"
    return f"{deadline.day} {deadline.at}".strip()


def warned(case: Case, found: Pack, rule_id: str) -> str:
    """Return the warning line of a rule in a case."""
    deadline = obligation(case, found, rule_id).warn
    assert deadline is not None
    return str(deadline.day)


def fulfilled(case: Case, found: Pack, rule_id: str) -> bool:
    """Tell whether a step taken has fulfilled a rule."""
    return obligation(case, found, rule_id).ended is not None


def runs(case: Case, found: Pack) -> set[str]:
    """Return the ids of the time limits that are neither fulfilled nor cut off."""
    return {o.rule.id for o in deadlines.running(case, found)}


def step(found: Pack, case: Case, name: str) -> StepRule:
    """Return the step of a pack as it stands for a case."""
    return next(s for s in found.steps_of(case, case.rules_on) if s.id == name)


def row(found: Pack, rule_id: str, category: str = "DB", on: str = "2024-03-04") -> Rule:
    """Return the row that holds for a category on a day."""
    return found.rule(rule_id, Category(category), RuleDays.alike(dt.date.fromisoformat(on)))


def at_least(rule: Rule, of: int) -> int:
    """Return how many of a number a ratio demands at least: ``ceil(ratio × number)``, without rounding errors."""
    return math.ceil(Fraction(str(rule.value)) * of)
