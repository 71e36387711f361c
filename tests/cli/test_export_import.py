"""“export → import → equal facts”: the workbook that ``export`` writes, read back by ``import`` into another office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import openpyxl
import pytest

from archivist.model import persons
from archivist.model.facts import Facts, parse_facts, to_plain
from archivist.model.field_schema import GROUPS, Field
from archivist.model.ids import CaseNo, Category
from archivist.model.states import State
from archivist.model.taken_over import BegunInBenefit
from archivist.procedure.cases import opening
from archivist.workspace import Workspace
from tests.command_line import Office, opened
from tests.kit import BY
from tests.people import make_id

TODAY = dt.date(2024, 3, 4)
VALUES: Mapping[str, tuple[object, ...]] = {
    "str": ("样例镇１２号院（东）", "=1+1", "- 无", "001", "无", "2024-03-05", "甲、乙/丙，丁"),
    "text": ("患病\n无力，自理", "'带撇号", "０.5 倍", "无"),
    "date": ("1989-07-01", "2024-02-29"),
    "datetime": ("2024-03-04T09:30",),
    "ym": ("2024-10", "2023-01"),
    "money": ("1234.50", "0.00", "600.00", "99999999.99"),
    "decimal": ("85.50", "0.1", "100"),
    "int": (0, 3, 12),
    "bool": (True, False),
    "phone": ("022-00000001", "13800000000"),
    "acct": ("0062220000000012345", "6222000000001234567", "00000000"),
}
"""Kind → values that a spreadsheet, or whoever reads one, likes to spoil."""
NAMES = ("欧阳样例", "买买提·吐尔逊", "李样例", "𬭊样例")


def value(field: Field, n: int, ids: Iterator[int]) -> object:
    """Return a value of a field, another one for each ``n``."""
    if field.kind == "id":
        return make_id(f"19{40 + n % 50}0601", f"{100 + next(ids)}")
    if field.kind == "name":
        return NAMES[n % len(NAMES)]
    if field.kind == "enum":
        return field.choices[n % len(field.choices)]
    if field.kind == "multi":
        return list(field.choices[: 1 + n % len(field.choices)])
    return VALUES[field.kind][n % len(VALUES[field.kind])]


def household(n: int, ids: Iterator[int]) -> Facts:
    """Return a household of which everything that can be known is known; no field is forgotten that comes later."""
    raw: dict[str, object] = {}
    for group in GROUPS:
        rows = []
        for row in range(3 if group.many else 1):
            told = {f.key: value(f, n + row + k, ids) for k, f in enumerate(group.fields) if f.key not in ("sex", "birth_date", "old_id_number")}  # fmt: skip
            if "id_type" in told:
                told["id_type"] = "居民身份证"
            if "relation" in told:
                told["relation"] = ("配偶", "长子", "其他")[row]
            if number := str(told.get("id_number") or ""):
                told["old_id_number"] = number[:6] + number[8:17]
            rows.append(told)
        raw[group.key] = rows if group.many else rows[0]
    return persons.settled(parse_facts(raw), today=TODAY).facts


def sparse(n: int, ids: Iterator[int]) -> Facts:
    """Return a household of which little is known, with somebody who has no papers and somebody who has foreign ones."""
    raw = {
        "applicant": {"name": NAMES[n], "id_type": "居民身份证", "id_number": value(Field("", "", "id"), n, ids)},
        "members": [
            {"name": "某样例", "id_type": "无", "covered": False},
            {"name": "外样例", "id_type": "外国人永久居留身份证", "id_number": f"AUS31005800011{n}", "covered": True},
        ],
        "benefit": {"start": "2023-05"},
    }  # fmt: skip
    return persons.settled(parse_facts(raw), today=TODAY).facts


def another(tmp_path: Path) -> Office:
    """Return an office that knows none of them."""
    (tmp_path / "另一处").mkdir()
    return opened(tmp_path / "另一处")


@pytest.fixture
def source(office: Office) -> Office:
    """An office with households in benefit of two categories, beside one that has only applied."""
    ids = count()
    with Workspace.open(office.root) as workspace, workspace.writing(BY):
        for category, numbers in ((Category.DB, range(2, 7)), (Category.TK, range(1, 3))):
            for n in numbers:
                number = CaseNo("TJHQ", category, 2024, n)
                facts = sparse(n - 3, ids) if n in (5, 6) else household(n, ids)
                more = {"taken_over": BegunInBenefit(State.IN_BENEFIT, "2023-05").to_plain()}
                draft = opening(workspace, number, facts, TODAY, "", more)
                workspace.archive.open_case(number, "样例街道", draft, workspace.stamp(BY))
        workspace.index.catch_up()
    return office


def facts_of(office: Office, category: Category) -> dict[str, object]:
    """Return all that is known of every household in benefit, by its applicant's number."""
    with Workspace.open(office.root) as workspace:
        cases = [workspace.archive.read(n) for n in workspace.archive.case_numbers()]
    found = [
        to_plain(c.facts) for c in cases if c.number.category is category and c.state is State.IN_BENEFIT
    ]
    return {facts["applicant"]["id_number"]: facts for facts in found}  # type: ignore[call-overload, misc]


