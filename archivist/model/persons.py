"""Who a person of a household is: what the ID number says, and that nobody stands there twice.

Sex and date of birth come from the number and change with it; what is told beside it must agree. A household that was
written down wrongly in former times stays readable: only what a change brings in is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from archivist.errors import InvalidValue
from archivist.model.facts import NO_FACTS, Facts, Path, parse_facts, rows, single, to_plain
from archivist.model.field_schema import AGENT, APPLICANT, GROUPS, MEMBERS, OBLIGORS, OLD_ID_NUMBER, Group
from archivist.model.household import APPLICANT_RELATIONS, resident_number
from archivist.model.ids import IdNumber, age_on, id_birth_date, id_sex, mask_id, modern_id

OLDEST: Final = 130
"""Years. Nobody is known to have lived longer; a number that says so was written down wrongly."""
EARLIEST: Final = 1900
"""Year of birth before which no number was ever given to anybody who lives today."""
_PEOPLE: Final = (APPLICANT, AGENT, MEMBERS, OBLIGORS)


@dataclass(frozen=True, slots=True)
class SettledFacts:
    """Facts in which every person agrees with the own number; ``notices`` are what should be looked at, in Chinese."""

    facts: Facts
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """Somebody's place in the facts: a row of a table (from 1), or a single group."""

    group: Group
    row: int | None
    person: Mapping[str, object]

    def path(self, key: str) -> Path:
        return Path.parse(_place(self.group, self.row, key))

    @property
    def label(self) -> str:
        """How people call the place, with the name that stands there."""
        place = f"{self.group.label}第 {self.row} 行" if self.row else self.group.label
        return f"{place}（{name}）" if (name := self.person.get("name")) else place

    @property
    def is_self(self) -> bool:
        """Whether it is the applicant again, as a row of the members' table."""
        return self.group is MEMBERS and str(self.person.get("relation", "")) in APPLICANT_RELATIONS


def numbers_of(person: Mapping[str, object]) -> frozenset[str]:
    """Return every number somebody can be found by: today's, and the one that comes from the old one."""
    found = {str(person.get("id_number") or "").upper()}
    if old := person.get(OLD_ID_NUMBER.key):
        found.add(modern_id(str(old)))
    return frozenset(found - {""})


def paths_of(facts: Facts) -> frozenset[str]:
    """Return the path of every fact: what a file that is laid over has told."""
    return frozenset(
        _place(group, row, key) for group in GROUPS for row, values in _rows(facts, group) for key in values
    )


def _place(group: Group, row: int | None, key: str) -> str:
    return f"{group.key}[{row}].{key}" if row else f"{group.key}.{key}"


def settled(
    facts: Facts, *, before: Facts = NO_FACTS, told: Collection[str] | None = None, today: dt.date
) -> SettledFacts:
    """Return the facts with sex and date of birth as the ID numbers say.

    Args:
        facts: as they are to be.
        before: as they were; what was wrong then already is told and not refused.
        told: the paths somebody gave now; all of them when not given.
        today: civil day on which they are written down.

    Raises:
        InvalidValue: E002, with every contradiction, both values named; somebody twice; an impossible date of birth.
    """
    plain = to_plain(facts)
    problems: list[str] = []
    for entry in _entries(facts):
        number = resident_number(entry.person)
        if number is None:
            continue
        held = plain[entry.group.key]
        row = held if isinstance(held, dict) else held[(entry.row or 1) - 1]
        for key, says in _said_by(number).items():
            if key not in entry.group.by_name:
                continue
            path = entry.path(key)
            if key in row and row[key] != says and (told is None or str(path) in told):
                problems.append(_contradiction(path, str(row[key]), says, number))
            row[key] = says
    after = parse_facts(plain)
    earlier = set(_faults(before, today))
    faults = list(_faults(after, today))
    problems += [fault for fault in faults if fault not in earlier]
    if problems:
        raise InvalidValue("人员信息有误", problems=problems)
    return SettledFacts(after, (*(f"仍未改正：{fault}" for fault in faults), *_renumbered(before, after)))


def contradictions(facts: Facts) -> list[str]:
    """Return everything in the facts that can never be: what a household written down in former times may still hold."""
    return [
        *_faults(facts),
        *(told for entry in _entries(facts) for told in _other_than_numbers(entry)),
    ]


def _other_than_numbers(entry: _Entry) -> Iterator[str]:
    number = resident_number(entry.person)
    for key, says in _said_by(number).items() if number else ():
        if key in entry.group.by_name and (held := entry.person.get(key)) and held != says:
            yield _contradiction(entry.path(key), str(held), says, str(number))


