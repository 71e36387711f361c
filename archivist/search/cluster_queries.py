"""The query tree in the words of a cluster. Every leaf is exact there but those that are ``compared`` before the question is put.

Each leaf that is asked for bears its place among the leaves as its name, and a hit says which of them hold for it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from archivist.errors import IndexFault
from archivist.search import query_tree as q
from archivist.search.cluster_documents import ABOUT_PAIRS, Json, pairs_of_fragment
from archivist.search.paging import Facet, Facets, HitPlace, SortBy
from archivist.search.person_search import han_of

_NEWEST: Final[Sequence[Json]] = ({"_score": "desc"}, {"filed_at": "desc"}, {"place": "desc"})
"""What scores most first, then newest first; within a second by case and record, so the order is always the same."""
MOST_VALUES: Final = 10_000
"""So many values of a facet are counted at the most."""
FACTS: Final[Json] = {"term": {"record": ""}}
EVERYTHING: Final[Json] = {"match_all": {}}
NOTHING: Final[Json] = {"match_none": {}}


def request(tree: q.Node, exact: Mapping[q.Leaf, Json], sort: SortBy) -> Json:
    """Return the query of a tree with its order; a hit scores what its ``HitPlace.rank`` is.

    Args:
        tree: the query.
        exact: the conditions of the leaves that had to be ``compared``.
        sort: the order.
    """
    asked = q.leaves(tree)
    query: Json = {"filter": [_named(tree, {leaf: str(at) for at, leaf in enumerate(asked)}, exact)]}
    if sort is SortBy.NUMBER:
        return {"query": {"bool": query}, "sort": [{"place": "asc"}]}
    households = [
        exact.get(leaf) or condition(leaf) for leaf in asked if isinstance(leaf, q.HasPerson | q.Numbered)
    ]
    scoring = []
    if households:
        scoring.append((all_of(FACTS, any_of(*households)), 2 if sort is SortBy.RELEVANCE else 1))
    if sort is SortBy.RELEVANCE and (words := q.title_words(asked)):
        titled = any_of(*(condition(q.InAbout(q.About.TITLE, word)) for word in words))
        scoring.append((all_of(titled, none_of(FACTS)), 1))
    if scoring:
        query["should"] = [
            {"constant_score": {"filter": filter_, "boost": rank}} for filter_, rank in scoring
        ]
    return {"query": {"bool": query}, "sort": list(_NEWEST)}


def sort_values(place: HitPlace, sort: SortBy) -> list[object]:
    """Return a place as the cluster sorts it."""
    return [place.place] if sort is SortBy.NUMBER else [float(place.rank), place.filed_at, place.place]


def place_at(values: Sequence[object], sort: SortBy) -> HitPlace:
    """Return the place that the cluster's sort values say."""
    if sort is SortBy.NUMBER:
        return HitPlace(0, "", str(values[0]))
    rank, filed_at, place = values
    return HitPlace(int(float(str(rank))), str(filed_at), str(place))


def counting() -> Json:
    """Return what asks for every facet's values: a household has the status of its case."""
    each: Json = {facet.value: _values(facet.value) for facet in Facet if facet is not Facet.STATUS}
    each["status"] = {"filter": none_of(FACTS), "aggs": {"values": _values("status")}}
    each["case_status"] = {"filter": FACTS, "aggs": {"values": _values("case_status")}}
    return each


def _values(field: str) -> Json:
    return {"terms": {"field": field, "size": MOST_VALUES}}


def counts_of(answer: Json) -> Facets:
    """Return what was counted.

    Raises:
        IndexFault: E400, there are more values than are counted.
    """
    counts: dict[Facet, Counter[str]] = {facet: Counter() for facet in Facet}
    for name, found in answer.items():
        values = found.get("values", found)
        if values["sum_other_doc_count"]:
            raise IndexFault(
                f"“{Facet(name.removeprefix('case_')).label}”有 {MOST_VALUES} 种以上，没有逐项计数",
                remedy="请把检索范围缩小，或去掉 --facets。",
            )
        for bucket in values["buckets"]:
            counts[Facet(name.removeprefix("case_"))][bucket["key"]] += int(bucket["doc_count"])
    return counts


def _named(node: q.Node, names: dict[q.Leaf, str], exact: Mapping[q.Leaf, Json]) -> Json:
    match node:
        case q.And(parts):
            return {"bool": {"filter": [_named(p, names, exact) for p in parts]}}
        case q.Or(parts):
            return {"bool": {"should": [_named(p, names, exact) for p in parts], "minimum_should_match": 1}}
        case q.Not(part):
            return {"bool": {"must_not": [_named(part, names, exact)]}}
        case _:
            name = {"_name": names[node]} if node in names else {}
            return {"bool": {"filter": [exact.get(node) or condition(node)], **name}}


