"""What is due follows from the steps and the rules, and from nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import RuleFault
from archivist.model.case import Case, CaseStatus
from archivist.model.case_fold import fold
from archivist.model.event import Event, Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.model.states import State, StepTaken
from archivist.rules import deadlines, pack
from archivist.rules.deadlines import Obligation
from archivist.rules.layers import Layer
from archivist.rules.pack import Pack
from archivist.rules.work_calendar import NATIONAL, Calendar

D = dt.date
HONGQIAO = pack.load("tianjin-hongqiao")
YONGCHUAN = pack.load("chongqing-yongchuan")
JINCHENG = pack.load("shanxi-jincheng-chengqu")
SOURCE = {"measure": "《样例办法》", "article": "第一条", "sentence": "应当自受理之日起办理"}
STATES = {
    "submit": State.SUBMITTED,
    "accept": State.ACCEPTED,
    "verify": State.VERIFYING,
    "explain": State.EXPLAIN_PENDING,
    "deliver_explain": State.EXPLAIN_PENDING,
    "explained": State.VERIFYING,
    "survey": State.SURVEYING,
    "prelim": State.PRELIM_REVIEWED,
    "publicize": State.PUBLICIZED,
    "objection": State.OBJECTION,
    "republicize": State.RE_PUBLICIZED,
    "appraise": State.APPRAISED,
    "review": State.RE_REVIEW,
    "confirm": State.CONFIRMED,
    "refuse": State.REFUSED,
    "withdraw": State.ABANDONED,
    "not_accept": State.NOT_ACCEPTED,
    "advance": State.ADVANCED,
    "reviewed": State.IN_BENEFIT,
    "report_death": State.REVIEWING,
    "terminate": State.TERMINATED,
}


def case_of(
    *trail: str,
    category: Category = Category.DB,
    facts: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Case:
    """Return a case whose steps are ``"accept 2023-09-25"`` or ``"submit 2024-03-08 10:30"``; ``values`` are the last's."""
    steps: list[StepTaken] = []
    state = State.DRAFT
    for seq, words in enumerate(trail, 2):
        name, day, at = (*words.split(" "), "")[:3]
        after = {"extend": state, "deliver": State.CLOSED_REFUSED if state is State.REFUSED else state}.get(
            name
        )
        after = after or STATES[name]
        told = values if values and seq == len(trail) + 1 else {}
        steps.append(StepTaken(seq, name, name, state, after, D.fromisoformat(day), at, values=told))
        state = after
    opened = steps[0].on if steps else D(2024, 1, 2)
    return Case(
        CaseNo("TJHQ", category, 2024, 1),
        opened_on=opened,
        facts=parse_facts(facts or {}),
        steps=tuple(steps),
    )


def pack_of(*rules: Mapping[str, Any], calendar: Calendar = NATIONAL) -> Pack:
    """Return a pack of these rows; every step exists."""
    rows = [{"title": r["id"], "trigger": "受理之日", "source": SOURCE, **r} for r in rules]
    steps = [
        {"id": s, "title": s, "moves": {}, "role": "intake", "source": SOURCE}
        for s in (*STATES, "extend", "deliver")
    ]
    head = Layer("样例", {"pack.toml": 'title = "样例"\nlooked_at = 2026-11-26'.encode()})
    return pack.assemble([head], {"rule": rows, "step": steps}, calendar)


def found(case: Case, rules: Pack, rule_id: str) -> Obligation:
    obligation = deadlines.find(case, rules, rule_id)
    assert obligation
    return obligation


def day(case: Case, rules: Pack, rule_id: str) -> dt.date:
    due = found(case, rules, rule_id).due
    assert due
    return due.day


def of(case: Case, rules: Pack) -> set[str]:
    return {o.rule.id for o in deadlines.running(case, rules)}


