"""Where in a text as it stands each character of its normal form comes from, and the words around a hit cut at sense."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

from archivist.search.text import BLANKS, NUMBERS, STRETCH, blank, characters, flowing, normal, number

WIDTH: Final = 80
"""So many characters a snippet has at the most, but for what sense adds."""
BEFORE: Final = 24
"""So many of them at the most stand before the hit."""
_REACH: Final = 16
"""So far a snippet reaches farther so as to begin or end at sense."""
_SENTENCE_END: Final = "。；;！!？?\n\f"
_PAUSE: Final = "，、,：: \t\u3000（(）)"
_ANY_BLANKS = re.compile(r"\s+")
_NUMERIC: Final = "-.,/"
_ONE_TO_ONE: Final = re.compile(
    "[\u4e00-\u9fff\n !#-&(-_a-~\u3000-\u3002\u3010\u3011\u3014\u3015\uff01\uff03-\uff06\uff08-\uff3f\uff41-\uff5e]{2,}"
)
"""Characters each of which alone, whatever stands beside it, becomes one character. The last before others may bear a mark."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """One page: its normal form, and of each character of it where what it comes from begins and ends."""

    normal: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text as it stands a stretch of the normal form is; a date is always whole."""
        return self.starts[start], self.ends[end - 1]


