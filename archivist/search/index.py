"""The index of one workspace: follows the archive, answers questions, is made again at will.

``index/CURRENT`` names the folder in use (``index/000001/``: ``catalogue.sqlite3`` and ``text/``). A rebuild fills a
new folder and then replaces ``CURRENT``, so there is a whole index at every instant. Nothing here is the truth: the
index is written after the archive's commit, and what a kill left undone ``catch_up`` does. One writer at a time (the
workspace's lock sees to it); readers need no lock. Nothing is logged: queries are personal data.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, TypeVar

from archivist.errors import ArchiveError, BadQuery, IndexFault
from archivist.model.case import Case
from archivist.model.facts import Facts
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.search import query as queries
from archivist.search import text as forms
from archivist.search.catalogue import CaseRow, DocRow, IndexCatalogue, RecordRow, SourceRow
from archivist.search.damage import as_written
from archivist.search.engine import ArchiveReader, Document, Results, TextIndex
from archivist.search.evaluator import Embedded
from archivist.search.query_tree import Node, both

T = TypeVar("T")

CURRENT: Final = "CURRENT"
CATALOGUE: Final = "catalogue.sqlite3"
TEXT: Final = "text"
BATCH: Final = 10_000
"""Documents in one commit of a rebuild; more need more memory, fewer make more segments to search."""
LOSS_ALLOWED: Final = 10
"""So many cases may vanish at once without question; more only while over half remain."""
_NO_FILTERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Drift:
    """A case that the index does not show as it is; ``None`` where one side does not know the case (fully)."""

    number: CaseNo
    archive_seq: int | None
    index_seq: int | None


class _Opened:
    """One folder's catalogue and, once needed, its text index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalogue = IndexCatalogue(folder / CATALOGUE)
        self._text: TextIndex | None = None
        self.engine = Embedded(self.catalogue, self.text)

    def text(self) -> TextIndex:
        if self._text is None:
            from archivist.search.whoosh import WhooshIndex

            followed = self.catalogue.text_generation()
            opened = WhooshIndex(self.folder / TEXT)
            if opened.generation() < followed:
                raise IndexFault("全文索引比索引目录旧，丢失了内容")
            self._text = opened
        return self._text

    def close(self) -> None:
        self.catalogue.close()
        if self._text is not None:
            self._text.close()