def test_every_fact_of_every_household_comes_back(source: Office, tmp_path: Path) -> None:
    """“export → import → equal facts”: members, days, amounts, accounts, every field there is, of each category."""
    source.run("export", "全部", "--full")
    workbook = source.root / "全部/户档.xlsx"
    other = another(tmp_path)
    other.run("case", "open", "低保", "--name", "样例", "--id", make_id("19400101", "011"))
    for category, wanted in ((Category.DB, 5), (Category.TK, 2)):
        words = ("import", str(workbook), "--category", category.label)
        known = facts_of(source, category)
        assert len(known) == wanted and facts_of(other, category) == {}
        found = other.json(*words, "--dry-run", check=None)
        assert all(column["score"] == 1.0 and column["field"] for column in found["columns"])
        assert [e["households"] for e in found["elsewhere"]] == [2 if category is Category.DB else 6]
        assert found["good"] == wanted, found["faults"]
        done = other.json(*words, "--apply", "--partial", check=None)
        assert len(done["opened"]) == wanted
        assert facts_of(other, category) == known
        again = other.json(*words, "--apply", "--partial", check=None)
        assert again["opened"] == [] and again["before"] == wanted
    assert {p.name for p in workbook.parent.glob("*.toml")} == set(), "an export needs no mapping"
    other.run("verify")
    assert "遇到" not in other.run("export", "又一次", "--full").stderr
    assert tables(other.root / "又一次/户档.xlsx") == tables(workbook)


def tables(workbook: Path) -> dict[str, set[tuple[object, ...]]]:
    """Return the rows of households in benefit, without their numbers and days of opening."""
    book = openpyxl.load_workbook(workbook)
    return {
        sheet.title: {
            (row[1], row[2], *row[4:]) for row in sheet.iter_rows(values_only=True) if row[2] == "在享"
        }
        for sheet in book
    }


def test_what_is_not_in_benefit_or_has_no_whole_number_is_told_by_its_cell(
    source: Office, tmp_path: Path
) -> None:
    """“takes over what is in benefit … without inventing steps”, “every fault as sheet!cell”; one fault, and nothing is written."""
    other = another(tmp_path)
    source.run("export", "全部", "--full")
    words = ("import", str(source.root / "全部/户档.xlsx"))
    (fault,) = other.json(*words, "--dry-run", check=1)["faults"]
    assert fault["at"].startswith("申请人!C") and "在享" in fault["reason"]
    assert "E002" in other.run(*words, "--apply", check=2).stderr
    assert "不用对应表" in other.run(*words, "--map", "x.toml", check=2).stderr
    source.run("export", "遮挡")
    covered = other.json("import", str(source.root / "遮挡/户档.xlsx"), "--dry-run", check=1)
    assert covered["good"] == 0
    cells = {f["at"].rstrip("0123456789") for f in covered["faults"] if "--full" in f["reason"]}
    assert cells >= {"申请人!J", "账户!G"}
    with Workspace.open(other.root) as workspace:
        assert len(workspace.archive.case_numbers()) == 1


@pytest.mark.parametrize(
    ("sheet", "column", "text", "said"),
    [
        ("申请人", "身份证号", "12010119400601100X", ""),
        ("共同生活家庭成员", "是否纳入保障", "也许", "是 或 否"),
        ("救助金额", "月救助金额", "六百多", "金额"),
        ("账户", "账号", "12", "8 至 32 位"),
    ],
)
def test_a_cell_that_somebody_spoilt_is_told(
    source: Office, tmp_path: Path, sheet: str, column: str, text: str, said: str
) -> None:
    """“lists every bad cell (sheet!cell, value, reason)”: of an export too, and the household is not taken."""
    source.run("export", "全部", "--full")
    path = source.root / "全部/户档.xlsx"
    book = openpyxl.load_workbook(path)
    rows = list(book[sheet].iter_rows())
    at = next(cell.column for cell in rows[0] if cell.value == column)
    row = next(row for row in rows if row[0].value == "TJHQ-DB-2024-000003")
    row[at - 1].value = text
    book.save(path)
    other = another(tmp_path)
    found = other.json("import", str(path), "--dry-run", check=1)
    assert found["good"] == 4
    assert [f for f in found["faults"] if said in f["reason"] and (not said or f["at"] == f"{sheet}!{row[at - 1].coordinate}")]  # fmt: skip
