"""How a document that was found is shown: what matched, on which page, the words around. The same for every engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.search import query_tree as q
from archivist.search.catalogue import DocRow
from archivist.search.engine import Hit
from archivist.search.text import FACT_BREAK, PAGE_BREAK, name_key

SNIPPET: Final = 80
BEFORE: Final = 20


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a document was found.

    Attributes:
        asked: the leaves of the query that are asked for, not excluded.
        text: of the document, in normal form; may be empty when no word was asked of it.
        words: fragments of text that were asked for.
        household: the leaf by which a household was found, ``None`` for any other document.
        holds: tells whether a leaf holds for the document.
        page_of: returns the first page, from 1, on which a number stands that is mentioned in the document.
        people: returns part and name of everyone in the case, and whether it was this person that was asked for.
    """

    asked: Sequence[q.Leaf]
    text: str
    words: Sequence[str]
    household: q.Leaf | None
    holds: Callable[[q.Leaf], bool]
    page_of: Callable[[str], int]
    people: Callable[[q.PersonKey, str], Sequence[tuple[str, str, bool]]]


def shown(row: DocRow, why_found: Grounds) -> Hit:
    """Return a document as one line of the answer."""
    page: int | None = None
    snippet, why = "", "条件"
    marks: tuple[tuple[int, int], ...] = ()
    asked, text, words = why_found.asked, why_found.text, why_found.words
    mention = next((m for m in asked if isinstance(m, q.Mentioned) and why_found.holds(m)), None)
    if (found := why_found.household) is not None:
        why = found.by.value if isinstance(found, q.HasPerson) else "户号"
        snippet, marks = _people(found, why_found)
    elif word := next((w for w in words if w in text), ""):
        at = text.index(word)
        page = text.count(PAGE_BREAK, 0, at) + 1 if row.record else None
        snippet, marks = cut(text, at, words, PAGE_BREAK if row.record else FACT_BREAK)
        why = "正文" if row.record else "户档信息"
    elif mention is not None:
        page = why_found.page_of(mention.key) if row.record else None
        why = "户号" if "-" in mention.key else "证号"
    else:
        why = _household_why(why_found) or why
    return Hit(
        row.case, row.record, page, row.title, row.type, row.applicant, row.case.category, row.status,
        row.filed_at, snippet, marks, why,
    )  # fmt: skip


def _household_why(why_found: Grounds) -> str:
    """Say how the household was found, for a record that was found with it."""
    for leaf in why_found.asked:
        if isinstance(leaf, q.HasPerson | q.Numbered) and why_found.holds(leaf):
            return leaf.by.value if isinstance(leaf, q.HasPerson) else "户号"
    return ""


def _people(found: q.Leaf, why_found: Grounds) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return everyone in the household, the person asked for marked."""
    by, key = (found.by, found.key) if isinstance(found, q.HasPerson) else (q.PersonKey.NAME, "")
    snippet, marks = "", []
    for part, name, asked in why_found.people(by, key):
        snippet += f"{'；' if snippet else ''}{part} "
        if asked and key:
            at = name_key(name).find(key) if by is q.PersonKey.NAME and name_key(name) == name else -1
            start, length = (at, len(key)) if at >= 0 else (0, len(name))
            marks.append((len(snippet) + start, len(snippet) + start + length))
        snippet += name
    return snippet, tuple(marks)


def cut(text: str, at: int, words: Sequence[str], wall: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return up to 80 characters around ``at``, not beyond the walls, and where in them the words stand, merged."""
    low = text.rfind(wall, 0, at) + 1
    high = text.find(wall, at)
    start = max(low, at - BEFORE)
    snippet = text[start : min(high if high >= 0 else len(text), start + SNIPPET)]
    marks: list[tuple[int, int]] = []
    for word in words:
        found = snippet.find(word)
        while found >= 0:
            marks.append((found, found + len(word)))
            found = snippet.find(word, found + 1)
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(marks):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return snippet, tuple(merged)
