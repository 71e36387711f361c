"""The indexes of an office in a cluster, one made after another, and the aliases that stand for the one in use.

``archivist-tjhq-000002`` is an office's second index; ``archivist-tjhq`` stands for the one in use and shows that office's
documents alone, ``archivist-all`` for those of all offices.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Final

from archivist.cluster_errors import ClusterDown
from archivist.errors import ForeignIndex, IndexFault
from archivist.search.cluster_documents import Json, index_body
from archivist.search.cluster_engine import state_of
from archivist.search.engine import Trail
from archivist.search.opensearch import AlreadyThere, ClusterRequests, NotThere

PREFIX: Final = "archivist"
"""Begins the names of indexes and aliases."""
BUREAU: Final = f"{PREFIX}-all"
"""The alias behind which all offices stand."""


def alias_of(office: str) -> str:
    """Return the alias of an office, by its code."""
    return f"{PREFIX}-{office.lower()}"


def used(cluster: ClusterRequests, alias: str) -> set[str]:
    """Return the indexes an office's alias stands for; none where it has none yet."""
    with suppress(NotThere):
        return set(cluster.ask("GET", f"/{alias}/_alias"))
    return set()


def require_own(cluster: ClusterRequests, indexes: Iterable[str], trail: Trail) -> None:
    """Refuse to put an index in the place of another archive's: two offices may have been given one code.

    Raises:
        ForeignIndex: E403. ClusterDown: E404.
    """
    for index in indexes:
        try:
            state = state_of(cluster, index)
        except ClusterDown:
            raise
        except IndexFault:  # of another version, or not finished: it is made anew
            continue
        if state.origin and not trail.holds(state.origin):
            raise ForeignIndex(
                "集群里这个单位代码下是另一个档案库的索引，没有覆盖",
                remedy="先核对 [office] code；确是换了档案库的，请管理集群的人删去旧索引后再运行。",
            )


def begin(cluster: ClusterRequests, alias: str, in_use: Collection[str]) -> str:
    """Make the next index of an office, still empty and shown to nobody; what a rebuild that was cut short left is removed.

    Returns:
        Its name.
    """
    there: set[str] = set()
    with suppress(NotThere):
        there = {name for name in cluster.ask("GET", f"/{alias}-*/_alias") if _number(name)}
    for left in there - set(in_use):
        cluster.ask("DELETE", f"/{left}")
    name = f"{alias}-{1 + max(map(_number, there), default=0):06d}"
    form = index_body()
    form["settings"] |= {"index.refresh_interval": "-1"}
    with suppress(AlreadyThere):
        cluster.ask("PUT", f"/{name}", form)
    return name


def switch(cluster: ClusterRequests, office: str, alias: str, old: Collection[str], new: str) -> None:
    """Let both aliases stand for a new index, and remove those before it, all at once."""
    own = {"term": {"office": office}}
    actions: list[Json] = [
        {"add": {"index": new, "alias": alias, "filter": own}},
        {"add": {"index": new, "alias": BUREAU, "filter": {"exists": {"field": "office"}}}},
        *({"remove_index": {"index": name}} for name in old),
    ]
    cluster.ask("POST", "/_aliases", {"actions": actions})


def _number(name: str) -> int:
    found = re.search(r"-(\d{6,})$", name)
    return int(found[1]) if found else 0
