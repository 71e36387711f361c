"""What the chain of a case says of papers that came from the tray, and of those that went there again."""

from __future__ import annotations

from collections.abc import Sequence

from archivist.model.event import Event, Op
from archivist.model.ids import RecordNo, Sha256

Events = Sequence[tuple[Event, Sha256]]


def records_taken_back(events: Events) -> frozenset[RecordNo]:
    """Return the records whose filing was taken back."""
    return frozenset(RecordNo(e.data["record"]) for e, _ in events if e.op is Op.RECORD_TAKEN_BACK)


def filed_from_tray(events: Events, item: str) -> bool:
    """Tell whether an item of the tray was filed in this case and not taken back: an item that was may have its id again."""
    gone = records_taken_back(events)
    return any(
        e.source is not None and e.source.get("tray") == item and e.data["record"]["no"] not in gone
        for e, _ in events
    )
