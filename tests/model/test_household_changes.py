"""“people neither lost nor doubled”: whoever becomes the applicant, and whoever forms a household of their own."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import InvalidValue
from archivist.model import facts as known
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import Event, Op
from archivist.model.facts import Facts, Part, Row, parse_facts
from archivist.model.former_people import Departure
from archivist.model.household_changes import (
    SELF,
    UNKNOWN_RELATION,
    key_of,
    member_named,
    new_household,
    with_applicant,
    without_members,
)
from archivist.model.ids import CaseNo, Sha256
from tests.people import make_id

NAMES = ("王秀兰", "李样例", "李小样", "李大样", "赵样例", "王秀兰")
"""Two of them have one name: only the number tells them apart."""


def person(number: int, **more: object) -> dict[str, object]:
    return {"name": NAMES[number], "id_number": make_id(f"19{60 + number}0305", f"{10 + number:03d}")} | more


@st.composite
def households(draw: st.DrawFn) -> Facts:
    """An applicant, perhaps again in the members' table, members, their incomes and assets, perhaps an agent."""
    count = draw(st.integers(1, 4))
    chosen = draw(st.permutations(range(1, len(NAMES))))[:count]
    members = [person(n, relation=draw(st.sampled_from(["子", "配偶", "父母"]))) for n in chosen]
    if draw(st.booleans()):
        members.insert(
            draw(st.integers(0, count)), person(0, relation=draw(st.sampled_from(["本人", "户主"])))
        )
    names = [m["name"] for m in members]
    plain: dict[str, object] = {
        "applicant": person(0, address="样例里1号", village="样例里社区", phone="022-00001111"),
        "members": members,
        "incomes": [{"member": name, "kind": "其他", "declared": "1"} for name in names],
        "assets": [{"owner": name, "kind": "其他"} for name in names],
    }
    if draw(st.booleans()):
        plain["agent"] = person(5, relation="子") if draw(st.booleans()) else dict(members[-1])
    return parse_facts(plain)


def everybody(facts: Facts) -> Counter[str]:
    """Whoever belongs to a household, each as often as they stand in it; the applicant's own row is no second person."""
    own = key_of(known.single(facts, "applicant"))
    rows = [r for part, r in known.people(facts) if part in (Part.APPLICANT, Part.MEMBER)]
    return Counter(key_of(r) for n, r in enumerate(rows) if n == 0 or key_of(r) != own)


def others(facts: Facts) -> list[int]:
    own = key_of(known.single(facts, "applicant"))
    return [n for n, r in enumerate(known.rows(facts, "members")) if key_of(r) != own]


@given(households(), st.data(), st.booleans())
def test_a_change_of_applicant_loses_and_doubles_nobody(
    facts: Facts, data: st.DataObject, stays: bool
) -> None:
    place = data.draw(st.sampled_from(others(facts)))
    old, new = known.single(facts, "applicant"), known.rows(facts, "members")[place]
    after, unknown = with_applicant(facts, place, stays=stays)
    left = Counter() if stays else Counter([key_of(old)])
    assert everybody(after) == everybody(facts) - left
    assert key_of(known.single(after, "applicant")) == key_of(new)
    relations = {key_of(r): r.get("relation") for r in known.rows(after, "members")}
    assert relations.pop(key_of(new)) == SELF
    assert set(relations.values()) <= {UNKNOWN_RELATION}, "what nobody told is guessed"
    assert len(unknown) >= len(relations)
    assert known.rows(after, "incomes") == known.rows(facts, "incomes"), "a fact is lost"


@given(households(), st.data())
def test_a_relation_that_was_told_stands(facts: Facts, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(others(facts)))
    rest = [known.rows(facts, "members")[n] for n in others(facts) if n != place]
    after, unknown = with_applicant(facts, place, stays=False, relations={key_of(r): "兄弟" for r in rest})
    told = [r for r in known.rows(after, "members") if r.get("relation") != SELF]
    assert all(r["relation"] == "兄弟" for r in told) and len(told) == len(rest)
    agent = known.single(after, "agent")
    assert len(unknown) == int(bool(agent) and agent["relation"] == UNKNOWN_RELATION)


