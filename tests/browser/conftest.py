"""A served office and a browser; every test has both for itself."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import ARGS, CHROMIUM, require_browser
from tests.command_line import opened
from tests.people import make_id
from tests.waiting import PATIENCE_S
from tests.web.browser import PIN, staffed
from tests.web.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LETTERS = 20
NASTY = "<script>document.title='x'</script><img src=x onerror=\"document.title='y'\">"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def follow(page: Page, what: str) -> None:
    """Click on what leads to another screen, and wait until that screen is there.

    A click alone comes back when the answer has begun: what is read at once may be a screen without its words, and what is
    asked for next may break off what was sent.
    """
    with page.expect_navigation():
        page.click(what)


@dataclass
class Seat:
    """A place before a served office, with a browser.

    Attributes:
        asked: every address the browser asked for.
        said: errors and warnings of its console, reports of the content policy among them.
    """

    root: Path
    address: str
    browser: Browser
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def sit(self, person: str = "林经办", *, width: int = 1366, height: int = 768) -> Page:
        """Return a page of a browser of its own, of somebody who signed in."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        context.set_default_timeout(PATIENCE_S * 1_000)
        page = context.new_page()
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda m: self.said.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(f"{self.address}login")
        page.select_option("#person", person)
        page.fill("#pin", PIN)
        follow(page, "button.go")
        assert "/login" not in page.url
        return page


@dataclass(kw_only=True)
class Desk(Seat):
    """A seat before an office that a process of its own serves."""

    process: subprocess.Popen[str]


@pytest.fixture(scope="session")
def office_with_letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose tray holds letters that give a name alone, with a notice out to be signed and a closed file; nobody works in it."""
    require_browser()
    office = opened(tmp_path_factory.mktemp("browser"))
    for n in range(LETTERS):
        text = f"情况说明\n本人王秀兰，家住样例里，第 {n} 封\n{NASTY if n == 0 else ''}"
        name = "<img src=x onerror=alert(1)>.txt" if n == 0 else f"来信{n:02d}.txt"
        (office.root / "archive/inbox" / name).write_text(text, encoding="utf-8")
    office.run("watch", "--once", check=1)
    office.come_to("受理通知书")
    office.run("generate", "受理通知书", "王秀兰")
    closed = office.json("case", "open", "低保", "--name", "赵样例", "--id", make_id("19700101", "015"))[
        "case"
    ]
    office.come_to("受理通知书", closed)
    office.run("case", "step", closed, "withdraw", "--reason", "自愿退出")
    office.run("case", "deregister", closed, "--reason", "自愿退出", "--yes")
    return staffed(office.root)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run; every desk has contexts of its own in it."""
    require_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        yield started
        started.close()


@pytest.fixture
def desk(office_with_letters: Path, tmp_path: Path, chromium: Browser) -> Iterator[Desk]:
    """A desk at an office with the file of 王秀兰 and twenty letters that wait."""
    shutil.copytree(office_with_letters, tmp_path / "office")
    with serving(tmp_path / "office") as (process, address):
        made = Desk(tmp_path / "office", address, chromium, process=process)
        yield made
        for context in list(chromium.contexts):
            context.close()
