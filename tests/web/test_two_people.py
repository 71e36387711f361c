"""What two people must do together, at one browser: the second gives name and PIN on the spot, and is never the first."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl
import pytest

from archivist.api import disposal, people
from archivist.documents.render import pdf as pdf_maker
from archivist.model.by import CHINA, By
from archivist.workspace import Workspace
from tests.preservation import disposals
from tests.signed_scans import signed_everywhere
from tests.web.browser import PIN, Browser, Clock, Page

WITH_PINS = ("林经办", "钱档案", "甲鉴定", "乙鉴定", "赵主任", "周复审")
BATCH = "XH-2028-001"
ONE, TWO = "TJHQ-DB-2024-000001", "TJHQ-DB-2024-000002"
needs_office = pytest.mark.skipif(not pdf_maker.available(), reason="no LibreOffice here")


@pytest.fixture
def old(tmp_path: Path) -> Page:
    """The page of an office with two files that may be appraised since 9 March 2027."""
    with disposals.office(tmp_path / "ws", 2) as workspace:
        for person in WITH_PINS:
            people.set_pin(
                workspace, By(person, dt.datetime(2028, 3, 9, 8, tzinfo=CHINA)), person, lambda: PIN
            )
    return Page(tmp_path / "ws", Clock(dt.datetime(2028, 3, 9, 10, tzinfo=CHINA)))


def state(page: Page) -> str:
    """Return how far the batch has come."""
    with Workspace.open(page.root) as workspace:
        return disposal.list_disposals(workspace).disposals[0].state


def logged(page: Page, act: str) -> list[str]:
    """Return who the access log says did something."""
    lines = [
        json.loads(line)
        for file in sorted((page.root / "archive/access").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return [e["actor"] for e in lines if e["act"] == act]


def filled_in(path: Path) -> Path:
    """Fill in the appraisers' sheet: one to be destroyed, one to be kept for ever."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    for row in sheet.iter_rows():
        if len(row) > 6 and row[1].value in (ONE, TWO):
            row[5].value = "销毁" if row[1].value == ONE else "永久"
    book.save(path)
    return path


def proposed(page: Page) -> Browser:
    """Propose a batch of both files; return the browser of the keeper of the archive."""
    browser = page.browser("钱档案")
    shown = browser.get("/retention").text
    assert "到期 2" in shown
    planned = browser.client.post(
        "/retention/plan",
        data={"form_word": browser.form_word, "case": [ONE, TWO]},
        headers={"origin": "http://127.0.0.1:8723"},
    )
    assert "2 户，还没有写入" in planned.text
    with Workspace.open(page.root) as workspace:
        assert not disposal.list_disposals(workspace).disposals
    made = browser.client.post(
        "/retention/propose",
        data={"form_word": browser.form_word, "case": [ONE, TWO]},
        headers={"origin": "http://127.0.0.1:8723"},
    )
    assert made.headers["location"] == f"/retention/batch/{BATCH}"
    return browser


@pytest.mark.libreoffice
@needs_office
def test_appraisal_and_approval_want_a_second_person_on_the_spot(old: Page) -> None:
    """“鉴定, 审批 …: B confirms with password; B≠A by person”: the same person, a wrong PIN, nobody, somebody who did not sign: refused."""
    browser = proposed(old)
    folder = old.root / "archive/outbox/处置" / BATCH
    sheet = filled_in(folder / "鉴定意见表.xlsx")
    paper = signed_everywhere(folder / "档案鉴定意见表.docx", old.root / "意见签字.pdf")
    where, files = f"/retention/batch/{BATCH}", {"opinions": sheet, "paper": paper}
    both = "甲鉴定 乙鉴定"
    for second, pin, code in (
        ("", PIN, "E002"), ("钱档案", PIN, "E002"), ("钱 档案", PIN, "E002"), ("甲鉴定", "falsch", "E506"),
        ("没有的人", PIN, "E505"), ("周复审", PIN, "E002"),
    ):  # fmt: skip
        answer = browser.send(f"{where}/appraise", files, appraisers=both, second=second, second_pin=pin)
        assert (answer.status_code, code in answer.text, state(old)) == (409, True, "proposed"), (
            second,
            answer.text,
        )
        assert PIN not in answer.text and 'value="甲鉴定 乙鉴定"' in answer.text, (
            "nothing typed is lost but the PIN"
        )
    without = browser.send(
        f"{where}/appraise", {"opinions": sheet}, appraisers=both, second="甲鉴定", second_pin=PIN
    )
    assert "E001" in without.text and state(old) == "proposed"
    done = browser.send(f"{where}/appraise", files, appraisers=both, second="甲鉴定", second_pin=PIN)
    assert (done.status_code, state(old)) == (303, "appraised"), done.text
    assert "甲鉴定" in logged(old, "second person: retention appraise")

    approval = {"paper": signed_everywhere(folder / "档案销毁审批表.docx", old.root / "审批签字.pdf")}
    for second, pin in (("钱档案", PIN), ("周复审", PIN), ("赵主任", "x"), ("", "")):
        answer = browser.send(f"{where}/approve", approval, second=second, second_pin=pin)
        assert (answer.status_code, state(old)) == (409, "appraised"), second
    assert browser.send(f"{where}/approve", approval, second="赵主任", second_pin=PIN).status_code == 303
    assert state(old) == "approved"
    text = browser.get(where).text
    assert f"archivist retention execute {BATCH}" in text, "the page shows the command"
    assert "/execute" not in text, "and destroys nothing itself"


def test_what_waits_for_somebody_is_on_the_own_first_screen(old: Page) -> None:
    """“A asks with reason, B sees 等我核准”: who may do what comes next sees the batch, nobody else."""
    assert "等我核准" not in old.browser("赵主任").get("/").text
    proposed(old)
    for person, may in (("赵主任", True), ("钱档案", True), ("林经办", False), ("周复审", False)):
        text = old.browser(person).get("/").text
        assert ("等我核准" in text, f"/retention/batch/{BATCH}" in text) == (may, may), person


def test_who_may_not_propose_is_refused(old: Page) -> None:
    """Default deny: whoever looks may see what a batch would be, and writes none."""
    browser = old.browser("林经办")
    browser.get("/retention")
    assert "还没有写入" in browser.post("/retention/plan", case=ONE).text
    assert browser.post("/retention/propose", case=ONE).status_code == 403
    with Workspace.open(old.root) as workspace:
        assert not disposal.list_disposals(workspace).disposals


def test_nothing_ticked_is_said_and_a_batch_can_be_cancelled(old: Page) -> None:
    """“Error: code, cause, 怎么办”; a batch that was not begun is cancelled with a reason, and destroys nothing."""
    browser = proposed(old)
    assert "没有勾选户档" in browser.post("/retention/plan").text
    where = f"/retention/batch/{BATCH}"
    browser.get(where)
    assert browser.post(f"{where}/cancel", reason="  ").status_code == 409
    assert browser.post(f"{where}/cancel", reason="家属有异议").status_code == 303
    assert state(old) == "cancelled"
    assert browser.get("/retention/batch/XH-2028-009").status_code == 400
    assert len(list((old.root / "archive/cases").iterdir())) == 2


def test_a_second_person_s_wrong_pins_have_to_wait_too(old: Page) -> None:
    """“5 fails → 1…60 s wait”: at whichever form they are typed."""
    browser = proposed(old)
    where, paper = f"/retention/batch/{BATCH}/approve", {"paper": Path(__file__)}
    for _ in range(5):
        browser.send(where, paper, second="赵主任", second_pin="falsch")
    assert "还要等" in browser.send(where, paper, second="赵主任", second_pin=PIN).text
