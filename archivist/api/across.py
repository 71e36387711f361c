"""What the households of the office have to do with each other: the same person twice, the dead, relatives of the staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.model.facts import Part
from archivist.rules.across import AcrossFinding, AcrossKind, Gravity

if TYPE_CHECKING:
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class AcrossPair:
    """Something that concerns two households, or one and the staff.

    Attributes:
        case: the household; ``other`` the other one, empty for the staff.
        person: the name it is about; ``part`` what they are in the household.
        words: the whole of it, a sentence.
        excepted: the step that granted it all the same, and why; empty where none did.
    """

    kind: AcrossKind
    gravity: Gravity
    case: str
    other: str
    person: str
    part: Part
    words: str
    excepted: str

    @classmethod
    def of(cls, finding: AcrossFinding, excepted: str) -> AcrossPair:
        """Return a finding of the rules."""
        return cls(
            kind=finding.kind,
            gravity=finding.gravity,
            case=str(finding.case),
            other=str(finding.other or ""),
            person=finding.person,
            part=finding.part,
            words=finding.words,
            excepted=excepted,
        )

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to do something about it."""
        return self.gravity is not Gravity.NOTICE and not self.excepted


@dataclass(frozen=True, slots=True)
class AcrossReport(Result):
    """All pairs of the office on a day; ``unchecked`` says what could not be looked at, and why."""

    SCHEMA: ClassVar[str] = "archivist/check-across/1"

    on: dt.date
    pairs: tuple[AcrossPair, ...]
    unchecked: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether everything was looked at and nothing is to be done."""
        return not self.unchecked and not any(pair.is_open for pair in self.pairs)


def check_across(
    workspace: Workspace, *, on: dt.date, progress: Callable[[int, int], None] | None = None
) -> AcrossReport:
    """Look at every household that shares a person with another one, or a name with the staff.

    Args:
        workspace: the open workspace.
        on: civil day.
        progress: called with the households done and those there are.

    Raises:
        IndexFault: E400, and nothing could be looked for.
    """
    from archivist.procedure.across import survey

    found = survey(workspace, on, progress)
    pairs = sorted(
        (AcrossPair.of(finding, excepted) for finding, excepted in found.findings),
        key=lambda pair: ([*Gravity].index(pair.gravity), pair.case, pair.other),
    )
    return AcrossReport(on, tuple(pairs), found.unchecked)
