"""Turns a file into pages of text: born-digital text where there is some, recognition where not.

Opening and reading run inside the reading process, under its limits; the heavy packages are imported inside the
functions that need them, so that ``PageText`` and ``ReadResult`` cost nothing to import.
"""

from __future__ import annotations

import functools
import stat
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivist.errors import ArchivistError, FileTooLarge, FormatNotRead, UnreadableFile
from archivist.model.plain_text import decode_text
from archivist.os_reasons import reason_of
from archivist.reader_errors import ReaderBroken
from archivist.reading.formats.identify import identify
from archivist.reading.formats.registry import (
    Conversion,
    Format,
    NotRead,
    Opener,
    PageSource,
    SourcePage,
    Unpacker,
)

if TYPE_CHECKING:
    from archivist.reading.formats.registry import Picture
    from archivist.reading.ocr import OcrEngine, Recognised

MAX_PAGES = 500
"""Most pages (frames, sheets) in one file."""
MAX_FILE_BYTES = 500 * 1024 * 1024
MAX_RECORDING_BYTES = 4 * 1024**3
"""Largest recording; it is kept as it is and never read whole."""
LOW_SCORE = 0.8
"""A recognised page whose mean score is lower is to be looked at by a person."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of print, and where it stands on the upright page.

    Attributes:
        text: as recognised.
        score: 0.0–1.0.
        left: of its box, 0.0 (left edge of the page) – 1.0; so ``right``.
        top: of its box, 0.0 (upper edge of the page) – 1.0; so ``bottom``.
    """

    text: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """A place where somebody signs or seals.

    Attributes:
        label: the words printed beside it, such as ``申请人签名``.
        ink: share (0.0–1.0) of the place that is dark or red beyond what is printed there.
    """

    label: str
    ink: float


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on one page.

    Attributes:
        number: 1-based.
        text: the lines joined by a newline, NFC, no form feed.
        codes: the QR payloads on this page, as read, top to bottom; never trusted.
        source: ``text`` (born digital), ``ocr`` (recognised) or ``none`` (nothing on the page).
        score: mean recognition score 0.0–1.0, for recognised pages.
        rotation: degrees clockwise (0, 90, 180, 270) that the page, as a viewer shows it, must be turned to stand upright.
        width_px: width of the picture that was read, as a viewer shows it; None when none was needed.
        height_px: its height.
        on_paper: whether the page is a picture of paper: a scan or a photograph; born-digital pages are not, and a
            scan to which a scanner added a layer of text is.
        blank: whether nothing stands on it, such as the back of a sheet in a feeder.
        lines: where each line stands; recognised pages only.
        signature_places: where somebody signs or seals, and how much ink is there; pages on paper only.
        fingerprint: 16 hexadecimal digits that are nearly the same for another scan of the same page; pages on paper only.
        failure: why this page could not be read; empty when it could.
    """

    number: int
    text: str
    codes: tuple[str, ...]
    source: str
    score: float | None
    rotation: int
    width_px: int | None
    height_px: int | None
    on_paper: bool = False
    blank: bool = False
    lines: tuple[TextLine, ...] = ()
    signature_places: tuple[SignaturePlace, ...] = ()
    fingerprint: str = ""
    failure: str = ""

    @classmethod
    def from_message(cls, values: Sequence[Any]) -> PageText:
        """Return the page that ``dataclasses.astuple`` took apart and JSON carried."""
        page = cls(*values)
        return replace(
            page,
            codes=tuple(page.codes),
            lines=tuple(TextLine(*line) for line in values[10]),
            signature_places=tuple(SignaturePlace(*place) for place in values[11]),
        )

    @property
    def is_doubtful(self) -> bool:
        """Whether recognition was so unsure that a person should compare text and picture."""
        return self.score is not None and self.score < LOW_SCORE


def failed_page(number: int, why: str) -> PageText:
    """Return a page that could not be read."""
    return PageText(number, "", (), "none", None, 0, None, None, failure=why)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What was read in one file.

    Attributes:
        format: what the file really is.
        pages: in order, at least one.
    """

    format: Format
    pages: tuple[PageText, ...]

    @property
    def failed(self) -> tuple[PageText, ...]:
        """The pages that could not be read."""
        return tuple(page for page in self.pages if page.failure)

    @property
    def text(self) -> str:
        """All pages, separated by a form feed."""
        return "\f".join(page.text for page in self.pages)

    @property
    def unread(self) -> str:
        """Why nothing of such a file is ever read, for people; empty for the formats that are."""
        if self.format.is_recording:
            return f"是{self.format.label}，没有文字可读"
        return self.format.handling.what if isinstance(self.format.handling, NotRead) else ""

    @classmethod
    def of_unread(cls, found: Format) -> ReadResult:
        """Return what is known of a file whose format is not read: nothing, which is no failure of a page."""
        return cls(found, (PageText(1, "", (), "none", None, 0, None, None),))


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file about to be read.

    Attributes:
        format: what the file really is.
        count: number of its pages.
        pages: reads one page each time it is asked.
    """

    format: Format
    count: int
    pages: Iterator[PageText]


class ConversionNeeded(Exception):
    """The file is of a format that LibreOffice must turn into a PDF first."""

    def __init__(self, found: Format) -> None:
        super().__init__(found.kind)
        self.format = found


def shown_name(path: Path) -> str:
    """Return the file's name as people may see it; a name in raw GBK bytes is made readable."""
    raw = path.name.encode("utf-8", "surrogateescape")
    return decode_text(raw) or raw.decode("utf-8", "replace")


