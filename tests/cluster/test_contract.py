"""One contract, two engines and a plain scan: the same query finds the same documents, as many of them, in the same order.

“One contract suite run on Whoosh, OpenSearch and a brute-force engine”; “zero misses, zero ghosts, equal counts and order”.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from archivist.errors import BadQuery, IndexFault
from archivist.model.ids import Category
from archivist.model.record import RecordStatus
from archivist.search.cluster_index import ClusterIndex
from archivist.search.engine import Results
from archivist.search.index import Index
from archivist.search.nearby import nearby
from archivist.search.opensearch import ClusterRequests
from archivist.search.paging import Page, SortBy
from archivist.search.query import parse
from tests import sampling
from tests.cluster.conftest import index_of
from tests.search import test_differential
from tests.search.contract import (
    changing,
    require_orders_and_counts,
    require_pages,
    require_stable_pages,
)
from tests.search.household import MemoryArchive, make_id, make_number
from tests.search.oracle import Scan, keys

WORDS = (
    "王秀兰 家庭经济状况核对 低保 最低生活保障 公示期满 授权书 入户调查 镇人民政府 單位 ２０２４年３月 13512345678 "
    "残疾证 （复印件） ab12 a,b wang . 、 “经核对” 𠮷𬱖 \f \n TJHQ-DB-2024-000001 x".split(" ")
)
LETTERS = "王秀兰核对低保镇鎮单單𠮷𬱖ab12，·、 "
NAMES = ("王秀兰", "王秀", "李兰", "单对保", "阿卜·核对", "𠮷镇", "吕兰", "欧阳单", "赵铁柱")
SHAPED = (
    "wxl wang lan shandb ab 12 0016 120106 TJHQ-DB-2024-000001 姓名:秀 姓名:ll 姓名:wang 证号:0024 户号:0002 户号:2024 类别:低保 "
    "状态:在办 状态:作废 状态:待签 文书:表 文书:application 起:2024-02 日期:2024-01 止:2024-06-15 村:兰 村:镇 村:一 "
    "王* *兰 核对* 授?书 核*书 135* 1351234567? 1201* wangxl 王xl 王xiulan 欧阳d abuka* DB-2024 000012 TJHQ-*-00003? 户号:*DB-*2 特困 王*lan 标题:证明 标题:表 内容:核对 文件名:pdf 经办:张 2024-03 -低保".split()
)
MANY = 300
"""Hits of a long answer."""
COUNT, LONG_COUNT = 40, 1_700
"""Cases of a short run and of a long one; some four records each."""


def build(rng: random.Random, cases: int) -> MemoryArchive:
    archive = MemoryArchive()
    for sequence in range(1, cases + 1):
        number = make_number(sequence, rng.choice([Category.DB, Category.DB, Category.TK]))
        members = [(rng.choice(NAMES), make_id(rng.randrange(1000))) for _ in range(rng.randrange(3))]
        archive.open(
            number, rng.choice(NAMES), id_number=make_id(rng.randrange(1000)), members=members,
            village=rng.choice(["兰花村", "鎮东村", "一村"]), address=rng.choice(["", "王秀路12号"]),
        )  # fmt: skip
        for _ in range(rng.randrange(7)):
            archive.file(
                number, rng.choice(["", " "]).join(rng.choices(WORDS, k=rng.randrange(40))),
                title=rng.choice(["申请表", "核对授权书", "單位证明", "表 2"]),
                type_=rng.choice(["application", "authorisation"]),
                filed_at=f"2024-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}T0{rng.randrange(3)}:00:00+08:00",
                status=rng.choice(list(RecordStatus)),
            )  # fmt: skip
    return archive


def a_word(rng: random.Random) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(SHAPED)
    if kind == 1:
        return "".join(rng.choices(LETTERS.replace(" ", "x"), k=rng.randrange(1, 4)))
    text = "".join(rng.choices(WORDS, k=2))
    start = rng.randrange(len(text))
    fragment = text[start : start + rng.randrange(1, 7)].replace("“", "").replace("”", "")
    return (
        f'"{fragment}"'
        if kind == 2
        else rng.choice(["王秀兰", "核对", "低保", "公示期", "13512345678", make_id(rng.randrange(1000))])
    )


def a_query(rng: random.Random, depth: int = 2) -> str:
    shape = rng.randrange(7)
    if depth == 0 or shape < 3:
        return a_word(rng)
    left, right = a_query(rng, depth - 1), a_query(rng, depth - 1)
    return (f"{left} {right}", f"({left} OR {right})", f"NOT ({left})", f"({left} NOT ({right}))")[shape - 3]


@pytest.fixture
def engines(requests: ClusterRequests, tmp_path: Path) -> Iterator[tuple[MemoryArchive, Index, ClusterIndex]]:
    archive = build(random.Random(sampling.drawn("households")), sampling.examples(COUNT, LONG_COUNT))
    with Index(tmp_path / "index", archive) as embedded:
        embedded.rebuild()
        cluster = index_of(requests, archive, tmp_path / "index")
        assert cluster.rebuild() == len(archive.cases)
        yield archive, embedded, cluster


def test_every_engine_finds_what_a_plain_scan_finds(
    engines: tuple[MemoryArchive, Index, ClusterIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archivist.search.cluster_engine.ANSWER_S", 600)  # see below
    archive, embedded, cluster = engines
    rng, asked, scan = random.Random(sampling.drawn("queries")), 0, Scan(archive)
    while asked < sampling.examples(150, 3_000):
        query = a_query(rng)
        try:
            tree = parse(query)
        except BadQuery:  # a word of dots only
            continue
        asked += 1
        wanted = scan.in_order(tree)
        everything = len(wanted) + 1
        for found in (
            embedded.search(query, limit=everything),
            cluster.engine.search(tree, Page(everything)),
        ):
            assert keys(found) == wanted, query
            assert (found.total, found.exact) == (len(wanted), True), query
    assert asked


@pytest.mark.parametrize("seed", ["one", "another"])
def test_what_is_typed_is_found_alike(
    requests: ClusterRequests, tmp_path: Path, seed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“3,000 generated queries (all forms) × 5,000 records × three engines: zero misses, zero ghosts, equal counts and order.”.

    Every form of typing over papers as they are printed: cards, dates, old numbers, mixed pinyin, wildcards, fields. What is
    shown of a hit is the same on either engine, and so is what may have been meant where nothing is found. Of an answer of
    more than ``MANY`` hits, whose lines take seconds to cut, one in ten is compared whole; of the others the total, the
    beginning and a page somewhere.
    """
    monkeypatch.setattr(
        "archivist.search.cluster_engine.ANSWER_S", 600
    )  # how long it takes is the machine's affair
    rng = random.Random(sampling.drawn(f"papers {seed}"))
    archive = test_differential.built(rng, sampling.examples(20, test_differential.LONG_CASES))
    scan, asked, answered, helped = Scan(archive), 0, 0, 0
    cluster = index_of(requests, archive, tmp_path / "index")
    cluster.rebuild()
    with Index(tmp_path / "index", archive) as embedded:
        embedded.rebuild()

        def here(query: str, limit: int, offset: int = 0) -> Results:
            return embedded.search(query, limit=limit, offset=offset)

        def there(query: str, limit: int, offset: int = 0) -> Results:
            return cluster.engine.search(parse(query), Page(limit, offset))

        while asked < sampling.examples(150, test_differential.LONG_QUERIES):
            query = test_differential.query(rng)
            try:
                tree = parse(query)
            except BadQuery:  # nothing but signs
                continue
            asked += 1
            wanted = scan.in_order(tree)
            pages = [(0, len(wanted) + 1)]
            if len(wanted) > MANY and asked % 10:
                pages = [(0, 50), (rng.randrange(len(wanted)), 50)]
            for offset, limit in pages:
                one, other = (ask(query, limit, offset) for ask in (here, there))
                assert keys(one) == keys(other) == wanted[offset : offset + limit], (asked, query)
                assert other.total == len(wanted) and other.exact, (asked, query)
                assert one.total == len(wanted) if one.exact else one.total >= len(wanted), (asked, query)
                assert one.exact or len(pages) > 1, (asked, query)
                assert one.hits == other.hits, (asked, query)
            answered += bool(wanted)
            if not wanted and helped < sampling.examples(10, 200):
                helped += 1
                assert nearby(query, here) == nearby(query, there), query
            if asked % 100 == 0:
                counts = f"{len(archive.texts)} records, {asked} queries, {answered} found something, {helped} helped"
                sys.stdout.write(f"papers {seed}: {counts}\n")
    assert answered > asked // 4


