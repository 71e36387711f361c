"""Whether the text layer of a page can be what is printed there: cheap signs only, for pages in Chinese."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SHORTEST: Final = 4
"""Fewer letters in a line tell nothing."""
_STRANGE_SHARE: Final = 0.2
_RARE_SHARE: Final = 0.3
"""In Chinese text one character in thirty is rare; in bytes of another encoding every second one."""
_COMMON_LEAD: Final = 0xD7
"""GB/T 2312 holds the 3,755 common characters in the rows up to that lead byte, the others behind."""
_HAN: Final = re.compile(r"[㐀-鿿豈-﫿]")
_ELSEWHERE: Final = re.compile(r"[\u0080-\u02ff\u0370-\u052f]")
"""Accented Latin, Greek, Cyrillic: what bytes of another encoding look like."""
_WORD: Final = re.compile(r"[A-Za-z]+")
_ADDRESS: Final = re.compile(r"\S*(?:[/@]|\w\.\w)\S*")
_DIGEST: Final = re.compile(r"\b[0-9a-fA-F]{16,}\b")
_USUAL: Final = frozenset("aeinotrslAEINOTRSL")
_USUAL_SHARE: Final = 0.45
"""These nine letters make up 60 % and more of English and of pinyin, and a third of chance."""
_RARE_FROM: Final = 8
"""Fewer Han characters may all be rare: a name."""
_CASE_CHANGE: Final = re.compile(r"[a-z][A-Z]")


def rubbish_share(text: str) -> float:
    """Return the share (0.0–1.0) of characters that stand in lines which nobody wrote.

    Such lines come of fonts without a map, of bytes read in a wrong encoding, and of recognition in a wrong language.
    """
    sizes = [(sum(not char.isspace() for char in line), _is_rubbish(line)) for line in text.splitlines()]
    whole = sum(size for size, _ in sizes)
    return sum(size for size, rubbish in sizes if rubbish) / whole if whole else 0.0


def _is_rubbish(line: str) -> bool:
    letters = [char for char in line if unicodedata.category(char)[0] in "LC" or char == "\ufffd"]
    if len(letters) < _SHORTEST:
        return False
    if sum(map(_is_strange, letters)) > _STRANGE_SHARE * len(letters):
        return True
    han = _HAN.findall(line)
    if len(han) >= _RARE_FROM:
        return sum(map(_is_rare, han)) > _RARE_SHARE * len(han)
    return len(han) * 4 < len(letters) and not _reads_like_words(line)


def _is_strange(char: str) -> bool:
    """Tell whether a character has no business in Chinese or English text; scripts of the minorities have."""
    if char == "\ufffd" or unicodedata.category(char)[0] == "C":
        return True
    return bool(_ELSEWHERE.match(char)) and not unicodedata.normalize("NFKC", char).isascii()


def _is_rare(char: str) -> bool:
    raw = char.encode("gb2312", "ignore")
    return not raw or raw[0] > _COMMON_LEAD


def _reads_like_words(line: str) -> bool:
    plain = _DIGEST.sub(" ", _ADDRESS.sub(" ", line))
    if sum(char.isdigit() for char in plain) >= sum(char.isalpha() for char in plain):
        return True  # numbers of papers, of accounts
    words = _WORD.findall(plain)
    letters = "".join(word for word in words if len(word) > 1)
    if len(letters) < 2 * _SHORTEST:
        # Codes and units, which are no words, are short.
        return len(words) <= 3
    if letters.isupper() and any(char.isdigit() for char in line):
        return True
    usual = sum(char in _USUAL for char in letters)
    return usual >= _USUAL_SHARE * len(letters) and len(_CASE_CHANGE.findall(line)) <= len(words) / 4
