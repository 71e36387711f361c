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
