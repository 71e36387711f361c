"""A case: the state of one household file, as the fold over its events (``case_fold``) leaves it.

Nothing here reads a disk or a clock. ``Case`` is what follows from all events (``model.event``) of a chain. Times are ISO 8601 with offset; dates of law are civil dates in Asia/Shanghai.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from archivist.model.check_feedback import CheckFeedback
from archivist.model.confirmations import Confirmed
from archivist.model.expunged_records import ExpungedRecord
from archivist.model.fact_paths import FactPath
from archivist.model.facts import NO_FACTS, Facts, Part, Row, fact, people
from archivist.model.former_names import FormerName
from archivist.model.former_people import FormerPerson, PaperReference, SplitOrigin
from archivist.model.holds import Hold
from archivist.model.ids import GENESIS, CaseNo, Category, RecordNo, Sha256, record_no
from archivist.model.merged_households import MergedHousehold, MergedInto
from archivist.model.previous_files import PreviousFile
from archivist.model.record import MovedRecord, Record, UnfiledRecord
from archivist.model.retention_extensions import RetentionExtension
from archivist.model.states import State, StepTaken
from archivist.model.step_ids import StepId
from archivist.model.taken_over import BegunInBenefit
from archivist.model.values import Value
from archivist.model.volumes import Volume


class CaseStatus(StrEnum):
    """Whether the case still takes papers."""

    OPEN = "open"
    DEREGISTERED = "deregistered"

    @property
    def label(self) -> str:
        """The status in Chinese."""
        return {"open": "在办", "deregistered": "已注销"}[self.value]


@dataclass(frozen=True, slots=True)
class Case:
    """One household file as its events say.

    ``deregistered_on`` is the last day it can have been closed on; ``None`` while it is open, and where nobody knows, as
    ``deregistration_stated`` says. ``holds`` are all that were placed on it itself (冻结), released ones too; ``villages`` where the
    applicant lives or ever lived. ``moved_out``, ``expunged`` and ``unfiled`` are papers it held once and holds no more; ``former_names`` what its people were called before,
    ``former`` who belonged to it once; ``split_from`` the household it was split from, ``previous`` the file of another office that it continues, and ``references`` the papers that
    are there. ``merged`` are the households whose people came to this one (并户), ``merged_into`` the one that goes on with its people. ``volume`` is the volume it was finished as (立卷), ``taken_over`` where it stood already when its file was opened.
    """

    number: CaseNo
    status: CaseStatus = CaseStatus.OPEN
    opened_on: dt.date = dt.date.min
    facts: Facts = field(default_factory=lambda: NO_FACTS)
    records: Mapping[RecordNo, Record] = field(default_factory=dict)
    deregistered_on: dt.date | None = None
    deregistration_reason: str = ""
    deregistration_stated: str = ""
    extensions: tuple[RetentionExtension, ...] = ()
    holds: tuple[Hold, ...] = ()
    villages: frozenset[str] = frozenset()
    seq: int = 0
    head: Sha256 = GENESIS
    pack: str = ""
    steps: tuple[StepTaken, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    moved_out: Mapping[RecordNo, MovedRecord] = field(default_factory=dict)
    expunged: Mapping[RecordNo, ExpungedRecord] = field(default_factory=dict)
    unfiled: Mapping[RecordNo, UnfiledRecord] = field(default_factory=dict)
    former_names: tuple[FormerName, ...] = ()
    former: tuple[FormerPerson, ...] = ()
    split_from: SplitOrigin | None = None
    previous: PreviousFile | None = None
    references: tuple[PaperReference, ...] = ()
    merged: tuple[MergedHousehold, ...] = ()
    merged_into: MergedInto | None = None
    feedback: tuple[CheckFeedback, ...] = ()
    volume: Volume | None = None
    taken_over: BegunInBenefit | None = None

    @property
    def category(self) -> Category:
        """The category of assistance, part of the number."""
        return self.number.category

    @property
    def state(self) -> State:
        """Where the case stands; without recorded steps it is deregistered, as it was taken over, or still being filled in."""
        if self.status is CaseStatus.DEREGISTERED:
            return State.DEREGISTERED
        if self.steps:
            return self.steps[-1].after
        return self.taken_over.state if self.taken_over else State.DRAFT

    @property
    def accepted_on(self) -> dt.date | None:
        """The day of acceptance (受理之日), from which the law counts and by which the rules are chosen."""
        if step := self.step(StepId.ACCEPT):
            return step.on
        known = self.fact(FactPath.APPLICATION_ACCEPTED_ON)
        return dt.date.fromisoformat(str(known)) if known else None

    @property
    def rules_on(self) -> dt.date:
        """The day whose rules hold for the case: acceptance, or before it the day the file was opened."""
        return self.accepted_on or self.opened_on

    def fact(self, path: str) -> Value | None:
        """Return the fact of a single group at a path, ``None`` when it is not known."""
        return fact(self.facts, path)

    def step(self, *ids: str) -> StepTaken | None:
        """Return the latest recorded step of some kinds, or ``None``."""
        return next((s for s in reversed(self.steps) if s.id in ids), None)

    @property
    def applicant_name(self) -> str:
        """The applicant's name, empty when not yet known."""
        return str(self.fact(FactPath.APPLICANT_NAME) or "")

    def people(self) -> Iterable[tuple[Part, Row]]:
        """Yield everyone named in the case with their part, and who died or left without a household of their own."""
        yield from people(self.facts)
        for person in self.former:
            if person.to is None:
                yield Part.FORMER, person.row

    def next_record(self) -> RecordNo:
        """Return the number the next record gets."""
        return record_no(len(self.records) + len(self.moved_out) + len(self.expunged) + len(self.unfiled) + 1)

    def records_of(self, *types: str) -> tuple[Record, ...]:
        """Return the records of some document types that hold, in order; what is void (作废) does not."""
        return tuple(r for r in self.holding if r.type in types)

    @property
    def holding(self) -> tuple[Record, ...]:
        """The records that hold, in order: all but those that are void."""
        return tuple(r for r in self.records.values() if r.voided is None)

    def without(self, record: str) -> Case:
        """Return the case as if one of its records, and the signed copy of it, had never been in it."""
        left = {n: r for n, r in self.records.items() if record not in (n, r.signs)}
        return replace(self, records=MappingProxyType(left))

    @property
    def round(self) -> tuple[StepTaken, ...]:
        """The steps since the household last came to rest in benefit: one application, or one review."""
        rests = [n for n, step in enumerate(self.steps, 1) if step.after is State.IN_BENEFIT]
        return self.steps[rests[-1] if rests else 0 :]

    @property
    def round_since(self) -> int:
        """The event after which the present round began; 0 for the application itself, 1 where that was made elsewhere."""
        rests = [step.seq for step in self.steps if step.after is State.IN_BENEFIT]
        return rests[-1] if rests else int(self.taken_over is not None)
