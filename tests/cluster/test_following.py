"""A cluster's index follows the archive: what it lacks it tells, what is destroyed leaves it, made anew it never stops answering."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from archivist.cluster_errors import ClusterDown
from archivist.errors import ForeignIndex, IndexFault
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.search import cluster_index
from archivist.search import query_tree as q
from archivist.search.cluster_documents import Json
from archivist.search.cluster_engine import ClusterEngine
from archivist.search.cluster_index import ClusterIndex, Lag
from archivist.search.opensearch import ClusterAddress, ClusterRequests
from archivist.search.paging import Page
from archivist.search.query import parse
from tests.cluster import Nodes
from tests.cluster.conftest import index_of
from tests.search.household import MemoryArchive, digest, make_id, make_number
from tests.search.oracle import Key, keys, truth

SECRET = "绝密夔龘町"


def found(cluster: ClusterIndex | ClusterEngine, query: str) -> list[Key]:
    engine = cluster.engine if isinstance(cluster, ClusterIndex) else cluster
    return keys(engine.search(parse(query), Page(100)))


def marked(archive: MemoryArchive, *numbers: CaseNo) -> None:
    archive.trail.marked |= set(numbers)


@pytest.fixture
def archive() -> MemoryArchive:
    made = MemoryArchive()
    made.trail.events.append(digest("founded"))
    for sequence in (1, 2, 3):
        made.open(make_number(sequence), "王秀兰", id_number=make_id(sequence))
        made.file(make_number(sequence), "家庭经济状况核对")
    return made


@pytest.fixture
def cluster(requests: ClusterRequests, archive: MemoryArchive, tmp_path: Path) -> ClusterIndex:
    made = index_of(requests, archive, tmp_path)
    made.rebuild()
    return made


def test_without_an_index_it_says_what_to_do(
    requests: ClusterRequests, archive: MemoryArchive, tmp_path: Path
) -> None:
    cluster = index_of(requests, archive, tmp_path)
    for ask in (
        lambda: found(cluster, "核对"),
        cluster.lag,
        cluster.follow_many,
        lambda: cluster.engine.cases(),
    ):
        with pytest.raises(IndexFault, match="没有索引") as refused:
            ask()
        assert "reindex --to opensearch" in refused.value.remedy


def test_what_changed_is_told_followed_and_found(cluster: ClusterIndex, archive: MemoryArchive) -> None:
    """“Backlog from chain heads”: what was filed while nobody told the cluster is known to be missing, and made good."""
    assert not cluster.lag()
    archive.file(make_number(2), "临时救助申请")
    archive.open(make_number(4), "李娜")
    marked(archive, make_number(1), make_number(2), make_number(4))
    assert cluster.lag() == Lag((make_number(2), make_number(4)), ())
    assert found(cluster, "临时救助") == []
    assert cluster.follow_many() == 2
    assert not cluster.lag()
    assert found(cluster, "临时救助") == [(make_number(2), RecordNo("0002"))]
    assert found(cluster, "姓名:李娜") == [(make_number(4), None)]
    assert cluster.follow_many() == 0


def test_catching_up_needs_no_marks(cluster: ClusterIndex, archive: MemoryArchive) -> None:
    archive.file(make_number(3), "临时救助申请")
    assert not cluster.lag()
    assert cluster.catch_up() == 1
    assert len(found(cluster, "临时救助")) == 1


def test_a_persons_new_name_finds_the_old_records(cluster: ClusterIndex, archive: MemoryArchive) -> None:
    """What finds a household stands in each of its documents: all of them follow when its facts change."""
    other = MemoryArchive()
    other.open(make_number(1), "赵铁柱")
    archive.put(replace(archive.cases[make_number(1)], facts=other.cases[make_number(1)].facts))
    cluster.follow_many([make_number(1)])
    assert set(found(cluster, "姓名:赵铁柱")) == {(make_number(1), None), (make_number(1), RecordNo("0001"))}
    assert make_number(1) not in {number for number, _ in found(cluster, "姓名:王秀兰")}


def test_a_destroyed_case_leaves_every_file(
    cluster: ClusterIndex, archive: MemoryArchive, requests: ClusterRequests
) -> None:
    """“Deletes and purges confirmed”: no deleted document is left in any file when it returns."""
    archive.file(make_number(2), SECRET)
    cluster.follow_many([make_number(2)])
    assert len(found(cluster, SECRET)) == 1
    archive.drop(make_number(2))
    archive.gone.add(make_number(2))
    assert cluster.lag() == Lag((), (make_number(2),))
    assert cluster.catch_up() == 1
    assert not cluster.lag()
    assert found(cluster, SECRET) == found(cluster, "户号:0002") == []
    docs = requests.ask("GET", f"/{cluster.alias}/_stats/docs")["_all"]["total"]["docs"]
    assert (docs["count"], docs["deleted"]) == (6, 0)  # two cases of two documents, the state and the rules


def test_an_expunged_record_leaves_every_file(
    cluster: ClusterIndex, archive: MemoryArchive, requests: ClusterRequests
) -> None:
    archive.file(make_number(2), SECRET)
    cluster.follow_many([make_number(2)])
    case = archive.cases[make_number(2)]
    left = {no: record for no, record in case.records.items() if no != "0002"}
    archive.put(replace(case, records=MappingProxyType(left)))
    del archive.texts[make_number(2), RecordNo("0002")]
    cluster.follow_many([make_number(2)])
    assert found(cluster, SECRET) == []
    assert requests.ask("GET", f"/{cluster.alias}/_stats/docs")["_all"]["total"]["docs"]["deleted"] == 0


def test_most_cases_gone_at_once_is_asked_about(
    cluster: ClusterIndex, archive: MemoryArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_index, "LOSS_ALLOWED", 1)
    archive.cases.clear()
    with pytest.raises(IndexFault, match="少了 3 户"):
        cluster.catch_up()
    assert found(cluster, "核对")


def test_a_chain_that_lost_its_head_is_not_followed(cluster: ClusterIndex, archive: MemoryArchive) -> None:
    """A history rolled back does not quietly become the cluster's."""
    number = make_number(1)
    case = archive.cases[number]
    archive.cases[number] = replace(case, seq=case.seq - 1)
    archive.chains[str(number)] = archive.chains[str(number)][:-1]
    archive.file(number, "另一段历史")
    assert cluster.follow_many([number]) == 0
    assert cluster.changed == {number}
    assert found(cluster, "另一段历史") == []


