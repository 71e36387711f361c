"""What a cluster keeps of a case: one document of its facts and one of each record, made with the forms of the embedded index.

A text is kept thrice: as it stands, in its normal form, and as the list of its pairs of characters, one for each place, which is all that is
searched. The cluster's own analyser only parts that list at its line ends, so that a fragment stands in a text exactly where
its pairs stand one after the other. What finds a household (its people, where it lives) stands in each of its documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from archivist.errors import IndexFault
from archivist.model.case import Case
from archivist.model.ids import CaseNo, RecordNo, Sha256
from archivist.model.record import VOIDED, Record
from archivist.search import text as forms
from archivist.search.catalogue import DocRow
from archivist.search.document_text import Written, body, facts_text, of_facts
from archivist.search.engine import ArchiveReader, LedgerPlace
from archivist.search.indexed_people import people_on_file
from archivist.search.opened_index import kept_of
from archivist.search.paging import place_of
from archivist.search.query_tree import About
from archivist.search.tables import residence

Json = dict[str, Any]

SCHEMA: Final = 4
"""Raised by one whenever the fields below change: an index of another number is remade."""
STATE: Final = "state"
"""The id of the document that says whose archive an index is of and how far it was followed; it is of no office."""
RULES: Final = "rules"
"""The id of the document of the rules by which the office works out what is due; it is of no office either."""
_PAIR: Final = 2
_PARTING: Final = "\n"
"""Parts the pairs; normal text never holds it."""

ABOUT_PAIRS: Final = tuple(f"{which.name.lower()}_pairs" for which in About)
"""What is known about a record, in the order of ``About``."""
_KEYWORD: Final = {"type": "keyword", "doc_values": False}
_SORTED: Final = {"type": "keyword"}
_SHOWN: Final = {"type": "keyword", "index": False, "doc_values": False}
_PAIRS: Final = {"type": "text", "analyzer": "pairs", "norms": False}
_KEPT: Final = {"type": "object", "enabled": False}
SEARCHED_ONLY: Final = ("pairs", *ABOUT_PAIRS, "handler_pairs", "place_pairs", "keys")
"""Fields that are no part of what the cluster gives back."""
FIELDS: Final[Mapping[str, Any]] = {
    "office": _SORTED,
    "case": _SORTED,
    "record": _KEYWORD,
    "type": _SORTED,
    "title": _SHOWN,
    **dict.fromkeys(ABOUT_PAIRS, _PAIRS),
    "handler_pairs": _PAIRS,
    "step": _SORTED,
    "category": _SORTED,
    "status": _SORTED,
    "case_status": _SORTED,
    "applicant": _SHOWN,
    "filed_at": _SORTED,
    "year": _SORTED,
    "place": _SORTED,
    "place_pairs": _PAIRS,
    "doc_no": _KEYWORD,
    "page_flags": _KEYWORD,
    "sources": _KEYWORD,
    "mentions": _KEYWORD,
    "mentioned_on": _KEPT,
    "keys": _KEYWORD,
    "text": {"type": "text", "index": False},
    "written": {"type": "text", "index": False},
    "pairs": _PAIRS,
    "village": _SORTED,
    "people": _KEPT,
    "standing": _SHOWN,
    "rules": _KEYWORD,
    "records": _SHOWN,
    "seq": {"type": "long", "index": False, "doc_values": False},
    "head": _SHOWN,
    "state": _KEPT,
}


def index_body() -> Json:
    """Return settings and fields of an office's index.

    One shard each: an office's papers are some hundred megabytes, and the document of a case's facts, written last, then
    never says more than what the shard holds. Deleted documents are kept for a node that is away for no longer than ten
    minutes (one away for longer copies files), so that what is purged leaves the files soon.
    """
    return {
        "settings": {
            "index": {
                "number_of_shards": 1,
                "auto_expand_replicas": "0-1",
                "codec": "best_compression",
                "soft_deletes.retention_lease.period": "10m",
                "merge.policy.expunge_deletes_allowed": 0,
            },
            "analysis": {
                "analyzer": {"pairs": {"type": "custom", "tokenizer": "lines", "filter": []}},
                "tokenizer": {"lines": {"type": "char_group", "tokenize_on_chars": [_PARTING]}},
            },
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"excludes": list(SEARCHED_ONLY)},
            "properties": dict(FIELDS),
        },
    }


def pairs(text: str) -> str:
    """Return every pair of characters that stand beside each other, in order; the last character stands alone."""
    return _PARTING.join(text[at : at + _PAIR] for at in range(len(text)))


def pairs_of_fragment(fragment: str) -> str:
    """Return the pairs that stand one after the other wherever a fragment of two characters or more stands."""
    return _PARTING.join(fragment[at : at + _PAIR] for at in range(len(fragment) - 1))


# ── of a case ────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class CaseDocuments:
    """The documents of one case by id; ``facts`` says to which head it was followed and is written last."""

    number: CaseNo
    seq: int
    facts: Json
    records: Mapping[str, Json]


def facts_id(number: CaseNo) -> str:
    """Return the id of the document of a case's facts."""
    return str(number)


