"""Accounts, roles and TLS on a real node with the security plugin: the roles of ``docs/cluster.md``, each command, and what each must not do."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archivist.search.opensearch import ClusterAddress, ClusterRequests
from tests import people
from tests.cluster import Node, asked, require, running
from tests.cluster.accounts import PASSWORD, certify, give_account, roles
from tests.cluster.conftest import index_of
from tests.cluster.test_commands import bureau_at
from tests.command_line import Office, opened
from tests.search.household import MemoryArchive, digest, make_id, make_number

OFFICES = ("tjhq", "tjhx")


@pytest.fixture(scope="session")
def guarded_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node on which two offices and the bureau have their accounts."""
    require()
    certificates = tmp_path_factory.mktemp("guarded") / "certificates"
    certify(certificates)
    with running(1, certificates) as (node,):
        given = roles()
        of_office = json.dumps(given["archivist-tjhq"])
        for office in OFFICES:
            role = json.loads(of_office.replace("tjhq", office))
            give_account(node, office, f"archivist-{office}", role)
        give_account(node, "bureau", "archivist-bureau", given["archivist-bureau"])
        yield node


@dataclass(frozen=True)
class District:
    """An office, another of the district, and their bureau, each with its own account."""

    node: Node
    office: Office
    other: Office
    bureau: Office


def with_account(office: Office, node: Node, user: str, *, password: str = "", ca: str = "") -> Office:
    path = office.root / "archivist.toml"
    text = path.read_text(encoding="utf-8").partition("\n[cluster]")[0]
    assert node.certificates is not None
    ca = ca or str(node.certificates / "ca.pem")
    text += f'\n[cluster]\nurls = ["{node.url}"]\nca = "{ca}"\nuser = "{user}"\n'
    path.write_text(text, encoding="utf-8")
    office.settings |= {"ARCHIVIST_CLUSTER_PASSWORD": password or PASSWORD}
    return office


def address_of(node: Node, user: str) -> ClusterAddress:
    assert node.certificates is not None
    return ClusterAddress((node.url,), str(node.certificates / "ca.pem"), user, PASSWORD)


@pytest.fixture
def district(guarded_node: Node, tmp_path: Path) -> District:
    for index in asked(
        f"{guarded_node.url}/_cat/indices/archivist-*?format=json", context=guarded_node.admin
    ):
        asked(f"{guarded_node.url}/{index['index']}", "DELETE", context=guarded_node.admin)
    places = [tmp_path / name for name in ("office", "other", "bureau")]
    for place in places[:2]:
        place.mkdir()
    office = with_account(opened(places[0]), guarded_node, "tjhq")
    other = Office(places[1])
    other.run("init", ".", "--pack", "tianjin-hongqiao", "--office", "样例街道办事处", "--code", "TJHX")
    other.run("case", "open", "低保", "--name", "赵铁柱", "--id", people.make_id("19700101", "015"))
    with_account(other, guarded_node, "tjhx")
    bureau = with_account(bureau_at(places[2]), guarded_node, "bureau")
    return District(guarded_node, office, other, bureau)


def answered(node: Node, user: str, path: str, method: str = "GET", *body: object) -> tuple[int, str]:
    """Return with what number and words the node answers somebody; several bodies are sent as lines."""
    assert node.certificates is not None
    account = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(
        f"{node.url}{path}",
        data="".join(f"{json.dumps(line)}\n" for line in body if line is not None).encode() or None,
        method=method,
        headers={"Content-Type": "application/json", "Authorization": f"Basic {account}"},
    )
    context = ssl.create_default_context(cafile=node.certificates / "ca.pem")
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_an_office_does_all_its_work_with_its_own_role(district: District) -> None:
    """“routing and filtered aliases so that an office sees only its own cases”: put there twice, asked, followed, and what was destroyed taken away."""
    office = district.office
    for _ in range(2):
        office.run("reindex", "--to", "opensearch")
    district.other.run("reindex", "--to", "opensearch")
    office.run("reindex", "--to", "opensearch")
    assert (
        office.json("search", "王秀兰", "--engine", "opensearch")["hits"]
        == office.json("search", "王秀兰")["hits"]
        != []
    )
    assert office.json("search", "赵铁柱", "--engine", "opensearch")["total"] == 0
    office.run("case", "open", "低保", "--name", "周春生", "--id", people.make_id("19710212", "013"))
    assert office.json("reindex", "--to", "opensearch", "--behind")["cases"] == 1
    assert office.json("search", "周春生", "--engine", "opensearch")["total"] == 1
    assert office.json("due", "--engine", "opensearch", check=None)
    for command in ("doctor", "status"):
        line = next(c for c in office.json(command, check=None)["checks"] if c["check"] == "检索集群")
        assert line["state"] == "正常", line


