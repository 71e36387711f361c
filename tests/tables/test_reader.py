"""One reader of sheets for whoever asks: typed cells that say where they stand."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from archivist.tables.reader import DamagedSheet, TooManyCells, is_table, read_sheets
from archivist.tables.writer import BookWriter, SheetColumn

DAY = dt.datetime.fromisoformat("2024-03-08")
"""As a workbook gives a day: without a zone, at midnight."""


def saved(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book: Any = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_rows_are_typed_and_say_where_they_stand(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["姓名", "金额", "日期"], [], ["王秀兰", 1010.5], ["", "", DAY, True]]
    (sheet, notes) = read_sheets(saved(tmp_path / "a.xlsx", {"花名册": rows, "备注": [["无"]]}))
    assert [(r.sheet, r.number) for r in sheet.rows] == [("花名册", 1), ("花名册", 3), ("花名册", 4)]
    assert [r.values for r in sheet.rows] == [
        ("姓名", "金额", "日期", None),
        ("王秀兰", 1010.5, None, None),
        (None, None, DAY, True),
    ]
    assert sheet.rows[2].address(2) == "C4"
    assert notes.rows[0].address(27) == "AB1"


def test_the_size_a_sheet_claims_is_not_believed(tmp_path: Path) -> None:
    """「sizes declared by the file are believed (rows lost silently)」 no more."""
    path = saved(tmp_path / "a.xlsx", {"甲": [["姓名", "金额"], ["王秀兰", 1], ["翟堃", 2]]})
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name], changed = re.subn(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A2"', parts[name])
    assert changed == 1
    with zipfile.ZipFile(path, "w") as package:
        for member, data in parts.items():
            package.writestr(member, data)
    (sheet,) = read_sheets(path)
    assert [row.values for row in sheet.rows] == [("姓名", "金额"), ("王秀兰", 1), ("翟堃", 2)]


def test_cells_are_counted_over_all_sheets(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", {"甲": [["x"] * 3] * 3, "乙": [["x"]]})
    assert len(list(read_sheets(path, most_cells=10))) == 2
    with pytest.raises(TooManyCells):
        list(read_sheets(path, most_cells=9))


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\x00" * 18, b"no workbook"])
def test_what_is_no_workbook_is_said_plainly(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(DamagedSheet):
        list(read_sheets(path))


def test_a_file_is_told_by_its_name() -> None:
    assert [is_table(Path(n)) for n in ("a.XLSX", "a.xlsm", "a.CSV", "a.txt")] == [True, True, True, False]


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Amounts and days as such, an account number with all its digits, a formula as text."""
    book = BookWriter()
    columns = [
        SheetColumn("序号", "int", 6),
        SheetColumn("账号", "acct"),
        SheetColumn("金额", "money"),
        SheetColumn("日期", "date"),
    ]
    sheet = book.sheet("名册/一", columns)
    sheet.line("标题", size_pt=16, bold=True, align="center")
    sheet.heads()
    sheet.row([1, "6217000000000000123", Decimal("1010.50"), dt.date(2024, 3, 8)])
    sheet.row([2, "=1+1", None, None])
    sheet.foot(["合计", None, Decimal("1010.50"), None])
    path = tmp_path / "a.xlsx"
    path.write_bytes(book.data())
    (read,) = read_sheets(path)
    assert read.title == "名册 一"
    assert [row.values for row in read.rows] == [
        ("标题", None, None, None),
        ("序号", "账号", "金额", "日期"),
        (1, "6217000000000000123", 1010.5, DAY),
        (2, "=1+1", None, None),
        ("合计", None, 1010.5, None),
    ]


def test_the_reader_is_light_to_import() -> None:
    code = "import sys, archivist.tables.reader; print('openpyxl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
