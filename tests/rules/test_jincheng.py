"""山西省晋城市城区: the decision first, then the publicity; filing in seven days; the third quarter; three years."""

from __future__ import annotations

import datetime as dt

import pytest

from archivist.errors import NotDelegated
from archivist.model.event import Op
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules import deadlines, pack
from archivist.rules.disposition.retention import retention
from archivist.rules.rule_days import RuleDays
from tests.rules.walking import due, fulfilled, obligation, row, step, take, walk

JINCHENG = pack.load("shanxi-jincheng-chengqu")
DECIDED = ("submit 2024-03-01", "accept 2024-03-04", "verify 2024-03-05", "survey 2024-03-07", "prelim 2024-03-11",
           "review 2024-03-13", "confirm 2024-03-15")  # fmt: skip
PUBLICIZED = (*DECIDED, "publicize 2024-03-18")
GIVEN = (*PUBLICIZED, "file 2024-03-20", "deliver 2024-03-21", "announce 2024-03-26", "pay 2024-04-05")


@pytest.mark.parametrize("category", ["DB", "TK"])
def test_the_decision_is_publicised_after_it_is_made(category: str) -> None:
    """「困难群众申请—镇（街道）受理—镇（街道）组织家庭经济状况调查—镇（街道）审核确认—镇（街道）公示—资金发放」."""
    case = walk(JINCHENG, category, *GIVEN)
    assert [s.id for s in case.steps if s.before is not s.after] == [
        "submit", "accept", "verify", "survey", "prelim", "review", "confirm", "publicize", "deliver", "announce", "pay",
    ]  # fmt: skip
    assert case.state is State.IN_BENEFIT
    publicize = step(JINCHENG, case, "publicize")
    assert dict(publicize.moves) == {State.CONFIRMED: State.PUBLICIZED}
    assert "confirmation_announcement" in publicize.makes and "preliminary_publicity" not in publicize.makes


def test_nothing_is_given_before_the_publicity_is_over() -> None:
    """「镇（街道）公示—资金发放」; seven days as the nation has them."""
    case = walk(JINCHENG, "DB", *PUBLICIZED)
    assert due(case, JINCHENG, "publicity.initial") == "2024-03-25"
    assert [deadlines.wait_over(case, JINCHENG, dt.date(2024, 3, day))[0] for day in (25, 26)] == [
        False,
        True,
    ]
    assert "publicity_over" in step(JINCHENG, case, "announce").guards
    assert set(step(JINCHENG, case, "pay").moves) == {State.ANNOUNCED}


def test_what_follows_an_objection() -> None:
    """An objection upholds the decision (重新公示) or reopens it (重新复审); it can be raised while the decision is served."""
    upheld = walk(JINCHENG, "DB", *PUBLICIZED, "objection 2024-03-19", "republicize 2024-03-27")
    assert due(upheld, JINCHENG, "publicity.again") == "2024-04-03"
    objected = (*PUBLICIZED, "deliver 2024-03-19", "objection 2024-03-20", "review 2024-03-28")
    assert fulfilled(walk(JINCHENG, "DB", *objected), JINCHENG, "publicity.objection.recheck")
    reopened = walk(JINCHENG, "DB", *objected, "refuse 2024-03-29", "deliver 2024-04-01")
    assert reopened.state is State.CLOSED_REFUSED


def test_a_decision_once_made_is_not_withdrawn() -> None:
    """Here publicity comes after the decision: it can no longer be withdrawn from, nor the procedure be ended."""
    case = walk(JINCHENG, "DB", *PUBLICIZED)
    for name in ("withdraw", "terminate_procedure"):
        moves = set(step(JINCHENG, case, name).moves)
        assert not moves & {State.CONFIRMED, State.PUBLICIZED, State.RE_PUBLICIZED, State.OBJECTION}


@pytest.mark.parametrize(
    ("confirmed", "day"),
    [("2024-03-15", "2024-03-22"), ("2024-04-26", "2024-05-06"), ("2024-09-25", "2024-10-08")],
)
def test_filed_within_seven_days(confirmed: str, day: str) -> None:
    """「并于7日内上报至区民政局备案」: calendar days from the decision, past the May and the National Day holidays."""
    case = walk(JINCHENG, "DB", *DECIDED[:-1], f"confirm {confirmed}")
    assert due(case, JINCHENG, "filing.days") == day


def test_filing_goes_on_beside_the_publicity() -> None:
    """Seven days to file, seven of publicity: the one does not wait for the other."""
    case = walk(JINCHENG, "DB", *PUBLICIZED, "file 2024-03-22")
    assert case.state is State.PUBLICIZED
    assert fulfilled(case, JINCHENG, "filing.days")


def test_new_cases_are_sent_up_every_quarter() -> None:
    """「各镇（街道）要按季度将新增救助对象档案电子版和年度复核档案资料纸质版上报区民政局一份」."""
    case = walk(JINCHENG, "DB", *GIVEN)
    assert due(case, JINCHENG, "archive.quarterly") == "2024-04-15"
    late = walk(JINCHENG, "DB", *DECIDED[:-1], "confirm 2024-03-29")
    assert due(late, JINCHENG, "archive.quarterly") == "2024-04-15", (
        "confirmed on the last days of the quarter"
    )
    sent = walk(JINCHENG, "DB", *GIVEN, "report_quarterly 2024-04-08")
    assert sent.state is State.IN_BENEFIT and fulfilled(sent, JINCHENG, "archive.quarterly")
    reviewed = walk(JINCHENG, "DB", *GIVEN, "start_review 2024-08-05", "reviewed 2024-08-20")
    assert due(reviewed, JINCHENG, "archive.quarterly.review") == "2024-10-15"


