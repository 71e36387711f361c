"""Who stands in two households of the office, and what follows: the same person twice, the dead, relatives of the staff.

Pure: the household, the other ones in which somebody of it stands, the names of the staff.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.errors import InvalidValue, RuleFault
from archivist.model.case import Case, CaseStatus
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Part, Row, people, rows, single
from archivist.model.field_schema import APPLICANT, MEMBERS, OBLIGORS
from archivist.model.former_people import Departure
from archivist.model.household import (
    RECOGNISED,
    covered_persons,
    covered_singly,
    household_size,
    is_applicant,
    kin_names,
    lives_together,
)
from archivist.model.ids import CaseNo, Category, parse_categories
from archivist.model.persons import numbers_of
from archivist.model.step_ids import GRANTING, StepId
from archivist.rules.across import AcrossFinding, AcrossKind, Gravity
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import NO_CATEGORY, RuleId

_BASIC: Final = (Category.DB, Category.TK, Category.DX, *RECOGNISED)
_DEATH: Final = re.compile(r"死亡|去世|病故|身故|亡故|过世")


def numbers_in(case: Case) -> frozenset[str]:
    """Return every number by which somebody of a household may stand in another one; the agent does not count."""
    return frozenset(
        number for part, row in people(case.facts) if part is not Part.AGENT for number in numbers_of(row)
    )


def is_live(case: Case) -> bool:
    """Tell whether something is applied for or enjoyed in a case."""
    return case.status is CaseStatus.OPEN and not case.state.ended


def is_granted(case: Case) -> bool:
    """Tell whether it was decided that there is assistance, which has not ended."""
    return is_live(case) and (case.step(*GRANTING) is not None or case.taken_over is not None)


def find(
    case: Case, others: Sequence[Case], pack: Pack, staff: Collection[str], on: dt.date
) -> tuple[AcrossFinding, ...]:
    """Return everything that other households say of one.

    Args:
        case: the household.
        others: the other households in which one of its numbers stands, in order.
        pack: the office's rules.
        staff: names of the people of the office.
        on: civil day.
    """
    found: list[AcrossFinding] = []
    for other in others:
        for part, person in _family(case):
            found += _of_person(case, other, part, person, pack, on)
        for person in rows(case.facts, OBLIGORS.key):
            found += _of_obligor(case, other, person, on)
    found += _of_staff(case, pack, staff, on)
    return tuple(dict.fromkeys(found))


def without_number(case: Case) -> tuple[AcrossFinding, ...]:
    """Return who of a household cannot be looked for in the others, because nobody knows a number of theirs."""
    return tuple(
        AcrossFinding(
            AcrossKind.NO_NUMBER, Gravity.NOTICE, case.number, None, str(person.get("name", "")), part,
            f"{_who(part, person)}没有登记证号，无从与其他户档核对",
        )
        for part, person in _family(case)
        if not numbers_of(person)
    )  # fmt: skip


def between(cases: Sequence[Case], pack: Pack, on: dt.date) -> tuple[AcrossFinding, ...]:
    """Return what some households have to do with each other and somebody must see to; each pair of persons once.

    Args:
        cases: households that are open.
        pack: the office's rules.
        on: civil day.
    """
    holding: dict[str, list[Case]] = {}
    for case in cases:
        gone = (number for former in case.former for number in numbers_of(former.row))
        for number in {*numbers_in(case), *gone}:
            holding.setdefault(number, []).append(case)
    near: dict[CaseNo, dict[CaseNo, Case]] = {}
    for sharing in holding.values():
        for case in sharing:
            near.setdefault(case.number, {}).update({c.number: c for c in sharing if c.number != case.number})
    found: dict[tuple[object, ...], AcrossFinding] = {}
    for case in cases:
        others = sorted(near.get(case.number, {}).values(), key=lambda other: other.number)
        for finding in find(case, others, pack, (), on):
            if finding.gravity is not Gravity.NOTICE:
                found.setdefault(finding.pair, finding)
    return tuple(found.values())


def _family(case: Case) -> Iterator[tuple[Part, Row]]:
    """Yield the applicant and who lives with them."""
    if applicant := single(case.facts, APPLICANT.key):
        yield Part.APPLICANT, applicant
    for person in rows(case.facts, MEMBERS.key):
        if lives_together(person) and not is_applicant(case, person):
            yield Part.MEMBER, person


def _standing(other: Case, numbers: frozenset[str], on: dt.date) -> tuple[Part, bool] | None:
    """Return what somebody is in another household, and whether its benefit is for them; ``None`` for nobody."""
    covered = frozenset(n for person in covered_persons(other, on) for n in numbers_of(person))
    for part, person in _family(other):
        if numbers & numbers_of(person):
            return part, bool(numbers & covered)
    if any(numbers & numbers_of(person) for person in rows(other.facts, OBLIGORS.key)):
        return Part.OBLIGOR, False
    return None


def _of_person(
    case: Case, other: Case, part: Part, person: Row, pack: Pack, on: dt.date
) -> Iterator[AcrossFinding]:
    numbers = numbers_of(person)
    covered_here = any(numbers & numbers_of(p) for p in covered_persons(case, on))
    who, where = _who(part, person), _where(other)

    def finding(kind: AcrossKind, gravity: Gravity, words: str) -> AcrossFinding:
        return AcrossFinding(
            kind, gravity, case.number, other.number, str(person.get("name", "")), part, words
        )

    there = _standing(other, numbers, on)
    if died := _death(other, numbers, there[0] if there else None):
        gravity = Gravity.FORBIDDEN if died.sure and covered_here else Gravity.EXCEPTION
        yield finding(AcrossKind.DEATH, gravity, f"{who}：{where}{died.words}，请核实")
    if there is None or not is_live(other):
        return
    part_there, covered_there = there
    if part_there is Part.OBLIGOR:
        if is_granted(other):
            yield finding(AcrossKind.OBLIGOR, Gravity.NOTICE, f"{who}是 {where}登记的义务人")
        return
    excludes = _rule(pack, RuleId.ACROSS_EXCLUDES, case, on)
    if not (covered_here and covered_there):
        yield finding(
            AcrossKind.OTHER_MEMBER,
            Gravity.NOTICE,
            f"{who}在 {where}登记为{part_there.value}，请核实是否仍在那一户共同生活",
        )
    elif _out_of_one_family(case, other):
        yield finding(
            AcrossKind.OTHER_MEMBER, Gravity.NOTICE, f"{who}：{where}，单人纳入低保，其家庭仍是低保边缘家庭"
        )
    elif excludes and other.category in categories_of(excludes):
        granted = is_granted(other)
        what = "已享受" if granted else "也在申请"
        todo = "先在那一户终止，或者把此人调出" if granted else "先办结或者撤回其中一户"
        yield finding(
            AcrossKind.SAME_PERSON,
            Gravity.FORBIDDEN if granted else Gravity.EXCEPTION,
            f"{who}在 {where}{what}{other.category.label}，不能同时享受{case.category.label}：{todo}"
            f"（{excludes.source}）",
        )
    elif (ends := _rule(pack, RuleId.ACROSS_ENDS, case, on)) and other.category in categories_of(ends):
        yield finding(
            AcrossKind.BENEFIT_ENDS,
            Gravity.NOTICE,
            f"{who}在 {where}享受或申请{other.category.label}，确认{case.category.label}后须在那一户终止（{ends.source}）",
        )
    elif other.category in _BASIC and case.category not in _BASIC:
        yield finding(AcrossKind.OTHER_MEMBER, Gravity.NOTICE, f"{who}是 {where}的{part_there.value}")


def _out_of_one_family(case: Case, other: Case) -> bool:
    """Tell whether one of two is 低保 of one person out of the family at the border that the other is (单人保)."""
    return any(
        covered_singly(one) and family.category is Category.BY
        for one, family in ((case, other), (other, case))
    )


def _of_obligor(case: Case, other: Case, person: Row, on: dt.date) -> Iterator[AcrossFinding]:
    numbers = numbers_of(person)
    there = _standing(other, numbers, on)
    who, where = _who(Part.OBLIGOR, person), _where(other)
    name = str(person.get("name", ""))
    if died := _death(other, numbers, there[0] if there else None):
        yield AcrossFinding(
            AcrossKind.DEATH, Gravity.NOTICE, case.number, other.number, name, Part.OBLIGOR,
            f"{who}：{where}{died.words}，请核实",
        )  # fmt: skip
    if there and there[1] and is_granted(other) and other.category in _BASIC:
        gravity = Gravity.EXCEPTION if case.category in _BASIC else Gravity.NOTICE
        yield AcrossFinding(
            AcrossKind.OBLIGOR, gravity, case.number, other.number, name, Part.OBLIGOR,
            f"{who}本人是 {where}的保障对象，请核实其履行义务的能力",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Death:
    """That another household records a death; ``sure`` where it can be nobody else's."""

    words: str
    sure: bool


