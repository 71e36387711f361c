"""What other households of the office say against granting one, and who may grant it all the same.

Who stands where is found by the index (``procedure.across``), what follows is judged in ``across_findings``; here it becomes
what stands in the way of a step, by whichever way it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from archivist.model.case import Case
from archivist.model.facts import Part
from archivist.model.ids import CaseNo

EXCEPTION: Final = "exception"
"""Value of a step: why it is granted all the same. Its label:"""
EXCEPTION_LABEL: Final = "跨户例外理由"
EXCEPTED: Final = "excepted"
"""Value of a step: what was granted all the same, see ``AcrossFinding.mark``."""
GUARD: Final = "across_households"
"""The guard of steps that grant."""


class AcrossKind(StrEnum):
    """What two households have to do with each other."""

    SAME_PERSON = "same_person"
    OTHER_MEMBER = "other_member"
    BENEFIT_ENDS = "benefit_ends"
    OBLIGOR = "obligor"
    DEATH = "death"
    STAFF = "staff"
    NO_NUMBER = "no_number"

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
    AcrossKind.NO_NUMBER: "没有证号，无从核对",
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
