"""PDF: text or pictures of its pages. It alone opens PDFs of others with pypdfium2, which is not thread-safe.

pdfium aborts the whole process on some hostile files: it runs in the reading process only.
"""

from __future__ import annotations

import itertools
import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivist.errors import ArchivistError, FileTooLarge, PasswordNeeded, UnreadableFile
from archivist.reading.ending import Ending, ending_of
from archivist.reading.formats.images import check_pixels
from archivist.reading.formats.registry import (
    FileTraits,
    Format,
    PageSource,
    SourcePage,
    Sureness,
    register,
)
from archivist.reading.formats.sample import Sample
from archivist.reading.formats.unpacking import PackedFile, PackedWriter, Unpacking
from archivist.reading.plausible import rubbish_share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

SCAN_CHARACTERS = 20
"""A page with fewer printed characters is read as a picture."""
PAPER_COVER = 0.6
"""A page of which pictures cover at least this share is a picture of paper, whatever text lies over it."""
HYBRID_CHARACTERS = 200
HYBRID_COVER = 0.3
"""So is one with fewer than that many characters when pictures cover more than this share of it."""
RUBBISH_SHARE = 0.2
"""So is one with a larger share of text that nobody wrote: a font without a map, bytes in a wrong encoding."""
PAPER_RUBBISH_SHARE = 0.05
"""A page of paper is read as a picture anyway unless text was printed over it on purpose: visible, much, and all of it sense."""
_UNSEEN_MODES = frozenset({3, 7})
"""PDF text render modes that paint nothing (ISO 32000-1, table 106)."""
SCAN_DPI_LOW, SCAN_DPI, SCAN_DPI_HIGH = 150, 200, 250
"""Scans are rendered at their own resolution within these bounds, 200 dpi when it is unknown."""
CODE_DPI = 150
"""Born-digital pages are rendered at this resolution to look for QR codes (0.68 mm modules become 4 px)."""
MAX_RENDER_PIXELS = 25_000_000
MAX_OBJECTS = 5_000
"""Objects of a page that are looked at to decide what it is."""
MAX_PAGE_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Content:
    """What is on a page besides text, and whether its text can be seen.

    Attributes:
        cover: share (0.0–1.0) of the page under pictures.
        drawn: whether there is anything but text.
        form: whether a fillable form lies over it.
        native_px_per_pt: of the finest picture.
        unseen: whether most pieces of text are invisible, or lie under a picture that covers the page.
    """

    cover: float
    drawn: bool
    form: bool
    native_px_per_pt: float
    unseen: bool


@contextmanager
def open_pdf(path: Path, name: str) -> Iterator[tuple[int, Iterator[PageSource]]]:
    """Open a PDF; yields the number of its pages and an iterator over them.

    Raises:
        UnreadableFile: E101, when it is encrypted, cut short, or pdfium cannot open it.
        FileTooLarge: E102, when a page holds a picture over the pixel limit.
    """
    with _opened(path, name) as document:
        yield len(document), _pages(document, name)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Any]:
    import pypdfium2
    from pypdfium2 import raw

    if ending_of(path) is Ending.MISSING:
        raise UnreadableFile("PDF 不完整（没有结尾），可能尚未传完或已损坏", file=name)
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if _is_about_password(error):
            raise PasswordNeeded("PDF 加了密码，打不开", file=name) from None
        raise UnreadableFile("PDF 已损坏，打不开", file=name) from None
    try:
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()
        yield document
    finally:
        document.close()


class RenderedPdf:
    """A PDF of which pages are wanted as pictures, however it is made inside."""

    def __init__(self, document: Any, name: str) -> None:
        self._document = document
        self._name = name

    @property
    def count(self) -> int:
        """How many pages it has."""
        return len(self._document)

    def size(self, number: int) -> tuple[float, float]:
        """Return how wide and high a page (1-based) is as a viewer shows it, in points."""
        with self.page(number) as page:
            wide, high = page.get_size()
            return float(wide), float(high)

    def picture(self, number: int, px_per_pt: float, *, from_top: float | None = None) -> Picture:
        """Return a page (1-based) as BGR, annotations and forms included.

        Args:
            number: of the page.
            px_per_pt: the resolution; lower where the picture would be over ``MAX_RENDER_PIXELS``.
            from_top: only so much of it, in points from its upper edge.

        Raises:
            UnreadableFile: E101.
        """
        with self.page(number) as page:
            return _render(page, px_per_pt, from_top=from_top)

    @contextmanager
    def page(self, number: int) -> Iterator[Any]:
        """Open a page (1-based) as the library has it, for whoever asks where its print stands.

        Raises:
            UnreadableFile: E101.
        """
        from pypdfium2 import PdfiumError

        try:
            page = self._document[number - 1]
        except PdfiumError:
            raise UnreadableFile(f"PDF 第 {number} 页已损坏", file=self._name) from None
        try:
            yield page
        finally:
            page.close()


