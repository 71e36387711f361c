"""Named conditions of a step: pure functions of what is attempted; each returns its reasons, none when it holds.

Rows of ``steps.toml`` name them in ``guards``. What they demand stands on the row's own sentence; a number (公示期,
说明期限, 总期限) comes from the pack's time limits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.errors import NotDelegated
from archivist.model import persons
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Path
from archivist.model.household import RECOGNISED, TEMPORARY, covered_singly
from archivist.model.ids import Category
from archivist.model.states import POSTED
from archivist.model.step_ids import DELIVERIES, GRANTING, StepId
from archivist.rules import (
    across,
    benefit_amount,
    benefit_guards,
    deadlines,
    guardianship,
    hearing,
    legal_basis,
    open_matters,
    recoveries,
    service_step,
)
from archivist.rules.ages import NeedLines, ages_of
from archivist.rules.attempt import Attempt, money_decision
from archivist.rules.completeness.required_papers import (
    handed_in,
    held,
    looked_up,
    missing,
    open_doubts,
    required,
    settling,
    unauthorised,
)
from archivist.rules.legal_basis import RequiredRule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId, RulePrefix
from archivist.rules.unit import Unit


def _delegated(attempt: Attempt) -> list[str]:
    try:
        attempt.pack.require_delegated(attempt.case.category, attempt.on)
    except NotDelegated as error:
        return [error.what]
    return []


def _complete(attempt: Attempt) -> list[str]:
    if not required(attempt.case, attempt.pack, attempt.on):
        return [f"规则包没有写{attempt.case.category.label}应收的材料，无从判断是否齐备"]
    lacking = [
        f"材料不齐：{attempt.catalogue.title(m.document)}（{m.reason}）——{m.requirement}"
        for m in missing(attempt.case, attempt.pack, attempt.on)
    ]
    return lacking + _in_doubt(attempt)


def _incomplete(attempt: Attempt) -> list[str]:
    """The applicant is told once of everything, so that what is in doubt is looked at before."""
    if missing(attempt.case, attempt.pack, attempt.on):
        return _in_doubt(attempt)
    return _in_doubt(attempt) or ["材料已经齐备，没有需要补正的，应当受理"]


def _in_doubt(attempt: Attempt) -> list[str]:
    doubts = [
        settling(attempt.case, matter)
        for m in required(attempt.case, attempt.pack, attempt.on)
        for matter in open_doubts(attempt.case, m.document, *m.accepts)
    ]
    return list(dict.fromkeys(doubts))


def _kinship_known(attempt: Attempt) -> list[str]:
    kinship = attempt.case.fact(FactPath.APPLICATION_KINSHIP)
    if kinship is None:
        return ["未登记是否有近亲属关系（申请·是否有近亲属关系）"]
    if kinship and not attempt.case.fact(FactPath.APPLICATION_KIN_NAME):
        return ["有近亲属关系，但未登记关系人（申请·近亲属关系人）"]
    return []


def _kinship_filed(attempt: Attempt) -> list[str]:
    if not attempt.case.fact(FactPath.APPLICATION_KINSHIP) or attempt.case.step(StepId.KINSHIP_FILING):
        return []
    return ["申请人有近亲属关系，尚未单独登记备案（环节“近亲属单独登记备案”）"]


def _reason(attempt: Attempt) -> list[str]:
    return [] if attempt.reason.strip() else ["须写明理由（--reason）"]


def _authorised(attempt: Attempt) -> list[str]:
    """核对授权书: the applicant's is a paper in the file; whether the others signed is recorded row by row."""
    case = attempt.case
    doubts = open_doubts(case, DocumentId.VERIFICATION_AUTHORIZATION)
    problems = [settling(case, matter) for matter in doubts]
    if not handed_in(case, DocumentId.VERIFICATION_AUTHORIZATION):
        problems.append("申请人没有签署核对授权：卷内没有已签的核对授权书")
    refused, unknown = unauthorised(case, attempt.pack, attempt.on)
    seen = looked_up(case)
    return problems + refused + [matter for matter in unknown if matter not in seen]


def _verified(attempt: Attempt) -> list[str]:
    """A case for which the pack has the step under a condition that it does not meet is exempt (免核对)."""
    case, pack, days = attempt.case, attempt.pack, RuleDays(attempt.case.rules_on, attempt.on)
    if not any(s.id == StepId.VERIFY and s.applies(case.category, days) for s in pack.steps):
        return [f"规则包没有写{case.category.label}的信息核对环节 {StepId.VERIFY.value}，无从判断应否核对"]
    must = case.step(StepId.VERIFY) or any(s.id == StepId.VERIFY for s in pack.steps_of(case, attempt.on))
    if not must or held(case, DocumentId.VERIFICATION_REPORT):
        return []
    doubts = open_doubts(case, DocumentId.VERIFICATION_REPORT)
    return [settling(case, matter) for matter in doubts] or [
        "卷内没有核对报告（verification_report），信息核对没有结果"
    ]


