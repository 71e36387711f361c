"""The national rules: every number computed, on cases of an office with delegated powers; each test quotes the law."""

from __future__ import annotations

import datetime as dt

import pytest

from archivist.errors import RuleFault
from archivist.model.ids import Category, parse_category
from archivist.rules import deadlines, pack
from archivist.rules.attempt import Attempt
from archivist.rules.guards import GUARDS
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId
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
)

NATIONAL = pack.load("national")

DB_AND_DX = ("DB", "DX")


def accepted(day: str, *more: str) -> tuple[str, ...]:
    return (f"submit {day}", f"accept {day}", *more)


# ── the whole procedure ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("category", "inferred"), [("DB", False), ("DX", True), ("JN", True), ("ZC", True), ("CJ", True)]
)
def test_twenty_working_days_where_the_power_was_delegated(category: str, inferred: bool) -> None:
    """「审核确认权限下放到乡镇人民政府（街道办事处）的，应当自受理之日起20个工作日之内完成」."""
    case = walk(NATIONAL, category, *accepted("2023-09-25"))
    assert due(case, NATIONAL, "overall") == "2023-10-27"
    assert obligation(case, NATIONAL, "overall").rule.inferred is inferred


def test_the_rules_of_the_day_of_acceptance_hold() -> None:
    """「最低生活保障审核确认工作应当自受理之日起30个工作日之内完成；特殊情况下，可以延长至45个工作日」.

    The notice asking for twenty is of 20 October 2022; a case accepted the day before keeps its thirty.
    """
    before = walk(NATIONAL, "DB", *accepted("2022-10-19"))
    after = walk(NATIONAL, "DB", *accepted("2022-10-20"))
    assert due(before, NATIONAL, "overall") == "2022-11-30"
    assert due(after, NATIONAL, "overall") == "2022-11-17"


@pytest.mark.parametrize("category", DB_AND_DX)
def test_forty_five_in_special_circumstances(category: str) -> None:
    """「发生公示有异议、人户分离、异地申办或者家庭经济状况调查难度较大等特殊情况的，可以延长至45个工作日」."""
    case = walk(NATIONAL, category, *accepted("2023-09-25", "extend 2023-10-20"))
    assert due(case, NATIONAL, "overall.extended") == "2023-12-01"
    assert "overall" not in runs(case, NATIONAL)
    extended = (*PUBLICIZED, "extend 2024-03-05", "review 2024-03-12", "confirm 2024-03-13")
    assert fulfilled(walk(NATIONAL, category, *extended), NATIONAL, "overall.extended")


@pytest.mark.parametrize("category", ["DB", "DX"])
def test_the_decision_fulfils_the_whole_procedure(category: str) -> None:
    assert "overall" in runs(walk(NATIONAL, category, *REVIEWED), NATIONAL)
    for last in ("confirm 2024-03-13", "refuse 2024-03-13"):
        assert fulfilled(walk(NATIONAL, category, *REVIEWED, last), NATIONAL, "overall")
    old = tuple(text.replace("2024", "2022") for text in CONFIRMED)
    assert fulfilled(walk(NATIONAL, "DB", *old), NATIONAL, "overall")


def test_the_subsidy_for_the_disabled_ends_for_the_office_with_its_own_review() -> None:
    begun = accepted("2024-03-04")
    for last in ("town_review 2024-03-11", "town_refuse 2024-03-11"):
        assert fulfilled(walk(NATIONAL, "CJ", *begun, last), NATIONAL, "overall")


# ── survey and verification ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", DB_AND_DX)
def test_the_survey_starts_within_three_working_days(category: str) -> None:
    """「应当自受理最低生活保障申请之日起3个工作日内，启动家庭经济状况调查工作」."""
    case = walk(NATIONAL, category, *accepted("2023-09-25"))
    assert due(case, NATIONAL, "survey.start") == "2023-09-28"
    late = walk(NATIONAL, category, *accepted("2024-03-07"))
    assert due(late, NATIONAL, "survey.start") == "2024-03-12", "over a weekend"
    started = walk(NATIONAL, category, *accepted("2023-09-25", "verify 2023-09-27"))
    assert fulfilled(started, NATIONAL, "survey.start")


def test_tekun_is_surveyed_within_fifteen_working_days() -> None:
    """「应当自受理申请之日起15个工作日内，通过入户调查、邻里访问、信函索证、信息核对等方式」."""
    case = walk(NATIONAL, "TK", *accepted("2024-02-05", "survey 2024-02-20"))
    assert due(case, NATIONAL, "survey.complete") == "2024-03-01"
    assert not fulfilled(case, NATIONAL, "survey.complete")
    assert fulfilled(walk(NATIONAL, "TK", *SURVEYED), NATIONAL, "survey.complete")
    assert "overall" not in runs(case, NATIONAL), "there is no whole limit"


@pytest.mark.parametrize("category", ["DB", "TK", "DX", "JN", "ZC"])
def test_two_people_survey_together(category: str) -> None:
    """「每组调查人员不得少于2人」."""
    case = walk(NATIONAL, category, *accepted("2024-03-04"))
    assert row(NATIONAL, step(NATIONAL, case, "survey").people, category).value == 2


@pytest.mark.parametrize("category", ["DB", "TK", "DX", "ZC"])
def test_the_bureau_starts_the_verification_within_three_working_days(category: str) -> None:
    """「进行信息核对提请后3个工作日内，启动信息核对程序」."""
    facts = {"application": {"known_recipient": "否"}}
    begun = accepted("2024-03-06", "verify 2024-03-07")
    case = walk(NATIONAL, category, *begun, facts=facts)
    assert due(case, NATIONAL, "verify.start") == "2024-03-12", "over a weekend"
    answered = walk(NATIONAL, category, *begun, "explain 2024-03-11", facts=facts)
    assert fulfilled(answered, NATIONAL, "verify.start")
    assert obligation(case, NATIONAL, "verify.start").rule.duty == "bureau"


