"""The catalogue: who, which case, which record, in one SQLite file. Answers exact questions without the text index.

Disposable: made again from the archive. A case is brought up to date in three strokes, so that a kill between any
two leaves it marked as not followed: ``begin`` writes its rows and forgets its chain head, the text index commits,
``finish`` writes the head. Document ids are never used again, so a text left behind can never answer for another.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Final

from archivist.errors import IndexFault, InvalidValue
from archivist.model.case import Case
from archivist.model.facts import people, single
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256, clean_id, is_id
from archivist.search import text as forms
from archivist.search.query import By

SCHEMA: Final = 1
_IN = 500
"""Values bound in one statement; SQLite allows 999 at least."""

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cases (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, category TEXT NOT NULL, status TEXT NOT NULL,
  opened_on TEXT NOT NULL, applicant TEXT NOT NULL, village TEXT NOT NULL, place TEXT NOT NULL,
  seq INTEGER NOT NULL, head TEXT);
CREATE TABLE people (
  id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL);
CREATE INDEX people_of ON people (case_id);
CREATE TABLE keys (kind TEXT NOT NULL, key TEXT NOT NULL, person INTEGER NOT NULL, case_id INTEGER NOT NULL,
  PRIMARY KEY (kind, key, person)) WITHOUT ROWID;
CREATE INDEX keys_of ON keys (case_id);
CREATE TABLE docs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL, record TEXT NOT NULL, type TEXT NOT NULL,
  title TEXT NOT NULL, title_key TEXT NOT NULL, category TEXT NOT NULL, status TEXT NOT NULL,
  filed_at TEXT NOT NULL, doc_no TEXT NOT NULL, source_name TEXT NOT NULL, digest TEXT NOT NULL,
  indexed INTEGER NOT NULL, UNIQUE (case_id, record));
CREATE INDEX docs_newest ON docs (filed_at, id);
CREATE INDEX docs_category ON docs (category, id);
CREATE INDEX docs_waiting ON docs (case_id) WHERE indexed = 0;
CREATE TABLE mentions (key TEXT NOT NULL, doc INTEGER NOT NULL, page INTEGER NOT NULL,
  PRIMARY KEY (key, doc, page)) WITHOUT ROWID;
CREATE INDEX mentions_of ON mentions (doc);
CREATE TABLE sources (sha256 TEXT NOT NULL, case_id INTEGER NOT NULL, record TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (sha256, case_id, record, name)) WITHOUT ROWID;
CREATE INDEX sources_of ON sources (case_id);
CREATE TABLE gone (id INTEGER PRIMARY KEY);
"""


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
    source_name: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Where the bytes with this digest were filed, and under which file name they came or lie."""

    sha256: Sha256
    case: CaseNo
    record: RecordNo
    name: str


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


class Catalogue:
    """One open catalogue. Every method that reads the file raises ``IndexFault`` (E400) when it is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file():
            raise IndexFault("索引目录不存在或不完整")
        with self._guard():
            self._db = _connect(path)
            meta = dict(self._db.execute("SELECT key, value FROM meta").fetchall())
        if (meta.get("schema"), meta.get("analyser")) != (str(SCHEMA), str(forms.ANALYSER)):
            self.close()
            raise IndexFault("索引是另一版本的程序建立的")

    @classmethod
    def create(cls, path: Path) -> Catalogue:
        """Make a new, empty catalogue; the file must not exist."""
        if path.exists():
            raise FileExistsError(path)
        db = _connect(path)
        db.executescript(_TABLES)
        versions = [("schema", str(SCHEMA)), ("analyser", str(forms.ANALYSER)), ("text_generation", "0")]
        db.executemany("INSERT INTO meta VALUES (?, ?)", versions)
        db.close()
        return cls(path)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise IndexFault(f"索引目录损坏或读不出来（{type(error).__name__}）") from error

    def _all(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with self._guard():
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._guard():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def quick(self, on: bool) -> None:
        """Do without waiting for the disk at each commit: only while building what is thrown away after a crash."""
        self._db.execute(f"PRAGMA synchronous = {'OFF' if on else 'FULL'}")

    def settle(self) -> None:
        """Fold the write-ahead log back into the file and leave nothing of deleted rows in either."""
        with self._guard():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # ── following the archive ────────────────────────────────────────────────────────────────────────────
    def heads(self) -> dict[CaseNo, tuple[int, Sha256] | None]:
        """Return each case's followed chain head; ``None`` where following was cut short."""
        rows = self._all("SELECT number, seq, head FROM cases")
        return {CaseNo.parse(str(n)): (int(str(s)), Sha256(str(h))) if h else None for n, s, h in rows}

    def begin(self, cases: Iterable[Case], facts_text: dict[CaseNo, str]) -> None:
        """First stroke: write the rows of these cases and forget their heads."""
        with self._transaction() as db:
            for case in cases:
                _write_case(db, case, facts_text[case.number])

    def begin_removal(self, numbers: Iterable[CaseNo]) -> None:
        """Delete every row of these cases; their texts are still to be purged."""
        with self._transaction() as db:
            for number in numbers:
                row = db.execute("SELECT id FROM cases WHERE number = ?", (str(number),)).fetchone()
                if row:
                    db.execute("INSERT INTO gone SELECT id FROM docs WHERE case_id = ?", row)
                    db.execute("DELETE FROM mentions WHERE doc IN (SELECT id FROM docs WHERE case_id = ?)", row)
                    for table in ("keys", "people", "docs", "sources"):
                        db.execute(f"DELETE FROM {table} WHERE case_id = ?", row)
                    db.execute("DELETE FROM cases WHERE id = ?", row)

    def waiting(self) -> tuple[list[DocRow], list[int]]:
        """Return the documents whose text is still to be indexed, and the ids still to be dropped."""
        where = "WHERE d.indexed = 0 ORDER BY d.id"
        return self._docs(where), [int(str(i)) for (i,) in self._all("SELECT id FROM gone")]

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
        with self._transaction() as db:
            db.executemany("DELETE FROM mentions WHERE doc = ?", [(i,) for i in done])
            db.executemany("INSERT OR IGNORE INTO mentions VALUES (?, ?, ?)", found)
            db.executemany("UPDATE docs SET indexed = 1 WHERE id = ?", [(i,) for i in done])
            db.execute("DELETE FROM gone")
            db.execute("UPDATE meta SET value = ? WHERE key = 'text_generation'", (str(generation),))
            db.executemany(
                "UPDATE cases SET seq = ?, head = ? WHERE number = ?", [(s, h, str(n)) for n, (s, h) in heads]
            )

    def text_generation(self) -> int:
        """Return the text index's generation when it was last followed; an older one on disk has lost something."""
        return int(str(self._all("SELECT value FROM meta WHERE key = 'text_generation'")[0][0]))

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
        return [_case_row(*r) for r in self._all(f"{_CASE} WHERE {where} ORDER BY number", *given.values())]

    def records(self, number: CaseNo) -> list[RecordRow]:
        """List the records of a case in order."""
        sql = (
            "SELECT d.record, d.type, d.title, d.status, d.filed_at, d.doc_no, d.source_name FROM docs d "
            "JOIN cases c ON c.id = d.case_id WHERE c.number = ? AND d.record > '' ORDER BY length(d.record), d.record"
        )
        rows = [tuple(map(str, r)) for r in self._all(sql, str(number))]
        return [RecordRow(number, RecordNo(r[0]), *r[1:]) for r in rows]

    def find_cases(self, text: str) -> list[CaseRow]:
        """Return the cases a person may mean by a number, an ID number, a whole name, its pinyin or initials.

        Applicants come before members and others; each case once.
        """
        try:
            number = CaseNo.parse(text)
        except InvalidValue:
            pass
        else:
            return [_case_row(*r) for r in self._all(f"{_CASE} WHERE number = ?", str(number))]
        key = forms.name_key(text)
        kinds = [("full", key), ("pinyin0", key), ("initials", key)]
        if is_id(text):
            kinds = [("id", clean_id(text))]
        for kind, wanted in kinds:
            sql = (
                "SELECT c.number, c.category, c.status, c.applicant, c.village, c.opened_on, p.part FROM keys k "
                "JOIN people p ON p.id = k.person JOIN cases c ON c.id = k.case_id "
                "WHERE k.kind = ? AND k.key = ? ORDER BY p.part <> '申请人', c.number, p.id"
            )
            found: dict[CaseNo, CaseRow] = {}
            for row in self._all(sql, kind, wanted):
                found.setdefault((one := _case_row(*row)).number, one)
            if found:
                return list(found.values())
        return []

    def sources(self, sha256: str) -> list[SourceRow]:
        """Return every record that came from, or holds, a file with this digest."""
        sql = (
            "SELECT c.number, s.record, s.name FROM sources s JOIN cases c ON c.id = s.case_id "
            "WHERE s.sha256 = ? ORDER BY c.number, s.record, s.name"
        )
        rows = self._all(sql, sha256)
        return [SourceRow(Sha256(sha256), CaseNo.parse(str(n)), RecordNo(str(r)), str(f)) for n, r, f in rows]

    # ── for the engine ───────────────────────────────────────────────────────────────────────────────────
    def ids(self, sql: str, *values: object) -> set[int]:
        """Return the document ids of a query over ``docs d``, ``cases c``; ``sql`` begins at WHERE."""
        join = "JOIN cases c ON c.id = d.case_id " if "c." in sql else ""
        return {int(str(i)) for (i,) in self._all(f"SELECT d.id FROM docs d {join}{sql}", *values)}

    def of_people(self, by: By, key: str) -> tuple[set[int], set[int]]:
        """Return the ids of the households (their facts) with such a person, and of all their records too."""
        kinds = {By.NAME: "name", By.PINYIN: "pinyin", By.ID: "id", By.ID6: "id6", By.ID4: "id4"}
        if by in (By.NAME, By.PINYIN):
            where, values = "k.kind = ? AND k.key >= ? AND k.key < ?", (kinds[by], key, forms.after_prefix(key))
        else:
            where, values = "k.kind = ? AND k.key = ?", (kinds[by], key)
        sql = f"SELECT d.id, d.record FROM docs d WHERE d.case_id IN (SELECT case_id FROM keys k WHERE {where}"
        if by is By.PINYIN:
            sql, values = sql + " UNION SELECT case_id FROM keys WHERE kind = 'initials' AND key = ?", (*values, key)
        rows = self._all(sql + ")", *values)
        return {int(str(i)) for i, r in rows if not r}, {int(str(i)) for i, _ in rows}

    def mentioning(self, key: str) -> dict[int, int]:
        """Return the documents a number stands in, each with the first page."""
        return {
            int(str(d)): int(str(p))
            for d, p in self._all("SELECT doc, min(page) FROM mentions WHERE key = ? GROUP BY doc", key)
        }

    def newest(self) -> Iterator[int]:
        """Yield every document id, newest first."""
        with self._guard():
            for (doc,) in self._db.execute("SELECT id FROM docs ORDER BY filed_at DESC, id DESC"):
                yield int(doc)

    def sorted(self, ids: Collection[int]) -> list[int]:
        """Return the ids newest first, without those that are gone."""
        found: list[tuple[str, int]] = []
        for some in _chunks(sorted(ids)):
            rows = self._all(f"SELECT filed_at, id FROM docs WHERE id IN ({_marks(some)})", *some)
            found.extend((str(f), int(str(i))) for f, i in rows)
        return [i for _, i in sorted(found, reverse=True)]

    def rows(self, ids: Sequence[int]) -> dict[int, DocRow]:
        """Return the documents by id."""
        parts = (self._docs(f"WHERE d.id IN ({_marks(some)})", *some) for some in _chunks(ids))
        return {row.id: row for row in chain.from_iterable(parts)}

    def people_of(self, number: CaseNo) -> list[tuple[str, str]]:
        """Return the part and name of everyone in a case, in the order of its facts."""
        sql = "SELECT part, name FROM people p JOIN cases c ON c.id = p.case_id WHERE c.number = ? ORDER BY p.id"
        return [(str(p), str(n)) for p, n in self._all(sql, str(number))]

    def _docs(self, where: str, *values: object) -> list[DocRow]:
        sql = (
            "SELECT d.id, c.number, d.record, d.type, d.title, CASE d.record WHEN '' THEN c.status ELSE d.status END, "
            f"d.filed_at, c.applicant FROM docs d JOIN cases c ON c.id = d.case_id {where}"
        )
        found = []
        for row in self._all(sql, *values):
            number, record, *rest = map(str, row[1:])
            doc = int(str(row[0]))
            found.append(DocRow(doc, CaseNo.parse(number), RecordNo(record) if record else None, *rest))
        return found


_CASE = "SELECT number, category, status, applicant, village, opened_on, '' FROM cases"


def _case_row(*row: object) -> CaseRow:
    number, category, status, applicant, village, opened_on, part = map(str, row)
    return CaseRow(CaseNo.parse(number), Category(category), status, applicant, village, opened_on, part)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        db.execute(f"PRAGMA {pragma}")
    return db


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[i : i + _IN] for i in range(0, len(ids), _IN))


