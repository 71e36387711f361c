"""What a statute asks of every pack, whatever a place wrote: no row of a place or an office takes it away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from archivist.model.ids import Category
from archivist.model.roles import Role
from archivist.model.step_ids import StepId
from archivist.rules import hearing
from archivist.rules.pack import Pack, load
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId

__all__ = ["faults"]

_NATIONAL: Final = "national"
_HEARD: Final = tuple(step for step in hearing.DECISIONS if step != StepId.RESUME)


def faults(pack: Pack, days: Sequence[dt.date]) -> Iterator[str]:
    """Yield where a household would not be heard before a decision against it, though 社会救助法第四十八条 asks for it.

    Args:
        pack: a pack whose rows could all be read.
        days: a day of every span in which its rows stay the same, in order.
    """
    for step in pack.steps:
        if step.id in _HEARD and step.role is not Role.OUTSIDE and hearing.GUARD not in step.guards:
            yield f"{step.place}：环节 {step.id} 没有条件“{hearing.GUARD}”：作出减发、停发、终止决定前应当听取意见（社会救助法第四十八条），不能去掉"
    nation = pack if pack.id == _NATIONAL else load(_NATIONAL)
    for category in pack.delegated:
        yield from _unheard(pack, nation, category, days)


def _unheard(pack: Pack, nation: Pack, category: Category, days: Sequence[dt.date]) -> Iterator[str]:
    for day in days:
        asked = nation.find(RuleId.HEARING, category, RuleDays.alike(day))
        found = pack.find(RuleId.HEARING, category, RuleDays.alike(day))
        if asked and asked.value is True and found and found.value is not True:
            yield f"{found.place}：hearing 是 false，{day} 起的决定依{asked.source}须听取意见（{category.label}），不能改"
            return
