"""Where somebody signs or seals on a page of paper, and how much ink is there beyond what is printed.

A place is the box of a table beside or below its label (申请人（签名） |      |), the rest of the line behind it
(负责人（签名）：＿＿＿＿), or, of a seal, what surrounds its label or the date that ends a letter. What is printed there too, such as 年 月 日, rules and underscores, is not ink.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from archivist.reading.ink import InkPage, levelling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from archivist.reading.ink import Gray
    from archivist.reading.ocr import Line

_LABEL: Final = re.compile(
    r"(?:签名|签字|签章|签收|盖章|公章|印章|手印|指印|接收人|代签)"
    r"(?:[或和及、并/]?按?(?:签名|签字|盖章|签章|手印|指印|日期|关系))*[)）】]?(?P<colon>[:：])?"
)
_WHO: Final = re.compile(r"^[^,，。;；]{0,12}人[:：]$")
"""经办人： at the end of a line."""
_SEAL: Final = re.compile(r"盖章|公章|印章|签章")
SEAL_OVER_DATE: Final = "落款日期"
"""The label of the place where a letter is sealed: over its last line, the date (GB/T 9704-2012, 7.3.5)."""
_DATE: Final = re.compile(r"\s*[\d二〇○零一三四五六七八九]{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*")
_PRINTED: Final = re.compile(
    r"[年月日:：签章印]|日期|关系|电话|号码|(?:.*[1-57]){3}|[＿_]{3}|^[一-鿿，。、；（）()]{6,}$"
)
"""What a line of print has that a name, even when it is recognised, has not; the loops of a pen are read as 0, 6, 8, 9."""
_PRINTED_AFTER: Final = re.compile(r"[年月日:：签章印]|日期|关系|电话|[＿_]{3}")
_LONGEST_LABEL: Final = 24
_LONGEST_NAME: Final = 4
_INK: Final = 40
"""So much darker than the paper is ink: a faint pencil is."""
_RED: Final = 45
_RULE_MM: Final = 7.0
"""A straight stroke of that length is a rule of a table, not of a character."""
_SPECK_MM: Final = 0.8
_SIGNATURE_MM: Final = (40.0, 12.0)
"""What a signature takes; of a larger place the share of ink is taken as if it were no larger."""
_FULL_OF_PRINT: Final = 0.45
"""A cell of which print takes more than that is a heading or a value."""
_ROOM_MM: Final = 25.0
"""Behind print in a cell there is room to sign from that width on."""
_LINE_PLACE_MM: Final = 60.0
_SEAL_MM: Final = 25.0


class Box(NamedTuple):
    """A place on the reduced page, px; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """In px, at least 0."""
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        """In px, at least 0."""
        return max(0, self.bottom - self.top)


class PrintedLine(NamedTuple):
    """A recognised line on the reduced page."""

    text: str
    box: Box


class Signing(NamedTuple):
    """A place to sign: what is printed beside it, and the share (0.0–1.0) of it that is inked."""

    label: str
    ink: float


def signings(page: InkPage, lines: Sequence[PrintedLine]) -> tuple[Signing, ...]:
    """Find the places to sign on an upright, levelled page.

    Args:
        page: as ``ink.levelled`` gives it.
        lines: every line recognised on it, in the same px.
    """
    labels = [(line, label) for line in lines if (label := _label(line.text))]
    dated = [line for line in lines if _DATE.fullmatch(line.text)]
    if not labels and not dated:
        return ()
    table = _RuledPage(page, lines)
    places: dict[Box, str] = {}
    for line, (end, colon) in labels:
        for place in table.places(line, end, colon):
            places.setdefault(place, table.words_of(line, end))
    signed = [Signing(words, table.ink(place)) for place, words in places.items()]
    sealed = [Signing(line.text, table.red(line.box)) for line, _ in labels if _SEAL.search(line.text)]
    letter = [Signing(SEAL_OVER_DATE, table.red(line.box)) for line in dated if not table.is_ruled(line.box)]
    return (*signed, *sealed, *letter[-1:])


def _label(text: str) -> tuple[int, bool] | None:
    """Return where a label ends in a line, in characters, and whether a colon follows; None where there is none."""
    if _WHO.match(text.replace(" ", "")):
        return len(text), True
    matches = list(_LABEL.finditer(text))
    found = next((match for match in matches if match["colon"]), matches[-1] if matches else None)
    if found is None or found.start() > _LONGEST_LABEL:
        return None
    at_end = len(text) <= _LONGEST_LABEL and _is_pen(text[found.end() :].strip(" )）】"), found[0])
    return (found.end(), bool(found["colon"])) if found["colon"] or at_end else None


