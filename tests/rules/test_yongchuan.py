"""重庆市永川区: what its notice and the city's 条例 say, counted on real days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import NotDelegated, RuleFault
from archivist.model.case import Case
from archivist.model.ids import Category
from archivist.model.roles import Role
from archivist.model.states import State
from archivist.rules import deadlines, pack, step_rows
from archivist.rules.attempt import Attempt
from archivist.rules.guards import GUARDS
from archivist.rules.rule_days import RuleDays
from tests.rules.walking import due, fulfilled, obligation, row, runs, step, walk

YONGCHUAN = pack.load("chongqing-yongchuan")
ACCEPTED = ("submit 2024-03-01", "accept 2024-03-04", "verify 2024-03-05", "survey 2024-03-08")
PUBLICIZED = (*ACCEPTED, "appraise 2024-03-12", "prelim 2024-03-14", "publicize 2024-03-15")
DECIDED = (*PUBLICIZED, "review 2024-03-25", "confirm 2024-03-27")


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("phase.prepare", "2023年2月28日之前"),
        ("phase.transition", "2023年3月15日之前"),
        ("phase.full", "2023年3月16日起"),
    ],
)
def test_the_phases_of_the_handover(rule: str, value: str) -> None:
    """「前期准备阶段（2023年2月28日之前）」「下放过渡阶段（2023年3月15日之前）」「完全下放阶段（2023年3月16日起）」."""
    found = row(YONGCHUAN, rule)
    assert found.value == value and value in found.source.sentence
    with pytest.raises(RuleFault):
        found.deadline(dt.date(2024, 3, 4))


def test_the_notice_is_in_force_from_its_publication() -> None:
    """「本通知自公布之日起施行」: its date is that at its foot, which the sentence does not say."""
    found = row(YONGCHUAN, "effective")
    assert (found.value, found.inferred) == ("2023年2月21日", True)


@pytest.mark.parametrize(("rule", "word"), [("duty.inspection", "不定期"), ("shorten", "缩短")])
def test_words_without_a_number_stay_words(rule: str, word: str) -> None:
    """「区民政局不定期通过抽查或现场指导等方式」「优化流程，缩短时限」: for the office to fill in."""
    found = row(YONGCHUAN, rule)
    assert found.value == word and word in found.source.sentence and "须由用户填" in found.note


@pytest.mark.parametrize("category", ["DX", "JN", "ZC"])
def test_what_the_list_does_not_name_is_refused(category: str) -> None:
    """附件清单: 「最低生活保障对象的确认」「特困人员的确认」「残疾人“两项补贴”的审核」, nothing else."""
    with pytest.raises(NotDelegated, match="永川府发〔2023〕4号所附清单"):
        YONGCHUAN.require_delegated(Category(category), dt.date(2024, 3, 4))


def test_the_town_only_examines_the_disability_subsidies() -> None:
    """「社会救助行政给付审核权限下放镇（街道）」: the bureau decides, the town refuses or passes on."""
    assert YONGCHUAN.delegated[Category.CJ] == "审核"
    case = walk(YONGCHUAN, "CJ", "submit 2024-03-01", "accept 2024-03-04", "town_review 2024-03-06",
                "federation_review 2024-03-12", "bureau_approve 2024-03-18", "deliver 2024-03-19", "pay 2024-03-20")  # fmt: skip
    assert case.state is State.IN_BENEFIT
    assert step(YONGCHUAN, case, "bureau_approve").role == "outside"
    assert {s.id for s in YONGCHUAN.steps_of(case, case.rules_on)}.isdisjoint(
        {"confirm", "refuse", "publicize", "objection"}
    )


# ── 条例第十八条: the order ──────────────────────────────────────────────────────────────────────────────
def test_people_are_heard_before_the_first_opinion() -> None:
    """「调查核实结束后，乡（镇）人民政府、街道办事处应当对申请人的家庭收入、财产和消费支出状况进行群众评议」."""
    case = walk(YONGCHUAN, "DB", *DECIDED)
    assert [s.id for s in case.steps[3:]] == [
        "survey",
        "appraise",
        "prelim",
        "publicize",
        "review",
        "confirm",
    ]
    assert State.SURVEYING not in step(YONGCHUAN, case, "prelim").moves, "not past the appraisal"
    tekun = walk(YONGCHUAN, "TK", *ACCEPTED, "prelim 2024-03-14")
    assert tekun.state is State.PRELIM_REVIEWED, "特困「可视情组织民主评议」"


def test_a_review_without_an_appraisal_is_refused() -> None:
    """群众评议 is a duty for 低保 (第十八条第二项), not for 特困."""
    for category, wanted in (("DB", ["还没有民主评议，本地规定必须评议"]), ("TK", [])):
        case = walk(YONGCHUAN, category, *PUBLICIZED)
        case = replace(case, steps=tuple(s for s in case.steps if s.id != "appraise"))
        review = step(YONGCHUAN, case, "review")
        attempt = Attempt(case, YONGCHUAN, review, dt.date(2024, 3, 25))
        assert [r for g in review.guards for r in GUARDS[g].reasons(attempt)] == wanted


def test_a_disputed_appraisal_leads_back_to_the_survey() -> None:
    """「群众评议争议较大的，应当重新调查核实」."""
    case = walk(YONGCHUAN, "DB", *ACCEPTED, "appraise 2024-03-12", "survey 2024-03-13", "appraise 2024-03-18")
    assert case.state is State.APPRAISED


def test_acceptance_is_always_by_notice() -> None:
    """「应当受理，并出具受理通知书」."""
    case = walk(YONGCHUAN, "DB", "submit 2024-03-01")
    accept = step(YONGCHUAN, case, "accept")
    assert "acceptance_notice" in accept.makes and accept.source.key == "N9"
    assert accept.guards == step(pack.load("national"), case, "accept").guards, (
        "only the source is the city's"
    )


# ── 条例第十八、十九条: the days ─────────────────────────────────────────────────────────────────────────
def test_seven_days_first_three_days_again() -> None:
    """「并在申请人所在村或者社区公示七日」; after an objection 「公示三日」. 特困: seven days both times."""
    case = walk(YONGCHUAN, "DB", *PUBLICIZED)
    assert due(case, YONGCHUAN, "publicity.initial") == "2024-03-22"
    again = (*PUBLICIZED, "objection 2024-03-18", "republicize 2024-03-26")
    case = walk(YONGCHUAN, "DB", *again)
    assert due(case, YONGCHUAN, "publicity.again") == "2024-03-29"
    assert not deadlines.wait_over(case, YONGCHUAN, dt.date(2024, 3, 29))[0]
    assert deadlines.wait_over(case, YONGCHUAN, dt.date(2024, 3, 30))[0]
    assert due(walk(YONGCHUAN, "TK", *again), YONGCHUAN, "publicity.again") == "2024-04-02"


def test_thirty_days_without_appraisal_and_publicity() -> None:
    """「最低生活保障审批手续应当自受理申请之日起三十日内办结」, 「办结时限不包括……群众评议和公示期限」."""
    plain = walk(YONGCHUAN, "DB", *ACCEPTED)
    assert due(plain, YONGCHUAN, "cq.dibao.overall") == "2024-04-03"
    heard = walk(YONGCHUAN, "DB", *PUBLICIZED, "review 2024-03-25")
    assert due(heard, YONGCHUAN, "cq.dibao.overall") == "2024-04-12", (
        "two days of appraisal, seven of publicity"
    )
    excluded = obligation(heard, YONGCHUAN, "cq.dibao.overall").excluded
    assert [(state, (last - first).days) for state, first, last in excluded] == [(State.APPRAISED, 2), (State.PUBLICIZED, 7)]  # fmt: skip
    assert due(heard, YONGCHUAN, "overall") == "2024-04-01", "the nation's 20 working days run beside it"
    assert fulfilled(walk(YONGCHUAN, "DB", *DECIDED), YONGCHUAN, "cq.dibao.overall")
    assert "cq.dibao.overall" not in runs(walk(YONGCHUAN, "TK", *ACCEPTED), YONGCHUAN)


@given(st.dates(dt.date(2023, 3, 16), dt.date(2026, 6, 30)))
def test_of_two_limits_of_one_thing_the_first_is_told(on: dt.date) -> None:
    """S0「优化流程，缩短时限」: thirty days beside the nation's twenty working days; long holidays turn which comes first."""
    case = walk(YONGCHUAN, "DB", f"submit {on}", f"accept {on}")
    ends = {name: due(case, YONGCHUAN, name) for name in ("overall", "cq.dibao.overall")}
    told = runs(case, YONGCHUAN) & ends.keys()
    assert len(told) == 1 and {ends[name] for name in told} == {min(ends.values())}