def test_another_archives_index_is_refused(
    cluster: ClusterIndex, requests: ClusterRequests, tmp_path: Path
) -> None:
    other = MemoryArchive()
    other.trail.events.append(digest("another house"))
    stranger = index_of(requests, other, tmp_path)
    for act in (stranger.lag, stranger.follow_many, stranger.catch_up, stranger.rebuild):
        with pytest.raises(ForeignIndex):
            act()
    assert found(cluster, "核对")


def test_while_it_is_made_anew_the_old_one_answers(
    cluster: ClusterIndex, archive: MemoryArchive, requests: ClusterRequests
) -> None:
    """“Zero-downtime rebuild (new index, alias switched)”; what was cut short is removed by the next."""
    before = found(cluster, "核对")

    class Cut(Exception):
        pass

    def asked_meanwhile(done: int, there: int) -> None:
        assert found(cluster, "核对") == before and done <= there
        raise Cut

    archive.file(make_number(3), "核对之后")
    with pytest.raises(Cut):
        cluster.rebuild(asked_meanwhile)
    assert found(cluster, "核对") == before
    assert len(requests.ask("GET", f"/{cluster.alias}-*/_alias")) == 2
    cluster.rebuild()
    assert len(found(cluster, "核对")) == len(before) + 1
    assert list(requests.ask("GET", f"/{cluster.alias}-*/_alias")) == ["archivist-tjhq-000003"]


def test_an_office_sees_its_own_and_the_bureau_all(
    cluster: ClusterIndex, requests: ClusterRequests, tmp_path: Path
) -> None:
    """“An office sees only its own cases by filtered alias, the bureau sees all”: in one order."""
    other = MemoryArchive()
    number = CaseNo("TJNK", Category.DB, 2024, 1)
    other.open(number, "王秀兰", id_number=make_id(7))
    other.file(number, "家庭经济状况核对", filed_at="2025-01-01T00:00:00+08:00")
    neighbour = index_of(requests, other, tmp_path, "TJNK")
    neighbour.rebuild()
    bureau = ClusterEngine(requests, "archivist-all")
    assert found(neighbour, "核对") == [(number, "0001")]
    assert {n.office for n, _ in found(cluster, "核对")} == {"TJHQ"}
    assert found(bureau, "核对") == found(neighbour, "核对") + found(cluster, "核对")
    assert len(bureau.find_cases("王秀兰")) == 4
    neighbour.rebuild()
    assert len(bureau.find_cases("王秀兰")) == 4