def condition(leaf: q.Leaf) -> Json:
    """Return what one leaf asks of a document."""
    match leaf:
        case q.HasText() | q.InPages() | q.InAbout() | q.Matches():
            return _in_text(leaf)
        case q.HandledBy(name):
            return holding("handler_pairs", name)
        case q.HasPerson(by, key, records):
            return _person(by, key) if records else all_of(_person(by, key), FACTS)
        case q.Numbered(number, whole):
            return {"term": {"case": number}} if whole else {"wildcard": {"case": {"value": f"*{number}*"}}}
        case q.Mentioned(key):
            return {"term": {"mentions": key}}
        case q.OfType(name):
            return all_of(any_of({"term": {"type": name}}, holding("title_pairs", name)), none_of(FACTS))
        case q.OfCategory(category, records):
            of_category: Json = {"term": {"category": category.value}}
            return of_category if records else all_of(of_category, FACTS)
        case q.OfStatus(status):
            return any_of({"term": {"status": status}}, {"term": {"case_status": status}})
        case q.WithPages(flag):
            return {"term": {"page_flags": flag.value}}
        case q.InPlace(place):
            return holding("place_pairs", place)
        case q.FiledBetween(start, end):
            low = (start or dt.date.min).isoformat()
            high = (end + dt.timedelta(days=1)).isoformat() if end and end < dt.date.max else "9999-99"
            return {"range": {"filed_at": {"gte": low, "lt": high}}}
        case _:
            assert_never(leaf)


def _in_text(leaf: q.HasText | q.InPages | q.InAbout | q.Matches) -> Json:
    match leaf:
        case q.HasText(fragment):
            return any_of(*(holding(field, fragment) for field in ("pairs", *ABOUT_PAIRS)))
        case q.InPages(fragment):
            return holding("pairs", fragment)
        case q.InAbout(which, fragment):
            return holding(ABOUT_PAIRS[which], fragment)
        case q.Matches(pieces):
            return all_of(*(condition(q.HasText(piece)) for piece in pieces if piece))


def _person(by: q.PersonKey, key: str) -> Json:
    match by:
        case q.PersonKey.NAME:
            return {"prefix": {"keys": f"name:{key}"}}
        case q.PersonKey.PINYIN:
            return any_of({"prefix": {"keys": f"pinyin:{key}"}}, {"prefix": {"keys": "long:"}})
        case q.PersonKey.MIXED:
            return {"prefix": {"keys": f"name:{han_of(key)}"}}
        case q.PersonKey.NAME_LIKE:
            return _like(f"name:{key}*")
        case q.PersonKey.PINYIN_LIKE:
            return any_of(_like(f"pinyin:{key}*"), {"prefix": {"keys": "long:"}})
        case q.PersonKey.ID_LIKE:
            return _like(f"id:{key}")
        case q.PersonKey.ID:
            return {"term": {"keys": f"id:{key}"}}
        case q.PersonKey.ID6:
            return {"term": {"keys": f"id6:{key}"}}
        case q.PersonKey.ID4:
            return {"term": {"keys": f"id4:{key}"}}


def _like(pattern: str) -> Json:
    return {"wildcard": {"keys": {"value": pattern}}}


def compared(leaf: q.Leaf) -> bool:
    """Tell whether what the cluster finds for a leaf has to be compared: how a name is spelt, what stands between pieces."""
    return isinstance(leaf, q.Matches) or (
        isinstance(leaf, q.HasPerson)
        and leaf.by in (q.PersonKey.PINYIN, q.PersonKey.PINYIN_LIKE, q.PersonKey.MIXED)
    )


def holding(field: str, fragment: str) -> Json:
    """Return what asks for a fragment of normal text among the pairs of a field."""
    if not fragment:
        return EVERYTHING
    if len(fragment) == 1:
        return {"prefix": {field: fragment}}
    return {"match_phrase": {field: pairs_of_fragment(fragment)}}


def all_of(*parts: Json) -> Json:
    """Return what asks for all of some conditions."""
    return {"bool": {"filter": list(parts)}}


def any_of(*parts: Json) -> Json:
    """Return what asks for any of some conditions."""
    return {"bool": {"should": list(parts), "minimum_should_match": 1}}


def none_of(*parts: Json) -> Json:
    """Return what asks for none of some conditions."""
    return {"bool": {"must_not": list(parts)}}
