"""What else may have been meant when nothing is found: slips of reading, one letter more, fewer or other, words that are apart.

Asks in the query language, so that it is the same for every engine; loaded when nothing was found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from archivist.errors import BadQuery
from archivist.model.ids import CaseNo
from archivist.search import query as queries
from archivist.search.engine import Results
from archivist.search.lookalikes import lookalikes
from archivist.search.text import HAN, normal

Ask = Callable[[str, int], Results]
"""Puts a query, with the number of hits wanted."""

_WORDS: Final = 3
"""So many words of a query are looked into at the most."""
_SUGGESTED: Final = 3
_LOOKED_AT: Final = 8
"""Hits looked at for each way a word may be wrong."""
_HAN_WORD, _NUMBER, _LETTERS = (
    re.compile(f"[{HAN}]{{2,10}}"),
    re.compile("[0-9]{6,19}[Xx]?"),
    re.compile("[a-z]{4,30}"),
)


@dataclass(frozen=True, slots=True)
class Meant:
    """A word one letter off that is found, and some households in which it is."""

    word: str
    households: tuple[CaseNo, ...]


@dataclass(frozen=True, slots=True)
class Nearby:
    """What may have been meant.

    Attributes:
        query: the query with a slip of reading put right, that does find something; empty when there is none.
        slips: each word with what it was taken for in it.
        meant: words one letter off, that are found.
        apart: words that are all found, but not together.
    """

    query: str = ""
    slips: tuple[tuple[str, str], ...] = ()
    meant: tuple[Meant, ...] = ()
    apart: tuple[str, ...] = ()


def nearby(query: str, ask: Ask) -> Nearby:
    """Return what may have been meant by a query that finds nothing."""
    words = queries.words(query)[:_WORDS]
    missing = [(at, word) for at, word in words if not _total(ask, word)]
    if not missing:
        return Nearby(apart=tuple(word for _, word in words) if len(words) > 1 else ())
    slips = [(at, word, alike) for at, word in missing if (alike := _alike(word, ask))]
    if len(slips) == len(missing):
        put_right = query
        for at, word, alike in reversed(slips):
            put_right = put_right[: at - 1] + alike + put_right[at - 1 + len(word) :]
        if _total(ask, put_right):
            return Nearby(put_right, tuple((word, alike) for _, word, alike in slips))
    return Nearby(meant=tuple(dict.fromkeys(other for _, word in missing for other in _one_off(word, ask))))


def _total(ask: Ask, query: str) -> int:
    try:
        return ask(query, 1).total
    except BadQuery:
        return 0


def _alike(word: str, ask: Ask) -> str:
    """Return a word as our reading may have taken it, that is found; empty when there is none."""
    return next((other for other in lookalikes(word) if _total(ask, other)), "")


def _one_off(word: str, ask: Ask) -> list[Meant]:
    """Return what is found instead of a word with one letter more, fewer or other, the most frequent first."""
    plain = normal(word)
    found: Counter[str] = Counter()
    where: dict[str, set[CaseNo]] = {}
    for query in _ways(plain):
        try:
            answer = ask(query, _LOOKED_AT)
        except BadQuery:
            continue
        for hit in answer.hits:
            for start, end in hit.highlights:
                if is_one_edit(plain, normal(marked := hit.snippet[start:end])):
                    found[marked] += 1
                    where.setdefault(marked, set()).add(hit.case)
    return [Meant(other, tuple(sorted(where[other]))) for other, _ in found.most_common(_SUGGESTED)]


def _ways(word: str) -> Iterator[str]:
    """Yield the queries that find a word with one letter more, fewer or other."""
    if _HAN_WORD.fullmatch(word):
        yield from (f"姓名:{way}" for way in _with_gaps(word))
        if len(word) > 2:
            yield from _with_gaps(word)
            yield from (word[:at] + word[at + 1 :] for at in range(len(word)))
    elif _NUMBER.fullmatch(word) or _LETTERS.fullmatch(word):
        yield from (word[:at] + "?" + word[at + 1 :] for at in range(len(word)))
        if _LETTERS.fullmatch(word):
            yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


def _with_gaps(word: str) -> Iterator[str]:
    yield from (word[:at] + "?" + word[at + 1 :] for at in range(len(word)))
    yield from (word[:at] + "?" + word[at:] for at in range(1, len(word)))


def is_one_edit(one: str, other: str) -> bool:
    """Tell whether two words differ by one letter: another, one more or one fewer."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or one == other:
        return False
    at = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
