"""A page of a record, or of a file that waits, as a picture, and where on it stands what was looked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from archivist.api.inbox import record_named
from archivist.api.result import Result
from archivist.api.tray_view import TrayView
from archivist.errors import FormatNotRead, RecordNotFound, UnreadableFile, UsageError, WriteFailed
from archivist.reading.picture_cache import WAITING, WIDTHS, PagePicture, PageSource

if TYPE_CHECKING:
    from archivist.model.case import Case
    from archivist.model.record import Record
    from archivist.reading.pages import TextLine
    from archivist.reading.reader_process import Reader
    from archivist.store import TrayItem
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PageImage(Result):
    """A picture of a page, and where it lies until the cache needs the place.

    Attributes:
        whose: the household's number, or the id of the waiting file; ``record`` empty for the latter.
        page: 1-based; ``pages`` how many pictures there are.
        width, height: in px.
    """

    SCHEMA: ClassVar[str] = "archivist/page-image/1"

    whose: str
    record: str
    page: int
    pages: int
    width: int
    height: int
    file: Path


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A line of print on the upright page: its text and its box, in thousandths of the page's width and height."""

    text: str
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class PagedFile:
    """What can be shown of a file page by page.

    Attributes:
        file: that whose pages are shown; ``None`` where none can be, ``why`` says why.
        pages: how many it has, as far as is known before it is opened.
        turns: page → degrees clockwise by which it is turned to stand upright.
        lines: page → its lines, of scans.
        sizes: page → width and height of the upright picture that was read, where that is known.
    """

    whose: str
    record: str
    file: Path | None
    sha256: str
    why: str
    pages: int
    texts: tuple[str, ...]
    turns: Mapping[int, int]
    lines: Mapping[int, tuple[PlacedText, ...]]
    sizes: Mapping[int, tuple[int, int]]

    def source(self, page: int) -> PageSource:
        """Return which page is to be drawn.

        Raises:
            FormatNotRead: E101, no page of it can be.
        """
        if self.file is None:
            raise FormatNotRead(self.why, file=self.record or self.whose, remedy="请看文字，或下载原件查看。")
        whose = WAITING if not self.record else self.whose
        return PageSource(whose, self.file, self.sha256, page, self.turns.get(page, 0))


class Drawing:
    """The reading process of whoever draws page after page; may be shared between threads, which wait for one another."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._reader: Reader | None = None

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Have the process to oneself."""
        from archivist.reading.reader_process import Reader

        with self._lock:
            if self._reader is None:
                self._reader = Reader()
            yield self._reader

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None


def pages_of_record(workspace: Workspace, case: str, record: str) -> PagedFile:
    """Return what can be shown of a filed record.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. IntegrityAlarm: E202. RecordNotFound: E206.
    """
    from archivist.reading.line_boxes import unpack_lines

    found: Case = workspace.archive.read(workspace.find_case(case))
    filed = record_of(found, record)
    folder = workspace.archive.folder(found.number)
    boxes = filed.line_boxes
    placed = unpack_lines((folder / boxes.path).read_bytes()) if boxes else ()
    text = workspace.archive.text(found.number, filed.no)
    shown = _shown([(folder / f.path, f.sha256) for f in filed.files])
    return PagedFile(
        whose=str(found.number), record=filed.no, file=shown[0], sha256=shown[1], why=shown[2],
        pages=max(len(placed), text.count("\f") + 1 if text else 0, filed.pages, 1),
        texts=tuple(text.split("\f")) if text else (),
        turns={n: page.rotation for n, page in enumerate(placed, 1) if page.rotation},
        lines={n: _placed(page.lines) for n, page in enumerate(placed, 1) if page.lines},
        sizes={},
    )  # fmt: skip


def pages_of_item(workspace: Workspace, item: str) -> PagedFile:
    """Return what can be shown of a file that waits.

    Raises:
        TrayItemNotFound: E104. DamagedFile: E212.
    """
    return pages_waiting(TrayView(workspace).named(item))


def pages_waiting(item: TrayItem) -> PagedFile:
    """Return what can be shown of an item; see ``pages_of_item``."""
    from archivist.ingest.turning import upright_reading

    reading = upright_reading(item)
    pages = reading.pages if reading else ()
    file, sha256, why = _shown([(item.file, item.sha256)])
    if file and not pages and item.details.get("code"):  # it could not be opened when it came
        file, sha256, why = None, "", item.message
    turns = {p.number: p.rotation for p in pages if p.rotation}
    if not pages:  # nothing was read of it; what a person turned is turned all the same
        turns = {int(n): int(turn) for n, turn in item.details.get("turns", {}).items()}
    return PagedFile(
        whose=item.id, record="", file=file, sha256=sha256, why=why,
        pages=max(len(pages), int(item.details.get("pages", 0)), 1),
        texts=tuple(item.text.split("\f")),
        turns=turns,
        lines={p.number: _placed(p.lines) for p in pages if p.lines},
        sizes={p.number: _upright(p.width_px, p.height_px, p.rotation) for p in pages if p.width_px and p.height_px},
    )  # fmt: skip


