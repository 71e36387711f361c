"""Building a typed value from a table that ``reader`` has read before without a fault: quick, and trusting.

Its tables may have been through JSON in between: dates may be text. What does not fit after all raises ``TypeError``,
``ValueError``, ``KeyError`` or ``AttributeError``, as it comes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from archivist.declarations.forms import Notation

T = TypeVar("T")
Make = Callable[[Any], Any]
_MAPPING: Final = get_origin(Mapping[str, str])


def build(kind: type[T], table: Mapping[str, Any]) -> T:
    """Return the value of a table that is known to have no fault; see ``reader.read``."""
    maker: Callable[[Any], T] = _maker(kind)  # type: ignore[arg-type]  # every type is hashable
    return maker(table)


@cache
def _maker(kind: Any) -> Make:
    """Return what makes a value of a type from what a table holds for it."""
    args = get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Notation):
        return cache(kind.parse)
    if is_dataclass(kind):
        return _table_maker(kind)
    if get_origin(kind) is tuple:
        item = _maker(args[0])
        return tuple if item is _as_it_is else lambda values: tuple(map(item, values))
    if get_origin(kind) is _MAPPING:
        left, right = map(_maker, args)
        return lambda table: MappingProxyType({left(k): right(v) for k, v in table.items()})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    return _date if dt.date in (kind, *args) else _as_it_is


def _table_maker(kind: Any) -> Make:
    makers = {
        key: maker for key, hint in get_type_hints(kind).items() if (maker := _maker(hint)) is not _as_it_is
    }

    def make(table: Mapping[str, Any]) -> Any:
        return kind(**{k: makers[k](v) if k in makers else v for k, v in table.items()})

    return make


def _date(value: dt.date | str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _as_it_is(value: Any) -> Any:
    return value
