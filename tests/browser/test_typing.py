"""What is typed with an input method, and what is typed where no candidate helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.conftest import LETTERS, Desk
from tests.browser.test_page import titles, waiting

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

SEARCH_MS = 1_000
"""Longer than what is typed waits before it is asked for."""


def input_method(page: Page) -> CDPSession:
    """Return what composes characters as an input method does."""
    return page.context.new_cdp_session(page)


def composing(method: CDPSession, letters: str) -> None:
    """Show letters that are not chosen yet, underlined in the field."""
    method.send(
        "Input.imeSetComposition",
        {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)},
    )


def test_letters_on_their_way_to_characters_are_asked_nothing(desk: Desk) -> None:
    """“search on both, never on “wang””: what is composed is asked for once it is chosen."""
    page = desk.sit()
    page.goto(f"{desk.address}cases")
    page.focus("#q")
    method = input_method(page)
    before = len(desk.asked)
    for letters in ("w", "wa", "wang", "wangxiulan"):
        composing(method, letters)
    page.wait_for_timeout(SEARCH_MS)
    assert desk.asked[before:] == []
    method.send("Input.insertText", {"text": "王秀兰"})
    page.wait_for_selector("#answer .hitbox >> text=王秀兰")
    assert page.input_value("#q") == "王秀兰"
    assert not any("wang" in address for address in desk.asked)


def test_keys_that_an_input_method_takes_do_nothing_in_the_tray(desk: Desk) -> None:
    """“IME: skip keys if `isComposing || keyCode===229`”: digits choose characters there, not households."""
    page = desk.sit()
    page.goto(f"{desk.address}tray")
    method = input_method(page)
    for key in ("1", "a", "Enter", "x"):
        taken = {"key": "Process", "code": f"Key{key}", "windowsVirtualKeyCode": 229}
        method.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **taken})
        method.send("Input.dispatchKeyEvent", {"type": "keyUp", **taken})
    page.keyboard.press("0")
    composing(method, "wang")
    for key in ("1", "Enter"):
        taken = {"key": key, "code": key, "windowsVirtualKeyCode": 229}
        method.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **taken})
    page.wait_for_timeout(SEARCH_MS)
    assert titles(desk.root) == [] and len(waiting(desk.root)) == LETTERS


def test_a_letter_is_filed_by_a_name_that_is_typed(desk: Desk) -> None:
    """“no candidate: `0` wxl `⏎` `⏎`”."""
    page = desk.sit()
    page.goto(f"{desk.address}tray")
    page.keyboard.press("0")
    page.keyboard.type("wxl")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".queue >> text=/ {LETTERS - 1} 件")
    assert len(titles(desk.root)) == 1 and len(waiting(desk.root)) == LETTERS - 1