class Index:
    """What the house asks and tells about its index; safe to share between threads.

    Args:
        folder: the workspace's ``index/``.
        archive: where the truth is.
    """

    def __init__(self, folder: Path, archive: ArchiveReader) -> None:
        self._folder, self._archive = folder, archive
        self._now: _Opened | None = None
        self._lock = threading.RLock()
        self.unread: set[CaseNo] = set()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files; the next question opens them again."""
        with self._lock:
            if self._now is not None:
                self._now.close()
            self._now = None

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────
    def search(
        self, query: str, *, filters: Mapping[str, str] = _NO_FILTERS, limit: int = 20, offset: int = 0
    ) -> Results:
        """Answer a query: households first, then records, newest first.

        Args:
            query: in the query language (``archivist.search.query``); may be empty when there are filters.
            filters: further conditions by field name: ``name id case doc category status town date from to``.
            limit: hits wanted.
            offset: hits skipped, from 0.

        Raises:
            BadQuery: E401. IndexFault: E400.
        """
        tree: Node | None = queries.parse(query) if query.strip() else None
        for name, value in filters.items():
            tree = both(tree, queries.field(name, value))
        if tree is None:
            raise BadQuery("没有写要查什么")
        wanted = tree
        return self._ask(lambda now: now.engine.search(wanted, limit=max(limit, 0), offset=max(offset, 0)))

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

    def drift(self) -> list[Drift]:
        """Return the cases whose chain head is not the one the index followed; unreadable ones are in ``unread``."""
        known = self._ask(lambda now: now.catalogue.heads())
        found = []
        for number in self._archive.case_numbers():
            head, followed = self._head(number), known.pop(number, None)
            if head is not None and head != followed:
                found.append(Drift(number, head[0], followed[0] if followed else None))
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

    def _readable(self, number: CaseNo) -> Case | None:
        """Return a case; one that cannot be read keeps what the index has of it and does not stop the others."""
        try:
            return self._archive.read(number)
        except ArchiveError:
            self.unread.add(number)
            return None

    # ── following ────────────────────────────────────────────────────────────────────────────────────────
    def follow(self, *numbers: CaseNo) -> None:
        """Bring these cases up to their chain's head; does nothing for those that are.

        Raises:
            IndexFault: E400. The archive's commit stands; ``catch_up`` or a rebuild makes good.

        Survives: a kill at any point leaves the case to be followed again by ``catch_up``.
        """
        self.follow_many(numbers)

    def follow_many(self, numbers: Iterable[CaseNo]) -> int:
        """Like ``follow``, in batches; returns how many had moved."""
        with self._lock, as_written():
            opened = self._open_for_writing()

            def moved() -> Iterator[Case]:
                for number in dict.fromkeys(numbers):
                    if opened.catalogue.head(number) != self._head(number) and (
                        case := self._readable(number)
                    ):
                        yield case

            return sum(_follow(opened, self._archive, batch) for batch in _batches(moved()))

    def catch_up(self) -> int:
        """Follow every case whose head has moved and forget those that are gone; returns how many there were.

        Raises:
            IndexFault: E400, also when most cases have vanished from the archive (a folder not mounted?).
        """
        with self._lock, as_written():
            opened = self._open_for_writing()
            drifted = self.drift()
            vanished = [d.number for d in drifted if d.archive_seq is None]
            if len(vanished) > max(LOSS_ALLOWED, len(opened.catalogue.heads()) // 2):
                raise IndexFault(
                    f"档案库里少了 {len(vanished)} 户，可能是文件夹没有接好，索引未作改动",
                    remedy="检查档案库所在的磁盘；确认无误后运行 archivist reindex。",
                )
            self.remove(*vanished)
            return self.follow_many(d.number for d in drifted if d.archive_seq is not None) + len(vanished)

    def remove(self, *numbers: CaseNo) -> None:
        """Forget these cases entirely: rows, postings and texts, in every file of the index.

        Survives: a kill in between leaves texts that no answer shows; the next ``remove`` or ``catch_up`` that
        removes or follows anything takes them away, a rebuild always.
        """
        with self._lock, as_written():
            opened = self._open_for_writing()
            opened.catalogue.begin_removal(numbers)
            if gone := opened.catalogue.gone():
                text = opened.text()
                text.write((), gone, purge=True)
                opened.catalogue.finish((), (), (), text.generation())
                opened.catalogue.settle()

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Make the whole index again from the archive alone, then put it in the old one's place.

        Args:
            progress: called with the cases done and the cases there are.

        Returns:
            The number of cases.

        Survives: until the very last step the old index stays in use, however this ends.
        """
        with self._lock:
            numbers = list(self._archive.case_numbers())
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds names and ID numbers
            for left in self._folder.glob("*.part"):
                shutil.rmtree(left)
            name = f"{1 + max((int(p.name) for p in self._folder.glob('[0-9]*') if p.name.isdigit()), default=0):06d}"
            part = self._folder / f"{name}.part"
            self._fill(part, numbers, progress)
            part.rename(self._folder / name)
            self.close()
            _point(self._folder, name)
            for old in self._folder.glob("[0-9]*"):
                if old.name != name:  # where a reader still holds it (Windows), the next rebuild removes it
                    shutil.rmtree(old, ignore_errors=True)
            return len(numbers)

    def _fill(
        self, folder: Path, numbers: Sequence[CaseNo], progress: Callable[[int, int], None] | None
    ) -> None:
        from archivist.search.whoosh import WhooshIndex

        WhooshIndex.create(folder / TEXT)
        IndexCatalogue.create(folder / CATALOGUE).close()
        opened, done = _Opened(folder), 0
        try:
            opened.catalogue.quick(True)

            def read() -> Iterator[Case]:
                nonlocal done
                for number in numbers:
                    if case := self._readable(number):
                        yield case
                    done += 1
                    if progress:
                        progress(done, len(numbers))

            for batch in _batches(read()):
                _follow(opened, self._archive, batch)
            opened.catalogue.quick(False)
            opened.catalogue.settle()
        finally:
            opened.close()
        _sync(folder / CATALOGUE)
        _sync(folder)

    # ── opening ──────────────────────────────────────────────────────────────────────────────────────────
    def _open(self) -> _Opened:
        """Return the index in use; a workspace without any case gets an empty one."""
        name = self._current()
        if name is None:
            if next(iter(self._archive.case_numbers()), None) is not None:
                raise IndexFault("还没有索引")
            self.rebuild()
            name = self._current()
        assert name is not None
        if self._now is None or self._now.folder.name != name:
            self.close()
            self._now = _Opened(self._folder / name)
        return self._now

    def _ask(self, question: Callable[[_Opened], T]) -> T:
        """Ask the index in use; should a rebuild elsewhere replace it meanwhile, ask the new one."""
        with self._lock:
            while True:
                name = self._current()
                try:
                    with as_written():
                        return question(self._open())
                except IndexFault:
                    if name is None or self._current() == name:
                        raise

    def _open_for_writing(self) -> _Opened:
        if self._current() is None:
            self.rebuild()
        return self._open()

    def _current(self) -> str | None:
        try:
            name = (self._folder / CURRENT).read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        if not re.fullmatch("[0-9]{1,9}", name) or not (self._folder / name).is_dir():
            raise IndexFault("索引不完整")
        return name