def _publicity_over(attempt: Attempt) -> list[str]:
    """Of the notice posted last: one of which the pack does not say how long it hangs is never over."""
    case = attempt.case
    posted = next((s for s in reversed(case.steps) if s.after in POSTED and s.before is not s.after), None)
    if posted is None:
        return ["没有登记公示环节，公示期无从计算"]
    over, wait = deadlines.wait_over(case, attempt.pack, attempt.on)
    if wait is None or wait.started is None or wait.due is None or wait.started.seq < posted.seq:
        return [legal_basis.no_waiting_period(posted.id, posted.title, case, attempt.pack)]
    if over:
        return []
    return [f"公示期未满：到 {wait.due.day} 为止，{attempt.on} 还在公示期内（{wait.rule.source}）"]


def _explain_over(attempt: Attempt) -> list[str]:
    if attempt.case.step(StepId.DELIVER_EXPLAIN) is None:
        return ["不符告知书还没有送达，申请人的说明期限未起算"]
    window = deadlines.find(attempt.case, attempt.pack, RuleId.VERIFY_EXPLAIN)
    if window is None:
        rule = attempt.pack.rule_for(RuleId.VERIFY_EXPLAIN, attempt.case, attempt.on)
        says_none = rule is not None and rule.unit is Unit.WORDS
        return [] if says_none else ["申请人的说明期限没有起算，无从判断是否届满"]
    if window.due is None or attempt.on > window.due.day:
        return []
    return [f"申请人的说明期限到 {window.due.day} 为止，尚未届满（{window.rule.source}）"]


def _overall_running(attempt: Attempt) -> list[str]:
    overall = deadlines.find(attempt.case, attempt.pack, RuleId.OVERALL)
    if overall is None or overall.due is None:
        return ["没有正在计算的总期限，无从延长"]
    if attempt.on > overall.due.day:
        return [f"总期限已于 {overall.due.day} 届满，届满以后不能再延长（{overall.rule.source}）"]
    return []


def _disputes_settled(attempt: Attempt) -> list[str]:
    if not attempt.case.fact(FactPath.APPLICATION_DISPUTED):
        return []
    steps = {s.id: s.title for s in attempt.pack.steps_of(attempt.case, attempt.on)}
    return [
        f"有争议的事项，须先经“{steps[name]}”"
        if name in steps
        else f"有争议的事项，规则包没有写审议的环节 {name}"
        for name in (StepId.DELIBERATED, StepId.LEADERSHIP)
        if attempt.case.step(name) is None
    ]


def _amount_known(attempt: Attempt) -> list[str]:
    without = (Category.DX, *RECOGNISED)
    if attempt.case.category in without or attempt.case.fact(FactPath.BENEFIT_AMOUNT) is not None:
        return []
    return ["没有登记救助金额（救助金额·月救助金额）"]


def _amount_lawful(attempt: Attempt) -> list[str]:
    return benefit_amount.faults(money_decision(attempt))


def _single_cover(attempt: Attempt) -> list[str]:
    """单人保: on a ground the law of the day knows, which the facts bear out."""
    case = attempt.case
    if not covered_singly(case):
        return []
    rule = attempt.pack.rule_for(RuleId.SINGLE_COVER, case, attempt.on)
    if rule is None:
        return [f"规则包没有写单人纳入低保的情形（{RuleId.SINGLE_COVER}），不能单人纳入"]
    ground = str(case.fact(FactPath.APPLICATION_SINGLE_GROUND) or "")
    if ground not in str(rule.value).split("、"):
        where = FactPath.APPLICATION_SINGLE_GROUND
        return [
            f"单人纳入低保的情形（{where}）登记为“{ground or '空'}”，应为 {rule.value} 之一（{rule.source}）"
        ]
    if not handed_in(case, DocumentId.SINGLE_COVER_FORM):
        return [
            f"卷内没有签字的《单人纳入最低生活保障审核表》（single_cover_form），边缘家庭和情形没有凭据（{rule.source}）"
        ]
    disability = str(case.fact("applicant.disability") or "")
    lines = NeedLines.of(attempt.pack, RuleDays(case.rules_on, attempt.on))
    if ground == "重度残疾" and not lines.severely_disabled(disability):
        return [f"情形是重度残疾，申请人的残疾登记为“{disability or '空'}”（申请人·残疾类别与等级）"]
    if ground == "重病" and case.fact("applicant.health") != "重病":
        return ["情形是重病，申请人的健康状况没有登记为重病（申请人·健康状况）"]
    return []


