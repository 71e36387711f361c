"""《中华人民共和国社会救助法》第四十八条: the household is heard before its assistance is reduced, suspended or ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.doctypes.catalogue import Catalogue
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Path, parse_facts, set_fact, to_plain
from archivist.model.field_schema import MEMBERS
from archivist.model.ids import RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.model.roles import Role
from archivist.model.step_ids import StepId
from archivist.rules import hearing, step_rows
from archivist.rules import pack as packs
from archivist.rules.attempt import Attempt
from archivist.rules.completeness.checks import TESTS
from archivist.rules.completeness.dossier import Dossier
from archivist.rules.guards import GUARDS
from archivist.rules.hearing import Proposed
from archivist.rules.pack import Pack
from archivist.rules.rule_ids import RuleId
from tests.rules.walking import walk

LAW = dt.date(2026, 7, 1)
NATIONAL = packs.load("national")
CATALOGUE = Catalogue.load()
PAID = 900
ACCEPTED = (
    "submit 2026-06-01", "accept 2026-06-02", "verify 2026-06-03", "survey 2026-06-04", "prelim 2026-06-05",
    "publicize 2026-06-08", "review 2026-06-18", "confirm 2026-06-19", "deliver 2026-06-22", "announce 2026-06-22",
    "file 2026-06-23", "pay 2026-06-24",
)  # fmt: skip
"""A household accepted in June 2026, before the law was in force."""
REVIEW = "start_review 2026-06-25"
WORDS = {"change": "减发", "suspend": "停发", "terminate": "终止"}
DECISIONS = tuple(WORDS)


def told(amount: int) -> dict[str, Any]:
    return {"benefit": {"amount": f"{amount:.2f}"}}


def with_amount(case: Case, amount: int) -> Case:
    """Return a household whose amount was recorded anew after its review began."""
    return replace(case, facts=set_fact(case.facts, Path.parse(FactPath.BENEFIT_AMOUNT), f"{amount:.2f}"))


def reviewed(*steps: str, amount: int = PAID) -> Case:
    return with_amount(walk(NATIONAL, "DB", *ACCEPTED, REVIEW, *steps, facts=told(PAID)), amount)


def heard_about(what: str, on: str = "2026-07-02") -> str:
    return f"hear {on} proposed={what} heard=王秀兰"


def refused(case: Case, step: str, on: dt.date, found: Pack = NATIONAL) -> list[str]:
    """Return what the guard has against a step of a day."""
    row = step_rows.row_of(found, case, step, on)
    assert hearing.GUARD in row.guards
    return GUARDS[hearing.GUARD].reasons(Attempt(case, found, row, on, catalogue=CATALOGUE, reason="—"))


def told_of(what: str, until: str, on: str, said: str = "") -> list[str]:
    """Return what the guard of the hearing has against one of a day, after a notice that names a last day to speak."""
    case = reviewed()
    notice = Record(
        RecordNo("0001"), "hearing_notice", "听取意见告知书", "09 动态管理", RecordStatus.SIGNED, "2026-07-02T10:00:00+08:00",
        data={"given": {"hearing.proposed": what, "hearing.until": until}},
    )  # fmt: skip
    case = replace(case, records={notice.no: notice})
    day = dt.date.fromisoformat(on)
    row = step_rows.row_of(NATIONAL, case, "hear", day)
    values = {"proposed": "减发", "heard": "王秀兰", "said": said}
    return GUARDS["hearing_told"].reasons(
        Attempt(case, NATIONAL, row, day, values=values, catalogue=CATALOGUE)
    )


def test_silence_counts_only_when_the_time_to_speak_is_over() -> None:
    """「本机关于{日}送达《听取意见告知书》，…在告知的期限内没有提出意见」 is true on no day before; who speaks earlier was heard."""
    for on in ("2026-07-03", "2026-07-09"):
        (why,) = told_of("减发", "2026-07-09", on)
        assert "2026-07-09" in why and "不能算作没有意见" in why
    assert told_of("减发", "2026-07-09", "2026-07-10") == []
    assert told_of("减发", "2026-07-09", "2026-07-03", said="同意") == []
    assert told_of("终止", "2026-07-09", "2026-07-03") == [], "of another decision"


@pytest.mark.parametrize("step", DECISIONS)
@given(on=st.dates(dt.date(2026, 6, 25), dt.date(2027, 12, 31)))
def test_it_binds_every_decision_made_from_that_day_whatever_the_day_of_acceptance(
    step: str, on: dt.date
) -> None:
    """「it binds every such decision made from that day, whatever the day of acceptance」: 2026-07-01."""
    reasons = refused(reviewed(amount=PAID - 300), step, on)
    assert bool(reasons) is (on >= LAW)
    if reasons:
        assert WORDS[step] in reasons[0] and "应当听取社会救助对象的意见" in reasons[0], reasons


@pytest.mark.parametrize("step", DECISIONS)
@pytest.mark.parametrize("about", list(Proposed))
def test_a_hearing_serves_the_decision_it_was_about(step: str, about: Proposed) -> None:
    """Sibling fault: heard about a reduction, the assistance is ended."""
    case = reviewed(heard_about(about), amount=PAID - 300)
    reasons = refused(case, step, dt.date(2026, 7, 3))
    assert (reasons == []) is (about == WORDS[step])
    if reasons:
        assert f"2026-07-02 听取的是拟{about}的意见" in reasons[0]


def test_a_hearing_serves_one_decision() -> None:
    """Sibling fault: heard before the suspension, ended months later without another word."""
    case = reviewed(heard_about("停发"), "suspend 2026-07-03")
    assert refused(case, "terminate", dt.date(2026, 10, 9)) != []
    again = reviewed(heard_about("停发"), "suspend 2026-07-03", heard_about("终止", "2026-10-08"))
    assert refused(again, "terminate", dt.date(2026, 10, 9)) == []


def test_a_hearing_of_an_earlier_review_is_of_no_use() -> None:
    case = reviewed(heard_about("终止"), "reviewed 2026-07-06", "start_review 2026-12-01")
    assert refused(case, "terminate", dt.date(2026, 12, 2)) != []


@given(before=st.integers(1, 3000), after=st.integers(1, 3000))
def test_an_increase_needs_no_hearing(before: int, after: int) -> None:
    """「作出调减……决定前应当听取」: of less, not of more, nor of as much."""
    case = with_amount(walk(NATIONAL, "DB", *ACCEPTED, REVIEW, facts=told(before)), after)
    assert bool(refused(case, "change", dt.date(2026, 9, 1))) is (after < before)


def test_an_amount_told_before_the_review_began_is_a_reduction_all_the_same() -> None:
    """Sibling fault: the lower amount is recorded first, the review is begun afterwards."""
    granted = walk(NATIONAL, "DB", *ACCEPTED, facts=told(PAID))
    lower = with_amount(granted, PAID - 1)
    begun = replace(
        lower, steps=(*lower.steps, replace(lower.steps[-1], seq=99, id="start_review", before=lower.state,
                                            after=reviewed().state, benefit={"amount": f"{PAID - 1}.00"}))
    )  # fmt: skip
    assert refused(begun, "change", dt.date(2026, 9, 1)) != []


def test_less_after_a_suspension_is_a_reduction() -> None:
    """Sibling fault: suspended with a hearing, resumed with less without one."""
    case = reviewed(heard_about("停发"), "suspend 2026-07-03")
    assert refused(with_amount(case, PAID), "resume", dt.date(2026, 9, 1)) == []
    assert refused(with_amount(case, PAID - 200), "resume", dt.date(2026, 9, 1)) != []


def test_nobody_is_heard_where_the_only_recipient_is_dead() -> None:
    """A reasoned exception as data: the row gone, even then somebody would have to be heard."""
    family = walk(NATIONAL, "DB", *ACCEPTED, "report_death 2026-07-02 died_on=2026-07-01", facts=told(PAID))
    one = {group: told for group, told in to_plain(family.facts).items() if group != MEMBERS.key}
    alone = replace(family, facts=parse_facts(one))
    assert refused(alone, "terminate", dt.date(2026, 7, 3)) == []
    without = replace(NATIONAL, rules=tuple(r for r in NATIONAL.rules if r.id != RuleId.HEARING_NOBODY))
    assert refused(alone, "terminate", dt.date(2026, 7, 3), without) != []
    assert refused(family, "terminate", dt.date(2026, 7, 3)) != []


def test_where_the_row_is_absent_the_decision_is_refused() -> None:
    """「Where a guard finds no row, the step is refused with that reason」."""
    without = replace(NATIONAL, rules=tuple(r for r in NATIONAL.rules if r.id != RuleId.HEARING))
    for on in (dt.date(2026, 6, 26), dt.date(2026, 8, 3)):
        (reason,) = refused(reviewed(), "terminate", on, without)
        assert "没有规定 hearing" in reason


@pytest.mark.parametrize("name", packs.available())
def test_every_pack_hears_before_it_decides_against_somebody(name: str) -> None:
    """A step that reduces, suspends or ends has the condition, whoever's row it is; what the bureau decides was proposed."""
    for row in packs.load(name).steps:
        if row.id in hearing.DECISIONS:
            wanted = "proposed" if row.role is Role.OUTSIDE else hearing.GUARD
            assert wanted in row.guards or row.makes == ("benefit_change_form",), (
                name,
                row.id,
                row.categories,
            )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"proposed": "调减", "heard": "王秀兰"}, "应为减发、停发、终止之一"),
        ({"proposed": "减发", "heard": "赵六"}, "不是本户的人"),
        ({"proposed": "减发", "heard": "王秀兰"}, ""),
    ],
)
def test_what_a_hearing_says_of_itself_can_be(values: dict[str, str], words: str) -> None:
    found = list(hearing.untrue(reviewed(), values))
    assert (words in found[0]) if words else found == []


def test_the_check_names_each_decision_without_a_hearing() -> None:
    """C16, of decisions since the law is in force alone; what was decided in June is none of it."""
    test = TESTS["hearing"]

    def outcome(case: Case) -> tuple[list[str], int]:
        found = test(Dossier(case, NATIONAL, CATALOGUE, dt.date(2026, 12, 1), lambda _: None))
        return found.wrong, len(found.evidence)

    early = reviewed("suspend 2026-06-26")
    late = reviewed("suspend 2026-07-26")
    right = reviewed(heard_about("停发"), "suspend 2026-07-26")
    assert outcome(early) == ([], 0)
    assert outcome(late) == (["2026-07-26 停发，没有听取救助对象意见的记录"], 1)
    assert outcome(right) == ([], 2)


def test_the_step_is_there_from_that_day_on_and_no_earlier() -> None:
    case = reviewed()
    for on, there in ((dt.date(2026, 6, 30), False), (LAW, True)):
        assert any(s.id == StepId.HEAR for s in NATIONAL.steps_of(case, on)) is there
