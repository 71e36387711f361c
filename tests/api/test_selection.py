"""Which households are meant, and what a sheet tells each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api import given_values
from archivist.api.selection import households as chosen
from archivist.errors import AmbiguousCase, CaseNotFound, UsageError
from archivist.model.facts import single
from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.households import households, sheet
from tests.kit import make_workspace


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
    path.write_bytes(f"户号,姓名\n# 三月\n{first.number},王\n\n{person}\n{first.number}\n".encode(encoding))
    assert chosen(workspace, listed=path) == (first.number, second.number)
    path.write_bytes("TJHQ-DB-2024-999999\n王秀兰\n".encode(encoding))
    with pytest.raises(UsageError) as caught:
        chosen(workspace, listed=path)
    assert "第 1 行" in str(caught.value) and "第 2 行" in str(caught.value)


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


def test_a_sheet_brings_values_and_all_its_faults_at_once(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "x.xlsx",
        ["序号", "户号", "姓名", "月救助金额"],
        [1, "TJHQ-DB-2024-000001", "王", 800],
        [],
        [2, "TJHQ-DB-2024-000002", "李", None],
    )
    first, second = map(CaseNo.parse, ("TJHQ-DB-2024-000001", "TJHQ-DB-2024-000002"))
    assert given_values.for_households(path) == ({}, {first: {"月救助金额": 800}, second: {}})
    sheet(path, ["户号", "a"], ["X", 1], ["TJHQ-DB-2024-000001", 1], ["TJHQ-DB-2024-000001", 2])
    with pytest.raises(UsageError) as caught:
        given_values.for_households(path)
    assert "第 2 行" in str(caught.value) and "第 4 行" in str(caught.value)
    for heads in (["户", "a"], ["户号", "a", "a"]):
        with pytest.raises(UsageError):
            given_values.for_households(sheet(path, heads, ["TJHQ-DB-2024-000001", 1, 2]))
    path.write_bytes(b"no sheet")
    with pytest.raises(UsageError, match="Excel"):
        given_values.for_households(path)


def test_a_file_of_values_is_for_all(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('"协议编号" = "1"\n[agreement]\nevidence_days = 5\n', encoding="utf-8")
    assert given_values.for_households(path) == ({"协议编号": "1", "agreement.evidence_days": 5}, {})
    assert given_values.for_households(None) == ({}, {})
