"""Who lives in a household and whom its benefit covers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.household import Ages, covered_persons, household_size, is_minor, other_members
from archivist.model.ids import CaseNo
from tests.people import make_id

ON = dt.date(2024, 8, 16)
OWN = make_id("19680305", "042")


def a_case(category: str, *members: dict[str, Any]) -> Case:
    facts = {"applicant": {"name": "王秀兰", "id_number": OWN}, "members": list(members)}
    return Case(CaseNo.parse(f"TJHQ-{category}-2024-000123"), facts=parse_facts(facts))


def names(people: tuple[Any, ...]) -> list[str]:
    return [str(p["name"]) for p in people]


def test_the_applicant_is_not_counted_twice() -> None:
    """「最低生活保障」 is of the household: its members' table often begins with the applicant."""
    case = a_case(
        "DB",
        {"name": "王秀兰", "relation": "本人"},
        {"name": "王秀兰", "relation": "户内", "id_number": OWN},
        {"name": "李小满", "relation": "女儿"},
    )
    assert names(other_members(case, ON)) == ["李小满"]
    assert household_size(case, ON) == 2


def test_who_lives_elsewhere_or_is_left_out_is_not_covered() -> None:
    case = a_case(
        "DB",
        {"name": "在一起", "relation": "配偶"},
        {"name": "服刑", "relation": "儿子", "living_together": False, "covered": True},
        {"name": "不纳入", "relation": "女儿", "covered": False},
    )
    assert names(covered_persons(case, ON)) == ["王秀兰", "在一起"]
    assert household_size(case, ON) == 3


@pytest.mark.parametrize("category", ["TK", "CJ"])
def test_a_benefit_of_one_person_covers_nobody_else(category: str) -> None:
    """国发〔2015〕52号「困难残疾人生活补贴主要补助残疾人因残疾产生的额外生活支出」: the disabled person's own, though married."""
    case = a_case(category, {"name": "李样例", "relation": "配偶", "covered": True})
    assert names(covered_persons(case, ON)) == ["王秀兰"]
    assert household_size(case, ON) == 2, "they live together nevertheless"


def test_nobody_is_covered_before_birth() -> None:
    case = a_case("DB", {"name": "新生儿", "relation": "孙子", "id_number": make_id("20240901", "011")})
    assert [len(covered_persons(case, day)) for day in (ON, dt.date(2024, 9, 1))] == [1, 2]


def test_of_other_papers_no_age_is_read() -> None:
    child = {"id_number": make_id("20100101", "011")}
    ages = Ages(adult=18, earning=16)
    assert is_minor(child, ON, ages)
    assert not is_minor(child | {"id_type": "其他证件"}, ON, ages)
    assert is_minor({"birth_date": "2010-01-01"}, ON, ages)
    assert not is_minor(child, ON, Ages(adult=2, earning=1))
