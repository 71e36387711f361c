"""Days as old papers state them: a day, a month, a year, two days between which it lies, or that nobody knows.

The forms are those of EDTF level 0 and 1 (ISO 8601-2): ``2016-05-03``, ``2016-05``, ``2016``, ``2015-01-01..2017-03-15``.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Final

from archivist.errors import InvalidValue

UNKNOWN: Final = "不明"
"""How a day that nobody knows is stated."""
_FORM: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_EXPECTED: Final = (
    f"写 2016-05-03、2016-05、2016、2015-01-01..2017-03-15（只知道在两日之间），查不到的写 {UNKNOWN}"
)


@dataclass(frozen=True, slots=True)
class StatedDay:
    """A civil day as it was stated; ``first`` and ``last`` are the days between which it lies, ``None`` when unknown."""

    text: str
    first: dt.date | None
    last: dt.date | None

    @classmethod
    def parse(cls, text: str) -> StatedDay:
        """Read a day in one of the forms.

        Raises:
            InvalidValue: E002, it has none of the forms, or the second day lies before the first.
        """
        stated = text.strip()
        if stated in (UNKNOWN, "?", "？"):
            return cls(UNKNOWN, None, None)
        first, _, second = stated.partition("..")
        (begins, until) = _bounds(first, text)
        if second:
            until = _bounds(second, text)[1]
        if until < begins:
            raise InvalidValue(f"日期“{text}”后一日早于前一日")
        return cls(stated, begins, until)

    @classmethod
    def of(cls, day: dt.date) -> StatedDay:
        """Return a day that is known."""
        return cls(day.isoformat(), day, day)

    @property
    def exact(self) -> bool:
        """Whether it is one day."""
        return self.first is not None and self.first == self.last


def stated(day: dt.date | StatedDay) -> StatedDay:
    """Return a day as it is stated."""
    return StatedDay.of(day) if isinstance(day, dt.date) else day


def _bounds(text: str, whole: str) -> tuple[dt.date, dt.date]:
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise InvalidValue(f"日期“{whole}”不对：{_EXPECTED}")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = dt.date(year or 0, month or 1, day or 1)
        last_month = month or 12
        return first, dt.date(first.year, last_month, day or monthrange(first.year, last_month)[1])
    except ValueError:
        raise InvalidValue(f"日期“{whole}”不对：没有这一天") from None
