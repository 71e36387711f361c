"""The words of the law and of the place that stand in running text of papers: each from its row, so that a row changed changes the paper.

A paper whose row is missing is refused, like one that lacks any other field the rules say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.registry import computes
from archivist.rules import rule_text
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import RuleId

_Words = Callable[[Rule], str]


def _value(rule: Rule) -> str:
    return str(rule.value)


def _next(rule: Rule) -> str:
    return str(int(rule.value) + 1)


def _measure(rule: Rule) -> str:
    return f"{rule.source.measure}{rule.source.article}"


_WORDS: Final[Mapping[str, tuple[RuleId, _Words]]] = MappingProxyType(
    {
        FieldPath.LAW_DEATH: (RuleId.DEATH_PROCESS, rule_text.period),
        FieldPath.LAW_NONREPORT: (RuleId.NONREPORT_EDUCATION, rule_text.period),
        FieldPath.LAW_PETITION: (RuleId.PETITION_REVIEW, rule_text.within),
        FieldPath.LAW_REFUSAL: (RuleId.REFUSAL_INFORM, rule_text.within),
        FieldPath.LAW_REASSESS: (RuleId.REASSESS, rule_text.within),
        FieldPath.LAW_TEAM: (RuleId.SURVEY_TEAM_MIN, rule_text.people),
        FieldPath.LAW_REPRESENTATIVES: (RuleId.APPRAISAL_REPRESENTATIVES, rule_text.fraction),
        FieldPath.LAW_CONSENT_AGE: (RuleId.AGE_CONSENT, partial(rule_text.age, han=True)),
        FieldPath.LAW_OBLIGOR_AGE: (RuleId.OBLIGOR_AGE, rule_text.age),
        FieldPath.LAW_OBLIGOR_AGE_RECIPIENT: (RuleId.OBLIGOR_AGE_RECIPIENT, rule_text.age),
        FieldPath.LAW_SELF_CARE_PARTIAL: (RuleId.SELF_CARE_PARTIAL, _value),
        FieldPath.LAW_SELF_CARE_LOST: (RuleId.SELF_CARE_PARTIAL, _next),
        FieldPath.LAW_INQUIRY: (RuleId.LAW_INQUIRY, _value),
        FieldPath.LAW_CONSENT: (RuleId.LAW_CONSENT, _value),
        FieldPath.LAW_RECOGNITION: (RuleId.LAW_RECOGNITION, _value),
        FieldPath.LAW_FRAUD: (RuleId.PENALTY_FRAUD, _value),
        FieldPath.LAW_FRAUD_SOURCE: (RuleId.PENALTY_FRAUD, _measure),
        FieldPath.ROLE_APPRAISAL: (RuleId.ROLE_APPRAISAL, _value),
        FieldPath.ROLE_COMMITTEE: (RuleId.ROLE_COMMITTEE, _value),
        FieldPath.ROLE_CONFERENCE: (RuleId.ROLE_CONFERENCE, _value),
        FieldPath.ROLE_COUNTY: (RuleId.ROLE_COUNTY, _value),
        FieldPath.ROLE_INTAKE: (RuleId.ROLE_INTAKE, _value),
        FieldPath.ROLE_LEADERSHIP: (RuleId.ROLE_LEADERSHIP, _value),
        FieldPath.ROLE_PANEL: (RuleId.ROLE_PANEL, _value),
        FieldPath.ROLE_REVIEW: (RuleId.ROLE_REVIEW, _value),
        FieldPath.ROLE_REVIEW_HEAD: (RuleId.ROLE_REVIEW_HEAD, _value),
        FieldPath.ROLE_TOWN: (RuleId.ROLE_TOWN, _value),
    }
)
"""Path → the row and how a paper says it."""


def _said_by(rule_id: RuleId, words: _Words) -> Callable[[DocumentContext], str | None]:
    def said(context: DocumentContext) -> str | None:
        rule = context.rule_for(rule_id) if context.sources else None
        return words(rule) if rule else None

    return said


for _path, (_rule_id, _how) in _WORDS.items():
    computes(_path)(_said_by(_rule_id, _how))


def _any(rule_id: RuleId, context: DocumentContext) -> Rule | None:
    """Return a row of the place, whether its condition holds for the household or not."""
    rows = context.pack.under(rule_id, context.case.category, context.days) if context.sources else []
    return next((r for r in rows if r.id == rule_id), None)


@computes(FieldPath.LAW_ALERT)
def _alert(context: DocumentContext) -> str | None:
    """That households are graded by urgency; nothing where the place has no grades."""
    rows = context.pack.rules if context.sources else ()
    return "实行" if any(r.id == RuleId.VISIT_ALERT for r in rows) else None


@computes(FieldPath.LAW_HEARING)
def _hearing(context: DocumentContext) -> str | None:
    """By which article a household is heard; nothing before there was one."""
    rule = context.rule_for(RuleId.HEARING) if context.sources else None
    return rule.source.citation if rule and rule.value else None


@computes(FieldPath.LAW_ADVANCE)
def _advance(context: DocumentContext) -> str | None:
    """Within which time help in advance must arrive; nothing where the place lays down none."""
    rule = _any(RuleId.TEMP_EMERGENCY_ADVANCE, context)
    return rule_text.within(rule) if rule else None
