"""By whom an act is done, in whose name, from where and when: handed to every act, kept by the event of it.

Nothing is looked up here, neither clock nor account; who stands at the edge (the command line) says it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

from archivist.errors import InvalidValue

CHINA: Final = dt.timezone(dt.timedelta(hours=8))
"""Asia/Shanghai, the time zone of the law: UTC+08:00, no summer time."""


class KnownBy(StrEnum):
    """By what it is known that somebody is who they say; who only says so is known by nothing."""

    PIN = "pin"
    ACCOUNT = "account"

    @property
    def label(self) -> str:
        """How people call it."""
        return "口令" if self is KnownBy.PIN else "登录账户"


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and the moment of the act.

    Attributes:
        actor: the name acted under (经办).
        time: the moment, aware; kept in Asia/Shanghai whatever zone it was given in.
        on_behalf_of: for whom the actor acts; empty where nobody else is meant.
        account: the operating system's account the act came from; ``host`` the machine. Empty where not known.
        clock: what the machine's own clock says, where ``time`` was told otherwise; aware, kept like ``time``.
        known_by: by what it is known that the actor is who is named; ``None`` where it is only said.
        registered_account: the account registered for the actor, where the act came from another one and no PIN was given.
        despite_clock: why numbers are to be given although the machine's clock is behind; empty where it must not be.

    Raises:
        InvalidValue: E002, nobody is named. ValueError: a moment is not aware.
    """

    actor: str
    time: dt.datetime
    on_behalf_of: str = ""
    account: str = ""
    host: str = ""
    clock: dt.datetime | None = None
    known_by: KnownBy | None = None
    registered_account: str = ""
    despite_clock: str = ""

    def __post_init__(self) -> None:
        if not self.actor.strip():
            raise InvalidValue("没有写明由谁经办")
        if self.time.tzinfo is None or (self.clock and self.clock.tzinfo is None):
            raise ValueError("the time of an act needs its offset")
        object.__setattr__(self, "time", self.time.astimezone(CHINA))
        if self.clock:
            object.__setattr__(self, "clock", self.clock.astimezone(CHINA))

    @property
    def today(self) -> dt.date:
        """The civil date of the law, Asia/Shanghai, at the moment of the act."""
        return self.time.date()

    @property
    def real_time(self) -> dt.datetime:
        """What the machine's clock said, whatever moment was told."""
        return self.clock or self.time

    def to_plain(self) -> dict[str, Any]:
        """Return the object a note of the archive keeps of who acts; see ``from_plain``."""
        return asdict(self) | {
            "time": self.time.isoformat(),
            "clock": self.clock and self.clock.isoformat(),
            "known_by": self.known_by and self.known_by.value,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read it back; ``ValueError``, ``KeyError`` or ``TypeError`` when it is none."""
        moment, clock, known_by = (plain.get(key) for key in ("time", "clock", "known_by"))
        read = {
            "time": dt.datetime.fromisoformat(moment or ""),
            "clock": dt.datetime.fromisoformat(clock) if clock else None,
            "known_by": KnownBy(known_by) if known_by else None,
        }
        return cls(**{**plain, **read})


def in_words(actor: str, on_behalf_of: str, known_by: str, registered_account: str) -> str:
    """Return who acted, for whom, and by what that is known, in Chinese; a name alone is only said.

    Args:
        actor: and the others as an event has them; ``known_by`` may be what only a newer program knows.
        on_behalf_of: for whom.
        known_by: a member of ``KnownBy``, or empty.
        registered_account: where the act came from another account than the actor's.
    """
    labels = {known.value: known.label for known in KnownBy}
    said = (
        f"代{on_behalf_of}" if on_behalf_of else "",
        labels.get(known_by, known_by),
        f"自报，不是登记的账户 {registered_account}" if registered_account else "",
    )
    told = "；".join(filter(None, said))
    return f"{actor}（{told}）" if told else actor
