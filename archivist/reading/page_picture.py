"""A page as a picture that may be shown to people: JPEG, upright, never wider than asked, and where its print stands.

It runs in the reading process, under its limits: nothing else decodes what strangers send. See ``picture_cache``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archivist.errors import FormatNotRead, UnreadableFile
from archivist.reading.formats.identify import identify
from archivist.reading.formats.pdf import rendered
from archivist.reading.formats.registry import Conversion, Format, NotRead, PageSource, SourcePage, Unpacker
from archivist.reading.pages import MAX_PAGES, admitted, damage_as_error, shown_name

if TYPE_CHECKING:
    from archivist.reading.formats.registry import Picture

QUALITY: Final = 70
"""Of the JPEG: a page of print 1240 px wide takes 100–200 kB and is as readable as with 90."""
MOST_LINES: Final = 2_000
"""So many lines of one page are told."""
_MOST_CHARACTERS: Final = 20_000
"""A page with more is not asked where each stands."""


@dataclass(frozen=True, slots=True)
class MadePicture:
    """What was made of a page.

    Attributes:
        pages: how many the file has.
        lines: text, then left, top, right and bottom in thousandths of the page's width and height; of born-digital pages only,
            for where the print of a scan stands is kept beside its text.
    """

    width: int
    height: int
    pages: int
    lines: tuple[tuple[str, int, int, int, int], ...] = ()


def has_pictures(path: Path) -> bool:
    """Tell whether a file is of a kind whose pages can be shown as pictures; its content is only sniffed at."""
    found = identify(path)
    return found.kind == "pdf" or found.is_picture or found.kind == "ofd"


def draw_page(path: Path, number: int, width: int, turn: int, target: Path) -> MadePicture:
    """Write a page of a file as a JPEG.

    Args:
        path: the file; never changed.
        number: of the page, 1-based.
        width: in px, at most; a picture that is smaller stays as it is.
        turn: degrees clockwise (0, 90, 180, 270) by which it is turned.
        target: where it goes.

    Raises:
        UnreadableFile: E101, damaged, or it has no such page. FormatNotRead: E101, its pages are no pictures. FileTooLarge: E102.
    """
    import cv2

    name = shown_name(path)
    found = admitted(path, name)
    with damage_as_error(found, name):
        lines: tuple[tuple[str, int, int, int, int], ...] = ()
        if found.kind == "pdf":
            picture, pages, lines = _of_pdf(path, name, number, width, turn)
        else:
            picture, pages = _of_others(found, path, name, number)
        picture = _turned(picture, turn)
        high, wide = picture.shape[:2]
        if wide > width:
            high, wide = max(1, round(high * width / wide)), width
            picture = _as_picture(cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA))
        done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if not done:
            raise UnreadableFile("页面图像做不出来", file=name)
    target.write_bytes(data.tobytes())
    return MadePicture(wide, high, pages, lines)


def _of_pdf(
    path: Path, name: str, number: int, width: int, turn: int
) -> tuple[Picture, int, tuple[tuple[str, int, int, int, int], ...]]:
    with rendered(path, name) as document:
        _require(number, document.count, name)
        wide, high = document.size(number)
        across = high if turn % 180 else wide
        picture = document.picture(number, width / max(across, 1.0))
        with document.page(number) as page:
            lines = () if turn else tuple(itertools.islice(_lines(page), MOST_LINES))
        return picture, document.count, lines


def _lines(page: Any) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield pieces of print with their places on the page as a viewer shows it, wherever its box lies and however it is turned."""
    x0, y0, x1, y1 = page.get_cropbox()
    wide, high, turned = max(x1 - x0, 1.0), max(y1 - y0, 1.0), page.get_rotation()

    def placed(x: float, y: float) -> tuple[int, int]:
        across, down = (x - x0) / wide, (y1 - y) / high
        for _ in range(turned // 90):
            across, down = 1 - down, across
        return round(min(max(across, 0.0), 1.0) * 1000), round(min(max(down, 0.0), 1.0) * 1000)

    textpage = page.get_textpage()
    try:
        for number in range(textpage.count_rects() if textpage.count_chars() <= _MOST_CHARACTERS else 0):
            left, bottom, right, top = textpage.get_rect(number)
            if text := " ".join(str(textpage.get_text_bounded(left, bottom, right, top)).split()):
                (ax, ay), (bx, by) = placed(left, bottom), placed(right, top)
                yield text, min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
    finally:
        textpage.close()


def _of_others(found: Format, path: Path, name: str, number: int) -> tuple[Picture, int]:
    handling = found.handling.itself if isinstance(found.handling, Unpacker) else found.handling
    if isinstance(handling, Conversion | NotRead) or not has_pictures(path):
        raise FormatNotRead(f"是{found.label}，没有页面图像", file=name, remedy="请下载原件查看。")
    with handling(path, name) as (count, pages):
        _require(number, count, name)
        picture = _nth(pages, number).picture
    if picture is None:
        raise FormatNotRead(f"第 {number} 页没有图像", file=name, remedy="请看文字，或下载原件。")
    return picture, count


def _nth(pages: Iterator[PageSource], number: int) -> SourcePage:
    for at, page in enumerate(pages, start=1):
        if at == number:
            return page() if callable(page) else page
    raise AssertionError("counted before")


def _require(number: int, count: int, name: str) -> None:
    if not 1 <= number <= min(count, MAX_PAGES):
        raise UnreadableFile(
            f"没有第 {number} 页，共 {count} 页", file=name, remedy="请写 1 到最后一页之间的页号。"
        )


def _turned(picture: Picture, turn: int) -> Picture:
    import cv2

    ways = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return _as_picture(cv2.rotate(picture, ways[turn])) if turn in ways else picture


def _as_picture(made: Any) -> Picture:
    import numpy as np

    return np.asarray(made, np.uint8)
