"""How a page of a paper looks, so that a scan of it is recognised: its heading, the words that must and must not stand on it.

Written as ``looks = [{ … }, …]`` in the ``.toml`` of a type; ``ingest.matching.page_type`` weighs a page against them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archivist.declarations.forms import Words

EITHER: Final = "|"
"""Between words of which one will do."""
DIGIT: Final = "#"
"""Stands for a digit: ``公民身份号码#`` is the caption with a number right behind it."""
FOOT: Final = "落款"
"""Among the captions of ``dated``: the date that stands by itself at the end of the paper."""


@dataclass(frozen=True, slots=True)
class PageLook:
    """One of the ways in which a page of some type looks. Blanks, width and case of letters do not count.

    Attributes:
        page: which page of the paper it is, such as ``正面``; empty where it does not matter.
        titles: its heading is one of these; without any, the page is recognised by ``words`` alone.
        words: must stand on the page; ``a|b``: either; ``#``: a digit.
        least: so many of ``words`` are enough; 0: all of them.
        hints: make it surer; half of them make it as sure as it gets.
        never: none of these stands on the page.
        chars: it has no more characters than this; 0: any number.
    """

    page: str = ""
    titles: tuple[Words, ...] = ()
    words: tuple[Words, ...] = ()
    least: int = 0
    hints: tuple[Words, ...] = ()
    never: tuple[Words, ...] = ()
    chars: int = 0

    @property
    def enough(self) -> int:
        """How many of ``words`` must be there."""
        return self.least or len(self.words)


def look_faults(looks: Sequence[object]) -> list[str]:
    """Return what looks, as TOML gives them, say that nothing could be recognised by."""
    faults = []
    for number, look in enumerate(looks, 1):
        if not isinstance(look, dict):
            continue  # told by the reader
        words, least = look.get("words", ()), look.get("least", 0)
        if not look.get("titles") and not words:
            faults.append(f"looks 第 {number} 项既无 titles 也无 words，认不出任何一页")
        if any(EITHER in str(word) for word in look.get("never", ())):
            faults.append(f"looks 第 {number} 项 never 里不写“{EITHER}”，逐个列出")
        if isinstance(least, int) and isinstance(words, list) and not 0 <= least <= len(words):
            faults.append(f"looks 第 {number} 项 least 是 {least}，words 只有 {len(words)} 个")
    return faults
