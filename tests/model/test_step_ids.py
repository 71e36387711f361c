"""The steps the program asks for by name."""

from __future__ import annotations

from dataclasses import replace

from archivist.model.step_ids import StepId
from archivist.rules import pack as packs
from archivist.rules.soundness.procedure import steps_in_no_pack


def test_each_is_a_step_of_some_pack() -> None:
    """「Step ids … that code needs are named constants in one place each, checked against packs」."""
    found = [packs.load(name) for name in packs.available()]
    assert steps_in_no_pack(found) == []
    without = [replace(p, steps=tuple(s for s in p.steps if s.id != StepId.VISIT)) for p in found]
    assert steps_in_no_pack(without) == ["visit"]
