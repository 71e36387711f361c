"""What every use case returns: frozen values that know their JSON, once, for every face.

A result is flat: text, numbers, days, members of enumerations, paths, and results of their own inside; an attribute is
the key of the same name (``from_``, a word of Python, is ``from``). So a face shows the attributes, ``--json`` prints
``as_json()``, and the JSON Schemas of ``docs/json/`` are made from the annotations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Self

from archivist.errors import ArchivistError, as_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Result:
    """Base of every result. ``SCHEMA`` is ``archivist/<result>/<version>``; a change a reader must know of raises it."""

    SCHEMA: ClassVar[str]

    def as_json(self) -> dict[str, object]:
        """Return the one JSON document of the use case: its schema's name, then every attribute."""
        return {"schema": self.SCHEMA, **_attributes(self)}


@dataclass(frozen=True, slots=True)
class Problem:
    """An error of the tree as results carry it; see ``ArchivistError`` for the attributes."""

    code: str
    title: str
    message: str
    file: str | None
    problems: tuple[str, ...]
    remedy: str
    exit_status: int

    @classmethod
    def of(cls, error: ArchivistError) -> Self:
        """Return what an error says."""
        return cls(
            error.code, error.title, error.what, error.file, error.problems, error.remedy, error.exit_status
        )

    def __str__(self) -> str:
        return as_text(self.message, self.file, self.problems)


@dataclass(frozen=True, slots=True)
class Refusal(Problem):
    """What was refused for one household while the others went on."""

    case: str = ""

    @classmethod
    def for_case(cls, case: object, error: ArchivistError) -> Self:
        """Return what was refused, and for which case."""
        return replace(cls.of(error), case=str(case))


@dataclass(frozen=True, slots=True)
class Failure(Result):
    """A use case that was refused."""

    SCHEMA: ClassVar[str] = "archivist/error/1"

    error: Problem


@dataclass(frozen=True, slots=True)
class Interrupted(Result):
    """A use case that was broken off by hand; what was done before stays done."""

    SCHEMA: ClassVar[str] = "archivist/interrupted/1"

    interrupted: bool = True


def plain(value: object) -> object:
    """Return a value as JSON has it: days and moments in ISO 8601, amounts and paths as text, members by their value.

    Raises:
        TypeError: a value no result may carry; a fault of the program.
    """
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case dt.datetime():
            return value.isoformat(timespec="seconds")
        case dt.date() | dt.time():
            return value.isoformat()
        case Decimal() | PurePath():
            return str(value)
        case Mapping():
            return {str(plain(k)): plain(v) for k, v in value.items()}
        case Set():
            return sorted(str(plain(v)) for v in value)
        case Sequence():
            return [plain(v) for v in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _attributes(value)
    raise TypeError(f"{type(value).__name__} has no place in a result")


def _attributes(value: DataclassInstance) -> dict[str, object]:
    return {key_of(f.name): plain(getattr(value, f.name)) for f in fields(value)}


def key_of(name: str) -> str:
    """Return the key of an attribute: without the underscore that keeps it apart from a word of Python."""
    return name.removesuffix("_")
