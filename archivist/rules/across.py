"""What other households of the office say against granting one: the same person twice, the dead, relatives of the staff.

Pure: the household, the other ones in which somebody of it stands, the names of the staff. Who stands where is found by the
index (``procedure.across``); what follows from it is said here, and by no one else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from archivist.model.case import Case, CaseStatus
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Part, Row, people, rows, single
from archivist.model.field_schema import APPLICANT, MEMBERS, OBLIGORS
from archivist.model.former_people import Departure
from archivist.model.household import covered_persons, household_size, is_applicant, kin_names, lives_together
from archivist.model.ids import CaseNo, Category, parse_category
from archivist.model.persons import numbers_of
from archivist.model.step_ids import GRANTING, StepId
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule

EXCLUDES: Final = "across.excludes"
"""Rule: of which categories nobody may be in benefit who is granted this one; their names, with ``、`` between them."""
ENDS: Final = "across.ends"
"""Rule: which other benefits of the same person end when this one is granted."""
EXCEPTION: Final = "exception"
"""Value of a step: why it is granted all the same. Its label:"""
EXCEPTION_LABEL: Final = "跨户例外理由"
EXCEPTED: Final = "excepted"
"""Value of a step: what was granted all the same, see ``AcrossFinding.mark``."""
GUARD: Final = "across_households"
"""The guard of steps that grant."""
_BASIC: Final = (Category.DB, Category.TK, Category.DX)
_DEATH: Final = re.compile(r"死亡|去世|病故|身故|亡故|过世")


class AcrossKind(StrEnum):
    """What two households have to do with each other."""

    SAME_PERSON = "same_person"
    OTHER_MEMBER = "other_member"
    BENEFIT_ENDS = "benefit_ends"
    OBLIGOR = "obligor"
    DEATH = "death"
    STAFF = "staff"

    @property
    def label(self) -> str:
        """How people call it."""
        return _LABELS[self]


_LABELS: Final[Mapping[AcrossKind, str]] = {
    AcrossKind.SAME_PERSON: "同一人重复申请或享受",
    AcrossKind.OTHER_MEMBER: "同一人登记在两户",
    AcrossKind.BENEFIT_ENDS: "另一项救助须终止",
    AcrossKind.OBLIGOR: "义务人是救助对象",
    AcrossKind.DEATH: "他户登记已死亡",
    AcrossKind.STAFF: "与工作人员同名",
}


class Gravity(StrEnum):
    """What follows for granting."""

    FORBIDDEN = "forbidden"
    """It cannot be granted; the other household must be put right first."""
    EXCEPTION = "exception"
    """It can, when the approver says why."""
    NOTICE = "notice"
    """It should be known."""

    @property
    def label(self) -> str:
        """How people call it."""
        return {"forbidden": "不得确认", "exception": "须写明例外", "notice": "请注意"}[self.value]


@dataclass(frozen=True, slots=True)
class AcrossFinding:
    """Something that concerns two households, or one and the staff.

    Attributes:
        case: the household looked at; ``other`` the other one, ``None`` for the staff.
        person: the name it is about, as it stands in the household; ``part`` what they are in it.
        words: the whole of it, a sentence.
        numbers: by which the person is known; never shown.
    """

    kind: AcrossKind
    gravity: Gravity
    case: CaseNo
    other: CaseNo | None
    person: str
    part: Part
    words: str
    numbers: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def mark(self) -> str:
        """What is recorded of it when it is granted all the same; no name in it."""
        return " ".join(filter(None, (self.kind.value, str(self.other or ""))))

    @property
    def pair(self) -> tuple[object, ...]:
        """What makes two findings one: the same two households with the same consequence, seen from either side."""
        if self.kind in (AcrossKind.SAME_PERSON, AcrossKind.OTHER_MEMBER):
            shared = min(self.numbers, default="")
            return self.kind, self.gravity, shared, frozenset((self.case, self.other))
        return self.kind, self.person, self.case, self.other


def in_words(mark: str) -> str:
    """Return what was granted all the same in words, see ``AcrossFinding.mark``."""
    kind, _, other = mark.partition(" ")
    return f"{AcrossKind(kind).label}（{other}）" if other else AcrossKind(kind).label


@dataclass(frozen=True, slots=True)
class AcrossHouseholds:
    """What was found; ``unchecked`` says why it could not be looked for, or not everywhere."""

    findings: tuple[AcrossFinding, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything in sentences, for notices."""
        return (*(f"未检：{why}" for why in self.unchecked), *(f.words for f in self.findings))


