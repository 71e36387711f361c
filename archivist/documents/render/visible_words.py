"""What must be seen on a printed document: every paragraph of its body, and what the law wants said.

``missing_words`` is asked of every PDF that is issued: a document is not handed out on which what it says cannot be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lxml import etree

from archivist.documents.render.template_package import PARSER, main_part, read_members

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ELSEWHERE: Final = tuple(
    f"{_W}{name}"
    for name in (
        "fldChar",
        "fldSimple",
        "footnoteReference",
        "endnoteReference",
        "noBreakHyphen",
        "softHyphen",
        "sym",
        "ruby",
    )
)
_OTHER_VERSION: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TOLD: Final = 20
"""Characters of a text that are told."""


def wanted_words(data: bytes, phrases: Sequence[str] = ()) -> list[str]:
    """Return the paragraphs of a finished ``.docx``, and those phrases that stand in none of them.

    Args:
        data: the document.
        phrases: must be seen in any case. One within a paragraph is seen with it; named once more, it would have to stand there twice.
    """
    members = read_members(data)
    body = etree.fromstring(members[main_part(members)], PARSER)
    said = [
        "".join(str(t.text or "") for t in p.iter(f"{_W}t") if next(t.iterancestors(f"{_W}p")) is p)
        for p in body.iter(f"{_W}p")
        if not _is_worked_out(p)
    ]
    return [*said, *(phrase for phrase in phrases if not any(phrase in text for text in said))]


def _is_worked_out(paragraph: etree._Element) -> bool:
    """Tell whether Word prints something within a paragraph that its text does not say, or prints another of two versions of it."""
    return (
        next(paragraph.iter(*_ELSEWHERE), None) is not None
        or next(paragraph.iterancestors(_OTHER_VERSION), None) is not None
    )


def missing_words(pdf: Path, data: bytes, phrases: Sequence[str]) -> list[str]:
    """List what a document says and its PDF does not show: hidden, white, tiny, cut off, or not there at all.

    Args:
        pdf: made by ``pdf.to_pdf``.
        data: the ``.docx`` it was made of.
        phrases: the mandatory ones.
    """
    from archivist.documents.render.page_check import unseen
    from archivist.reading.printed_layout import printed_pages

    found = unseen(list(printed_pages(pdf, drawn=False)), wanted_words(data, phrases))
    return [f"纸上看不见“{one.text[:_TOLD]}{'…' if len(one.text) > _TOLD else ''}”" for one in found]
