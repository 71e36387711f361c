"""Search in a real cluster of one and of three nodes, beside the embedded index, tantivy and SQLite FTS5 on the same texts in one run.

Run ``python -m benchmarks.cluster [RECORDS …] [--offices N]`` (default 10000 100000; one office). Seeded; answers are compared with a
plain scan. A cluster works in processes of its own: its CPU, milliseconds and megabytes are those of its nodes and of whoever asks
together (megabytes: the most each held, a node's heap of 384 MB with it), its records a second those of wall clock, its disk that of one copy.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from archivist.model.case import Case
from archivist.search.cluster_engine import ClusterEngine
from archivist.search.cluster_generations import BUREAU, PREFIX
from archivist.search.cluster_index import ClusterIndex
from archivist.search.engine import Results, SearchEngine
from archivist.search.opensearch import ClusterAddress, ClusterRequests
from archivist.search.paging import Page
from archivist.search.query import parse
from benchmarks.search import ROUNDS, Corpus, Measured, make, measured, table, wrong
from tests.cluster import Node, Nodes, running

SIDE_BY_SIDE = ("archivist", "tantivy", "SQLite FTS5")
DEEPEST = 1_000_000
"""So many hits are asked for at the most where a whole answer is compared."""


class Nothing:
    """An office in which nothing is ever due: what is due is no matter of a search."""

    stamp = "none"

    def rules(self) -> str:
        """Return no rules."""
        return ""

    def standing(self, case: Case) -> str:
        """Return that nothing is due."""
        return ""

    def handed_over(self) -> list[str]:
        """Return nothing."""
        return []


def main() -> None:
    """Measure, print."""
    reader = argparse.ArgumentParser()
    reader.add_argument("records", type=int, nargs="*", default=[10_000, 100_000])
    reader.add_argument(
        "--offices", type=int, default=1, help="the same records under so many offices' names"
    )
    told = reader.parse_args()
    for records in told.records:
        corpus = make(records)
        found = measured(corpus, SIDE_BY_SIDE)
        for count in (1, 3):
            with running(count) as nodes, tempfile.TemporaryDirectory() as folder:
                found |= in_cluster(corpus, nodes, Path(folder), told.offices)
        table(records, found, None, 1)


def in_cluster(corpus: Corpus, nodes: Nodes, folder: Path, offices: int) -> dict[str, Measured]:
    """Measure a cluster as an office asks it, and where there are several offices as their bureau does."""
    requests = ClusterRequests(ClusterAddress(nodes.urls))
    records, name = len(corpus.archive.texts), f"{len(nodes)} node{'s' * (len(nodes) > 1)}"
    wall, cpu = time.perf_counter(), used(nodes)
    indexes = [
        ClusterIndex(requests, f"OF{chr(65 + at)}", corpus.archive, folder, Nothing(), "")
        for at in range(offices)
    ]
    for index in indexes:
        index.rebuild()
    wall, cpu = time.perf_counter() - wall, used(nodes) - cpu
    nodes.wait()
    stats = requests.ask("GET", f"/{PREFIX}-*/_stats/store,docs,segments")["_all"]["primaries"]
    size = stats["store"]["size_in_bytes"] / 1e6
    found = {}
    views: dict[str, SearchEngine] = {name: indexes[0].engine}
    if offices > 1:
        views[f"{name}, bureau"] = ClusterEngine(requests, BUREAU)
    for label, engine in views.items():
        done = Measured(offices * records / wall, offices * records / cpu, size, 0)
        for kind, questions in corpus.questions.items():
            done.answers[kind] = asked(engine, nodes, questions)
        found[label] = done
    own = indexes[0].engine

    def search(question: str, *, limit: int) -> Results:
        return own.search(parse(question), Page(min(limit, DEEPEST)))

    done = found[name]
    done.notes.append(
        f"segments {stats['segments']['count']}, {size * 1e3 / offices / records:.2f} KB a record"
    )
    done.notes.append(wrong(corpus, search))
    held = sum(map(most_held, nodes)) + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    requests.close()
    return {
        label: Measured(m.per_second, m.per_cpu_second, m.on_disk, held, m.answers, m.notes)
        for label, m in found.items()
    }


def asked(engine: SearchEngine, nodes: Sequence[Node], questions: Sequence[str]) -> tuple[float, float]:
    """Return p50 and p99 in milliseconds of CPU, of the nodes and of this process, over some rounds."""
    times = []
    for tree in map(parse, questions):
        for _ in range(ROUNDS):
            start = used(nodes)
            engine.search(tree, Page(20))
            times.append((used(nodes) - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.99))]


def used(nodes: Sequence[Node]) -> float:
    """Return the seconds of CPU that the nodes and this process have used."""
    return time.process_time() + sum(map(_node_s, nodes))


def most_held(node: Node) -> float:
    """Return the most megabytes a node held."""
    assert node.process is not None
    status = Path(f"/proc/{node.process.pid}/status").read_text("ascii", "replace")
    return next(int(line.split()[1]) / 1e3 for line in status.splitlines() if line.startswith("VmHWM"))


def _node_s(node: Node) -> float:
    assert node.process is not None
    return sum(map(_task_s, Path(f"/proc/{node.process.pid}/task").iterdir()))


def _task_s(task: Path) -> float:
    try:
        return int((task / "schedstat").read_text("ascii").split()[0]) / 1e9
    except OSError:  # it has ended
        return 0.0


if __name__ == "__main__":
    main()
