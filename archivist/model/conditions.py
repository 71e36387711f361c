"""Conditions of rule rows on a case, as words: ``agent.name``, ``benefit.review_cycle = 每半年 and not step.extend``.

A clause is ``[not] path [= value | in value,value]``; clauses are joined by ``and``. A path is a fact
(``applicant.disability``), ``step.<id>`` (was taken), ``record.<document>`` (is in the case) or ``state``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from archivist.model.case import Case
from archivist.model.facts import Path, rows, single
from archivist.model.field_schema import GROUP_BY_NAME
from archivist.model.states import State

_CLAUSE: Final = re.compile(r"(?P<no>not )?(?P<path>[\w.]+)(?: (?P<how>=|in) (?P<value>.+))?")
Condition = Callable[[Case], bool]


def holds(condition: str, case: Case) -> bool:
    """Tell whether a condition holds for a case; an empty one always does.

    Raises:
        ValueError: the condition cannot be read; packs are checked for this when they are loaded.
    """
    return not condition or all(clause(case) for clause in parse(condition))


def unmet(condition: str, case: Case) -> tuple[Clause, ...]:
    """Return the clauses that do not hold for a case.

    Raises:
        ValueError: the condition cannot be read.
    """
    if not condition:
        return ()
    pairs = zip(read(condition), parse(condition), strict=True)
    return tuple(clause for clause, test in pairs if not test(case))


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: the value at ``path`` is there, or is one of ``values``; or not, when ``negated``."""

    path: str
    values: tuple[str, ...] = ()
    negated: bool = False


@cache
def read(condition: str) -> tuple[Clause, ...]:
    """Return the clauses of a condition.

    Raises:
        ValueError: with what is wrong.
    """
    return tuple(_read_clause(text.strip()) for text in condition.split(" and "))


@cache
def parse(condition: str) -> tuple[Condition, ...]:
    """Return a condition as tests of a case.

    Raises:
        ValueError: with what is wrong.
    """
    return tuple(_test(clause) for clause in read(condition))


def _read_clause(text: str) -> Clause:
    match = _CLAUSE.fullmatch(text)
    if not match:
        raise ValueError(f"看不懂的条件“{text}”")
    values = match["value"].split(",") if match["how"] else ()
    return Clause(match["path"], tuple(v.strip() for v in values), bool(match["no"]))


def _test(clause: Clause) -> Condition:
    value_of, wanted = _reader(clause.path), frozenset(clause.values)
    permitted = _permitted(clause.path)
    if permitted is not None and (strange := [v for v in clause.values if v not in permitted]):
        raise ValueError(
            f"{clause.path} 没有“{'、'.join(strange)}”；可用：{'、'.join(permitted) or '只问有没有'}"
        )

    def test(case: Case) -> bool:
        value = value_of(case)
        if not wanted:
            return bool(value) is not clause.negated
        values = value if isinstance(value, tuple) else (str(value),)
        return any(v in wanted for v in values) is not clause.negated

    return test


def _permitted(path: str) -> tuple[str, ...] | None:
    """Return the values a path may be compared with; ``None`` where it may be any."""
    if path == "state":
        return tuple(State)
    head, _, name = path.partition(".")
    if not name or head in ("step", "record"):
        return ()
    declared = Path.parse(path).field
    if declared is None or declared.kind == "bool":
        return ()
    return declared.choices or None


def _reader(path: str) -> Callable[[Case], object]:
    head, _, name = path.partition(".")
    if head == "step" and name:
        return lambda case: case.step(name) is not None
    if head == "record" and name:
        return lambda case: bool(case.records_of(name))
    if path == "state":
        return lambda case: case.state.value
    if not name:
        if head not in GROUP_BY_NAME:
            raise ValueError(f"没有“{head}”这一组")
        return lambda case: single(case.facts, head) or rows(case.facts, head)
    declared = Path.parse(path)
    return lambda case: single(case.facts, declared.group.key).get(name, "")
