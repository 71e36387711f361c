"""A parsed query: a tree of frozen values, the same for every engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from archivist.model.ids import Category
from archivist.model.record import PageFlag


class PersonKey(StrEnum):
    """How a person was found; the value is how the answer says so."""

    NAME = "姓名"
    PINYIN = "拼音"
    ID = "证号"
    ID6 = "证号前六位"
    ID4 = "证号后四位"


@dataclass(frozen=True, slots=True)
class HasText:
    """The fragment, in normal form, stands on a page (or among the facts of the case)."""

    fragment: str


@dataclass(frozen=True, slots=True)
class HasPerson:
    """Somebody in the case fits ``key``; with ``records`` the household's records are found as well."""

    by: PersonKey
    key: str
    records: bool = True


@dataclass(frozen=True, slots=True)
class Numbered:
    """The case whose number is ``number``, or contains it when it is not ``whole``."""

    number: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A whole ID number or case number stands on a page, not as part of a longer one."""

    key: str


@dataclass(frozen=True, slots=True)
class OfType:
    """Records of a document type: the catalogue's id, or words of the title in normal form."""

    name: str


@dataclass(frozen=True, slots=True)
class OfCategory:
    """Everything in cases of one category."""

    category: Category


@dataclass(frozen=True, slots=True)
class OfStatus:
    """Cases (``open`` …) or records (``filed`` …) of one status."""

    status: str


@dataclass(frozen=True, slots=True)
class WithPages:
    """Records some page of which was read so that a person should know."""

    flag: PageFlag


@dataclass(frozen=True, slots=True)
class InPlace:
    """Cases whose village or address contains this, in normal form."""

    place: str


@dataclass(frozen=True, slots=True)
class FiledBetween:
    """Filed between two days, both included; an open end is ``None``."""

    start: dt.date | None
    end: dt.date | None


Leaf = (
    HasText
    | HasPerson
    | Numbered
    | Mentioned
    | OfType
    | OfCategory
    | OfStatus
    | WithPages
    | InPlace
    | FiledBetween
)


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything else."""

    part: Node


Node = And | Or | Not | Leaf


def both(left: Node | None, right: Node | None) -> Node | None:
    """Return the two conditions as one; ``None`` is no condition."""
    if left is None or right is None:
        return left or right
    return And((left, right))


def leaves(node: Node, *, positive: bool = True) -> tuple[Leaf, ...]:
    """Return the leaves in the order written; by default only those that are asked for, not excluded."""

    def walk(n: Node, wanted: bool) -> list[Leaf]:
        if isinstance(n, And | Or):
            return [leaf for part in n.parts for leaf in walk(part, wanted)]
        if isinstance(n, Not):
            return walk(n.part, not wanted)
        return [n] if wanted or not positive else []

    return tuple(walk(node, True))
