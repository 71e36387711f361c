"""What a clerk is shown of people: notices when a file is opened or changed, former names, all pairs of the office."""

from __future__ import annotations

from rich.cells import cell_len

from tests.command_line import Office
from tests.people import WANG_ID, make_id

LI = make_id("19600110", "011")
OLD_LI = LI[:6] + LI[8:17]


def test_what_is_told_is_printed(office: Office) -> None:
    """「at opening a notice (warnings in the result, and printed)」: another household, an old number, what nobody sees."""
    shown = office.run(
        "case",
        "open",
        "特困",
        "--name",
        "李\u200b样例",
        "--id",
        OLD_LI,
        "--set",
        "申请人.村=样例里\u00a0社区",
    ).stdout
    for word in ("注意：", "TJHQ-DB-2024-000001", "15 位旧号已换算", "U+200B", "U+00A0 不间断空格"):
        assert word in shown
    assert LI not in shown and OLD_LI not in shown
    told = office.json("case", "set", "TJHQ-TK-2024-000001", "申请人.姓名=李\u2060样例", "--reason", "x")
    assert told["changes"] == [] and "U+2060" in told["notices"][0]


def test_a_former_name_is_shown_with_its_day(office: Office) -> None:
    """「shown in case show as 曾用名 with since when」."""
    office.run("case", "set", "王秀兰", "申请人.姓名=王雅宁", "--reason", "户籍更名")
    shown = office.run("case", "show", "王秀兰").stdout
    assert "曾用名：申请人 王雅宁 原登记为 王秀兰，自 2024-03-08 改为 王雅宁（户籍更名）" in shown
    assert "王雅宁" in office.run("search", "王秀兰").stdout


def test_all_pairs_of_the_office_fit_a_narrow_screen(office: Office) -> None:
    """「check --across lists all such pairs of the office (JSON, table at 80 columns)」."""
    assert "有 0 处" in office.run("check", "--across").stdout
    office.run("case", "open", "特困", "--name", "王秀兰", "--id", WANG_ID)
    office.settings["COLUMNS"] = "80"
    shown = office.run("check", "--across", check=1).stdout
    table = [line for line in shown.splitlines() if not line.startswith("·")]
    assert max(map(cell_len, table)) <= 80
    for word in (
        "TJHQ-DB-2024-000001",
        "TJHQ-TK-2024-000001",
        "王秀兰",
        "同一人重复申请或享受",
        "须写明例外",
    ):
        assert any(word in line for line in table), word
    assert WANG_ID not in shown
    office.run("check", "王秀兰", "--across", check=2)