# ── set going, fulfilled, cut off ────────────────────────────────────────────────────────────────────────
def test_thirty_working_days_from_acceptance_with_a_warning_at_twenty() -> None:
    """「低保、低收入审核确认工作应当自受理之日起30个工作日之内完成」; 2023-09-25 → +20 10-27, +30 11-10 (B.4)."""
    overall = found(case_of("submit 2023-09-20", "accept 2023-09-25"), HONGQIAO, "overall")
    assert overall.due and overall.warn and overall.started
    assert (overall.started.id, overall.due.day, overall.warn.day) == (
        "accept",
        D(2023, 11, 10),
        D(2023, 10, 27),
    )
    assert overall.running and not overall.due.provisional


def test_an_extension_takes_the_place_of_the_limit() -> None:
    """「特殊情况下，可以延长至45个工作日」: 2023-09-25 → 12-01."""
    case = case_of("accept 2023-09-25", "extend 2023-11-01")
    assert deadlines.find(case, HONGQIAO, "overall") is None
    assert day(case, HONGQIAO, "overall.extended") == D(2023, 12, 1)


def test_nothing_is_due_before_the_first_word() -> None:
    assert deadlines.obligations(case_of(), HONGQIAO) == ()
    assert deadlines.wait_over(case_of(), HONGQIAO, D(2024, 1, 2)) == (True, None)


def test_a_later_step_fulfils_what_an_earlier_set_going() -> None:
    case = case_of("accept 2024-03-04", "survey 2024-03-06")
    started = found(case, HONGQIAO, "survey.start")
    assert started.ended and started.ended.id == "survey" and not started.running
    assert "survey.start" not in of(case, HONGQIAO)
    assert "survey.start" in of(case_of("accept 2024-03-04"), HONGQIAO)


def test_the_latest_start_counts() -> None:
    once = case_of("confirm 2023-03-01")
    again = case_of("confirm 2023-03-01", "reviewed 2023-09-04")
    assert day(once, HONGQIAO, "review.cycle") == D(2023, 9, 1)
    assert day(again, HONGQIAO, "review.cycle") == D(2024, 3, 4)


def test_review_every_half_year_or_every_year() -> None:
    """「街道社会救助管理部门每半年或每年进行一次复审」."""
    yearly = case_of("confirm 2023-03-01", facts={"benefit": {"review_cycle": "每年"}})
    assert day(yearly, HONGQIAO, "review.cycle") == D(2024, 3, 1)


def test_not_set_going_until_it_is_delivered() -> None:
    """B.4: 以“送达日”为起点的，无签收日 → 未起算.「申请人自收到告知书之日起4个工作日内须提供相关材料说明情况」."""
    told = case_of("accept 2023-09-18", "verify 2023-09-19", "explain 2023-09-22")
    waiting = found(told, HONGQIAO, "verify.explain")
    assert (waiting.started, waiting.due, waiting.running) == (None, None, True)
    assert not waiting.over(D(2030, 1, 1))
    delivered = case_of(
        "accept 2023-09-18", "verify 2023-09-19", "explain 2023-09-22", "deliver_explain 2023-09-25"
    )
    assert day(delivered, HONGQIAO, "verify.explain") == D(2023, 10, 7)  # a Saturday that is worked
    again = [f"{s.id} {s.on}" for s in delivered.steps]
    twice = case_of(*again, "explained 2023-09-26", "explain 2023-10-08")
    assert found(twice, HONGQIAO, "verify.explain").started is None


def test_answered_before_it_was_delivered() -> None:
    case = case_of("verify 2023-09-19", "explain 2023-09-22", "explained 2023-09-25")
    window = found(case, HONGQIAO, "verify.explain")
    assert window.ended and window.ended.id == "explained" and not window.running


def test_withdrawal_cuts_off_what_was_running() -> None:
    before = ("accept 2024-03-04", "verify 2024-03-05", "explain 2024-03-06", "deliver_explain 2024-03-07")
    assert of(case_of(*before), HONGQIAO) == {"overall", "verify.explain"}
    after = case_of(*before, "withdraw 2024-03-08")
    assert of(after, HONGQIAO) == set()
    assert found(after, HONGQIAO, "overall").cut_off


