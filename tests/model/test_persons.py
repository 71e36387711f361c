"""Who a person is: what the number says, nobody twice, no impossible birth, old numbers, what nobody sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archivist.errors import InvalidValue
from archivist.model import persons
from archivist.model.facts import Facts, parse_facts, rows, single, to_plain
from archivist.model.ids import id_birth_date, id_check_digit, id_sex, is_id, modern_id, parse_id
from archivist.model.invisible import invisible_in, invisible_notices, without_invisible
from archivist.model.values import parse_value
from tests.people import make_id

TODAY = dt.date(2024, 3, 8)
BIRTHS = st.dates(dt.date(1900, 1, 1), TODAY)
SEQUENCES = st.integers(1, 995).map("{:03d}".format)
NUMBERS = st.builds(lambda born, seq: make_id(f"{born:%Y%m%d}", seq), BIRTHS, SEQUENCES)
PLACES = ("applicant", "agent", "members", "obligors")


def facts(applicant: Mapping[str, Any] | None = None, **tables: Any) -> Facts:
    return parse_facts({"applicant": {"name": "王样例", **(applicant or {})}, **tables})


def settle(after: Facts, **more: Any) -> persons.SettledFacts:
    return persons.settled(after, today=TODAY, **more)


# ── sex and birth date ───────────────────────────────────────────────────────────────────────────────────
@given(NUMBERS, NUMBERS)
def test_another_number_brings_its_own_sex_and_birth(first: str, second: str) -> None:
    """「another ID number is set and the old sex and birth date stay」: they change with it, whatever they were."""
    before = settle(facts({"id_number": first})).facts
    changed = parse_facts(
        to_plain(before) | {"applicant": {**to_plain(before)["applicant"], "id_number": second}}  # type: ignore[dict-item]
    )
    after = settle(changed, before=before, told={"applicant.id_number"}).facts
    now = single(after, "applicant")
    assert now["sex"] == id_sex(parse_id(second))
    assert now["birth_date"] == id_birth_date(parse_id(second)).isoformat()


@given(NUMBERS, st.sampled_from(["applicant", "members", "obligors"]))
def test_a_told_sex_that_contradicts_is_refused_with_both_values(number: str, place: str) -> None:
    """「contradictions are refused with both values」, of everybody who has a number and a sex."""
    says = id_sex(parse_id(number))
    other = "女" if says == "男" else "男"
    row = {"name": "李样例", "id_number": number, "sex": other}
    with pytest.raises(InvalidValue) as caught:
        settle(
            parse_facts({"applicant": {"name": "王样例"}} | {place: row if place == "applicant" else [row]})
        )
    (problem,) = caught.value.problems
    assert f"“{other}”" in problem and f"“{says}”" in problem and number not in problem


@given(NUMBERS, BIRTHS)
def test_a_told_birth_that_contradicts_is_refused_with_both_values(number: str, told: dt.date) -> None:
    says = id_birth_date(parse_id(number))
    made = facts({"id_number": number, "birth_date": told.isoformat()})
    if told == says:
        assert single(settle(made).facts, "applicant")["birth_date"] == says.isoformat()
        return
    with pytest.raises(InvalidValue) as caught:
        settle(made)
    assert str(told) in caught.value.problems[0] and str(says) in caught.value.problems[0]


def test_what_was_wrong_before_is_put_right_and_stops_nothing() -> None:
    """「Data on disk of older formats stays readable」: an old contradiction does not stop another change."""
    number = make_id("19620305", "002")
    before = facts({"id_number": number, "sex": "男", "birth_date": "1980-01-01"})
    after = settle(before, before=before, told={"applicant.phone"}).facts
    assert single(after, "applicant")["sex"] == "女"


# ── impossible ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("born", ["20300101", "20240309", "18000101", "18991231", "17760704"])
@pytest.mark.parametrize("place", PLACES)
def test_impossible_years_are_refused(born: str, place: str) -> None:
    """「birth years 2030 or 1800 are accepted」: of nobody in the household."""
    row = {"name": "李样例", "id_number": make_id(born, "015")}
    raw: dict[str, Any] = {"applicant": {"name": "王样例"}}
    raw |= {place: row if place in ("applicant", "agent") else [row]}
    with pytest.raises(InvalidValue, match="不可能"):
        settle(parse_facts(raw))


def test_somebody_born_today_is_possible_and_nobody_older_than_anybody() -> None:
    settle(facts(members=[{"name": "王小满", "id_number": make_id("20240308", "011")}]))
    with pytest.raises(InvalidValue, match="131 岁"):
        persons.settled(facts({"id_number": make_id("19000101", "011")}), today=dt.date(2031, 1, 1))
    with pytest.raises(InvalidValue, match="1850"):
        settle(facts({"id_type": "无", "birth_date": "1850-01-01"}))


# ── nobody twice ─────────────────────────────────────────────────────────────────────────────────────────
@given(st.data())
def test_no_number_stands_twice_in_a_household(data: st.DataObject) -> None:
    """「one ID twice in a household (applicant, members, obligors; agent may be a member) is refused and names both rows」."""
    pool = data.draw(st.lists(NUMBERS, min_size=4, max_size=6, unique=True))
    chosen = data.draw(st.lists(st.sampled_from(pool), min_size=2, max_size=6))
    groups = data.draw(
        st.lists(st.sampled_from(["members", "obligors"]), min_size=len(chosen) - 1, max_size=len(chosen) - 1)
    )
    raw: dict[str, Any] = {
        "applicant": {"name": "王样例", "id_number": chosen[0]},
        "members": [],
        "obligors": [],
    }
    for n, (group, number) in enumerate(zip(groups, chosen[1:], strict=True)):
        raw[group].append({"name": f"甲{n}", "relation": "子女", "id_number": number})
    made = parse_facts(raw)
    if len(set(chosen)) == len(chosen):
        settle(made)
        return
    with pytest.raises(InvalidValue) as caught:
        settle(made)
    twice = next(number for number in chosen if chosen.count(number) > 1)
    named = [r["name"] for g in ("members", "obligors") for r in raw[g] if r["id_number"] == twice]
    assert any(all(f"（{name}）" in p for name in named[:2]) for p in caught.value.problems)


def test_the_same_person_under_an_old_number_is_found() -> None:
    """The kind: the number is another text, the person the same."""
    number = make_id("19620305", "002")
    old = number[:6] + number[8:17]
    with pytest.raises(InvalidValue, match="第 1 行"):
        settle(facts({"id_number": number}, members=[{"name": "王兰", "relation": "姐妹", "id_number": old}]))


def test_an_agent_may_be_of_the_family_and_not_the_applicant() -> None:
    mine, theirs = make_id("19620305", "002"), make_id("19880305", "013")
    son = {"name": "王小满", "relation": "子", "id_number": theirs}
    settle(facts({"id_number": mine}, members=[son], agent={"name": "王小满", "id_number": theirs}))
    settle(facts({"id_number": mine}, obligors=[son], agent={"name": "王小满", "id_number": theirs}))
    with pytest.raises(InvalidValue, match="代理人"):
        settle(facts({"id_number": mine}, agent={"name": "王样例", "id_number": mine}))


@pytest.mark.parametrize("relation", ["本人", "申请人", "户主"])
def test_the_applicants_own_row_is_the_applicant_and_nobody_else(relation: str) -> None:
    mine, theirs = make_id("19620305", "002"), make_id("19880305", "013")
    settle(facts({"id_number": mine}, members=[{"name": "王样例", "relation": relation, "id_number": mine}]))
    with pytest.raises(InvalidValue, match="与申请人的不同"):
        settle(
            facts({"id_number": mine}, members=[{"name": "王大", "relation": relation, "id_number": theirs}])
        )
    twice = [{"name": "王样例", "relation": relation, "id_number": mine}] * 2
    with pytest.raises(InvalidValue, match=r"第 1 行.*第 2 行"):
        settle(facts({"id_number": mine}, members=twice))


def test_two_rows_of_former_times_do_not_stop_another_change() -> None:
    twice = [
        {"name": n, "relation": "子女", "id_number": make_id("19880305", "013")} for n in ("王甲", "王乙")
    ]
    before = facts(members=twice)
    found = settle(before, before=before, told={"applicant.phone"})
    assert any("仍未改正" in notice and "王甲" in notice for notice in found.notices)


@given(NUMBERS, NUMBERS)
def test_what_was_settled_holds_no_contradiction_and_what_was_not_does(first: str, second: str) -> None:
    """A file of former times is refused by the steps that rest on who people are; a settled one never."""
    made = settle(facts({"id_number": first}, members=[{"name": "李样例", "relation": "配偶", "id_number": second}])
                  if first != second else facts({"id_number": first})).facts  # fmt: skip
    assert persons.contradictions(made) == []
    applicant = single(made, "applicant")
    other = "女" if applicant["sex"] == "男" else "男"
    plain = to_plain(made)
    old = parse_facts(plain | {"applicant": dict(applicant) | {"sex": other}})
    (said,) = persons.contradictions(old)
    assert "性别" in said and "不符" in said
    twice = parse_facts(plain | {"obligors": [{"name": "王二", "id_number": first}]})
    assert len(persons.contradictions(twice)) == 1


# ── fifteen digits ───────────────────────────────────────────────────────────────────────────────────────
@given(st.dates(dt.date(1900, 1, 1), dt.date(1999, 12, 31)), SEQUENCES)
def test_fifteen_digits_are_todays_number(born: dt.date, sequence: str) -> None:
    """「15-digit numbers: kept as 原号, converted to 18 for matching and derivation」: by whichever way they come in."""
    today = make_id(f"{born:%Y%m%d}", sequence)
    old = today[:6] + today[8:17]
    assert modern_id(old) == parse_id(old) == parse_value("id", old) == today
    made = settle(facts({"id_number": old}))
    row = single(made.facts, "applicant")
    assert (row["id_number"], row["old_id_number"]) == (today, old)
    assert (row["sex"], row["birth_date"]) == (id_sex(parse_id(today)), born.isoformat())
    assert any("已换算" in notice for notice in made.notices)
    assert settle(made.facts, before=made.facts).notices == ()


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("120106620305002", "120106196203050023"),
        ("110105491231002", "11010519491231002X"),
        ("500118000229001", None),
        ("500118000101996", None),
        ("500118991301001", None),
    ],
)
def test_known_conversions(old: str, now: str | None) -> None:
    """1900 had no 29th of February; 996 to 999 stand for people of a hundred years, born in another century."""
    if now is None:
        with pytest.raises(InvalidValue) as caught:
            modern_id(old)
        assert old not in str(caught.value)
        return
    assert id_check_digit(now[:17]) == now[17] and is_id(now)
    assert modern_id(old) == now


def test_a_number_that_was_changed_keeps_the_old_one_and_says_so() -> None:
    number = make_id("19620305", "112")
    made = settle(facts({"id_number": number, "old_id_number": "120106620305002"}))
    assert any("不符" in notice for notice in made.notices)
    assert persons.numbers_of(single(made.facts, "applicant")) == {number, "120106196203050023"}


# ── what nobody sees ─────────────────────────────────────────────────────────────────────────────────────
UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\u00ad\ufeff\u061c\u3164"


@given(st.text("王李赵样例甲乙", min_size=2, max_size=6), st.data())
def test_two_names_that_look_the_same_are_the_same(name: str, data: st.DataObject) -> None:
    """「invisible characters … in every value typed or read from a sheet are stripped and told」."""
    at = data.draw(st.integers(0, len(name)))
    char = data.draw(st.sampled_from(UNSEEN))
    written = name[:at] + char + name[at:]
    assert parse_value("name", written) == parse_value("name", name) == name
    (notice,) = invisible_notices({"姓名": written})
    assert "姓名" in notice and f"U+{ord(char):04X}" in notice


@pytest.mark.parametrize(
    ("kind", "written", "stored"),
    [
        ("id", "\u202a120106196203050023\u202c", "120106196203050023"),
        ("phone", "022\u00ad-0000\u200b1111", "022-00001111"),
        ("money", "\ufeff1130.00\u00a0元", "1130.00"),
        ("date", "2024\u200b-03-04", "2024-03-04"),
        ("acct", "6217\u00a00000\u202f0000\u20090000", "6217000000000000"),
        ("str", "样例里\u00a01号楼", "样例里 1号楼"),
        ("text", "甲\u2028乙", "甲\n乙"),
        ("bool", "是\u200b", True),
        ("ym", "2024-08\ufeff", "2024-08"),
        ("multi", "重病\u200b、残疾", ("重病", "残疾")),
        ("str", "\u200b\ufeff", None),
    ],
)
def test_every_kind_of_value_is_cleared_of_them(kind: str, written: str, stored: object) -> None:
    assert parse_value(kind, written, ("重病", "残疾") if kind == "multi" else ()) == stored


def test_a_form_of_a_character_stays() -> None:
    """A selector of a form (葛󠄀) is part of how somebody's name is written."""
    assert without_invisible("葛\U000e0100城") == "葛\U000e0100城"
    assert invisible_in("王秀兰　01") == ()


def test_notices_say_where_in_what_was_read() -> None:
    raw = {"成员": [{"姓名": "李样例"}, {"姓名\u200b": "王\u200b二"}], "申请人": {"姓名": "王一"}}
    told = invisible_notices(raw)
    assert any("成员第 2 行·姓名" in line for line in told) and len(told) == 2
    assert rows(parse_facts(raw), "members")[1]["name"] == "王二"


@given(st.text())
def test_nothing_else_is_taken_away(text: str) -> None:
    assume(not invisible_in(text))
    assert without_invisible(text) == text
