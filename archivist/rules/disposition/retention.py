"""How long a case must be kept, and from when: computed in this one place, with its sources.

``expiry = max(注销 + 3 年, 日常管理类形成年度终了 + 5 年)``; a refused application counts from the decision. The day
after ``expiry`` the case may be *appraised* (鉴定); nothing is ever destroyed by a date alone
(《中华人民共和国档案法》第二十一条「禁止擅自销毁档案」).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archivist.model.case import Case
from archivist.model.step_ids import UNGRANTED
from archivist.rules.pack import Pack, Rule
from archivist.rules.rule_ids import RuleId
from archivist.rules.work_calendar import add_years


@dataclass(frozen=True, slots=True)
class Retention:
    """A case's retention. ``expires`` is the last day it must be kept; ``rule`` the row that decides."""

    starts: dt.date
    expires: dt.date
    rule: Rule
    all_rules: tuple[tuple[Rule, dt.date], ...]

    def expired(self, on: dt.date) -> bool:
        """Tell whether the period has run out."""
        return on > self.expires


def words(rule: Rule) -> str:
    """Return a period as covers and lists write it: ``注销（停保）之日起不少于3年``."""
    return f"{rule.trigger}起不少于{rule.value}{rule.unit}"


def _ended_without_benefit(case: Case, refused: Rule) -> dt.date | None:
    """Return the day on which assistance was refused or given up: of the step, else of the decision's record."""
    if step := case.step(*UNGRANTED):
        return step.on
    decisions = case.records_of(*refused.documents)
    days = [r.dated or r.filed_at[:10] for r in decisions]
    return dt.date.fromisoformat(max(days)) if days else None


def retention(case: Case, pack: Pack) -> Retention | None:
    """Return a deregistered case's retention, or ``None`` while it is open: then no period runs."""
    if case.deregistered_on is None:
        return None
    base = pack.rule(RuleId.RETENTION_CASE, case.category, case.deregistered_on)
    periods = [(base, case.deregistered_on, add_years(case.deregistered_on, int(base.value)))]
    daily = pack.find(RuleId.RETENTION_DAILY, case.category, case.deregistered_on)
    if daily:
        years = [int((r.dated or r.filed_at)[:4]) for r in case.records_of(*daily.documents)]
        if years:
            end = dt.date(max(years), 12, 31)
            periods.append((daily, end, add_years(end, int(daily.value))))
    refused = pack.find(RuleId.RETENTION_REFUSED, case.category, case.deregistered_on)
    if refused and (decided := _ended_without_benefit(case, refused)):
        periods.append((refused, decided, add_years(decided, int(refused.value))))
    rule, start, end = max(periods, key=lambda p: p[2])
    return Retention(start, end, rule, tuple((r, e) for r, _, e in periods))
