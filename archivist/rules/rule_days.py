"""By which day a dated row of a rule pack holds: that of acceptance, or that of the act."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from archivist.model.ids import Category


class HoldsBy(StrEnum):
    """By which day a dated row holds: that on which the household was accepted, or that of the act itself."""

    ACCEPTANCE = "acceptance"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class RuleDays:
    """The two days that choose among dated rows.

    Attributes:
        accepted: the household's day of acceptance (``Case.rules_on``).
        act: the day of the act in question: of the step, the document, the look at the file.
    """

    accepted: dt.date
    act: dt.date

    @classmethod
    def alike(cls, day: dt.date) -> RuleDays:
        """Return the days of what concerns no household, or one that is accepted on the very day."""
        return cls(day, day)

    def of(self, by: HoldsBy) -> dt.date:
        """Return the day that decides about a row."""
        return self.act if by is HoldsBy.ACT else self.accepted


class DatedRow(Protocol):
    """A row of a pack that holds for some categories and between some days."""

    @property
    def categories(self) -> tuple[Category, ...]:
        """The categories it is for; none: every one."""

    @property
    def valid_from(self) -> dt.date | None:
        """Its first day."""

    @property
    def valid_to(self) -> dt.date | None:
        """Its last day."""

    @property
    def holds_by(self) -> HoldsBy:
        """By which day it holds."""


def in_force(row: DatedRow, category: Category | None, days: RuleDays) -> bool:
    """Tell whether a row holds for a category on some days; without a category: for any."""
    if category is not None and row.categories and category not in row.categories:
        return False
    day = days.of(row.holds_by)
    return not (row.valid_from and day < row.valid_from) and not (row.valid_to and day > row.valid_to)
