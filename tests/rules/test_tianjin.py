"""天津市红桥区: every number of the district's plan (S3), computed on cases; each test quotes the sentence."""

from __future__ import annotations

import datetime as dt

import pytest

from archivist.errors import NotDelegated, RuleFault
from archivist.model.ids import Category
from archivist.rules import deadlines, pack
from archivist.rules.attempt import Attempt
from archivist.rules.guards import GUARDS
from archivist.rules.rule_days import RuleDays
from tests.rules.walking import (
    CONFIRMED,
    IN_BENEFIT,
    PUBLICIZED,
    REVIEWED,
    SURVEYED,
    at_least,
    due,
    fulfilled,
    obligation,
    row,
    runs,
    step,
    walk,
    warned,
)

HONGQIAO = pack.load("tianjin-hongqiao")

UNEXPLAINED = (*SURVEYED[:3], "explain 2024-02-28", "deliver_explain 2024-03-01")
EXPENDITURE = ("submit 2024-03-01", "accept 2024-03-04")
KNOWN = {"application": {"known_recipient": "是"}}
URGENT = {"application": {"urgent": True}}


# ── the whole procedure ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", ["DB", "DX"])
@pytest.mark.parametrize(
    ("accepted", "warning", "last"),
    [
        ("2023-09-25", "2023-10-27", "2023-11-10"),
        ("2024-01-29", "2024-02-29", "2024-03-14"),
        ("2021-10-08", "2021-11-04", "2021-11-18"),
    ],
)
def test_thirty_working_days_and_a_warning_at_twenty(
    category: str, accepted: str, warning: str, last: str
) -> None:
    """「低保、低收入审核确认工作应当自受理之日起30个工作日之内完成」; the nation has since asked for twenty."""
    case = walk(HONGQIAO, category, f"submit {accepted}", f"accept {accepted}")
    assert due(case, HONGQIAO, "overall") == last
    assert warned(case, HONGQIAO, "overall") == warning
    assert "overall.extended" not in runs(case, HONGQIAO)


def test_the_decision_fulfils_the_whole_procedure() -> None:
    assert "overall" in runs(walk(HONGQIAO, "DB", *REVIEWED), HONGQIAO)
    assert fulfilled(walk(HONGQIAO, "DB", *CONFIRMED), HONGQIAO, "overall")
    assert fulfilled(walk(HONGQIAO, "DB", *REVIEWED, "refuse 2024-03-13"), HONGQIAO, "overall")


def test_forty_five_once_extended() -> None:
    """「特殊情况下，可以延长至45个工作日」."""
    case = walk(HONGQIAO, "DB", "submit 2023-09-25", "accept 2023-09-25", "extend 2023-10-20")
    assert due(case, HONGQIAO, "overall.extended") == "2023-12-01"
    assert "overall" not in runs(case, HONGQIAO)
    extended = (*PUBLICIZED, "extend 2024-03-05", "review 2024-03-12", "confirm 2024-03-13")
    assert fulfilled(walk(HONGQIAO, "DB", *extended), HONGQIAO, "overall.extended")
    with pytest.raises(AssertionError):
        walk(HONGQIAO, "TK", "submit 2023-09-25", "accept 2023-09-25", "extend 2023-10-20")


def test_tekun_has_no_whole_limit_but_its_parts() -> None:
    case = walk(HONGQIAO, "TK", "submit 2024-02-05", "accept 2024-02-05")
    assert {"overall", "overall.extended"}.isdisjoint(runs(case, HONGQIAO))
    assert "survey.complete" in runs(case, HONGQIAO)


# ── survey and verification ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", ["DB", "DX"])
def test_the_survey_starts_within_three_working_days(category: str) -> None:
    """「经办机构应当自受理低保、低收入申请之日起3个工作日内」."""
    case = walk(HONGQIAO, category, "submit 2023-09-25", "accept 2023-09-25")
    assert due(case, HONGQIAO, "survey.start") == "2023-09-28"
    late = walk(HONGQIAO, category, "submit 2024-03-07", "accept 2024-03-07")
    assert due(late, HONGQIAO, "survey.start") == "2024-03-12", "over a weekend"
    for first in ("verify 2023-09-26", "survey 2023-09-26"):
        started = walk(HONGQIAO, category, "submit 2023-09-25", "accept 2023-09-25", first)
        assert fulfilled(started, HONGQIAO, "survey.start")


def test_tekun_is_surveyed_within_fifteen_working_days() -> None:
    """「受理特困人员供养申请之日起15个工作日内」: over the Spring Festival of 2024, 18 February worked."""
    case = walk(HONGQIAO, "TK", "submit 2024-02-05", "accept 2024-02-05", "survey 2024-02-20")
    assert due(case, HONGQIAO, "survey.complete") == "2024-03-01"
    assert not fulfilled(case, HONGQIAO, "survey.complete")
    case = walk(HONGQIAO, "TK", *SURVEYED)
    assert fulfilled(case, HONGQIAO, "survey.complete")
    assert row(HONGQIAO, "overall", "TK").deadline(dt.date(2024, 2, 5)).day == dt.date(2024, 3, 1)


