"""The procedure of a pack as a graph: which states a case can reach, and what is wrong with the rows as a whole.

A single row may be faultless and the procedure still lead nowhere; so a pack, and above all one with an office's own
rows laid over it, is examined whole.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Iterable, Iterator

from archivist.errors import RuleFault
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules import across_findings
from archivist.rules.completeness.checks import TESTS
from archivist.rules.guards import GUARDS
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule
from archivist.rules.rule_ids import RuleId


def steps(pack: Pack, category: Category, on: dt.date) -> list[StepRule]:
    """Return the steps a category may ever take under the rules of a day, whatever the circumstances."""
    return [s for s in pack.steps if s.applies(category, on)]


def reachable(rows: Iterable[StepRule], start: State = State.DRAFT) -> frozenset[State]:
    """Return the states that can be reached from a state by some steps, itself included."""
    moves = [move for step in rows for move in step.moves.items()]
    found, grown = {start}, True
    while grown:
        grown = False
        for before, after in moves:
            if before in found and after not in found:
                found.add(after)
                grown = True
    return frozenset(found)


def faults(pack: Pack, on: dt.date) -> list[str]:
    """Return everything that is wrong with a pack as a whole, empty when it is sound.

    Args:
        pack: a pack whose rows could all be read.
        on: the day whose rules are looked at.
    """
    found = [*_names(pack), *_checks(pack), *_excluded(pack)]
    for category in pack.delegated:
        found += _graph(pack, category, on)
    return list(dict.fromkeys(found))


def steps_in_no_pack(packs: Iterable[Pack]) -> list[str]:
    """Return the steps the program itself asks for and none of these packs has."""
    known = {step.id for pack in packs for step in pack.steps}
    return [step for step in StepId if step not in known]


def _names(pack: Pack) -> Iterator[str]:
    known, rules = {s.id for s in pack.steps}, {r.id for r in pack.rules}
    for step in pack.steps:
        yield from (
            f"环节 {step.id}：没有条件“{g}”；可用：{'、'.join(GUARDS)}"
            for g in step.guards
            if g not in GUARDS
        )
        yield from (f"环节 {step.id}：apart 所指的环节 {a} 不存在" for a in step.apart if a not in known)
        if step.people and step.people not in rules:
            yield f"环节 {step.id}：people 所指的规则 {step.people} 不存在"


def _excluded(pack: Pack) -> Iterator[str]:
    for rule in pack.rules:
        if rule.id in (RuleId.ACROSS_EXCLUDES, RuleId.ACROSS_ENDS):
            try:
                across_findings.categories_of(rule)
            except RuleFault as fault:
                yield f"规则 {fault.what}"


def _checks(pack: Pack) -> Iterator[str]:
    for check in pack.checks:
        test = TESTS.get(check.test)
        if test is None:
            yield f"检查 {check.id}：没有测试“{check.test}”；可用：{'、'.join(TESTS)}"
            continue
        try:
            inspect.signature(test).bind(None, **check.args.told)
        except TypeError as error:
            yield f"检查 {check.id}：args 有误（{error}）"


def _graph(pack: Pack, category: Category, on: dt.date) -> Iterator[str]:
    rows = steps(pack, category, on)
    states = reachable(rows)
    for state in sorted(states, key=list(State).index):
        if State.DEREGISTERED not in reachable(rows, state):
            yield f"{category.label}：走到“{state.label}”（{state.value}）之后没有路可以结案"
    for step in rows:
        if not states & step.moves.keys():
            yield f"{category.label}：环节 {step.id}（{step.title}）永远走不到"
