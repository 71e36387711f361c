"""Line ends that nobody wants, set anew: a number, date or case number in two pieces, a last line of one or two characters.

Word and LibreOffice break a line between any two Chinese characters, and so between 7月 and 30日; LibreOffice has no way to forbid
it that reaches over a change from digits to characters. So the pages of a PDF are read, and where a paragraph was broken badly,
its line ends are written into the copy that is converted once more. The filed ``.docx`` says nothing of them.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Final

from lxml import etree

from archivist.documents.render.continuation import width_of
from archivist.documents.render.docx_package import pack
from archivist.documents.render.set_lines import badly_broken, set_lines, squeezed, tokens, without_boxes
from archivist.reading.printed_layout import PrintedPage

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH, _TEXT, _BREAK = f"{_W}p", f"{_W}t", f"{_W}br"
_BODY: Final = "word/document.xml"
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)
_NOT_FIRST: Final = frozenset("，。；：、！？）》〕”’』】％")
_NOT_LAST: Final = frozenset("（《〔“‘『【")
_STEP: Final = 0.5
"""By so much narrower, in characters, are the lines of a paragraph tried, until none is bad."""
_NARROWEST: Final = 0.45
"""Share of their width down to which they are."""


SPARES: Final = (0.0, 1.5)
"""What is spared of a line's width, in characters, at the first and the second time."""


def with_line_ends(data: bytes, pages: Iterable[PrintedPage], spare: float = 0.0) -> bytes | None:
    """Return a document in which every paragraph that was broken badly says where its lines end.

    Args:
        data: the ``.docx`` that was converted.
        pages: of the PDF it became.
        spare: so much narrower the lines are made at once, in characters: what is reckoned may be wrong.

    Returns:
        ``None`` when there is nothing to be set, or the pages say something else than the document.
    """
    lines = [without_boxes(line.text) for page in pages for line in set_lines(page)]
    lines = [line for line in lines if line]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = {i.filename: package.read(i) for i in package.infolist() if not i.is_dir()}
    root = etree.fromstring(members[_BODY], _PARSER)
    at, changed = 0, False
    for paragraph in root.iter(_PARAGRAPH):
        texts = [
            t for t in paragraph.iter(_TEXT) if t.text and next(t.iterancestors(_PARAGRAPH)) is paragraph
        ]
        said = without_boxes("".join(t.text or "" for t in texts))
        first, shown = at, ""
        while at < len(lines) and shown != said and said.startswith(shown + lines[at]):
            shown += lines[at]
            at += 1
        if shown != said:
            return None
        if badly_broken(lines[first:at]) and paragraph.find(f".//{_BREAK}") is None:
            ends = better_ends(lines[first:at], spare)
            changed = changed or bool(ends)
            _write(texts, ends)
    if not changed:
        return None
    members[_BODY] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return pack(members, compress=False)


def bad_paragraphs(pages: Iterable[PrintedPage]) -> int:
    """Count the paragraphs that are broken badly on pages."""
    return sum(
        badly_broken([line.text for line in group])
        for page in pages
        for _, group in itertools.groupby(set_lines(page), lambda line: line.paragraph)
    )


def better_ends(lines: Sequence[str], spare: float = 0.0) -> tuple[int, ...]:
    """Return where the lines of a badly broken paragraph should end, counted in its text without blanks; none if they cannot."""
    text = "".join(lines)
    first = _width(lines[0], _LEAST)
    rest = max(first, *(_width(line, _LEAST) for line in lines[1:]))
    kept = [*tokens(text)]
    was = dict(
        zip(
            itertools.accumulate(map(len, lines), initial=0),
            itertools.accumulate(map(len, lines)),
            strict=False,
        )
    )
    narrower = spare
    while narrower < rest * (1 - _NARROWEST):
        ends = _filled(text, kept, first - narrower, rest - narrower, {} if narrower else was)
        found = [text[a:b] for a, b in zip((0, *ends), (*ends, len(text)), strict=True)]
        if ends and len(found) <= len(lines) + 1 and not badly_broken(found):
            return ends
        narrower += _STEP
    return _even(text, kept, rest, len(lines))


def _even(text: str, kept: Sequence[tuple[int, int]], room: float, count: int) -> tuple[int, ...]:
    """Return the ends of so many lines as long as each other, such as 3, 2 and 2 characters; none where one is too long."""
    least, more = divmod(len(text), count)
    ends = tuple(itertools.accumulate(least + (n < more) for n in range(count)))
    found = [text[a:b] for a, b in zip((0, *ends), ends, strict=False)]
    bad = badly_broken(found) or any(_width(line, _MOST) > room for line in found)
    return () if bad or not all(_may_end(text, end, kept) for end in ends[:-1]) else ends[:-1]


def _filled(
    text: str, kept: Sequence[tuple[int, int]], first: float, rest: float, was: Mapping[int, int]
) -> tuple[int, ...]:
    """Return the ends of lines that are as full as their width allows; none when a line cannot be ended.

    Args:
        text: without blanks.
        kept: what must not be broken.
        first: width of the first line, in characters.
        rest: width of the others.
        was: where a line that began there ended: so much has room in any case.
    """
    ends: list[int] = []
    start, room = 0, first
    while was.get(start) != len(text) and _width(text[start:], _MOST) > room:
        end = was.get(start, start + 1)
        while end < len(text) and _width(text[start : end + 1], _MOST) <= room:
            end += 1
        while end > start and not _may_end(text, end, kept):
            end -= 1
        if end == start:
            return ()
        ends.append(end)
        start, room = end, rest
    return tuple(ends)


def _may_end(text: str, end: int, kept: Sequence[tuple[int, int]]) -> bool:
    before, after = text[end - 1], text[end : end + 1]
    if after in _NOT_FIRST or before in _NOT_LAST or any(a < end < b for a, b in kept):
        return False
    return not ((before + after).isascii() and before.isalnum() and after.isalnum())


_LEAST: Final = (0.5, 0.1, 0.5)
_MOST: Final = (0.56, 0.2, 1.0)
"""How wide a letter or digit is, the seam between it and a Chinese character, and a mark, in characters: fonts differ, and marks
are pressed together where they meet."""
_MARKS: Final = _NOT_FIRST | _NOT_LAST


def _width(text: str, how: tuple[float, float, float]) -> float:
    letter, seam, mark = how
    ascii_ = [char.isascii() for char in text]
    seams = sum(a != b for a, b in itertools.pairwise(ascii_))
    marks = sum(char in _MARKS for char in text)
    others = "".join(char for char in text if not char.isascii() and char not in _MARKS)
    return width_of(others) + letter * sum(ascii_) + seam * seams + mark * marks


def _write(texts: Sequence[etree._Element], ends: Sequence[int]) -> None:
    """Put line breaks into the runs of a paragraph."""
    at, left = 0, list(ends)
    for text in texts:
        pieces, piece = [], ""
        for char in text.text or "":
            if left and at == left[0] and squeezed(char):
                pieces.append(piece)
                piece = ""
                left.pop(0)
            piece += char
            at += bool(without_boxes(char))
        for said in pieces:
            before = deepcopy(text)
            before.text, before.tail = said, None
            text.addprevious(before)
            text.addprevious(etree.Element(_BREAK))
        text.text = piece
