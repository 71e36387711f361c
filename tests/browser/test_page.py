"""What only a real browser shows: what it asks for, keeps, runs and says; keys, locks, two people, a server that dies."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.browser.conftest import LETTERS, NASTY, Desk, follow
from tests.command_line import Office
from tests.waiting import PATIENCE_S, until
from tests.web.browser import PIN
from tests.web.serving import serving

CASE = "TJHQ-DB-2024-000001"
SCREENS = (
    "/", "/tray", "/cases", "/cases?q=王秀兰", f"/case/{CASE}", f"/case/{CASE}/log", "/due", "/due/month", "/sign", "/reports",
    "/reports?document=acceptance_register", "/retention", "/system", "/settings",
)  # fmt: skip
ISSUED = "受理通知书"
"""What was there before."""


def titles(root: Path) -> list[str]:
    """Return the titles of the household's records but those that were there before."""
    with Workspace.open(root) as workspace:
        return [
            r.title for r in workspace.archive.read(CaseNo.parse(CASE)).records.values() if r.title != ISSUED
        ]


def waiting(root: Path) -> list[dict[str, Any]]:
    """Return what waits in the tray."""
    return list(Office(root).json("review", "list", "--per-page", "0")["items"])


def test_nothing_leaves_the_host_and_nothing_is_kept(desk: Desk) -> None:
    """“no request off-host”; “T local and session storage empty, cache empty, no CSP report”."""
    page = desk.sit()
    for path in SCREENS:
        page.goto(f"{desk.address}{path[1:]}")
    assert len(desk.asked) > len(SCREENS)
    assert {u for u in desk.asked if not u.startswith(desk.address)} == set()
    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, "
        "window.caches ? (await caches.keys()).length : 0, document.cookie]"
    )
    assert kept == [0, 0, 0, 0, ""]
    assert desk.said == []


def test_back_after_the_lock_shows_nothing(desk: Desk) -> None:
    """“Idle 10 min or Shift+L navigates to the lock. T Back shows nothing”."""
    page = desk.sit()
    page.goto(f"{desk.address}case/{CASE}")
    assert "王秀兰" in page.content()
    page.locator("h1").first.click()
    page.keyboard.press("Shift+L")
    page.wait_for_url(re.compile("/locked"))
    for _ in range(2):
        page.go_back()
        page.wait_for_load_state()
        assert "王秀兰" not in page.content()
    page.goto(f"{desk.address}locked")
    page.fill("#pin", PIN)
    follow(page, "text=解锁")
    page.goto(f"{desk.address}case/{CASE}")
    assert "王秀兰" in page.content()


def test_an_idle_screen_locks_itself_and_what_was_typed_comes_back(desk: Desk) -> None:
    """“Shared PC → idle 10 min or Shift+L *navigates* to the lock; draft kept server-side for that person”."""
    page = desk.sit()
    page.clock.install()
    page.goto(f"{desk.address}case/{CASE}")
    reason = page.locator("#main form[method=post] input[name=reason]").first
    reason.evaluate("field => { if (field.closest('details')) { field.closest('details').open = true; } }")
    reason.fill("来人更正")
    page.clock.fast_forward("09:00")
    page.keyboard.press("ArrowLeft")
    page.clock.fast_forward("09:00")
    assert "/case/" in page.url, "whoever types is there"
    page.clock.fast_forward("02:00")
    page.wait_for_url(re.compile("/locked"))
    assert "王秀兰" not in page.content() and "来人更正" not in page.content()
    page.fill("#pin", PIN)
    follow(page, "text=解锁")
    assert f"/case/{CASE}" in page.url
    assert page.locator("#main form[method=post] input[name=reason]").first.input_value() == "来人更正"


def test_what_became_of_a_dropped_file_is_said_on_its_line(desk: Desk, tmp_path: Path) -> None:
    """“Upload: per file 排队→识别→归档 0010/待认领”, without a click."""
    page = desk.sit()
    page.clock.install()
    page.goto(f"{desk.address}case/{CASE}")
    paper = tmp_path / "诊断.txt"
    paper.write_text("诊断证明\n患者王秀兰\n", encoding="utf-8")
    page.set_input_files("form.drop input[type=file]", str(paper))
    line = page.locator("form.drop .uploads")
    line.get_by_text("等候识别").wait_for(state="attached")
    Office(desk.root).typed("watch", "--once", "--pin-stdin", answers=f"{PIN}\n", check=None)
    page.clock.fast_forward("00:06")
    line.get_by_text("已归档").wait_for(state="attached")
    assert line.inner_html().count("诊断.txt：已归档：王秀兰户，第 0002 件 医疗诊断材料") == 1
    assert desk.said == []


def test_script_in_names_and_page_text_is_text(desk: Desk) -> None:
    """“T <script> as name, page text, file name; console silent”."""
    office = Office(desk.root)
    office.typed("case", "set", CASE, f"申请人.现居住地址={NASTY}", "--pin-stdin", answers=f"{PIN}\n")
    page = desk.sit()
    for path in ("/tray", f"/case/{CASE}", f"/case/{CASE}/log", "/cases?q=script", "/system"):
        page.goto(f"{desk.address}{path[1:]}")
        assert page.title() not in ("x", "y")
        assert page.locator("main img[onerror], main script").count() == 0
    page.goto(f"{desk.address}case/{CASE}")
    assert "<script>" in page.inner_text("main")
    assert desk.said == []


