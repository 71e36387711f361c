"""What a plain scan of everything finds: slow, obvious, and the measure of the engine."""

from __future__ import annotations

from functools import lru_cache

from archivist.model.facts import people
from archivist.model.ids import CASE_NO_IN_TEXT, ID_IN_TEXT, CaseNo, RecordNo
from archivist.search import query_tree as q
from archivist.search.engine import Results
from archivist.search.opened_index import facts_text
from archivist.search.text import name_key, normal, pinyin_keys
from tests.search.household import MemoryArchive

Key = tuple[CaseNo, RecordNo | None]


_normal = lru_cache(maxsize=50_000)(normal)


def keys(results: Results) -> list[Key]:
    return [(hit.case, hit.record) for hit in results.hits]


def everything(archive: MemoryArchive) -> list[Key]:
    return [(n, r) for n, case in archive.cases.items() for r in (None, *case.records)]


def truth(archive: MemoryArchive, tree: q.Node) -> set[Key]:
    return {key for key in everything(archive) if holds(archive, tree, key)}


def holds(archive: MemoryArchive, node: q.Node, key: Key) -> bool:  # noqa: C901 (one line for each kind of leaf)
    number, record = key
    case = archive.cases[number]
    entry = case.records[record] if record else None
    text = _normal(archive.texts.get((number, record), "")) if record else facts_text(case.facts)
    match node:
        case q.And(parts):
            return all(holds(archive, p, key) for p in parts)
        case q.Or(parts):
            return any(holds(archive, p, key) for p in parts)
        case q.Not(part):
            return not holds(archive, part, key)
        case q.HasText(fragment):
            return fragment in text
        case q.HasPerson(by, wanted, records):
            return (records or record is None) and any(
                _is(by, wanted, str(row["name"]), str(row.get("id_number", "")))
                for _, row in people(case.facts)
            )
        case q.Numbered(wanted, whole):
            return str(number) == wanted if whole else wanted in str(number)
        case q.Mentioned(wanted):
            return wanted in ID_IN_TEXT.findall(text.upper()) + CASE_NO_IN_TEXT.findall(text.upper())
        case q.OfType(name):
            return entry is not None and (entry.type == name or name in normal(entry.title))
        case q.OfCategory(category):
            return number.category is category
        case q.OfStatus(status):
            return status in (case.status.value, entry.status.value if entry else "")
        case q.WithPages(flag):
            return entry is not None and bool(entry.data.get(flag.value))
        case q.InPlace(place):
            return place in normal(str(dict(case.facts.get("applicant", {})).get("village", "")))  # type: ignore[arg-type]
        case q.FiledBetween(start, end):
            day = entry.filed_at[:10] if entry else case.opened_on.isoformat()
            return (not start or start.isoformat() <= day) and (not end or day <= end.isoformat())


def _is(by: q.PersonKey, wanted: str, name: str, id_number: str) -> bool:
    match by:
        case q.PersonKey.NAME:
            return wanted in name_key(name)
        case q.PersonKey.PINYIN:
            sounds, _, initials = pinyin_keys(name)
            return wanted in initials or any(s.startswith(wanted) for s in sounds)
        case q.PersonKey.ID:
            return id_number == wanted
        case q.PersonKey.ID6:
            return id_number[:6] == wanted
        case q.PersonKey.ID4:
            return bool(id_number) and id_number[-4:] == wanted