def test_what_is_missing_is_told_at_once() -> None:
    """「材料不齐备的，应当一次性告知补齐所有规定材料」."""
    told = walk(NATIONAL, "DB", "submit 2024-03-01", "ask_correction 2024-03-01")
    rule = row(NATIONAL, "correction.once")
    assert rule.value is True
    assert told.state not in step(NATIONAL, told, "ask_correction").moves
    assert set(rule.documents) <= set(step(NATIONAL, told, "ask_correction").makes)


# ── publicity and objections ─────────────────────────────────────────────────────────────────────────────
def publicity(category: str) -> None:
    case = walk(NATIONAL, category, *SURVEYED, "publicize 2024-03-02")
    assert due(case, NATIONAL, "publicity.initial") == "2024-03-11", "the seventh day, a Saturday, moves on"
    assert not deadlines.wait_over(case, NATIONAL, dt.date(2024, 3, 11))[0]
    assert deadlines.wait_over(case, NATIONAL, dt.date(2024, 3, 12))[0]
    assert fulfilled(walk(NATIONAL, category, *REVIEWED), NATIONAL, "publicity.initial")
    again = walk(NATIONAL, category, *OBJECTED, "republicize 2024-04-10", "review 2024-04-18")
    assert fulfilled(again, NATIONAL, "publicity.again")
    assert fulfilled(again, NATIONAL, "publicity.objection.recheck")


@pytest.mark.parametrize("category", DB_AND_DX)
def test_seven_days_of_publicity(category: str) -> None:
    """「并在申请家庭所在村、社区进行公示。公示期为7天」: calendar days, the holiday at the end not counted."""
    publicity(category)
    assert row(NATIONAL, "publicity.initial", "ZC").value == 7


def test_seven_days_of_publicity_of_tekun() -> None:
    """「应当将初审意见及时在申请人所在村（社区）公示。公示期为7天」."""
    publicity("TK")


OBJECTED = (*PUBLICIZED, "objection 2024-03-27")


def test_fifteen_working_days_to_look_into_an_objection_of_tekun() -> None:
    """「应当重新组织调查核实，在15个工作日内提出初审意见，并重新公示」."""
    assert due(walk(NATIONAL, "TK", *OBJECTED), NATIONAL, "publicity.objection.recheck") == "2024-04-18"
    again = walk(NATIONAL, "TK", *OBJECTED, "republicize 2024-04-10")
    assert fulfilled(again, NATIONAL, "publicity.objection.recheck")
    assert due(again, NATIONAL, "publicity.again") == "2024-04-17"


@pytest.mark.parametrize("category", DB_AND_DX)
def test_ten_working_days_where_the_law_gives_none(category: str) -> None:
    """「在10个工作日内提出初审确认意见，并重新公示」: 红桥's number, a default others may change."""
    case = walk(NATIONAL, category, *OBJECTED)
    assert due(case, NATIONAL, "publicity.objection.recheck") == "2024-04-11"
    assert obligation(case, NATIONAL, "publicity.objection.recheck").rule.inferred
    again = walk(NATIONAL, category, *OBJECTED, "republicize 2024-04-10")
    assert due(again, NATIONAL, "publicity.again") == "2024-04-17"


# ── decision ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", DB_AND_DX)
def test_ten_working_days_to_decide(category: str) -> None:
    """「材料后10个工作日内，提出审核确认意见」: the bureau's time, taken as the office's once delegated."""
    case = walk(NATIONAL, category, *REVIEWED)
    assert due(case, NATIONAL, "decide") == "2024-03-26"
    assert obligation(case, NATIONAL, "decide").rule.inferred
    assert fulfilled(walk(NATIONAL, category, *CONFIRMED), NATIONAL, "decide")


def test_fifteen_working_days_to_decide_on_tekun() -> None:
    """「按照不低于30%的比例随机抽查核实，并在15个工作日内提出确认意见」."""
    assert due(walk(NATIONAL, "TK", *REVIEWED), NATIONAL, "decide") == "2024-04-02"
    assert fulfilled(walk(NATIONAL, "TK", *CONFIRMED), NATIONAL, "decide")


@pytest.mark.parametrize("category", DB_AND_DX)
def test_a_refusal_is_served_within_three_working_days(category: str) -> None:
    """「并应当在作出决定3个工作日内，通过乡镇人民政府（街道办事处）书面告知申请人并说明理由」."""
    case = walk(NATIONAL, category, *REVIEWED, "refuse 2024-04-03")
    assert due(case, NATIONAL, "refusal.inform") == "2024-04-09", "over 清明, the Sunday of 7 April worked"
    served = walk(NATIONAL, category, *REVIEWED, "refuse 2024-04-03", "deliver 2024-04-08")
    assert fulfilled(served, NATIONAL, "refusal.inform")


def test_a_refusal_of_tekun_is_served_within_three_working_days() -> None:
    """「应当在作出决定3个工作日内，通过乡镇人民政府（街道办事处）书面告知申请人或者其代理人并说明理由」."""
    case = walk(NATIONAL, "TK", *REVIEWED, "refuse 2024-03-14")
    assert due(case, NATIONAL, "refusal.inform") == "2024-03-19"
    served = walk(NATIONAL, "TK", *REVIEWED, "refuse 2024-03-14", "deliver 2024-03-15")
    assert fulfilled(served, NATIONAL, "refusal.inform")
    assert not obligation(case, NATIONAL, "refusal.inform").rule.inferred


