"""What becomes of the facts when somebody else becomes the applicant, or some members form a household of their own.

Or the people of another household join it. Pure functions of facts. Nobody is lost and nobody is there twice; what one person is to another is never guessed: a
relation to a new applicant that nobody told is ``UNKNOWN_RELATION``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import InvalidValue
from archivist.model.facts import Facts, Row, parse_facts, rows, single, to_plain
from archivist.model.field_schema import (
    ACCOUNT,
    AGENT,
    APPLICANT,
    ASSETS,
    INCOMES,
    MEMBERS,
    OBLIGORS,
)
from archivist.model.household import APPLICANT_RELATIONS, lives_together
from archivist.model.ids import IdType, clean_id

UNKNOWN_RELATION: Final = "不详"
"""What somebody is to the new applicant, where nobody told."""
SELF: Final = APPLICANT_RELATIONS[0]
_SAME_HOME: Final = ("address", "village")
"""What a new applicant has in common with the old one, who lived there with them."""
_NUMBERED: Final = re.compile(r"\s*(?:成员|members)\s*\[?\s*(\d+)\s*\]?\s*")
Relations = Mapping[str, str]
"""Person, as ``key_of`` has them, → what they are to the new applicant."""
NONE_TOLD: Final[Relations] = MappingProxyType({})


def key_of(person: Mapping[str, object]) -> str:
    """Return what tells a person from the others of a household: the ID number, without one the name."""
    return clean_id(str(person.get("id_number") or "")) or str(person.get("name") or "")


def same_person(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Tell whether two rows are one person: by number where both have one, else by name."""
    if one.get("id_number") and other.get("id_number"):
        return clean_id(str(one["id_number"])) == clean_id(str(other["id_number"]))
    return bool(one.get("name")) and one.get("name") == other.get("name")


def member_named(facts: Facts, text: str) -> int:
    """Return the place in the members' table (from 0) of the member a person means: ``成员2``, a name, an ID number.

    Raises:
        InvalidValue: E002, no such member or several; the household's own are listed.
    """
    members = rows(facts, MEMBERS.key)
    if match := _NUMBERED.fullmatch(text):
        found = [int(match[1]) - 1] if 1 <= int(match[1]) <= len(members) else []
    else:
        wanted = text.strip()
        found = [
            n
            for n, m in enumerate(members)
            if wanted == m.get("name") or clean_id(wanted) == clean_id(str(m.get("id_number") or "无"))
        ]
    if len(found) == 1:
        return found[0]
    listed = "、".join(f"成员{n} {m.get('name', '')}" for n, m in enumerate(members, 1)) or "没有"
    what = f"“{text}”对应 {len(found)} 名成员" if found else f"没有“{text}”这名成员"
    raise InvalidValue(f"{what}；共同生活家庭成员：{listed}")


def unfit_applicant(facts: Facts, member: Row) -> list[str]:
    """Return why a member cannot be the applicant, in Chinese."""
    name = member.get("name") or "该成员"
    problems = []
    if same_person(member, single(facts, APPLICANT.key)):
        problems.append(f"{name}现在就是申请人")
    if not lives_together(member):
        problems.append(f"{name}登记为不共同生活，不是本户的家庭成员")
    if not member.get("name"):
        problems.append("该成员没有登记姓名")
    if not member.get("id_number") and member.get("id_type") != IdType.NONE:
        problems.append(f"{name}没有登记证件号码")
    return problems