def _death(other: Case, numbers: frozenset[str], part_there: Part | None) -> _Death | None:
    """Return the death another household records of somebody, or of one of several who may be them."""
    dead = [former for former in other.former if former.why is Departure.DEATH]
    if former := next((f for f in dead if numbers & numbers_of(f.row)), None):
        return _Death(f"登记已于 {former.on} 死亡", True)
    if part_there not in (Part.APPLICANT, Part.MEMBER):
        return None
    alone = household_size(other, dt.date.max) == 1
    if other.status is CaseStatus.DEREGISTERED and _DEATH.search(other.deregistration_reason):
        if part_there is not Part.APPLICANT:
            return None
        return _Death(f"已因“{other.deregistration_reason}”注销（{other.deregistered_on}）", alone)
    step = next((s for s in reversed(other.round) if s.id == StepId.REPORT_DEATH), None)
    if step is None or any(former.seq > step.seq for former in dead):
        return (
            None  # the review after it is over, or it is known who died: nobody of whom the facts still tell
        )
    day = step.values.get("died_on", step.on)
    if named := _named(other, str(step.values.get("person") or "")):
        return _Death(f"登记已于 {day} 死亡", True) if numbers & named else None
    if alone or other.category in (Category.TK, Category.CJ):
        return _Death(f"登记已于 {day} 死亡", True) if part_there is Part.APPLICANT else None
    return _Death(f"登记有人于 {day} 死亡，没有写明是谁", False)