@pytest.mark.parametrize("last", ["town_refuse 2024-03-14", "bureau_refuse 2024-03-14"])
def test_a_refusal_of_a_subsidy_for_the_disabled_too(last: str) -> None:
    begun = accepted("2024-03-04")
    between = () if last.startswith("town") else ("town_review 2024-03-06", "federation_review 2024-03-12")
    assert due(walk(NATIONAL, "CJ", *begun, *between, last), NATIONAL, "refusal.inform") == "2024-03-19"


@pytest.mark.parametrize("category", ["DB", "TK", "DX"])
def test_the_result_is_published_within_twenty_working_days(category: str) -> None:
    """「应当自该政府信息形成或者变更之日起20个工作日内及时公开」."""
    case = walk(NATIONAL, category, *CONFIRMED)
    assert due(case, NATIONAL, "info.disclosure") == "2024-04-11"
    assert fulfilled(walk(NATIONAL, category, *IN_BENEFIT), NATIONAL, "info.disclosure")


def test_public_notice_counts_as_service_after_thirty_days() -> None:
    """「自发出公告之日起，经过三十日，即视为送达」."""
    rule = row(NATIONAL, "service.public")
    assert rule.deadline(dt.date(2024, 3, 4)).day == dt.date(2024, 4, 3)
    assert rule.inferred and not rule.timed


@pytest.mark.parametrize(
    ("method", "needs"),
    [
        ("direct", "受送达人签名"),
        ("substitute", "代收人、与受送达人的关系、代收人签名"),
        ("left", "拒收事由、见证人或凭证件号"),
        ("post", "邮单号、凭证件号"),
        ("electronic", "同意电子送达的件号、凭证件号"),
        ("forwarded", "转交单位、凭证件号"),
        ("public", "公告日期、凭证件号、理由"),
    ],
)
def test_what_each_method_of_service_needs(method: str, needs: str) -> None:
    """Each method has its own proof; what a sentence does not say is marked as inferred.

    「载明具体行政行为的法律文书直接送达的，自受送达人签收之日起计算」；「由受送达人在送达回证上记明收到日期，签名或者盖章」；
    「由送达人、见证人签名或者盖章，把诉讼文书留在受送达人的住所」；「载明具体行政行为的法律文书邮寄送达的，自受送达人在邮件签收单上签收
    之日起计算；没有邮件签收单的，自受送达人在送达回执上签名之日起计算」；「行政机关通过互联网渠道送达行政行为决定书的，应当同时提供
    提交行政复议申请书的互联网渠道」；「具体行政行为依法通过公告形式告知受送达人的，自公告规定的期限届满之日起计算」.
    """
    rule = row(NATIONAL, f"service.method.{method}")
    assert rule.value == needs and rule.inferred == (method not in ("direct", "post"))


# ── payment ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", DB_AND_DX)
@pytest.mark.parametrize(("day", "last"), [("2024-03-13", "2024-04-30"), ("2024-12-31", "2025-01-31")])
def test_paid_from_the_month_after(category: str, day: str, last: str) -> None:
    """「并从作出确认同意决定之日下月起发放最低生活保障金」."""
    case = walk(NATIONAL, category, *REVIEWED, f"confirm {day}")
    assert due(case, NATIONAL, "pay.start") == last
    assert fulfilled(walk(NATIONAL, category, *IN_BENEFIT), NATIONAL, "pay.start")


def test_tekun_is_cared_for_from_the_month_after() -> None:
    """「从确认之日下月起给予救助供养待遇」."""
    case = walk(NATIONAL, "TK", *REVIEWED, "confirm 2024-01-31")
    assert due(case, NATIONAL, "pay.start") == "2024-02-29"
    assert fulfilled(walk(NATIONAL, "TK", *IN_BENEFIT), NATIONAL, "pay.start")


def test_the_subsidy_for_the_disabled_counts_from_the_month_of_application() -> None:
    """「自递交申请当月计发」."""
    rule = row(NATIONAL, "disability.paystart", "CJ")
    assert rule.deadline(dt.date(2024, 2, 23)).day == dt.date(2024, 2, 29)
    assert rule.inferred and not rule.timed


def test_the_steps_of_the_subsidy_differ_from_place_to_place() -> None:
    """「村居 5 工作日+公示≥5天；镇街 7 工作日；残联 10 工作日（渭南）／公示≥7天（连云港）／各 10 工作日、公示 5 工作日（宜昌）」."""
    rule = row(NATIONAL, "disability.steps", "CJ")
    assert rule.inferred
    with pytest.raises(RuleFault):
        rule.deadline(dt.date(2024, 3, 4))


# ── temporary assistance ─────────────────────────────────────────────────────────────────────────────────
def test_the_papers_of_an_advance_follow_at_a_time_set_locally() -> None:
    """「实施急难型临时救助，可实行“小金额先行救助”，事后补充说明情况」."""
    helped = ("submit 2024-03-04 09:00", "advance 2024-03-04 15:00")
    case = walk(NATIONAL, "JN", *helped, facts={"application": {"urgent": True}})
    assert deadlines.find(case, NATIONAL, "temp.emergency.paperwork") is None
    with pytest.raises(RuleFault):
        row(NATIONAL, "temp.emergency.paperwork", "JN").deadline(dt.date(2024, 3, 4))
    assert pack.load("tianjin-hongqiao").rule_for("temp.emergency.paperwork", case, case.rules_on).value == 5  # type: ignore[union-attr]


