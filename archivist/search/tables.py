"""The catalogue's tables, and how one case is written into them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable

from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.ids import CaseNo
from archivist.model.record import VOIDED, Record
from archivist.search import text as forms
from archivist.search.indexed_people import KeyRow, remove_people, write_people
from archivist.search.paging import place_of

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cases (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, category TEXT NOT NULL, status TEXT NOT NULL,
  opened_on TEXT NOT NULL, applicant TEXT NOT NULL, village TEXT NOT NULL, place TEXT NOT NULL,
  seq INTEGER NOT NULL, head TEXT);
CREATE TABLE people (
  id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL, known TEXT NOT NULL);
CREATE INDEX people_of ON people (case_id);
CREATE TABLE keys (kind TEXT NOT NULL, key TEXT NOT NULL, person INTEGER NOT NULL, case_id INTEGER NOT NULL,
  PRIMARY KEY (kind, key, person)) WITHOUT ROWID;
CREATE TABLE docs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL, record TEXT NOT NULL, type TEXT NOT NULL,
  title TEXT NOT NULL, title_key TEXT NOT NULL, category TEXT NOT NULL, status TEXT NOT NULL,
  filed_at TEXT NOT NULL, place TEXT NOT NULL, doc_no TEXT NOT NULL, step TEXT NOT NULL, handler TEXT NOT NULL,
  digest BLOB NOT NULL,
  page_flags TEXT NOT NULL, indexed INTEGER NOT NULL, UNIQUE (case_id, record));
CREATE INDEX docs_newest ON docs (filed_at, place);
CREATE INDEX docs_households ON docs (filed_at, place) WHERE record = '';
CREATE INDEX docs_waiting ON docs (case_id) WHERE indexed = 0;
CREATE TABLE sets (kind TEXT NOT NULL, value TEXT NOT NULL, part INTEGER NOT NULL, ids BLOB NOT NULL,
  PRIMARY KEY (kind, value, part)) WITHOUT ROWID;
CREATE TABLE mentions (key TEXT NOT NULL, doc INTEGER NOT NULL, page INTEGER NOT NULL,
  PRIMARY KEY (key, doc, page)) WITHOUT ROWID;
CREATE INDEX mentions_of ON mentions (doc);
CREATE TABLE sources (sha256 BLOB NOT NULL, case_id INTEGER NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (sha256, case_id, record)) WITHOUT ROWID;
CREATE INDEX sources_of ON sources (case_id);
CREATE TABLE gone (id INTEGER PRIMARY KEY);
CREATE TABLE held_heads (bag TEXT PRIMARY KEY, seq INTEGER NOT NULL, head TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE agenda (case_id INTEGER PRIMARY KEY, head TEXT NOT NULL, rules TEXT NOT NULL, body TEXT NOT NULL);
"""


def write_case(
    db: sqlite3.Connection, case: Case, facts_text: str, before: Case | None = None
) -> list[KeyRow]:
    """Write a case's rows; its head is forgotten, and texts that are new or changed are marked as not indexed.

    Args:
        db: the catalogue, in a transaction.
        case: as it stands.
        facts_text: all that is known of the household, as one text.
        before: as it was written last, as far as that is known. Where the catalogue still stands there, the rows of records
            that are the very same objects are left as they are.

    Returns:
        The keys of its people that are still to be written (``write_keys``).
    """
    row = db.execute("SELECT head FROM cases WHERE number = ?", (str(case.number),)).fetchone()
    written = before.records if before and row and row[0] == before.head else {}
    records = [record for record in case.records.values() if written.get(record.no) is not record]
    gone = written.keys() - case.records.keys() if written else None
    village, place = residence(case)
    values = (
        case.status.value,
        case.opened_on.isoformat(),
        case.applicant_name,
        village,
        place,
    )
    db.execute(
        "INSERT INTO cases (number, category, status, opened_on, applicant, village, place, seq, head) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 0, NULL) ON CONFLICT (number) DO UPDATE SET status = excluded.status, "
        "opened_on = excluded.opened_on, applicant = excluded.applicant, village = excluded.village, "
        "place = excluded.place, head = NULL",
        (str(case.number), case.category.value, *values),
    )
    case_id = int(db.execute("SELECT id FROM cases WHERE number = ?", (str(case.number),)).fetchone()[0])
    if gone is None:
        db.execute("DELETE FROM sources WHERE case_id = ?", (case_id,))
    else:
        changed = [(case_id, no) for no in {*gone, *(record.no for record in records)}]
        db.executemany("DELETE FROM sources WHERE case_id = ? AND record = ?", changed)
    keys = write_people(db, case_id, case)
    _remove_docs(db, case_id, _vanished(db, case_id, case) if gone is None else gone)
    _write_docs(db, case_id, case, facts_text, records)
    sources = {
        (digest_key(sha256), case_id, record.no)
        for record in records
        for sha256 in (*(f.sha256 for f in record.files), record.source_sha256)
        if sha256
    }
    db.executemany("INSERT INTO sources VALUES (?, ?, ?)", sorted(sources))
    return keys


