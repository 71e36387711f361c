"""What the bureau said of a household: why it was returned, what a check found. Dates are civil dates in Asia/Shanghai."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from archivist.model.event import Event


@dataclass(frozen=True, slots=True)
class CheckFeedback:
    """One finding of the bureau, as it was entered into the case.

    Attributes:
        submission: in answer to which (报送编号).
        record: of which paper, empty for the household as a whole.
        passed: nothing is to be done (any more); else ``text`` says what is to be put right.
        returned: it is about the file being returned and accepted again, not about what a check found.
        until: by when; ``None`` where nobody said.
        reply: SHA-256 of the file it came in.
    """

    seq: int
    submission: str
    bureau: str
    on: dt.date
    record: str
    passed: bool
    text: str
    until: dt.date | None
    reply: str
    returned: bool = False


def feedback(event: Event) -> CheckFeedback:
    """Return what a ``check_feedback`` says; ``ValueError`` or ``KeyError`` when it does not."""
    data = event.data
    return CheckFeedback(
        event.seq,
        str(data["submission"]),
        str(data["bureau"]),
        dt.datetime.fromisoformat(event.time).date(),
        str(data.get("record", "")),
        bool(data["passed"]),
        str(data.get("text", "")),
        dt.date.fromisoformat(data["until"]) if data.get("until") else None,
        str(data["reply"]),
        bool(data.get("returned", False)),
    )


def outstanding(told: Sequence[CheckFeedback]) -> tuple[CheckFeedback, ...]:
    """Return what is still to be put right: what no later word of the bureau on the same paper, or on the whole, passed."""
    return tuple(one for n, one in enumerate(told) if not one.passed and not _passed(one, told[n + 1 :]))


def _passed(one: CheckFeedback, later: Sequence[CheckFeedback]) -> bool:
    return any(
        word.passed and word.returned == one.returned and word.record in ("", one.record) for word in later
    )
