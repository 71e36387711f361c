"""待签打印, 册表, 保管, 运行, 设置, 期限: what the screens of the office as a whole show and do."""

from __future__ import annotations

import io
import re
import threading

import pytest
from pypdf import PdfReader

from archivist.documents.render import pdf as pdf_maker
from archivist.store.lock import WriterLock
from archivist.web import application as web
from tests.command_line import Office
from tests.people import WANG
from tests.web.browser import HERE, PIN, Page

CASE = "TJHQ-DB-2024-000001"
REGISTER = "acceptance_register"
WANG_ID = str(WANG["applicant"]["id_number"])
needs_office = pytest.mark.skipif(not pdf_maker.available(), reason="no LibreOffice here")


def typed(page: Page, *words: str) -> None:
    """Type a command that asks for the PIN."""
    Office(page.root).typed(*words, "--pin-stdin", answers=f"{PIN}\n")


def issued(page: Page) -> str:
    """Issue a notice, which then waits for its signature; return its record."""
    office = Office(page.root)
    office.come_to("受理通知书")
    typed(page, "generate", "受理通知书", "王秀兰")
    return str(office.json("unsigned")["waiting"][0]["record"])


# ── 待签打印 ───────────────────────────────────────────────────────────────────────────────────────────────
def test_what_waits_for_signature_is_listed_with_its_days(page: Page) -> None:
    """“待签 9: 件 打印日 天数 [再打印]”; empty: what was done, what next."""
    browser = page.browser("林经办")
    assert "都签回了" in browser.get("/sign").text
    issued(page)
    text = browser.get("/sign").text
    assert "待签 1 件" in text and "受理通知书" in text and "王秀兰" in text
    page.clock.forward(days=9)
    browser.sign_in("林经办")
    assert re.search(r"超过 7 天 1 件", browser.get("/sign").text)


@pytest.mark.libreoffice
@needs_office
def test_printing_gives_one_pdf_and_keeps_none(page: Page) -> None:
    """“[合成一个PDF 双面]”; “inline PDF only ours”; it is on record whom it names."""
    record = issued(page)
    browser = page.browser("林经办")
    browser.get("/sign")
    before = set(page.root.rglob("*.pdf"))
    for form in ({"which": "all"}, {"case": CASE, "record": record}):
        answer = browser.post("/sign/print", **form)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
        assert answer.headers["content-disposition"].startswith("inline")
        pages = [one.extract_text() for one in PdfReader(io.BytesIO(answer.content)).pages]
        assert ("待签文书清单" in pages[0]) == ("which" in form), "one paper alone has no list before it"
        assert any("受理通知书" in one for one in pages)
    assert set(page.root.rglob("*.pdf")) == before
    log = "".join(p.read_text(encoding="utf-8") for p in (page.root / "archive/access").glob("*.jsonl"))
    assert '"print"' in log


def test_nothing_to_print_is_said_so(page: Page) -> None:
    """“Error: code, cause, 怎么办”."""
    browser = page.browser("林经办")
    browser.get("/sign")
    answer = browser.post("/sign/print", which="all")
    assert (answer.status_code, "E001" in answer.text) == (400, True)


# ── 册表 ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_register_is_looked_over_and_then_made(page: Page) -> None:
    """“month filled in → preview → make: 3 clicks”; numbers on the screen are masked, the files lie in the outbox."""
    browser = page.browser("林经办")
    assert f'<option value="{REGISTER}">' in browser.get("/reports").text
    preview = browser.get(f"/reports?document={REGISTER}").text
    assert 'value="2024-03"' in preview
    assert "王秀兰" in preview and WANG_ID not in preview
    outbox = page.root / "archive/outbox"
    before = set(outbox.rglob("*"))
    made = browser.post("/reports/make", document=REGISTER, period="2024-03")
    assert made.status_code == 200, made.text
    assert {p.suffix for p in set(outbox.rglob("*")) - before if p.is_file()} == {".docx", ".xlsx"}
    assert "archive/outbox/报表/" in made.text
    assert str(page.root) not in made.text, "a page tells nobody where that is on the machine"


