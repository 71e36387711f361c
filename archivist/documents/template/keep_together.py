"""What stays on one page: the last thing printed above a signature goes with it, whichever branch prints it.

A template does not know what it will print. So every branch of a condition, and what stands above a condition that
may print nothing, is looked through; of a list only the last row is kept, by a second copy of that row.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree

_LAST_ITEM: Final = "if loop.last"
_TAG: Final = re.compile(r"\{%(?:p|tr) +(.*?) *%\}")


def keep_last(document: Document) -> None:
    """Keep what is printed last on the page of what follows: no signature without text, none without its list."""
    for element, _ in _last(document.element.body[:-1]):
        if element.tag == qn("w:p"):
            _keep(element)
            continue
        rows = element.findall(qn("w:tr"))
        if any(_tag(row) == _LAST_ITEM for row in rows):
            continue  # done for another branch
        for row, listed in _last(rows):
            for paragraph in (_last_copy(row, rows) if listed else row).findall(f".//{qn('w:p')}"):
                _keep(paragraph)


def is_tag(element: etree._Element) -> bool:
    """Tell whether a paragraph or row is nothing but a tag of a condition or loop, and so never printed."""
    return bool(_tag(element))


@dataclass
class _Block:
    """A condition or loop that is gone through from its end.

    Attributes:
        before: what followed it still wanted something to be kept.
        open: a branch that may print nothing was gone through.
        otherwise: it has an ``else``, so one branch is always printed.
        loop: it is a loop.
    """

    before: bool
    loop: bool
    open: bool = False
    otherwise: bool = False


def _last(elements: Sequence[etree._Element]) -> Iterator[tuple[etree._Element, bool]]:
    """Yield every element that may be the last one printed, and whether it stands in a loop."""
    stack: list[_Block] = []
    wanted, hidden = True, 0  # hidden: how deep in the branch that is not printed where we stand
    for element in reversed(list(elements)):
        tag = _tag(element)
        if hidden:
            hidden += tag.startswith("end") - tag.startswith(("if ", "for "))
        elif tag == "else" and not stack:
            hidden = 1
        elif tag.startswith("end"):
            stack.append(_Block(wanted, tag == "endfor"))
        elif tag == "else":
            stack[-1].open |= wanted
            stack[-1].otherwise, wanted = True, stack[-1].before
        elif tag and stack:
            block = stack.pop()
            wanted |= block.open or (block.before and not block.otherwise)
        elif wanted and not tag:
            yield element, any(block.loop for block in stack)
            wanted = _empty(element)
        if not (wanted or stack or hidden):
            return


def _text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())).strip()


def _tag(element: etree._Element) -> str:
    found = _TAG.match(_text(element))
    return found[1] if found else ""


def _empty(element: etree._Element) -> bool:
    """Tell whether a paragraph is only room, on the same page as what stands above it."""
    return (
        element.tag == qn("w:p")
        and not _text(element)
        and element.find(f"{qn('w:pPr')}/{qn('w:pageBreakBefore')}") is None
    )


def _keep(paragraph: etree._Element) -> None:
    for properties in paragraph.findall(qn("w:pPr")):
        if properties.find(qn("w:keepNext")) is None:
            properties.insert(1, OxmlElement("w:keepNext"))


def _last_copy(row: etree._Element, rows: Sequence[etree._Element]) -> etree._Element:
    """Return a copy of a list's row that is printed in its place for the last item."""
    mark = next(r for r in rows[rows.index(row) :] if _tag(r))

    def tag(text: str) -> etree._Element:
        made = copy.deepcopy(mark)
        (words,) = made.iter(qn("w:t"))
        words.text = f"{{%tr {text} %}}"
        return made

    last = copy.deepcopy(row)
    for element in (tag(_LAST_ITEM), last, tag("else")):
        row.addprevious(element)
    row.addnext(tag("endif"))
    return last
