"""A parsed query: a tree of frozen values, the same for every engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from archivist.model.ids import Category
from archivist.model.record import PageFlag

GAP: Final = 20
"""So many letters and digits ``*`` stands for at the most."""


class PersonKey(StrEnum):
    """How a person was found; the value is how the answer says so."""

    NAME = "姓名"
    PINYIN = "拼音"
    ID = "证号"
    ID6 = "证号前六位"
    ID4 = "证号后四位"
    MIXED = "姓名与拼音"
    NAME_LIKE = "姓名（通配）"
    PINYIN_LIKE = "拼音（通配）"
    ID_LIKE = "证号（通配）"


class About(IntEnum):
    """What is known about a record besides its text, in the order it is kept."""

    TITLE = 0
    STEP = 1
    DOC_NO = 2
    FILE_NAME = 3

    @property
    def label(self) -> str:
        """What it is called in an answer."""
        return ("标题", "环节", "文号", "文件名")[self]


@dataclass(frozen=True, slots=True)
class HasText:
    """The fragment, in normal form, stands on a page, in what is known about a record, or among the facts of a case."""

    fragment: str


@dataclass(frozen=True, slots=True)
class InPages:
    """The fragment stands on a page, or among the facts of a case."""

    fragment: str


@dataclass(frozen=True, slots=True)
class InAbout:
    """The fragment stands in one of the things known about a record."""

    which: About
    fragment: str


@dataclass(frozen=True, slots=True)
class Matches:
    """Text in which the literal pieces, in normal form, follow each other with something between them.

    ``gaps`` has one fewer than ``pieces``: ``?`` for one letter or digit each, ``*`` for up to ``GAP`` of them.
    """

    pieces: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasPerson:
    """Somebody in the case fits ``key``; with ``records`` the household's records are found as well."""

    by: PersonKey
    key: str
    records: bool = True


@dataclass(frozen=True, slots=True)
class Numbered:
    """The case whose number is ``number``, or contains it when it is not ``whole``; ``*`` and ``?`` then stand for what is not known."""

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
    """Everything in cases of one category; without ``records`` their households' own entries alone."""

    category: Category
    records: bool = True


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
class HandledBy:
    """Records filed by somebody whose name contains this, in normal form."""

    name: str


@dataclass(frozen=True, slots=True)
class FiledBetween:
    """Filed between two days, both included; an open end is ``None``."""

    start: dt.date | None
    end: dt.date | None


Leaf = (
    HasText
    | InPages
    | InAbout
    | Matches
    | HandledBy
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


def leaves(node: Node, *, positive: bool = True) -> tuple[Leaf, ...]:
    """Return the leaves in the order written; by default only those that are asked for, not excluded."""

    def walk(n: Node, wanted: bool) -> list[Leaf]:
        if isinstance(n, And | Or):
            return [leaf for part in n.parts for leaf in walk(part, wanted)]
        if isinstance(n, Not):
            return walk(n.part, not wanted)
        return [n] if wanted or not positive else []

    return tuple(walk(node, True))


def title_words(asked: Iterable[Leaf]) -> tuple[str, ...]:
    """Return the words, in normal form, by which a record is the more relevant when its title has one of them."""
    words = (
        leaf.fragment
        for leaf in asked
        if isinstance(leaf, HasText) or (isinstance(leaf, InAbout) and leaf.which is About.TITLE)
    )
    return tuple(dict.fromkeys(word for word in words if word))