@pytest.mark.parametrize("category", ["DB", "TK", "DX", "JN", "ZC"])
def test_two_people_survey_together(category: str) -> None:
    """「每组调查人员不得少于两人」."""
    begun = ("submit 2024-02-23", "accept 2024-02-26")
    people = step(HONGQIAO, walk(HONGQIAO, category, *begun), "survey").people
    assert row(HONGQIAO, people, category).value == 2


@pytest.mark.parametrize("category", ["DB", "TK", "DX"])
def test_four_working_days_to_explain_from_the_receipt(category: str) -> None:
    """「申请人自收到告知书之日起4个工作日内须提供相关材料说明情况」: not from the day it was written."""
    begun = ("submit 2023-09-18", "accept 2023-09-19", "verify 2023-09-20", "explain 2023-09-21")
    waiting = obligation(walk(HONGQIAO, category, *begun), HONGQIAO, "verify.explain")
    assert (waiting.started, waiting.due, waiting.rule.duty) == (None, None, "applicant")
    told = walk(HONGQIAO, category, *begun, "deliver_explain 2023-09-25")
    assert due(told, HONGQIAO, "verify.explain") == "2023-10-07", "a Saturday worked"
    plain = walk(HONGQIAO, category, *UNEXPLAINED)
    assert due(plain, HONGQIAO, "verify.explain") == "2024-03-07"
    answered = walk(HONGQIAO, category, *begun, "deliver_explain 2023-09-25", "explained 2023-10-07")
    assert fulfilled(answered, HONGQIAO, "verify.explain")


def test_the_time_to_explain_for_expenditure() -> None:
    facts = {"application": {"known_recipient": "否"}}
    begun = (*EXPENDITURE, "verify 2024-03-05", "explain 2024-03-06", "deliver_explain 2024-03-07")
    case = walk(HONGQIAO, "ZC", *begun, facts=facts)
    assert due(case, HONGQIAO, "verify.explain") == "2024-03-13"
    assert obligation(case, HONGQIAO, "verify.explain").rule.inferred
    answered = walk(HONGQIAO, "ZC", *begun, "explained 2024-03-11", facts=facts)
    assert fulfilled(answered, HONGQIAO, "verify.explain")


@pytest.mark.parametrize("category", ["DB", "TK", "DX"])
def test_a_refusal_for_want_of_explanation_is_served_within_three_days(category: str) -> None:
    """「作出不予确认决定，并在3个工作日内送达相关社会救助不予确认的决定书」: served, not sent."""
    refused = (*UNEXPLAINED, "refuse_unexplained 2024-03-08")
    case = walk(HONGQIAO, category, *refused)
    assert due(case, HONGQIAO, "refusal.deliver.after_verify") == "2024-03-13"
    assert "refusal.inform" not in runs(case, HONGQIAO)
    served = walk(HONGQIAO, category, *refused, "deliver 2024-03-11")
    assert fulfilled(served, HONGQIAO, "refusal.deliver.after_verify")


def test_what_is_missing_is_told_at_once() -> None:
    """「材料不齐备的，经办机构应一次性告知申请人或者其代理人补齐所有规定材料」."""
    rule = row(HONGQIAO, "correction.once")
    case = walk(HONGQIAO, "DB", "submit 2024-03-01")
    assert rule.value is True
    assert set(rule.documents) <= set(step(HONGQIAO, case, "ask_correction").makes)
    again = walk(HONGQIAO, "DB", "submit 2024-03-01", "ask_correction 2024-03-01")
    assert again.state not in step(HONGQIAO, again, "ask_correction").moves


# ── publicity, objections, appraisal ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", ["DB", "TK", "DX"])
@pytest.mark.parametrize(
    ("posted", "last"),
    [
        ("2024-03-04", "2024-03-11"),  # the fifth day is a Saturday
        ("2024-03-06", "2024-03-11"),
        ("2023-09-25", "2023-10-07"),  # 30 September: the holidays, until the Saturday worked
    ],
)
def test_five_days_of_publicity(category: str, posted: str, last: str) -> None:
    """「公示期为5天」: nothing is decided before they have run out; a holiday at the end lengthens them."""
    early = tuple(f"{text.split()[0]} 2023-09-20" for text in SURVEYED)
    case = walk(HONGQIAO, category, *early, f"publicize {posted}")
    assert due(case, HONGQIAO, "publicity.initial") == last
    day = dt.date.fromisoformat(last)
    assert not deadlines.wait_over(case, HONGQIAO, day)[0]
    assert deadlines.wait_over(case, HONGQIAO, day + dt.timedelta(days=1))[0]


def test_seven_days_of_the_nation_stay_a_remark() -> None:
    rule = row(HONGQIAO, "publicity.initial")
    assert rule.value == 5 and rule.inferred and "7 天" in rule.note


