"""Rows laid over rows: nothing below is lost that the row above does not say it takes."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.errors import RuleFault
from archivist.model.ids import Category
from archivist.rules import pack
from archivist.rules.rule import Rule
from archivist.rules.rule_days import HoldsBy, RuleDays
from tests.sampling import examples, sweep

Row = Mapping[str, Any]
SOURCE = {"measure": "《样例街道办事规程》", "article": "第三条", "sentence": "样例"}
PACKS = {name: pack.load(name) for name in pack.available()}
FROM_DAY = dt.date(2025, 1, 1)
DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2029, 12, 31))
UNCONDITIONED = sorted(
    {
        (name, r.id)
        for name, found in PACKS.items()
        for r in found.rules
        if not any(other.when for other in found.rules if other.id == r.id)
    }
)
"""Rules of which one row at most holds for a category on a day."""


def over(name: str, *rows: Row, table: str = "rule") -> pack.Pack:
    return pack.load(name, overrides={table: list(rows)})


def faults(name: str, *rows: Row, table: str = "rule") -> str:
    with pytest.raises(RuleFault) as fault:
        over(name, *rows, table=table)
    return "\n".join(fault.value.problems)


def publicity(**columns: Any) -> Row:
    return {
        "id": "publicity.initial",
        "title": "样例公示",
        "value": 9,
        "unit": "自然日",
        "source": SOURCE,
        **columns,
    }


def on(day: dt.date) -> RuleDays:
    return RuleDays.alike(day)


def _left_of(rule: Rule, row: Row) -> bool:
    """Tell whether days of a dated rule lie beside those of a row for the same categories."""
    first, last = rule.valid_from or dt.date.min, rule.valid_to or dt.date.max
    dated = first > dt.date.min or last < dt.date.max
    beside = first < row["valid_from"] or last > row.get("valid_to", dt.date.max)
    shared = not rule.categories or not row["categories"] or {*rule.categories} & {*row["categories"]}
    return dated and beside and bool(shared)


def says(rule: Rule | None) -> tuple[object, ...] | None:
    """Return what a rule says, its extent aside."""
    return None if rule is None else (rule.title, rule.value, rule.unit, rule.source, rule.ends, rule.note)


# ── dated rows ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_dated_row_leaves_the_days_before_it_their_rule() -> None:
    """「A dated override extends the series (the old row ends where the new begins)」: 2024 keeps its publicity."""
    shipped, own = PACKS["tianjin-hongqiao"], over("tianjin-hongqiao", publicity(valid_from=FROM_DAY))
    before = FROM_DAY - dt.timedelta(days=1)
    for category in (Category.DB, Category.DX, Category.TK):
        old = own.rule("publicity.initial", category, on(before))
        assert says(old) == says(shipped.rule("publicity.initial", category, on(before)))
        assert old.valid_to == before
        assert own.rule("publicity.initial", category, on(FROM_DAY)).value == 9


@given(data=st.data(), valid_from=DAYS, days=st.integers(0, 2000) | st.none(), looked_at=DAYS)
@settings(max_examples=examples(10, 1500), deadline=None)
def test_before_and_after_an_override_the_pack_below_answers(
    data: st.DataObject, valid_from: dt.date, days: int | None, looked_at: dt.date
) -> None:
    """For any dated row, any category and any day outside it the answer is the one of the pack below; within, its own.

    Days of acceptance and days of the act do not join: what would be left of a dated row of the other kind is refused.
    """
    name, rule_id = data.draw(st.sampled_from(UNCONDITIONED))
    categories = data.draw(st.lists(st.sampled_from(list(Category)), unique=True))
    ends = {} if days is None else {"valid_to": valid_from + dt.timedelta(days=days)}
    below = [r for r in PACKS[name].rules if r.id == rule_id]
    by = data.draw(st.sampled_from(HoldsBy))
    row = {
        "id": rule_id, "title": "样例", "value": below[0].value, "unit": below[0].unit, "source": SOURCE, "valid_from": valid_from,
        "categories": [c.value for c in categories], "holds_by": by.value, **ends,
    }  # fmt: skip
    if any(r.holds_by is not by and _left_of(r, row) for r in below):
        assert "请写 replace = true，把各段日期的行写全" in faults(name, row)
        return
    own = over(name, row)
    within = valid_from <= looked_at <= ends.get("valid_to", dt.date.max)
    for category in Category:
        found = own.find(rule_id, category, on(looked_at))
        if within and (not categories or category in categories):
            assert found is not None and found.title == "样例"
        else:
            assert says(found) == says(PACKS[name].find(rule_id, category, on(looked_at)))
        assert sum(r.id == rule_id and r.applies(category, on(looked_at)) for r in own.rules) <= 1


def test_the_next_dated_row_ends_the_one_before() -> None:
    own = over(
        "tianjin-hongqiao",
        publicity(valid_from=dt.date(2026, 1, 1), value=8),
        publicity(valid_from=FROM_DAY),
    )
    values = [
        own.rule("publicity.initial", Category.DB, on(dt.date(year, 6, 1))).value
        for year in (2024, 2025, 2026)
    ]
    assert values == [5, 9, 8]


def test_a_dated_row_for_other_circumstances_leaves_the_general_one() -> None:
    own = over("tianjin-hongqiao", publicity(valid_from=FROM_DAY, when="step.confirm"))
    held = [
        r.value for r in own.rules if r.id == "publicity.initial" and r.applies(Category.DB, on(FROM_DAY))
    ]
    assert sorted(map(str, held)) == ["5", "9"]


@sweep(1 / 8)
@pytest.mark.parametrize("name", pack.available())
@pytest.mark.parametrize("category", list(Category))
def test_steps_have_their_days_too(name: str, category: Category) -> None:
    """A step dated by the office is the old step until then: none is lost on the day before, none is doubled after."""
    shipped = PACKS[name]
    for step in {s.id: s for s in shipped.steps if s.applies(category, on(FROM_DAY)) and not s.when}.values():
        row = {
            "id": step.id, "title": "样例环节", "moves": dict(step.moves), "role": step.role, "guards": list(step.guards), "source": SOURCE,
            "categories": [category.value], "valid_from": FROM_DAY,
        }  # fmt: skip
        own = over(name, row, table="step")
        for day in (FROM_DAY - dt.timedelta(days=1), FROM_DAY):
            held = [s.title for s in own.steps if s.id == step.id and s.applies(category, on(day))]
            old = [s.title for s in shipped.steps if s.id == step.id and s.applies(category, on(day))]
            assert held == (["样例环节"] if day == FROM_DAY else old)


def test_a_row_by_the_day_of_the_act_takes_over_from_one_by_acceptance() -> None:
    """「holds by the day of the act」: the two days of a household decide alike on either side of the cut."""
    cut = dt.date(2026, 7, 1)
    own = over("national", publicity(valid_from=cut, holds_by="act"))
    for accepted, act in itertools.product((dt.date(2026, 6, 1), dt.date(2026, 8, 1)), repeat=2):
        held = [
            r.value
            for r in own.rules
            if r.id == "publicity.initial" and r.applies(Category.DB, RuleDays(accepted, act))
        ]
        assert held == ([9] if act >= cut else [7])
    dated = {"valid_from": dt.date(2022, 10, 20), "holds_by": "act", "categories": ["DB"]}
    assert "holds_by" in faults("national", {**publicity(**dated), "id": "overall"}), (
        "its rows have days of acceptance"
    )


# ── what an undated row says ─────────────────────────────────────────────────────────────────────────────
def test_a_row_that_says_nothing_is_refused_with_what_it_may_say() -> None:
    """「a row that says nothing and meets an existing id is refused with the three possibilities in the message」."""
    told = faults("tianjin-hongqiao", publicity())
    for words in (
        "第 1 行 publicity.initial",
        "valid_from",
        "patch = true",
        "replace = true",
        "withdraw = true",
    ):
        assert words in told
    told = faults("national", {"document": "mat_id_card", "requirement": "样例", "categories": ["DB"], "source": SOURCE}, table="material")  # fmt: skip
    assert "第 1 行 mat_id_card" in told


def test_a_row_for_one_category_leaves_the_others_as_they_were() -> None:
    """「a row for DB over a row of [DB, DX] leaves DX as it was」, whichever of the three it says."""
    shipped = PACKS["tianjin-hongqiao"]
    dx = says(shipped.find("publicity.initial", Category.DX, on(FROM_DAY)))
    source = {"id": "publicity.initial", "categories": ["DB"], "source": SOURCE}
    for row, value in (
        (publicity(replace=True, categories=["DB"]), 9),
        ({**source, "patch": True, "value": 9}, 9),
        ({**source, "withdraw": True}, None),
    ):
        own = over("tianjin-hongqiao", row)
        found = own.find("publicity.initial", Category.DB, on(FROM_DAY))
        assert (found and found.value) == value
        assert says(own.find("publicity.initial", Category.DX, on(FROM_DAY))) == dx


def test_a_patch_and_a_withdrawal_may_begin_on_a_day() -> None:
    named = {"id": "publicity.initial", "valid_from": FROM_DAY, "source": SOURCE}
    before = FROM_DAY - dt.timedelta(days=1)
    patched = over("tianjin-hongqiao", {**named, "patch": True, "value": 9})
    assert patched.rule("publicity.initial", Category.DB, on(before)).value == 5
    assert patched.rule("publicity.initial", Category.DB, on(FROM_DAY)).value == 9
    gone = over("tianjin-hongqiao", {**named, "withdraw": True, "note": "样例"})
    assert gone.rule("publicity.initial", Category.DB, on(before)).value == 5
    assert gone.find("publicity.initial", Category.DB, on(FROM_DAY)) is None
    assert [(c.id, c.act, c.source.sentence, c.valid_from) for c in gone.changes] == [
        ("publicity.initial", "withdraw", "样例", FROM_DAY)
    ]


def test_what_takes_the_place_of_a_row_leaves_no_days_without_one() -> None:
    """A sibling: ``replace`` with a day would take away the days before it."""
    told = faults("tianjin-hongqiao", publicity(replace=True, valid_from=FROM_DAY))
    assert "代替原行以后，……至 2024-12-31 没有规定" in told
    halves = (
        publicity(replace=True, valid_from=FROM_DAY),
        publicity(replace=True, valid_to=dt.date(2024, 12, 31)),
    )
    assert over("tianjin-hongqiao", *halves).rule("publicity.initial", Category.DB, on(FROM_DAY)).value == 9


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"id": "publicity.intial", "patch": True, "value": 9, "source": SOURCE}, "是不是 publicity.initial？"),
        ({"id": "survey.start", "patch": True, "categories": ["JN"], "value": 9, "source": SOURCE}, "无从改动"),
        ({"id": "publicity.initial", "patch": True, "value": 9}, "须写明出处"),
        ({"id": "publicity.initial", "withdraw": True}, "须写明出处"),
        ({"id": "publicity.initial", "patch": "yes", "value": 9, "source": SOURCE}, "patch 只能是 true"),
        (publicity(replace=False), "replace 只能是 true"),
        (publicity(replace=True, patch=True), "只能写一个"),
        (publicity(withdraw=True), "不能再写title"),
        (publicity(replace=True, because=SOURCE), "because 只用于"),
        ({"id": "publicity.initial", "patch": True, "value": 9, "because": {"measure": "《样例》"}}, "sentence"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_is_refused(row: Row, words: str) -> None:
    assert words in faults("tianjin-hongqiao", row)


def test_a_patch_may_leave_the_row_its_sentence() -> None:
    because = {**SOURCE, "sentence": "公示另设专栏"}
    own = over(
        "tianjin-hongqiao", {"id": "publicity.initial", "patch": True, "ends": ["review"], "because": because}
    )
    found = own.rule("publicity.initial", Category.DB, on(FROM_DAY))
    assert found.ends == ("review",)
    assert (
        found.source == PACKS["tianjin-hongqiao"].rule("publicity.initial", Category.DB, on(FROM_DAY)).source
    )
    assert [c.source.sentence for c in own.changes] == ["公示另设专栏"]
