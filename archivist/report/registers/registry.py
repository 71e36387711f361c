"""Which document has which rows: each function that works out a register registers itself for its document type."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.report.register import Register, RegisterRequest

Make = Callable[[RegisterRequest], Register]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one register is made.

    Attributes:
        make: its rows.
        period: the kind of period it is about when none is named: ``month``, ``quarter``, ``year``, ``on``.
        one_month: it is about one month and no other period.
        heading: path under which it says so.
        named: it lists only the cases the clerk names one by one, so naming them leaves nothing out.
        ahead: it tells what is to come, so that a period that has not ended is no shortcoming.
    """

    make: Make
    period: str = "month"
    one_month: bool = False
    heading: str = FieldPath.REGISTER_PERIOD
    named: bool = False
    ahead: bool = False


_KINDS: Final[dict[str, Kind]] = {}


def register(
    *documents: str,
    period: str = "month",
    one_month: bool = False,
    heading: str = FieldPath.REGISTER_PERIOD,
    named: bool = False,
    ahead: bool = False,
) -> Callable[[Make], Make]:
    """Register a function for the registers it makes; see ``Kind``."""

    def take(make: Make) -> Make:
        for document in documents:
            if document in _KINDS:
                raise ValueError(f"{document} is made twice")
            _KINDS[document] = Kind(make, period, one_month, heading, named, ahead)
        return make

    return take


@cache
def registers() -> Mapping[str, Kind]:
    """Return all of them, by document type; the modules of this package are read when it is first asked."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
    return MappingProxyType(dict(sorted(_KINDS.items())))
