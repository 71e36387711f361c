"""What rests on an issued document, so that it cannot simply be void: steps, papers, its service, a hold.

A step rests on a document when the gate would not have let it pass without it, on that day and as the case then stood;
so does a paper whose declaration names guards. What only came after it does not rest on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case
from archivist.model.record import Record
from archivist.model.states import StepTaken
from archivist.model.step_ids import DELIVERIES
from archivist.rules import admissibility, prerequisites, service, step_rows
from archivist.rules.admissibility import Issuance
from archivist.rules.attempt import Attempt
from archivist.rules.disposition.holds import holds
from archivist.rules.pack import Pack

AsOf = Callable[[int], Case]
"""The case as it stood before the event of a number."""


@dataclass(frozen=True, slots=True)
class Reliance:
    """What is asked: whether anything of a case rests on one of its records.

    Attributes:
        case: as it stands; ``as_of`` as it stood.
        today: the day it is asked, a civil day of Asia/Shanghai.
    """

    case: Case
    record: Record
    pack: Pack
    catalogue: Catalogue
    as_of: AsOf
    today: dt.date

    def reasons(self) -> tuple[str, ...]:
        """Return everything that rests on the record, each with what to do first; empty when nothing does."""
        return tuple(dict.fromkeys((*self._held(), *self._served(), *self._steps(), *self._papers())))

    def _held(self) -> Iterator[str]:
        for hold in holds(self.case, self.today):
            if hold.record == self.record.no:
                yield f"户档据此冻结（{hold.id} {hold.words}）：先解除（retention release），不能用作废代替"

    # ── what was taken and issued since ──────────────────────────────────────────────────────────────────
    def _steps(self) -> Iterator[str]:
        for step in self.case.steps:
            if step.seq > self.record.seq and (lost := self._lost_by(step)):
                yield f"环节“{step.title}”（序号 {step.seq}，{step.on}）以它为据（没有它则：{'；'.join(lost)}）：{self._first(step)}"

    def _lost_by(self, step: StepTaken) -> list[str]:
        then = self._then(step.seq)
        if (row := step_rows.row_taken(self.pack, then, step)) is None:
            return []

        def found(case: Case) -> list[str]:
            attempt = Attempt(
                case, self.pack, row, step.on, step.at, step.by, step.values, step.reason, self.catalogue
            )
            return prerequisites.unmet(attempt) + prerequisites.papers(attempt, self.catalogue)[0]

        return self._lost(then, found)

    def _papers(self) -> Iterator[str]:
        for paper in self.case.holding:
            if paper.seq <= self.record.seq or not paper.issued or paper.type not in self.catalogue:
                continue
            document = self.catalogue.get(paper.type)
            if document.guards and (lost := self._lost_by_paper(paper, document)):
                yield (
                    f"第 {paper.no} 件《{paper.title}》以它为据（没有它则：{'；'.join(lost)}）：先作废那一件，"
                    f"archivist case record void {self.case.number} {paper.no} --reason 理由"
                )

    def _lost_by_paper(self, paper: Record, document: DocumentType) -> list[str]:
        on = dt.date.fromisoformat(paper.dated or paper.filed_at[:10])

        def found(case: Case) -> list[str]:
            issuance = Issuance(case, self.pack, self.catalogue, document, on, on, reason="—")
            return list(admissibility.unmet_guards(issuance))

        return self._lost(self._then(paper.seq), found)

    def _lost(self, then: Case, found: Callable[[Case], list[str]]) -> list[str]:
        without = [reason for reason in found(then.without(self.record.no)) if reason]
        if not without:
            return []
        with_it = set(found(then))
        return [reason for reason in without if reason not in with_it]

    def _then(self, seq: int) -> Case:
        """Return the case as it stood before an event, with what holds today: what is void since counts no more."""
        then = self.as_of(seq)
        for record in self.case.records.values():
            if record.voided and record.no in then.records:
                then = then.without(record.no)
        return then

    # ── service ──────────────────────────────────────────────────────────────────────────────────────────
    def _served(self) -> Iterator[str]:
        """Yield that the record was served, and which receipt lists it."""
        if self.record.type == DocumentId.DELIVERY_RECEIPT:
            return  # proves a service; what rests on it is the step
        for receipt in self.case.records_of(DocumentId.DELIVERY_RECEIPT):
            if not receipt.signs and self.record.no in service.serves(receipt):
                signed = "已由它证明送达" if service.signed_copy(self.case, receipt) else "列在它上面"
                yield (
                    f"{signed}：{service.named(receipt)}，先作废那一件，"
                    f"archivist case record void {self.case.number} {receipt.no} --reason 理由"
                )
        if delivery := self._delivery():
            yield f"已于 {delivery.on} 送达（环节“{delivery.title}”，序号 {delivery.seq}）：{self._first(delivery)}"

    def _delivery(self) -> StepTaken | None:
        """Return the delivery that was recorded after the step which brought the record forth."""
        for place, delivery in enumerate(self.case.steps):
            if delivery.id not in DELIVERIES or delivery.seq < self.record.seq:
                continue
            decided = next((s for s in reversed(self.case.steps[:place]) if s.id not in DELIVERIES), None)
            if decided is None or decided.seq > self.record.seq:
                continue
            row = step_rows.row_taken(self.pack, self.case, decided)
            if row and self.record.type in row.makes:
                return delivery
        return None

    def _first(self, step: StepTaken) -> str:
        """Say how a step is taken back, or that it cannot be any more."""
        if step.seq == self.case.steps[-1].seq:
            return f"先撤回，archivist case correct {self.case.number} {step.seq} --void --reason 理由"
        later = "、".join(f"“{s.title}”" for s in self.case.steps if s.seq > step.seq)
        return f"先由后往前依次撤回{later}和它（archivist case correct 户 序号 --void）；不能撤回的，另作变更或终止的决定"
