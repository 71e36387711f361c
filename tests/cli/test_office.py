"""``archivist generate`` without a household, and ``archivist ledger``, as a clerk types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from archivist.api.history import TITLES as OF_CASES
from archivist.api.ledger import TITLES as OPS
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import BATCH_OPS, Event, Op
from archivist.model.ids import CaseNo
from archivist.report import REGISTERS
from archivist.store import durable_files
from tests.cli.golden_texts import agrees, typed
from tests.command_line import Office

AGREEMENT = """
"协议编号" = "红救委〔2024〕1号"
[agreement]
start = 2024-09-01
end = 2027-08-31
evidence_days = 5
funding = "甲方按照本级预算安排救助资金。"
"""
PANEL = (
    ("序号", "姓名", "类别", "单位职务", "联系电话"),
    (1, "郑有为", "分管领导", "街道办事处副主任", "022-00000011"),
    (2, "周立冬", "管理部门", "公共服务办公室主任", "022-00000012"),
    (3, "孟小舟", "居委会", "样例里社区书记", None),
    (4, "苏和平", "群众代表", "居民代表", None),
)


def with_bureau(office: Office) -> Office:
    path = office.root / "archivist.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [
        'bureau = "样例区民政局"' if line.lstrip("# ").startswith("bureau =") else line for line in lines
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return office


def sheet(path: Path, *rows: tuple[str | int | None, ...]) -> str:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path.name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("office-missing", ["generate", "委托下放协议"]),
        ("office-dry-run", ["generate", "保管期限表", "--set", "版本=2024年第1版", "--dry-run"]),
        ("office-issued", ["generate", "保管期限表", "--set", "版本=2024年第1版"]),
        ("office-with-a-household", ["generate", "保管期限表", "王秀兰", "--search", "低保"]),
        ("office-register", ["generate", "花名册"]),
        ("office-report", ["report", "保管期限表"]),
        ("office-household-missing", ["generate", "受理通知书"]),
        ("ledger", ["ledger"]),
    ],
)
def test_what_a_clerk_reads_of_the_offices_documents(office: Office, name: str, words: list[str]) -> None:
    if name == "ledger":
        with_bureau(office).run("generate", "保管期限表", "--set", "版本=1")
        office.run("verify")
    agrees(name, typed(office, words))


def test_a_file_gives_every_field(office: Office) -> None:
    with_bureau(office)
    (office.root / "协议.toml").write_text(AGREEMENT, encoding="utf-8")
    told = office.json(
        "generate", "委托下放协议", "--from", "协议.toml", "--on", "2024-03-01", "--out", "打印"
    )
    (one,) = told["issued"]
    assert (one["case"], one["document"], one["date"]) == (None, "delegation_agreement", "2024-03-01")
    (path,) = one["files"]
    assert Path(path).parent == office.root / "archive/outbox/机关文书"
    assert (office.root / "打印" / Path(path).name).read_bytes() == Path(path).read_bytes()
    entry = office.json("ledger", "--year", "2024")["entries"][-1]
    assert entry["event"]["data"]["files"][0]["sha256"] == durable_files.digest_of(Path(path))[0]
    assert entry["event"]["actor"] == "林经办"
    (line,) = office.json("ledger", "--documents", "--year", "2024")["numbers"]
    assert (line["doc_no"], line["state"], line["title"]) == ("", "handed_out", one["title"])
    assert office.json("ledger", "--year", "2023")["entries"] == []
    assert office.json("verify")["findings"] == []


def test_json_gives_tables(office: Office) -> None:
    with_bureau(office)
    rows = [{"户号": "", "问题": "程序不规范", "措施": "补正", "结果": "完成", "责任人": "吴小雪"}]
    told = {"组织整改情况": "逐户整改。", "rectification": {"conclusion": "完毕。", "rows": rows}}
    (office.root / "整改.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    assert office.json("generate", "整改报告", "--from", "整改.json")["issued"][0]["doc_no"] == ""
    (office.root / "整改.json").write_text("[1]", encoding="utf-8")
    office.run("generate", "整改报告", "--from", "整改.json", check=2)


def test_a_sheet_gives_the_rows_of_the_one_table(office: Office) -> None:
    with_bureau(office)
    name = sheet(office.root / "成员.xlsx", *PANEL)
    words = ["generate", "议事协商机构成立文件", "--from", name, "--set", "任期起始日=2024-09-01",
             "--set", "任期截止日=2027-08-31", "--set", "body.office=公共服务办公室"]  # fmt: skip
    told = office.json(*words, "--dry-run", check=1)
    assert "成员 4 人" in told["documents"][0]["doubts"][0]
    draft = office.json(*words, "--draft", check=1)["drafts"][0]
    assert Path(draft).is_file() and not (office.root / "archive/outbox/机关文书").exists()
    sheet(office.root / "错.xlsx", ("姓名", "生肖"), ("郑有为", "马"))
    error = office.json("generate", "议事协商机构成立文件", "--from", "错.xlsx", check=2)["error"]
    assert "生肖" in error["message"] and "单位职务" in error["remedy"]
    error = office.json("generate", "权限清单", "--from", name, check=2)["error"]
    assert "不能用 .xlsx" in error["message"], "what was handed down is the rule pack's"


def test_the_list_says_for_whom_a_document_is_made(office: Office) -> None:
    made: dict[str, Any] = {d["id"]: d["made_for"] for d in office.json("templates", "list")["documents"]}
    assert made["acceptance_notice"] == "按户" and made["delegation_agreement"] == "机关"
    assert made["monthly_roster"] == "册表" and made["mat_id_card"] == ""
    assert {n for n, whom in made.items() if whom == "册表"} == {*REGISTERS, "minutes_original"}


@pytest.mark.parametrize("document", ["保管期限表", "受理通知书"])
def test_report_says_where_else_a_document_is_made(office: Office, document: str) -> None:
    remedy = office.json("report", document, check=2)["error"]["remedy"]
    assert ("不写户号" in remedy) is (document == "保管期限表") and "archivist generate" in remedy


def test_every_entry_of_the_ledger_has_its_chinese_name() -> None:
    case = Case(CaseNo.parse("TJHQ-DB-2024-000001"))
    for op in set(Op) - BATCH_OPS:
        event = Event(1, case.head, "2024-03-08T10:30:00+08:00", "x", op, {})
        try:
            apply(case, event, case.head)
        except KeyError:
            continue  # one of a case's own, with nothing in it
        except ValueError:
            assert op in OPS or op in OF_CASES, op
