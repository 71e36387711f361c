"""Names that people of a household bore before (曾用名), as its events tell: the same number, another name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from archivist.model.facts import Facts, Part, people


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that was written down for somebody until another one was.

    Attributes:
        name: the former one; ``now`` the one that took its place then.
        id_number: of the person; empty for an applicant without one.
        part: what the person is to the case.
        until: when the other name was written down, ISO 8601 with offset.
        reason: why, as it was told then.
    """

    name: str
    now: str
    id_number: str
    part: Part
    until: str
    reason: str = ""


def after_change(
    former: tuple[FormerName, ...], before: Facts, after: Facts, until: str, reason: str
) -> tuple[FormerName, ...]:
    """Return the former names after one change of the facts: whose name it replaced is new among them.

    Where a number was put right and the name stayed, what was known of the old number is known of the new one.

    Args:
        former: those known before.
        before: what was known.
        after: what is known now.
        until: when it was changed, ISO 8601 with offset.
        reason: why.
    """
    old, new = _names(before), _names(after)
    numbers = {who: number for number, who in new.items() if number not in old}
    corrected = {n: numbers[who] for n, who in old.items() if n not in new and who in numbers}
    kept = (replace(f, id_number=corrected.get(f.id_number, f.id_number)) for f in former)
    return (
        *kept,
        *(
            FormerName(name, new[number][1], number, part, until, reason)
            for number, (part, name) in old.items()
            if number in new and new[number][1] != name
        ),
    )


def _names(facts: Facts) -> Mapping[str, tuple[Part, str]]:
    """Return part and name by number; an applicant without a number stands under none."""
    found: dict[str, tuple[Part, str]] = {}
    for part, row in people(facts):
        number = str(row.get("id_number") or "")
        if number or part is Part.APPLICANT:
            found.setdefault(number, (part, str(row["name"])))
    return found


def borne_by(
    former: tuple[FormerName, ...], part: Part, person: Mapping[str, object]
) -> tuple[FormerName, ...]:
    """Return the former names of one person of a household, the oldest first, without the one borne now."""
    number = str(person.get("id_number") or "")
    if not number and part is not Part.APPLICANT:
        return ()
    return tuple(f for f in former if f.id_number == number and f.name != person.get("name"))
