"""What other households say against granting one, as a pure function of the households."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.errors import RuleFault
from archivist.model.case import Case, CaseStatus
from archivist.model.facts import Part, parse_facts
from archivist.model.former_people import Departure, FormerPerson
from archivist.model.ids import CaseNo, Category
from archivist.model.states import State, StepTaken
from archivist.model.step_ids import GRANTING
from archivist.rules import across, across_findings, pack
from archivist.rules.across import AcrossFinding, AcrossHouseholds, AcrossKind, Gravity
from archivist.rules.rule_ids import RuleId
from tests.people import make_id
from tests.sampling import examples

NATIONAL = pack.load("national")
TODAY = dt.date(2024, 6, 3)
MINE, THEIRS, CHILD = make_id("19620305", "002"), make_id("19600110", "011"), make_id("20010110", "021")
OLD_MINE = MINE[:6] + MINE[8:17]


def person(number: str, name: str = "王样例", **more: Any) -> dict[str, Any]:
    return {"name": name, "id_number": number, **more}


def household(
    n: int,
    category: str,
    applicant: Mapping[str, Any],
    *members: Mapping[str, Any],
    state: State = State.DRAFT,
    obligors: Sequence[Mapping[str, Any]] = (),
    application: Mapping[str, Any] = {},
    steps: Sequence[tuple[str, State]] = (),
) -> Case:
    """Return a household in a state; ``in_benefit`` comes with the decision that put it there."""
    raw = {"applicant": applicant, "members": list(members), "obligors": list(obligors)}
    facts = parse_facts({**raw, "application": dict(application)})
    case = Case(CaseNo("TEST", Category(category), 2024, n), opened_on=dt.date(2024, 1, 2), facts=facts)
    if state not in (State.DRAFT, State.SUBMITTED):
        decision = GRANTING[1] if category == "CJ" else GRANTING[0]
        steps = ((decision, state), *steps)
    taken = [
        StepTaken(n, name, name, State.DRAFT, after, dt.date(2024, 2, 1))
        for n, (name, after) in enumerate(steps, 2)
    ]
    return replace(case, steps=tuple(taken))


def found(case: Case, *others: Case, staff: Sequence[str] = ()) -> tuple[AcrossFinding, ...]:
    return across_findings.find(case, others, NATIONAL, staff, TODAY)


def kinds(findings: Sequence[AcrossFinding]) -> set[tuple[AcrossKind, Gravity]]:
    return {(f.kind, f.gravity) for f in findings}


# ── the same person ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("there", ["DB", "TK", "DX"])
@pytest.mark.parametrize("here", ["DB", "TK", "DX"])
def test_nobody_is_granted_two_basic_benefits(here: str, there: str) -> None:
    """「低保 and 特困 for the same person, or one person in two households, are confirmed and paid without a word」."""
    other = household(2, there, person(MINE), state=State.IN_BENEFIT)
    (finding,) = found(household(1, here, person(MINE)), other)
    assert (finding.kind, finding.gravity) == (AcrossKind.SAME_PERSON, Gravity.FORBIDDEN)
    assert "TEST-" in finding.words and MINE not in finding.words
    assert "特困人员供养应当与城乡居民基本养老保险" in finding.words or "N1" in finding.words


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ((person(MINE), person(CHILD, "王小满")), (person(THEIRS), person(CHILD, "王小满"))),
        ((person(MINE),), (person(THEIRS), person(MINE))),
        ((person(THEIRS), person(MINE)), (person(MINE),)),
        ((person(OLD_MINE),), (person(MINE),)),
        ((person(MINE.lower()),), (person(THEIRS), person(OLD_MINE))),
    ],
)
def test_whatever_they_are_in_either_household(
    mine: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]
) -> None:
    """The kind: applicant or covered member, here or there, under the old number or today's."""
    here, there = household(1, "DB", *mine), household(2, "DB", *theirs, state=State.PAID)
    assert (AcrossKind.SAME_PERSON, Gravity.FORBIDDEN) in kinds(found(here, there))


