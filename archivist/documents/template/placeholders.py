"""Places to be filled that are written in another way than ``{{ … }}`` and would be printed as they stand.

Braces of the Chinese keyboard, single ones, the marks of Word's mail merge, a field's name or caption in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from html import unescape
from typing import Final

__all__ = ["placeholders"]

_TEXT: Final = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_BRACES: Final = re.compile(r"[{}«»❴❵⦃⦄]|<<|>>|\[\[|\]\]")
_DOTTED: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.ASCII)
_OPEN, _CLOSE = r"[\[【〔<#%$@_]{1,2}\s*", r"\s*[\]】〕>#%$@_]{1,2}"
_BEFORE, _BEHIND = 6, 20
"""Characters before and after a brace that are told."""


def placeholders(sources: Iterable[str], paths: Collection[str], captions: Collection[str]) -> list[str]:
    """List what looks like a place to be filled and is printed as it stands, each in a line.

    Args:
        sources: the XML of each part that is printed, its tags in one piece.
        paths: of all fields there are.
        captions: Chinese names of the fields of the document.
    """
    named = re.compile(f"{_OPEN}({'|'.join(map(re.escape, captions))}){_CLOSE}") if captions else None
    told: list[str] = []
    for source in sources:
        for text in _texts(source):
            told += _told(unicodedata.normalize("NFKC", text), paths, named)
    return list(dict.fromkeys(told))


def _texts(source: str) -> Iterator[str]:
    """Yield what stands between the tags of each paragraph."""
    for paragraph in _TAG.sub("\n", source).split("</w:p>"):
        yield from unescape("".join(_TEXT.findall(paragraph))).split("\n")


def _told(text: str, paths: Collection[str], named: re.Pattern[str] | None) -> Iterator[str]:
    if brace := _BRACES.search(text):
        near = text[max(0, brace.start() - _BEFORE) : brace.end() + _BEHIND].strip()
        yield f"“{near}”会原样印在文书上：要填写的地方用半角的 {{{{ 字段 }}}}，其他地方不用花括号和 « »"
        return
    for path in _DOTTED.findall(text):
        if path in paths:
            yield f"字段名 {path} 会原样印在文书上：请写成 {{{{ {path} }}}}"
    if named and (found := named.search(text)):
        yield f"“{found[0]}”会原样印在文书上：要填写的地方用半角的 {{{{ 字段 }}}}"
