"""Named conditions of a step: pure functions of what is attempted; each returns its reasons, none when it holds.

Rows of ``steps.toml`` name them in ``guards``. What they demand stands on the row's own sentence; a number (公示期,
说明期限, 总期限) comes from the pack's time limits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.ids import DocumentId
from archivist.errors import NotDelegated
from archivist.model import persons
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Part, people
from archivist.model.household import RECOGNISED
from archivist.model.ids import Category
from archivist.model.step_ids import DELIVERIES, StepId
from archivist.rules import across, benefit_amount, deadlines, guardianship, open_matters, service_step
from archivist.rules.across import AcrossHouseholds
from archivist.rules.benefit_amount import MoneyDecision
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
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule
from archivist.rules.rule_ids import RuleId, RulePrefix
from archivist.rules.work_calendar import add_months


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step about to be taken in a case as it stands: when, by whom, with what told.

    ``catalogue``: the document types, which say what has to be served. ``standards``: the office's monthly standards in
    yuan, by category. ``across``: what other households say of it; ``None`` when nobody looked.
    """

    case: Case
    pack: Pack
    step: StepRule
    on: dt.date
    at: str = ""
    by: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}))
    standards: Mapping[str, str] = field(default_factory=dict)
    across: AcrossHouseholds | None = None


def _delegated(attempt: Attempt) -> list[str]:
    try:
        attempt.pack.require_delegated(attempt.case.category)
    except NotDelegated as error:
        return [error.what]
    return []


def _complete(attempt: Attempt) -> list[str]:
    lacking = [
        f"材料不齐：{attempt.catalogue.title(m.document)}（{m.reason}）——{m.requirement}"
        for m in missing(attempt.case, attempt.pack)
    ]
    return lacking + _in_doubt(attempt)


def _incomplete(attempt: Attempt) -> list[str]:
    """The applicant is told once of everything, so that what is in doubt is looked at before."""
    if missing(attempt.case, attempt.pack):
        return _in_doubt(attempt)
    return _in_doubt(attempt) or ["材料已经齐备，没有需要补正的，应当受理"]


def _in_doubt(attempt: Attempt) -> list[str]:
    doubts = [
        settling(attempt.case, matter)
        for m in required(attempt.case, attempt.pack)
        for matter in open_doubts(attempt.case, m.document, *m.accepts)
    ]
    return list(dict.fromkeys(doubts))


def _kinship_known(attempt: Attempt) -> list[str]:
    kinship = attempt.case.fact(FactPath.APPLICATION_KINSHIP)
    if kinship is None:
        return ["未登记是否有近亲属关系（application.kinship）"]
    if kinship and not attempt.case.fact(FactPath.APPLICATION_KIN_NAME):
        return ["有近亲属关系，但未登记关系人（application.kin_name）"]
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
    refused, unknown = unauthorised(case)
    seen = looked_up(case)
    return problems + refused + [matter for matter in unknown if matter not in seen]


def _verified(attempt: Attempt) -> list[str]:
    must = attempt.case.step(StepId.VERIFY) or any(
        s.id == StepId.VERIFY for s in attempt.pack.steps_of(attempt.case)
    )
    if not must or held(attempt.case, DocumentId.VERIFICATION_REPORT):
        return []
    doubts = open_doubts(attempt.case, DocumentId.VERIFICATION_REPORT)
    return [settling(attempt.case, matter) for matter in doubts] or [
        "卷内没有核对报告（verification_report），信息核对没有结果"
    ]


def _publicity_over(attempt: Attempt) -> list[str]:
    over, wait = deadlines.wait_over(attempt.case, attempt.pack, attempt.on)
    if over or wait is None or wait.due is None:
        return []
    return [f"公示期未满：到 {wait.due.day} 为止，{attempt.on} 还在公示期内（{wait.rule.source}）"]


