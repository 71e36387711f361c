"""``archivist search`` as clerks type it: help, one household, tables for oneself, numbers hidden."""

from __future__ import annotations

import csv
import io
import os
import stat
from pathlib import Path

import pytest

from tests.command_line import Office
from tests.people import WANG

ID = WANG["applicant"]["id_number"]


def test_a_slip_finds_the_household_that_was_meant(office: Office) -> None:
    """«“您是不是要找”»; whom it names is on record like any other."""
    found = office.json("search", "王秀蓝")
    number = office.json("case", "show", "王秀兰")["case"]
    assert found["total"] == 0
    assert {"word": "王秀兰", "households": [number]} in found["meant"]
    assert "您是不是要找：王秀兰" in office.run("search", "王秀蓝").stderr


def test_only_one_household_is_searched_by_name(office: Office) -> None:
    """«``--case NAME``»."""
    number = office.json("case", "show", "王秀兰")["case"]
    for named in ("王秀兰", number, number[-6:], "wxl"):
        hits = office.json("search", "王秀兰", "--case", named)["hits"]
        assert {hit["case"] for hit in hits} == {number}, named
    assert office.json("search", "秀兰", "--case", "查无此人", check=None)["error"]["code"] == "E201"


def test_id_numbers_are_hidden_unless_they_are_asked_for(office: Office) -> None:
    """«IDs masked unless ``--full`` by a role»."""
    query = ("search", f'"{ID[:8]}"')
    hidden = [hit["snippet"] for hit in office.json(*query)["hits"]]
    assert hidden
    assert not any(ID in snippet for snippet in hidden)
    assert any(ID[:6] + "*" * 8 + ID[-4:] in snippet for snippet in hidden)
    assert any(ID in hit["snippet"] for hit in office.json(*query, "--full")["hits"])


def test_id_numbers_are_hidden_however_they_are_printed(office: Office) -> None:
    """«IDs masked unless ``--full`` by a role»: in groups, full width, over the end of a line, of fifteen digits."""
    old = ID[:6] + ID[8:17]
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    card = "6217 0012 3456 7890 123"
    printed = (
        f"{ID[:6]} {ID[6:14]} {ID[14:]}", f"{ID[:6]}-{ID[6:14]}-{ID[14:]}", f"{ID[:6]}－{ID[6:]}", ID.translate(wide),
        f"{ID[:10]}\n{ID[10:]}", f"{old[:6]} {old[6:12]} {old[12:]}", old.translate(wide), ID.lower(),
    )  # fmt: skip
    for at, number in enumerate(printed):
        (office.root / f"{at}.txt").write_text(f"收条{at}，证号{number}，卡号{card}", encoding="utf-8")
        office.run("file", "王秀兰", f"{at}.txt", "--type", "其他材料")
        (hit,) = office.json("search", f"收条{at}")["hits"]
        shown = "".join(c for c in hit["snippet"] if c.isalnum() or c == "*")
        assert ID[6:14] not in shown.translate({v: k for k, v in wide.items()}), number
        assert old[6:12] not in shown.translate({v: k for k, v in wide.items()}), number
        assert "*" * 5 in shown
        assert "6217001234567890123" in shown
        (whole,) = office.json("search", f"收条{at}", "--full")["hits"]
        assert "*" not in whole["snippet"]
    meant = office.json("search", ID[:17] + ("1" if ID[17] != "1" else "2"))["meant"]
    assert meant[0]["word"] == "王秀兰"
    assert not any(part in one["word"] for one in meant for part in (ID[6:14], old[6:12], old[6:8] + " "))


def test_a_document_type_is_found_by_its_other_names(office: Office) -> None:
    """«When nothing is found the program helps, and says that it did»."""
    (office.root / "1.txt").write_text("门诊", encoding="utf-8")
    office.run("file", "王秀兰", "1.txt", "--type", "诊断证明")
    for words in (["文书:诊断证明"], ["门诊", "--doc", "诊断证明"]):
        found = office.json("search", *words)
        assert [hit["title"] for hit in found["hits"]] == ["医疗诊断材料"]
        assert found["notices"] == ["文书“诊断证明”按“医疗诊断材料”查了"]
    assert office.json("search", "文书:没有的文书")["notices"] == []
    found = office.json("search", "门诊", "没有的字")
    assert (found["total"], found["notices"]) == (0, ["“没有的字”没有找到；其余的词是有的"])


