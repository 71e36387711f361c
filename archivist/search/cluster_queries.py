"""The query tree in the words of a cluster. Every leaf is exact there but those that are ``compared`` before the question is put.

Each leaf that is asked for bears its place among the leaves as its name, and a hit says which of them hold for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final, assert_never

from archivist.search import query_tree as q
from archivist.search.cluster_documents import ABOUT_PAIRS, Json, pairs_of_fragment
from archivist.search.names import spelt, spelt_like
from archivist.search.person_search import han_of

SORT: Final[Sequence[Json]] = ({"_score": "desc"}, {"filed_at": "desc"}, {"place": "desc"})
"""Households first (they score), then newest first; within a second by case and record, so the order is always the same."""
FACTS: Final[Json] = {"term": {"record": ""}}
EVERYTHING: Final[Json] = {"match_all": {}}
NOTHING: Final[Json] = {"match_none": {}}


def request(tree: q.Node, exact: Mapping[q.Leaf, Json]) -> Json:
    """Return the query of a tree; a household that was asked for scores one, everything else nothing.

    Args:
        tree: the query.
        exact: the conditions of the leaves that had to be ``compared``.
    """
    asked = q.leaves(tree)
    households = [
        exact.get(leaf) or condition(leaf) for leaf in asked if isinstance(leaf, q.HasPerson | q.Numbered)
    ]
    query: Json = {"filter": [_named(tree, {leaf: str(at) for at, leaf in enumerate(asked)}, exact)]}
    if households:
        first = {"bool": {"filter": [FACTS], "should": households, "minimum_should_match": 1}}
        query["should"] = [{"constant_score": {"filter": first, "boost": 1}}]
    return {"bool": query}


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
        case q.OfCategory(category):
            return {"term": {"category": category.value}}
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


def is_person(by: q.PersonKey, key: str, keys: Sequence[Sequence[str]]) -> bool:
    """Tell whether somebody with these keys, as ``[kind, key]``, is the person asked for."""
    match by:
        case q.PersonKey.NAME:
            return any(kind == "name" and one.startswith(key) for kind, one in keys)
        case q.PersonKey.PINYIN:
            return any(
                one.startswith(key) if kind == "pinyin" else kind == "long" and spelt(key, one)
                for kind, one in keys
            )
        case q.PersonKey.MIXED:
            return any(kind == "spoken" and spelt(key, one) for kind, one in keys)
        case q.PersonKey.NAME_LIKE | q.PersonKey.PINYIN_LIKE | q.PersonKey.ID_LIKE:
            kind, _, _ = by.name.lower().partition("_")
            wanted = key if by is q.PersonKey.ID_LIKE else f"{key}*"
            return any(
                fnmatchcase(one, wanted)
                if of == kind
                else kind == "pinyin" and of == "long" and spelt_like(key, one)
                for of, one in keys
            )
        case _:
            kind = {q.PersonKey.ID: "id", q.PersonKey.ID6: "id6", q.PersonKey.ID4: "id4"}[by]
            return [kind, key] in [list(one) for one in keys]


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
