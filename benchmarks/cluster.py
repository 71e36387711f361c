"""Search in a real cluster: how fast it is filled and answers, and how large it is, beside the embedded index on the same texts.

Run ``python -m benchmarks.cluster [RECORDS] [--nodes N] [--offices N]`` (default 5000 records, one node, one office). Seeded; every answer's
total is compared with the embedded index's. Wall clock: the cluster works in processes of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from archivist.search.cluster_engine import ClusterEngine
from archivist.search.cluster_generations import BUREAU, PREFIX
from archivist.search.cluster_index import ClusterIndex
from archivist.search.index import Index
from archivist.search.opensearch import ClusterAddress, ClusterRequests
from archivist.search.paging import Page
from archivist.search.query import parse
from benchmarks.search import make
from tests.cluster import running

ROUNDS = 5


def main() -> None:
    """Fill, ask, print."""
    reader = argparse.ArgumentParser()
    reader.add_argument("records", type=int, nargs="?", default=5_000)
    reader.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    reader.add_argument(
        "--offices", type=int, default=1, help="the same records under so many offices' names"
    )
    asked = reader.parse_args()
    corpus = make(asked.records)
    with ExitStack() as stack:
        nodes = stack.enter_context(running(asked.nodes))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        embedded = stack.enter_context(Index(folder / "index", corpus.archive))
        print(f"{asked.records} records, {asked.nodes} node(s), {asked.offices} office(s)")
        print(f"  embedded built in {_seconds(embedded.rebuild):.1f} s")
        requests = ClusterRequests(ClusterAddress(nodes.urls))
        stack.callback(requests.close)
        for at in range(asked.offices):
            index = ClusterIndex(requests, f"OF{chr(65 + at)}", corpus.archive, folder / "index")
            took = _seconds(index.rebuild)
            print(f"  {index.alias} built in {took:.1f} s, {asked.records / took:.0f} records/s")
        nodes.wait()
        with urllib.request.urlopen(f"{nodes[0].url}/{PREFIX}-*/_stats/store,docs") as answer:
            found = json.load(answer)["_all"]["primaries"]
        size, documents = found["store"]["size_in_bytes"], found["docs"]["count"]
        print(f"  {size / 1e6:.0f} MB a copy, {size / documents:.0f} bytes a document")
        bureau = ClusterEngine(requests, BUREAU)
        for kind, questions in corpus.questions.items():
            trees = [parse(question) for question in questions]
            for question, tree in zip(questions, trees, strict=True):
                there = index.engine.search(tree, Page())
                here = embedded.search(question, limit=20)
                assert there.total == here.total or not here.exact, question
            line = f"  {kind:<24}"
            for name, ask in (
                ("embedded", lambda tree: embedded.answer(tree, Page())),
                ("office", lambda tree: index.engine.search(tree, Page())),
                ("bureau", lambda tree: bureau.search(tree, Page())),
            ):
                line += f"  {name} {_quantiles(ask, trees)}"
            print(line)


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _quantiles(ask: Callable[..., object], questions: Sequence[object]) -> str:
    took = sorted(1000 * _seconds(lambda q=q: ask(q)) for _ in range(ROUNDS) for q in questions)  # type: ignore[misc]
    return f"p50 {statistics.median(took):6.1f} p99 {took[int(len(took) * 0.99)]:6.1f} ms"


if __name__ == "__main__":
    main()
