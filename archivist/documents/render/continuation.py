"""续页: a text too long for its box is found while the document is made, cut there, and goes on on a page of its own.

A box is a cell of a table. It may grow with its text by half its height, a low one to 40 mm; a row of exact height does
not grow (``cells`` reads what each holds).
"""

from __future__ import annotations

import contextvars
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_BREAKS: Final = ("。；！？\n", "，、：,; ")
"""Where a text is best cut: after a sentence, else after a part of one."""
_LOOK_BACK: Final = 4
"""A fourth of what fits may be given up for a better place."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What did not fit: the name of its box, the rest of its text."""

    caption: str
    text: str


REST: contextvars.ContextVar[list[Rest] | None] = contextvars.ContextVar("rest", default=None)
"""Where what does not fit is kept while a template is rendered."""


# ── while the document is made ───────────────────────────────────────────────────────────────────────────
def fit(value: object, width: float, lines: int, caption: str, row: int = 0) -> object:
    """Return what a box holds of a value; the filter every value in a box is printed through.

    Args:
        value: a text, or a list with one item on a line; all else is returned as it is.
        width: of the box, in characters of its type.
        lines: it holds.
        caption: its name.
        row: of its list, from 1; 0 when it stands in none.
    """
    rest = REST.get()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = "\n".join(value)
    if rest is None or not isinstance(value, str) or (len(value) * 2 <= width * lines and "\n" not in value):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if _lines(text, width, lines + 1)[1] <= lines:
        return value
    mark = f"（下接续页第{len(rest) + 1}项）"
    at = _cut(text, max(1, _lines(text, width, lines)[0] - len(mark) - 1))
    rest.append(Rest(f"{caption}（第{row}行）" if row else caption, text[at:].lstrip("\n")))
    return text[:at].rstrip("\n") + mark


_UNIT: Final = re.compile(r"[0-9A-Za-z.,]+|.", re.DOTALL)
"""What is not broken at a line's end: a character, or a word or number."""


def _lines(text: str, width: float, most: int) -> tuple[int, int]:
    """Return how many characters stand on the first ``most`` lines, and how many lines there are, ``most`` at most."""
    line, used = 1, 0.0
    for unit, at in _units(text, width):
        size = width_of(unit)
        if unit == "\n" or (used and used + size > width):
            line, used = line + 1, 0.0
            if line > most:
                return at, most
        used += size
    return len(text), line


def _units(text: str, width: float) -> Iterator[tuple[str, int]]:
    for match in _UNIT.finditer(text):
        whole = len(match[0]) == 1 or width_of(match[0]) <= width
        for n, unit in enumerate([match[0]] if whole else match[0]):
            yield unit, match.start() + n


def width_of(text: str) -> float:
    """Return how wide a text is, in Chinese characters; a digit or letter is half of one, a mark over another none."""
    return sum(
        0.0 if c == "\n" or unicodedata.combining(c) else 1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5
        for c in text
    )  # fmt: skip


def _cut(text: str, at: int) -> int:
    """Return where to cut, at most ``at``: after a sentence, else a part of one, never within a number or a sign."""
    for ends in _BREAKS:
        found = max(text.rfind(end, at - at // _LOOK_BACK, at) for end in ends) + 1
        if found > 0:
            return found
    return next((n for n in range(at, at - at // _LOOK_BACK, -1) if not _glued(text[n - 1], text[n])), at)


def _glued(before: str, after: str) -> bool:
    """Tell whether two characters belong together: of a number or word, accents, emoji made of several signs."""
    if before.isascii() and before.isalnum():
        return after.isascii() and after.isalnum()
    return (
        unicodedata.category(after) in ("Mn", "Me", "Cf")
        or unicodedata.category(before) == "Cf"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────
def page(rests: Sequence[Rest], title: str, number: str) -> str:
    """Return the page as paragraphs for the end of a document, before the properties of its last section.

    Args:
        rests: what did not fit; their texts as the template prints them, not yet escaped.
        title: of the document.
        number: what tells a loose sheet's document: the code, else the case number; may be empty.
    """
    named = f"本页与{number}正文一并有效" if number else "本页与正文一并有效"
    parts = [
        _paragraph(f"《{title}》续页", 18, before=True, keep=True, align="center", font="黑体", line=30),
        _paragraph(f"{named}，共{len(rests)}项", 10.5, keep=True, align="center", line=20),
    ]
    for n, rest in enumerate(rests, 1):
        parts.append(_paragraph(f"第{n}项（上接正文）　{rest.caption}", 12, keep=True, font="黑体", line=24))
        parts += [_paragraph(line, 12, indent=True, line=20) for line in re.split(r"[\n\a]", rest.text)]
    parts.append(_paragraph("续页签章：　　　　　　　　　　　　　年　　月　　日", 12, align="right", line=40))
    return "".join(parts)


def _paragraph(
    text: str,
    pt: float,
    *,
    line: float,
    before: bool = False,
    keep: bool = False,
    align: str = "both",
    indent: bool = False,
    font: str = "仿宋_GB2312",
) -> str:
    """Return a paragraph that says itself how it looks: a clerk's template need not have our styles."""
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}" w:eastAsia="{font}"/>'
    size = f'<w:sz w:val="{round(pt * 2)}"/><w:szCs w:val="{round(pt * 2)}"/>'
    properties = (
        ("<w:keepNext/>" if keep else "")
        + ("<w:pageBreakBefore/>" if before else "")
        + f'<w:spacing w:before="0" w:after="0" w:line="{round(line * 20)}" w:lineRule="exact"/>'
        + f'<w:ind w:left="0" w:right="0" w:firstLine="{round(pt * 40) if indent else 0}"/><w:jc w:val="{align}"/>'
    )
    return (
        f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{fonts}{size}</w:rPr>"
        f'<w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r></w:p>'
    )