def record_id(number: CaseNo, record: str) -> str:
    """Return the id of the document of a record."""
    return f"{number}/{record}"


class OfficeAgenda(Protocol):
    """What an office works out of its cases, so that what is due can be told elsewhere (``procedure.case_sights``).

    The text of a case is understood with the rules of its stamp alone. Where there are no rules that can be read, nobody is
    told what is due, but everything is found.
    """

    @property
    def stamp(self) -> str:
        """What the text of a case depends on besides the case; empty where the rules cannot be read."""

    def rules(self) -> str:
        """Return the rules as text."""

    def standing(self, case: Case) -> str:
        """Return what was worked out of a case; empty where the rules cannot be read."""

    def handed_over(self) -> Sequence[str]:
        """Return the numbers of the cases that are another office's since a reorganisation: what is due in them is due there."""


def documents_of(office: str, archive: ArchiveReader, case: Case, agenda: OfficeAgenda) -> CaseDocuments:
    """Return what a cluster keeps of a case.

    Args:
        office: the code of the office whose archive it is, whatever office's number the case bears.
        archive: where the texts are.
        case: as it stands.
        agenda: works out what is due in it.
    """
    of_case = _of_case(office, case)
    records = {
        record_id(case.number, no): {**of_case, **_record(archive, case.number, record)}
        for no, record in case.records.items()
    }
    return CaseDocuments(case.number, case.seq, facts_of(office, case, agenda), records)


def facts_of(office: str, case: Case, agenda: OfficeAgenda) -> Json:
    """Return the document of a case's facts alone."""
    return {
        **_of_case(office, case),
        **_written(of_facts(facts_text(case.facts))),
        **_titled("", "", "户档信息", case.number),
        **_dated(case.opened_on.isoformat()),
        "step": "",
        "status": "",
        "people": [
            {"part": p.part, "name": p.name, "keys": sorted(map(list, p.keys))} for p in people_on_file(case)
        ],
        "standing": agenda.standing(case),
        "rules": agenda.stamp,
        "records": list(case.records),
        "seq": case.seq,
        "head": case.head,
    }


def _of_case(office: str, case: Case) -> Json:
    """Return what stands in each document of a case."""
    village, place = residence(case)
    return {
        "office": office,
        "case": str(case.number),
        "category": case.category.value,
        "case_status": case.status.value,
        "applicant": case.applicant_name,
        "village": village,
        "place_pairs": pairs(place),
        "keys": sorted({f"{kind}:{key}" for person in people_on_file(case) for kind, key in person.keys}),
    }


