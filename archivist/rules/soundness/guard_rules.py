"""The rules a step and its conditions rest on: there for every category, day and circumstance in which it can be taken."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from archivist.model.ids import Category
from archivist.rules import legal_basis
from archivist.rules.guards import GUARDS
from archivist.rules.legal_basis import RequiredRule
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule, RuleKind, StepRule
from archivist.rules.soundness import procedure
from archivist.rules.soundness.circumstances import covered


def faults(pack: Pack, days: Sequence[dt.date]) -> Iterator[str]:
    """Yield the steps that can be come to while a rule is missing on which they or their conditions rest.

    Args:
        pack: a pack whose rows could all be read.
        days: a day of every span in which its rows stay the same, in order.
    """
    where: dict[tuple[str, str], dict[Category, procedure.Passage]] = defaultdict(dict)
    for passage in procedure.passages(pack, days):
        rules = [r for r in pack.rules if r.applies(passage.category, passage.days)]
        by_id: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            by_id[rule.id].append(rule)
        waits = {s for r in rules if r.kind is RuleKind.WAIT for s in r.starts}
        for step in passage.rows:
            if passage.states & step.moves.keys():
                for lack in (*_absent(by_id, step, passage.category), *_unposted(waits, step, passage)):
                    where[step.place, lack].setdefault(passage.category, passage)
    for (place, lack), found in where.items():
        yield f"{place}：{lack}：{'、'.join(map(str, found.values()))}"


def _absent(rules: Mapping[str, Sequence[Rule]], step: StepRule, category: Category) -> Iterator[str]:
    for guard, basis in _bases(step):
        if not basis.concerns(category, step.id):
            continue
        if basis.rule.endswith("."):
            found = [r for name, rows in rules.items() if name.startswith(basis.rule) for r in rows]
        else:
            found = [*rules.get(basis.rule, ())]
        what = f"条件“{guard}”" if guard else f"环节 {step.id} "
        if not found:
            yield f"{what}要用规则 {basis.rule}{'…' if basis.rule.endswith('.') else ''}，规则包没有一行"
        elif guard and not covered(step, found):
            yield f"{what}要用规则 {basis.rule}，各行的 when（{'；'.join(r.when for r in found)}）没有包括所有情形"


def _bases(step: StepRule) -> Iterator[tuple[str, RequiredRule]]:
    """Yield what a step rests on, each with the guard that asks for it; the step itself asks whatever the circumstances."""
    for basis in legal_basis.OF_STEPS.get(step.id, ()):
        yield "", basis
    for name in step.guards:
        for basis in GUARDS[name].rests_on if name in GUARDS else ():
            yield name, basis


def _unposted(waits: Collection[str], step: StepRule, passage: procedure.Passage) -> Iterator[str]:
    """Yield that a notice hangs for no time, or that a step waits for a notice that need not have been posted.

    Args:
        waits: the steps that set a waiting period going.
        step: one that can be come to.
        passage: where it is taken.
    """
    if legal_basis.posts(step) and step.id not in waits:
        yield f'环节 {step.id} 公示，没有由它起算的公示期（kind = "wait"、starts 含 {step.id} 的规则）'
    if not any(GUARDS[name].waits for name in step.guards if name in GUARDS):
        return
    silent = procedure.reachable(row for row in passage.rows if row.id not in waits)
    for state in step.moves:
        if state in silent:
            yield f'条件等公示期满，从“{state.label}”办时却没有起算过公示期（kind = "wait" 的规则）'