@pytest.mark.parametrize("category", ["DB", "TK", "DX"])
def test_ten_working_days_to_look_into_an_objection(category: str) -> None:
    """「在10个工作日内提出初审确认意见，并重新公示」: the shorter of the plan's ten and the nation's fifteen."""
    objected = (*PUBLICIZED, "objection 2024-03-27")
    case = walk(HONGQIAO, category, *objected)
    assert due(case, HONGQIAO, "publicity.objection.recheck") == "2024-04-11", "over 清明, 7 April worked"
    assert {"publicity.initial", "rereview"}.isdisjoint(runs(case, HONGQIAO))
    again = walk(HONGQIAO, category, *objected, "republicize 2024-04-10")
    assert fulfilled(again, HONGQIAO, "publicity.objection.recheck")
    assert due(again, HONGQIAO, "publicity.again") == "2024-04-15"
    assert not deadlines.wait_over(again, HONGQIAO, dt.date(2024, 4, 15))[0]
    reviewed = walk(HONGQIAO, category, *objected, "republicize 2024-04-10", "appraise 2024-04-16")
    assert fulfilled(reviewed, HONGQIAO, "publicity.again")


def test_an_objection_to_expenditure_is_looked_into_as_long() -> None:
    posted = (*EXPENDITURE, "survey 2024-03-05", "prelim 2024-03-05", "publicize 2024-03-05")
    case = walk(HONGQIAO, "ZC", *posted, "objection 2024-03-06", facts=KNOWN)
    assert due(case, HONGQIAO, "publicity.objection.recheck") == "2024-03-20"
    again = (*posted, "objection 2024-03-06", "republicize 2024-03-19")
    assert fulfilled(walk(HONGQIAO, "ZC", *again, facts=KNOWN), HONGQIAO, "publicity.objection.recheck")


def reviewable(category: str, *steps: str) -> list[str]:
    case = walk(HONGQIAO, category, *steps)
    found = step(HONGQIAO, case, "review")
    attempt = Attempt(case, HONGQIAO, found, dt.date(2024, 5, 6), by=("赵复审",))
    return [why for guard in found.guards for why in GUARDS[guard].reasons(attempt)]


def test_tekun_must_be_appraised() -> None:
    """「对特困供养必须开展民主评议」."""
    assert row(HONGQIAO, "appraisal.mandatory", "TK").value is True
    assert HONGQIAO.find("appraisal.mandatory", Category.DB, RuleDays.alike(dt.date(2024, 3, 4))) is None
    assert "评议" in "".join(reviewable("TK", *PUBLICIZED))
    assert reviewable("TK", *PUBLICIZED, "appraise 2024-03-12") == []


@pytest.mark.parametrize("category", ["DB", "DX"])
def test_without_dispute_no_appraisal_is_needed(category: str) -> None:
    """「对公示期间没有争议的救助申请家庭，可不再进行民主评议」: with one it is."""
    assert row(HONGQIAO, "appraisal.optional", category).value is True
    assert reviewable(category, *PUBLICIZED) == []
    disputed = (*PUBLICIZED, "objection 2024-03-06", "republicize 2024-03-18")
    assert "评议" in "".join(reviewable(category, *disputed))
    assert reviewable(category, *disputed, "appraise 2024-03-26") == []


# ── review and decision ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", ["DB", "DX"])
def test_two_working_days_of_review_after_the_publicity(category: str) -> None:
    """「管理部门应在两个工作日内全面审查相关材料」: from the end of the publicity, not from the posting."""
    case = walk(HONGQIAO, category, *PUBLICIZED)
    assert due(case, HONGQIAO, "rereview") == "2024-03-13"
    appraised = walk(HONGQIAO, category, *PUBLICIZED, "appraise 2024-03-15")
    assert due(appraised, HONGQIAO, "rereview") == "2024-03-19"
    assert fulfilled(walk(HONGQIAO, category, *REVIEWED), HONGQIAO, "rereview")


def test_two_working_days_of_review_after_the_appraisal_of_tekun() -> None:
    waiting = obligation(walk(HONGQIAO, "TK", *PUBLICIZED), HONGQIAO, "rereview")
    assert waiting.due is None and waiting.running
    appraised = walk(HONGQIAO, "TK", *PUBLICIZED, "appraise 2024-03-15")
    assert due(appraised, HONGQIAO, "rereview") == "2024-03-19"


@pytest.mark.parametrize("category", ["DB", "DX"])
def test_three_working_days_to_decide(category: str) -> None:
    """「街道分管领导应当在3个工作日内作出确认决定」."""
    assert due(walk(HONGQIAO, category, *REVIEWED), HONGQIAO, "decide") == "2024-03-15"
    assert fulfilled(walk(HONGQIAO, category, *CONFIRMED), HONGQIAO, "decide")
    debated = (*REVIEWED, "deliberate 2024-03-13", "deliberated 2024-03-20")
    assert "decide" not in runs(walk(HONGQIAO, category, *debated), HONGQIAO)
    passed = walk(HONGQIAO, category, *debated, "leadership 2024-03-22")
    assert due(passed, HONGQIAO, "decide") == "2024-03-27", "anew, once the leadership has agreed"


@pytest.mark.parametrize("category", ["DB", "DX"])
def test_a_refusal_is_served_within_three_working_days(category: str) -> None:
    """「街道应当在作出决定3个工作日内，通过书面方式告知申请人或者其代理人并说明理由」."""
    case = walk(HONGQIAO, category, *REVIEWED, "refuse 2024-03-14")
    assert due(case, HONGQIAO, "refusal.inform") == "2024-03-19"
    assert not fulfilled(case, HONGQIAO, "refusal.inform")
    served = walk(HONGQIAO, category, *REVIEWED, "refuse 2024-03-14", "deliver 2024-03-18")
    assert fulfilled(served, HONGQIAO, "refusal.inform")
    assert "refusal.inform" not in runs(walk(HONGQIAO, category, *CONFIRMED), HONGQIAO)


