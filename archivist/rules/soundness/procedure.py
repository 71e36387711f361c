"""The procedure of a pack as a graph: which states a case can reach, and where it leads nowhere.

A single row may be faultless and the procedure still lead nowhere; so a pack, and above all one with an office's own
rows laid over it, is examined whole, for every category and every span of days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from archivist.model.ids import Category
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule
from archivist.rules.rule_days import RuleDays


def steps(pack: Pack, category: Category, on: dt.date) -> list[StepRule]:
    """Return the steps a category may ever take under the rules of a day, whatever the circumstances."""
    return [s for s in pack.steps if s.applies(category, RuleDays.alike(on))]


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


def faults(pack: Pack, days: Iterable[dt.date]) -> Iterator[str]:
    """Yield where a category's procedure cannot be brought to an end, and what it never comes to.

    Args:
        pack: a pack whose rows could all be read.
        days: a day of every span in which its rows stay the same.
    """
    days, taken = tuple(days), set[int]()
    for category in pack.delegated:
        for on in days:
            rows = steps(pack, category, on)
            states = reachable(rows)
            taken.update(id(step) for step in rows if states & step.moves.keys())
            yield from _dead_ends(category, on, rows, states)
    for step in pack.steps:
        if _is_for(step, pack) and id(step) not in taken:
            yield f"{step.place}：moves 的起点（{'、'.join(s.label for s in step.moves) or '没有写'}）没有环节通到，环节 {step.id}（{step.title}）永远走不到"


def _dead_ends(
    category: Category, on: dt.date, rows: list[StepRule], states: frozenset[State]
) -> Iterator[str]:
    for state in sorted(states, key=list(State).index):
        if State.DEREGISTERED not in reachable(rows, state):
            yield f"{category.label}（{on} 的规则）：走到“{state.label}”（{state.value}）之后没有路可以结案"


def _is_for(step: StepRule, pack: Pack) -> bool:
    return not step.categories or any(c in pack.delegated for c in step.categories)


def steps_in_no_pack(packs: Iterable[Pack]) -> list[str]:
    """Return the steps the program itself asks for and none of these packs has."""
    known = {step.id for pack in packs for step in pack.steps}
    return [step for step in StepId if step not in known]


def states_in_no_pack(packs: Iterable[Pack], on: dt.date) -> list[State]:
    """Return the states no category of any of these packs ever comes to."""
    found = {
        state
        for pack in packs
        for category in pack.delegated
        for state in reachable(steps(pack, category, on))
    }
    return [state for state in State if state not in found]
