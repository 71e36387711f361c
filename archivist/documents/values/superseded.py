"""Which issued documents no longer say what is known of the household.

A document is never changed after it was issued. Here the household as it was then is read from its chain, and each
field of the document is worked out from the facts of then and of now; where the two differ, the paper and the file
disagree. Settings, rules and templates of today serve for both, so only facts can make a difference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from archivist.config import Config
from archivist.doctypes.catalogue import DocumentType, Origin
from archivist.documents.values.context import DocumentContext, DocumentSources
from archivist.documents.values.resolve import facts_digest, printed
from archivist.model.case import Case
from archivist.model.case_fold import fold
from archivist.model.event import Event
from archivist.model.ids import Sha256
from archivist.model.record import Record, RecordStatus

_WATCHED = (Origin.FACT, Origin.COMPUTED)
_ISSUED = (RecordStatus.PENDING, RecordStatus.SIGNED, RecordStatus.FILED)
"""A scan is 已归档 too, but was worked out from no facts."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of an issued document: what it printed, and what the facts would say now; of a table the rows that differ."""

    path: str
    label: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Stale:
    """An issued document that disagrees with the facts, and where."""

    record: Record
    differences: tuple[Difference, ...]


def stale(
    case: Case, events: Iterable[tuple[Event, Sha256]], config: Config, sources: DocumentSources
) -> tuple[Stale, ...]:
    """List the issued documents of a case that print something the facts now say otherwise.

    Args:
        case: as it stands.
        events: its chain.
        config: office and standards.
        sources: the rules and document types.
    """
    now = facts_digest(case)
    issued = [
        r for r in case.holding if r.status in _ISSUED and r.data.get("facts_sha256") not in (None, now)
    ]
    if not issued:
        return ()
    chain = tuple(events)
    found = []
    for record in issued:
        if record.type not in sources.catalogue:
            continue  # what it printed can no longer be told
        then = fold(case.number, [e for e in chain if e[0].seq < record.seq])
        if differences := tuple(_differences(record, then, case, config, sources)):
            found.append(Stale(record, differences))
    return tuple(found)


def _differences(
    record: Record, then: Case, case: Case, config: Config, sources: DocumentSources
) -> Iterable[Difference]:
    doc = sources.catalogue.get(record.type)
    on = dt.date.fromisoformat(str(record.data["date"]))
    given = record.data.get("given", {})
    # Only the facts may differ: the records and steps since then are no news to the paper.
    before, after = (
        _context(doc, replace(then, facts=facts), config, on, given, sources)
        for facts in (then.facts, case.facts)
    )
    for spec in doc.fields:
        if spec.origin in _WATCHED and spec.applies(case.category):
            old, new = printed(spec, before), printed(spec, after)
            if isinstance(old, list) and isinstance(new, list):
                old, new = [row for row in old if row not in new], [row for row in new if row not in old]
            if (then_text := _text(old)) != (now_text := _text(new)):
                yield Difference(spec.path, spec.label, then_text, now_text)


def _context(
    doc: DocumentType,
    case: Case,
    config: Config,
    on: dt.date,
    given: Mapping[str, object],
    sources: DocumentSources,
) -> DocumentContext:
    declared = {k: v for k, v in given.items() if doc.field(k) is not None}
    return DocumentContext.read(doc, case, config, on=on, given=declared, sources=sources)


def _text(value: object) -> str:
    """Return what a field prints as one text; a table row by row."""
    if isinstance(value, Mapping):
        return " ".join(filter(None, (_text(cell) for cell in value.values())))
    if isinstance(value, list):
        return "；".join(filter(None, (_text(item) for item in value)))
    return str(value)
