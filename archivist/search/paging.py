"""Which part of an answer is wanted, in which order, and what is counted over all of it. The same for every engine.

A page is asked for by how many hits are passed over, or by the last hit of the page before (``HitPlace``): what comes into the
index meanwhile, or leaves it, then neither repeats a hit nor passes one over. What became of the hits before is known by ``Passed``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

_MARK: Final = 1 << 64


class SortBy(StrEnum):
    """In which order hits come; those of one moment always by case and record."""

    DATE = "date"
    """Households that were asked for, then everything, newest first."""
    NUMBER = "number"
    """By case number, in a case the household and then its records in order."""
    RELEVANCE = "relevance"
    """Households that were asked for, then records that bear a word in their title, then the others; each newest first."""

    @property
    def label(self) -> str:
        """The order in Chinese."""
        return {"date": "日期", "number": "户号", "relevance": "相关"}[self.value]


class Facet(StrEnum):
    """By what hits are counted. A household's own entry has the status of the case, neither type nor step."""

    CATEGORY = "category"
    YEAR = "year"
    """In which it was filed, or the case was opened."""
    VILLAGE = "village"
    TYPE = "type"
    STATUS = "status"
    STEP = "step"

    @property
    def label(self) -> str:
        """The facet in Chinese."""
        return ("类别", "年份", "村（社区）", "文书", "状态", "环节")[list(Facet).index(self)]


Facets = Mapping[Facet, Mapping[str, int]]
"""How many hits of the whole answer have each value; the empty value is that of hits that have none."""


class HitPlace(NamedTuple):
    """Where a hit stands in an answer; many are made for one that is shown.

    Attributes:
        rank: how much it is what was asked for; the greatest come first.
        filed_at: ISO 8601.
        place: case and record; no two hits have the same.
    """

    rank: int
    filed_at: str
    place: str


def place_of(case: str, record: str) -> str:
    """Return case and record as they sort within a second, and by number."""
    return f"{case} {record:>6}"


@dataclass(frozen=True, slots=True)
class Passed:
    """Which hits were passed: how many, and a sum of digests of their places, whatever their order."""

    count: int = 0
    digest: int = 0

    def and_then(self, places: Iterable[HitPlace]) -> Passed:
        """Return these hits with further ones."""
        count, digest = self.count, self.digest
        for one in places:
            count += 1
            digest += int.from_bytes(hashlib.sha256(one.place.encode()).digest()[:8])
        return Passed(count, digest % _MARK)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an answer.

    Attributes:
        limit: hits wanted.
        offset: hits passed over, from 0; none where ``after`` is given.
        after: the hit behind which the page begins.
        sort: the order.
        facets: whether everything is to be counted.
    """

    limit: int = 20
    offset: int = 0
    after: HitPlace | None = None
    sort: SortBy = SortBy.DATE
    facets: bool = False

    def is_passed(self, place: HitPlace) -> bool:
        """Tell whether a hit lies before a page that begins behind another hit."""
        if self.after is None:
            return False
        return place.place <= self.after.place if self.sort is SortBy.NUMBER else place >= self.after
