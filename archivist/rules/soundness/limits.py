"""Time limits that could never run, or never be fulfilled, in a category they are written for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from archivist.model.ids import Category
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule
from archivist.rules.soundness import procedure


def faults(pack: Pack, days: Sequence[dt.date]) -> Iterator[str]:
    """Yield the time limits whose steps no case of theirs ever comes to.

    A row that names categories is for each of them; one that names none is for those that have its steps.

    Args:
        pack: a pack whose rows could all be read.
        days: a day of every span in which its rows stay the same, in order.
    """
    taken: dict[Category, set[str]] = defaultdict(set)
    for passage in procedure.passages(pack, days):
        taken[passage.category].update(s.id for s in passage.rows if passage.states & s.moves.keys())
    for rule in pack.rules:
        if rule.timed:
            yield from _of_rule(rule, pack, taken)


def _of_rule(rule: Rule, pack: Pack, taken: Mapping[Category, set[str]]) -> Iterator[str]:
    for key, steps, what in (("starts", rule.starts, "从不起算"), ("ends", rule.ends, "起算以后永远办不结")):
        if not steps:
            continue
        never = [
            c for c in pack.delegated if c in (rule.categories or pack.delegated) and not taken[c] & {*steps}
        ]
        if never and (rule.categories or len(never) == len(pack.delegated)):
            yield (
                f"{rule.place}：{key} 是 {'、'.join(steps)}，{'、'.join(c.label for c in never)}都走不到，{what}；"
                "应改写环节，或从 categories 中去掉"
            )
