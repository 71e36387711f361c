"""Who catches a mutant: the reading of rows, the proof of the whole, the quoted sentences, the written expectations, the tests.

A mutant counts as caught only by somebody who knows what is right apart from the pack: that its output changed is no catch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import cache
from typing import Any, Final

from archivist.doctypes.catalogue import Catalogue
from archivist.errors import RuleFault
from archivist.rules import pack as packs
from archivist.rules.layers import TABLES
from archivist.rules.pack import Pack
from archivist.rules.row_faults import row_faults
from archivist.rules.rule import Rule
from archivist.rules.soundness import proof
from tests.rules.mutants import expectations, sentences, suite
from tests.rules.mutants.mutations import Mutant, Tables, tables_of

CATALOGUE: Final = Catalogue.load()
ON: Final = dt.date(2024, 3, 4)


class Layer(StrEnum):
    """Who caught it."""

    READING = "读入"
    SOUNDNESS = "整体核对"
    SENTENCES = "所引句子"
    EXPECTATIONS = "期望表"
    TESTS = "规则测试"


@cache
def shipped(pack: str) -> tuple[Tables, Pack, suite.Suite]:
    """Return the tables of a pack, the pack, and the tests of it."""
    return tables_of(pack), packs.load(pack), suite.of(pack)


def caught_by(mutant: Mutant) -> Layer | None:
    """Return who catches a mutant first, the cheapest asked first; ``None`` when it survives."""
    tables, original, tests = shipped(mutant.pack)
    changed = mutant.of(tables)
    try:
        mutated = _spliced(mutant, changed, original)
    except (RuleFault, ValueError, TypeError, KeyError):
        return Layer.READING
    if _unsaid(mutant, mutated):
        return Layer.SENTENCES
    if expectations.contradicted(mutated, str(mutant.original.get("id", mutant.original.get("document")))):
        return Layer.EXPECTATIONS
    if row_faults(changed):
        return Layer.READING
    if proof.faults(mutated, CATALOGUE, ON):
        return Layer.SOUNDNESS
    with suite.in_place_of(original, mutated):
        failing = tests.failing(mutant.original)
        first = next(failing, None)
    while first is not None and not tests.holds(first):
        with suite.in_place_of(original, mutated):
            first = next(failing, None)
    return None if first is None else Layer.TESTS


def _spliced(mutant: Mutant, tables: Tables, original: Pack) -> Pack:
    """Return the pack with the one row changed; the others need not be read again."""
    place = next(n for n, row in enumerate(shipped(mutant.pack)[0][mutant.table]) if mutant.is_in(row))
    key = f"{mutant.table}s"
    rows: tuple[Any, ...] = getattr(original, key)
    own: tuple[Any, ...] = ()
    if mutant.columns is not None:
        alone: Mapping[str, Any] = {
            **tables,
            **{name: [tables[name][place]] if name == mutant.table else [] for name in TABLES},
        }
        own = getattr(packs._pack(mutant.pack, "mutant", alone, original.calendar), key)
    changes: dict[str, Any] = {key: (*rows[:place], *own, *rows[place + 1 :])}
    return replace(original, **changes)


def _unsaid(mutant: Mutant, mutated: Pack) -> bool:
    rules: list[Rule] = [r for r in mutated.rules if r.id == mutant.original.get("id")]
    return mutant.table == "rule" and any(
        found
        for r in rules
        if r.place.startswith(f"{mutated.id}/")
        for found in sentences.unsupported(mutated.id, r)
    )
