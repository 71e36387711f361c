"""``archivist search``: counted, in an order, page by page, kept by name, and what waits in the tray."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from tests.command_line import Office, opened
from tests.people import WANG, make_id

ID = str(WANG["applicant"]["id_number"])
OTHER = "赵铁柱"
OTHER_ID = make_id("19700101", "015")
NOBODYS_ID = make_id("19800101", "017")


@pytest.fixture(scope="module")
def filled_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two households with some papers, and two letters in the tray that nobody can place."""
    office = opened(tmp_path_factory.mktemp("filled"))
    office.run("case", "open", "特困", "--name", OTHER, "--id", OTHER_ID)
    for name, case, kind in (
        ("诊断1.txt", "王秀兰", "其他材料"),
        ("诊断2.txt", "王秀兰", "其他材料"),
        ("诊断3.txt", OTHER, "其他材料"),
    ):
        (office.root / name).write_text(f"门诊诊断证明 {name}", encoding="utf-8")
        office.run("file", case, name, "--type", kind)
    letters = {
        "来信.txt": f"情况说明\n本人赵铁柱、王秀兰，身份证号 {ID} 与 {OTHER_ID}，诊断已交\n",
        f"无名 {NOBODYS_ID}.txt": "收条\n今收到诊断费若干",
    }
    for name, text in letters.items():
        (office.root / "archive/inbox" / name).write_text(text, encoding="utf-8")
    office.run("watch", "--once", check=1)
    assert office.json("review", "list")["waiting"] == 2
    return office.root


@pytest.fixture
def filled(filled_office: Path, tmp_path: Path) -> Office:
    shutil.copytree(filled_office, tmp_path / "ws")
    return Office(tmp_path / "ws")


# ── facets, orders, pages ────────────────────────────────────────────────────────────────────────────────
def test_facets_count_the_whole_answer_and_can_be_asked_for(filled: Office) -> None:
    """“Facets (category, year, village, type, status, step)”, whose values narrow the same search."""
    found = filled.json("search", "状态:在办", "--facets", "--limit", "2")
    total = found["total"]
    assert len(found["hits"]) == 2 < total
    facets = {facet["facet"]: facet["values"] for facet in found["facets"]}
    assert list(facets) == ["category", "year", "village", "type", "status", "step"]
    assert all(sum(value["count"] for value in values) == total for values in facets.values())
    for value in facets["category"]:
        assert filled.json("search", "状态:在办", "--category", value["label"])["total"] == value["count"]
    for value in facets["year"]:
        assert filled.json("search", f"状态:在办 日期:{value['value']}")["total"] == value["count"]
    for value in facets["type"]:
        if value["value"]:
            assert filled.json("search", f"状态:在办 文书:{value['value']}")["total"] == value["count"]
    said = filled.run("search", "状态:在办", "--facets").stdout
    assert "类别：最低生活保障 3、特困人员救助供养 2" in said
    assert "状态：已归档 3、在办 2" in said
    assert filled.json("search", "状态:在办")["facets"] == []


def test_hits_come_in_the_order_asked_for(filled: Office) -> None:
    """“Sort (date, number, relevance simple)”."""

    def places(*words: str) -> list[tuple[str, str]]:
        return [(hit["case"], hit["record"] or "") for hit in filled.json("search", *words)["hits"]]

    assert places("状态:在办", "--sort", "number") == sorted(places("状态:在办"))
    newest = filled.json("search", "状态:在办", "--sort", "date")["hits"]
    assert [hit["filed_at"] for hit in newest] == sorted((hit["filed_at"] for hit in newest), reverse=True)
    first = filled.json("search", "王秀兰 | 诊断", "--sort", "relevance")["hits"][0]
    assert (first["applicant"], first["record"]) == ("王秀兰", None)


def test_pages_are_walked_by_the_mark_at_their_end(filled: Office) -> None:
    """“Paging by a cursor”: the whole answer once over; the mark says no word of the query."""
    whole = filled.json("search", "状态:在办")["hits"]
    shown, words = [], ["search", "状态:在办", "--limit", "2"]
    page = filled.json(*words)
    while True:
        shown += page["hits"]
        if not page["next"]:
            break
        page = filled.json(*words, "--after", page["next"])
        assert not page["notices"]
    assert shown == whole
    assert f"--after {filled.json(*words)['next']}" in filled.run(*words).stdout


def test_what_changed_meanwhile_is_said(filled: Office) -> None:
    """“Stable when the index changes in between (says so when it is not)”."""
    first = filled.json("search", "状态:在办", "--limit", "2")
    (filled.root / "诊断4.txt").write_text("又一张诊断证明", encoding="utf-8")
    filled.settings["ARCHIVIST_NOW"] = "2024-03-09T10:30:00+08:00"
    filled.run("file", OTHER, "诊断4.txt", "--type", "其他材料")
    second = filled.json("search", "状态:在办", "--limit", "9", "--after", first["next"])
    assert any("多了 1 条" in notice for notice in second["notices"])
    both = [(hit["case"], hit["record"]) for hit in first["hits"] + second["hits"]]
    assert len(both) == len(set(both)) == second["total"] - 1


