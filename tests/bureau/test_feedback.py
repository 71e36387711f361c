"""The month's draw over what was received, and what a check found, told to the office."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import docx
import pytest

from archivist.bureau.draws import draw_month
from archivist.bureau.feedback import give, read_findings
from archivist.bureau.papers import COLUMNS, FORM, FRAME
from archivist.bureau.reception import receive
from archivist.errors import ArchivistError, CaseNotFound, IntegrityAlarm, InvalidValue, UsageError
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo
from archivist.preservation.submission_replies import Feedback, FeedbackFinding
from archivist.workspace import Workspace
from tests.bureau.kit import RECEIVER, make_bureau, nothing_changes
from tests.filing import come_to
from tests.kit import make_workspace, open_household
from tests.people import WANG, make_id
from tests.preservation.packages import make_package

ONE, TWO, THREE = (CaseNo.parse(f"TJHQ-DB-2024-00000{n}") for n in (1, 2, 3))
MONTH = "2024-03"
SUBMISSION = "S-TJHQ-2024Q1-01"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three households, two of them confirmed in March."""
    folder = tmp_path_factory.mktemp("office")
    with make_workspace(folder / "ws") as office:
        for n in (1, 2, 3):
            applicant = {**WANG["applicant"], "name": f"赵{n}", "id_number": make_id(f"1970010{n}", "015")}
            open_household(office, parse_facts({**WANG, "applicant": applicant}))
        for number in (ONE, TWO):
            come_to(office, office.archive.read(number), "confirmation_decision", "2024-03-08")
        (part,) = make_package(office, folder)
    return part


@pytest.fixture
def bureau(tmp_path: Path, package: Path) -> Iterator[Workspace]:
    with make_bureau(tmp_path / "bureau") as workspace:
        receive(workspace, RECEIVER, [package])
        yield workspace


def table(path: Path, rows: Sequence[Sequence[str]], heads: Sequence[str] = COLUMNS) -> Path:
    path.write_text("".join(",".join(row) + "\n" for row in (heads, *rows)), encoding="utf-8")
    return path


def test_the_frame_is_who_was_confirmed_in_the_month(bureau: Workspace) -> None:
    """The frame is every household newly confirmed in the month; near kin are looked into, whoever else is drawn."""
    done = draw_month(bureau, RECEIVER, MONTH, " 3 17 22 ", [ONE, CaseNo.parse("TJHQ-DB-2024-000009")])
    assert done.draw.frame == (ONE, TWO) and done.draw.kin == (ONE,) and done.draw.drawn == (TWO,)
    assert [str(n) for n in done.unknown_kin] == ["TJHQ-DB-2024-000009"] and done.draw.lot == "3 17 22"
    by_name = {path.name: path for path in done.files}
    assert by_name[FRAME].read_text() == f"{ONE}\n{TWO}\n" and FORM in by_name
    (event,) = bureau.archive.ledger_events(Op.SAMPLE_DRAWN)
    assert event.data["seed"] == done.draw.seed and event.data["drawn"] == [str(TWO)]
    page = docx.Document(str(by_name["抽查名单抽取单.docx"]))
    words = "".join(node.text or "" for node in page.element.iter() if node.text)
    assert done.draw.seed in words.replace(" ", "") and str(TWO) in words
    with nothing_changes(bureau.root):
        again = draw_month(bureau, RECEIVER, MONTH, "3 17 22", [ONE, CaseNo.parse("TJHQ-DB-2024-000009")])
    assert again.again and again.draw == done.draw and not again.before
    other = draw_month(bureau, RECEIVER, MONTH, "4")
    assert other.id.endswith("-02") and other.before == (done.id,), "a second draw is told"


@pytest.mark.parametrize(
    ("month", "lot", "error", "words"),
    [
        (MONTH, " ", UsageError, "没有写明抽签结果"),
        ("2024-13", "3", InvalidValue, "不是月份"),
        ("2023-01", "3", InvalidValue, "没有 2023-01 新确认的"),
    ],
)
def test_no_draw_without_lot_month_and_frame(
    bureau: Workspace, month: str, lot: str, error: type[ArchivistError], words: str
) -> None:
    """“E001 没有写明抽签结果”."""
    with nothing_changes(bureau.root), pytest.raises(error, match=words):
        draw_month(bureau, RECEIVER, month, lot)


def test_a_frame_that_cannot_be_read_is_none(bureau: Workspace) -> None:
    """A frame without a household that cannot be read would be another frame, and somebody could choose it."""
    event = sorted((bureau.archive.folder(THREE) / "events").iterdir())[0]
    event.chmod(0o600)
    event.write_bytes(event.read_bytes().replace(b'"seq"', b'"sqe"'))
    with Workspace.open(bureau.root) as fresh, pytest.raises(IntegrityAlarm, match="抽样框不全"):
        draw_month(fresh, RECEIVER, MONTH, "3")


