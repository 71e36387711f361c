"""One node for the tests that need no more; everything here is marked ``cluster``, which has a command of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.model.case import Case
from archivist.search.cluster_documents import OfficeAgenda
from archivist.search.cluster_index import ClusterIndex
from archivist.search.opensearch import ClusterAddress, ClusterRequests
from tests.cluster import Nodes, require, running
from tests.search.household import MemoryArchive

OFFICE = "TJHQ"
PATIENCE_S = 600.0
"""How long an answer takes is the machine's affair."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker("cluster")


@pytest.fixture(scope="session")
def one_node() -> Iterator[Nodes]:
    require()
    with running(1) as nodes:
        yield nodes


@pytest.fixture(scope="session")
def three_nodes() -> Iterator[Nodes]:
    require()
    with running(3) as nodes:
        yield nodes


@pytest.fixture
def requests(one_node: Nodes) -> Iterator[ClusterRequests]:
    made = ClusterRequests(ClusterAddress(one_node.urls, patience_s=PATIENCE_S))
    made.ask("DELETE", "/archivist-*")
    yield made
    made.close()


class Nothing:
    """An ``OfficeAgenda`` of an office in which nothing is ever due; ``stamp`` are its rules."""

    def __init__(self, stamp: str = "none") -> None:
        self.stamp = stamp

    def rules(self) -> str:
        return "{}"

    def standing(self, case: Case) -> str:
        return '{"due":[]}'

    def handed_over(self) -> list[str]:
        return []


NOTHING = Nothing()


def index_of(
    requests: ClusterRequests,
    archive: MemoryArchive,
    folder: Path,
    office: str = OFFICE,
    agenda: OfficeAgenda = NOTHING,
) -> ClusterIndex:
    return ClusterIndex(requests, office, archive, folder, agenda, "2024-03-08T10:30:00+08:00")
