"""Some of a household form one of their own: a new case and a change of the old one, held together by a note of what was begun.

The note (see ``two_case_changes``) is ``moves/<new case>.split``. No paper is copied: the new case names those it rests on by
record and digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.facts import to_plain
from archivist.model.former_people import Departure
from archivist.model.household_changes import without_members
from archivist.model.ids import CaseNo
from archivist.model.plain_json import JsonList, JsonTable
from archivist.store import bag, commit
from archivist.store.chain import Chain
from archivist.store.commit import Draft, Stamp
from archivist.store.two_case_changes import ACTING, TwoCaseChange, TwoCaseChanges, TwoCaseKind, read_stamp

SUFFIX: Final = ".split"
_LEFT: Final = JsonTable({"person": dict, "part": str, "why": str, "on": str}, open=True)


@dataclass(frozen=True, slots=True)
class HouseholdSplit(TwoCaseChange):
    """Some people of a case, and the new case they form; by whom, when and why.

    Attributes:
        step: what the event of a step says: ``step``, ``title``, ``on``, ``by``.
        left: who leaves, each as an event has them: ``person``, ``part``, ``why``, ``on``.
    """

    case: CaseNo
    target: CaseNo
    step: Mapping[str, Any]
    left: Sequence[Mapping[str, Any]]
    reason: str
    stamp: Stamp

    @property
    def note_name(self) -> str:
        """The file name of its note."""
        return f"{self.target}{SUFFIX}"

    @property
    def title(self) -> str:
        """What is done, for people."""
        return "分户"

    @property
    def arrival(self) -> str:
        """What is there once the target has it, for people."""
        return f"新户档 {self.target} 已经建立"

    def plain(self) -> Mapping[str, Any]:
        """Return what its note says besides."""
        return {"step": dict(self.step), "left": [dict(gone) for gone in self.left]}

    def has_arrived(self, target: Chain | None) -> bool:
        """Tell whether the new case is there."""
        return target is not None

    def departure(self, case: Case, target: Chain) -> Draft:
        """Return the change by which the old household lets go, whatever else was changed in it meanwhile.

        Args:
            case: the old household as it stands.
            target: the chain of the new one; the digest of its first event is named.
        """
        before = to_plain(case.facts)
        after = to_plain(without_members(case.facts, [gone["person"] for gone in self.left]))
        data = dict(self.step) | {
            "from": case.state.value,
            "to": case.state.value,
            "case": str(self.target),
            "head": target.events[0][1],
            "left": [dict(gone) for gone in self.left],
            "facts": {g: after.get(g) for g in before if before.get(g) != after.get(g)},
        }
        return Draft(Op.HOUSEHOLD_SPLIT, data, self.reason)

    def has_left(self, case: Case) -> bool:
        """Tell whether a case has let go of those who left."""
        return any(gone.to == self.target and gone.why is Departure.SPLIT for gone in case.former)


def split_off(
    changes: TwoCaseChanges, split: HouseholdSplit, organisation: str, opening: Draft
) -> tuple[Case, Case]:
    """Make the new case, then let the old one go of its people.

    Args:
        changes: the notes of what was begun.
        split: who leaves which case.
        organisation: the office, as the new bag names it.
        opening: the first event of the new case.

    Returns:
        The new case and the old one.

    Raises:
        IntegrityAlarm: E202, the old case takes no events; nothing was written.
        WriteFailed: E204; its message says whether the new case is there by now.

    Survives: a kill at any point; the next start completes the split, or it never began and only a number is gone.
    """

    def make() -> Chain:
        info = bag.case_info(split.target, organisation, split.stamp.by.today)
        folder = changes.cases / str(split.target)
        return commit.create(changes.work, folder, info, opening, split.stamp)[1]

    return changes.carry_out(split, make)


def _read(note: dict[str, Any]) -> HouseholdSplit:
    return HouseholdSplit(
        CaseNo.parse(note["case"]),
        CaseNo.parse(note["target"]),
        note["step"],
        note["left"],
        note["reason"],
        read_stamp(note),
    )


SPLITS: Final = TwoCaseKind(
    f"*{SUFFIX}",
    JsonTable(
        {
            **dict.fromkeys(("case", "target", "reason", "pack"), str),
            "step": dict,
            "left": JsonList(_LEFT),
            "by": ACTING,
        }
    ),
    _read,
)
"""The notes of splits."""
