"""What the rules give a paper by the steps of its case: last days nobody types, a basis nobody looks up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archivist.config import Config
from archivist.documents.values.resolve import document_values
from archivist.errors import MissingFields, UnlawfulDocument
from archivist.model.case import Case
from archivist.rules import pack as packs
from archivist.workspace import Workspace
from tests.documents.samples import CHAIN, CONFIG, FULL, ON, SOURCES, a_case
from tests.documents.types.upkeep_samples import sample
from tests.kit import ruled
from tests.rules.walking import IN_BENEFIT, PUBLICIZED, walk

OFFICE = Workspace(Path("/nonexistent"))
OFFICE.config = Config(pack="tianjin-hongqiao")
HONGQIAO = packs.load("tianjin-hongqiao")
APPRAISED = (*PUBLICIZED, "appraise 2024-03-11", "review 2024-03-12", "confirm 2024-03-13", *IN_BENEFIT[-4:])
ENDING = (*APPRAISED, "start_review 2024-07-01", "propose_termination 2024-07-08")
NOTHING: Mapping[str, object] = {}


def objected(case: Case, document: str, given: Mapping[str, object] = NOTHING) -> dt.date:
    """Return by when an objection must have been looked into, as a paper prints it."""
    day = ruled(OFFICE, OFFICE.catalogue.get(document), case, given, ON)["deadline"]
    assert isinstance(day, dt.date)
    return day


def upheld(case: Case, document: str, given: Mapping[str, object] = NOTHING, on: dt.date = ON) -> Any:
    found = ruled(OFFICE, OFFICE.catalogue.get(document), case, given, on)
    return {path: value for path, value in found.items() if path != "approval.posts"}


# ── objections ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("document", ["objection_register", "reinvestigation_record"])
def test_an_objection_to_ending_support_has_fifteen_working_days(document: str) -> None:
    """特困人员认定办法第二十六条「在15个工作日内作出是否终止救助供养决定，并重新公示」: 10 July 2024 to the 31st."""
    case = walk(HONGQIAO, "TK", *ENDING, "termination_objection 2024-07-10")
    assert objected(case, document) == dt.date(2024, 7, 31)
    if document == "objection_register":
        assert objected(case, document, {"objection.received": "2024-07-11 9:00"}) == dt.date(2024, 8, 1)


@pytest.mark.parametrize("document", ["objection_register", "reinvestigation_record"])
def test_an_objection_to_the_first_notice_has_ten(document: str) -> None:
    """S3「在10个工作日内提出初审确认意见，并重新公示」, though an objection to ending the support is told in the same words."""
    case = walk(HONGQIAO, "TK", *PUBLICIZED, "objection 2024-03-06")
    assert objected(case, document) == dt.date(2024, 3, 20)


def test_the_latest_objection_counts() -> None:
    """「在15个工作日内作出是否终止救助供养决定，并重新公示」: one before the confirmation was settled long ago."""
    first = (*PUBLICIZED, "objection 2024-03-06", "republicize 2024-03-07", "appraise 2024-03-13")
    after = ("review 2024-03-14", "confirm 2024-03-15", "deliver 2024-03-18", *IN_BENEFIT[-3:])
    case = walk(HONGQIAO, "TK", *first, *after, *ENDING[-2:], "termination_objection 2024-07-10")
    assert objected(case, "objection_register") == dt.date(2024, 7, 31)


def test_without_an_objection_no_time_runs() -> None:
    case = walk(HONGQIAO, "DB", *PUBLICIZED)
    assert ruled(OFFICE, OFFICE.catalogue.get("reinvestigation_record"), case, {}, ON) == {}


# ── a running benefit ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("cycle", "due"), [("每半年", dt.date(2024, 9, 13)), ("每年", dt.date(2025, 3, 13))])
def test_a_review_is_due_from_the_confirmation(cycle: str, due: dt.date) -> None:
    """S3「街道社会救助管理部门每半年或每年进行一次复审」: confirmed on 13 March 2024."""
    case = walk(HONGQIAO, "DB", *IN_BENEFIT, facts={"benefit": {"review_cycle": cycle}})
    assert upheld(case, "periodic_review_form") == {"review.due": due}
    reviewed = walk(
        HONGQIAO,
        "DB",
        *IN_BENEFIT,
        "start_review 2024-08-01",
        "reviewed 2024-08-20",
        facts={"benefit": {"review_cycle": "每半年"}},
    )
    assert upheld(reviewed, "periodic_review_form")["review.due"] == dt.date(2025, 2, 20)


def test_the_day_of_death_is_the_one_that_was_told() -> None:
    """「应当自其死亡之日起3个月内对其家庭状况进行核查」: the day of death, not the day it became known."""
    told = walk(HONGQIAO, "DB", *IN_BENEFIT, "report_death 2024-06-03 died_on=2024-05-20")
    assert upheld(told, "death_verification_form") == {
        "death.date": dt.date(2024, 5, 20),
        "death.deadline": dt.date(2024, 8, 20),
    }
    assert upheld(walk(HONGQIAO, "DB", *IN_BENEFIT), "death_verification_form") == {}


def test_the_notice_before_the_end_is_the_one_of_the_step() -> None:
    """特困人员认定办法第二十六条「公示期为7天」: proposed on 8 July 2024, so not before the 16th."""
    case = walk(HONGQIAO, "TK", *ENDING)
    found = upheld(case, "termination_decision", on=dt.date(2024, 7, 16))
    assert found["publicity.start"] == dt.date(2024, 7, 8)
    assert found["publicity.end"] == dt.date(2024, 7, 15)
    with pytest.raises(UnlawfulDocument, match="2024-07-15 才期满"):
        upheld(case, "termination_decision", on=dt.date(2024, 7, 15))
    other = upheld(walk(HONGQIAO, "DB", *IN_BENEFIT), "termination_decision")
    assert "publicity.end" not in other, "of 特困人员 only"


def test_a_basis_the_clerk_gives_is_not_written_over() -> None:
    case = walk(HONGQIAO, "DB", *IN_BENEFIT)
    given = {"recovery.fact": "骗取"}
    (law, plan) = upheld(case, "recovery_notice", given)["decision.basis"]
    assert "第六十八条" in law and "红桥区" in plan
    assert upheld(case, "recovery_notice", given | {"decision.basis": "本区办法第三条"}) == {}


def test_what_is_paid_back_is_what_was_told_or_the_sum_of_the_months() -> None:
    summed, told = (sample("recovery_notice", more=more).text for more in ({}, {"recovery.amount": "800"}))
    assert "1,818.00" in summed and "人民币壹仟捌佰壹拾捌元整" in summed
    assert "800.00" in told and "人民币捌佰元整" in told and "壹仟捌佰" not in told


# ── what is not known is asked for, not guessed ──────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("integrity_commitment", "承诺人"),
        ("verification_authorization", "授权人"),
        ("personal_info_notice", "被告知人"),
        ("verification_request", "申请人·姓名"),
        ("benefit_calculation_sheet", "申请人·姓名"),
        ("confirmation_announcement", "公布对象"),
    ],
)
def test_a_household_without_a_name_gets_no_paper(name: str, lacking: str) -> None:
    facts = {**FULL, "applicant": {k: v for k, v in FULL["applicant"].items() if k != "name"}}
    with pytest.raises(MissingFields, match=lacking):
        document_values(OFFICE.catalogue.get(name), a_case(facts), CONFIG, on=ON, given={}, extra=CHAIN)


def test_a_notice_must_say_where_to_object() -> None:
    """最低生活保障审核确认办法第十九条「公示有异议的，乡镇人民政府（街道办事处）应当…重新组织调查」: so somebody must be told where."""
    nowhere = replace(CONFIG, office=replace(CONFIG.office, address=""))
    publicity = {
        "publicity": {
            "start": dt.date(2024, 8, 19),
            "end": dt.date(2024, 8, 26),
            "days": 7,
            "day_kind": "天",
        }
    }
    with pytest.raises(MissingFields, match="异议") as caught:
        document_values(
            OFFICE.catalogue.get("preliminary_publicity"),
            a_case(FULL),
            nowhere,
            on=ON,
            given={},
            extra=publicity | {"doc_no": "示槐救字〔2024〕33号"},
            sources=SOURCES,
        )
    assert any("publicity.objections" in p for p in caught.value.problems)
