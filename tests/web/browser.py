"""Somebody at a browser, without the browser: cookies, forms and redirects as one keeps and sends them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import httpx2
from starlette.testclient import TestClient

from archivist.api import people
from archivist.model.by import CHINA, By
from archivist.web.application import COOKIE, application
from archivist.web.office import Keyboard, ServedOffice
from archivist.workspace import Workspace

HERE: Final = "http://127.0.0.1:8723"
CODE: Final = "40718263"
PIN: Final = "tiger-lily-9"
ROSTER: Final = """
[[people]]
name = "林经办"
roles = ["intake"]

[[people]]
name = "佟复审"
roles = ["reviewer"]

[[people]]
name = "赵主任"
roles = ["approver"]

[[people]]
name = "孟档案"
roles = ["archivist"]

[[people]]
name = "何监销"
roles = ["witness"]
"""
"""One person for each role that looks at something."""
STAFF: Final = ("林经办", "佟复审", "赵主任", "孟档案", "何监销")


@dataclass
class Clock:
    """What the machine's clock says; it moves when a test moves it."""

    now: dt.datetime = dt.datetime(2024, 3, 8, 10, 30, tzinfo=CHINA)

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**time)


@dataclass
class Page:
    """A server over one office, and its clock.

    Attributes:
        gap_s: seconds between two searches of somebody at the keyboard, however fast the machine is.
    """

    root: Path
    clock: Clock = field(default_factory=Clock)
    gap_s: float = 0.2

    def __post_init__(self) -> None:
        keyboard = Keyboard("counter", "pc-1", self.clock, self.clock)
        self.office = ServedOffice(self.root, keyboard)
        asked = count()
        self.app = application(self.office, CODE, lambda: next(asked) * self.gap_s)

    def close(self) -> None:
        """End the process that draws pages."""
        self.office.drawing.close()

    def browser(self, person: str = "") -> Browser:
        """Return a browser of its own, of somebody who signed in where one is named."""
        made = Browser(
            TestClient(self.app, base_url=HERE, follow_redirects=False, raise_server_exceptions=False)
        )
        if person:
            made.sign_in(person)
        return made


@dataclass
class Browser:
    """One browser with its cookies."""

    client: TestClient
    form_word: str = ""

    def sign_in(self, person: str) -> None:
        """Sign in with the PIN."""
        answer = self.post("/login", person=person, pin=PIN)
        assert answer.status_code == 303, answer.text
        self.get("/due")

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Ask for a page, and keep the word its forms carry."""
        answer = self.client.get(path, headers=headers)
        if found := re.search(r'name="form_word" value="([^"]+)"', answer.text):
            self.form_word = found[1]
        assert "&amp;amp;" not in answer.text, f"{path} has an address that was escaped twice"
        return answer

    def post(self, path: str, *, origin: str = HERE, **form: str) -> httpx2.Response:
        """Send a form of the page."""
        return self.client.post(path, data={"form_word": self.form_word, **form}, headers={"origin": origin})

    def send(self, path: str, files: dict[str, Path], *, origin: str = HERE, **form: str) -> httpx2.Response:
        """Send a form of the page that brings files along."""
        opened = {name: (f.name, f.read_bytes(), "application/octet-stream") for name, f in files.items()}
        told = {"form_word": self.form_word, **form}
        return self.client.post(path, data=told, files=opened, headers={"origin": origin})

    @property
    def cookie(self) -> str:
        """The word that names the session."""
        return str(self.client.cookies.get(COOKIE) or "")


def staffed(root: Path, roster: str = ROSTER, people_with_pins: Sequence[str] = STAFF) -> Path:
    """Register the people of an office, each with a PIN; return the office."""
    with (root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(roster)
    with Workspace.open(root) as workspace:
        for person in people_with_pins:
            by = By(person, dt.datetime(2024, 3, 8, 9, tzinfo=CHINA))
            people.set_pin(workspace, by, person, lambda: PIN)
    return root
