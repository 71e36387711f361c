"""One normal form for what is written and what is asked, and the grams by which it is found.

A search is a substring search over the normal form. The index only has to name every place where the substring
*may* stand: each position of a run of characters yields one gram (two characters of Chinese, three of anything
else, fewer at the end of the run), so a fragment is found by the grams it must contain, and a fragment shorter
than a gram by the grams that begin with it.
"""

from __future__ import annotations

import math
import os
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from operator import add
from typing import Final

from archivist.model.ids import CASE_NO_IN_TEXT, ID_IN_TEXT
from archivist.search.variants import SIMPLIFIED

ANALYSER: Final = 1
"""Raised by one whenever ``normal``, ``grams`` or the name keys change: an index of another number is remade."""

PAGE_BREAK: Final = "\f"
FACT_BREAK: Final = "\x1f"
"""Between the facts of a case: no fragment of a query can hold it."""
HAN: Final = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(f"([{HAN}]+)|([^\\W_{HAN}]+)")
_ONE_HAN = re.compile(f"[{HAN}]")
_WIDE = HAN + "\u3000-\u303f\uff00-\uffef·"
_CLOSES_UP = re.compile(f"[{_WIDE}\f]?")
_BLANKS = re.compile(r"[^\S\f]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_FOLDED = SIMPLIFIED | dict.fromkeys(map(ord, "\u2022\u2027\u30fb\u22c5\u2219\u2e31\u0387"), "·")
_FOLDABLE = re.compile("[" + "".join(map(chr, _FOLDED)) + "]")

HAN_GRAM, OTHER_GRAM = 2, 3
_PREFIX_END = "\U0010ffff"


def normal(text: str) -> str:
    """Return the form in which text is stored and compared; idempotent.

    NFKC, case folded, traditional forms simplified, the dots of names unified, invisible characters dropped,
    blanks beside Chinese removed (scanners put them in), other blanks one space. Form feeds keep parting pages.
    """
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    if not unicodedata.is_normalized("NFKC", folded):
        folded = unicodedata.normalize("NFKC", folded)
    return _BLANKS.sub(_blank, _FOLDABLE.sub(lambda m: _FOLDED[ord(m[0])], folded))


def _blank(match: re.Match[str]) -> str:
    """Return what becomes of blanks: nothing at the ends of a page and beside Chinese, otherwise one space."""
    before, after = (
        match.string[max(match.start() - 1, 0) : match.start()],
        match.string[match.end() : match.end() + 1],
    )
    return "" if _CLOSES_UP.fullmatch(before) or _CLOSES_UP.fullmatch(after) else " "


def grams(text: str) -> set[str]:
    """Return the grams of normal text, one for each position of each run."""
    found: set[str] = set()
    for han, other in _RUN.findall(text):
        if han:
            found.update(map(add, han, han[1:]))
            found.add(han[-1])
        else:
            found.update([other[i : i + OTHER_GRAM] for i in range(len(other))])
    return found


def needed(fragment: str) -> tuple[tuple[str, bool], ...]:
    """Return the grams that stand wherever the fragment stands.

    Returns:
        Pairs ``(gram, whole)``; when not ``whole`` any gram that begins so will do. Empty when the fragment holds
        no letter, digit or Chinese character at all.
    """
    pairs: list[tuple[str, bool]] = []
    for han, other in _RUN.findall(fragment):
        run, size = (han, HAN_GRAM) if han else (other, OTHER_GRAM)
        if len(run) < size:
            pairs.append((run, False))
        pairs.extend((run[i : i + size], True) for i in range(len(run) - size + 1))
    return tuple(dict.fromkeys(pairs))


def is_one_gram(fragment: str) -> bool:
    """Tell whether the fragment is itself a gram or the beginning of one: then the index alone is exact."""
    match = _RUN.fullmatch(fragment)
    return bool(match) and len(fragment) <= (HAN_GRAM if match and match[1] else OTHER_GRAM)


def after_prefix(prefix: str) -> str:
    """Return the string that sorts after everything beginning with the prefix."""
    return prefix + _PREFIX_END


def mentions(text: str) -> set[tuple[str, int]]:
    """Return the ID numbers and case numbers on the pages of normal text, as ``(key, page)``; pages from 1."""
    found: set[tuple[str, int]] = set()
    for page, words in enumerate(text.split(PAGE_BREAK), 1):
        upper = words.upper()
        found.update((m, page) for m in ID_IN_TEXT.findall(upper))
        found.update((m, page) for m in CASE_NO_IN_TEXT.findall(upper))
    return found


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────
_READINGS_LIMIT = 64
_ALSO_READ = {"黑": ("he",), "万": ("mo",), "冼": ("xian",), "员": ("yun",), "逄": ("pang",), "折": ("she",)}


def name_key(name: str) -> str:
    """Return a name as it is compared: normal form without dots and blanks."""
    return re.sub(r"[\s·.]", "", normal(name))


def name_keys(names: Iterable[str]) -> list[str]:
    """Return the ``name_key`` of each of many names."""
    together = "\0".join(names)
    return name_key(together).split("\0") if together else []


def endings(key: str) -> set[str]:
    """Return every ending of a key: what begins an ending stands within the key."""
    return {key[i:] for i in range(len(key))}


@lru_cache(maxsize=8192)
def _readings(char: str) -> tuple[str, ...]:
    """Return the toneless readings of one character, the usual one first; a letter reads as itself."""
    if not _ONE_HAN.match(char):
        return (char,) if char.isalnum() else ()
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # none is asked for, and they take most of the time
    from pypinyin import Style, pinyin

    read = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
    plain = [r for r in (*(read[0] if read else ()), *_ALSO_READ.get(char, ())) if r.isascii()]
    also = [r.replace("v", "yu") for r in plain if "v" in r]
    return tuple(dict.fromkeys([*plain, *also]))


def pinyin_keys(name: str) -> tuple[set[str], set[str], set[str]]:
    """Return a name's pinyin and initials in every reading of every character (单 dan, shan, chan).

    Names with more than 64 combinations keep every reading of the first character and the usual one of the rest.

    Returns:
        The pinyin of the name and of each of its endings; that of the whole name; its initials.
    """
    options = [r for c in name_key(name) if (r := _readings(c))]
    if math.prod(map(len, options)) > _READINGS_LIMIT:
        options = [options[0], *(readings[:1] for readings in options[1:])]
    parts: set[str] = set()
    for start in range(len(options)):
        parts.update(map("".join, product(*options[start:])))
    whole = set(map("".join, product(*options))) if options else set()
    return parts, whole, {"".join(s[0] for s in syllables) for syllables in product(*options)} - {""}


def join_facts(values: Iterable[str]) -> str:
    """Return the facts of a case as one normal text; no fragment reaches from one fact into the next."""
    return FACT_BREAK.join(filter(None, (normal(v).replace(PAGE_BREAK, " ") for v in values)))