@pytest.mark.parametrize("gone", [State.TERMINATED, State.CLOSED_REFUSED, State.ABANDONED])
def test_what_has_ended_is_no_objection(gone: State) -> None:
    other = household(2, "TK", person(MINE), steps=[("terminate", gone)])
    assert found(household(1, "DB", person(MINE)), other) == ()
    closed = replace(household(2, "TK", person(MINE), state=State.IN_BENEFIT), status=CaseStatus.DEREGISTERED)
    assert found(household(1, "DB", person(MINE)), closed) == ()


def test_what_is_only_applied_for_needs_a_reason() -> None:
    """「an override by role and reason where the law allows both」: nobody is forbidden to apply twice."""
    other = household(2, "TK", person(MINE), state=State.SUBMITTED)
    assert kinds(found(household(1, "DB", person(MINE)), other)) == {
        (AcrossKind.SAME_PERSON, Gravity.EXCEPTION)
    }


def test_a_member_of_another_household_does_not_apply_unnoticed() -> None:
    """「a member of another household applies unnoticed」: also one whom that household's benefit is not for."""
    other = household(2, "DB", person(THEIRS), person(MINE, covered=False), state=State.IN_BENEFIT)
    assert kinds(found(household(1, "DB", person(MINE)), other)) == {
        (AcrossKind.OTHER_MEMBER, Gravity.NOTICE)
    }


def test_the_subsidies_are_not_for_whom_tekun_is_and_go_with_dibao() -> None:
    """「两项补贴 against what excludes them」: 特困 excludes them, 低保 does not; 特困 itself ends them."""
    subsidy = household(1, "CJ", person(MINE))
    tekun = household(2, "TK", person(MINE), state=State.IN_BENEFIT)
    dibao = household(3, "DB", person(MINE), state=State.IN_BENEFIT)
    assert kinds(found(subsidy, tekun)) == {(AcrossKind.SAME_PERSON, Gravity.FORBIDDEN)}
    assert kinds(found(subsidy, dibao)) == {(AcrossKind.OTHER_MEMBER, Gravity.NOTICE)}
    paid = household(4, "CJ", person(MINE), state=State.IN_BENEFIT)
    assert kinds(found(household(5, "TK", person(MINE)), paid)) == {(AcrossKind.BENEFIT_ENDS, Gravity.NOTICE)}


def test_the_tekun_of_one_person_is_not_for_the_family() -> None:
    other = household(2, "TK", person(THEIRS), person(MINE), state=State.IN_BENEFIT)
    assert kinds(found(household(1, "DB", person(MINE)), other)) == {
        (AcrossKind.OTHER_MEMBER, Gravity.NOTICE)
    }


# ── obligors, the dead, the staff ────────────────────────────────────────────────────────────────────────
def test_an_obligor_who_is_a_recipient() -> None:
    """「an obligor who is a recipient」, and the other way round."""
    tekun = household(1, "TK", person(MINE), obligors=[person(CHILD, "王小满", relation="子")])
    child = household(2, "DB", person(CHILD, "王小满"), state=State.IN_BENEFIT)
    assert kinds(found(tekun, child)) == {(AcrossKind.OBLIGOR, Gravity.EXCEPTION)}
    granted = household(3, "TK", person(MINE), obligors=[person(CHILD, "王小满")], state=State.IN_BENEFIT)
    assert kinds(found(household(4, "DB", person(CHILD, "王小满")), granted)) == {
        (AcrossKind.OBLIGOR, Gravity.NOTICE)
    }


