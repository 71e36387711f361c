"""Deadlines as a calendar file (RFC 5545) for the office's own calendar.

Nothing of a person goes into it but the case number: such files are mailed about and kept by strangers' servers.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from archivist.api.agenda import AgendaView, LimitView

MORNING: Final = dt.timedelta(hours=-15)
"""The alarm of a whole day: nine o'clock on the day before."""


def calendar_file(agenda: AgendaView) -> bytes:
    """Return the limits of an agenda that have an end, one event each; the same limit always has the same UID."""
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//archivist//due//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in agenda.entries:
        if entry.due is None:
            continue
        event = Event()
        event.add("uid", f"{entry.case}.{entry.rule}@archivist")
        event.add("dtstamp", agenda.on.astimezone(dt.UTC))
        event.add("summary", _title(entry))
        event.add("description", f"{entry.value}{entry.unit}，自{entry.trigger}起：{entry.source}")
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _title(entry))
        if entry.at:
            clock = dt.time.fromisoformat(entry.at)
            moment = dt.datetime.combine(entry.due, clock, agenda.on.tzinfo).astimezone(dt.UTC)
            event.add("dtstart", moment)
            event.add("dtend", moment)
            alarm.add("trigger", dt.timedelta(days=-1))
        else:
            event.add("dtstart", entry.due)
            event.add("dtend", entry.due + dt.timedelta(days=1))
            alarm.add("trigger", MORNING)
        event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _title(entry: LimitView) -> str:
    return f"{entry.case} {entry.title}{'（暂算）' if entry.provisional else ''}"
