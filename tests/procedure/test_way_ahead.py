"""The steps still to come on the ordinary way."""

from __future__ import annotations

import datetime as dt

import pytest

from archivist.model.states import State
from archivist.procedure.way_ahead import way_ahead
from archivist.rules.pack import load
from tests.rules.walking import CONFIRMED, IN_BENEFIT, PUBLICIZED, SURVEYED, walk

PACK = load("tianjin-hongqiao")
TO_BENEFIT = ["复审", "作出确认决定", "送达", "在所在社区公布", "报区（县）备案", "列入发放"]


def ahead(case: object, day: str = "2024-03-05") -> list[str]:
    """Return the titles of what is to come."""
    return [step.title for step in way_ahead(case, PACK, dt.date.fromisoformat(day))]  # type: ignore[arg-type]


@pytest.mark.parametrize("category", ["DB", "TK", "DX"])
def test_the_whole_way_lies_before_who_just_applied(category: str) -> None:
    """“stage ribbon”: from the first paper to the benefit, without what only something particular leads to."""
    titles = ahead(walk(PACK, category))
    assert titles[:3] == ["收件", "受理", "提请信息核对"]
    assert titles[-1] == "列入发放"
    assert not {"一次性告知补正", "民主评议", "公示异议", "不予确认"} & set(titles)


@pytest.mark.parametrize(
    ("taken", "coming"),
    [(SURVEYED, ["初审公示", *TO_BENEFIT]), (PUBLICIZED, TO_BENEFIT), (CONFIRMED, TO_BENEFIT[2:]), (IN_BENEFIT, [])],
)  # fmt: skip
def test_what_is_taken_lies_behind(taken: tuple[str, ...], coming: list[str]) -> None:
    """“stage ribbon”: each step once; in benefit nobody knows what the next review finds."""
    assert ahead(walk(PACK, "DB", *taken)) == coming


def test_until_when_stands_with_the_step_that_ends_the_limit() -> None:
    """Mock: “确认决定 12-17 前”; of a limit of the office alone."""
    found = {s.id: s.due for s in way_ahead(walk(PACK, "DB", *PUBLICIZED), PACK, dt.date(2024, 3, 5))}
    assert found["confirm"] is not None
    assert found["confirm"] > dt.date(2024, 3, 5)
    assert found["announce"] is None


@pytest.mark.parametrize("place", ["national", "chongqing-yongchuan", "heilongjiang-jiamusi", "shaanxi-ziyang", "shanxi-jincheng-chengqu"])  # fmt: skip
def test_the_way_of_every_place_comes_to_the_benefit(place: str) -> None:
    """“stage ribbon”: each step once, wherever the office is; 晋城 posts what was decided, not what was examined."""
    pack = load(place)
    titles = [s.title for s in way_ahead(walk(pack, "DB"), pack, dt.date(2024, 3, 5))]
    assert len(set(titles)) == len(titles)
    assert titles[-1] == "列入发放"
    assert ("公示确认结果" in titles) == (place == "shanxi-jincheng-chengqu")


def test_a_household_at_its_end_has_no_way_before_it() -> None:
    """Ended, in benefit, under review: none is made up."""
    case = walk(PACK, "DB", *IN_BENEFIT, "start_review 2025-03-04")
    assert case.state is State.REVIEWING
    assert ahead(case) == []
