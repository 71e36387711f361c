"""The named conditions of a running benefit: reviews, who is away, the gradual exit; see ``guards``."""

from __future__ import annotations

import datetime as dt

from archivist.model.fact_paths import FactPath
from archivist.model.facts import Part, people
from archivist.model.step_ids import StepId
from archivist.rules import deadlines, hearing
from archivist.rules.attempt import Attempt
from archivist.rules.benefit_amount import money
from archivist.rules.hearing import AdverseDecision
from archivist.rules.rule_ids import RuleId
from archivist.rules.work_calendar import add_months


def change_reported(attempt: Attempt) -> list[str]:
    """Of this review: what was reported at an earlier one has been dealt with."""
    reported = (StepId.REPORT_CHANGE, StepId.REPORT_DEATH)
    if any(s.id in reported for s in attempt.case.round):
        return []
    titles = [
        s.title for name in reported for s in attempt.pack.steps_of(attempt.case, attempt.on) if s.id == name
    ]
    return [f"本次复核还没有办{'或'.join(f'“{t}”' for t in dict.fromkeys(titles))}，家庭成员的变动须先有报告"]


def papers_of_review(attempt: Attempt) -> list[str]:
    """What the step rests on came in during this review: the register of the application does not tell of a change since."""
    case, reasons = attempt.case, []
    for need in attempt.step.needs:
        wanted = need.documents
        old = case.records_of(*wanted)
        if old and need.required and all(r.seq <= case.round_since for r in old):
            titles = "或".join(f"“{attempt.catalogue.title(n)}”" for n in wanted)
            reasons.append(f"卷内的{titles}是以前归的（第 {old[-1].no} 件），须归入变动以后的")
    return reasons


def person_known(attempt: Attempt) -> list[str]:
    """Whom the step names is of the family."""
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


def not_absent(attempt: Attempt) -> list[str]:
    """Whom the step names is not away already."""
    return [f"{attempt.values['person']}已登记外出，还没有登记返回"] if _away(attempt) else []


def absent(attempt: Attempt) -> list[str]:
    """Whom the step names is away."""
    return [f"{attempt.values['person']}没有登记外出"] if _away(attempt) is False else []


def gradual_exit_length(attempt: Attempt) -> list[str]:
    """「可给予原则上不超过6个月的渐退期」: within the pack's limit, one at a time."""
    rule = attempt.pack.rule_for(RuleId.GRADUAL_EXIT, attempt.case, attempt.on)
    since, until = attempt.values.get("since_on"), attempt.values.get("until_on")
    if rule is None:
        return ["规则包没有写本户的渐退期，不能给予"]
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


def heard(attempt: Attempt) -> list[str]:
    """「作出调减、终止社会救助决定前应当听取社会救助对象的意见」: about this very decision."""
    return hearing.lacking(_decision(attempt), attempt.pack)


def _decision(attempt: Attempt) -> AdverseDecision:
    amount = money(attempt.case.fact(FactPath.BENEFIT_AMOUNT))
    return AdverseDecision(attempt.case, attempt.step.id, attempt.on, amount, attempt.values)


def hearing_told(attempt: Attempt) -> list[str]:
    """What a hearing, or a proposal to the bureau, says of itself can be."""
    return [
        *hearing.untrue(attempt.case, attempt.values),
        *hearing.too_soon(attempt.case, attempt.values, attempt.on),
    ]


def proposed(attempt: Attempt) -> list[str]:
    """The bureau answers what the office has proposed: 停发 or 终止, since its last decision."""
    what = _decision(attempt).proposed
    since = max((s.seq for s in attempt.case.round if s.id in _BUREAU_DECIDES), default=0)
    proposals = [s for s in attempt.case.round if s.id == StepId.PROPOSE_ENDING and s.seq > since]
    if proposals and proposals[-1].values.get(hearing.PROPOSED) == what:
        return []
    other = (
        f"（{proposals[-1].on} 提请的是{proposals[-1].values.get(hearing.PROPOSED)}）" if proposals else ""
    )
    return [
        (
            f"镇街只有审核权，{what}由民政部门决定：还没有提请{what}{other}，先办 archivist case step "
            f"{attempt.case.number} {StepId.PROPOSE_ENDING.value} --set {hearing.PROPOSED}={what}"
        )
    ]


_BUREAU_DECIDES = (StepId.SUSPEND, StepId.TERMINATE, StepId.RESUME)
