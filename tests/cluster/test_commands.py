"""The commands of an office and of a bureau with a real cluster: made, asked, behind, down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archivist.search.opensearch import ClusterAddress
from tests.cluster import Nodes, asked
from tests.command_line import Office, opened
from tests.people import make_id

FREE = "http://127.0.0.1:9"
"""Nobody listens there."""


def with_cluster(office: Office, *urls: str) -> Office:
    path = office.root / "archivist.toml"
    text = path.read_text(encoding="utf-8").partition("\n[cluster]")[0]
    listed = ", ".join(f'"{url}"' for url in urls)
    path.write_text(f"{text}\n[cluster]\nurls = [{listed}]\n", encoding="utf-8")
    return office


def bureau_at(folder: Path) -> Office:
    folder.mkdir()
    bureau = Office(folder)
    pack = ("--pack", "tianjin-hongqiao")
    bureau.run("init", ".", "--kind", "bureau", *pack, "--office", "样例区民政局", "--code", "TJMZ")
    return bureau


@pytest.fixture
def office(tmp_path: Path, one_node: Nodes) -> Office:
    asked(f"{one_node[0].url}/archivist-*", "DELETE")
    return with_cluster(opened(tmp_path), *one_node.urls)


def cluster_line(office: Office, command: str = "doctor") -> Any:
    return next(c for c in office.json(command, check=None)["checks"] if c["check"] == "检索集群")


def looked_at(office: Office) -> tuple[str, int | None]:
    """Return how ``status`` finds the cluster, and how many households it says are lacking there."""
    return cluster_line(office, "status")["state"], office.json("status", check=None)["cluster_lag"]


def test_an_office_puts_its_index_there_and_asks_it(office: Office) -> None:
    office.run("search", "王秀兰", "--engine", "opensearch", check=40)
    office.run("reindex", "--to", "opensearch")
    for words in (["王秀兰"], ["wxl"], ["--category", "低保"], ["--name", "王", "--limit", "1"]):
        there = office.json("search", *words, "--engine", "opensearch")
        here = office.json("search", *words)
        assert there["hits"] == here["hits"] != [] and there["total"] == here["total"]
    assert cluster_line(office)["state"] == "正常"


def test_what_was_filed_meanwhile_is_told_and_made_good(office: Office, one_node: Nodes) -> None:
    """“A cluster that is down never blocks filing (backlog from chain heads; `status` shows the lag).”."""
    office.run("reindex", "--to", "opensearch")
    with_cluster(office, FREE)
    office.run("case", "open", "低保", "--name", "赵铁柱", "--id", make_id("19700101", "015"))
    assert office.run("search", "赵铁柱", "--engine", "opensearch", check=44).stdout == ""
    assert cluster_line(office)["state"] == "注意" and looked_at(office) == ("注意", None)
    with_cluster(office, *one_node.urls)
    assert "还缺 1 户" in cluster_line(office)["detail"] and looked_at(office) == ("注意", 1)
    assert "还缺 1 户" in office.run("status", check=None).stdout.replace("\n", "")
    assert office.json("search", "赵铁柱", "--engine", "opensearch")["total"] == 1
    assert cluster_line(office)["state"] == "正常" and looked_at(office) == ("正常", 0)
    assert office.json("reindex", "--to", "opensearch", "--behind")["cases"] == 0


def test_the_bureau_asks_for_all_its_offices(office: Office, tmp_path: Path, one_node: Nodes) -> None:
    """“An office sees only its own cases and the bureau all.”."""
    office.run("reindex", "--to", "opensearch")
    bureau = bureau_at(tmp_path / "bureau")
    with_cluster(bureau, *one_node.urls)
    found = bureau.json("search", "王秀兰", "--engine", "opensearch")
    assert found["hits"] == office.json("search", "王秀兰")["hits"] != []
    assert found["notices"] == []
    bureau.run("reindex", "--to", "opensearch", check=50)


def test_the_bureau_is_told_of_an_office_that_is_not_there(
    office: Office, tmp_path: Path, one_node: Nodes
) -> None:
    """No answer passes for whole: an office of the bureau's settings without an index is named."""
    office.run("reindex", "--to", "opensearch")
    bureau = bureau_at(tmp_path / "bureau")
    with (bureau.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        for name, code in (("样例街道办事处", "TJHQ"), ("南样例街道办事处", "TJNK")):
            settings.write(f'\n[[offices]]\nname = "{name}"\ncode = "{code}"\n')
    with_cluster(bureau, *one_node.urls)
    assert (line := cluster_line(bureau))["state"] == "注意" and "TJNK" in line["detail"]
    (notice,) = bureau.json("search", "王秀兰", "--engine", "opensearch")["notices"]
    assert "结果不含南样例街道办事处（TJNK）" in notice
    assert "结果不含" in bureau.run("search", "王秀兰", "--engine", "opensearch").stderr


def test_a_history_that_lost_its_end_is_told(office: Office) -> None:
    office.run("reindex", "--to", "opensearch")
    (case,) = (office.root / "archive" / "cases").iterdir()
    last = max((case / "events").iterdir())
    office.run("case", "set", "王秀兰", "申请人.联系电话=022-00007777")
    office.run("reindex", "--to", "opensearch", "--behind")
    newer = max((case / "events").iterdir())
    assert newer != last
    newer.chmod(0o600)
    newer.write_bytes(newer.read_bytes().replace(b"00007777", b"00002222"))
    shown = office.run("reindex", "--to", "opensearch", "--behind", check=None)
    assert shown.returncode == 40 and "缺少集群记得的事件" in shown.stdout + shown.stderr


def test_no_password_and_no_name_is_shown(office: Office) -> None:
    office.settings |= {"ARCHIVIST_CLUSTER_USER": "tjhq-clerk", "ARCHIVIST_CLUSTER_PASSWORD": "geheim"}
    with_cluster(office, FREE)
    for words in (
        ["search", "王秀兰", "--engine", "opensearch"],
        ["-v", "reindex", "--to", "opensearch", "--behind"],
    ):
        shown = office.process(*words, check=44)
        assert not any(w in shown.stdout + shown.stderr for w in ("geheim", "tjhq-clerk", "王秀兰"))


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3:9200", "https://clerk:geheim@10.1.2.3:9200", "10.1.2.3:9200", "https://", "https://[::1:9200", "https://10.1.2.3:0",
        "https://10.1.2.3:65536", "https://10.1.2.3:9200/x", "https://a b:9200", "https://10.1.2.3:9200?x", "https://::1:9200",
    ],
)  # fmt: skip
def test_an_address_that_would_give_a_password_away_is_refused(url: str, office: Office) -> None:
    with_cluster(office, url)
    shown = office.run("search", "王秀兰", "--engine", "opensearch", check=50)
    assert "https" in shown.stderr + shown.stdout


@pytest.mark.parametrize(
    ("named", "why"),
    [("nowhere.pem", "不存在"), ("archive", "是文件夹"), ("archivist.toml", "里面没有证书")],
)
def test_an_authority_that_is_none_is_named(office: Office, named: str, why: str) -> None:
    """Bad input “gets a clear error: what, which file, why, what to do next”; from the workspace's folder on."""
    with_cluster(office, "https://127.0.0.1:9")
    with (office.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'ca = "{named}"\n')
    shown = office.run("search", "王秀兰", "--engine", "opensearch", check=50).stderr
    assert named in shown and why in shown
    assert cluster_line(office)["state"] == "注意"


def test_a_quick_command_does_not_load_the_client(office: Office) -> None:
    """“The extra is optional; a quick command never imports it.”."""
    code = (
        "import sys; from archivist.cli.main import main; main(['search', '姓名:王秀兰']); "
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'opensearchpy', 'urllib3', 'requests', 'grpc'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=office.root,
        env=office.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().endswith("[]")


def test_an_address_says_neither_user_nor_password() -> None:
    assert "geheim" not in repr(ClusterAddress(("https://x",), user="u", password="geheim"))
