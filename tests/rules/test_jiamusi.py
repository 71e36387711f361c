"""黑龙江省佳木斯市: three publicities, and what its plan says in numbers."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from archivist.errors import NotDelegated, RuleFault
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules import deadlines, pack
from archivist.rules.rule_days import RuleDays
from tests.rules.walking import at_least, due, fulfilled, obligation, row, runs, step, walk

JIAMUSI = pack.load("heilongjiang-jiamusi")
EXAMINED = (
    "submit 2024-03-01",
    "accept 2024-03-04",
    "verify 2024-03-05",
    "survey 2024-03-07",
    "prelim 2024-03-08",
)
FIRST = (*EXAMINED, "appraise 2024-03-11", "publicize 2024-03-12")
PROPOSED = (*FIRST, "review 2024-03-20", "publicize_proposed 2024-03-21")
GIVEN = (*PROPOSED, "confirm 2024-03-29", "deliver 2024-04-01", "announce 2024-04-02")


@pytest.mark.parametrize("category", ["DB", "TK", "DX"])
def test_three_publicities_in_their_order(category: str) -> None:
    """「结果公示[民主评议及审核结果公示、拟审批(确认)结果公示以及社会救助对象长期公示]」."""
    case = walk(JIAMUSI, category, *GIVEN, "file 2024-04-03", "pay 2024-04-05")
    path = [s.after for s in case.steps]
    order = [State.APPRAISED, State.PUBLICIZED, State.RE_REVIEW, State.PROPOSED_PUBLICIZED, State.CONFIRMED,
             State.DELIVERED, State.ANNOUNCED, State.FILED, State.IN_BENEFIT]  # fmt: skip
    assert path[-len(order) :] == order
    assert step(JIAMUSI, case, "publicize").title == "民主评议及审核结果公示"
    assert "proposed_confirmation_publicity" in step(JIAMUSI, case, "publicize_proposed").makes
    assert "longterm_publicity" in step(JIAMUSI, case, "announce").makes


def test_no_publicity_without_an_appraisal_no_decision_without_a_second_publicity() -> None:
    """「民主评议及审核结果公示」: the appraisal is publicised, so it comes first; 支出型 has none."""
    case = walk(JIAMUSI, "DB", *EXAMINED)
    assert set(step(JIAMUSI, case, "publicize").moves) == {State.APPRAISED}
    assert set(step(JIAMUSI, case, "confirm").moves) == {State.PROPOSED_PUBLICIZED}
    assert State.RE_REVIEW in step(JIAMUSI, case, "refuse").moves, "a refusal is not put up in public"
    spent = walk(JIAMUSI, "ZC", "submit 2024-03-01", "accept 2024-03-04", "survey 2024-03-05", "prelim 2024-03-06",
                 "publicize 2024-03-07", "review 2024-03-18", "publicize_proposed 2024-03-19", "confirm 2024-03-27")  # fmt: skip
    assert spent.state is State.CONFIRMED
    urgent = walk(JIAMUSI, "JN", "submit 2024-03-01", "accept 2024-03-01", "survey 2024-03-01", "prelim 2024-03-01",
                  "review 2024-03-04", "confirm 2024-03-04")  # fmt: skip
    assert urgent.state is State.CONFIRMED, "急难型「可以按照规定简化审批手续」"


def test_the_second_publicity_must_run_out() -> None:
    """「拟审批(确认)结果公示」 with the nation's seven days, which the plan does not say."""
    case = walk(JIAMUSI, "DB", *PROPOSED)
    assert due(case, JIAMUSI, "publicity.proposed") == "2024-03-28"
    assert obligation(case, JIAMUSI, "publicity.proposed").rule.inferred
    assert [deadlines.wait_over(case, JIAMUSI, dt.date(2024, 3, day))[0] for day in (28, 29)] == [False, True]
    assert "publicity_over" in step(JIAMUSI, case, "confirm").guards


def test_an_objection_to_the_proposal_starts_over() -> None:
    """An objection against the proposed decision leads through a new publicity and a new proposal."""
    case = walk(
        JIAMUSI, "DB", *PROPOSED, "objection 2024-03-22", "republicize 2024-03-27", "review 2024-04-08"
    )
    assert State.RE_REVIEW in step(JIAMUSI, case, "publicize_proposed").moves
    assert "publicity.proposed" not in runs(case, JIAMUSI), "broken off by the objection"


