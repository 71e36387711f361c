"""What else may have been meant when nothing is found: slips of reading, one letter more, fewer or other, words that are apart.

Asks in the query language, so that it is the same for every engine; loaded when nothing was found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from archivist.errors import BadQuery
from archivist.model.ids import CaseNo
from archivist.search import query as queries
from archivist.search.engine import Results
from archivist.search.lookalikes import lookalikes
from archivist.search.names import as_typed, pinyin_keys
from archivist.search.query_fields import key_of
from archivist.search.query_tree import PersonKey
from archivist.search.query_words import has_wildcard
from archivist.search.rewording import excluding, rewordings
from archivist.search.text import HAN, normal

Ask = Callable[[str, int], Results]
"""Puts a query, with the number of hits wanted."""

_WORDS: Final = 3
"""So many words that are not found are looked into at the most."""
_ASKED: Final = 9
"""So many words are asked for one by one."""
_SUGGESTED: Final = 3
_LOOKED_AT: Final = 8
"""Hits looked at for each way a word may be wrong."""
_MARKS: Final = re.compile(r"(?<!\d)(?:[^\w\s*?·\"():-]|_)+[*?]*(?!\d)")
"""What people put between words where blanks belong, or believe to stand for something (腰%, 腰椎.*)."""
_DISPENSABLE: Final = frozenset({"name", "title", "content", "doc_no", "file", "step"})
"""Fields without which a word may be found elsewhere."""
_LONG_NUMBER: Final = 8
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
        query: the query put right, that does find something; empty when there is none.
        slips: each word with what our reading may have taken it for, and was asked instead.
        instead: each word as it is written with another way of writing it, that was asked instead.
        parted: marks between words that were read as blanks instead.
        meant: words one letter off, that are found.
        apart: words that are all found, but not together.
        lacking: the words that are nowhere, of several that were asked for.
        others_found: whether the others, of which there are some, are all found.
        literal: words in quotes whose ``*`` and ``?`` stand for themselves.
    """

    query: str = ""
    slips: tuple[tuple[str, str], ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    parted: str = ""
    meant: tuple[Meant, ...] = ()
    apart: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    others_found: bool = False
    literal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Right:
    """A word put right: as it is written, what stands there instead, and the slip of our reading that it was."""

    word: queries.AskedWord
    written: str
    other: str
    slip: str = ""


def nearby(query: str, ask: Ask) -> Nearby:
    """Return what may have been meant by a query that finds nothing."""
    words = queries.words(query)
    asked = words[:_ASKED]
    missing = [word for word in asked if not _total(ask, _written(query, word))]
    if not missing:
        return Nearby(apart=tuple(word.text for word in words) if 1 < len(words) == len(asked) else ())
    lacking = Nearby(
        lacking=tuple(_written(query, word) for word in missing) if len(words) > 1 else (),
        others_found=len(missing) < len(words) == len(asked),
    )
    literal = tuple(word.text for word in missing if word.quoted and has_wildcard(word.text))
    looked_into = missing[:_WORDS]
    put_right = [right for word in looked_into if (right := _right(query, word, ask, alone=len(words) == 1))]
    if len(put_right) == len(missing):
        other = _with(query, [(right.word, right.other) for right in put_right])
        if _total(ask, other):
            return Nearby(
                other,
                tuple((right.word.text, right.slip) for right in put_right if right.slip),
                tuple((right.written, right.other) for right in put_right if not right.slip),
                literal=literal,
            )
    parted = _with(query, [(word, _MARKS.sub(" ", _written(query, word))) for word in missing])
    if parted != query:
        if _total(ask, parted):
            return Nearby(
                parted, parted="".join(dict.fromkeys(m for w in missing for m in _MARKS.findall(w.text)))
            )
        each = [_written(parted, word) for word in queries.words(parted)]
        if 1 < len(each) <= _ASKED and all(_total(ask, word) for word in each):
            return Nearby(apart=tuple(each))
    meant = tuple(dict.fromkeys(other for word in looked_into for other in _one_off(word, ask)))
    return replace(lacking, meant=meant, literal=literal)


def _written(query: str, word: queries.AskedWord) -> str:
    return query[word.start - 1 : word.end]


def _with(query: str, others: list[tuple[queries.AskedWord, str]]) -> str:
    """Return a query in which something else is written instead of some words."""
    for word, other in reversed(others):
        query = query[: word.start - 1] + other + query[word.end :]
    return query


def _right(query: str, word: queries.AskedWord, ask: Ask, *, alone: bool) -> _Right | None:
    """Return a word put right, so that it is found; ``None`` when nobody knows how. ``alone``: it is the only one."""
    written = _written(query, word)
    for slip in lookalikes(word.text):
        if _total(ask, other := written.replace(word.text, slip)):
            return _Right(word, written, other, slip)
    others = [word.of + other for other in rewordings(word.text)]
    if word.quoted and has_wildcard(word.text):
        others.append(word.of + "".join(word.text.split()))
    if key_of(word.of[:-1]) in _DISPENSABLE:
        others.append(f'"{word.text}"' if word.quoted else word.text)
    if not alone and not word.of and not word.quoted and (unwanted := excluding(word.text)):
        others.append(unwanted)
    return next((_Right(word, written, other) for other in others if _total(ask, other)), None)


def _total(ask: Ask, query: str) -> int:
    try:
        return ask(query, 1).total
    except BadQuery:
        return 0


def _one_off(word: queries.AskedWord, ask: Ask) -> list[Meant]:
    """Return what is found instead of a word with one letter more, fewer, other or in another place, the most frequent first."""
    plain = normal(word.text)
    found: Counter[str] = Counter()
    where: dict[str, set[CaseNo]] = {}
    for query in _ways(plain, word.of):
        try:
            answer = ask(query, _LOOKED_AT)
        except BadQuery:
            continue
        for hit in answer.hits:
            for start, end in hit.highlights:
                if _is_meant(plain, marked := hit.snippet[start:end], hit.why) and not _is_cut(
                    hit.snippet, start, end
                ):
                    found[marked] += 1
                    where.setdefault(marked, set()).add(hit.case)
    whole = [other for other in found if not any(other != longer and other in longer for longer in found)]
    whole.sort(key=lambda other: -found[other])
    return [Meant(other, tuple(sorted(where[other]))) for other in whole[:_SUGGESTED]]


def _is_cut(snippet: str, start: int, end: int) -> bool:
    """Tell whether what is marked is a part of a longer number: nobody means that."""
    ends = (snippet[max(start - 1, 0) : start + 1], snippet[end - 1 : end + 1])
    return any(len(both) > 1 and both.isdecimal() for both in ends)


def _is_meant(typed: str, marked: str, why: str) -> bool:
    """Tell whether what was found is what was typed but for one letter: as it stands, as it is spelt, or by the number of a person."""
    if why.startswith(PersonKey.ID.value):
        return bool(_NUMBER.fullmatch(typed))
    if why.startswith(PersonKey.PINYIN.value):
        endings = (marked[start:] for start in range(len(marked)))
        return any(is_one_edit(as_typed(typed), one) for name in endings for one in pinyin_keys(name)[1])
    return is_one_edit(typed, normal(marked))


def _ways(word: str, of: str) -> Iterator[str]:
    """Yield the queries that find a word with one letter more, fewer, other or in another place."""
    swapped = [
        word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for at in range(len(word) - 1)
        if word[at] != word[at + 1]
    ]
    shorter = [word[:at] + word[at + 1 :] for at in range(len(word))]
    if of and key_of(of[:-1]) == "name":
        yield from (of + way for way in (*swapped, *_with_gaps(word), *(shorter if len(word) > 2 else ())))
    elif _HAN_WORD.fullmatch(word):
        yield from (f"姓名:{way}" for way in (*swapped, *_with_gaps(word)))
        if len(word) > 2:
            yield from (*swapped, *_with_gaps(word), *shorter)
    elif _LETTERS.fullmatch(word) or (_NUMBER.fullmatch(word) and len(word) >= _LONG_NUMBER):
        yield from (*swapped, *_with_gaps(word), *shorter)
    elif _NUMBER.fullmatch(word):
        yield from _with_gaps(word)


def _with_gaps(word: str) -> Iterator[str]:
    yield from (word[:at] + "?" + word[at + 1 :] for at in range(len(word)))
    yield from (word[:at] + "?" + word[at:] for at in range(1, len(word)))


def is_one_edit(one: str, other: str) -> bool:
    """Tell whether two words differ by one letter: another, one more or one fewer, or two beside each other that changed places."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or one == other:
        return False
    at = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long) and short[at : at + 2] == long[at : at + 2][::-1]:
        return short[at + 2 :] == long[at + 2 :]
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
