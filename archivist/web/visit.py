"""What a handler is given: the workspace, who asks and what for; and what it may answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from archivist.api import access
from archivist.api.access import Shown, shown_in
from archivist.api.page_preferences import PagePreferences
from archivist.model.by import By
from archivist.model.roles import Role
from archivist.web.rendering import render

if TYPE_CHECKING:
    from pathlib import Path

    from archivist.web.office import ServedOffice
    from archivist.web.sessions import Sessions, SignedIn
    from archivist.workspace import Workspace

FACE: Final = "web"
_SAME_LOOK: Final = dt.timedelta(minutes=10)
"""Whoever looks at the same once more within so long is entered once."""
_DIGITS: Final = 7
"""Of a page number at most."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: HTML, a file, or another address.

    Attributes:
        body: UTF-8 where it is HTML.
        address: where the browser goes next; only with status 303.
        file_name: a name to save it under, where it is no page.
    """

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    address: str = ""
    file_name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def to(address: str) -> Answer:
    """Send the browser on, so that going back or loading again repeats no act."""
    return Answer(status=303, address=address)


@dataclass(slots=True)
class Visit:
    """One request of somebody who signed in, or of nobody yet.

    Attributes:
        act: what is asked for, as the access log and the table of routes call it.
        here: the address asked for, with its question mark.
        place: the parts of the address that vary.
        asked: what stands after the question mark, the last value of each name; ``form`` what was posted, every value.
        part: whether only the middle of the screen is wanted (our own script swaps it).
        sessions, word: all sessions, and the word that names this one; a handler that begins or ends one changes the word.
        first_code: see ``application``.
        files: what a form brought along, by the name of its field; gone once the answer is sent.
        settings: how who is signed in wants the page.
    """

    office: ServedOffice
    workspace: Workspace
    act: str
    here: str
    place: Mapping[str, str]
    asked: Mapping[str, str]
    form: Mapping[str, tuple[str, ...]]
    session: SignedIn | None
    sessions: Sessions
    word: str
    first_code: str
    roles: frozenset[Role] = frozenset()
    part: bool = False
    files: Mapping[str, Path] = field(default_factory=dict)
    settings: PagePreferences = field(default_factory=PagePreferences)

    @property
    def session_person(self) -> str:
        """Who is signed in."""
        assert self.session is not None
        return self.session.person

    @property
    def by(self) -> By:
        """Who acts, at this moment."""
        assert self.session is not None
        return self.office.by(self.session.person)

    def said(self, name: str) -> str:
        """Return what was posted under a name, without blanks around; empty where nothing was."""
        return self.form.get(name, ("",))[-1].strip()

    def number(self, name: str) -> int:
        """Return a page number that was asked for; 1 for what is none."""
        text = self.asked.get(name, "")
        return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else 1

    @property
    def today(self) -> dt.date:
        """The civil date of the law."""
        return self.office.keyboard.clock().date()

    def page(self, template: str, *, status: int = 200, **values: object) -> Answer:
        """Answer with a screen; whom it names is on record before it leaves.

        Raises:
            AccessNotLogged: E213.
        """
        text = render(template, **self._frame(), **values)
        self.record(text)
        return Answer(text.encode(), status)

    def record(self, answer: object, *, again: bool = False) -> None:
        """Put on record whom an answer names, once in ten minutes for the same act, or ``again`` each time.

        Raises:
            AccessNotLogged: E213.
        """
        shown = shown_in(answer)
        if not shown or self.session is None:
            return
        now = self.office.keyboard.machine()
        named = self.session.named
        known = {
            key for key, when in named.items() if not again and dt.timedelta() <= now - when < _SAME_LOOK
        }
        new = Shown(
            frozenset(c for c in shown.households if (self.act, str(c)) not in known),
            frozenset(i for i in shown.items if (self.act, i) not in known),
        )
        if not new:
            return
        access.record(self.workspace, self.by, new, face=FACE, act=self.act)
        for word in (*map(str, new.households), *new.items):
            named[self.act, word] = now

    def _frame(self) -> dict[str, object]:
        """Return what the frame of every screen shows."""
        if self.session is None or self.session.locked:
            word = self.session.form_word if self.session else ""
            return {"person": "", "lock_word": word, "settings": self.settings}
        return {
            "person": self.session.person,
            "post": "、".join(role.label.partition("（")[0] for role in Role if role in self.roles),
            "form_word": self.session.form_word,
            "glance": self.office.glance(self.workspace),
            "today_is": self.today,
            "settings": self.settings,
            "draft": self.session.draft.fields
            if self.session.draft and self.session.draft.address == self.here
            else "",
        }
