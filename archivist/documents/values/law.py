"""The words of the law that stand in running text of papers: each from its row, so that a row changed changes the paper.

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
        FieldPath.LAW_FRAUD: (RuleId.PENALTY_FRAUD, _value),
        FieldPath.LAW_FRAUD_SOURCE: (RuleId.PENALTY_FRAUD, _measure),
    }
)
"""Path → the row and how a paper says it."""


def _said_by(rule_id: RuleId, words: _Words) -> Callable[[DocumentContext], str | None]:
    def said(context: DocumentContext) -> str | None:
        rule = context.rule_for(rule_id)
        return words(rule) if rule else None

    return said


for _path, (_rule_id, _how) in _WORDS.items():
    computes(_path)(_said_by(_rule_id, _how))