@pytest.mark.parametrize("reason", ["死亡", "申请人病故", "户主去世"])
def test_whoever_is_dead_elsewhere_is_not_granted_anything(reason: str) -> None:
    """「death or deregistration known elsewhere」: deregistered with 死亡."""
    closed = replace(
        household(2, "DB", person(MINE)),
        status=CaseStatus.DEREGISTERED,
        deregistration_reason=reason,
        deregistered_on=dt.date(2024, 4, 1),
    )
    for category in Category:
        assert kinds(found(household(1, category.value, person(MINE)), closed)) == {
            (AcrossKind.DEATH, Gravity.FORBIDDEN)
        }
    left = replace(closed, deregistration_reason="自愿退出")
    assert found(household(1, "JN", person(MINE)), left) == ()


def test_a_death_that_was_reported_in_a_family_names_nobody() -> None:
    reported = [("report_death", State.REVIEWING)]
    family = household(2, "DB", person(THEIRS), person(MINE), state=State.IN_BENEFIT, steps=reported)
    assert (AcrossKind.DEATH, Gravity.EXCEPTION) in kinds(found(household(1, "JN", person(MINE)), family))
    over = household(
        2, "DB", person(THEIRS), person(MINE), state=State.IN_BENEFIT, steps=[*reported, ("reviewed", State.IN_BENEFIT)]
    )  # fmt: skip
    assert AcrossKind.DEATH not in {f.kind for f in found(household(1, "JN", person(MINE)), over)}
    alone = household(3, "TK", person(MINE), state=State.IN_BENEFIT, steps=reported)
    assert (AcrossKind.DEATH, Gravity.FORBIDDEN) in kinds(found(household(1, "JN", person(MINE)), alone))


@pytest.mark.parametrize(
    ("why", "gravity"),
    [(Departure.DEATH, Gravity.FORBIDDEN), (Departure.LEFT, None), (Departure.SPLIT, None)],
)
def test_who_died_in_a_household_that_goes_on(why: Departure, gravity: Gravity | None) -> None:
    """「the death of the applicant with members left」: it is known who; who lives on there is not meant."""
    died = FormerPerson(person(MINE), Part.APPLICANT, why, dt.date(2024, 4, 2), 9, "")
    reported = [("report_death", State.REVIEWING)]
    family = household(2, "DB", person(THEIRS), person(CHILD), state=State.IN_BENEFIT, steps=reported)
    family = replace(family, former=(died,))
    findings = found(household(1, "JN", person(MINE)), family)
    assert {f.gravity for f in findings if f.kind is AcrossKind.DEATH} == ({gravity} if gravity else set())
    living = found(household(3, "JN", person(CHILD)), family)
    assert (AcrossKind.DEATH in {f.kind for f in living}) is (gravity is None)
    assert (
        across_findings.between([household(1, "DB", person(MINE)), family], NATIONAL, TODAY) != ()
        or gravity is None
    )


@pytest.mark.parametrize("place", ["applicant", "member", "obligor", "kin"])
def test_relatives_of_the_staff_are_filed_first(place: str) -> None:
    """「employee's relatives (近亲属备案): staff by name against applicant, members, kin_name」."""
    named, other = person(MINE, "林经办"), person(THEIRS, "王样例")
    case = {
        "applicant": household(1, "DB", named),
        "member": household(1, "DB", other, named),
        "obligor": household(1, "DB", other, obligors=[named]),
        "kin": household(1, "DB", other, application={"kin_name": "林经办（配偶）"}),
    }[place]
    assert kinds(found(case, staff=["林经办", "苏调查"])) == {(AcrossKind.STAFF, Gravity.EXCEPTION)}
    declared = household(1, "DB", named, application={"kinship": True, "kin_name": "林经办"})
    assert {f.gravity for f in found(declared, staff=["林经办"])} == {Gravity.NOTICE}
    filed = household(
        1, "DB", named, application={"kinship": True}, steps=[("kinship_filing", State.ACCEPTED)]
    )
    assert found(filed, staff=["林经办"]) == ()