@pytest.mark.parametrize("mark", ["x", "WzEsMl0", "王秀兰"])
def test_a_mark_that_is_none_is_refused(filled: Office, mark: str) -> None:
    assert filled.json("search", "诊断", "--after", mark, check=41)["error"]["code"] == "E401"


def test_a_mark_belongs_to_its_search(filled: Office) -> None:
    mark = filled.json("search", "状态:在办", "--limit", "2")["next"]
    for words in (["诊断"], ["状态:在办", "--sort", "number"], ["状态:在办", "--category", "低保"]):
        refused = filled.json("search", *words, "--after", mark, check=41)["error"]
        assert "另一次检索" in refused["message"]
    assert (
        filled.json("search", "状态:在办", "--after", mark, "--offset", "2", check=2)["error"]["code"]
        == "E001"
    )


# ── kept by name ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_search_is_kept_by_name_and_asked_again(filled: Office) -> None:
    """“Saved searches by name (`search --save 本月待送达`)”; no name of a person stands in a path."""
    filled.run("search", "--save", "王家的诊断", "姓名:王秀兰 诊断", "--sort", "number")
    again = filled.json("search", "--saved", "王家的诊断")
    assert again["hits"] == filled.json("search", "姓名:王秀兰 诊断", "--sort", "number")["hits"] != []
    narrowed = filled.json("search", "--saved", "王家的诊断", "诊断1 | 无此字")
    assert narrowed["total"] == filled.json("search", "姓名:王秀兰 诊断 诊断1")["total"] == 1
    (kept,) = filled.json("search", "--list-saved")["searches"]
    assert (kept["name"], kept["query"], kept["by"]) == ("王家的诊断", "姓名:王秀兰 诊断", "林经办")
    assert "王家的诊断" in filled.run("search", "--list-saved").stdout
    paths = [p for p in (filled.root / "searches").rglob("*") if p.is_file()]
    assert [p.name for p in paths] == ["saved.json"]
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o600
    assert "已删去" in filled.run("search", "--forget", "王家的诊断").stdout
    assert filled.json("search", "--list-saved")["searches"] == []
    assert "没有保存过" in filled.json("search", "--saved", "王家的诊断", check=2)["error"]["message"]
    assert "没有保存过" in filled.json("search", "--forget", "王家的诊断", check=2)["error"]["message"]


def test_only_ones_own_is_taken_away_and_no_name_is_told_in_a_refusal(filled: Office) -> None:
    """“Own saved searches may be forgotten by oneself; another's only by a wider role”; a name that is none lists no other's."""
    rows = [("林经办", "intake"), ("苏调查", "intake"), ("孟档案", "archivist")]
    with (filled.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write("".join(f'\n[[people]]\nname = "{name}"\nroles = ["{role}"]\n' for name, role in rows))
    for name in ("甲", "王秀兰家", "丙"):
        filled.run("search", "--save", name, "诊断", "--as", "林经办")
    path = filled.root / "searches/saved.json"
    before = path.read_bytes()
    refused = filled.json("search", "--forget", "甲", "--as", "苏调查", check=None)["error"]
    assert refused["code"] == "E504"
    assert "删去别人保存的检索" in refused["message"]
    for words in (["--saved", "无此名"], ["--forget", "无此名", "--as", "孟档案"]):
        error = filled.json("search", *words, check=2)["error"]
        assert "--list-saved" in error["remedy"]
        assert "王秀兰家" not in str(error)
    unknown = filled.json("search", "--save", "丁", "诊断", "--as", "查无此人", check=None)["error"]
    assert unknown["code"] == "E505"
    assert path.read_bytes() == before
    filled.run("search", "--forget", "甲", "--as", "林经办")
    filled.run("search", "--forget", "王秀兰家", "--as", "孟档案")
    assert [one["name"] for one in filled.json("search", "--list-saved")["searches"]] == ["丙"]


def test_a_relative_date_stays_relative(filled: Office) -> None:
    """“A relative date (本月) in a saved search stays relative.”."""
    filled.run("search", "--save", "本月收的", "日期:本月 诊断")
    filled.run("search", "--save", "本月的案", "类别:特困", "--from", "本月")
    here = filled.json("search", "--saved", "本月收的")["total"]
    assert here == 3
    assert filled.json("search", "--saved", "本月的案")["total"] == 2
    filled.settings["ARCHIVIST_NOW"] = "2024-04-01T00:30:00+08:00"
    assert filled.json("search", "--saved", "本月收的")["total"] == 0
    assert filled.json("search", "--saved", "本月的案")["total"] == 0
    assert filled.json("search", "日期:上月 诊断")["total"] == here


def test_a_name_is_taken_once_and_what_cannot_be_understood_is_not_kept(filled: Office) -> None:
    filled.run("search", "--save", "甲", "诊断")
    for words, code in (
        (["--save", "甲", "低保"], "E002"),
        (["--save", " ", "低保"], "E002"),
        (["--save", "长" * 31, "低保"], "E002"),
        (["--save", "乙", "(低保"], "E401"),
        (["--save", "乙"], "E401"),
        (["--save", "丙", "--to", "某日", "低保"], "E401"),
    ):
        assert filled.json("search", *words, check=None)["error"]["code"] == code, words
    assert [one["query"] for one in filled.json("search", "--list-saved")["searches"]] == ["诊断"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"searches": {"\xe7\x94\xb2": {}}}',
        b'{"searches": {}, "digest": "0"}',
    ],
)
def test_a_damaged_list_is_named_and_other_searches_go_on(filled: Office, content: bytes) -> None:
    """One bad thing on disk is one finding; nothing is overwritten."""
    filled.run("search", "--save", "甲", "诊断")
    path = filled.root / "searches/saved.json"
    path.write_bytes(content)
    for words in (["--saved", "甲"], ["--list-saved"], ["--forget", "甲"], ["--save", "乙", "诊断"]):
        error = filled.json("search", *words, check=None)["error"]
        assert (error["code"], error["file"]) == ("E212", "searches/saved.json"), words
    assert path.read_bytes() == content
    assert filled.json("search", "诊断")["total"] == 3


