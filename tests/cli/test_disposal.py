"""A disposal as a clerk types it, from the list to the closed batch, each answer against its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from tests.command_line import Office
from tests.kit import SETTINGS
from tests.preservation import disposals
from tests.signed_scans import signed_everywhere

SCHEMAS = Path(__file__).parents[2] / "docs" / "json"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with disposals.office(tmp_path / "ws", 2):
        pass
    yield Office(tmp_path / "ws")


def typed(office: Office, moment: str, *words: str, check: int = 0) -> Any:
    """Type a command of ``retention`` as the keeper of the archive, at a moment."""
    office.settings |= {"ARCHIVIST_AS": "钱档案", "ARCHIVIST_NOW": f"{moment}T10:00:00+08:00"}
    shown = json.loads(office.run("retention", *words, "--json", check=check).stdout)
    name = str(shown["schema"]).removeprefix("archivist/").replace("/", "-")
    jsonschema.validate(shown, json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")))
    return shown


def filled_in(path: Path, opinions: dict[str, tuple[str, str]]) -> Path:
    """Fill in the appraisers' sheet."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    for row in sheet.iter_rows():
        if len(row) > 6 and row[1].value in opinions:
            row[5].value, row[6].value = opinions[str(row[1].value)]
    book.save(path)
    return path


@pytest.mark.libreoffice
def test_from_the_list_to_the_closed_batch(office: Office) -> None:
    """propose, appraise, approve, execute, residue, close."""
    assert SETTINGS
    one, two = "TJHQ-DB-2024-000001", "TJHQ-DB-2024-000002"
    tried = typed(office, "2028-03-09", "propose", "--dry-run")
    assert (tried["disposal"], len(tried["cases"]), tried["folder"]) == ("XH-2028-001", 2, None)
    made = typed(office, "2028-03-09", "propose")
    folder = office.root / "archive" / "outbox" / "处置" / "XH-2028-001"
    names = {p.name for p in folder.iterdir()}
    assert {
        "清册.json",
        "鉴定意见表.xlsx",
        "档案鉴定意见表.docx",
    } == names

    def signed(title: str) -> str:
        return str(signed_everywhere(folder / f"{title}.docx", office.root / f"{title} 签字.pdf"))

    sheet = filled_in(folder / "鉴定意见表.xlsx", {one: ("销毁", ""), two: ("延长", "2033-12-31")})
    both = ("--by", "甲鉴定", "--by", "乙鉴定", "--paper")
    unsigned = signed_everywhere(
        folder / "档案鉴定意见表.docx", office.root / "未签.pdf", chosen=lambda _n: False
    )
    first = ("appraise", made["disposal"], "--opinions", str(sheet), *both)
    assert typed(office, "2028-03-10", *first, str(unsigned), check=2)["error"]["code"] == "E001"
    told = typed(office, "2028-03-10", *first, signed("档案鉴定意见表"))
    assert told["opinions"] == {"销毁": 1, "延长": 1}
    assert {p.stem for p in folder.glob("*.docx")} == {
        "档案鉴定意见表", "档案鉴定工作报告", "档案销毁审批表", "档案销毁清册", "监销记录",
    }  # fmt: skip
    again = typed(office, "2028-03-10", "papers", made["disposal"])
    assert (again["state"], again["folder"]) == ("appraised", str(folder))
    said = typed(
        office,
        "2028-03-11",
        "approve",
        made["disposal"],
        "--by",
        "赵主任",
        "--paper",
        signed("档案销毁审批表"),
    )
    assert (said["earliest"], said["latest"]) == ("2028-03-26", "2028-09-07")
    pair = ("--witness", "孙监销", "--witness", "李监销")
    early = typed(office, "2028-03-25", "execute", made["disposal"], *pair, check=68)
    assert early["error"]["code"] == "E608"
    dry = typed(office, "2028-03-26", "execute", made["disposal"], *pair, "--dry-run")
    assert (dry["dry_run"], dry["remaining"], dry["left"]) == (True, [one], [])
    done = typed(office, "2028-03-26", "execute", made["disposal"], *pair)
    assert (done["now"], done["state"], done["residue"]) == ([one], "executed", [])
    assert typed(office, "2028-03-26", "residue", made["disposal"])["residue"] == []
    closed = typed(office, "2028-03-27", "close", made["disposal"], "--paper", signed("监销记录"))
    assert closed["state"] == "closed"
    assert [p.name for p in (office.root / "archive" / "cases").iterdir()] == [two]


def test_a_sheet_without_its_digest_or_with_odd_words_is_refused(office: Office) -> None:
    """E603 表上的摘要不是本批次清册."""
    made = typed(office, "2028-03-09", "propose")
    folder = office.root / "archive" / "outbox" / "处置" / str(made["disposal"])
    sheet = filled_in(folder / "鉴定意见表.xlsx", {"TJHQ-DB-2024-000001": ("烧掉", "")})
    shown = typed(office, "2028-03-10", "appraise", made["disposal"], "--opinions", str(sheet), check=2)
    assert len(shown["error"]["problems"]) == 2
    book = openpyxl.load_workbook(sheet)
    assert book.active is not None
    book.active["A3"] = "清册摘要："
    book.save(sheet)
    shown = typed(office, "2028-03-10", "appraise", made["disposal"], "--opinions", str(sheet), check=63)
    assert shown["error"]["code"] == "E603"
