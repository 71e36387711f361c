"""成批制发: ticked in the search, planned with every gap in one form, issued for those for which it can be, printed as one PDF."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.people import make_id
from tests.web.browser import HERE, Browser, Page
from tests.web.test_household import CASE, head
from tests.web.test_office_screens import needs_office

FORM = "application_form"
"""Wants to know in which village somebody lives; of 王秀兰 that is known."""


def opened(page: Page, name: str, number: str) -> str:
    """Open a household of which nothing is known but name and number; on the page, whose clock the acts to come have."""
    browser = page.browser("林经办")
    browser.get("/cases/new")
    made = browser.post("/cases/new", category="DB", name=name, id_number=number)
    return str(made.headers["location"]).rpartition("/")[2]


def post(browser: Browser, path: str, cases: list[str], **form: str) -> str:
    """Send a form with ticked households; return the page."""
    data = {"form_word": browser.form_word, "case": cases, **form}
    answer = browser.client.post(path, data=data, headers={"origin": HERE})
    assert answer.status_code in (200, 409), answer.text
    return answer.text


def titles(page: Page, case: str) -> list[str]:
    """Return what is filed in a household."""
    with Workspace.open(page.root) as workspace:
        return [r.title for r in workspace.archive.read(CaseNo.parse(case)).records.values()]


def test_what_the_search_finds_is_ticked_and_issued(page: Page) -> None:
    """“tick in search → plan → one PDF”; “all gaps in one form”; whoever lacks something stops nobody else; nothing is doubled."""
    one, two = (
        opened(page, "李立春", make_id("19880821", "033")),
        opened(page, "李立夏", make_id("19900821", "035")),
    )
    browser = page.browser("林经办")
    for address in ("/cases", "/cases?q=李立", "/cases?q=li"):
        assert re.search(
            rf'name="case" value="{one}" aria-label="勾选 李立春">', browser.get(address).text
        ), address
        assert re.search(
            rf'value="{one}" aria-label="勾选 李立春" checked>',
            browser.get(f"{address}{'&' if '?' in address else '?'}all=1").text,
        )
    all_of_them = [CASE, one, two]
    text = post(browser, "/issue/plan", all_of_them)
    assert re.search(rf'name="document" value="{FORM}">社会救助申请书（\d 户）', text)
    text = post(browser, "/issue/plan", all_of_them, document=FORM)
    assert "制发 1 件" in text and text.count("文书缺少必填项") == 2
    fields = re.findall(r'name="(own-[^"]+applicant\.village)"', text)
    assert fields == [f"own-{one}/applicant.village", f"own-{two}/applicant.village"]
    assert titles(page, CASE) == [], "the plan writes nothing"
    told = {fields[0]: "样例里社区"}
    text = post(browser, "/issue/plan", all_of_them, document=FORM, **told)
    assert "制发 2 件" in text and f'name="{fields[0]}" value="样例里社区"' in text, "what was told stays"
    text = post(browser, "/issue", all_of_them, document=FORM, **told)
    assert "已制发 2 件" in text and "没有制发 1 户" in text and "打印成一个 PDF（2 件" in text
    papers = re.findall(r'name="paper" value="([^"]+)"', text)
    assert papers == [f"{CASE}/0001", f"{one}/0001"]
    text = post(browser, "/issue", all_of_them, document=FORM, **told)
    assert "以前已制发 2 件" in text and re.findall(r'name="paper" value="([^"]+)"', text) == papers
    assert titles(page, CASE) == titles(page, one) == ["社会救助申请书"] and titles(page, two) == []


def test_nothing_ticked_no_such_document_and_no_right_are_said(page: Page) -> None:
    """“Error: code, cause, 怎么办”; “require(role) per route”."""
    browser = page.browser("林经办")
    browser.get("/cases")
    for path in ("/issue/plan", "/issue"):
        answer = browser.post(path)
        assert (answer.status_code, "没有勾选户档" in answer.text) == (400, True)
    assert browser.post("/sign/print").status_code == 400
    assert "E302" in post(browser, "/issue/plan", [CASE], document="没有这种")
    assert "E002" in post(browser, "/issue", [CASE], document=FORM, on="昨天")
    assert browser.post("/issue/plan", case="TJHQ-DB-2024-000099").status_code == 404
    witness = page.browser("何监销")
    witness.get("/cases")
    assert witness.post("/issue", case=CASE, document=FORM).status_code == 403
    assert titles(page, CASE) == []


@pytest.mark.libreoffice
@needs_office
def test_what_was_ticked_is_printed_as_one_pdf(page: Page) -> None:
    """“printable after ticking”: what waits of the ticked households, or the papers just issued; a list to tick comes first."""
    one = opened(page, "李立春", make_id("19880821", "033"))
    browser = page.browser("林经办")
    browser.get("/cases")
    post(browser, "/issue", [CASE, one], document=FORM, **{f"own-{one}/applicant.village": "样例里社区"})
    before = set(page.root.rglob("*.pdf"))
    for form in ({"case": [CASE, one]}, {"paper": [f"{CASE}/0001", f"{one}/0001"]}, {"case": [one]}):
        answer = browser.client.post(
            "/sign/print", data={"form_word": browser.form_word, **form}, headers={"origin": HERE}
        )
        assert answer.headers["content-type"] == "application/pdf", answer.text
        text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.content)).pages)
        assert "待签文书清单" in text and one in text.replace("\n", "")
        assert (CASE in text.replace("\n", "")) == (len(next(iter(form.values()))) == 2)
    assert set(page.root.rglob("*.pdf")) == before


@pytest.mark.libreoffice
@needs_office
def test_issued_and_printed_at_once(page: Page) -> None:
    """“`G`, document, all gaps in one form, 制发并打印”: the gap is a field; the paper comes as a PDF, without a list before it."""
    one = opened(page, "李立春", make_id("19880821", "033"))
    browser, at = page.browser("林经办"), f"/case/{one}"
    text = browser.get(f"{at}/issue?document={FORM}").text
    assert 'name="set-applicant.village"' in text and "制发并打印" not in text
    told = {"document": FORM, "set-applicant.village": "样例里社区", "head": head(browser, at)}
    text = browser.post(f"{at}/issue", **told).text
    assert "制发并打印" in text and 'name="set-applicant.village" value="样例里社区"' in text
    done = browser.post(f"{at}/issue", **told, confirmed="print")
    assert done.headers["location"] == f"{at}/0001/print"
    printed = browser.get(done.headers["location"])
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(printed.content)).pages)
    assert "社会救助申请书" in text and "待签文书清单" not in text
    assert browser.get(f"{at}/0009/print").status_code == 400
