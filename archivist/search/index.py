"""The index of one workspace: follows the archive, answers questions, is made again at will.

``index/CURRENT`` names the folder in use (``index/000001/``: ``catalogue.sqlite3`` and ``text/``). A rebuild fills a
new folder and then replaces ``CURRENT``, so there is a whole index at every instant. Nothing here is the truth: the
index is written after the archive's commit, and what a kill left undone ``catch_up`` does. But it remembers the heads of
the chains it followed (``held_heads``): a chain that has lost one is not followed. One writer at a time (the
workspace's lock sees to it); readers need no lock. Nothing is logged: queries are personal data.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, TypeVar

from archivist.errors import ArchiveError, BadQuery, IndexFault, InvalidValue
from archivist.model.bag_head import BagHead
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.search import held_heads
from archivist.search import query as queries
from archivist.search.catalogue import CaseRow, IndexCatalogue, RecordRow, SourceRow
from archivist.search.damage import as_written
from archivist.search.engine import ArchiveReader, Results
from archivist.search.opened_index import CATALOGUE, TEXT, OpenedIndex, batches, follow
from archivist.search.query_tree import Node, both

T = TypeVar("T")

CURRENT: Final = "CURRENT"
LOSS_ALLOWED: Final = 10
"""So many cases may vanish at once without question; more only while over half remain."""
_NO_FILTERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Drift:
    """A case that the index does not show as it is; ``None`` where one side does not know the case (fully).

    ``lost``: its chain has lost the head that was known of it, so that it is no matter of the index.
    """

    number: CaseNo
    archive_seq: int | None
    index_seq: int | None
    lost: bool = False


class Index:
    """What the house asks and tells about its index; safe to share between threads.

    Args:
        folder: the workspace's ``index/``.
        archive: where the truth is.
    """

    def __init__(self, folder: Path, archive: ArchiveReader) -> None:
        self._folder, self._archive = folder, archive
        self._now: OpenedIndex | None = None
        self._lock = threading.RLock()
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

    def known_heads(self) -> list[BagHead]:
        """Return the head last known of every bag: of a case that was followed, and what is held besides."""
        return self._ask(lambda now: held_heads.known(now.catalogue.select))

    def drift(self) -> list[Drift]:
        """Return the cases whose chain head is not the one the index followed; unreadable ones are in ``unread``."""
        known, heads = self._ask(lambda now: (now.catalogue.heads(), held_heads.known(now.catalogue.select)))
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

    def hold(self, *heads: BagHead) -> None:
        """Know the heads of bags that are no cases; one whose chain has lost what was known of it keeps that.

        Raises:
            IndexFault: E400.
        """
        with self._lock:
            catalogue = self._open_for_writing().catalogue
            known = {head.bag: head for head in held_heads.known(catalogue.select)}
            with catalogue.transaction() as db:
                held_heads.hold(db, (h for h in heads if h.bag not in known or self._has(known[h.bag])))

    def adopt(self, name: str) -> None:
        """Forget the head known of a bag, for people decided so: a case is followed anew, one that is gone is forgotten.

        Raises:
            IndexFault: E400.
        """
        with self._lock:
            with self._open_for_writing().catalogue.transaction() as db:
                held_heads.release(db, [name])
            with suppress(InvalidValue):
                number = CaseNo.parse(name)
                self.changed.discard(number)
                if self._head(number):
                    self.follow(number)

    def follow_many(self, numbers: Iterable[CaseNo]) -> int:
        """Like ``follow``, in batches; returns how many had moved."""
        with self._lock, as_written():
            opened = self._open_for_writing()

            def moved() -> Iterator[Case]:
                for number in dict.fromkeys(numbers):
                    if opened.catalogue.head(number) == self._head(number):
                        continue
                    known = next(iter(held_heads.known(opened.catalogue.select, str(number))), None)
                    if known and not self._has(known):
                        self.changed.add(number)
                    elif case := self._readable(number):
                        self.changed.discard(number)
                        yield case

            return sum(follow(opened, self._archive, batch) for batch in batches(moved()))

    def catch_up(self) -> int:
        """Follow every case whose head has moved and forget those that are gone; returns how many there were.

        A case whose chain has lost the head that was known of it is not followed (``changed``); of one that is gone
        the head is held.

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
            self._remove(vanished)
            return self.follow_many(d.number for d in drifted if d.archive_seq is not None) + len(vanished)

    def remove(self, *numbers: CaseNo) -> None:
        """Forget these cases entirely: rows, postings and texts, in every file of the index.

        Survives: a kill in between leaves texts that no answer shows; the next ``remove`` or ``catch_up`` that
        removes or follows anything takes them away, a rebuild always.
        """
        with self._lock, as_written():
            self._remove(numbers)
            with self._open_for_writing().catalogue.transaction() as db:
                held_heads.release(db, map(str, numbers))

    def _remove(self, numbers: Sequence[CaseNo]) -> None:
        """Forget cases but for the heads that were known of them."""
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

        What the old one holds that the archive cannot tell is taken over: the heads that are in no chain any more.

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
            known = self._known_heads()
            name = f"{1 + max((int(p.name) for p in self._folder.glob('[0-9]*') if p.name.isdigit()), default=0):06d}"
            part = self._folder / f"{name}.part"
            self._fill(part, numbers, progress)
            self._hold(part, known)
            part.rename(self._folder / name)
            self.close()
            _point(self._folder, name)
            for old in self._folder.glob("[0-9]*"):
                if old.name != name:  # where a reader still holds it (Windows), the next rebuild removes it
                    shutil.rmtree(old, ignore_errors=True)
            return len(numbers)

    def _known_heads(self) -> list[BagHead]:
        """Return the heads that the index in use knows, whatever state it is in."""
        with suppress(IndexFault):
            if name := self._current():
                self.close()
                return held_heads.of_file(self._folder / name / CATALOGUE)
        return []

    def _hold(self, folder: Path, known: Iterable[BagHead]) -> None:
        """Let a new catalogue hold the heads that their chains have lost, and those of bags that are no cases."""
        with closing(IndexCatalogue(folder / CATALOGUE)) as catalogue:
            followed = set(map(str, catalogue.heads()))
            with catalogue.transaction() as db:
                held_heads.hold(db, (h for h in known if h.bag not in followed or not self._has(h)))
        _sync(folder / CATALOGUE)

    def _fill(
        self, folder: Path, numbers: Sequence[CaseNo], progress: Callable[[int, int], None] | None
    ) -> None:
        from archivist.search.whoosh import WhooshIndex

        WhooshIndex.create(folder / TEXT)
        IndexCatalogue.create(folder / CATALOGUE).close()
        opened, done = OpenedIndex(folder), 0
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

            for batch in batches(read()):
                follow(opened, self._archive, batch)
            opened.catalogue.quick(False)
            opened.catalogue.settle()
        finally:
            opened.close()
        _sync(folder / CATALOGUE)
        _sync(folder)

    # ── opening ──────────────────────────────────────────────────────────────────────────────────────────
    def _open(self) -> OpenedIndex:
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
            self._now = OpenedIndex(self._folder / name)
        return self._now

    def _ask(self, question: Callable[[OpenedIndex], T]) -> T:
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

    def _open_for_writing(self) -> OpenedIndex:
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