def test_feedback_is_a_file_for_the_office_and_a_letter(bureau: Workspace, tmp_path: Path) -> None:
    """``bureau feedback S-… --findings F`` writes 反馈-S-….json, which the office's reader takes, and 反馈单."""
    rows = [
        (str(ONE), "3", "需整改", "收入计算表缺页", "2024-04-30"),
        (str(TWO), "", "合格", "", ""),
        (str(THREE), "", "", "", ""),
    ]
    found = read_findings(table(tmp_path / "表.csv", rows))
    assert found == (
        FeedbackFinding(str(ONE), "0003", False, "收入计算表缺页", dt.date(2024, 4, 30)),
        FeedbackFinding(str(TWO), "", True, "", None),
    )
    done = give(bureau, RECEIVER, SUBMISSION, found, sample=MONTH)
    assert Feedback.decode(done.files[0].read_bytes()) == done.feedback
    (event,) = bureau.archive.ledger_events(Op.FEEDBACK_GIVEN)
    assert event.data["to_mend"] == [str(ONE)] and "缺页" not in json.dumps(
        dict(event.data), ensure_ascii=False
    )
    page = docx.Document(str(done.files[1]))
    words = "".join(node.text or "" for node in page.element.iter() if node.text)
    assert "收入计算表缺页" in words and "红桥区民政局" in words and "合格 1 户，需整改 1 户" in words


def test_a_letter_about_nothing_asks_for_nothing(bureau: Workspace) -> None:
    """Where everything was in order the letter names no time limit."""
    done = give(bureau, RECEIVER, SUBMISSION, [FeedbackFinding(str(ONE), "", True, "", None)])
    page = docx.Document(str(done.files[1]))
    words = "".join(node.text or "" for node in page.element.iter() if node.text)
    assert "没有需要整改的" in words and "不用回复" in words and "整改期限" not in words


def test_a_letter_says_when_it_was_looked_at_and_whose_households(bureau: Workspace) -> None:
    """«根据抽查情况，书面反馈抽查意见»: the month of the look is that of the letter, the month of the households that of the draw."""
    found = [FeedbackFinding(str(ONE), "", True, "", None)]
    for sample, said in ((MONTH, "你单位2024年3月审核确认"), ("", "你单位报送并审核确认")):
        done = give(bureau, RECEIVER, SUBMISSION, found, sample=sample)
        page = docx.Document(str(done.files[1]))
        words = "".join(node.text or "" for node in page.element.iter() if node.text)
        assert f"2024年4月，我局抽查了{said}" in words.replace(" ", "")


def test_feedback_names_only_households_of_its_submission(bureau: Workspace) -> None:
    """“E001 有户不在本次报送”."""
    strange = FeedbackFinding("TJHQ-DB-2024-000009", "", True, "", None)
    with nothing_changes(bureau.root), pytest.raises(UsageError, match="有户不在本次报送") as refused:
        give(bureau, RECEIVER, SUBMISSION, [strange])
    assert "TJHQ-DB-2024-000009" in str(refused.value)
    with pytest.raises(CaseNotFound, match="没有接收过"):
        give(bureau, RECEIVER, "S-TJHQ-2024Q1-09", [strange])
    with pytest.raises(InvalidValue, match="不是报送编号"):
        give(bureau, RECEIVER, "../x", [strange])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("不是户号", "", "合格", "", ""), "不是户号"),
        ((str(ONE), "", "差不多", "", ""), "应为“合格”或“需整改”"),
        ((str(ONE), "", "需整改", "", "2024-04-30"), "要写明问题和要求"),
        ((str(ONE), "", "需整改", "缺页", ""), "要写明整改期限"),
        ((str(ONE), "x", "合格", "", ""), "件号应为数字"),
        ((str(ONE), "", "合格", "", "下月"), "应为日期"),
        ((str(ONE), "", "", "", ""), "没有一户写了结果"),
    ],
)
def test_a_table_that_cannot_be_taken_is_told_line_by_line(
    tmp_path: Path, row: tuple[str, ...], words: str
) -> None:
    """Every fault with its line, and nothing is taken."""
    with pytest.raises(UsageError) as refused:
        read_findings(table(tmp_path / "表.csv", [row]))
    assert words in str(refused.value)
    with pytest.raises(UsageError, match=r"不认得|第一行"):
        read_findings(table(tmp_path / "表.csv", [("a", "b")], ("户号", "结论")))