def _explain_over(attempt: Attempt) -> list[str]:
    if attempt.case.step(StepId.DELIVER_EXPLAIN) is None:
        return ["不符告知书还没有送达，申请人的说明期限未起算"]
    window = deadlines.find(attempt.case, attempt.pack, RuleId.VERIFY_EXPLAIN)
    if window is None or window.due is None or attempt.on > window.due.day:
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
    steps = {s.id: s.title for s in attempt.pack.steps_of(attempt.case)}
    return [
        f"有争议的事项，须先经“{steps[name]}”"
        for name in (StepId.DELIBERATED, StepId.LEADERSHIP)
        if name in steps and attempt.case.step(name) is None
    ]


def _amount_known(attempt: Attempt) -> list[str]:
    without = (Category.DX, *RECOGNISED)
    if attempt.case.category in without or attempt.case.fact(FactPath.BENEFIT_AMOUNT) is not None:
        return []
    return ["没有登记救助金额（benefit.amount）"]


def money_decision(attempt: Attempt) -> MoneyDecision:
    """Return the money an act decides on."""
    return MoneyDecision(
        attempt.case,
        attempt.pack,
        attempt.step.id,
        attempt.on,
        attempt.standards,
        attempt.values,
        attempt.reason,
    )


def _amount_lawful(attempt: Attempt) -> list[str]:
    return benefit_amount.faults(money_decision(attempt))


def _change_agrees(attempt: Attempt) -> list[str]:
    return benefit_amount.change_faults(money_decision(attempt))


def _care_form_known(attempt: Attempt) -> list[str]:
    return [] if attempt.case.fact(FactPath.BENEFIT_CARE_FORM) else ["没有登记供养方式（benefit.care_form）"]


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


def _change_reported(attempt: Attempt) -> list[str]:
    """Of this review: what was reported at an earlier one has been dealt with."""
    reported = (StepId.REPORT_CHANGE, StepId.REPORT_DEATH)
    if any(s.id in reported for s in attempt.case.round):
        return []
    titles = [s.title for name in reported for s in attempt.pack.steps_of(attempt.case) if s.id == name]
    return [f"本次复核还没有办{'或'.join(f'“{t}”' for t in dict.fromkeys(titles))}，家庭成员的变动须先有报告"]


def _ending_served(attempt: Attempt) -> list[str]:
    """终止、不予受理、终止程序 …: issued and served before the file is closed, for afterwards neither can be done."""
    case, found = attempt.case, open_matters.ending_decision(attempt.case, attempt.pack, attempt.catalogue)
    if found is None or open_matters.nobody_left(case):
        return []
    decided, documents = found
    reasons = []
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


def _papers_of_review(attempt: Attempt) -> list[str]:
    """What the step rests on came in during this review: the register of the application does not tell of a change since."""
    case, reasons = attempt.case, []
    for need in attempt.step.needs:
        wanted = need.documents
        old = case.records_of(*wanted)
        if old and need.required and all(r.seq <= case.round_since for r in old):
            titles = "或".join(f"“{attempt.catalogue.title(n)}”" for n in wanted)
            reasons.append(f"卷内的{titles}是以前归的（第 {old[-1].no} 件），须归入变动以后的")
    return reasons


def _person_known(attempt: Attempt) -> list[str]:
    name = str(attempt.values.get("person") or "")
    family = [r for part, r in people(attempt.case.facts) if part in (Part.APPLICANT, Part.MEMBER)]
    if not name or any(r.get("name") == name for r in family):
        return []
    return [f"本户没有“{name}”；家庭成员：{'、'.join(dict.fromkeys(str(r['name']) for r in family))}"]


def _away(attempt: Attempt) -> bool | None:
    """Tell whether whom the step is about is away; ``None`` where it does not say whom."""
    name = attempt.values.get("person")
    told = [
        s
        for s in attempt.case.steps
        if s.id in (StepId.ABSENT, StepId.RETURNED) and s.values.get("person") == name
    ]
    return (bool(told) and told[-1].id == StepId.ABSENT) if name else None


def _not_absent(attempt: Attempt) -> list[str]:
    return [f"{attempt.values['person']}已登记外出，还没有登记返回"] if _away(attempt) else []


