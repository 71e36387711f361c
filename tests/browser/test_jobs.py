"""Daily jobs within their keys and clicks, counted in a real browser."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archivist.cli.demo.scans import signed_copy
from archivist.documents.render.pdf import to_pdf
from archivist.model.ids import CaseNo
from archivist.model.record import RecordStatus
from archivist.workspace import Workspace
from tests.browser.conftest import LETTERS, Desk, follow
from tests.browser.test_page import CASE, waiting
from tests.command_line import Office
from tests.filing import file_papers, sign
from tests.people import make_id
from tests.web.browser import PIN
from tests.web.test_office_screens import needs_office

if TYPE_CHECKING:
    from playwright.sync_api import Page

COUNTER_KEYS = 5
REPORT_CLICKS = 3
STEP_CLICKS = 2
ZHOU = ("--name", "周春生", "--id", make_id("19710212", "013"), "--set", "申请人.村（社区）=样例里社区")


@dataclass
class Hand:
    """A hand at the mouse and the keys; it counts what it does."""

    page: Page
    clicks: int = 0
    keys: int = 0

    def click(self, what: str) -> None:
        """Click on something, and wait for what comes of it."""
        follow(self.page, what)
        self.clicks += 1

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1


def typed(desk: Desk, *words: str) -> str:
    """Type a command that asks for the PIN; return what it printed."""
    return Office(desk.root).typed(*words, "--pin-stdin", answers=f"{PIN}\n").stdout


def with_its_papers(desk: Desk) -> CaseNo:
    """Open a household whose signed application and family register are on file: 收件 lacks nothing."""
    typed(desk, "case", "open", "低保", *ZHOU)
    with Workspace.open(desk.root) as workspace:
        number = workspace.find_case("周春生")
    typed(desk, "generate", "application_form", str(number))
    with Workspace.open(desk.root) as workspace:
        sign(workspace, number, "0001")
        file_papers(workspace, number, "mat_household_register")
    return number


def is_seen_whole(page: Page, words: str) -> bool:
    """Tell whether a heading lies in the window without scrolling."""
    box = page.locator("h2", has_text=words).first.bounding_box()
    size = page.viewport_size
    return bool(box and size and box["y"] >= 0 and box["y"] + box["height"] <= size["height"])


def test_the_question_at_the_counter(desk: Desk) -> None:
    """“`/` wxl `⏎` → 现在做什么: 5 keys, no scrolling”; what is typed is answered with every key, before Enter."""
    page = desk.sit()
    page.goto(f"{desk.address}cases")
    hand = Hand(page)
    hand.press("/", "w", "x", "l")
    page.wait_for_selector("#answer .hitbox >> text=王秀兰")
    assert page.evaluate("document.activeElement.id") == "q", "the field is left alone"
    assert "q=wxl" in page.url
    hand.press("Enter")
    page.wait_for_url(re.compile(rf"/case/{CASE}"))
    assert hand.keys == COUNTER_KEYS
    assert is_seen_whole(page, "现在做什么")


def test_the_month_end_in_three_clicks(desk: Desk) -> None:
    """“册表, month filled in → preview → make: 3 clicks”; the choice of the register is a key in its list."""
    page = desk.sit()
    hand = Hand(page)
    hand.click('.rail a[href="/reports"]')
    page.select_option("#document", "acceptance_register")
    hand.click("text=预览")
    hand.click("button:has-text('制 ')")
    page.wait_for_selector("text=已编制")
    assert hand.clicks == REPORT_CLICKS


def test_what_today_without_a_click(desk: Desk) -> None:
    """“1 what today: open page, 0 clicks”: whoever signs in sees at once what is due and what waits."""
    page = desk.sit()
    assert page.url == desk.address
    assert page.locator(f'main a[href^="/case/{CASE}"]').first.is_visible()
    assert f"{LETTERS}" in page.inner_text('.rail a[href="/tray"]')


def test_a_step_in_two_clicks(desk: Desk) -> None:
    """“4 record a step: next step's button, date is today, plan shown → confirm: 2 clicks”."""
    number = with_its_papers(desk)
    page = desk.sit()
    page.goto(f"{desk.address}case/{number}")
    hand = Hand(page)
    hand.click('.next a.btn.go:has-text("收件")')
    page.wait_for_selector("text=可以办：")
    assert page.input_value("#on") == "2024-03-08"
    assert page.locator("details:has-text('条文原文')").count() == 1
    with Workspace.open(desk.root) as workspace:
        assert not workspace.archive.read(number).steps, "the plan is shown, nothing is written"
    hand.click('button:has-text("确认办理")')
    page.wait_for_url(f"{desk.address}case/{number}")
    assert "收件" in page.inner_text(".steps")
    with Workspace.open(desk.root) as workspace:
        (step,) = workspace.archive.read(number).steps
    assert (step.id, step.on.isoformat(), hand.clicks) == ("submit", "2024-03-08", STEP_CLICKS)


