"""The unbroken series of reference numbers (文号) of each year: which document bears each, or why none does.

Read from the truth alone: the ledger says which numbers were taken, the cases and the ledger which documents bear them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from archivist.errors import ArchiveError, InvalidValue
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo, is_case_no
from archivist.model.office_papers import NOTED
from archivist.model.reference_numbers import ReferenceNumber, YearNumbers
from archivist.store import Archive
from archivist.workspace import Workspace


class NumberState(StrEnum):
    """What became of a reference number."""

    FILED = "filed"
    HANDED_OUT = "handed_out"
    VOID = "void"
    VACANT = "vacant"
    IN_PROGRESS = "in_progress"
    UNEXPLAINED = "unexplained"

    @property
    def label(self) -> str:
        """The state in Chinese, as tables show it."""
        return _LABELS[self]


_LABELS: Final = {
    NumberState.FILED: "在卷",
    NumberState.HANDED_OUT: "已发出",
    NumberState.VOID: "作废",
    NumberState.VACANT: "空号",
    NumberState.IN_PROGRESS: "制发中",
    NumberState.UNEXPLAINED: "没有着落",
}


@dataclass(frozen=True, slots=True)
class NumberLine:
    """One number and what bears it; a document of the office that has none stands without.

    Attributes:
        year: of the series; ``number`` within it.
        doc_no: the number as documents print it.
        by_hand: a person chose it; the sequence passes over it.
        document: the catalogue's id of the type, ``title`` its name, ``date`` its date (成文日期, ``YYYY-MM-DD``).
        case: the household, and ``record`` the number of the paper in its file; empty for the office's own.
        noted: what a document of the office says of itself, by path, as its event notes it.
        reason: why the document is void, or no document bears the number.
    """

    year: int
    number: int | None
    doc_no: str
    state: NumberState
    by_hand: bool = False
    document: str = ""
    title: str = ""
    date: str = ""
    case: str = ""
    record: str = ""
    reason: str = ""
    noted: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """The series, year by year; ``unread`` are the households whose file could not be read, with why."""

    lines: tuple[NumberLine, ...]
    unread: Mapping[str, str]

    @property
    def repeated(self) -> tuple[str, ...]:
        """The numbers that more than one document bears."""
        times = Counter(line.doc_no for line in self.lines if line.doc_no)
        return tuple(number for number, count in times.items() if count > 1)

    @property
    def unexplained(self) -> tuple[NumberLine, ...]:
        """The numbers that were taken, that no document bears, and of which nobody said why."""
        return tuple(line for line in self.lines if line.state is NumberState.UNEXPLAINED)


def series(workspace: Workspace, year: int | None = None) -> NumberSeries:
    """Return the series of every year, or of one; every case is read.

    Raises:
        IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
    """
    archive = workspace.archive
    documents = borne_by(archive, archive.case_numbers(), archive.ledger_events())
    unread, plain = documents.unread, [line for line in documents.lines if not line.doc_no]
    borne: dict[str, list[NumberLine]] = {}
    for line in documents.lines:
        if line.doc_no:
            borne.setdefault(line.doc_no, []).append(line)
    alive = archive.runs.alive_ids()
    lines = [
        line
        for taken_in in archive.ledgers.years()
        for line in _year(taken_in, archive.ledgers.numbers(taken_in), borne, alive)
    ]
    older = [replace(line, by_hand=True) for rest in borne.values() for line in rest]
    wanted = [line for line in (*lines, *older, *plain) if year in (None, line.year)]
    return NumberSeries(tuple(sorted(wanted, key=_place)), unread)


def borne_by(archive: Archive, numbers: Iterable[CaseNo], ledger: Iterable[Event]) -> NumberSeries:
    """Return the documents that bear a number, and those of an office that have none, whatever numbers were taken besides.

    Args:
        archive: where the households' files are.
        numbers: the households; each is read.
        ledger: events of the office's ledger.
    """
    lines: list[NumberLine] = []
    unread: dict[str, str] = {}
    for number in numbers:
        try:
            lines += _of_case(archive.read(number))
        except ArchiveError as error:
            unread[str(number)] = error.what
    lines += [_of_office(event) for event in ledger if event.op is Op.OFFICE_DOCUMENT_ISSUED]
    return NumberSeries(tuple(lines), unread)


def _place(line: NumberLine) -> tuple[int, bool, str, int, str]:
    agency = line.doc_no.partition("〔")[0]
    return line.year, line.number is None, agency, line.number or 0, line.date


def _year(
    year: int, numbers: YearNumbers, borne: dict[str, list[NumberLine]], alive: frozenset[str]
) -> Iterator[NumberLine]:
    """Yield the numbers that a year's ledger gave; what is ``borne`` is taken out."""
    for sequence, number in numbers.taken():
        name = str(ReferenceNumber.of(sequence, year, number))
        taken, vacancy = numbers.allocation(sequence, number), numbers.vacant.get((sequence, number))
        assert taken is not None
        if bearers := borne.pop(name, None):
            yield from (replace(line, by_hand=taken.by_hand) for line in bearers)
            continue
        state, reason = NumberState.UNEXPLAINED, ""
        if vacancy:
            state, reason = NumberState.VACANT, vacancy.reason
        elif taken.run in alive:
            state, reason = NumberState.IN_PROGRESS, f"{taken.actor} {taken.at[:16].replace('T', ' ')}"
        yield NumberLine(
            year, number, name, state, taken.by_hand, taken.document, case=taken.case(number), reason=reason
        )


