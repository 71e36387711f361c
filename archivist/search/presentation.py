"""How a document that was found is shown: what matched, on which page, the words around. The same for every engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from archivist.search import query_tree as q
from archivist.search.catalogue import DocRow
from archivist.search.document_text import TextLeaf, about, body, pattern_of
from archivist.search.engine import Hit
from archivist.search.names import name_key
from archivist.search.text import FACT_BREAK, PAGE_BREAK, flowing, normal

Marks = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a document was found.

    Attributes:
        asked: the leaves of the query that are asked for, not excluded.
        text: of the document, in normal form; may be empty when no word was asked of it.
        written: the same as it stands.
        household: the leaf by which a household was found, ``None`` for any other document.
        holds: tells whether a leaf holds for the document.
        page_of: returns the first page, from 1, on which a number stands that is mentioned in the document.
        people: returns part and name of everyone in the case, and whether it was this person that was asked for.
    """

    asked: Sequence[q.Leaf]
    text: str
    written: str
    household: q.Leaf | None
    holds: Callable[[q.Leaf], bool]
    page_of: Callable[[str], int]
    people: Callable[[q.PersonKey, str], Sequence[tuple[str, str, bool]]]


def shown(row: DocRow, why_found: Grounds, rank: int) -> Hit:
    """Return a document as one line of the answer; ``rank`` as the answer is ordered."""
    page: int | None = None
    words, why = "", "条件"
    marks: Marks = ()
    mention = next((m for m in why_found.asked if isinstance(m, q.Mentioned) and why_found.holds(m)), None)
    if (found := why_found.household) is not None:
        why = found.by.value if isinstance(found, q.HasPerson) else "户号"
        words, marks = _people(found, why_found)
    elif why_found.written and (around := _words(row, why_found)):
        why, page, words, marks = around
    elif mention is not None:
        from archivist.search.alignment import snippet

        page = why_found.page_of(mention.key) if row.record else None
        why = "户号" if "-" in mention.key else "证号"
        if page and why_found.written:
            pages = body(why_found.written).split(PAGE_BREAK)
            plain = body(why_found.text).split(PAGE_BREAK)
            words, marks = snippet(
                pages[page - 1], [_in_text(mention.key)], plain="".join(plain[page - 1 : page])
            )
    elif not row.record and (of_category := _of_category(why_found)):
        why = "类别"
        words, marks = _people(of_category, why_found)
    else:
        why = _household_why(why_found) or why
    return Hit(
        row.case, row.record, page, row.title, row.type, row.applicant, row.case.category, row.status,
        row.filed_at, words, marks, why, rank,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _in_text(number: str) -> re.Pattern[str]:
    """Return what is looked for in normal text where a number is mentioned."""
    return re.compile(re.escape(normal(number)))


def _words(row: DocRow, why_found: Grounds) -> tuple[str, int | None, str, Marks] | None:
    """Return why a document was found by its text, the page, and the words around the first hit."""
    from archivist.search.alignment import place, snippet  # a question that shows no text does without

    leaves = [leaf for leaf in why_found.asked if isinstance(leaf, TextLeaf)]
    patterns = [pattern_of(leaf) for leaf in leaves]
    pages, written = body(why_found.text), body(why_found.written)
    if not row.record:
        for value, fact in zip(pages.split(FACT_BREAK), written.split(FACT_BREAK), strict=True):
            if any(pattern.search(value) for pattern in patterns):
                return "户档信息", None, *snippet(fact, patterns, plain=value)
        return None
    flow = flowing(pages)
    for leaf, pattern in zip(leaves, patterns, strict=True):
        if not isinstance(leaf, q.InAbout) and (hit := pattern.search(flow)):
            number, at = place(pages, hit.start())
            reach = (at, at + hit.end() - hit.start())
            shown = written.split(PAGE_BREAK)[number], patterns, reach, pages.split(PAGE_BREAK)[number]
            return "正文", number + 1, *snippet(*shown)
    for leaf, pattern in zip(leaves, patterns, strict=True):
        for which in [leaf.which] if isinstance(leaf, q.InAbout) else q.About:
            if not isinstance(leaf, q.InPages) and pattern.search(about(why_found.text, which)):
                return which.label, None, *snippet(about(why_found.written, which), patterns)
    return None


def _household_why(why_found: Grounds) -> str:
    """Say how the household was found, for a record that was found with it."""
    for leaf in why_found.asked:
        if isinstance(leaf, q.HasPerson | q.Numbered) and why_found.holds(leaf):
            return leaf.by.value if isinstance(leaf, q.HasPerson) else "户号"
    return ""


def _of_category(why_found: Grounds) -> q.Leaf | None:
    """Return the word by which a household's own entry was found for its category."""
    words = (leaf for leaf in why_found.asked if isinstance(leaf, q.OfCategory) and not leaf.records)
    return next((leaf for leaf in words if why_found.holds(leaf)), None)


def _people(found: q.Leaf, why_found: Grounds) -> tuple[str, Marks]:
    """Return everyone in the household, the person asked for marked."""
    by, key = (found.by, found.key) if isinstance(found, q.HasPerson) else (q.PersonKey.NAME, "")
    words, marks = "", []
    for part, name, asked in why_found.people(by, key):
        words += f"{'；' if words else ''}{part} "
        if asked and key:
            at = name.find(key) if by is q.PersonKey.NAME and name_key(name) == name else -1
            start, length = (at, len(key)) if at >= 0 else (0, len(name))
            marks.append((len(words) + start, len(words) + start + length))
        words += name
    return words, tuple(marks)
