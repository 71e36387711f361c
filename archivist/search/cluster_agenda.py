"""What is due as a cluster tells it: what each office worked out of its cases, and the rules by which it did.

The text of a case stands in the document of its facts, under the stamp of the rules; the rules themselves in a document of
the office's index, so that the bureau reads each office's cases by that office's own rules. While an office works out
its cases again by new rules, what is due there is told by neither: the answer says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archivist.errors import IndexFault
from archivist.model.case import CaseStatus
from archivist.model.ids import Category
from archivist.search.agenda_cache import Standing
from archivist.search.cluster_documents import REMAKE, RULES, Json
from archivist.search.cluster_engine import ClusterEngine, indexes_of, state_of
from archivist.search.cluster_queries import FACTS, all_of
from archivist.search.opensearch import ClusterRequests, NotThere

BEHIND: Final = "在这个单位运行 archivist reindex --to opensearch --behind。"


@dataclass(frozen=True, slots=True)
class OfficeRules:
    """The rules of an office, by code.

    Attributes:
        text: what ``rules.pack.of_text`` reads; empty where the office has none that can be read.
        handed_over: the numbers of cases of which nothing is due in this office any more.
    """

    office: str
    stamp: str
    text: str
    handed_over: frozenset[str] = frozenset()

    def document(self) -> Json:
        """Return the document that keeps them."""
        handed = sorted(self.handed_over)
        state = {"office": self.office, "stamp": self.stamp, "text": self.text, "handed_over": handed}
        return {"state": state}


@dataclass(frozen=True, slots=True)
class KeptAgenda:
    """What is kept of an office's cases for the agenda.

    Attributes:
        at: up to which moment nothing was missed, ISO 8601; empty where something was.
        rules: by which it was worked out.
        open: the open cases by number; ``closed`` the others.
    """

    at: str
    rules: OfficeRules
    open: tuple[Standing, ...]
    closed: tuple[Standing, ...]


def kept_agenda(
    cluster: ClusterRequests, engine: ClusterEngine, index: str, category: Category | None = None
) -> KeptAgenda:
    """Return what is kept of an office's cases.

    Args:
        cluster: where they are.
        engine: asks behind the office's alias.
        index: the office's, behind that alias.
        category: only cases of it.

    Raises:
        IndexFault: E400, the office is working it out again. ClusterDown: E404.
    """
    rules = read_rules(cluster, index)
    wanted = all_of(FACTS, {"term": {"category": category.value}}) if category else FACTS
    open_: list[Standing] = []
    closed: list[Standing] = []
    for found in engine.walk(wanted, "case", "case_status", "applicant", "seq", "standing", "rules"):
        if not rules.stamp or found["rules"] != rules.stamp:
            raise other_rules(rules.office)
        one = Standing(found["case"], found["applicant"], int(found["seq"]), found["standing"])
        (open_ if found["case_status"] == CaseStatus.OPEN.value else closed).append(one)
    return KeptAgenda(_moment(cluster, index), rules, tuple(open_), tuple(closed))


def keep_moment(cluster: ClusterRequests, index: str, at: str) -> None:
    """Say up to which moment nothing was missed; it stands beside the documents, so that saying it deletes none."""
    cluster.ask("PUT", f"/{index}/_mapping", {"_meta": {"at": at}})


def _moment(cluster: ClusterRequests, index: str) -> str:
    """Return up to which moment nothing was missed; empty where something was."""
    (found,) = cluster.ask("GET", f"/{index}/_mapping").values()
    return str(found["mappings"].get("_meta", {}).get("at", ""))


def other_rules(office: str) -> IndexFault:
    """Return what is to be said where what is due was worked out by other rules than it is asked by."""
    return IndexFault(f"{office} 在集群里的期限还没有按现行的规则推算完", remedy=BEHIND)


def read_rules(cluster: ClusterRequests, index: str) -> OfficeRules:
    """Return the rules of the office whose index this is.

    Raises:
        IndexFault: E400, it has none, or another version of the program made it. ClusterDown: E404.
    """
    state_of(cluster, index)
    try:
        kept = cluster.ask("GET", f"/{index}/_doc/{RULES}")["_source"]["state"]
    except NotThere:
        raise IndexFault("集群里的索引没有建完", remedy=REMAKE) from None
    return OfficeRules(kept["office"], kept["stamp"], kept["text"], frozenset(kept["handed_over"]))


def offices_of(cluster: ClusterRequests, alias: str) -> Mapping[str, str]:
    """Return the indexes behind the bureau's alias, by the code of the office as their names have it.

    Raises:
        IndexFault: E400, there are none. ClusterDown: E404.
    """
    named = re.compile(r"[^-]+-(.+)-\d+")
    found = ((named.fullmatch(index), index) for index in indexes_of(cluster, alias))
    return {name[1].upper(): index for name, index in found if name}
