"""Orders, counts and pages of the embedded engine; ``tests/cluster`` holds the other one to the same contract."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from archivist.errors import BadQuery
from archivist.search import evaluator, ordering
from archivist.search.cursors import PageMark, known_by
from archivist.search.index import Index
from archivist.search.paging import HitPlace, Page, Passed, SortBy
from archivist.search.query import parse
from tests import sampling
from tests.search import test_differential
from tests.search.contract import changing, require_orders_and_counts, require_pages, require_stable_pages
from tests.search.household import make_number

QUERIES = (
    "状态:在办",
    "王秀兰",
    "诊断",
    "诊断 | 石桥",
    "低保 -出院",
    "wxl",
    "户号:00001",
    "标题:书",
    "腰?间盘 | 核对",
    "非 低保",
)


@pytest.mark.parametrize("compared", [evaluator.COMPARE_ALL, 0])
def test_answers_are_ordered_counted_and_paged_as_a_plain_scan_does(
    compared: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Facets (category, year, village, type, status, step), sort (date, number, relevance simple), paging by cursor”.

    Also where texts are compared only as far as a page needs it, and the catalogue is walked rather than sorted.
    """
    monkeypatch.setattr(evaluator, "COMPARE_ALL", compared)
    monkeypatch.setattr(ordering, "SORT_ALL", 2_000 if compared else 5)
    rng = random.Random(sampling.drawn("results"))
    archive = test_differential.built(rng, sampling.examples(15, 200))
    with Index(tmp_path / "index", archive) as index:
        index.rebuild()
        asked = 0
        for written in [*QUERIES, *(test_differential.query(rng) for _ in range(sampling.examples(15, 300)))]:
            try:
                tree = parse(written)
            except BadQuery:  # nothing but signs
                continue
            asked += 1
            require_orders_and_counts(archive, index.answer, tree)
            require_pages(archive, index.answer, tree, rng)
        assert asked >= len(QUERIES)


def test_a_page_goes_on_where_the_last_one_ended_whatever_happened_meanwhile(tmp_path: Path) -> None:
    """“Paging by a cursor that is stable when the index changes in between (says so when it is not)”."""
    rng = random.Random(sampling.drawn("meanwhile"))
    for turn in range(sampling.examples(6, 100)):
        archive = test_differential.built(rng, 12)
        with Index(tmp_path / str(turn), archive) as index:
            index.rebuild()
            for sort in SortBy:
                require_stable_pages(
                    index.answer, parse("状态:在办"), sort, changing(archive, index.catch_up, rng)
                )


def test_a_mark_holds_where_the_page_ended_and_no_word_of_the_query() -> None:
    mark = PageMark(
        known_by(parse("王秀兰")),
        SortBy.RELEVANCE,
        HitPlace(2, "2024-01-02", f"{make_number(1)}       "),
        Passed(7, 2**63),
    )
    assert PageMark.read(mark.written()) == mark
    mark.require(known_by(parse("王秀兰")), SortBy.RELEVANCE)
    for question, sort in ((parse("王秀芝"), SortBy.RELEVANCE), (parse("王秀兰"), SortBy.DATE)):
        with pytest.raises(BadQuery):
            mark.require(known_by(question), sort)


@pytest.mark.parametrize("text", ["x", "王秀兰", "W10", "WzEsMl0", "[" * 900, "bnVsbA", "MQ", "=", "\ud800"])
def test_what_is_no_mark_is_refused(text: str) -> None:
    with pytest.raises(BadQuery):
        PageMark.read(text)


def test_a_mark_that_lost_a_bit_is_refused_or_read_but_never_a_fault() -> None:
    whole = PageMark("abcdef01", SortBy.DATE, HitPlace(0, "2024", "TJHQ 1"), Passed(1, 2)).written()
    for at in range(len(whole)):
        for other in "A_9":
            try:
                read = PageMark.read(whole[:at] + other + whole[at + 1 :])
            except BadQuery:
                continue
            assert 0 <= read.last.rank <= 2


def test_without_a_mark_nothing_is_said_of_what_lies_before(tmp_path: Path) -> None:
    archive = test_differential.built(random.Random(1), 3)
    with Index(tmp_path, archive) as index:
        index.rebuild()
        answer = index.answer(parse("状态:在办"), Page(2))
        assert (answer.before, answer.facets) == (None, None)
