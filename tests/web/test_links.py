"""Every link that a screen shows is followed: it leads to a screen, and says what is meant."""

from __future__ import annotations

import html
import re
from collections import deque
from urllib.parse import parse_qsl, urlsplit

from archivist.web.routes import ROUTES
from archivist.workspace import Workspace
from tests.filing import file_papers
from tests.web.browser import Page

LINK = re.compile(r'\b(?:href|data-next|data-before|src)="(/[^"]*)"')
UNREACHED = {
    "/login": "whoever signed in has no way there",
    "/locked": "after ten minutes, or by its button",
    "/held": "what was sent to a locked screen",
    "/dropped": "asked by the screen while a file is waited for",
    "/settings/access": "its link is an administrator's",
    "/retention/batch/{batch}": "there is no batch",
    "/tray/{item}/page/{page}": "plain text has no pages to look at",
    "/case/{case}/{record}/page/{page}": "nor have these papers",
    "/case/{case}/{record}/print": "nothing was issued",
}
"""Routes to which no link of this office leads."""


def place(address: str) -> str:
    """Return an address as the routes have it: without what is one household's, one item's or one day's."""
    return next((r.path for r in ROUTES if not r.posts and matched(r.path, urlsplit(address).path)), "")


def matched(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), path) is not None


def kind(address: str) -> tuple[str, ...]:
    """Return where an address leads and what it says, without what it says of it."""
    return place(address), *(name for name, _ in parse_qsl(urlsplit(address).query))


def test_every_link_leads_to_a_screen_and_every_screen_has_one(page: Page) -> None:
    """“State is in the URL”: what a link says is what the screen it leads to is asked for; no screen that nobody finds."""
    with Workspace.open(page.root) as workspace:
        file_papers(workspace, workspace.archive.case_numbers()[0], "mat_household_register")
    browser = page.browser("林经办")
    browser.get("/")
    waiting, wrong = deque(["/", "/cases?q=王秀兰", "/cases?q=样例"]), list[str]()
    seen: dict[tuple[str, ...], str] = {("/",): ""}
    while waiting:
        address = waiting.popleft()
        page.clock.forward(seconds=1)
        answer = browser.get(address)
        if answer.status_code not in (200, 303):
            wrong.append(f"{seen.get(kind(address))} -> {address}: {answer.status_code}")
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        for told in LINK.findall(answer.text):
            onward = html.unescape(told)
            if any(name.startswith("amp;") for name in kind(onward)):
                wrong.append(f"{address} -> {told}: escaped twice")
            if kind(onward) not in seen:
                seen[kind(onward)] = address
                waiting.append(onward)
    assert wrong == []
    reached = {where for where, *_ in seen}
    assert {r.path for r in ROUTES if not r.posts} - reached == UNREACHED.keys()