LI = make_id("19880821", "033")
DROPPED = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: 'text/plain' }));
  document.querySelector('main').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""


def test_somebody_who_walks_in(desk: Desk) -> None:
    """“7 walk-in: 立户: ID gives birth date, sex, checksum, duplicates while typing; drag papers on the case: 1 drag”.

    Not one click: the list, `N`, the fields with Tab, the category a key in its list, Enter; then the papers dragged onto the new household's page, which the watch files.
    """
    page = desk.sit()
    page.goto(f"{desk.address}cases")
    hand = Hand(page)
    hand.press("n")
    page.wait_for_url(f"{desk.address}cases/new")
    page.focus("#category")
    page.select_option("#category", "DB")
    hand.press("Tab")
    page.keyboard.type("王秀兰")
    page.wait_for_selector("#found >> text=同名")
    page.fill("#name", "李立春")
    hand.press("Tab")
    page.keyboard.type(LI[:-1] + ("1" if LI[-1] != "1" else "2"))
    page.wait_for_selector("#found >> text=校验码不符")
    assert page.evaluate("document.activeElement.id") == "id_number", "the field is left alone"
    hand.press("Backspace")
    page.keyboard.type(LI[-1])
    page.wait_for_selector("#found >> text=1988-08-21")
    assert "（35 周岁）" in page.inner_text("#found") and "没有此人的户档" in page.inner_text("#found")
    assert LI not in page.url
    hand.press("Enter")
    page.wait_for_url(re.compile(r"/case/TJHQ-DB-2024-\d+$"))
    number = CaseNo.parse(page.url.rpartition("/")[2])
    assert "李立春" in page.inner_text("h1") and is_seen_whole(page, "现在做什么")
    page.evaluate(DROPPED, ["走访.txt", "邻里访问记录\n被访人：邻居"])
    page.wait_for_selector("text=走访.txt：已进收件箱，等候识别")
    Office(desk.root).typed("watch", "--once", "--pin-stdin", answers=f"{PIN}\n")
    with Workspace.open(desk.root) as workspace:
        made = workspace.archive.read(number)
    assert [r.title for r in made.records.values()] == ["邻里访问记录"]
    assert (hand.clicks, desk.said) == (0, [])


PRINT_KEYS_AND_CLICKS = 3


@needs_office
def test_a_document_issued_and_printed_in_three(desk: Desk) -> None:
    """“5 issue and print: `G`, document, all gaps in one form, 制发并打印: 3”; the PDF comes at once."""
    page = desk.sit()
    page.goto(f"{desk.address}case/{CASE}")
    hand = Hand(page)
    hand.press("g")
    page.wait_for_url(re.compile("/issue$"))
    hand.click('.chips a:has-text("入户调查表")')
    with page.expect_response(re.compile(r"/\d{4}/print$"), timeout=120_000) as printed:
        page.click("text=制发并打印", no_wait_after=True)
        hand.clicks += 1
    assert (printed.value.status, printed.value.headers["content-type"]) == (200, "application/pdf")
    with Workspace.open(desk.root) as workspace:
        assert "入户调查表" in [r.title for r in workspace.archive.read(CaseNo.parse(CASE)).records.values()]
    assert hand.keys + hand.clicks == PRINT_KEYS_AND_CLICKS


BULK_CLICKS = 6
MANY = 30