def test_a_rule_that_names_no_category_is_found_by_rules_check() -> None:
    """An office's own row may write another comma; what is no category at all is told and never crashes."""
    row = next(r for r in NATIONAL.rules if r.id == RuleId.ACROSS_EXCLUDES)
    assert across_findings.categories_of(replace(row, value="低保，特困")) == (Category.DB, Category.TK)
    own = {
        "id": row.id,
        "patch": True,
        "value": "低保、猫",
        "source": {"measure": "《样例》", "sentence": "样例"},
    }
    with pytest.raises(RuleFault, match="across\\.excludes：value 是“低保、猫”，应为救助类别"):
        pack.load("national", overrides={"rule": [own]})


# ── what it means for the act ────────────────────────────────────────────────────────────────────────────
def test_nobody_looked_is_no_leave() -> None:
    """「A damaged or missing index: say it (未检), do not pass silently」."""
    case = household(1, "DB", person(MINE))
    assert across.objections(None, case, {}) != []
    said = across.objections(AcrossHouseholds((), ("索引不能用",)), case, {"exception": "已核实"})
    assert said == ["未检：索引不能用"]


def test_a_reason_opens_what_the_law_leaves_open_and_nothing_else() -> None:
    here = household(1, "DB", person(MINE))
    applied = AcrossHouseholds(found(here, household(2, "TK", person(MINE), state=State.SUBMITTED)))
    enjoyed = AcrossHouseholds(found(here, household(2, "TK", person(MINE), state=State.PAID)))
    assert len(across.objections(applied, here, {})) == len(across.objections(enjoyed, here, {})) == 1
    assert across.objections(applied, here, {"exception": "特困一户当日撤回"}) == []
    assert len(across.objections(enjoyed, here, {"exception": "特困一户当日撤回"})) == 1


# ── any rows of people ───────────────────────────────────────────────────────────────────────────────────
POOL = [make_id(f"19{50 + n}0{1 + n}1{n}", f"00{n + 1}") for n in range(6)]


@st.composite
def households(draw: st.DrawFn, n: int) -> Case:
    numbers = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=4, unique=True))
    category = draw(st.sampled_from(["DB", "TK", "DX", "CJ", "JN"]))
    members = [
        person(number, f"甲{i}", covered=draw(st.sampled_from([True, False, True])), relation="子女")
        for i, number in enumerate(numbers[1:])
    ]
    state = draw(st.sampled_from([State.DRAFT, State.IN_BENEFIT, State.PAID, State.TERMINATED]))
    return household(n, category, person(numbers[0]), *members, state=state)


def covered(case: Case) -> set[str]:
    """Return whom a benefit is for, told from the raw rows."""
    own = {str(case.fact("applicant.id_number"))}
    if case.category in (Category.TK, Category.CJ):
        return own
    table = case.facts.get("members", ())
    assert isinstance(table, tuple)
    return own | {str(row["id_number"]) for row in table if row.get("covered") is not False}


EXCLUDED = {
    "DB": ("DB", "TK", "DX"), "TK": ("DB", "TK", "DX"), "DX": ("DB", "TK", "DX"), "CJ": ("TK", "CJ"), "JN": (),
}  # fmt: skip


@given(households(1), households(2), households(3))
@settings(max_examples=examples(100, 1000))
def test_whatever_rows_of_people(here: Case, one: Case, two: Case) -> None:
    """It is refused exactly where somebody would have two benefits that exclude each other, and names those households."""
    forbidden = {f.other for f in found(here, one, two) if f.gravity is Gravity.FORBIDDEN}
    expected = {
        other.number
        for other in (one, two)
        if other.state in (State.IN_BENEFIT, State.PAID)
        and other.category.value in EXCLUDED[here.category.value]
        and covered(here) & covered(other)
    }
    assert forbidden == expected
    for finding in found(here, one, two):
        assert finding.part in Part and finding.case == here.number
        assert not any(number in finding.words + finding.mark for number in POOL)


@given(households(1), households(2))
@settings(max_examples=examples(50, 500))
def test_strangers_have_nothing_to_do_with_each_other(here: Case, there: Case) -> None:
    if not across_findings.numbers_in(here) & across_findings.numbers_in(there):
        assert found(here, there) == ()