@contextmanager
def open_file(path: Path, engine: Callable[[], OcrEngine], first: int = 1) -> Iterator[OpenedFile]:
    """Open a file of any format for reading, page by page.

    A page that cannot be read costs that page: it says why in ``failure``.

    Args:
        path: the file; read only, never changed.
        engine: gives the recogniser, called only when a page must be recognised.
        first: the page to begin with, 1-based; those before it are passed over, where that is possible unread.

    Raises:
        UnreadableFile: E101, damaged, encrypted, empty, or of a format that is not read; also from the iterator, at its
            end, when no page at all could be read.
        FileTooLarge: E102; also from the iterator.
        ConversionNeeded: nothing is wrong with the file as far as can be seen, but only its PDF can be read.
    """
    name = shown_name(path)
    found = admitted(path, name)
    if isinstance(found.handling, Conversion):
        with damage_as_error(found, name):
            found.handling.check(path, name)
        raise ConversionNeeded(found)
    opener = _opener(found, name)
    with ExitStack() as stack:
        with damage_as_error(found, name):
            count, pages = stack.enter_context(opener(path, name))
        if count > MAX_PAGES:
            raise FileTooLarge(f"共 {count} 页，超过 {MAX_PAGES} 页的限制", file=name)
        if count == 0:
            raise UnreadableFile(f"{found.label}里一页也没有", file=name)
        yield OpenedFile(
            found, count, _read(_guarded(pages, found, name), _PageReader(found, name, engine), first)
        )


def read_file(path: Path, engine: Callable[[], OcrEngine] | None = None) -> ReadResult:
    """Read a whole file in this very process, without limits on time and memory; for trusted files and for tests."""
    if engine is None:
        from archivist.reading.ocr import OcrEngine

        engine = functools.cache(OcrEngine)
    with open_file(path, engine) as opened:
        return ReadResult(opened.format, tuple(opened.pages))


