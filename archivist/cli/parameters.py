"""Values that commands take: days as people write them, ``name=value``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from archivist.errors import InvalidValue

if TYPE_CHECKING:
    from archivist.model.stated_days import StatedDay

    _DayType = click.ParamType[dt.date]
    _StatedType = click.ParamType[StatedDay]
else:  # generic in the type stubs only, in older releases of click
    _DayType = _StatedType = click.ParamType


class Day(_DayType):
    """A civil date as people write it."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read the date, or say what is wrong with it."""
        if isinstance(value, dt.date):
            return value
        from archivist.model.chinese import parse_date

        try:
            return parse_date(str(value))
        except InvalidValue as error:
            self.fail(error.what, param, ctx)


class Stated(_StatedType):
    """A civil date, or what is known of one; see ``model.stated_days``."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> StatedDay:
        """Read it, or say what is wrong with it."""
        from archivist.model.stated_days import StatedDay

        if isinstance(value, StatedDay):
            return value
        try:
            return StatedDay.of(DAY.convert(value, param, ctx))
        except click.UsageError:
            pass
        try:
            return StatedDay.parse(str(value))
        except InvalidValue as error:
            self.fail(error.what, param, ctx)


DAY, STATED_DAY = Day(), Stated()
ENGINES: Final = ("embedded", "opensearch")
"""Which index is asked: the one on this machine, or that of the bureau's cluster."""


def pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    """Split ``键=值`` arguments.

    Raises:
        InvalidValue: E002, for one without ``=``.
    """
    found = []
    for value in values:
        key, equals, content = value.partition("=")
        if not equals or not key.strip():
            raise InvalidValue(
                f"“{value}”应写成 键=值，如 applicant.phone=022-00001111 或 申请人.联系电话=022-00001111"
            )
        found.append((key.strip(), content))
    return found