def page_image(
    workspace: Workspace, drawing: Drawing, paged: PagedFile, page: int, *, small: bool = False
) -> PageImage:
    """Return a page as a picture, made in the reading process where the cache has it not.

    The caller puts on record who is shown it.

    Raises:
        UnreadableFile: E101, damaged, no such page, or of a kind whose pages are no pictures. FileTooLarge: E102.
        ReaderStopped: E103. ArchivistError: E700, the process does not start.
    """
    made = _made(workspace, drawing, paged.source(page), WIDTHS[0 if small else 1])
    return PageImage(paged.whose, paged.record, page, made.pages, made.width, made.height, made.file)


def write_image(
    workspace: Workspace,
    paged: PagedFile,
    page: int,
    out: Path,
    *,
    households: Iterable[str] = (),
    items: Iterable[str] = (),
) -> PageImage:
    """Write a page as a picture to a place a clerk named; whom it shows is on record first.

    Raises:
        UsageError: E001, something is there already. WriteFailed: E204. AccessNotLogged: E213. Else see ``page_image``.
    """
    from archivist.model.ids import CaseNo
    from archivist.os_reasons import reason_of

    if out.exists():
        raise UsageError("已有同名的文件，没有覆盖", file=str(out), remedy="换一个名字。")
    workspace.archive.access.disclose([CaseNo.parse(one) for one in households], items=[*items])
    drawing = Drawing()
    try:
        made = page_image(workspace, drawing, paged, page)
    finally:
        drawing.close()
    try:
        with out.open("xb") as written:
            written.write(made.file.read_bytes())
    except OSError as error:
        raise WriteFailed(f"图像写不下（{reason_of(error)}）", file=str(out)) from error
    return replace(made, file=out)


def lines_on(workspace: Workspace, drawing: Drawing, paged: PagedFile, page: int) -> tuple[PlacedText, ...]:
    """Return where the print of a page stands: of a scan as it was read, of a born-digital page as the file itself says.

    Raises: as ``page_image``.
    """
    if page in paged.lines or paged.file is None:
        return paged.lines.get(page, ())
    made = _made(workspace, drawing, paged.source(page), WIDTHS[1])
    return tuple(PlacedText(*line) for line in made.lines)


def _made(workspace: Workspace, drawing: Drawing, wanted: PageSource, width: int) -> PagePicture:
    if there := workspace.pictures.get(wanted, width):  # nobody has to wait for what was made before
        return there
    with drawing.reader() as reader:
        return workspace.pictures.make(wanted, width, reader)


def marked(lines: Iterable[PlacedText], words: Iterable[str]) -> tuple[PlacedText, ...]:
    """Return the boxes around words wherever they stand, over the end of a line too; blanks and case are not counted."""
    placed = [(line, _squeezed(line.text)) for line in lines]
    whole = "".join(text for _, text in placed)
    found: list[PlacedText] = []
    for word in dict.fromkeys(filter(None, map(_squeezed, words))):
        at = whole.find(word)
        while at >= 0:
            found += _boxes(placed, at, at + len(word))
            at = whole.find(word, at + len(word))
    return tuple(found)


def _boxes(placed: Sequence[tuple[PlacedText, str]], start: int, end: int) -> Iterator[PlacedText]:
    """Yield a box for each line some of which is meant, as wide as the share of the line that those characters take."""
    before = 0
    for line, text in placed:
        first, last = max(start - before, 0), min(end - before, len(text))
        before += len(text)
        if first < last:
            wide = (line.right - line.left) / sum(map(_room, text))
            left = line.left + wide * sum(map(_room, text[:first]))
            right = left + wide * sum(map(_room, text[first:last]))
            yield PlacedText(text[first:last], round(left), line.top, round(right), line.bottom)


def record_of(case: Case, record: str) -> Record:
    """Return a record by its number.

    Raises:
        RecordNotFound: E206, with what became of it. UsageError: E001.
    """
    number = record_named(record)
    if filed := case.records.get(number):
        return filed
    if gone := case.moved_out.get(number):
        raise RecordNotFound(f"第 {number} 件已于 {gone.at[:10]} 移出", file=str(case.number))
    if out := case.expunged.get(number):
        raise RecordNotFound(f"第 {number} 件{out.words}", file=str(case.number))
    if back := case.unfiled.get(number):
        raise RecordNotFound(f"第 {number} 件{back.words}", file=str(case.number))
    raise RecordNotFound(f"没有第 {number} 件", file=str(case.number))


def _shown(files: Sequence[tuple[Path, str]]) -> tuple[Path | None, str, str]:
    """Return the first file whose pages can be shown, with its digest; else why none can."""
    from archivist.reading.formats.identify import identify
    from archivist.reading.page_picture import has_pictures

    why = "没有文件"
    for path, sha256 in files:
        try:
            if has_pictures(path):
                return path, sha256, ""
            why = f"是{identify(path).label}，没有页面图像"
        except (OSError, UnreadableFile):
            why = "文件打不开"
    return None, "", why


def _placed(lines: Iterable[TextLine]) -> tuple[PlacedText, ...]:
    return tuple(
        PlacedText(
            line.text, *(round(share * 1000) for share in (line.left, line.top, line.right, line.bottom))
        )
        for line in lines
    )


def _upright(width: int | None, height: int | None, rotation: int) -> tuple[int, int]:
    size = (width or 1, height or 1)
    return (size[1], size[0]) if rotation % 180 else size


def _squeezed(text: str) -> str:
    from archivist.ingest.matching.evidence import squeeze

    return squeeze(text)


def _room(char: str) -> float:
    """Return how wide a character is drawn, beside a Chinese one."""
    return 0.55 if char < "⺀" else 1.0