def test_which_words_missed_is_said_of_each(office: Office) -> None:
    """«No hit: which word missed»: every word is asked for by itself, the fourth too; of what was not asked nothing is said."""

    def missed(*words: str) -> list[str]:
        found = office.json("search", *words)
        assert found["total"] == 0
        return list(found["notices"])

    (office.root / "1.txt").write_text("门诊收据", encoding="utf-8")
    (office.root / "2.txt").write_text("住院小结", encoding="utf-8")
    office.run("file", "王秀兰", "1.txt", "2.txt", "--type", "其他材料")
    assert missed("王秀兰", "其他材料", "门诊", "没有的字") == ["“没有的字”没有找到；其余的词是有的"]
    assert missed("全无此事", "没有的字") == ["“全无此事”、“没有的字”都没有找到"]
    assert missed("王秀兰", "其他材料", "门诊", "住院") == [
        "“王秀兰”、“其他材料”、“门诊”、“住院”各自都有，但没有一件（连同它的户）同时有"
    ]
    many = ("王秀兰", "其他材料", "门诊") * 3
    assert missed(*many, "没有的字") == [], "the tenth was not asked for, so nobody says that it is there"
    assert missed("没有的字", *many) == ["“没有的字”没有找到"]


def test_a_wildcard_never_finds_nothing_without_a_word(office: Office) -> None:
    """«wildcards ``*`` and ``?`` work for names, numbers and words», or it is said why they do not."""
    (office.root / "1.txt").write_text("诊断：腰椎间盘突出，卡号 6217 0012 3456 7890 123", encoding="utf-8")
    office.run("file", "王秀兰", "1.txt", "--type", "其他材料")
    number = office.json("case", "show", "王秀兰")["case"]
    for words in (
        "腰椎*", "腰椎＊", "*间盘", "腰*突出", "腰？间盘", "腰?间*出", "6217*123", "王*兰", "王*", "w*lan", f"{ID[:6]}*{ID[-4:]}",
        f"证号:*{ID[-6:]}", f"{number[:5]}*{number[-4:]}", f"户号:*{number[-3:]}", "标题:其他*", "腰* | 没有的*",
    ):  # fmt: skip
        assert office.json("search", words)["total"] > 0, words
    for words in ('"腰*突出"', "“腰？间盘”", '"6217*123"'):
        found = office.json("search", words)
        assert found["total"] > 0, words
        assert any("引号里的" in notice for notice in found["notices"]), words
    assert "照字面查" in office.json("search", '"没有*的"')["notices"][0]
    for words in ("*", "？", "＊？", "腰 * 突出", "标题:其*料", "内容:腰*出", "姓名:*", "证号:*", "经办:？", "日期:2024-*", "类别:低*"):  # fmt: skip
        refused = office.json("search", words, check=None)["error"]
        assert refused["code"] == "E401", words
        assert "个字）" in refused["message"], words


def test_a_table_of_hits_is_for_oneself(office: Office) -> None:
    """«exports are 0600 and say so»."""
    out = office.root / "找到的.csv"
    said = office.run("search", "王秀兰", "--csv", str(out)).stdout
    assert "0600" in said
    if os.name == "posix":
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
    head, *rows = csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"), newline=""))
    assert head[:2] == ["户号", "户主"]
    assert rows[0][1] == "王秀兰"
    assert {row[6] for row in rows} <= {"在办", "已归档"}
    before = out.read_bytes()
    assert office.json("search", "王秀兰", "--csv", str(out), check=None)["error"]["code"] == "E001"
    assert out.read_bytes() == before


def test_words_that_are_not_wanted_need_no_quotes_of_the_shell(office: Office) -> None:
    """«``-词`` … work or are explained»."""
    assert office.json("search", "王秀兰")["total"] > 0
    assert office.json("search", "王秀兰", "-王秀兰")["total"] == 0
    assert office.json("search", "王秀兰", "--ful", check=None)["error"]["code"] == "E001"


@pytest.mark.parametrize("query", ["低保 -", "甲 |", "(甲", "* *"])
def test_what_cannot_be_understood_says_where(office: Office, query: str) -> None:
    refused = office.json("search", query, check=None)["error"]
    assert refused["code"] == "E401"


def test_other_ways_of_saying_are_told(office: Office) -> None:
    """«synonyms as data shown when used»."""
    assert any("户口簿" in notice for notice in office.json("search", "户口本")["notices"])
    assert not office.json("search", '"户口本"')["notices"]


def test_the_table_takes_no_formulas(tmp_path: Path) -> None:
    from archivist.api.searching import HitView, SearchAnswer, write_csv
    from archivist.model.ids import Category

    hit = HitView(
        "TJHQ-DB-2024-000001",
        "0001",
        1,
        "=1+1",
        "x",
        "@SUM",
        Category.DB,
        "filed",
        "2024-03-04",
        "-1",
        (),
        "正文",
    )
    write_csv(SearchAnswer(1, True, (hit,)), tmp_path / "a.csv")
    assert not any(
        cell.startswith(("=", "+", "-", "@"))
        for row in csv.reader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"), newline=""))
        for cell in row
    )
