"""A step about to be taken, as its guards look at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archivist.doctypes.catalogue import Catalogue
from archivist.model.case import Case
from archivist.rules.across import AcrossHouseholds
from archivist.rules.benefit_amount import MoneyDecision
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step about to be taken in a case as it stands: when, by whom, with what told.

    ``catalogue``: the document types, which say what has to be served. ``standards``: the office's monthly standards in
    yuan, by category. ``across``: what other households say of it; ``None`` when nobody looked.
    """

    case: Case
    pack: Pack
    step: StepRule
    on: dt.date
    at: str = ""
    by: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}))
    standards: Mapping[str, str] = field(default_factory=dict)
    across: AcrossHouseholds | None = None


def money_decision(attempt: Attempt) -> MoneyDecision:
    """Return the money an act decides on."""
    return MoneyDecision(
        attempt.case,
        attempt.pack,
        attempt.step.id,
        attempt.on,
        attempt.standards,
        attempt.values,
        attempt.reason,
    )
