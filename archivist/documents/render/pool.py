"""The press: fills templates and converts them, in several processes when there is much to do.

Nothing here touches the archive: what goes in was planned and numbered, what comes out is filed by the caller, in the
order it went in. A document that fails comes out as its error; a process that dies costs time and no document.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

import archivist.documents.render.pdf as pdf_maker
from archivist.errors import ArchivistError, PdfUnavailable, RenderedWrong
from archivist.model.ids import Sha256
from archivist.store.bag import sha256
from archivist.worker_processes import in_order

GIVE_UP: Final = 3
"""Documents converted one by one that may fail in a row before the rest of a batch is not tried."""


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """What one document is made of."""

    template: Path
    values: Mapping[str, object]
    qr_payload: str | None
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """One finished document.

    Attributes:
        text: all it prints.
        template: the digest of the template used.
        continued: the boxes whose text goes on on an addendum page (续页).
        pages: how many sides are printed; known once there is a PDF.
    """

    docx: bytes
    text: str
    template: Sha256
    continued: tuple[str, ...] = ()
    pdf: bytes | None = None
    pages: int | None = None


class HasSheet(Protocol):
    """A planned document with all that is needed to make it."""

    @property
    def sheet(self) -> PrintedSheet:
        """What it is made of."""


T = TypeVar("T", bound=HasSheet)


@dataclass(frozen=True, slots=True)
class Printed(Generic[T]):
    """A batch and, in the same order, what became of each of its documents."""

    batch: Sequence[T]
    results: Sequence[RenderedDocument | ArchivistError]


def render_all(batches: Iterable[Sequence[T]], *, pdf: bool, processes: int = 1) -> Iterator[Printed[T]]:
    """Make documents batch by batch, in order; a batch is asked for only when a process is about to be free.

    Args:
        batches: what to make; each batch is made, and converted, in one go.
        pdf: convert each to PDF as well.
        processes: how many work at once; with 1 all is done here.
    """
    if processes < 2:
        for batch in batches:
            yield Printed(batch, make([one.sheet for one in batch], pdf=pdf))
        return
    flying: deque[Sequence[T]] = deque()

    def sheets() -> Iterator[Sequence[PrintedSheet]]:
        for batch in batches:
            flying.append(batch)
            yield [one.sheet for one in batch]

    for made in in_order(partial(make, pdf=pdf), sheets(), processes):
        yield Printed(flying.popleft(), made)


def make(sheets: Sequence[PrintedSheet], *, pdf: bool) -> list[RenderedDocument | ArchivistError]:
    """Make a batch of documents; each is finished or an error."""
    from archivist.documents.render.render import document_text, render  # who only plans makes no page

    made: list[RenderedDocument | ArchivistError] = []
    digests: dict[Path, Sha256] = {}
    for sheet in sheets:
        try:
            continued: list[str] = []
            docx = render(
                sheet.template,
                sheet.values,
                qr_payload=sheet.qr_payload,
                phrases=sheet.phrases,
                continued=continued,
            )
            if sheet.template not in digests:
                digests[sheet.template] = sha256(sheet.template.read_bytes())
            text = "".join(document_text(docx))
            made.append(RenderedDocument(docx, text, digests[sheet.template], tuple(continued)))
        except ArchivistError as error:
            made.append(error)
    return _converted(made, [sheet.phrases for sheet in sheets]) if pdf else made


def _converted(
    made: Sequence[RenderedDocument | ArchivistError], phrases: Sequence[Sequence[str]]
) -> list[RenderedDocument | ArchivistError]:
    """Convert a batch with one start of LibreOffice; should it fail, one by one, so that one bad page stops one."""
    with tempfile.TemporaryDirectory(prefix="archivist-") as name:
        folder = Path(name)
        sources = {}
        for n, one in enumerate(made):
            if isinstance(one, RenderedDocument):
                sources[n] = folder / f"{n:04d}.docx"
                sources[n].write_bytes(one.docx)
        try:
            pdfs: dict[int, Path | PdfUnavailable] = dict(
                zip(sources, pdf_maker.to_pdf(list(sources.values()), folder / "pdf"), strict=True)
            )
        except PdfUnavailable as error:
            pdfs = _singly(sources, folder) if len(sources) > 1 else dict.fromkeys(sources, error)
        return [_with_pdf(one, pdfs.get(n), phrases[n]) for n, one in enumerate(made)]


def _singly(sources: Mapping[int, Path], folder: Path) -> dict[int, Path | PdfUnavailable]:
    found: dict[int, Path | PdfUnavailable] = {}
    failed = 0
    last = PdfUnavailable("LibreOffice 没有转换出来")
    for n, source in sources.items():
        if failed >= GIVE_UP:
            found[n] = last
            continue
        try:
            (found[n],) = pdf_maker.to_pdf([source], folder / "pdf")
            failed = 0
        except PdfUnavailable as error:
            found[n] = last = error
            failed += 1
    return found


def _with_pdf(
    one: RenderedDocument | ArchivistError, pdf: Path | PdfUnavailable | None, phrases: Sequence[str]
) -> RenderedDocument | ArchivistError:
    """Return a document with its PDF; one that does not show all the document says is an error."""
    if isinstance(one, ArchivistError) or pdf is None:
        return one
    if isinstance(pdf, PdfUnavailable):
        return pdf
    from archivist.documents.render.visible_words import missing_words
    from archivist.reading.formats.pdf import count_pages

    if lost := missing_words(pdf, one.docx, phrases):
        return RenderedWrong("转出的 PDF 没有印全文书的内容", problems=lost)

    return replace(one, pdf=pdf.read_bytes(), pages=count_pages(pdf))
