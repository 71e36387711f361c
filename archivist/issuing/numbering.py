"""Reference numbers (文号): one sequence for the office and year, in the ledger; no repeats, and every gap explained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from archivist.doctypes.doctype import DocumentType
from archivist.doctypes.field_paths import FieldPath
from archivist.errors import ArchiveError, ArchivistError
from archivist.model.by import By
from archivist.model.chinese import format_doc_no
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.reference_numbers import ReferenceNumber, sequence_of
from archivist.store.number_runs import NumberRun
from archivist.workspace import Workspace


def expected(workspace: Workspace, year: int) -> dict[str, object]:
    """Return what stands for a number while a document is only planned; nothing when the office has no 机关代字."""
    agency = workspace.config.office.agency_sign
    return {FieldPath.DOC_NO: format_doc_no(agency, year, 1)} if agency else {}


@dataclass(frozen=True, slots=True)
class NumberTaker:
    """Takes numbers for one run, and says what became of each: borne by a document, or lost and why."""

    workspace: Workspace
    by: By
    run: NumberRun | None

    @property
    def job(self) -> str:
        """The bulk job that is done (sealed); empty when none."""
        return self.run.job if self.run is not None else ""

    def take(
        self, document: DocumentType, year: int, cases: Sequence[CaseNo] = (), count: int = 1
    ) -> list[str]:
        """Take the next numbers of a year for good: one for each case, or ``count`` where there is none."""
        assert self.run is not None
        archive, agency = self.workspace.archive, self.workspace.config.office.agency_sign
        with self.workspace.writing(self.by):
            taken = archive.runs.take(
                self.run,
                sequence_of(agency),
                year,
                len(cases) or count,
                _purpose(document, cases),
                self.workspace.stamp(self.by),
            )
        return [str(number) for number in taken]

    def take_by_hand(self, document: DocumentType, text: str, cases: Sequence[CaseNo] = ()) -> None:
        """Enter a number that a person chose.

        Raises:
            ArchiveError: E200, it was given in the meantime.
        """
        assert self.run is not None
        archive = self.workspace.archive
        with self.workspace.writing(self.by):
            archive.runs.take_by_hand(
                self.run,
                ReferenceNumber.parse(text),
                _purpose(document, cases),
                self.workspace.stamp(self.by),
            )

    def borne(self, text: str) -> None:
        """Note that a document bears a number; nothing when it has none."""
        if text and self.run is not None:
            self.run.bear(ReferenceNumber.parse(text))

    def lost(self, text: str, error: ArchivistError) -> None:
        """Note why no document will bear a number. Only what kind of error it was: the ledger is never destroyed."""
        self.lost_because(text, f"没有制成文书：{error.title}（{error.code}）")

    def lost_because(self, text: str, why: str) -> None:
        """Note why no document will bear a number; nothing when there is none."""
        if text and self.run is not None:
            self.run.lose(ReferenceNumber.parse(text), why)


@contextmanager
def taking(workspace: Workspace, by: By, *, needed: bool, job: str = "") -> Iterator[NumberTaker]:
    """Take numbers for a block; those that no document bears at its end are vacant (空号).

    Args:
        workspace: the open workspace; its office has a 机关代字 where numbers are taken.
        by: who takes them, and when.
        needed: whether any will be taken; a run that takes none need not be known.
        job: the bulk job that is done (sealed).

    Raises:
        ArchiveLocked: E203, the same bulk job is being done.

    Survives: see ``Archive.taking_numbers``.
    """
    if not needed:
        yield NumberTaker(workspace, by, None)
        return
    with workspace.writing(by):
        pass  # where an earlier writer died, the index catches up, though nothing should come to be filed now
    with workspace.archive.taking_numbers(workspace.stamp(by), job) as run:
        yield NumberTaker(workspace, by, run)


def settle(workspace: Workspace, by: By) -> None:
    """Enter as vacant (空号) what runs that died had taken; where none died, nothing is locked or written."""
    if workspace.archive.runs.abandoned():
        with workspace.writing(by):
            workspace.archive.runs.settle(workspace.stamp(by))


def objection(workspace: Workspace, text: str, on: dt.date) -> str:
    """Say why a person may not give a number to a document: the year is not its own, or it stands elsewhere; else empty.

    Args:
        workspace: the open workspace.
        text: the number.
        on: date of the document.
    """
    number = ReferenceNumber.parse(text)
    if number.year != on.year:
        return f"文号 {number} 的年份与成文日期（{on}）不符"
    place = _place(workspace, number)
    return f"文号 {number} {place}；另选一个号，或不填，由系统编号" if place else ""


def _place(workspace: Workspace, number: ReferenceNumber) -> str:
    archive, key = workspace.archive, (number.sequence, number.number)
    numbers = archive.ledgers.numbers(number.year)
    vacancy, taken = numbers.vacant.get(key), numbers.allocation(*key)
    if vacancy and not vacancy.by_hand:
        return f"是空号（{vacancy.reason}），不再使用"
    cases = {row.case for row in workspace.index.bearing(str(number))}
    if taken and (case := taken.case(number.number)):
        cases.add(CaseNo.parse(case))
    for case_no in sorted(cases):
        try:
            records = archive.read(case_no).records.values()
        except ArchiveError:
            return f"已用于 {case_no}（现在读不出来）"
        for record in records:
            if record.doc_no == str(number):
                void = "（已作废，号不再用）" if record.voided else ""
                return f"已用于 {case_no} 第 {record.no} 件《{record.title}》{void}"
    for event in archive.ledger_events():
        if event.op is Op.OFFICE_DOCUMENT_ISSUED and event.data["doc_no"] == str(number):
            return f"已用于机关文书《{event.data['title']}》（{event.data['date']}）"
    if taken is None or vacancy:
        return ""
    return f"已于 {taken.at[:10]} 由{taken.actor}取出，正在制发或还没有着落（archivist ledger --documents）"


def _purpose(document: DocumentType, cases: Sequence[CaseNo]) -> dict[str, Any]:
    return {"document": document.id} | ({"cases": [str(c) for c in cases]} if cases else {})
