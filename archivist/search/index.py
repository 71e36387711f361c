"""The index of one workspace: follows the archive, answers questions, is made again at will.

``index/CURRENT`` names the folder in use (``index/000001/``: ``catalogue.sqlite3`` and ``text/``). A rebuild fills a
new folder and then replaces ``CURRENT``, so there is a whole index at every instant. Nothing here is the truth: it is written after
the archive's commit, and what a kill left undone ``catch_up`` does. But it remembers the heads of the chains it followed (``held_heads``):
a chain that has lost one is not followed. One writer at a time (by the lock ``WRITER``); readers need none. No query is logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, TypeVar

from archivist.errors import ArchiveError, IndexFault, InvalidValue
from archivist.model.bag_head import BagHead
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.search import binding, held_heads, rebuilding, versions
from archivist.search import query as queries
from archivist.search.catalogue import CaseRow, IndexCatalogue, RecordRow, SourceRow
from archivist.search.checksums import CATALOGUE, Checksums
from archivist.search.current_folder import current
from archivist.search.damage import as_written
from archivist.search.databases import PATIENCE_S
from archivist.search.engine import ArchiveReader, Drift, Results
from archivist.search.one_writer import OneWriter
from archivist.search.opened_index import OpenedIndex, batches, follow
from archivist.search.ownership import require_own
from archivist.search.paging import Page
from archivist.search.query_tree import Node

T = TypeVar("T")

WRITER: Final = "WRITER"
"""Locked by whoever writes the index."""
LOSS_ALLOWED: Final = 10
"""So many cases may vanish at once without question; more only while over half remain."""
_LEDGER: Final = "ledger-"
_NO_FILTERS: Final[Mapping[str, str]] = MappingProxyType({})


class Index:
    """What the house asks and tells about its index; safe to share between threads.

    Args:
        folder: the workspace's ``index/``.
        archive: where the truth is.
    """

    def __init__(self, folder: Path, archive: ArchiveReader) -> None:
        self._folder, self._archive = folder, archive
        self._now: OpenedIndex | None = None
        self._writer: OpenedIndex | None = None
        self._turn = OneWriter(folder / WRITER)
        self.unread: set[CaseNo] = set()
        self.changed: set[CaseNo] = set()
        """Cases not followed, for their chains have lost the heads that were known of them."""

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files; the next question opens them again."""
        with self._turn.threads:
            for opened in (self._writer, self._now):
                if opened is not None:
                    opened.close()
            self._now = self._writer = None

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────
    def search(
        self, query: str, *, filters: Mapping[str, str] = _NO_FILTERS, limit: int = 20, offset: int = 0
    ) -> Results:
        """Answer a query: households first, then records, newest first.

        Args:
            query: in the query language (``archivist.search.query``); may be empty when there are filters.
            filters: further conditions by field name.
            limit: hits wanted.
            offset: hits skipped, from 0.

        Raises:
            BadQuery: E401. IndexFault: E400.
        """
        return self.answer(queries.read(query, filters).tree, Page(max(limit, 0), max(offset, 0)))

    def answer(self, tree: Node, page: Page) -> Results:
        """Return a page of the answer to a query that was read already; see ``search``."""
        return self._ask(lambda now: now.engine.search(tree, page))

    def find_cases(self, text: str) -> list[CaseRow]:
        """Return the cases meant by a case number, an ID number, a whole name, its pinyin or its initials."""
        return self._ask(lambda now: now.catalogue.find_cases(text))

    def cases(
        self, *, category: Category | None = None, status: str = "", place: str = "", applicant: str = ""
    ) -> list[CaseRow]:
        """List cases by number, narrowed by what is given."""
        return self._ask(
            lambda now: now.catalogue.cases(
                category=category, status=status, place=place, applicant=applicant
            )
        )

    def records(self, number: CaseNo) -> list[RecordRow]:
        """List the records of a case in order."""
        return self._ask(lambda now: now.catalogue.records(number))

    def bearing(self, doc_no: str) -> list[RecordRow]:
        """List the records that bear a reference number (文号)."""
        return self._ask(lambda now: now.catalogue.bearing(doc_no))

    def duplicate(self, sha256: str) -> list[SourceRow]:
        """Return the records that came from, or hold, a file with this digest."""
        return self._ask(lambda now: now.catalogue.sources(sha256))

    def ask(self, question: Callable[[IndexCatalogue], T]) -> T:
        """Put a question of one's own to the catalogue in use."""
        return self._ask(lambda now: question(now.catalogue))

    def known_heads(self) -> list[BagHead]:
        """Return the head last known of every bag: of a case that was followed, and what is held besides."""
        return self._ask(lambda now: held_heads.known(now.catalogue.select), foreign=True)

    def damaged(self) -> list[str]:
        """Read every file of the index in use and return the names of those that are not as they were written.

        Raises:
            IndexFault: E400, there is none, or its checksums are damaged. IndexFault: E400, others may have written it.
        """
        name = current(self._folder)
        if name is None:
            return []
        require_own(self._folder, self._folder / name)
        return Checksums(self._folder / name).damaged()

    def behind(self) -> list[CaseNo]:
        """Return the cases that changed and were not followed, as far as the archive's marks and ledger tell; quick."""
        return self._ask(self._behind)

    def _behind(self, opened: OpenedIndex) -> list[CaseNo]:
        moved = opened.sums is not None and opened.sums.moved
        return binding.missed(opened.catalogue, self._archive, all_cases=moved)

    def drift(self) -> list[Drift]:
        """Return the cases whose chain head is not the one the index followed; unreadable ones are in ``unread``."""
        known, heads = self._ask(
            lambda now: (now.catalogue.heads(), held_heads.known(now.catalogue.select)), foreign=True
        )
        held = {head.bag: head for head in heads}
        found = []
        for number in self._archive.case_numbers():
            head, followed = self._head(number), known.pop(number, None)
            if head is not None and head != followed:
                lost = str(number) in held and not self._has(held[str(number)])
                found.append(Drift(number, head[0], followed[0] if followed else None, lost))
        found += [
            Drift(number, None, followed[0] if followed else None) for number, followed in known.items()
        ]
        return sorted(found, key=lambda d: d.number)

    def _head(self, number: CaseNo) -> tuple[int, Sha256] | None:
        try:
            return self._archive.head(number)
        except ArchiveError:
            self.unread.add(number)
            return None

    def _has(self, known: BagHead) -> bool:
        """Tell whether a bag's chain has the head that is known of it."""
        return self._archive.event_digest(known.bag, known.seq) == known.head

    def _readable(self, number: CaseNo) -> Case | None:
        """Return a case; one that cannot be read keeps what the index has of it and does not stop the others."""
        try:
            return self._archive.read(number)
        except ArchiveError:
            self.unread.add(number)
            return None

    # ── following ────────────────────────────────────────────────────────────────────────────────────────
    def follow(self, *numbers: CaseNo) -> None:
        """Bring these cases up to their chain's head; does nothing for those that are, or that have lost what was known.

        Raises:
            IndexFault: E400. The archive's commit stands; ``catch_up`` or a rebuild makes good.

        Survives: a kill at any point leaves the case to be followed again by ``catch_up``.
        """
        self.follow_many(numbers)

    @contextmanager
    def together(self, wait_s: float = PATIENCE_S) -> Iterator[IndexCatalogue]:
        """Do several things to the index at the price of one; yields the catalogue, to write something of one's own.

        Another writer is waited for ``wait_s`` seconds.

        Raises:
            IndexFault: E400. IndexNotWritten: E402.
        """
        with self._writing(wait_s) as opened:
            yield opened.catalogue

    def hold(self, *heads: BagHead) -> None:
        """Know the heads of bags that are no cases; one whose chain has lost what was known of it keeps that.

        Raises:
            IndexFault: E400.
        """
        with self._writing() as opened:
            catalogue = opened.catalogue
            known = {h.bag: h for head in heads for h in held_heads.known(catalogue.select, head.bag)}
            with catalogue.transaction() as db:
                held_heads.hold(db, (h for h in heads if h.bag not in known or self._has(known[h.bag])))

    def adopt(self, name: str) -> None:
        """Forget the head known of a bag, for people decided so: a case is followed anew, one that is gone is forgotten.

        Raises:
            IndexFault: E400.
        """
        with self._writing() as opened:
            with opened.catalogue.transaction() as db:
                held_heads.release(db, [name])
            if name.startswith(_LEDGER):
                binding.write(opened.catalogue, self._archive.trail.origin(), None)
            with suppress(InvalidValue):
                number = CaseNo.parse(name)
                self.changed.discard(number)
                if self._head(number):
                    self.follow(number)

    def follow_many(self, numbers: Iterable[CaseNo]) -> int:
        """Like ``follow``, in batches, and whatever else was missed; returns how many had moved."""
        with self._writing() as opened, as_written():
            origin, end = self._archive.trail.origin(), self._archive.trail.end()
            missed: set[CaseNo] = set()
            wanted = dict.fromkeys([*numbers, *self._behind(opened)])

            def moved() -> Iterator[Case]:
                for number in wanted:
                    if opened.catalogue.head(number) == self._head(number):
                        continue
                    known = next(iter(held_heads.known(opened.catalogue.select, str(number))), None)
                    if known and not self._has(known):
                        self.changed.add(number)
                        missed.add(number)
                    elif self._archive.is_listed(number) and (case := self._readable(number)):
                        self.changed.discard(number)
                        yield case
                    else:
                        missed.add(number)

            count = sum(follow(opened, self._archive, batch) for batch in batches(moved()))
            if not missed and opened.is_bound():
                binding.write(opened.catalogue, origin, end)
            return count

    def catch_up(self) -> int:
        """Follow every case whose head has moved and forget those that are gone; returns how many there were.

        A case whose chain has lost the head known of it is not followed (``changed``); one gone, not destroyed, is held.
        An index that another version of the program made is made again.

        Raises:
            IndexFault: E400, also when most cases have vanished from the archive (a folder not mounted?).
        """
        name = current(self._folder)
        if name and versions.is_other(self._folder / name / CATALOGUE):
            return self.rebuild()
        with self._writing() as opened, as_written():
            if destroyed := held_heads.destroyed(opened.catalogue.select, self._archive.destroyed()):
                self.remove(*destroyed)
            drifted = self.drift()
            vanished = [d.number for d in drifted if d.archive_seq is None]
            if len(vanished) > max(LOSS_ALLOWED, len(opened.catalogue.heads()) // 2):
                raise IndexFault(
                    f"档案库里少了 {len(vanished)} 户，可能是文件夹没有接好，索引未作改动",
                    remedy="检查档案库所在的磁盘；确认无误后运行 archivist reindex。",
                )
            opened.catalogue.begin_removal(vanished)  # their heads stay known
            self.purge()
            return self.follow_many(d.number for d in drifted if d.archive_seq) + len([*vanished, *destroyed])

    def tidy(self) -> None:
        """Put together what many commits left in many pieces; nothing changes but how long a question takes.

        Raises:
            IndexFault: E400. IndexNotWritten: E402.
        """
        with self._writing() as opened, as_written():
            while opened.writer().tidy():
                opened.catalogue.finish((), (), (), opened.writer().generation())

    def remove(self, *numbers: CaseNo) -> None:
        """Forget these cases entirely: rows, postings and texts, in every file of the index.

        Survives: a kill in between leaves texts that no answer shows; the next ``remove`` or ``catch_up`` that
        removes or follows anything takes them away, a rebuild always.
        """
        with self._writing():
            self.take_out(*numbers)
            self.purge()

    def take_out(self, *numbers: CaseNo) -> None:
        """Let no answer tell of these cases any more; what files still hold of them ``purge`` takes away, for many at once."""
        with self._writing() as opened:
            opened.catalogue.begin_removal(numbers)
            with opened.catalogue.transaction() as db:
                held_heads.release(db, map(str, numbers))

    def purge(self) -> None:
        """Write anew whatever file still holds something of cases that were taken out; see ``remove``."""
        with self._writing() as opened, as_written():
            if gone := opened.catalogue.gone():
                text = opened.writer()
                text.write((), gone, purge=gone)
                opened.catalogue.vacuum()
                opened.catalogue.finish((), (), (), text.generation())

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Make the whole index again from the archive alone, then put it in the old one's place.

        What the old one holds that the archive cannot tell is taken over: the heads that are in no chain any more.

        Args:
            progress: called with the cases done and the cases there are.

        Returns:
            The number of cases.

        Survives: until the very last step the old index stays in use, however this ends.
        """
        with self._turn.alone(), rebuilding.disk():
            origin, end = self._archive.trail.origin(), self._archive.trail.end()
            numbers = list(self._archive.case_numbers())
            self.close()
            known = rebuilding.known_heads(self._folder, self._archive.destroyed())

            def fill(folder: Path) -> None:
                missed = rebuilding.fill(folder, self._archive, numbers, self._readable, progress)
                lost = [head for head in known if not self._has(head)]
                rebuilding.finish(folder, known, lost, origin, None if missed else end)
                self.close()

            rebuilding.replace(self._folder, fill)
            return len(numbers)

    # ── opening ──────────────────────────────────────────────────────────────────────────────────────────
    def _open(self, name: str | None) -> OpenedIndex:
        """Return the index in use, in the folder of this name; a workspace without any case gets an empty one."""
        if name is None:
            if next(iter(self._archive.case_numbers()), None) is not None:
                raise IndexFault("还没有索引")
            self.rebuild()
            name = current(self._folder)
        assert name is not None
        if self._now is None or self._now.folder.name != name:
            if self._now is not None:
                self._now.close()
                self._now = None
            require_own(self._folder, self._folder / name)
            self._now = OpenedIndex(self._folder / name, self._archive.trail)
        return self._now

    def _ask(self, question: Callable[[OpenedIndex], T], *, foreign: bool = False) -> T:
        """Ask the index in use; should a rebuild elsewhere replace it meanwhile, ask the new one.

        Args:
            question: what to ask.
            foreign: whether an index that is not of this archive as it stands may be asked.
        """
        with self._turn.threads:
            while True:
                name = current(self._folder)
                try:
                    opened = self._open(name)
                    opened.check()
                    if not foreign:
                        opened.require_bound()
                    with as_written():
                        return question(opened)
                except IndexFault:
                    if name is None or current(self._folder) == name:
                        raise

    @contextmanager
    def _writing(self, wait_s: float = PATIENCE_S) -> Iterator[OpenedIndex]:
        """Be the index's one writer for a block; what it wrote is sealed at the end of the outermost, however it ends."""
        within = self._turn.writes
        with self._turn.alone(wait_s):
            name = current(self._folder)
            if name is None:
                self.rebuild()
                name = current(self._folder)
            assert name is not None
            if self._writer is None or self._writer.folder.name != name:
                if self._writer is not None:
                    self._writer.close()
                    self._writer = None
                require_own(self._folder, self._folder / name)
                self._writer = OpenedIndex(self._folder / name, self._archive.trail, writes=True)
            opened = self._writer
            opened.check()
            try:
                if not within and opened.sums and opened.sums.moved:
                    self.follow_many(())  # whatever happened to it, this archive may have come farther
                with rebuilding.disk():
                    yield opened
            finally:
                if not within:
                    opened.catalogue.seal(opened.sums)
