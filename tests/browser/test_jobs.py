"""Daily jobs within their keys and clicks, counted in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.conftest import LETTERS, Desk
from tests.browser.test_page import CASE

if TYPE_CHECKING:
    from playwright.sync_api import Page

COUNTER_KEYS = 5
REPORT_CLICKS = 3


def is_seen_whole(page: Page, words: str) -> bool:
    """Tell whether a heading lies in the window without scrolling."""
    box = page.locator("h2", has_text=words).first.bounding_box()
    size = page.viewport_size
    return bool(box and size and box["y"] >= 0 and box["y"] + box["height"] <= size["height"])


def test_the_question_at_the_counter(desk: Desk) -> None:
    """“`/` wxl `⏎` → 现在做什么: 5 keys, no scrolling”; what is typed is answered with every key, before Enter."""
    page = desk.sit()
    page.goto(f"{desk.address}cases")
    keys = ["/", "w", "x", "l"]
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_selector("#answer .hitbox >> text=王秀兰")
    assert page.evaluate("document.activeElement.id") == "q", "the field is left alone"
    assert "q=wxl" in page.url
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/case/{CASE}"))
    assert len(keys) + 1 == COUNTER_KEYS
    assert is_seen_whole(page, "现在做什么")


def test_the_month_end_in_three_clicks(desk: Desk) -> None:
    """“册表, month filled in → preview → make: 3 clicks”; the choice of the register is a key in its list."""
    page = desk.sit()
    clicks = 0
    page.click('.rail a[href="/reports"]')
    clicks += 1
    page.wait_for_load_state()
    page.select_option("#document", "acceptance_register")
    page.click("text=预览")
    clicks += 1
    page.wait_for_load_state()
    page.click("button:has-text('制 ')")
    clicks += 1
    page.wait_for_selector("text=已编制")
    assert clicks == REPORT_CLICKS


def test_what_today_without_a_click(desk: Desk) -> None:
    """“1 what today: open page, 0 clicks”: whoever signs in sees at once what is due and what waits."""
    page = desk.sit()
    assert page.url == desk.address
    assert page.locator(f'main a[href^="/case/{CASE}"]').first.is_visible()
    assert f"{LETTERS}" in page.inner_text('.rail a[href="/tray"]')