@contextmanager
def rendered(path: Path, name: str) -> Iterator[RenderedPdf]:
    """Open a PDF whose pages are wanted as pictures; raises what ``open_pdf`` does."""
    with _opened(path, name) as document:
        yield RenderedPdf(document, name)


def unlock_pdf(path: Path, name: str, unpacking: Unpacking) -> PackedFile | None:
    """Write a copy that needs no password; ``None`` when the file opens without one, or not at all.

    Raises:
        PasswordNeeded: E106. FileTooLarge: E102. WriteFailed: E204.
    """
    import pypdfium2
    from pypdfium2 import raw

    if not _asks_for_password(path, None):
        return None
    if not unpacking.password:
        raise PasswordNeeded("PDF 加了密码，打不开", file=unpacking.name)
    if _asks_for_password(path, unpacking.password):
        raise PasswordNeeded("PDF 的密码不对", file=unpacking.name)
    with (
        pypdfium2.PdfDocument(path, password=unpacking.password) as document,
        unpacking.begin(name) as writer,
    ):
        saving = _Saving(writer)
        document.save(saving, flags=raw.FPDF_REMOVE_SECURITY)
        if saving.failure:
            raise saving.failure
        return writer.finish()


def _asks_for_password(path: Path, password: str | None) -> bool:
    import pypdfium2

    try:
        pypdfium2.PdfDocument(path, password=password).close()
    except pypdfium2.PdfiumError as error:
        return _is_about_password(error)
    return False


def _is_about_password(error: Exception) -> bool:
    from pypdfium2 import raw

    return getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)


class _Saving:
    """What pdfium saves into: no exception can pass through it, so the first is kept, and nothing written after it."""

    def __init__(self, writer: PackedWriter) -> None:
        self._writer = writer
        self.failure: ArchivistError | None = None

    def write(self, data: bytes) -> None:
        if self.failure is None:
            try:
                self._writer.write(data)
            except ArchivistError as error:
                self.failure = error


def traits_of_pdf(path: Path) -> FileTraits:
    """Return whether a PDF is encrypted, how many signatures it bears, and as which PDF/A it describes itself."""
    import pypdfium2
    from pypdfium2 import raw

    if _asks_for_password(path, None):
        return FileTraits(encrypted=True)
    with pypdfium2.PdfDocument(path) as document:
        locked = raw.FPDF_GetSecurityHandlerRevision(document) >= 0
        signatures = max(raw.FPDF_GetSignatureCount(document), 0)
    return FileTraits(encrypted=locked, signatures=signatures, claims=_claimed(path))


def _claimed(path: Path) -> str:
    """Return what the XMP of a PDF says of PDF/A, which stands there uncompressed (ISO 19005-2, 6.6.2.1)."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        said = [re.search(form, data) for form in (_PART, _CONFORMANCE)]
        part, level = [found[1].decode() if found else "" for found in said]
    return f"PDF/A-{part}{level.upper()}" if part else ""


_PART = re.compile(rb"pdfaid:part(?:>|\s*=\s*[\"'])\s*([1-4])")
_CONFORMANCE = re.compile(rb"pdfaid:conformance(?:>|\s*=\s*[\"'])\s*([A-Za-z])")


def count_pages(path: Path) -> int:
    """Return the number of pages of a PDF that this program had made; for trusted files only."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return len(document)


def _pages(document: Any, name: str) -> Iterator[PageSource]:
    for number in range(len(document)):
        yield partial(_numbered_page, document, number, name)


def _numbered_page(document: Any, number: int, name: str) -> SourcePage:
    from pypdfium2 import PdfiumError

    try:
        page = document[number]
    except PdfiumError:
        raise UnreadableFile(f"PDF 第 {number + 1} 页已损坏", file=name) from None
    try:
        return _page(page, name)
    finally:
        page.close()