def objections(found: AcrossHouseholds | None, case: Case, values: Mapping[str, object]) -> list[str]:
    """Return what stands in the way of granting.

    Args:
        found: what was found; ``None`` when nobody looked, which is no leave.
        case: the household; what was excepted in this round already is.
        values: of the step; ``exception`` says why it is granted all the same.
    """
    if found is None:
        return ["未检：没有核对其他户档"]
    reasons = [f"未检：{why}" for why in found.unchecked]
    reasons += [f.words for f in found.findings if f.gravity is Gravity.FORBIDDEN]
    if not str(values.get(EXCEPTION) or "").strip():
        reasons += [
            f"{f.words}；核实后仍应确认的，由分管领导写明理由：--set {EXCEPTION}=理由"
            for f in open_exceptions(found, case)
        ]
    return reasons


def open_exceptions(found: AcrossHouseholds, case: Case) -> list[AcrossFinding]:
    """Return what needs a reason and was not given one in this round of the procedure."""
    given = {mark for step in case.round for mark in step.values.get(EXCEPTED, ())}
    return [f for f in found.findings if f.gravity is Gravity.EXCEPTION and f.mark not in given]


# ── who stands where ─────────────────────────────────────────────────────────────────────────────────────
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
    return is_live(case) and case.step(*GRANTING) is not None


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
    found += _of_staff(case, pack, staff)
    return tuple(dict.fromkeys(found))


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
    excludes = _rule(pack, EXCLUDES, case)
    if not (covered_here and covered_there):
        yield finding(
            AcrossKind.OTHER_MEMBER,
            Gravity.NOTICE,
            f"{who}在 {where}登记为{part_there.value}，请核实是否仍在那一户共同生活",
        )
    elif excludes and other.category in _categories(excludes):
        granted = is_granted(other)
        what = "已享受" if granted else "也在申请"
        todo = "先在那一户终止，或者把此人调出" if granted else "先办结或者撤回其中一户"
        yield finding(
            AcrossKind.SAME_PERSON,
            Gravity.FORBIDDEN if granted else Gravity.EXCEPTION,
            f"{who}在 {where}{what}{other.category.label}，不能同时享受{case.category.label}：{todo}"
            f"（{excludes.source}）",
        )
    elif (ends := _rule(pack, ENDS, case)) and other.category in _categories(ends):
        yield finding(
            AcrossKind.BENEFIT_ENDS,
            Gravity.NOTICE,
            f"{who}在 {where}享受或申请{other.category.label}，确认{case.category.label}后须在那一户终止（{ends.source}）",
        )
    elif other.category in _BASIC and case.category not in _BASIC:
        yield finding(AcrossKind.OTHER_MEMBER, Gravity.NOTICE, f"{who}是 {where}的{part_there.value}")


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
    if alone or other.category in (Category.TK, Category.CJ):
        return _Death(f"登记已于 {day} 死亡", True) if part_there is Part.APPLICANT else None
    return _Death(f"登记有人于 {day} 死亡，没有写明是谁", False)


def _of_staff(case: Case, pack: Pack, staff: Collection[str]) -> Iterator[AcrossFinding]:
    """Yield who has the name of somebody of the office, as long as it is not filed as 近亲属备案."""
    if case.step(StepId.KINSHIP_FILING):
        return
    declared = bool(case.fact(FactPath.APPLICATION_KINSHIP))
    filed_here = any(
        s.id == StepId.KINSHIP_FILING and s.applies(case.category, case.rules_on) for s in pack.steps
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


def _rule(pack: Pack, rule_id: str, case: Case) -> Rule | None:
    return pack.find(rule_id, case.category, case.rules_on)


def _categories(rule: Rule) -> tuple[Category, ...]:
    return tuple(map(parse_category, str(rule.value).split("、")))


def _who(part: Part, person: Row) -> str:
    return f"{part.value} {person.get('name', '（没有写姓名）')}"


def _where(other: Case) -> str:
    return f"{other.number}（{other.category.label}，{other.state.label}）"