def _of_case(case: Case) -> Iterator[NumberLine]:
    for record in case.records.values():
        if record.issued and record.doc_no:
            year, number = _parts(record.doc_no)
            state = NumberState.VOID if record.voided else NumberState.FILED
            reason = record.voided.reason if record.voided else ""
            yield NumberLine(
                year, number, record.doc_no, state, False, record.type, record.title, record.dated,
                str(case.number), record.no, reason,
            )  # fmt: skip


def _of_office(event: Event) -> NumberLine:
    data = event.data
    doc_no, date = str(data["doc_no"]), str(data["date"])
    year, number = _parts(doc_no) if doc_no else (int(date[:4]), None)
    return NumberLine(
        year, number, doc_no, NumberState.HANDED_OUT, False, str(data["document"]), str(data["title"]), date,
        noted=data.get(NOTED, {}),
    )  # fmt: skip


def _parts(doc_no: str) -> tuple[int, int]:
    number = ReferenceNumber.parse(doc_no)
    return number.year, number.number


def enter_vacant(workspace: Workspace, by: By, reason: str, year: int | None = None) -> tuple[str, ...]:
    """Enter as vacant (空号) every number that was taken, that no document bears, and of which nobody said why.

    Args:
        workspace: the open workspace.
        by: who says so, and when.
        reason: why no document bears them; stands in the ledger for ever.
        year: of one year only.

    Returns:
        The numbers, as documents would print them.

    Raises:
        InvalidValue: E002, no reason. ArchiveError: E200, a household's file cannot be read or is gone: what bears the
            number may stand in it. WriteFailed: E204.
    """
    if not reason.strip():
        raise InvalidValue("登记空号须用 --reason 写明理由；理由永远留在总账中")
    archive, stamp = workspace.archive, workspace.stamp(by)
    with workspace.writing(by):
        archive.runs.settle(stamp)
        found = series(workspace, year)
        _refuse_incomplete(workspace, found)
        groups: dict[tuple[str, int], list[int]] = {}
        for line in found.unexplained:
            name = ReferenceNumber.parse(line.doc_no)
            groups.setdefault((name.sequence, name.year), []).append(name.number)
        for (sequence, of), numbers in groups.items():
            archive.runs.enter_vacant(sequence, of, numbers, reason.strip(), stamp)
    return tuple(line.doc_no for line in found.unexplained)


def _refuse_incomplete(workspace: Workspace, found: NumberSeries) -> None:
    """Refuse to say that nothing bears a number while something that may bear it cannot be read."""
    here = {str(number) for number in workspace.archive.case_numbers()}
    known = {line.case for line in found.unexplained if line.case}
    for event in workspace.archive.ledger_events():
        if event.op is Op.VERIFIED:
            known |= {name for name in event.data["checked"] if is_case_no(name)}
    problems = [f"{number} 读不出来：{why}" for number, why in found.unread.items()]
    problems += [f"{number} 不在档案库中" for number in sorted(known - here)]
    if problems:
        raise ArchiveError(
            f"有 {len(problems)} 个户档看不到，不能断定没有文书用了这些号",
            problems=problems,
            remedy="先恢复这些户档（archivist restore），再登记空号。",
        )