def test_an_empty_month_offers_a_nil_report(page: Page) -> None:
    """“Empty: what was done, what next”: nothing to list is said, and a nil report is one tick away."""
    browser = page.browser("林经办")
    browser.get("/reports")
    assert 'name="nil"' in browser.get(f"/reports?document={REGISTER}&period=2023-01").text
    made = browser.post("/reports/make", document=REGISTER, period="2023-01", nil="on")
    assert "archive/outbox/报表/" in made.text


@pytest.mark.parametrize("period", ["2024-13", "gestern", "<script>", "2024-03-08-09"])
def test_a_month_that_is_none_is_said_and_kept(page: Page, period: str) -> None:
    """“nothing typed is lost”: the error stands beside what was typed."""
    browser = page.browser("林经办")
    browser.get("/reports")
    answer = browser.get(f"/reports?document={REGISTER}&period={period}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text and "怎么办" in answer.text
    assert "<script>" not in answer.text.replace('<script src="', "")


def test_who_may_not_make_it_makes_nothing(page: Page) -> None:
    """“require(role) per route”: a witness looks, and makes nothing."""
    browser = page.browser("何监销")
    browser.get("/reports")
    assert browser.post("/reports/make", document=REGISTER).status_code == 403
    assert not list((page.root / "archive/outbox").rglob("*.docx"))


# ── 运行 ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_watch_may_run_in_the_page(page: Page) -> None:
    """“The watcher may run inside serve or beside it; both say so in 运行”: what is dropped meanwhile is taken in."""
    browser = page.browser("林经办")
    shown = browser.get("/system").text
    assert "没有人守候收件箱" in shown and "没有守候" in shown
    assert browser.post("/system/watch").status_code == 303
    try:
        assert "由网页自己守候" in browser.get("/system").text
        assert browser.post("/system/watch").status_code == 409, "one watches at a time"
        (page.root / "archive/inbox/来信88.txt").write_text(
            "情况说明\n本人王秀兰，家住样例里", encoding="utf-8"
        )
        stop = threading.Event()
        for _ in range(600):
            if "来信88.txt" in browser.get("/system").text:
                break
            stop.wait(0.1)
        assert "来信88.txt" in browser.get("/system").text
        assert "来信88.txt" in browser.get("/tray").text
    finally:
        assert browser.post("/system/watch/end").status_code == 303
    assert "没有人守候收件箱" in browser.get("/system").text


def test_the_watch_is_begun_by_who_may(page: Page) -> None:
    """Default deny: who may not take in the inbox begins no watch."""
    browser = page.browser("赵主任")
    browser.get("/system")
    assert browser.post("/system/watch").status_code == 403
    assert "没有人守候收件箱" in browser.get("/system").text


def test_another_writer_is_named_and_the_act_is_tried_again(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Busy (“watch 正在写入，已等 3 秒”): retries 5 s, then 再试”: nothing typed is lost."""
    monkeypatch.setattr(web, "BUSY_S", 0.2)
    browser = page.browser("林经办")
    browser.get("/settings")
    lock = WriterLock(page.root / "archive/.lock")
    with lock.held("守候的人"):
        answer = browser.post("/settings", size="large", keys="on")
    assert answer.status_code == 503
    assert "守候的人" in answer.text and "再试" in answer.text
    assert 'name="size" value="large"' in answer.text
    assert browser.post("/settings", size="large", keys="on").status_code == 303


# ── 设置 ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_large_letters_and_keys_are_each_person_s_own(page: Page) -> None:
    """“设置 字号 快捷键”; “Shortcuts can be off, all works without”."""
    one, two = page.browser("林经办"), page.browser("赵主任")
    one.get("/settings")
    assert one.post("/settings", size="large", keys="off").status_code == 303
    assert 'class="large" data-keys="off"' in one.get("/").text
    assert 'class="large"' not in two.get("/").text
    assert not any("林经办" in str(p) for p in page.root.rglob("*")), "names stand in no path"


def test_the_own_pin_is_changed_with_the_old_one(page: Page) -> None:
    """“密码”: the old one is asked for; other sessions of the person end, those of others do not."""
    here, there, other = page.browser("林经办"), page.browser("林经办"), page.browser("赵主任")
    here.get("/settings")
    new = "paper-boat-3"
    for told in ({"old": "falsch", "pin": new, "again": new}, {"old": PIN, "pin": new, "again": "x"},
                 {"old": PIN, "pin": "1", "again": "1"}):  # fmt: skip
        answer = here.post("/settings/pin", **told)
        assert answer.status_code == 409 and 'role="alert"' in answer.text
        assert new not in answer.text and PIN not in answer.text
    assert here.post("/settings/pin", old=PIN, pin=new, again=new).status_code == 303
    assert here.get("/").status_code == 200
    assert there.get("/").headers["location"].startswith("/login")
    assert other.get("/").status_code == 200
    fresh = page.browser()
    assert fresh.post("/login", person="林经办", pin=PIN).status_code == 403
    assert fresh.post("/login", person="林经办", pin=new).status_code == 303


def test_people_are_only_shown(page: Page) -> None:
    """“人员(read-only)”: every name and role, and no form that changes them."""
    text = page.browser("林经办").get("/settings").text
    for name in ("林经办", "佟复审", "赵主任", "孟档案", "何监销"):
        assert name in text
    assert "访问记录" not in text


def test_who_answers_for_the_archive_reads_who_looked(page: Page) -> None:
    """“admins read the log”: by household and by person; who does not is refused."""
    page.browser("林经办").get(f"/case/{CASE}")
    reader = page.browser("孟档案")
    assert "访问记录" in reader.get("/settings").text
    text = reader.get(f"/settings/access?case={CASE}&person=林经办").text
    assert "case show" in text and "林经办" in text
    assert (
        "没有符合条件的登记"
        in reader.get("/settings/access?person=赵主任&since=2024-03-08&until=2024-03-08").text
    )
    assert reader.get("/settings/access?since=gestern").status_code == 400
    assert page.browser("林经办").get("/settings/access").status_code == 403


# ── 期限 ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_month_shows_what_ends_on_which_day(page: Page) -> None:
    """“月历│列表”: a day's limits lead to the household; a month that is none is explained."""
    Office(page.root).come_to("受理通知书")
    browser = page.browser("林经办")
    due = Office(page.root).json("due")["entries"]
    month = next(e["due"] for e in due if e["due"])[:7]
    text = browser.get(f"/due/month?month={month}").text
    assert f'href="/case/{CASE}"' in text and "本月" in text
    assert browser.get("/due/month?month=2024-13").status_code == 400
    assert browser.get("/due/month").status_code == 200


def test_the_calendar_file_names_nobody(page: Page) -> None:
    """“.ics without names”: case numbers alone, as an attachment, on record."""
    Office(page.root).come_to("受理通知书")
    answer = page.browser("林经办").get("/due/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["content-disposition"].startswith("attachment")
    unfolded = answer.text.replace("\r\n ", "")
    assert CASE in unfolded
    for secret in ("王秀兰", WANG_ID, "样例里"):
        assert secret not in unfolded
    log = "".join(p.read_text(encoding="utf-8") for p in (page.root / "archive/access").glob("*.jsonl"))
    assert '"due --ics"' in log


def test_the_form_with_files_is_no_way_around_the_guards(page: Page) -> None:
    """“token + Origin on each POST”: a form that brings files is looked at before its files are; too much is refused."""
    stranger = page.browser()
    files = {"paper": ("x.pdf", b"%PDF-1.7", "application/pdf")}
    path = "/retention/batch/XH-2024-001/approve"
    answer = stranger.client.post(path, data={"form_word": "x"}, files=files, headers={"origin": HERE})
    assert answer.headers["location"] == "/login"
    browser = page.browser("赵主任")
    for word, origin in (("x", HERE), (browser.form_word, "http://evil.example")):
        sent = browser.client.post(path, data={"form_word": word}, files=files, headers={"origin": origin})
        assert sent.status_code == 403
    bad = browser.client.post(
        path, content=b"x", headers={"origin": HERE, "content-type": "multipart/form-data"}
    )
    assert bad.status_code == 400
