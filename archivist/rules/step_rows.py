"""Which row of a pack a step of a case is, and what is said where it is none that can be taken now."""

from __future__ import annotations

import datetime as dt
import re

from archivist.errors import InvalidValue, StepRefused
from archivist.model.case import Case
from archivist.model.facts import Path
from archivist.model.states import StepTaken
from archivist.near_words import did_you_mean
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule
from archivist.rules.rule_days import RuleDays


def step_id(pack: Pack, text: str) -> str:
    """Return the id of the step a person means, by id or Chinese title.

    Raises:
        InvalidValue: E002, when the pack has no such step.
    """
    wanted = text.strip()
    for step in pack.steps:
        if wanted in (step.id, step.title):
            return step.id
    near = dict.fromkeys(f"{s.title}({s.id})" for s in pack.steps if wanted and wanted in s.title)
    hint = (
        f"；相近的有：{'、'.join(near)}"
        if near
        else did_you_mean(wanted, (name for s in pack.steps for name in (s.title, s.id)))
    )
    raise InvalidValue(f"没有“{text}”这一环节{hint}", remedy="用 archivist case step 户 查看现在能办的环节。")


def row_of(pack: Pack, case: Case, step: str, on: dt.date) -> StepRule:
    """Return the row of a step for a case on a day, if there are several the one for the present state.

    Raises:
        StepRefused: E209, the case has no such step. InvalidValue: E002, the pack has none.
    """
    rows = [s for s in pack.steps_of(case, on) if s.id == step]
    if not rows:
        known_rows = [s for s in pack.steps if s.id == step_id(pack, step)]
        for_it = [s for s in known_rows if s.applies(case.category, RuleDays(case.rules_on, on))]
        title = (for_it or known_rows)[0].title
        raise StepRefused(f"“{title}”不能办", file=str(case.number), problems=[not_for(case, title, for_it)])
    return next((s for s in rows if case.state in s.moves), rows[0])


def row_taken(pack: Pack, case: Case, taken: StepTaken) -> StepRule | None:
    """Return the row a recorded step was taken by, as the rules of the case have it now; ``None`` when they have none."""
    days = RuleDays(case.rules_on, taken.on)
    for step in pack.steps:
        fits = step.applies(case.category, days) and step.moves.get(taken.before) is taken.after
        if step.id == taken.id and fits:
            return step
    return None


def not_for(case: Case, title: str, rows: list[StepRule]) -> str:
    """Return why a case has no such step: its category has none, or the conditions of these rows do not hold."""
    if not rows:
        return f"{case.category.label}没有“{title}”这一环节"
    return f"本户没有“{title}”这一环节，须符合：{'；'.join(_in_words(s.when) for s in rows)}"


def _in_words(when: str) -> str:
    """Return a condition with its facts called by their Chinese names."""

    def named(match: re.Match[str]) -> str:
        try:
            return f"{Path.parse(match[0]).label}({match[0]})"
        except InvalidValue:
            return match[0]

    return re.sub(r"[a-z_]+\.[a-z_]+", named, when)


def wrong_state(pack: Pack, case: Case, row: StepRule, on: dt.date) -> list[str]:
    """Return that a step is none of the present state, with what can be done in it; empty when it is one."""
    if case.state in row.moves:
        return []
    needed = "、".join(s.label for s in row.moves)
    now = "、".join(dict.fromkeys(s.title for s in leading_on(pack, case, on))) or "没有"
    return [f"户档现为“{case.state.label}”，“{row.title}”须在“{needed}”时办；现在能办：{now}"]


def leading_on(pack: Pack, case: Case, on: dt.date) -> list[StepRule]:
    """Return the steps that lead on from where a case stands on a day, whatever else stands in their way."""
    return [s for s in pack.steps_of(case, on) if case.state in s.moves]
