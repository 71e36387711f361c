"""Promise 7: the search finds what a plain substring scan of the text finds: no miss, no ghost."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archivist.errors import BadQuery
from archivist.search import evaluator, ordering
from archivist.search.index import Index
from archivist.search.query import parse
from tests.sampling import examples
from tests.search.household import MemoryArchive, make_id, make_number
from tests.search.oracle import keys, truth

LETTERS = "王秀兰核对低保镇鎮𠮷𬱖ab12，· \n"
PAGES = st.lists(st.text(st.sampled_from(LETTERS), max_size=25), min_size=1, max_size=3).map("\f".join)
NAMES = st.sampled_from(["王秀兰", "王秀", "李兰", "单对保", "阿卜·核对", "𠮷镇", "吕兰"])
WORD = st.text(st.sampled_from("王秀兰核对低保镇𠮷𬱖ab12·"), min_size=1, max_size=4)
SHAPED = st.sampled_from(
    "wxl wang lan shandb ab 12 0016 120106 TJHQ-DB-2024-000001 姓名:秀 姓名:ll 证号:0024 户号:0002 类别:低保 状态:在办 "
    f"文书:表 起:2024-02 日期:2024-01 {make_id(1)} {make_id(2)}".split()
)
LEAF = st.one_of(WORD, WORD.map(lambda w: f'"{w}"'), SHAPED)


def _join(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(parts, parts).map(" ".join),
        st.tuples(parts, parts).map(lambda p: f"({p[0]} OR {p[1]})"),
        parts.map(lambda p: f"NOT ({p})"),
        st.tuples(parts, parts).map(lambda p: f"({p[0]} NOT ({p[1]}))"),
    )


QUERY = st.recursive(LEAF, _join, max_leaves=5)


HOUSEHOLDS = st.lists(st.tuples(NAMES, NAMES, st.lists(PAGES, max_size=3)), min_size=2, max_size=4)


def build(households: list[tuple[str, str, list[str]]]) -> MemoryArchive:
    archive = MemoryArchive()
    for sequence, (name, member, texts) in enumerate(households, 1):
        number = make_number(sequence)
        archive.open(number, name, id_number=make_id(sequence), members=[(member, make_id(5))])
        for at, text in enumerate(texts):
            archive.file(number, text, title=f"表{at}", filed_at=f"2024-0{at + 1}-03T08:00:00+08:00")
    return archive


@pytest.mark.parametrize("compare_all", [evaluator.COMPARE_ALL, 0])
@settings(
    max_examples=examples(30, 300),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(archive=HOUSEHOLDS.map(build), queries=st.lists(QUERY, min_size=6, max_size=12))
def test_finds_what_a_plain_scan_finds(
    compare_all: int, archive: MemoryArchive, queries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluator, "COMPARE_ALL", compare_all)
    monkeypatch.setattr(ordering, "SORT_ALL", compare_all)
    with TemporaryDirectory() as folder, Index(Path(folder), archive) as index:
        index.catch_up()
        for query in queries:
            try:
                tree = parse(query)
            except BadQuery:  # a word of dots only
                continue
            wanted = truth(archive, tree)
            found = index.search(query, limit=100)
            assert set(keys(found)) == wanted, query
            assert (found.total, found.exact, len(found.hits)) == (len(wanted), True, len(wanted))
            paged = [
                key
                for at in range(0, len(wanted), 2)
                for key in keys(index.search(query, limit=2, offset=at))
            ]
            assert paged == keys(found)
            for hit in found.hits:
                ends = [0, *(end for mark in hit.highlights for end in mark), len(hit.snippet)]
                assert ends == sorted(ends)
