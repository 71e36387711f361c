"""What an engine keeps of a document as one text: the words about a record and its pages, or the facts of a household."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import add
from typing import Final

from archivist.model.facts import Facts
from archivist.search.query_tree import GAP, About, HasText, InAbout, InPages, Matches
from archivist.search.text import (
    ABOUT_BREAK,
    FACT_BREAK,
    PAGE_BREAK,
    folded,
    in_numbers,
    join_facts,
    mentions,
    normal,
)

_BREAKS: Final = dict.fromkeys(map(ord, (PAGE_BREAK, FACT_BREAK, ABOUT_BREAK)), " ")


@dataclass(frozen=True, slots=True)
class Written:
    """A document in its normal form and as it stands, and the numbers on it as ``(key, page)``."""

    normal: str
    written: str
    mentions: frozenset[tuple[str, int]]


def of_record(about: Sequence[str], pages: str) -> Written:
    """Return what is kept of a record.

    Args:
        about: what is known about it, in the order of ``About``.
        pages: its recognised text, parted by form feeds.
    """
    known = [_without_breaks(value) for value in about]
    plain = folded(pages)
    return Written(
        FACT_BREAK.join(map(normal, known)) + ABOUT_BREAK + in_numbers(plain),
        FACT_BREAK.join(known) + ABOUT_BREAK + pages,
        frozenset(mentions(plain)),
    )


def of_facts(written: str) -> Written:
    """Return what is kept of the facts of a household, as ``facts_text`` gives them."""
    values = written.split(FACT_BREAK)
    found = {key for value in values for key in mentions(folded(value))}
    return Written(join_facts(values), written, frozenset(found))


def facts_text(facts: Facts) -> str:
    """Return what is known of a household as one text: every written value, in the order of the facts."""
    values: list[str] = []
    for group in facts.values():
        for row in group if isinstance(group, tuple) else (group,):
            for value in row.values():
                values.extend(
                    value if isinstance(value, tuple) else [value] if isinstance(value, str) else []
                )
    return FACT_BREAK.join(plain for value in values if normal(plain := _without_breaks(value)))


def _without_breaks(value: str) -> str:
    return value.translate(_BREAKS)


def about(text: str, which: About) -> str:
    """Return one of the words about a record; empty for a household."""
    known, found, _ = text.partition(ABOUT_BREAK)
    return known.split(FACT_BREAK)[which] if found else ""


def body(text: str) -> str:
    """Return the pages of a record, or the facts of a household."""
    known, found, pages = text.partition(ABOUT_BREAK)
    return pages if found else known


TextLeaf = HasText | InPages | InAbout | Matches
"""What is asked of a document's text."""


@lru_cache(maxsize=256)
def pattern_of(leaf: TextLeaf) -> re.Pattern[str]:
    """Return what is looked for in normal text."""
    if not isinstance(leaf, Matches):
        return re.compile(re.escape(leaf.fragment))
    gaps = ("".join(rf"\w{{0,{GAP}}}?" if c == "*" else r"\w" for c in gap) for gap in leaf.gaps)
    return re.compile("".join(map(add, map(re.escape, leaf.pieces), (*gaps, ""))))


def holds(leaf: TextLeaf, text: str) -> bool:
    """Tell whether a document fits, by its normal text without page breaks."""
    match leaf:
        case HasText(fragment):
            return fragment in text
        case InPages(fragment):
            return fragment in body(text)
        case InAbout(which, fragment):
            return fragment in about(text, which)
        case Matches():
            return bool(pattern_of(leaf).search(text))
