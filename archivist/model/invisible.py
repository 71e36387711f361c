"""Characters nobody sees: marks of no width, of writing direction, soft hyphens, blanks that do not break.

They come along from web pages, chats and workbooks; two names that look the same would be different ones. They are taken
out of every value, and whoever typed it is told. Selectors of a form of a character (U+FE00–FE0F, U+E0100–E01EF) stay:
they belong to the character.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

_NOTHING: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0001-\U000e007f"
)
"""Characters of no width and no meaning in Chinese; source: Unicode, Default_Ignorable_Code_Point, without the selectors."""
_BLANKS: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800"
"""Blanks that look like an ordinary one, which they become; U+3000 is an ordinary one of Chinese text."""
_LINE_ENDS: Final = "\u2028\u2029"
_INVISIBLE: Final = re.compile(f"[{_NOTHING}{_BLANKS}{_LINE_ENDS}]")
_BLANK: Final = re.compile(f"[{_BLANKS}]")
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "\u00a0": "不间断空格",
        "\u00ad": "软连字符",
        "\u200b": "零宽空格",
        "\u200c": "零宽不连字",
        "\u200d": "零宽连字",
        "\u200e": "从左到右标记",
        "\u200f": "从右到左标记",
        "\u2060": "零宽连词",
        "\ufeff": "字节序标记",
    }
)


def without_invisible(text: str) -> str:
    """Return a text without what nobody sees; blanks and line ends of other kinds become ordinary ones."""
    if _INVISIBLE.search(text) is None:
        return text
    return _INVISIBLE.sub(lambda m: _instead(m[0]), text)


def _instead(char: str) -> str:
    if char in _LINE_ENDS:
        return "\n"
    return " " if _BLANK.match(char) else ""


def invisible_in(text: str) -> tuple[str, ...]:
    """Return what nobody sees in a text, in words, each kind once: ``U+200B 零宽空格 2 个``."""
    counts = Counter(_INVISIBLE.findall(text))
    return tuple(
        " ".join(filter(None, (f"U+{ord(char):04X}", _NAMES.get(char, ""), f"{n} 个")))
        for char, n in counts.items()
    )


def invisible_notices(raw: object, label: str = "") -> list[str]:
    """Return a sentence for every text in what was typed or read in which there is something nobody sees.

    Args:
        raw: a text, or groups, rows and cells of any depth; other values are passed over.
        label: how people call it.
    """
    if isinstance(raw, str):
        found = "、".join(invisible_in(raw))
        return [f"{label or '所填内容'}里有看不见的字符（{found}），已经去掉"] if found else []
    if isinstance(raw, Mapping):
        inner: Iterable[tuple[str, object]] = ((str(key), value) for key, value in raw.items())
        named = (
            (key, value, "·".join(filter(None, (label, without_invisible(key))))) for key, value in inner
        )
        return [
            line
            for key, value, name in named
            for line in (*_in_key(key, name), *invisible_notices(value, name))
        ]
    if isinstance(raw, list | tuple):
        return [
            line
            for n, value in enumerate(raw, 1)
            for line in invisible_notices(value, f"{label}第 {n} 行" if isinstance(value, Mapping) else label)
        ]
    return []


def _in_key(key: str, label: str) -> list[str]:
    found = "、".join(invisible_in(key))
    return [f"“{label}”这一项的名称里有看不见的字符（{found}），已经去掉"] if found else []
