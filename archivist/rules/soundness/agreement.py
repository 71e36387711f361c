"""Rules that must agree with each other: an extended limit with the limit, a least number with the most, one kind for one id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from archivist.rules.pack import Pack
from archivist.rules.remedies import Body
from archivist.rules.rule import Rule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId

_ORDERED: Final = ((".extended", "", "延长后的期限"), (".max", ".min", "最多"))
"""Endings of ids: what bears the first is at least what bears the second."""


def faults(pack: Pack, days: Iterable[dt.date]) -> Iterator[str]:
    """Yield the contradictions among the rules of a pack.

    Args:
        pack: a pack whose rows could all be read.
        days: a day of every span in which its rows stay the same.
    """
    first: dict[str, Rule] = {}
    for rule in pack.rules:
        before = first.setdefault(rule.id, rule)
        if rule.kind is not before.kind:
            yield f"{rule.place}：kind 是“{rule.kind}”，同一规则的“{before.place}”是“{before.kind}”，应一致"
    for category in set(pack.delegated) & set(pack.undelegated):
        yield f"{pack.id}/pack.toml：{category.label}既写在 delegated 又写在 undelegated"
    yield from _answers(pack, days)
    for greater, lesser, what in _ORDERED:
        for rule in pack.rules:
            if rule.id.endswith(greater):
                yield from _less(pack, rule, rule.id.removesuffix(greater) + lesser, what, days)


def _answers(pack: Pack, days: Iterable[dt.date]) -> Iterator[str]:
    """Who decides in its own name answers for it; who decides for another does not (行政复议法第十九条)."""
    opponents = (RuleId.REMEDY_RECONSIDERATION_RESPONDENT, RuleId.REMEDY_LITIGATION_DEFENDANT)
    for own in (r for r in pack.rules if r.id == RuleId.DECISION_OWN_NAME):
        for other in (r for r in pack.rules if r.id in opponents):
            if (other.value == Body.OFFICE) is not own.value and _together(own, other, days):
                wanted = f"应为“{Body.OFFICE}”" if own.value else f"不应为“{Body.OFFICE}”"
                yield f"{other.place}：value 是“{other.value}”，“{own.place}”写 {'true' if own.value else 'false'} 的，{wanted}"


def _less(pack: Pack, rule: Rule, other_id: str, what: str, days: Iterable[dt.date]) -> Iterator[str]:
    for other in pack.rules:
        if other.id != other_id or other.unit is not rule.unit or not _together(rule, other, days):
            continue
        if (
            isinstance(rule.value, int | float)
            and isinstance(other.value, int | float)
            and rule.value < other.value
        ):
            yield f"{rule.place}：value 是 {rule.value}，{what}应不小于 {other.id} 的 {other.value}（{other.place}）"


def _together(one: Rule, other: Rule, days: Iterable[dt.date]) -> bool:
    """Tell whether both hold for a category on a day."""
    common = not (one.categories and other.categories) or set(one.categories) & set(other.categories)
    return bool(common) and any(
        one.applies(None, day) and other.applies(None, day) for day in map(RuleDays.alike, days)
    )
