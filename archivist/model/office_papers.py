"""The documents of the office that the ledger tells of: which kind, which day, what each noted of itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from archivist.model.event import Event, Op

NOTED: Final = "noted"
"""Key of the event: path → value as stored, of what the type's declaration lets the ledger note."""


@dataclass(frozen=True, slots=True)
class OfficePaper:
    """One document of the office that was issued.

    Attributes:
        document: the catalogue's id of the type, ``title`` its name.
        on: its date (成文日期).
        noted: what it says of itself, by path, as stored.
    """

    document: str
    title: str
    on: dt.date
    noted: Mapping[str, Any] = field(default_factory=dict)


def papers_of(ledger: Iterable[Event]) -> tuple[OfficePaper, ...]:
    """Return the documents of the office that the ledger tells of, as they were issued."""
    return tuple(
        OfficePaper(
            e.data["document"], e.data["title"], dt.date.fromisoformat(e.data["date"]), e.data.get(NOTED, {})
        )
        for e in ledger
        if e.op is Op.OFFICE_DOCUMENT_ISSUED
    )
