"""What errors say of commands is said of screens on the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import archivist
from archivist.web.page_words import SCREENS, on_page
from archivist.web.routes import ROUTES
from tests.web.browser import Page

SOURCE = Path(archivist.__file__).parent
CASE = "TJHQ-DB-2024-000001"
TERMINAL = {
    "page settings", "first pin", "login", "logout", "lock", "unlock", "due --ics", "case open --dry-run", "generate --dry-run", "case show --full",
    "retention propose --dry-run", "case record image", "case record original", "review image", "review original", "people pin",
    "access list",
}  # fmt: skip
"""Acts of the page that no command is called by, or that errors name for what the page has no field for."""


def texts() -> Iterator[str]:
    """Yield every Chinese text of the program outside the command line; what varies in it is a case number."""
    for path in sorted(SOURCE.rglob("*.py")):
        if SOURCE / "cli" in path.parents or path.name == "page_words.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = ""
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(str(v.value) if isinstance(v, ast.Constant) else CASE for v in node.values)
            text = re.sub("[{][a-z_]+[}]", CASE, text)
            if re.search("[一-鿿]", text) and not text.rstrip(" ").endswith(tuple(SCREENS)):
                yield text


def test_every_act_of_the_page_has_words_or_is_said_to_have_none() -> None:
    """“error texts … where the page has a screen for it”: a route that comes later is in it."""
    assert {route.act for route in ROUTES} - set(SCREENS) - TERMINAL == set()


def test_no_text_sends_who_works_at_the_page_to_a_command_that_has_a_screen() -> None:
    """“… must not tell a page user to run CLI commands”: every text the program has, with what the page has no field for left as it is."""
    named = re.compile(
        rf"archivist ({'|'.join(sorted(SCREENS, key=len, reverse=True))})(?![a-z-])([^。；）]*)"
    )
    left = [
        found[0]
        for text in texts()
        for found in named.finditer(on_page(text))
        if not re.search(r" --|、[a-z]|[0-9]+[a-z]|`", found[2])
    ]
    assert left == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("用 archivist case step 户 查看现在能办的环节。", "用“户档”里的“现在做什么”查看现在能办的环节。"),
        (f"先办 archivist case step {CASE} accept", "先办“户档”里的“现在做什么”"),
        (f"先制发：archivist generate 一次性补正材料告知书 {CASE}", "先制发：“户档”里的“制发文书”（一次性补正材料告知书）"),
        (f"写明依据：archivist case set {CASE} 救助金额.依据=… --reason 理由", "写明依据：“户档”里“救助金额.依据”一项旁边的铅笔"),
        ("用 --as 换人；可以办的：佟复审。", "用“换人登录”换人；可以办的：佟复审。"),
        ("更正须写明理由（--reason）", "更正须写明理由（“理由”一格）"),
    ],
)  # fmt: skip
def test_a_command_is_said_as_its_screen(said: str, shown: str) -> None:
    """“point to the screen”: what the command was told is told on the screen."""
    assert on_page(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        f"先制发：archivist generate 送达回证 {CASE} --serves 0003",
        "请管理员运行 archivist restore 从备份恢复。",
        "请写明，如 archivist review split 3f 1-3,4。",
        "用 archivist case correct 更正。",
        "本人承诺所提供的材料真实有效。",
        "",
    ],
)
def test_what_the_page_cannot_do_stays_a_command(said: str) -> None:
    """“CLI only …; the page shows the command”: with an option that no screen has a field for, too."""
    assert on_page(said) == said


def test_a_refusal_on_the_page_names_the_screen(page: Page) -> None:
    """“怎么办 beside the field”: of an act that needs another before it."""
    browser = page.browser("林经办")
    text = browser.post(f"/case/{CASE}/step", step="confirm", on="2024-03-08", confirmed="1").text
    assert "archivist case" not in text
    refused = browser.post(f"/case/{CASE}/issue", document="受理通知书", on="2024-03-08", confirmed="1").text
    assert 'role="alert"' in refused
    assert not re.search(r"archivist [a-z]", refused)


def test_every_text_of_an_error_goes_through_these_words() -> None:
    """The family: no template shows a remedy or a problem as it came."""
    shown = re.compile(r"{{([^}]*(?:remedy|problem\.message)[^}]*)}}")
    for path in sorted((SOURCE / "web/templates").glob("*.html")):
        for found in shown.findall(path.read_text(encoding="utf-8")):
            assert "on_page" in found or "pieces.lacking(" in found, (path.name, found)