def test_a_refusal_of_temporary_assistance_is_told_within_three_working_days() -> None:
    """「不予确认的，应当在作出决定3个工作日内书面告知理由」."""
    expenditure = (
        *EXPENDITURE,
        "survey 2024-03-05",
        "prelim 2024-03-05",
        "publicize 2024-03-05",
        "review 2024-03-12",
    )
    case = walk(HONGQIAO, "ZC", *expenditure, "refuse 2024-03-14", facts=KNOWN)
    assert due(case, HONGQIAO, "refusal.inform") == "2024-03-19"
    served = walk(HONGQIAO, "ZC", *expenditure, "refuse 2024-03-14", "deliver 2024-03-15", facts=KNOWN)
    assert fulfilled(served, HONGQIAO, "refusal.inform")
    assert not obligation(case, HONGQIAO, "refusal.inform").rule.inferred
    emergency = ("submit 2024-03-04", "accept 2024-03-04", "survey 2024-03-04", "prelim 2024-03-04")
    case = walk(HONGQIAO, "JN", *emergency, "review 2024-03-05", "refuse 2024-03-07")
    assert due(case, HONGQIAO, "refusal.inform") == "2024-03-12"
    served = walk(HONGQIAO, "JN", *emergency, "review 2024-03-05", "refuse 2024-03-07", "deliver 2024-03-08")
    assert fulfilled(served, HONGQIAO, "refusal.inform")
    assert obligation(case, HONGQIAO, "refusal.inform").rule.inferred


@pytest.mark.parametrize(("number", "usual"), [(4, False), (5, True), (7, True), (8, False)])
def test_the_panel_has_five_to_seven_members(number: int, usual: bool) -> None:
    """「一般为5—7人」."""
    low, high = row(HONGQIAO, "deliberation.size.min"), row(HONGQIAO, "deliberation.size.max")
    assert (low.value <= number <= high.value) is usual  # type: ignore[operator]


# ── temporary assistance ─────────────────────────────────────────────────────────────────────────────────
def test_help_arrives_within_twenty_four_hours() -> None:
    """「确保申请24小时到位」: hours run on through the Spring Festival."""
    case = walk(HONGQIAO, "JN", "submit 2024-02-09 20:30", facts=URGENT)
    assert due(case, HONGQIAO, "temp.emergency.advance") == "2024-02-10 20:30"
    helped = walk(
        HONGQIAO,
        "JN",
        "submit 2024-02-09 20:30",
        "advance 2024-02-09 23:00",
        facts=URGENT,
    )
    assert fulfilled(helped, HONGQIAO, "temp.emergency.advance")
    assert "temp.emergency.advance" not in runs(walk(HONGQIAO, "JN", "submit 2024-02-09 20:30"), HONGQIAO)


def test_an_emergency_is_solved_within_twenty_four_hours() -> None:
    """「在24小时内予以解决」: from the discovery, else from the application."""
    found = walk(HONGQIAO, "JN", "discover 2024-03-08 16:00", "submit 2024-03-09 09:00", facts=URGENT)
    assert due(found, HONGQIAO, "temp.emergency.solve") == "2024-03-09 16:00"
    assert due(found, HONGQIAO, "temp.emergency.advance") == "2024-03-10 09:00"
    asked = walk(HONGQIAO, "JN", "submit 2024-03-08 16:00")
    assert due(asked, HONGQIAO, "temp.emergency.solve") == "2024-03-09 16:00"
    assert row(HONGQIAO, "overall", "JN").deadline(dt.date(2024, 3, 8)).day == dt.date(2024, 3, 9)
    assert row(HONGQIAO, "overall", "JN").value == row(HONGQIAO, "temp.emergency.advance", "JN").value
    helped = walk(
        HONGQIAO,
        "JN",
        "discover 2024-03-08 16:00",
        "submit 2024-03-09 09:00",
        "advance 2024-03-09 10:00",
        facts=URGENT,
    )
    assert fulfilled(helped, HONGQIAO, "temp.emergency.solve")


def test_the_papers_of_an_advance_follow_within_five_working_days() -> None:
    """「并在5个工作日内登记救助对象、救助事由、救助金额等信息」."""
    helped = ("submit 2024-02-09 20:30", "advance 2024-02-09 23:00")
    case = walk(HONGQIAO, "JN", *helped, facts=URGENT)
    assert due(case, HONGQIAO, "temp.emergency.paperwork") == "2024-02-22", "18 February was worked"
    done = walk(HONGQIAO, "JN", *helped, "paperwork 2024-02-19", facts=URGENT)
    assert fulfilled(done, HONGQIAO, "temp.emergency.paperwork")
    ordinary = ("submit 2024-03-04", "accept 2024-03-04", "survey 2024-03-04", "prelim 2024-03-04")
    case = walk(HONGQIAO, "JN", *ordinary, "review 2024-03-05", "confirm 2024-03-05")
    assert due(case, HONGQIAO, "temp.emergency.paperwork") == "2024-03-12"
    assert fulfilled(case, HONGQIAO, "temp.emergency.solve")
    paid = (*ordinary, "review 2024-03-05", "confirm 2024-03-05", "deliver 2024-03-06", "pay 2024-03-07")
    assert fulfilled(walk(HONGQIAO, "JN", *paid), HONGQIAO, "temp.emergency.paperwork")


