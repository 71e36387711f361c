"""Whatever stands in a column of a pack: it is refused as a fault of the pack, or nothing stumbles over it."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import fields
from typing import Any, Final

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.doctypes.catalogue import Catalogue
from archivist.errors import RuleFault
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules import deadlines, prerequisites, rule_text
from archivist.rules.attempt import Attempt
from archivist.rules.completeness.run import findings
from archivist.rules.disposition.retention import retention
from archivist.rules.layers import TABLES
from archivist.rules.pack import Pack, load
from archivist.rules.row_faults import KINDS
from archivist.rules.rule_ids import RuleId
from archivist.rules.soundness import proof
from archivist.rules.unit import Unit
from tests.rules.sample_pack import FILES, sample
from tests.rules.walking import walk
from tests.sampling import examples

CATALOGUE: Final = Catalogue.load()
ON: Final = dt.date(2024, 6, 3)
FILE: Final = {name: f"{name}s.toml" for name in TABLES}
WAY: Final = ("submit 2024-02-23", "accept 2024-02-26", "survey 2024-02-27", "publicize 2024-02-28", "extend 2024-02-29",
              "confirm 2024-03-08", "deliver 2024-03-11 method=直接", "pay 2024-03-12", "report_death 2024-04-01 person=王秀兰 died_on=2024-03-30",
              "terminate 2024-04-02", "deregister 2024-04-03")  # fmt: skip
CASES: Final = [walk(sample(), "DB", *WAY[:count]) for count in range(len(WAY) + 1)]
"""A household at every place of the sample's procedure."""
NAMES: Final = [
    *Unit,
    *RuleId,
    *State,
    *StepId,
    "DB",
    "TK",
    "date",
    "a|b?",
    "step.extend",
    "not record.x",
    "*",
    "2024-02-30",
]
"""What somebody may have written into the wrong column."""
plain = st.one_of(
    st.sampled_from([str(name) for name in NAMES]),
    st.text(max_size=8),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-2, 40),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
)
anything = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=3)
    ),
    max_leaves=5,
)
"""Any value of TOML."""


def columns(table: str) -> list[str]:
    return [f.name for f in fields(KINDS[table])]


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, str]:
    """Return the files of the sample with any value in one or two columns of a row."""
    table = draw(st.sampled_from(TABLES))
    tables = tomllib.loads(FILES[FILE[table]])
    row: dict[str, Any] = draw(st.sampled_from(tables[table]))
    for _ in range(draw(st.integers(1, 2))):
        row[draw(st.sampled_from([*columns(table), "patch", "colour"]))] = draw(anything)
    try:
        return {**FILES, FILE[table]: tomlkit.dumps(tables)}
    except ValueError:  # what TOML cannot write nobody writes
        return dict(FILES)


def ask_everything(pack: Pack) -> None:
    """Do with a pack what commands do: prove it, count its time limits, judge its steps, check a file, show its rows."""
    proof.faults(pack, CATALOGUE, ON)
    for case in CASES:
        deadlines.obligations(case, pack)
        retention(case, pack, ON)
        findings(case, pack, CATALOGUE, on=ON)
        for step in pack.steps_of(case, ON):
            attempt = Attempt(case, pack, step, ON, catalogue=CATALOGUE)
            prerequisites.unmet(attempt)
            prerequisites.papers(attempt, CATALOGUE)
            prerequisites.apart(attempt)
    for rule in pack.rules:
        rule_text.headline(rule)
        rule_text.timing(rule, pack, str)
        if rule.timed:
            for day in (dt.date(2024, 1, 31), dt.date(2024, 12, 31)):
                rule.deadline(day, pack.calendar)
    for step in pack.steps:
        rule_text.moves(step)
        rule_text.demands(step, pack, str)
    for material in pack.materials:
        rule_text.wanted(material, pack)


def test_the_sample_itself_can_be_asked_everything() -> None:
    """Else nothing would be proved of the spoilt ones."""
    ask_everything(sample())


@given(spoilt())
@settings(max_examples=examples(60, 3000))
def test_any_value_in_any_column_is_a_fault_of_the_pack_or_none(files: dict[str, str]) -> None:
    """「No untyped value may ever crash a command (E700)」: load, ``due``, ``check``, a step, ``show``: a value or E502."""
    try:
        ask_everything(sample(files))
    except RuleFault:
        return


@given(st.sampled_from(TABLES), st.data())
@settings(max_examples=examples(40, 2000))
def test_any_value_in_an_office_s_own_row_is_a_fault_of_the_pack_or_none(
    table: str, data: st.DataObject
) -> None:
    """An office's row lies over that of a shipped pack; what it says is judged alike."""
    row = dict(data.draw(st.sampled_from(tomllib.loads(FILES[FILE[table]])[table]), "row"))
    row[data.draw(st.sampled_from([*columns(table), "patch"]), "column")] = data.draw(anything, "value")
    row.setdefault("source", {"measure": "《样例》", "sentence": "样例"})
    try:
        proof.faults(load("national", overrides={table: [row]}), CATALOGUE, ON)
    except RuleFault:
        return
