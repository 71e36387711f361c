"""What every engine keeps of pages, orders and counts, held against a plain scan: the same functions for each of them."""

from __future__ import annotations

import random
from collections.abc import Callable

from archivist.search.engine import Hit, Results
from archivist.search.paging import Facet, Page, Passed, SortBy
from archivist.search.query_tree import Node
from tests.search.household import MemoryArchive
from tests.search.oracle import Key, counted, in_order, keys, truth

Ask = Callable[[Node, Page], Results]
WHOLE = 5_000
"""More hits than any answer here has."""
Change = Callable[[], tuple[set[Key], set[Key]]]
"""Changes the archive, and lets the engine follow; returns what came and what went."""


def require_orders_and_counts(archive: MemoryArchive, ask: Ask, tree: Node) -> None:
    """Require that an answer is whole and right in every order, and counted as a plain scan counts it."""
    found = truth(archive, tree)
    for sort in SortBy:
        answer = ask(tree, Page(len(found) + 1, sort=sort, facets=True))
        assert keys(answer) == in_order(archive, tree, found, sort), (sort, tree)
        assert (answer.total, answer.exact) == (len(found), True)
        assert answer.facets == counted(archive, found), tree
        assert all(sum(counts.values()) == len(found) for counts in (answer.facets or {}).values())
    assert set(answer.facets or ()) == set(Facet)


def require_pages(archive: MemoryArchive, ask: Ask, tree: Node, rng: random.Random) -> None:
    """Require that pages by mark, of whatever lengths, are the whole answer once over, and know what lies before them."""
    for sort in SortBy:
        wanted = in_order(archive, tree, truth(archive, tree), sort)
        shown: list[Hit] = []
        while len(shown) < len(wanted):
            size = rng.randrange(1, 1 + max(2, len(wanted) // 3))
            after = shown[-1].place if shown else None
            answer = ask(tree, Page(size, after=after, sort=sort))
            assert answer.before == (Passed().and_then(hit.place for hit in shown) if shown else None)
            assert answer.total == len(wanted) if answer.exact else answer.total >= len(wanted)
            shown += answer.hits
            assert [(hit.case, hit.record) for hit in shown] == wanted[: len(shown)], (sort, tree)
            assert answer.hits
        if shown:
            assert ask(tree, Page(3, after=shown[-1].place, sort=sort)).hits == ()


def require_stable_pages(ask: Ask, tree: Node, sort: SortBy, change: Change) -> None:
    """Require that what changes between two pages neither repeats a hit nor passes one over, and that it is noticed.

    Args:
        ask: the engine.
        tree: a query.
        sort: the order.
        change: see ``Change``.
    """
    first = ask(tree, Page(4, sort=sort))
    before = ask(tree, Page(WHOLE, sort=sort))
    came, went = change()
    rest = ask(tree, Page(WHOLE, after=first.hits[-1].place, sort=sort))
    whole = ask(tree, Page(WHOLE, sort=sort))
    assert all(answer.total == len(answer.hits) and answer.exact for answer in (before, whole))
    assert set(keys(whole)) == (set(keys(before)) | came) - went
    assert not set(keys(rest)) & set(keys(first))
    at = {key: hit.place for key, hit in zip(keys(whole), whole.hits, strict=True)}
    behind = Page(after=first.hits[-1].place, sort=sort)
    assert keys(rest) == [key for key in keys(whole) if not behind.is_passed(at[key])]
    missed = [key for key in keys(before) if key not in went and key not in {*keys(first), *keys(rest)}]
    assert missed == []
    moved = bool({key for key in came if behind.is_passed(at[key])} | (went & set(keys(first))))
    assert (rest.before != Passed().and_then(hit.place for hit in first.hits)) is moved


def changing(archive: MemoryArchive, follow: Callable[[], object], rng: random.Random) -> Change:
    """Return what files papers that sort before, among and behind others, and destroys a household, or neither."""

    def change() -> tuple[set[Key], set[Key]]:
        came: set[Key] = set()
        for day in rng.sample(("2023-05-05", "2024-06-15", "2025-01-01"), rng.randrange(3)):
            number = rng.choice(sorted(archive.cases))
            filed = archive.file(number, "诊断", title="诊断书", filed_at=f"{day}T09:00:00+08:00")
            came.add((number, filed))
        went: set[Key] = set()
        if rng.randrange(2):
            number = rng.choice(sorted(archive.cases))
            went = {(number, record) for record in (None, *archive.cases[number].records)}
            archive.drop(number)
        follow()
        return came - went, went

    return change
