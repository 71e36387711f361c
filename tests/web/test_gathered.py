"""What all sessions share is worked out once, and never older than what it rests on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archivist.api import agenda, case_list, retention
from archivist.store.durable_files import FileStamp
from archivist.web.pages import due as due_screen
from benchmarks.due import make
from tests.command_line import Office
from tests.people import WANG
from tests.web.browser import PIN, Page, staffed

CASE = "TJHQ-DB-2024-000001"


@pytest.fixture(autouse=True)
def _long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what was just written count as written long ago; the clock is real, the waiting is not."""
    monkeypatch.setattr(FileStamp, "is_settled", lambda *_: True)


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is worked out of all households from now on."""
    said = list[str]()
    due, cases, retained = agenda.due, case_list.list_cases, retention.retention_list

    def noted_due(*args: object, **named: object) -> object:
        said.append("due")
        return due(*args, **named)  # type: ignore[arg-type]

    def noted_cases(*args: object, **named: object) -> object:
        said.append("cases")
        return cases(*args, **named)  # type: ignore[arg-type]

    def noted_retained(*args: object, **named: object) -> object:
        said.append("retained")
        return retained(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(retention, "retention_list", noted_retained)
    monkeypatch.setattr(agenda, "due", noted_due)
    monkeypatch.setattr(case_list, "list_cases", noted_cases)
    return said


def test_nothing_is_worked_out_twice_for_two_people(page: Page, worked: list[str]) -> None:
    """`The answers of one office that many sessions share`."""
    Office(page.root).come_to("受理通知书")
    one, other = page.browser("林经办"), page.browser("佟复审")
    for _ in range(2):  # the first question keeps in the index what it worked out, which changes the index
        texts = [one.get("/due").text, one.get("/cases").text]
        one.get("/retention")
    assert all(CASE in text for text in texts)
    worked.clear()
    assert CASE in other.get("/due").text and CASE in other.get("/cases").text
    assert other.get("/retention").status_code == 200
    assert worked == []


def test_the_counts_beside_the_menu_and_the_screens_share_one_answer(page: Page, worked: list[str]) -> None:
    """“The answers of one office that many sessions share”: after a change too, 今天, 期限 and its month are one gathering."""
    Office(page.root).come_to("受理通知书")
    browser = page.browser("林经办")
    browser.get("/")
    said = browser.post(f"/case/{CASE}/set", fact="applicant.name", value="王秀岚", reason="核对户口簿")
    assert said.status_code == 303
    worked.clear()
    assert "王秀岚" in browser.get("/").text and "王秀岚" in browser.get("/due").text
    assert browser.get("/due/month").status_code == 200
    assert worked == ["due"]


def test_a_file_that_was_damaged_without_an_event_is_told_within_ten_minutes(
    page: Page, worked: list[str]
) -> None:
    """“No damage explained away”: what only the files could show is looked at again, and told each time from then on."""
    Office(page.root).come_to("受理通知书")
    browser = page.browser("林经办")
    for _ in range(2):
        assert "未检" not in browser.get("/retention").text
    (page.root / "archive/cases" / CASE / "events/000001.json").write_text("{}", encoding="utf-8")
    for _ in range(2):  # somebody works meanwhile, or the page locks itself
        page.clock.forward(minutes=5)
        browser.get("/tray")
    for _ in range(2):
        worked.clear()
        assert "未检" in browser.get("/retention").text and worked == ["retained"]


def test_what_closes_a_household_is_on_the_list_at_once(page: Page) -> None:
    """`None older than what it rests on`."""
    office = Office(page.root)
    office.come_to("受理通知书")
    browser = page.browser("林经办")
    for _ in range(2):
        assert CASE not in browser.get("/retention").text
    office.typed("case", "step", CASE, "withdraw", "--reason", "自愿退出", "--pin-stdin", answers=f"{PIN}\n")
    office.typed(
        "case",
        "deregister",
        CASE,
        "--reason",
        "自愿退出",
        "--yes",
        "--as",
        "佟复审",
        "--pin-stdin",
        answers=f"{PIN}\n",
    )
    assert CASE in browser.get("/retention").text


def test_what_the_command_line_does_beside_is_seen_by_the_next_question(page: Page) -> None:
    """`None older than what it rests on`: a step taken beside, and a household opened beside."""
    office = Office(page.root)
    office.come_to("受理通知书")
    browser = page.browser("林经办")
    before = [browser.get("/due").text, browser.get("/cases").text]
    typed = ("case", "set", CASE, "applicant.name=王秀岚", "--reason", "核对户口簿", "--pin-stdin")
    office.typed(*typed, answers=f"{PIN}\n")
    after = [browser.get("/due").text, browser.get("/cases").text]
    assert all("王秀岚" not in text for text in before) and all("王秀岚" in text for text in after)


def test_a_household_that_is_gone_is_told(page: Page) -> None:
    """`A case that cannot be read is named (未检), never left out`, and each time."""
    Office(page.root).come_to("受理通知书")
    browser = page.browser("林经办")
    assert "未检" not in browser.get("/due").text
    folder = page.root / "archive/cases" / CASE
    shutil.move(folder, page.root / "elsewhere")
    for _ in range(2):
        assert "没有这个户档的文件夹" in browser.get("/due").text
    shutil.move(page.root / "elsewhere", folder)
    assert "未检" not in browser.get("/due").text
    assert str(WANG["applicant"]["name"]) in browser.get("/due").text


def test_fifty_of_a_kind_and_a_link_to_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`So many lines of each kind are shown at once; of one kind alone, so many a page`."""
    assert due_screen.MOST == 50
    monkeypatch.setattr(due_screen, "MOST", 1)
    make(tmp_path / "office", 12).close()
    staffed(tmp_path / "office")
    entries = Office(tmp_path / "office").json("due")["entries"]
    status = next(s for s in (e["status"] for e in entries) if sum(e["status"] == s for e in entries) > 1)
    count = sum(e["status"] == status for e in entries)
    browser = Page(tmp_path / "office").browser("林经办")
    text = browser.get("/due").text
    assert f'<a href="/due?status={status}&amp;page=2">其余 {count - 1} 件' in text
    first, second = (browser.get(f"/due?status={status}&page={n}").text for n in (1, 2))
    assert "下一页" in first and "上一页" in second and "其余" not in first + second
    assert first != second and all(text.count('<td><a href="/case/') == 1 for text in (first, second))
