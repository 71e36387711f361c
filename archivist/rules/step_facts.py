"""Facts whose day a step records (收件日期、受理日期): the step says them, and nobody else once the file goes by its steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from archivist.model.case import Case
from archivist.model.facts import Path
from archivist.rules.pack import Pack
from archivist.rules.rule import BY_DATE, StepRule


def recorded_by(pack: Pack, case: Case, on: dt.date) -> Mapping[str, StepRule]:
    """Return which step of a case's procedure on a day records which fact."""
    return {
        path: step
        for step in reversed(pack.steps_of(case, on))
        for path, what in step.sets.items()
        if what == BY_DATE
    }


def unlawful(pack: Pack, case: Case, paths: Iterable[str], on: dt.date) -> list[str]:
    """Return why facts cannot be told by hand: a step records them.

    A file begun on paper says them when it is opened, and they may be corrected there until the step is recorded.
    """
    steps = recorded_by(pack, case, on)
    reasons = []
    for path in paths:
        step = steps.get(path)
        if step is None or (case.fact(path) is not None and not _was_recorded(pack, case, path)):
            continue
        label = Path.parse(path).label
        if taken := case.step(step.id):
            how = f"办错日期的：archivist case correct {case.number} {taken.seq} --on 日期 --reason 理由"
        else:
            how = f"先办：archivist case step {case.number} {step.id} --on 日期"
        reasons.append(f"{label}由环节“{step.title}”登记，不另填；{how}")
    return reasons


def _was_recorded(pack: Pack, case: Case, path: str) -> bool:
    ids = {s.id for s in pack.steps if s.sets.get(path) == BY_DATE}
    return any(taken.id in ids for taken in case.steps)
