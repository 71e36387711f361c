"""陕西省紫阳县: four stages, the last of them in the county."""

from __future__ import annotations

import datetime as dt

import pytest

from archivist.errors import NotDelegated, RuleFault
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules import pack
from archivist.rules.rule_days import RuleDays
from tests.rules.walking import due, row, step, walk

ZIYANG = pack.load("shaanxi-ziyang")
GIVEN = ("submit 2024-03-01", "accept 2024-03-04", "verify 2024-03-05", "survey 2024-03-07", "prelim 2024-03-11",
         "publicize 2024-03-12", "review 2024-03-20", "confirm 2024-03-22", "deliver 2024-03-25", "announce 2024-03-26")  # fmt: skip


@pytest.mark.parametrize("category", ["DB", "TK", "DX"])
def test_the_county_checks_before_the_money(category: str) -> None:
    """「主要分为申请、受理审核、镇政府确认、县级核查四个流程」: 确认, then 核查, then 发放; no filing beside it."""
    case = walk(ZIYANG, category, *GIVEN, "county_check 2024-04-08 result=符合", "pay 2024-04-10")
    assert [s.after for s in case.steps[-3:]] == [State.ANNOUNCED, State.COUNTY_CHECKED, State.IN_BENEFIT]
    check = step(ZIYANG, case, "county_check")
    assert check.role == "outside" and "spot_check_record" in check.makes and "result" in check.labels
    assert set(step(ZIYANG, case, "pay").moves) == {State.COUNTY_CHECKED}
    assert "file" not in {s.id for s in ZIYANG.steps}
    assert str(row(ZIYANG, "process.steps").value).split("、")[-2:] == ["镇政府确认", "县级核查"]


def test_who_fails_the_check_is_reviewed_not_paid() -> None:
    """「县民政局重点加强对乡镇的监督管理」: a check that finds a family wanting leads to a review, from there to an end."""
    case = walk(ZIYANG, "DB", *GIVEN, "county_check 2024-04-08 result=不符合", "start_review 2024-04-09", "terminate 2024-04-15")  # fmt: skip
    assert case.state is State.TERMINATED


def test_the_nation_s_days_hold_where_the_county_names_none() -> None:
    """「按照“应保尽保、应退尽退”的原则实施动态管理」 names no cycle; the nation's half year runs."""
    case = walk(ZIYANG, "DB", *GIVEN)
    assert due(case, ZIYANG, "review.cycle") == "2024-09-23"
    assert due(case, ZIYANG, "overall") == "2024-04-01"
    assert "没有写复核周期" in row(ZIYANG, "dynamic").note


@pytest.mark.parametrize("rule", ["phase1", "phase2", "phase3"])
def test_the_phases_of_the_trial(rule: str) -> None:
    """「安排部署阶段(6月2日至6月25日)」「组织实施阶段(6月26日至9月30日)」「评估推广阶段(10月1日至12月下旬)」."""
    found = row(ZIYANG, rule)
    assert str(found.value).removeprefix("2021年") in found.source.sentence
    assert found.inferred, "the year is that of the explanation"
    with pytest.raises(RuleFault):
        found.deadline(dt.date(2021, 6, 2))


def test_paper_and_electronic_file_agree() -> None:
    """「电子档案与纸质档案应保持信息一致」: said of 低保, inferred for the others."""
    held = {c: row(ZIYANG, "archive.consistency", c) for c in ("DB", "TK", "DX")}
    assert all(r.value is True for r in held.values())
    assert [r.inferred for r in held.values()] == [False, True, True]


@pytest.mark.parametrize("category", ["JN", "ZC", "CJ"])
def test_three_categories_and_no_more(category: str) -> None:
    """「最低生活保障、特困人员救助供养审核审批和城乡低收入家庭认定下放到乡镇负责」."""
    with pytest.raises(NotDelegated, match="县民政局的解读"):
        ZIYANG.require_delegated(Category(category), dt.date(2024, 3, 4))
    rows = ZIYANG.under("basis.confirmation.", Category.DX, RuleDays.alike(dt.date(2024, 3, 22)))
    assert "紫阳县" in str(rows[-1].value)


def test_what_the_town_has_on_record_of_its_own_work() -> None:
    """Each row with its sentence.

    「各镇要结合实际成立相应领导工作机构」「各镇要按要求迅速启动试点工作,并强化业务培训、畅通信息沟通」「各镇也要加强镇民政办工作力量的配备」
    「县民政局要切实加强社会救助工作业务督导」「评估推广阶段(10月1日至12月下旬)」.
    """
    wanted = {"group": "一次", "training": "及时", "information": "及时", "staff": "一次", "inspection": "不定期", "summary": "12-31"}  # fmt: skip
    assert {name: row(ZIYANG, f"duty.{name}").value for name in wanted} == wanted