def test_the_bureau_finds_all_and_changes_nothing(district: District) -> None:
    """“and the bureau all”, with a role that may read."""
    district.office.run("reindex", "--to", "opensearch")
    district.other.run("reindex", "--to", "opensearch")
    for name in ("王秀兰", "赵铁柱"):
        assert district.bureau.json("search", name, "--engine", "opensearch")["total"] == 1
    told = district.bureau.json("bureau", "due")
    assert {"TJHQ", "TJHX"} <= {word for word in json.dumps(told).split('"') if word.startswith("TJH")}
    index = "/archivist-tjhq-000001"
    for method, path, body in (
        ("PUT", f"{index}/_doc/x", {}),
        ("DELETE", index, None),
        ("POST", f"{index}/_delete_by_query", {"query": {"match_all": {}}}),
        ("POST", "/_aliases", {"actions": [{"remove": {"index": index[1:], "alias": "archivist-all"}}]}),
    ):
        assert answered(district.node, "bureau", path, method, body)[0] == 403, (method, path)
    assert district.bureau.json("search", "王秀兰", "--engine", "opensearch")["total"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/archivist-tjhq/_search", {}),
        ("POST", "/archivist-tjhq-000001/_search", {}),
        ("POST", "/archivist-tjhq/_count", {}),
        ("POST", "/archivist-all/_search", {}),
        ("POST", "/archivist-all,archivist-tjhx/_search", {}),
        ("GET", "/archivist-tjhq-000001/_doc/state", None),
        ("GET", "/archivist-tjhq-000001/_mapping", None),
        ("PUT", "/archivist-tjhq-000001/_doc/x", {}),
        ("POST", "/archivist-tjhq/_delete_by_query", {"query": {"match_all": {}}}),
        ("PUT", "/archivist-tjhq-000001/_settings", {"index.hidden": True}),
        ("POST", "/archivist-tjhq-000001/_close", None),
        ("DELETE", "/archivist-tjhq-000001", None),
        ("POST", "/_aliases", {"actions": [{"remove": {"index": "archivist-tjhq-000001", "alias": "archivist-all"}}]}),
        ("POST", "/_aliases", {"actions": [{"add": {"index": "archivist-tjhq-000001", "alias": "archivist-tjhx"}}]}),
        ("POST", "/_aliases", {"actions": [{"remove_index": {"index": "archivist-tjhq-000001"}}]}),
        ("PUT", "/_index_template/archivist", {"index_patterns": ["archivist-*"], "template": {}}),
        ("POST", "/_reindex", {"source": {"index": "archivist-tjhq"}, "dest": {"index": "archivist-tjhx-000009"}}),
        ("PUT", "/_snapshot/x", {"type": "fs", "settings": {"location": "x"}}),
    ],
)  # fmt: skip
def test_an_office_reaches_nothing_of_another(
    district: District, method: str, path: str, body: object
) -> None:
    """“An office sees only its own cases”, whatever it asks the cluster for."""
    district.office.run("reindex", "--to", "opensearch")
    district.other.run("reindex", "--to", "opensearch")
    number, _ = answered(district.node, "tjhx", path, method, body)
    assert number == 403
    assert district.bureau.json("search", "王秀兰", "--engine", "opensearch")["total"] == 1
    assert district.office.json("search", "王秀兰", "--engine", "opensearch")["total"] == 1


