"""[导出] of ticked households: what `export` writes of them, each time on record before it leaves."""

from __future__ import annotations

import io

import httpx2
import openpyxl
import pytest

from tests.command_line import Office
from tests.people import WANG_ID, make_id
from tests.web.browser import HERE, Browser, Page
from tests.web.test_bulk_issue import opened
from tests.web.test_guards import logged
from tests.web.test_household import CASE

LI_ID = make_id("19880821", "033")


def exported(browser: Browser, *cases: str) -> httpx2.Response:
    """Send the form of the list with some households ticked."""
    browser.get("/cases")
    data = {"form_word": browser.form_word, "case": [*cases]}
    return browser.client.post("/cases/export", data=data, headers={"origin": HERE})


def test_the_ticked_households_are_saved_as_a_workbook(page: Page) -> None:
    """“[制发…][导出]”, a plain form: those that were ticked and no other, numbers covered, nobody named by the file's name."""
    one = opened(page, "李立春", LI_ID)
    opened(page, "李立夏", make_id("19900821", "035"))
    browser = page.browser("孟档案")
    assert '<button class="btn" formaction="/cases/export">' in browser.get("/cases?q=李立").text
    before = len(logged(page))
    answer = exported(browser, CASE, one, one)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E6%88%B7%E6%A1%A3.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["申请人"]
    heads, *rows = sheet.iter_rows(values_only=True)
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [(row["户号"], row["姓名"]) for row in told] == [(CASE, "王秀兰"), (one, "李立春")]
    assert [row["身份证号"] for row in told] == [f"{n[:6]}********{n[-4:]}" for n in (WANG_ID, LI_ID)]
    (entry,) = [e for e in logged(page)[before:] if e["act"] == "export"]
    assert entry["households"] == [CASE, one]
    exported(browser, CASE)
    assert [e["act"] for e in logged(page)].count("export") == 2, "each time, however soon again"


def test_it_is_the_same_table_as_on_the_command_line(page: Page) -> None:
    """What ``export --case`` writes and what the page gives is one thing."""
    opened(page, "李立春", LI_ID)
    office = Office(page.root)
    office.typed(
        "export",
        "几户",
        "--case",
        "王秀兰",
        "--as",
        "孟档案",
        "--pin-stdin",
        answers="tiger-lily-9\n",
        check=0,
    )
    answer = exported(page.browser("孟档案"), CASE)

    def cells(book: openpyxl.Workbook) -> list[tuple[str, list[tuple[object, ...]]]]:
        return [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in book]

    here = openpyxl.load_workbook(page.root / "几户" / "户档.xlsx")
    assert cells(openpyxl.load_workbook(io.BytesIO(answer.content))) == cells(here)
    assert [row[0] for row in here["申请人"].iter_rows(min_row=2, values_only=True)] == [CASE]


def test_who_may_not_export_has_no_button_and_gets_nothing(page: Page) -> None:
    """The gate of the command is the gate of the page."""
    browser = page.browser("林经办")
    assert "/cases/export" not in browser.get("/cases").text
    answer = exported(browser, CASE)
    assert answer.status_code == 403
    assert "content-disposition" not in answer.headers


def test_with_nothing_ticked_it_says_what_to_tick(page: Page) -> None:
    answer = exported(page.browser("孟档案"))
    assert answer.status_code == 400
    assert "在“户档”里勾选要导出的户" in answer.text


def test_what_cannot_be_put_on_record_is_not_given_out(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """“no log line → no answer”."""
    from archivist.errors import AccessNotLogged

    browser = page.browser("孟档案")
    browser.get("/cases")

    def full(*_: object, **__: object) -> None:
        raise AccessNotLogged("磁盘满")

    monkeypatch.setattr("archivist.web.visit.access.record", full)
    answer = exported(browser, CASE)
    assert answer.status_code in (500, 503)
    assert not answer.content.startswith(b"PK")