@pytest.mark.parametrize(
    ("confirmed", "day"),
    [("2024-03-15", "2024-09-30"), ("2024-08-01", "2024-09-30"), ("2024-10-08", "2025-09-30")],
)
def test_everybody_is_reviewed_in_the_third_quarter(confirmed: str, day: str) -> None:
    """「年度复核工作以村（社区）为单位对所有最低生活保障和特困人员救助供养进行」: who is confirmed in the quarter, too."""
    case = walk(JINCHENG, "TK", *DECIDED[:-1], f"confirm {confirmed}")
    assert due(case, JINCHENG, "review.annual.window") == day


def test_the_year_s_review_is_done_and_comes_again() -> None:
    """A review begun in the quarter fulfils it; once finished the next year's is set going."""
    begun = walk(JINCHENG, "DB", *GIVEN, "start_review 2024-08-05")
    assert fulfilled(begun, JINCHENG, "review.annual.window")
    done = walk(JINCHENG, "DB", *GIVEN, "start_review 2024-08-05", "reviewed 2024-08-20")
    assert due(done, JINCHENG, "review.annual.next") == "2025-09-30"


def test_kept_three_years_after_deregistration() -> None:
    """「社会救助对象注销后档案保存不少于三年」: the district's own sentence, for both categories."""
    for category in ("DB", "TK"):
        case = take(walk(JINCHENG, category), Op.DEREGISTERED, {"date": "2024-06-28"})
        period = retention(case, JINCHENG, dt.date(2024, 6, 28))
        assert period.expires == dt.date(2027, 6, 28)
        assert period.rule.source.key == "S2"


@pytest.mark.parametrize(("rule", "word"), [("change.inform", "及时"), ("spotcheck.filed", "一定比例"), ("publish.permanent", "常年")])  # fmt: skip
def test_words_without_a_number_stay_words(rule: str, word: str) -> None:
    """「发生变化的及时进行变动调整，书面告知救助对象并说明理由」「对新增备案的救助对象按一定比例开展抽查」「区民政局要在政务网上对所有救助对象常年公开」."""
    found = row(JINCHENG, rule)
    assert found.value == word and word in found.source.sentence
    assert row(JINCHENG, "spotcheck.ratio").value == 0.3, (
        "the nation's ratio stands where the district names none"
    )


@pytest.mark.parametrize("category", ["DX", "JN", "ZC", "CJ"])
def test_two_categories_and_no_more(category: str) -> None:
    """「做好最低生活保障、特困人员救助供养审核确认权限下放工作」."""
    with pytest.raises(NotDelegated, match="城政办发〔2023〕29号"):
        JINCHENG.require_delegated(Category(category), dt.date(2024, 3, 4))


def test_publicising_the_decision_is_its_disclosure() -> None:
    """《政府信息公开条例》第二十六条: 20 working days; the publicity of the decision itself meets them."""
    case = walk(JINCHENG, "DB", *DECIDED)
    assert due(case, JINCHENG, "info.disclosure") == "2024-04-15"
    assert obligation(walk(JINCHENG, "DB", *PUBLICIZED), JINCHENG, "info.disclosure").ended is not None
    rows = JINCHENG.under("basis.confirmation.", Category.TK, RuleDays.alike(dt.date(2024, 3, 15)))
    assert "城政办发〔2023〕29号" in str(rows[-1].value)


def test_what_the_town_has_on_record_of_its_own_work() -> None:
    """Each row with its sentence.

    「负责本镇（街道）经办人员和协办人员的业务培训」「负责最低生活保障、特困人员救助供养政策的宣传咨询、来电来访、举报核查等工作」
    「要不定期对镇（街道）审核确认工作进行检查」「镇长（主任）对本镇（街道）社会救助工作负总责」.
    """
    wanted = {"training": "及时", "publicity": "及时", "inspection": "不定期", "leaders": "一次"}
    assert {name: row(JINCHENG, f"duty.{name}").value for name in wanted} == wanted


def test_a_yearly_review_rests_on_survey_and_check() -> None:
    """「对所有最低生活保障和特困人员救助供养进行家庭经济状况调查、信息核对、审核确认、监督管理」: of this review, not an earlier one."""
    for category in ("DB", "TK"):
        (reviewed,) = (s for s in JINCHENG.steps if s.id == "reviewed" and category in s.categories)
        assert reviewed.guards == ("papers_of_review",)
        assert {name for need in reviewed.needs for name in need.documents} >= {
            "periodic_review_form", "household_survey", "verification_report", "change_verification_record",
        }  # fmt: skip
        assert all(need.required for need in reviewed.needs)


def test_the_head_of_the_town_decides() -> None:
    """「镇长（主任）对本镇（街道）社会救助工作负总责」."""
    assert row(JINCHENG, "approver.title").value == "镇长、主任"


def test_no_change_is_closed_before_it_was_told_in_writing() -> None:
    """「发生变化的及时进行变动调整，书面告知救助对象并说明理由」: neither a change nor an end without its service."""
    rows = [s for s in JINCHENG.steps if s.applies(Category.DB, RuleDays.alike(dt.date(2024, 3, 15)))]
    by_id = {one.id: one for one in rows}
    assert "ending_served" in by_id["deregister"].guards
    for step_id in ("change", "suspend", "terminate"):
        assert any(made.endswith("_decision") for made in by_id[step_id].makes)
        assert {after.value for after in by_id[step_id].moves.values()} <= {
            s.value for s in by_id["deliver"].moves
        }
    assert {s.value for s in by_id["change"].moves.values()} == {"changed"}, (
        "in benefit only when it was served"
    )