def test_how_much_an_office_may_grant_is_set_locally() -> None:
    """「救助金额较小的，县级人民政府民政部门可以委托乡镇人民政府、街道办事处审批」."""
    rule = row(NATIONAL, "temp.town_approval_cap", "ZC")
    assert rule.unit == "文字" and "地方规定" in str(rule.value)
    assert NATIONAL.find("temp.town_approval_cap", Category.DB, RuleDays.alike(dt.date(2024, 3, 4))) is None
    day = dt.date(2024, 3, 4)
    basis = [r.value for r in NATIONAL.under("basis.confirmation.", Category.ZC, RuleDays.alike(day))]
    assert basis == ["《社会救助暂行办法》第四十八条"]


# ── money claimed back ───────────────────────────────────────────────────────────────────────────────────
def test_what_was_wrongly_paid_is_claimed_back() -> None:
    """「责令退回非法获取的救助资金、物资」: until the day the decision states; on the day after it is looked at.

    It outlives the procedure: 「行政机关申请人民法院强制执行前，应当催告当事人履行义务」,
    「催告书送达十日后当事人仍未履行义务的，行政机关可以向所在地有管辖权的人民法院申请强制执行」 (working days),
    「没有行政强制执行权的行政机关可以自期限届满之日起三个月内，依照本章规定申请人民法院强制执行」.
    """
    claimed = (
        *IN_BENEFIT,
        "claim_back 2024-08-01 amount=1600 due_on=2024-08-30",
        "start_review 2024-08-02",
        "terminate 2024-08-09",
    )
    case = walk(NATIONAL, "DB", *claimed)
    assert due(case, NATIONAL, "recovery.repay") == "2024-09-02"  # 31 August is a Saturday
    assert due(case, NATIONAL, "recovery.enforce") == "2025-05-06"  # 1 to 5 May 2025 are holidays
    urged = walk(NATIONAL, "DB", *claimed, "urge_recovery 2024-09-02")
    assert fulfilled(urged, NATIONAL, "recovery.repay")
    assert due(urged, NATIONAL, "recovery.urge") == "2024-09-14"  # Saturday, worked for 中秋
    settled = walk(NATIONAL, "DB", *claimed, "repay_all 2024-08-20 amount=1600")
    assert not {r for r in runs(settled, NATIONAL) if r.startswith("recovery.")}


# ── in benefit ───────────────────────────────────────────────────────────────────────────────────────────
def test_checked_every_half_year() -> None:
    """「每半年核查一次」: also where no cycle is recorded, the stricter one."""
    for cycle in ({}, {"benefit": {"review_cycle": "每半年"}}):
        case = walk(NATIONAL, "DB", *IN_BENEFIT, facts=cycle)
        assert due(case, NATIONAL, "review.cycle") == "2024-09-13"
    tekun = {"benefit": {"review_cycle": "每半年"}}
    assert due(walk(NATIONAL, "TK", *IN_BENEFIT, facts=tekun), NATIONAL, "review.cycle") == "2024-09-13"


def test_checked_every_year() -> None:
    """「对短期内经济状况变化不大的最低生活保障家庭，乡镇人民政府（街道办事处）每年核查一次」."""
    yearly = {"benefit": {"review_cycle": "每年"}}
    assert due(walk(NATIONAL, "DB", *IN_BENEFIT, facts=yearly), NATIONAL, "review.cycle") == "2025-03-13"
    assert due(walk(NATIONAL, "TK", *IN_BENEFIT), NATIONAL, "review.cycle") == "2025-03-13"
    done = (*IN_BENEFIT, "start_review 2025-02-10", "reviewed 2025-02-28")
    assert due(walk(NATIONAL, "DB", *done, facts=yearly), NATIONAL, "review.cycle") == "2026-02-28"


def test_ten_working_days_to_assess_again() -> None:
    """「应当自接到报告之日起10个工作日内组织复核评估」."""
    reported = (*IN_BENEFIT, "report_change 2024-09-09")
    assert due(walk(NATIONAL, "TK", *reported), NATIONAL, "reassess") == "2024-09-24", (
        "14 September was worked"
    )
    assert fulfilled(walk(NATIONAL, "TK", *reported, "reviewed 2024-09-20"), NATIONAL, "reassess")
    assert "reassess" not in runs(walk(NATIONAL, "DB", *reported), NATIONAL)


@pytest.mark.parametrize(("category", "inferred"), [("DB", False), ("TK", True), ("DX", True)])
def test_three_months_from_a_death(category: str, inferred: bool) -> None:
    """「应当自其死亡之日起3个月内对其家庭状况进行核查」: from the death, not from the day it became known."""
    known = (*IN_BENEFIT, "report_death 2024-12-20 died_on=2024-11-30")
    case = walk(NATIONAL, category, *known)
    assert due(case, NATIONAL, "death.process") == "2025-02-28"
    assert obligation(case, NATIONAL, "death.process").rule.inferred is inferred
    assert fulfilled(walk(NATIONAL, category, *known, "reviewed 2025-01-10"), NATIONAL, "death.process")


def test_the_gradual_exit_lasts_six_months_at_most() -> None:
    """「可给予原则上不超过6个月的渐退期」."""
    rule = row(NATIONAL, "gradual.exit")
    assert rule.deadline(dt.date(2024, 8, 31)).day == dt.date(2025, 2, 28)
    assert rule.starts == ("gradual_exit",), "it is a favour, not a duty: it runs where it was given"


def test_a_gradual_exit_names_what_it_rests_on() -> None:
    """「县级人民政府民政部门可以给予一定时间的渐退期」."""
    rows = NATIONAL.under("basis.gradual_exit_notice.", Category.DB, RuleDays.alike(dt.date(2024, 3, 4)))
    assert [str(r.value)[:16] for r in rows] == [
        "《最低生活保障审核确认办法》第三",
        "《关于进一步做好最低生活保障等社",
    ]


def test_three_months_to_tell_of_a_change() -> None:
    """「发生重大变化超过3个月未主动告知的」."""
    rule = row(NATIONAL, "nonreport.education")
    assert rule.deadline(dt.date(2024, 3, 4)).day == dt.date(2024, 6, 4)
    assert rule.duty == "applicant"