def test_the_end_of_the_procedure_sets_its_own_limits_going() -> None:
    """「街道应当在作出决定3个工作日内，通过书面方式告知申请人或者其代理人并说明理由」."""
    refused = case_of("accept 2024-03-04", "review 2024-03-18", "refuse 2024-03-20")
    assert day(refused, HONGQIAO, "refusal.inform") == D(2024, 3, 25)
    told = case_of("accept 2024-03-04", "review 2024-03-18", "refuse 2024-03-20", "deliver 2024-03-22")
    assert told.state.ended
    assert of(told, HONGQIAO) == {"remedy.reconsideration", "remedy.litigation"}
    assert day(told, HONGQIAO, "remedy.reconsideration") == D(2024, 5, 21)


def test_an_ended_procedure_waits_for_the_delivery_of_its_own_decision() -> None:
    case = case_of("submit 2024-03-04", "not_accept 2024-03-05")
    assert {o.rule.id: o.started for o in deadlines.running(case, HONGQIAO)} == {
        "remedy.reconsideration": None,
        "remedy.litigation": None,
    }


def test_time_that_just_runs_out_outlives_the_procedure() -> None:
    rules = pack_of(
        {"id": "救济", "value": 60, "unit": "自然日", "starts": ["deliver"], "duty": "applicant"},
        {"id": "复核", "value": 6, "unit": "月", "starts": ["deliver"]},
        {
            "id": "说明",
            "value": 4,
            "unit": "工作日",
            "starts": ["deliver"],
            "ends": ["explained"],
            "duty": "applicant",
        },
    )
    case = case_of("confirm 2024-03-04", "deliver 2024-03-05", "terminate 2024-03-06")
    assert of(case, rules) == {"救济"}


def test_nothing_of_the_office_is_due_after_deregistration() -> None:
    case = case_of("accept 2024-03-04", "review 2024-03-18", "refuse 2024-03-20")
    gone = dataclasses.replace(case, status=CaseStatus.DEREGISTERED)
    assert "refusal.inform" in of(case, HONGQIAO)
    assert "refusal.inform" not in of(gone, HONGQIAO)


def test_the_rules_of_the_day_of_acceptance_hold() -> None:
    rules = pack_of(
        {"id": "总", "value": 30, "unit": "工作日", "starts": ["accept"], "valid_to": D(2023, 12, 31)},
        {"id": "总", "value": 20, "unit": "工作日", "starts": ["accept"], "valid_from": D(2024, 1, 1)},
    )
    assert found(case_of("accept 2023-12-29"), rules, "总").rule.value == 30
    assert found(case_of("accept 2024-01-02"), rules, "总").rule.value == 20


def test_the_most_special_row_holds() -> None:
    base = {"id": "总", "unit": "工作日", "starts": ["accept"]}
    rules = pack_of(
        {**base, "value": 30},
        {**base, "value": 20, "categories": ["DB", "DX"]},
        {**base, "value": 10, "when": "application.urgent"},
    )
    assert found(case_of("accept 2024-03-04", category=Category.TK), rules, "总").rule.value == 30
    assert found(case_of("accept 2024-03-04"), rules, "总").rule.value == 20
    urgent = case_of("accept 2024-03-04", facts={"application": {"urgent": True}})
    assert found(urgent, rules, "总").rule.value == 10


# ── how it is counted ────────────────────────────────────────────────────────────────────────────────────
def test_hours_run_from_the_minute_through_holidays() -> None:
    """「确保申请24小时到位」: without a pause on the New Year's holiday."""
    facts = {"application": {"urgent": True}}
    case = case_of("submit 2023-12-31 16:40", category=Category.JN, facts=facts)
    due = found(case, HONGQIAO, "temp.emergency.advance").due
    assert due and (due.day, due.at) == (D(2024, 1, 1), "16:40")


