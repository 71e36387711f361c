"""What a test of completeness may look at, and what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from archivist.doctypes.catalogue import Catalogue
from archivist.model.case import Case
from archivist.model.record import Record
from archivist.model.states import StepTaken
from archivist.rules.completeness.evidence import CheckEvidence
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule


@dataclass(slots=True)
class TestOutcome:
    """What a test says of a case.

    Attributes:
        nothing: why there was nothing to look at, said where none of the lists got anything.
        todo: what to do about what is wrong or unknown; ``ahead`` what is still to come where nothing is.
        wrong: things that are wrong, each a sentence.
        unknown: things it could not find out and a person can look up.
        running: things that only time will tell.
        evidence: what it looked at. Without any nothing is right.
    """

    nothing: str
    todo: str = ""
    ahead: str = ""
    wrong: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    evidence: list[CheckEvidence] = field(default_factory=list)


Words = Callable[[Record], str | None]
"""The text of a record, ``None`` when there is none to be read."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a test may look at. ``on`` is the civil day of the check."""

    case: Case
    pack: Pack
    catalogue: Catalogue
    on: dt.date
    words: Words

    def title(self, document: str) -> str:
        """Return the Chinese title of a document type, its id where the catalogue does not know it."""
        return self.catalogue.title(document)

    def rule_of(self, step: StepTaken) -> StepRule | None:
        """Return the pack's row of a step that was taken, where there are several that of the way it went."""
        rows = [s for s in self.pack.steps_of(self.case, step.on) if s.id == step.id]
        return next((s for s in rows if s.moves.get(step.before) is step.after), rows[0] if rows else None)
