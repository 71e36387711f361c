"""Who signed in at the page: kept in memory, so that ending the program ends every session.

A session is idle after ten minutes and locked from then on; its person unlocks it with the PIN. After twelve hours it is over.
The browser holds a random word that names the session and nothing else.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

IDLE: Final = dt.timedelta(minutes=10)
"""So long nothing is asked for before the screen is locked."""
LIFE: Final = dt.timedelta(hours=12)
"""So long a session lasts, however busy."""
_WORD_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class TypedDraft:
    """What was typed and not sent when the screen was locked; kept here alone, and gone with the session.

    Attributes:
        address: of the screen it was typed on.
        fields: JSON, as our own script told it: form, name, value of each field that was changed.
    """

    address: str
    fields: str


@dataclass(frozen=True, slots=True)
class HeldForm:
    """A form that was sent while the screen was locked: where to, and what it said; no PIN and no file is ever among it."""

    address: str
    fields: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class SignedIn:
    """One person at one browser.

    Attributes:
        person: as registered in the settings.
        form_word: every form of the session carries it, so that no other page can post one.
        began, seen: moments of the machine's clock, aware.
        locked: nothing is shown until the PIN is given again.
        draft, held: what was typed before the screen was locked, and what was sent after; until the next act.
        named: what the access log has of this session: act and what was shown, with the moment of the entry.
        sent: forms that may be sent once only: the word each carries, and where it led; empty while it is worked on.
        notices: what is to be said on the next page of a household, once.
        dropped: digests of the files that were dropped here; of no other file is told what became of it.
    """

    person: str
    form_word: str
    began: dt.datetime
    seen: dt.datetime
    locked: bool = False
    draft: TypedDraft | None = None
    held: HeldForm | None = None
    named: dict[tuple[str, str], dt.datetime] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)


class Sessions:
    """All sessions of one server.

    Args:
        clock: the machine's own clock; a told moment moves no session.
    """

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._held: dict[str, SignedIn] = {}
        self._lock = Lock()

    def begin(self, person: str) -> str:
        """Begin a session of somebody who is known; return the word that names it."""
        word, now = secrets.token_urlsafe(_WORD_BYTES), self._clock()
        with self._lock:
            self._forget_old(now)
            self._held[word] = SignedIn(person, secrets.token_urlsafe(_WORD_BYTES), now, now)
        return word

    def find(self, word: str, *, touches: bool = True) -> SignedIn | None:
        """Return the session a word names, locked where it was left alone; ``None`` where there is none, or none any more.

        Args:
            word: what the browser says.
            touches: whether somebody did something; what a page asks for by itself keeps no session awake.
        """
        now = self._clock()
        with self._lock:
            self._forget_old(now)
            found = self._held.get(word)
            if found is None:
                return None
            if now - found.seen >= IDLE:
                found.locked = True
            elif touches:
                found.seen = now
            return found

    def lock(self, word: str, draft: TypedDraft | None = None) -> None:
        """Lock the screen of a session, and keep what was typed on it."""
        with self._lock:
            if found := self._held.get(word):
                found.locked, found.draft = True, draft or found.draft

    def unlock(self, word: str) -> None:
        """Unlock a session whose person gave the PIN."""
        with self._lock:
            if found := self._held.get(word):
                found.locked, found.seen = False, self._clock()

    def end(self, word: str) -> None:
        """End a session."""
        with self._lock:
            self._held.pop(word, None)

    def end_others(self, word: str, person: str) -> None:
        """End every other session of somebody, as when the PIN has become another."""
        with self._lock:
            for other in [w for w, s in self._held.items() if s.person == person and w != word]:
                del self._held[other]

    def _forget_old(self, now: dt.datetime) -> None:
        # A clock that was set back makes a session older than it is, never younger.
        for word in [w for w, s in self._held.items() if not dt.timedelta() <= now - s.began < LIFE]:
            del self._held[word]
