"""Which rows of the pack an act rests on: where one is absent the act is refused; nothing is allowed because a rule is absent.

A guard says what it rests on itself (``guards.Guard``); here stands what steps rest on whatever their guards: the time
limits they set going, the waiting period of a notice, the number of people, the retention that begins.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from archivist.model.case import Case
from archivist.model.household import RECOGNISED
from archivist.model.ids import Category
from archivist.model.states import POSTED
from archivist.model.step_ids import GRANTING, REFUSING, StepId
from archivist.rules.pack import Pack
from archivist.rules.rule import RuleKind, StepRule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId


@dataclass(frozen=True, slots=True)
class RequiredRule:
    """A rule of which a row must hold for the category, on the day whose rules count.

    Attributes:
        rule: its id; one that ends with a dot stands for every id that begins so, of which one must hold.
        categories: for which of them it must; none named: for every one that has the step.
        steps: for which steps it must; none named: for every one.
    """

    rule: str
    categories: tuple[Category, ...] = ()
    steps: tuple[str, ...] = ()

    def concerns(self, category: Category, step: str) -> bool:
        """Tell whether a step of a category rests on it."""
        return (not self.categories or category in self.categories) and (not self.steps or step in self.steps)


_LASTING: Final = (Category.DB, Category.TK, Category.DX)
"""In force month by month, and looked at again."""
_REVIEWED: Final = (*_LASTING, *RECOGNISED)
"""Confirmed to last, with money or without, and looked at again."""
_PUBLIC: Final = (*_REVIEWED, Category.ZC)
"""Whose result is posted before the decision."""
OF_STEPS: Final[Mapping[str, tuple[RequiredRule, ...]]] = MappingProxyType(
    {
        StepId.ACCEPT: (RequiredRule(RuleId.OVERALL),),
        StepId.VERIFY: (RequiredRule(RuleId.VERIFY_START),),
        StepId.OBJECTION: (RequiredRule(RuleId.PUBLICITY_OBJECTION_RECHECK, _PUBLIC),),
        StepId.EXTEND: (RequiredRule(RuleId.OVERALL_EXTENDED),),
        StepId.REVIEW: (RequiredRule(RuleId.DECIDE, _REVIEWED),),
        StepId.ADVANCE: (RequiredRule(RuleId.TEMP_EMERGENCY_PAPERWORK),),
        **dict.fromkeys(
            GRANTING,
            (
                RequiredRule(RuleId.INFO_DISCLOSURE, _REVIEWED),
                RequiredRule(RuleId.PAY_START, _LASTING),
                RequiredRule(RuleId.REVIEW_CYCLE, _REVIEWED),
                RequiredRule(RuleId.RECOGNITION_VALIDITY, (Category.GX,)),
                RequiredRule(RuleId.TEMP_QUICK_TIME, steps=(StepId.QUICK_RELIEF,)),
            ),
        ),
        **dict.fromkeys(REFUSING, (RequiredRule(RuleId.REFUSAL_INFORM),)),
        StepId.DELIVER: (RequiredRule(RuleId.REMEDY_RECONSIDERATION), RequiredRule(RuleId.REMEDY_LITIGATION)),
        StepId.REPORT_CHANGE: (RequiredRule(RuleId.REASSESS, (Category.TK,)),),
        **dict.fromkeys((StepId.SUSPEND, StepId.TERMINATE), (RequiredRule(RuleId.PAY_STOP),)),
        StepId.CHANGE: (RequiredRule(RuleId.PAY_CHANGE),),
        StepId.REPORT_DEATH: (RequiredRule(RuleId.DEATH_PROCESS),),
        StepId.TERMINATION_OBJECTION: (RequiredRule(RuleId.TERMINATION_OBJECTION),),
        StepId.CLAIM_BACK: (RequiredRule(RuleId.RECOVERY_REPAY), RequiredRule(RuleId.RECOVERY_ENFORCE)),
        StepId.DEREGISTER: (
            RequiredRule(RuleId.RETENTION_CASE),
            RequiredRule(RuleId.RETENTION_DAILY),
            RequiredRule(RuleId.RETENTION_REFUSED),
        ),
    }
)
"""Step → the rules it rests on whatever its guards are."""


def posts(step: StepRule) -> bool:
    """Tell whether a step puts up a notice, so that a row of a waiting period must begin with it."""
    return any(after in POSTED and before is not after for before, after in step.moves.items())


def lacking(step: StepRule, case: Case, pack: Pack, on: dt.date) -> list[str]:
    """Return which rules are absent from a pack without which a step of a case cannot be taken on a day."""
    people = (RequiredRule(step.people),) if step.people else ()
    reasons = absent((*OF_STEPS.get(step.id, ()), *people), step.id, case, pack, on)
    days = RuleDays(case.rules_on, on)
    waits = any(
        r.kind is RuleKind.WAIT and step.id in r.starts and r.applies(case.category, days) for r in pack.rules
    )
    if posts(step) and not waits:
        reasons.append(no_waiting_period(step.id, step.title, case, pack))
    return reasons


def no_waiting_period(step: str, title: str, case: Case, pack: Pack) -> str:
    """Say that a pack does not say how long what a step posted hangs."""
    return (
        f"规则包 {pack.id} 没有写{case.category.label}“{title}”的公示期（{case.rules_on} 适用的规则中没有由 {step} 起算的"
        f"等待期），公示多久无从判断；{_TODO}"
    )


def absent(bases: Iterable[RequiredRule], step: str, case: Case, pack: Pack, on: dt.date) -> list[str]:
    """Return for each rule that a step of a case rests on and that has no row what is absent, and what to do."""
    return [
        f"规则包 {pack.id} 对{case.category.label}没有规定 {basis.rule.rstrip('.')}（看的是 {case.rules_on} 适用的规则），"
        f"无从判断，不能办理；archivist rules show {basis.rule.rstrip('.')} 可查各行，{_TODO}"
        for basis in bases
        if basis.concerns(case.category, step) and not _has_row(basis.rule, case, pack, on)
    ]


_TODO: Final = (
    "archivist rules check 列出所缺；确有规定的，在 archivist.toml 写明 [[override.rule]] 并注明出处"
)


def _has_row(rule: str, case: Case, pack: Pack, on: dt.date) -> bool:
    days = RuleDays(case.rules_on, on)
    if rule.endswith("."):
        return bool(pack.under(rule, case.category, days))
    return pack.find(rule, case.category, days) is not None
