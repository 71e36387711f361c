"""What a file began with that other hands had brought there: a household that was in benefit before the program knew of it (接管在享)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from archivist.model.event import Data
from archivist.model.states import State

_MONTH: Final = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class BegunInBenefit:
    """Where a household stood when its file was opened; no step of the program led there.

    Attributes:
        state: as the office's own list has it.
        since: first month paid, ``YYYY-MM``; empty where the list does not say.
    """

    state: State
    since: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return it as the event that opens the file says it."""
        return {"state": self.state.value} | ({"since": self.since} if self.since else {})


def taken_over(data: Data) -> BegunInBenefit | None:
    """Return what a ``case_opened`` says the household had been brought to; ``ValueError`` when it says it wrongly."""
    said = data.get("taken_over")
    if said is None:
        return None
    since = str(said.get("since", ""))
    if since and not _MONTH.fullmatch(since):
        raise ValueError(f"{since} is no month")
    return BegunInBenefit(State(said["state"]), since)


def imported(event_source: Mapping[str, Any] | None) -> tuple[str, str, int] | None:
    """Return from which row of which roster a file was opened: digest of the roster, sheet, row; ``None`` from none."""
    source = event_source or {}
    if not {"sha256", "sheet", "row"} <= {*source}:
        return None
    return str(source["sha256"]), str(source["sheet"]), int(source["row"])