def test_the_opinion_is_given_with_the_proposal() -> None:
    """「材料后10个工作日内，提出审核确认意见」: it is given when the proposal is put up, not a publicity later."""
    waiting = walk(JIAMUSI, "DB", *FIRST, "review 2024-03-20")
    assert due(waiting, JIAMUSI, "decide") == "2024-04-03"
    assert fulfilled(walk(JIAMUSI, "DB", *PROPOSED), JIAMUSI, "decide")


def test_the_disability_subsidies_are_refused() -> None:
    """「下放权限包括:城乡居民最低生活保障、特困人员供养、低收入家庭认定、临时救助等社会救助事项」."""
    with pytest.raises(NotDelegated, match="没有写残疾人两项补贴"):
        JIAMUSI.require_delegated(Category.CJ, dt.date(2024, 3, 4))
    assert len(JIAMUSI.delegated) == 5


STAFF = [
    ("staff.threshold", r"(\d)万人", 20_000), ("staff.small", r"配备(\d)", 2), ("staff.small.most", r"-(\d)名", 3), ("staff.large", r"配备(\d)", 3),
    ("staff.large.most", r"-(\d)名", 5), ("staff.per", r"每(\d+)名", 1000), ("staff.floor", r"配备(\d)", 1),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "words", "number"), STAFF)
def test_how_many_people_an_office_has(rule: str, words: str, number: int) -> None:
    """Every number of the sentence is the value of a row.

    「人口在2万人(含2万人)以下的可配备2-3名工作人员」「人口在2万人以上的可配备3-5名工作人员或每1000名服务对象配备1名工作人员」
    「不足1000名服务对象至少配备1名工作人员」.
    """
    found = row(JIAMUSI, rule)
    said = re.search(words, found.source.sentence)
    assert said and found.value == int(said[1]) * (10_000 if "万" in words else 1) == number


def test_what_the_town_has_on_record_of_its_own_work() -> None:
    """Each row with its sentence.

    「6月底向市民政局报送工作总结」「及时总结上报工作信息」「按规模、服务对象数量统筹配齐相应的工作人员」「政策宣传、动态管理、档案管理等」
    「村级可设立社会救助协理员,困难群众较多的村(社区)建立社会救助服务站(点)」「自觉接受上级民政部门监督、指导」「大力推行网上审批」.
    """
    wanted = {"summary.june": "06-30", "summary.year": "12-31", "information": "及时", "staff": "一次", "publicity": "及时", "helpers": "一次", "inspection": "不定期", "online": "每月"}  # fmt: skip
    assert {name: row(JIAMUSI, f"duty.{name}").value for name in wanted} == wanted
    assert all(row(JIAMUSI, f"duty.{name}").inferred for name in ("summary.june", "summary.year"))


def test_four_rates_of_a_hundred() -> None:
    """「实现政策知晓率100%、申请受理率100%、入户审核率100%、审批公示率100%」."""
    found = row(JIAMUSI, "kpi.100")
    assert at_least(found, 37) == 37
    assert found.source.sentence.count("100%") == 4


def test_money_is_listed_monthly_on_no_named_day() -> None:
    """「按照各乡镇(街道)每月提交的社会救助资金发放明细」."""
    found = row(JIAMUSI, "fund.monthly")
    assert (found.value, found.unit) == ("每月", "周期") and "须由用户填" in found.note
    with pytest.raises(RuleFault):
        found.deadline(dt.date(2024, 3, 4))


@pytest.mark.parametrize("rule", ["phase1", "phase2", "phase3"])
def test_the_phases_of_the_plan(rule: str) -> None:
    """「动员部署阶段(4月中旬至4月底前)」「启动实施阶段(5月初至5月底前)」「巩固提升阶段(6月初至6月底前)」."""
    found = row(JIAMUSI, rule)
    words = str(found.value).removeprefix("2021年")
    assert words in found.source.sentence
    assert found.inferred, "the year is that of the document"


def test_the_basis_of_a_decision_ends_with_the_city_s_plan() -> None:
    for kind in ("confirmation", "refusal"):
        for category in JIAMUSI.delegated:
            rows = JIAMUSI.under(f"basis.{kind}.", category, RuleDays.alike(dt.date(2024, 3, 4)))
            assert "佳政办发〔2021〕6号" in str(rows[-1].value)
