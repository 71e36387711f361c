"""Every screen there is, looked at by axe-core at both widths and both sizes of letters; none can be forgotten.

The screens are those of the route table, asked for with whatever varies in their addresses filled in, and what forms answer with. The
server runs in this process, so that it is known which templates were shown: one that never was fails the test.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

import pytest
import uvicorn
from PIL import Image

from archivist.api import disposal, people
from archivist.model.by import CHINA, By
from archivist.model.roles import Role
from archivist.web import rendering, visit
from archivist.web.routes import ROUTES, Route, Who
from archivist.workspace import Workspace
from tests.browser import axe
from tests.browser.conftest import Seat, follow
from tests.browser.test_page import CASE, ISSUED
from tests.command_line import Office
from tests.preservation import disposals
from tests.reading.files import text_pdf
from tests.sampling import sweep
from tests.web.browser import PIN, STAFF
from tests.web.browser import Clock as SetClock
from tests.web.browser import Page as ServedPage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCS: Final = Path(__file__).parents[2] / "docs"
SHOTS: Final = os.environ.get("ARCHIVIST_PAGE_SHOTS", "")
"""A folder that gets a picture of every screen, for people to look at; nothing where none is named."""
NO_SCREENS: Final = frozenset({
    "/due/calendar.ics", "/case/{case}/{record}/page/{page}", "/case/{case}/{record}/original",
    "/case/{case}/{record}/print", "/dropped",
    "/tray/{item}/page/{page}", "/tray/{item}/original",
})  # fmt: skip
"""What answers with a file, or with a line for our own script. All else that is asked for is a screen."""
PARTS: Final = frozenset({"frame.html", "pieces.html", "parts.html"})
"""Templates that others are made of."""
LATER: Final = dt.datetime(2028, 3, 9, 11, tzinfo=CHINA)
PICTURES: Final = {"/": "today", "/tray/{mine}": "tray", "/case/{case}": "case", "/sign": "sign"}
"""Screens that docs/page-guide.md shows: ``GOLDEN=write`` makes their pictures anew, in letters of the usual size."""
COLOURS: Final = 64
NEWCOMER: Final = "新来的"
"""Somebody who has no PIN yet."""
BATCH: Final = "XH-2028-001"
MORE: Final = (
    "/cases?q=王秀兰", "/cases?q=王秀兰&counted=1", "/cases?q=赵无此人", "/cases?q=标题:(", f"/case/{CASE}/step?step=withdraw", f"/case/{CASE}/issue?document={ISSUED}",
    "/case/{case}/{record}?page=2&q=NORTH", "/case/TJHQ-DB-2024-000002", "/case/TJHQ-DB-2024-000099", "/tray/{mine}", "/tray/20240308-0a1b2c3d",
    "/reports?document=acceptance_register", "/reports?document=acceptance_register&period=2024-13", "/due?status=waiting",
    "/settings/access?since=gestern", "/login?next=/due",
)  # fmt: skip
"""The same addresses with something in them that changes the screen."""


@dataclass(frozen=True)
class Way:
    """A screen that is come to by filling in a form.

    Attributes:
        old: whether it is in the office whose files may be appraised.
    """

    name: str
    begins: str
    person: str
    goes: Callable[[Page], None]
    old: bool = False


def press(words: str, **filled: str) -> Callable[[Page], None]:
    """Fill in fields by their names and press a button of that form; what is folded away is opened first."""

    def goes(page: Page) -> None:
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        button = page.locator(f"main button:has-text('{words}')").first
        for name, value in filled.items():
            page.locator(f"form:has(button:has-text('{words}')) [name='{name}']").first.fill(value)
        with page.expect_navigation():
            button.click()

    return goes


def sent(form: str) -> Callable[[Page], None]:
    """Send a form as a browser without script does."""

    def goes(page: Page) -> None:
        with page.expect_navigation():
            page.evaluate("form => document.querySelector(form).submit()", form)

    return goes


def dropped(page: Page) -> None:
    """Send a file as a browser without script does; our own script would send it as soon as it is chosen."""
    page.evaluate(
        "() => { const brought = new DataTransfer(); brought.items.add(new File(['便条'], '便条.txt'));"
        " document.querySelector('form.drop input[type=file]').files = brought.files; }"
    )
    sent("form.drop")(page)


def sent_while_locked(page: Page) -> None:
    """Send a form after the screen was locked in another window, and unlock."""
    other = page.context.new_page()
    other.goto(page.url)
    sent("form[action='/lock']")(other)
    other.close()
    page.fill("#reason", "自愿退出")
    sent("main form")(page)
    page.fill("#pin", PIN)
    press("解锁")(page)


def wrong_birthday(page: Page) -> None:
    """Change a fact to what it cannot be."""
    form = page.locator("form:has(input[name=fact][value$='birth_date'])").first
    form.evaluate("form => { form.closest('details').open = true }")
    form.locator("[name=value]").fill("1962-13-45")
    with page.expect_navigation():
        form.locator("button").click()


def first_pin(page: Page) -> None:
    """Sign in as somebody who has none."""
    page.select_option("#person", NEWCOMER)
    sent("main form")(page)


def ticked(page: Page) -> None:
    """Send what is ticked to be appraised."""
    page.check("input[name=case] >> nth=0")
    press("送鉴定")(page)


def many(page: Page) -> None:
    """Tick all households of the list, and look at one document for them."""
    page.goto(f"{page.url}?all=1")
    press("制发…")(page)
    press("看能不能制发", document="入户调查表")(page)


WAYS: Final = (
    Way("nobody-ticked", "/cases", "林经办", press("制发…")),
    Way("many", "/cases", "林经办", many),
    Way("wrong-pin", "/login", "", press("登录", pin="falsch")),
    Way("first-pin", "/login", "", first_pin),
    Way("lock", "/", "林经办", sent("form[action='/lock']")),
    Way("held", f"/case/{CASE}/step?step=withdraw", "佟复审", sent_while_locked),
    Way("whole-numbers", f"/case/{CASE}", "孟档案", sent("form[action$='/reveal']")),
    Way("wrong-fact", f"/case/{CASE}", "林经办", wrong_birthday),
    Way("step-plan", f"/case/{CASE}/step?step=withdraw", "林经办", press("看能不能办", reason="自愿")),
    Way("issue-wrong", f"/case/{CASE}/issue?document={ISSUED}", "林经办", press("看能不能制发", more="没有等号")),
    Way("no-household", "/tray/{item}", "林经办", sent("#file")),
    Way("count", "/tray/bulk", "林经办", press("归入所勾的件", count="7")),
    Way("join-one", "/tray/join", "林经办", sent("#joining")),
    Way("dropped", "/tray/{item}", "林经办", dropped),
    Way("register-made", "/reports?document=acceptance_register", "林经办", press("制 社会救助申请受理登记簿")),
    Way("pin-wrong", "/settings", "林经办", press("改口令", old="falsch", pin="paper-boat-3", again="x")),
    Way("plan", "/retention", "钱档案", ticked, old=True),
    Way("nothing-ticked", "/retention", "钱档案", sent("form[action='/retention/plan']"), old=True),
    Way("batch-cancelled", "/retention/batch/{batch}", "赵主任", press("撤销，不销毁任何档案", reason="另有用处"), old=True),
)  # fmt: skip
OLD: Final = ("/retention", "/retention/batch/{batch}", "/retention/batch/XH-2028-009", "/tray", "/cases")
"""Screens of the office whose files may be appraised; its tray is empty."""


@contextmanager
def at_home(root: Path, now: dt.datetime, browser: Browser) -> Iterator[Seat]:
    """Serve an office in this process, at a moment that stands still."""
    served = ServedPage(root, SetClock(now))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(served.app, log_config=None, access_log=False))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Seat(root, f"http://127.0.0.1:{listening.getsockname()[1]}/", browser)
        finally:
            server.should_exit = True
            thread.join()
            served.close()


@pytest.fixture(scope="session")
def full_office(office_with_letters: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office with the letters, a paper of two pages in the first household's file, one in the tray, and a newcomer."""
    root = tmp_path_factory.mktemp("screens") / "office"
    shutil.copytree(office_with_letters, root)
    office = Office(root)
    text_pdf(root / "letter.pdf", "ROOF LEAKS", "NORTH WALL")
    text_pdf(root / "archive/inbox/两页.pdf", "FIRST PAGE", "SECOND PAGE")
    office.typed("file", CASE, "letter.pdf", "--type", "其他材料", "--pin-stdin", answers=f"{PIN}\n")
    office.typed("watch", "--once", "--pin-stdin", answers=f"{PIN}\n", check=1)
    with (root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[[people]]\nname = "{NEWCOMER}"\nroles = ["intake"]\n')
    return root


@pytest.fixture(scope="session")
def old_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with three files whose time has come, one of them in a batch."""
    root = tmp_path_factory.mktemp("old") / "office"
    with disposals.office(root, 3) as workspace:
        disposal.propose(workspace, disposals.KEEPER, [f"{CASE[:-1]}3"], on=disposals.PROPOSED.date())
        for person in ("钱档案", "赵主任"):
            people.set_pin(
                workspace, By(person, dt.datetime(2028, 3, 9, 8, tzinfo=CHINA)), person, lambda: PIN
            )
    return root


def filled_in(root: Path) -> Mapping[str, str]:
    """Return what stands for each varying part of an address in the full office; a new part has to be named here."""
    with Workspace.open(root) as workspace:
        record = max(workspace.archive.read(workspace.archive.case_numbers()[0]).records)
    items = Office(root).json("review", "list", "--per-page", "0")["items"]
    two = next(one["item"] for one in items if one["name"] == "两页.pdf")
    return {
        "case": CASE,
        "record": record,
        "page": "1",
        "item": two,
        "mine": items[0]["item"],
        "batch": BATCH,
    }


def looks(route: Route) -> str:
    """Return somebody who may ask for a route; nobody where nobody need sign in."""
    if route.who is Who.ANYBODY:
        return ""
    return STAFF[0] if Role.INTAKE in route.roles or not route.roles else "孟档案"


def screens() -> Iterator[tuple[str, str, bool]]:
    """Give the address of each screen that is asked for, who asks, and whether in the old office."""
    for route in ROUTES:
        if not route.posts and route.path not in NO_SCREENS and "{batch}" not in route.path:
            yield route.path, looks(route), False
    for path in MORE:
        plain = path.partition("?")[0]
        yield path, next((looks(r) for r in ROUTES if r.path == plain and not r.posts), STAFF[0]), False
    yield "/settings/access", STAFF[0], False
    for path in OLD:
        yield path, "钱档案", True


def faults_of(page: Page) -> list[str]:
    """Return what is wrong with a screen as it stands: what axe finds, what is wider than the window, a frame that would not stay."""
    page.evaluate(axe())
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    wrong = [f"{v['id']}: {[n['target'] for n in v['nodes']][:3]}" for v in found]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        wrong.append(f"宽 {page.evaluate('document.documentElement.scrollWidth')}")
    if page.locator("nav").count() and page.evaluate(
        "document.documentElement.scrollHeight > window.innerHeight"
    ):
        wrong.append("the frame can be scrolled away")
    return wrong


def keep(picture: bytes, name: str) -> None:
    """Keep a picture for the guide, in few colours, which is all a screen has."""
    with Image.open(io.BytesIO(picture)) as whole:
        whole.convert("RGB").quantize(COLOURS).save(DOCS / "pictures" / f"{name}.png", optimize=True)


class Looking:
    """Somebody who goes through screens and keeps what is wrong with each."""

    def __init__(self, width: int, size: str) -> None:
        self.width, self.size = width, size
        self.height = 768 if width > 1000 else 512
        self.found: dict[str, list[str]] = {}
        self._pages: dict[tuple[str, str], Page] = {}

    def page(self, seat: Seat, person: str) -> Page:
        """Return a page of somebody who wants letters of this size; of nobody, a fresh one."""
        if not person:
            return seat.browser.new_context(viewport={"width": self.width, "height": self.height}).new_page()
        key = seat.address, person
        if key not in self._pages:
            page = self._pages[key] = seat.sit(person, width=self.width, height=self.height)
            page.goto(f"{seat.address}settings")
            page.check(f"input[value={self.size}]")
            follow(page, "text=保存")
        return self._pages[key]

    def look(self, page: Page, name: str) -> None:
        """Look at what is shown, and in letters of the usual size once more with everything unfolded."""
        if SHOTS:
            page.screenshot(
                path=f"{SHOTS}/{re.sub(r'[^a-z0-9]+', '-', name)[:40]}-{self.width}-{self.size}.png"
            )
        if (
            name in PICTURES
            and (self.width, self.size) == (1366, "usual")
            and os.environ.get("GOLDEN") == "write"
        ):
            keep(page.screenshot(), PICTURES[name])
        wrong = faults_of(page)
        if self.size == "usual" and page.locator("main details:not([open])").count():
            page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
            wrong += [f"unfolded: {one}" for one in faults_of(page) if one not in wrong]
        if wrong:
            self.found[name] = wrong


@sweep(1 / 2)
@pytest.mark.parametrize("width", [1366, 911])
@pytest.mark.parametrize("size", ["usual", "large"])
def test_axe_finds_nothing_on_any_screen(
    full_office: Path,
    old_office: Path,
    chromium: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    size: str,
) -> None:
    """“axe 0 × screen × 1366/911 × 大字”; no screen is wider than the window or lets its frame be scrolled away, and every template was looked at."""
    shown: set[str] = set()

    def render(template: str, **values: object) -> str:
        shown.add(template)
        return rendering.render(template, **values)

    monkeypatch.setattr(visit, "render", render)
    shutil.copytree(full_office, tmp_path / "full")
    shutil.copytree(old_office, tmp_path / "old")
    filled = filled_in(tmp_path / "full")
    looking = Looking(width, size)
    with (
        at_home(tmp_path / "full", SetClock().now, chromium) as now,
        at_home(tmp_path / "old", LATER, chromium) as later,
    ):
        for path, person, old in screens():
            seat = later if old else now
            page = looking.page(seat, person)
            answer = page.goto(f"{seat.address}{path.format_map(filled)[1:]}")
            assert answer is not None and answer.headers["content-type"].startswith("text/html"), (
                f"{path}: a screen, or of NO_SCREENS?"
            )
            assert answer.status != 500, path
            looking.look(page, ("/old" if old else "") + path)
        for way in WAYS:
            seat = later if way.old else now
            page = looking.page(seat, way.person)
            page.goto(f"{seat.address}{way.begins.format_map(filled)[1:]}")
            way.goes(page)
            assert page.locator("main").count(), way.name
            looking.look(page, way.name)
            if way.name == "lock":
                page.fill("#pin", PIN)
                follow(page, "text=解锁")
        said = [*now.said, *later.said]
        for context in list(chromium.contexts):
            context.close()
    assert looking.found == {}
    assert [one for one in said if "Failed to load resource" not in one] == []
    templates = {one.name for one in Path(rendering.__file__).with_name("templates").glob("*.html")}
    assert templates - shown - PARTS == set(), "nobody looked at these"
