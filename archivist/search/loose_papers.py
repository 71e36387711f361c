"""Papers that are in no index, as they wait in the tray: the tree of a query is run over each of them by itself.

Little is known of such a paper: its name, what was read of it, what it may be and whose. What is said of a person or a household
holds for it when it holds for a household it may be of; a name and a number also where they stand on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from archivist.errors import InvalidValue
from archivist.model.ids import CaseNo
from archivist.search import query_tree as q
from archivist.search.alignment import snippet
from archivist.search.document_text import TextLeaf, holds, of_record, pattern_of
from archivist.search.names import name_key
from archivist.search.text import PAGE_BREAK, flowing, folded, mentions, normal

Marks = tuple[tuple[int, int], ...]
HouseholdsOf = Callable[[q.HasPerson], Set[CaseNo]]
"""Returns the households in which there is somebody."""


@dataclass(frozen=True)
class LoosePaper:
    """A paper that belongs to nobody yet.

    Attributes:
        name: of the file as it came.
        text: what was read of it, pages parted by form feeds.
        received: ISO 8601 with offset.
        cases: the households it may be of; ``types`` ids and titles of what it may be.
    """

    name: str
    text: str
    received: str
    cases: Sequence[str]
    types: Sequence[str]

    @cached_property
    def form(self) -> str:
        """Its normal text, as an engine keeps that of a record, without page breaks."""
        return flowing(of_record(("", "", "", self.name), self.text).normal)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The ID numbers and case numbers on it."""
        return frozenset(key for key, _ in mentions(folded(self.text)))

    @property
    def households(self) -> list[CaseNo]:
        """The households it may be of, as numbers."""
        found = []
        for one in self.cases:
            try:
                found.append(CaseNo.parse(one))
            except InvalidValue:
                continue
        return found


def fits(paper: LoosePaper, node: q.Node, households_of: HouseholdsOf) -> bool:
    """Tell whether a query holds for a paper."""
    match node:
        case q.And(parts):
            return all(fits(paper, part, households_of) for part in parts)
        case q.Or(parts):
            return any(fits(paper, part, households_of) for part in parts)
        case q.Not(part):
            return not fits(paper, part, households_of)
        case q.HasText() | q.InPages() | q.InAbout() | q.Matches():
            return holds(node, paper.form)
        case q.HasPerson(by, key):
            return _bears(paper, by, key) or bool(households_of(node) & {*paper.households})
        case q.Numbered(number, whole):
            wanted = number if whole else f"*{number}*"
            return any(fnmatchcase(str(case), wanted) for case in paper.households)
        case q.Mentioned(key):
            return key in paper.numbers
        case q.OfType(name):
            return any(name == one or name in normal(one) for one in paper.types)
        case q.OfCategory(category, records):
            return records and any(case.category is category for case in paper.households)
        case q.FiledBetween(start, end):
            day = paper.received[:10]
            return (not start or start.isoformat() <= day) and (not end or day <= end.isoformat())
        case q.OfStatus() | q.WithPages() | q.InPlace() | q.HandledBy():
            return False


def _bears(paper: LoosePaper, by: q.PersonKey, key: str) -> bool:
    if by is q.PersonKey.NAME:
        return key in name_key(paper.text)
    return by is q.PersonKey.ID and key in paper.numbers


def shown(paper: LoosePaper, tree: q.Node) -> tuple[int | None, str, Marks]:
    """Return the first page on which a word of a query stands, and the words around it."""
    patterns = [pattern for leaf in q.leaves(tree) if (pattern := _pattern(leaf))]
    for number, page in enumerate(paper.text.split(PAGE_BREAK), 1):
        form = normal(page)
        if any(pattern.search(form) for pattern in patterns):
            return number, *snippet(page, patterns, plain=form)
    return None, "", ()


def _pattern(leaf: q.Leaf) -> re.Pattern[str] | None:
    match leaf:
        case q.HasPerson(q.PersonKey.NAME | q.PersonKey.ID, key) | q.Mentioned(key):
            return re.compile(re.escape(normal(key)))
        case _ if isinstance(leaf, TextLeaf) and not isinstance(leaf, q.InAbout):
            return pattern_of(leaf)
        case _:
            return None
