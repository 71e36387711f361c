"""Where in a text as it stands each character of its normal form comes from, and the words around a hit cut at sense."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Final

from archivist.search.text import NUMBERS, STRETCH, characters, closes_up, flowing, normal, number

WIDTH: Final = 80
"""So many characters a snippet has at the most, but for what sense adds."""
BEFORE: Final = 24
"""So many of them at the most stand before the hit."""
_REACH: Final = 16
"""So far a snippet reaches farther so as to begin or end at sense."""
_SLACK: Final = 32
"""So many characters farther is looked, for the normal form is a little shorter than what is written, or longer."""
_SENTENCE_END: Final = "。；;！!？?\n\f"
_PAUSE: Final = "，、,：: \t\u3000（(）)"
_BLANKS = re.compile(r"[^\S\f]+")
_ANY_BLANKS = re.compile(r"\s+")
_NUMERIC: Final = "-.,/"
_ONE_TO_ONE: Final = re.compile(
    "[\u4e00-\u9fff\n !#-&(-_a-~\u3000-\u3002\u3010\u3011\u3014\u3015\uff01\uff03-\uff06\uff08-\uff3f\uff41-\uff5e]{2,}"
)
"""Characters each of which alone, whatever stands beside it, becomes one character. The last before others may bear a mark."""
_PARTING: Final = re.compile("[\u4e00-\u9fff]{2}")
_NUMBERING: Final = frozenset("一二三四五六七八九十年月日号")
"""Between two Chinese characters neither of which may be part of a number, a text has the normal form of its two parts."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """A page or a part of it: its normal form, and of each character of it where what it comes from begins and ends.

    ``at`` is the place in the page at which the part begins, ``first`` that in its normal form.
    """

    normal: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    at: int = 0
    first: int = 0

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text as it stands a stretch of the normal form is; a date is always whole."""
        return self.at + self.starts[start - self.first], self.at + self.ends[end - self.first - 1]

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Return what of a stretch of the page's normal form lies in this part."""
        return max(start, self.first), min(end, self.first + len(self.normal))


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
                part.sub(_BLANKS, _blank)
            made.add(part, 0, len(part.text))
            at = match.end()
        if not at:
            return
        made.add(self, at, len(self.text))
        self.text, self.starts, self.ends = made.text, made.starts, made.ends


def aligned(page: str) -> Aligned:
    """Return a page's normal form with the places its characters come from.

    The few texts whose normal form is not made character by character (a mark that joins the letter before the one dropped)
    are aligned as if they were in normal form already.
    """
    found = _aligned(page)
    if found.normal != normal(page):
        return Aligned(page, tuple(range(len(page))), tuple(range(1, len(page) + 1)))
    return found


def _aligned(page: str) -> Aligned:
    """Return what becomes of a text character by character; most often its normal form."""
    traced = _by_character(page)
    traced.sub(_BLANKS, _blank)
    traced.in_numbers()
    traced.sub(_BLANKS, _blank)
    lead = len(traced.text) - len(traced.text.lstrip())
    whole = slice(lead, len(traced.text.rstrip()) or None)
    return Aligned(traced.text.strip(), tuple(traced.starts[whole]), tuple(traced.ends[whole]))


def _blank(match: re.Match[str]) -> str:
    """Return what becomes of blanks, as ``text.spaced`` has it."""
    text, start, end = match.string, *match.span()
    beside = text[start - 1 : start] if start else "", text[end : end + 1]
    return " " if all(char and not closes_up(char) for char in beside) else ""


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
    return _joined(sorted(match.span() for word in words for match in word.finditer(text) if match[0]))


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches, which come in order, those that overlap or touch as one."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def snippet(
    page: str, words: Sequence[re.Pattern[str]], reach: tuple[int, int] | None = None, plain: str = ""
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the words around the first hit as they stand, and where in them the hits are.

    Args:
        page: as it stands.
        words: what was asked for, to be found in normal text.
        reach: start and end of the hit in the normal form, for one that goes on over the page's end.
        plain: the page's normal form, where it is at hand: then only what is shown is aligned.

    Returns:
        The snippet, blanks and line ends in it one space; ``(start, end)`` of each hit, in order, not overlapping.
    """
    hits = _hits(words, plain, reach)
    form = _around(page, plain, hits[0]) if hits else None
    start, end = _extent(page, form.written(*hits[0])) if form else (0, 0)
    if form is None or not form.at + form.starts[0] <= start < end <= form.at + form.ends[-1]:
        form = aligned(page)
        hits = _hits(words, form.normal, reach)
        if not hits:
            return "", ()
        start, end = _extent(page, form.written(*hits[0]))
    parts = [form.within(*hit) for hit in hits]
    marks = sorted(form.written(a, b) for a, b in parts if a < b)
    inside = [(max(a, start), min(b, end)) for a, b in marks if a < end and b > start]
    return _one_line(page, start, end, inside)


def _hits(
    words: Sequence[re.Pattern[str]], plain: str, reach: tuple[int, int] | None
) -> list[tuple[int, int]]:
    """Return where in a normal form the hits are: first the one around which is shown, then all."""
    hits = occurrences(words, plain)
    if reach:
        hits = [reach, *hits] if reach[1] <= len(plain) else [*hits, (reach[0], len(plain))]
    hits = [(start, end) for start, end in hits if start < end]
    return [*hits[:1], *hits]


def _around(page: str, plain: str, hit: tuple[int, int]) -> Aligned | None:
    """Return the part of a page around a hit, aligned; ``None`` where it cannot be told which part that is.

    A part that begins and ends between characters that may be parted has its normal form somewhere in the page's. Where that stands
    once, it stands there.
    """
    at = hit[0] * len(page) // len(plain)
    low = at - BEFORE - _REACH - _SLACK
    while low > 0 and not _parts(page, low):
        low -= 1
    high = at + max(hit[1] - hit[0], WIDTH) + _REACH + _SLACK
    while high < len(page) and not _parts(page, high):
        high += 1
    low = max(low, 0)
    part = _aligned(page[low:high])
    first = plain.find(part.normal)
    if first < 0 or plain.find(part.normal, first + 1) >= 0:
        return None
    if not first <= hit[0] < hit[1] <= first + len(part.normal):
        return None
    return replace(part, at=low, first=first)


def _parts(page: str, at: int) -> bool:
    """Tell whether the normal form of a page is that of what stands before a place and that of what stands after it."""
    return bool(_PARTING.fullmatch(page, at - 1, at + 1)) and _NUMBERING.isdisjoint(page[at - 1 : at + 1])


def _extent(page: str, hit: tuple[int, int]) -> tuple[int, int]:
    """Return where the words around a hit begin and end."""
    start = _begin(page, hit[0])
    return start, _end(page, max(hit[1], min(len(page), start + WIDTH)))


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
    if not _ANY_BLANKS.search(page, start, end):
        return page[start:end], tuple((at - start, to - start) for at, to in _joined(marks))
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
