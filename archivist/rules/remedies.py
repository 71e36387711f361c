"""The ways of having a decision looked at again (救济途径): within which time, before which body, against which.

Each is a row of the pack, dated like any other; a paper, its check and the time limits of a case read the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from archivist.doctypes.catalogue import REMEDY_PHRASES
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import RuleId
from archivist.rules.rule_text import within


class Body(StrEnum):
    """Bodies that a row names by their part; which they are is a setting of the office."""

    OFFICE = "本机关"
    BUREAU = "委托机关"
    REVIEW_AUTHORITY = "行政复议机关"
    COURT = "管辖法院"


RuleFor = Callable[[RuleId], Rule | None]
"""The row of an id that holds for a household on the day of the decision."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way, by the ids of its rows.

    Attributes:
        title: how people call it.
        term: row of the time, counted from the day of service.
        authority: row of the body it is brought before; ``opponent``: of the one that answers for the decision.
    """

    title: str
    term: RuleId
    authority: RuleId
    opponent: RuleId


RECONSIDERATION: Final = Remedy(
    "行政复议",
    RuleId.REMEDY_RECONSIDERATION,
    RuleId.REMEDY_RECONSIDERATION_AUTHORITY,
    RuleId.REMEDY_RECONSIDERATION_RESPONDENT,
)
LITIGATION: Final = Remedy(
    "行政诉讼",
    RuleId.REMEDY_LITIGATION,
    RuleId.REMEDY_LITIGATION_COURT,
    RuleId.REMEDY_LITIGATION_DEFENDANT,
)
REMEDIES: Final = (RECONSIDERATION, LITIGATION)


@dataclass(frozen=True, slots=True)
class RemedyTold:
    """One way as a decision tells it.

    Attributes:
        within: the time, ``60日内``.
        authority: full name of the body it is brought before; ``opponent``: of the one that answers for the decision.
    """

    within: str
    authority: str
    opponent: str


def lacking(rule_for: RuleFor, bodies: Mapping[Body, str]) -> list[str]:
    """Return why a decision cannot tell the ways: rows the pack has not, bodies the settings do not name.

    Args:
        rule_for: see ``RuleFor``.
        bodies: full names by part; empty where the settings have none.
    """
    found = []
    for remedy in REMEDIES:
        for row_id in (remedy.term, remedy.authority, remedy.opponent):
            rule = rule_for(row_id)
            if rule is None:
                found.append(f"规则包对这一户没有写{remedy.title}的 {row_id}")
            elif row_id != remedy.term and not _name(rule, bodies):
                found.append(
                    f"archivist.toml 的 [office] 缺少 {rule.value}（{_SETTINGS[Body(str(rule.value))]}）"
                )
    return list(dict.fromkeys(found))


_SETTINGS: Final[Mapping[Body, str]] = {
    Body.OFFICE: "name",
    Body.BUREAU: "bureau",
    Body.REVIEW_AUTHORITY: "review_authority",
    Body.COURT: "court",
}


def told(remedy: Remedy, rule_for: RuleFor, bodies: Mapping[Body, str]) -> RemedyTold | None:
    """Return a way as a decision tells it; ``None`` when anything of it is lacking, see ``lacking``."""
    time, authority, opponent = (
        rule_for(row_id) for row_id in (remedy.term, remedy.authority, remedy.opponent)
    )
    if not (time and authority and opponent and _name(authority, bodies) and _name(opponent, bodies)):
        return None
    return RemedyTold(within(time), _name(authority, bodies), _name(opponent, bodies))


def phrases(rule_for: RuleFor) -> list[tuple[str, ...]]:
    """Return what a decision must contain to have told the ways; of each tuple one form will do (60日内, 六十日内)."""
    times = [time for remedy in REMEDIES if (time := rule_for(remedy.term))]
    return [(within(time), within(time, han=True)) for time in times] + [(word,) for word in REMEDY_PHRASES]


def _name(rule: Rule, bodies: Mapping[Body, str]) -> str:
    """Return the full name of the body a row names: by its part, or as it stands."""
    part = str(rule.value)
    return bodies.get(Body(part), "") if part in set(Body) else part