TERMINATING = (*IN_BENEFIT, "report_change 2024-06-03", "propose_termination 2024-06-05")


def test_seven_days_of_publicity_before_termination() -> None:
    """「或者供养服务机构公示。公示期为7天」."""
    case = walk(NATIONAL, "TK", *TERMINATING)
    assert due(case, NATIONAL, "publicity.termination") == "2024-06-12"
    attempt = Attempt(case, NATIONAL, step(NATIONAL, case, "terminate"), dt.date(2024, 6, 12))
    assert GUARDS["termination_publicity_over"].reasons(attempt)
    later = Attempt(case, NATIONAL, step(NATIONAL, case, "terminate"), dt.date(2024, 6, 13))
    assert GUARDS["termination_publicity_over"].reasons(later) == []


def test_fifteen_working_days_to_look_into_an_objection_to_termination() -> None:
    """「在15个工作日内作出是否终止救助供养决定，并重新公示」."""
    objected = (*TERMINATING, "termination_objection 2024-06-07")
    case = walk(NATIONAL, "TK", *objected)
    assert due(case, NATIONAL, "termination.objection") == "2024-07-01", "over 端午, 10 June"
    assert "publicity.termination" not in runs(case, NATIONAL)
    again = walk(NATIONAL, "TK", *objected, "propose_termination 2024-06-20")
    assert fulfilled(again, NATIONAL, "termination.objection")
    assert due(again, NATIONAL, "publicity.termination") == "2024-06-27"


# ── checks by the bureau ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("cases", "checked"), [(0, 0), (1, 1), (3, 1), (4, 2), (10, 3), (11, 4), (110, 33)])
@pytest.mark.parametrize(("category", "inferred"), [("TK", False), ("DB", True), ("DX", True)])
def test_thirty_per_cent_are_checked(category: str, inferred: bool, cases: int, checked: int) -> None:
    """「按照不低于30%的比例随机抽查核实，并在15个工作日内提出确认意见」."""
    rule = row(NATIONAL, "spotcheck.ratio", category)
    assert at_least(rule, cases) == checked
    assert rule.inferred is inferred


def test_kin_and_reported_families_are_all_visited() -> None:
    """「对单独登记备案或者在审核确认阶段接到投诉、举报的最低生活保障申请，县级人民政府民政部门应当入户调查」."""
    assert at_least(row(NATIONAL, "spotcheck.kinship"), 17) == 17


# ── families with rigid expenses ─────────────────────────────────────────────────────────────────────────
def test_thirty_working_days_for_families_with_rigid_expenses() -> None:
    """「应当自申请受理之日起三十个工作日之内完成认定工作」: since 2025."""
    rule = row(NATIONAL, "rigid.overall", "DX", "2025-01-01")
    assert rule.deadline(dt.date(2025, 9, 25)).day == dt.date(2025, 11, 12)
    assert NATIONAL.find("rigid.overall", Category.DX, RuleDays.alike(dt.date(2024, 12, 31))) is None


def test_forty_five_for_families_with_rigid_expenses_in_special_circumstances() -> None:
    """「认定期限可以延长至四十五个工作日」."""
    rule = row(NATIONAL, "rigid.extended", "DX", "2025-01-01")
    assert rule.deadline(dt.date(2025, 9, 25)).day == dt.date(2025, 12, 3)


def test_the_recognition_is_valid_for_twelve_months() -> None:
    """「有效期一般不超过十二个月」."""
    rule = row(NATIONAL, "rigid.validity", "DX", "2025-03-04")
    assert rule.deadline(dt.date(2025, 3, 4)).day == dt.date(2026, 3, 4)


# ── remedies ─────────────────────────────────────────────────────────────────────────────────────────────
def test_sixty_days_for_reconsideration_from_the_service() -> None:
    """「可以自知道或者应当知道该行政行为之日起六十日内提出行政复议申请」: none run before it is served."""
    refused = (*REVIEWED, "refuse 2024-03-14")
    waiting = obligation(walk(NATIONAL, "DB", *refused), NATIONAL, "remedy.reconsideration")
    assert waiting.due is None
    served = walk(NATIONAL, "DB", *refused, "deliver 2024-03-15")
    assert due(served, NATIONAL, "remedy.reconsideration") == "2024-05-14"
    assert {"remedy.reconsideration", "remedy.litigation"} == runs(served, NATIONAL), "and nothing else"


def test_six_months_for_a_suit_from_the_service() -> None:
    """「应当自知道或者应当知道作出行政行为之日起六个月内提出」."""
    served = walk(NATIONAL, "DB", *REVIEWED, "refuse 2024-08-29", "deliver 2024-08-30")
    assert due(served, NATIONAL, "remedy.litigation") == "2025-02-28"
    assert obligation(served, NATIONAL, "remedy.litigation").rule.duty == "applicant"


def test_fifteen_days_for_a_suit_after_reconsideration() -> None:
    """「可以在收到复议决定书之日起十五日内向人民法院提起诉讼」."""
    rule = row(NATIONAL, "remedy.litigation.after_recon")
    assert rule.deadline(dt.date(2024, 3, 8)).day == dt.date(2024, 3, 25), "23 March is a Saturday"


def test_five_years_at_the_longest() -> None:
    """「其他案件自行政行为作出之日起超过五年提起诉讼的，人民法院不予受理」: as long as its file is kept."""
    rule = row(NATIONAL, "remedy.litigation.max")
    assert rule.deadline(dt.date(2024, 2, 29)).day == dt.date(2029, 2, 28)
    assert rule.value == row(NATIONAL, "retention.refused").value


# ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("category", list(Category))
def test_a_file_is_kept_three_years(category: Category) -> None:
    """「审批类档案的保管期限为该低保户停保后不少于3年」."""
    rule = row(NATIONAL, "retention.case", category.value)
    assert rule.deadline(dt.date(2024, 2, 29)).day == dt.date(2027, 3, 1)  # the 28th is a Sunday
    assert rule.inferred is (category is not Category.DB)


def test_papers_of_daily_management_are_kept_five_years() -> None:
    """「日常管理类档案的保管期限不少于5年」."""
    assert row(NATIONAL, "retention.daily").deadline(dt.date(2024, 12, 31)).day == dt.date(2029, 12, 31)


def test_who_looked_is_known_for_three_years() -> None:
    """「个人信息保护影响评估报告和处理情况记录应当至少保存三年」: for the access log by inference."""
    rule = row(NATIONAL, "retention.access_log")
    assert (rule.value, rule.inferred) == (3, True)


def test_documents_of_the_office_have_a_period_of_their_own() -> None:
    """「应当明确本单位的归档范围和档案保管期限，经同级档案主管部门审核同意后施行」「应当定期对本单位保管的保管期限届满的档案进行鉴定，形成鉴定工作报告」."""
    assert [row(NATIONAL, f"retention.office{of}").value for of in ("", ".vouchers", ".permanent")] == [
        10,
        30,
        "永久",
    ]


def test_handed_to_the_county_archive_after_ten_years() -> None:
    """「移交单位应当自档案形成之日起满十年即向有关的县级国家档案馆移交」."""
    rule = row(NATIONAL, "transfer.county_archive")
    assert rule.deadline(dt.date(2024, 3, 4)).day == dt.date(2034, 3, 6)  # the 4th is a Saturday


def test_the_first_day_does_not_count() -> None:
    """「按照年、月、日计算期间的，开始的当日不计入，自下一日开始计算」: and a holiday at the end moves it."""
    assert row(NATIONAL, "period.calc").value is True
    reconsideration = row(NATIONAL, "remedy.reconsideration")
    assert reconsideration.deadline(dt.date(2024, 3, 3)).day == dt.date(2024, 5, 6), "2 May is a holiday"
    assert row(NATIONAL, "survey.start").deadline(dt.date(2024, 2, 9), value=1).day == dt.date(2024, 2, 18)


@pytest.mark.parametrize(
    ("category", "kind", "article"),
    [
        ("DB", "confirmation", "《最低生活保障审核确认办法》第二十一条"),
        ("TK", "confirmation", "《特困人员认定办法》第十七条"),
        ("JN", "confirmation", "《社会救助暂行办法》第四十八条"),
        ("DB", "refusal", "《最低生活保障审核确认办法》第二十一条"),
        ("TK", "refusal", "《特困人员认定办法》第十八条"),
        ("ZC", "refusal", "《社会救助暂行办法》第四十八条"),
    ],
)
def test_the_basis_of_decisions(category: str, kind: str, article: str) -> None:
    """What a decision stands on.

    「对符合条件的申请予以确认同意，同时确定救助金额，发放最低生活保障证或确认通知书，并从作出确认同意决定之日下月起发放最低生活保障金」,
    「并通过乡镇人民政府（街道办事处）在申请人所在村（社区）公布」.
    """
    found = NATIONAL.under(f"basis.{kind}.", Category(category), RuleDays.alike(dt.date(2024, 3, 4)))
    assert [r.value for r in found] == [article]


def test_the_basis_of_an_extension_and_of_a_refused_subsidy() -> None:
    """「对审核不符合条件的,要书面通知…并告知原因」; an extension stands on two articles since October 2022."""
    basis = NATIONAL.under("basis.extension_notice.", Category.DB, RuleDays.alike(dt.date(2024, 3, 4)))
    assert str(basis[0].value) == "《最低生活保障审核确认办法》第二十二条" and len(basis) == 2
    assert (
        len(NATIONAL.under("basis.extension_notice.", Category.DB, RuleDays.alike(dt.date(2022, 3, 4)))) == 1
    )
    (subsidy,) = NATIONAL.under(
        "basis.disability_refusal_notice.", Category.CJ, RuleDays.alike(dt.date(2024, 3, 4))
    )
    assert "国发〔2015〕52号" in str(subsidy.value) and subsidy.inferred


@pytest.mark.parametrize(
    ("category", "notice", "articles"),
    [
        (
            "DB",
            "non_acceptance",
            ["《社会救助暂行办法》第十一条"],
        ),
        (
            "TK",
            "non_acceptance",
            ["《特困人员认定办法》第十条"],
        ),
        (
            "JN",
            "non_acceptance",
            ["《社会救助暂行办法》第四十八条"],
        ),
        (
            "CJ",
            "non_acceptance",
            ["《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）"],
        ),
        ("DB", "procedure_termination", ["《最低生活保障审核确认办法》第二十九条"]),
        ("TK", "procedure_termination", ["《社会救助暂行办法》第五十八条"]),
        ("DB", "verification_result", ["《最低生活保障审核确认办法》第十八条"]),
        ("ZC", "verification_result", ["《社会救助暂行办法》第五十八条"]),
    ],
)
def test_the_basis_of_notices_before_a_decision(category: str, notice: str, articles: list[str]) -> None:
    """What the office tells before it decides; no paper names an article that is only followed by analogy.

    「由共同生活的家庭成员向户籍所在地的乡镇人民政府、街道办事处提出书面申请」,
    「应当由本人向户籍所在地乡镇人民政府（街道办事处）提出书面申请」,
    「申请临时救助的，应当向乡镇人民政府、街道办事处提出」,
    「对审核不符合条件的,要书面通知…并告知原因」,
    「申请或者已获得社会救助的家庭，应当按照规定如实申报家庭收入状况、财产状况」,
    「无正当理由拒不配合最低生活保障审核确认工作的，县级人民政府民政部门和乡镇人民政府（街道办事处）可以终止审核确认程序」,
    「不符合条件的最低生活保障申请，乡镇人民政府（街道办事处）应当及时告知申请人」.
    """
    found = NATIONAL.under(f"basis.{notice}_notice.", Category(category), RuleDays.alike(dt.date(2024, 3, 4)))
    assert [r.value for r in found] == articles


