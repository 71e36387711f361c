"""Rules that nothing reads: misspelt, or there to be shown, which they have to say."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from archivist.rules.pack import Pack
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import READ, RulePrefix


def faults(pack: Pack) -> Iterator[str]:
    """Yield the rules nothing reads that are not marked as shown only, and those marked so that something reads."""
    people = {step.people for step in pack.steps}
    for rule in pack.rules:
        read = rule.timed or rule.id in people or rule.id in READ or rule.id.startswith(tuple(RulePrefix))
        if rule.display and read:
            yield f"{rule.place}：display 是 true，程序却按这一行办理；应删去 display"
        elif not rule.display and not read:
            yield f"{rule.place}：id 是“{rule.id}”，程序不读这一行{_near(rule)}；只供查看的应写 display = true"


def _near(rule: Rule) -> str:
    near = difflib.get_close_matches(rule.id, READ, n=1, cutoff=0.8)
    return f"，是不是 {near[0]}？" if near else ""


def rules_in_no_pack(packs: Iterable[Pack]) -> list[str]:
    """Return the rules the program itself asks for and none of these packs has."""
    known = {rule.id for pack in packs for rule in pack.rules}
    prefixes = (p.value for p in RulePrefix if not any(r.startswith(p) for r in known))
    return [*(rule for rule in READ if rule not in known), *prefixes]