def _marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))


# ── writing one case ─────────────────────────────────────────────────────────────────────────────────────
def _write_case(db: sqlite3.Connection, case: Case, facts_text: str) -> None:
    applicant = single(case.facts, "applicant")
    village = str(applicant.get("village", ""))
    where = [str(applicant.get(k, "")) for k in ("village", "address", "household_address")]
    values = (case.status.value, case.opened_on.isoformat(), case.applicant_name, village, forms.join_facts(where))
    db.execute(
        "INSERT INTO cases (number, category, status, opened_on, applicant, village, place, seq, head) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 0, NULL) ON CONFLICT (number) DO UPDATE SET status = excluded.status, "
        "opened_on = excluded.opened_on, applicant = excluded.applicant, village = excluded.village, "
        "place = excluded.place, head = NULL",
        (str(case.number), case.category.value, *values),
    )
    case_id = int(db.execute("SELECT id FROM cases WHERE number = ?", (str(case.number),)).fetchone()[0])
    for table in ("keys", "people", "sources"):
        db.execute(f"DELETE FROM {table} WHERE case_id = ?", (case_id,))
    _write_people(db, case_id, case)
    _write_docs(db, case_id, case, facts_text)
    for record in case.records.values():
        files = {(f.sha256, PurePosixPath(f.path).name) for f in record.files}
        if record.source_sha256:
            files.add((Sha256(record.source_sha256), record.source_name))
        rows = [(sha256, case_id, record.no, name) for sha256, name in files]
        db.executemany("INSERT OR IGNORE INTO sources VALUES (?, ?, ?, ?)", rows)