def _page(page: Any, name: str) -> SourcePage:
    text = _text(page, name)
    content = _content(page, name)
    characters = sum(not char.isspace() for char in text)
    if characters < SCAN_CHARACTERS:
        # Not only photographs: letters turned into outlines leave paths and no characters.
        scanned = content.drawn or content.form
    elif content.form:
        # What was typed into a fillable form is drawn, but is not among the page's characters.
        scanned = True
    elif content.drawn and content.unseen:
        scanned = True
    elif content.cover >= PAPER_COVER:
        scanned = characters < HYBRID_CHARACTERS or rubbish_share(text) > PAPER_RUBBISH_SHARE
    else:
        scanned = (characters < HYBRID_CHARACTERS and content.cover > HYBRID_COVER) or rubbish_share(
            text
        ) > RUBBISH_SHARE
    on_paper = content.cover >= PAPER_COVER
    if scanned:
        return SourcePage("", _render(page, _scan_scale(page, content)), scanned=True, on_paper=on_paper)
    picture = _render(page, CODE_DPI / 72) if content.drawn else None
    return SourcePage(text, picture, on_paper=on_paper)


def _text(page: Any, name: str) -> str:
    textpage = page.get_textpage()
    try:
        if textpage.count_chars() > MAX_PAGE_CHARACTERS:
            raise FileTooLarge(f"PDF 一页的文字超过 {MAX_PAGE_CHARACTERS} 字", file=name)
        return str(textpage.get_text_bounded())
    finally:
        textpage.close()


def _content(page: Any, name: str) -> _Content:
    from pypdfium2 import raw

    width, height = page.get_size()
    cover, drawn, native = 0.0, False, 0.0
    seen, unseen = 0, 0
    for found in itertools.islice(page.get_objects(), MAX_OBJECTS):
        drawn = drawn or found.type != raw.FPDF_PAGEOBJ_TEXT
        if found.type == raw.FPDF_PAGEOBJ_TEXT:
            hidden = raw.FPDFTextObj_GetTextRenderMode(found.raw) in _UNSEEN_MODES
            seen, unseen = seen + (not hidden), unseen + hidden
        if found.type == raw.FPDF_PAGEOBJ_IMAGE:
            pixels = found.get_px_size()
            check_pixels(pixels[0], pixels[1], name)
            left, bottom, right, top = found.get_bounds()
            covered = max(0.0, right - left) * max(0.0, top - bottom) / max(width * height, 1.0)
            cover += covered
            if covered >= PAPER_COVER:
                # What was painted before lies under it.
                seen, unseen = 0, seen + unseen
            native = max(native, max(pixels) / max(right - left, top - bottom, 1.0))
    form = page.pdf.formenv is not None and raw.FPDFPage_GetAnnotCount(page) > 0
    return _Content(min(cover, 1.0), drawn, form, native, unseen > seen)


def _scan_scale(page: Any, content: _Content) -> float:
    """Return the scale (px per point) at which a scanned page is rendered."""
    wanted = content.native_px_per_pt if content.cover > HYBRID_COVER else SCAN_DPI / 72
    # A scanner that states a wrong resolution makes pages of stamp or poster size: the picture's own pixels count then.
    longest = max(*page.get_size(), 1.0)
    high = max(SCAN_DPI_HIGH / 72, 2900 / longest)
    return float(min(max(wanted, SCAN_DPI_LOW / 72), high))


def _render(page: Any, scale: float, *, from_top: float | None = None) -> Picture:
    import numpy as np

    width, height = page.get_size()
    shown = height if from_top is None else min(from_top, height)
    pixels = width * shown * scale * scale
    if pixels > MAX_RENDER_PIXELS:
        scale *= (MAX_RENDER_PIXELS / pixels) ** 0.5
    bitmap = page.render(scale=scale, crop=(0, height - shown, 0, 0))
    try:
        return np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
    finally:
        bitmap.close()


def _recognise(sample: Sample) -> Sureness:
    """Readers accept a PDF whose header is somewhere in the first kilobyte; some scanners put a few bytes before it."""
    if sample.head.startswith(b"%PDF-"):
        return Sureness.SURE
    return Sureness.LIKELY if b"%PDF-" in sample.head[:1024] else Sureness.NO


PDF = register(
    Format(
        kind="pdf",
        label="PDF",
        media_type="application/pdf",
        extensions=(".pdf",),
        recognise=_recognise,
        handling=open_pdf,
        unlock=unlock_pdf,
        traits=traits_of_pdf,
    )
)
