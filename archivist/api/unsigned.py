"""What is out to be signed: since when, what came back today, and which scans of it lack a page or a signature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.model.record import RecordStatus

if TYPE_CHECKING:
    from archivist.issuing.print_queue import WaitingPaper
    from archivist.model.case import Case
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class UnsignedPaper:
    """A document that waits for its signature (待签).

    Attributes:
        place: the village or community; empty where nobody knows it.
        made_on: the civil day it was issued; ``days`` since then.
    """

    case: str
    record: str
    title: str
    doc_no: str
    applicant: str
    place: str
    made_on: dt.date
    days: int

    @classmethod
    def of(cls, paper: WaitingPaper, on: dt.date) -> UnsignedPaper:
        """Return a document of the queue as it stands on a day."""
        return cls(
            str(paper.case), paper.no, paper.title, paper.doc_no, paper.applicant, paper.place, paper.made_on,
            (on - paper.made_on).days,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignedBack:
    """A signed copy that was filed today: of which household and which document it is."""

    case: str
    record: str
    title: str
    applicant: str
    signs: str


@dataclass(frozen=True, slots=True)
class IncompleteScan:
    """A scan of a signed document that waits in the tray because something of it is missing."""

    item: str
    name: str
    reason: str
    reason_label: str
    message: str


@dataclass(frozen=True, slots=True)
class UnsignedPapers(Result):
    """What is out to be signed on a day.

    Attributes:
        waiting: the longest out first.
        back: signed copies filed on that day.
        incomplete: scans that came back without a page or a signature.
        unread: households that could not be looked at (未检), and why.
    """

    SCHEMA: ClassVar[str] = "archivist/unsigned/1"

    on: dt.date
    waiting: tuple[UnsignedPaper, ...]
    back: tuple[SignedBack, ...]
    incomplete: tuple[IncompleteScan, ...]
    unread: tuple[str, ...]

    def longer_than(self, days: int) -> tuple[UnsignedPaper, ...]:
        """Return those that are out for more than so many days."""
        return tuple(paper for paper in self.waiting if paper.days > days)


def unsigned(workspace: Workspace, *, on: dt.date) -> UnsignedPapers:
    """Return what waits for signature, what came back on a day, and what came back incomplete.

    Raises:
        IndexFault: E400.
    """
    from archivist.issuing import print_queue

    found, unread = print_queue.waiting(workspace)
    back, missed = _back(workspace, on)
    papers = sorted((UnsignedPaper.of(p, on) for p in found), key=lambda p: (-p.days, p.case, p.record))
    return UnsignedPapers(
        on,
        tuple(papers),
        tuple(back),
        tuple(_incomplete(workspace)),
        tuple(dict.fromkeys([*unread, *missed])),
    )


def _back(workspace: Workspace, on: dt.date) -> tuple[list[SignedBack], Sequence[str]]:
    from archivist.issuing.print_queue import cases_with

    day = on.isoformat()
    cases, unread = cases_with(workspace, RecordStatus.SIGNED_COPY, day)
    return [one for case in cases for one in _copies(case, day)], unread


def _copies(case: Case, day: str) -> Iterator[SignedBack]:
    for record in case.records.values():
        if record.status is RecordStatus.SIGNED_COPY and record.filed_at.startswith(day):
            yield SignedBack(
                str(case.number), str(record.no), record.title, case.applicant_name, str(record.signs or "")
            )


def _incomplete(workspace: Workspace) -> Iterator[IncompleteScan]:
    from archivist.api.tray_view import TrayView
    from archivist.ingest.matching.evidence import Reason

    lacking = {Reason.PAGES_MISSING, Reason.NO_SIGNATURE, Reason.NO_SIGNATURE_PLACE, Reason.NOT_ON_PAPER}
    view = TrayView(workspace)
    for item in view.items:
        if Reason.of(item.reason) in lacking:
            shown = view.item(item)
            yield IncompleteScan(shown.item, shown.name, shown.reason, shown.reason_label, shown.message)
