"""The rules the program asks for by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import archivist
from archivist.rules import pack as packs
from archivist.rules.rule_ids import READ, RuleId, RulePrefix, expected_units
from archivist.rules.soundness.usage import rules_in_no_pack

FOUND: Final = [packs.load(name) for name in packs.available()]
IDS: Final = {rule.id for pack in FOUND for rule in pack.rules}
DECLARED: Final = (
    "rule_ids.py",
    "step_ids.py",
    "ids.py",
    "field_paths.py",
    "fact_paths.py",
    "field_defaults.py",
)
"""Where names are declared; a step or a field may be called as a rule is."""


def test_each_is_a_rule_of_some_pack() -> None:
    """“every rule id is read by code or marked `display = true`”, and what code reads is in some pack."""
    assert rules_in_no_pack(FOUND) == []
    without = [replace(p, rules=tuple(r for r in p.rules if r.id != RuleId.GRADUAL_EXIT)) for p in FOUND]
    assert rules_in_no_pack(without) == ["gradual.exit"]


def test_each_says_in_which_units_it_is_reckoned_with() -> None:
    """What the program makes a number of cannot be given in words."""
    assert [rule for rule in RuleId if not rule.units] == []
    assert all(expected_units(f"{prefix}x") for prefix in RulePrefix)


def literals(tree: ast.Module) -> Iterator[str]:
    """Yield the strings of a module, those put together by f"…" in their parts."""
    yield from (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def test_no_rule_id_is_written_out_in_the_program() -> None:
    """Ids are declared once, so that one that is misspelt or gone is found before a case is."""
    names = {i for i in IDS | READ.keys() if "." in i}  # a single word may mean something else
    stray = [
        (path.name, text)
        for path in Path(archivist.__file__).parent.rglob("*.py")
        if path.name not in DECLARED
        for text in literals(ast.parse(path.read_text(encoding="utf-8")))
        if text in names or text.startswith(tuple(RulePrefix))
    ]
    assert stray == []
