"""Who belongs to a household and whom its benefit covers, told once: for papers, registers and checks.

A row of the members' table may be the applicant again (关系 本人), who is never counted twice. Nothing is guessed: a row
that does not say otherwise lives with the family and is covered.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archivist.model.case import Case
from archivist.model.chinese import han_number
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Facts, Row, fact, rows, single
from archivist.model.field_schema import APPLICANT, MEMBERS
from archivist.model.ids import (
    RESIDENT_PAPERS,
    Category,
    IdNumber,
    IdType,
    age_on,
    id_birth_date,
    is_id,
    parse_id,
)

APPLICANT_RELATIONS: Final = ("本人", "申请人", "户主")
"""Relations that mean the applicant."""
OF_ONE_PERSON: Final = (Category.TK, Category.CJ)
"""Categories that belong to one person whatever the family: 特困人员 are confirmed one by one, and the subsidies are the
disabled person's own (国发〔2015〕52号「困难残疾人生活补贴主要补助残疾人因残疾产生的额外生活支出」)."""

RECOGNISED: Final = (Category.BY, Category.GX)
"""Confirmed to be what they are, for others to help (医疗、教育、住房、就业): nothing is paid by itself, and there is no amount.
Source: 社会救助法第二十一条、第二十二条「由社会救助管理部门根据实际需要给予」."""

NOTHING_PAID: Final = "低保边缘、刚性支出困难家庭不发放资金，没有月保障金额；请核对这一户的类别，或删去金额"

TEMPORARY: Final = (Category.JN, Category.ZC)
"""Paid once, never on the roll: what caps it is no monthly standard."""


def unpaid_amount(category: Category, facts: Facts) -> str:
    """Return the amount that is told of a household to which nothing is paid; empty where none is, and nought says as much."""
    amount = str(fact(facts, FactPath.BENEFIT_AMOUNT) or "") if category in RECOGNISED else ""
    return amount if amount.strip("0.") else ""


def resident_number(person: Mapping[str, object]) -> IdNumber | None:
    """Return a person's ID number when it carries birth date and sex, as that of an ID card, when nothing else is said."""
    number = str(person.get("id_number") or "")
    carries = (person.get("id_type") or IdType.RESIDENT) in RESIDENT_PAPERS and is_id(number)
    return parse_id(number) if carries else None


def birth_date(person: Mapping[str, object]) -> dt.date | None:
    """Return a person's date of birth, as told or as the ID number carries it."""
    if told := person.get("birth_date"):
        return dt.date.fromisoformat(str(told))
    number = resident_number(person)
    return id_birth_date(number) if number else None


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages the law draws lines at, in years: who has reached one is past the line.

    Attributes:
        adult: 成年.
        earning: from which a minor who lives on own wages acts alone.
    """

    adult: int
    earning: int


def is_minor(person: Mapping[str, object], on: dt.date, ages: Ages) -> bool:
    """Tell whether somebody is known to be under age (未成年人) on a day."""
    born = birth_date(person)
    return born is not None and age_on(born, on) < ages.adult


def incapacity(person: Mapping[str, object], on: dt.date, ages: Ages) -> str:
    """Return why a person cannot act alone on a day, in words; empty when they can.

    Source: 民法典第十九条、第二十一条、第二十二条; 第十八条「十六周岁以上的未成年人，以自己的劳动收入为主要生活来源的，
    视为完全民事行为能力人」, which the office enters as 民事行为能力 = 完全.
    """
    capacity, born = person.get("capacity"), birth_date(person)
    if capacity in ("限制", "无"):
        return "限制民事行为能力" if capacity == "限制" else "无民事行为能力"
    if born is None or not is_minor(person, on, ages):
        return ""
    earns = capacity == "完全" and age_on(born, on) >= ages.earning
    return "" if earns else f"未满{han_number(ages.adult)}周岁（{born} 出生）"


def kin_names(case: Case) -> frozenset[str]:
    """Return the names of the officials the applicant is related to (近亲属关系人); with 「（配偶）」 the name alone counts."""
    return frozenset(
        re.split(r"[、，,;；\s（）()]+", str(case.fact(FactPath.APPLICATION_KIN_NAME) or ""))
    ) - {""}


def is_applicant(case: Case, person: Mapping[str, object]) -> bool:
    """Tell whether a row of the members' table is the applicant."""
    own = case.fact(FactPath.APPLICANT_ID_NUMBER)
    return str(person.get("relation", "")) in APPLICANT_RELATIONS or bool(
        own and person.get("id_number") == own
    )


def lives_together(person: Mapping[str, object]) -> bool:
    """Tell whether a member lives with the family (共同生活的家庭成员)."""
    return person.get("living_together") is not False


def other_members(case: Case, on: dt.date) -> tuple[Row, ...]:
    """Return who lives with the applicant on a day, the applicant left out.

    Args:
        case: the household.
        on: civil date; somebody born later does not belong to the household yet.
    """
    return tuple(
        person
        for person in rows(case.facts, MEMBERS.key)
        if lives_together(person)
        and not is_applicant(case, person)
        and ((born := birth_date(person)) is None or born <= on)
    )


def household_size(case: Case, on: dt.date) -> int:
    """Return how many live together on a day, the applicant included (家庭人口)."""
    return 1 + len(other_members(case, on))


def covered_singly(case: Case) -> bool:
    """Tell whether 低保 is for the applicant alone, out of a family at its border (单人保).

    The family's means are looked into all the same. Source: 社会救助法第二十一条「对最低生活保障边缘家庭中的重度残疾人、
    重病患者以及确有特殊困难人员，可以纳入最低生活保障范围」.
    """
    return case.category is Category.DB and bool(case.fact(FactPath.APPLICATION_SINGLE))


def covered_persons(case: Case, on: dt.date) -> tuple[Row, ...]:
    """Return whom the benefit covers on a day: the applicant first, then the members who are not left out (纳入保障).

    A death changes it when the review that follows has changed the facts: until then the benefit stands as decided.

    Args:
        case: the household.
        on: civil date.
    """
    applicant = single(case.facts, APPLICANT.key)
    if case.category in OF_ONE_PERSON or covered_singly(case):
        return (applicant,)
    return applicant, *(m for m in other_members(case, on) if m.get("covered") is not False)
