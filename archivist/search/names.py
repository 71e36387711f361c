"""Names as they are compared, and every way they are typed: pinyin, initials, both mixed, with Chinese between them."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import Final

from archivist.search.text import HAN, folded

_ONE_HAN = re.compile(f"[{HAN}]")
_READINGS_LIMIT = 64
_SHORT: Final = 4
"""The pinyin of names of so many characters is in the index in every mixture; of longer ones it is compared when asked."""
_ALSO_READ = {"黑": ("he",), "万": ("mo",), "冼": ("xian",), "员": ("yun",), "逄": ("pang",), "折": ("she",)}


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """Return a name as it is compared: each character in its normal form, without dots and blanks."""
    return _without_dots(name)


def name_keys(names: Iterable[str]) -> list[str]:
    """Return the ``name_key`` of each of many names."""
    together = "\0".join(names)
    return _without_dots(together).split("\0") if together else []


def _without_dots(names: str) -> str:
    return re.sub(r"[\s·.]", "", folded(names))


def endings(key: str) -> set[str]:
    """Return every ending of a key: what begins an ending stands within the key."""
    return {key[i:] for i in range(len(key))}


def as_typed(pinyin: str) -> str:
    """Return pinyin as it is compared: without tones, blanks and apostrophes, ü as v."""
    return re.sub("[\\s'’-]", "", pinyin.casefold().replace("ü", "v").replace("u:", "v"))


@lru_cache(maxsize=8192)
def readings(char: str) -> tuple[str, ...]:
    """Return the toneless readings of one character, the usual one first; a letter reads as itself.

    ü is v, yu or u, as keyboards and passports have it.
    """
    if not _ONE_HAN.match(char):
        return (char,) if char.isalnum() else ()
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # none is asked for, and they take most of the time
    from pypinyin import Style, pinyin

    read = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
    plain = [r for r in (*(read[0] if read else ()), *_ALSO_READ.get(char, ())) if r.isascii()]
    also = [r.replace("v", other) for r in plain if "v" in r for other in ("yu", "u")]
    return tuple(dict.fromkeys([*plain, *also]))


def spoken(name: str) -> str:
    """Return a name with its readings, as ``spelt`` reads them: ``王秀兰 wang xiu lan``, several readings with ``/``."""
    chars = [(c, r) for c in name_key(name) if (r := readings(c))]
    return " ".join(["".join(c for c, _ in chars), *("/".join(r) for _, r in chars)])


def is_long(name: str) -> bool:
    """Tell whether a name's mixtures of pinyin and initials are too many for the index."""
    return len(name_key(name)) > _SHORT


def pinyin_keys(name: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return a name's pinyin and initials in every reading of every character (单 dan, shan, chan); see ``sounds_of``."""
    return sounds_of(name_key(name), spoken(name))


@lru_cache(maxsize=1024)
def sounds_of(key: str, spoken: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the pinyin and the initials of a name.

    Args:
        key: as ``name_key`` gives it.
        spoken: as ``spoken`` gives it.

    Returns:
        What is typed for part of it: whatever begins one of these (of names up to four characters: each syllable whole or
        by its initial; longer names are compared by ``spelt``); the pinyin of the whole name, of names with more than
        64 combinations in the usual reading of all but the first character; its initials.
    """
    options = [tuple(sound.split("/")) for sound in spoken.split(" ")[1:]]
    parts: set[str] = set()
    if not is_long(key):
        for start in range(len(options)):
            *before, last = options[start:]
            mixed = [dict.fromkeys([*syllables, *(s[0] for s in syllables)]) for syllables in before]
            parts.update(map("".join, product(*mixed, last)))
    if math.prod(map(len, options)) > _READINGS_LIMIT:
        options = [options[0], *(one[:1] for one in options[1:])]
    whole = frozenset(map("".join, product(*options))) if options else frozenset[str]()
    initials = {"".join(s[0] for s in syllables) for syllables in product(*options)} - {""}
    return frozenset(parts), whole, frozenset(initials)


def spelt(typed: str, name: str) -> bool:
    """Tell whether part of a name may be typed so: each character as it is, by its pinyin or by its initial.

    Args:
        typed: letters and Chinese; the last syllable may be cut short.
        name: as ``spoken`` gives it.
    """
    chars, *sounds = name.split(" ")
    options = [(c, *sound.split("/")) for c, sound in zip(chars, sounds, strict=True)]
    return any(_goes_on(typed, options[start:]) for start in range(len(options)))


def spelt_like(pattern: str, name: str) -> bool:
    """Tell whether part of a name may be typed in pinyin so, with ``?`` for one letter and ``*`` for any number of them.

    Args:
        pattern: letters and wildcards; the last syllable may be cut short.
        name: as ``spoken`` gives it.
    """
    _, *sounds = name.split(" ")
    options = [sound.split("/") for sound in sounds]
    return any(_goes_on_like(pattern, options[start:]) for start in range(len(options)))


def _goes_on_like(pattern: str, options: Sequence[Sequence[str]]) -> bool:
    reached = _passing_over(pattern, {0})
    for syllables in options:
        after: set[int] = set()
        for piece in {*syllables, *(syllable[0] for syllable in syllables)}:
            ends = reached
            for letter in piece:
                ends = _passing_over(
                    pattern,
                    {
                        at + (pattern[at] != "*")
                        for at in ends
                        if at < len(pattern) and pattern[at] in f"*?{letter}"
                    },
                )
                if len(pattern) in ends:
                    return True
            after |= ends
        reached = after
    return False


def _passing_over(pattern: str, places: set[int]) -> set[int]:
    """Return the places of a pattern with those behind each ``*``, which may stand for nothing."""
    found = set(places)
    for at in places:
        while pattern[at : at + 1] == "*":
            at += 1
            found.add(at)
    return found


def _goes_on(typed: str, options: Sequence[tuple[str, ...]]) -> bool:
    ends = {0}
    for char, *sounds in options:
        if any(sound.startswith(typed[at:]) for at in ends for sound in (char, *sounds)):
            return True
        ends = {
            at + len(piece)
            for at in ends
            for piece in {char, *sounds, *(sound[0] for sound in sounds)}
            if typed.startswith(piece, at)
        }
    return len(typed) in ends
