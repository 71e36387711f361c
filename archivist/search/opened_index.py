"""One folder of the index, opened: its catalogue, its text index, and how cases are written into both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

from archivist.errors import ForeignIndex, IndexFault
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Sha256
from archivist.model.record import Record
from archivist.search import binding, document_text, versions
from archivist.search.catalogue import IndexCatalogue
from archivist.search.checksums import CATALOGUE, TEXT, Checksums
from archivist.search.engine import ArchiveReader, Document, TextIndex, TextReader, Trail
from archivist.search.evaluator import Embedded
from archivist.search.text_files import TextFiles

T = TypeVar("T", bound=TextReader)

BATCH: Final = 10_000
"""Documents in one commit of a rebuild; more need more memory, fewer make more segments to search."""


class OpenedIndex:
    """One folder's catalogue and, once needed, its text index.

    Args:
        folder: of ``index/``.
        trail: tells whether it is the archive's own; ``None`` for one that is just being made.
        writes: whether something is to be written.
    """

    def __init__(self, folder: Path, trail: Trail | None, *, writes: bool = False) -> None:
        self.folder = folder
        self._trail = trail
        self._bound = trail is None
        try:
            self.sums = Checksums(folder) if trail else None
            self.check()
        except IndexFault:
            versions.require_own_file(folder / CATALOGUE)  # another may keep its checksums otherwise
            raise
        self.catalogue = IndexCatalogue(folder / CATALOGUE, writes=writes)
        self._text: TextReader | None = None
        self._writer: TextIndex | None = None
        self.engine = Embedded(self.catalogue, self.text)

    def check(self) -> None:
        """Refuse a catalogue that somebody else has written to.

        Raises:
            IndexFault: E400.
        """
        if self.sums:
            self.sums.require_catalogue()

    def require_bound(self) -> None:
        """Refuse the index of another archive, or of a state of this one that the archive has not come to.

        Raises:
            ForeignIndex: E403.
        """
        if not self._bound and self._trail:
            binding.require(self.catalogue, self._trail)
            self._bound = True

    def is_bound(self) -> bool:
        """Tell whether this is the index of this archive, which has come as far as the index was."""
        try:
            self.require_bound()
        except ForeignIndex:
            return False
        return True

    def text(self) -> TextReader:
        """Return the text index, opened when first asked.

        Raises:
            IndexFault: E400, it has lost something.
        """
        if self._text is None:
            self._text = self._followed(TextFiles(self.folder / TEXT, self.sums))
        return self._text

    def writer(self) -> TextIndex:
        """Return what writes the text index, opened when first asked.

        Raises:
            IndexFault: E400, it has lost something.
        """
        if self._writer is None:
            from archivist.search.whoosh import WhooshIndex  # loads Whoosh

            self._writer = self._followed(WhooshIndex(self.folder / TEXT, self.sums))
        return self._writer

    def _followed(self, text: T) -> T:
        """Return a text index that has come as far as the catalogue."""
        if text.generation() < self.catalogue.text_generation():
            raise IndexFault("全文索引比索引目录旧，丢失了内容")
        return text

    def close(self) -> None:
        """Let go of the files."""
        self.catalogue.close()
        for text in (self._text, self._writer):
            if text is not None:
                text.close()


def batches(cases: Iterable[Case], documents: int = 0) -> Iterator[list[Case]]:
    """Yield the cases in batches of some documents (``BATCH``)."""
    batch: list[Case] = []
    size = 0
    for case in cases:
        batch.append(case)
        size += 1 + len(case.records)
        if size >= (documents or BATCH):
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def follow(opened: OpenedIndex, archive: ArchiveReader, cases: Sequence[Case]) -> int:
    """Write the rows, then the texts, then the heads of some cases; returns how many."""
    facts = {case.number: document_text.facts_text(case.facts) for case in cases}
    by_number = {case.number: case for case in cases}
    catalogue, text = opened.catalogue, opened.writer()
    catalogue.begin(cases, facts)
    waiting, gone = catalogue.waiting(facts), catalogue.gone()
    found: list[tuple[str, int, int]] = []

    def documents() -> Iterator[Document]:
        for row in waiting:
            kept = (
                kept_of(archive, row.case, by_number[row.case].records[row.record])
                if row.record
                else document_text.of_facts(facts[row.case])
            )
            found.extend((key, row.id, page) for key, page in kept.mentions)
            if kept.normal:
                yield Document(row.id, kept.normal, kept.written)

    if waiting or gone:
        text.write(documents(), [*gone, *(row.id for row in waiting)], purge=gone)
    done = [row.id for row in waiting]
    catalogue.finish([(c.number, (c.seq, Sha256(c.head))) for c in cases], done, found, text.generation())
    if gone:
        catalogue.vacuum()
    return len(cases)


def read_of(archive: ArchiveReader, number: CaseNo, record: Record) -> tuple[tuple[str, ...], str]:
    """Return what is known about a record, in the order of ``About``, and its pages."""
    known = (record.title, record.folder, record.doc_no, archive.source_name(number, record))
    return known, archive.text(number, record.no)


def kept_of(archive: ArchiveReader, number: CaseNo, record: Record) -> document_text.Written:
    """Return what an index keeps of a record."""
    return document_text.of_record(*read_of(archive, number, record))
