"""The embedded engine: runs a query tree over the catalogue and the text index of this machine.

Each leaf answers with two sets of documents: those that surely fit and those that possibly do. AND, OR and NOT
keep the two apart (what is only possible inside NOT is only possible outside it), so that in the end a document is
sure, impossible, or compared with its text: all of them when they are few, otherwise those that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property, reduce
from itertools import islice
from operator import and_, or_
from typing import Final

from archivist.search import doc_sets, ordering
from archivist.search import query_tree as q
from archivist.search.catalogue import DocRow, IndexCatalogue
from archivist.search.doc_sets import DocSet
from archivist.search.document_text import TextLeaf, holds
from archivist.search.engine import Bounds, Hit, Results, TextReader, Texts
from archivist.search.id_set import IdSet
from archivist.search.paging import HitPlace, Page, Passed, SortBy
from archivist.search.presentation import Grounds, shown
from archivist.search.text import flowing, needed

COMPARE_ALL: Final = 300
"""Up to so many doubtful documents are all compared with their text, and the total is exact."""
_BATCH, _MANY = 24, 500
"""Texts compared at once: for a page, and when all are."""
_NOTHING: Final = Bounds(IdSet(), IdSet())


class Embedded:
    """Implements ``Engine``. The text index is opened by the first leaf that needs it."""

    def __init__(self, catalogue: IndexCatalogue, text: Callable[[], TextReader]) -> None:
        self._catalogue, self._text = catalogue, text

    def search(self, tree: q.Node, page: Page) -> Results:
        """Return a page of the answer."""
        return _Evaluation(self._catalogue, self._text, tree).results(page)


class _Evaluation:
    """One query being answered."""

    def __init__(self, catalogue: IndexCatalogue, text: Callable[[], TextReader], tree: q.Node) -> None:
        self.catalogue, self.tree = catalogue, tree
        self._index = text
        self.known: dict[q.Leaf, Bounds] = {}
        self.mentions: dict[str, Mapping[int, int]] = {}
        """The first page on which each number that was asked for stands, by document."""
        self.households: Set[int] = IdSet()
        self.asked = q.leaves(tree)
        self._everything: IdSet | None = None

    def results(self, page: Page) -> Results:
        """Return a page of the answer; compare as few texts as make it right."""
        answer = self.bounds(self.tree)
        gone = self.catalogue.gone()
        possible, sure = answer.possible - gone, answer.sure - gone
        counts = None
        if page.facets or len(possible) - len(sure) <= COMPARE_ALL:
            doubtful = [*(possible - sure)]
            some = (doubtful[at : at + _MANY] for at in range(0, len(doubtful), _MANY))
            possible = sure = sure | IdSet([doc for docs in some for doc in self.answers(docs)])
            counts = doc_sets.counted(self.catalogue.select, possible) if page.facets else None
        rejected: list[int] = []
        before: list[HitPlace] = []

        def wanted() -> Iterator[tuple[int, HitPlace]]:
            for doc, place in self.fitting(self.ordered(possible, page.sort), sure, rejected):
                if page.is_passed(place):
                    before.append(place)
                else:
                    yield doc, place

        until = page.offset + page.limit
        found = list(islice(wanted(), until))
        exact = possible is sure or len(found) < until
        passed = Passed().and_then(before) if page.after else None
        return Results(self.shown(found[page.offset :]), len(possible) - len(rejected), exact, counts, passed)

    def shown(self, found: Sequence[tuple[int, HitPlace]]) -> tuple[Hit, ...]:
        """Return the documents as an answer shows them; those that are gone are left out.

        Whatever word was asked for is shown where it stands, also one in a part of the query that came to nothing before it
        was looked at.
        """
        ids = [doc for doc, _ in found]
        rows = self.catalogue.rows(ids)
        leaves = [a for a in self.asked if isinstance(a, TextLeaf | q.Mentioned)]
        words = [
            i for i in ids if i not in self.households and any(i in self.leaf(a).possible for a in leaves)
        ]
        texts = dict(self.text.both(words)) if words else {}
        return tuple(
            self.hit(rows[i], place.rank, *texts.get(i, ("", ""))) for i, place in found if i in rows
        )

    def hit(self, row: DocRow, rank: int, text: str, written: str) -> Hit:
        def holds(leaf: q.Leaf) -> bool:
            return row.id in self.leaf(leaf).sure

        household = None
        if row.id in self.households:  # the leaf that was asked first, whichever was looked up first
            persons = (leaf for leaf in self.asked if isinstance(leaf, q.HasPerson | q.Numbered))
            household = next(leaf for leaf in persons if holds(leaf))
        return shown(
            row,
            Grounds(
                self.asked, text, written, household, holds,
                page_of=lambda key: self.mentions[key][row.id],
                people=lambda by, key: self.catalogue.people_of(row.case, by, key),
            ),
            rank,
        )  # fmt: skip

    def ordered(self, ids: IdSet, sort: SortBy) -> Iterator[tuple[int, HitPlace]]:
        """Yield documents with their places, in an order."""
        select = self.catalogue.select
        if sort is SortBy.NUMBER:
            yield from ordering.in_order(select, ids, sort=sort)
            return
        for (
            leaf
        ) in self.asked:  # also one in a part of the query that came to nothing before it was looked at
            if isinstance(leaf, q.HasPerson | q.Numbered):
                self.leaf(leaf)
        first = ids & self.households
        yield from ordering.newest(select, first, 2 if sort is SortBy.RELEVANCE else 1, households=True)
        rest = ids - first
        if sort is SortBy.RELEVANCE:
            bearing = (doc_sets.holding(select, DocSet.TITLE, word) for word in q.title_words(self.asked))
            titled = reduce(or_, bearing, IdSet()) & rest
            yield from ordering.newest(select, titled, 1)
            rest -= titled
        yield from ordering.newest(select, rest, 0)

    def fitting(
        self, ordered: Iterator[tuple[int, HitPlace]], sure: Set[int], rejected: list[int]
    ) -> Iterator[tuple[int, HitPlace]]:
        """Yield the documents that fit, in order; the others are noted in ``rejected``."""
        while batch := list(islice(ordered, _BATCH)):
            doubtful = [doc for doc, _ in batch if doc not in sure]
            others = {*doubtful}.difference(self.answers(doubtful)) if doubtful else ()
            for doc, place in batch:
                if doc not in others:
                    yield doc, place
                else:
                    rejected.append(doc)

    def answers(self, possible: list[int]) -> Iterable[int]:
        """Return those of some possible documents that fit."""
        if not all(self.words):
            return self.compared(possible)
        found = [*self.text.with_each(possible, self.words)]
        left = self.excused & {*possible}.difference(found) if self.excused else ()
        return [*found, *self.compared([*left])]

    @cached_property
    def words(self) -> tuple[list[str], ...]:
        """The ``forms`` of each open condition."""
        return tuple(map(self.forms, self.open))

    @cached_property
    def excused(self) -> IdSet:
        """The documents that need not have every word, because some open condition holds for them all the same."""
        return reduce(or_, (self.bounds(part).sure for part in self.open), IdSet())

    def forms(self, node: q.Node) -> list[str]:
        """Return of what one must stand in the text of a document for which a condition is not sure; nothing when that is not all."""
        parts = node.parts if isinstance(node, q.Or) else (node,)
        undecided = [part for part in parts if (b := self.bounds(part)).sure != b.possible]
        words = [part.fragment for part in undecided if isinstance(part, q.HasText)]
        return words if len(words) == len(undecided) else []

    def compared(self, possible: list[int]) -> list[int]:
        """Return those of some possible documents that fit, each compared with its text."""
        texts = dict(self.text.texts(possible)) if possible else {}
        flows = ((doc, flowing(texts.get(doc, ""))) for doc in possible)
        return [doc for doc, flow in flows if all(self.fits(part, doc, flow) for part in self.open)]

    @cached_property
    def text(self) -> Texts:
        """The text index as it is when a first leaf needs it."""
        return self._index().now()

    @cached_property
    def open(self) -> tuple[q.Node, ...]:
        """The conditions that do not hold for every possible document."""
        parts = self.tree.parts if isinstance(self.tree, q.And) else (self.tree,)
        bounds = (self.bounds(part.part if isinstance(part, q.Not) else part) for part in parts)
        return tuple(part for part, b in zip(parts, bounds, strict=True) if b.sure != b.possible)

    def fits(self, node: q.Node, doc: int, text: str) -> bool:
        """Tell whether the tree holds for one document, its text without page breaks at hand."""
        match node:
            case q.And(parts):
                return all(self.fits(p, doc, text) for p in parts)
            case q.Or(parts):
                return any(self.fits(p, doc, text) for p in parts)
            case q.Not(part):
                return not self.fits(part, doc, text)
            case q.HasText() | q.InPages() | q.InAbout() | q.Matches():
                bounds = self.leaf(node)
                return doc in bounds.sure or (doc in bounds.possible and holds(node, text))
            case _:
                return doc in self.leaf(node).sure

    # ── sets ─────────────────────────────────────────────────────────────────────────────────────────────
    def bounds(self, node: q.Node) -> Bounds:
        match node:
            case q.And(parts):
                return self.all_of(parts)
            case q.Or(parts):
                each = [self.bounds(p) for p in parts]
                return Bounds(
                    reduce(or_, (b.sure for b in each), IdSet()),
                    reduce(or_, (b.possible for b in each), IdSet()),
                )
            case q.Not(part):
                return self.all_of((q.Not(part),))
            case _:
                return self.leaf(node)

    def all_of(self, parts: Sequence[q.Node]) -> Bounds:
        """Intersect, cheap conditions first; what is excluded is subtracted last."""
        excluded = [p.part for p in parts if isinstance(p, q.Not)]
        wanted = sorted((p for p in parts if not isinstance(p, q.Not)), key=_needs_text)
        answer = self.bounds(wanted[0]) if wanted else Bounds(self.everything(), self.everything())
        for part in wanted[1:]:
            if not answer.possible:
                return _NOTHING
            other = self.bounds(part)
            answer = Bounds(answer.sure & other.sure, answer.possible & other.possible)
        for unwanted in excluded:
            other = self.bounds(unwanted)
            answer = Bounds(answer.sure - other.possible, answer.possible - other.sure)
        return answer

    def everything(self) -> IdSet:
        if self._everything is None:
            self._everything = doc_sets.having(self.catalogue.select, DocSet.ALL)
        return self._everything

    def leaf(self, leaf: q.Leaf) -> Bounds:
        if leaf not in self.known:
            self.known[leaf] = self._leaf(leaf)
        return self.known[leaf]

    def _leaf(self, leaf: q.Leaf) -> Bounds:
        if isinstance(leaf, TextLeaf):
            return self._in_texts(leaf)
        if isinstance(leaf, q.HasPerson | q.Numbered):
            return self._of_household(leaf)
        return _exactly(self._in_catalogue(leaf))

    def _in_texts(self, leaf: TextLeaf) -> Bounds:
        match leaf:
            case q.HasText(fragment):
                return self.text.holding(fragment)
            case q.InPages(fragment) | q.InAbout(_, fragment):
                return Bounds(IdSet(), self.text.holding(fragment).possible)
            case q.Matches(pieces):
                each = [self.text.holding(piece).possible for piece in pieces if needed(piece)]
                return Bounds(IdSet(), reduce(and_, each))

    def _of_household(self, leaf: q.HasPerson | q.Numbered) -> Bounds:
        match leaf:
            case q.HasPerson(q.PersonKey.ID6, key, records):
                documents = doc_sets.having(self.catalogue.select, DocSet.ID6, key)
                households = documents & doc_sets.having(self.catalogue.select, DocSet.HOUSEHOLD)
                return self._bounds_of(leaf, households, documents if records else households)
            case q.HasPerson(by, key, records):
                households, documents = self.catalogue.of_people(by, key)
                return self._bounds_of(leaf, households, documents if records else households)
            case q.Numbered(number, whole):
                where = "c.number = ?" if whole else "c.number GLOB '*' || ? || '*'"
                documents = self.catalogue.ids(f"WHERE {where}", number)
                return self._bounds_of(
                    leaf, self.catalogue.ids(f"WHERE {where} AND d.record = ''", number), documents
                )

    def _in_catalogue(self, leaf: q.Leaf) -> IdSet:
        select = self.catalogue.select
        match leaf:
            case q.HandledBy(name):
                return doc_sets.holding(select, DocSet.HANDLER, name)
            case q.Mentioned(key):
                self.mentions[key] = self.catalogue.mentioning(key)
                return IdSet(self.mentions[key])
            case q.OfType(name):
                of_type = doc_sets.having(select, DocSet.TYPE, name) - doc_sets.having(
                    select, DocSet.HOUSEHOLD
                )
                return of_type | doc_sets.holding(select, DocSet.TITLE, name)
            case q.OfCategory(category, records):
                of_category = doc_sets.having(select, DocSet.CATEGORY, category.value)
                return of_category if records else of_category & doc_sets.having(select, DocSet.HOUSEHOLD)
            case q.OfStatus(status):
                of_case = doc_sets.having(select, DocSet.CASE_STATUS, status)
                return of_case | doc_sets.having(select, DocSet.STATUS, status)
            case q.WithPages(flag):
                return doc_sets.holding(select, DocSet.FLAGS, f" {flag.value} ", around=" ")
            case q.InPlace(place):
                return self.catalogue.ids("WHERE instr(c.place, ?)", place)
            case q.FiledBetween(start, end):
                return doc_sets.between(select, start, end)
            case _:
                raise TypeError(leaf)

    def _bounds_of(self, leaf: q.Leaf, households: IdSet, documents: IdSet) -> Bounds:
        if leaf in self.asked:
            self.households = self.households | households
        return _exactly(documents)


def _needs_text(node: q.Node) -> bool:
    return any(isinstance(leaf, TextLeaf) for leaf in q.leaves(node, positive=False))


def _exactly(documents: IdSet) -> Bounds:
    return Bounds(documents, documents)
