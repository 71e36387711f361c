"""The scripts of ``examples/``: a month in an office and its first day, run as they stand; what they report is counted again without the program."""

from __future__ import annotations

import ast
import datetime as dt
import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from examples import first_day, month, recount
from examples.desk import Desk, id_number, invented
from examples.stories import MONTH, households
from tests.people import make_id
from tests.sampling import drawn, examples

FOLDER: Final = Path(__file__).parents[1] / "examples"


def imported(path: Path) -> set[str]:
    """Return the packages a module imports."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def test_a_month_in_an_office(tmp_path: Path) -> None:
    """«totals equal an independent recount from the events»; the whole with ``--long``, else seven households drawn by the seed."""
    told = households(None if examples(0, 1) else drawn("a month"))
    played = month.Month(Desk(tmp_path / "镇", month.FIRST), told)
    played.play()
    assert set(played.reported) == {f"{MONTH}-25", f"{MONTH}-31", "报送"}
    assert played.reported == played.counted
    at_the_end = played.reported[f"{MONTH}-31"]
    assert at_the_end["applications"] == sum(1 for one in told if one.day)
    assert at_the_end["payments.total"] > 0
    quick = [one for one in told if one.what == "quick"]
    assert quick and len(played.reported["报送"]["cases"]) >= len(quick)
    assert played.scans > 2 * at_the_end["applications"]
    missed(played, tmp_path / "少一户")


def missed(played: month.Month, copy: Path) -> None:
    """The recount looks: with one household less on the disk, it counts something else."""
    shutil.copytree(played.desk.folder / "archive/cases", copy)
    shutil.rmtree(copy / played.under_way[0].case)
    assert recount.of_events(copy, MONTH) != played.reported[f"{MONTH}-31"]


def test_forty_households_of_all_categories() -> None:
    """«40 households of all categories»; every seed draws what is in the forty."""
    whole = households()
    assert len(whole) == 40 and len({one.number for one in whole}) == 40
    assert len({one.category for one in whole if one.day}) == 8
    assert {one.what for one in whole} == {"", "visit", "change", "end", "grant", "refuse", "quick", "late"}
    for seed in range(50):
        assert set(households(seed)) < set(whole) and len(households(seed)) == 7


@pytest.mark.libreoffice
def test_an_offices_first_day(tmp_path: Path) -> None:
    """«an office's first day (import, first scans, first decisions)»."""
    day = first_day.FirstDay(Desk(tmp_path / "镇", first_day.DAY))
    day.play()
    assert day.faults == ["名册!C3：身份证号校验码不符（GB 11643），多半有一位录错，请核对证件"]
    assert len(day.opened) == first_day.HOUSEHOLDS
    assert day.filed == ["居民户口簿"] * 3 + ["居民身份证"] * 3 and day.waited == 1
    assert day.signs == "0001", "the signed form is known by its code"
    (line,) = day.answers["report"]["tables"]["register.rows"]
    assert (line["number"], line["amount"]) == (day.helped, "1000.00")
    assert day.answers["verify"]["findings"] == []
    counted = recount.of_events(day.desk.folder / "archive/cases", MONTH)
    assert counted["急难型临时救助.spent"] == 1000
    assert counted["最低生活保障.opening"] == counted["最低生活保障.closing"] == first_day.HOUSEHOLDS


def test_the_recount_knows_nothing_of_the_program() -> None:
    """«a recount that shares no code with the report»; and no example needs the tests."""
    assert imported(FOLDER / "recount.py") <= {*sys.stdlib_module_names, "__future__"}
    for path in FOLDER.glob("*.py"):
        assert "tests" not in imported(path), path


def test_the_people_are_invented_and_valid() -> None:
    people = [invented(n) for n in range(200)]
    assert len({number for _, number in people}) == 200
    assert id_number(dt.date(1962, 3, 5), 2) == make_id("19620305", "002")


@pytest.mark.parametrize("status", [0, 1])
def test_the_script_says_where_report_and_recount_differ(
    status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 1, and both numbers, where one is not the other."""

    def play(played: month.Month) -> None:
        played.reported["2026-12-31"] = {"spent": 100}
        played.counted["2026-12-31"] = {"spent": 100 + status}

    monkeypatch.setattr(month.Month, "play", play)
    assert month.main([str(tmp_path / "镇"), "--seed", "1"]) == status
    shown = capsys.readouterr().out
    assert ("报表 100，清点 101" in shown) is bool(status)
