"""The mark of a page: what a person copies to see the next one. It holds where the page ended, and no word of the query.

Text of letters and digits; whatever is wrong with it is a fault of the query (E401).
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final, Self

from archivist.errors import BadQuery
from archivist.search.paging import HitPlace, Passed, SortBy
from archivist.search.query_tree import Node

_FORMAT: Final = 1
_LONGEST: Final = 1_000
_REMEDY: Final = "照抄上一页末尾的整个标记，检索式和条件不变；或从头查起。"


@dataclass(frozen=True, slots=True)
class PageMark:
    """Where a page ended.

    Attributes:
        question: what the query was known by, see ``known_by``.
        sort: the order of the answer.
        last: the last hit shown.
        passed: the hits up to it.
    """

    question: str
    sort: SortBy
    last: HitPlace
    passed: Passed

    def written(self) -> str:
        """Return the mark as a person copies it."""
        kept = [
            _FORMAT, self.question, self.sort.value, self.last.rank, self.last.filed_at, self.last.place,
            self.passed.count, self.passed.digest,
        ]  # fmt: skip
        plain = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
        return urlsafe_b64encode(plain).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the mark that was copied.

        Raises:
            BadQuery: E401, it is none.
        """
        shapes = (int, str, str, int, str, str, int, int)
        try:
            plain = text.strip()[:_LONGEST].encode("ascii")
            kept = json.loads(urlsafe_b64decode(plain + b"=" * (-len(plain) % 4)))
            if [type(part) for part in kept] != [*shapes] or kept[0] != _FORMAT:
                raise ValueError(text)
            if not 0 <= kept[3] <= 2 or not (kept[4] + kept[5]).isascii():
                raise ValueError(text)
            _, question, sort, rank, filed_at, place, count, digest = kept
            return cls(question, SortBy(sort), HitPlace(rank, filed_at, place), Passed(count, digest))
        except (ValueError, TypeError, RecursionError):
            raise BadQuery("翻页标记不对，或没有抄全", remedy=_REMEDY) from None

    def require(self, question: str, sort: SortBy) -> None:
        """Refuse a mark of another query, or of another order.

        Raises:
            BadQuery: E401.
        """
        if (self.question, self.sort) != (question, sort):
            raise BadQuery("翻页标记是另一次检索的（检索式、条件或排序不同）", remedy=_REMEDY)


def known_by(tree: Node) -> str:
    """Return by what a query is known again: a short digest."""
    return hashlib.sha256(repr(tree).encode()).hexdigest()[:8]