def test_a_period_of_publicity_never_ends_on_a_holiday_and_is_over_the_day_after() -> None:
    """「公示期为5天」 from 2023-09-26: 10-01 is a holiday, the next working day is Saturday 10-07."""
    case = case_of("accept 2023-09-18", "prelim 2023-09-25", "publicize 2023-09-26")
    assert day(case, HONGQIAO, "publicity.initial") == D(2023, 10, 7)
    over, wait = deadlines.wait_over(case, HONGQIAO, D(2023, 10, 7))
    assert not over and wait and wait.rule.id == "publicity.initial"
    assert deadlines.wait_over(case, HONGQIAO, D(2023, 10, 8))[0]


def test_the_last_wait_counts() -> None:
    case = case_of("publicize 2024-03-04", "objection 2024-03-06", "republicize 2024-03-11")
    over, wait = deadlines.wait_over(case, HONGQIAO, D(2024, 3, 12))
    assert not over and wait and wait.rule.id == "publicity.again"


def test_counted_from_the_end_of_the_publicity_or_from_the_appraisal() -> None:
    """「管理部门应在两个工作日内全面审查相关材料」: after publicity and appraisal have ended."""
    publicized = case_of("accept 2024-03-01", "publicize 2024-03-04")
    assert day(publicized, HONGQIAO, "publicity.initial") == D(2024, 3, 11)  # the fifth day is a Saturday
    assert day(publicized, HONGQIAO, "rereview") == D(2024, 3, 13)
    appraised = case_of("accept 2024-03-01", "publicize 2024-03-04", "appraise 2024-03-14")
    assert day(appraised, HONGQIAO, "rereview") == D(2024, 3, 18)


def test_counted_from_a_day_the_step_was_told() -> None:
    """「应当自其死亡之日起3个月内对其家庭状况进行核查」."""
    case = case_of("confirm 2023-03-01", "report_death 2024-03-20", values={"died_on": "2024-03-02"})
    assert day(case, HONGQIAO, "death.process") == D(2024, 6, 3)  # the 2nd is a Sunday


@pytest.mark.parametrize(
    ("confirmed", "due", "warn"),
    [
        ("2024-03-04", D(2024, 3, 25), D(2024, 3, 24)),
        ("2024-03-25", D(2024, 3, 25), D(2024, 3, 25)),
        ("2024-03-26", D(2024, 4, 25), D(2024, 4, 24)),
        ("2024-12-31", D(2025, 1, 25), D(2025, 1, 24)),
    ],
)
def test_before_the_twenty_fifth(confirmed: str, due: dt.date, warn: dt.date) -> None:
    """「并于当月 25 日前将花名册和月报表报送区民政局备案」; a warning is never later than the end."""
    cutoff = found(case_of(f"confirm {confirmed}"), HONGQIAO, "filing.monthly.cutoff")
    assert cutoff.due and cutoff.warn and (cutoff.due.day, cutoff.warn.day) == (due, warn)


def test_within_seven_days_and_every_quarter() -> None:
    """「并于7日内上报至区民政局备案」; 「各镇（街道）要按季度将新增救助对象档案电子版和年度复核档案资料纸质版上报区民政局一份」."""
    case = case_of("confirm 2024-02-05")
    assert day(case, JINCHENG, "filing.days") == D(
        2024, 2, 18
    )  # the twelfth is a holiday; a Sunday that is worked
    assert day(case, JINCHENG, "archive.quarterly") == D(2024, 4, 15)


@pytest.mark.parametrize(
    ("confirmed", "due"),
    [
        ("2024-02-05", D(2024, 9, 30)),
        ("2024-06-30", D(2024, 9, 30)),
        ("2024-07-01", D(2024, 9, 30)),
        ("2024-09-30", D(2024, 9, 30)),
        ("2024-10-01", D(2025, 9, 30)),
    ],
)
def test_the_third_quarter(confirmed: str, due: dt.date) -> None:
    """「各镇（街道）每年第三季度要集中开展一次最低生活保障、特困人员救助供养年度复核工作」."""
    assert day(case_of(f"confirm {confirmed}"), JINCHENG, "review.annual.window") == due


