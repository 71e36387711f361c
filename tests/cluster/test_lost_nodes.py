"""Three nodes, each a process of its own: one is killed, hangs, or has no room; nothing is missing once it is back.

“kill −9 one while indexing and while searching, cut it off, fill its disk; nothing is missing after it returns.”
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archivist.cluster_errors import ClusterDown
from archivist.errors import IndexFault, IndexNotWritten
from archivist.search.cluster_engine import ClusterEngine
from archivist.search.cluster_index import ClusterIndex
from archivist.search.opensearch import ClusterAddress, ClusterRequests
from archivist.search.paging import Page
from archivist.search.query import parse
from tests.cluster import Node, Nodes, asked
from tests.cluster.conftest import index_of
from tests.search.household import MemoryArchive, digest, make_id, make_number
from tests.search.oracle import keys, truth

CASES = 300
QUERIES = ("核对", "姓名:王秀兰", "公示 NOT 低保", "证号:0016", "户号:0002")
WORDS = "王秀兰 家庭经济状况 核对 低保 公示 授权书 入户调查 镇人民政府".split()


def build(count: int = CASES) -> MemoryArchive:
    rng, archive = random.Random(5), MemoryArchive()
    archive.trail.events.append(digest("founded"))
    for sequence in range(1, count + 1):
        archive.open(
            make_number(sequence), rng.choice(["王秀兰", "李娜", "赵铁柱"]), id_number=make_id(sequence)
        )
        for _ in range(rng.randrange(4)):
            archive.file(make_number(sequence), "".join(rng.choices(WORDS, k=60)))
    return archive


def add_to(archive: MemoryArchive, sequences: range) -> None:
    for sequence in sequences:
        archive.file(make_number(sequence), "入户核对王秀兰公示")
        archive.trail.marked.add(make_number(sequence))


def assert_nothing_is_missing(cluster: ClusterIndex, archive: MemoryArchive) -> None:
    for query in QUERIES:
        tree = parse(query)
        wanted = truth(archive, tree)
        found = cluster.engine.search(tree, Page(10_000))
        assert set(keys(found)) == wanted and found.total == len(wanted), query
    assert cluster.engine.heads() == {n: (c.seq, c.head) for n, c in archive.cases.items()}


@pytest.fixture
def cluster(three_nodes: Nodes, tmp_path: Path) -> Iterator[tuple[ClusterIndex, MemoryArchive]]:
    three_nodes.wait()
    made = ClusterRequests(ClusterAddress(three_nodes.urls))
    made.ask("DELETE", "/archivist-*")
    archive = build()
    index = index_of(made, archive, tmp_path)
    index.rebuild()
    three_nodes.wait()
    yield index, archive
    made.close()
    for node in three_nodes:
        if node.process is None:
            node.start()
    three_nodes.wait()


def holding_a_copy(nodes: Nodes, index: ClusterIndex, kind: str) -> Node:
    """Return the node that holds the first copy (``p``), or the second (``r``), of an index."""
    shards = asked(f"{nodes[0].url}/_cat/shards/{index.alias}*?format=json")
    name = next(shard["node"] for shard in shards if shard["prirep"] == kind)
    return next(node for node in nodes if node.name == name)


@pytest.mark.parametrize("kind", ["p", "r"])
def test_a_node_killed_while_indexing(
    kind: str, cluster: tuple[ClusterIndex, MemoryArchive], three_nodes: Nodes
) -> None:
    index, archive = cluster
    add_to(archive, range(1, CASES + 1))
    victim = holding_a_copy(three_nodes, index, kind)
    threading.Timer(0.3, victim.kill).start()
    _until(lambda: index.follow_many() >= 0)
    assert_nothing_is_missing(index, archive)
    _until(lambda: victim.process is None)
    victim.start()
    three_nodes.wait()
    assert_nothing_is_missing(index, archive)


def test_a_node_killed_while_it_is_made_anew(
    cluster: tuple[ClusterIndex, MemoryArchive], three_nodes: Nodes
) -> None:
    """The old index answers until the new one is whole; should the attempt fail, the next one goes through."""
    index, archive = cluster
    victim = three_nodes[2]

    def progress(done: int, there: int) -> None:
        if victim.process is not None and done < there:
            victim.kill()

    _until(lambda: index.rebuild(progress) == CASES)
    assert_nothing_is_missing(index, archive)
    victim.start()
    three_nodes.wait()
    assert_nothing_is_missing(index, archive)


def test_a_node_killed_while_searching(
    cluster: tuple[ClusterIndex, MemoryArchive], three_nodes: Nodes
) -> None:
    """No answer is wrong or partial: a question is answered in full or refused."""
    index, archive = cluster
    victim = holding_a_copy(three_nodes, index, "p")
    tree = parse("核对")
    wanted = truth(archive, tree)
    threading.Timer(0.5, victim.kill).start()
    until, answered = time.monotonic() + 20, 0
    while time.monotonic() < until:
        try:
            found = index.engine.search(tree, Page(10_000))
        except IndexFault:
            continue
        assert set(keys(found)) == wanted
        answered += 1
    assert answered
    _until(lambda: index.engine.search(tree, Page(1)).total == len(wanted))
    victim.start()
    three_nodes.wait()
    assert_nothing_is_missing(index, archive)


@pytest.mark.parametrize("kind", ["p", "r"])
def test_a_node_cut_off_from_the_others(
    kind: str, cluster: tuple[ClusterIndex, MemoryArchive], three_nodes: Nodes
) -> None:
    """Its wires are cut, whoever asks still reaches it: no answer is older than what was acknowledged; it comes back to the whole."""
    index, archive = cluster
    tree = parse("入户核对王秀兰公示")
    victim = holding_a_copy(three_nodes, index, kind)
    before = len(truth(archive, tree))
    add_to(archive, range(1, CASES + 1))
    after = len(truth(archive, tree))
    acknowledged, ended = threading.Event(), threading.Event()
    wrong: list[int] = []
    answers = [0, 0]
    asking_it = ClusterRequests(ClusterAddress(three_nodes.urls))  # a client of its own for the thread
    engine = ClusterEngine(asking_it, index.alias)

    def ask() -> None:
        while not ended.is_set():
            known = acknowledged.is_set()
            try:
                total = engine.search(tree, Page(1)).total
            except IndexFault:
                continue
            answers[known] += 1
            if not (after if known else before) <= total <= after:
                wrong.append(total)

    asking = threading.Thread(target=ask)
    victim.cut_off()
    try:
        asking.start()
        _until(lambda: index.follow_many() >= 0)
        acknowledged.set()
        time.sleep(30)
        assert_nothing_is_missing(index, archive)
    finally:
        three_nodes[0].wires.mend()
        ended.set()
        asking.join()
        asking_it.close()
    assert before < after
    assert wrong == [] and answers[True]
    three_nodes.wait()
    assert_nothing_is_missing(index, archive)


def test_a_node_that_hangs(cluster: tuple[ClusterIndex, MemoryArchive], three_nodes: Nodes) -> None:
    """Halted, its connections open: the others find out and go on; it comes back to the whole."""
    index, archive = cluster
    victim = holding_a_copy(three_nodes, index, "p")
    victim.send(signal.SIGSTOP)
    try:
        add_to(archive, range(1, CASES + 1))
        _until(lambda: index.follow_many() >= 0)
        assert_nothing_is_missing(index, archive)
    finally:
        victim.send(signal.SIGCONT)
    three_nodes.wait()
    assert_nothing_is_missing(index, archive)


def test_full_disks(cluster: tuple[ClusterIndex, MemoryArchive], three_nodes: Nodes) -> None:
    """Past the flood-stage mark the cluster refuses to be written to: that is told, it still answers, and goes on with room."""
    index, archive = cluster
    settings = f"{three_nodes[0].url}/_cluster/settings"
    disk = "cluster.routing.allocation.disk"
    marks = {f"{disk}.watermark.{mark}": "100b" for mark in ("low", "high", "flood_stage")}
    full = {
        f"{disk}.watermark.low": "1000000gb",
        f"{disk}.watermark.high": "1000000gb",
        f"{disk}.watermark.flood_stage": "1000000gb",
    }
    assert asked(settings, "PUT", {"transient": {f"{disk}.threshold_enabled": True, **full}})
    name = next(iter(asked(f"{three_nodes[0].url}/_alias/{index.alias}")))
    block = f"{three_nodes[0].url}/{name}/_settings?flat_settings=true"
    try:
        _until(lambda: "read_only_allow_delete" in str(asked(block)))
        add_to(archive, range(1, 31))
        before = index.engine.search(parse("核对"), Page(1)).total
        with pytest.raises(IndexNotWritten, match="满"):
            index.follow_many()
        assert index.engine.search(parse("核对"), Page(1)).total == before
        assert len(index.lag().behind) == 30
    finally:
        assert asked(settings, "PUT", {"transient": {f"{disk}.threshold_enabled": True, **marks}})
    _until(lambda: "read_only_allow_delete" not in str(asked(block)))
    asked(settings, "PUT", {"transient": {f"{disk}.threshold_enabled": None, **dict.fromkeys(marks)}})
    _until(lambda: index.follow_many() == 30)
    assert_nothing_is_missing(index, archive)


def _until(come: Callable[[], bool], wait_s: float = 300.0) -> None:
    """Try until something has come about; the cluster's refusals are waited out as a clerk or a timer would."""
    until = time.monotonic() + wait_s
    while True:
        try:
            if come():
                return
        except (ClusterDown, IndexNotWritten):
            pass
        assert time.monotonic() < until
        time.sleep(0.5)