def test_seven_working_days_for_those_already_in_benefit() -> None:
    """「一般在受理申请后的7个工作日内作出确认决定」."""
    case = walk(HONGQIAO, "ZC", *EXPENDITURE, facts=KNOWN)
    assert due(case, HONGQIAO, "temp.expenditure.known") == "2024-03-13"
    assert "temp.expenditure.other" not in runs(case, HONGQIAO)
    promised = HONGQIAO.rule_for("overall", case, case.rules_on)
    assert promised is not None
    assert str(promised.deadline(dt.date(2024, 3, 4)).day) == due(case, HONGQIAO, "temp.expenditure.known")


@pytest.mark.parametrize("facts", [{}, {"application": {"known_recipient": "否"}}])
def test_fifteen_working_days_for_others(facts: dict[str, object]) -> None:
    """「一般在受理申请后的15个工作日内作出确认决定」."""
    case = walk(HONGQIAO, "ZC", *EXPENDITURE, facts=facts)
    assert due(case, HONGQIAO, "temp.expenditure.other") == "2024-03-25"
    assert "temp.expenditure.known" not in runs(case, HONGQIAO)
    promised = HONGQIAO.rule_for("overall", case, case.rules_on)
    assert promised is not None
    assert str(promised.deadline(dt.date(2024, 3, 4)).day) == due(case, HONGQIAO, "temp.expenditure.other")
    surveyed = (*EXPENDITURE, "survey 2024-03-05", "prelim 2024-03-05", "publicize 2024-03-05")
    decided = (*surveyed, "review 2024-03-12", "confirm 2024-03-13")
    assert fulfilled(walk(HONGQIAO, "ZC", *decided, facts=facts), HONGQIAO, "temp.expenditure.other")


# ── publication, filing, payment ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", ["DB", "DX"])
def test_what_was_confirmed_is_announced_before_it_is_filed(category: str) -> None:
    """「要通过街道在申请人所在社区公布」: no time is given for it; that of the publication of information holds."""
    case = walk(HONGQIAO, category, *CONFIRMED, "deliver 2024-03-14")
    announce = step(HONGQIAO, case, "announce")
    assert row(HONGQIAO, "announce", category).value is True
    assert set(row(HONGQIAO, "announce", category).documents) <= set(announce.makes)
    assert case.state not in step(HONGQIAO, case, "file").moves
    assert due(case, HONGQIAO, "info.disclosure") == "2024-04-11"


@pytest.mark.parametrize(
    ("confirmed", "warning", "last"),
    [
        ("2024-03-13", "2024-03-24", "2024-03-25"),
        ("2024-03-25", "2024-03-25", "2024-03-25"),
        ("2024-03-26", "2024-04-24", "2024-04-25"),
        ("2024-12-26", "2025-01-24", "2025-01-25"),
    ],
)
def test_filed_by_the_twenty_fifth(confirmed: str, warning: str, last: str) -> None:
    """「并于当月 25 日前将花名册和月报表报送区民政局备案」."""
    case = walk(HONGQIAO, "DB", *REVIEWED, f"confirm {confirmed}")
    assert due(case, HONGQIAO, "filing.monthly.cutoff") == last
    assert warned(case, HONGQIAO, "filing.monthly.cutoff") == warning


def test_filing_fulfils_the_monthly_report() -> None:
    assert fulfilled(walk(HONGQIAO, "DB", *IN_BENEFIT), HONGQIAO, "filing.monthly.cutoff")


def test_new_files_go_to_the_bureau_every_month() -> None:
    """「管理部门须每月将新增社会救助对象审核确认档案及各项基本社会救助情况汇总表报区民政局备案」."""
    rule = row(HONGQIAO, "filing.new.monthly")
    assert (rule.value, rule.unit) == ("每月", "周期")
    case = walk(HONGQIAO, "DB", *IN_BENEFIT[:-2])
    assert set(rule.documents) <= set(step(HONGQIAO, case, "file").makes)
    with pytest.raises(RuleFault):
        rule.deadline(dt.date(2024, 3, 4))


def test_temporary_assistance_is_summed_up_every_month() -> None:
    """「管理部门须每月将临时救助情况进行汇总，报区民政局备案」."""
    rule = row(HONGQIAO, "filing.temp.monthly", "ZC")
    case = walk(HONGQIAO, "ZC", *EXPENDITURE)
    assert set(rule.documents) <= set(step(HONGQIAO, case, "file").makes)
    assert HONGQIAO.find("filing.temp.monthly", Category.DB, RuleDays.alike(dt.date(2024, 3, 4))) is None


@pytest.mark.parametrize(("confirmed", "last"), [("2024-03-13", "2024-04-30"), ("2024-12-31", "2025-01-31")])
def test_paid_in_the_month_after(confirmed: str, last: str) -> None:
    """「采取当月审批确认、次月社会化发放的方式」."""
    case = walk(HONGQIAO, "DB", *REVIEWED, f"confirm {confirmed}")
    assert due(case, HONGQIAO, "pay.start") == last
    assert fulfilled(walk(HONGQIAO, "DB", *IN_BENEFIT), HONGQIAO, "pay.start")


