"""Synthetic households and an archive in memory; nobody here exists."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from archivist.model.case import Case
from archivist.model.event import FileEntry
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category, IdNumber, RecordNo, Sha256, record_no
from archivist.model.record import Record, RecordStatus
from archivist.search.engine import LedgerPlace
from tests import people


def make_id(sequence: int, *, region: str = "120106", birth: str = "19580317") -> IdNumber:
    """Return a valid synthetic ID number; ``sequence`` 0–999."""
    return IdNumber(people.make_id(birth, f"{sequence:03d}", region))


def make_number(sequence: int, category: Category = Category.DB, year: int = 2024) -> CaseNo:
    return CaseNo("TJHQ", category, year, sequence)


def digest(text: str) -> Sha256:
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


@dataclass
class MemoryTrail:
    """A ledger in memory; ``marked`` are the cases that changed, as the folder ``changed/`` says."""

    events: list[Sha256] = field(default_factory=list)
    marked: set[CaseNo] = field(default_factory=set)

    def origin(self) -> LedgerPlace | None:
        return (2024, 1, self.events[0]) if self.events else None

    def end(self) -> LedgerPlace | None:
        return (2024, len(self.events), self.events[-1]) if self.events else None

    def holds(self, place: LedgerPlace) -> bool:
        return self.events[place[1] - 1 : place[1]] == [place[2]]

    def changed_since(self, place: LedgerPlace | None) -> set[CaseNo]:
        return self.marked


@dataclass
class MemoryArchive:
    """The archive an index reads, in memory; ``texts`` hold pages parted by form feeds."""

    cases: dict[CaseNo, Case] = field(default_factory=dict)
    texts: dict[tuple[CaseNo, RecordNo], str] = field(default_factory=dict)
    chains: dict[str, list[Sha256]] = field(default_factory=dict)
    trail: MemoryTrail = field(default_factory=MemoryTrail)
    gone: set[CaseNo] = field(default_factory=set)

    def case_numbers(self) -> Iterable[CaseNo]:
        return sorted(self.cases)

    def destroyed(self) -> Iterable[CaseNo]:
        return self.gone

    def read(self, number: CaseNo) -> Case:
        return self.cases[number]

    def head(self, number: CaseNo) -> tuple[int, Sha256]:
        return self.cases[number].seq, self.cases[number].head

    def is_listed(self, number: CaseNo) -> bool:
        return number in self.cases

    def event_digest(self, name: str, seq: int) -> Sha256 | None:
        digests = self.chains.get(name, [])
        return digests[seq - 1] if seq <= len(digests) else None

    def source_name(self, number: CaseNo, record: Record) -> str:
        return str(record.source.get("name", ""))

    def text(self, number: CaseNo, record: RecordNo) -> str:
        return self.texts.get((number, record), "")

    def put(self, case: Case) -> Case:
        """Commit a state: the chain grows by one."""
        seq = case.seq + 1
        case = replace(case, seq=seq, head=digest(f"{case.number} {seq} {case.head}"))
        self.cases[case.number] = case
        self.chains[str(case.number)] = [*self.chains.get(str(case.number), [])[: seq - 1], case.head]
        return case

    def open(
        self,
        number: CaseNo,
        name: str = "王秀兰",
        *,
        id_number: str = "",
        members: Sequence[tuple[str, str]] = (),
        opened_on: dt.date = dt.date(2024, 1, 2),
        **applicant: object,
    ) -> Case:
        """Open a case for a household; ``members`` are names with ID numbers."""
        person: dict[str, object] = {"name": name, "id_number": id_number, **applicant}
        rows = [{"name": n, "id_number": i} for n, i in members]
        facts = parse_facts({"applicant": person, "members": rows})
        return self.put(Case(number, opened_on=opened_on, facts=facts))

    def file(
        self,
        number: CaseNo,
        text: str,
        *,
        title: str = "申请书",
        type_: str = "application",
        filed_at: str = "2024-03-05T09:30:00+08:00",
        status: RecordStatus = RecordStatus.FILED,
        name: str = "",
        doc_no: str = "",
        actor: str = "赵主任",
    ) -> RecordNo:
        """File a record with this text."""
        case = self.cases[number]
        record = record_no(len(case.records) + 1)
        mark = digest(f"{number} {record} {text}")
        self._keep(
            case,
            Record(
                record,
                type_,
                title,
                "01 申请",
                status,
                filed_at,
                files=(FileEntry(f"data/01 申请/{record} {title}.pdf", mark, len(text), record),),
                tag_files=(FileEntry(f"text/{record}.txt", digest(text), len(text), record),),
                pages=text.count("\f") + 1,
                source={"sha256": digest(f"source {mark}"), "name": name},
                data={"doc_no": doc_no} if doc_no else {},
                actor=actor,
            ),
        )
        self.texts[number, record] = text
        return record

    def _keep(self, case: Case, record: Record) -> None:
        records: Mapping[RecordNo, Record] = {**case.records, record.no: record}
        self.put(replace(case, records=MappingProxyType(dict(records))))

    def drop(self, number: CaseNo) -> None:
        """Destroy a case."""
        del self.cases[number]
        self.texts = {k: v for k, v in self.texts.items() if k[0] != number}
