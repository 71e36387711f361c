"""One normal form for what is written and what is asked, and the grams by which it is found.

A search is a substring search over the normal form. The index only has to name every place where the substring
*may* stand: each position of a run of characters yields one gram (two characters of Chinese, three of anything
else, fewer at the end of the run), so a fragment is found by the grams it must contain, and a fragment shorter
than a gram by the grams that begin with it. Where one run follows another, whatever is between, stands one gram more: their
``joint``.

The normal form is one string with two stages: ``folded`` (characters, then blanks), and upon it numbers and dates. What
it makes of a text position by position is ``alignment``'s to say, stage by stage from here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import add
from typing import Final

from archivist.errors import InvalidValue
from archivist.model.ids import CASE_NO_IN_TEXT, ID_IN_TEXT, OLD_ID, is_id, modern_id
from archivist.search.variants import SIMPLIFIED

ANALYSER: Final = 3
"""Raised by one whenever ``normal``, ``mentions`` or the name keys change: an index of another number is remade."""

PAGE_BREAK: Final = "\f"
FACT_BREAK: Final = "\x1f"
"""Between the facts of a case, and between the words about a record: no fragment of a query can hold it."""
ABOUT_BREAK: Final = "\x1e"
"""Between the words about a record (``About``) and its pages."""
HAN: Final = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
RUN: Final = re.compile(f"([{HAN}]+)|([^\\W_{HAN}]+)")
"""A run of Chinese characters, or one of other letters and digits."""
_WIDE = HAN + "\u3000-\u303f\uff00-\uffef·()"
_CLOSES_UP = re.compile(f"[{_WIDE}\f]")
_LATIN = re.compile(f"[^\\W{HAN}]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_ALIKE: Final = {
    "·": "\u2022\u2027\u30fb\u22c5\u2219\u2e31\u0387",
    "(": "[{〔【〖",
    ")": "]}〕】〗",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2212",
    "": "\"'`\u2018-\u201f《》〈〉「」『』\u301d\u301e\u301f",
}
"""Character → those searched as it: the dots of names, brackets, dashes; quotes and the marks of books are dropped."""


def _each(characters: str) -> Iterator[str]:
    for part in re.findall("(.)-(.)|(.)", characters, re.DOTALL):
        yield from map(chr, range(ord(part[0]), ord(part[1]) + 1)) if part[0] else part[2]


_PUNCTUATION: Final = tuple(zip("，：；！？（）", ",:;!?()", strict=True))
"""What NFKC itself makes of them; done before, it finds most Chinese text in its normal form and has nothing to do."""
_FOLDED = SIMPLIFIED | {ord(c): to for to, alike in _ALIKE.items() for c in _each(alike)}
_FOLDABLE = re.compile("[" + "".join(re.escape(chr(c)) for c in _FOLDED) + "]")

HAN_GRAM, OTHER_GRAM = 2, 3
JOINT: Final = 0x100000
"""From here on, in a plane of private use, which no run holds, lie the grams of joints."""
JOINTS: Final = 4093
"""So many kinds of joints are told apart: a text has a hundred or two, and a list of one that it has takes it a byte."""
JOINT_STEP: Final = 641
_SHORT: Final = 24
"""Titles, steps, names of villages: texts so short come again and again."""
_PREFIX_END = "\U0010ffff"


def normal(text: str) -> str:
    """Return the form in which text is stored and compared; idempotent.

    NFKC, case folded, traditional forms simplified; dots, brackets and dashes unified, quotes and invisible characters
    dropped; blanks and line ends beside Chinese and brackets removed (scanners put them in), others one space; digits parted
    by a blank, a comma or a hyphen joined (6217 0012, 12,345.00, 138-2000-1234); a date in any of six forms
    written 2024年3月4日. Form feeds keep parting pages; ``flowing`` leaves them out.
    """
    return _short(text) if len(text) <= _SHORT else in_numbers(folded(text))


@lru_cache(maxsize=4096)
def _short(text: str) -> str:
    return in_numbers(folded(text))


def folded(text: str) -> str:
    """Return text with its characters and blanks in normal form, its numbers as they are printed."""
    plain = characters(text)
    while not unicodedata.is_normalized("NFKC", plain):
        plain = characters(plain)
    return bound([spaced(page) for page in plain.split(PAGE_BREAK)])


def in_numbers(plain: str) -> str:
    """Return folded text with its numbers and dates in normal form."""
    return bound([_numbers(page) for page in plain.split(PAGE_BREAK)])


def _numbers(page: str) -> str:
    changed = STRETCH.sub(stretch, page)
    return page if changed == page else spaced(changed)


def bound(pages: list[str]) -> str:
    """Return normal pages as one text; between letters or digits of two pages stands a blank, between Chinese none."""
    if len(pages) == 1:
        return pages[0].strip()
    parts: list[str] = []
    before = ""
    for page in map(str.strip, pages):
        if before and page and _LATIN.match(before) and _LATIN.match(page):
            parts[-1] += " "
        parts.append(page)
        before = page[-1:] or before
    return PAGE_BREAK.join(parts)


def flowing(text: str) -> str:
    """Return normal text without its page breaks, as it is searched."""
    return text.replace(PAGE_BREAK, "")


def characters(text: str) -> str:
    """Return text with each character in its normal form."""
    plain = _INVISIBLE.sub("", text)
    for wide, narrow in _PUNCTUATION:
        plain = plain.replace(wide, narrow)
    plain = unicodedata.normalize("NFKC", plain).casefold()
    if not unicodedata.is_normalized("NFKC", plain):
        plain = unicodedata.normalize("NFKC", plain)
    return _FOLDABLE.sub(lambda m: _FOLDED[ord(m[0])], plain)


def spaced(page: str) -> str:
    """Return a page with its blanks in normal form: none at its ends and beside Chinese, otherwise one space."""
    words = page.split()
    parts = words[:1]
    for word in words[1:]:
        if not closes_up(parts[-1][-1]) and not closes_up(word[0]):
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


@lru_cache(maxsize=4096)
def closes_up(character: str) -> bool:
    """Tell whether blanks beside a character are dropped."""
    return bool(_CLOSES_UP.match(character))


# ── numbers and dates ────────────────────────────────────────────────────────────────────────────────────
_YEAR, _MONTH, _DAY = "(?:19|20)[0-9]{2}", "0?[1-9]|1[0-2]", "0?[1-9]|[12][0-9]|3[01]"
_HAN_DIGITS: Final = dict(zip("〇零○o一二三四五六七八九", "0000123456789", strict=True))
_ONE_TO_NINE = "一二三四五六七八九"
_HAN_NUMBERS: Final = {
    f"{tens}{unit}": 10 * ten + one
    for ten, tens in enumerate(("", "十", "二十", "三十"))
    for one, unit in enumerate(("", *_ONE_TO_NINE))
    if ten or one
}
NUMBERS: Final = re.compile(
    "|".join(
        (
            rf"(?<![0-9.\-/])(?P<year>{_YEAR})(?P<parted>[-/.])(?P<month>{_MONTH})(?P=parted)(?P<day>{_DAY})(?![0-9]|[-/.][0-9])",
            rf"(?<![0-9.\-/])(?P<year_only>{_YEAR})[-/](?P<month_of_year>{_MONTH})(?![0-9号]|[-/.][0-9])",
            r"(?<![0-9])(?<![0-9]{6}[ -])(?P<run>(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])",
            r"(?P<han_year>[〇零○o0-9一二三四五六七八九]{4})(?=年)(?<![0-9]{4})",
            rf"(?<![{_ONE_TO_NINE}十0-9])(?P<han_number>[{_ONE_TO_NINE}]?十[{_ONE_TO_NINE}]?|[{_ONE_TO_NINE}])(?=[月日])",
            r"(?<![0-9])0(?P<padded>[1-9])(?=[月日])",
            r"\((?P<area>0[0-9]{2,3})\)-?(?=[0-9]{7})",
            r"(?<=[0-9])(?P<join>[ ,-])(?=[0-9])",
        )
    )
)
"""What of numbers and dates has another form; dates first, for the hyphens of a date join nothing."""


STRETCH: Final = re.compile(
    f"[-0-9./(〇零○{_ONE_TO_NINE}十](?:[-0-9 ,./()年月日号〇零○o{_ONE_TO_NINE}十]*[-0-9./()年月日号〇零○o{_ONE_TO_NINE}十])"
)
"""Where there may be any; beyond its ends stands nothing that ``NUMBERS`` looks at."""


_SHORTEST_DATE: Final = 8
"""Digits alone that have another form; fewer are most of what there is."""


def stretch(match: re.Match[str]) -> str:
    """Return the normal form of a stretch of numbers, in which blanks are in theirs."""
    found = match[0]
    if (len(found) < _SHORTEST_DATE and found.isdigit()) or not NUMBERS.search(found):
        return found
    while (changed := spaced(NUMBERS.sub(number, found))) != found:
        found = changed
    return found


def number(match: re.Match[str]) -> str:
    """Return the normal form of a number or date as it is printed."""
    found, kind = match[0], match.lastgroup
    match kind:
        case "join":
            return ""
        case "day":
            return f"{match['year']}年{int(match['month'])}月{int(match['day'])}日"
        case "month_of_year":
            return f"{match['year_only']}年{int(match['month_of_year'])}月"
        case "run":
            return f"{found[:4]}年{int(found[4:6])}月{int(found[6:])}日"
        case "han_year":
            return "".join(_HAN_DIGITS.get(c, c) for c in found)
        case "han_number":
            return str(_HAN_NUMBERS.get(found, found))
        case _:
            return match[str(kind)]


def fragment(text: str) -> str:
    """Return the normal form of what is asked for: what parts numbers at its ends is nothing to be found."""
    return re.sub(r"(?<=[0-9])[-,. ]+$|^[-,. ]+(?=[0-9])", "", flowing(normal(text)).strip())


# ── grams ────────────────────────────────────────────────────────────────────────────────────────────────
def grams(text: str) -> set[str]:
    """Return the grams of normal text, one for each position of each run and each joint; runs go on over page breaks."""
    found: set[str] = set()
    before = ""
    for han, other in RUN.findall(flowing(text)):
        run = han or other
        if before:
            found.add(joint(before, run[0]))
        before = run[-1]
        if han:
            found.update(map(add, han, han[1:]))
            found.add(before)
        else:
            found.update([other[i : i + OTHER_GRAM] for i in range(len(other))])
    return found


def joint(end: str, start: str) -> str:
    """Return the gram of the place where a run that ends with one character is followed by one that starts with another."""
    return chr(JOINT + (ord(end) * JOINT_STEP + ord(start)) % JOINTS)


def needed(fragment: str) -> tuple[tuple[str, bool], ...]:
    """Return the grams that stand wherever the fragment stands.

    Returns:
        Pairs ``(gram, whole)``; when not ``whole`` any gram that begins so will do. Empty when the fragment holds
        no letter, digit or Chinese character at all.
    """
    pairs: list[tuple[str, bool]] = []
    before = ""
    for match in RUN.finditer(fragment):
        run, size = match[0], HAN_GRAM if match[1] else OTHER_GRAM
        if before:
            pairs.append((joint(before, run[0]), True))
        before = run[-1]
        pairs.extend((run[i : i + size], True) for i in range(len(run) - size + 1))
        if match.end() < len(fragment):  # what ends in the fragment ends in the text, and its end is a gram
            pairs.append((run[1 - size :], True))
        elif len(run) < size:
            pairs.append((run, False))
    return tuple(dict.fromkeys(pairs))


def is_one_gram(fragment: str) -> bool:
    """Tell whether the fragment is itself a gram or the beginning of one: then the index alone is exact."""
    match = RUN.fullmatch(fragment)
    return bool(match) and len(fragment) <= (HAN_GRAM if match and match[1] else OTHER_GRAM)


def after_prefix(prefix: str) -> str:
    """Return the string that sorts after everything beginning with the prefix."""
    return prefix + _PREFIX_END


# ── ID numbers and case numbers ──────────────────────────────────────────────────────────────────────────
_PARTED_ID = re.compile("(?<![0-9A-Z])(?=([1-9](?:[ -]?[0-9]){16}[ -]?[0-9X])(?![0-9A-Z]))")
"""Looks ahead only: groups of an account or a telephone before a number must not take its first groups away from it."""
_WHOLE_ID: Final = 18
_OLD_IN_TEXT = re.compile("(?<![0-9A-Z])[1-9][0-9]{14}(?![0-9A-Z])")


_OF_NUMBERS: Final = bytes(chr(byte) in " -" or (byte < 128 and chr(byte).isalnum()) for byte in range(256))
"""Takes the bytes of which any of them are made to 1, all others to 0."""
_SHORTEST: Final = b"\1" * 15


def id_key(number: str) -> str:
    """Return an ID number as people are found by it: one of fifteen digits is the one of today that comes from it."""
    if OLD_ID.fullmatch(number):
        try:
            return modern_id(number)
        except InvalidValue:
            return number
    return number


def mentions(text: str) -> set[tuple[str, int]]:
    """Return the ID numbers and case numbers on the pages of folded text, as ``(key, page)``; pages from 1."""
    found: set[tuple[str, int]] = set()
    for page, words in enumerate(text.split(PAGE_BREAK), 1):
        for some in _may_be_numbers(words.upper()):
            found.update((m, page) for m in ID_IN_TEXT.findall(some))
            found.update((m, page) for m in CASE_NO_IN_TEXT.findall(some))
            for m in _PARTED_ID.findall(some):
                if len(m) > _WHOLE_ID and is_id(m):  # one in one piece was found before
                    found.add((re.sub("[ -]", "", m), page))
            found.update((key, page) for m in _OLD_IN_TEXT.findall(some) if (key := id_key(m)) != m)
    return found


def _may_be_numbers(page: str) -> Iterator[str]:
    """Yield where a page in capitals may have any of them, each with the character after it."""
    marks = page.encode("ascii", "replace").translate(_OF_NUMBERS)
    end = 0
    while (start := marks.find(_SHORTEST, end)) >= 0:
        end = marks.find(b"\0", start)
        if end < 0:
            end = len(marks)
        yield page[start : end + 1]


def join_facts(values: Iterable[str]) -> str:
    """Return the facts of a case as one normal text; no fragment reaches from one fact into the next."""
    return FACT_BREAK.join(filter(None, (normal(v.replace(PAGE_BREAK, " ")) for v in values)))