# ── in benefit ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("cycle", "last"), [("每半年", "2024-09-13"), ("每年", "2025-03-13"), (None, "2024-09-13")]
)
def test_reviewed_every_half_year_or_year(cycle: str | None, last: str) -> None:
    """「街道社会救助管理部门每半年或每年进行一次复审」."""
    facts = {"benefit": {"review_cycle": cycle}} if cycle else {}
    case = walk(HONGQIAO, "DB", *IN_BENEFIT, facts=facts)
    assert due(case, HONGQIAO, "review.cycle") == last
    begun = (*IN_BENEFIT, "start_review 2024-09-02")
    assert fulfilled(walk(HONGQIAO, "DB", *begun, facts=facts), HONGQIAO, "review.cycle")
    again = walk(HONGQIAO, "DB", *begun, "reviewed 2024-09-05", facts=facts)
    assert due(again, HONGQIAO, "review.cycle") == ("2025-09-05" if cycle == "每年" else "2025-03-05")


@pytest.mark.parametrize(("families", "visits"), [(0, 0), (1, 1), (3, 1), (4, 2), (10, 3), (11, 4), (90, 27)])
def test_thirty_per_cent_are_visited_every_month(families: int, visits: int) -> None:
    """「其中每月入户走访不得少于应复审对象的30%」."""
    assert at_least(row(HONGQIAO, "visit.monthly.ratio"), families) == visits


@pytest.mark.parametrize(("confirmed", "checked"), [(1, 1), (7, 3), (10, 3), (101, 31)])
def test_thirty_per_cent_are_checked_by_the_bureau(confirmed: int, checked: int) -> None:
    """「按照不低于30%的比例抽查新确认社会救助对象的情况」."""
    rule = row(HONGQIAO, "spotcheck.ratio")
    assert at_least(rule, confirmed) == checked
    assert rule.duty == "bureau"


def test_the_bureau_checks_every_month() -> None:
    """「区民政局每月对新审核确认的低保、特困人员和低收入救助对象档案进行抽查」."""
    rule = row(HONGQIAO, "spotcheck.monthly")
    assert (rule.value, rule.duty) == ("每月", "bureau")
    assert rule.categories == (Category.DB, Category.TK, Category.DX)
    assert not rule.timed, "it is the bureau's business, no case is late for it"


@pytest.mark.parametrize("families", [0, 1, 13])
def test_all_kin_of_officials_are_visited(families: int) -> None:
    """「对近亲属备案低保家庭实行100%入户调查」."""
    assert at_least(row(HONGQIAO, "spotcheck.kinship"), families) == families


def test_two_workers_at_least() -> None:
    """「专（兼）职社会救助工作人员不少于2人」: as many as a survey needs together."""
    assert row(HONGQIAO, "staff.min").value == row(HONGQIAO, "survey.team.min").value == 2


def test_the_pilot_s_dates_are_left_as_they_were_written() -> None:
    """「试点工作从2021年9月份启动，至2021年12月31日结束，时限为3个月」: they contradict each other."""
    rule = row(HONGQIAO, "pilot.period")
    assert "自相矛盾" in rule.note
    with pytest.raises(RuleFault):
        rule.deadline(dt.date(2021, 9, 1))


# ── powers ───────────────────────────────────────────────────────────────────────────────────────────────
def test_the_subsidies_for_the_disabled_were_not_delegated() -> None:
    """「开展将居民最低生活保障（以下简称“低保”），特困人员供养，低收入家庭救助、临时救助审核确认权限委托街道具体实施」."""
    with pytest.raises(NotDelegated, match="没有列残疾人两项补贴"):
        HONGQIAO.require_delegated(Category.CJ, dt.date(2024, 3, 4))
    for category in (Category.DB, Category.TK, Category.DX, Category.JN, Category.ZC):
        HONGQIAO.require_delegated(category, dt.date(2024, 3, 4))


def test_decisions_stand_on_the_plan_too() -> None:
    """「对确认给予低保、特困供养和低收入救助的家庭或个人，应当同时确定其享受的具体保障金额，及时送达确认决定书」."""
    day = dt.date(2024, 3, 4)
    for kind in ("confirmation", "refusal"):
        basis = [str(r.value) for r in HONGQIAO.under(f"basis.{kind}.", Category.DB, RuleDays.alike(day))]
        assert len(basis) == 2 and any("红桥区" in b for b in basis) and any("第二十一条" in b for b in basis)


def test_what_ends_assistance_stands_on_the_plan_too() -> None:
    """Change, stop, end, take back.

    「经街道分管领导签署意见后作出终止或变更决定」, 「明确相应社会救助资金的增发、减发或者停发金额，报送至街道社会救助管理部门」,
    「街道负责追缴骗取社会救助资金、物资或者服务的有关工作」.
    """
    for kind in ("benefit_change", "suspension", "termination", "recovery.fraud"):
        for category in (Category.DB, Category.TK, Category.DX):
            basis = HONGQIAO.under(f"basis.{kind}.", category, RuleDays.alike(dt.date(2024, 3, 4)))
            assert "红桥区" in str(basis[-1].value), (kind, category)


