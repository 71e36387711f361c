"""The procedure of a pack as a graph: which states a case can reach, and where it leads nowhere.

A single row may be faultless and the procedure still lead nowhere; so a pack, and above all one with an office's own
rows laid over it, is examined whole, for every category and every span of days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

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
    return _grown({start}, [move for step in rows for move in step.moves.items()])


def _grown(states: AbstractSet[State], moves: Sequence[tuple[State, State]]) -> frozenset[State]:
    found, grown = set(states), True
    while grown:
        grown = False
        for before, after in moves:
            if before in found and after not in found:
                found.add(after)
                grown = True
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Passage:
    """Cases of a category accepted in one span of days, as they stand in another: their steps, where they can have come to."""

    category: Category
    days: RuleDays
    rows: tuple[StepRule, ...]
    states: frozenset[State]

    def __str__(self) -> str:
        acted = "" if self.days.act == self.days.accepted else f"，{self.days.act} 办理"
        return f"{self.category.label}（{self.days.accepted} 受理的{acted}）"


def passages(pack: Pack, days: Sequence[dt.date]) -> Iterator[Passage]:
    """Yield where cases can have come to while the rules change about them, for every category and span of acceptance.

    Args:
        pack: a pack whose rows could all be read.
        days: a day of every span in which its rows stay the same, in order.
    """
    for category in pack.delegated:
        for n, accepted in enumerate(days):
            states: frozenset[State] = frozenset({State.DRAFT})
            for act in days[n:]:
                both = RuleDays(accepted, act)
                rows = tuple(s for s in pack.steps if s.applies(category, both))
                states = _grown(states, [move for step in rows for move in step.moves.items()])
                yield Passage(category, both, rows, states)


def faults(pack: Pack, days: Sequence[dt.date]) -> Iterator[str]:
    """Yield where a category's procedure cannot be brought to an end, and what it never comes to.

    Args:
        pack: a pack whose rows could all be read.
        days: a day of every span in which its rows stay the same, in order.
    """
    taken = set[tuple[Category, int]]()
    told = set[tuple[Category, State]]()
    for passage in passages(pack, days):
        taken.update(
            (passage.category, id(step)) for step in passage.rows if passage.states & step.moves.keys()
        )
        back = [(after, before) for step in passage.rows for before, after in step.moves.items()]
        for state in sorted(passage.states - _grown({State.DEREGISTERED}, back), key=list(State).index):
            if (passage.category, state) not in told:
                told.add((passage.category, state))
                yield f"{passage}：走到“{state.label}”（{state.value}）之后没有路可以结案"
    for step in pack.steps:
        here = [c for c in pack.delegated if not step.categories or c in step.categories]
        if never := [c.label for c in here if (c, id(step)) not in taken]:
            before = "、".join(s.label for s in step.moves) or "没有写"
            yield (
                f"{step.place}：moves 的起点（{before}）没有环节通到，环节 {step.id}（{step.title}）永远走不到："
                + "、".join(never)
            )


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