def with_applicant(
    facts: Facts, place: int, *, stays: bool, relations: Relations = NONE_TOLD
) -> tuple[Facts, tuple[str, ...]]:
    """Return the facts with a member as the applicant.

    Args:
        facts: of the household before.
        place: of the member in the members' table, from 0.
        stays: the old applicant stays, as a member; else they leave.
        relations: what the others are to the new applicant, as far as told.

    Returns:
        The facts after, and the names of those whose relation is unknown now.
    """
    plain: dict[str, Any] = to_plain(facts)
    old, new = plain[APPLICANT.key], plain[MEMBERS.key][place]
    unknown: list[str] = []

    def related(row: dict[str, Any]) -> dict[str, Any]:
        told = relations.get(key_of(row))
        if not told:
            unknown.append(str(row.get("name", "")))
        return row | {"relation": told or UNKNOWN_RELATION}

    members = []
    for number, row in enumerate(plain[MEMBERS.key]):
        if number == place:
            members.append(row | {"relation": SELF})
        elif not same_person(row, old) and row.get("relation") not in APPLICANT_RELATIONS:
            members.append(related(row))
        elif stays:
            members.append(related(_shared(old, MEMBERS.by_name) | row))
    if stays and not any(same_person(row, old) for row in members):
        members.append(related(_shared(old, MEMBERS.by_name) | {"living_together": True}))
    home = {key: old[key] for key in _SAME_HOME if key in old}
    plain[APPLICANT.key] = home | _shared(new, APPLICANT.by_name)
    plain[MEMBERS.key] = members
    plain[OBLIGORS.key] = [related(r) for r in plain.get(OBLIGORS.key, []) if not same_person(r, new)]
    if agent := plain.get(AGENT.key):
        gone = same_person(agent, new) or (not stays and same_person(agent, old))
        plain[AGENT.key] = {} if gone else related(agent)
    return parse_facts({k: v for k, v in plain.items() if v}), tuple(filter(None, unknown))


def _shared(row: Mapping[str, Any], fields: Mapping[str, object]) -> dict[str, Any]:
    """Return of one row what another group has a field for too; the relation is none of it."""
    return {k: v for k, v in row.items() if k in fields and k != "relation"}


def with_person_changed(facts: Facts, name: str, key: str, value: object) -> Facts:
    """Return the facts with one fact of a person changed wherever the household has them: as applicant and as member.

    A new name is written where incomes and assets name the person as well, unless somebody else bears the old one.
    """
    plain: dict[str, Any] = to_plain(facts)
    applicant, members = plain.get(APPLICANT.key, {}), plain.get(MEMBERS.key, [])
    first = next((dict(row) for row in (applicant, *members) if row.get("name") == name), None)
    for row, fields in ((applicant, APPLICANT.by_name), *((m, MEMBERS.by_name) for m in members)):
        if key in fields and first and same_person(row, first):
            row[key] = value
    alone = all(row.get("name") != name for row in (applicant, *members))
    if key == "name" and alone:
        for group, field in ((INCOMES.key, "member"), (ASSETS.key, "owner")):
            for row in plain.get(group, []):
                if row.get(field) == name:
                    row[field] = value
    return parse_facts(plain)


def new_household(
    facts: Facts, places: Sequence[int], relations: Relations = NONE_TOLD
) -> tuple[Facts, tuple[str, ...]]:
    """Return the facts of the household that some members form: the first is its applicant.

    Their own incomes and assets go with them, unless somebody of the same name stays; the home is the one they had so far, until another is told.

    Returns:
        The facts, and the names of those whose relation to the new applicant nobody told.
    """
    plain: dict[str, Any] = to_plain(facts)
    old, chosen = plain[APPLICANT.key], [plain[MEMBERS.key][n] for n in places]
    first, *others = chosen
    home = {key: old[key] for key in _SAME_HOME if key in old}
    unknown = tuple(str(p.get("name", "")) for p in others if not relations.get(key_of(p)))
    members = [p | {"relation": relations.get(key_of(p)) or UNKNOWN_RELATION} for p in others]
    names = _names(chosen) - _names((old, *(m for m in plain[MEMBERS.key] if m not in chosen)))
    made = {
        APPLICANT.key: home | _shared(first, APPLICANT.by_name),
        MEMBERS.key: [first | {"relation": SELF}, *members],
        INCOMES.key: [r for r in plain.get(INCOMES.key, []) if r.get("member") in names],
        ASSETS.key: [r for r in plain.get(ASSETS.key, []) if r.get("owner") in names],
    }
    return parse_facts({k: v for k, v in made.items() if v}), unknown