def _emergency_known(attempt: Attempt) -> list[str]:
    """「直接登记救助对象、事由、金额等信息」: without them there is nothing to register."""
    case, wanted = attempt.case, (FactPath.APPLICATION_EVENT, FactPath.APPLICATION_EVENT_PLACE)
    return [f"没有登记{Path.parse(p).label}（{p}）" for p in wanted if not case.fact(p)]


def _change_agrees(attempt: Attempt) -> list[str]:
    return benefit_amount.change_faults(money_decision(attempt))


def _care_form_known(attempt: Attempt) -> list[str]:
    return [] if attempt.case.fact(FactPath.BENEFIT_CARE_FORM) else ["没有登记供养方式（救助金额·供养方式）"]


def _once(attempt: Attempt) -> list[str]:
    before = attempt.case.step(attempt.step.id)
    return [f"“{attempt.step.title}”只能办一次，已于 {before.on} 办过"] if before else []


def _persons_agree(attempt: Attempt) -> list[str]:
    """Nobody twice, no impossible birth, sex and birth as the number says: a file of former times may still hold otherwise."""
    return persons.contradictions(attempt.case.facts)


def _across_households(attempt: Attempt) -> list[str]:
    return across.objections(attempt.across, attempt.case, attempt.values)


def _appraised(attempt: Attempt) -> list[str]:
    return [] if attempt.case.step(StepId.APPRAISE) else ["还没有民主评议，本地规定必须评议"]


def _ending_served(attempt: Attempt) -> list[str]:
    """终止、不予受理、终止程序 …: issued and served before the file is closed, for afterwards neither can be done."""
    case, found = attempt.case, open_matters.ending_decision(attempt.case, attempt.pack, attempt.catalogue)
    if found is None or open_matters.nobody_left(case):
        return []
    decided, documents = found
    reasons = []
    if not documents:
        reasons.append(
            f"规则包没有写“{decided.title}”（{decided.on}）应形成、送达的文书，无从判断是否已经送达"
        )
    for name in documents:
        if any(record.seq > decided.seq for record in case.records_of(name)):
            continue
        title = attempt.catalogue.title(name)
        reasons.append(
            f"“{decided.title}”（{decided.on}）应形成的《{title}》还没有制发，注销以后不能再制发："
            f"archivist generate {title} {case.number}"
        )
    if not any(step.seq > decided.seq and step.id in DELIVERIES for step in case.steps):
        reasons.append(
            f"“{decided.title}”（{decided.on}）的决定还没有送达：archivist case step {case.number} {StepId.DELIVER.value}"
        )
    return reasons


def _served(attempt: Attempt) -> list[str]:
    """A paper that recites a service, and the step of service itself, which serves one act once."""
    case, pack, catalogue = attempt.case, attempt.pack, attempt.catalogue
    if taken := service_step.served_since(case, pack, catalogue, attempt.step.id):
        return [f"已于 {taken.on} 办过“{taken.title}”，没有新的文书要送达"]
    return service_step.unproved(case, pack, catalogue)


def _service_proven(attempt: Attempt) -> list[str]:
    return service_step.unfit(
        attempt.case,
        attempt.pack,
        attempt.catalogue,
        attempt.step,
        attempt.on,
        attempt.values,
        attempt.reason,
    )


def _recovery_sum(attempt: Attempt) -> list[str]:
    return recoveries.wrong_sum(attempt.case, attempt.step.id, attempt.values.get("amount"))


