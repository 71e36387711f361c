"""By whom an act is done, in whose name, from where and when: handed to every act, kept by the event of it.

Nothing is looked up here, neither clock nor account; who stands at the edge (the command line) says it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from archivist.errors import InvalidValue

CHINA: Final = dt.timezone(dt.timedelta(hours=8))
"""Asia/Shanghai, the time zone of the law: UTC+08:00, no summer time."""


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and the moment of the act.

    Attributes:
        actor: the name acted under (经办).
        time: the moment, aware; kept in Asia/Shanghai whatever zone it was given in.
        on_behalf_of: for whom the actor acts; empty where nobody else is meant.
        account: the operating system's account the act came from; ``host`` the machine. Empty where not known.

    Raises:
        InvalidValue: E002, nobody is named. ValueError: the time is not aware.
    """

    actor: str
    time: dt.datetime
    on_behalf_of: str = ""
    account: str = ""
    host: str = ""

    def __post_init__(self) -> None:
        if not self.actor.strip():
            raise InvalidValue("没有写明由谁经办")
        if self.time.tzinfo is None:
            raise ValueError("the time of an act needs its offset")
        object.__setattr__(self, "time", self.time.astimezone(CHINA))

    @property
    def today(self) -> dt.date:
        """The civil date of the law, Asia/Shanghai, at the moment of the act."""
        return self.time.date()