def _named(other: Case, name: str) -> frozenset[str]:
    """Return the numbers of whoever of a household has a name; none where nobody is called so."""
    return frozenset(
        n for _, person in _family(other) if person.get("name") == name for n in numbers_of(person)
    )


def _of_staff(case: Case, pack: Pack, staff: Collection[str], on: dt.date) -> Iterator[AcrossFinding]:
    """Yield who has the name of somebody of the office, as long as it is not filed as 近亲属备案."""
    if case.step(StepId.KINSHIP_FILING):
        return
    declared = bool(case.fact(FactPath.APPLICATION_KINSHIP))
    filed_here = any(
        s.id == StepId.KINSHIP_FILING and s.applies(case.category, RuleDays(case.rules_on, on))
        for s in pack.steps
    )
    gravity = Gravity.EXCEPTION if filed_here and not declared else Gravity.NOTICE
    todo = "是本人或者近亲属的，登记近亲属关系并办“近亲属单独登记备案”"
    for part, person in people(case.facts):
        name = str(person["name"])
        if part is not Part.AGENT and name in staff:
            yield AcrossFinding(
                AcrossKind.STAFF, gravity, case.number, None, name, part,
                f"{_who(part, person)}与本单位工作人员同名：{todo}",
            )  # fmt: skip
    for name in sorted(kin_names(case) & set(staff)):
        yield AcrossFinding(
            AcrossKind.STAFF, gravity, case.number, None, name, Part.APPLICANT,
            f"登记的近亲属关系人 {name} 是本单位工作人员，还没有备案：{todo}",
        )  # fmt: skip


def _rule(pack: Pack, rule_id: str, case: Case, on: dt.date) -> Rule | None:
    return pack.find(rule_id, case.category, RuleDays(case.rules_on, on))


def categories_of(rule: Rule) -> tuple[Category, ...]:
    """Return the categories a rule names, none where it says so.

    Raises:
        RuleFault: E502, it names something else.
    """
    if rule.value == NO_CATEGORY:
        return ()
    try:
        return parse_categories(str(rule.value))
    except InvalidValue as error:
        raise RuleFault(f"{rule.id}：{error.what}") from None


def _who(part: Part, person: Row) -> str:
    return f"{part.value} {person.get('name', '（没有写姓名）')}"


def _where(other: Case) -> str:
    return f"{other.number}（{other.category.label}，{other.state.label}）"
