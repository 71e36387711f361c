"""Answers from a cluster: the tree is one request, whose answer is exact; lists and names are asked of the documents of facts.

Asked through an alias: an office's shows that office's documents alone, the bureau's shows all offices'.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from archivist.errors import IndexFault, InvalidValue
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256, clean_id, is_id, parse_id
from archivist.search import query_tree as q
from archivist.search import text as forms
from archivist.search.catalogue import CaseRow, RecordRow, SourceRow
from archivist.search.cluster_documents import REMAKE, STATE, ClusterState, Json, facts_id, row_of
from archivist.search.cluster_queries import (
    FACTS,
    all_of,
    any_of,
    compared,
    condition,
    counting,
    counts_of,
    holding,
    none_of,
    place_at,
    request,
    sort_values,
)
from archivist.search.document_text import TextLeaf, holds
from archivist.search.engine import Hit, Results
from archivist.search.names import name_key, spelt, spelt_like
from archivist.search.opensearch import ClusterRequests, NotThere
from archivist.search.paging import Page, Passed, SortBy
from archivist.search.person_search import is_person
from archivist.search.presentation import Grounds, shown

ANSWER_S: Final = 10.0
"""So long a question is put again to a cluster that does not answer."""
WINDOW: Final = 10_000
"""So many hits the cluster gives at once at the most."""
TEXTS_AT_ONCE: Final = 1_000
"""So many hits with their texts are in one answer, which a node and whoever asks hold in memory as a whole."""
_APPLICANT: Final = "申请人"
_BY_NUMBER: Final[Sequence[Json]] = ({"case": "asc"}, {"place": "asc"})


class ClusterEngine:
    """Implements ``SearchEngine``, and answers the catalogue's questions.

    Args:
        cluster: to be asked.
        alias: of an office, or of the bureau for all of them.
    """

    def __init__(self, cluster: ClusterRequests, alias: str) -> None:
        self._cluster, self._alias = cluster, alias
        self._checked = False

    def search(self, tree: q.Node, page: Page) -> Results:
        """Return a page of the answer; the total is exact."""
        self.require_made()
        exact = {leaf: self._compared(leaf) for leaf in q.leaves(tree, positive=False) if compared(leaf)}
        asked = q.leaves(tree)
        query: Json = {**request(tree, exact, page.sort), "track_total_hits": True}
        query["_source"] = {"excludes": ["standing"]}
        passed, offset = Passed(), page.offset
        after = sort_values(page.after, page.sort) if page.after else None
        if page.after:
            passed = self._passed(query, page)
        while offset and (
            after is not None or offset + page.limit > WINDOW
        ):  # walk there; a page reaches no farther
            step = min(offset, WINDOW)
            over = self._ask({**query, "_source": False, "size": step} | _after(after))
            found = over["hits"]["hits"]
            after, offset = (found[-1]["sort"], offset - step) if len(found) == step else (after, 0)
            if len(found) < step:
                page = replace(page, limit=0)
        at_once = min(WINDOW, TEXTS_AT_ONCE)
        if not any(isinstance(leaf, TextLeaf | q.Mentioned) for leaf in asked):
            at_once = WINDOW
            query["_source"] = {"excludes": ["standing", "text", "written"]}
        if page.facets:
            query["aggs"] = counting()
        part = {"size": min(page.limit, at_once), **({"from": offset} if after is None else {})}
        answer = self._ask(query | part | _after(after))
        found_all = self._to_the_end(query, answer, page.limit, at_once)
        hits = tuple(_hit(found, asked, page.sort) for found in found_all)
        return Results(
            hits,
            int(answer["hits"]["total"]["value"]),
            True,
            counts_of(answer["aggregations"]) if page.facets else None,
            passed if page.after else None,
        )

    def _to_the_end(self, query: Json, answer: Json, limit: int, at_once: int) -> Iterator[Json]:
        """Yield so many hits, those of an answer first; what is more than it may hold is asked for behind it."""
        yield from (found := answer["hits"]["hits"])
        plain = {key: value for key, value in query.items() if key != "aggs"}
        limit -= at_once
        while limit > 0 and len(found) == at_once:
            more = self._ask({**plain, "size": min(limit, at_once)} | _after(found[-1]["sort"]))
            yield from (found := more["hits"]["hits"])
            limit -= at_once

    def _passed(self, query: Json, page: Page) -> Passed:
        """Return the hits before a page that begins behind a hit, as they are now."""
        passed, after = Passed(), None
        while True:
            answer = self._ask({**query, "_source": False, "size": WINDOW} | _after(after))
            found = answer["hits"]["hits"]
            before = [place for hit in found if page.is_passed(place := place_at(hit["sort"], page.sort))]
            passed = passed.and_then(before)
            if len(before) < WINDOW:
                return passed
            after = found[-1]["sort"]

    def _compared(self, leaf: q.Leaf) -> Json:
        """Return the exact condition of a leaf whose candidates have to be compared here."""
        wanted = condition(leaf)
        if isinstance(leaf, q.Matches):
            found = [
                found["place"]
                for found in self.walk(wanted, "place", "text")
                if holds(leaf, forms.flowing(found["text"]))
            ]
            return {"terms": {"place": found}}
        assert isinstance(leaf, q.HasPerson)
        people = [p for found in self.walk(all_of(wanted, FACTS), "people") for p in found["people"]]
        kind = "spoken" if leaf.by is q.PersonKey.MIXED else "long"
        fits = spelt_like if leaf.by is q.PersonKey.PINYIN_LIKE else spelt
        spelt_so = {key for p in people for of, key in p["keys"] if of == kind and fits(leaf.key, key)}
        persons: Json = {"terms": {"keys": sorted(f"{kind}:{key}" for key in spelt_so)}}
        if leaf.by is q.PersonKey.PINYIN:
            persons = any_of({"prefix": {"keys": f"pinyin:{leaf.key}"}}, persons)
        elif leaf.by is q.PersonKey.PINYIN_LIKE:
            persons = any_of({"wildcard": {"keys": {"value": f"pinyin:{leaf.key}*"}}}, persons)
        return persons if leaf.records else all_of(persons, FACTS)

    # ── the catalogue's questions ────────────────────────────────────────────────────────────────────────
    def cases(
        self, *, category: Category | None = None, status: str = "", place: str = "", applicant: str = ""
    ) -> list[CaseRow]:
        """List cases by number, narrowed by what is given; ``place`` and ``applicant`` may be parts."""
        wanted: list[Json] = [FACTS]
        if category:
            wanted.append({"term": {"category": category.value}})
        if status:
            wanted.append({"term": {"case_status": status}})
        if place:
            wanted.append(holding("place_pairs", forms.normal(place)))
        rows = (_case_row(found) for found in self.walk(all_of(*wanted), "case", *_OF_CASE))
        return [row for row in rows if applicant in row.applicant]

    def find_cases(self, text: str) -> list[CaseRow]:
        """Return the cases meant by a number, an ID number, a whole name, its pinyin or initials.

        Applicants come before members and others; each case once.
        """
        try:
            number = CaseNo.parse(text)
        except InvalidValue:
            pass
        else:
            of_it = all_of(FACTS, {"term": {"case": str(number)}})
            return [_case_row(found) for found in self.walk(of_it, *_OF_CASE)]
        key = name_key(text)
        kinds = [("full", key), ("pinyin0", key), ("initials", key)]
        if is_id(text):
            kinds = [("id", parse_id(text)), ("id", clean_id(text))]
        for kind, wanted in kinds:
            query = all_of(FACTS, {"term": {"keys": f"{kind}:{wanted}"}})
            rows = [
                _case_row(found, _part(found, kind, wanted))
                for found in self.walk(query, "people", *_OF_CASE)
            ]
            if rows:
                return sorted(rows, key=lambda row: (row.part != _APPLICANT, str(row.number)))
        return []

    def records(self, number: CaseNo) -> list[RecordRow]:
        """List the records of a case in order."""
        rows = self._records({"term": {"case": str(number)}})
        return sorted(rows, key=lambda row: (len(row.record), row.record))

    def bearing(self, doc_no: str) -> list[RecordRow]:
        """List the records that bear a reference number (文号)."""
        return self._records({"term": {"doc_no": doc_no}}) if doc_no else []

    def sources(self, sha256: str) -> list[SourceRow]:
        """Return every record that came from, or holds, a file with this digest."""
        rows = self._records({"term": {"sources": sha256}})
        return [SourceRow(Sha256(sha256), row.case, row.record) for row in rows]

    def _records(self, condition: Json) -> list[RecordRow]:
        fields = ("case", "record", "type", "title", "status", "filed_at", "doc_no")
        return [
            RecordRow(CaseNo.parse(found["case"]), RecordNo(found["record"]), *(found[f] for f in fields[2:]))
            for found in self.walk(all_of(condition, none_of(FACTS)), *fields)
        ]

    def heads(self, numbers: Collection[CaseNo] | None = None) -> dict[CaseNo, tuple[int, Sha256]]:
        """Return the chain head to which each case was followed, of some cases or of all; as far as answers show it."""
        wanted = (
            all_of(FACTS) if numbers is None else all_of(FACTS, {"terms": {"case": list(map(str, numbers))}})
        )
        found = self.walk(wanted, "case", "seq", "head")
        return {CaseNo.parse(f["case"]): (int(f["seq"]), Sha256(f["head"])) for f in found}

    def walk(self, condition: Json, *fields: str) -> Iterator[Json]:
        """Yield some fields of every document that fits, by case and record."""
        self.require_made()
        query: Json = {
            "query": condition,
            "sort": list(_BY_NUMBER),
            "size": WINDOW // 10,
            "_source": list(fields),
        }
        after: object = None
        while found := self._ask(query | _after(after))["hits"]["hits"]:
            yield from (hit["_source"] for hit in found)
            after = found[-1]["sort"]

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────
    def require_made(self) -> None:
        """Refuse an alias behind which there is nothing, or what another version of the program made.

        Raises:
            IndexFault: E400. ClusterDown: E404.
        """
        if not self._checked:
            for index in indexes_of(self._cluster, self._alias):
                state_of(self._cluster, index)
            self._checked = True

    def _ask(self, body: Json) -> Json:
        try:
            answer = self._cluster.ask("POST", f"/{self._alias}/_search", body, patience_s=ANSWER_S)
        except NotThere:
            self._checked = False
            raise nothing_made() from None
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise IndexFault(
                "集群只答了一部分，结果不全，没有采用",
                remedy="请稍后再试，或用本机的索引检索（--engine embedded）。",
            )
        return answer


_OF_CASE: Final = ("case", "category", "case_status", "applicant", "village", "filed_at")


def indexes_of(cluster: ClusterRequests, alias: str) -> list[str]:
    """Return the indexes an alias stands for.

    Raises:
        IndexFault: E400, there is no such alias. ClusterDown: E404.
    """
    try:
        return sorted(cluster.ask("GET", f"/{alias}/_alias", patience_s=ANSWER_S))
    except NotThere:
        raise nothing_made() from None


def state_of(cluster: ClusterRequests, index: str) -> ClusterState:
    """Return whose archive an index is of and how far it was followed.

    Raises:
        IndexFault: E400, it does not say, or another version of the program made it.
    """
    try:
        return ClusterState.read(cluster.ask("GET", f"/{index}/_doc/{STATE}")["_source"])
    except (NotThere, KeyError):
        raise IndexFault("集群里的索引没有建完", remedy=REMAKE) from None


def nothing_made() -> IndexFault:
    """Return what is to be said of a cluster that has no index yet."""
    return IndexFault("集群里还没有索引", remedy=REMAKE)


def followed_to(cluster: ClusterRequests, index: str, numbers: Sequence[CaseNo]) -> Mapping[CaseNo, Json]:
    """Return the documents of facts of some cases as they were written last, whether answers show it already or not."""
    if not numbers:
        return {}
    body = {"ids": [facts_id(number) for number in numbers]}
    params = {"_source_includes": "seq,head,records", "realtime": "true"}
    answer = cluster.ask("POST", f"/{index}/_mget", body, params=params)
    return {CaseNo.parse(doc["_id"]): doc["_source"] for doc in answer["docs"] if doc.get("found")}


def _after(sort: object) -> Json:
    return {} if sort is None else {"search_after": sort}


def _hit(found: Json, asked: Sequence[q.Leaf], sort: SortBy) -> Hit:
    document = found["_source"]
    row = row_of(document)
    held = {asked[int(name)] for name in found.get("matched_queries", ())}
    household = None
    if row.record is None:
        persons_or_numbers = (leaf for leaf in asked if isinstance(leaf, q.HasPerson | q.Numbered))
        household = next((leaf for leaf in persons_or_numbers if leaf in held), None)
    return shown(
        row,
        Grounds(
            asked, document.get("text", ""), document.get("written", ""), household, held.__contains__,
            page_of=lambda key: int(document["mentioned_on"][key]),
            people=lambda by, key: [
                (p["part"], p["name"], is_person(by, key, partial(_keys_of, p["keys"])))
                for p in document["people"]
            ],
        ),
        place_at(found["sort"], sort).rank,
    )  # fmt: skip


def _case_row(found: Json, part: str = "") -> CaseRow:
    return CaseRow(
        CaseNo.parse(found["case"]), Category(found["category"]), found["case_status"], found["applicant"],
        found["village"], found["filed_at"], part,
    )  # fmt: skip


def _keys_of(keys: Iterable[Sequence[str]], kind: str) -> list[str]:
    return [key for of, key in keys if of == kind]


def _part(found: Json, kind: str, key: str) -> str:
    """Return the part of the first person with a key, an applicant before all others."""
    parts = [p["part"] for p in found["people"] if [kind, key] in p["keys"]]
    return _APPLICANT if _APPLICANT in parts else str(parts[0])
