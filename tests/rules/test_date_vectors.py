"""The table of deadlines, and how hours are counted."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Final

import pytest

from archivist.model.ids import Category
from archivist.rules.pack import available, load
from archivist.rules.rule_days import RuleDays
from archivist.rules.work_calendar import announced

_LAST_YEAR: Final = 2027
TABLE: Final = Path(__file__).parents[1] / "data" / "date-vectors.tsv"


def vectors() -> list[dict[str, str]]:
    """Return the rows of the table."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: str(vector["id"]))
def test_a_deadline_is_the_day_reckoned_by_hand(vector: dict[str, str]) -> None:
    """Each vector quotes its sentence; it is that of the row that holds for the category on the day."""
    day, _, at = vector["start"].partition(" ")
    pack, start = load(vector["pack"]), dt.date.fromisoformat(day)
    rule = pack.rule(vector["rule"], Category(vector["category"]), RuleDays.alike(start))
    assert vector["sentence"] in rule.source.sentence
    if vector["provisional"] and announced(_LAST_YEAR):
        pytest.skip(f"{_LAST_YEAR} is announced by now: reckon {vector['id']} anew by the notice")
    end = rule.deadline(start, pack.calendar, at=at)
    assert f"{end.day} {end.at}".strip() == vector["end"]
    assert end.provisional == (vector["provisional"] == "暂算")


def test_the_table_is_of_all_packs_and_years() -> None:
    """“at least 120 date vectors, all packs, 2023–2027”."""
    found = vectors()
    assert len(found) >= 120
    assert {v["pack"] for v in found} == set(available())
    assert {v["start"][:4] for v in found} == {"2023", "2024", "2025", "2026", "2027"}