def test_the_bureau_receives_petitions_and_reports() -> None:
    """区民政局「负责受理行政诉讼、行政复议和信访举报等工作」: its answer, whoever looked into it."""
    (found,) = HONGQIAO.under("complaint.answered_by", Category.DB, RuleDays.alike(dt.date(2024, 3, 4)))
    assert (found.value, found.inferred) == ("委托机关", True)


# ── whole ways through the procedure ─────────────────────────────────────────────────────────────────────
def test_abandoned_when_not_completed() -> None:
    """「且无正当理由未及时补正材料的，视为申请人放弃本次申请」: nothing is due any more."""
    case = walk(HONGQIAO, "DB", "submit 2024-03-01", "ask_correction 2024-03-01", "abandon 2024-03-20")
    assert runs(case, HONGQIAO) == set()
    assert not step(HONGQIAO, case, "abandon").inferred


def test_the_way_of_an_advance() -> None:
    """「应实施先行救助，确保申请24小时到位，事后及时补齐相关手续」."""
    case = walk(
        HONGQIAO,
        "JN",
        "submit 2024-03-01 09:00",
        "advance 2024-03-01 15:00",
        "paperwork 2024-03-05",
        "review 2024-03-06",
        "confirm 2024-03-06",
        "deliver 2024-03-07",
        "pay 2024-03-08",
        "file 2024-03-25",
        "deregister 2024-03-29",
        facts=URGENT,
    )
    assert {o.rule.id for o in deadlines.running(case, HONGQIAO) if o.rule.duty == "office"} == set()


def test_the_way_over_the_joint_conference() -> None:
    """「如有特殊情况，报街道困难群众基本生活保障工作联席会议确定救助金额」."""
    case = walk(
        HONGQIAO,
        "ZC",
        *EXPENDITURE,
        "survey 2024-03-05",
        "prelim 2024-03-05",
        "publicize 2024-03-05",
        "review 2024-03-12",
        "joint_conference 2024-03-12",
        "deliberated 2024-03-13",
        "leadership 2024-03-14",
        "confirm 2024-03-15",
        facts=KNOWN,
    )
    assert "temp.expenditure.known" not in runs(case, HONGQIAO)
    assert obligation(case, HONGQIAO, "temp.expenditure.known").over(dt.date(2024, 3, 14))


def test_the_way_of_tekun_to_the_end() -> None:
    """「应同时确立照料供养方式、指定照料服务人、设定照料监护模式、明确照料监护责任、签订委托照料协议」."""
    case = walk(
        HONGQIAO,
        "TK",
        *PUBLICIZED,
        "appraise 2024-03-12",
        "review 2024-03-13",
        "confirm 2024-03-14",
        *IN_BENEFIT[-4:],
        "report_change 2024-06-03",
        "propose_termination 2024-06-11",
        "terminate 2024-06-19",
    )
    assert {"care_arrangement_form", "care_agreement"} <= set(step(HONGQIAO, case, "confirm").makes)
    assert step(HONGQIAO, case, "confirm").source.key == "S3"
    assert {r for r in runs(case, HONGQIAO) if not r.startswith("remedy.")} == set()


def test_the_notice_that_means_do_not_fit_stands_on_both_measures() -> None:
    """「家庭经济状况不符合社会救助审核确认条件的，经办机构应下发书面告知书」."""
    found = HONGQIAO.under(
        "basis.verification_result_notice.", Category.DB, RuleDays.alike(dt.date(2024, 3, 4))
    )
    assert [str(r.value) for r in found] == [
        "《最低生活保障审核确认办法》第十八条",
        "《红桥区社会救助审核确认权限下放改革工作实施方案》",
    ]


# ── 签批链 ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rule_id", "category", "posts"),
    [
        (
            "approval.confirm",
            "TK",
            "经办机构经办人 经办机构负责人 管理部门经办人 管理部门负责人 街道分管领导",
        ),
        ("approval.temp", "JN", "经办机构经办人 经办机构负责人 管理部门负责人 街道分管领导"),
        ("approval.temp", "ZC", "经办机构经办人 经办机构负责人 管理部门负责人 街道分管领导"),
        ("approval.deliberation", "DB", "街道分管社会救助领导"),
        ("approval.extend", "DX", "经办机构经办人 经办机构负责人 管理部门负责人 街道分管领导"),
        ("approval.unexplained", "ZC", "经办机构负责人 管理部门负责人 街道分管领导"),
        ("approval.abandon", "JN", "经办机构经办人 经办机构负责人"),
        ("approval.review", "DB", "经办机构负责人 管理部门负责人 街道分管领导"),
        ("approval.verify_change", "DB", "经办机构负责人 管理部门负责人"),
        ("approval.change", "DB", "经办机构经办人 经办机构负责人 管理部门负责人 街道分管领导"),
        ("approval.deregister", "DB", "管理部门经办人 管理部门负责人 街道分管领导"),
    ],
)
def test_the_agency_the_department_and_the_deputy_head_sign(rule_id: str, category: str, posts: str) -> None:
    """经办机构 examines first, 管理部门 again, the deputy head decides.

    「提出确认复审意见、经管理部门负责人同意后报送至街道社会救助分管领导。街道分管领导应当在3个工作日内作出确认决定」,
    「由管理部门提出确认意见，经街道社会救助分管领导做出确认决定」, 「形成综合意见报告,经由街道分管社会救助领导签批确认」,
    「特殊情况下，可以延长至45个工作日」, 「经办机构将材料报送至管理部门，经街道社会救助分管领导同意后作出不予确认决定」,
    「视为申请人放弃本次申请」, 「街道社会救助管理部门每半年或每年进行一次复审」,
    「街道社会救助经办机构应根据变化情况及时提出变更或终止社会救助意见」,
    「由街道社会救助管理部门全面审查材料和相关意见，提出审批意见。经街道分管领导签署意见后作出终止或变更决定」,
    「负责做好社会救助档案资料管理等职责」.
    """
    rule = row(HONGQIAO, rule_id, category)
    assert [post.split("（")[0] for post in str(rule.value).split(" / ")] == posts.split()
    assert rule.inferred is (rule_id != "approval.deliberation")