def test_an_unannounced_year_is_provisional() -> None:
    due = found(case_of("accept 2060-03-01"), HONGQIAO, "overall").due
    assert due and due.provisional


def test_the_office_s_own_days_off() -> None:
    rule = {"id": "总", "value": 3, "unit": "工作日", "starts": ["accept"]}
    case = case_of("accept 2024-03-04")
    assert day(case, pack_of(rule), "总") == D(2024, 3, 7)
    closed = Calendar({D(2024, 3, 6): False})
    assert day(case, pack_of(rule, calendar=closed), "总") == D(2024, 3, 8)


# ── days that do not count ───────────────────────────────────────────────────────────────────────────────
def test_appraisal_and_publicity_do_not_count_in_chongqing() -> None:
    """「最低生活保障审批手续应当自受理申请之日起三十日内办结」, 不含评议与公示."""
    before = case_of("accept 2024-03-01", "survey 2024-03-05", "prelim 2024-03-11")
    assert day(before, YONGCHUAN, "cq.dibao.overall") == D(2024, 4, 1)  # 31 March is a Sunday
    publicized = case_of(
        "accept 2024-03-01", "survey 2024-03-05", "prelim 2024-03-11", "publicize 2024-03-12"
    )
    overall = found(publicized, YONGCHUAN, "cq.dibao.overall")
    assert overall.excluded == ((State.PUBLICIZED, D(2024, 3, 12), D(2024, 3, 19)),)
    assert overall.due and overall.due.day == D(2024, 4, 7)  # 30 + 7 days: a Sunday that is worked


EXCLUDING = {
    "id": "总",
    "unit": "工作日",
    "value": 10,
    "starts": ["accept"],
    "excludes": ["publicized", "appraised"],
}
WAIT = {"id": "公示", "unit": "自然日", "value": 7, "starts": ["publicize"], "kind": "wait"}


def test_lying_about_after_the_publicity_saves_no_time() -> None:
    short = case_of("accept 2024-03-01", "publicize 2024-03-04", "review 2024-03-12")
    long = case_of("accept 2024-03-01", "publicize 2024-03-04", "review 2024-05-12")
    rules = pack_of(EXCLUDING, WAIT)
    assert found(short, rules, "总").excluded == ((State.PUBLICIZED, D(2024, 3, 4), D(2024, 3, 11)),)
    assert day(short, rules, "总") == day(long, rules, "总") == D(2024, 3, 22)


def test_a_stay_broken_off_counts_until_then_and_steps_in_it_do_not_part_it() -> None:
    rules = pack_of(EXCLUDING, WAIT)
    broken = case_of("accept 2024-03-01", "publicize 2024-03-04", "extend 2024-03-05", "objection 2024-03-07")
    assert found(broken, rules, "总").excluded == ((State.PUBLICIZED, D(2024, 3, 4), D(2024, 3, 7)),)
    assert day(broken, rules, "总") == D(2024, 3, 20)


def test_a_stay_without_a_period_counts_once_it_is_over() -> None:
    rules = pack_of(EXCLUDING)
    held = case_of("accept 2024-03-01", "appraise 2024-03-04")
    left = case_of("accept 2024-03-01", "appraise 2024-03-04", "review 2024-03-06")
    assert (day(held, rules, "总"), day(left, rules, "总")) == (D(2024, 3, 15), D(2024, 3, 19))


def test_a_stay_after_the_end_saves_nothing() -> None:
    rules = pack_of(EXCLUDING, WAIT)
    late = found(case_of("accept 2024-03-01", "publicize 2024-03-18"), rules, "总")
    assert late.due and (late.due.day, late.excluded) == (D(2024, 3, 15), ())


def test_days_cannot_be_left_out_of_months() -> None:
    with pytest.raises(RuleFault) as refused:
        pack_of({"id": "总", "value": 6, "unit": "月", "starts": ["accept"], "excludes": ["publicized"]})
    assert "不能扣除" in str(refused.value)


