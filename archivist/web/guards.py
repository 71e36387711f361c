"""What stands before every request: foreign hosts, foreign forms, too many questions; and the headers of every answer."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from threading import Lock
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # with "no-referrer" the browser would hide the origin of our own forms too
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
)
"""Nothing of an answer is kept by the browser, nothing foreign is loaded into it, and no other page frames it."""
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names this machine answers to; another name that points here is somebody else's page (DNS rebinding)."""
SEARCHES_A_SECOND: Final = 10


def is_local(host: str) -> bool:
    """Tell whether a request's ``Host`` names this machine itself."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name.lower() in LOCAL


def is_own(origin: str, host: str) -> bool:
    """Tell whether a form comes from this very page: its ``Origin`` names the host it was sent to."""
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() and bool(host)


class Pace:
    """How often somebody may ask in a second.

    Args:
        seconds: a clock that only goes forward.
        most: questions a second.
    """

    def __init__(self, seconds: Callable[[], float], most: int = SEARCHES_A_SECOND) -> None:
        self._most, self._seconds = most, seconds
        self._asked: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=most))
        self._lock = Lock()

    def allows(self, who: str) -> bool:
        """Tell whether one more question is not too many, and count it if so."""
        now = self._seconds()
        with self._lock:
            asked = self._asked[who]
            if len(asked) == self._most and now - asked[0] < 1:
                return False
            asked.append(now)
            return True