def test_both_engines_show_the_same(engines: tuple[MemoryArchive, Index, ClusterIndex]) -> None:
    """Page, title, snippet, marks and why it was found are the same, and so is every page of an answer."""
    archive, embedded, cluster = engines
    for query in (
        "王秀兰",
        "核对 低保",
        "wxl",
        "姓名:兰 NOT 公示",
        "户号:0002",
        make_number(1),
        '"a,b"',
        "王 OR ab",
        "状态:在办",
    ):
        tree = parse(str(query))
        one, other = (
            _whole(embedded.search(str(query), limit=50)),
            _whole(cluster.engine.search(tree, Page(50))),
        )
        assert one == other, query
        paged = [
            hit
            for at in range(0, 50, 7)
            for hit in cluster.engine.search(tree, Page(min(7, 50 - at), at)).hits
        ]
        assert tuple(paged) == other[0], query
    assert len(archive.cases) > 2


def _whole(found: Results) -> tuple[object, int]:
    return found.hits, found.total


def test_a_page_beyond_the_window_is_found(
    engines: tuple[MemoryArchive, Index, ClusterIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster gives ten thousand hits at once; a page behind them is walked to, a longer one comes in parts."""
    _, _, cluster = engines
    tree = parse("状态:在办")
    whole = cluster.engine.search(tree, Page(10_000))
    window = max(10, whole.total // 50)
    assert len(whole.hits) == whole.total > 3 * window
    monkeypatch.setattr("archivist.search.cluster_engine.WINDOW", window)
    for offset in (3, window - 1, window, 2 * window + 5, whole.total - 2, whole.total, whole.total + 30):
        found = cluster.engine.search(tree, Page(8, offset))
        assert (found.hits, found.total) == (whole.hits[offset : offset + 8], whole.total)
    deep = ((0, 3 * window + 5), (4, 2 * window), (window + 2, 3 * window), (0, whole.total + 5))
    for offset, limit in ((0, window), (0, window + 1), *deep):
        found = cluster.engine.search(tree, Page(limit, offset, facets=True))
        assert (found.hits, found.total) == (whole.hits[offset : offset + limit], whole.total)
        assert found.facets and all(sum(one.values()) == whole.total for one in found.facets.values())


def test_the_catalogues_questions_are_answered_alike(
    engines: tuple[MemoryArchive, Index, ClusterIndex],
) -> None:
    """“The catalogue (names, IDs, due) has its counterpart there”: for names and IDs."""
    archive, embedded, cluster = engines
    engine, catalogue = cluster.engine, embedded
    some = sorted(archive.cases)[:5]
    asked: Sequence[str] = (
        *NAMES,
        "wangxiulan",
        "wxl",
        "sdb",
        "shanduibao",
        str(some[0]),
        *(make_id(i) for i in range(0, 1000, 97)),
    )
    assert any(engine.find_cases(text) for text in asked)
    for text in asked:
        assert engine.find_cases(text) == catalogue.find_cases(text), text
    assert engine.cases() == catalogue.cases()
    for narrowed in ({"category": Category.TK}, {"status": "open"}, {"place": "兰花"}, {"applicant": "王"}):
        assert engine.cases(**narrowed) == catalogue.cases(**narrowed), narrowed
    for number in some:
        assert engine.records(number) == catalogue.records(number)
        for record in archive.cases[number].records.values():
            sha256 = record.files[0].sha256
            assert engine.sources(sha256) == catalogue.duplicate(sha256) != []


def test_orders_counts_and_pages_are_alike(
    engines: tuple[MemoryArchive, Index, ClusterIndex],
) -> None:
    """“Equal counts and order”, in every order, counted by every facet, page by page."""
    archive, _, cluster = engines
    rng, asked = random.Random(sampling.drawn("pages")), 0
    written = ["状态:在办", "王秀兰", "核对 | 低保", "wxl", "标题:表", "非 低保", "授?书"]
    for query in [*written, *(a_query(rng) for _ in range(sampling.examples(10, 500)))]:
        try:
            tree = parse(query)
        except BadQuery:
            continue
        asked += 1
        require_orders_and_counts(archive, cluster.engine.search, tree)
        require_pages(archive, cluster.engine.search, tree, rng)
    assert asked >= len(written)


def test_texts_come_in_parts(
    engines: tuple[MemoryArchive, Index, ClusterIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of thousands of hits with their texts is no single answer: a node with little memory would refuse it (429)."""
    _, _, cluster = engines
    tree = parse("核对")
    whole = cluster.engine.search(tree, Page(1_000))
    asked: list[int] = []
    ask = cluster.engine._ask

    def counted(body: dict[str, Any]) -> Any:
        asked.append(body["size"])
        return ask(body)

    monkeypatch.setattr(cluster.engine, "_ask", counted)
    monkeypatch.setattr("archivist.search.cluster_engine.TEXTS_AT_ONCE", 7)
    for offset, limit in ((0, 7), (0, 8), (0, 1_000), (4, 20), (whole.total - 2, 9)):
        found = cluster.engine.search(tree, Page(limit, offset))
        assert (found.hits, found.total) == (whole.hits[offset : offset + limit], whole.total)
    assert max(asked) == 7 and whole.total > 20


def test_pages_longer_than_the_window_know_what_lies_before(
    engines: tuple[MemoryArchive, Index, ClusterIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, _, cluster = engines
    monkeypatch.setattr("archivist.search.cluster_engine.WINDOW", 10)
    for written in ("状态:在办", "王 | 兰"):
        require_pages(archive, cluster.engine.search, parse(written), random.Random(1))


def test_a_page_goes_on_where_the_last_one_ended(requests: ClusterRequests, tmp_path: Path) -> None:
    """“Paging by cursor that is stable when the index changes in between (says so when it is not)”."""
    rng = random.Random(sampling.drawn("meanwhile"))
    archive = test_differential.built(rng, sampling.examples(20, 40))
    cluster = index_of(requests, archive, tmp_path / "index")
    cluster.rebuild()
    for sort in SortBy:
        for _ in range(sampling.examples(2, 10)):
            change = changing(archive, cluster.catch_up, rng)
            require_stable_pages(cluster.engine.search, parse("状态:在办"), sort, change)


def test_more_values_than_are_counted_is_refused(
    engines: tuple[MemoryArchive, Index, ClusterIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count is whole or refused."""
    _, _, cluster = engines
    monkeypatch.setattr("archivist.search.cluster_queries.MOST_VALUES", 2)
    with pytest.raises(IndexFault, match="没有逐项计数"):
        cluster.engine.search(parse("状态:在办"), Page(facets=True))