@pytest.mark.parametrize(
    ("category", "kind", "articles"),
    [
        ("DB", "benefit_change", ("第十三条第三款", "第三十一条、第三十二条")),
        ("TK", "benefit_change", ("第二十三条",)),
        ("DB", "suspension", ("第十三条第三款", "第三十一条、第三十二条")),
        ("TK", "suspension", ()),
        ("CJ", "disability_ending_notice", ("国发〔2015〕52号",)),
        ("DB", "termination", ("第九条、第十三条第三款", "第三十一条、第三十二条")),
        ("TK", "termination", ("第十八条", "第二十四条、第二十六条")),
        ("DB", "recovery.fraud", ("《社会救助暂行办法》第六十八条",)),
        ("ZC", "recovery.mistake", ("第五十八条第一款", "《中华人民共和国民法典》第九百八十五条")),
    ],
)
def test_the_basis_of_what_ends_or_takes_back(category: str, kind: str, articles: tuple[str, ...]) -> None:
    """What changes, stops, ends or takes back assistance stands on.

    「县级人民政府民政部门应当及时决定增发、减发或者停发最低生活保障金」, 「决定停发最低生活保障金的，应当书面说明理由」,
    「决定减发、停发最低生活保障金的，应当告知最低生活保障家庭成员并说明理由」, 「并根据评估结果及时调整特困人员生活自理能力认定类别」,
    「终止供养并予以公示」,
    「特困人员有下列情形之一的，应当及时终止救助供养」, 「实行残疾人两项补贴应补尽补、应退则退的动态管理」,
    「责令退回非法获取的救助资金、物资」, 「申请或者已获得社会救助的家庭，应当按照规定如实申报家庭收入状况、财产状况」,
    「得利人没有法律根据取得不当利益的，受损失的人可以请求得利人返还取得的利益」.
    """
    found = NATIONAL.under(f"basis.{kind}.", Category(category), RuleDays.alike(dt.date(2024, 3, 4)))
    assert len(found) == len(articles)
    assert all(article in str(rule.value) for article, rule in zip(articles, found, strict=True))


# ── 签批链 ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rule_id", "category", "last"),
    [
        ("approval.confirm", "DB", "分管领导（决定）"),
        ("approval.temp", "JN", "分管领导（决定）"),
        ("approval.deliberation", "DX", "分管领导（签批）"),
        ("approval.extend", "DB", "分管领导（批准）"),
        ("approval.unexplained", "ZC", "分管领导（决定）"),
        ("approval.abandon", "CJ", "民政办负责人"),
        ("approval.review", "TK", "分管领导（须变更的）"),
        ("approval.verify_change", "CJ", "民政办负责人"),
        ("approval.change", "DB", "分管领导（签署）"),
        ("approval.change", "CJ", "县级民政部门（审定）"),
        ("approval.deregister", "CJ", "分管领导（审批）"),
    ],
)
def test_the_plain_chain_where_the_law_names_nobody(rule_id: str, category: str, last: str) -> None:
    """Inferred throughout: the law says what is done, not who signs it.

    「有条件的地方可按程序将最低生活保障审核确认权限下放至乡镇人民政府（街道办事处）」, 「特殊情况下，可以延长至45个工作日」,
    「救助金额较小的，县级人民政府民政部门可以委托乡镇人民政府、街道办事处审批」, 「申请人有异议的，应当提供相关佐证材料」,
    「材料不齐备的，应当一次性告知补齐所有规定材料」, 「乡镇人民政府（街道办事处）应当对最低生活保障家庭的经济状况定期核查」,
    「作出增发、减发、停发最低生活保障金决定，应当符合法定事由和规定程序」, 「审批类档案的保管期限为该低保户停保后不少于3年」.
    """
    rule = row(NATIONAL, rule_id, category)
    assert rule.inferred and str(rule.value).split(" / ")[-1] == last
    assert str(rule.value).startswith("经办人") or rule_id == "approval.deliberation"


# ── between households ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rule", "category", "others"),
    [
        ("across.excludes", "DB", "低保、特困、低收入"),
        ("across.excludes", "TK", "低保、特困、低收入"),
        ("across.excludes", "DX", "低保、特困、低收入"),
        ("across.excludes", "CJ", "特困、两项补贴"),
        ("across.ends", "TK", "两项补贴"),
    ],
)
def test_what_one_person_does_not_have_at_once(rule: str, category: str, others: str) -> None:
    """How they are joined up is inferred.

    「特困人员供养应当与城乡居民基本养老保险、基本医疗保障、最低生活保障、孤儿基本生活保障等制度相衔接」;
    「实行残疾人两项补贴应补尽补、应退则退的动态管理」.
    """
    found = row(NATIONAL, rule, category)
    assert (found.value, found.inferred) == (others, True)
    assert [parse_category(name).label for name in others.split("、")]