def _absent(attempt: Attempt) -> list[str]:
    return [f"{attempt.values['person']}没有登记外出"] if _away(attempt) is False else []


def _gradual_exit_length(attempt: Attempt) -> list[str]:
    """「可给予原则上不超过6个月的渐退期」: within the pack's limit, one at a time."""
    rule = attempt.pack.rule_for(RuleId.GRADUAL_EXIT, attempt.case)
    since, until = attempt.values.get("since_on"), attempt.values.get("until_on")
    if rule is None:
        return ["规则包没有写渐退期，不能给予"]
    running = deadlines.find(attempt.case, attempt.pack, RuleId.GRADUAL_EXIT)
    if running is not None and running.running:
        return ["前一次渐退期还没有办结，不能再给予"]
    if not since or not until:
        return []
    first, last = dt.date.fromisoformat(str(since)), dt.date.fromisoformat(str(until))
    if last < first:
        return [f"渐退期截止日期 {last} 早于起始日期 {first}"]
    most = add_months(first, int(rule.value)) - dt.timedelta(days=1)
    return [] if last <= most else [f"渐退期最长到 {most}（{rule.source}），所填截止日期是 {last}"]


def _guardian(attempt: Attempt) -> list[str]:
    return guardianship.lacking(attempt.case, attempt.catalogue, attempt.on)


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition of a step.

    Attributes:
        reasons: what stands in the way, nothing when the condition holds.
        rests_on: the rules it asks for; where a step has the guard, each must have a row for every category and day on
            which the step can be taken (``rules.soundness`` proves it). A prefix: at least one row under it.
        timed: it depends on days alone, so that it is asked again when a day is corrected afterwards.
        waits: it waits for a period (公示期) to run out; no way may lead to the step past the steps that set one going.
    """

    reasons: Callable[[Attempt], list[str]]
    rests_on: tuple[RuleId | RulePrefix, ...] = ()
    timed: bool = False
    waits: bool = False


GUARDS: Final[Mapping[str, Guard]] = MappingProxyType(
    {
        "delegated": Guard(_delegated),
        "complete": Guard(_complete),
        "incomplete": Guard(_incomplete),
        "kinship_known": Guard(_kinship_known),
        "kinship_filed": Guard(_kinship_filed),
        "reason": Guard(_reason),
        "authorised": Guard(_authorised),
        "verified": Guard(_verified),
        "publicity_over": Guard(_publicity_over, timed=True, waits=True),
        "termination_publicity_over": Guard(
            _publicity_over, (RuleId.PUBLICITY_TERMINATION,), timed=True, waits=True
        ),
        "explain_over": Guard(_explain_over, (RuleId.VERIFY_EXPLAIN,), timed=True),
        "overall_running": Guard(_overall_running, (RuleId.OVERALL,), timed=True),
        "disputes_settled": Guard(_disputes_settled),
        "amount_known": Guard(_amount_known),
        "amount_lawful": Guard(_amount_lawful),
        "change_agrees": Guard(_change_agrees),
        "care_form_known": Guard(_care_form_known),
        "once": Guard(_once),
        "change_reported": Guard(_change_reported),
        "papers_of_review": Guard(_papers_of_review),
        "person_known": Guard(_person_known),
        "not_absent": Guard(_not_absent),
        "absent": Guard(_absent),
        "guardian": Guard(_guardian),
        "gradual_exit_length": Guard(_gradual_exit_length, (RuleId.GRADUAL_EXIT,)),
        "appraised": Guard(_appraised),
        "persons_agree": Guard(_persons_agree),
        across.GUARD: Guard(_across_households),
        "ending_served": Guard(_ending_served),
        "served": Guard(_served),
        "service_proven": Guard(
            _service_proven, (RulePrefix.SERVICE_METHOD, RuleId.SERVICE_PUBLIC), timed=True
        ),
    }
)
"""Name in ``steps.toml`` → condition."""
TIMED: Final = tuple(name for name, guard in GUARDS.items() if guard.timed)
"""Those that depend on days alone: asked again when a day is corrected afterwards."""
