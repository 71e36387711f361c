"""Who on file has a number, or one of many names: what filing asks of the catalogue about a page.

A page has thousands of stretches that may be names; they are looked up at once, so that the cost is the page's, however many
households there are.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from archivist.model.ids import CaseNo
from archivist.search.catalogue import IndexCatalogue
from archivist.search.indexed_people import IndexedPerson
from archivist.search.names import name_keys

_IN: Final = 900
"""Values bound in one statement; SQLite allows 999 at least."""


def cases_with_id(catalogue: IndexCatalogue, number: str) -> list[CaseNo]:
    """Return the cases in which somebody has this number, of an ID card or of another paper, in upper case."""
    sql = "SELECT DISTINCT c.number FROM keys k JOIN cases c ON c.id = k.case_id WHERE k.kind = 'd' AND k.key = ?"
    return [CaseNo.parse(str(n)) for (n,) in catalogue.select(sql, number)]


def cases_with_ids(catalogue: IndexCatalogue, numbers: Collection[str]) -> list[CaseNo]:
    """Return the cases in which somebody has one of these numbers, in order."""
    wanted, found = sorted(numbers), set()
    for start in range(0, len(wanted), _IN):
        part = wanted[start : start + _IN]
        sql = (
            "SELECT DISTINCT c.number FROM keys k JOIN cases c ON c.id = k.case_id "
            f"WHERE k.kind = 'd' AND k.key IN ({', '.join('?' * len(part))})"
        )
        found |= {CaseNo.parse(str(n)) for (n,) in catalogue.select(sql, *part)}
    return sorted(found)


def cases_sharing_ids(catalogue: IndexCatalogue) -> list[tuple[CaseNo, ...]]:
    """Return, for every number that stands in more than one case, those cases in order."""
    sql = (
        "SELECT k.key, c.number FROM keys k JOIN cases c ON c.id = k.case_id WHERE k.kind = 'd' AND k.key IN "
        "(SELECT key FROM keys WHERE kind = 'd' GROUP BY key HAVING count(DISTINCT case_id) > 1)"
    )
    shared: dict[str, set[CaseNo]] = {}
    for key, number in catalogue.select(sql):
        shared.setdefault(str(key), set()).add(CaseNo.parse(str(number)))
    return sorted({tuple(sorted(numbers)) for numbers in shared.values()})


def people_named(catalogue: IndexCatalogue, names: Collection[str]) -> list[tuple[str, CaseNo, str]]:
    """Return name, case and ID number of everybody with one of these names; the name is the one asked for."""
    asked: dict[str, list[str]] = {}
    for name, key in zip(names, name_keys(names), strict=True):
        asked.setdefault(key, []).append(name)
    keys, found = list(asked), []
    for start in range(0, len(keys), _IN):
        part = keys[start : start + _IN]
        sql = (
            "SELECT k.key, c.number, p.part, p.name, p.known FROM keys k "
            "JOIN cases c ON c.id = k.case_id JOIN people p ON p.id = k.person "
            f"WHERE k.kind = 'f' AND k.key IN ({', '.join('?' * len(part))})"
        )
        found += catalogue.select(sql, *part)
    return [
        (name, CaseNo.parse(str(number)), id_number)
        for key, number, *person in found
        for id_number in IndexedPerson.of_row(*person).ids or ("",)
        for name in asked[str(key)]
    ]
