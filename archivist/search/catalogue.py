"""The catalogue: who, which case, which record, in one SQLite file. Answers exact questions without the text index.

Disposable: made again from the archive. A case is brought up to date in three strokes, so that a kill between any
two leaves it marked as not followed: ``begin`` writes its rows and forgets its chain head, the text index commits,
``finish`` writes the head. Document ids are never used again, so a text left behind can never answer for another.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import cast

from archivist.errors import IndexFault, InvalidValue
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256, clean_id, is_id, parse_id
from archivist.search import held_heads, person_search, versions
from archivist.search import text as forms
from archivist.search.checksums import Checksums
from archivist.search.databases import connect_reading, connect_writing, explained, fault_of
from archivist.search.doc_sets import Changes
from archivist.search.id_set import IdSet
from archivist.search.indexed_people import LETTERS, KeyRow, people_there, write_keys
from archivist.search.names import name_key
from archivist.search.query_tree import PersonKey
from archivist.search.tables import TABLES, digest_key, remove_case, write_case

_IN = 500
"""Values bound in one statement; SQLite allows 999 at least."""
_REMEMBERED = 20
"""So many cases are remembered as they were written last: what is the same in them is not written again."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as lists show it. ``part`` is the found person's (申请人, 成员 …), empty when found by its number."""

    number: CaseNo
    category: Category
    status: str
    applicant: str
    village: str
    opened_on: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record as lists show it; ``filed_at`` ISO 8601 with offset."""

    case: CaseNo
    record: RecordNo
    type: str
    title: str
    status: str
    filed_at: str
    doc_no: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Where the bytes with this digest were filed: as a file of the record, or as the file it came from."""

    sha256: Sha256
    case: CaseNo
    record: RecordNo


@dataclass(frozen=True, slots=True)
class DocRow:
    """One document with the case it belongs to; ``record`` is ``None`` for the facts of the case."""

    id: int
    case: CaseNo
    record: RecordNo | None
    type: str
    title: str
    status: str
    filed_at: str
    applicant: str