@pytest.mark.parametrize("urls", [("http://127.0.0.1:9",), ("http://127.0.0.1:9", "http://127.0.0.1:19")])
def test_a_cluster_that_is_down_says_so_soon_and_nothing_personal(
    urls: tuple[str, ...], caplog: pytest.LogCaptureFixture, archive: MemoryArchive, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """“TLS + user from settings/environment, never in logs”, nor in messages."""
    monkeypatch.setattr("archivist.search.cluster_engine.ANSWER_S", 0.5)
    caplog.set_level(logging.DEBUG)
    address = ClusterAddress(urls, user="clerk", password="geheim", patience_s=0.5)
    cluster = index_of(ClusterRequests(address), archive, tmp_path)
    for act in (lambda: found(cluster, "姓名:王秀兰"), cluster.follow_many, cluster.rebuild):
        with pytest.raises(ClusterDown) as refused:
            act()
        said = (
            f"{refused.value!r} {refused.value.as_json()} {refused.value.__cause__} {caplog.text} {address}"
        )
        assert not any(word in said for word in ("王秀兰", "clerk", "geheim", make_id(1)))


def test_nothing_asked_or_answered_is_logged(
    cluster: ClusterIndex, caplog: pytest.LogCaptureFixture, archive: MemoryArchive
) -> None:
    caplog.set_level(logging.DEBUG)
    found(cluster, "姓名:王秀兰")
    archive.file(make_number(1), SECRET)
    cluster.follow_many([make_number(1)])
    assert not any(word in caplog.text for word in ("王秀兰", SECRET, make_id(1)))


class Killed(BaseException):
    """The program ends here."""


class Dying(ClusterRequests):
    """Ends the program before its request of some number, from 0."""

    left = 1_000_000

    def ask(self, *arguments: Any, **named: Any) -> Json:
        if self.left == 0:
            raise Killed
        self.left -= 1
        return super().ask(*arguments, **named)


@pytest.mark.parametrize("act", ["follow", "rebuild", "remove"])
def test_killed_before_any_request_it_is_made_good(
    act: str, one_node: Nodes, cluster: ClusterIndex, archive: MemoryArchive, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """“26 kills (commit, merge, rebuild, purge) right”: whatever request was the last, the next run makes the index right."""
    # That files are written anew takes half a minute each time; whether they were is another test's.
    monkeypatch.setattr(cluster_index, "wait_until", lambda check, _: check() or True)
    dying = Dying(ClusterAddress(one_node.urls))
    victim = index_of(dying, archive, tmp_path)
    for point in range(100):
        number, former = make_number(10 + point), make_number(9 + point)
        archive.open(number, "赵铁柱", id_number=make_id(10 + point))
        archive.file(number, "入户调查核对")
        archive.file(make_number(1), f"第{point}次")
        marked(archive, make_number(1), number)
        if act == "remove" and former in archive.cases:
            archive.drop(former)
            archive.gone.add(former)
        dying.left = point
        acts: dict[str, Callable[[], object]] = {
            "follow": victim.follow_many,
            "rebuild": victim.rebuild,
            "remove": partial(victim.remove, former),
        }
        try:
            acts[act]()
        except Killed:
            cluster.follow_many()
            cluster.catch_up()
            for query in ("核对", "姓名:赵铁柱", f"第{point}次", "户号:2024"):
                assert set(found(cluster, query)) == truth(archive, parse(query)), (point, query)
            assert not cluster.lag()
        else:
            break
    assert point > 5
    dying.close()


def test_texts_with_every_kind_of_character_are_kept_apart(requests: ClusterRequests, tmp_path: Path) -> None:
    """A fragment stands where its pairs stand one after the other: blanks, breaks, signs and rare characters too."""
    archive = MemoryArchive()
    number = make_number(1)
    archive.open(number)
    texts: Iterable[str] = (
        "甲 乙",
        "a b",
        "ab",
        "甲\f乙",
        "𠮷𠮷",
        "𠮷",
        "a\x00b",
        "甲、乙",
        "“甲”乙",
        "x" * 5000,
        "é",
        "\x1f",
    )
    for text in texts:
        archive.file(number, text)
    cluster = index_of(requests, archive, tmp_path)
    cluster.rebuild()
    for fragment in (
        "甲乙",
        "a b",
        "ab",
        "b",
        "𠮷",
        "𠮷𠮷",
        "𠮷𠮷𠮷",
        "、乙",
        "甲、",
        "\x00",
        "x" * 900,
        "甲\f乙",
        "é",
        "e",
        "\x1f",
        "乙",
    ):
        tree = q.HasText(fragment)
        assert set(keys(cluster.engine.search(tree, Page(50)))) == truth(archive, tree), fragment