@needs_office
def test_thirty_households_get_a_document_in_six_clicks(desk: Desk) -> None:
    """“30 cases: tick in search → plan → one PDF: ≤6 clicks”."""
    for n in range(MANY):
        who = ("--name", f"周样例{'甲乙丙丁戊己庚辛壬癸'[n % 10]}", "--id", make_id("19710212", f"{100 + n}"))
        typed(desk, "case", "open", "低保", *who, "--set", "申请人.村（社区）=样例里社区")
    page = desk.sit()
    page.goto(f"{desk.address}cases?q=周样例")
    hand = Hand(page)
    hand.click("text=全选本页")
    hand.click("text=制发…")
    hand.click(f'button:has-text("社会救助申请书（{MANY} 户）")')
    hand.click(f'button:has-text("制发 {MANY} 件")')
    with (
        page.context.expect_event(
            "response", lambda r: r.url.endswith("/sign/print"), timeout=300_000
        ) as printed,
    ):
        page.click(f"text=打印成一个 PDF（{MANY} 件")
        hand.clicks += 1
    assert (printed.value.status, printed.value.headers["content-type"]) == (200, "application/pdf")
    with Workspace.open(desk.root) as workspace:
        cases = [workspace.archive.read(number) for number in workspace.archive.case_numbers()]
    made = [c for c in cases if "社会救助申请书" in {r.title for r in c.records.values()}]
    assert len(made) == MANY and hand.clicks + hand.keys <= BULK_CLICKS


@needs_office
def test_signed_papers_come_back_without_a_click(desk: Desk, tmp_path: Path) -> None:
    """“6 signed papers back: scan; QR files them; what has not come back is listed: 0”."""
    typed(desk, "case", "open", "低保", *ZHOU)
    with Workspace.open(desk.root) as workspace:
        number = workspace.find_case("周春生")
    typed(desk, "generate", "application_form", str(number))
    printed = next((desk.root / "archive/cases").glob(f"{number}*/data/*/*.docx"))
    (printed,) = to_pdf([printed], tmp_path)
    signed_copy(printed, tmp_path / "SCAN0007.pdf")
    page = desk.sit()
    page.goto(f"{desk.address}sign")
    assert "待签 2 件" in page.inner_text("main")
    shutil.copy(tmp_path / "SCAN0007.pdf", desk.root / "archive/inbox/SCAN0007.pdf")
    typed(desk, "watch", "--once")
    page.reload()
    told = page.inner_text("main")
    assert "待签 1 件" in told and "今天扫回 1 件" in told and "社会救助申请书" in told
    with Workspace.open(desk.root) as workspace:
        records = workspace.archive.read(number).records.values()
    assert [r.status for r in records] == [RecordStatus.SIGNED, RecordStatus.SIGNED_COPY]


# ── the keyboard alone ───────────────────────────────────────────────────────────────────────────────────
TABS = 120


def tab_to(page: Page, what: str) -> None:
    """Press Tab until something has the focus, which must be seen to have it."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            shown = "(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))"
            assert page.evaluate(shown), f"nobody sees where the focus is: {what}"
            return
    raise AssertionError(f"no Tab leads to {what}")


def test_everything_goes_by_the_keyboard_with_its_shortcuts_off(desk: Desk) -> None:
    """“keyboard only”; “Shortcuts can be off, all works without (2.1.4)”: sign in, file from the tray, search, read, take a step, leave."""
    number = with_its_papers(desk)
    page = desk.sit()
    page.goto(f"{desk.address}settings")
    tab_to(page, "input[name=keys]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "main form[action='/settings'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-keys=off]")

    tab_to(page, ".rail a[href='/tray']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/tray"))
    before = len(waiting(desk.root))
    tab_to(page, "input[name=case]")
    page.keyboard.press("Space")
    tab_to(page, "#go")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "n => document.querySelector('.rail a[href=\"/tray\"] .n').textContent.startsWith(n)",
        arg=str(before - 1),
    )

    tab_to(page, "#q")
    page.keyboard.type("周春生")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/case/{number}|/cases"))
    if "/cases" in page.url:
        tab_to(page, f"a[href^='/case/{number}']")
        page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/case/{number}"))
    tab_to(page, ".next a.btn.go")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/step"))
    tab_to(page, "main form[method=post] button.go")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.address}case/{number}")
    with Workspace.open(desk.root) as workspace:
        assert [step.id for step in workspace.archive.read(number).steps] == ["submit"]
    tab_to(page, "#lock")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/locked"))
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.address}case/{number}")
    assert len(waiting(desk.root)) == before - 1 and desk.said == []