def admitted(path: Path, name: str) -> Format:
    """Return the format of a file that may be opened: a regular one, and not too large.

    Raises:
        UnreadableFile: E101. FileTooLarge: E102.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile("不是普通文件", file=name)
        found = identify(path)
    except OSError as error:
        raise UnreadableFile(
            f"文件打不开（{reason_of(error)}）",
            file=name,
            remedy="请检查文件是否还在、有无读取权限。",
        ) from error
    most = MAX_RECORDING_BYTES if found.is_recording else MAX_FILE_BYTES
    if status.st_size > most:
        raise FileTooLarge(
            f"文件为 {status.st_size // 1024**2} MB，超过 {most // 1024**2} MB 的限制", file=name
        )
    return found


def _opener(found: Format, name: str) -> Opener:
    handling = found.handling.itself if isinstance(found.handling, Unpacker) else found.handling
    assert not isinstance(handling, Conversion)
    if isinstance(handling, NotRead):
        kind = FormatNotRead if handling.is_whole else UnreadableFile
        raise kind(handling.what, file=name, remedy=handling.remedy)
    return handling


@contextmanager
def damage_as_error(found: Format, name: str) -> Iterator[None]:
    """Turn whatever a decoder raises on a damaged file (dozens of types; the name is kept for the maintainer) into an error a clerk understands."""
    try:
        yield
    except (ArchivistError, MemoryError):
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        if isinstance(error, ModuleNotFoundError):
            raise ReaderBroken(f"缺少程序包 {error.name}", file=name) from error
        kind = type(error.__cause__ or error).__name__
        raise UnreadableFile(f"{found.label}已损坏，读不出来（{kind}）", file=name) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error means that the memory limit was hit, whichever library says so."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or "alloc" in words or "insufficient memory" in words


def _guarded(pages: Iterator[PageSource], found: Format, name: str) -> Iterator[PageSource]:
    """Pass pages on; what goes wrong while one is being decoded is damage, what its user does is not."""
    while True:
        with damage_as_error(found, name):
            try:
                page = next(pages)
            except StopIteration:
                return
        yield page


@dataclass(frozen=True, slots=True)
class _PageReader:
    """Reads one page after another of a file."""

    format: Format
    name: str
    engine: Callable[[], OcrEngine]

    def read(self, number: int, source: PageSource) -> PageText:
        """Decode a page, and recognise it where that is needed.

        Raises:
            UnreadableFile: E101. FileTooLarge: E102.
        """
        with damage_as_error(self.format, self.name):
            page = source() if callable(source) else source
            if page.scanned and page.picture is not None:
                return _recognised(number, page, page.picture, self.engine)
            return _born_digital(number, page)


def _read(pages: Iterator[PageSource], reader: _PageReader, first: int) -> Iterator[PageText]:
    failed: UnreadableFile | FileTooLarge | None = None
    some = first > 1
    for number, source in enumerate(pages, start=1):
        if number < first:
            continue
        try:
            page = reader.read(number, source)
            some = True
        except (UnreadableFile, FileTooLarge) as error:
            failed = failed or error
            page = failed_page(number, error.what)
        yield page
    if failed and not some:
        raise failed


def _born_digital(number: int, page: SourcePage) -> PageText:
    """Return a page of born-digital text, with the QR codes of its pictures when it has any."""
    codes: list[str] = []
    height = width = None
    if page.picture is not None:
        codes += _codes(page.picture)
        height, width = page.picture.shape[:2]
    codes += dict.fromkeys(code for picture in page.embedded for code in _codes(picture))
    text = clean(page.text)
    source = "text" if text else "none"
    return PageText(number, text, tuple(codes), source, None, 0, width, height, on_paper=page.on_paper)


def _recognised(
    number: int, source: SourcePage, picture: Picture, engine: Callable[[], OcrEngine]
) -> PageText:
    """Return a page read from its picture: QR codes first, then the print."""
    codes = _codes(picture)
    height, width = picture.shape[:2]
    page = PageText(number, "", codes, "none", None, 0, width, height)
    if not source.on_paper:
        return _with_print(page, engine().read(picture))
    from archivist.reading.paper import look_at

    seen = look_at(picture, engine, has_code=bool(codes))
    page = replace(page, on_paper=True, blank=seen.print is None, fingerprint=seen.fingerprint)
    if seen.print is None:
        return page
    places = tuple(SignaturePlace(*place) for place in seen.signings)
    return _with_print(replace(page, signature_places=places), seen.print)


def _with_print(page: PageText, found: Recognised) -> PageText:
    """Return a page with what was recognised on it."""
    if found.score is None:
        return page
    assert page.width_px is not None and page.height_px is not None
    width, height = page.width_px, page.height_px
    if found.rotation % 180:
        width, height = height, width
    lines = tuple(
        TextLine(line.text, round(line.score, 3), *_shares(line.bounds, width, height))
        for line in found.lines
    )
    text = clean(found.text)
    return replace(page, text=text, source="ocr", score=found.score, rotation=found.rotation, lines=lines)


def _shares(
    bounds: tuple[float, float, float, float], width: int, height: int
) -> tuple[float, float, float, float]:
    left, top, right, bottom = bounds
    shares = (left / width, top / height, right / width, bottom / height)
    left, top, right, bottom = (round(min(max(share, 0.0), 1.0), 4) for share in shares)
    return left, top, right, bottom


def _codes(picture: Picture) -> tuple[str, ...]:
    from archivist.reading.barcodes import read_codes

    return tuple(code.payload for code in read_codes(picture))


def clean(text: str) -> str:
    """Return text in NFC, one newline after each line, without form feeds, NULs and blanks at the ends of lines."""
    for odd, plain in (("\r\n", "\n"), ("\r", "\n"), ("\f", "\n"), ("\v", "\n"), ("\x00", "")):
        text = text.replace(odd, plain)
    lines = (line.strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(lines).strip("\n")