# ── properties ───────────────────────────────────────────────────────────────────────────────────────────
PROCEDURE = ("accept", "verify", "survey", "prelim", "publicize", "appraise", "review", "confirm", "reviewed")


@st.composite
def procedures(draw: st.DrawFn) -> Case:
    day = draw(st.dates(D(2021, 6, 1), D(2026, 6, 1)))
    trail = []
    for name in PROCEDURE[: draw(st.integers(1, len(PROCEDURE)))]:
        trail.append(f"{name} {day}")
        day += dt.timedelta(days=draw(st.integers(0, 40)))
    return case_of(*trail, category=draw(st.sampled_from([Category.DB, Category.TK, Category.DX])))


PACKS = st.sampled_from([HONGQIAO, YONGCHUAN, JINCHENG])


@given(procedures(), PACKS)
def test_no_limit_ends_before_it_was_set_going_nor_warns_after_its_end(case: Case, rules: Pack) -> None:
    for o in deadlines.obligations(case, rules):
        if o.due and o.started:
            assert o.due.day >= o.started.on
            assert o.warn is None or o.warn.day <= o.due.day


@given(procedures(), PACKS, st.integers(0, 40))
def test_no_limit_moves_into_the_past(case: Case, rules: Pack, later: int) -> None:
    """One more step never brings nearer what the steps before it had set going and it does not set going anew."""
    if len(case.steps) == len(PROCEDURE):
        return
    name = PROCEDURE[len(case.steps)]
    day = case.steps[-1].on + dt.timedelta(days=later)
    trail = [f"{s.id} {s.on}" for s in case.steps]
    after = case_of(*trail, f"{name} {day}", category=case.category)
    new = {o.rule.id: o for o in deadlines.obligations(after, rules)}
    for old in deadlines.obligations(case, rules):
        now = new.get(old.rule.id)
        if now and now.started == old.started and now.due and old.due:
            assert now.due.day >= old.due.day


@given(procedures(), PACKS, st.lists(st.dates(D(2020, 1, 1), D(2030, 1, 1)), min_size=2, max_size=5))
def test_what_is_due_does_not_depend_on_the_day_it_is_asked(
    case: Case, rules: Pack, days: list[dt.date]
) -> None:
    """Only whether it is over does, and what is over stays over."""
    first = deadlines.obligations(case, rules)
    for o in first:
        asked = [o.over(on) for on in sorted(days)]
        assert asked == sorted(asked)
    assert deadlines.obligations(case, rules) == first


@given(procedures(), PACKS)
def test_the_same_events_folded_twice_owe_the_same(case: Case, rules: Pack) -> None:
    events = chain_of(case.steps)
    once, twice = fold(case.number, events), fold(case.number, events)
    assert deadlines.obligations(once, rules) == deadlines.obligations(twice, rules)
    assert {o.rule.id for o in deadlines.obligations(once, rules)} == {
        o.rule.id for o in deadlines.obligations(case, rules)
    }


def chain_of(steps: Sequence[StepTaken]) -> list[tuple[Event, Sha256]]:
    opened = Event(1, Sha256("0"), "", "x", Op.CASE_OPENED, {"opened_on": str(steps[0].on), "facts": {}})
    events = [(opened, Sha256("1"))]
    for s in steps:
        data = {"step": s.id, "title": s.title, "from": s.before.value, "to": s.after.value, "on": str(s.on)}
        events.append((Event(s.seq, Sha256("1"), "", "x", Op.STEP_TAKEN, data), Sha256(str(s.seq))))
    return events


def test_a_step_taken_back_gives_the_limit_back() -> None:
    steps = case_of("accept 2024-03-04", "survey 2024-03-06").steps
    events = chain_of(steps)
    void = Event(9, Sha256("1"), "", "x", Op.STEP_CORRECTED, {"seq": steps[-1].seq, "void": True})
    case = fold(CaseNo("TJHQ", Category.DB, 2024, 1), [*events, (void, Sha256("9"))])
    assert "survey.start" in of(case, HONGQIAO)
