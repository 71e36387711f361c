"""``archivist report`` for notices over many households and for the minutes of meetings."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from archivist.documents.render.render import document_text
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category
from archivist.workspace import Workspace
from tests.filing import come_to, take
from tests.kit import make_workspace, open_household
from tests.people import WANG, make_id
from tests.report.homes import TO_BENEFIT

CLOCK = "2024-06-20T10:00:00+08:00"
TO_REVIEW = (
    "submit submitted 2024-06-03",
    "accept accepted 2024-06-04",
    "verify verifying 2024-06-05",
    "survey surveying 2024-06-06",
    "prelim prelim_reviewed 2024-06-12",
)
MINUTES = (
    "meeting.no=第3期", "meeting.time=2024-06-15 14:30", "meeting.place=街道二楼会议室", "meeting.chair=郑有为",
    "meeting.recorder=周立冬", "meeting.dispute=邻居反映其子有稳定工作。", "meeting.discussion=核对结果与申报一致。",
    "meeting.agree=1", "meeting.against=0", "meeting.abstain=0", "meeting.conclusion=建议予以确认。",
    "meeting.attendees=郑有为|成员|主任",
)  # fmt: skip


def household(made: Workspace, number: int, category: Category, village: str, *trail: str) -> CaseNo:
    facts = WANG | {
        "applicant": WANG["applicant"]
        | {"name": f"户主{number}", "id_number": make_id("19620305", f"{number:03d}"), "village": village},
        "benefit": {"amount": "800", "persons": 2, "start": "2024-05", "review_cycle": "每年"},
    }
    case = open_household(made, parse_facts(facts), category)
    take(made, case, *trail)
    return case.number


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path)
    household(made, 1, Category.DB, "样例里社区", *TO_REVIEW)
    household(made, 3, Category.DB, "样例里社区", *TO_REVIEW)
    household(made, 5, Category.DB, "另一里社区", *TO_REVIEW)
    household(made, 7, Category.TK, "样例里社区", *TO_REVIEW)
    household(made, 9, Category.DB, "样例里社区", *TO_BENEFIT)
    made.close()
    return made


def text_of(path: str | Path) -> str:
    return re.sub(r"\s+", "", "".join(document_text(Path(path).read_bytes())))


def test_a_notice_is_one_sheet_for_each_village_and_category(command: Any, workspace: Workspace) -> None:
    """最低生活保障审核确认办法第十九条「在申请家庭所在村、社区进行公示。公示期为7天」."""
    answer = command("report", "preliminary_publicity", "--json")
    assert [(s["name"], [r["name"] for r in s["rows"]]) for s in answer["sheets"]] == [
        ("样例里社区", ["户主1", "户主3"]),
        ("另一里社区", ["户主5"]),
        ("样例里社区", ["户主7"]),
    ]
    pages = [f for f in answer["files"] if f.endswith(".docx")]
    text = text_of(pages[0])
    assert "最低生活保障初审公示" in text
    assert "户主1" in text and "户主3" in text and "户主5" not in text
    assert "YLJD-DB" not in text, "no number of a file is posted"
    sheet = load_workbook(io.BytesIO(Path(pages[0]).with_suffix(".xlsx").read_bytes())).active
    assert sheet is not None
    assert [r[0].value for r in sheet.iter_rows(min_row=4, max_row=5)] == ["户主1", "户主3"]
    assert sheet.cell(4, 6).value == 800
    assert Path(pages[0]).name == "2024-06-20 初审公示 样例里社区.docx"
    with Workspace.open(workspace.root) as opened:
        entered = [e.data.get("title") for e in opened.archive.ledger_events()]
    assert entered.count("初审公示") == 3


def test_who_is_in_benefit_stands_on_the_long_notice_and_a_dry_run_writes_nothing(
    command: Any, workspace: Workspace
) -> None:
    """佳政办发〔2021〕6号「社会救助对象长期公示」."""
    answer = command("report", "长期公示", "--dry-run", "--json")
    assert [[(r["name"], r["amount"]) for r in s["rows"]] for s in answer["sheets"]] == [
        [("户主9", "800.00")]
    ]
    assert "试运行" in re.sub(r"\s", "", command("report", "长期公示", "--dry-run"))
    assert not list((workspace.root / "archive/outbox").rglob("*.docx"))
    assert "没有应列的户" in command("report", "长期公示", "--where", "village=另一里社区")


def test_what_must_not_be_posted_is_refused_household_by_household(command: Any) -> None:
    answer = command(
        "report", "preliminary_publicity", "--set", "publicity.finding=患病住院", "--json", status=35
    )
    assert len(answer["refused"]) == 4
    assert answer["files"] == []


def test_minutes_are_put_together_from_the_extracts_of_a_meeting(command: Any, workspace: Workspace) -> None:
    """实施方案「议事协商机构会议纪要须存入救助家庭档案备查」: the extracts are in the files, the original says all of them."""
    told = [word for said in MINUTES for word in ("--set", said)]
    with Workspace.open(workspace.root) as opened:
        for number in opened.archive.case_numbers()[:2]:
            come_to(opened, opened.archive.read(number), "deliberation_minutes", "2024-06-20")
    command("generate", "deliberation_minutes", "户主1", "户主3", *told)
    answer = command("report", "会议纪要原件", "--month", "2024-06", "--json")
    assert [(s["name"], len(s["rows"])) for s in answer["sheets"]] == [("议事协商机构会议 第3期", 2)]
    page = next(f for f in answer["files"] if f.endswith(".docx"))
    assert "研究2户社会救助事项" in text_of(page)
    assert "户主1" not in page
    assert "没有应列的户" in command("report", "会议纪要原件", "--month", "2024-05")
    assert "archivist report" in command("generate", "会议纪要原件", "--set", "meeting.no=第3期", status=2)


def test_the_list_of_what_can_be_made_names_them(command: Any) -> None:
    shown = command("report")
    assert "初审公示" in shown and "救助对象长期公示" in shown and "会议纪要" in shown
