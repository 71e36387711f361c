"""How the words of two templates differ, paragraph by paragraph; tags are words as well, how they are set is not."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum

from archivist.documents.render.render import document_text
from archivist.documents.render.template_package import read_members

__all__ = ["ChangeSign", "WordingChange", "wording_changes"]


class ChangeSign(StrEnum):
    """Which of two templates has a paragraph."""

    GONE = "-"
    NEW = "+"
    GAP = "…"
    """Paragraphs that both have were left out here; the text is the last of them."""


@dataclass(frozen=True, slots=True)
class WordingChange:
    """A paragraph that only one of two templates has, or the one before a change."""

    change: ChangeSign
    text: str


def wording_changes(old: bytes, new: bytes) -> tuple[WordingChange, ...]:
    """Return the paragraphs in which two templates differ, in order, each place with the paragraph before it.

    Raises:
        TemplateFault: E303, one of them is no Word document.
    """
    before, after = _paragraphs(old), _paragraphs(new)
    found: list[WordingChange] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal":
            continue
        if first:
            found.append(WordingChange(ChangeSign.GAP, before[first - 1]))
        found += (WordingChange(ChangeSign.GONE, text) for text in before[first:last])
        found += (WordingChange(ChangeSign.NEW, text) for text in after[start:end])
    return tuple(found)


def _paragraphs(data: bytes) -> list[str]:
    read_members(data)  # what it is, if it is no Word document
    return [text for paragraph in document_text(data) if (text := paragraph.strip())]
