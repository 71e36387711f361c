"""What the rest of the house sees of a search: the answer, and the two protocols an index stands between.

``ArchiveReader`` is what the index reads: the archive. ``SearchEngine`` is what runs a parsed query: the embedded one
(catalogue and posting lists on this machine), or a cluster. ``TextIndex`` is the part of the embedded engine that
knows which record holds which text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256
from archivist.model.record import Record
from archivist.search.id_set import IdSet
from archivist.search.paging import Facets, HitPlace, Page, Passed, place_of
from archivist.search.query_tree import Node


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of an answer: a household, or the page of a record.

    Attributes:
        record: ``None`` when the household itself was found.
        page: counted from 1; ``None`` when no page is meant (a household, or a record found by its fields).
        doc_type: the catalogue's id of the document type; empty for a household.
        status: of the record (``filed`` …, ``voided``) or of the household (``open`` …).
        filed_at: ISO 8601 with offset; the day the case was opened for a household.
        snippet: text around the first match, as it stands, blanks and line ends one space.
        highlights: ``(start, end)`` character offsets into ``snippet``, in order, not overlapping.
        why: what matched, in Chinese: 姓名, 拼音, 证号, 户号, 正文, 户档信息, 条件.
        rank: how much it is what was asked for, see ``paging.HitPlace``.
    """

    case: CaseNo
    record: RecordNo | None
    page: int | None
    title: str
    doc_type: str
    applicant: str
    category: Category
    status: str
    filed_at: str
    snippet: str
    highlights: tuple[tuple[int, int], ...]
    why: str
    rank: int = 0

    @property
    def place(self) -> HitPlace:
        """Where it stands in an answer."""
        return HitPlace(self.rank, self.filed_at, place_of(str(self.case), self.record or ""))


@dataclass(frozen=True, slots=True)
class Results:
    """One page of an answer.

    The hits are always right. ``total`` counts all of them when ``exact``; otherwise there are at most so many,
    because only what is shown has been compared with the text.

    Attributes:
        facets: what there is of each value, counted over the whole answer; ``None`` when that was not asked for.
        before: the hits before this page, as they are now; ``None`` when it does not begin behind a hit.
    """

    hits: tuple[Hit, ...]
    total: int
    exact: bool
    facets: Facets | None = None
    before: Passed | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What an engine keeps of one record, or of the facts of one case.

    Attributes:
        id: the catalogue's number for it; never used again.
        text: normal form; before an ``ABOUT_BREAK`` what is known about the record, after it its pages, parted by form feeds.
        written: the same as it stands.
    """

    id: int
    text: str
    written: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of an answer before any text is compared: ``sure`` ⊆ the answer ⊆ ``possible``; document ids."""

    sure: IdSet
    possible: IdSet


LedgerPlace: TypeAlias = tuple[int, int, Sha256]
"""An event of the ledger: year, number from 1, digest."""


class Trail(Protocol):
    """What tells an index whether it is this archive's, and what it may have missed."""

    def origin(self) -> LedgerPlace | None:
        """Return the ledger's very first event, by which an archive is known."""

    def end(self) -> LedgerPlace | None:
        """Return the ledger's last event."""

    def holds(self, place: LedgerPlace) -> bool:
        """Tell whether an event stands in the ledger."""

    def changed_since(self, place: LedgerPlace | None) -> Set[CaseNo]:
        """Return the cases that may have changed after a place of the ledger, or at all."""


class ArchiveReader(Protocol):
    """The archive, as far as an index needs it."""

    @property
    def trail(self) -> Trail:
        """What the ledger and the marks of change say."""

    def case_numbers(self) -> Iterable[CaseNo]:
        """Return every case there is."""

    def destroyed(self) -> Iterable[CaseNo]:
        """Return every case that was destroyed, as far as that can be read: it is expected to be gone."""

    def read(self, number: CaseNo) -> Case:
        """Return the state of a case."""

    def head(self, number: CaseNo) -> tuple[int, Sha256]:
        """Return the chain's last sequence number and digest, without reading the whole case."""

    def is_listed(self, number: CaseNo) -> bool:
        """Tell whether the manifest of a case lists its last event: one that nobody listed is not to be remembered."""

    def event_digest(self, name: str, seq: int) -> Sha256 | None:
        """Return the digest of one event of a bag, ``None`` where there is none."""

    def source_name(self, number: CaseNo, record: Record) -> str:
        """Return the name of the file a record came from; empty when it came from none or the name was taken away."""

    def text(self, number: CaseNo, record: RecordNo) -> str:
        """Return a record's recognised text, pages parted by form feeds; empty when it has none."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A case that the index does not show as it is; ``None`` where one side does not know the case (fully).

    ``lost``: its chain has lost the head that was known of it, so that it is no matter of the index.
    """

    number: CaseNo
    archive_seq: int | None
    index_seq: int | None
    lost: bool = False


class SearchEngine(Protocol):
    """Runs a query tree."""

    def search(self, tree: Node, page: Page) -> Results:
        """Return a page of the answer."""


class Texts(Protocol):
    """Which documents hold which text, at one instant."""

    def holding(self, fragment: str) -> Bounds:
        """Return the documents that may hold a fragment of normal text."""

    def with_each(self, ids: Iterable[int], words: Iterable[Iterable[str]]) -> Iterator[int]:
        """Yield those of the documents in whose normal text, without page breaks, one form of each word stands."""

    def texts(self, ids: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Yield each document's normal text, in the order asked; documents that are gone are left out."""

    def both(self, ids: Iterable[int]) -> Iterator[tuple[int, tuple[str, str]]]:
        """Yield each document's normal text with its text as it stands, likewise."""


class TextReader(Protocol):
    """The text index, whose commits replace each other."""

    def now(self) -> Texts:
        """Return what it holds now; to be asked until it is asked for again, or closed."""

    def segments(self) -> list[int]:
        """Return how many documents each of its pieces holds."""

    def generation(self) -> int:
        """Return the number of the last commit; grows by one each time."""

    def close(self) -> None:
        """Let go of the files."""


class TextIndex(TextReader, Protocol):
    """The same for its one writer."""

    def write(self, add: Iterable[Document], drop: Iterable[int], *, purge: Collection[int] = ()) -> None:
        """Commit additions and removals at once; what an added document replaces must be among the dropped.

        Nothing of the documents to ``purge`` stays in any file.
        """

    def tidy(self) -> bool:
        """Put together what lies in too many pieces; returns whether there were. May take seconds."""
