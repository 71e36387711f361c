"""Whether conditional rows leave no circumstance in which a step can be taken and none of them holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from archivist.model import conditions
from archivist.model.conditions import Clause
from archivist.rules.rule import Rule, StepRule

_ONCE: Final = "once"
"""The guard of a step that is taken once: when it can be taken, it was not."""
_OTHER: Final = "\0"
"""A value that no condition names."""
Circumstances = Mapping[str, str]
"""Path → value, empty where there is none."""


def covered(step: StepRule, found: Sequence[Rule]) -> bool:
    """Tell whether in all circumstances in which a step can be taken one of some rows holds."""
    if any(not r.when for r in found):
        return True
    given = conditions.read(step.when) if step.when else ()
    if _ONCE in step.guards:
        given = (*given, Clause(f"step.{step.id}", (), negated=True))
    wanted = [conditions.read(r.when) for r in found]
    return all(
        any(_hold(clauses, case) for clauses in wanted)
        for case in _circumstances([*given, *(c for clauses in wanted for c in clauses)])
        if _hold(given, case)
    )


def _circumstances(clauses: Iterable[Clause]) -> Iterator[Circumstances]:
    values: dict[str, set[str]] = defaultdict(lambda: {"", _OTHER})
    for clause in clauses:
        values[clause.path].update(clause.values)
    for chosen in product(*values.values()):
        yield dict(zip(values, chosen, strict=True))


def _hold(clauses: Iterable[Clause], case: Circumstances) -> bool:
    return all(
        (case[c.path] in c.values if c.values else bool(case[c.path])) is not c.negated for c in clauses
    )