def test_twenty_items_are_filed_with_three_keys_each(desk: Desk) -> None:
    """“20 items = 20 records”; “20 tray items filed in 20 × ≤ 3 keys”."""
    page = desk.sit()
    page.goto(f"{desk.address}tray")
    keys = 0
    for left in range(LETTERS, 0, -1):
        assert f"/ {left} 件" in page.inner_text(".queue")
        before = page.url
        for key in ("1", "a", "Enter"):
            page.keyboard.press(key)
            keys += 1
        page.wait_for_function(
            "([was, left]) => location.href !== was || document.title.includes('都认完了') || !document.body.innerText.includes(`/ ${left} 件`)",
            arg=[before, left],
        )
        page.wait_for_load_state()
    assert "都认完了" in page.inner_text("main")
    assert len(titles(desk.root)) == LETTERS
    assert waiting(desk.root) == []
    assert keys <= 3 * LETTERS


def test_what_was_just_filed_goes_back_with_one_key(desk: Desk) -> None:
    """“Z undo”: the item waits again and is on the screen, no candidate chosen for anybody."""
    page = desk.sit()
    page.goto(f"{desk.address}tray")
    was = page.url if "/tray/" in page.url else ""
    for key in ("1", "a", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("text=已归入 第")
    assert (len(titles(desk.root)), len(waiting(desk.root))) == (1, LETTERS - 1)
    with page.expect_navigation():
        page.keyboard.press("z")
    assert "林经办撤回的，原归入" in page.inner_text("main")
    assert (titles(desk.root), len(waiting(desk.root))) == ([], LETTERS)
    assert page.query_selector("input[name=case]:checked") is None
    assert not was or page.url == was
    assert desk.said == []


def test_two_people_at_one_item(desk: Desk) -> None:
    """“filing twice gives 409”: the second is told, nothing is doubled."""
    one, two = desk.sit("林经办"), desk.sit("孟档案")
    for page in (one, two):
        page.goto(f"{desk.address}tray")
    assert one.url == two.url
    for page in (one, two):
        page.check("input[name=case]")
        page.fill("input[name=other_type]", "书面说明")
    for page in (one, two):
        with page.expect_response(re.compile("/file$")):
            page.click("#go")
    two.wait_for_selector("text=已经有人办了")
    assert "已经有人办了" in two.inner_text("main")
    assert len(titles(desk.root)) == 1


def test_the_server_dies_in_the_middle_of_an_act(desk: Desk) -> None:
    """“server killed mid-act”: after it is begun again the item is a record, or waits as before; never both, never neither."""
    page = desk.sit()
    page.goto(f"{desk.address}tray")
    page.check("input[name=case]")
    page.fill("input[name=other_type]", "书面说明")
    threading.Timer(0.05, desk.process.kill).start()
    page.click("#go", no_wait_after=True)
    desk.process.wait(PATIENCE_S)
    with serving(desk.root) as (_, address):
        desk.address = address
        again = desk.sit()
        again.goto(f"{address}tray")
        assert "待认领" in again.title()
    assert len(titles(desk.root)) + len(waiting(desk.root)) == LETTERS
    Office(desk.root).typed("verify", "--pin-stdin", answers=f"{PIN}\n", check=0)


def test_a_watcher_writes_meanwhile(desk: Desk) -> None:
    """“watcher writing meanwhile”: what is dropped is taken in while items are filed; neither waits for ever."""
    page = desk.sit()
    page.goto(f"{desk.address}system")
    follow(page, "text=开始守候收件箱")
    for n in range(3):
        (desk.root / f"archive/inbox/后到{n}.txt").write_text(
            f"情况说明\n本人王秀兰，后到 {n}", encoding="utf-8"
        )
    for n in range(3):
        page.goto(f"{desk.address}tray")
        page.check("input[name=case]")
        page.fill("input[name=other_type]", "书面说明")
        with page.expect_response(re.compile("/file$")):
            page.click("#go")
        assert len(titles(desk.root)) == n + 1

    def watched() -> bool:
        page.goto(f"{desk.address}system")
        return all(f"后到{n}.txt" in page.content() for n in range(3))

    until(watched, 0.25)
    assert len(waiting(desk.root)) == LETTERS
    follow(page, "text=停止守候")


def test_everything_works_without_script(desk: Desk) -> None:
    """“every act is a plain form that works without JS”."""
    context = desk.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk.address}login")
    page.select_option("#person", "林经办")
    page.fill("#pin", PIN)
    follow(page, "button.go")
    page.goto(f"{desk.address}settings")
    page.check("input[value=large]")
    follow(page, "text=保存")
    assert page.locator("html.large").count() == 1
    page.goto(f"{desk.address}reports?document=acceptance_register")
    follow(page, "text=制 社会救助申请受理登记簿")
    assert "已编制" in page.inner_text("main")
