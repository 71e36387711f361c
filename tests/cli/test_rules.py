"""``archivist rules``: what a clerk reads of the packs, and what the check finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archivist.rules import pack
from tests.cli.golden_texts import agrees, typed
from tests.command_line import Office
from tests.sampling import sweep

OWN_ROW = """
[[override.rule]]
id = "refusal.inform"
patch = true
value = 2
source = { measure = "《样例街道办事规程》", article = "第三条", sentence = "二个工作日内送达" }
"""
BROKEN = """
[[override.step]]
id = "announce"
patch = true
guards = ["sunny"]
moves = { delivered = "delivered" }
source = { measure = "《样例》", sentence = "样例" }
"""


def add(office: Office, text: str) -> None:
    with (office.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(text)


@sweep(1 / 3)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rules-list", ["rules", "list"]),
        ("rules-list-pack", ["rules", "list", "--pack", "chongqing-yongchuan"]),
        ("rules-show-rule", ["rules", "show", "cq.dibao.overall", "--pack", "chongqing-yongchuan"]),
        ("rules-show-steps", ["rules", "show", "publicize_proposed", "--pack", "heilongjiang-jiamusi"]),
        (
            "rules-show-prefix",
            ["rules", "show", "staff", "--pack", "heilongjiang-jiamusi", "--on", "2022-05-01"],
        ),
        ("rules-show-unknown", ["rules", "show", "publisize"]),
    ],
)
def test_what_a_clerk_reads_of_the_rules(office: Office, name: str, words: list[str]) -> None:
    """Versions of packs are left out."""
    agrees(name, re.sub(r"\b[0-9a-f]{12}\b", "…", typed(office, words)))


def test_the_matrix_as_json(office: Office) -> None:
    found = {p["id"]: p for p in office.json("rules", "list")["packs"]}
    assert set(found) == set(pack.available())
    assert found["chongqing-yongchuan"]["delegated"] == {"DB": "审核确认", "TK": "审核确认", "CJ": "审核"}
    rows = {c["category"]: c for c in office.json("rules", "list", "--pack", "shaanxi-ziyang")["categories"]}
    assert rows["DX"]["power"] == "审核确认"
    assert rows["ZC"]["power"] is None and "没有写临时救助" in rows["ZC"]["reason"]


def test_a_category_shows_its_whole_procedure(office: Office) -> None:
    shown = office.json("rules", "show", "--category", "低保", "--pack", "shanxi-jincheng-chengqu")
    steps = {s["id"]: s for s in shown["steps"]}
    assert steps["publicize"]["moves"] == {"confirmed": "publicized"}
    assert all(row["sentence"] for table in ("rules", "steps", "materials", "checks") for row in shown[table])
    assert all("DB" in s["categories"] or not s["categories"] for s in shown["steps"])
    text = office.run("rules", "show", "--category", "低保", "--pack", "shanxi-jincheng-chengqu").stdout
    for heading in ("── 期限与数字 ──", "── 环节 ──", "── 材料 ──", "── 检查 ──"):
        assert heading in text
    assert "公示确认结果：已确认 → 公示中" in text


def test_rules_of_another_day(office: Office) -> None:
    """「应当自受理之日起20个工作日之内完成」 since 20 October 2022; 30 before."""
    for day, value in (("2022-10-19", 30), ("2022-10-20", 20)):
        rows = office.json("rules", "show", "overall", "--pack", "national", "--category", "DB", "--on", day)[
            "rules"
        ]
        assert [r["value"] for r in rows if r["id"] == "overall"] == [value]


@sweep(1 / 3, of="packs and templates at the command line")
def test_all_packs_are_sound(office: Office) -> None:
    checked = office.json("rules", "check")["checked"]
    assert [c["pack"] for c in checked] == pack.available()
    assert all(c["rules"] > 40 and c["steps"] > 40 for c in checked)


@sweep(1 / 3, of="packs and templates at the command line")
def test_the_office_s_own_rows_are_checked_and_shown(office: Office) -> None:
    add(office, OWN_ROW)
    assert office.json("rules", "check")["checked"][-1]["pack"] == "tianjin-hongqiao＋archivist.toml"
    assert "2 个工作日" in office.run("rules", "show", "refusal.inform").stdout
    shipped = office.run("rules", "show", "refusal.inform", "--pack", "tianjin-hongqiao").stdout
    assert "3 个工作日" in shipped and "2 个工作日" not in shipped


@sweep(1 / 3, of="packs and templates at the command line")
def test_faults_of_the_office_s_rows_are_all_told(office: Office) -> None:
    add(office, BROKEN)
    error = office.json("rules", "check", check=52)["error"]
    assert error["code"] == "E502"
    told = "\n".join(error["problems"])
    assert " announce：guards 中没有条件“sunny”" in told
    assert "环节 suspend（作出停发决定）永远走不到" in told
    assert all(p.startswith("tianjin-hongqiao＋archivist.toml：") for p in error["problems"])
    add(office, OWN_ROW.replace('"refusal.inform"', '"no.such.rule"'))
    told = "\n".join(office.json("rules", "check", check=52)["error"]["problems"])
    assert " no.such.rule：写了 patch，但下层没有这一代号" in told, "a patch for a row that is not there"


@sweep(1 / 3, of="packs and templates at the command line")
def test_outside_a_workspace_the_packs_can_still_be_read(tmp_path: Path) -> None:
    outside = Office(tmp_path)
    assert len(outside.json("rules", "check")["checked"]) == len(pack.available())
    assert "永川" in outside.run("rules", "show", "phase.full", "--pack", "chongqing-yongchuan").stdout
    outside.run("rules", "show", "overall", check=25)
    outside.run("rules", "show", "overall", "--pack", "nowhere", check=51)
