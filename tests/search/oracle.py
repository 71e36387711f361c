"""What a plain scan of everything finds: slow, obvious, and the measure of the engine.

Of ``search`` it shares the normal forms and the table of readings, which have tests of their own, and the tree of a query.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache

from archivist.model.facts import people
from archivist.model.ids import CaseNo, RecordNo, is_id, parse_id
from archivist.model.record import Record
from archivist.search import query_tree as q
from archivist.search.engine import Results
from archivist.search.names import readings
from archivist.search.paging import Facet, SortBy
from archivist.search.text import folded, normal
from tests.search.household import MemoryArchive

Key = tuple[CaseNo, RecordNo | None]


_normal = lru_cache(maxsize=50_000)(normal)


def keys(results: Results) -> list[Key]:
    return [(hit.case, hit.record) for hit in results.hits]


def everything(archive: MemoryArchive) -> list[Key]:
    return [(n, r) for n, case in archive.cases.items() for r in (None, *case.records)]


def truth(archive: MemoryArchive, tree: q.Node) -> set[Key]:
    return {key for key in everything(archive) if holds(archive, tree, key)}


def titled(archive: MemoryArchive, tree: q.Node, key: Key) -> bool:
    """Tell whether a record bears a word that is asked for in its title."""
    number, record = key
    title = _normal(archive.cases[number].records[record].title) if record else ""
    return any(
        leaf.fragment in title
        for leaf in q.leaves(tree)
        if (isinstance(leaf, q.HasText) or (isinstance(leaf, q.InAbout) and leaf.which is q.About.TITLE))
        and leaf.fragment
    )


def in_order(archive: MemoryArchive, tree: q.Node, found: set[Key], sort: SortBy = SortBy.DATE) -> list[Key]:
    """Return what a plain scan found in the order of answers: households asked for first, then the newest first."""
    named = [leaf for leaf in q.leaves(tree) if isinstance(leaf, q.HasPerson | q.Numbered)]
    first = {key for leaf in named for key in truth(archive, leaf) if key[1] is None}
    return _in_order(archive, tree, found, first, sort)


def _in_order(
    archive: MemoryArchive, tree: q.Node, found: Iterable[Key], first: set[Key], sort: SortBy = SortBy.DATE
) -> list[Key]:
    def place(key: Key) -> tuple[int, str, str]:
        case = archive.cases[key[0]]
        filed = case.records[key[1]].filed_at if key[1] else case.opened_on.isoformat()
        rank = 2 * (key in first) or int(sort is SortBy.RELEVANCE and titled(archive, tree, key))
        return rank, filed, f"{key[0]} {key[1] or '':>6}"

    if sort is SortBy.NUMBER:
        return sorted(found, key=lambda key: place(key)[2])
    return sorted(found, key=place, reverse=True)


def counted(archive: MemoryArchive, found: Iterable[Key]) -> dict[Facet, Counter[str]]:
    """Return how many of these have each value of each facet."""
    counts: dict[Facet, Counter[str]] = {facet: Counter() for facet in Facet}
    for number, record in found:
        case = archive.cases[number]
        entry = case.records[record] if record else None
        applicant = dict(case.facts.get("applicant", {}))  # type: ignore[arg-type]
        counts[Facet.CATEGORY][number.category.value] += 1
        counts[Facet.YEAR][(entry.filed_at if entry else str(case.opened_on))[:4]] += 1
        counts[Facet.VILLAGE][str(applicant.get("village", ""))] += 1
        counts[Facet.TYPE][entry.type if entry else ""] += 1
        counts[Facet.STATUS][entry.status.value if entry else case.status.value] += 1
        counts[Facet.STEP][entry.folder if entry else ""] += 1
    return counts


class Scan:
    """Plain scans of an archive that no longer changes: what holds of a leaf is looked up once, and kept."""

    def __init__(self, archive: MemoryArchive) -> None:
        self._archive, self._everything = archive, frozenset(everything(archive))
        self._leaves: dict[q.Node, frozenset[Key]] = {}
        self._read = {key: read(archive, key) for key in self._everything}

    def found(self, node: q.Node) -> frozenset[Key]:
        """Return what ``truth`` does."""
        match node:
            case q.And(parts):
                return self._everything.intersection(*map(self.found, parts))
            case q.Or(parts):
                return frozenset[Key]().union(*map(self.found, parts))
            case q.Not(part):
                return self._everything - self.found(part)
            case _:
                if node not in self._leaves:
                    self._leaves[node] = frozenset(
                        key for key in self._everything if holds(self._archive, node, key, self._read[key])
                    )
                return self._leaves[node]

    def in_order(self, tree: q.Node) -> list[Key]:
        """Return what is found in the order of answers."""
        named = [leaf for leaf in q.leaves(tree) if isinstance(leaf, q.HasPerson | q.Numbered)]
        first = {key for leaf in named for key in self.found(leaf) if key[1] is None}
        return _in_order(self._archive, tree, self.found(tree), first)


def holds(archive: MemoryArchive, node: q.Node, key: Key, known: Read | None = None) -> bool:
    """Tell whether a document fits; ``known`` is what can be read of it, where that was read already."""
    number, record = key
    case = archive.cases[number]
    entry = case.records[record] if record else None
    match node:
        case q.And(parts):
            return all(holds(archive, p, key, known) for p in parts)
        case q.Or(parts):
            return any(holds(archive, p, key, known) for p in parts)
        case q.Not(part):
            return not holds(archive, part, key, known)
        case q.HasPerson(by, wanted, records):
            return (records or record is None) and any(
                _is(by, wanted, name, id_number) for name, id_number in (known or read(archive, key)).people
            )
        case q.Numbered(wanted, whole):
            inside = wanted.replace("?", ".").replace("*", ".*")
            return str(number) == wanted if whole else bool(re.search(inside, str(number)))
        case q.OfCategory(category, records):
            return number.category is category and (records or record is None)
        case q.InPlace(place):
            applicant = dict(case.facts.get("applicant", {}))  # type: ignore[arg-type]
            lives = ("village", "address", "household_address")
            return any(place in _normal(str(applicant.get(part, ""))) for part in lives)
        case q.FiledBetween(start, end):
            day = entry.filed_at[:10] if entry else case.opened_on.isoformat()
            return (not start or start.isoformat() <= day) and (not end or day <= end.isoformat())
        case q.OfStatus(status):
            return status in (case.status.value, entry.status.value if entry else "")
        case q.OfType() | q.WithPages() | q.HandledBy():
            return entry is not None and _of_record(node, entry)
        case _:
            return _in_text(node, known or read(archive, key))


def texts(archive: MemoryArchive, key: Key) -> tuple[list[str], list[str]]:
    """Return what is known about a record, and its pages; of a household nothing and its facts, each a page."""
    number, record = key
    case = archive.cases[number]
    if record:
        entry = case.records[record]
        about = [entry.title, entry.folder, entry.doc_no, str(entry.source.get("name", ""))]
        return about, archive.texts.get((number, record), "").split("\f")
    values = [
        value
        for group in case.facts.values()
        for row in (group if isinstance(group, tuple) else (group,))
        for value in row.values()
        if isinstance(value, str)
    ]
    return [], values


@dataclass(frozen=True)
class Read:
    """What can be read of a document: each word about it, and its whole text, in normal form; each page as it stands.

    ``people`` are name and ID number of everyone in its case.
    """

    known: list[str]
    whole: str
    pages: list[str]
    people: list[tuple[str, str]]

    @cached_property
    def printed(self) -> list[str]:
        """The pages, letters and digits alike."""
        return [folded(page).upper() for page in self.pages]


def read(archive: MemoryArchive, key: Key) -> Read:
    about, pages = texts(archive, key)
    known = [_normal(value) for value in about]
    whole = _normal("\f".join(pages)).replace("\f", "") if about else "\0".join(map(_normal, pages))
    rows = [row for _, row in people(archive.cases[key[0]].facts)]
    return Read(known, whole, pages, [(str(row["name"]), str(row.get("id_number", ""))) for row in rows])


def _in_text(leaf: q.Leaf, read: Read) -> bool:
    known, whole = read.known, read.whole
    match leaf:
        case q.HasText(fragment):
            return fragment in whole or any(fragment in value for value in known)
        case q.InPages(fragment):
            return fragment in whole
        case q.InAbout(which, fragment):
            return bool(known) and fragment in known[which]
        case q.Matches(pieces, gaps):
            pattern = re.escape(pieces[0])
            for gap, piece in zip(gaps, pieces[1:], strict=True):
                pattern += gap.replace("?", r"\w").replace("*", r"\w{0,20}") + re.escape(piece)
            return any(re.search(pattern, value) for value in (*known, whole))
        case q.Mentioned(wanted):
            return any(_stands(wanted, page) for page in read.printed)
        case _:
            raise TypeError(leaf)


def _stands(number: str, page: str) -> bool:
    """Tell whether a number stands on a page for itself: in one piece, in groups, or as it was with fifteen digits."""
    return any(shape.search(page) for shape in _shapes(number))


@lru_cache(maxsize=10_000)
def _shapes(number: str) -> list[re.Pattern[str]]:
    if "-" in number:
        return [re.compile(rf"(?<![A-Z0-9]){number}(?!\d)")]
    old = number[:6] + number[8:17]
    shapes = [number] + (["[ -]?".join(number)] if is_id(number) else [])
    shapes += [old] if is_id(old) and parse_id(old) == number else []
    return [re.compile(f"(?<![0-9A-Z]){shape}(?![0-9A-Z])") for shape in shapes]


def _of_record(leaf: q.OfType | q.WithPages | q.HandledBy, entry: Record) -> bool:
    match leaf:
        case q.OfType(name):
            return entry.type == name or name in _normal(entry.title)
        case q.WithPages(flag):
            return bool(entry.data.get(flag.value))
        case q.HandledBy(name):
            return name in _normal(entry.actor)


@lru_cache(maxsize=100_000)
def _is(by: q.PersonKey, wanted: str, name: str, id_number: str) -> bool:
    key = re.sub(r"[\s·.]", "", folded(name))
    match by:
        case q.PersonKey.NAME:
            return wanted in key
        case q.PersonKey.PINYIN | q.PersonKey.MIXED:
            return any(_typed(wanted, key[start:], by is q.PersonKey.MIXED) for start in range(len(key)))
        case q.PersonKey.NAME_LIKE:
            return bool(re.search(wanted.replace("?", ".").replace("*", ".*"), key))
        case q.PersonKey.PINYIN_LIKE:
            return any(_typed_like(wanted, key[start:]) for start in range(len(key)))
        case q.PersonKey.ID_LIKE:
            return bool(id_number) and fnmatchcase(id_number, wanted)
        case q.PersonKey.ID:
            return id_number == wanted
        case q.PersonKey.ID6:
            return id_number[:6] == wanted
        case q.PersonKey.ID4:
            return bool(id_number) and id_number[-4:] == wanted


@lru_cache(maxsize=100_000)
def _typed_like(wanted: str, key: str) -> bool:
    """Tell whether a name begins as a pattern says, piece by piece."""
    if not wanted.strip("*"):
        return True
    if not key:
        return False
    if not readings(key[0]):
        return _typed_like(wanted, key[1:])
    for piece in _ways(key[0]):
        if any(fnmatchcase(piece[:cut], wanted) for cut in range(len(piece) + 1)):
            return True
        for cut in range(len(wanted) + 1):
            rest = ("*" if wanted[:cut].endswith("*") else "") + wanted[cut:]
            if fnmatchcase(piece, wanted[:cut]) and _typed_like(rest, key[1:]):
                return True
    return False


def _ways(char: str) -> set[str]:
    return {*readings(char), *(r[0] for r in readings(char))}


def _typed(wanted: str, key: str, mixed: bool) -> bool:
    """Tell whether a name begins as was typed: each character by a reading or its initial, the last one cut short."""
    if not wanted:
        return True
    if not key:
        return False
    if not readings(key[0]):
        return _typed(wanted, key[1:], mixed)
    whole = {*readings(key[0]), *({key[0]} if mixed else ())}
    if any(r.startswith(wanted) for r in whole):
        return True
    return any(
        wanted.startswith(piece) and _typed(wanted[len(piece) :], key[1:], mixed)
        for piece in whole | _ways(key[0])
    )
