"""Batches of cases that are to be destroyed (销毁批次, ``XH-2026-001``), as the events of the ledger tell them.

proposed → appraised → approved → (a waiting period) → executing → executed → closed; cancelled before it is begun. Dates are civil
dates in Asia/Shanghai. Which events may come when is asked before they are entered; here it is only told what they say.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo, Sha256

WAITING_DAYS: Final = 15
"""So many days after the approval the first case may be destroyed: time to object (办理惯例，从严)."""
VALID_DAYS: Final = 180
"""So many days after the approval the last one may."""
DISPOSAL_NO: Final = re.compile(r"XH-(\d{4})-(\d{3,})")
DISPOSAL_OPS: Final = (
    Op.DISPOSAL_PROPOSED,
    Op.DISPOSAL_APPRAISED,
    Op.DISPOSAL_APPROVED,
    Op.DISPOSAL_ROW_WITHDRAWN,
    Op.DISPOSAL_CANCELLED,
    Op.DISPOSAL_STARTED,
    Op.CASE_DESTROYING,
    Op.CASE_DESTROYED,
    Op.DISPOSAL_EXECUTED,
    Op.DISPOSAL_RESIDUE_CLEARED,
    Op.DISPOSAL_CLOSED,
)


class DisposalState(StrEnum):
    """How far a batch has come. The words are stable."""

    PROPOSED = "proposed"
    APPRAISED = "appraised"
    APPROVED = "approved"
    EXECUTING = "executing"
    EXECUTED = "executed"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """How people call it."""
        return {
            "proposed": "已拟，待鉴定",
            "appraised": "已鉴定，待批准",
            "approved": "已批准",
            "executing": "正在销毁",
            "executed": "已销毁，残留待清",
            "closed": "已完成",
            "cancelled": "已撤销",
        }[self.value]

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of the batch."""
        return self in (DisposalState.CLOSED, DisposalState.CANCELLED)


class Opinion(StrEnum):
    """What the appraisers decided of a case; the words are those of the form."""

    DESTROY = "销毁"
    EXTEND = "延长"
    KEEP = "永久"


@dataclass(frozen=True, slots=True)
class Disposal:
    """One batch.

    Attributes:
        list_sha256: of its list; ``list_path`` where that stands in the ledger's bag that has it.
        cases: all that were proposed; ``proposed_at`` when, ISO 8601 with offset.
        opinions: of the appraisers, by case; the ``appraisers`` are empty before, ``appraised_at`` too.
        approved: the cases that are to be destroyed; ``approved_on`` the latest day that the ledger knew of then.
        withdrawn: why a case left the batch alone.
        destroyed: the cases of which the ledger says so, in order, each with the moment.
        cleared: the places that two people said are clear.
    """

    id: str
    list_sha256: Sha256
    list_path: str
    cases: tuple[CaseNo, ...]
    proposer: str
    state: DisposalState = DisposalState.PROPOSED
    opinions: Mapping[CaseNo, Opinion] = field(default_factory=dict)
    appraisers: tuple[str, ...] = ()
    approved: tuple[CaseNo, ...] = ()
    approver: str = ""
    approved_on: dt.date | None = None
    withdrawn: Mapping[CaseNo, str] = field(default_factory=dict)
    executor: str = ""
    witnesses: tuple[str, ...] = ()
    destroyed: Mapping[CaseNo, str] = field(default_factory=dict)
    cleared: tuple[str, ...] = ()
    proposed_at: str = ""
    appraised_at: str = ""

    @property
    def earliest(self) -> dt.date | None:
        """The first day on which a case may be destroyed."""
        return self.approved_on and self.approved_on + dt.timedelta(days=WAITING_DAYS)

    @property
    def latest(self) -> dt.date | None:
        """The last day on which one may."""
        return self.approved_on and self.approved_on + dt.timedelta(days=VALID_DAYS)

    @property
    def remaining(self) -> tuple[CaseNo, ...]:
        """The cases that are in the batch and not destroyed: of those approved, once it is."""
        return tuple(n for n in self._rows if n not in self.withdrawn and n not in self.destroyed)

    def has(self, number: CaseNo) -> bool:
        """Tell whether a case is one of ``remaining``."""
        return number not in self.withdrawn and number not in self.destroyed and number in self._rows

    @property
    def _rows(self) -> tuple[CaseNo, ...]:
        return self.approved if self.approver else self.cases

    @property
    def destroying(self) -> tuple[CaseNo, ...]:
        """The cases that the batch has been approved to destroy and that did not leave it."""
        return tuple(n for n in self.approved if n not in self.withdrawn)