@given(households(), st.data())
def test_a_split_shares_the_people_out(facts: Facts, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.sampled_from(others(facts)), min_size=1, unique=True))
    chosen: list[Row] = [known.rows(facts, "members")[n] for n in places]
    new, _ = new_household(facts, places)
    old = without_members(facts, chosen)
    assert everybody(new) + everybody(old) == everybody(facts)
    assert key_of(known.single(new, "applicant")) == key_of(chosen[0])
    assert known.single(old, "applicant") == known.single(facts, "applicant")
    for group in ("incomes", "assets"):
        was = Counter(map(_fixed, known.rows(facts, group)))
        now = Counter(map(_fixed, (*known.rows(new, group), *known.rows(old, group))))
        assert now == was, "an income is lost or told twice"
    assert without_members(old, chosen) == old, "letting go again changes something"


def _fixed(row: Row) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(row.items()))


def test_a_member_is_named_by_place_name_or_number() -> None:
    facts = parse_facts({"applicant": person(0), "members": [person(1), person(2), person(5)]})
    for text in ("成员2", "members[2]", "成员[2]", "李小样", str(person(2)["id_number"])):
        assert member_named(facts, text) == 1
    for text in ("成员4", "成员0", "张三"):
        with pytest.raises(InvalidValue, match="成员1 李样例"):
            member_named(facts, text)
    twice = parse_facts({"applicant": person(1), "members": [person(0), person(5)]})
    with pytest.raises(InvalidValue, match="对应 2 名成员"):
        member_named(twice, "王秀兰")


# ── over the events of a case ────────────────────────────────────────────────────────────────────────────
NUMBER = CaseNo.parse("TJHQ-DB-2024-000001")


def event(case: Case, op: Op, data: dict[str, Any]) -> Case:
    made = Event(case.seq + 1, case.head, "2024-03-08T10:30:00+08:00", "林经办", op, data, "样例")
    return apply(case, made, Sha256(f"{case.seq + 1:064d}"))


def change(case: Case, after: Facts, left: list[dict[str, Any]], op: Op, /, **more: object) -> Case:
    """Record who left and what is known from then on, as the events of format 3 do."""
    old, new = known.to_plain(case.facts), known.to_plain(after)
    said: dict[str, object] = {
        "step": op.value,
        "title": op.value,
        "from": case.state.value,
        "to": case.state.value,
    }
    said |= {"on": "2024-03-08", "by": []}
    facts = {g: new.get(g) for g in {**old, **new} if old.get(g) != new.get(g)}
    return event(case, op, {**said, "left": left, "facts": facts, **more})


def gone(row: Row, part: Part, why: Departure) -> dict[str, Any]:
    return {"person": dict(row), "part": part.value, "why": why.value, "on": "2024-03-08"}


@given(households(), st.data())
def test_whatever_happens_everybody_is_there_once_now_or_formerly(facts: Facts, data: st.DataObject) -> None:
    """Deaths, departures, changes within and splits in any order: nobody is lost from the case, nobody is in it twice."""
    case = event(Case(NUMBER), Op.CASE_OPENED, {"opened_on": "2024-03-04", "facts": known.to_plain(facts)})
    first, elsewhere = everybody(facts), Counter[str]()
    for _ in range(data.draw(st.integers(1, 4))):
        if not (places := others(case.facts)):
            break
        table, old = known.rows(case.facts, "members"), known.single(case.facts, "applicant")
        if data.draw(st.booleans()):
            stays, place = data.draw(st.booleans()), data.draw(st.sampled_from(places))
            after, _unknown = with_applicant(case.facts, place, stays=stays)
            left = [] if stays else [gone(old, Part.APPLICANT, Departure.DEATH)]
            case = change(case, after, left, Op.APPLICANT_CHANGED)
        else:
            chosen = [table[n] for n in data.draw(st.lists(st.sampled_from(places), min_size=1, unique=True))]
            left = [gone(row, Part.MEMBER, Departure.SPLIT) for row in chosen]
            to = f"TJHQ-DB-2024-{case.seq + 1:06d}"
            case = change(case, without_members(case.facts, chosen), left, Op.HOUSEHOLD_SPLIT, case=to)
            elsewhere += Counter(map(key_of, chosen))
        former = Counter(key_of(person.row) for person in case.former)
        assert everybody(case.facts) + former == first
        findable = [key_of(row) for part, row in case.people() if part is Part.FORMER]
        assert Counter(findable) == former - elsewhere, "who has a household of their own is found there"
    assert not case.former_names, "another applicant is no other name of the same person"
    assert len(case.steps) == case.seq - 1
