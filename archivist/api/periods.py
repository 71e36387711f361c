"""The days a report is about, as a person asks for them: a month, a quarter, a year, a day, or from one day to another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from archivist.errors import UsageError

if TYPE_CHECKING:
    from archivist.report.query import Period


@dataclass(frozen=True, slots=True)
class Days:
    """Which days are asked for, one way at most.

    Attributes:
        month: ``2024-08`` or ``2024年8月``.
        quarter: ``2024Q3`` or ``2024年第3季度``.
        year: ``2024``.
        on: a day; the period of the report's own kind that it lies in.
        first: the first day, together with ``last``.
        last: the last day.
    """

    month: str | None = None
    quarter: str | None = None
    year: str | None = None
    on: dt.date | None = None
    first: dt.date | None = None
    last: dt.date | None = None

    def period(self, kind: str, today: dt.date) -> Period:
        """Return the days.

        Args:
            kind: ``month``, ``quarter``, ``year`` or ``on``: what a report is about when nothing is asked.
            today: the day whose period that is.

        Raises:
            UsageError: E001, more than one way. InvalidValue: E002, a period is none.
        """
        from archivist.report.query import Period

        match self:
            case Days(None, None, None, None, None, None):
                return Period.around(kind, today)
            case Days(str(month), None, None, None, None, None):
                return Period.of_month(month)
            case Days(None, str(quarter), None, None, None, None):
                return Period.of_quarter(quarter)
            case Days(None, None, str(year), None, None, None):
                return Period.of_year(year)
            case Days(None, None, None, dt.date() as day, None, None):
                return Period.around(kind, day)
            case Days(None, None, None, None, dt.date() as first, dt.date() as last):
                return Period.of_days(first, last)
        raise UsageError("期间只能写一种：--month、--quarter、--year、--on，或 --from 与 --to")


USUAL: Final = Days()
"""Nothing is asked: the report's own period."""