def _record(archive: ArchiveReader, number: CaseNo, record: Record) -> Json:
    return {
        **_written(kept := kept_of(archive, number, record)),
        **{
            field: pairs(value)
            for field, value in zip(
                ABOUT_PAIRS, kept.normal.split(forms.ABOUT_BREAK)[0].split(forms.FACT_BREAK), strict=True
            )
        },
        "handler_pairs": pairs(forms.normal(record.actor)),
        **_titled(record.no, record.type, record.title, number),
        **_dated(record.filed_at),
        "step": record.folder,
        "status": VOIDED if record.voided else record.status.value,
        "doc_no": record.doc_no,
        "page_flags": [flag.value for flag in record.page_flags],
        "sources": sorted({s for s in (*(f.sha256 for f in record.files), record.source_sha256) if s}),
    }


def _titled(record: str, type_: str, title: str, number: CaseNo) -> Json:
    """Return the fields of a document's place in its case; ``place`` sorts like the catalogue's."""
    return {
        "record": record,
        "type": type_,
        "title": title,
        "place": place_of(str(number), record),
    }


def _dated(moment: str) -> Json:
    return {"filed_at": moment, "year": moment[:4]}


def _written(kept: Written) -> Json:
    first: dict[str, int] = {}
    for key, page in sorted(kept.mentions, key=lambda found: found[1]):
        first.setdefault(key, page)
    return {
        "text": kept.normal,
        "written": kept.written,
        "pairs": pairs(forms.flowing(body(kept.normal))),
        "mentions": sorted(first),
        "mentioned_on": first,
    }


# ── written ──────────────────────────────────────────────────────────────────────────────────────────────
def record_actions(
    cases: Iterable[CaseDocuments], gone: Iterable[tuple[CaseNo, str, int]]
) -> Iterator[tuple[Json, Json | None]]:
    """Yield what writes the documents of records, and deletes those that are gone (by case, record and the case's last event)."""
    for case in cases:
        for name, document in case.records.items():
            yield {"index": _versioned(name, case.seq)}, document
    for number, record, seq in gone:
        yield {"delete": _versioned(record_id(number, record), seq)}, None


def facts_actions(cases: Iterable[CaseDocuments]) -> Iterator[tuple[Json, Json | None]]:
    """Yield what writes the documents of facts."""
    for case in cases:
        yield {"index": _versioned(facts_id(case.number), case.seq)}, case.facts


def _versioned(name: str, seq: int) -> Json:
    """Return the id of a document and the event it is as of: one of an earlier event is refused."""
    return {"_id": name, "version": seq, "version_type": "external_gte"}


# ── of an index ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class ClusterState:
    """Whose archive an index is of, by the ledger's first event, and up to which event nothing was missed."""

    origin: LedgerPlace | None
    place: LedgerPlace | None

    def document(self) -> Json:
        """Return the document that keeps it."""
        bound = {"schema": SCHEMA, "analyser": forms.ANALYSER, "origin": self.origin, "place": self.place}
        return {"state": bound}

    @classmethod
    def read(cls, document: Json) -> ClusterState:
        """Return what a document keeps.

        Raises:
            IndexFault: E400, the index was made by another version of the program.
        """
        state = document["state"]
        if (state["schema"], state["analyser"]) != (SCHEMA, forms.ANALYSER):
            raise IndexFault("集群里的索引是另一版本的程序建立的", remedy=REMAKE)
        return cls(_place(state["origin"]), _place(state["place"]))


REMAKE: Final = "运行 archivist reindex --to opensearch 在集群里重建；期间原索引照常可用。"


def _place(kept: object) -> LedgerPlace | None:
    if not isinstance(kept, list):
        return None
    year, seq, digest = kept
    return year, seq, Sha256(digest)


def row_of(document: Json) -> DocRow:
    """Return a document as the embedded index knows it; its id there means nothing here."""
    record = document["record"]
    return DocRow(
        0,
        CaseNo.parse(document["case"]),
        RecordNo(record) if record else None,
        document["type"],
        document["title"],
        document["status"] if record else document["case_status"],
        document["filed_at"],
        document["applicant"],
    )


def encoded(lines: list[Json]) -> bytes:
    """Return lines of JSON as a cluster's bulk interface takes them."""
    return "".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines
    ).encode()
