"""What the whole office owes by the month or always, from what was worked out of its open cases (``agenda``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category
from archivist.model.office_papers import papers_of
from archivist.procedure.duties import Duty, of_records, of_staff
from archivist.rules.pack import Pack, Rule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId, RulePrefix
from archivist.rules.unit import Unit
from archivist.workspace import Workspace

Body = Mapping[str, Any]
"""What ``agenda`` keeps of a case."""
Bodies = Mapping[str, Body]
"""That of each open case, by its number."""


def by_calendar(bodies: Bodies, pack: Pack, on: dt.date, category: Category | None) -> Iterator[Duty]:
    """Yield the rules that bind the whole office: shares of a month, and what returns with the calendar."""
    month = f"{on:%Y-%m}"
    for rule in pack.rules:
        if rule.id.startswith(RulePrefix.DUTY):
            continue
        if (
            rule.timed
            or rule.unit not in (Unit.RATIO, Unit.CYCLE)
            or not rule.applies(category, RuleDays.alike(on))
        ):
            continue
        if rule.id == RuleId.VISIT_MONTHLY_RATIO:
            base = [body for body in _bound_by(rule, bodies) if body["review"]]
            done = sum(month in body["visits"] for body in base)
            yield Duty(rule, month, len(base), rule.share_of(len(base)), done)
        elif rule.id == RuleId.SPOTCHECK_RATIO:
            count = sum(month in body["decided"] for body in _bound_by(rule, bodies))
            yield Duty(rule, month, count, rule.share_of(count))
        else:
            yield Duty(rule, str(rule.value) if rule.unit is Unit.CYCLE else "")


def _bound_by(rule: Rule, bodies: Bodies) -> Iterable[Body]:
    if not rule.categories:
        return bodies.values()
    return [body for number, body in bodies.items() if CaseNo.parse(number).category in rule.categories]


def of_office(
    workspace: Workspace, bodies: Iterable[Body], on: dt.date, category: Category | None
) -> Iterator[Duty]:
    """Yield what the office owes for all its work; nothing where only one category is asked about."""
    if category is not None:
        return
    yield from of_staff(workspace.config, workspace.pack, sum(body["served"] for body in bodies), on)
    ledger = [*workspace.archive.ledger_events(Op.LEDGER_OPENED, Op.OFFICE_DOCUMENT_ISSUED)]
    opened = next((dt.date.fromisoformat(e.time[:10]) for e in ledger if e.op is Op.LEDGER_OPENED), None)
    yield from of_records(workspace.pack, papers_of(ledger), on, opened)