def test_who_is_not_known_or_may_not_is_told_which(district: District) -> None:
    """“TLS + user from settings/environment (never in logs)”; bad input “gets a clear error: what, why, what to do next”."""
    office, node = district.office, district.node
    office.run("reindex", "--to", "opensearch")
    assert node.certificates is not None
    search = ("search", "王秀兰", "--engine", "opensearch")
    with_account(office, node, "tjhq", password="falsch")
    shown = office.process(*search, check=44)
    assert "集群不认这个用户" in shown.stderr and "falsch" not in shown.stdout + shown.stderr
    with_account(office, node, "街道甲")
    assert "集群不认这个用户" in office.process(*search, check=44).stderr
    with_account(office, node, "a:b")
    assert "冒号" in office.process(*search, check=50).stderr
    with_account(office, node, "tjhx")
    shown = office.process(*search, check=44)
    assert "没有这项权限（indices:" in shown.stderr and "docs/cluster.md" in shown.stderr
    assert not any(word in shown.stderr for word in ("王秀兰", "tjhx", PASSWORD))
    office.process("reindex", "--to", "opensearch", check=44)
    (office.root / "other.pem").write_bytes((node.certificates / "node.pem").read_bytes())
    with_account(office, node, "tjhq", ca="other.pem")
    assert "证书不可信" in office.process(*search, check=44).stderr
    with_account(office, node, "tjhq")
    assert office.json(*search)["total"] == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/archivist-tjhq-000001/_mget", [{"ids": ["state", "rules"]}]),
        ("/archivist-all/_mget", [{"ids": ["state", "rules"]}]),
        ("/_mget", [{"docs": [{"_index": "archivist-tjhq-000001", "_id": "state"}]}]),
        ("/_msearch", [{"index": "archivist-tjhq"}, {"query": {"match_all": {}}}]),
    ],
)
def test_several_asked_for_at_once_are_refused_each(
    district: District, path: str, body: list[object]
) -> None:
    """Where a cluster answers 200 with an answer for each part, no part holds anything of another office."""
    district.office.run("reindex", "--to", "opensearch")
    number, words = answered(district.node, "tjhx", path, "POST", *body)
    assert "error" in words and "_source" not in words, (number, words)


def test_what_was_destroyed_leaves_with_the_offices_own_role(district: District, tmp_path: Path) -> None:
    """“deletes and purges confirmed”: no right is wanted for it but those of its own index."""
    archive = MemoryArchive()
    archive.trail.events.append(digest("founded"))
    for sequence in (1, 2, 3):
        archive.open(make_number(sequence), "王秀兰", id_number=make_id(sequence))
        archive.file(make_number(sequence), "家庭经济状况核对")
    node = district.node
    with closing(ClusterRequests(address_of(node, "tjhq"))) as requests:
        index = index_of(requests, archive, tmp_path)
        index.rebuild()
        archive.drop(make_number(2))
        archive.gone.add(make_number(2))
        assert index.catch_up() == 1
        docs = requests.ask("GET", f"/{index.alias}/_stats/docs")["_all"]["total"]["docs"]
    assert (docs["count"], docs["deleted"]) == (6, 0)


def test_a_snapshot_brings_an_office_back(district: District) -> None:
    """“docs/cluster.md: how a bureau sets it up, sizes, backup”: taken and put back as it says, by whoever looks after the cluster."""
    office, node = district.office, district.node
    office.run("reindex", "--to", "opensearch")
    before = office.json("search", "王秀兰", "--engine", "opensearch")
    settings = {"type": "fs", "settings": {"location": str(node.folder / "snapshots")}}

    def ask(path: str, method: str, body: object = None) -> Any:
        return asked(f"{node.url}{path}", method, body, context=node.admin)

    assert ask("/_snapshot/archivist", "PUT", settings)
    only = {"indices": "archivist-*", "include_global_state": False}
    taken = ask("/_snapshot/archivist/of-today?wait_for_completion=true", "PUT", only)
    assert taken["snapshot"]["state"] == "SUCCESS"
    assert ask("/archivist-tjhq-000001", "DELETE")
    office.run("search", "王秀兰", "--engine", "opensearch", check=40)
    back = ask("/_snapshot/archivist/of-today/_restore?wait_for_completion=true", "POST", only)
    assert back["snapshot"]["shards"]["failed"] == 0
    assert office.json("search", "王秀兰", "--engine", "opensearch") == before
    assert office.json("reindex", "--to", "opensearch", "--behind")["cases"] == 0
    assert ask("/_snapshot/archivist/of-today", "DELETE")