def test_the_money_begins_in_the_month_of_the_decision() -> None:
    """「最低生活保障金从批准的当月起，以货币形式按月发放」; 特困「从确认之日下月起给予救助供养待遇」."""
    assert due(walk(YONGCHUAN, "DB", *DECIDED), YONGCHUAN, "pay.start") == "2024-03-31"
    assert due(walk(YONGCHUAN, "TK", *DECIDED), YONGCHUAN, "pay.start") == "2024-04-30"
    subsidy = row(YONGCHUAN, "disability.paystart", "CJ")
    assert subsidy.deadline(dt.date(2024, 3, 1)).day == dt.date(2024, 3, 31), "两项补贴「自递交申请当月计发」"


@pytest.mark.parametrize(
    ("cycle", "day"),
    [("每年", "2025-03-27"), ("每半年", "2024-09-27"), ("", "2024-09-27"), ("每季度", "2024-06-27"), ("每月", "2024-04-28")],
)  # fmt: skip
def test_how_often_a_family_is_looked_at(cycle: str, day: str) -> None:
    """「每年核查一次」「每半年核查一次」「原则上城市每月核查一次，农村地区每季度核查一次」 (第二十六条)."""
    facts = {"benefit": {"review_cycle": cycle}} if cycle else {}
    case = walk(YONGCHUAN, "DB", *DECIDED, facts=facts)
    assert due(case, YONGCHUAN, "review.cycle") == day
    assert obligation(case, YONGCHUAN, "review.cycle").rule.source.key == "N9"


