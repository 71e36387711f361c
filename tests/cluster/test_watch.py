"""``watch`` follows to the cluster: what is filed is found there without a command, and filing never waits for it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archivist.api import cluster_following
from archivist.search.cluster_documents import pairs_of_fragment
from tests.cluster import Nodes, asked
from tests.cluster.test_commands import FREE, with_cluster
from tests.command_line import Office, opened
from tests.kit import NOW
from tests.people import WANG_ID

WAIT_S = 240.0
"""What takes so long on a busy machine hangs."""


@pytest.fixture
def office(tmp_path: Path, one_node: Nodes) -> Office:
    asked(f"{one_node[0].url}/archivist-*", "DELETE")
    made = with_cluster(opened(tmp_path), *one_node.urls)
    made.run("reindex", "--to", "opensearch")
    return made


def drop(office: Office, name: str, text: str) -> None:
    (office.root / "archive/inbox" / name).write_text(f"门诊诊断证明书\n{WANG_ID}\n{text}", encoding="utf-8")


def in_cluster(nodes: Nodes, words: str) -> int:
    query = {"query": {"match_phrase": {"pairs": pairs_of_fragment(words)}}}
    found: Any = asked(f"{nodes[0].url}/archivist-tjhq/_search", "POST", query)
    return int(found["hits"]["total"]["value"]) if found else 0


def until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.2)


@contextmanager
def watching(office: Office) -> Iterator[Path]:
    """Run a watch as a process of its own; yields where it writes what it says. It ends by a signal, as a service does."""
    said = office.root.with_name("said.txt")
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "archivist", "watch"],
            cwd=office.root, env=office.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield said
        finally:
            process.terminate()
            assert process.wait(WAIT_S) in (0, 1)


def filed(office: Office) -> int:
    return len(list((office.root / "archive/cases").glob("*/data/*/*.txt")))


def test_what_is_filed_is_found_there_without_a_command(office: Office, one_node: Nodes) -> None:
    """“`watch` follows to the cluster when `[cluster]` is set.”."""
    with watching(office):
        for n, words in enumerate(("漏雨的北墙", "塌了的南墙"), 1):
            drop(office, f"诊断{n}.txt", words)
            until(lambda n=n: filed(office) == n, "not filed")  # type: ignore[misc]
            until(lambda words=words: in_cluster(one_node, words) == 1, "not in the cluster")  # type: ignore[misc]


def test_one_run_follows_at_its_end(office: Office, one_node: Nodes) -> None:
    drop(office, "诊断.txt", "漏雨的北墙")
    office.run("watch", "--once")
    until(lambda: in_cluster(one_node, "漏雨的北墙") == 1, "not in the cluster")


def test_filing_goes_on_while_the_cluster_is_down_and_is_made_good(office: Office, one_node: Nodes) -> None:
    """“Filing is never blocked by it”; what it lacks meanwhile is told by ``doctor``."""
    with_cluster(office, FREE)
    with watching(office) as said:
        for n in (1, 2):
            drop(office, f"诊断{n}.txt", f"第{n}面墙漏雨")
            until(lambda n=n: filed(office) == n, "not filed")  # type: ignore[misc]
        until(lambda: "检索集群没有跟上" in said.read_text(encoding="utf-8"), "not said")
    assert said.read_text(encoding="utf-8").count("检索集群没有跟上") == 1, "said once for each reason"
    with_cluster(office, *one_node.urls)
    lacking = next(c for c in office.json("doctor", check=None)["checks"] if c["check"] == "检索集群")
    assert "还缺 1 户" in lacking["detail"]
    follower = cluster_following.ClusterFollower(office.root, lambda: NOW, lambda _: None)
    with follower:
        until(lambda: in_cluster(one_node, "第2面墙漏雨") == 1, "not in the cluster")


def test_a_cluster_that_hangs_does_not_keep_a_watch_from_ending(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The follower's round is cut short; the next one makes it good."""
    monkeypatch.setattr(cluster_following, "END_S", 0.1)
    begun: list[Path] = []

    def hanging(root: Path, _: dt.datetime) -> str:
        begun.append(root)
        time.sleep(3)
        return ""

    monkeypatch.setattr(cluster_following, "followed", hanging)
    said: list[str] = []
    with cluster_following.ClusterFollower(office.root, lambda: NOW, said.append) as follower:
        until(lambda: begun, "no round")
        follower.filed()
    assert said == []


def test_trouble_is_said_once_and_so_is_its_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["不在", "不在", "满了", "", ""])
    done: list[str] = []

    def one_after_the_other(_: Path, __: dt.datetime) -> str:
        answer = next(answers, "")
        done.append(answer)
        return answer

    monkeypatch.setattr(cluster_following, "followed", one_after_the_other)
    for name in ("FIRST_PAUSE_S", "ROUND_S", "SOON_S"):
        monkeypatch.setattr(cluster_following, name, 0.01)
    said: list[str] = []
    with cluster_following.ClusterFollower(office.root, lambda: NOW, said.append):
        until(lambda: len(done) > 5, "no rounds")
    assert said == ["不在", "满了", "检索集群已补上"]
