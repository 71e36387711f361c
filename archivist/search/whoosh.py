"""The full-text part of the embedded engine, in Whoosh's own index: its storage, table of contents, lock and codec.

One document for each record (and for the facts of each case): the set of its grams, its normal text, and the text as it
stands. No positions, lengths, vectors, weights or spelling. A segment is one file of our own (``segment``), which Whoosh
reads by our codec, so that a stock Whoosh can open and search the index. Only its table of contents is a pickle: ``ownership`` sees to
it that nobody else can have written it, and each file is held against its checksum before it is opened.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchivistError, IndexFault, IndexNotWritten
from archivist.os_reasons import reason_of
from archivist.search import merging
from archivist.search.checksum_file import sync_folder
from archivist.search.checksums import Checksums
from archivist.search.contents import NAME, STRANGE
from archivist.search.engine import Document
from archivist.search.segment import Segment, packed_text
from archivist.search.segment_writing import Added
from archivist.search.text_files import TextFiles
from archivist.search.whoosh_codec import ArchiveSegment, opened, schema

with warnings.catch_warnings():  # 2.7.4 was frozen in 2016: its regular expressions are not raw strings
    warnings.simplefilter("ignore")
    from whoosh import index
    from whoosh.filedb.filestore import FileStorage
    from whoosh.util import filelock

WRITER_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Built:
    """A segment that was written and is no part of the index yet."""

    name: str
    documents: int


class WhooshIndex(TextFiles):
    """The text index in one folder: many readers, one writer; see ``TextIndex`` for what each method promises."""

    def __init__(self, folder: Path, sums: Checksums | None = None) -> None:
        super().__init__(folder, sums)
        self._storage = _Storage(str(folder), sums)

    @classmethod
    def create(cls, folder: Path) -> WhooshIndex:
        """Make a new, empty index in a folder that must not exist yet."""
        folder.mkdir(parents=True)
        storage = _Storage(str(folder), None)
        index.FileIndex.create(storage, schema(), NAME)
        storage.let_go()
        return cls(folder)

    def close(self) -> None:
        """Let go of the files."""
        super().close()
        self._storage.let_go()

    def _leaf(self, segment: ArchiveSegment) -> Segment:
        if not isinstance(segment, ArchiveSegment):
            raise IndexFault(STRANGE)
        self._storage.require(segment.file)
        return opened(self._storage.folder, segment)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────
    def write(self, add: Iterable[Document], drop: Iterable[int], *, purge: Collection[int] = ()) -> None:
        """Commit additions and removals at once; what an added document replaces must be among the dropped.

        Every segment that ever held one of the ``purge``d is written anew, so that no file keeps its text.

        Raises:
            IndexFault: E400, a file is damaged. IndexNotWritten: E402, another process holds the index for over 30 s,
                or the disk refuses; the index stays as it was.
        """
        with self._commit() as segments:
            added = _packed(add)
            leaves = [self._leaf(segment) for segment in segments]
            try:
                for doc in drop:
                    for segment, leaf in zip(segments, leaves, strict=True):
                        if (place := leaf.place_of(doc)) is not None:
                            segment.delete_document(place)
                anew = {
                    n for n, leaf in enumerate(leaves) if any(leaf.place_of(d) is not None for d in purge)
                }
            finally:
                for leaf in leaves:
                    leaf.close()
            sizes = [segment.doc_count() for segment in segments]
            dead = {n for n, size in enumerate(sizes) if not size}
            anew |= dead | {*merging.chosen(sizes, len(added), merging.IN_COMMIT)}
            self._put_together(segments, anew, added)

    def build(self, add: Iterable[Document]) -> Built | None:
        """Write a segment that is no part of the index until it is adopted; ``None`` when there is nothing to write."""
        made, added = ArchiveSegment(NAME), _packed(add)
        if not added:
            return None
        with (Path(self._storage.folder) / made.file).open("wb") as out:
            count = merging.write(out, added, ())
        return Built(made.segid, count)

    def adopt(self, built: Iterable[Built]) -> None:
        """Commit segments that were built beside this index.

        Raises:
            IndexFault: E400. IndexNotWritten: E402.
        """
        with self._commit() as segments:
            for one in built:
                made = ArchiveSegment(NAME, one.documents)
                made.segid = one.name
                segments.append(made)

    def tidy(self) -> bool:
        """Put segments together when there are too many; returns whether there were. May take seconds."""
        anew = merging.chosen(self.segments(), 0, merging.BIGGEST)
        if anew:
            with self._commit() as segments:
                self._put_together(segments, set(anew), ())
        return bool(anew)

    def _put_together(
        self, segments: list[ArchiveSegment], anew: Collection[int], added: Sequence[Added]
    ) -> None:
        """Write one segment of new documents and of what lives in some segments, and leave those out."""
        old = [segments[n] for n in sorted(anew)]
        made = ArchiveSegment(NAME)
        leaves = [self._leaf(segment) for segment in old if segment.doc_count()]
        try:
            if added or leaves:
                made.set_doc_count(merging.write(self._storage.create_file(made.file), added, leaves))
        finally:
            for leaf in leaves:
                leaf.close()
        segments[:] = [s for n, s in enumerate(segments) if n not in anew]
        if made.doc_count_all():
            segments.append(made)

    @contextmanager
    def _commit(self) -> Iterator[list[ArchiveSegment]]:
        """Change the list of segments; what it is at the end of the block is the next commit, or nothing has happened.

        Raises:
            IndexFault: E400. IndexNotWritten: E402.
        """
        self.close()
        before = self.generation()
        lock = self._storage.lock(f"{NAME}_WRITELOCK")
        try:
            if not filelock.try_for(lock.acquire, timeout=WRITER_TIMEOUT_S, delay=0.1):
                raise IndexNotWritten("另一个程序正在写索引", remedy="等它完成后再试；索引会自行补齐。")
            now = index.TOC.read(self._storage, NAME)
            yield now.segments
            self._storage.let_go()
            now.generation += 1
            now.write(self._storage, NAME)
            index.clean_files(self._storage, NAME, now.generation, now.segments)
            self._storage.committed()
        except BaseException as error:
            # Once the table of contents stands, what it names is part of the index, whatever the disk refused after that.
            if self.generation() == before:
                self._storage.forget()
            else:
                self._storage.committed()
            if isinstance(error, OSError):
                raise _refused(error) from error
            if isinstance(error, Exception) and not isinstance(error, ArchivistError):
                raise IndexFault(f"全文索引损坏或写不进去（{type(error).__name__}）") from error
            raise
        finally:
            self._storage.let_go()
            if lock.fd is not None:
                lock.release()


def _packed(add: Iterable[Document]) -> list[Added]:
    """Return documents as a segment has them, by ascending id."""
    return sorted((Added(d.id, d.text, packed_text(d.text, d.written)) for d in add), key=lambda one: one.id)


def _refused(error: OSError) -> IndexNotWritten:
    return IndexNotWritten(f"磁盘拒绝写入索引（{reason_of(error)}），档案不受影响")


class _Storage(FileStorage):  # type: ignore[misc]
    """Makes a commit survive a power cut: new files, then the table of contents, then the folder reach the disk.

    Knows every file it opened, because Whoosh forgets some when it fails.
    """

    def __init__(self, path: str, sums: Checksums | None) -> None:
        super().__init__(path)
        self.synced: frozenset[str] = frozenset()
        self._sums = sums
        self._made: set[str] = set()
        self._opened: list[Any] = []

    def create_file(self, name: str, excl: bool = False, mode: str = "wb", **options: Any) -> Any:
        self._made.add(name)
        self._opened.append(super().create_file(name, excl=excl, mode=mode, **options))
        return self._opened[-1]

    def open_file(self, name: str, **options: Any) -> Any:
        self.require(name)
        self._opened.append(super().open_file(name, **options))
        return self._opened[-1]

    def let_go(self) -> None:
        """Close every file still open; ``close`` is what each of Whoosh's readers calls when it is done."""
        for file in self._opened:
            if not file.is_closed:
                file.close()
        self._opened.clear()

    def require(self, name: str) -> None:
        """Refuse a file that is not as it was written."""
        if self._sums is not None and name not in self._made:
            self._sums.require_file(name)

    def committed(self) -> None:
        """What was made is part of the index."""
        self._made.clear()

    def forget(self) -> None:
        """Remove what was made since the last commit, which did not come to be; a later one removes what stays."""
        self.let_go()
        for name in self._made:
            with suppress(OSError):
                self.delete_file(name)
        self._made.clear()
        self.synced = frozenset()

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        folder = Path(self.folder)
        if newname.endswith(".toc"):
            files = frozenset(p.name for p in folder.glob(f"{NAME}_*.*"))
            for name in files - self.synced:
                sync_folder(folder / name)
            sync_folder(folder / oldname)
            sync_folder(folder)
            self.synced = files
            if self._sums is not None:
                self._sums.admit({newname: folder / oldname, **{name: folder / name for name in files}})
        super().rename_file(oldname, newname, safe=safe)
        if newname.endswith(".toc"):
            sync_folder(folder)
