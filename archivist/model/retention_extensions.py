"""Appraisals (鉴定) by which a file is kept longer than the rule says. Dates are civil dates in Asia/Shanghai."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from archivist.model.event import Event

PERMANENTLY: Final = "永久"
"""How an appraisal says that a file is kept for ever."""


@dataclass(frozen=True, slots=True)
class RetentionExtension:
    """An appraisal (鉴定) that the file is kept longer: until a day, or for ever (``None``)."""

    until: dt.date | None
    seq: int


def extension(event: Event) -> RetentionExtension:
    """Return what a ``retention_extended`` says; ``ValueError`` or ``KeyError`` when it does not."""
    until = event.data["until"]
    return RetentionExtension(None if until == PERMANENTLY else dt.date.fromisoformat(until), event.seq)
