"""“Five roster files … in the style of each heading set: ≥ 90 % of columns proposed, every planted fault found”."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from tests.command_line import Office
from tests.people import WANG_ID, make_id

A, B, C, D = (make_id("19500101", f"{n}15") for n in range(1, 5))
BAD = A[:17] + ("0" if A[17] != "0" else "1")


def cams(folder: Path) -> tuple[Path, set[str]]:
    """A web page named .xls: title, unit, headings, foot; a row a household."""
    heads = [
        "社区（村）",
        "户主姓名",
        "身份证号码",
        "低保证号",
        "保障人口数",
        "户月保障金（元）",
        "分类施保类别",
        "分类施保金（元）",
        "属别",
    ]
    rows = [
        ["样例里", "孙样例", A, "120106000000001", "2", "980", "", "", "城市"],
        ["样例里", "周样例", BAD, "120106000000002", "1", "很多", "", "", "城市"],
        ["样例里", "吴样例", B[:6] + B[8:17], "120106000000003", "1", "600.5", "", "", "城市"],
        ["样例里", "郑样例", A, "120106000000004", "1", "600", "", "", "城市"],
    ]
    lines = [
        "<td colspan=9>某街道低保名册</td>",
        "<td colspan=5>统计单位：某街道</td><td colspan=4>统计时间：2024</td>",
    ]
    lines += ["".join(f"<td>{cell}</td>" for cell in row) for row in (heads, *rows)]
    lines += ["<td colspan=5>制表人：林经办</td><td colspan=4>制表时间：2024-03-01</td>"]
    path = folder / "甲.xls"
    path.write_bytes(
        ("<html><table>" + "".join(f"<tr>{x}</tr>" for x in lines) + "</table></html>").encode("gbk")
    )
    return path, {"C4", "C5", "F5", "C7"}


def county(folder: Path) -> tuple[Path, set[str]]:
    """Two rows of headings, the holder's cells merged over his people; an ID number that is a number."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["某县农村低保台账"])
    sheet.append(
        [
            "乡镇（区）",
            "行政村",
            "户主姓名",
            "身份证号",
            "家庭人口数",
            "享受低保人",
            None,
            None,
            "卡主姓名",
            "卡主身份证号",
            "开户行",
            "银行卡号",
        ]
    )
    sheet.append([None] * 5 + ["姓名", "身份证号", "年标准"])
    sheet.append(
        ["某镇", "石桥", "孙样例", A, 2, "孙样例", A, 6000, "孙样例", A, "某银行", "6222000000001234"]
    )
    sheet.append([None] * 5 + ["孙小样", B, 6000])
    sheet.append(
        [
            "某镇",
            "石桥",
            "周样例",
            C,
            1,
            "周样例",
            int(D[:17]),
            6000,
            "周样例",
            C,
            "某银行",
            6222000000001234567,
        ]
    )
    for block in (
        "A1:L1",
        "F2:H2",
        *(f"{x}2:{x}3" for x in "ABCDEIJKL"),
        *(f"{x}4:{x}5" for x in "ABCDEIJKL"),
    ):
        sheet.merge_cells(block)
    path = folder / "乙.xlsx"
    book.save(path)
    return path, {"G6", "L6"}


def city(folder: Path) -> tuple[Path, set[str]]:
    """An old .xls with three rows of headings."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("城保")
    sheet.write_merge(0, 0, 0, 12, "城保名册")
    for column, head in (
        (0, "序号"),
        (1, "户主姓名"),
        (2, "身份证号码"),
        (3, "低保证号"),
        (11, "领款人签字(章)"),
        (12, "领款时间"),
    ):
        sheet.write_merge(1, 3, column, column, head)
    sheet.write_merge(1, 1, 4, 6, "保障人数")
    sheet.write_merge(2, 3, 4, 4, "保障人数")
    sheet.write_merge(2, 2, 5, 6, "分解")
    sheet.write_merge(1, 1, 7, 10, "领取金额")
    sheet.write_merge(2, 2, 7, 10, "分解")
    for column, head in (
        (5, "重点保障人数"),
        (6, "残疾人数"),
        (7, "家庭补差"),
        (8, "重点救助60元"),
        (9, "重点救助100元"),
        (10, "残疾人救助"),
    ):
        sheet.write(3, column, head)
    for r, row in enumerate(
        (
            [1, "孙样例", A, "1", 2, 1, 0, 300],
            [2, "", B, "2", 1, 0, 0, 200],
            [3, "周样例", C, "3", "两个多", 0, 0, 200],
        ),
        4,
    ):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    sheet.write(7, 0, "合计")
    path = folder / "丙.xls"
    book.save(str(path))
    return path, {"B6", "E7"}


def ranking(folder: Path) -> tuple[Path, set[str]]:
    """A row a person, in GBK; relations in words and by GB/T 4761, months for days of birth."""
    heads = "低保证编号(15位),户主姓名,家庭成员姓名,性别,出生年月,与户主关系,家庭人口数,保障人口数,身份证号码(15或18位),户籍所在地,现房住址,保障方式(差额;定额),家庭类别,联系电话,住房情况,房屋状况"
    rows = [
        f"1001,孙样例,孙样例,男,1950年01月,本人,2,2,{A},石桥,石桥1号,差额,一般,13800000001,自有,好",
        f"1001,孙样例,李样例,男,1950.1,10,2,2,{B},石桥,石桥1号,差额,一般,13800000001,自有,好",
        f"1002,周样例,周样例,,,02,1,1,{C},石桥,石桥2号,差额,一般,电话没有,自有,好",
        f",吴样例,吴样例,,,本人,1,1,{D},石桥,石桥3号,差额,一般,,自有,好",
    ]
    path = folder / "丁.csv"
    path.write_text("\n".join([heads, *rows]) + "\n", encoding="gbk")
    return path, {"N4", "A5"}


def poverty(folder: Path) -> tuple[Path, set[str]]:
    """A row a person by the household's number; one person in two households."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(
        [
            "县(市、区、旗)",
            "乡(镇)",
            "行政村",
            "自然村",
            "户编号",
            "人编号",
            "姓名",
            "证件号码",
            "人数",
            "与户主关系",
            "民族",
            "文化程度",
            "健康状况",
            "劳动技能",
            "务工状况",
            "主要致贫原因",
            "危房户",
            "人均纯收入",
            "联系电话",
        ]
    )
    for key, name, number, relation in (
        ("01", "孙样例", A, "户主"),
        ("01", "李样例", B, "配偶"),
        ("02", "周样例", C, "户主"),
        ("02", "李样例", B, "之子"),
        ("03", "郑样例", D, "之女"),
    ):
        sheet.append(
            [
                "某县",
                "某镇",
                "石桥",
                "",
                key,
                key,
                name,
                number,
                2,
                relation,
                "汉族",
                "小学",
                "健康",
                "",
                "",
                "因病",
                "否",
                3000,
                "13800000001",
            ]
        )
    path = folder / "戊.xlsx"
    book.save(path)
    return path, {"H3", "H5", "G6"}