@dataclass(slots=True)
class _Traced:
    """A text in the making, and where each of its characters comes from."""

    text: str
    starts: list[int]
    ends: list[int]

    def sub(self, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> None:
        """Replace every match; all that replaces one comes from the whole of it."""
        if not pattern.search(self.text):
            return
        made = _Traced("", [], [])
        at = 0
        for match in pattern.finditer(self.text):
            start, end = match.span()
            new = replace(match)
            made.add(self, at, start)
            if start < end:
                made.text += new
                made.starts += [self.starts[start]] * len(new)
                made.ends += [self.ends[end - 1]] * len(new)
            at = end
        made.add(self, at, len(self.text))
        self.text, self.starts, self.ends = made.text, made.starts, made.ends

    def add(self, other: _Traced, start: int, end: int) -> None:
        """Take over a stretch of another text."""
        self.text += other.text[start:end]
        self.starts += other.starts[start:end]
        self.ends += other.ends[start:end]

    def in_numbers(self) -> None:
        """Bring every stretch of numbers into its normal form, as ``text.stretch`` does."""
        made = _Traced("", [], [])
        at = 0
        for match in STRETCH.finditer(self.text):
            if not NUMBERS.search(match[0]):  # the first step of all that change it
                continue
            made.add(self, at, match.start())
            part = _Traced("", [], [])
            part.add(self, *match.span())
            before = ""
            while part.text != before:
                before = part.text
                part.sub(NUMBERS, number)
                part.sub(BLANKS, blank)
            made.add(part, 0, len(part.text))
            at = match.end()
        made.add(self, at, len(self.text))
        self.text, self.starts, self.ends = made.text, made.starts, made.ends


def aligned(page: str) -> Aligned:
    """Return a page's normal form with the places its characters come from.

    The few texts whose normal form is not made character by character (a mark that joins the letter before the one dropped)
    are aligned as if they were in normal form already.
    """
    traced = _by_character(page)
    traced.sub(BLANKS, blank)
    traced.in_numbers()
    traced.sub(BLANKS, blank)
    lead = len(traced.text) - len(traced.text.lstrip())
    whole = slice(lead, len(traced.text.rstrip()) or None)
    found = Aligned(traced.text.strip(), tuple(traced.starts[whole]), tuple(traced.ends[whole]))
    if found.normal != normal(page):
        return Aligned(page, tuple(range(len(page))), tuple(range(1, len(page) + 1)))
    return found


def _by_character(page: str) -> _Traced:
    """Return a page with its characters in normal form: many at once where each becomes one."""
    traced = _Traced("", [], [])
    at = 0
    for run in _ONE_TO_ONE.finditer(page):
        end = run.end() - (run.end() < len(page))
        _by_cluster(traced, page, at, run.start())
        traced.text += characters(page[run.start() : end])
        traced.starts += range(run.start(), end)
        traced.ends += range(run.start() + 1, end + 1)
        at = end
    _by_cluster(traced, page, at, len(page))
    return traced


def _by_cluster(traced: _Traced, page: str, at: int, end: int) -> None:
    for cluster in _clusters(page[at:end]):
        plain = _characters(cluster)
        traced.text += plain
        traced.starts += [at] * len(plain)
        at += len(cluster)
        traced.ends += [at] * len(plain)


_characters = lru_cache(maxsize=8192)(characters)


def _clusters(text: str) -> Iterator[str]:
    """Yield each character with the marks that belong to it."""
    cluster = ""
    for char in text:
        if cluster and not unicodedata.combining(char) and not "\u1160" <= char <= "\u11ff":
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def occurrences(words: Sequence[re.Pattern[str]], text: str) -> list[tuple[int, int]]:
    """Return where words stand in a text, in order; what overlaps or touches is one."""
    spans = sorted(match.span() for word in words for match in word.finditer(text) if match[0])
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def snippet(
    page: str, words: Sequence[re.Pattern[str]], reach: tuple[int, int] | None = None
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the words around the first hit as they stand, and where in them the hits are.

    Args:
        page: as it stands.
        words: what was asked for, to be found in normal text.
        reach: start and end of the hit in the normal form, for one that goes on over the page's end.

    Returns:
        The snippet, blanks and line ends in it one space; ``(start, end)`` of each hit, in order, not overlapping.
    """
    form = aligned(page)
    spans = occurrences(words, form.normal)
    if reach:
        spans = sorted({*spans, (reach[0], min(reach[1], len(form.normal)))})
    marks = [form.written(start, end) for start, end in spans if start < end <= len(form.starts)]
    if not marks:
        return "", ()
    first = form.written(*reach) if reach and reach[1] <= len(form.starts) else marks[0]
    start = _begin(page, first[0])
    end = _end(page, max(first[1], min(len(page), start + WIDTH)))
    inside = [(max(a, start), min(b, end)) for a, b in marks if a < end and b > start]
    return _one_line(page, start, end, inside)


def _begin(page: str, hit: int) -> int:
    """Return where a snippet begins: after a sentence's end, else after a pause, never within a number or a word."""
    least = max(hit - BEFORE, 0)
    for stops in (_SENTENCE_END, _PAUSE):
        before = [
            at + 1 for at in range(max(least - _REACH, 0), hit) if page[at] in stops and not _within(page, at)
        ]
        if before:
            return min((at for at in before if at >= least), default=before[-1])
    if not least:
        return 0
    while least > 0 and _within(page, least):
        least -= 1
    return least


def _end(page: str, end: int) -> int:
    """Return where a snippet ends: no farther than ``_REACH`` on at a pause, never within a number or a word."""
    if end >= len(page):
        return len(page)
    for at in range(end, min(end + _REACH, len(page))):
        if page[at] in _SENTENCE_END + _PAUSE and not _within(page, at):
            return at + (page[at] in "。；;！!？?")
    while end < len(page) and _within(page, end):
        end += 1
    return end


def _within(page: str, at: int) -> bool:
    """Tell whether a cut before (or a mark at) a place parts a number or a Latin word."""
    before, here, after = page[at - 1 : at], page[at : at + 1], page[at + 1 : at + 2]
    if here in _NUMERIC + " " and before.isdigit() and after.isdigit():
        return True
    if before in (*_NUMERIC, " ") and here.isdigit() and page[at - 2 : at - 1].isdigit():
        return True
    return before.isascii() and here.isascii() and before.isalnum() and here.isalnum()


def _one_line(
    page: str, start: int, end: int, marks: Sequence[tuple[int, int]]
) -> tuple[str, tuple[tuple[int, int], ...]]:
    traced = _Traced(page[start:end], list(range(start, end)), list(range(start + 1, end + 1)))
    traced.sub(_ANY_BLANKS, lambda match: " " * (match.start() > 0 and match.end() < len(match.string)))
    hits = {at for a, b in marks for at in range(a, b)}
    marked = [at in hits for at in traced.starts]
    found, at = [], 0
    for hit, group in groupby(marked):
        length = len(list(group))
        if hit:
            found.append((at, at + length))
        at += length
    return traced.text, tuple(found)


def place(text: str, at: int) -> tuple[int, int]:
    """Return the page (from 0) and the place on it of a place in the flowing form of normal text."""
    pages = text.split("\f")
    for which, page in enumerate(pages):
        if at < len(page):
            return which, at
        at -= len(page)
    return max(len(pages) - 1, 0), len(flowing(pages[-1]))
