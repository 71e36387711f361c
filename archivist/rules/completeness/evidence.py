"""What an answer of a check rests on: the papers, steps, facts and lookings-up by people that it looked at.

A check says 合格 only about something it looked at, and says at what; so each piece of evidence points to where it stands.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from archivist.model.confirmations import Confirmed
from archivist.model.facts import Path
from archivist.model.record import Record
from archivist.model.states import StepTaken
from archivist.model.values import Value, value_text


class EvidenceKind(StrEnum):
    """What a piece of evidence is, and so what its ``ref`` means."""

    RECORD = "record"
    """A paper in the file; ``ref`` is its record number."""
    STEP = "step"
    """A step on record; ``ref`` is the number of the event that recorded it."""
    FACT = "fact"
    """A fact of the case; ``ref`` is its path."""
    CONFIRMED = "confirmed"
    """What people looked up (人工核对); ``ref`` is the number of the event that says so."""


@dataclass(frozen=True, slots=True)
class CheckEvidence:
    """One thing a check looked at.

    Attributes:
        kind: what it is.
        ref: where it stands, see ``EvidenceKind``.
        said: what it is in words.
        on: the civil day it bears; ``None`` where it bears none.
    """

    kind: EvidenceKind
    ref: str
    said: str
    on: dt.date | None = None


def of_record(record: Record) -> CheckEvidence:
    """Return a paper as evidence, with the day it bears, else the day it was filed."""
    day = (record.dated or record.filed_at)[:10]
    on = dt.date.fromisoformat(day) if day else None
    return CheckEvidence(EvidenceKind.RECORD, str(record.no), f"第 {record.no} 件{record.title}", on)


def of_step(step: StepTaken, *, people: bool = False) -> CheckEvidence:
    """Return a step as evidence; with ``people`` it is evidence of who did it."""
    who = f"（{'、'.join(step.by)}）" if people and step.by else ""
    return CheckEvidence(EvidenceKind.STEP, str(step.seq), f"{step.title} {step.on}{who}", step.on)


def of_fact(path: str, value: Value | None) -> CheckEvidence:
    """Return a known fact as evidence: its label and its value."""
    text = value_text(value)
    on = dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    return CheckEvidence(EvidenceKind.FACT, str(path), f"{Path.parse(path).label} {text}", on)


def of_confirmation(confirmed: Confirmed, matter: str) -> CheckEvidence:
    """Return as evidence that people looked something up: who, when, what they saw."""
    said = f"{matter}——已由{'、'.join(confirmed.by)}于 {confirmed.on} 核对：{confirmed.note}"
    return CheckEvidence(EvidenceKind.CONFIRMED, str(confirmed.seq), said, confirmed.on)
