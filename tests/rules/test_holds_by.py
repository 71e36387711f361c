"""A dated row says by which day it holds: that of acceptance, or that of the act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.declarations.builder import build
from archivist.declarations.reader import read
from archivist.model.ids import Category
from archivist.rules import pack
from archivist.rules.row_faults import KINDS
from archivist.rules.rule_days import HoldsBy, RuleDays
from tests.rules.walking import CONFIRMED, walk

NEW_LAW = dt.date(2026, 7, 1)
SOURCE = {"measure": "S1", "sentence": "甲"}
ROWS: Mapping[str, Mapping[str, Any]] = {
    "rule": {"id": "a", "title": "甲", "value": 1, "unit": "月"},
    "step": {"id": "a", "title": "甲", "moves": {}, "role": "outside"},
    "material": {"document": "a", "requirement": "甲", "categories": ["DB"]},
    "check": {"id": "a", "title": "甲", "stage": "benefit", "test": "team"},
}
"""A row of each table, as short as can be."""


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("said", [{}, {"holds_by": "acceptance"}, {"holds_by": "act"}])
@given(accepted=st.integers(-400, 400), act=st.integers(-400, 400))
def test_a_row_says_by_which_day_it_holds(
    table: str, said: Mapping[str, str], accepted: int, act: int
) -> None:
    """「so a row says by which day it holds」: of the act where it says so, else of acceptance."""
    row = {**ROWS[table], "source": SOURCE, "valid_from": NEW_LAW, **said}
    days = RuleDays(NEW_LAW + dt.timedelta(accepted), NEW_LAW + dt.timedelta(act))
    deciding = act if said.get("holds_by") == "act" else accepted
    assert build(KINDS[table], row).applies(Category.DB, days) is (deciding >= 0)


@pytest.mark.parametrize("table", ROWS)
def test_a_row_that_holds_by_neither_day_is_refused(table: str) -> None:
    faults: list[str] = []
    read(KINDS[table], {**ROWS[table], "source": SOURCE, "holds_by": "decision"}, table, faults)
    assert [f for f in faults if "holds_by" in f] == [
        f"{table}：holds_by 是“decision”，应为 acceptance、act 之一"
    ]


@pytest.mark.parametrize(
    ("by", "since", "runs"),
    [
        (HoldsBy.ACT, dt.date(2024, 3, 13), True),
        (HoldsBy.ACT, dt.date(2024, 3, 14), False),
        (HoldsBy.ACCEPTANCE, dt.date(2024, 3, 13), False),
    ],
)
def test_of_a_time_limit_the_act_is_the_step_that_sets_it_going(
    by: HoldsBy, since: dt.date, runs: bool
) -> None:
    """A limit that binds every act from a day on runs in a household accepted before, once an act of that day begins it."""
    plain = pack.load("national")
    case = walk(plain, "DB", *CONFIRMED)  # confirmed on 2024-03-13, accepted before
    limits = [r for r in plain.rules if r.id == "pay.start" and Category.DB in r.categories]
    own = replace(plain, rules=tuple(replace(r, valid_from=since, holds_by=by) for r in limits))
    assert bool(own.timers(case)) is runs