def without_members(facts: Facts, leaving: Iterable[Mapping[str, object]]) -> Facts:
    """Return the facts without some members, their incomes and their assets; who is not there (any more) is passed over."""
    plain: dict[str, Any] = to_plain(facts)
    gone = list(leaving)
    stay = [m for m in plain.get(MEMBERS.key, []) if not any(same_person(m, p) for p in gone)]
    names = _names(gone) - _names((plain[APPLICANT.key], *stay))
    plain[MEMBERS.key] = stay
    for group, field in ((INCOMES.key, "member"), (ASSETS.key, "owner")):
        plain[group] = [r for r in plain.get(group, []) if r.get(field) not in names]
    return parse_facts({k: v for k, v in plain.items() if v})


def _names(people: Iterable[Mapping[str, object]]) -> set[str]:
    return {str(person.get("name", "")) for person in people}


@dataclass(frozen=True, slots=True)
class JoinedHousehold:
    """What becomes of a household that the people of another join.

    Attributes:
        facts: of the household after.
        came: who came, by name; ``here`` who belonged to it already.
        unknown: whose relation to its applicant nobody told.
        notices: what should be looked at, in Chinese.
    """

    facts: Facts
    came: tuple[str, ...]
    here: tuple[str, ...]
    unknown: tuple[str, ...]
    notices: tuple[str, ...]


def joined_household(facts: Facts, other: Facts, relations: Relations = NONE_TOLD) -> JoinedHousehold:
    """Return the facts of a household that all people of another join, as members; its applicant and its home stay.

    Whoever is there already stays as they are. Their own incomes and assets come with them, unless somebody of the same name is there; obligors,
    agent, account and benefit of the other household do not.
    """
    plain: dict[str, Any] = to_plain(facts)
    theirs: dict[str, Any] = to_plain(other)
    present = (plain[APPLICANT.key], *plain.get(MEMBERS.key, []))
    first, rest = theirs[APPLICANT.key], theirs.get(MEMBERS.key, [])
    own = [row for row in rest if same_person(row, first) or row.get("relation") in APPLICANT_RELATIONS]
    first = _shared(first, MEMBERS.by_name) | (own[0] if own else {})
    people = [first, *(row for row in rest if row not in own)]
    came = [row for row in people if not any(same_person(row, one) for one in present)]
    unknown = tuple(str(row.get("name", "")) for row in came if not relations.get(key_of(row)))
    added = [row | {"relation": relations.get(key_of(row)) or UNKNOWN_RELATION} for row in came]
    alike = _names(came) & _names(present)
    names = _names(came) - alike
    plain[MEMBERS.key] = [*plain.get(MEMBERS.key, []), *added]
    for group, field in ((INCOMES.key, "member"), (ASSETS.key, "owner")):
        plain[group] = [*plain.get(group, []), *(r for r in theirs.get(group, []) if r.get(field) in names)]
    notices = [
        f"两户都有叫{name}的人，并入的{name}的收入、财产没有带来，请核对登记" for name in sorted(alike)
    ]
    notices += [
        f"{row.get('name')}还登记为{row.get('relation') or '赡养、抚养、扶养义务人'}（法定义务人），现为本户成员，请核对"
        for row in plain.get(OBLIGORS.key, [])
        if any(same_person(row, one) for one in came)
    ]
    return JoinedHousehold(
        parse_facts({k: v for k, v in plain.items() if v}),
        tuple(str(row.get("name", "")) for row in came),
        tuple(str(row.get("name", "")) for row in people if row not in came),
        tuple(filter(None, unknown)),
        tuple(notices),
    )


def left_behind(facts: Facts, person: Mapping[str, object]) -> list[str]:
    """Return where the facts still name somebody who left the household, in words for people."""
    name = person.get("name")
    found = []
    for group, field in ((INCOMES, "member"), (ASSETS, "owner")):
        if count := sum(r.get(field) == name for r in rows(facts, group.key)):
            found.append(f"{group.label}表有 {count} 行仍写在{name}名下")
    if single(facts, ACCOUNT.key).get("holder") == name:
        found.append(f"发放账户的户名仍是{name}")
    return found
