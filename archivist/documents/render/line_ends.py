"""Line ends that nobody wants, set anew: a number, date or case number in two pieces, a last line of one or two characters.

Word and LibreOffice break a line between any two Chinese characters, and so between 7月 and 30日; LibreOffice has no way to forbid
it that reaches over a change from digits to characters. So the pages of a PDF are read, and where a paragraph was broken badly,
its line ends are written into the copy that is converted once more. The filed ``.docx`` says nothing of them.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Final

from lxml import etree

from archivist.documents.render.continuation import width_of
from archivist.documents.render.docx_package import pack
from archivist.documents.render.set_lines import badly_broken, set_lines, squeezed, tokens, without_boxes
from archivist.reading.printed_layout import PrintedPage

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH, _TEXT, _BREAK = f"{_W}p", f"{_W}t", f"{_W}br"
_RUN, _PROPERTIES, _SCALE = f"{_W}r", f"{_W}rPr", f"{_W}w"
_AFTER_SCALE: Final = frozenset(
    f"{_W}{name}"
    for name in (
        "kern", "position", "sz", "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em",
        "lang", "eastAsianLayout", "specVanish", "oMath",
    )
)  # fmt: skip
"""What follows the scale among the properties of a run."""
_BODY: Final = "word/document.xml"
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)
_NOT_FIRST: Final = frozenset("，。；：、！？）》〕”’』」】％")
_NOT_LAST: Final = frozenset("（《〔“‘『「【")
_STEP: Final = 0.5
"""By so much narrower, in characters, are the lines of a paragraph tried, until none is bad."""
_NARROWEST: Final = 0.45
"""Share of their width down to which they are."""
_MORE: Final = 8
"""For so many lines a paragraph may have one more than it had, and one in any case."""
SPARE: Final = 0.75
"""What is spared more of a line's width, in characters, whenever what was reckoned was wrong."""
_CLOSEST: Final = 0.6
"""Share of their width down to which the signs of a number are made narrower that has no room on any line of its place."""


def with_line_ends(
    data: bytes, pages: Sequence[PrintedPage], spares: Mapping[int, float]
) -> tuple[bytes, frozenset[int]] | None:
    """Return a document in which every paragraph that was broken badly says where its lines end, and which ones those are.

    Args:
        data: the ``.docx`` that was converted.
        pages: of the PDF it became.
        spares: so much narrower the lines of a paragraph are made at once, in characters: what is reckoned may be wrong.

    Returns:
        ``None`` when there is nothing to be set, or the pages say something else than the document.
    """
    members, root = _opened(data)
    changed = set()
    for number, (paragraph, lines) in enumerate(_paragraphs(root, pages) or ()):
        if not badly_broken(lines) or paragraph.find(f".//{_BREAK}") is not None:
            continue
        spare = spares.get(number, 0.0)
        if ends := better_ends(lines, spare):
            _write(_texts(paragraph), ends)
            changed.add(number)
        elif (share := closer_signs(lines, spare)) < 1:
            _narrow(paragraph, share)
            changed.add(number)
    if not changed:
        return None
    members[_BODY] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return pack(members, compress=False), frozenset(changed)


def badly_set(data: bytes, pages: Sequence[PrintedPage]) -> frozenset[int] | None:
    """Return which paragraphs of a document are broken badly on the pages it became, counted from 0.

    Returns:
        ``None`` when the pages say something else than the document.
    """
    _, root = _opened(data)
    found = _paragraphs(root, pages)
    return (
        None if found is None else frozenset(n for n, (_, lines) in enumerate(found) if badly_broken(lines))
    )