def digest_key(sha256: str) -> bytes:
    """Return a digest as its table has it: half as long; what is none as it is written."""
    try:
        return bytes.fromhex(sha256)
    except ValueError:
        return sha256.encode()


def remove_case(db: sqlite3.Connection, number: CaseNo) -> None:
    """Delete every row of a case, if there is one; its documents are noted as gone."""
    if row := db.execute("SELECT id FROM cases WHERE number = ?", (str(number),)).fetchone():
        db.execute("INSERT INTO gone SELECT id FROM docs WHERE case_id = ?", row)
        db.execute("DELETE FROM mentions WHERE doc IN (SELECT id FROM docs WHERE case_id = ?)", row)
        remove_people(db, *row)
        for table in ("docs", "sources", "agenda"):
            db.execute(f"DELETE FROM {table} WHERE case_id = ?", row)
        db.execute("DELETE FROM cases WHERE id = ?", row)


def residence(case: Case) -> tuple[str, str]:
    """Return the applicant's village, and village and addresses as one normal text."""
    village, *rest = (
        str(case.fact(path) or "")
        for path in (
            FactPath.APPLICANT_VILLAGE,
            FactPath.APPLICANT_ADDRESS,
            FactPath.APPLICANT_HOUSEHOLD_ADDRESS,
        )
    )
    return village, forms.join_facts([village, *rest])


def _vanished(db: sqlite3.Connection, case_id: int, case: Case) -> set[str]:
    """Return the numbers of records that the catalogue has of a case and the case no more."""
    rows = db.execute("SELECT record FROM docs WHERE case_id = ?", (case_id,)).fetchall()
    return {str(record) for (record,) in rows} - {"", *case.records}


def _remove_docs(db: sqlite3.Connection, case_id: int, records: Collection[str]) -> None:
    for record in records:
        of_it = (case_id, record)
        (doc,) = db.execute("SELECT id FROM docs WHERE case_id = ? AND record = ?", of_it).fetchone()
        db.execute("INSERT INTO gone VALUES (?)", (doc,))
        db.execute("DELETE FROM mentions WHERE doc = ?", (doc,))
        db.execute("DELETE FROM docs WHERE id = ?", (doc,))


def _write_docs(
    db: sqlite3.Connection, case_id: int, case: Case, facts_text: str, records: Iterable[Record]
) -> None:
    category = case.category.value
    digest = hashlib.sha256(facts_text.encode()).digest()
    rows = [("", "", "户档信息", category, "", case.opened_on.isoformat(), "", "", "", digest, "")]
    for r in records:
        kept = (r.title, r.folder, r.doc_no, *(file.sha256 for file in r.tag_files))
        digest = hashlib.sha256("\0".join(kept).encode()).digest()
        flags = " ".join(flag.value for flag in r.page_flags)
        status, actor = VOIDED if r.voided else r.status.value, forms.normal(r.actor)
        rows.append(
            (r.no, r.type, r.title, category, status, r.filed_at, r.doc_no, r.folder, actor, digest, flags)
        )
    db.executemany(
        "INSERT INTO docs (case_id, record, type, title, title_key, category, status, filed_at, doc_no, step, handler, "
        "digest, page_flags, place, indexed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (case_id, record) DO UPDATE SET "
        "type = excluded.type, title = excluded.title, title_key = excluded.title_key, status = excluded.status, "
        "filed_at = excluded.filed_at, doc_no = excluded.doc_no, step = excluded.step, handler = excluded.handler, page_flags = excluded.page_flags, "
        "indexed = indexed AND digest = excluded.digest, digest = excluded.digest",
        [(case_id, *r[:3], forms.normal(r[2]), *r[3:], place_of(str(case.number), r[0])) for r in rows],
    )