def test_temporary_assistance_has_the_detailed_rules_cap() -> None:
    """The number stands in a paper that is not at hand; the office fills it in.

    「救助金额原则上不得超过《红桥区临时救助办法实施细则（试行）》（红桥政办发〔2020〕8号）救助标准上限，
    如有特殊情况，报街道困难群众基本生活保障工作联席会议确定救助金额」.
    """
    for category in ("JN", "ZC"):
        assert "救助标准上限" in str(row(HONGQIAO, "temp.town_approval_cap", category).value)


@pytest.mark.parametrize("category", ["JN", "ZC"])
def test_above_the_cap_the_joint_conference_is_asked(category: str) -> None:
    """A row for each kind of temporary assistance, with the sentence that is its own.

    「如有特殊情况，报街道困难群众基本生活保障工作联席会议确定救助金额，经讨论形成会议纪要后，报街道班子会审议通过」,
    「超出对应救助标准进行跨档救助的，可通过街道困难群众基本生活保障工作联席会议确定救助标准，经讨论形成会议纪要后，报街道班子会审议通过」.
    """
    rule = row(HONGQIAO, "temp.over_cap", category)
    assert rule.value is True
    assert ("跨档" in rule.source.sentence) is (category == "ZC")
    assert {s.id for s in HONGQIAO.steps if category in s.categories} >= {
        "joint_conference",
        "deliberated",
        "leadership",
    }


def test_what_the_street_has_on_record_of_its_own_work() -> None:
    """Each row with its sentence.

    「各街道必须建立社会救助审核确认权限下放改革工作领导小组」「制定社会救助审核确认权限下放改革工作方案」「及时调整充实社会救助经办人员」
    「推动“五有”（有经办机构、有经办人员、有工作经费、有办公场所、有完善规章制度）工作目标落实」「评议公示、确认初审、政策宣传等工作」
    「区民政局对动态管理情况进行监督检查」「在试点工作的基础上，进一步强化职能落实、优化确认流程、总结经验、改进相关步骤和文书」.
    """
    wanted = {"plan": "一次", "group": "一次", "five": "每年", "staff": "一次", "publicity": "及时", "inspection": "不定期", "summary": "12-31"}  # fmt: skip
    assert {name: row(HONGQIAO, f"duty.{name}").value for name in wanted} == wanted
    assert {name for name in wanted if row(HONGQIAO, f"duty.{name}").inferred} == {"five", "summary"}


def test_a_change_rests_on_the_form_that_states_the_amount() -> None:
    """「街道社会救助经办机构应根据变化情况及时提出变更或终止社会救助意见，明确相应社会救助资金的增发、减发或者停发金额」."""
    rows = [
        s
        for s in HONGQIAO.steps
        if s.id in ("change", "suspend", "terminate") and set(s.categories) & {"DB", "TK", "DX"}
    ]
    assert {category for s in rows for category in s.categories} >= {"DB", "TK", "DX"}
    assert all([str(need) for need in s.needs] == ["benefit_change_form"] for s in rows)


def test_the_colours_have_their_rhythm() -> None:
    """「负责协助街道做好“红、橙、黄、绿” 分类分级群众困难排查及动态管理工作」; see tests/report/test_alerts.py."""
    assert [r.value for r in HONGQIAO.rules if r.id == "visit.alert"] == [7, 15, 30, 90]


@pytest.mark.parametrize(
    ("accepted", "supplement"), [("2024-03-04", "advance_supplement?"), ("2026-07-01", "advance_supplement")]
)
def test_help_given_in_advance_is_explained_afterwards(accepted: str, supplement: str) -> None:
    """「事后补充说明情况」; since 社会救助法 「紧急情况解除后，应当按照规定补充说明情况」."""
    urgent = {"application": {"urgent": True, "accepted_on": accepted}}
    case = walk(HONGQIAO, "JN", f"advance {accepted} 10:00 amount=500", facts=urgent)
    found = step(HONGQIAO, case, "paperwork")
    assert [str(need) for need in found.needs] == ["temp_emergency_advance_register?", supplement]
    assert found.role == "intake"