def _opened(data: bytes) -> tuple[dict[str, bytes], etree._Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = {i.filename: package.read(i) for i in package.infolist() if not i.is_dir()}
    return members, etree.fromstring(members[_BODY], _PARSER)


def _paragraphs(
    root: etree._Element, pages: Sequence[PrintedPage]
) -> list[tuple[etree._Element, Sequence[str]]] | None:
    """Return each paragraph of a document with its lines on the pages; ``None`` where those say something else."""
    lines = [line for page in pages for one in set_lines(page) if (line := without_boxes(one.text))]
    found: list[tuple[etree._Element, Sequence[str]]] = []
    at = 0
    for paragraph in root.iter(_PARAGRAPH):
        said = without_boxes("".join(t.text or "" for t in _texts(paragraph)))
        first, shown = at, ""
        while at < len(lines) and shown != said and said.startswith(shown + lines[at]):
            shown += lines[at]
            at += 1
        if shown != said:
            return None
        found.append((paragraph, lines[first:at]))
    return found


def _texts(paragraph: etree._Element) -> list[etree._Element]:
    return [t for t in paragraph.iter(_TEXT) if t.text and next(t.iterancestors(_PARAGRAPH)) is paragraph]


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
    most = len(lines) + 1 + len(lines) // _MORE
    narrower = spare
    while narrower < rest * (1 - _NARROWEST):
        ends = _filled(text, kept, first - narrower, rest - narrower, {} if narrower else was)
        found = [text[a:b] for a, b in zip((0, *ends), (*ends, len(text)), strict=True)]
        if ends and len(found) <= most and not badly_broken(found):
            return ends
        narrower += _STEP
    return _even(text, kept, max(_width(line, _APART) for line in lines) - spare, most)


def _even(text: str, kept: Sequence[tuple[int, int]], room: float, most: int) -> tuple[int, ...]:
    """Return the ends of lines as long as each other, such as 3, 2 and 2 characters, as few as can be; none where there are none.

    Of so many lines those are taken whose room left, squared, is least.
    """
    width, size = room + _TENTH, len(text)
    best: list[tuple[float, tuple[int, ...]] | None] = [(0.0, ())] + [None] * size
    for _ in range(most):
        grown: list[tuple[float, tuple[int, ...]] | None] = [None] * (size + 1)
        for start, before in enumerate(best):
            if before is None:
                continue
            for end in range(start + 1, size + 1):
                left = width - _width(text[start:end], _MOST)
                if left < 0:
                    break
                there = grown[end]
                cost = before[0] + left * left
                if (there is None or cost <= there[0]) and (end == size or _may_end(text, end, kept)):
                    grown[end] = (cost, (*before[1], end))
        whole = grown[size]
        if whole is not None:
            ends = whole[1]
            found = [text[a:b] for a, b in zip((0, *ends), ends, strict=False)]
            if not badly_broken(found):
                return ends[:-1]
        best = grown
    return ()


_TENTH: Final = 0.1
"""A hair, in characters: what stood on a line has room on it."""


def closer_signs(lines: Sequence[str], spare: float = 0.0) -> float:
    """Return the share of their width that the signs of a paragraph that is one number must have to stand on one line; 1 when it cannot.

    A case number of an office with a long code, in a column made for the usual ones.
    """
    text = "".join(lines)
    if [*tokens(text)] != [(0, len(text))]:
        return 1.0
    room = max(len(line) for line in lines)
    share = (room - spare) / (len(text) + 1)
    return share if share >= _CLOSEST else 1.0


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


_LEAST: Final = (0.5, 0.1, 0.5, 0.3)
_MOST: Final = (0.56, 0.2, 1.0, 1.0)
_APART: Final = (0.5, 0.1, 1.0, 0.3)
"""How wide a letter or digit is, the seam between it and a Chinese character, a mark, and the point within a name, in characters:
fonts differ, and marks are pressed together where they meet, but where they stand apart."""
_POINT: Final = "·"
_MARKS: Final = _NOT_FIRST | _NOT_LAST


def _width(text: str, how: tuple[float, float, float, float]) -> float:
    letter, seam, mark, point = how
    ascii_ = [char.isascii() for char in text]
    seams = sum(a != b for a, b in itertools.pairwise(ascii_))
    marks = sum(char in _MARKS for char in text)
    others = "".join(char for char in text if not char.isascii() and char not in _MARKS and char != _POINT)
    return width_of(others) + point * text.count(_POINT) + letter * sum(ascii_) + seam * seams + mark * marks


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


def _narrow(paragraph: etree._Element, share: float) -> None:
    """Make the signs of a paragraph's runs narrower (ISO/IEC 29500-1, 17.3.2.43)."""
    for run in paragraph.iter(_RUN):
        properties = run.find(_PROPERTIES)
        if properties is None:
            properties = etree.Element(_PROPERTIES)
            run.insert(0, properties)
        for there in properties.findall(_SCALE):
            properties.remove(there)
        scale = etree.Element(_SCALE)
        scale.set(f"{_W}val", str(int(share * 100)))
        at = next((n for n, c in enumerate(properties) if c.tag in _AFTER_SCALE), len(properties))
        properties.insert(at, scale)
