r"""Text that can be printed: nothing in it steers a terminal, hides, or turns the order of what is read.

Names of files, and whatever else comes from outside, may hold an escape sequence that a terminal obeys, a right-to-left
mark that shows ``exe.pdf`` for another ending, or a line break that forges a line of ours. Shown are ``\x1b``,
``\u202e``, ``\n`` instead. What is printed for programs (``--json``) keeps the exact text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_STEERING: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of controls, of invisible marks (the bidirectional ones are among them), of half characters and
of breaks. Private characters (Co), which old systems use for rare names, and selectors of variants are none."""


def visible(text: str) -> str:
    """Return a text with everything that steers a terminal written out; breaks of lines stay."""
    if text.isprintable():
        return text
    return "".join(c if c == "\n" else _shown(c) for c in text)


def on_one_line(name: str) -> str:
    """Return a name with everything that steers a terminal written out, breaks of lines too."""
    return name if name.isprintable() else visible(name).replace("\n", "\\n")


def harmless(text: str) -> str:
    """Return a text as long as it was, with a blank for everything that steers a terminal: places in it stay right."""
    return "".join(" " if unicodedata.category(c) in _STEERING else c for c in text)


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _STEERING:
        return char
    code = ord(char)
    if char in "\r\t":
        return {"\r": "\\r", "\t": " "}[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_NOT_ON_WINDOWS: Final = re.compile(r'[<>:"|?*\\/\x00-\x1f]')
_RESERVED: Final = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *", re.IGNORECASE)


def portable_name(name: str) -> str:
    """Return a file's name as every system takes it: what Windows forbids becomes ``_``, its reserved words begin with one.

    What is handed out is carried to other machines, so this is the same on all of them.
    """
    kept = _NOT_ON_WINDOWS.sub("_", name).rstrip(". ") or "_"
    return f"_{kept}" if _RESERVED.fullmatch(kept.partition(".")[0]) else kept