ROSTERS: list[Callable[[Path], tuple[Path, set[str]]]] = [cams, county, city, ranking, poverty]


@pytest.mark.parametrize("make", ROSTERS)
def test_columns_are_proposed_and_planted_faults_found(
    office: Office, make: Callable[[Path], tuple[Path, set[str]]]
) -> None:
    """“≥ 90 % of columns proposed, every planted fault found”, and nothing else is a fault."""
    path, planted = make(office.root)
    found = office.json("import", str(path), check=1)
    proposed = [c for c in found["columns"] if c["field"]]
    assert len(proposed) >= 0.9 * len(found["columns"]), [c for c in found["columns"] if not c["field"]]
    assert {fault["at"].rpartition("!")[2] for fault in found["faults"]} == planted
    assert all(fault["reason"] for fault in found["faults"])
    told: Any = openpyxl.load_workbook(path.with_name(f"{path.stem}-问题.xlsx")).active
    assert {row[0].rpartition("!")[2] for row in told.iter_rows(min_row=2, values_only=True)} >= planted
    mapping = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
    assert [c["field"] for c in mapping["column"]] == [c["field"] for c in found["columns"]]
    again = office.json("import", str(path), "--map", str(path.with_suffix(".toml")), check=1)
    assert again["faults"] == found["faults"] and again["good"] == found["good"]


def test_fifteen_digits_are_to_be_looked_at(office: Office) -> None:
    """“15 digits → 待核”: told, and not refused."""
    path, _ = cams(office.root)
    found = office.json("import", str(path), check=1)
    assert [doubt["at"].rpartition("!")[2] for doubt in found["doubts"]] == ["C6"]
    assert found["good"] == 1 and found["households"] == 4


def test_whoever_has_an_open_case_is_told(office: Office) -> None:
    """“ID+category already open”; that the case was shown is in the access log."""
    path = office.root / "名册.csv"
    path.write_text(f"户主姓名,身份证号\n王秀兰,{WANG_ID}\n", encoding="utf-8")
    found = office.json("import", str(path), check=1)
    assert len(found["already_open"]) == 1 and found["good"] == 0
    told = office.run("access", "list", "--case", "王秀兰", "--json").stdout
    assert '"import"' in told and "TJHQ-DB-2024-000001" in told
    path.with_suffix(".toml").unlink()
    assert office.json("import", str(path), "--category", "特困")["good"] == 1


@pytest.mark.parametrize("category", ["低保边缘", "刚性支出"])
def test_an_amount_where_nothing_is_paid_is_a_bad_cell(office: Office, category: str) -> None:
    """「低保边缘、刚性支出困难家庭不发放资金，名册上有金额的不收」: told with the cell and why; nought, and no amount, say the same."""
    path = office.root / "名册.csv"
    rows = (("孙样例", A, "980"), ("周样例", B, "0"), ("吴样例", C, ""), ("郑样例", D, "１２０．５"))
    lines = ["户主姓名,身份证号,户月保障金", *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = office.json("import", str(path), "--category", category, check=1)
    assert [fault["at"].rpartition("!")[2] for fault in found["faults"]] == ["C2", "C5"]
    assert all("不发放资金" in fault["reason"] for fault in found["faults"]) and found["good"] == 2
    path.with_suffix(".toml").unlink()
    taken = office.json("import", str(path), "--category", "低保", check=None)
    assert not any("不发放资金" in fault["reason"] for fault in taken["faults"])


def test_no_file_of_a_clerk_is_overwritten(office: Office) -> None:
    """“Never: a clerk's file … overwritten”."""
    path, _ = city(office.root)
    mine = path.with_suffix(".toml")
    mine.write_text("mine", "utf-8")
    assert "--map" in office.run("import", str(path), check=2).stderr
    assert mine.read_text("utf-8") == "mine"
    assert "E001" in office.run("import", str(path), "--map", str(mine), check=2).stderr


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0broken", b"\xff\xfe\x00", b"<table></table>", b"a,b\n1,2\n"],
)
def test_what_is_no_roster_is_refused_in_words(office: Office, data: bytes) -> None:
    """“Bad input: clear Chinese error … never E700”."""
    path = office.root / "坏.xls"
    path.write_bytes(data)
    assert "E001" in office.run("import", str(path), check=2).stderr