class IndexCatalogue:
    """One open catalogue. Every method that reads the file raises ``IndexFault`` (E400) when it is damaged."""

    def __init__(self, path: Path, *, writes: bool = False) -> None:
        self._path = path
        self._written: dict[CaseNo, Case] = {}
        if not path.is_file():
            raise IndexFault("索引目录不存在或不完整")
        with explained():
            # While this one is open, the writer's end folds nothing into the file behind the checksums' back.
            self._holding = connect_reading(path) if writes else None
            self._db = connect_writing(path) if writes else connect_reading(path)
            try:
                versions.require_own(self._db.execute("SELECT key, value FROM meta").fetchall())
            except (sqlite3.Error, IndexFault):
                self.close()
                raise

    @classmethod
    def create(cls, path: Path) -> IndexCatalogue:
        """Make a new, empty catalogue; the file must not exist."""
        if path.exists():
            raise FileExistsError(path)
        meta = {**versions.own(), "text_generation": "0"}
        try:
            with closing(connect_writing(path)) as db:
                db.executescript(TABLES)
                db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        except sqlite3.Error as error:
            raise fault_of(error) from error
        return cls(path, writes=True)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
        if self._holding is not None:
            self._holding.close()

    def select(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return the rows of a question in SQL."""
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise fault_of(error) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all of a block or nothing; other writers wait."""
        with explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def building(self) -> None:
        """Do without waiting for the disk at each commit, and hold 32 MB of pages: only while making what is thrown away after a crash."""
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA wal_autocheckpoint = 1000")
        self._db.execute("PRAGMA cache_size = -32768")

    def seal(self, sums: Checksums | None) -> None:
        """Fold the log back into the file, leave nothing of deleted rows in either, and put on record what the file is.

        Survives: a kill at any point; what the pages were and what they become is on record before they change.
        """
        if sums is not None and not sums.expect():
            return
        with explained():
            (busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if sums is not None and not busy:
            sums.settle()

    def vacuum(self) -> None:
        """Write the whole file anew: no page keeps anything of rows that were deleted."""
        with explained():
            self._db.execute("VACUUM")

    # ── following the archive ────────────────────────────────────────────────────────────────────────────
    def heads(self) -> dict[CaseNo, tuple[int, Sha256] | None]:
        """Return each case's followed chain head; ``None`` where following was cut short."""
        rows = self.select("SELECT number, seq, head FROM cases")
        return {_number(n): (int(str(s)), Sha256(str(h))) if h else None for n, s, h in rows}

    def begin(self, cases: Iterable[Case], facts_text: dict[CaseNo, str]) -> None:
        """First stroke: write the rows of these cases and forget that they were followed; their old heads are held."""
        keys: list[KeyRow] = []
        with self.transaction() as db, Changes.noted(db) as changes:
            for case in cases:
                held_heads.hold_followed(db, str(case.number))
                with changes.of(case.number):
                    before = self._written.pop(case.number, None)
                    keys += write_case(db, case, facts_text[case.number], before)
                self._written[case.number] = case
            write_keys(db, keys)
        while len(self._written) > _REMEMBERED:
            del self._written[next(iter(self._written))]

    def begin_removal(self, numbers: Iterable[CaseNo]) -> None:
        """Delete every row of these cases; their texts are still to be purged."""
        with self.transaction() as db, Changes.noted(db) as changes:
            for number in numbers:
                held_heads.hold_followed(db, str(number))
                with changes.of(number):
                    remove_case(db, number)

    def head(self, number: CaseNo) -> tuple[int, Sha256] | None:
        """Return the chain head a case was followed to, if it was."""
        rows = self.select("SELECT seq, head FROM cases WHERE number = ?", str(number))
        return (int(str(rows[0][0])), Sha256(str(rows[0][1]))) if rows and rows[0][1] else None

    def waiting(self, numbers: Iterable[CaseNo]) -> list[DocRow]:
        """Return the documents of these cases whose text is still to be indexed."""
        wanted = set(numbers)
        rows = self._docs(
            "WHERE d.indexed = 0 ORDER BY +d.id"
        )  # by the index of those, not through all in order
        return [row for row in rows if row.case in wanted]

    def gone(self) -> IdSet:
        """Return the ids of documents that are no more, but whose text the text index may still hold."""
        return self._id_set("SELECT id FROM gone")

    def finish(
        self,
        heads: Iterable[tuple[CaseNo, tuple[int, Sha256]]],
        done: Collection[int],
        found: Iterable[tuple[str, int, int]],
        generation: int,
    ) -> None:
        """Last stroke: the texts are in the text index; write what they mention, and the chain heads.

        Args:
            heads: each case with the head it was followed to.
            done: documents now indexed.
            found: mentions as ``(key, document, page)``.
            generation: of the text index after its commit.
        """
        with self.transaction() as db:
            db.executemany("DELETE FROM mentions WHERE doc = ?", [(i,) for i in done])
            db.executemany("INSERT OR IGNORE INTO mentions VALUES (?, ?, ?)", found)
            db.executemany("UPDATE docs SET indexed = 1 WHERE id = ?", [(i,) for i in done])
            db.execute("DELETE FROM gone")
            db.execute("UPDATE meta SET value = ? WHERE key = 'text_generation'", (str(generation),))
            for number, (seq, head) in heads:
                db.execute("UPDATE cases SET seq = ?, head = ? WHERE number = ?", (seq, head, str(number)))
                db.execute("DELETE FROM held_heads WHERE bag = ?", (str(number),))

    def text_generation(self) -> int:
        """Return the text index's generation when it was last followed; an older one on disk has lost something."""
        return int(str(self.select("SELECT value FROM meta WHERE key = 'text_generation'")[0][0]))

    # ── exact questions ──────────────────────────────────────────────────────────────────────────────────
    def cases(
        self, *, category: Category | None = None, status: str = "", place: str = "", applicant: str = ""
    ) -> list[CaseRow]:
        """List cases by number, narrowed by what is given; ``place`` and ``applicant`` may be parts."""
        wanted = {
            "category = ?": category.value if category else "",
            "status = ?": status,
            "instr(place, ?)": forms.normal(place),
            "instr(applicant, ?)": applicant,
        }
        given = {k: v for k, v in wanted.items() if v}
        where = " AND ".join(given) or "1"
        return [_case_row(*r) for r in self.select(f"{_CASE} WHERE {where} ORDER BY number", *given.values())]

    def records(self, number: CaseNo) -> list[RecordRow]:
        """List the records of a case in order."""
        sql = (
            "SELECT d.record, d.type, d.title, d.status, d.filed_at, d.doc_no FROM docs d "
            "JOIN cases c ON c.id = d.case_id WHERE c.number = ? AND d.record > '' ORDER BY length(d.record), d.record"
        )
        rows = [tuple(map(str, r)) for r in self.select(sql, str(number))]
        return [RecordRow(number, RecordNo(r[0]), *r[1:]) for r in rows]

    def bearing(self, doc_no: str) -> list[RecordRow]:
        """List the records that bear a reference number (文号)."""
        sql = (
            "SELECT c.number, d.record, d.type, d.title, d.status, d.filed_at, d.doc_no FROM docs d "
            "JOIN cases c ON c.id = d.case_id WHERE d.doc_no = ? AND d.record > '' ORDER BY c.number"
        )
        rows = [tuple(map(str, r)) for r in self.select(sql, doc_no)]
        return [RecordRow(_number(r[0]), RecordNo(r[1]), *r[2:]) for r in rows]

    def find_cases(self, text: str) -> list[CaseRow]:
        """Return the cases a person may mean by a number, an ID number, a whole name, its pinyin or initials.

        Applicants come before members and others; each case once.
        """
        try:
            number = CaseNo.parse(text)
        except InvalidValue:
            pass
        else:
            return [_case_row(*r) for r in self.select(f"{_CASE} WHERE number = ?", str(number))]
        key = name_key(text)
        kinds = [("full", key), ("pinyin0", key), ("initials", key)]
        if is_id(text):
            kinds = [("id", parse_id(text)), ("id", clean_id(text))]
        for kind, wanted in kinds:
            sql = (
                "SELECT c.number, c.category, c.status, c.applicant, c.village, c.opened_on, p.part FROM keys k "
                "JOIN people p ON p.id = k.person JOIN cases c ON c.id = k.case_id "
                "WHERE k.kind = ? AND k.key = ? ORDER BY p.part <> '申请人', c.number, p.id"
            )
            found: dict[CaseNo, CaseRow] = {}
            for row in self.select(sql, LETTERS[kind], wanted):
                found.setdefault((one := _case_row(*row)).number, one)
            if found:
                return list(found.values())
        return []

    def sources(self, sha256: str) -> list[SourceRow]:
        """Return every record that came from, or holds, a file with this digest."""
        sql = (
            "SELECT c.number, s.record FROM sources s JOIN cases c ON c.id = s.case_id "
            "WHERE s.sha256 = ? ORDER BY c.number, s.record"
        )
        rows = self.select(sql, digest_key(sha256))
        return [SourceRow(Sha256(sha256), _number(n), RecordNo(str(r))) for n, r in rows]

    # ── for the engine ───────────────────────────────────────────────────────────────────────────────────
    def ids(self, sql: str, *values: object) -> IdSet:
        """Return the document ids of a query over ``docs d``, ``cases c``; ``sql`` begins at WHERE."""
        join = "JOIN cases c ON c.id = d.case_id " if "c." in sql else ""
        return self._id_set(f"SELECT d.id FROM docs d {join}{sql}", *values)

    def _id_set(self, sql: str, *values: object) -> IdSet:
        """Return the ids that a question in SQL gives."""
        return IdSet([doc for (doc,) in cast(list[tuple[int]], self.select(sql, *values))])

    def of_people(self, by: PersonKey, key: str) -> tuple[IdSet, IdSet]:
        """Return the ids of the households (their facts) with such a person, and of all their documents."""
        where, values = person_search.condition(self.select, by, key)
        sql = f"SELECT d.id, d.record = '' FROM docs d WHERE d.case_id IN (SELECT k.case_id FROM keys k WHERE {where})"
        rows = cast(list[tuple[int, int]], self.select(sql, *values))
        return IdSet([doc for doc, household in rows if household]), IdSet([doc for doc, _ in rows])

    def people_of(self, number: CaseNo, by: PersonKey, key: str) -> list[tuple[str, str, bool]]:
        """Return part and name of everyone in a case, and whether it was this person that was asked for."""
        sql = (
            "SELECT p.part, p.name, p.known FROM people p JOIN cases c ON c.id = p.case_id "
            "WHERE c.number = ? ORDER BY p.id"
        )
        people = people_there(self.select(sql, str(number)))
        return [(one.part, one.name, person_search.is_person(by, key, one.keys_of)) for one in people]

    def mentioning(self, key: str) -> dict[int, int]:
        """Return the documents a number stands in, each with the first page."""
        return {
            int(str(d)): int(str(p))
            for d, p in self.select("SELECT doc, min(page) FROM mentions WHERE key = ? GROUP BY doc", key)
        }

    def rows(self, ids: Sequence[int]) -> dict[int, DocRow]:
        """Return the documents by id."""
        parts = (self._docs(f"WHERE d.id IN ({_marks(some)})", *some) for some in _chunks(ids))
        return {row.id: row for row in chain.from_iterable(parts)}

    def _docs(self, where: str, *values: object) -> list[DocRow]:
        sql = (
            "SELECT d.id, c.number, d.record, d.type, d.title, CASE d.record WHEN '' THEN c.status ELSE d.status END, "
            f"d.filed_at, c.applicant FROM docs d JOIN cases c ON c.id = d.case_id {where}"
        )
        found = []
        for row in self.select(sql, *values):
            number, record, *rest = map(str, row[1:])
            doc = int(str(row[0]))
            found.append(DocRow(doc, _number(number), RecordNo(record) if record else None, *rest))
        return found


_CASE = "SELECT number, category, status, applicant, village, opened_on, '' FROM cases"


def _case_row(*row: object) -> CaseRow:
    number, category, status, applicant, village, opened_on, part = map(str, row)
    return CaseRow(_number(number), Category(category), status, applicant, village, opened_on, part)


def _number(stored: object) -> CaseNo:
    """Return a case's number as a row has it.

    Raises:
        IndexFault: E400, it is none: a row is damaged.
    """
    try:
        return CaseNo.parse(str(stored))
    except InvalidValue as error:
        raise IndexFault("索引目录损坏，有一个户号读不出来") from error


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[i : i + _IN] for i in range(0, len(ids), _IN))


def _marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))