# ── words and ages that papers and checks ask for ────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("age.adult", 18),
        ("age.earning", 16),
        ("age.elderly", 60),
        ("age.consent", 14),
        ("obligor.age", 70),
        ("self_care.partial.max", 3),
        ("appraisal.representatives", "2/3"),
        ("remedy.reconsideration.respondent", "委托机关"),
        ("remedy.reconsideration.authority", "行政复议机关"),
        ("remedy.litigation.defendant", "委托机关"),
        ("remedy.litigation.court", "管辖法院"),
    ],
)
def test_ages_shares_and_bodies_are_those_of_their_sentences(rule: str, value: object) -> None:
    """What papers say of ages, shares and bodies.

    「十八周岁以上的自然人为成年人」「十六周岁以上的未成年人，以自己的劳动收入为主要生活来源的」「本法所称老年人是指六十周岁以上的公民」
    「个人信息处理者处理不满十四周岁未成年人个人信息的，应当取得未成年人的父母或者其他监护人的同意」
    「70周岁以上的老年人，本人收入低于当地上年人均可支配收入」
    「有4项以上（含4项）指标不能达到的，可以视为完全丧失生活自理能力」: three may fail before.
    「村（居）民代表人数不得少于参加评议总人数的三分之二」
    「行政机关委托的组织作出行政行为的，委托的行政机关是被申请人」「对本级人民政府工作部门作出的行政行为不服的」
    「行政机关委托的组织所作的行政行为，委托的行政机关是被告」「行政案件由最初作出行政行为的行政机关所在地人民法院管辖」
    """
    assert row(NATIONAL, rule).value == value


@pytest.mark.parametrize(
    ("day", "measure"), [(dt.date(2026, 6, 30), "N1"), (dt.date(2026, 7, 1), "N28")], ids=["before", "since"]
)
def test_what_follows_from_fraud_is_that_of_the_day(day: dt.date, measure: str) -> None:
    """What papers say of fraud.

    「采取虚报、隐瞒、伪造等手段，骗取社会救助资金、物资或者服务的，由有关部门决定停止社会救助，责令退回非法获取的救助资金、物资，
    可以处非法获取的救助款额或者物资价值1倍以上3倍以下的罚款；构成违反治安管理行为的，依法给予治安管理处罚」; from 2026-07-01
    「采取虚报、隐瞒、伪造等手段，骗取社会救助资金、物资或者服务的，社会救助管理部门可以责令退回非法获取的财物和利益，
    处非法获取的财物和利益价值二倍以下的罚款；对社会救助对象可以决定调减、停止社会救助。违反其他法律、行政法规的，由有关主管部门依法处理」.
    """
    found = NATIONAL.rule(RuleId.PENALTY_FRAUD, None, RuleDays.alike(day))
    assert found.value == found.source.sentence and found.source.key == measure


# ── recovery, petitions ──────────────────────────────────────────────────────────────────────────────────
def test_the_bureau_orders_repayment_before_the_law_and_after() -> None:
    """「由有关部门决定停止社会救助，责令退回非法获取的救助资金、物资」; since 2026-07-01 「社会救助管理部门可以责令退回非法获取的财物和利益」."""
    for on in ("2024-03-04", "2026-06-30", "2026-07-01"):
        assert row(NATIONAL, "recovery.ordered_by", on=on).value == "委托机关"
    for place in ("tianjin-hongqiao", "shanxi-jincheng-chengqu"):
        for on in ("2024-03-04", "2026-07-01"):
            assert row(pack.load(place), "recovery.ordered_by", on=on).value == "本机关"


def test_what_is_kept_against_a_decision_has_an_article_of_its_own() -> None:
    """「非法占有社会救助财物等的，社会救助管理部门应当责令其限期退回」: from the day of the law alone."""
    found = row(NATIONAL, "basis.recovery.refusal.law", on="2026-07-01")
    assert found.value == "《中华人民共和国社会救助法》第七十四条"
    assert (
        NATIONAL.find("basis.recovery.refusal.law", Category.DB, RuleDays.alike(dt.date(2026, 6, 30))) is None
    )


def test_who_receives_a_report_answers_it() -> None:
    """「受理举报、投诉的机关应当及时核实、处理」: the office, unless a place has its bureau receive them."""
    found = row(NATIONAL, "complaint.answered_by")
    assert (found.value, found.inferred) == ("本机关", True)


def test_an_opinion_on_a_petition_may_be_looked_at_again_within_thirty_days() -> None:
    """「信访人对信访处理意见不服的，可以自收到书面答复之日起30日内请求原办理机关、单位的上一级机关、单位复查」."""
    found = row(NATIONAL, "petition.review")
    assert (found.value, found.unit, found.inferred) == (30, "自然日", True)


def test_no_article_lets_the_support_of_tekun_be_stopped_for_a_time() -> None:
    """特困人员认定办法: 「应当及时终止救助供养」 is all it has; a paper that stops it names what the place has, or the law's 「相应调整」."""

    def named(on: str) -> list[str]:
        days = RuleDays.alike(dt.date.fromisoformat(on))
        return [str(r.value) for r in NATIONAL.under("basis.suspension.", Category.TK, days)]

    assert named("2024-03-04") == []
    assert named("2026-07-01") == ["《中华人民共和国社会救助法》第四十七条、第四十八条"]


@pytest.mark.parametrize(
    ("accepted", "supplement"), [("2024-03-04", "advance_supplement?"), ("2026-07-01", "advance_supplement")]
)
def test_help_given_in_advance_is_explained_afterwards(accepted: str, supplement: str) -> None:
    """「事后补充说明情况」; since 社会救助法 「紧急情况解除后，应当按照规定补充说明情况」."""
    urgent = {"application": {"urgent": True, "accepted_on": accepted}}
    case = walk(NATIONAL, "JN", f"advance {accepted} 10:00 amount=500", facts=urgent)
    found = step(NATIONAL, case, "paperwork")
    assert [str(need) for need in found.needs] == ["temp_emergency_advance_register?", supplement]
    assert found.role == "intake"
