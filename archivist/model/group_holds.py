"""Holds on all cases that fit some conditions (成批冻结), those there are and those to come: a fold over events of the ledger."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from archivist.model import holds, household_ranges
from archivist.model.case import Case
from archivist.model.event import Data, Event, Op
from archivist.model.holds import WHOLE_CASE, Hold
from archivist.model.ids import CaseNo, Category

GROUP_HOLD_OPS: Final = (Op.HOLD_DECLARED, Op.GROUP_HOLD_RELEASED)


@dataclass(frozen=True, slots=True)
class HeldCases:
    """Which cases a group hold is about: all that is said must fit, and something is.

    Attributes:
        category: of assistance.
        year: in the case's number.
        village: every village the applicant ever lived in counts, so that no change of facts takes a case out; of one nobody
            knows the village, so that it may be meant, it is held until somebody does.
        numbers: case numbers, as ``household_ranges`` writes them.
    """

    category: Category | None = None
    year: int | None = None
    village: str = ""
    numbers: tuple[str, ...] = ()

    def fit(self, case: Case) -> bool:
        """Tell whether a case is one of them."""
        lives_there = not self.village or not case.villages or any(map(self._is_in, case.villages))
        return lives_there and self.may_fit(case.number)

    def may_fit(self, number: CaseNo) -> bool:
        """Tell whether a case of a number can be one of them."""
        return (
            (self.category is None or number.category is self.category)
            and (self.year is None or number.year == self.year)
            and (not self.numbers or household_ranges.holds(self.numbers, number))
        )

    def _is_in(self, village: str) -> bool:
        one, other = _bare(self.village), _bare(village)
        return one in other or other in one

    @property
    def words(self) -> str:
        """The conditions as lists write them: ``低保，2024年立户，样例里社区``."""
        said = (
            self.category.label if self.category else "",
            f"{self.year}年立户" if self.year else "",
            self.village,
            "、".join(self.numbers),
        )
        return "，".join(filter(None, said))

    def to_plain(self) -> dict[str, Any]:
        """Return what the event says of them."""
        plain = {
            "category": self.category.value if self.category else "",
            "year": self.year,
            "village": self.village,
            "numbers": list(self.numbers),
        }
        return {key: value for key, value in plain.items() if value}

    @classmethod
    def from_plain(cls, plain: Data) -> HeldCases:
        """Read them back; ``ValueError`` when they are none."""
        found = cls(
            Category(plain["category"]) if "category" in plain else None,
            plain.get("year"),
            plain.get("village", ""),
            tuple(plain.get("numbers", ())),
        )
        if found == cls():
            raise ValueError("a group hold is about no case")
        for _ in household_ranges.bounds(found.numbers):
            pass
        return found


def _bare(village: str) -> str:
    return "".join(unicodedata.normalize("NFKC", village).split())


@dataclass(frozen=True, slots=True)
class GroupHold:
    """One hold of the ledger, and the cases it is about; ``year`` and ``seq`` of its ``hold`` say which event declared it."""

    hold: Hold
    cases: HeldCases
    year: int


def next_group_hold(groups: Iterable[GroupHold]) -> str:
    """Return the id of the next group hold; none is given twice, though an earlier one was given up when a ledger was restored."""
    return f"G{max((int(group.hold.id[1:]) for group in groups), default=0) + 1}"


def in_force(case: Case, groups: Iterable[GroupHold], on: dt.date) -> tuple[Hold, ...]:
    """Return the holds that bind a case as seen on a day, its own and those of groups, the earliest first."""
    found = [*case.holds, *(group.hold for group in groups if group.cases.fit(case))]
    return tuple(sorted((h for h in found if h.in_force(on)), key=lambda h: h.start))


def fold_group_holds(before: tuple[GroupHold, ...], events: Iterable[Event]) -> tuple[GroupHold, ...]:
    """Return every group hold that the ledger tells of, released ones too.

    Args:
        before: those that earlier events told of.
        events: those of ``GROUP_HOLD_OPS`` at least, in the order of the ledger.

    Raises:
        ValueError, KeyError: one of them does not fit what came before.
    """
    found = before
    for event in events:
        if event.op is Op.HOLD_DECLARED:
            hold = Hold.from_plain({**event.data, "scope": WHOLE_CASE}, event)
            if not hold.id[1:].isdecimal() or any(group.hold.id == hold.id for group in found):
                raise ValueError(f"group hold {hold.id} where {next_group_hold(found)} was due")
            found = (*found, GroupHold(hold, HeldCases.from_plain(event.data), int(event.time[:4])))
        elif event.op is Op.GROUP_HOLD_RELEASED:
            after = holds.released([g.hold for g in found], event)
            found = tuple(replace(g, hold=h) for g, h in zip(found, after, strict=True))
    return found
