"""运行: how the house stands, and the watch of the inbox begun and ended."""

from __future__ import annotations

from archivist.api.diagnosis import Condition
from archivist.api.status import status
from archivist.web.visit import Answer, Visit, to


def show(visit: Visit) -> Answer:
    """Show watch, inbox, disk, backup, verification and index.

    Raises:
        IntegrityAlarm: E202. NewerFormat: E210.
    """
    gathered = visit.office.gathered
    found = status(
        visit.workspace,
        on=visit.office.keyboard.clock(),
        due=lambda workspace, on: gathered.due(workspace, on=on, days=None),
    )
    watcher = visit.office.watcher
    return visit.page(
        "system.html",
        found=found, fine=Condition.FINE, alarm=Condition.ALARM, own=watcher.running, told=watcher.told(), trouble=watcher.trouble,
    )  # fmt: skip


def begin(visit: Visit) -> Answer:
    """Begin to watch the inbox, as whoever presses the button.

    Raises:
        AlreadyWatched: E211.
    """
    office, person = visit.office, visit.session_person
    office.watcher.begin(visit.workspace, lambda: office.by(person))
    return to("/system")


def end(visit: Visit) -> Answer:
    """End the watch that runs here, between two files; one that runs in another window is ended there."""
    visit.office.watcher.end()
    return to("/system")