def _is_pen(rest: str, label: str) -> bool:
    """Tell whether what was recognised behind a label, in its line, is no print: nothing, loops, a name behind （签名）."""
    if not re.search("[一-鿿]", rest):
        return not _PRINTED.search(rest)
    return label[-1] in ")）】" and len(rest) <= _LONGEST_NAME and not _PRINTED_AFTER.search(rest)


class _RuledPage:
    """The rules of a page, the cells between them, and its ink.

    Args:
        page: upright and levelled.
        lines: what is recognised on it.
    """

    def __init__(self, page: InkPage, lines: Sequence[PrintedLine]) -> None:
        import cv2
        import numpy as np

        self._page = page
        self._lines = lines
        ink = (page.contrast > _INK).astype(np.uint8)
        length = page.px(_RULE_MM)
        thick = np.ones((3, 1), np.uint8)
        across = cv2.morphologyEx(cv2.dilate(ink, thick), cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
        down = cv2.morphologyEx(cv2.dilate(ink, thick.T), cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
        rules = cv2.bitwise_or(across, down)
        # A gap in a rule, of a bad scan, would join two cells.
        closed = cv2.morphologyEx(rules, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        _, self._cells, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
        self._boxes: NDArray[np.int32] = np.asarray(stats, np.int32)
        self._outside = int(np.argmax(stats[1:, cv2.CC_STAT_AREA])) + 1 if len(stats) > 1 else 0
        written = cv2.bitwise_and(ink, 1 - cv2.dilate(rules, np.ones((3, 3), np.uint8)))
        for line in lines:
            written[_slices(_print_of(line))] = 0
        self._written: Gray = np.asarray(written, np.uint8)

    def places(self, line: PrintedLine, end: int, colon: bool) -> Iterator[Box]:
        """Yield where one signs beside or below a label."""
        cell = self._cell_at((line.box.left + line.box.right) // 2, (line.box.top + line.box.bottom) // 2)
        if cell is None:
            yield self._behind(line, end)
            return
        # What a pen wrote behind the label, as far as the edge of the cell, may have been taken for more of its line.
        if colon and cell.right - _print_of(line).right > self._page.px(12):
            yield self._behind(line, end, cell)
            return
        middle = (line.box.top + line.box.bottom) // 2
        beside = self._next(cell.right, middle, 1, 0)
        if beside is not None and not self._is_label(beside):
            yield beside
            return
        last = cell
        while under := self._next((last.left + last.right) // 2, last.bottom, 0, 1):
            if abs(under.width - cell.width) > self._page.px(2.5) or self._is_label(under):
                break
            yield under
            last = under

    def is_ruled(self, box: Box) -> bool:
        """Tell whether a line of print stands in a cell of a table."""
        return self._cell_at((box.left + box.right) // 2, (box.top + box.bottom) // 2) is not None

    def words_of(self, line: PrintedLine, end: int) -> str:
        """Return a label with the words that stand in its cell: 申请人 above （签名或按指印）."""
        cell = self._cell_at((line.box.left + line.box.right) // 2, (line.box.top + line.box.bottom) // 2)
        if cell is None:
            return line.text[:end]
        inside = [other for other in self._lines if other is line or _inside(other.box, cell)]
        inside.sort(key=lambda other: other.box.top)
        return "".join(other.text[:end] if other is line else other.text for other in inside)

    def ink(self, place: Box) -> float:
        """Return the share of a place that is written on."""
        import cv2
        import numpy as np

        part = self._written[_slices(place)]
        if not part.size:
            return 0.0
        _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
        speck = self._page.px(_SPECK_MM)
        large = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]) > speck
        area = stats[1:, cv2.CC_STAT_AREA][large].sum()
        width, height = (self._page.px(mm) for mm in _SIGNATURE_MM)
        return round(min(1.0, float(area) / max(1, min(place.width * place.height, width * height))), 4)

    def red(self, label: Box) -> float:
        """Return the share of red around a label for a seal."""
        reach = self._page.px(_SEAL_MM)
        around = _clipped(
            Box(label.left - reach, label.top - reach, label.right + reach, label.bottom + reach),
            self._page.contrast.shape,
        )
        part = self._page.red[_slices(around)] > _RED
        return round(float(part.mean()), 4) if part.size else 0.0

    def _cell_at(self, x: int, y: int) -> Box | None:
        """Return the cell of the table at a point; None outside of tables."""
        height, width = self._cells.shape
        if not (0 <= x < width and 0 <= y < height):
            return None
        number = int(self._cells[y, x])
        if number in (0, self._outside):
            return None
        left, top, across, down = (int(value) for value in self._boxes[number][:4])
        return Box(left, top, left + across, top + down)

    def _next(self, x: int, y: int, dx: int, dy: int) -> Box | None:
        """Return the cell beyond a rule, going right or down from the edge of a cell."""
        for step in range(1, self._page.px(2.5)):
            if found := self._cell_at(x + dx * step, y + dy * step):
                return found
        return None

    def _is_label(self, cell: Box) -> bool:
        """Tell whether a cell is full of print: a heading, a label, a printed value without room to sign behind it."""
        printed = [line.box for line in self._lines if _PRINTED.search(line.text) and _inside(line.box, cell)]
        area = sum(box.width * box.height for box in printed)
        room = cell.right - max((box.right for box in printed), default=cell.left)
        short = any(
            re.fullmatch(r"\W*(序号|姓名|日期|备注|身份证.*|证件.*|单位.*|职务)\W*", line.text)
            for line in self._lines
            if _inside(line.box, cell)
        )
        return short or (area > _FULL_OF_PRINT * cell.width * cell.height and room < self._page.px(_ROOM_MM))

    def _behind(self, line: PrintedLine, end: int, cell: Box | None = None) -> Box:
        """Return the rest of a line behind its label, up to the next print, a little higher than the line."""
        height = line.box.height
        left = _after(line, end)
        right = min(left + self._page.px(_LINE_PLACE_MM), cell.right if cell else self._cells.shape[1])
        top, bottom = line.box.top - height // 2, line.box.bottom + height // 2
        for other in self._lines:
            if other is line or other.box.right <= left or other.box.left >= right:
                continue
            if other.box.top > line.box.bottom - height // 3:
                bottom = min(bottom, other.box.top)
            elif other.box.bottom < line.box.top + height // 3:
                top = max(top, other.box.bottom)
            elif other.box.left > left and _PRINTED.search(other.text):
                right = other.box.left
        return _clipped(Box(left, top, max(left, right), bottom), self._cells.shape)


def _after(line: PrintedLine, end: int) -> int:
    """Return where, px, the first ``end`` characters of a line end."""
    if not line.text[end:].strip(" )）】"):
        return line.box.right
    widths = [1.0 if ord(char) > 0x2E7F else 0.5 for char in line.text]
    # The line may have been cut with the pen's strokes in it: a character is no wider than it is high.
    advance = min(line.box.width / max(sum(widths), 1.0), line.box.height / 1.1)
    return int(line.box.left + advance * (sum(widths[:end]) + 0.3))


def _print_of(line: PrintedLine) -> Box:
    """Return the part of a line that is print: none of a name, only the label where pen strokes follow one."""
    if not _PRINTED.search(line.text):
        return Box(0, 0, 0, 0)
    label = _label(line.text)
    if label and not _PRINTED_AFTER.search(line.text[label[0] :]):
        return line.box._replace(right=_after(line, label[0]))
    return line.box


def _inside(box: Box, cell: Box) -> bool:
    x, y = (box.left + box.right) // 2, (box.top + box.bottom) // 2
    return cell.left <= x < cell.right and cell.top <= y < cell.bottom


def _clipped(box: Box, shape: Sequence[int]) -> Box:
    return Box(max(0, box.left), max(0, box.top), min(box.right, shape[1]), min(box.bottom, shape[0]))


def _slices(box: Box) -> tuple[slice, slice]:
    return slice(max(0, box.top), max(0, box.bottom)), slice(max(0, box.left), max(0, box.right))


def on_reduced(
    page: InkPage, lines: Sequence[Line], size: tuple[int, int], slope: float
) -> list[PrintedLine]:
    """Return where recognised lines stand on the reduced, levelled page.

    Args:
        page: as ``ink.levelled`` gives it.
        lines: in px of the upright picture.
        size: width and height of that picture, px.
        slope: of its print.
    """
    import math

    import numpy as np

    shape = page.contrast.shape
    turn = levelling(shape, slope)
    scale = max(shape) / max(size)
    cosine = 1 / math.hypot(1, slope)
    placed = []
    for line in lines:
        x, y = (turn @ np.array([line.x * scale, line.y * scale, 1.0])).tolist()
        half_width = line.width * scale / 2
        half_height = max(line.height * scale * cosine / 2, 1.0)
        box = Box(
            round(x - half_width), round(y - half_height), round(x + half_width), round(y + half_height)
        )
        placed.append(PrintedLine(line.text, box))
    return placed