@dataclass(frozen=True, slots=True)
class Disposals:
    """The batches that the ledger tells of, in the order they were proposed; ``latest`` the latest day one of its events is of."""

    batches: Mapping[str, Disposal] = field(default_factory=dict)
    latest: dt.date = dt.date.min


def fold_disposals(before: Disposals, events: Iterable[Event]) -> Disposals:
    """Return the batches that further events of the ledger tell of.

    Raises:
        ValueError: an event tells of a batch that is none. KeyError, TypeError: one says not what it must.
    """
    found, latest = dict(before.batches), before.latest
    for event in events:
        if event.op not in DISPOSAL_OPS:
            continue
        latest = max(latest, dt.date.fromisoformat(event.time[:10]))
        name = str(event.data["disposal"])
        if event.op is Op.DISPOSAL_PROPOSED:
            found[name] = _proposed(name, event)
        elif name in found:
            found[name] = _apply(found[name], event, latest)
        else:
            raise ValueError(f"{name} was never proposed")
    return Disposals(found, latest)


def _proposed(name: str, event: Event) -> Disposal:
    (entry,) = event.files
    return Disposal(
        id=name,
        proposed_at=event.time,
        list_sha256=Sha256(str(event.data["list_sha256"])),
        list_path=entry.path,
        cases=_numbers(event.data["cases"]),
        proposer=event.actor,
    )


def _apply(batch: Disposal, event: Event, latest: dt.date) -> Disposal:
    data = event.data
    match event.op:
        case Op.DISPOSAL_APPRAISED:
            return replace(
                batch,
                state=DisposalState.APPRAISED,
                opinions={CaseNo.parse(n): Opinion(said) for n, said in data["opinions"].items()},
                appraisers=tuple(map(str, data["appraisers"])),
                appraised_at=event.time,
            )
        case Op.DISPOSAL_APPROVED:
            return replace(
                batch,
                state=DisposalState.APPROVED,
                approved=_numbers(data["cases"]),
                approver=str(data["approver"]),
                approved_on=latest,
            )
        case Op.DISPOSAL_ROW_WITHDRAWN:
            why = {CaseNo.parse(str(data["case"])): str(data["why"])}
            return replace(batch, withdrawn={**batch.withdrawn, **why})
        case Op.DISPOSAL_CANCELLED:
            return replace(batch, state=DisposalState.CANCELLED)
        case Op.DISPOSAL_STARTED:
            return replace(
                batch,
                state=DisposalState.EXECUTING,
                executor=str(data["executor"]),
                witnesses=tuple(map(str, data["witnesses"])),
            )
        case Op.CASE_DESTROYED:
            return replace(batch, destroyed={**batch.destroyed, CaseNo.parse(str(data["case"])): event.time})
        case Op.DISPOSAL_EXECUTED:
            return replace(batch, state=DisposalState.EXECUTED)
        case Op.DISPOSAL_RESIDUE_CLEARED:
            return replace(batch, cleared=(*batch.cleared, str(data["place"])))
        case Op.DISPOSAL_CLOSED:
            return replace(batch, state=DisposalState.CLOSED)
        case _:  # a destruction that is under way
            return batch


def _numbers(plain: Iterable[object]) -> tuple[CaseNo, ...]:
    return tuple(CaseNo.parse(str(number)) for number in plain)
