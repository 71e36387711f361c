"""Plain text in the encodings that offices use."""

from __future__ import annotations

import codecs
from typing import Final

_USUAL: Final = (("\u2000", "\u206f"), ("\u3000", "\u303f"), ("\u4e00", "\u9fff"), ("\uff00", "\uffef"))
"""Ranges of characters that a Chinese text is made of, beside ASCII."""


def decode_text(data: bytes, *, final: bool = True) -> str | None:
    """Decode plain text as offices write it: UTF-8, UTF-16 with its mark or plainly without, or GB 18030.

    Args:
        data: the bytes, or the first part of them.
        final: whether ``data`` is the whole text; otherwise a cut character at the end is forgiven.

    Returns:
        The text without its byte order mark, or None when it is in none of these encodings.
    """
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    unmarked = () if marked else _unmarked_utf_16(data)
    for encoding in ("utf-16",) if marked else (*unmarked, "utf-8-sig", "gb18030"):
        try:
            return codecs.getincrementaldecoder(encoding)().decode(data, final)
        except UnicodeDecodeError:
            continue
    return None


def _unmarked_utf_16(data: bytes) -> tuple[str, ...]:
    """Return which UTF-16 it is that lacks its mark: line ends and digits leave zeros on one side, letters are letters."""
    if b"\x00" not in data:
        return ()
    sides = data[0::2].count(0), data[1::2].count(0)
    if min(sides) or len(data) % 2:
        return ()
    encoding = "utf-16-le" if sides[1] else "utf-16-be"
    text = data.decode(encoding, "replace")
    usual = sum(c in "\t\r\n" or " " <= c <= "~" or any(a <= c <= b for a, b in _USUAL) for c in text)
    return (encoding,) if usual >= 0.9 * len(text) else ()