def test_what_was_kept_comes_back_from_a_backup(filled: Office, tmp_path: Path) -> None:
    filled.run("search", "--save", "甲", "诊断")
    (tmp_path / "盘").mkdir()
    filled.run("backup", "make", str(tmp_path / "盘"))
    (filled.root / "searches/saved.json").write_bytes(b"{")
    filled.run("restore", "常用检索", "--from", str(tmp_path / "盘"))
    assert [one["name"] for one in filled.json("search", "--list-saved")["searches"]] == ["甲"]


# ── the tray ─────────────────────────────────────────────────────────────────────────────────────────────
def test_what_waits_stands_under_its_own_heading(filled: Office) -> None:
    """“Tray items under their own heading”, masked and put on record like the rest."""
    found = filled.json("search", "诊断")
    assert found["total"] == 3
    hidden = f"{NOBODYS_ID[:6]}{'*' * 8}{NOBODYS_ID[-4:]}"
    assert {one["name"] for one in found["waiting"]} == {"来信.txt", f"无名 {hidden}.txt"}
    (letter,) = filled.json("search", "已交")["waiting"]
    assert [letter["snippet"][a:b] for a, b in letter["highlights"]] == ["已交"]
    shown = filled.run("search", "已交").stdout
    assert "待认领（1 件" in shown
    assert "共 0 条" in shown
    everything = json.dumps(filled.json("search", f"{ID[:6]}", "|", "诊断"), ensure_ascii=False)
    assert OTHER_ID not in everything
    assert OTHER_ID in json.dumps(filled.json("search", "已交", "--full"), ensure_ascii=False)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["赵铁柱"], ["来信.txt"]),
        (["姓名:赵铁柱"], ["来信.txt"]),
        (["证号:" + OTHER_ID], ["来信.txt"]),
        ([OTHER_ID], ["来信.txt"]),
        (["内容:收条"], ["无名"]),
        (["文件名:来信"], ["来信.txt"]),
        (["诊断", "-收条"], ["来信.txt"]),
        (["诊断费 | 已交"], ["来信.txt", "无名"]),
        (["今?到"], ["无名"]),
        (["诊断", "--from", "2024-03-08", "--to", "2024-03-08"], ["来信.txt", "无名"]),
        (["诊断", "--from", "2024-03-09"], []),
        (["状态:在办"], []),
        (["ztz"], ["来信.txt"]),
        (["姓名:wangxl"], ["来信.txt"]),
        (["诊断", "--case", "王秀兰"], ["来信.txt"]),
        (["查无此字"], []),
    ],
)
def test_the_tray_is_asked_as_the_files_are(filled: Office, words: list[str], names: list[str]) -> None:
    """Words, names, numbers, fields, NOT, OR and wildcards mean the same for a paper that is nobody's yet."""
    found = sorted(one["name"] for one in filled.json("search", *words)["waiting"])
    assert [name[:2] for name in found] == sorted(name[:2] for name in names)


def test_whom_waiting_papers_name_is_on_record(filled: Office) -> None:
    """“Logged in the access log as households shown”; the words never."""
    (waiting,) = filled.json("search", "已交")["waiting"]
    month = max((filled.root / "archive/access").glob("*.jsonl"))
    log = month.read_text(encoding="utf-8").splitlines()[-1]
    assert waiting["item"] in log
    assert waiting["households"]
    assert all(number in log for number in waiting["households"])
    assert "已交" not in log


def test_the_tray_comes_with_the_first_page_alone(filled: Office) -> None:
    first = filled.json("search", "诊断", "--limit", "1")
    assert first["waiting"]
    assert not filled.json("search", "诊断", "--limit", "1", "--after", first["next"])["waiting"]
    assert not filled.json("search", "诊断", "--offset", "1")["waiting"]


def test_a_damaged_item_does_not_stop_a_search(filled: Office) -> None:
    for note in (filled.root / "archive/review").glob("*/why.json"):
        note.chmod(0o600)
        note.write_bytes(b"{")
    found = filled.json("search", "诊断")
    assert (found["total"], found["waiting"]) == (3, [])
