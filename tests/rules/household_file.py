"""A household's file as its records say, put together without an archive: printed, signed, scanned, void."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archivist.doctypes.catalogue import Catalogue
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category, RecordNo, record_no
from archivist.model.record import Record, RecordStatus, Voided
from archivist.model.states import StepTaken
from archivist.rules import service

CATALOGUE = Catalogue.load()
FILED, PENDING = RecordStatus.FILED, RecordStatus.PENDING


class File:
    """A household's file to which papers are added after some steps, each with the number that is due."""

    def __init__(self, steps: tuple[StepTaken, ...] = ()) -> None:
        self.records: dict[RecordNo, Record] = {}
        self.steps = steps

    def add(self, kind: str, status: RecordStatus = PENDING, **data: Any) -> RecordNo:
        """Add a paper: printed here (待签) unless it is said to have come in."""
        no = record_no(len(self.records) + 1)
        issued = {"template_sha256": "1f"} if status is PENDING else {}
        title = CATALOGUE.title(kind)
        self.records[no] = Record(
            no,
            kind,
            title,
            CATALOGUE.get(kind).folder,
            status,
            "2024-03-04",
            data=issued | data,
            seq=int(no) + (self.steps[-1].seq if self.steps else 0),
        )
        return no

    def sign(self, signs: RecordNo, **data: Any) -> RecordNo:
        """Add the signed copy of a paper."""
        of = self.records[signs]
        no = self.add(of.type, RecordStatus.SIGNED_COPY, **data)
        self.records[no] = replace(self.records[no], signs=signs)
        self.records[signs] = replace(of, status=RecordStatus.SIGNED, signed_by=no)
        return no

    def void(self, no: RecordNo) -> None:
        """Make a paper void, its signed copy with it."""
        for n in (no, self.records[no].signed_by):
            if n:
                self.records[n] = replace(self.records[n], voided=Voided("写错", "2024-03-05", "林经办", 99))

    @property
    def case(self) -> Case:
        """The file as it stands."""
        number = CaseNo("TJHQ", Category.DB, 2024, 1)
        return Case(number, records=dict(self.records), steps=self.steps)

    @property
    def service(self) -> service.Service:
        """What was served."""
        return service.of(self.case, CATALOGUE)

    @property
    def unserved(self) -> list[RecordNo]:
        """What waits to be served."""
        return [r.no for r in self.service.unserved]
