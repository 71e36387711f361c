"""How many people an office must have: by population, by those it serves, or in any case."""

from __future__ import annotations

import datetime as dt

import pytest

from archivist.rules import pack
from archivist.rules.staffing import staffing

JIAMUSI, HONGQIAO, ZIYANG = map(pack.load, ("heilongjiang-jiamusi", "tianjin-hongqiao", "shaanxi-ziyang"))
ON = dt.date(2024, 3, 8)


@pytest.mark.parametrize(
    ("population", "recipients", "enough"),
    [
        (1, 0, 2), (19_999, 0, 2), (20_000, 9_000, 2),  # 「2万人(含2万人)以下的可配备2-3名」
        (20_001, 9_000, 3), (120_000, 2_001, 3),  # 「2万人以上的可配备3-5名」
        (20_001, 2_000, 2), (20_001, 1_000, 1), (20_001, 1_001, 2), (20_001, 0, 1),  # 「或每1000名服务对象配备1名」「不足1000名……至少配备1名」
        (0, 0, 1), (0, 3_000, 3), (0, 3_001, 4),  # nobody wrote the population down
    ],
)  # fmt: skip
def test_so_many_are_enough_and_one_fewer_is_not(population: int, recipients: int, enough: int) -> None:
    """「人口在2万人以上的可配备3-5名工作人员或每1000名服务对象配备1名工作人员,不足1000名服务对象至少配备1名工作人员」."""
    wanted = staffing(JIAMUSI, ON, population=population, recipients=recipients)
    assert wanted.met(enough) and not wanted.met(enough - 1)
    assert bool(wanted.unknown) is (population == 0)


def test_two_are_enough_in_hongqiao_whoever_they_serve() -> None:
    """「专（兼）职社会救助工作人员不少于2人」."""
    wanted = staffing(HONGQIAO, ON, population=200_000, recipients=9_000)
    assert wanted.met(2) and not wanted.met(1)


def test_where_no_number_is_written_nothing_is_short() -> None:
    """「各镇也要加强镇民政办工作力量的配备」 names no number."""
    wanted = staffing(ZIYANG, ON, population=200_000, recipients=9_000)
    assert wanted.met(0) and wanted.yardsticks == ()


def test_the_numbers_are_those_of_the_rows() -> None:
    """An office with a row of its own is judged by it."""
    row = {"id": "staff.small", "patch": True, "value": 4, "source": {"measure": "《样例县编制办法》", "sentence": "四名"}}  # fmt: skip
    own = pack.load("heilongjiang-jiamusi", overrides={"rule": [row]})
    wanted = staffing(own, ON, population=100, recipients=0)
    assert wanted.met(4) and not wanted.met(3)