def _guardian(attempt: Attempt) -> list[str]:
    days = RuleDays(attempt.case.rules_on, attempt.on)
    return guardianship.lacking(attempt.case, attempt.catalogue, attempt.on, ages_of(attempt.pack, days))


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition of a step.

    Attributes:
        test: what stands in the way, nothing when the condition holds.
        rests_on: the rules it asks for; where one has no row that holds, the act is refused. Each must have one for every
            category and day on which a step can be taken that has the guard (``rules.soundness`` proves it).
        timed: it depends on days alone, so that it is asked again when a day is corrected afterwards.
        waits: it waits for a period (公示期) to run out; no way may lead to the step past the steps that set one going.
    """

    test: Callable[[Attempt], list[str]]
    rests_on: tuple[RequiredRule, ...] = ()
    timed: bool = False
    waits: bool = False

    def reasons(self, attempt: Attempt) -> list[str]:
        """Return why it does not hold: the rules that are absent, else what it finds in the case."""
        step, case, pack = attempt.step.id, attempt.case, attempt.pack
        return legal_basis.absent(self.rests_on, step, case, pack, attempt.on) or self.test(attempt)


_AMOUNT: Final = (
    RequiredRule(RuleId.TEMP_TOWN_APPROVAL_CAP, TEMPORARY, (StepId.CONFIRM,)),
    RequiredRule(RuleId.TEMP_QUICK_CAP, steps=(StepId.QUICK_RELIEF,)),
    RequiredRule(RuleId.TEMP_ADVANCE_CAP, steps=(StepId.ADVANCE,)),
    RequiredRule(RuleId.PAY_START, (Category.DB, Category.TK, Category.DX), GRANTING),
    RequiredRule(RuleId.DISABILITY_PAYSTART, (Category.CJ,), (StepId.PAY,)),
)
_ACROSS: Final = (RequiredRule(RuleId.ACROSS_EXCLUDES), RequiredRule(RuleId.ACROSS_ENDS))
GUARDS: Final[Mapping[str, Guard]] = MappingProxyType(
    {
        "delegated": Guard(_delegated),
        "complete": Guard(_complete),
        "incomplete": Guard(_incomplete),
        "kinship_known": Guard(_kinship_known),
        "kinship_filed": Guard(_kinship_filed),
        "reason": Guard(_reason),
        "authorised": Guard(_authorised, (RequiredRule(RuleId.VERIFY_OBLIGORS),)),
        "verified": Guard(_verified),
        "publicity_over": Guard(_publicity_over, timed=True, waits=True),
        "termination_publicity_over": Guard(
            _publicity_over, (RequiredRule(RuleId.PUBLICITY_TERMINATION),), timed=True, waits=True
        ),
        "explain_over": Guard(_explain_over, (RequiredRule(RuleId.VERIFY_EXPLAIN),), timed=True),
        "overall_running": Guard(_overall_running, (RequiredRule(RuleId.OVERALL),), timed=True),
        "disputes_settled": Guard(_disputes_settled),
        "amount_known": Guard(_amount_known),
        "single_cover": Guard(_single_cover),
        "emergency_known": Guard(_emergency_known),
        "amount_lawful": Guard(_amount_lawful, _AMOUNT),
        "change_agrees": Guard(_change_agrees),
        "care_form_known": Guard(_care_form_known),
        "once": Guard(_once),
        "change_reported": Guard(benefit_guards.change_reported),
        "papers_of_review": Guard(benefit_guards.papers_of_review),
        "person_known": Guard(benefit_guards.person_known),
        "not_absent": Guard(benefit_guards.not_absent),
        "absent": Guard(benefit_guards.absent),
        "no_recovery_open": Guard(lambda attempt: recoveries.none_open(attempt.case)),
        "recovery_open": Guard(lambda attempt: recoveries.none_to_act_on(attempt.case)),
        "recovery_sum": Guard(_recovery_sum),
        "recovery_overdue": Guard(
            lambda attempt: recoveries.not_overdue(attempt.case, attempt.on), timed=True
        ),
        "recovery_urged": Guard(
            lambda attempt: recoveries.not_urged(attempt.case, attempt.pack, attempt.on),
            (RequiredRule(RuleId.RECOVERY_URGE),),
            timed=True,
        ),
        "guardian": Guard(_guardian, (RequiredRule(RuleId.AGE_ADULT), RequiredRule(RuleId.AGE_EARNING))),
        "gradual_exit_length": Guard(
            benefit_guards.gradual_exit_length, (RequiredRule(RuleId.GRADUAL_EXIT),)
        ),
        hearing.GUARD: Guard(benefit_guards.heard, (RequiredRule(RuleId.HEARING),)),
        "hearing_told": Guard(benefit_guards.hearing_told),
        "proposed": Guard(benefit_guards.proposed),
        "appraised": Guard(_appraised),
        "persons_agree": Guard(_persons_agree),
        across.GUARD: Guard(_across_households, _ACROSS),
        "ending_served": Guard(_ending_served),
        "served": Guard(_served),
        "service_proven": Guard(
            _service_proven,
            (RequiredRule(RulePrefix.SERVICE_METHOD), RequiredRule(RuleId.SERVICE_PUBLIC)),
            timed=True,
        ),
    }
)
"""Name in ``steps.toml`` → condition."""
TIMED: Final = tuple(name for name, guard in GUARDS.items() if guard.timed)
"""Those that depend on days alone: asked again when a day is corrected afterwards."""