# ── one batch ────────────────────────────────────────────────────────────────────────────────────────────
def _batches(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """Yield the cases in batches of some ``BATCH`` documents."""
    batch: list[Case] = []
    size = 0
    for case in cases:
        batch.append(case)
        size += 1 + len(case.records)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _follow(opened: _Opened, archive: ArchiveReader, cases: Sequence[Case]) -> int:
    """Write the rows, then the texts, then the heads of some cases; returns how many."""
    facts = {case.number: facts_text(case.facts) for case in cases}
    catalogue, text = opened.catalogue, opened.text()
    catalogue.begin(cases, facts)
    waiting, gone = catalogue.waiting(facts), catalogue.gone()
    found: list[tuple[str, int, int]] = []

    def documents() -> Iterator[Document]:
        for row in waiting:
            words = _normal_text(archive, row) if row.record else facts[row.case]
            found.extend((key, row.id, page) for key, page in forms.mentions(words))
            if words:
                yield Document(row.id, words)

    if waiting or gone:
        text.write(documents(), gone.union(row.id for row in waiting))
    done = [row.id for row in waiting]
    catalogue.finish([(c.number, (c.seq, Sha256(c.head))) for c in cases], done, found, text.generation())
    return len(cases)


def _normal_text(archive: ArchiveReader, row: DocRow) -> str:
    assert row.record is not None
    return forms.normal(archive.text(row.case, row.record))


def facts_text(facts: Facts) -> str:
    """Return what is known of a household as one normal text: every written value, in the order of the facts."""
    values: list[str] = []
    for group in facts.values():
        for row in group if isinstance(group, tuple) else (group,):
            for value in row.values():
                values.extend(
                    value if isinstance(value, tuple) else [value] if isinstance(value, str) else []
                )
    return forms.join_facts(values)


def _point(folder: Path, name: str) -> None:
    """Make ``CURRENT`` name another folder, all at once."""
    _sync(folder)
    draft = folder / f"{CURRENT}.part"
    with draft.open("w", encoding="ascii") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / CURRENT)
    _sync(folder)


def _sync(path: Path) -> None:
    """Bring a file or folder to the disk; where folders cannot be synced (Windows) the system does it in time."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
