"""What must hold of every paper for every household: an ordinary one, nine people with long names, one that says little."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from copy import copy, deepcopy
from dataclasses import replace

import pytest

from archivist.documents.values.nested import put
from tests.documents.pages import squeezed, text_of
from tests.documents.samples import CATALOGUE, DAYS, HOUSEHOLDS, ON, Sample
from tests.documents.types.every import NAMES, paper
from tests.documents.types.wholeness import (
    OF_OTHERS,
    PEOPLE,
    empty,
    ill_punctuated,
    specs,
    unnamed,
    unprinted,
    wrong_amount,
    wrong_sums,
)
from tests.report.samples import Printed
from tests.sampling import sweep

OTHERS = sweep(1 / 4, of="papers of the large and the minimal household")
EVERY = [
    pytest.param(name, household, id=f"{name}-{household}", marks=() if household == "ordinary" else OTHERS)
    for name in NAMES
    for household in HOUSEHOLDS
]


@pytest.mark.parametrize(("name", "household"), EVERY)
def test_no_mandatory_value_is_empty_and_all_that_is_known_is_printed(name: str, household: str) -> None:
    made = paper(name, household)
    assert empty(made) == []
    assert unprinted(made) == []
    page = squeezed(text_of(made.data))
    assert [p for p in made.document.phrases if squeezed(p) not in page] == []


@sweep(1 / 2)
@pytest.mark.parametrize(("name", "household"), EVERY)
def test_no_stop_stands_twice(name: str, household: str) -> None:
    assert ill_punctuated(paper(name, household)) == []


@pytest.mark.parametrize(("name", "household"), EVERY)
def test_everybody_is_named(name: str, household: str) -> None:
    assert unnamed(paper(name, household)) == []


@sweep(1 / 2)
@pytest.mark.parametrize(("name", "household"), EVERY)
def test_sums_are_right(name: str, household: str) -> None:
    assert wrong_sums(paper(name, household)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_amount_follows_from_the_figures_beside_it(name: str) -> None:
    """Figures of one paper agree: the amount is what its standard, income, persons and additions make."""
    assert wrong_amount(paper(name, "ordinary")) == []


def test_an_amount_that_does_not_follow_is_found() -> None:
    made = copy(paper("benefit_calculation_sheet", "ordinary"))
    assert isinstance(made, Sample) and wrong_amount(made) == []
    for change in ({"amount": "1431.00"}, {"persons": 2}, {"income_per_head": "446.67"}):
        spoiled = replace(made, values={**made.values, "benefit": {**made.values["benefit"], **change}})
        assert wrong_amount(spoiled)


def later(text: str, on: dt.date) -> list[str]:
    """Return the years of reference numbers (文号) in a text that had not come on a day."""
    return [year for year in re.findall(r"〔(\d{4})〕", text) if int(year) > on.year]


@pytest.mark.parametrize("name", NAMES)
def test_no_paper_names_one_of_a_later_year(name: str) -> None:
    """“samples dated 2024 that tell facts of 2025”: what a paper answers was there before it."""
    assert later(text_of(paper(name, "ordinary").data), DAYS.get(name, ON)) == []


def test_a_paper_of_a_later_year_is_found() -> None:
    assert later("《社会救助变更决定书》（示槐救字〔2025〕12号）", ON) == ["2025"]
    assert set(DAYS) <= set(NAMES)


def test_every_table_of_people_is_looked_at() -> None:
    tables = {
        f.path for d in CATALOGUE.generated() for f in d.fields if any(c.key == "relation" for c in f.columns)
    }
    assert tables <= PEOPLE.keys() | OF_OTHERS


# ── the checks can fail ──────────────────────────────────────────────────────────────────────────────────
def spoilt(name: str, old: str, new: str, household: str = "ordinary") -> Sample | Printed:
    """Return a paper on whose page a piece of the XML stands differently, wherever it stands."""
    whole_one = paper(name, household)
    members = {}
    with zipfile.ZipFile(io.BytesIO(whole_one.data)) as package:
        for member in package.namelist():
            members[member] = package.read(member)
    body = members["word/document.xml"].decode()
    assert old in body
    members["word/document.xml"] = body.replace(old, new).encode()
    with zipfile.ZipFile(changed := io.BytesIO(), "w") as package:
        for member, content in members.items():
            package.writestr(member, content)
    found = copy(whole_one)
    found.__dict__["data"] = changed.getvalue()
    return found


@pytest.mark.parametrize(
    ("name", "text"),
    [("confirmation_decision", "示槐救字〔2024〕35号"), ("monthly_roster", "户主2"), ("care_agreement", "480.00"),
     ("application_form", "☑丧偶"), ("expiry_list", "2021.12.31")],
)  # fmt: skip
def test_a_value_blanked_on_the_page_is_found(name: str, text: str) -> None:
    assert unprinted(spoilt(name, text, ""))
    assert unprinted(spoilt(name, text, text.replace("☑", "□"))) or "☑" not in text


@pytest.mark.parametrize("name", ["confirmation_decision", "monthly_roster", "verification_request"])
def test_a_mandatory_value_that_is_not_known_is_found(name: str) -> None:
    """Each mandatory value in its turn."""
    known = paper(name, "large")
    for spec, value in specs(known):
        if spec.mode == "system":
            values = deepcopy(known.values)
            put(values, spec.path, [dict.fromkeys(value[0], "")] if spec.kind == "table" else type(value)())
            lacking = copy(known)
            lacking.__dict__["values"] = values
            assert empty(lacking) == [spec.named]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("。", "。。"),
        ("，", "、，"),
        ("，被申请人", "，，被申请人"),
        ("王秀兰（", "（），"),
        ("：</w:t>", "；：</w:t>"),
        ("经审核查明", "None"),
    ],
)
def test_a_stop_too_many_is_found(old: str, new: str) -> None:
    assert ill_punctuated(spoilt("confirmation_decision", old, new))


@pytest.mark.parametrize("household", ["ordinary", "large"])
@pytest.mark.parametrize(
    "name", ["application_form", "confirmation_decision", "verification_request", "personal_info_notice"]
)
def test_somebody_left_out_is_found(name: str, household: str) -> None:
    """Each member of the household in their turn; and the applicant."""
    facts = HOUSEHOLDS[household]
    for person in (facts["applicant"], facts["members"][1]):
        assert unnamed(spoilt(name, person["name"], "", household))


@pytest.mark.parametrize("path", ["members", "covered", "request.persons"])
def test_a_line_too_few_or_too_many_is_found(path: str) -> None:
    name = {
        "members": "household_survey",
        "covered": "confirmation_decision",
        "request.persons": "verification_request",
    }[path]
    known = paper(name, "large")
    value = next(v for s, v in specs(known) if s.path == path)
    for lines in (value[1:], value[:-1], [*value, value[-1]], value[::-1]):
        other = copy(known)
        put(other.__dict__.setdefault("values", deepcopy(known.values)), path, lines)
        assert unnamed(other)


def test_a_household_a_register_leaves_out_is_found() -> None:
    assert unnamed(spoilt("monthly_roster", "YLJD-DB-2024-000004", "", "large"))
    register = paper("fund_disbursement_detail", "large")
    assert isinstance(register, Printed)
    shorter = Printed(register.document, register.register)
    shorter.__dict__["told"] = {**register.told, "register.rows": register.register.rows[:-1]}
    assert unnamed(shorter)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("fund_disbursement_detail", ">1,600.00<", ">1,600.01<"), ("fund_disbursement_detail", "壹仟陆佰元", "壹仟柒佰元"),
     ("income_asset_calculation", "10,200.00", "10,200.10"), ("household_ledger", ">2 户<", ">3 户<"),
     ("confirmation_decision", "壹仟叁佰叁拾元", "壹仟叁佰叁拾元伍分"), ("expiry_list", "24 卷", "25 卷")],
)  # fmt: skip
def test_a_sum_that_is_wrong_is_found(name: str, old: str, new: str) -> None:
    assert wrong_sums(spoilt(name, old, new))


def test_a_wrong_number_of_people_is_found() -> None:
    known = paper("household_survey", "large")
    other = copy(known)
    other.__dict__["values"] = {**known.values, "household": {"size": "9"}}
    assert wrong_sums(other) == ["家庭人口数(household.size): 9"]
