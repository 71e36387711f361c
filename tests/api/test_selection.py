"""Which households are meant, and what a sheet tells each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api import given_values
from archivist.api.cases import change_facts
from archivist.api.selection import households as chosen
from archivist.errors import AmbiguousCase, CaseNotFound, UsageError
from archivist.model.facts import single
from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.households import households, sheet
from tests.kit import BY, make_workspace


def workspace_name(workspace: Workspace, number: CaseNo, name: str) -> None:
    """Give a household's applicant another name."""
    change_facts(workspace, BY, str(number), [("applicant.name", name)], reason="改名")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def test_a_search_names_the_households(workspace: Workspace) -> None:
    cases = households(workspace, 3)
    assert chosen(workspace, search="王秀兰") == tuple(c.number for c in cases)
    with pytest.raises(CaseNotFound):
        chosen(workspace, search="查无此人")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_list_names_them_one_a_line(workspace: Workspace, tmp_path: Path, encoding: str) -> None:
    first, second = households(workspace, 2)
    path = tmp_path / "名单.txt"
    person = single(second.facts, "applicant")["id_number"]
    path.write_bytes(
        f"户号,姓名\n# 三月\n{first.number},王秀兰\n\n{person}\n{first.number}\n".encode(encoding)
    )
    assert chosen(workspace, listed=path) == (first.number, second.number)
    path.write_bytes("TJHQ-DB-2024-999999\n王秀兰\n".encode(encoding))
    with pytest.raises(UsageError) as caught:
        chosen(workspace, listed=path)
    assert "第 1 行" in str(caught.value) and "第 2 行" in str(caught.value)


@pytest.mark.parametrize("head", ["户号,姓名", "姓名,户号", "户号\t户主", "户号,备注,身份证号", ""])
def test_a_line_of_a_list_that_speaks_of_another_household_is_refused(
    workspace: Workspace, tmp_path: Path, head: str
) -> None:
    """「it is taken whole or not at all」: a number and another's name in one line, or two households in one."""
    first, second = households(workspace, 2)
    workspace_name(workspace, second.number, "单福来")
    path, tab = tmp_path / "名单.txt", "\t" if "\t" in head else ","
    names = {
        "户号": str(first.number),
        "备注": "急",
        "身份证号": str(single(second.facts, "applicant")["id_number"]),
    }
    for other in ("单福来", "张三") if "名" in head or "户主" in head else ("",):
        cells = [names.get(h, other) for h in head.split(tab)] if head else ["王秀兰", "单福来"]
        path.write_text(f"{head}\n{tab.join(cells)}\n", encoding="utf-8")
        with pytest.raises(UsageError) as caught:
            chosen(workspace, listed=path)
        assert "第 2 行" in str(caught.value) and "没有制发任何文书" in str(caught.value)
        assert "逐行改好" in caught.value.remedy


@pytest.mark.parametrize("line", ["{0},王秀兰,急办", "{0}，样例里社区，800", "单福来；{1}", "{0},{2}"])
def test_what_else_a_line_says_of_its_own_household_is_no_matter(
    workspace: Workspace, tmp_path: Path, line: str
) -> None:
    """A line may say more: the name of its household, a place, an amount."""
    first, second = households(workspace, 2)
    workspace_name(workspace, second.number, "单福来")
    path = tmp_path / "名单.txt"
    person = single(first.facts, "applicant")["id_number"]
    path.write_text(line.format(first.number, second.number, person), encoding="utf-8")
    assert chosen(workspace, listed=path) == ((second if "单" in line else first).number,)


@pytest.mark.parametrize("head", ["姓名", "户主", "申请人", "户主姓名"])
def test_a_row_whose_name_is_of_another_household_gives_nothing(
    workspace: Workspace, tmp_path: Path, head: str
) -> None:
    """A sheet sorted by one column alone gives each the neighbour's money: no decision is made of any of its rows."""
    first, second = households(workspace, 2)
    workspace_name(workspace, first.number, "方大雪")
    workspace_name(workspace, second.number, "单福来")
    rows = [[str(first.number), "单福来", "800.00"], [str(second.number), "方大雪", "900.00"]]
    path = sheet(tmp_path / "x.xlsx", ["户号", head, "月救助金额"], *rows)
    with pytest.raises(UsageError) as caught:
        given_values.for_households(path, workspace)
    assert "第 2 行" in str(caught.value) and "第 3 行" in str(caught.value)
    for row, name in zip(rows, ("方 大 雪", "王秀兰"), strict=True):
        row[1] = name  # the second by the name it had before
    path = sheet(tmp_path / "y.xlsx", ["户号", head, "月救助金额"], *rows)
    assert set(given_values.for_households(path, workspace)[1]) == {first.number, second.number}


def test_each_household_is_meant_once_in_the_order_it_was_asked_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    first, second, third = (c.number for c in households(workspace, 3))
    listed = sheet(tmp_path / "名单.xlsx", ["序号", "户号"], [1, str(third)], [2, str(second)])
    asked = chosen(workspace, [str(second)], listed=listed, search="王秀兰")
    assert asked == (second, third, first)
    assert chosen(workspace) == ()
    with pytest.raises(AmbiguousCase):
        chosen(workspace, ["王秀兰"])


def test_a_sheet_brings_values_and_all_its_faults_at_once(workspace: Workspace, tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "x.xlsx",
        ["序号", "户号", "姓名", "月救助金额"],
        [1, "TJHQ-DB-2024-000001", "王", 800],
        [],
        [2, "TJHQ-DB-2024-000002", "李", None],
    )
    first, second = map(CaseNo.parse, ("TJHQ-DB-2024-000001", "TJHQ-DB-2024-000002"))
    assert given_values.for_households(path, workspace) == ({}, {first: {"月救助金额": 800}, second: {}})
    sheet(path, ["户号", "a"], ["X", 1], ["TJHQ-DB-2024-000001", 1], ["TJHQ-DB-2024-000001", 2])
    with pytest.raises(UsageError) as caught:
        given_values.for_households(path, workspace)
    assert "第 2 行" in str(caught.value) and "第 4 行" in str(caught.value)
    for heads in (["户", "a"], ["户号", "a", "a"]):
        with pytest.raises(UsageError):
            given_values.for_households(sheet(path, heads, ["TJHQ-DB-2024-000001", 1, 2]), workspace)
    path.write_bytes(b"no sheet")
    with pytest.raises(UsageError, match="Excel"):
        given_values.for_households(path, workspace)


def test_a_file_of_values_is_for_all(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('"协议编号" = "1"\n[agreement]\nevidence_days = 5\n', encoding="utf-8")
    assert given_values.for_households(path, workspace) == (
        {"协议编号": "1", "agreement.evidence_days": 5},
        {},
    )
    assert given_values.for_households(None, workspace) == ({}, {})