def _write_people(db: sqlite3.Connection, case_id: int, case: Case) -> None:
    for part, row in people(case.facts):
        name = str(row["name"])
        added = db.execute("INSERT INTO people (case_id, part, name) VALUES (?, ?, ?)", (case_id, part, name))
        keys = {("full", forms.name_key(name))} | {("name", e) for e in forms.endings(forms.name_key(name))}
        sounds, whole, initials = forms.pinyin_keys(name)
        keys |= {("pinyin", s) for s in sounds} | {("pinyin0", s) for s in whole}
        keys |= {("initials", i) for i in initials}
        if number := str(row.get("id_number", "")).upper():
            keys.add(("id", number))
        if len(number) == 18:
            keys |= {("id6", number[:6]), ("id4", number[-4:])}
        rows = [(kind, key, added.lastrowid, case_id) for kind, key in keys if key]
        db.executemany("INSERT INTO keys VALUES (?, ?, ?, ?)", rows)


def _write_docs(db: sqlite3.Connection, case_id: int, case: Case, facts_text: str) -> None:
    category = case.category.value
    digest = hashlib.sha256(facts_text.encode()).hexdigest()
    rows = [("", "", "户档信息", category, "", case.opened_on.isoformat(), "", "", digest)]
    for r in case.records.values():
        digest = r.text.sha256 if r.text else ""
        rows.append((r.no, r.type, r.title, category, r.status.value, r.filed_at, r.doc_no, r.source_name, digest))
    kept = {row[0] for row in rows}
    for doc, record in db.execute("SELECT id, record FROM docs WHERE case_id = ?", (case_id,)).fetchall():
        if record not in kept:
            db.execute("INSERT INTO gone VALUES (?)", (doc,))
            db.execute("DELETE FROM mentions WHERE doc = ?", (doc,))
            db.execute("DELETE FROM docs WHERE id = ?", (doc,))
    db.executemany(
        "INSERT INTO docs (case_id, record, type, title, title_key, category, status, filed_at, doc_no, source_name, "
        "digest, indexed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (case_id, record) DO UPDATE SET "
        "type = excluded.type, title = excluded.title, title_key = excluded.title_key, status = excluded.status, "
        "filed_at = excluded.filed_at, doc_no = excluded.doc_no, source_name = excluded.source_name, "
        "indexed = indexed AND digest = excluded.digest, digest = excluded.digest",
        [(case_id, *r[:3], forms.normal(r[2]), *r[3:]) for r in rows],
    )