def test_the_decision_names_the_ordinance_and_the_delegation() -> None:
    """「履行对辖区最低生活保障对象的审核确认」「履行对辖区特困人员的审核确认」."""
    on = dt.date(2024, 3, 27)
    named = {
        c: [str(r.value) for r in YONGCHUAN.under("basis.confirmation.", c, RuleDays.alike(on))]
        for c in (Category.DB, Category.TK)
    }
    assert named[Category.DB][0] == "《最低生活保障审核确认办法》第二十一条"
    assert "《重庆市城乡居民最低生活保障条例》第十八条" in named[Category.DB]
    assert all("永川府发〔2023〕4号" in values[-1] for values in named.values())


def test_a_refused_subsidy_names_the_delegation_too() -> None:
    """「履行对辖区残疾人“两项补贴”的审核」."""
    named = [
        str(r.value)
        for r in YONGCHUAN.under(
            "basis.disability_refusal_notice.", Category.CJ, RuleDays.alike(dt.date(2024, 3, 27))
        )
    ]
    assert "国发〔2015〕52号" in named[0] and "永川府发〔2023〕4号" in named[-1]


# ── 残疾人两项补贴停在审核：停发、终止是向民政部门的提请 ──────────────────────────────────────────────────────
CJ_PAID = (
    "submit 2024-03-04", "accept 2024-03-05", "town_review 2024-03-06", "federation_review 2024-03-07",
    "bureau_approve 2024-03-08", "deliver 2024-03-11", "pay 2024-03-12", "start_review 2024-05-06",
)  # fmt: skip


def proposed(case: Case, step: str) -> list[str]:
    wanted = step_rows.row_of(YONGCHUAN, case, step, dt.date(2024, 5, 8))
    assert wanted.role is Role.OUTSIDE and wanted.needed == {"benefit_change_form"}
    return GUARDS["proposed"].reasons(Attempt(case, YONGCHUAN, wanted, dt.date(2024, 5, 8)))


def test_no_approver_of_the_town_ends_a_disability_subsidy() -> None:
    """S0「履行对辖区残疾人“两项补贴”的审核」: 停发, 终止 are decided by the bureau, on the town's proposal."""
    for one in YONGCHUAN.steps:
        if one.categories == (Category.CJ,) and one.id in ("suspend", "terminate"):
            assert one.role is Role.OUTSIDE and "decision" not in "".join(one.makes), one
    assert not any(
        one.role is Role.APPROVER and one.id in ("suspend", "terminate", "change")
        for one in YONGCHUAN.steps
        if Category.CJ in (one.categories or (Category.CJ,))
    )


@pytest.mark.parametrize(("step", "what"), [("suspend", "停发"), ("terminate", "终止")])
def test_the_bureau_answers_what_was_proposed(step: str, what: str) -> None:
    """Without a proposal, or on a proposal of the other kind, there is no decision of the bureau to record."""
    (none,) = proposed(walk(YONGCHUAN, "CJ", *CJ_PAID), step)
    assert "镇街只有审核权" in none
    for told in ("停发", "终止"):
        case = walk(YONGCHUAN, "CJ", *CJ_PAID, f"propose_ending 2024-05-07 proposed={told}")
        assert (proposed(case, step) == []) is (told == what)


def test_one_proposal_is_answered_once() -> None:
    case = walk(YONGCHUAN, "CJ", *CJ_PAID, "propose_ending 2024-05-07 proposed=停发", "suspend 2024-05-08")
    assert proposed(case, "terminate") != []
    assert proposed(walk(YONGCHUAN, "CJ", *CJ_PAID, "propose_ending 2024-05-07 proposed=停发", "suspend 2024-05-08",
                         "propose_ending 2024-05-08 proposed=终止"), "terminate") == []  # fmt: skip


def test_what_the_town_has_on_record_of_its_own_work() -> None:
    """Each row with its sentence.

    「制定本镇（街道）的实施方案和工作规则」「完善社会救助审核确认权限委托下放相关制度」「及时组织对辖区专职人员和村（社区）干部的培训」
    「按比例配齐镇（街道）和村（社区）城乡低保等社会救助工作人员并确保相对稳定」「依托“协同救助信息平台”，强化信息化数据应用」「应利用公示栏、宣传单、政府网站、微信公众号等宣传媒体」
    「主要领导亲自抓，分管领导具体抓，形成一级抓一级、层层抓落实的工作机制」: what is made once stays, the rest is counted by the year.
    """
    wanted = {"plan": "一次", "rules": "一次", "system": "一次", "staff": "一次", "leaders": "一次", "training": "及时", "publicity": "及时", "online": "每月"}  # fmt: skip
    assert {name: row(YONGCHUAN, f"duty.{name}").value for name in wanted} == wanted
    assert not any(r.id.startswith("staff.") for r in YONGCHUAN.rules), "「按比例」 names no ratio"