def _said_by(number: IdNumber) -> Mapping[str, str]:
    """Return what a number says of whoever has it, by the keys of facts."""
    return {"sex": id_sex(number), "birth_date": id_birth_date(number).isoformat()}


def _contradiction(path: Path, held: str, says: str, number: str) -> str:
    return (
        f"{path.label}填“{held}”，与证号 {mask_id(number)} 不符：证号表明是“{says}”；"
        "请核对证件，改正填错的一项"
    )


def _faults(facts: Facts, today: dt.date | None = None) -> Iterator[str]:
    """Yield what cannot be: births, somebody twice, an applicant who is two people."""
    entries = list(_entries(facts))
    for entry in entries:
        yield from _impossible_birth(entry, today)
    applicant = single(facts, APPLICANT.key)
    own = numbers_of(applicant)
    for n, entry in enumerate(entries):
        theirs = numbers_of(entry.person)
        if entry.is_self and own and theirs and not own & theirs:
            yield (
                f"{entry.label}的关系是“{entry.person['relation']}”，即申请人本人，证号却与申请人的不同"
                f"（{_masked(theirs)}，申请人 {_masked(own)}）；不是本人的，请改写与申请人的关系"
            )
        for other in entries[:n]:
            if theirs & numbers_of(other.person) and not _may_be_one(other, entry):
                yield (
                    f"{other.label}与{entry.label}是同一个证号 {_masked(theirs & numbers_of(other.person))}；"
                    "一个人只能登记一处，请核对证件或删去重复的一处"
                )


def _may_be_one(first: _Entry, second: _Entry) -> bool:
    """Tell whether two places may be the same person: the applicant's own row, and an agent who is of the family."""
    groups = {first.group.key, second.group.key}
    if groups == {APPLICANT.key, MEMBERS.key}:
        return second.is_self or (
            not second.person.get("relation")
            and second.person.get("name") in (None, first.person.get("name"))
        )
    return AGENT.key in groups and APPLICANT.key not in groups


def _impossible_birth(entry: _Entry, today: dt.date | None) -> Iterator[str]:
    number, key = resident_number(entry.person), "id_number"
    born = id_birth_date(number) if number else None
    if born is None and (told := entry.person.get("birth_date")):
        born, key = dt.date.fromisoformat(str(told)), "birth_date"
    if born and (why := impossible_birth(born, today)):
        yield f"{entry.path(key).label}表明的{why}"


def impossible_birth(born: dt.date, today: dt.date | None) -> str:
    """Say why nobody who lives on a day, or ever since there are numbers, can be born then; empty where somebody can."""
    if today and born > today:
        why = f"在今天（{today}）之后"
    elif born.year < EARLIEST:
        why = f"在 {EARLIEST} 年以前"
    elif today and age_on(born, today) > OLDEST:
        why = f"到今天已 {age_on(born, today)} 岁"
    else:
        return ""
    return f"出生日期 {born} {why}，不可能，请核对证件"


def _renumbered(before: Facts, after: Facts) -> Iterator[str]:
    """Yield what became of old numbers of fifteen digits that are new here."""
    known = {str(e.person[OLD_ID_NUMBER.key]) for e in _entries(before) if OLD_ID_NUMBER.key in e.person}
    for entry in _entries(after):
        old, number = entry.person.get(OLD_ID_NUMBER.key), str(entry.person.get("id_number") or "")
        if not old:
            continue
        now = modern_id(str(old))
        if number and now != number:
            yield (
                f"{entry.label}的 15 位旧号换算为 {mask_id(now)}，与现在的证号 {mask_id(number)} 不符；"
                "确系换过号码的不必改，否则请改正"
            )
        elif old not in known:
            yield f"{entry.label}的 15 位旧号已换算为 18 位号码 {mask_id(now)}，原号保留；请与户口簿核对"


def _entries(facts: Facts) -> Iterator[_Entry]:
    for group in _PEOPLE:
        for row, person in _rows(facts, group):
            yield _Entry(group, row, person)


def _rows(facts: Facts, group: Group) -> Iterator[tuple[int | None, Mapping[str, object]]]:
    if group.many:
        yield from enumerate(rows(facts, group.key), 1)
    elif found := single(facts, group.key):
        yield None, found


def _masked(numbers: Collection[str]) -> str:
    return "、".join(map(mask_id, sorted(numbers)))
